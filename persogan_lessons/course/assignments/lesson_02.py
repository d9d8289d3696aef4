"""Assignment 02, How good is it?: count modes, mend a distance, cover a cloud, ask for luck."""

from itertools import combinations

import numpy as np
from scipy import linalg
from sklearn.metrics import pairwise_distances

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task
from persogan_lessons.measures import distances

TOY = "'A toy whose truth is known' in lesson 02"
FRECHET = "'Frechet distance' in lesson 02"
AMONG = "'Precision, recall, density, coverage: who lies among whom?' in lesson 02"
SEEDS = "'How many seeds?' in lesson 02"

# Modes, counted


def _crowds(rng):
    """Modes that are full, middling, small, rare, and some whose points miss them."""
    full, small = int(rng.integers(2, 8)), int(rng.integers(1, 4))
    kinds = [(100, 0.05)] * full + [(15, 0.05)] * small + [(2, 0.05)]
    kinds += [(40, 0.25)] * 2 + [(40, 0.45)]  # too far away, by a little and by much
    share = (0.1 + 1 / (len(kinds) + 1)) / 2  # between a tenth of all and an even share
    kinds += [(round(share / (1 - share) * sum(count for count, _ in kinds)), 0.05)]
    centres = np.stack(np.meshgrid(np.arange(4.0), np.arange(4.0)), axis=-1).reshape(-1, 2)
    centres = rng.permutation(centres)[: len(kinds)]
    points = [
        centre + radius * _directions(rng, count)
        for centre, (count, radius) in zip(centres, kinds, strict=True)
    ]
    points = rng.permutation(np.concatenate(points))
    return {"points": points.astype("float32"), "centres": centres.astype("float32")}


def _directions(rng, count):
    angles = rng.uniform(0, 2 * np.pi, count)
    return np.stack([np.cos(angles), np.sin(angles)], axis=1)


def _found(points, centres, *, reach=0.15, least=0.1):
    """How many centres have enough points within reach; `least` as a part of an even share."""
    apart = pairwise_distances(points, centres)
    counts = np.bincount(apart.argmin(1)[apart.min(1) < reach], minlength=len(centres))
    return np.count_nonzero(counts >= max(least * len(points) / len(centres), 1))


@task(_crowds, attempts.computed, read=TOY)
def count_modes(points, centres):
    """How many centres have at least a tenth of an even share of the points near them."""
    return _found(points, centres)


@count_modes.mistake("one point is enough here: a mode needs a tenth of an even share")
def _(points, centres):
    return _found(points, centres, least=0)


@count_modes.mistake("no point is too far away here: only those nearer than 0.15 count")
def _(points, centres):
    return _found(points, centres, reach=np.inf)


@count_modes.mistake("neither of the two limits is there: every centre next to a point counts")
def _(points, centres):
    return _found(points, centres, reach=np.inf, least=0)


@count_modes.mistake("squared distances are held against 0.15: a root is missing")
def _(points, centres):
    return _found(points, centres, reach=0.15**0.5)


@count_modes.mistake("a whole even share is asked for, and a tenth of it is enough")
def _(points, centres):
    return _found(points, centres, least=1)


@count_modes.mistake("a tenth of all points is asked for: an even share is their part of a mode")
def _(points, centres):
    return _found(points, centres, least=0.1 * len(centres))


@count_modes.mistake("points are counted here, and modes were asked for")
def _(points, centres):
    return np.count_nonzero(pairwise_distances(points, centres).min(1) < 0.15)


@count_modes.mistake("this is the share of points near a mode, and modes were to be counted")
def _(points, centres):
    return np.mean(pairwise_distances(points, centres).min(1) < 0.15)


@count_modes.mistake("this is the share of the modes, and their number was asked for")
def _(points, centres):
    return _found(points, centres) / len(centres)


@count_modes.mistake("the modes that were missed are counted, not those found")
def _(points, centres):
    return len(centres) - _found(points, centres)


# The Frechet distance, mended


def _clouds(rng):
    """Two clouds of points whose covariances do not commute."""
    size = int(rng.integers(3, 5))
    count = int(rng.integers(14, 30))
    mixed = rng.normal(size=(2, count, size)) @ rng.normal(size=(2, size, size))
    clouds = mixed + rng.normal(0, 1.5, (2, 1, size))
    names = "fake_features", "real_features"
    return {name: each.astype("float32") for name, each in zip(names, clouds, strict=True)}


def _moments(features, ddof=1):
    return features.mean(0), np.cov(features.astype("float64").T, ddof=ddof)


def _trace_of_root(first, second):
    return np.sqrt(linalg.eigvals(first @ second).real.clip(0)).sum()


def _between(mean, other):
    return np.sum((mean - other) ** 2)


def _frechet(fake, real, *, twice=2, ddof=1):
    (mean, cov), (other, cov2) = _moments(fake, ddof), _moments(real, ddof)
    return (
        _between(mean, other) + np.trace(cov) + np.trace(cov2) - twice * _trace_of_root(cov, cov2)
    )


