"""How good is a list of recommendations: does it hold what people went on to like, and what else?

A list is a row of item numbers, the best first, `(users, k)`. Accuracy is told for each user, as
`(users,)` numbers, so that it can be averaged with an interval (`mean`) and compared user by user
(`difference`). Users of whom nothing was held out have no accuracy: NaN, and left out of averages.

Source: Shani and Gunawardana, Evaluating Recommendation Systems, 2011; Järvelin and Kekäläinen,
Cumulated Gain-Based Evaluation, 2002 (nDCG).
"""

from typing import NamedTuple

import numpy as np

HEAD = 0.2  # the share of items, the most popular ones, that does not count as long tail
RESAMPLES = 2000


class Interval(NamedTuple):
    """A mean over users, and the range that 95 % of resampled means lie in."""

    mean: float
    low: float
    high: float

    def __str__(self):
        return f"{self.mean:.3f} ({self.low:.3f} to {self.high:.3f})"


class Report(NamedTuple):
    """What `report` returns: four accuracies with intervals, and what else a list is."""

    precision: Interval
    recall: Interval
    ndcg: Interval
    reciprocal_rank: Interval
    coverage: float
    novelty: float
    tail_share: float
    diversity: float


# ---- lists ---------------------------------------------------------------------------------------


def top(scores, known, *, k=20):
    """The k items of highest score that a user does not know yet; ties go to the lower number.

    Args:
        scores: `(users, items)`, finite.
        known: `(users, items)` 0 and 1: what each user has liked already.
        k: length of a list, at least 1.

    Returns:
        `(users, k)` whole numbers, the best first.

    Raises:
        ValueError: for shapes that differ, scores that are not finite, or too few unknown items.
    """
    scores, known = np.asarray(scores, "float64"), np.asarray(known)
    if scores.ndim != 2 or scores.shape != known.shape:
        raise ValueError(
            f"scores and known must both be (users, items); got {scores.shape} and {known.shape}"
        )
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite; some are NaN or infinite")
    fewest = int((known == 0).sum(1).min())
    if not 1 <= k <= fewest:
        raise ValueError(
            f"k must be from 1 to {fewest}, the items that a user does not know; got {k}"
        )
    left = np.where(known > 0, -np.inf, scores)
    return np.argsort(-left, axis=1, kind="stable")[:, :k]


# ---- accuracy ------------------------------------------------------------------------------------


def precision(lists, held_out):
    """The share of a list that its user went on to like: `(users, k)` -> `(users,)` in 0..1."""
    hits, liked = _hits(lists, held_out)
    return _where_any(liked, hits.mean(1))


def recall(lists, held_out):
    """The share of what a user went on to like that is in the list, `(users,)` in 0..1."""
    hits, liked = _hits(lists, held_out)
    return _where_any(liked, hits.sum(1) / np.maximum(liked, 1))


def ndcg(lists, held_out):
    """Normalised discounted cumulated gain: a hit at place r is worth 1 / log2(1 + r).

    Divided by the worth of a perfect list of this length. `(users,)` in 0..1.
    """
    hits, liked = _hits(lists, held_out)
    worth = 1 / np.log2(np.arange(2, hits.shape[1] + 2))
    perfect = np.cumsum(worth)[np.clip(liked, 1, len(worth)).astype(int) - 1]
    return _where_any(liked, hits @ worth / perfect)


def reciprocal_rank(lists, held_out):
    """One over the place of the first hit, 0 without any. `(users,)` in 0..1."""
    hits, liked = _hits(lists, held_out)
    first = hits.argmax(1)
    return _where_any(liked, hits.any(1) / (first + 1.0))


