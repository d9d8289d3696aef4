"""Answers to assignment 03 as students give them, wrong and right."""

import math

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right
binary = keras.losses.BinaryCrossentropy(from_logits=True)

# Smooth labels


@right("smooth_loss")
def by_softplus(real_logits, fake_logits):
    real = 0.9 * ops.softplus(-real_logits) + 0.1 * ops.softplus(real_logits)
    return ops.mean(real) + ops.mean(ops.softplus(fake_logits))


@right("smooth_loss")
def by_labels(real_logits, fake_logits):
    return binary(0.9 * tf.ones_like(real_logits), real_logits) + binary(
        tf.zeros_like(fake_logits), fake_logits
    )


@right("smooth_loss")
def by_logarithms(a, b):
    p, q = tf.sigmoid(a), tf.sigmoid(b)
    return -tf.reduce_mean(0.9 * tf.math.log(p) + 0.1 * tf.math.log(1 - p) + tf.math.log(1 - q))


class Smooth:
    def __init__(self, target):
        self.target = target

    def __call__(self, real_logits, fake_logits):
        real = ops.softplus(-real_logits) + (1 - self.target) * real_logits
        return ops.mean(real) + ops.mean(ops.softplus(fake_logits))


right("smooth_loss")(Smooth(0.9))


@wrong("smooth_loss", "nothing is smoothed")
def as_before(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


@wrong("smooth_loss", "both sides")
def both_sides(real_logits, fake_logits):
    real, fake = tf.fill(real_logits.shape, 0.9), tf.fill(fake_logits.shape, 0.1)
    return binary(real, real_logits) + binary(fake, fake_logits)


@wrong("smooth_loss", "fakes are smoothed")
def wrong_side(real_logits, fake_logits):
    fake = tf.fill(fake_logits.shape, 0.1)
    return binary(tf.ones_like(real_logits), real_logits) + binary(fake, fake_logits)


@wrong("smooth_loss", "target of 0.1")
def smoothed_away(real_logits, fake_logits):
    return binary(0.1 * tf.ones_like(real_logits), real_logits) + binary(
        tf.zeros_like(fake_logits), fake_logits
    )


@wrong("smooth_loss", "0.95")
def option_of_keras(real_logits, fake_logits):
    smooth = keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing=0.1)
    return smooth(tf.ones_like(real_logits), real_logits) + binary(
        tf.zeros_like(fake_logits), fake_logits
    )


@wrong("smooth_loss", "swapped")
def fakes_first(fake_logits, real_logits):
    return by_labels(real_logits, fake_logits)


@wrong("smooth_loss", "second half")
def only_weighted(real_logits, fake_logits):
    real = 0.9 * tf.nn.softplus(-real_logits)
    return tf.reduce_mean(real + tf.nn.softplus(fake_logits))


@wrong("smooth_loss", "logits are made smaller")
def scaled_logits(real_logits, fake_logits):
    return as_before(0.9 * real_logits, fake_logits)


@wrong("smooth_loss", "sign is turned")
def price_paid_out(real_logits, fake_logits):
    return as_before(real_logits, fake_logits) - 0.1 * ops.mean(real_logits)


@wrong("smooth_loss", "hinge")
def another_cure(real_logits, fake_logits):
    return tf.reduce_mean(tf.nn.relu(1 - real_logits) + tf.nn.relu(1 + fake_logits))


@wrong("smooth_loss", "sigmoid twice")
def squashed(real_logits, fake_logits):
    return by_labels(tf.sigmoid(real_logits), tf.sigmoid(fake_logits))


@wrong("smooth_loss", "mean over the batch")
def not_reduced(real_logits, fake_logits):
    return ops.softplus(-real_logits) + 0.1 * real_logits + ops.softplus(fake_logits)


@wrong("smooth_loss", "cut")
def in_numpy(real_logits, fake_logits):
    real, fake = real_logits.numpy(), fake_logits.numpy()
    return np.mean(np.logaddexp(0, -real) + 0.1 * real) + np.mean(np.logaddexp(0, fake))


@wrong("smooth_loss", "a factor")
def averaged(real_logits, fake_logits):
    return by_labels(real_logits, fake_logits) / 2


# A gradient penalty


def slopes(discriminator, images):
    with tf.GradientTape() as tape:
        tape.watch(images)
        logits = discriminator(images)
    return tape.gradient(logits, images)


def mixed(real, fake, share):
    return share * real + (1 - share) * fake


