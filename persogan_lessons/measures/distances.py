"""How far apart are two sets of features? Points `(n, size)` in, numbers with sample sizes out.

A feature is a number that a trained network computes of an image (`realism.features`): sets of
images that look alike have features that lie alike. Each measure is only as good as its sample
is large, so compare values of equal sample sizes, and read each beside its floor: the value of
real images that the generator never saw.
"""

from typing import NamedTuple

import numpy as np
from scipy import linalg, stats
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors


class FrechetDistance(NamedTuple):
    """A squared distance in feature space, and the images that it rests on."""

    value: float
    images: int
    against: int

    def __str__(self):
        return f"Frechet distance {self.value:.3g} ({self.images} images against {self.against})"


class KernelDistance(NamedTuple):
    """A squared distance between kernel means, with its 95 % confidence interval."""

    value: float
    low: float
    high: float
    images: int
    against: int

    def __str__(self):
        return (
            f"Kernel distance {self.value:.3g}, 95 % interval {self.low:.3g} to {self.high:.3g} "
            f"({self.images} images against {self.against})"
        )


class Overlap(NamedTuple):
    """Shares between 0 and 1; only density can exceed 1."""

    precision: float
    recall: float
    density: float
    coverage: float
    images: int
    against: int
    k: int

    def __str__(self):
        return (
            f"Precision {self.precision:.2f}, recall {self.recall:.2f}, "
            f"density {self.density:.2f}, coverage {self.coverage:.2f} "
            f"({self.images} images against {self.against}, k = {self.k})"
        )


class ModesFound(NamedTuple):
    """How many of the known centres have points near them, and the share of points near any."""

    found: int
    of: int
    near: float
    points: int

    def __str__(self):
        return f"{self.found} of {self.of} modes, {self.near:.0%} near one ({self.points} points)"


def frechet_distance(fake_features, real_features):
    """The squared distance of two normal distributions fitted to the features.

    |mean - mean'|^2 + trace(C + C' - 2 (C C')^(1/2)), C and C' being the covariances.

    It is too high on average, the more so the fewer images: between two samples of n and m points
    of one standard normal distribution in d dimensions it is about (d^2 + 5 d) / 4 (1/n + 1/m),
    where the truth is 0. And it sees means and covariances only: other shapes escape it.

    Args:
        fake_features: `(n, d)`, n larger than d.
        real_features: `(m, d)`, m larger than d.

    Source: Heusel et al., GANs Trained by a Two Time-Scale Update Rule, 2017.
    """
    size = np.prod(np.shape(fake_features)[1:], dtype=int)
    fake, real = require_alike(fake_features, real_features, at_least=size + 1)
    fake_covariance, real_covariance = (np.atleast_2d(np.cov(each.T)) for each in (fake, real))
    # The trace of (C C')^(1/2) is the sum of the singular values of C^(1/2) C'^(1/2). This form
    # needs no root of a matrix that is not symmetric, which can fail where one is singular.
    shared = linalg.svdvals(_root(fake_covariance) @ _root(real_covariance)).sum()
    means = ((fake.mean(0) - real.mean(0)) ** 2).sum()
    value = means + np.trace(fake_covariance) + np.trace(real_covariance) - 2 * shared
    return FrechetDistance(max(float(value), 0.0), len(fake), len(real))  # rounding may go below 0


def kernel_distance(fake_features, real_features, *, blocks=10, seed=0):
    """The mean over blocks of the squared maximum mean discrepancy (MMD^2), which has no bias.

    Both sets are shuffled and dealt into `blocks` parts that share no image, so the parts' values
    are independent and Student's interval holds. Values around 0, negative ones too, mean that
    no difference is seen.

    Args:
        fake_features: `(n, d)`, n at least twice `blocks`.
        real_features: `(m, d)`, likewise.
        blocks: how many parts, at least 2.
        seed: of the shuffling.

    Source: Binkowski et al., Demystifying MMD GANs, 2018; the parts as in Zaremba et al.,
    B-tests, 2013.
    """
    if blocks < 2:
        raise ValueError(f"an interval needs at least 2 blocks; got {blocks}")
    sets = require_alike(fake_features, real_features, at_least=2 * blocks)
    shuffle = np.random.default_rng(seed).permutation
    parts = zip(*(np.array_split(shuffle(points), blocks) for points in sets), strict=True)
    values = [_squared_discrepancy(fake, real) for fake, real in parts]
    value, margin = np.mean(values), stats.t.ppf(0.975, blocks - 1) * stats.sem(values)
    return KernelDistance(
        float(value), float(value - margin), float(value + margin), *map(len, sets)
    )


