"""Assignment 03, Keeping it stable: smooth labels, a penalty to mend, a verdict to pronounce."""

import numpy as np
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task
from persogan_lessons.models import losses, penalties

SURE = "'A discriminator that is never sure' in lesson 03"
STEEP = "'A discriminator that is not steep' in lesson 03"
ROOT = "'And a break of one character's worth' in lesson 03"
LUCK = "'How luck looks' in lesson 03"

# Smooth labels


def _logits(rng):
    count = int(rng.integers(4, 9))
    names = "real_logits", "fake_logits"
    return {name: rng.normal(0, 2, (count, 1)).astype("float32") for name in names}


def _smoothed(real_logits, fake_logits, *, real=1.0, fake=0.0):
    """Cross-entropy with these targets for real images and for fakes."""
    as_real = ops.mean(ops.softplus(-real_logits) + (1 - real) * real_logits)
    return as_real + ops.mean(ops.softplus(fake_logits) - fake * fake_logits)


@task(_logits, attempts.slopes, read=SURE)
def smooth_loss(real_logits, fake_logits):
    """Real images called real to nine tenths, fake ones fake outright."""
    return losses.smooth_labels(0.9)(real_logits, fake_logits)


@smooth_loss.mistake("nothing is smoothed: real images are called real outright")
def _(real_logits, fake_logits):
    return _smoothed(real_logits, fake_logits)


@smooth_loss.mistake("both sides are smoothed: this praises the generator for standing still")
def _(real_logits, fake_logits):
    return _smoothed(real_logits, fake_logits, real=0.9, fake=0.1)


@smooth_loss.mistake("the fakes are smoothed, and the real images are not: it is one-sided")
def _(real_logits, fake_logits):
    return _smoothed(real_logits, fake_logits, fake=0.1)


@smooth_loss.mistake("a target of 0.1 for real images: they are called fake to nine tenths")
def _(real_logits, fake_logits):
    return _smoothed(real_logits, fake_logits, real=0.1)


@smooth_loss.mistake(
    "smoothed as over two classes: that makes the target 0.95, and 0.9 is asked for"
)
def _(real_logits, fake_logits):
    return _smoothed(real_logits, fake_logits, real=0.95)


@smooth_loss.mistake("the two images are swapped: the fakes are called real to nine tenths")
def _(real_logits, fake_logits):
    return _smoothed(fake_logits, real_logits, real=0.9)


@smooth_loss.mistake("the second half of the cross-entropy is missing: 0.1 times -log(1 - D)")
def _(real_logits, fake_logits):
    return 0.9 * ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


@smooth_loss.mistake(
    "the logits are made smaller, not the target: a logit of 0.9 is no probability"
)
def _(real_logits, fake_logits):
    return _smoothed(0.9 * real_logits, fake_logits)


@smooth_loss.mistake("the price for being sure is paid out: its sign is turned")
def _(real_logits, fake_logits):
    return _smoothed(real_logits, fake_logits, real=1.1)


@smooth_loss.mistake("this is the hinge: right by a margin, then at rest")
def _(real_logits, fake_logits):
    return losses.hinge_discriminator_loss(real_logits, fake_logits)


@smooth_loss.mistake(
    "a sigmoid twice: the loss applies one to what already went through one",
    read="'Sigmoid twice' in lesson 01",
)
def _(real_logits, fake_logits):
    return _smoothed(ops.sigmoid(real_logits), ops.sigmoid(fake_logits), real=0.9)


# A gradient penalty, mended

WEIGHT = 10.0


def _images_and_judge(rng):
    """Images, the first one blank on both sides so that the judge is flat there, and shares."""
    count = int(rng.integers(4, 8))
    real, fake = rng.uniform(-1, 1, (2, count, 28, 28, 1)).astype("float32")
    real[0] = fake[0] = 0
    share = rng.uniform(0.2, 0.8, (count, 1, 1, 1)).astype("float32")
    images = {"real_images": real, "fake_images": fake, "share": share}
    return images | {"weights": attempts.judge_weights(rng)}


