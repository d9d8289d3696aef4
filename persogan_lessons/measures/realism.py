"""How real are generated images? Images in, numbers with their sample sizes out."""

from typing import NamedTuple

import keras
import numpy as np
from scipy import stats
from sklearn.neighbors import NearestNeighbors

from persogan_lessons.measures import distances

READ_AT_ONCE = 100  # images; what a layer makes of them is kept until all have been through


class ClassCoverage(NamedTuple):
    """Which digits were drawn, and how evenly."""

    appearing: int
    shares: np.ndarray
    total_variation: float
    images: int

    def __str__(self):
        return (
            f"Classes {self.appearing} of {len(self.shares)}, total variation "
            f"{self.total_variation:.2f} from the wanted shares ({self.images} images)"
        )


class Memorisation(NamedTuple):
    """How near fakes lie to the training images, beside real images that were never trained on.

    Attributes:
        nearer: in what share of pairs a fake lies nearer to training than a held-out image does;
            0.5 if alike. Blurred images lie near everything, which raises it too.
        p_value: of the one-sided Mann-Whitney test of `nearer`.
        very_near: the share of fakes nearer than all but 5 % of the held-out; 0.05 if alike.
        nearest_is_training: the share of fakes whose nearest real image is a training image.
        chance: what that share is for a generator that copies nothing, however blurred: the
            training images' share of the real ones.
        images, held_out, training: how many there are of each.
    """

    nearer: float
    p_value: float
    very_near: float
    nearest_is_training: float
    chance: float
    images: int
    held_out: int
    training: int

    def __str__(self):
        return (
            f"Memorisation: nearer to training than held-out images in {self.nearer:.0%} of pairs "
            f"(50% if alike, p = {self.p_value:.2g}), very near {self.very_near:.0%} (5% if "
            f"alike), nearest real image is a training one {self.nearest_is_training:.0%} "
            f"({self.chance:.0%} by chance) ({self.images} images, {self.held_out} held out, "
            f"{self.training} training)"
        )


class Report(NamedTuple):
    """Each measure of the fakes; a floor is the same measure of as many held-out real images."""

    frechet: distances.FrechetDistance
    frechet_floor: distances.FrechetDistance
    kernel: distances.KernelDistance
    kernel_floor: distances.KernelDistance
    overlap: distances.Overlap
    overlap_floor: distances.Overlap
    classes: ClassCoverage
    memorisation: Memorisation

    @property
    def times_the_floor(self):
        """The Frechet distance as a multiple of its floor; 1 is as good as unseen real images."""
        return self.frechet.value / self.frechet_floor.value

    def __str__(self):
        return (
            f"{self.frechet}, {self.times_the_floor:,.1f} times the floor\n"
            f"  floor: {self.frechet_floor}\n{self.kernel}\n  floor: {self.kernel_floor}\n"
            f"{self.overlap}\n  floor: {self.overlap_floor}\n{self.classes}\n{self.memorisation}"
        )


def report(classifier, fakes, *, train, held_out):
    """Every measure of generated images, each with its floor.

    Fakes and held-out images are measured against the training images, the same number of both:
    the first ones of the larger set, since fewer images would mean another bias.
    Our splits hold equally many of each digit, so their floor is low: as many real digits drawn
    at random reach about twice its Frechet distance.

    Args:
        classifier: a model of digits with a layer "features", for instance the shipped one.
        fakes: `(n, 28, 28, 1)` in [-1, 1].
        train: `(m, 28, 28, 1)`, the images that the generator was trained on.
        held_out: `(h, 28, 28, 1)`, real images that it never saw.

    Returns:
        A `Report`; print it.
    """
    count = min(len(fakes), len(held_out))
    fakes, held_out = fakes[:count], held_out[:count]
    fake, real, unseen = (features(classifier, images) for images in (fakes, train, held_out))
    return Report(
        frechet=distances.frechet_distance(fake, real),
        frechet_floor=distances.frechet_distance(unseen, real),
        kernel=distances.kernel_distance(fake, real),
        kernel_floor=distances.kernel_distance(unseen, real),
        overlap=distances.overlap(fake, real),
        overlap_floor=distances.overlap(unseen, real),
        classes=class_coverage(logits(classifier, fake).argmax(1)),
        memorisation=memorisation(fakes, train=train, held_out=held_out),
    )


def features(classifier, images):
    """What the classifier's layer "features" makes of images: 64 numbers each, if it is ours.

    Args:
        classifier: a Keras model with a layer of that name.
        images: `(n, 28, 28, 1)` in [-1, 1].

    Returns:
        `(n, 64)` float32 array.
    """
    names = [layer.name for layer in classifier.layers]
    if "features" not in names:
        raise ValueError(
            'the classifier needs a layer named "features", in whose output images are compared; '
            f"got the layers {', '.join(names)}. Take networks.digit_classifier(), or name one of "
            'yours: Dense(64, name="features")'
        )
    extractor = keras.Model(classifier.inputs[0], classifier.get_layer("features").output)
    return _read(extractor, images)


