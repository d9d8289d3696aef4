"""Assignment 05, A label is a condition: a logit for pairs, a step to mend, a judge that reads."""

import tensorflow as tf
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task
from persogan_lessons.models.losses import cross_entropy_discriminator_loss

PRODUCT = "'The discriminator: a scalar product' in lesson 05"
STEP = "'The step' in lesson 05"
READS = "'The discriminator as a classifier' in lesson 05"

# The logit of a pair


def _pairs(rng):
    count, width = int(rng.integers(4, 8)), int(rng.integers(9, 17))
    return {
        "real": rng.normal(size=(count, 1)).astype("float32"),
        "seen": rng.normal(size=(count, width)).astype("float32"),
        "wanted": rng.normal(size=(count, width)).astype("float32"),
    }


def _product(seen, wanted):
    return ops.sum(seen * wanted, axis=1, keepdims=True)


def _root(seen):
    return float(seen.shape[1]) ** 0.5


@task(_pairs, attempts.slopes, read=PRODUCT)
def pair_logit(real, *seen_and_wanted):
    """Is it real, and does it suit: the scalar product divided by the root of the width."""
    return real + _product(*seen_and_wanted) / _root(seen_and_wanted[0])


@pair_logit.mistake("the condition is ignored: any image that looks real would pass")
def _(real, seen, wanted):
    return real + 0 * _product(seen, wanted)


@pair_logit.mistake("the condition is ignored: what is seen is added up without it")
def _(real, seen, wanted):
    return real + ops.sum(seen, axis=1, keepdims=True) / _root(seen) + 0 * _product(seen, wanted)


@pair_logit.mistake("what is seen is not used: the condition alone cannot say whether it suits")
def _(real, seen, wanted):
    return real + ops.sum(wanted, axis=1, keepdims=True) / _root(seen) + 0 * _product(seen, wanted)


@pair_logit.mistake("'is it real?' is missing: an image that suits need not look real")
def _(real, seen, wanted):
    return _product(seen, wanted) / _root(seen) + 0 * real


@pair_logit.mistake("the product is not scaled: divide it by the root of the width")
def _(real, seen, wanted):
    return real + _product(seen, wanted)


@pair_logit.mistake("divided by the width, as a mean does: it is the root of the width")
def _(real, seen, wanted):
    return real + _product(seen, wanted) / _root(seen) ** 2


@pair_logit.mistake("multiplied by the root of the width, where it should be divided by it")
def _(real, seen, wanted):
    return real + _product(seen, wanted) * _root(seen)


@pair_logit.mistake("both parts are divided: only the scalar product is")
def _(real, seen, wanted):
    return (real + _product(seen, wanted)) / _root(seen)


@pair_logit.mistake("the product is taken away: what suits would be called fake")
def _(real, seen, wanted):
    return real - _product(seen, wanted) / _root(seen)


@pair_logit.mistake("the parts are added, not multiplied: what is seen never meets what is wanted")
def _(real, seen, wanted):
    return real + ops.sum(seen + wanted, axis=1, keepdims=True) / _root(seen)


@pair_logit.mistake("mismatched pairs: each image meets the condition of its neighbour")
def _(real, seen, wanted):
    return real + _product(seen, ops.roll(wanted, 1, axis=0)) / _root(seen)


@pair_logit.mistake("every image meets every condition: only its own is asked for")
def _(real, seen, wanted):
    return real + ops.sum(seen @ ops.transpose(wanted), axis=1, keepdims=True) / _root(seen)


@pair_logit.mistake("divided by their lengths: this is the cosine of an angle, of lesson 07")
def _(real, seen, wanted):
    return real + _product(ops.normalize(seen, axis=1), ops.normalize(wanted, axis=1))


@pair_logit.mistake("the batch is averaged: every pair has a logit of its own")
def _(real, seen, wanted):
    return real + ops.mean(_product(seen, wanted)) / _root(seen)


# A step of the discriminator, mended


def _batch_and_players(rng):
    count = int(rng.integers(4, 8))
    return {
        "real_images": rng.uniform(-1, 1, (count, 28, 28, 1)).astype("float32"),
        "condition": rng.normal(size=(count, attempts.CONDITION_SIZE)).astype("float32"),
        "noise": rng.normal(size=(count, attempts.NOISE_SIZE)).astype("float32"),
    } | attempts.conditional_weights(rng)


def _rolled(condition):
    return ops.roll(condition, 1, axis=0)


def _as_it_is(given):
    return given


def _moved(*, drawn=_as_it_is, real=_as_it_is, fake=_as_it_is, loss=None, both=0):
    """A step: what becomes of the condition in each of the three calls, the loss, who moves."""
    loss = loss or cross_entropy_discriminator_loss

    def update_discriminator(images, condition, noise, generator, discriminator, optimizer):
        weights = discriminator.trainable_variables + both * generator.trainable_variables
        with tf.GradientTape() as tape:
            fakes = generator([noise, drawn(condition)])
            real_logits = discriminator([images, real(condition)])
            value = loss(real_logits, discriminator([fakes, fake(condition)]))
        optimizer.apply(tape.gradient(value, weights), weights)

    return update_discriminator