@task(_clouds, attempts.computed, read=FRECHET)
def frechet_distance(fake_features, real_features):
    """The squared distance of the two normal distributions fitted to the features."""
    return distances.frechet_distance(fake_features, real_features).value


@frechet_distance.mistake("the root is taken of each number: it must be the root of the matrix")
def _(fake_features, real_features):
    (mean, cov), (other, cov2) = _moments(fake_features), _moments(real_features)
    with np.errstate(invalid="ignore"):
        shared = np.trace(np.sqrt(cov @ cov2))
    return _between(mean, other) + np.trace(cov) + np.trace(cov2) - 2 * shared


@frechet_distance.mistake("the covariances are multiplied number by number: a product with @ it is")
def _(fake_features, real_features):
    (mean, cov), (other, cov2) = _moments(fake_features), _moments(real_features)
    shared = np.trace(linalg.sqrtm(cov * cov2)).real
    return _between(mean, other) + np.trace(cov) + np.trace(cov2) - 2 * shared


def _of_rows(fake, real):
    """The part of the covariances, each row taken for a variable."""
    covariance, other = np.cov(fake), np.cov(real)
    return np.trace(covariance + other - 2 * linalg.sqrtm(covariance @ other).real)


@frechet_distance.mistake("`np.cov` takes each row for a variable: give it the transpose")
def _(fake_features, real_features):
    means = fake_features.mean(0), real_features.mean(0)
    return _between(*means) + _of_rows(fake_features, real_features)


@frechet_distance.mistake("means over all numbers and covariances of rows: the axes are mixed up")
def _(fake_features, real_features):
    means = fake_features.mean(), real_features.mean()
    return _between(*means) + _of_rows(fake_features, real_features)


@frechet_distance.mistake(
    "only the variances are compared: what goes together is in the covariance"
)
def _(fake_features, real_features):
    apart = (fake_features.mean(0) - real_features.mean(0)) ** 2
    spreads = fake_features.std(0, ddof=1) - real_features.std(0, ddof=1)
    return np.sum(apart + spreads**2)


@frechet_distance.mistake("the 2 before the root is missing: equal clouds would not have 0")
def _(fake_features, real_features):
    return _frechet(fake_features, real_features, twice=1)


@frechet_distance.mistake("the shared part is added: it has to be taken away")
def _(fake_features, real_features):
    return _frechet(fake_features, real_features, twice=-2)


@frechet_distance.mistake("only the means are compared: nothing is said of the width of the clouds")
def _(fake_features, real_features):
    return np.sum((fake_features.mean(0) - real_features.mean(0)) ** 2)


@frechet_distance.mistake("the means are missing: a cloud in the wrong place costs nothing")
def _(fake_features, real_features):
    return _frechet(fake_features - fake_features.mean(0), real_features - real_features.mean(0))


@frechet_distance.mistake("the distance of the means is not squared, and the rest is")
def _(fake_features, real_features):
    apart = linalg.norm(fake_features.mean(0) - real_features.mean(0))
    return _frechet(fake_features, real_features) - apart**2 + apart


@frechet_distance.mistake("the squares of the means are averaged over the features: add them up")
def _(fake_features, real_features):
    apart = (fake_features.mean(0) - real_features.mean(0)) ** 2
    return _frechet(fake_features, real_features) - apart.sum() + apart.mean()


@frechet_distance.mistake("a root at the end: the distance is used squared")
def _(fake_features, real_features):
    return np.sqrt(_frechet(fake_features, real_features))


@frechet_distance.mistake("a covariance is divided by n here: by n - 1, as `np.cov` does")
def _(fake_features, real_features):
    return _frechet(fake_features, real_features, ddof=0)


# Coverage


