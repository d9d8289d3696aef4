"""Do images suit the users they were made for? Readings of images in, numbers out.

A reading is what a classifier and a measuring function see in each user's images: which digit,
how slanted, how thick. Each number is read beside that of real images which the user likes and
which no generator has seen: `Reference` holds them, and `report` puts the two side by side.
"""

import functools
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from typing import NamedTuple

import numpy as np
from scipy import special
from scipy.spatial import distance

from persogan_lessons.measures import distances, realism
from persogan_lessons.models.gan import require_count

TOGETHER = 16  # images by which a user is recognised; the real ones suffice nearly always
TOLERANCES = (5.0, 0.3)  # degrees and pixels: an image so far off is liked .61 as much
LEAST_SHARE = 0.003  # of a digit that a user never clicks on: a misread one must not decide
FARTHEST = 30.0  # squared tolerances; nor must one image that lies farther off, or is blank
COMPONENTS = 8  # of the features, so few that 64 images tell their covariance
COPY = 1e-3  # root of the mean squared difference of a pixel; less is rounding


class Reading(NamedTuple):
    """What is seen in the images of each user.

    Attributes:
        images: `(users, draws, 28, 28, 1)` in [-1, 1].
        probabilities: `(users, draws, 10)`, of each digit.
        slants: `(users, draws)`, degrees; NaN for a blank image.
        thicknesses: `(users, draws)`, pixels, likewise.
        features: `(users, draws, size)`, in which images are compared.
    """

    images: np.ndarray
    probabilities: np.ndarray
    slants: np.ndarray
    thicknesses: np.ndarray
    features: np.ndarray

    @property
    def users(self):
        """How many there are."""
        return self.slants.shape[0]

    @property
    def draws(self):
        """How many images each user has."""
        return self.slants.shape[1]

    @property
    def digits(self):
        """`(users, draws)` ints, the likeliest digit of each image."""
        return self.probabilities.argmax(-1)

    @property
    def blank(self):
        """`(users, draws)` bools, whether an image has too little ink to be measured."""
        return np.isnan(self.slants) | np.isnan(self.thicknesses)

    def __str__(self):
        return f"{self.draws} images of each of {self.users} users, {self.blank.sum()} blank"


class DigitMatch(NamedTuple):
    """How far the digits drawn are from those wanted, a mean over users."""

    total_variation: float
    users: int
    draws: int

    def __str__(self):
        return (
            f"Digits: total variation {self.total_variation:.2f} from the user's shares "
            f"({self.users} users, {self.draws} images each)"
        )


class StyleError(NamedTuple):
    """How far the writing is from what the user likes: degrees and pixels, means over users."""

    slant: float
    thickness: float
    blank: int
    users: int
    draws: int

    def __str__(self):
        return (
            f"Style: slant off by {self.slant:.1f} degrees, thickness by {self.thickness:.2f} "
            f"pixels ({self.users} users, {self.draws} images each, {self.blank} blank)"
        )


class Retrieval(NamedTuple):
    """Whose images are these? The share of right answers, each from `together` images."""

    right: float
    candidates: int
    together: int
    trials: int

    @property
    def chance(self):
        """The share of right answers by guessing."""
        return 1 / self.candidates

    def __str__(self):
        return (
            f"Recognised by {self.together} images: {self.right:.0%} of users among "
            f"{self.candidates} candidates ({self.chance:.1%} by chance, {self.trials} trials)"
        )


class ShuffleGap(NamedTuple):
    """How much likelier an image is under its user's taste than under the other users'.

    Attributes:
        own, others: mean log likelihoods of an image, in nats.
        users, draws: how many users, and images of each.
    """

    own: float
    others: float
    users: int
    draws: int

    @property
    def value(self):
        """The gap in nats; 0 for a generator that does not care whom it draws for."""
        return self.own - self.others

    def __str__(self):
        return (
            f"Gap: an image suits its own user better than the others by {self.value:.2f} nats "
            f"({self.users} users, {self.draws} images each)"
        )


