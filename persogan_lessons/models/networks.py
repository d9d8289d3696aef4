"""The players' networks. Images are `(batch, 28, 28, 1)` in [-1, 1].

The last layer of each computes in float32, also under mixed precision: a logit in half
precision loses the small differences that the game is about.
"""

import keras
from keras import layers, ops

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


def conditional_generator(condition_size, noise_size=32, *, width=256):
    """Draws what a condition asks for: both enter together, and the condition twice more.

    Between the dense layers the condition scales and shifts every unit; the image is then grown by
    convolutions, as in `conv_generator`, with few channels.

    Args:
        condition_size: numbers in one condition.
        noise_size: numbers in one noise vector.
        width: units in each dense layer.

    Returns:
        A model `[(batch, noise_size), (batch, condition_size)]` -> `(batch, 28, 28, 1)` in
        [-1, 1]. Taught in lesson 05.

    Source: Perez et al., FiLM: Visual Reasoning with a General Conditioning Layer, 2018.
    """
    noise, condition = keras.Input((noise_size,)), keras.Input((condition_size,))
    wanted = embed(condition)
    hidden = modulate(layers.Concatenate()([noise, wanted]), wanted, units=width)
    hidden = modulate(hidden, wanted, units=width)
    return keras.Model([noise, condition], _grow(hidden), name="generator")


def conditional_discriminator(condition_size, width=128):
    """One logit, two questions: is it a real image, and does it suit this condition?

    The second is a scalar product: of what is seen in the image and what the condition asks for.

    Args:
        condition_size: numbers in one condition.
        width: units in the last hidden layer.

    Returns:
        A model `[(batch, 28, 28, 1), (batch, condition_size)]` -> `(batch, 1)`. Taught in
        lesson 05.

    Source: Miyato and Koyama, cGANs with Projection Discriminator, 2018.
    """
    image, condition = keras.Input(IMAGE_SHAPE), keras.Input((condition_size,))
    seen = see(image, width)
    wanted = layers.Dense(width, use_bias=False)(embed(condition))
    real = layers.Dense(1, dtype="float32")(seen)
    suits = layers.Dot(1, dtype="float32")([seen, wanted])
    logit = layers.Add(dtype="float32")(
        [real, layers.Rescaling(width**-0.5, dtype="float32")(suits)]
    )
    return keras.Model([image, condition], logit, name="discriminator")


def weighing_discriminator(condition_size, width=128, *, choices=10):
    """The counterpart of a `choosing` generator: it weighs all the wishes of a taste.

    The first numbers of a condition are shares, of ten digits for example. An image suits a taste
    if it grants one of its wishes, the more so the larger the share of that wish. For a condition
    with a single share it computes what `conditional_discriminator` does, and has its weights.

    Args:
        condition_size: numbers in one condition.
        width: units in the last hidden layer.
        choices: how many shares there are.

    Returns:
        A model `[(batch, 28, 28, 1), (batch, condition_size)]` -> `(batch, 1)`, with a layer
        "suits", of type `Suits`. Taught in lesson 07.
    """
    image, taste = keras.Input(IMAGE_SHAPE), keras.Input((condition_size,))
    shares, wishes = apart(taste, choices)
    wanted = layers.Dense(width, use_bias=False)(embed(wishes))  # (batch, choices, width)
    seen = see(image, width)
    real = layers.Dense(1, dtype="float32")(seen)
    suits = Suits(dtype="float32", name="suits")([seen, shares, wanted])
    logit = layers.Add(dtype="float32")([real, suits])
    return keras.Model([image, taste], logit, name="discriminator")


def see(image, width):
    """What a discriminator sees in an image: `(batch, width)`."""
    hidden = layers.GaussianNoise(0.5)(image)  # it has too few images to see them sharply
    for channels in (16, 32):
        hidden = layers.Conv2D(channels, 4, 2, padding="same")(hidden)
        hidden = layers.LeakyReLU(0.2)(hidden)
    return layers.LeakyReLU(0.2)(layers.Dense(width)(layers.Flatten()(hidden)))


def apart(taste, choices=10):
    """The shares of a taste, `(batch, choices)`, and its wishes, `(batch, choices, size)`.

    Each wish has one of the shares, which is their sum, and all else that the taste asks for.
    """
    shares, rest = taste[:, :choices], taste[:, None, choices:]
    total = ops.sum(shares, axis=1, keepdims=True)
    alone = ops.eye(choices) * total[:, None]  # (batch, choices, choices)
    wishes = ops.concatenate([alone, rest + ops.zeros((1, choices, 1))], axis=-1)
    return shares / total, wishes


