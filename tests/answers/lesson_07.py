"""Answers to assignment 07 as students give them, wrong and right."""

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import layers, ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# The mean of any number of clicks


@right("weighted_mean")
def as_in_the_lesson(values, scores, clicked):
    weights = ops.exp(scores) * ops.cast(clicked, "float32")
    return ops.sum(weights * values, axis=1) / (1 + ops.sum(weights, axis=1))


@right("weighted_mean")
@tf.function
def an_empty_click_in_front(v, s, c):
    nothing = tf.zeros_like(v[:, :1])
    masked = tf.where(c, s, -1e9)
    shares = tf.nn.softmax(tf.concat([tf.zeros_like(s[:, :1]), masked], 1), axis=1)
    return tf.reduce_sum(shares * tf.concat([nothing, v], 1), 1)


@right("weighted_mean")
def by_matmul(values, scores, clicked):
    weights = tf.where(clicked, tf.exp(scores), 0.0)
    total = 1 + tf.squeeze(tf.reduce_sum(weights, 1), -1)
    return tf.squeeze(tf.matmul(weights, values, transpose_a=True), 1) / total[:, None]


@right("weighted_mean")
def person_by_person(values, scores, clicked):
    means = []
    for value, score, there in zip(values, scores, clicked.numpy(), strict=True):
        total, weight = tf.zeros(values.shape[-1]), 1.0
        for place in np.flatnonzero(there):
            total += tf.exp(score[place]) * value[place]
            weight += tf.exp(score[place, 0])
        means.append(total / weight)
    return tf.stack(means)


def mean(values, weights, empty=1.0):
    return ops.sum(weights * values, axis=1) / (ops.sum(weights, axis=1) + empty)


def mask(clicked):
    return tf.cast(clicked, tf.float32)


@wrong("weighted_mean", "with all of its faults")
def unmended(values, scores, clicked):
    return tf.reduce_mean(tf.nn.softmax(scores) * values, axis=1)


@wrong("weighted_mean", "places without a click have weight")
def no_mask(values, scores, clicked):
    return ops.sum(ops.softmax(scores, axis=1) * values, axis=1)


@wrong("weighted_mean", "what is divided by")
def mask_above_only(values, scores, clicked):
    weights = ops.exp(scores)
    return ops.sum(weights * values * mask(clicked), axis=1) / (1 + ops.sum(weights, axis=1))


@wrong("weighted_mean", "there is one for all")
def masked_scores(values, scores, clicked):
    scores = scores * mask(clicked)
    return ops.sum(ops.softmax(scores, axis=1) * values * mask(clicked), axis=1)


@wrong("weighted_mean", "empty click is missing")
def no_prior(values, scores, clicked):
    return mean(values, ops.exp(scores) * mask(clicked), empty=1e-8)


@wrong("weighted_mean", "empty click is missing")
def masked_softmax(values, scores, clicked):
    return ops.sum(ops.softmax(scores - 1e9 * (1 - mask(clicked)), axis=1) * values, axis=1)


@wrong("weighted_mean", "count alike")
def plain_mean(values, scores, clicked):
    return mean(values, mask(clicked))


@wrong("weighted_mean", "over the clicks, not the last axis")
def last_axis(values, scores, clicked):
    return ops.mean(ops.exp(0 * scores) * mask(clicked) * values, axis=1)


@wrong("weighted_mean", "take exp")
def no_exp(values, scores, clicked):
    return mean(values, scores * mask(clicked))


@wrong("weighted_mean", "sum of weighted clicks")
def not_divided(values, scores, clicked):
    return tf.einsum("blu,bl->bu", values, tf.exp(scores[..., 0]) * mask(clicked)[..., 0])


@wrong("weighted_mean", "number of places")
def by_length(values, scores, clicked):
    return layers.GlobalAveragePooling1D()(tf.exp(scores) * mask(clicked) * values)


@wrong("weighted_mean", "number of clicks")
def by_count(values, scores, clicked):
    total = tf.reduce_sum(tf.exp(scores) * mask(clicked) * values, 1)
    return total / (1 + tf.reduce_sum(mask(clicked), 1))


