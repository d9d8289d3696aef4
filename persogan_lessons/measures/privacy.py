"""What trained models give away: who was in the data, and whose a vector or an image is.

An attack gives each image a score. Whether the scores tell the images of the training, the members,
from real images of the same kind that were not used, is one number with its interval: `membership`.
Memorisation is in `realism`, recognition by images in `personalisation.retrieval`.
"""

from typing import NamedTuple

import numpy as np
from scipy import optimize, stats
from sklearn.metrics import roc_auc_score

from persogan_lessons.measures import realism
from persogan_lessons.measures.personalisation import Retrieval

RESAMPLES = 200  # of the bootstrap; its interval then wavers by a tenth of its width
COVERAGE = 0.95


# ---- members -------------------------------------------------------------------------------------


class Membership(NamedTuple):
    """How well an attack tells members of the training from others.

    Attributes:
        auc: the chance that a member scores higher than another image; 0.5 by guessing.
        low, high: 95 % interval of `auc`, by a bootstrap over both kinds of images.
        members, others: how many images there are of each.
    """

    auc: float
    low: float
    high: float
    members: int
    others: int

    @property
    def found(self):
        """Whether the interval lies above 0.5: the attack does better than guessing."""
        return self.low > 0.5

    def __str__(self):
        return (
            f"Membership: AUC {self.auc:.2f} [{self.low:.2f}, {self.high:.2f}], 0.5 by guessing "
            f"({self.members} members, {self.others} others)"
        )


def membership(members, others, *, seed=0):
    """Do the scores of an attack tell members from others?

    The interval is about these images and this model; another training gives another AUC.

    Args:
        members: `(m,)` scores of images that were trained on, the higher the likelier a member.
        others: `(n,)` scores of images of the same kind that were not.
        seed: of the bootstrap.

    Returns:
        `Membership`.

    Raises:
        ValueError: for fewer than two scores of a kind, or scores that are not finite.

    Taught in lesson 12. Source: Shokri et al., Membership Inference Attacks Against Machine
    Learning Models, 2017.
    """
    scores = [require_scores(*each) for each in (("members", members), ("others", others))]
    interval = stats.bootstrap(
        scores,
        area_under_curve,
        n_resamples=RESAMPLES,
        vectorized=False,
        confidence_level=COVERAGE,
        method="percentile",  # the others divide by 0 where every member is found
        random_state=np.random.default_rng(seed),
    ).confidence_interval
    sizes = map(len, scores)
    return Membership(area_under_curve(*scores), float(interval.low), float(interval.high), *sizes)


def area_under_curve(members, others):
    """The chance that a member scores higher than another; a tie counts half."""
    is_member = np.repeat([1, 0], [len(members), len(others)])
    return float(roc_auc_score(is_member, np.concatenate([members, others])))


def by_discriminator(discriminator, images):
    """Scores of an attacker who holds the discriminator: how real it finds each image.

    Args:
        discriminator: images `(n, 28, 28, 1)` -> `(n, 1)` logits. Of a conditional one:
            `lambda some: discriminator([some, conditions])`.
        images: `(n, 28, 28, 1)` in [-1, 1].

    Returns:
        `(n,)` float array. Taught in lesson 12.

    Source: Hayes et al., LOGAN: Membership Inference Attacks Against Generative Models, 2019.
    """
    images = realism.require_images(images)
    return np.asarray(discriminator(images)).ravel()


def by_generator(fakes, images, *, reference):
    """Scores of an attacker who holds drawings only: how much nearer they are than one expects.

    A plain image, such as a 1, lies near to everything. So the distance to the nearest drawing is
    held against that to the nearest of real images that the attacker has anyway.

    Args:
        fakes: `(m, 28, 28, 1)`, drawn by the generator, many.
        images: `(n, 28, 28, 1)`, members or not.
        reference: `(r, 28, 28, 1)` real images, neither members nor among `images`.

    Returns:
        `(n,)` float array, in root mean squared difference of a pixel. Taught in lesson 12.

    Source: Chen et al., GAN-Leaks, 2020; the reference stands in for their second generator.
    """
    _, to_fakes = realism.nearest(images, fakes)
    _, to_reference = realism.nearest(images, reference)
    return to_reference - to_fakes


# ---- vectors -------------------------------------------------------------------------------------


