"""Encoders: a history of clicks becomes a condition, in the language of tastes.

Each click is looked at by itself, by a reader that is trained already; the encoder then makes one
vector of up to 32 of them, and is trained through the game. A history is as long as it is: places
without a click hold zeros, in front of the oldest.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

LONGEST = 32  # clicks; of more, the newest count
SHARES, SUM = 10, 5.0  # of a condition as `data.tastes` has it: ten shares that add up to 5,
STYLE = 2  # then a slant and a thickness


def reader(classifier):
    """What is seen in a click: the features of a frozen classifier, and the image, made coarse.

    Args:
        classifier: a model of `(n, 28, 28, 1)` with a layer "features", `(n, 64)`.

    Returns:
        A model `(n, 28, 28, 1)` -> `(n, 260)`; nothing in it is trained. The features tell which
        digit it is; slant and thickness stand rather in the 14 x 14 pixels. Taught in lesson 07.
    """
    features = keras.Model(classifier.inputs, classifier.get_layer("features").output)
    features.trainable = False
    image = keras.Input(classifier.input_shape[1:])
    coarse = layers.Flatten()(layers.AveragePooling2D(2)(image))
    seen = layers.Concatenate()([features(image, training=False), coarse])
    return keras.Model(image, seen, name="reader")


@keras.saving.register_keras_serializable(package="persogan_lessons")
class WeightedMean(layers.Layer):
    """The mean of clicks by their weights, one empty click of weight 1 among them.

    Without any clicks it is 0; the more there are, the less the empty one counts. So an encoder
    starts from what everybody likes, and learns how soon to leave that.

    Call: `[values, scores, clicked]`, `(batch, length, units)`, `(batch, length, 1)` logarithms of
    weights, and `(batch, length, 1)`, 1 where there is a click -> `(batch, units + 1)`, the
    logarithm of all the weight last. Taught in lesson 07.
    """

    def call(self, inputs):
        values, scores, clicked = inputs
        weights = ops.exp(ops.clip(scores, -6, 6)) * clicked
        total = 1 + ops.sum(weights, axis=1)
        mean = ops.sum(weights * values, axis=1) / total
        return ops.concatenate([mean, ops.log(total)], axis=-1)


def mean_encoder(features, units=56):
    """History -> condition by a mean: it cannot know which click came first.

    Args:
        features: numbers that the reader gives for a click.
        units: of each hidden layer.

    Returns:
        A model `(batch, 32, features)` -> `(batch, 12)`. Taught in lesson 07.

    Source: Zaheer et al., Deep Sets, 2017.
    """
    history, clicked = clicks(features)
    values = layers.Dense(units, activation="relu")(layers.Dense(units)(history))
    equal = ops.zeros_like(clicked)
    return keras.Model(history, say(WeightedMean()([values, equal, clicked])), name="encoder")


def gru_encoder(features, units=56):
    """History -> condition by reading it click after click, the oldest first.

    Arguments and result are those of `mean_encoder`. Taught in lesson 07.

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
    """
    history, clicked = clicks(features)
    values = layers.Dense(units, activation="relu")(layers.Dense(units)(history))
    return keras.Model(history, say(layers.GRU(units)(values * clicked)), name="encoder")


def attention_encoder(features, units=56):
    """History -> condition by two looks: the first for an impression, the second guided by it.

    How much a click counts depends on what it shows, on how long ago it was, and in the second
    look on whether it goes with the rest. Arguments and result are those of `mean_encoder`.
    Taught in lesson 07.

    Source: Bahdanau et al., Neural Machine Translation by Jointly Learning to Align and
    Translate, 2015.
    """
    history, clicked = clicks(features)
    age = np.arange(LONGEST, 0, -1, "float32").reshape(1, -1, 1) / LONGEST
    age = ops.zeros_like(clicked) + age  # (batch, 32, 1), the newest last
    seen = layers.Concatenate()([layers.Dense(units)(history), clicked, age])
    values = layers.Dense(units, activation="relu")(seen)
    first = WeightedMean()([values, layers.Dense(1)(values), clicked])
    impression = layers.RepeatVector(LONGEST)(layers.Dense(units)(first))
    values = layers.Dense(units, activation="relu")(layers.Concatenate()([values, impression]))
    looks = [WeightedMean()([values, layers.Dense(1)(values), clicked]) for _ in range(2)]
    return keras.Model(history, say(layers.Concatenate()([first, *looks])), name="encoder")


def clicks(features):
    """The input `(batch, 32, features)`, and 1 where there is a click, `(batch, 32, 1)`."""
    history = keras.Input((LONGEST, features))
    return history, ops.cast(ops.any(history != 0, axis=-1, keepdims=True), "float32")


def say(hidden, units=80):
    """What was found, in the language of tastes: `(batch, 12)`, nearly the average at first."""
    hidden = layers.Dense(units, activation="relu")(hidden)
    small = keras.initializers.RandomNormal(stddev=0.01)
    shares = layers.Dense(SHARES, activation="softmax", kernel_initializer=small)(hidden)
    style = layers.Dense(STYLE, kernel_initializer=small)(hidden)
    return layers.Concatenate(dtype="float32")([layers.Rescaling(SUM)(shares), style])


def episodes(images, features, *, histories, later, batch_size=64):
    """What an encoder is trained on: for ever, batches of a later click and the ones before it.

    Each history is cut to its newest 0 to 32 clicks by chance, so that all lengths are learned.

    Args:
        images: `(n, 28, 28, 1)`, those that people click on.
        features: `(n, features)`, what the reader sees in them.
        histories: `(people, 32)` places in `images`, the oldest click first.
        later: `(people, m)` places of what the same people like afterwards.
        batch_size: how many pairs.

    Returns:
        A tf.data.Dataset of `(batch, 28, 28, 1)` images and `(batch, 32, features)` histories.
        Taught in lesson 07.
    """
    images, features = tf.constant(images), tf.constant(with_empty(features))
    age = tf.range(LONGEST, 0, -1)

    def look_up(place, history):
        length = tf.random.uniform((len(place), 1), 0, LONGEST + 1, tf.int32)
        history = tf.where(age <= length, history, len(features) - 1)
        return tf.gather(images, place), tf.gather(features, history)

    pairs = np.reshape(later, -1), np.repeat(histories, np.shape(later)[1], axis=0)
    data = tf.data.Dataset.from_tensor_slices(tuple(each.astype("int32") for each in pairs))
    data = data.shuffle(len(pairs[0])).repeat().batch(batch_size, drop_remainder=True)
    return data.map(look_up).prefetch(2)


def with_empty(features):
    """Features with a row of zeros at the end: that of no click."""
    return np.concatenate([features, np.zeros_like(features[:1])])