def _hits(lists, held_out):
    """(`(users, k)` 0 and 1: is it a hit, `(users,)`: how many there could be)."""
    lists, held_out = np.asarray(lists), np.asarray(held_out)
    if lists.ndim != 2 or held_out.ndim != 2 or len(lists) != len(held_out):
        raise ValueError(
            "lists and held_out must be (users, k) and (users, items), of the same users; got "
            f"{lists.shape} and {held_out.shape}"
        )
    if lists.size and not 0 <= lists.min() <= lists.max() < held_out.shape[1]:
        raise ValueError(
            f"lists must hold items from 0 to {held_out.shape[1] - 1}; got {lists.min()} to "
            f"{lists.max()}"
        )
    return np.take_along_axis(held_out, lists, 1).astype("float64"), held_out.sum(1)


def _where_any(liked, values):
    return np.where(liked > 0, values, np.nan)


# ---- beyond accuracy -----------------------------------------------------------------------------


def coverage(lists, items):
    """The share of all items that is recommended to anybody, in 0..1."""
    return len(np.unique(lists)) / items


def novelty(lists, known):
    """How surprising the recommended items are, in bits: minus log2 of the share who know them."""
    share = (np.asarray(known).sum(0) + 1) / (len(known) + 1)
    return float(-np.log2(share)[lists].mean())


def tail_share(lists, known):
    """The share of recommendations from the long tail, the 80 % least popular items, in 0..1."""
    popularity = np.asarray(known).sum(0)
    head = np.argsort(-popularity, kind="stable")[: round(HEAD * len(popularity))]
    return float(1 - np.isin(lists, head).mean())


def diversity(lists, genres):
    """How different the items of one list are: mean distance of two, averaged over users.

    Args:
        lists: `(users, k)`, k at least 2.
        genres: `(items, genres)` 0 and 1.

    Returns:
        In 0..1: one minus the cosine of the angle between the genres of two items. An item
        without genres is as far from everything as can be.
    """
    genres = np.asarray(genres, "float64")
    unit = genres / np.maximum(np.linalg.norm(genres, axis=1, keepdims=True), 1)
    sums = unit[lists].sum(1)  # (users, genres)
    k = np.shape(lists)[1]
    alike = (np.square(sums).sum(1) - np.square(unit[lists]).sum((1, 2))) / (k * (k - 1))
    return float(1 - alike.mean())


# ---- with intervals ------------------------------------------------------------------------------


def mean(values, seed=0):
    """The mean over users and its interval, by resampling the users (bootstrap, percentiles).

    Args:
        values: `(users,)`; NaN is left out.
        seed: of the resampling.

    Returns:
        An `Interval`.

    Raises:
        ValueError: without any value that is not NaN.

    Source: Efron, Bootstrap Methods, 1979.
    """
    values = np.asarray(values, "float64")
    values = values[~np.isnan(values)]
    if not len(values):
        raise ValueError("values must hold at least one number that is not NaN")
    drawn = np.random.default_rng(seed).integers(len(values), size=(RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(1), [2.5, 97.5])
    return Interval(float(values.mean()), float(low), float(high))


def difference(values, others, *, seed=0):
    """How much better `values` are than `others`, user by user, with its interval.

    An interval that does not hold 0 says that the users at hand tell the two apart.
    """
    values, others = np.asarray(values, "float64"), np.asarray(others, "float64")
    if values.shape != others.shape:
        raise ValueError(f"both must be of the same users; got {values.shape} and {others.shape}")
    return mean(values - others, seed)


def report(scores, known, *, held_out, genres, k=20):
    """Every measure of the lists that `scores` make.

    Args:
        scores: `(users, items)`.
        known: `(users, items)` 0 and 1, what the model learned from; it is not recommended again.
        held_out: `(users, items)` 0 and 1, what people went on to like.
        genres: `(items, genres)` 0 and 1.
        k: length of the lists.

    Returns:
        A `Report`.
    """
    lists = top(scores, known, k=k)
    accuracies = (
        measure(lists, held_out) for measure in (precision, recall, ndcg, reciprocal_rank)
    )
    return Report(
        *map(mean, accuracies),
        coverage(lists, np.shape(scores)[1]),
        novelty(lists, known),
        tail_share(lists, known),
        diversity(lists, genres),
    )
