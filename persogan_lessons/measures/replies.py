"""How good replies are, and for whom: voice, variety, surprise, copies, and how sure that is.

Texts come as words with one space between them, as `dialogues.plain` makes them. Persons are whole
numbers, one for each text.
"""

import itertools
from collections import Counter
from typing import NamedTuple

import numpy as np
from scipy import stats
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import cross_val_score
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

TOKEN = r"\S+"
COLLAPSED = 0.5  # a variety below this share of the real one
STUCK = 0.25  # a share of repeated words that is so much above the real one


# ---- whose voice? ----------------------------------------------------------------------------


class VoiceJudge:
    """Tells from a reply who wrote it; fit on real replies that no generator has seen.

    Args:
        texts: real replies of several people.
        persons: who wrote each.

    Source: naive Bayes on words and pairs of words, as in Stamatatos, A Survey of Modern Authorship
    Attribution Methods, 2009.
    """

    def __init__(self, texts, persons):
        texts, persons = _require_pairs(texts, persons)
        words = CountVectorizer(token_pattern=TOKEN, ngram_range=(1, 2))
        self._judge = make_pipeline(words, MultinomialNB(alpha=0.1, fit_prior=False))
        self._judge.fit(texts, persons)
        self.chance = 1 / len(self._judge.classes_)

    def single(self, texts, persons):
        """How often a reply's person is found from it alone: a share for each person, sorted."""
        texts, persons = _require_pairs(texts, persons)
        return self._by_person(self._judge.predict_log_proba(texts), persons)

    def pooled(self, texts, persons, *, size=10):
        """As `single`, from so many replies of one person together; a rest is left out."""
        texts, persons = _require_pairs(texts, persons)
        logs, sums, whose = self._judge.predict_log_proba(texts), [], []
        for person in np.unique(persons):
            own = logs[persons == person]
            groups = own[: len(own) // size * size].reshape(-1, size, own.shape[1]).sum(axis=1)
            sums.append(groups)
            whose += [person] * len(groups)
        if not whose:
            raise ValueError(f"nobody has {size} replies; got {len(texts)} texts")
        return self._by_person(np.concatenate(sums), np.array(whose))

    def _by_person(self, logs, persons):
        right = self._judge.classes_[logs.argmax(axis=1)] == persons
        return np.array([right[persons == person].mean() for person in np.unique(persons)])


def person_retrieval(texts, persons, *, profiles):
    """How often all replies of a person, together, are most like the person's own past replies.

    Args:
        texts: replies.
        persons: for whom each was written, places in `profiles`.
        profiles: the past replies of each person, joined to one text. Chance is 1 among them.
    """
    texts, persons = _require_pairs(texts, persons)
    vectors = TfidfVectorizer(token_pattern=TOKEN, ngram_range=(1, 2), sublinear_tf=True)
    known, asked = vectors.fit_transform(profiles), np.unique(persons)
    together = [" ".join(texts[persons == person]) for person in asked]
    likeness = (vectors.transform(together) @ known.T).toarray()
    return float(np.mean(likeness.argmax(axis=1) == asked))


def told_apart(texts, real_texts):
    """How often fakes and real replies are told apart by a fresh judge of words; 0.5 is a guess.

    A logistic regression on words and pairs of words, fitted and asked in five turns on parts that
    share no text.
    """
    texts = [*texts, *real_texts]
    real = np.repeat([0, 1], [len(texts) - len(real_texts), len(real_texts)])
    words = TfidfVectorizer(token_pattern=TOKEN, ngram_range=(1, 2), sublinear_tf=True)
    judge = make_pipeline(words, LogisticRegression(max_iter=1000, class_weight="balanced"))
    return float(cross_val_score(judge, texts, real, scoring="balanced_accuracy").mean())


# ---- how varied? -----------------------------------------------------------------------------


def distinct(texts, size):
    """Different n-grams as a share of all n-grams of that size; 0 where there is none.

    Source: Li et al., A Diversity-Promoting Objective Function for Neural Conversation Models,
    2016. It falls as texts grow many: compare equal numbers of them.
    """
    found = [gram for text in texts for gram in _grams(text, size)]
    return len(set(found)) / max(1, len(found))


def self_bleu(texts, size=3):
    """How much of a reply stands in the other replies, 0 to 1: high where all sound alike.

    The geometric mean, over n-grams of 1 to `size` words, of the share that occurs in another
    text. Compare equal numbers of texts.

    Source: after Zhu et al., Texygen, 2018, with all other texts as one reference.
    """
    shares = [_shared(texts, each) for each in range(1, size + 1)]
    return float(np.exp(np.mean(np.log(np.maximum(shares, 1e-9)))))


def copied(texts, training):
    """The share of texts that stand in the training texts word for word."""
    known = set(training)
    return float(np.mean([text in known for text in texts]))


def repeated(texts):
    """The share of all words that stand earlier in the same text, too."""
    words = [text.split() for text in texts]
    return sum(len(each) - len(set(each)) for each in words) / max(1, sum(map(len, words)))


class Verdict(NamedTuple):
    """What `variety` found: `words` for a reader, `healthy`, and the two measured shares."""

    words: str
    healthy: bool
    fake: float
    real: float


def variety(texts, real_texts):
    """Are replies as varied as real ones to the same questions? Returns a `Verdict`.

    Raises:
        ValueError: if there are not as many of both: the measure depends on how many.
    """
    if len(texts) != len(real_texts) or not len(texts):
        raise ValueError(f"as many fakes as real texts; got {len(texts)} and {len(real_texts)}")
    fake, real = distinct(texts, 2), distinct(real_texts, 2)
    different = len(set(texts)) / len(set(real_texts))
    again, usual = repeated(texts), repeated(real_texts)
    if min(fake / real, different) < COLLAPSED:
        words = f"collapsed: {len(set(texts))} different replies, real ones {len(set(real_texts))}"
    elif again > usual + STUCK:
        words = f"stuck: {again:.0%} of words repeat one of their reply, in real ones {usual:.0%}"
    elif fake / real > 1 / COLLAPSED:
        words = f"falling apart: {fake / real:.1f} times as many pairs of words as in real replies"
    else:
        words = "as varied as real replies"
    return Verdict(words, words.startswith("as"), fake, real)


# ---- how surprising, how sure? ---------------------------------------------------------------


def perplexity(log_likelihoods, counts):
    """Out of how many equally likely words each word seemed to be drawn.

    Args:
        log_likelihoods: of whole replies, in nats.
        counts: words of each.
    """
    return float(np.exp(-np.sum(log_likelihoods) / np.sum(counts)))


class Reference:
    """A plain model of language to judge texts by, each word after the one before.

    Args:
        texts: real replies.
        trust: in pairs of words, from 0 to below 1; the rest goes to single words, so that no text
            is impossible.

    Source: Jelinek and Mercer, Interpolated Estimation of Markov Source Parameters, 1980.
    """

    def __init__(self, texts, *, trust=0.7):
        self.trust, pairs = trust, [pair for text in texts for pair in _in_pairs(text)]
        self._pairs = Counter(pairs)
        self._firsts = Counter(first for first, _ in pairs)
        self._words = Counter(word for _, word in pairs)
        self._smoothed = len(pairs) + len(self._words) + 1  # as if each had been said once more

    def perplexity(self, texts):
        """How surprising texts are: real ones little, what nobody says much.

        Raises:
            ValueError: for no text.
        """
        if not len(texts):
            raise ValueError("at least one text is needed, and it may be empty; got none")
        chances = [self._chance(*pair) for text in texts for pair in _in_pairs(text)]
        return perplexity(np.log(chances), len(chances))

    def _chance(self, first, word):
        single = (self._words[word] + 1) / self._smoothed
        if first not in self._firsts:
            return single
        pair = self._pairs[first, word] / self._firsts[first]
        return self.trust * pair + (1 - self.trust) * single


class Spread(NamedTuple):
    """A mean and how sure it is: the half width of its 95 % interval, NaN from one value."""

    mean: float
    half_width: float
    count: int

    def __str__(self):
        return f"{self.mean:.3f} ± {self.half_width:.3f}"


def spread(values):
    """The mean over seeds, and its 95 % interval by Student's t."""
    values = np.asarray(values, "float64")
    if values.ndim != 1 or not len(values):
        raise ValueError(f"values must be a list of at least one number; got {values.shape}")
    count = len(values)
    error = values.std(ddof=1) / np.sqrt(count) if count > 1 else np.nan
    half_width = float(stats.t.ppf(0.975, max(1, count - 1)) * error)
    return Spread(float(values.mean()), half_width, count)


def _grams(text, size):
    words = text.split()
    return [tuple(words[start : start + size]) for start in range(len(words) - size + 1)]


def _in_pairs(text):
    """(the word before, the word), from the start of a text to its end."""
    return itertools.pairwise(["<start>", *text.split(), "<end>"])


def _shared(texts, size):
    """The share of n-grams that occur in another text, too."""
    found = [_grams(text, size) for text in texts]
    texts_with = {}
    for grams in found:
        for gram in set(grams):
            texts_with[gram] = texts_with.get(gram, 0) + 1
    shared = [texts_with[gram] > 1 for grams in found for gram in grams]
    return np.mean(shared) if shared else 0.0


def _require_pairs(texts, persons):
    texts, persons = np.asarray(texts, dtype=object), np.asarray(persons)
    if texts.ndim != 1 or texts.shape != persons.shape or not len(texts):
        raise ValueError(
            f"as many persons as texts, at least one; got {len(persons)} and {len(texts)}"
        )
    return texts, persons