class Diversity(NamedTuple):
    """The mean distance in features between two images of one user."""

    value: float
    users: int
    draws: int

    def __str__(self):
        return (
            f"Diversity: two images of a user are {self.value:.2f} apart in features "
            f"({self.users} users, {self.draws} images each)"
        )


class Novelty(NamedTuple):
    """How many images are hardly new to their user, or not at all.

    Attributes:
        very_near: the share nearer to the user's history than all but 5 % of the real images
            that are not in it; 0.05 if alike.
        copied: the share that is in the history, pixel for pixel.
        users, draws: how many users, and images of each.
    """

    very_near: float
    copied: float
    users: int
    draws: int

    def __str__(self):
        return (
            f"Novelty: {self.very_near:.0%} very near the user's history (5% if alike), "
            f"{self.copied:.0%} copied from it ({self.users} users, {self.draws} images each)"
        )


class FrechetByUser(NamedTuple):
    """The mean over users of the Frechet distance between a user's images and real ones."""

    value: float
    components: int
    users: int
    draws: int
    against: int

    def __str__(self):
        return (
            f"Frechet distance by user {self.value:.3g}, in {self.components} components "
            f"({self.users} users, {self.draws} images each against {self.against})"
        )


class Fit(NamedTuple):
    """Every measure of one source of images; `among_strangers` is None if there are none."""

    digits: DigitMatch
    style: StyleError
    among_users: Retrieval
    among_strangers: Retrieval | None
    gap: ShuffleGap
    diversity: Diversity
    novelty: Novelty
    by_user: FrechetByUser
    pooled: distances.FrechetDistance


class Report(NamedTuple):
    """Each measure of the fakes beside the same measure of as many held-out real images."""

    fake: Fit
    real: Fit

    @property
    def gap_share(self):
        """The gap as a share of the real images': 1 like real, 0 for no regard to the user."""
        return self.fake.gap.value / self.real.gap.value

    @property
    def diversity_share(self):
        """The diversity as a share of the real images'."""
        return self.fake.diversity.value / self.real.diversity.value

    @property
    def times_the_floor(self):
        """The Frechet distance by user as a multiple of the real images'."""
        return self.fake.by_user.value / self.real.by_user.value

    @property
    def times_the_pooled_floor(self):
        """The Frechet distance of all users' images together, likewise."""
        return self.fake.pooled.value / self.real.pooled.value

    def row(self):
        """One row of a table of several sources, name -> number; real images score 1 in shares."""
        strangers = self.fake.among_strangers
        return {
            "digits, total variation": self.fake.digits.total_variation,
            "slant error, degrees": self.fake.style.slant,
            "thickness error, pixels": self.fake.style.thickness,
            "blank images": self.fake.style.blank,
            f"recognised among {self.fake.among_users.candidates}": self.fake.among_users.right,
            **({f"recognised among {strangers.candidates}": strangers.right} if strangers else {}),
            "gap, share of real": self.gap_share,
            "diversity, share of real": self.diversity_share,
            "very near the history": self.fake.novelty.very_near,
            "Frechet by user, times the floor": self.times_the_floor,
            "Frechet pooled, times the floor": self.times_the_pooled_floor,
        }

    def __str__(self):
        shares = {
            "gap": f", {self.gap_share:.0%} of the real images'",
            "diversity": f", {self.diversity_share:.0%} of the real images'",
            "by_user": f", {self.times_the_floor:,.1f} times the floor",
            "pooled": f", {self.times_the_pooled_floor:,.1f} times the floor",
        }
        return "\n".join(
            f"{fake}{shares.get(name, '')}\n  real: {getattr(self.real, name)}"
            for name, fake in self.fake._asdict().items()
            if fake is not None
        )


# ---- reading -------------------------------------------------------------------------------------


