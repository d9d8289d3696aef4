"""A small diffusion model: no game, one network that learns to take noise off images.

An image is mixed with noise, a little or a lot, and the network tells the two apart. To draw, start
from noise alone and walk back: believe the network a little, ask again.
"""

import functools

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.models import batches
from persogan_lessons.models.gan import (
    descend,
    draw,
    require_count,
    require_counts,
    require_real_images,
)
from persogan_lessons.models.networks import IMAGE_SHAPE

WALK = 20  # steps from noise to an image
WAVES = 5  # by which the network tells the time
AVERAGING = 0.998  # as of a `GAN`


class Diffusion(batches.Model):
    """Learns to draw by taking noise off; `compile`, `fit` and callbacks as for any Keras model.

    At time t, from 0 to 1, an image is cos(t pi / 2) image + sin(t pi / 2) noise. The network is
    asked for the velocity, cos(t pi / 2) noise - sin(t pi / 2) image, from which either follows.

    Example:
        model = Diffusion(denoiser())
        model.compile(keras.optimizers.Adam(1e-3))
        model.fit(images, batch_size=64, epochs=60)
        model.generate(16, seed=1)

    Args:
        network: a model `[(batch, 28, 28, 1), (batch, 1)]`, noisy images and their times, ->
            `(batch, 28, 28, 1)`, velocities.

    Taught in lesson 12. Source: Ho et al., Denoising Diffusion Probabilistic Models, 2020; the
    velocity from Salimans and Ho, Progressive Distillation, 2022; the walk from Song et al.,
    Denoising Diffusion Implicit Models, 2021.
    """

    def __init__(self, network, **options):
        super().__init__(**options)
        self.network = network
        self.averaged_network = keras.models.clone_model(network)
        self.averaged_network.set_weights(network.get_weights())
        self.seeds = keras.random.SeedGenerator()
        self.loss_tracker = keras.metrics.Mean(name="loss")
        self.built = True  # the network is, so weights can be saved before any training

    def compile(self, optimizer, **options):
        """Choose how to learn; all options are Keras's own."""
        super().compile(batches.ready(optimizer, self.network), **options)

    @property
    def metrics(self):
        """What `fit` reports: the mean squared error of the velocity at a pixel."""
        return [self.loss_tracker]

    def train_step(self, data):
        """What `fit` does with each batch: noise on it, some to each image, and a better guess."""
        images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        count = ops.shape(images)[0]
        times = keras.random.uniform((count, 1), seed=self.seeds)
        noise = keras.random.normal(ops.shape(images), seed=self.seeds)
        noisy, velocity = mix(images, noise, times=times)
        with tf.GradientTape() as tape:
            guess = self.network([noisy, times], training=True)
            loss = ops.mean((guess - velocity) ** 2)
        descend(tape, loss, network=self.network, optimizer=self.optimizer)
        self.average_step()
        self.loss_tracker.update_state(loss)
        return self.get_metrics_result()

    def average_step(self):
        """Move the averaged weights a little towards the newest, as a `GAN` does."""
        step = ops.cast(self.optimizer.iterations, "float32")
        keep = ops.minimum(AVERAGING, step / (step + 10))
        pairs = zip(self.averaged_network.weights, self.network.weights, strict=True)
        for average, newest in pairs:
            average.assign_add((1 - keep) * (newest - average))

    def fit(self, x, **options):
        """Keras's `fit` on real images: an array `(n, 28, 28, 1)` in [-1, 1], or a tf.data.Dataset.

        Raises:
            ValueError: before training starts, as `GAN.fit`.
        """
        require_counts(options)
        require_real_images(x, self.network.inputs[0].shape[1:])
        return super().fit(x, **options)

    def generate(self, count, seed=None):
        """Images out of fresh noise, drawn with the averaged weights in `WALK` steps.

        Args:
            count: how many.
            seed: a whole number gives the same images every time; None, new ones.

        Returns:
            `(count, 28, 28, 1)` float32 array in [-1, 1].
        """
        require_count("count", count)
        noise = keras.random.normal((count, *self.network.inputs[0].shape[1:]), seed=seed)
        return draw(self._walk, noise, count=count)

    @functools.cached_property
    def _walk(self):
        """The walk from noise `(n, 28, 28, 1)` to images, as TensorFlow's graph."""
        shape = self.network.inputs[0].shape
        times = np.linspace(1, 0, WALK + 1, dtype="float32")

        @tf.function(input_signature=[tf.TensorSpec(shape)])
        def walk(images):
            for now, later in zip(times[:-1], times[1:], strict=True):
                images = walk_step(self.averaged_network, images, now=now, later=later)
            return images

        return walk

    def call(self, inputs, training=False):
        """The velocities that the averaged network sees in `[noisy images, times]`."""
        return self.averaged_network(inputs, training=training)