def sizes(discriminator, images, small=1e-12):
    squares = tf.square(slopes(discriminator, images))
    return tf.sqrt(tf.reduce_sum(squares, axis=[1, 2, 3]) + small)


@right("gradient_penalty")
def usual(discriminator, real_images, fake_images, share):
    with tf.GradientTape() as tape:
        between = share * real_images + (1 - share) * fake_images
        tape.watch(between)
        logits = discriminator(between, training=True)
    gradients = ops.reshape(tape.gradient(logits, between), (len(between), -1))
    norms = ops.sqrt(ops.sum(gradients**2, axis=1) + 1e-12)
    return 10 * ops.mean((norms - 1) ** 2)


@right("gradient_penalty")
def multiplied_out(d, x, y, a):
    squares = tf.reduce_sum(slopes(d, y + a * (x - y)) ** 2, axis=(1, 2, 3))
    return 10 * tf.reduce_mean(squares - 2 * tf.sqrt(squares + 1e-14) + 1)


@right("gradient_penalty")
def kept_from_zero(d, real, fake, share):
    squares = tf.reduce_sum(slopes(d, mixed(real, fake, share)) ** 2, axis=[1, 2, 3])
    return tf.reduce_mean(10.0 * (tf.sqrt(tf.maximum(squares, 1e-10)) - 1) ** 2)


@right("gradient_penalty")
@tf.function
def image_by_image(d, real, fake, share):
    total = 0.0
    for i in range(real.shape[0]):
        place = mixed(real[i : i + 1], fake[i : i + 1], share[i : i + 1])
        norm = tf.sqrt(tf.reduce_sum(slopes(d, place) ** 2) + 1e-8)
        total += (norm - 1) ** 2
    return 10 * total / real.shape[0]


@wrong("gradient_penalty", "no finite slope at 0")
def bare_root(d, real, fake, share):
    norms = tf.sqrt(tf.reduce_sum(slopes(d, mixed(real, fake, share)) ** 2, axis=[1, 2, 3]))
    return 10 * tf.reduce_mean((norms - 1) ** 2)


@wrong("gradient_penalty", "no finite slope at 0")
def norm_of_tensorflow(d, real, fake, share):
    flat = tf.reshape(slopes(d, mixed(real, fake, share)), [len(real), -1])
    return 10 * tf.reduce_mean((tf.norm(flat, axis=1) - 1) ** 2)


@wrong("gradient_penalty", "at the real images")
def at_the_real(d, real, fake, share):
    return 10 * tf.reduce_mean((sizes(d, real) - 1) ** 2)


@wrong("gradient_penalty", "at the fake images")
def at_the_fake(d, real, fake, share):
    return 10 * tf.reduce_mean((sizes(d, fake) - 1) ** 2)


@wrong("gradient_penalty", "share is the real image's")
def other_way(d, real, fake, share):
    return 10 * tf.reduce_mean((sizes(d, real + share * (fake - real)) - 1) ** 2)


@wrong("gradient_penalty", "half-way")
def half(d, real, fake, share):
    return 10 * tf.reduce_mean((sizes(d, 0.5 * real + 0.5 * fake) - 1) ** 2)


@wrong("gradient_penalty", "one share for the whole batch")
def one_share(d, real, fake, share):
    return 10 * tf.reduce_mean((sizes(d, mixed(real, fake, share[0, 0, 0, 0])) - 1) ** 2)


@wrong("gradient_penalty", "one size for the whole batch")
def whole_norm(d, real, fake, share):
    norm = tf.sqrt(tf.reduce_sum(slopes(d, mixed(real, fake, share)) ** 2) + 1e-12)
    return 10 * (norm - 1) ** 2


@wrong("gradient_penalty", "averaged over the pixels")
def mean_of_squares(d, real, fake, share):
    squares = tf.reduce_mean(slopes(d, mixed(real, fake, share)) ** 2, axis=[1, 2, 3])
    return 10 * tf.reduce_mean((tf.sqrt(squares + 1e-12) - 1) ** 2)


@wrong("gradient_penalty", "each pixel")
def every_pixel(d, real, fake, share):
    excess = (tf.abs(slopes(d, mixed(real, fake, share))) - 1) ** 2
    return 10 * tf.reduce_mean(tf.reduce_sum(excess, axis=[1, 2, 3]))


@wrong("gradient_penalty", "root is missing")
def squared_size(d, real, fake, share):
    squares = tf.reduce_sum(slopes(d, mixed(real, fake, share)) ** 2, axis=[1, 2, 3])
    return 10 * tf.reduce_mean((squares - 1) ** 2)