def read(images, *, classifier, measure):
    """What is seen in images: read them once, then measure as often as you like.

    Args:
        images: `(users, draws, 28, 28, 1)` in [-1, 1], each user's images in a row.
        classifier: a model of digits, giving logits, with a layer "features", for instance the
            shipped one.
        measure: `(n, 28, 28, 1)` -> slants, degrees, and thicknesses, pixels, each `(n,)`, NaN
            for blank images: `data.tastes.measure`.

    Returns:
        A `Reading`. Takes about a millisecond an image.

    Raises:
        ValueError: for another shape or range, or pixels that are NaN.
    """
    images = np.asarray(images)
    if images.ndim != 5 or images.shape[2:] != (28, 28, 1) or 0 in images.shape:
        raise ValueError(
            "images must have shape (users, draws, 28, 28, 1), at least one user and one draw; "
            f"got {images.shape}. From a row of all users' images: "
            "images.reshape(users, draws, 28, 28, 1)"
        )
    flat = images.reshape(-1, *images.shape[2:])
    features = realism.features(classifier, flat)
    logits = realism.logits(classifier, features)
    seen = special.softmax(logits.astype("float64"), axis=1), *measure(flat), features
    return Reading(images, *(each.reshape(*images.shape[:2], *each.shape[1:]) for each in seen))


# ---- the measures --------------------------------------------------------------------------------


def digit_match(reading, people):
    """How far the share of each digit drawn for a user is from the share in the user's clicks.

    Total variation is the share of images that would have to show another digit: 0 at best.
    Chance alone gives about 0.09 for 64 independent draws, less for users with few favourites.

    Args:
        reading: `Reading` of the users' images.
        people: whom each user's images were made for, with `digits`, ten shares.
    """
    _require_people(reading, people)
    found = [
        realism.class_coverage(drawn, wanted=person.digits).total_variation
        for drawn, person in zip(reading.digits, people, strict=True)
    ]
    return DigitMatch(float(np.mean(found)), reading.users, reading.draws)


def style_error(reading, people):
    """How far each user's images are, on average, from the real images that the user likes.

    The truth is what the user clicks on among real images, not the preference itself: of an
    unusual slant there are few images, so that even liked ones fall short of it.
    Blank images are counted and left out; a user who has no others counts as infinitely far off.

    Args:
        reading: `Reading` of the users' images.
        people: whom they were made for, with `expected()`, slant in degrees and thickness in
            pixels.
    """
    _require_people(reading, people)
    seen = np.stack([reading.slants, reading.thicknesses])
    seen = np.where(reading.blank, np.nan, seen)  # (2, users, draws)
    measured = (~reading.blank).sum(-1)
    means = np.nansum(seen, axis=-1) / np.maximum(measured, 1)
    expected = np.array([person.expected() for person in people]).T
    errors = np.where(measured, np.abs(means - expected), np.inf)
    slant, thickness = errors.mean(-1).tolist()
    return StyleError(slant, thickness, int(reading.blank.sum()), reading.users, reading.draws)


def likelihood(reading, people, *, tolerances=TOLERANCES):
    """How well each image suits each person: the logarithm, in nats, up to a constant.

    log(share of the digit) - (slant error / tolerance)^2 / 2 - (thickness error / tolerance)^2 / 2,
    the share being at least 0.003 and the squares together at most 30, so that one bad image does
    not decide; a blank image is as bad as can be. Errors are from what real images lead to expect,
    as in `style_error`: real images are recognised better so than from the preferences.

    Args:
        reading: `Reading` of any users' images.
        people: n candidates, with `digits`, ten shares, and `expected()`, slant in degrees and
            thickness in pixels.
        tolerances: of slant in degrees and thickness in pixels.

    Returns:
        `(users, draws, n)` float64.
    """
    shares = np.array([person.digits for person in people])
    shares = LEAST_SHARE + (1 - shares.shape[1] * LEAST_SHARE) * shares
    wanted = np.array([person.expected() for person in people])
    slants, thicknesses = reading.slants[..., None], reading.thicknesses[..., None]
    off = ((slants - wanted[:, 0]) / tolerances[0]) ** 2
    off += ((thicknesses - wanted[:, 1]) / tolerances[1]) ** 2
    off = np.where(off < FARTHEST, off, FARTHEST)  # NaN is not below it either
    return np.log(reading.probabilities @ shares.T) - off / 2


