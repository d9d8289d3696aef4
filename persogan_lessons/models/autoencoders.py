"""The conditional variational autoencoder: what a conditional GAN has to beat.

It plays no game. It learns to put an image into a few numbers and to draw it again from them and
the condition; new images come from random numbers in their place.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.models import batches, gan
from persogan_lessons.models.networks import IMAGE_SHAPE
from persogan_lessons.models.optimizers import FusedAdam

# Keeps black and white pixels short of certain, whose logarithm would be infinite; in bfloat16 all
# above 0.998 is 1.
SOFT = 0.99


class ConditionalVAE(batches.Model):
    """An encoder and a decoder, one goal: `compile`, `fit` and callbacks as for any Keras model.

    Example:
        vae = ConditionalVAE(dense_encoder(condition_size=12), dense_decoder(condition_size=12))
        vae.compile()
        vae.fit(images, conditions, batch_size=128, epochs=30)
        vae.generate(conditions[:16], seed=1)

    Args:
        encoder: a model of [image, condition], `(batch, 28, 28, 1)` in [-1, 1] and
            `(batch, condition_size)`, that gives [mean, log variance], each
            `(batch, noise_size)`.
        decoder: a model of [noise, condition], `(batch, noise_size)` and
            `(batch, condition_size)`, that gives `(batch, 28, 28, 1)` in [-1, 1].

    Raises:
        ValueError: if the two do not fit together.

    Source: Sohn et al., Learning Structured Output Representation using Deep Conditional
    Generative Models, 2015; Kingma and Welling, Auto-Encoding Variational Bayes, 2014.
    """

    def __init__(self, encoder, decoder, **options):
        _require_pair(encoder, decoder)
        super().__init__(**options)
        self.encoder = encoder
        self.decoder = decoder
        self.noise_seed = keras.random.SeedGenerator()
        names = ("loss", "reconstruction_loss", "kl_divergence")
        self.trackers = [keras.metrics.Mean(name=name) for name in names]
        self.built = True  # both networks are, so weights can be saved before any training

    def compile(self, optimizer=None, **options):
        """Choose how to learn.

        Args:
            optimizer: default Adam, learning rate 1e-3.
            **options: all else goes to Keras: `jit_compile`, `steps_per_execution` (here 8), ...
        """
        options = {"steps_per_execution": 8} | options
        super().compile(optimizer=batches.ready(optimizer or FusedAdam(1e-3), self), **options)

    @property
    def metrics(self):
        """What `fit` reports: the mean loss over the epoch, and its two parts."""
        return self.trackers

    def losses_of(self, images, conditions, *, training):
        """(reconstruction loss, KL divergence) of a batch, in nats an image.

        Args:
            images: `(batch, 28, 28, 1)` in [-1, 1].
            conditions: `(batch, condition_size)`.
            training: whether layers such as batch normalization are to learn.
        """
        mean, log_variance = self.encoder([images, conditions], training=training)
        # Noise moved and stretched, rather than drawn so, lets the gradient reach the encoder.
        noise = keras.random.normal(ops.shape(mean), dtype=mean.dtype, seed=self.noise_seed)
        noise = mean + ops.exp(log_variance / 2) * noise
        drawn = self.decoder([noise, conditions], training=training)
        return reconstruction_loss(images, drawn), kl_divergence(mean, log_variance)

    def train_step(self, data):
        """What `fit` does with each batch: one step of both networks down their common loss."""
        images, conditions, _ = keras.utils.unpack_x_y_sample_weight(data)
        with tf.GradientTape() as tape:
            parts = self.losses_of(images, conditions, training=True)
            loss = sum(parts)
        gan.descend(tape, loss, network=self, optimizer=self.optimizer)
        return self._track(loss, *parts)

    def test_step(self, data):
        """What `evaluate`, and `fit` with `validation_data`, do with each batch."""
        images, conditions, _ = keras.utils.unpack_x_y_sample_weight(data)
        parts = self.losses_of(images, conditions, training=False)
        return self._track(sum(parts), *parts)

    def fit(self, x, y=None, **options):
        """Keras's `fit` on real images and the condition of each.

        Args:
            x: `(n, 28, 28, 1)` in [-1, 1], or a tf.data.Dataset of (images, conditions).
            y: `(n, condition_size)`, the conditions; None for a Dataset.
            **options: Keras's: `batch_size`, `epochs`, `callbacks`, ...

        Raises:
            ValueError: before training starts, if images or conditions do not fit or are not
                numbers, or if a count such as `epochs` is not a positive whole number.
        """
        gan.require_counts(options)
        gan.require_real_images(x, self.decoder.output_shape[1:])
        if not isinstance(x, tf.data.Dataset):
            y = gan.require_conditions(y, self.decoder.inputs[1].shape[1:], count=len(x))
        return super().fit(x, y, **options)

    def generate(self, condition, seed=None):
        """Images for conditions: the mean that the decoder draws from fresh noise.

        Args:
            condition: `(n, condition_size)`, one for each image.
            seed: a whole number gives the same images every time; None, new ones.

        Returns:
            `(n, 28, 28, 1)` float32 array in [-1, 1].
        """
        condition = gan.require_conditions(condition, self.decoder.inputs[1].shape[1:])
        noise = keras.random.normal((len(condition), self.decoder.inputs[0].shape[-1]), seed=seed)
        return gan.draw(self.decoder, [np.asarray(noise), condition], count=len(condition))

    def call(self, inputs, training=False):
        """The images that the decoder draws of [noise, condition]."""
        return self.decoder(inputs, training=training)

    def _track(self, *values):
        for tracker, value in zip(self.trackers, values, strict=True):
            tracker.update_state(value)
        return self.get_metrics_result()


def reconstruction_loss(images, drawn):
    """Cross entropy of pixels, added up over an image and averaged over the batch, in nats.

    A pixel x in [-1, 1] is taken for the probability (x + 1) / 2 of ink.

    Args:
        images: `(batch, 28, 28, 1)` in [-1, 1], the truth.
        drawn: `(batch, 28, 28, 1)` in [-1, 1], what the decoder makes of them.
    """
    ink, drawn = (images + 1) / 2, SOFT * drawn
    pixels = ink * ops.log((1 + drawn) / 2) + (1 - ink) * ops.log((1 - drawn) / 2)
    return -ops.mean(ops.sum(pixels, axis=(1, 2, 3)))


def kl_divergence(mean, log_variance):
    """How far the encoder's normal distributions are from the standard one, in nats an image.

    (mean^2 + variance - 1 - log variance) / 2, added up over the latent numbers and averaged over
    the batch: 0 at best, where they tell nothing about the image.

    Args:
        mean: `(batch, noise_size)`.
        log_variance: `(batch, noise_size)`, the logarithm of the variance.
    """
    excess = ops.expm1(log_variance) - log_variance  # exact where the variance is nearly 1
    return ops.mean(ops.sum(ops.square(mean) + excess, axis=1)) / 2


def dense_encoder(condition_size, noise_size=32, *, width=256):
    """An encoder as small as you like: an image and its condition -> two hidden layers.

    Args:
        condition_size: numbers in one condition.
        noise_size: numbers that an image is put into.
        width: units in each hidden layer.

    Returns:
        A model of [`(batch, 28, 28, 1)`, `(batch, condition_size)`] that gives
        [mean, log variance], each `(batch, noise_size)`.
    """
    image, condition = keras.Input(IMAGE_SHAPE), keras.Input((condition_size,))
    hidden = _hidden([layers.Flatten()(image), condition], width)
    mean = layers.Dense(noise_size, dtype="float32", name="mean")(hidden)
    log_variance = layers.Dense(noise_size, dtype="float32", name="log_variance")(hidden)
    return keras.Model([image, condition], [mean, log_variance], name="encoder")


def dense_decoder(condition_size, noise_size=32, *, width=256):
    """A decoder as small as you like: noise and a condition -> two hidden layers -> an image.

    Args:
        condition_size: numbers in one condition.
        noise_size: numbers in one noise vector.
        width: units in each hidden layer.

    Returns:
        A model of [`(batch, noise_size)`, `(batch, condition_size)`] that gives
        `(batch, 28, 28, 1)` in [-1, 1].
    """
    noise, condition = keras.Input((noise_size,)), keras.Input((condition_size,))
    hidden = _hidden([noise, condition], width)
    drawn = layers.Dense(784, activation="tanh", dtype="float32")(hidden)
    image = layers.Reshape(IMAGE_SHAPE, dtype="float32")(drawn)
    return keras.Model([noise, condition], image, name="decoder")


def _hidden(inputs, width):
    """Two hidden layers on inputs put side by side."""
    hidden = layers.Concatenate()(inputs)
    for _ in range(2):
        hidden = layers.LeakyReLU(0.2)(layers.Dense(width)(hidden))
    return hidden


def _require_pair(encoder, decoder):
    for name, network, given in [
        ("encoder", encoder, "[image, condition]"),
        ("decoder", decoder, "[noise, condition]"),
    ]:
        if len(network.inputs) != 2:
            raise ValueError(
                f"the {name} must take two inputs, {given}; got {len(network.inputs)}. Make one "
                f"with dense_{name}(condition_size)."
            )
    image, condition = (each.shape[1:] for each in encoder.inputs)
    noise, decoded = (each.shape[1:] for each in decoder.inputs)
    told = [each.shape[1:] for each in encoder.outputs]
    if told != [noise, noise]:
        raise ValueError(
            "the encoder must give [mean, log variance], each of the decoder's noise shape "
            f"{noise}; got {told}"
        )
    if condition != decoded:
        raise ValueError(
            f"the encoder takes conditions of shape {condition}, but the decoder of {decoded}; "
            "give both the same."
        )
    if decoder.output_shape[1:] != image:
        raise ValueError(
            f"the decoder draws images of shape {decoder.output_shape[1:]}, but the encoder takes "
            f"{image}; give both the same."
        )
