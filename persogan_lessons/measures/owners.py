"""Whose picture is it? Measures for pictures of any kind, where no classifier of digits can help.

Pictures are compared in the principal components of their pixels: a modest eye, which sees shape,
weight and place, and no meaning. A judge learns on training pictures whose each is. Each measure of
drawings is read beside the same measure of real pictures that were held out from training.
"""

from typing import NamedTuple

import numpy as np
from scipy.spatial import distance
from sklearn.decomposition import PCA
from sklearn.svm import SVC

from persogan_lessons.measures import distances, realism

COMPONENTS = 16  # at most; with fewer than 128 training pictures one for each 8 of them
NEIGHBOURS = 5  # of a picture, as `distances.overlap` takes them; fewer where pictures are few


class Owned(NamedTuple):
    """Pictures `(n, 28, 28, 1)` in [-1, 1] and whose each is, `(n,)` ints from 0."""

    images: np.ndarray
    labels: np.ndarray


class Recognised(NamedTuple):
    """How often the judge names the right owner from one picture."""

    right: float
    users: int
    images: int

    @property
    def chance(self):
        """The share of right answers by guessing."""
        return 1 / self.users

    def __str__(self):
        return (
            f"Recognised {self.right:.0%} of single pictures, {self.chance:.0%} by chance "
            f"({self.users} users, {self.images} images)"
        )


class Variety(NamedTuple):
    """The mean distance in components between two pictures of one user."""

    value: float
    users: int
    images: int

    def __str__(self):
        return (
            f"Variety: two pictures of a user are {self.value:.2f} apart in components "
            f"({self.users} users, {self.images} images)"
        )


class Fit(NamedTuple):
    """Every measure of one set of pictures against the training pictures."""

    recognised: Recognised
    variety: Variety
    frechet: distances.FrechetDistance
    overlap: distances.Overlap


class Report(NamedTuple):
    """The drawings' measures, the same of held-out real pictures, and the search for copies."""

    fake: Fit
    real: Fit
    memorisation: realism.Memorisation

    @property
    def variety_share(self):
        """The variety as a share of the real pictures': 1 like real, 0 for one picture a user."""
        return self.fake.variety.value / self.real.variety.value

    @property
    def times_the_floor(self):
        """The Frechet distance as a multiple of the real pictures'; 1 is as good as unseen ones."""
        return self.fake.frechet.value / self.real.frechet.value

    def row(self):
        """One row of a table of several sources: name -> number."""
        return {
            "recognised": self.fake.recognised.right,
            "Frechet, x floor": self.times_the_floor,
            "precision": self.fake.overlap.precision,
            "coverage": self.fake.overlap.coverage,
            "variety": self.variety_share,
            "very near training": self.memorisation.very_near,
        }

    def __str__(self):
        pairs = zip(self.fake, self.real, strict=True)
        return "\n".join([*(f"{fake}\n  real: {real}" for fake, real in pairs), f"{self[2]}"])


class Judge:
    """Tells whose a picture is, and turns pictures into features; learned from training pictures.

    The components of the pixels (PCA), and a support vector machine on them.

    Args:
        train: `Owned`, pictures of at least two users.
        components: how many; by default 16, or one for each 8 pictures if they are few.

    Raises:
        ValueError: for pictures of one user only, or of another shape or range.
    """

    def __init__(self, train, components=None):
        train = _require_owned(train)
        users = np.unique(train.labels)
        if len(users) < 2:
            raise ValueError(
                "nobody can be told apart from nobody: at least two users are needed; got pictures "
                f"of {len(users)}. Sort them into folders, or by look (pictures.sort_by_look)."
            )
        self.train, self.users = train, len(users)
        components = components or max(1, min(COMPONENTS, len(train.images) // 8))
        self.pca = PCA(components, random_state=0).fit(_flat(train.images))
        self.machine = SVC(C=10).fit(self.features(train.images), train.labels)

    def features(self, images):
        """`(n, 28, 28, 1)` -> `(n, components)`."""
        return self.pca.transform(_flat(images))

    def whose(self, images):
        """Whose each picture is, in the judge's opinion: `(n,)` ints."""
        return self.machine.predict(self.features(images))


def report(judge, drawn, *, held_out):
    """Every measure of drawings, each with that of held-out real pictures.

    Both are measured against the training pictures, the same number of both: of the larger set
    some are left out, evenly spread, since fewer pictures would mean another bias.

    Args:
        judge: a `Judge`, who knows the training pictures.
        drawn: `Owned`, drawings and for whom each was made.
        held_out: `Owned`, real pictures of the same users, which no generator has seen.

    Returns:
        A `Report`; print it, or take its `row()`.
    """
    drawn, held_out = _require_owned(drawn), _require_owned(held_out)
    count = min(len(drawn.images), len(held_out.images))
    drawn, held_out = _evenly(drawn, count), _evenly(held_out, count)
    found = realism.memorisation(drawn.images, train=judge.train.images, held_out=held_out.images)
    return Report(fit(judge, drawn), fit(judge, held_out), found)


def fit(judge, owned):
    """Every measure of one set of pictures against the judge's training pictures: a `Fit`."""
    seen, known = judge.features(owned.images), judge.features(judge.train.images)
    right = np.mean(judge.whose(owned.images) == owned.labels)
    return Fit(
        recognised=Recognised(float(right), judge.users, len(seen)),
        variety=variety(seen, owned.labels),
        frechet=distances.frechet_distance(seen, known),
        overlap=distances.overlap(seen, known, k=min(NEIGHBOURS, len(seen) - 1)),
    )


def variety(features, labels):
    """How far apart two pictures of one user are: a mean over pairs, then over users.

    Args:
        features: `(n, size)`.
        labels: `(n,)`, whose each is. Users with one picture are left out.
    """
    apart = [distance.pdist(features[labels == user]) for user in np.unique(labels)]
    means = [each.mean() for each in apart if len(each)]
    if not means:
        raise ValueError("variety is between two pictures of a user; no user has two here")
    return Variety(float(np.mean(means)), len(means), len(features))


def _flat(images):
    return realism.require_images(images).reshape(len(images), -1)


def _evenly(owned, count):
    """So many of the pictures, evenly spread: each user keeps about the same share."""
    order = np.argsort(owned.labels, kind="stable")
    places = order[np.linspace(0, len(order) - 1, count).round().astype(int)]
    return Owned(owned.images[places], owned.labels[places])


def _require_owned(owned):
    images, labels = realism.require_images(owned[0]), np.asarray(owned[1])
    if labels.shape != (len(images),) or labels.dtype.kind not in "iu":
        raise ValueError(
            f"each of the {len(images)} pictures needs one owner, a whole number; got labels of "
            f"shape {labels.shape} and type {labels.dtype}"
        )
    return Owned(images, labels)
