"""The two GANs that every variant trains, in Keras; `torch_variants` states them again.

The layers, and so the operations, are the same everywhere. "mlp" is the article's, "conv" is the
DCGAN of TensorFlow's tutorial.
"""

import keras
from keras import layers

from persogan_lessons.models import networks

BATCH = 128
NOISE = 100
NAMES = {
    "mlp": "The article's MLP: two hidden layers of 1024 in each network",
    "conv": "A small convolutional GAN: the DCGAN of TensorFlow's tutorial, 28 x 28",
}


def pair(name):
    """A new generator and a new discriminator.

    Args:
        name: "mlp" or "conv".

    Returns:
        models `(batch, 100)` -> `(batch, 28, 28, 1)` and `(batch, 28, 28, 1)` -> `(batch, 1)`.
    """
    if name == "mlp":
        return networks.mlp_generator(NOISE), networks.mlp_discriminator()
    return conv_generator(), conv_discriminator()


def adam():
    """The optimiser of each player, in every variant."""
    return keras.optimizers.Adam(1e-3, beta_1=0.5)


def conv_generator():
    """Noise -> 7 x 7 -> 14 x 14 -> an image, each step normalised."""

    def enlarge(filters, strides, **options):
        return layers.Conv2DTranspose(
            filters, 5, strides, padding="same", use_bias=False, **options
        )

    return keras.Sequential(
        [
            keras.Input((NOISE,)),
            layers.Dense(7 * 7 * 256, use_bias=False),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.3),
            layers.Reshape((7, 7, 256)),
            enlarge(128, 1),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.3),
            enlarge(64, 2),
            layers.BatchNormalization(),
            layers.LeakyReLU(0.3),
            enlarge(1, 2, activation="tanh"),
        ]
    )


def conv_discriminator():
    """An image -> 14 x 14 -> 7 x 7 -> one logit."""
    return keras.Sequential(
        [
            keras.Input(networks.IMAGE_SHAPE),
            layers.Conv2D(64, 5, 2, padding="same"),
            layers.LeakyReLU(0.3),
            layers.Dropout(0.3),
            layers.Conv2D(128, 5, 2, padding="same"),
            layers.LeakyReLU(0.3),
            layers.Dropout(0.3),
            layers.Flatten(),
            layers.Dense(1),
        ]
    )
