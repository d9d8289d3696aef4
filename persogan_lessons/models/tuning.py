"""Four knobs of a trained conditional GAN: pull in the noise, choose, search, fine-tune.

Each trades how well drawings suit a person against how different and how real they are. The first
three leave the weights alone; all take conditions that are settled (`settle`), so that no knob
changes by accident which digits are drawn.
"""

import keras
import numpy as np
import tensorflow as tf

from persogan_lessons.models import networks
from persogan_lessons.models.gan import (
    ConditionalGAN,
    require_conditions,
    require_count,
    require_real_images,
)
from persogan_lessons.models.optimizers import FusedAdam

STRIDE = 0.6  # of a step of `search`; a noise vector of 32 numbers is about 6 long
RATE = 3e-4  # of learning while fine-tuning, a tenth of that of training


def settle(conditions, noise, *, choices=10):
    """Throw the die of `networks.choosing` now: one wish for each taste.

    A wish has a single share, so it passes through the generator's own die unchanged.

    Args:
        conditions: `(n, condition_size)`, shares first, as of `Taste.vector()`.
        noise: `(n, noise_size)`, whose first numbers throw the die.
        choices: how many shares there are.

    Returns:
        `(n, condition_size)` float32: all shares 0 but one, the rest unchanged.

    Raises:
        ValueError: for shapes that do not fit.

    Taught in lesson 08.
    """
    conditions, noise = require_pairs(conditions, noise)
    chosen = networks.Choice()([noise[:, :choices], conditions[:, :choices]])
    return np.concatenate([chosen, conditions[:, choices:]], axis=1)


def truncate(noise, spread):
    """Noise pulled towards its middle, where training spent most of its time.

    Args:
        noise: `(n, noise_size)`, standard normal.
        spread: what is left of it, from 0, one and the same drawing for each condition, over 1,
            all, to 2: farther out than training ever was.

    Returns:
        `(n, noise_size)` float32.

    Raises:
        ValueError: for a spread that is not from 0 to 2.

    Taught in lesson 08. Source: Brock et al., Large Scale GAN Training, 2019, who draw numbers
    beyond a limit again instead.
    """
    require_strength("spread", spread, most=2)
    return np.float32(spread) * np.asarray(noise, "float32")


def choose(candidates, scores, *, sharpness=np.inf, seed=0):
    """Of several candidates for each place, keep one, the likelier the higher its score.

    A candidate is kept with a probability proportional to exp(sharpness * score). With the logit
    of a perfect discriminator as score, 1 would turn fakes into real images; more exaggerates.

    Args:
        candidates: `(times, n, ...)`, images for example.
        scores: `(times, n)`, finite.
        sharpness: 0 is by chance, `np.inf` the best.
        seed: of chance.

    Returns:
        `(n, ...)`, one of the candidates at each place.

    Raises:
        ValueError: for shapes that do not fit, scores that are not finite, or a sharpness below 0.

    Taught in lesson 08. Source: Azadi et al., Discriminator Rejection Sampling, 2019, who accept
    or reject one candidate after the other.
    """
    candidates, scores = require_scored(candidates, scores)
    require_strength("sharpness", sharpness)
    luck = np.random.default_rng(seed).gumbel(size=scores.shape)
    best = np.argmax(scores + luck / max(sharpness, 1e-9), axis=0)
    return candidates[best, np.arange(len(best))]


def search(gan, noise, *, conditions, liking, steps=10):
    """Noise whose drawings please more: from each noise vector uphill, in steps of equal length.

    It finds what raises the score, whether or not the score is right about it.

    Args:
        gan: a trained `ConditionalGAN`.
        noise: `(n, noise_size)`, where to start.
        conditions: `(n, condition_size)`; they stay as they are.
        liking: `images (n, 28, 28, 1) -> scores (n,)` or `(n, 1)`, made of TensorFlow or Keras
            operations, so that a gradient passes. All n are shown to it at once.
        steps: how many, each `STRIDE` long.

    Returns:
        `(n, noise_size)` float32.

    Raises:
        ValueError: for shapes that do not fit, or steps that are no positive whole number.

    Taught in lesson 08. Source: Nguyen et al., Synthesizing the Preferred Inputs for Neurons, 2016.
    """
    require_count("steps", steps)
    pairs = require_pairs(conditions, noise, gan=gan)
    conditions, noise = map(tf.constant, pairs)

    @tf.function
    def uphill(noise):
        with tf.GradientTape() as tape:
            tape.watch(noise)
            score = tf.reduce_sum(liking(gan.averaged_generator([noise, conditions])))
        slope = tape.gradient(score, noise)
        return noise + STRIDE * slope / (tf.norm(slope, axis=1, keepdims=True) + 1e-8)

    for _ in range(steps):
        noise = uphill(noise)
    return noise.numpy()