def overlap(fake_features, real_features, *, k=5):
    """How much of the fakes lies among the real points, and of the real among the fakes.

    Around each point a ball reaches to its `k`-th nearest neighbour of the same set.

    - precision: the share of fakes inside the ball of a real point: do they look real?
    - recall: the share of real points inside the ball of a fake: could each be drawn?
    - density: in how many balls of real points a fake lies, divided by `k`.
    - coverage: the share of real points whose ball holds a fake: is each kind drawn?

    A single far point has a wide ball, which flatters precision and recall; density and coverage
    suffer less. Perfect fakes score a density of 1, and a coverage of about 1 - (m / (n + m))^k,
    so few fakes cannot cover many real points. Every pair of points takes 8 bytes of memory.

    Args:
        fake_features: `(n, d)`, n larger than `k`.
        real_features: `(m, d)`, m larger than `k`.
        k: which neighbour.

    Source: Kynkäänniemi et al., Improved Precision and Recall Metric, 2019; Naeem et al.,
    Reliable Fidelity and Diversity Metrics, 2020.
    """
    fake, real = require_alike(fake_features, real_features, at_least=k + 1)
    apart = pairwise_distances(real, fake)  # (m, n)
    in_real_ball = apart < _radii(real, k)[:, None]
    in_fake_ball = apart < _radii(fake, k)
    return Overlap(
        precision=float(in_real_ball.any(0).mean()),
        recall=float(in_fake_ball.any(1).mean()),
        density=float(in_real_ball.sum(0).mean() / k),
        coverage=float(in_real_ball.any(1).mean()),
        images=len(fake),
        against=len(real),
        k=k,
    )


def modes_found(points, centres, *, reach=0.15):
    """Which centres have points near them: the truth, where the centres are known.

    A mode is found if it has at least a tenth of the points that an even share would give it.

    Args:
        points: `(n, d)`.
        centres: `(k, d)`, in the middle of each mode.
        reach: how far from a centre is near; three standard deviations of the toys' points.
    """
    points, centres = require_alike(points, centres)
    apart = pairwise_distances(points, centres)  # (n, k)
    near = apart.min(1) < reach
    counts = np.bincount(apart.argmin(1)[near], minlength=len(centres))
    found = np.count_nonzero(counts >= 0.1 * len(points) / len(centres))
    return ModesFound(found, len(centres), float(near.mean()), len(points))


def require_alike(first, second, *, at_least=1):
    """Two sets as float64 arrays `(n, size)` and `(m, size)`, images being flattened.

    Raises:
        ValueError: if their items differ in shape, are too few, or are not finite numbers.
    """
    sets = [np.asarray(each) for each in (first, second)]
    if min(each.ndim for each in sets) < 2 or sets[0].shape[1:] != sets[1].shape[1:]:
        raise ValueError(
            "both sets must hold images of one shape, (n, 28, 28, 1), or features of one size, "
            f"(n, size); got {sets[0].shape} and {sets[1].shape}"
        )
    if min(map(len, sets)) < at_least:
        raise ValueError(
            f"this measure needs at least {at_least} images in each set; got {len(sets[0])} and "
            f"{len(sets[1])}. Generate or load more."
        )
    sets = [each.reshape(len(each), -1).astype("float64") for each in sets]
    broken = [np.count_nonzero(~np.isfinite(each).all(1)) for each in sets]
    if any(broken):
        raise ValueError(
            f"images or features must be finite numbers; {broken[0]} of {len(sets[0])} in the "
            f"first set and {broken[1]} of {len(sets[1])} in the second hold NaN or infinity. "
            "Did training diverge?"
        )
    return sets


def _root(covariance):
    """The symmetric root of a covariance, which may be singular."""
    values, vectors = linalg.eigh(covariance)
    return vectors * np.sqrt(values.clip(0)) @ vectors.T


def _squared_discrepancy(fake, real):
    """MMD^2 with the kernel (x y / d + 1)^3; no point is compared with itself."""

    def kernel(a, b):
        return (a @ b.T / a.shape[1] + 1) ** 3

    def mean_of_pairs(points):
        table = kernel(points, points)
        return (table.sum() - np.trace(table)) / (len(points) * (len(points) - 1))

    return mean_of_pairs(fake) + mean_of_pairs(real) - 2 * kernel(fake, real).mean()


def _radii(points, k):
    """Each point's distance to its `k`-th nearest neighbour, itself not counted."""
    return NearestNeighbors(n_neighbors=k).fit(points).kneighbors()[0][:, -1]