def _between(real_images, fake_images, share):
    return share * real_images + (1 - share) * fake_images


def _norms(discriminator, images, small=1e-12):
    slopes = penalties.slopes_at(images, discriminator)
    return ops.sqrt(ops.sum(ops.square(slopes), axis=1) + small)


def _penalised(norms):
    return WEIGHT * ops.mean(ops.square(norms - 1))


@task(_images_and_judge, attempts.penalty, read=STEEP)
def gradient_penalty(discriminator, *images_and_share):
    """Ten times the mean of (size of the slope - 1)^2 at places between real and fake images."""
    return _penalised(_norms(discriminator, _between(*images_and_share)))


@gradient_penalty.mistake(
    "NaN: the root has no finite slope at 0, so add a small number under it", read=ROOT
)
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, _between(real_images, fake_images, share), small=0.0))


@gradient_penalty.mistake("the slope is taken at the real images, as R1 does, not between")
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, real_images))


@gradient_penalty.mistake("the slope is taken at the fake images, not between")
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, fake_images))


@gradient_penalty.mistake("the share is the real image's, and here the fake one gets it")
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, _between(fake_images, real_images, share)))


@gradient_penalty.mistake("all images lie half-way: the share is not used")
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, (real_images + fake_images) / 2))


@gradient_penalty.mistake("one share for the whole batch: each image has its own")
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, _between(real_images, fake_images, share[0])))


@gradient_penalty.mistake("one size for the whole batch: each image has a slope of its own")
def _(discriminator, real_images, fake_images, share):
    slopes = penalties.slopes_at(_between(real_images, fake_images, share), discriminator)
    return _penalised(ops.sqrt(ops.sum(ops.square(slopes)) + 1e-12))


@gradient_penalty.mistake("the squares are averaged over the pixels: the size is the root of a sum")
def _(discriminator, real_images, fake_images, share):
    slopes = penalties.slopes_at(_between(real_images, fake_images, share), discriminator)
    return _penalised(ops.sqrt(ops.mean(ops.square(slopes), axis=1) + 1e-12))


@gradient_penalty.mistake("each pixel's slope is held to 1: it is the size of all together")
def _(discriminator, real_images, fake_images, share):
    slopes = penalties.slopes_at(_between(real_images, fake_images, share), discriminator)
    return WEIGHT * ops.mean(ops.sum(ops.square(abs(slopes) - 1), axis=1))


@gradient_penalty.mistake("the root is missing: it is the size that should be 1, not its square")
def _(discriminator, real_images, fake_images, share):
    return _penalised(_norms(discriminator, _between(real_images, fake_images, share)) ** 2)


@gradient_penalty.mistake("this drives all slopes to 0: take 1 away before you square")
def _(discriminator, real_images, fake_images, share):
    norms = _norms(discriminator, _between(real_images, fake_images, share))
    return WEIGHT * ops.mean(norms**2)


@gradient_penalty.mistake("only slopes above 1 are punished: those below 1 are as well")
def _(discriminator, real_images, fake_images, share):
    norms = _norms(discriminator, _between(real_images, fake_images, share))
    return _penalised(ops.maximum(norms, 1))


@gradient_penalty.mistake("the square is missing: this is the difference itself")
def _(discriminator, real_images, fake_images, share):
    norms = _norms(discriminator, _between(real_images, fake_images, share))
    return WEIGHT * ops.mean(norms - 1)


@gradient_penalty.mistake("the mean of all sizes is held to 1: each image has to be near it")
def _(discriminator, real_images, fake_images, share):
    norms = _norms(discriminator, _between(real_images, fake_images, share))
    return WEIGHT * ops.square(ops.mean(norms) - 1)


# A verdict