def twin(gan):
    """A second `ConditionalGAN` with the same weights, ready for `fine_tune`.

    Its batch normalizations keep what they know: of one person's images they would learn a new
    middle, and take from the condition what all of them have in common, such as the slant.

    Args:
        gan: a `ConditionalGAN` without an encoder.

    Taught in lesson 08.
    """
    made = ConditionalGAN(*map(keras.models.clone_model, (gan.generator, gan.discriminator)))
    made.set_weights(gan.get_weights())
    for part in made.generator.layers:
        for layer in getattr(part, "layers", [part]):
            if isinstance(layer, keras.layers.BatchNormalization):
                layer.trainable = False
    adams = (FusedAdam(RATE, beta_1=0.5, beta_2=0.99) for _ in range(2))
    made.compile(*adams, mode_seeking=3.0, averaging=0.9)
    return made


def fine_tune(gan, images, *, conditions, steps=30):
    """Go on with the game, on one person's images alone; changes `gan`, so give it a `twin`.

    Args:
        gan: a compiled `ConditionalGAN`.
        images: `(n, 28, 28, 1)` in [-1, 1], n at least 1: what the person liked.
        conditions: `(n, condition_size)`, what each of them grants.
        steps: how many, each on all n images.

    Raises:
        ValueError: for images or conditions that do not fit, or steps that are no positive whole
            number.

    Taught in lesson 08. Source: Wang et al., Transferring GANs, 2018.
    """
    require_count("steps", steps)
    require_real_images(images, gan.discriminator.inputs[0].shape[1:])
    shape = gan.generator.inputs[1].shape[1:]
    conditions = require_conditions(conditions, shape, count=len(images))
    rows = np.tile(np.arange(len(images)), steps)
    gan.fit(images[rows], conditions[rows], batch_size=len(images), shuffle=False, verbose=0)


# ---- bad input -----------------------------------------------------------------------------------


def require_pairs(conditions, noise, *, gan=None):
    """Conditions and noise as float32 arrays with as many rows, of the sizes that `gan` takes.

    Raises:
        ValueError: for another shape, another number of rows, or numbers that are not finite.
    """
    noise, conditions = np.asarray(noise, "float32"), np.asarray(conditions, "float32")
    sizes = [each.shape[-1] for each in gan.generator.inputs] if gan else [None, None]
    for name, array, size in zip(("noise", "conditions"), (noise, conditions), sizes, strict=True):
        if array.ndim != 2 or 0 in array.shape or array.shape[1] != (size or array.shape[1]):
            raise ValueError(
                f"{name} must have shape (n, {size or 'size'}), n at least 1; got {array.shape}. "
                "A single one: array[None]"
            )
        if not np.isfinite(array).all():
            raise ValueError(f"{name} contain NaN or infinity; look at where they come from")
    if len(noise) != len(conditions):
        raise ValueError(
            f"each condition needs its noise; got {len(conditions)} conditions and {len(noise)}. "
            "Repeat a condition for several images of it"
        )
    return conditions, noise


def require_scored(candidates, scores):
    """Candidates `(times, n, ...)` and their finite scores `(times, n)`, as arrays.

    Raises:
        ValueError: if they do not fit together, or a score is not finite.
    """
    candidates, scores = np.asarray(candidates), np.asarray(scores)
    if scores.ndim != 2 or 0 in scores.shape or candidates.shape[:2] != scores.shape:
        raise ValueError(
            "candidates (times, n, ...) and scores (times, n) must agree, both at least 1; got "
            f"{candidates.shape} and {scores.shape}"
        )
    if not np.isfinite(scores).all():
        raise ValueError("scores contain NaN or infinity; has their judge diverged?")
    return candidates, scores


def require_strength(name, value, *, most=np.inf):
    """Raise ValueError unless `value` is a number from 0 to `most`."""
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not 0 <= value <= most:
        raise ValueError(f"{name} must be a number from 0 to {most:g}; got {value!r}")