@wrong("gradient_penalty", "slopes to 0")
def as_r1(d, real, fake, share):
    squares = tf.reduce_sum(slopes(d, mixed(real, fake, share)) ** 2, axis=[1, 2, 3])
    return 10 * tf.reduce_mean(squares)


@wrong("gradient_penalty", "only slopes above 1")
def one_sided(d, real, fake, share):
    return 10 * tf.reduce_mean(tf.nn.relu(sizes(d, mixed(real, fake, share)) - 1) ** 2)


@wrong("gradient_penalty", "square is missing")
def no_square(d, real, fake, share):
    return 10 * tf.reduce_mean(sizes(d, mixed(real, fake, share)) - 1)


@wrong("gradient_penalty", "mean of all sizes")
def mean_first(d, real, fake, share):
    return 10 * (tf.reduce_mean(sizes(d, mixed(real, fake, share))) - 1) ** 2


@wrong("gradient_penalty", "0.1 times")
def weight_forgotten(d, real, fake, share):
    return tf.reduce_mean((sizes(d, mixed(real, fake, share)) - 1) ** 2)


@wrong("gradient_penalty", "cut")
def through_numpy(d, real, fake, share):
    return 10 * np.mean((sizes(d, mixed(real, fake, share)).numpy() - 1) ** 2)


# A verdict


@right("verdict")
def with_infinity(tried, plain):
    tried, plain = np.nan_to_num(tried, nan=np.inf), np.nan_to_num(plain, nan=np.inf)
    if tried.max() < plain.min():
        return "better"
    return "worse" if tried.min() > plain.max() else "not told apart"


@right("verdict")
def with_lists(tried, plain):
    a = [math.inf if math.isnan(x) else x for x in tried]
    b = [math.inf if math.isnan(x) else x for x in plain]
    if all(x < y for x in a for y in b):
        return "better"
    if all(x > y for x in a for y in b):
        return "worse"
    return "not told apart"


@right("verdict")
def by_cases(tried, plain):
    if not np.isnan(tried).any() and max(tried) < np.nanmin(plain):
        return "better"
    if not np.isnan(plain).any() and not np.nanmin([*tried, np.inf]) <= max(plain):
        return "worse"
    return "not told apart"


def filled(*runs):
    return [np.where(np.isnan(each), np.inf, each) for each in runs]


def said(better, worse):
    return "better" if better else "worse" if worse else "not told apart"


@wrong("verdict", "means are compared")
def by_means(tried, plain):
    a = tried[~np.isnan(tried)]
    a, b = a.mean() if len(a) else np.nan, np.nanmean(plain)
    return said(a < b, a > b)


@wrong("verdict", "medians are compared")
def by_medians(tried, plain):
    a, b = map(np.median, filled(tried, plain))
    return said(a < b, a > b)


@wrong("verdict", "best runs are compared")
def by_the_best(tried, plain):
    a, b = filled(tried, plain)
    return said(a.min() < b.min(), a.min() > b.max())


@wrong("verdict", "crosswise")
def both_ends(tried, plain):
    a, b = filled(tried, plain)
    return said(a.max() < b.max() and a.min() < b.min(), a.max() > b.max() and a.min() > b.min())


@wrong("verdict", "left out: a failed run")
def failures_forgotten(tried, plain):
    a, b = tried[~np.isnan(tried)], plain[~np.isnan(plain)]
    return said(len(a) and max(a) < min(b), not len(a) or min(a) > max(b))


@wrong("verdict", "nothing is said")
def nan_functions(tried, plain):
    return said(np.nanmax(tried) < np.nanmin(plain), np.nanmin(tried) > np.nanmax(plain))


@wrong("verdict", "NaN goes unseen")
def by_numpy(tried, plain):
    return said(tried.max() < plain.min(), tried.min() > plain.max())


@wrong("verdict", "counts as 0")
def zeros(tried, plain):
    a, b = np.nan_to_num(tried), np.nan_to_num(plain)
    return said(a.max() < b.min(), a.min() > b.max())


@wrong("verdict", "swapped")
def more_is_better(tried, plain):
    a, b = filled(tried, plain)
    return said(a.min() > b.max(), a.max() < b.min())


@wrong("verdict", "any failed run")
def intolerant(tried, plain):
    if np.isnan(tried).any():
        return "worse"
    return with_infinity(tried, plain)


@wrong("verdict", "constant")
def careful(tried, plain):
    return "not told apart"


@wrong("verdict", "another kind")
def a_p_value(tried, plain):
    return 2 / math.comb(15, 5)