@wrong("weighted_mean", "over people")
def first_axis(values, scores, clicked):
    weights = ops.exp(scores) * mask(clicked)
    return ops.sum(weights * values, axis=0) / (1 + ops.sum(weights, axis=0))


@wrong("weighted_mean", "are exchanged")
def padding_mask(values, scores, clicked):
    return mean(values, tf.where(clicked, 0.0, tf.exp(scores)))


@wrong("weighted_mean", "no gradient goes through the weights")
def frozen_weights(values, scores, clicked):
    return mean(values, np.exp(scores) * mask(clicked))


@wrong("weighted_mean", "cut, by NumPy")
def by_numpy(values, scores, clicked):
    weights = np.exp(scores) * clicked.numpy()
    return (weights * values.numpy()).sum(1) / (1 + weights.sum(1))


@wrong("weighted_mean", "has shape")
def kept_axis(values, scores, clicked):
    weights = ops.exp(scores) * mask(clicked)
    return ops.sum(weights * values, 1, keepdims=True) / (1 + ops.sum(weights, 1, keepdims=True))


# Whose click is it?


@right("contrast")
def by_log_softmax(table):
    return -ops.mean(ops.diagonal(ops.log_softmax(table, axis=1)))


@right("contrast")
def by_cross_entropy(scores):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(tf.range(len(scores)), scores)


@right("contrast")
def by_logsumexp(t):
    return tf.reduce_mean(tf.reduce_logsumexp(t, axis=1) - tf.linalg.diag_part(t))


@right("contrast")
def with_labels(table):
    labels = tf.eye(len(table))
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(labels, table))


@wrong("contrast", "whose image is it")
def columns(table):
    return by_log_softmax(tf.transpose(table))


@wrong("contrast", "infinity")
def naive(table):
    table = tf.exp(table)
    return -tf.reduce_mean(tf.math.log(tf.linalg.diag_part(table) / tf.reduce_sum(table, 1)))


@wrong("contrast", "sign is turned")
def uphill(table):
    return -by_cross_entropy(table)


@wrong("contrast", "no logarithm")
def probability(table):
    return -tf.reduce_mean(tf.linalg.diag_part(tf.nn.softmax(table)))


@wrong("contrast", "no softmax")
def trace(table):
    return -tf.linalg.trace(table) / len(table)


@wrong("contrast", "all pairs are asked for")
def everything(table):
    return -ops.mean(ops.log_softmax(table, axis=1))


@wrong("contrast", "neighbour's history")
def shifted_labels(table):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    return loss(tf.roll(tf.range(len(table)), 1, 0), table)


@wrong("contrast", "left out")
def others_only(table):
    others = tf.where(tf.eye(len(table), dtype=tf.bool), -np.inf, table)
    return tf.reduce_mean(tf.reduce_logsumexp(others, 1) - tf.linalg.diag_part(table))


@wrong("contrast", "both questions")
def as_clip_does(table):
    return (by_cross_entropy(table) + by_cross_entropy(tf.transpose(table))) / 2


@wrong("contrast", "by itself, with a sigmoid")
def pairs(table):
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    return loss(tf.eye(len(table)), table)


@wrong("contrast", "sum over images")
def summed(table):
    return by_log_softmax(table) * len(table)


@wrong("contrast", "divided by all pairs")
def mean_with_zeros(table):
    return -tf.reduce_mean(tf.eye(len(table)) * tf.nn.log_softmax(table))


@wrong("contrast", "softmax of a softmax")
def twice(table):
    return by_cross_entropy(tf.nn.softmax(table))


@wrong("contrast", "there is no gradient of table")
def accuracy(table):
    guessed = tf.argmax(table, axis=1)
    return 1 - tf.reduce_mean(tf.cast(guessed == tf.range(len(table), dtype=tf.int64), tf.float32))


@wrong("contrast", "no tape watches")
def none_at_all(table):
    with tf.GradientTape() as tape:
        value = by_log_softmax(tf.identity(tf.stop_gradient(table)))
    return value + tf.reduce_sum(tape.gradient(value, table) ** 2)


