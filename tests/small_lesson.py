"""Two small lessons for `course.train`, and a worker that trains them: seconds instead of minutes.

"06" has nothing in it that would differ between one replica and two: no random noise on images, no
batch normalization, plain gradient descent. "07" has all of that.
"""

import sys

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from persogan_lessons.course import cluster, train
from persogan_lessons.models.gan import ConditionalGAN
from persogan_lessons.models.networks import conditional_discriminator, conditional_generator

IMAGES = np.random.default_rng(0).uniform(-1, 1, (40, 28, 28, 1)).astype("float32")


def batch(seed, size):
    """Images and which of two kinds they are."""
    place = tf.random.stateless_uniform((size,), seed, 0, len(IMAGES), tf.int32)
    return tf.gather(IMAGES, place), tf.one_hot(place % 2, 2)


def exact(steps):
    """Two networks of a layer or two."""
    noise, given, image = keras.Input((4,)), keras.Input((2,)), keras.Input((28, 28, 1))
    drawn = layers.Dense(784, activation="tanh")(layers.Concatenate()([noise, given]))
    seen = layers.Concatenate()([layers.Flatten()(image), given])
    logit = layers.Dense(1)(layers.LeakyReLU()(layers.Dense(16)(seen)))
    generator = keras.Model([noise, given], layers.Reshape((28, 28, 1))(drawn))
    gan = ConditionalGAN(generator, keras.Model([image, given], logit))
    descent = keras.optimizers.SGD(0.1), keras.optimizers.SGD(0.1)
    gan.compile(*descent, **train.pace())
    return gan, batch


def noisy(steps):
    """The players of lesson 05, made narrow."""
    players = conditional_generator(2, 4, width=16), conditional_discriminator(2, width=16)
    gan = ConditionalGAN(*players)
    gan.compile(**train.pace())
    return gan, batch


LESSONS = {"06": exact, "07": noisy}

if __name__ == "__main__":
    train.LESSONS = LESSONS
    if sys.argv[1] == "two devices":
        cpu, part = tf.config.list_physical_devices("CPU")[0], tf.config.LogicalDeviceConfiguration
        tf.config.set_logical_device_configuration(cpu, [part(), part()])
        train.main(sys.argv[2:])
    else:
        cluster.main()