def retrieval(reading, people, *, strangers=(), k=TOGETHER):
    """Whose images are these? Each `k` images of a user are held against every candidate's taste.

    The answer is right if the own user's taste makes them likelier than any other candidate's.

    Args:
        reading: `Reading` of the users' images, at least `k` of each.
        people: whom they were made for.
        strangers: further candidates, who have no images here.
        k: images judged together; the rest of a division of the draws by `k` is left out.

    Returns:
        `Retrieval`.

    Raises:
        ValueError: if there are fewer draws than `k`, or one candidate only.
    """
    _require_people(reading, people)
    require_count("k", k)
    return _retrieval(likelihood(reading, [*people, *strangers]), k)


def _retrieval(likelihoods, k=TOGETHER):
    """`retrieval` from what `likelihood` says; the owners of the images come first."""
    users, draws, candidates = likelihoods.shape
    if candidates < 2:
        raise ValueError("one candidate alone is always right; give strangers, or more users")
    if draws < k:
        raise ValueError(
            f"a user is recognised by k = {k} images, but each has {draws} draws. "
            "Generate more for each user, or take a smaller k"
        )
    trials = draws // k
    total = likelihoods[:, : trials * k].reshape(users, trials, k, candidates).sum(2)
    owner = np.arange(users)
    own = total[owner, :, owner]  # (users, trials)
    total[owner, :, owner] = -np.inf
    right = own > total.max(-1)  # a tie is no answer
    return Retrieval(float(right.mean()), candidates, k, right.size)


def shuffle_gap(reading, people):
    """How much likelier images are under their own user's taste than under the other users'.

    Args:
        reading: `Reading` of at least two users' images.
        people: whom they were made for.
    """
    _require_people(reading, people)
    return _shuffle_gap(likelihood(reading, people))


def _shuffle_gap(likelihoods):
    """`shuffle_gap` from what `likelihood` says of the users' own tastes."""
    users, draws, _ = likelihoods.shape
    if users < 2:
        raise ValueError("a gap is between users, at least 2; got images of 1 user")
    table = likelihoods.mean(1)  # (users, people)
    own = np.trace(table) / users
    others = (table.sum() - np.trace(table)) / (users * (users - 1))
    return ShuffleGap(float(own), float(others), users, draws)


def diversity(reading):
    """How far apart two images of one user are, in features: a mean over pairs and users.

    Args:
        reading: `Reading` of users' images, at least two of each.
    """
    if reading.draws < 2:
        raise ValueError("diversity is between the images of a user, at least 2; got 1 draw")
    apart = [distance.pdist(features).mean() for features in reading.features]
    return Diversity(float(np.mean(apart)), reading.users, reading.draws)


def novelty(reading, histories, *, held_out):
    """How many images are nearly, or fully, among those which the user has already clicked on.

    Each user has a limit of nearness: 5 % of the real images that the user likes, and that are not
    in the history, lie nearer to it.

    Args:
        reading: `Reading` of the users' images.
        histories: for each user `(h, 28, 28, 1)`, h at least 1; the training images, if a
            generator was given no history.
        held_out: `Reading` of real images that the same users like.

    Raises:
        ValueError: for another number of users, or if a user's held-out images are all in the
            history.

    Source: the idiom of Meehan et al., A Non-Parametric Test to Detect Data-Copying, 2020.
    """
    _require_users("histories", len(histories), reading.users)
    _require_users("held-out images", held_out.users, reading.users)
    very_near, copied = [], []
    for user, history in enumerate(histories):
        apart, unseen = (
            realism.nearest(each.images[user], history)[1] for each in (reading, held_out)
        )
        unseen = unseen[unseen > COPY]
        if not len(unseen):
            raise ValueError(
                f"all held-out images of user {user} are in the history; draw one of the two from "
                "the other split, or more held-out images"
            )
        very_near.append(np.mean(apart < np.quantile(unseen, 0.05)))
        copied.append(np.mean(apart < COPY))
    return Novelty(float(np.mean(very_near)), float(np.mean(copied)), reading.users, reading.draws)


