"""JAX through Keras: the stateless `train_step` of keras.io's guide, with `fit`."""

import os

os.environ["KERAS_BACKEND"] = "jax"

import jax
import keras
from keras import ops

from benchmarks import models
from benchmarks.epochs import FOREVER, Epochs


class StatelessGAN(keras.Model):
    """Both networks move at once, from the same fakes.

    One Adam holds the weights of both: it treats each weight alone, so that is two Adams' work.
    """

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.d_loss_tracker = keras.metrics.Mean(name="d_loss")
        self.g_loss_tracker = keras.metrics.Mean(name="g_loss")
        self.built = True

    @property
    def metrics(self):
        """The losses that `fit` shows."""
        return [self.d_loss_tracker, self.g_loss_tracker]

    def d_loss(self, d_weights, d_state, *, fake_images, real_images):
        """The discriminator's loss, and its new state (the seeds of dropout)."""
        call = self.discriminator.stateless_call
        real_logits, d_state = call(d_weights, d_state, real_images, training=True)
        fake_logits, d_state = call(d_weights, d_state, fake_images, training=True)
        loss = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
        return loss, d_state

    def g_loss(self, g_weights, g_state, *, noise, judge):
        """The generator's loss, the images it made, and its new state (moving averages)."""
        fake_images, g_state = self.generator.stateless_call(
            g_weights, g_state, noise, training=True
        )
        d_weights, d_state = judge
        fake_logits, _ = self.discriminator.stateless_call(
            d_weights, d_state, fake_images, training=True
        )
        return ops.mean(ops.softplus(-fake_logits)), (fake_images, g_state)

    def train_step(self, state, data):
        """Arrays in, arrays out; `fit` compiles it."""
        weights, other, optimizer_state, metrics_state = state
        n, m = len(self.generator.trainable_variables), len(self.generator.non_trainable_variables)
        g_weights, d_weights, g_state, d_state = weights[:n], weights[n:], other[:m], other[m:]
        key = jax.random.fold_in(jax.random.key(0), optimizer_state[0])  # the count of steps
        noise = jax.random.normal(key, (models.BATCH, models.NOISE))

        (g_loss, (fake_images, g_state)), g_grads = jax.value_and_grad(self.g_loss, has_aux=True)(
            g_weights, g_state, noise=noise, judge=(d_weights, d_state)
        )
        (d_loss, d_state), d_grads = jax.value_and_grad(self.d_loss, has_aux=True)(
            d_weights, d_state, fake_images=fake_images, real_images=data
        )
        weights, optimizer_state = self.optimizer.stateless_apply(
            optimizer_state, [*g_grads, *d_grads], weights
        )
        d_metric = self.d_loss_tracker.stateless_update_state(metrics_state[:2], d_loss)
        g_metric = self.g_loss_tracker.stateless_update_state(metrics_state[2:], g_loss)
        logs = {
            "d_loss": self.d_loss_tracker.stateless_result(d_metric),
            "g_loss": self.g_loss_tracker.stateless_result(g_metric),
        }
        return logs, (weights, [*g_state, *d_state], optimizer_state, [*d_metric, *g_metric])


def fit(model, *, images, tick, note):
    """`fit`, which compiles by XLA under JAX."""
    player = StatelessGAN(*models.pair(model))
    player.compile(optimizer=models.adam())
    player.fit(images, batch_size=models.BATCH, epochs=FOREVER, callbacks=[Epochs(tick)])
