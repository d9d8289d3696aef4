"""The usual Keras ways: a custom `train_step` with `fit`, and two compiled models by turns."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from benchmarks import models
from benchmarks.epochs import FOREVER, Epochs


class TrainStepGAN(keras.Model):
    """A GAN as keras.io's guide 'Customizing fit' writes it: fakes and reals in one batch."""

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.seed_generator = keras.random.SeedGenerator(0)
        self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
        self.g_loss_tracker = keras.metrics.Mean(name="g_loss")
        self.built = True

    def compile(self, d_optimizer, g_optimizer, *, loss_fn, **options):
        """Take an optimiser for each network and a loss on (labels, logits)."""
        super().compile(**options)
        self.d_optimizer = d_optimizer
        self.g_optimizer = g_optimizer
        self.loss_fn = loss_fn

    @property
    def metrics(self):
        """The losses that `fit` shows."""
        return [self.d_loss_tracker, self.g_loss_tracker]

    def train_step(self, real_images):
        """Discriminator first, generator second, each on noise of its own."""
        batch_size = ops.shape(real_images)[0]
        noise = keras.random.normal((batch_size, models.NOISE), seed=self.seed_generator)
        fake_images = self.generator(noise, training=True)
        combined_images = ops.concatenate([fake_images, real_images], axis=0)
        labels = ops.concatenate([ops.zeros((batch_size, 1)), ops.ones((batch_size, 1))], axis=0)
        with tf.GradientTape() as tape:
            logits = self.discriminator(combined_images, training=True)
            d_loss = self.loss_fn(labels, logits)  # half the sum of both means: Adam does not mind
        grads = tape.gradient(d_loss, self.discriminator.trainable_weights)
        self.d_optimizer.apply_gradients(
            zip(grads, self.discriminator.trainable_weights, strict=True)
        )

        noise = keras.random.normal((batch_size, models.NOISE), seed=self.seed_generator)
        misleading_labels = ops.ones((batch_size, 1))
        with tf.GradientTape() as tape:
            logits = self.discriminator(self.generator(noise, training=True), training=True)
            g_loss = self.loss_fn(misleading_labels, logits)
        grads = tape.gradient(g_loss, self.generator.trainable_weights)
        self.g_optimizer.apply_gradients(zip(grads, self.generator.trainable_weights, strict=True))

        self.d_loss_tracker.update_state(d_loss)
        self.g_loss_tracker.update_state(g_loss)
        return {"d_loss": self.d_loss_tracker.result(), "g_loss": self.g_loss_tracker.result()}


def train_step(model, *, images, tick, note):
    """`fit` with a custom `train_step`, all else as Keras has it."""
    _fit(model, images=images, tick=tick)


def train_step_jit(model, *, images, tick, note):
    """The same, compiled by XLA."""
    _fit(model, images=images, tick=tick, jit_compile=True)


def _fit(model, *, images, tick, **options):
    player = TrainStepGAN(*models.pair(model))
    loss_fn = keras.losses.BinaryCrossentropy(from_logits=True)
    player.compile(models.adam(), models.adam(), loss_fn=loss_fn, **options)
    player.fit(images, batch_size=models.BATCH, epochs=FOREVER, callbacks=[Epochs(tick)])


def train_on_batch(model, *, images, tick, note):
    """A compiled discriminator and a compiled pair, trained by turns, as before `train_step`."""
    generator, discriminator = models.pair(model)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(models.adam(), loss)
    combined = keras.Sequential([generator, discriminator])
    combined.compile(models.adam(), loss)
    random = np.random.default_rng(0)
    real_labels, fake_labels = np.ones((models.BATCH, 1)), np.zeros((models.BATCH, 1))
    while True:
        real_images = images[random.integers(0, len(images), models.BATCH)]
        noise = random.standard_normal((models.BATCH, models.NOISE), "float32")
        fake_images = generator.predict(noise, verbose=0)
        # Keras 3 looks at `trainable` when it first trains a model, not when it compiles it: set
        # once and for all before compiling `combined`, False would keep both from training it.
        discriminator.trainable = True
        discriminator.train_on_batch(real_images, real_labels)
        discriminator.train_on_batch(fake_images, fake_labels)
        discriminator.trainable = False
        noise = random.standard_normal((models.BATCH, models.NOISE), "float32")
        combined.train_on_batch(noise, real_labels)
        tick()
