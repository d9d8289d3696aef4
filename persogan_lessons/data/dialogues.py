"""Conversations, one interface for all of them: who speaks, what was said, and what was replied.

An `Exchange` is one reply with all that came before it. `personas` invents people who talk by a
grammar, so that the truth is known; `corpora` reads what real people wrote. A `Vocabulary` turns
both, in English or in Chinese, into numbers.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import keras
import numpy as np

TURNS = 4  # of a conversation that are remembered, the newest last
NOTHING, UNKNOWN, START, END = range(4)  # the first numbers of every vocabulary
MARKS = ("<start>", "<end>")
RARE = "\ufffd"  # how a word unknown is written

HAN = "\u3400-\u9fff"
WORD = re.compile(rf"[{HAN}]|[^\W_{HAN}]+(?:'[^\W_{HAN}]+)*|[^\w\s]")
LONGEST_TEXT = 2000  # characters; of a longer text the end is read


@dataclass(frozen=True)
class Exchange:
    """One reply and what came before it.

    Attributes:
        profile: what the person who replies has said earlier, in other conversations.
        history: the turns of this conversation, the oldest first; the last one is answered.
        reply: what the person said.
        person: who replies: a `personas.Person`, or of a real one a number without meaning.
        answer: the fact that a right reply states, where that is known.
    """

    profile: tuple[str, ...]
    history: tuple[str, ...]
    reply: str
    person: Any = field(compare=False)
    answer: str | None = None


class Encoded(NamedTuple):
    """Exchanges in numbers, row by row; what `Vocabulary.exchanges` returns.

    profiles: `(n, words)` float32, a bag of words. history: `(n, 4, length)` int32, the newest turn
    last. replies: `(n, length)` int32, the last word followed by END.
    """

    profiles: np.ndarray
    history: np.ndarray
    replies: np.ndarray


def words(text):
    """The words of a text in lower case: English words, Chinese characters, punctuation marks.

    Raises:
        ValueError: for anything but a text.
    """
    if not isinstance(text, str):
        raise ValueError(f"a text is wanted, such as 'Hello!'; got {text!r}")
    text = text[-LONGEST_TEXT:].encode("utf-8", "ignore").decode()  # half a character is none
    text = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    return [word for word in WORD.findall(text) if word.isprintable()]


def plain(text):
    """A text as its words with one space between them: two texts that read alike become equal."""
    return " ".join(words(text))


class Vocabulary:
    """Words and their numbers.

    Args:
        known: the words, in the order of their numbers, which begin with 4.
        length: of a text in numbers; what is longer is cut.

    Its `size` counts all numbers, `NOTHING`, `UNKNOWN`, `START` and `END` among them.
    """

    def __init__(self, known, length):
        self.length, known = length, [*MARKS, *known]
        self._numbers = keras.layers.TextVectorization(
            standardize=None,
            split="whitespace",
            output_sequence_length=length,
            vocabulary=known,
        )
        self._words = np.array(["", RARE, *known])
        self.size = len(self._words)

    def turns(self, texts):
        """Texts as numbers `(n, length)`, 0 where nothing is; of a long one the end is kept."""
        return self._look_up(texts, lambda text: words(text)[-self.length :])

    def replies(self, texts):
        """As `turns`, with END after the last word; of a long text the beginning is kept."""
        return self._look_up(texts, lambda text: [*words(text)[: self.length - 1], MARKS[1]])

    def history(self, turns):
        """The newest turns of a conversation, `(4, length)`, empty ones where it is shorter."""
        return self._histories([turns])[0]

    def profile(self, lines):
        """A bag of words `(size,)`: for each the root of how often it occurs in a line."""
        return self._bag(self.turns(lines))

    def exchanges(self, exchanges):
        """Exchanges in numbers, as `Encoded`."""
        return Encoded(
            self._profiles([each.profile for each in exchanges]),
            self._histories([each.history for each in exchanges]),
            self.replies([each.reply for each in exchanges]),
        )

    def texts(self, replies):
        """The texts of replies in numbers `(n, length)`, each up to its END."""
        return [_joined(self._words[_until_end(each)]) for each in np.asarray(replies)]

    def unknown(self, text):
        """The words of a text that have no number."""
        known = set(self._words)
        return [word for word in words(text) if word not in known]

    def _look_up(self, texts, cut):
        """The numbers of texts, cut to length by a function; equal texts are looked up once."""
        if not texts:
            return np.zeros((0, self.length), "int32")
        places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
        lines = np.array([" ".join(cut(text)) for text in places], dtype=object)
        numbers = np.asarray(self._numbers(lines), "int32")
        return numbers[[places[text] for text in texts]]

    def _histories(self, histories):
        padded = [("",) * (TURNS - len(each)) + tuple(each)[-TURNS:] for each in histories]
        turns = self.turns([turn for history in padded for turn in history])
        return turns.reshape(-1, TURNS, self.length)

    def _profiles(self, profiles):
        lines = self.turns([line for profile in profiles for line in profile])
        ends = np.cumsum([len(profile) for profile in profiles])[:-1]
        return np.stack([self._bag(each) for each in np.split(lines, ends)])

    def _bag(self, lines):
        counts = np.bincount(lines.ravel(), minlength=self.size)
        counts[[NOTHING, UNKNOWN]] = 0
        return np.sqrt(counts / max(1, len(lines))).astype("float32")


def _until_end(numbers):
    ends = np.flatnonzero((numbers == END) | (numbers == NOTHING))
    return numbers[: ends[0]] if len(ends) else numbers


def _joined(some):
    """Words as one writes them: no space before a mark, none between Chinese characters."""
    text = re.sub(r" (?=[,.!?;:)])", "", " ".join(some))
    if not re.search(f"[{HAN}]", text):
        return text
    text = re.sub(rf"(?<=[{HAN},.!?]) | (?=[{HAN}])", "", text)
    return text.translate(str.maketrans(",!?", "\uff0c\uff01\uff1f"))
