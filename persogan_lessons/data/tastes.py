"""People who like certain digits: simulated on real images, so that the truth about them is known.

A taste says which digits a person likes, how slanted and how thick. A history is the real images
that such a person would have clicked on. Nobody real is behind them.

Train and test people are drawn from separate streams of random numbers, and their histories from
the train and the test images of `digits.load`, which share none.
"""

import functools
import zlib
from dataclasses import dataclass

import numpy as np
from scipy import ndimage
from scipy.spatial import KDTree

from persogan_lessons.data import digits

SLANT_TOLERANCE = 5.0  # degrees: an image so far from the preferred slant is liked .61 as much
THICKNESS_TOLERANCE = 0.3  # pixels, likewise
SLANTS = (-60.0, 60.0)  # degrees; beyond lies no handwriting
THICKNESSES = (1.0, 9.0)  # pixels; the 5000 digits reach from 1.05 to 8.88

LONGEST_HISTORY = 32
DRIFT_CLICKS = 24  # a drifting taste takes as many clicks to turn from the earlier to the present
CONDITION_SIZE = 12

KINDS = ("peaked", "broad", "two favourites", "unusual")
DRIFTING = 0.3  # the share of people whose taste has changed

AT_ONCE = 1000  # images measured together; keeps the memory small
SCALE = 2  # thickness is measured on an image so many times finer,
BLUR = 0.6  # pixels, and blurred a little, so that noise grows no twigs on the skeleton
LEAST_INK = 8.0  # pixels of full ink; with less an image is blank

MEAN_SLANT, SLANT_SPREAD = 7.0, 15.0  # of the train images, rounded: what `vector` is scaled by
MEAN_THICKNESS, THICKNESS_SPREAD = 2.75, 0.7
SHARE_SPREAD = 0.2  # of a digit's share among people drawn by `sample`


# ---- measuring -----------------------------------------------------------------------------------


