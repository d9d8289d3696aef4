"""The game: a generator and a discriminator that train each other, as a Keras model."""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.models import losses
from persogan_lessons.models.optimizers import FusedAdam

GENERATE_AT_ONCE = 500  # images; keeps the memory of a large `generate` small


class GAN(keras.Model):
    """Two networks, one game: `compile`, `fit` and callbacks work as for any Keras model.

    Example:
        gan = GAN(networks.mlp_generator(), networks.mlp_discriminator())
        gan.compile()
        gan.fit(images, batch_size=128, epochs=60)
        gan.generate(16, seed=1)

    Args:
        generator: a model `(batch, noise_size)` -> `(batch, 28, 28, 1)` in [-1, 1].
        discriminator: a model `(batch, 28, 28, 1)` -> `(batch, 1)`, logits.

    Raises:
        ValueError: if the two do not fit together.

    Taught in lesson 01. Source: Goodfellow et al., Generative Adversarial Nets, 2014.
    """

    def __init__(self, generator, discriminator, **options):
        _require_players(generator, discriminator)
        super().__init__(**options)
        self.generator = generator
        self.discriminator = discriminator
        self.averaged_generator = keras.models.clone_model(generator)
        self.averaged_generator.set_weights(generator.get_weights())
        self.noise_seed = keras.random.SeedGenerator()
        self.discriminator_loss_tracker = keras.metrics.Mean(name="discriminator_loss")
        self.generator_loss_tracker = keras.metrics.Mean(name="generator_loss")
        self.built = True  # both networks are, so weights can be saved before any training

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **options):
        """Choose how the players learn.

        Args:
            generator_optimizer: default Adam, learning rate 1e-3 (for a few thousand steps) and
                `beta_1=0.5`.
            discriminator_optimizer: the same by default, but never the same object.
            **options: `generator_loss(fake_logits)` and
                `discriminator_loss(real_logits, fake_logits)`, the functions of
                `models.losses` by default (non-saturating); `penalty(discriminator, real_images,
                fake_images=...)`, a number added to the discriminator's loss, none by default;
                `averaging`, the share of the old value in each step of the averaged weights,
                0.998 by default, 0 for the newest weights; all else goes to Keras:
                `jit_compile`, `steps_per_execution` (here 8), ...
        """
        if generator_optimizer is not None and generator_optimizer is discriminator_optimizer:
            raise ValueError(
                "each player needs an optimizer of its own, since it remembers the gradients of "
                "one network; got one object for both. Make two, for example with two calls of "
                "keras.optimizers.Adam(...)."
            )
        self.generator_loss = options.pop("generator_loss", losses.non_saturating_generator_loss)
        self.discriminator_loss = options.pop(
            "discriminator_loss", losses.cross_entropy_discriminator_loss
        )
        self.penalty = options.pop("penalty", _no_penalty)
        self.averaging = options.pop("averaging", 0.998)
        # Eight steps for each return to Python: steadier and up to a third faster on two cores.
        super().compile(**{"steps_per_execution": 8} | options)
        self.generator_optimizer = _ready(generator_optimizer, self.generator)
        self.discriminator_optimizer = _ready(discriminator_optimizer, self.discriminator)

    @property
    def metrics(self):
        """What `fit` reports: the mean loss of each player over the epoch."""
        return [self.discriminator_loss_tracker, self.generator_loss_tracker]

    def discriminator_step(self, real_images):
        """One step of the discriminator on `(batch, 28, 28, 1)` real images; returns its loss."""
        fake_images = self.generator(self.sample_noise(ops.shape(real_images)[0]), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            loss = self.discriminator_loss(real_logits, fake_logits)
            loss += self.penalty(self.discriminator, real_images, fake_images=fake_images)
        descend(tape, loss, network=self.discriminator, optimizer=self.discriminator_optimizer)
        return loss

    def generator_step(self, batch_size):
        """One step of the generator on fresh noise; returns its loss."""
        noise = self.sample_noise(batch_size)
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(noise, training=True), training=True)
            loss = self.generator_loss(fake_logits)
        descend(tape, loss, network=self.generator, optimizer=self.generator_optimizer)
        return loss

    def simultaneous_step(self, real_images):
        """One step of both players on the same fakes; returns both losses, the generator's last.

        The fakes are made and judged once, where the two halves do it twice. Each player moves as
        if the other stood still: the discriminator's gradient depends on the fakes, which are
        there already, and not on where the generator has gone since.

        Taught in lesson 01. Source: Mescheder et al., The Numerics of GANs, 2017.
        """
        noise = self.sample_noise(ops.shape(real_images)[0])
        with tf.GradientTape(persistent=True) as tape:
            fake_images = self.generator(noise, training=True)
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            g_loss = self.generator_loss(fake_logits)
            d_loss = self.discriminator_loss(real_logits, fake_logits)
            held = ops.stop_gradient(fake_images)  # a penalty is no concern of the generator's
            d_loss += self.penalty(self.discriminator, real_images, fake_images=held)
        descend(tape, g_loss, network=self.generator, optimizer=self.generator_optimizer)
        descend(tape, d_loss, network=self.discriminator, optimizer=self.discriminator_optimizer)
        return d_loss, g_loss

    def average_step(self):
        """Move the averaged weights a little towards the newest.

        Early on they follow closely, so that the first random weights are soon forgotten.
        Source: Yazici et al., The Unusual Effectiveness of Averaging in GAN Training, 2019.
        """
        step = ops.cast(self.generator_optimizer.iterations, "float32")
        keep = ops.minimum(self.averaging, step / (step + 10))
        for average, newest in zip(
            self.averaged_generator.weights, self.generator.weights, strict=True
        ):
            average.assign_add((1 - keep) * (newest - average))

    def train_step(self, data):
        """What `fit` does with each batch: one step of both players."""
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        d_loss, g_loss = self.simultaneous_step(real_images)
        self.average_step()
        self.discriminator_loss_tracker.update_state(d_loss)
        self.generator_loss_tracker.update_state(g_loss)
        return self.get_metrics_result()

    def fit(self, x, **options):
        """Keras's `fit` on real images: an array `(n, 28, 28, 1)` in [-1, 1], or a tf.data.Dataset.

        Raises:
            ValueError: before training starts, if the images do not fit or are not numbers in
                [-1, 1], or if a count such as `epochs` is not a positive whole number.
        """
        for name in ("epochs", "batch_size", "steps_per_epoch"):
            if options.get(name) is not None:
                require_count(name, options[name])
        _require_real_images(x, self.discriminator.input_shape[1:])
        return super().fit(x, **options)

    def generate(self, count, seed=None):
        """Images from fresh noise, drawn with the averaged weights.

        Args:
            count: how many.
            seed: a whole number gives the same images every time; None, new ones.

        Returns:
            `(count, 28, 28, 1)` float32 array in [-1, 1].
        """
        require_count("count", count)
        noise = keras.random.normal((count, self.generator.input_shape[-1]), seed=seed)
        parts = np.array_split(noise, -(-count // GENERATE_AT_ONCE))
        return np.concatenate([self.averaged_generator(part, training=False) for part in parts])

    def sample_noise(self, count):
        """`(count, noise_size)` standard normal numbers, new at each call."""
        return keras.random.normal((count, self.generator.input_shape[-1]), seed=self.noise_seed)

    def call(self, noise, training=False):
        """The images that the averaged generator makes of `(batch, noise_size)` noise."""
        return self.averaged_generator(noise, training=training)


def _no_penalty(discriminator, real_images, *, fake_images):
    """Nothing to add to the discriminator's loss."""
    return 0.0


def descend(tape, loss, *, network, optimizer):
    """Move one network, and no other, one step down its loss."""
    weights = network.trainable_variables
    # Under float16 the optimizer wants its gradients scaled up, lest small ones round to zero.
    scale = optimizer.scale_loss(ops.ones_like(loss))
    optimizer.apply(tape.gradient(loss, weights, output_gradients=scale), weights)


def require_count(name, value):
    """Raise ValueError unless `value` is a positive whole number."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a positive whole number; got {value!r}")


def _ready(optimizer, network):
    """The optimizer, built for its network, and scaling its loss where float16 needs it."""
    optimizer = optimizer or FusedAdam(1e-3, beta_1=0.5)
    float16 = any(layer.compute_dtype == "float16" for layer in network.layers)
    if float16 and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer.build(network.trainable_variables)
    return optimizer


def _require_players(generator, discriminator):
    made, judged = generator.output_shape[1:], discriminator.input_shape[1:]
    if made != judged:
        raise ValueError(
            f"the generator makes images of shape {made}, but the discriminator takes {judged}; "
            "give both the same."
        )
    if discriminator.output_shape[1:] != (1,):
        raise ValueError(
            "the discriminator must give one logit for each image, shape (batch, 1); got "
            f"{discriminator.output_shape}. End it with Dense(1) and no activation."
        )


def _require_real_images(images, shape):
    if isinstance(images, tf.data.Dataset):  # its values are seen only as it trains
        spec = images.element_spec
        found = (spec[0] if isinstance(spec, tuple) else spec).shape[1:]
        if not found.is_compatible_with(shape):
            raise ValueError(f"each batch must have shape (batch, {_sizes(shape)}; got {found}")
        return
    images = np.asarray(images)
    if images.shape[1:] != shape or len(images) == 0:
        raise ValueError(
            f"real images must have shape (n, {_sizes(shape)}, n at least 1; got {images.shape}"
        )
    if images.dtype.kind != "f":
        raise ValueError(
            f"real images must be float32 in [-1, 1]; got {images.dtype}. "
            "Convert them: images.astype('float32') / 127.5 - 1"
        )
    low, high = images.min(), images.max()  # either is NaN if any pixel is
    if not np.isfinite(low + high):
        raise ValueError("real images contain NaN or infinite pixels; remove those images first")
    if len(shape) == 3 and not -1.001 <= low < 0 < high <= 1.001:
        raise ValueError(
            f"real images must span [-1, 1], as the generator's do; got [{low:g}, {high:g}]. "
            "Scale them: from 0..255 with images / 127.5 - 1, from 0..1 with images * 2 - 1"
        )


def _sizes(shape):
    return ", ".join(map(str, shape)) + ")"