@task(_batch_and_players, attempts.conditional_update, read=STEP)
def update_discriminator(real_images, condition, *rest):
    """One step of the discriminator on pairs; real images and fakes have the same conditions."""
    _moved()(real_images, condition, *rest)


def _never(condition):
    return ops.zeros_like(condition)


for _cause, _how in {
    "the generator moves too: the optimizer was given its weights as well": {"both": 1},
    "the labels are swapped: real pairs are called fake": {
        "loss": lambda real, fake: cross_entropy_discriminator_loss(fake, real)
    },
    "the condition is ignored: the discriminator gets zeros": {"real": _never, "fake": _never},
    "the condition is ignored: the generator gets zeros": {"drawn": _never},
    "the condition is ignored in all three calls": {
        "drawn": _never,
        "real": _never,
        "fake": _never,
    },
    "real images get no condition: then a condition alone tells that it is a fake": {
        "real": _never
    },
    "fakes get no condition: then a condition alone tells that it is real": {"fake": _never},
    "mismatched pairs: real images meet the condition of their neighbour": {"real": _rolled},
    "mismatched pairs: fakes are judged by the condition of their neighbour": {"fake": _rolled},
    "mismatched pairs: fakes are drawn for the condition of their neighbour": {"drawn": _rolled},
    "only the real half is there: nothing says that fakes are fake": {
        "loss": lambda real, fake: ops.mean(ops.softplus(-real)) + 0 * ops.sum(fake)
    },
    "only the fake half is there: no real image is ever used": {
        "loss": lambda real, fake: ops.mean(ops.softplus(fake)) + 0 * ops.sum(real)
    },
    "fakes are called real: that is what the generator wants": {
        "loss": lambda real, fake: cross_entropy_discriminator_loss(real, -fake)
    },
    "the optimizer climbs: gradients go into it as they are, with no minus": {
        "loss": lambda real, fake: -cross_entropy_discriminator_loss(real, fake)
    },
    "a sigmoid twice: the discriminator gives logits, and the loss has its own sigmoid": {
        "loss": lambda real, fake: cross_entropy_discriminator_loss(
            ops.sigmoid(real), ops.sigmoid(fake)
        )
    },
}.items():
    update_discriminator.mistake(_cause)(_moved(**_how))


# A judge that reads


def _ten_logits(rng):
    """Logits, one row so large that exp gives infinity, one so low that it gives 0."""
    count = int(rng.integers(4, 8))
    logits = rng.normal(0, 2, (count, 10))
    logits[1] += 100
    logits[2] -= 110
    return {"logits": logits.astype("float32")}


@task(_ten_logits, attempts.slopes, read=READS)
def real_logit(logits):
    """The logarithm of the sum of exp over ten classes, `(batch, 1)`."""
    return ops.logsumexp(logits, axis=1, keepdims=True)


@real_logit.mistake(
    "infinity: exp of a large logit is too large for a computer; `ops.logsumexp` is safe"
)
def _(logits):
    return ops.log(ops.sum(ops.exp(logits), axis=1, keepdims=True))


@real_logit.mistake("the largest logit alone: all ten count, by their exp")
def _(logits):
    return ops.max(logits, axis=1, keepdims=True)


@real_logit.mistake("the logits are added up: it is their exp that is")
def _(logits):
    return ops.sum(logits, axis=1, keepdims=True)


@real_logit.mistake("the mean of the logits: add up their exp, and take the logarithm")
def _(logits):
    return ops.mean(logits, axis=1, keepdims=True)


@real_logit.mistake("the mean of exp, and the sum is asked for: it is too low by log 10")
def _(logits):
    return ops.logsumexp(logits, axis=1, keepdims=True) - ops.log(10.0)


@real_logit.mistake("the sign is turned: this is high for fakes")
def _(logits):
    return -ops.logsumexp(logits, axis=1, keepdims=True)


@real_logit.mistake("a probability: the logit itself is asked for, with no sigmoid")
def _(logits):
    return ops.sigmoid(ops.logsumexp(logits, axis=1, keepdims=True))


@real_logit.mistake("the logarithm of a probability: the logit itself is asked for")
def _(logits):
    return -ops.softplus(-ops.logsumexp(logits, axis=1, keepdims=True))


@real_logit.mistake("the fake class is counted among the real ones: its exp(0) = 1 is added")
def _(logits):
    return ops.softplus(ops.logsumexp(logits, axis=1, keepdims=True))


@real_logit.mistake("the softmax comes first, and its ten shares add up to 1: nothing is left")
def _(logits):
    return ops.log(ops.sum(ops.softmax(logits, axis=1), axis=1, keepdims=True))


@real_logit.mistake("over the batch, not over the classes: it is the second axis")
def _(logits):
    return ops.logsumexp(logits, axis=0, keepdims=True)


@real_logit.mistake("over the batch, not over the classes: it is the second axis")
def _(logits):
    return ops.reshape(ops.logsumexp(logits, axis=0), (-1, 1))


@real_logit.mistake("over batch and classes at once: each image has a logit of its own")
def _(logits):
    return ops.logsumexp(logits)


@real_logit.mistake("of shape (batch,): a logit stands in a column, (batch, 1); use `keepdims`")
def _(logits):
    return ops.logsumexp(logits, axis=1)
