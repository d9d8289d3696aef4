"""A task: its right answer, the mistakes that are known for it, and what tells them apart."""

import functools
import hashlib
import math
import os
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from persogan_lessons.course import attempts
from persogan_lessons.course.checks import CheckFailed

TRIES = 3  # different sets of inputs, so that no constant is right by luck
INTERRUPTED = "the answer ended the program, or took its results for something else"
NONE = (
    "something is None: a gradient is, where no tape watches what it is taken of "
    "(`tape.watch`), or the way is cut by NumPy; so is what a function without `return` gives"
)
UNKNOWN = "none of the mistakes known here; work through two numbers by hand and compare"


@dataclass(frozen=True)
class Mistake:
    """An answer known to be wrong, why people give it, and where to read about it."""

    answer: object
    cause: str
    read: str


def task(inputs, attempt, *, read):
    """Make a task of the right answer that is written below this line.

    Args:
        inputs: a function of a NumPy generator that draws inputs: arrays by name, in the order of
            the arguments.
        attempt: how an answer is tried, one of `persogan_lessons.course.attempts`.
        read: the section that teaches it: "'Sigmoid twice' in lesson 01".
    """
    return lambda right: Task(right, inputs, attempt=attempt, read=read)


class Task:
    """What a student's answer is compared with; its name is that of the right answer.

    Attributes:
        name: what the student's function is called as well.
        mistakes: a list of `Mistake`.
    """

    def __init__(self, right, inputs, *, attempt, read):
        self.name, self.right, self.inputs = right.__name__, right, inputs
        self.attempt, self.read, self.mistakes = attempt, read, []

    def mistake(self, cause, *, read=None):
        """Say that the answer written below this line is wrong, and why people give it."""

        def keep(answer):
            self.mistakes.append(Mistake(answer, cause, read or self.read))
            return answer

        return keep

    def check(self, answer, *, secret=""):
        """Print that an answer is right, or raise `CheckFailed` and explain what is wrong.

        Args:
            answer: the student's function, or whatever can be called like it.
            secret: a teacher's own words draw inputs that no student has seen.
        """
        if not callable(answer):
            raise CheckFailed(
                f"{self.name} is a {type(answer).__name__}, not a function",
                cause="the name was given to a result, as in `f = f(x)`",
                read="'A function overwritten by its result' in lesson 01",
            )
        self.judge(self.tries(answer, self.examples(secret)), secret=secret)
        print(f"Passed: {self.name}" + (", with hidden inputs too." if secret else "."))

    @functools.cache  # noqa: B019 -- a task lives as long as the program
    def examples(self, secret=""):
        """Sets of inputs, the last like the first; the same for the same secret everywhere."""
        digest = hashlib.sha256(f"{self.name}\n{secret}".encode()).digest()
        words = np.frombuffer(digest, "<u4").tolist()
        draws = [*range(TRIES), 0]
        return [self.inputs(np.random.default_rng([*words, each])) for each in draws]

    def tries(self, answer, examples):
        """What comes of an answer on each example, see `attempts.outcome`."""
        return [attempts.outcome(self.attempt, answer, inputs=each) for each in examples]

    def judge(self, found, *, secret=""):
        """Raise `CheckFailed`, with the likely mistake, unless what was found is what is right.

        Args:
            found: what `tries` gave, here or in another process, for the same secret.
            secret: if given, no number is told that belongs to the hidden inputs.
        """
        wanted = self._wanted(secret)
        if not same(found, wanted):
            seen, cause, read = self._explanation(found, wanted, secret)
            raise CheckFailed("wrong for hidden inputs" if secret else seen, cause=cause, read=read)

    @functools.cache  # noqa: B019
    def _wanted(self, secret):
        return self.tries(self.right, self.examples(secret))

    @functools.cache  # noqa: B019
    def _mistaken(self, known, secret, at):
        """What a mistake gives; only one example is tried at a time, since the first tells most."""
        return self.tries(known.answer, [self.examples(secret)[at]])[0]

    def _explanation(self, found, wanted, secret):
        """What was seen, the likely cause, and where to read."""
        broken = next((each["error"] for each in found if "error" in each), None)
        if broken is not None:
            return broken, _cause_of(broken), self.read
        if [each.keys() for each in found] != [each.keys() for each in wanted]:
            return "no results, or others than asked for", INTERRUPTED, self.read
        seen = _first_difference(found, wanted)
        for known in self.mistakes:
            if all(_alike(one, self._mistaken(known, secret, at)) for at, one in enumerate(found)):
                return seen, known.cause, known.read
        summed = functools.partial(_summed, examples=self.examples(secret))
        causes = (cause for find in (*GENERAL, summed) if (cause := find(found, wanted)))
        return seen, next(causes, UNKNOWN), self.read