@keras.saving.register_keras_serializable(package="persogan_lessons")
class Suits(layers.Layer):
    """How well images suit tastes: the logarithm of a mean over the wishes, by their shares.

    log sum_k share_k exp(seen . wanted_k / sqrt(width)), so one wish that an image grants will do.

    Call: `[seen, shares, wanted]`, `(batch, width)`, `(batch, choices)` and
    `(batch, choices, width)` -> `(batch, 1)`. Taught in lesson 07.
    """

    def call(self, inputs):
        seen, shares, wanted = inputs
        return self.weigh(ops.einsum("iw,ikw->ik", seen, wanted), shares)[:, None]

    def table(self, seen, shares, *, wanted):
        """`(batch, batch)`: how well each image, a row, suits the taste of each, a column."""
        return self.weigh(ops.einsum("iw,jkw->ijk", seen, wanted), shares)

    def weigh(self, products, shares):
        """`(..., choices)` scalar products and shares -> `(...)`."""
        return ops.logsumexp(products * self.scale + ops.log(shares + 1e-6), axis=-1)

    def build(self, shapes):
        self.scale = shapes[0][-1] ** -0.5


def choosing(generator, choices=10):
    """A generator that makes up its mind first: it draws one of the wishes of a taste, then that.

    The first numbers of a condition are shares, of ten digits for example. With as many numbers of
    the noise one of them is chosen, by its share, and stands alone in the condition that goes on.
    A condition with a single share in it passes unchanged.

    Args:
        generator: a model `[(batch, noise_size), (batch, condition_size)]` -> images.
        choices: how many shares there are.

    Returns:
        A model `[(batch, choices + noise_size), (batch, condition_size)]` -> images. Taught in
        lesson 06.
    """
    noise_size, condition_size = (each.shape[-1] for each in generator.inputs)
    noise, taste = keras.Input((choices + noise_size,)), keras.Input((condition_size,))
    chosen = Choice(name="choice")([noise[:, :choices], taste[:, :choices]])
    wish = layers.Concatenate()([chosen, taste[:, choices:]])
    return keras.Model([noise, taste], generator([noise[:, choices:], wish]), name="generator")


@keras.saving.register_keras_serializable(package="persogan_lessons")
class Choice(layers.Layer):
    """Draws one of several by its share: all of the shares go to the one that is chosen.

    Adding to the logarithm of each share a random number of the Gumbel distribution and taking the
    largest sum chooses each with a probability equal to its share.

    Call: `[noise, shares]`, both `(batch, choices)`, the noise standard normal, the shares 0 or
    more -> `(batch, choices)`, all 0 but one. Taught in lesson 06.

    Source: Gumbel, Statistical Theory of Extreme Values, 1954.
    """

    def call(self, inputs):
        noise, shares = inputs
        uniform = ops.clip((1 + ops.erf(noise / 2**0.5)) / 2, 1e-6, 1 - 1e-6)
        gumbel = -ops.log(-ops.log(uniform))
        score = ops.log(ops.maximum(shares, 1e-9)) + gumbel
        chosen = ops.one_hot(ops.argmax(score, axis=-1), shares.shape[-1], dtype=shares.dtype)
        return chosen * ops.sum(shares, axis=-1, keepdims=True)


def embed(condition, units=64):
    """What two small layers make of a condition: `(batch, units)`."""
    hidden = layers.LeakyReLU(0.2)(layers.Dense(units)(condition))
    return layers.LeakyReLU(0.2)(layers.Dense(units)(hidden))


def modulate(hidden, wanted, *, units):
    """A dense layer whose units the embedded condition `wanted` scales and shifts."""
    hidden = layers.BatchNormalization(momentum=0.9)(layers.Dense(units, use_bias=False)(hidden))
    scale, shift = layers.Dense(units)(wanted), layers.Dense(units)(wanted)
    return layers.LeakyReLU(0.2)(hidden * (1 + scale) + shift)


def _grow(hidden, channels=8):
    """From units to 7 x 7 places, 14 x 14, 28 x 28: an image."""
    hidden = layers.Dense(7 * 7 * 2 * channels, use_bias=False)(hidden)
    hidden = layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.9)(hidden))
    hidden = layers.Reshape((7, 7, 2 * channels))(hidden)
    hidden = layers.Conv2DTranspose(channels, 4, 2, padding="same", use_bias=False)(hidden)
    hidden = layers.LeakyReLU(0.2)(layers.BatchNormalization(momentum=0.9)(hidden))
    last = {"activation": "tanh", "dtype": "float32"}
    return layers.Conv2DTranspose(1, 4, 2, padding="same", **last)(hidden)


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