def _studies(rng):
    """Nine comparisons, five runs against ten, NaN for a failed run; in mixed order."""
    plain = rng.uniform(180, 260, (9, 10))
    tried = rng.uniform(180, 260, (9, 5))
    tried[0] = rng.uniform(100, 170, 5)  # better
    tried[1] = rng.uniform(300, 400, 5)  # worse
    tried[2] = rng.uniform(130, 170, 5)  # better but for one run
    tried[2, 3] = rng.uniform(200, 230)
    tried[3] = rng.uniform(100, 170, 5)  # better but for one that failed
    tried[3, 1] = np.nan
    tried[4] = np.nan  # every run failed
    tried[5] = rng.uniform(270, 330, 5)  # worse, but one of the baseline's failed
    plain[5, 6] = np.nan
    tried[6] = rng.uniform(100, 170, 5)  # better, and one of the baseline's failed
    plain[6, 2] = np.nan
    tried[7, :4] = rng.uniform(300, 400, 4)  # worse but for one
    tried[7, 4] = rng.uniform(150, 170)
    order = rng.permutation(9)
    return {"tried": tried[order], "plain": plain[order]}


def _told(better, worse):
    return "better" if better else "worse" if worse else "not told apart"


def _failed_last(*runs):
    return [np.where(np.isnan(each), np.inf, each) for each in runs]


@task(_studies, attempts.words, read=LUCK)
def verdict(tried, plain):
    """Better if the worst beats the baseline's best, worse if the best loses to its worst."""
    tried, plain = _failed_last(tried, plain)
    return _told(max(tried) < min(plain), min(tried) > max(plain))


@verdict.mistake(
    "means are compared: the rule asks every run of one to beat every run of the other"
)
def _(tried, plain):
    return _told(np.nanmean(tried) < np.nanmean(plain), np.nanmean(tried) > np.nanmean(plain))


@verdict.mistake("medians are compared: the rule asks every run to beat every other")
def _(tried, plain):
    tried, plain = _failed_last(tried, plain)
    return _told(np.median(tried) < np.median(plain), np.median(tried) > np.median(plain))


@verdict.mistake("the best runs are compared: it is the worst one that has to beat the best")
def _(tried, plain):
    tried, plain = _failed_last(tried, plain)
    return _told(min(tried) < min(plain), min(tried) > max(plain))


@verdict.mistake("best with best and worst with worst: they have to be compared crosswise")
def _(tried, plain):
    tried, plain = _failed_last(tried, plain)
    return _told(
        min(tried) < min(plain) and max(tried) < max(plain),
        max(tried) > max(plain) and min(tried) > min(plain),
    )


@verdict.mistake("failed runs are left out: a failed run is worse than any other")
def _(tried, plain):
    tried, plain = tried[~np.isnan(tried)], plain[~np.isnan(plain)]
    if not len(tried):
        return "worse"
    return _told(max(tried) < min(plain), min(tried) > max(plain))


@verdict.mistake("failed runs are left out, and where all have failed nothing is said")
def _(tried, plain):
    tried, plain = tried[~np.isnan(tried)], plain[~np.isnan(plain)]
    if not len(tried):
        return "not told apart"
    return _told(max(tried) < min(plain), min(tried) > max(plain))


@verdict.mistake("NaN goes unseen: every comparison with it is false, so ask `np.isnan` first")
def _(tried, plain):
    return _told(np.max(tried) < np.min(plain), np.min(tried) > np.max(plain))


@verdict.mistake("a failed run counts as 0, the best of all: it is worse than any other")
def _(tried, plain):
    tried, plain = np.nan_to_num(tried), np.nan_to_num(plain)
    return _told(max(tried) < min(plain), min(tried) > max(plain))


@verdict.mistake("a large distance is taken for a good one: 'better' and 'worse' are swapped")
def _(tried, plain):
    tried, plain = _failed_last(tried, plain)
    return _told(min(tried) > max(plain), max(tried) < min(plain))


@verdict.mistake("any failed run makes it worse: here it only counts as the last of them")
def _(tried, plain):
    failed = np.isnan(tried).any()
    plain = _failed_last(plain)[0]
    return _told(not failed and max(tried) < min(plain), failed or min(tried) > max(plain))