def secret():
    """The teacher's own words, from the environment variable PERSOGAN_SECRET.

    Raises:
        OSError: if there are none.
    """
    words = os.environ.get("PERSOGAN_SECRET", "")
    if not words:
        raise OSError(
            "hidden tests need a secret of the teacher's: set the environment variable "
            "PERSOGAN_SECRET, or use python run.py grade, which keeps one for you"
        )
    return words


def same(some, others):
    """Whether two lists of outcomes are the same up to rounding."""
    return len(some) == len(others) and all(map(_alike, some, others))


def _alike(one, other):
    return one.keys() == other.keys() and all(_equal(one[name], other[name]) for name in one)


def _equal(one, other):
    if not (isinstance(one, np.ndarray) and isinstance(other, np.ndarray)):
        return type(one) is type(other) and one == other
    same_shape = one.shape == other.shape
    return same_shape and np.allclose(one, other, rtol=1e-3, atol=1e-5, equal_nan=True)


def _first_difference(found, wanted):
    for one, other in zip(found, wanted, strict=False):
        for name in other:
            if not _equal(one.get(name), other[name]):
                return f"{name} is {_short(one.get(name))}, and should be {_short(other[name])}"


def _short(value):
    if not isinstance(value, np.ndarray):
        return repr(value)
    if value.ndim == 0:
        return f"{value:.4g}"
    first = ", ".join(f"{each:.3g}" for each in value.ravel()[:3])
    return f"[{first}{', ...' if value.size > 3 else ''}] of shape {value.shape}"


def _cause_of(error):
    """Why an answer stops with this error."""
    hints = {
        "NotImplementedError": "this task has no answer yet",
        "No gradients provided": "no gradient reaches the weights: what is to learn was computed "
        "outside the tape, or went through NumPy",
        "None values not supported": NONE,
        "NoneType": NONE,
        "positional argument": "the function takes other arguments than the task says",
        "NameError": "a name that nothing defines: an import is missing, or a cell was not run",
        "could not convert": "the answer is no number, where one is asked for",
        "float() argument": "the answer is no number, where one is asked for",
        "SystemExit": "the answer ends the program instead of returning",
        "ncompatible shapes": "two things of different shapes are put together",
        "be broadcast": "two things of different shapes are put together",
    }
    return next(
        (hint for sign, hint in hints.items() if sign in error),
        "the last line of this error says where; call the function on two numbers and see",
    )


# What can go wrong with any answer: functions of what was found and what is right, giving a cause


def _nothing_returned(found, wanted):
    if all(next(iter(each.values())) is None for each in found):
        return "the function returns nothing: a `return` is missing"


