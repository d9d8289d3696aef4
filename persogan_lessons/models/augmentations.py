"""Changes to images that leave a digit what it is, made before the discriminator sees them."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="persogan_lessons")
class RandomShift(keras.layers.Layer):
    """Shifts each image by a few whole pixels, up or down and left or right, while training.

    As the first layer of a discriminator it shifts real and fake images alike, so a shift tells it
    nothing, and the generator gets its gradient through it. A shift is a product with a matrix of
    zeros and ones, which takes a third of the time of Keras's `RandomTranslation`.
    Taught in lesson 03.

    Args:
        pixels: the largest shift, a whole number from 1.

    Call: `(n, height, width, 1)` images with paper at -1 -> the same shape; what moves in at an
    edge is paper.

    Source: Zhao et al., Differentiable Augmentation for Data-Efficient GAN Training, 2020.
    """

    def __init__(self, pixels=2, **options):
        if isinstance(pixels, bool) or not isinstance(pixels, int) or pixels < 1:
            raise ValueError(f"pixels must be a whole number from 1; got {pixels!r}")
        super().__init__(**options)
        self.pixels = pixels
        self.seed = keras.random.SeedGenerator()

    def call(self, images, training=False):
        if not training:
            return images
        ink = ops.squeeze(images, axis=-1) + 1  # 0 is paper
        up_or_down = ops.transpose(self.moves(ink, ink.shape[1]), (0, 2, 1))
        sideways = self.moves(ink, ink.shape[2])
        return ops.expand_dims(up_or_down @ ink @ sideways, axis=-1) - 1

    def moves(self, images, size):
        """For each image, the `(size, size)` matrix that moves a row vector by a random shift."""
        count = (ops.shape(images)[0], 1)
        shift = keras.random.randint(count, -self.pixels, self.pixels + 1, seed=self.seed)
        return ops.one_hot(ops.arange(size) + shift, size, dtype=images.dtype)

    def get_config(self):
        return {**super().get_config(), "pixels": self.pixels}