def link(vectors, candidates):
    """Whose is this vector? For each, the nearest candidate; vector i belongs to candidate i.

    Args:
        vectors: `(n, size)`, for instance what an encoder made of one half of some histories.
        candidates: `(m, size)`, of the same n users first, then of m - n strangers.

    Returns:
        `personalisation.Retrieval`, whose chance is 1 / m.

    Raises:
        ValueError: for shapes that do not fit, or a single candidate.

    Taught in lesson 12. Source: Narayanan and Shmatikov, Robust De-anonymization of Large Sparse
    Datasets, 2008.
    """
    vectors, candidates = (np.asarray(each, "float64") for each in (vectors, candidates))
    alike = vectors.ndim == candidates.ndim == 2 and vectors.shape[1] == candidates.shape[1]
    if not alike or not 0 < len(vectors) <= len(candidates) or len(candidates) < 2:
        raise ValueError(
            "vectors (n, size) and candidates (m, size) must have one size, 0 < n <= m and m at "
            f"least 2; got {vectors.shape} and {candidates.shape}"
        )
    apart = ((vectors[:, None] - candidates) ** 2).sum(-1)  # (n, m)
    own = apart[np.arange(len(vectors)), np.arange(len(vectors))].copy()
    apart[np.arange(len(vectors)), np.arange(len(vectors))] = np.inf
    right = own < apart.min(1)  # a tie is no answer
    return Retrieval(float(right.mean()), len(candidates), 1, len(vectors))


def blur(vectors, scale, *, shares=10, seed=0):
    """Taste vectors with noise on them, still tastes: no share is negative, their sum is kept.

    Args:
        vectors: `(n, size)`, shares first, as of `Taste.vector()`.
        scale: standard deviation of the noise on each number; 1 is about how far people differ.
        shares: how many of the numbers are shares.
        seed: the same one gives the same noise.

    Returns:
        `(n, size)` float32.

    Raises:
        ValueError: for vectors of another shape, or a scale below 0.

    Taught in lesson 12. Source: Dwork et al., Calibrating Noise to Sensitivity, 2006; whatever is
    done afterwards, such as keeping shares positive, reveals no more.
    """
    vectors = require_vectors(vectors, shares)
    if not np.isfinite(scale) or scale < 0:
        raise ValueError(f"scale must be a number, 0 or more; got {scale!r}")
    noise = np.random.default_rng(seed).normal(size=vectors.shape)
    noisy = vectors + scale * noise
    kept = np.clip(noisy[:, :shares], 1e-6, None)
    kept *= vectors[:, :shares].sum(1, keepdims=True) / kept.sum(1, keepdims=True)
    return np.concatenate([kept, noisy[:, shares:]], axis=1).astype("float32")


def guarantee(scale, reach, *, delta=1e-3):
    """The epsilon of differential privacy that Gaussian noise on a vector proves.

    Whoever sees the noisy vector of one of two people can be at most exp(epsilon) times as sure as
    before whose it is, but for a chance of delta, whatever else is known: 1 is strong, 10 hardly
    anything.

    Args:
        scale: standard deviation of the noise on each number, more than 0.
        reach: how far apart the vectors of two people can be.
        delta: how likely the promise may fail, between 0 and 1.

    Returns:
        epsilon, 0 or more.

    Raises:
        ValueError: for numbers that are not positive, or a delta of 1 or more.

    Source: Balle and Wang, Improving the Gaussian Mechanism for Differential Privacy, 2018,
    theorem 8.
    """
    if not (scale > 0 and reach > 0 and 0 < delta < 1):
        raise ValueError(
            f"scale and reach must be more than 0, delta between 0 and 1; got {scale!r}, "
            f"{reach!r} and {delta!r}"
        )

    def broken(epsilon):
        """How likely the promise of this epsilon fails, beyond delta."""
        half, spread = reach / (2 * scale), scale / reach
        tail = epsilon + stats.norm.logcdf(-half - epsilon * spread)  # no overflow so
        return stats.norm.cdf(half - epsilon * spread) - np.exp(tail) - delta

    if broken(0.0) <= 0:
        return 0.0
    most = (reach / scale) ** 2 + 10 * reach / scale + 1
    return float(optimize.brentq(broken, 0.0, most))


# ---- bad input -----------------------------------------------------------------------------------


def require_scores(name, scores):
    """Scores as a float array `(n,)`.

    Raises:
        ValueError: for another shape, fewer than two, or scores that are not finite.
    """
    scores = np.asarray(scores, "float64")
    if scores.ndim != 1 or len(scores) < 2 or not np.isfinite(scores).all():
        raise ValueError(
            f"the scores of {name} must be finite numbers (n,), at least two; got shape "
            f"{scores.shape}. Of logits (n, 1): logits.ravel(); NaN is a judge that diverged"
        )
    return scores


def require_vectors(vectors, shares):
    """Vectors as a float array `(n, size)`.

    Raises:
        ValueError: for another shape, or shares that do not add up to more than 0.
    """
    vectors = np.asarray(vectors, "float64")
    if vectors.ndim != 2 or vectors.shape[1] < shares or len(vectors) == 0:
        raise ValueError(
            f"vectors must have shape (n, size), n at least 1 and size at least {shares}, the "
            f"number of shares; got {vectors.shape}. A single one: vector[None]"
        )
    if not np.isfinite(vectors).all() or (vectors[:, :shares].sum(1) <= 0).any():
        raise ValueError("vectors must be finite, and the shares of each add up to more than 0")
    return vectors
