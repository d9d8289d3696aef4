"""The players' networks. Images are `(batch, 28, 28, 1)` in [-1, 1].

The last layer of each computes in float32, also under mixed precision: a logit in half
precision loses the small differences that the game is about.
"""

import keras
from keras import layers

IMAGE_SHAPE = (28, 28, 1)


def mlp_generator(noise_size=100, width=1024):
    """The article's generator: noise -> two hidden layers -> an image.

    Args:
        noise_size: numbers in one noise vector.
        width: units in each hidden layer.

    Returns:
        A model `(batch, noise_size)` -> `(batch, 28, 28, 1)` in [-1, 1]. Taught in lesson 01.
    """
    return keras.Sequential(
        [
            keras.Input((noise_size,)),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(784, activation="tanh", dtype="float32"),
            layers.Reshape(IMAGE_SHAPE, dtype="float32"),
        ],
        name="generator",
    )


def mlp_discriminator(width=1024):
    """The article's discriminator: an image -> two hidden layers -> one logit.

    Args:
        width: units in each hidden layer.

    Returns:
        A model `(batch, 28, 28, 1)` -> `(batch, 1)`, with no sigmoid. Taught in lesson 01.
    """
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            layers.Flatten(),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(1, dtype="float32"),
        ],
        name="discriminator",
    )


def dense_generator(noise_size=32, width=256, *, depth=2):
    """A generator as small as you like: noise -> `depth` hidden layers -> an image.

    Args:
        noise_size: numbers in one noise vector.
        width: units in each hidden layer, normalized over the batch.
        depth: how many hidden layers, at least 1.

    Returns:
        A model `(batch, noise_size)` -> `(batch, 28, 28, 1)` in [-1, 1]. Taught in lesson 04.
    """
    model = keras.Sequential([keras.Input((noise_size,))], name="generator")
    for _ in range(depth):
        model.add(layers.Dense(width, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(784, activation="tanh", dtype="float32"))
    model.add(layers.Reshape(IMAGE_SHAPE, dtype="float32"))
    return model


def dense_discriminator(width=256, depth=2):
    """A discriminator as small as you like: an image, with noise on it -> hidden layers -> a logit.

    The noise, while training only, keeps it from learning its few images by heart (lesson 03).

    Args:
        width: units in each hidden layer.
        depth: how many hidden layers, at least 1.

    Returns:
        A model `(batch, 28, 28, 1)` -> `(batch, 1)`. Taught in lesson 04.
    """
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)], name="discriminator")
    model.add(layers.GaussianNoise(0.5))
    model.add(layers.Flatten())
    for _ in range(depth):
        model.add(layers.Dense(width))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(1, dtype="float32"))
    return model


def conv_generator(noise_size=32, width=32):
    """A small convolutional generator: noise -> 7 x 7 places -> 14 x 14 -> 28 x 28.

    Args:
        noise_size: numbers in one noise vector.
        width: channels at 14 x 14; there are twice as many at 7 x 7.

    Returns:
        A model `(batch, noise_size)` -> `(batch, 28, 28, 1)` in [-1, 1]. Taught in lesson 04.

    Source: Radford et al., Unsupervised Representation Learning with Deep Convolutional GANs, 2016.
    """
    model = keras.Sequential([keras.Input((noise_size,))], name="generator")
    model.add(layers.Dense(7 * 7 * 2 * width, use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    model.add(layers.Reshape((7, 7, 2 * width)))
    model.add(layers.Conv2DTranspose(width, 4, 2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    last = {"activation": "tanh", "dtype": "float32"}
    model.add(layers.Conv2DTranspose(1, 4, 2, padding="same", **last))
    return model


def conv_discriminator(width=32):
    """A small convolutional discriminator: 28 x 28 -> 14 x 14 -> 7 x 7 places -> one logit.

    Args:
        width: channels at 14 x 14; there are twice as many at 7 x 7.

    Returns:
        A model `(batch, 28, 28, 1)` -> `(batch, 1)`. Taught in lesson 04.

    Source: Radford et al., 2016.
    """
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)], name="discriminator")
    for channels in (width, 2 * width):
        model.add(layers.Conv2D(channels, 4, 2, padding="same"))
        model.add(layers.LeakyReLU(0.2))
        model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, dtype="float32"))
    return model


def digit_classifier():
    """A small convolutional network that reads digits; it measures, and is never trained in a game.

    Returns:
        A model `(batch, 28, 28, 1)` in [-1, 1] -> `(batch, 10)` logits. Its layer "features",
        `(batch, 64)`, is what distances between sets of images are measured in.
    """
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)], name="digit_classifier")
    for filters, strides in ((16, 1), (32, 2), (32, 1), (64, 2), (64, 1)):
        model.add(layers.Conv2D(filters, 3, strides, padding="same", use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.ReLU())
    model.add(layers.GlobalAveragePooling2D(name="features"))
    model.add(layers.Dropout(0.3))
    model.add(layers.Dense(10))
    return model
