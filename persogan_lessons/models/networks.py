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