def frechet_by_user(reading, train, *, components=COMPONENTS):
    """The Frechet distance between each user's images and real ones, a mean over users.

    Features are turned into the few principal components of all the real images, since a user's
    64 images are too few for the covariance of 64 features.

    Args:
        reading: `Reading` of the users' images, more of each than `components`.
        train: `Reading` of real images that the same users like, likewise.
        components: how many.
    """
    _require_users("real images", train.users, reading.users)
    directions = _principal(train.features, components)
    found = [
        distances.frechet_distance(fake @ directions, real @ directions).value
        for fake, real in zip(reading.features, train.features, strict=True)
    ]
    value = float(np.mean(found))
    return FrechetByUser(value, components, reading.users, reading.draws, train.draws)


# ---- the report ----------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Reference:
    """Real images that the same users like, beside which generated ones are measured.

    Attributes:
        people: each user's taste: `digits`, ten shares, and `expected()`, slant in degrees and
            thickness in pixels.
        train: `Reading` of liked images, of the split that generators were trained on.
        held_out: `Reading` of liked images that no generator has seen.
        histories: for each user `(h, 28, 28, 1)`, the images that stand for the taste.
        strangers: the tastes of further candidates for recognition.

    Raises:
        ValueError: if these are of different numbers of users.

    Example:
        read = functools.partial(personalisation.read, classifier=model, measure=tastes.measure)
        liked = {split: np.stack([person.liked(64, split=split) for person in people])
                 for split in ("train", "test")}
        reference = Reference(people, train=read(liked["train"]), held_out=read(liked["test"]),
                              histories=[person.history(32) for person in people])
        print(report(reference, read(images)))
    """

    people: Sequence
    _: KW_ONLY
    train: Reading
    held_out: Reading
    histories: Sequence
    strangers: Sequence = ()

    def __post_init__(self):
        _require_people(self.held_out, self.people)
        _require_users("train images", self.train.users, self.held_out.users)
        _require_users("histories", len(self.histories), self.held_out.users)

    @functools.cached_property
    def ceiling(self):
        """The `Fit` of the held-out images: as good as a generator can be."""
        return _fit(self, self.held_out)


def report(reference, reading):
    """Every measure of images made for users, each beside the same of real images.

    Take `TOGETHER` images of each user or more; 64 are good. Real images lie at the ceiling, those
    of a generator that does not know its user at the floor: report both beside the generator.

    Args:
        reference: `Reference`, of the same users.
        reading: `Reading` of the images, as many of each user as the reference holds out, since
            fewer would mean another bias.

    Returns:
        A `Report`; print it, or take its `row()` for a table.

    Raises:
        ValueError: for another number of users or draws.
    """
    if reading.draws != reference.held_out.draws:
        raise ValueError(
            f"each user needs as many images as the reference holds out, "
            f"{reference.held_out.draws}; got {reading.draws} draws"
        )
    return Report(_fit(reference, reading), reference.ceiling)


def _fit(reference, reading):
    people, strangers = reference.people, reference.strangers
    likelihoods = likelihood(reading, [*people, *strangers])
    own = likelihoods[..., : reading.users]
    fake, real = (
        each.features.reshape(-1, each.features.shape[-1]) for each in (reading, reference.train)
    )
    return Fit(
        digits=digit_match(reading, people),
        style=style_error(reading, people),
        among_users=_retrieval(own),
        among_strangers=_retrieval(likelihoods) if strangers else None,
        gap=_shuffle_gap(own),
        diversity=diversity(reading),
        novelty=novelty(reading, reference.histories, held_out=reference.held_out),
        by_user=frechet_by_user(reading, reference.train),
        pooled=distances.frechet_distance(fake, real),
    )


def _principal(features, components):
    """`(size, components)`: the directions in which `(users, draws, size)` features vary most."""
    flat = features.reshape(-1, features.shape[-1])
    return np.linalg.svd(flat - flat.mean(0), full_matrices=False)[2][:components].T


def _require_people(reading, people):
    if len(people) != reading.users:
        raise ValueError(
            f"each user of the images needs one person; got images of {reading.users} users and "
            f"{len(people)} people. Images must have shape (users, draws, 28, 28, 1)"
        )


def _require_users(name, count, users):
    if count != users:
        raise ValueError(f"{name} must be of the same users, {users}; got those of {count}")