def mix(images, noise, *, times):
    """Images with noise on them, and the velocity at which each is turning into noise.

    Args:
        images, noise: `(batch, 28, 28, 1)`.
        times: `(batch, 1)`, 0 for the image alone, 1 for noise alone.

    Returns:
        noisy images and velocities, both `(batch, 28, 28, 1)`. Taught in lesson 12.
    """
    angle = ops.reshape(times, (-1, 1, 1, 1)) * np.pi / 2
    signal, blur = ops.cos(angle), ops.sin(angle)
    return signal * images + blur * noise, signal * noise - blur * images


def walk_step(network, images, *, now, later):
    """One step back towards the image: part what is there, mix it again with less noise.

    Args:
        network: noisy images and times -> velocities.
        images: `(batch, 28, 28, 1)`, noisy.
        now, later: the time that they are of, and the time to go to, which is less.

    Returns:
        `(batch, 28, 28, 1)`. Taught in lesson 12.
    """
    velocity = network([images, ops.full((ops.shape(images)[0], 1), now)], training=False)
    signal, blur = np.cos(now * np.pi / 2), np.sin(now * np.pi / 2)
    clean = ops.clip(signal * images - blur * velocity, -1, 1)
    noise = (images - signal * clean) / blur
    return np.cos(later * np.pi / 2) * clean + np.sin(later * np.pi / 2) * noise


def denoiser(width=16, units=256):
    """What a diffusion model learns with: down to 7 x 7 places, a dense layer, and up again.

    What was seen on the way down is handed across at each size (a U-Net).

    Args:
        width: channels at 14 x 14; there are twice as many at 7 x 7.
        units: of the dense layer, which sees the whole image.

    Returns:
        A model `[(batch, 28, 28, 1), (batch, 1)]` -> `(batch, 28, 28, 1)`. Taught in lesson 12.

    Source: Ronneberger et al., U-Net, 2015, made small.
    """
    image, time = keras.Input(IMAGE_SHAPE), keras.Input((1,))
    clock = layers.Dense(64, activation="silu")(tell(time))
    fine = heed(layers.Conv2D(width, 4, 2, padding="same")(image), clock)  # 14 x 14
    coarse = heed(layers.Conv2D(2 * width, 4, 2, padding="same")(fine), clock)  # 7 x 7
    whole = heed(layers.Dense(units)(layers.Flatten()(coarse)), clock)
    whole = layers.Reshape((7, 7, 2 * width))(layers.Dense(7 * 7 * 2 * width)(whole))
    coarse = heed(layers.Conv2D(2 * width, 3, padding="same")(coarse + whole), clock)
    up = layers.Conv2DTranspose(width, 4, 2, padding="same")(coarse)
    up = heed(layers.Concatenate()([up, fine]), clock)
    velocity = layers.Conv2DTranspose(1, 4, 2, padding="same", dtype="float32")(up)
    return keras.Model([image, time], velocity, name="denoiser")


def tell(time):
    """A time as sines and cosines of growing frequency: `(batch, 1)` -> `(batch, 2 * WAVES)`."""
    angles = time * (np.pi / 2 * 2.0 ** np.arange(WAVES, dtype="float32"))[None]
    return ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)


def heed(hidden, clock):
    """Scale and shift each channel by what the clock says, then a bend."""
    channels = hidden.shape[-1]
    shape = (*[1] * (len(hidden.shape) - 2), channels)
    scale, shift = (layers.Reshape(shape)(layers.Dense(channels)(clock)) for _ in range(2))
    return layers.Activation("silu")(hidden * (1 + scale) + shift)
