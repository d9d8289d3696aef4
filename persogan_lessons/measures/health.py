"""What is wrong with a GAN? A training history and samples in, a verdict in words out.

Losses are read only where they are those of `models.losses`: cross entropy, with the generator's
non-saturating or minimax loss. Those obey inequalities that Wasserstein and least-squares losses
break; of such losses the verdict says nothing, and judges the images alone.
"""

from typing import NamedTuple

import numpy as np
from sklearn.neighbors import NearestNeighbors

from persogan_lessons.measures import realism

# Losses, in nats. The last third of the epochs tells how the game ended; its median is compared.
GUESSING = 2 * np.log(2)  # the discriminator's loss when it answers one half to everything
SURE = 0.05  # a loss of answers that are right at 95 % on average; healthy runs end above 0.7
FOOLED = 0.2  # the generator's loss when fakes are called real at 80 %; healthy: above 0.7
FOOLED_MINIMAX = np.log(1 - np.exp(-FOOLED))  # the minimax loss there
SWING = 6.0  # how far a loss falls back from a peak; healthy runs: below 3
SLACK = 0.1  # half steps, between which the discriminator moves, and bfloat16 shift the sum
STILL = 1e-3  # a loss that varies less over a whole training belongs to players that stand still
ONE_LOSS = 0.2  # both losses together; two players who disagree cannot both be so content
PINNED = 0.005  # range of a loss over the last third when its gradient is gone; healthy: above 0.03
ROUNDING = 0.02  # from log 2, where bfloat16 puts such a loss

# Images
CLASSES = 10
FEWEST = 100  # with fewer fakes, chance alone leaves one of ten digits out now and then
LIKE_REAL = 0.99  # a fake is like a digit if as near to training as this share of held-out ones
CLEAN = 0.9  # the same for fakes that are clean enough for the classifier to read
ENOUGH_DIGITS = 0.1  # the share of such fakes below which counting digits would mean nothing
MISSING, RARE = 0.1, 0.3  # a digit's share of the fakes, as a part of its share in training
ALIKE = 0.1  # distance to the nearest other image, as a part of the same in training
COPIED = 0.5  # fakes nearest to a training image beyond chance; 0 for real images, 1 for copies
VERY_NEAR = 0.3  # fakes nearer to training than 95 % of held-out images; 0.05 for real images

ARTICLE = "lesson 01, The article, fixed"
STABLE = "lesson 03, Keeping it stable"
SMALL = "lesson 04, Small enough"


class Finding(NamedTuple):
    """One failure: its name, what was seen, the likely cause, and the lesson that cures it."""

    name: str
    seen: str
    cause: str
    lesson: str

    def __str__(self):
        return (
            f"{self.name}\n  seen: {self.seen}\n  likely cause: {self.cause}\n  cure: {self.lesson}"
        )


class Verdict(NamedTuple):
    """The failures that were found, the gravest first, and what was looked at."""

    findings: tuple
    rests_on: str

    @property
    def healthy(self):
        """Whether nothing was found."""
        return not self.findings

    def __str__(self):
        found = "\n".join(map(str, self.findings)) or "healthy: none of the known failures is seen"
        return f"{found}\n({self.rests_on})"