def _changed(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        for name in other:
            if name.endswith(" afterwards") and not _equal(one.get(name), other[name]):
                given = name.removesuffix(" afterwards")
                return f"{given} is not as it was before: work on a copy, not in place"


def _no_gradient(found, wanted):
    for name, value in wanted[0].items():
        if value is not None and found[0].get(name, 0) is None:
            return (
                f"there is no {name}: the way from input to result is cut, by NumPy, `float`, "
                "`stop_gradient`, or because the input is not used at all"
            )


def _never_moves(found, wanted):
    for name, value in wanted[0].items():
        got = found[0].get(name)
        moves = "value" not in wanted[0] and isinstance(got, np.ndarray)
        if moves and np.any(value) and not np.any(got):
            return f"{name}: nothing reaches it, or its gradients are never applied"


def _shape(found, wanted):
    for name, value in wanted[0].items():
        got = found[0].get(name)
        if got is not None and isinstance(got, np.ndarray) != isinstance(value, np.ndarray):
            return (
                f"{name} is of another kind than asked for: numbers for words, or words for numbers"
            )
        if isinstance(got, np.ndarray) and got.shape != value.shape:
            reduced = (
                "one number: take the mean over the batch" if value.ndim == 0 else "this shape"
            )
            return f"{name} has shape {got.shape}, and should be {reduced}"


def _not_finite(found, wanted):
    if any(isinstance(v, np.ndarray) and not np.isfinite(v).all() for v in found[0].values()):
        return "NaN or infinity: a logarithm of 0, a division by 0, or steps far too large"


def _random(found, wanted):
    if not same(found[:1], found[-1:]):
        return "the same inputs give another result each time: something random is drawn inside"


def _constant(found, wanted):
    names = ["value"] if "value" in wanted[0] else list(wanted[0])
    one, *others = [[each.get(name) for name in names] for each in found]
    if all(_equal(*pair) for other in others for pair in zip(one, other, strict=True)):
        return "the answer is constant: the same for every input, as if written into the code"


def _multiple(found, wanted):
    ratios = [_ratio(*pair) for pair in zip(found, wanted, strict=True)]
    if None in ratios or not np.allclose(ratios, ratios[0], rtol=1e-2):
        return None
    if np.isclose(ratios[0], -1, rtol=1e-2):
        return "the sign is turned"
    return f"all is {ratios[0]:.3g} times what it should be: a factor too many, or one missing"


def _summed(found, wanted, examples):
    """A sum for a mean: as many times too much as there are numbers along axes of an input."""
    ratios = [_ratio(*pair) for pair in zip(found, wanted, strict=True)]
    for times, given, due in ((1, "sum", "mean"), (-1, "mean", "sum")):
        if all(
            ratio and any(np.isclose(ratio**times, count, rtol=1e-2) for count in _counts(inputs))
            for ratio, inputs in zip(ratios, examples, strict=True)
        ):
            return f"a {given} over the batch where a {due} is asked for, or over other axes"


def _counts(inputs):
    """How many numbers stand along the axes of each input, one axis or several in a row."""
    shapes = {np.shape(each) for each in inputs.values()}
    spans = (s[i:j] for s in shapes for i, j in combinations(range(len(s) + 1), 2))
    return {count for span in spans if (count := math.prod(span)) > 1}


def _ratio(found, wanted):
    """What all numbers found are, as a multiple of those wanted; None if of no single one."""
    if any(not isinstance(found.get(name), np.ndarray) for name in wanted):
        return None
    one, other = (
        np.concatenate([np.ravel(each[name]) for name in wanted]) for each in (found, wanted)
    )
    ratio = one @ other / max(other @ other, 1e-12)
    return ratio if ratio and np.allclose(one, ratio * other, rtol=1e-2, atol=1e-5) else None


def _cut(found, wanted):
    if "value" in wanted[0] and all(
        _equal(one["value"], other["value"]) for one, other in zip(found, wanted, strict=True)
    ):
        return "the value is right, the gradient is not: a part is cut, by `stop_gradient`, say"


GENERAL = (
    _nothing_returned,
    _changed,
    _not_finite,
    _shape,
    _random,
    _never_moves,
    _constant,
    _no_gradient,
    _multiple,
    _cut,
)