def logits(classifier, seen):
    """What the classifier makes of images whose features are known: they pass through it once.

    Args:
        classifier: a Keras model with a layer "features" and, after it, one layer upon another.
        seen: `(n, 64)`, what `features` returned.

    Returns:
        `(n, 10)` float32 array, if the classifier is ours.
    """
    names = [layer.name for layer in classifier.layers]
    for layer in classifier.layers[names.index("features") + 1 :]:
        seen = layer(seen, training=False)
    return np.asarray(seen)


def class_coverage(predicted_digits, wanted=(0.1,) * 10):
    """How many of the classes appear, and how far their shares are from the wanted ones.

    Total variation is the share of images that would have to show another digit: 0 at best.
    Chance alone gives 0.04 for 1000 independent draws of ten equal classes.

    Args:
        predicted_digits: `(n,)` whole numbers, what a classifier read in each image.
        wanted: the share of each class, adding up to 1.
    """
    digits = np.asarray(predicted_digits)
    whole = digits.dtype.kind in "iu" and digits.ndim == 1 and digits.size > 0
    if not whole or digits.min() < 0 or digits.max() >= len(wanted):
        raise ValueError(
            f"predicted digits must be an array (n,) of whole numbers from 0 to {len(wanted) - 1}, "
            f"n at least 1; got {digits.dtype} of shape {digits.shape}. From a classifier's "
            "logits: logits.argmax(1)"
        )
    if not np.isclose(np.sum(wanted), 1):
        raise ValueError(f"the wanted shares must add up to 1; got {np.sum(wanted):g}")
    shares = np.bincount(digits, minlength=len(wanted)) / len(digits)
    variation = np.abs(shares - wanted).sum() / 2
    return ClassCoverage(np.count_nonzero(shares), shares, float(variation), len(digits))


def memorisation(fakes, *, train, held_out):
    """Do fakes lie nearer to the training images than real images that were never trained on?

    Each fake's distance to its nearest training image is compared with the held-out images', and
    with its own distance to the nearest held-out image.

    Args:
        fakes: `(n, 28, 28, 1)`.
        train: `(m, 28, 28, 1)`, the images that the generator was trained on.
        held_out: `(h, 28, 28, 1)`, real images of the same kind that it never saw.

    Source: Meehan et al., A Non-Parametric Test to Detect Data-Copying, 2020.
    """
    _, to_training = nearest(fakes, train)
    _, to_held_out = nearest(fakes, held_out)
    _, unseen = nearest(held_out, train)
    if np.median(unseen) < 1e-3:
        raise ValueError(
            "held-out images must not be training images, but most of these are. Pass the test "
            "split as held_out."
        )
    test = stats.mannwhitneyu(unseen, to_training, alternative="greater")
    return Memorisation(
        nearer=float(test.statistic / (len(unseen) * len(fakes))),
        p_value=float(test.pvalue),
        very_near=float(np.mean(to_training < np.quantile(unseen, 0.05))),
        nearest_is_training=float(np.mean(to_training < to_held_out)),
        chance=len(train) / (len(train) + len(held_out)),
        images=len(fakes),
        held_out=len(held_out),
        training=len(train),
    )


def nearest(images, among):
    """The image most like each of `images`, pixel by pixel.

    Args:
        images: `(n, 28, 28, 1)`.
        among: `(m, 28, 28, 1)`, for instance the images a generator was trained on.

    Returns:
        places: `(n,)` ints, where in `among` the nearest image is.
        distances: `(n,)`, root of the mean squared difference of a pixel; 0 is a copy.
    """
    flat_images, flat = distances.require_alike(images, among)
    apart, places = NearestNeighbors(n_neighbors=1).fit(flat).kneighbors(flat_images)
    return places[:, 0], apart[:, 0] / flat.shape[1] ** 0.5


def require_images(images, shape=(28, 28, 1)):
    """Images as an array `(n, *shape)`.

    Raises:
        ValueError: for another shape, or pixels that are not finite and in [-1, 1].
    """
    images = np.asarray(images)
    if images.shape[1:] != shape or len(images) == 0:
        expected = ", ".join(map(str, ("n", *shape)))
        raise ValueError(f"images must have shape ({expected}), n at least 1; got {images.shape}")
    low, high = images.min(), images.max()  # either is NaN if any pixel is
    if not -1.001 <= low <= high <= 1.001:
        raise ValueError(
            f"images must be finite and in [-1, 1]; got pixels from {low:g} to {high:g}. Scale "
            "0..255 with images / 127.5 - 1; NaN is a generator whose training diverged."
        )
    return images


def _read(model, images):
    """The model's output for images, some at a time."""
    images = require_images(images, model.input_shape[1:])
    parts = np.array_split(images, -(-len(images) // READ_AT_ONCE))
    return np.concatenate([model(part, training=False) for part in parts])