def _two_crowds(rng):
    """Real points in two crowds, of which the fakes reach one and a half, and a stray fake."""
    count = int(rng.integers(14, 20))
    near = rng.normal(0, 1, (count, 2))
    far = rng.normal(0, 0.6, (count // 2, 2)) + [7, 0]
    fakes = rng.normal(0, 0.5, (int(rng.integers(6, 10)), 2)) + [0.8, 0.3]
    stray = rng.normal(0, 0.2, (3, 2)) + [6.6, rng.uniform(0.5, 0.9)]
    lost = rng.normal(0, 1.5, (int(rng.integers(2, 5)), 2)) + [0, 8]
    clouds = {"fake_features": [fakes, stray, lost], "real_features": [near, far]}
    return {name: np.concatenate(each).astype("float32") for name, each in clouds.items()}


K = 3


def _radii(points, rank=K):
    """How far the neighbour of this rank is; the first in a row is the point itself."""
    return np.sort(pairwise_distances(points), axis=1)[:, rank]


def _in_real_ball(fake, real, *, rank=K):
    return pairwise_distances(real, fake) < _radii(real, rank)[:, None]  # (m, n)


@task(_two_crowds, attempts.computed, read=AMONG)
def coverage(fake_features, real_features):
    """The share of real points whose ball, to their third neighbour, holds a fake."""
    return _in_real_ball(fake_features, real_features).any(1).mean()


@coverage.mistake(
    "this is precision: the share of fakes, and the share of real points is asked for"
)
def _(fake_features, real_features):
    return _in_real_ball(fake_features, real_features).any(0).mean()


@coverage.mistake("this is recall: the balls are drawn around fakes, not around real points")
def _(fake_features, real_features):
    return _in_real_ball(real_features, fake_features).any(0).mean()


@coverage.mistake("the two sets are swapped: it is the real ones that are to be covered")
def _(fake_features, real_features):
    return _in_real_ball(real_features, fake_features).any(1).mean()


@coverage.mistake("this is density: in how many balls a fake lies")
def _(fake_features, real_features):
    return _in_real_ball(fake_features, real_features).sum(0).mean() / K


@coverage.mistake("a point is counted as its own neighbour: its ball ends one neighbour too early")
def _(fake_features, real_features):
    return _in_real_ball(fake_features, real_features, rank=K - 1).any(1).mean()


@coverage.mistake("the ball reaches one neighbour too far")
def _(fake_features, real_features):
    return _in_real_ball(fake_features, real_features, rank=K + 1).any(1).mean()


@coverage.mistake(
    "the ball reaches to the third fake, so that each holds some: neighbours are real"
)
def _(fake_features, real_features):
    apart = pairwise_distances(real_features, fake_features)
    return (apart < np.sort(apart, axis=1)[:, [K - 1]]).any(1).mean()


@coverage.mistake("one radius for all balls: each has its own, wide where points are rare")
def _(fake_features, real_features):
    apart = pairwise_distances(real_features, fake_features)
    return (apart < _radii(real_features).mean()).any(1).mean()


@coverage.mistake("this is the share of pairs: one fake in a ball is enough")
def _(fake_features, real_features):
    return _in_real_ball(fake_features, real_features).mean()


# Luck


def _scores(rng):
    """Runs of two recipes, some of equal scores; the second is usually better."""
    count = int(rng.integers(3, 5))
    first = rng.integers(40, 80, count) / 100
    second = rng.integers(50, 90, count + int(rng.integers(1, 3))) / 100
    return {"first": first, "second": np.append(second, first[0])}


def _deals(first, second):
    """The difference of the two hands in every deal, and the one that was seen."""
    runs = np.concatenate([first, second])
    hands = [list(hand) for hand in combinations(range(len(runs)), len(first))]
    differ = [np.delete(runs, hand).mean() - runs[hand].mean() for hand in hands]
    return np.array(differ), np.mean(second) - np.mean(first)


@task(_scores, attempts.computed, read=SEEDS)
def share_by_luck(first, second):
    """The share of all deals whose hands differ at least as much as the recipes did."""
    differ, seen = _deals(first, second)
    return np.mean(abs(differ) >= abs(seen) - 1e-9)


@share_by_luck.mistake("only one side is counted: a difference the other way round is luck as well")
def _(first, second):
    differ, seen = _deals(first, second)
    return np.mean(differ >= seen - 1e-9)


@share_by_luck.mistake("only one side is counted, the one on which nothing was seen")
def _(first, second):
    differ, seen = _deals(first, second)
    return np.mean(differ <= seen + 1e-9)


@share_by_luck.mistake("only larger differences count: 'at least as much' includes equal ones")
def _(first, second):
    differ, seen = _deals(first, second)
    return np.mean(abs(differ) > abs(seen) + 1e-9)


@share_by_luck.mistake("this is the share of deals that differ less: take it from 1")
def _(first, second):
    differ, seen = _deals(first, second)
    return np.mean(abs(differ) < abs(seen) - 1e-9)


@share_by_luck.mistake("the number of deals is not divided by the number of all deals")
def _(first, second):
    differ, seen = _deals(first, second)
    return np.sum(abs(differ) >= abs(seen) - 1e-9)


@share_by_luck.mistake("this is the difference of the means: what luck can do was asked")
def _(first, second):
    return abs(np.mean(second) - np.mean(first))


@share_by_luck.mistake("runs are compared one by one: deal all of them into two hands")
def _(first, second):
    return np.mean(first[:, None] >= second)


@share_by_luck.mistake("the hands have halves of the runs: the first needs as many as it has runs")
def _(first, second):
    runs = np.concatenate([first, second])
    hands = [list(hand) for hand in combinations(range(len(runs)), len(runs) // 2)]
    differ = [abs(np.delete(runs, hand).mean() - runs[hand].mean()) for hand in hands]
    return np.mean(np.array(differ) >= abs(np.mean(second) - np.mean(first)) - 1e-9)
