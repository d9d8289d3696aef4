"""Replies that somebody has already written: the simple rival of every generator."""

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

TOKEN = r"\S+"  # texts come as words with a space between them


class Retriever:
    """Answers with the reply whose context is most like the one asked about.

    Args:
        contexts: n texts, their words set apart by spaces, as `dialogues.plain` makes them.
        replies: the n replies.

    Raises:
        ValueError: for no contexts, or another number of replies.

    Source: Salton and Buckley, Term-weighting Approaches in Automatic Text Retrieval, 1988, in
    scikit-learn.
    """

    def __init__(self, contexts, replies):
        if not len(contexts) == len(replies) > 0:
            raise ValueError(
                "contexts and replies must be as many, and at least one; got "
                f"{len(contexts)} and {len(replies)}"
            )
        self._replies = list(replies)
        self._vectors = TfidfVectorizer(token_pattern=TOKEN, sublinear_tf=True)
        self._known = self._vectors.fit_transform(contexts)

    def reply(self, contexts):
        """The reply to each context; to one that is like none, the first of all."""
        asked = self._vectors.transform(contexts)
        parts = [asked[start : start + 200] for start in range(0, asked.shape[0], 200)]
        best = [np.asarray((part @ self._known.T).argmax(axis=1)).ravel() for part in parts]
        return [self._replies[place] for place in np.concatenate(best)]


def own_words(profiles, questions):
    """To each question the person's own past reply that shares most with it.

    Args:
        profiles: for each question the past replies of whoever is asked, at least one.
        questions: texts.

    Both are texts as `Retriever` takes them.
    """
    return [
        Retriever(past, past).reply([question])[0]
        for past, question in zip(profiles, questions, strict=True)
    ]