def measure(images):
    """How slanted and how thick the writing in each image is.

    Slant comes from image moments: it is the angle by which sheared rows of ink lean, mu11 / mu02,
    so that shearing an image by an angle changes the tangent of its slant by that of the angle.
    Thickness is twice the distance from the skeleton of the ink to the paper, averaged.

    Args:
        images: `(n, 28, 28, 1)` in [-1, 1], real or generated, n at least 1. Ink is above 0.

    Returns:
        slants: `(n,)` float64, degrees; 0 upright, positive to the right like "/".
        thicknesses: `(n,)` float64, pixels.
        Both are NaN for a blank image, one with less ink than 8 full pixels.

    Raises:
        ValueError: for another shape or range, or pixels that are NaN.

    Source: Hu, Visual Pattern Recognition by Moment Invariants, 1962; the skeleton by Zhang and
    Suen, 1984, in scikit-image.
    """
    images = _require_images(images)
    parts = np.array_split((images[..., 0] + 1) / 2, -(-len(images) // AT_ONCE))
    slants, thicknesses = (
        np.concatenate([measure_part(part) for part in parts]) for measure_part in (_slant, _thick)
    )
    blank = np.isnan(slants) | np.isnan(thicknesses)
    return np.where(blank, np.nan, slants), np.where(blank, np.nan, thicknesses)


def _slant(ink):
    """Ink `(n, 28, 28)` in 0..1 -> `(n,)` degrees."""
    ink = np.clip(ink - 0.25, 0, None).astype("float64")  # the paper of generated images is noisy
    place = np.arange(28.0)
    mass = ink.sum((1, 2))
    mass = np.where(mass * 4 / 3 < LEAST_INK, np.nan, mass)  # full ink is .75 now
    down = ink.sum(2) @ place / mass
    across = ink.sum(1) @ place / mass
    mu02 = ink.sum(2) @ place**2 / mass - down**2
    mu11 = np.einsum("nij,i,j->n", ink, place, place) / mass - down * across
    return np.degrees(np.arctan2(-mu11, mu02))  # rows count downwards


def _thick(ink):
    """Ink `(n, 28, 28)` in 0..1 -> `(n,)` pixels."""
    from skimage.morphology import skeletonize  # takes half a second, which most imports never need

    finer = _finer()
    black = finer @ ink.astype("float32") @ finer.T > 0.5
    # All images side by side in one large picture, paper between them: one call does them all.
    size = 28 * SCALE + 2
    picture = np.pad(black, ((0, 0), (1, 1), (1, 1))).reshape(-1, size)
    skeleton = np.argwhere(skeletonize(picture))  # (pixels, 2)
    shore = np.argwhere(ndimage.binary_dilation(picture) & ~picture)  # the nearest paper is there
    to_paper, _ = KDTree(shore).query(skeleton)
    whose = skeleton[:, 0] // size
    length = np.bincount(whose, minlength=len(ink))
    total = np.bincount(whose, to_paper, minlength=len(ink))
    return 2 / SCALE * total / np.where(length, length, np.nan)


@functools.cache
def _finer():
    """`(28 * SCALE, 28)`: what makes of a row of pixels a finer and blurred one."""
    centres = (np.arange(28 * SCALE) + 0.5) / SCALE - 0.5
    weights = np.exp(-(((centres[:, None] - np.arange(28)) / BLUR) ** 2) / 2)
    return (weights / weights.sum(1, keepdims=True)).astype("float32")


@functools.cache
def _measured(split):
    """(labels, slants, thicknesses) of the embedded digits, measured once."""
    images, labels = digits.load(split)
    return labels, *measure(images)


@functools.cache
def _images(split):
    """The embedded digits, kept apart: who only trains on wishes need not hold them twice."""
    return digits.load(split)[0]


# ---- bad input -----------------------------------------------------------------------------------


def _require_images(images):
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[1:] != (28, 28, 1) or len(images) == 0:
        raise ValueError(
            f"images must have shape (n, 28, 28, 1), n at least 1; got {images.shape}. "
            "A single image: images[None]"
        )
    low, high = images.min(), images.max()  # either is NaN if any pixel is
    if not -1.001 <= low <= high <= 1.001:
        raise ValueError(
            f"images must be finite and in [-1, 1]; got pixels from {low:g} to {high:g}. Scale "
            "0..255 with images / 127.5 - 1; NaN is a generator whose training diverged."
        )
    return images


def _require_shares(weights):
    try:
        values = np.asarray(weights, "float64")
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape != (10,) or not np.all(np.isfinite(values)):
        raise ValueError(f"digits must be ten finite weights, for 0 to 9; got {weights!r}")
    if values.min() < 0 or values.sum() == 0:
        raise ValueError(
            f"the weights of digits must be 0 or more, and one of them more than 0; got {weights!r}"
        )
    return tuple((values / values.sum()).tolist())


def _require_between(name, value, *, between, unit):
    low, high = between
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not low <= value <= high:
        raise ValueError(
            f"{name} must be a number of {unit} from {low:g} to {high:g}; got {value!r}. "
            "Is it in another unit?"
        )
    return float(value)


def _require_whole(name, value, *, least=0, most=None):
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < least or (most is not None and value > most):
        limit = f"{least} or more" if most is None else f"from {least} to {most}"
        raise ValueError(f"{name} must be a whole number, {limit}; got {value!r}")
    return int(value)


def _require_split(split):
    if split not in digits.SPLITS:
        raise ValueError(f"split must be 'train' or 'test'; got {split!r}")
    return split


# ---- people --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Taste:
    """What one person likes.

    Attributes:
        digits: ten weights, 0 or more, of the digits 0 to 9; kept as shares adding up to 1.
        slant: preferred, degrees, positive to the right.
        thickness: preferred, of the stroke, pixels.
        earlier: the taste this person had before, if it has changed; else None.

    Raises:
        ValueError: for weights, a slant or a thickness that no such person can have.

    Example:
        Taste(digits=(0, 0, 0, 2, 0, 0, 0, 0, 1, 0), slant=12, thickness=3.2).history(16, seed=0)
    """

    digits: tuple
    slant: float = MEAN_SLANT
    thickness: float = MEAN_THICKNESS
    earlier: "Taste | None" = None

    def __post_init__(self):
        shares = _require_shares(self.digits)
        slant = _require_between("slant", self.slant, between=SLANTS, unit="degrees")
        thickness = _require_between(
            "thickness", self.thickness, between=THICKNESSES, unit="pixels"
        )
        if self.earlier is not None and not isinstance(self.earlier, Taste):
            raise ValueError(f"earlier must be a Taste or None; got {self.earlier!r}")
        for name, value in [("digits", shares), ("slant", slant), ("thickness", thickness)]:
            object.__setattr__(self, name, value)

    def vector(self):
        """The present taste as a condition, `(12,)` float32: ten shares, slant, thickness.

        Each is divided by its spread among people, and slant and thickness are 0 for the average
        digit, so that all count about alike for a network.
        """
        shares, slant, thickness = (
            np.array([x]) for x in (self.digits, self.slant, self.thickness)
        )
        return _vectors(shares, slant, thicknesses=thickness)[0]

    def history(self, count, seed=0, *, split="train"):
        """The last images this person clicked on, oldest first: real ones, none of them twice.

        A digit comes up by its share; which image of it, by how near its slant and thickness are.
        If the taste has changed, old clicks come from the earlier one, the newest from the
        present one, and the 24 before it more and more so.

        Args:
            count: 0 to 32. Fewer are the newest of more: a history of 8 ends one of 32.
            seed: a whole number, 0 or more; the same one gives the same images every time.
            split: "train" or "test", which images to choose among.

        Returns:
            `(count, 28, 28, 1)` float32 in [-1, 1].
        """
        count = _require_whole("count", count, most=LONGEST_HISTORY)
        newest = self._clicks(seed, split)[LONGEST_HISTORY - count :]
        return _images(split)[newest]

    def _clicks(self, seed, split):
        """The places of a full history, `(32,)`."""
        random = _random(seed, split, stream=(1, self._number()))
        past = self.earlier or self
        clicks, chosen = [], set()
        for age in reversed(range(LONGEST_HISTORY)):
            taste = self if random.random_sample() >= age / DRIFT_CLICKS else past
            place = taste._draw(random, split, without=chosen)
            chosen.add(place)
            clicks.append(place)
        return np.array(clicks)

    def liked(self, count, seed=0, *, split="test"):
        """As many real images as wanted that the present taste likes: the ceiling of a generator.

        Drawn as `history` draws, each independently of the others, so that an image may return.

        Args:
            count: 0 or more.
            seed: a whole number, 0 or more.
            split: "test", held out, or "train".

        Returns:
            `(count, 28, 28, 1)` float32 in [-1, 1].
        """
        return _images(split)[self._likes(count, seed, split)]

    def _likes(self, count, seed, split):
        """The places of liked images, `(count,)`."""
        count = _require_whole("count", count)
        random = _random(seed, split, stream=(2, self._number()))
        return np.array([self._draw(random, split, without=()) for _ in range(count)], dtype=int)

    def utility(self, *, split="test"):
        """How likely this person is to click on each image of a split: `(n,)`, adding up to 1."""
        labels, _, _ = _measured(_require_split(split))
        utility = np.zeros(len(labels))
        for digit, share in enumerate(self.digits):
            places, closeness = _closeness(self, digit, split)
            within = np.exp(closeness - closeness.max())  # some image is nearest to a rare taste
            utility[places] = share * within / within.sum()
        return utility

    def expected(self):
        """What this person's clicks look like on average: (slant in degrees, thickness in pixels).

        The mean of all real images of both splits, by how likely each is clicked on: the truth
        that a generator is held against. It falls short of an unusual preference, since there
        are few such images.
        """
        return _expected(self)

    def _number(self):
        """A number of this person's own, lest one seed give everybody the same luck."""
        rounded = np.round(np.array(self.digits) * 1e6).astype("<i8")
        return zlib.crc32(rounded.tobytes())

    def _draw(self, random, split, *, without):
        """The place of one image, drawn by utility among those not yet chosen."""
        choose_digit, choose_image = random.random_sample(2)
        places, closeness = _closeness(self, _pick(np.array(self.digits), choose_digit), split)
        closeness = np.where(np.isin(places, list(without)), -np.inf, closeness)
        return int(places[_pick(np.exp(closeness - closeness.max()), choose_image)])


AVERAGE = Taste(digits=(1,) * 10)  # what to assume of somebody who has not clicked on anything


@functools.lru_cache(maxsize=4096)
def _closeness(taste, digit, split):
    """Where a digit's images are, and the logarithm of how well slant and thickness please."""
    labels, slants, thicknesses = _measured(split)
    places = np.flatnonzero(labels == digit)
    slanted = (slants[places] - taste.slant) / SLANT_TOLERANCE
    thick = (thicknesses[places] - taste.thickness) / THICKNESS_TOLERANCE
    return places, -(slanted**2 + thick**2) / 2


@functools.lru_cache(maxsize=4096)
def _expected(taste):
    """(slant, thickness), kept since measures ask again and again."""
    slant, thickness = np.array(taste.digits) @ [_mean_style(taste, digit) for digit in range(10)]
    return float(slant), float(thickness)


def _mean_style(taste, digit):
    """(slant, thickness) of a digit's images in both splits, averaged by how well they please."""
    closeness, styles = [], []
    for split in digits.SPLITS:
        places, please = _closeness(taste, digit, split)
        closeness.append(please)
        styles.append(np.stack(_measured(split)[1:], axis=1)[places])
    closeness = np.concatenate(closeness)
    weights = np.exp(closeness - closeness.max())  # some image is nearest to a rare taste
    return np.average(np.concatenate(styles), axis=0, weights=weights)


def _pick(weights, chance):
    """The place where a chance from 0 to 1 falls among weights laid end to end."""
    ends = np.cumsum(weights)
    return int(np.searchsorted(ends, chance * ends[-1], side="right"))


# ---- many people ---------------------------------------------------------------------------------


def sample(count, seed=0, *, split="train"):
    """Tastes of people drawn at random, a quarter of each kind in `KINDS` on average.

    - peaked: one digit in more than half of the clicks;
    - broad: most digits now and then;
    - two favourites: two digits, little else;
    - unusual: like two favourites, with a slant that hardly one in twenty of their images has.

    Three in ten had another taste earlier. Fewer people are the first of more.

    Args:
        count: how many, 0 or more.
        seed: a whole number, 0 or more.
        split: "train" or "test" people, from separate streams of random numbers: no seed gives
            the same person in both.

    Returns:
        A list of `Taste`.
    """
    count = _require_whole("count", count)
    random = _random(seed, split, stream=(0,))
    people = []
    for _ in range(count):
        now, before = _person(random), _person(random)
        drifts = random.random_sample() < DRIFTING
        people.append(Taste(now.digits, now.slant, now.thickness, before) if drifts else now)
    return people


def clicks(people, later=8, *, seed=0, split="train"):
    """Which images many people clicked on, and which they like afterwards, as places.

    Numbers in place of images, since 4000 histories of 32 images would fill 400 MB.

    Args:
        people: a list of `Taste`, at least one.
        later: of how many images each person likes afterwards, 0 or more.
        seed: a whole number, 0 or more.
        split: "train" or "test".

    Returns:
        histories: `(people, 32)` places in the images of `digits.load(split)`, as
            `Taste.history(32, seed)` has them, the oldest first.
        later: `(people, later)` places of images that the present taste likes.
    """
    if not people:
        raise ValueError("clicks are those of people, at least one; got none")
    histories = [person._clicks(seed, split) for person in people]
    return np.stack(histories), np.stack([person._likes(later, seed, split) for person in people])


def wishes(times=4, seed=0):
    """Real train images, each with wishes that it grants: its digit, about its slant and thickness.

    A wish is the condition of a taste for a single digit. How far its slant and thickness lie from
    those of the image is drawn by the tolerances, as if somebody had wished and got this image.

    Args:
        times: how many wishes for each image, 1 or more.
        seed: a whole number, 0 or more.

    Returns:
        images: `(4000 * times, 28, 28, 1)` float32 in [-1, 1].
        conditions: `(4000 * times, 12)` float32, as `Taste.vector` has them.
    """
    times = _require_whole("times", times, least=1)
    random = _random(seed, "train", stream=(3,))
    labels, slants, thicknesses = (np.concatenate([part] * times) for part in _measured("train"))
    slants = slants + SLANT_TOLERANCE * random.standard_normal(len(labels))
    thicknesses = thicknesses + THICKNESS_TOLERANCE * random.standard_normal(len(labels))
    images = np.concatenate([digits.load()[0]] * times)
    return images, _vectors(np.eye(10)[labels], slants, thicknesses=thicknesses)


def _vectors(shares, slants, *, thicknesses):
    """Shares `(n, 10)`, degrees `(n,)`, pixels `(n,)` -> conditions `(n, 12)`."""
    scaled = [
        shares / SHARE_SPREAD,
        (slants[:, None] - MEAN_SLANT) / SLANT_SPREAD,
        (thicknesses[:, None] - MEAN_THICKNESS) / THICKNESS_SPREAD,
    ]
    return np.concatenate(scaled, axis=1).astype("float32")


def _person(random):
    kind = KINDS[random.randint(len(KINDS))]
    first, second = random.permutation(10)[:2]
    part = random.random_sample()
    shares = random.dirichlet(np.full(10, 2.0 if kind == "broad" else 0.5))
    if kind == "peaked":
        shares *= 0.4 - 0.3 * part
        shares[first] += 0.6 + 0.3 * part
    elif kind != "broad":
        shares *= 0.15
        shares[[first, second]] += 0.85 * np.array([0.35 + 0.3 * part, 0.65 - 0.3 * part])
    favourites = {"peaked": [first], "broad": range(10)}.get(kind, [first, second])
    slant, thickness = _preference(random, kind, favourites=favourites)
    return Taste(tuple(shares), slant, thickness)


def _preference(random, kind, *, favourites):
    """A slant and a thickness as train images of the favourite digits have them."""
    labels, slants, thicknesses = _measured("train")
    which = np.isin(labels, favourites)
    slant, thickness = 10 + 80 * random.random_sample(2)  # in a hundred images, sorted
    if kind == "unusual":
        slant = 4 if slant < 50 else 96
    return (
        float(np.percentile(slants[which], slant)),
        float(np.percentile(thicknesses[which], thickness)),
    )


def _random(seed, split, *, stream):
    """Random numbers whose making NumPy never changes, others for each split and stream."""
    seed = _require_whole("seed", seed, most=2**32 - 1)
    return np.random.RandomState([*stream, digits.SPLITS.index(_require_split(split)), seed])