class Losses(NamedTuple):
    """Both losses by epoch, `(epochs,)` each, and of which kind they are: None if unknown."""

    discriminator: np.ndarray
    generator: np.ndarray
    kind: str | None

    @property
    def last_third(self):
        """Both over the last third of the epochs, `(2, epochs / 3)`: how the game ended."""
        return np.stack([self.discriminator, self.generator])[:, len(self.generator) * 2 // 3 :]

    @property
    def end(self):
        """The median of each over the last third: discriminator, generator."""
        return np.median(self.last_third, axis=1)

    def __str__(self):
        read = f"of the {self.kind} kind" if self.kind else "of no kind that is read here: unused"
        return f"losses of {len(self.generator)} epochs, {read}"


class Evidence(NamedTuple):
    """What every finding is drawn from.

    Attributes:
        losses: `Losses`.
        fakes, train: images `(n, 28, 28, 1)` and `(m, 28, 28, 1)`.
        fake_digits, train_digits: what each shows, `(n,)` and `(m,)`. The classifier reads the
            real images and those fakes that are as clean. It has seen nothing else, and takes a
            faint or grainy drawing for an 8; such a fake counts as its nearest training image.
        like_real: `(n,)` bools, whether a fake's features lie among those of real digits.
        memorisation: `realism.Memorisation`.
    """

    losses: Losses
    fakes: np.ndarray
    train: np.ndarray
    fake_digits: np.ndarray
    train_digits: np.ndarray
    like_real: np.ndarray
    memorisation: realism.Memorisation

    def __str__(self):
        return (
            f"{self.losses}; {len(self.fakes)} fakes, {self.like_real.mean():.0%} of them like "
            f"digits; {len(self.train)} training and {self.memorisation.held_out} held-out images"
        )


def diagnose(history, fakes, *, train, held_out, classifier):
    """Name what is wrong with a GAN, with the evidence, the likely cause and the cure.

    Args:
        history: `{"discriminator_loss": [...], "generator_loss": [...]}`, a number for each
            epoch, as in `gan.fit(...).history` or `plots.Live.history`.
        fakes: `(n, 28, 28, 1)` in [-1, 1], n at least 100; 1000 make a good verdict.
        train: `(m, 28, 28, 1)`, the real images that the generator should learn to draw.
        held_out: `(h, 28, 28, 1)`, real images that it never saw.
        classifier: a model of digits with a layer "features", for instance the shipped one.

    Returns:
        A `Verdict`; print it. NaN in losses or fakes is a finding, and then the only one.

    Raises:
        ValueError: if the history lacks a loss, or images have another shape, are too few, or
            real ones are not numbers.
    """
    losses = _read_losses(history)
    fakes = _require_images("fakes", fakes, at_least=FEWEST)
    train, held_out = _require_images("train", train), _require_images("held_out", held_out)
    if broken := not_a_number(losses, fakes):
        return Verdict((broken,), f"losses of {len(losses.generator)} epochs, {len(fakes)} fakes")
    evidence = _gather(losses, fakes, train=train, held_out=held_out, classifier=classifier)
    findings = tuple(filter(None, (find(evidence) for find in FINDINGS)))
    if not findings and (unfinished := no_digits(evidence)):
        findings = (unfinished,)
    return Verdict(findings, str(evidence))


def not_a_number(losses, fakes):
    """NaN or infinity in a loss or an image."""
    finite = np.isfinite(losses.discriminator) & np.isfinite(losses.generator)
    broken = np.count_nonzero(~np.isfinite(fakes).all(axis=(1, 2, 3)))
    if finite.all() and not broken:
        return None
    seen = [f"{broken} of {len(fakes)} fakes hold NaN or infinity"] if broken else []
    if not finite.all():
        seen.append(f"a loss is NaN or infinite in epoch {np.argmin(finite) + 1} of {len(finite)}")
    cause = "training diverged: a learning rate far too high, or NaN in the training images"
    return Finding("NaN", ", ".join(seen), cause, STABLE)


def one_loss_for_both(evidence):
    """Both players minimise the same loss, so both are content and nobody judges."""
    discriminator, generator = evidence.losses.end
    if evidence.losses.kind != "one loss for both":
        return None
    return Finding(
        "one loss for both",
        f"losses of {discriminator:.2g} and {generator:.2g}, together below {ONE_LOSS}; players "
        f"who disagree cannot get below {GUESSING:.2f}",
        "the discriminator is trained to call fakes real, which is what the generator wants",
        f"{ARTICLE} (fault 7)",
    )


def discriminator_not_training(evidence):
    """Fakes are called real throughout, or neither loss ever moves."""
    losses = evidence.losses
    discriminator, generator = losses.end
    moved = np.ptp(losses.discriminator)
    still = losses.kind and len(losses.generator) > 2 and moved < STILL and discriminator > SURE
    fooled = (losses.kind == "non-saturating" and generator < FOOLED) or (
        losses.kind == "minimax" and generator < FOOLED_MINIMAX
    )
    if not (still or fooled):
        return None
    return Finding(
        "discriminator not training",
        f"the discriminator's loss ended at {discriminator:.2f} (guessing costs {GUESSING:.2f}) "
        f"and the generator's at {generator:.2g}, in {len(losses.generator)} epochs"
        + (": neither moved" if still else ": fakes are called real"),
        "its weights do not move: frozen with trainable = False, a learning rate of 0 or far "
        "below the generator's, or gradients of the wrong network",
        f"{ARTICLE} (fault 10)",
    )


def vanishing_gradient(evidence):
    """The discriminator is sure, and the generator's loss is flat there: it learns nothing."""
    losses = evidence.losses
    discriminator, generator = losses.end
    if losses.kind == "minimax" and generator > -SURE:
        cause = "the minimax loss is flat where the discriminator is sure; take the non-saturating"
        where = "Predict, then break it"
    elif losses.kind == "non-saturating" and _pinned(losses):
        cause = "a sigmoid at the end of the discriminator and another in the loss; drop the first"
        where = "fault 6"
    else:
        return None
    seen = f"losses pinned at {discriminator:.3f} and {generator:.3f}, and no gradient there"
    return Finding("vanishing generator gradient", seen, cause, f"{ARTICLE} ({where})")


def discriminator_too_strong(evidence):
    """It is never wrong, so that no fake is better than another."""
    discriminator, generator = evidence.losses.end
    if evidence.losses.kind != "non-saturating" or discriminator > SURE:
        return None
    return Finding(
        "discriminator too strong",
        f"its loss ended at {discriminator:.2g}: it is never wrong; the generator's at "
        f"{generator:.1f}",
        "it learns much faster than the generator, or the generator has lost its way",
        f"{STABLE} (learning rates, penalties, noise on the images)",
    )


def oscillation(evidence):
    """A loss rises to a peak and falls back by more than any healthy game does."""
    losses = evidence.losses
    if losses.kind not in ("non-saturating", "minimax"):
        return None
    falls = {"discriminator": _fall(losses.discriminator)}
    if losses.kind == "non-saturating":
        falls["generator"] = _fall(losses.generator)
    player, (peak, epoch, low) = max(falls.items(), key=lambda item: item[1][0] - item[1][2])
    if peak - low < SWING:
        return None
    return Finding(
        "oscillation",
        f"the {player}'s loss stood at {peak:.1f} in epoch {epoch} of {len(losses.generator)} and "
        f"fell to {low:.1f} later; in healthy games a loss falls back by less than {SWING / 2}",
        "steps that overshoot: a learning rate or a momentum (beta_1) too high",
        f"{STABLE} (optimizers)",
    )


def mode_collapse(evidence):
    """Digits are missing, or all fakes are nearly one image."""
    count, apart = len(evidence.fakes), _apart(evidence.fakes, evidence.train)
    missing, rare = _missing_and_rare(evidence)
    if apart < ALIKE:
        seen = (
            f"{count} fakes are nearly one image: the nearest other one is {apart:.2g} times as "
            "far away as among training images"
        )
    elif missing:
        drawn = np.bincount(evidence.fake_digits, minlength=CLASSES)
        seen = f"hardly any of {count} fakes shows a {_either(missing, drawn)}"
        seen += f", and few show a {_either(rare, drawn)}" if rare else ""
    else:
        return None
    cause = (
        "the generator settled on the few images that pass, or the rest was not among the images "
        "that it was trained on"
    )
    return Finding("mode collapse", seen, cause, f"{STABLE} (penalties, learning rates)")


def near_identical(evidence):
    """The drawings of a digit are nearly one image."""
    drawn, real = (
        [images[digits == digit] for digit in range(CLASSES)]
        for images, digits in (
            (evidence.fakes, evidence.fake_digits),
            (evidence.train, evidence.train_digits),
        )
    )
    apart = {digit: _apart(*pair) for digit, pair in enumerate(zip(drawn, real, strict=True))}
    alike = [digit for digit, ratio in apart.items() if ratio < ALIKE]
    if not alike:
        return None
    seen = [
        f"{apart[digit]:.2g} times for a {digit} ({len(drawn[digit])} fakes)" for digit in alike
    ]
    return Finding(
        "near-identical images",
        f"the nearest other drawing is only {', '.join(seen)} as far as among training images",
        "the generator ignores most of its noise: mode collapse within a digit",
        f"{STABLE} (penalties, learning rates)",
    )


def memorising(evidence):
    """Fakes lie at training images, where held-out images do not."""
    found = evidence.memorisation
    beyond = (found.nearest_is_training - found.chance) / (1 - found.chance)
    if beyond < COPIED or found.very_near < VERY_NEAR:
        return None
    return Finding(
        "memorising",
        f"the nearest real image is a training one for {found.nearest_is_training:.0%} of "
        f"{found.images} fakes ({found.chance:.0%} by chance), and {found.very_near:.0%} lie very "
        f"near one of {found.training} training images (5% of {found.held_out} held-out ones do)",
        "too few training images for networks of this size, trained too long",
        f"{STABLE} (augmentation), and {SMALL}",
    )


def no_digits(evidence):
    """Nothing else is wrong, but the fakes are no digits; asked last."""
    share = evidence.like_real.mean()
    if share >= ENOUGH_DIGITS:
        return None
    return Finding(
        "no digits yet",
        f"only {share:.0%} of {len(evidence.fakes)} fakes lie as near to the training digits as "
        f"{LIKE_REAL:.0%} of {evidence.memorisation.held_out} held-out ones do",
        "too few steps, or networks too small",
        f"{SMALL}; first train longer",
    )


FINDINGS = (
    one_loss_for_both,
    discriminator_not_training,
    vanishing_gradient,
    discriminator_too_strong,
    oscillation,
    mode_collapse,
    near_identical,
    memorising,
)


def _gather(losses, fakes, *, train, held_out, classifier):
    features = [realism.features(classifier, images) for images in (fakes, train, held_out)]
    near_real = NearestNeighbors(n_neighbors=1).fit(features[1])
    fake_distance, usual = (near_real.kneighbors(each)[0][:, 0] for each in features[::2])
    read, train_digits = (
        classifier.predict(images, batch_size=500, verbose=0).argmax(1) for images in (fakes, train)
    )
    places, _ = realism.nearest(fakes, train)
    clean = fake_distance < np.quantile(usual, CLEAN)
    return Evidence(
        losses,
        fakes,
        train,
        fake_digits=np.where(clean, read, train_digits[places]),
        train_digits=train_digits,
        like_real=fake_distance < np.quantile(usual, LIKE_REAL),
        memorisation=realism.memorisation(fakes, train=train, held_out=held_out),
    )


def _pinned(losses):
    """Whether the generator stands at log 2, as after two sigmoids of a logit far below 0."""
    last = losses.last_third
    still = last.shape[1] > 2 and np.ptp(last, axis=1).max() < PINNED
    return still and abs(losses.end[1] - np.log(2)) < ROUNDING


def _missing_and_rare(evidence):
    """The digits that hardly appear, and those that appear too seldom; none if few are digits."""
    if evidence.like_real.mean() < ENOUGH_DIGITS:
        return [], []
    wanted = _shares(evidence.train_digits)
    drawn = _shares(evidence.fake_digits)
    # Where fewer than ten are expected, chance alone may leave a digit out.
    expected = wanted * len(evidence.fakes) >= 10
    missing = expected & (drawn <= MISSING * wanted)
    rare = expected & (drawn < RARE * wanted) & ~missing
    return [np.flatnonzero(each).tolist() for each in (missing, rare)]


def _shares(digits):
    return np.bincount(digits, minlength=CLASSES) / len(digits)


def _apart(images, real):
    """Median distance to the nearest other image, as a part of the same among real images.

    Both are measured among equally many, and among so few that copies drawn at random from all
    the real images would seldom meet: memorising is another failure. Too few: not a number.
    """
    count = min(len(images), len(real) // 4)
    if count < 10:
        return np.nan
    usual = _to_nearest_other(real[:count]) or np.nan
    return _to_nearest_other(images[:count]) / usual


def _to_nearest_other(images):
    flat = images.reshape(len(images), -1)
    return np.median(NearestNeighbors(n_neighbors=1).fit(flat).kneighbors()[0])


def _fall(values):
    """Where a series falls most from a peak: the peak, its place counted from 1, the low."""
    peaks = np.maximum.accumulate(values)
    low = np.argmax(peaks - values)
    return peaks[low], int(np.argmax(values[: low + 1])) + 1, values[low]


def _kind(discriminator, generator):
    """Which losses these are, from inequalities that hold for every game with them.

    softplus(a) + softplus(-a) >= 2 log 2 holds for a fake's logit in the non-saturating game. In
    the minimax game the generator's loss is a part of the discriminator's, with its sign turned.
    """
    both = discriminator + generator
    if not np.isfinite(both).all() or discriminator.min() < 0:
        return None
    if generator.min() >= 0 and both.min() > GUESSING - SLACK:
        return "non-saturating"
    if generator.min() >= 0 and both[-1] < ONE_LOSS:
        return "one loss for both"
    if generator.max() <= 0 and both.min() > -SLACK:
        return "minimax"
    return None


def _read_losses(history):
    names = ("discriminator_loss", "generator_loss")
    if not hasattr(history, "keys") or not set(names) <= set(history.keys()):
        got = ", ".join(history.keys()) if hasattr(history, "keys") else type(history).__name__
        raise ValueError(
            f"history must hold {' and '.join(names)}, by epoch; got {got or 'nothing'}. Pass "
            "gan.fit(...).history or plots.Live.history"
        )
    discriminator, generator = (np.asarray(history[name], "float64") for name in names)
    if discriminator.ndim != 1 or discriminator.shape != generator.shape or not len(generator):
        raise ValueError(
            "both losses must be lists of one length, a number for each epoch, at least one; got "
            f"shapes {discriminator.shape} and {generator.shape}"
        )
    return Losses(discriminator, generator, _kind(discriminator, generator))


def _require_images(name, images, *, at_least=1):
    images = np.asarray(images)
    if images.shape[1:] != (28, 28, 1) or len(images) < at_least:
        raise ValueError(
            f"{name} must be images of shape (n, 28, 28, 1), n at least {at_least}; got "
            f"{images.shape}"
        )
    return images


def _either(digits, drawn):
    return " or ".join(f"{digit} ({drawn[digit]})" for digit in digits)