@wrong("contrast", "number for each image")
def no_mean(table):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(tf.range(len(table)), table)


# A judge of wishes


@right("suits")
def by_einsum(seen, wanted, shares):
    products = ops.einsum("iw,ikw->ik", seen, wanted)
    return ops.logsumexp(products + ops.log(shares), axis=-1)[:, None]


@right("suits")
def by_matmul_and_tf(x, w, s):
    products = tf.matmul(w, x[:, :, None])[..., 0]
    return tf.reduce_logsumexp(tf.math.log(s) + products, axis=1, keepdims=True)


@right("suits")
def by_the_largest(seen, wanted, shares):
    products = tf.reduce_sum(seen[:, None] * wanted, axis=2)
    most = tf.stop_gradient(tf.reduce_max(products, 1, keepdims=True))
    return most + tf.math.log(tf.reduce_sum(shares * tf.exp(products - most), 1, keepdims=True))


@right("suits")
def wish_by_wish(seen, wanted, shares):
    total = None
    for k in range(wanted.shape[1]):
        one = tf.reduce_sum(seen * wanted[:, k], 1) + tf.math.log(shares[:, k])
        total = one if total is None else tf.experimental.numpy.logaddexp(total, one)
    return total[:, None]


def dots(seen, wanted):
    return tf.einsum("iw,ikw->ik", seen, wanted)


@wrong("suits", "average wish")
def mean_wish(seen, wanted, shares):
    wish = tf.reduce_sum(shares[..., None] * wanted, axis=1)
    return tf.reduce_sum(seen * wish, axis=1, keepdims=True)


@wrong("suits", "infinity")
def overflow(seen, wanted, shares):
    return tf.math.log(tf.reduce_sum(shares * tf.exp(dots(seen, wanted)), 1, keepdims=True))


@wrong("suits", "shares are not used")
def every_wish(seen, wanted, shares):
    return tf.reduce_logsumexp(dots(seen, wanted), 1, keepdims=True)


@wrong("suits", "shares are added to the products")
def no_log(seen, wanted, shares):
    return tf.reduce_logsumexp(dots(seen, wanted) + shares, 1, keepdims=True)


@wrong("suits", "shares multiply the products")
def inside(seen, wanted, shares):
    return tf.reduce_logsumexp(dots(seen, wanted) * shares, 1, keepdims=True)


@wrong("suits", "suits best")
def best(seen, wanted, shares):
    return tf.reduce_max(dots(seen, wanted), 1, keepdims=True)


@wrong("suits", "largest share")
def favourite(seen, wanted, shares):
    chosen = tf.gather(wanted, tf.argmax(shares, 1), batch_dims=1)
    return tf.reduce_sum(seen * chosen, 1, keepdims=True)


@wrong("suits", "sign is turned")
def as_a_loss(seen, wanted, shares):
    return -by_einsum(seen, wanted, shares)


@wrong("suits", "sign of log share")
def minus(seen, wanted, shares):
    return tf.reduce_logsumexp(dots(seen, wanted) - tf.math.log(shares), 1, keepdims=True)


@wrong("suits", "neighbour")
def rolled(seen, wanted, shares):
    return by_einsum(tf.roll(seen, 1, 0), wanted, shares)


@wrong("suits", "a probability")
def squashed(seen, wanted, shares):
    return tf.sigmoid(by_einsum(seen, wanted, shares))


@wrong("suits", "averaged over the width")
def mean_of_products(seen, wanted, shares):
    products = tf.reduce_mean(seen[:, None] * wanted, axis=-1)
    return tf.reduce_logsumexp(products + tf.math.log(shares), 1, keepdims=True)


@wrong("suits", "root of the width")
def scaled(seen, wanted, shares):
    products = dots(seen, wanted) / np.sqrt(seen.shape[1])
    return tf.reduce_logsumexp(products + tf.math.log(shares), 1, keepdims=True)


