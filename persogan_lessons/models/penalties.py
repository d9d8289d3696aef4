"""What keeps a discriminator from being steep: penalties on its slope, a limit on its weights.

A penalty is a function `(discriminator, real_images, fake_images)` that returns one number to add
to the discriminator's loss: `GAN.compile(penalty=r1_penalty())`. Its gradient is a gradient of a
gradient, so a step takes up to twice as long. Keep batch normalization out of a discriminator with
a penalty: it lets one image's score depend on the others. Taught in lesson 03.
"""

import keras
import tensorflow as tf
from keras import ops


def r1_penalty(weight=1.0):
    """Half the weight times the mean squared slope at the real images.

    Where the generator has arrived, the discriminator should be flat, or it drives it away again.

    Args:
        weight: gamma in the source.

    Returns:
        A penalty.

    Source: Mescheder et al., Which Training Methods for GANs do actually Converge?, 2018.
    """

    def penalty(discriminator, real_images, fake_images):
        slopes = slopes_at(real_images, discriminator)
        return weight / 2 * ops.mean(ops.sum(ops.square(slopes), axis=1))

    return penalty


def gradient_penalty(weight=10.0):
    """The weight times the mean of (|slope| - 1)^2, at random places between real and fake images.

    Args:
        weight: lambda in the source.

    Returns:
        A penalty.

    Source: Gulrajani et al., Improved Training of Wasserstein GANs, 2017.
    """

    def penalty(discriminator, real_images, fake_images):
        share = keras.random.uniform((ops.shape(real_images)[0], 1, 1, 1))
        between = share * real_images + (1 - share) * fake_images
        slopes = slopes_at(between, discriminator)
        # The root has no finite slope at 0, and 0 times infinity is NaN: hence the small number.
        norms = ops.sqrt(ops.sum(ops.square(slopes), axis=1) + 1e-12)
        return weight * ops.mean(ops.square(norms - 1))

    return penalty


def slopes_at(images, discriminator):
    """How the logit of each image changes with each of its pixels.

    Args:
        images: `(n, 28, 28, 1)`.
        discriminator: a model `(n, 28, 28, 1)` -> `(n, 1)`, called as in training.

    Returns:
        `(n, 784)`, which may itself be differentiated.
    """
    images = ops.convert_to_tensor(images)
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images, training=True)
    return ops.reshape(tape.gradient(logits, images), (ops.shape(images)[0], -1))


@keras.saving.register_keras_serializable(package="persogan_lessons")
class WeightClip(keras.constraints.Constraint):
    """Keeps each weight of a layer within [-limit, limit]: `Dense(8, kernel_constraint=...)`.

    Source: Arjovsky et al., Wasserstein GAN, 2017.
    """

    def __init__(self, limit=0.01):
        if not limit > 0:
            raise ValueError(f"limit must be a positive number; got {limit!r}")
        self.limit = limit

    def __call__(self, weights):
        """The weights, those outside the limit set to it."""
        return ops.clip(weights, -self.limit, self.limit)

    def get_config(self):
        return {"limit": self.limit}