@wrong("suits", "`keepdims`")
def a_row(seen, wanted, shares):
    return by_einsum(seen, wanted, shares)[:, 0]


@wrong("suits", "second axis")
def over_the_batch(seen, wanted, shares):
    return tf.reduce_logsumexp(dots(seen, wanted) + tf.math.log(shares), 0, keepdims=True)


@wrong("suits", "a part is cut")
def shares_cut_off(seen, wanted, shares):
    return by_einsum(seen, wanted, tf.stop_gradient(shares)) + 0 * tf.reduce_sum(shares)


# A history, cut


@right("newest")
def by_place(histories, counts):
    place = np.arange(histories.shape[1])
    keep = place >= histories.shape[1] - counts[:, None]
    return np.where(keep[:, :, None], histories, 0)


@right("newest")
def one_after_the_other(histories, counts):
    cut = np.zeros_like(histories)
    for person, count in enumerate(counts):
        if count > 0:
            cut[person, -count:] = histories[person, -count:]
    return cut


@right("newest")
def on_a_copy(histories, counts):
    histories = histories.copy()
    for row, count in zip(histories, counts, strict=True):
        row[: len(row) - count] = 0
    return histories


@right("newest")
def with_tensorflow(histories, counts):
    keep = tf.sequence_mask(counts, histories.shape[1], dtype=tf.float32)
    return histories * tf.reverse(keep, [1])[..., None]


@wrong("newest", "`[-0:]`")
def minus_zero(histories, counts):
    cut = np.zeros_like(histories)
    for person, count in enumerate(counts):
        cut[person, -count:] = histories[person, -count:]
    return cut


@wrong("newest", "oldest clicks are kept")
def first_clicks(histories, counts):
    keep = np.arange(histories.shape[1]) < counts[:, None]
    return histories * keep[..., None]


@wrong("newest", "taken out")
def zeros_at_the_end(histories, counts):
    cut = histories.copy()
    for row, count in zip(cut, counts, strict=True):
        row[len(row) - count :] = 0
    return cut


@wrong("newest", "taken out")
def all_but_the_last(histories, counts):
    cut = np.zeros_like(histories)
    for person, count in enumerate(counts):
        cut[person, :-count] = histories[person, :-count]
    return cut


@wrong("newest", "too many")
def one_more(histories, counts):
    keep = np.arange(histories.shape[1]) >= histories.shape[1] - counts[:, None] - 1
    return np.where(keep[..., None], histories, 0)


@wrong("newest", "too few")
def one_less(histories, counts):
    keep = np.arange(histories.shape[1]) > histories.shape[1] - counts[:, None]
    return np.where(keep[..., None], histories, 0)


@wrong("newest", "moved to the front")
def packed(histories, counts):
    cut = np.zeros_like(histories)
    for person, count in enumerate(counts):
        cut[person, :count] = histories[person, len(histories[person]) - count :]
    return cut


@wrong("newest", "order is turned")
def backwards(histories, counts):
    cut = np.zeros_like(histories)
    for person, count in enumerate(counts):
        if count:
            cut[person, -count:] = histories[person, : -count - 1 : -1]
    return cut


@wrong("newest", "like the first")
def same_for_all(histories, counts):
    return by_place(histories, counts[:1])


@wrong("newest", "nothing is cut")
def untouched(histories, counts):
    return histories


@wrong("newest", "ones and zeros")
def the_mask(histories, counts):
    keep = np.arange(histories.shape[1]) >= histories.shape[1] - counts[:, None]
    return keep.astype(float)


@wrong("newest", "work on a copy")
def in_place(histories, counts):
    for row, count in zip(histories, counts, strict=True):
        row[: len(row) - count] = 0
    return histories


@wrong("newest", "NaN")
def missing(histories, counts):
    keep = np.arange(histories.shape[1]) >= histories.shape[1] - counts[:, None]
    return np.where(keep[..., None], histories, np.nan)


@wrong("newest", "zeros are left out")
def shortened(histories, counts):
    rows = zip(histories, counts, strict=True)
    return np.concatenate([row[len(row) - count :] for row, count in rows])
