"""Answers to assignment 06 as students give them, wrong and right."""

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import ops
from scipy import special

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# The die


@right("throw")
def as_in_the_lesson(uniform, shares):
    score = ops.log(ops.maximum(shares, 1e-9)) - ops.log(-ops.log(uniform))
    return ops.one_hot(ops.argmax(score, axis=-1), shares.shape[-1])


@right("throw")
@tf.function
def as_a_race(u, s):
    waiting = tf.math.divide_no_nan(-tf.math.log(u), s)  # who has the shortest wait wins
    waiting = tf.where(s > 0, waiting, np.inf)
    return tf.one_hot(tf.argmin(waiting, axis=1), tf.shape(s)[1])


@right("throw")
def by_numpy(uniform, shares):
    uniform, shares = np.array(uniform, "float64"), np.array(shares, "float64")
    with np.errstate(divide="ignore"):
        score = np.log(shares) - np.log(-np.log(uniform))
    return np.eye(shares.shape[1])[score.argmax(axis=1)]


@right("throw")
def row_by_row(uniform, shares):
    thrown = []
    for us, ss in zip(uniform.numpy().tolist(), shares.numpy().tolist(), strict=True):
        powers = [u ** (1 / s) if s > 1e-3 else 0.0 for u, s in zip(us, ss, strict=True)]
        thrown.append([float(power == max(powers)) for power in powers])
    return tf.constant(thrown)


def winner(score):
    return tf.one_hot(tf.argmax(score, axis=1), score.shape[1])


def gumbel(uniform):
    return -tf.math.log(-tf.math.log(uniform))


def logs(shares):
    return tf.math.log(shares + 1e-12)


@wrong("throw", "not thrown at all")
def favourite(uniform, shares):
    return winner(shares)


@wrong("throw", "shares are not used")
def fair(uniform, shares):
    return winner(gumbel(uniform))


@wrong("throw", "as they are: their logarithms")
def no_log(uniform, shares):
    return winner(shares + gumbel(uniform))


@wrong("throw", "shares multiply")
def product(uniform, shares):
    return winner(gumbel(uniform) * shares)


@wrong("throw", "make them -log(-log u)")
def uniform_noise(uniform, shares):
    return winner(logs(shares) + uniform)


@wrong("throw", "a sign is wrong")
def sign(uniform, shares):
    return winner(logs(shares) + tf.math.log(-tf.math.log(uniform)))


@wrong("throw", "one logarithm is missing")
def exponential(uniform, shares):
    return winner(logs(shares) - tf.math.log(uniform))


@wrong("throw", "1 - u")
def mirrored(uniform, shares):
    return winner(logs(shares) + gumbel(1 - uniform))


@wrong("throw", "smallest sum")
def argmin(uniform, shares):
    return tf.one_hot(tf.argmin(logs(shares) + gumbel(uniform), axis=1), shares.shape[1])


@wrong("throw", "down the batch")
def first_axis(uniform, shares):
    chosen = tf.argmax(logs(shares) + gumbel(uniform), axis=0)
    return tf.one_hot(chosen, len(shares), axis=0)


@wrong("throw", "a little of each side")
def softmax(uniform, shares):
    return keras.activations.softmax(logs(shares) + gumbel(uniform))


@wrong("throw", "number of the side")
def index(uniform, shares):
    return tf.argmax(logs(shares) + gumbel(uniform), axis=1)


@wrong("throw", "adding up the shares")
def by_intervals(uniform, shares):
    ends = np.cumsum(shares, axis=1) / np.sum(shares, axis=1, keepdims=True)
    return np.eye(shares.shape[1])[(np.array(uniform)[:, :1] >= ends).sum(1)]


@wrong("throw", "random")
def own_dice(uniform, shares):
    return tf.one_hot(tf.random.categorical(logs(shares), 1)[:, 0], shares.shape[1])


@wrong("throw", "NaN")
def log_of_zero(uniform, shares):
    score = tf.math.log(shares) + gumbel(uniform)
    score = score - tf.reduce_min(score, axis=1, keepdims=True)
    return score / tf.reduce_sum(score, axis=1, keepdims=True)


# Are these the right digits?


@right("digits_off_by")
def by_bincount(drawn, shares):
    off = [abs(np.bincount(d, minlength=10) / len(d) - s).sum() / 2 for d, s in zip(drawn, shares)]  # noqa: B905
    return np.mean(off)


@right("digits_off_by")
def by_one_hot(drawn, shares):
    found = tf.reduce_mean(tf.one_hot(drawn, 10, dtype=tf.float64), axis=1)
    return 0.5 * tf.reduce_mean(tf.reduce_sum(tf.abs(found - shares), axis=1))


@right("digits_off_by")
def by_overlap(drawn, shares):
    found = np.stack([(drawn == digit).mean(1) for digit in range(10)], axis=1)
    return 1 - np.minimum(found, shares).sum() / len(shares)


@right("digits_off_by")
def in_loops(drawn, shares):
    total = 0.0
    for row, wanted in zip(drawn.tolist(), shares.tolist(), strict=True):
        for digit in range(10):
            total += max(0.0, row.count(digit) / len(row) - wanted[digit])
    return total / len(drawn)


def found_shares(drawn):
    return (drawn[:, :, None] == np.arange(10)).mean(1)


@wrong("digits_off_by", "put together")
def pooled(drawn, shares):
    found = np.bincount(drawn.ravel(), minlength=10) / drawn.size
    return np.abs(found - shares.mean(0)).sum() / 2


@wrong("digits_off_by", "not halved")
def whole(drawn, shares):
    return np.abs(found_shares(drawn) - shares).sum(1).mean()


@wrong("digits_off_by", "mean over digits")
def mean_of_all(drawn, shares):
    return np.abs(found_shares(drawn) - shares).mean()


@wrong("digits_off_by", "sum over people")
def total(drawn, shares):
    return np.abs(found_shares(drawn) - shares).sum() / 2


@wrong("digits_off_by", "worst digit")
def largest(drawn, shares):
    return np.abs(found_shares(drawn) - shares).max(axis=1).mean()


@wrong("digits_off_by", "squared")
def squared(drawn, shares):
    return ((found_shares(drawn) - shares) ** 2).sum(1).mean()


@wrong("digits_off_by", "root of the squares")
def euclidean(drawn, shares):
    return np.linalg.norm(found_shares(drawn) - shares, axis=1).mean()


@wrong("digits_off_by", "no `abs`")
def signed(drawn, shares):
    return (found_shares(drawn) - shares).sum(1).mean() / 2


@wrong("digits_off_by", "digits are counted")
def counts(drawn, shares):
    found = np.stack([np.bincount(row, minlength=10) for row in drawn])
    return np.abs(found - shares).sum(1).mean() / 2


@wrong("digits_off_by", "what agrees")
def agreement(drawn, shares):
    return np.minimum(found_shares(drawn), shares).sum(1).mean()


@wrong("digits_off_by", "favourite digit alone")
def favourite_only(drawn, shares):
    best = shares.argmax(1)
    share = (drawn == best[:, None]).mean(1)
    return abs(share - shares.max(1)).mean()


@wrong("digits_off_by", "number for each person")
def by_person(drawn, shares):
    return np.abs(found_shares(drawn) - shares).sum(1) / 2


@wrong("digits_off_by", "different shapes")
def by_unique(drawn, shares):
    off = []
    for row, wanted in zip(drawn, shares, strict=True):
        _, counts = np.unique(row, return_counts=True)
        off.append(np.abs(counts / len(row) - wanted).sum() / 2)
    return np.mean(off)


@wrong("digits_off_by", "NaN")
def divergence(drawn, shares):
    found = found_shares(drawn)
    with np.errstate(all="ignore"):
        return (found * np.log(found / shares)).sum(1).mean()


@wrong("digits_off_by", "constant")
def read_in_the_lesson(drawn, shares):
    return 0.11


# Whose are they?


@right("recognised")
def by_argmax(fits):
    return fits.sum(axis=1).argmax(axis=1) == np.arange(len(fits))


@right("recognised")
def by_means(fits):
    mean = tf.reduce_mean(tf.constant(fits), axis=1)
    return tf.linalg.diag_part(mean) >= tf.reduce_max(mean, axis=1)


@right("recognised")
def one_at_a_time(fits):
    answers = []
    for person, drawings in enumerate(fits):
        total = sum(drawings)
        answers.append(all(total[person] >= each for each in total))
    return answers


@right("recognised")
def by_ranks(fits):
    order = np.argsort(-np.einsum("pdt->pt", fits), axis=1)
    return order[:, 0] == range(len(fits))


@wrong("recognised", "who fits a taste best")
def other_axis(fits):
    return fits.sum(1).argmax(0) == np.arange(len(fits))


@wrong("recognised", "each drawing by itself")
def shares_of_drawings(fits):
    return (fits.argmax(-1) == np.arange(len(fits))[:, None]).mean(1)


@wrong("recognised", "every drawing has to be right")
def all_right(fits):
    return (fits.argmax(-1) == np.arange(len(fits))[:, None]).all(1)


@wrong("recognised", "one drawing has to be right")
def any_right(fits):
    return (fits.argmax(-1) == np.arange(len(fits))[:, None]).any(1)


@wrong("recognised", "drawings vote")
def majority(fits):
    votes = [np.bincount(row).argmax() for row in fits.argmax(-1)]
    return np.array(votes) == np.arange(len(fits))


@wrong("recognised", "only the best drawing")
def best_drawing(fits):
    return fits.max(1).argmax(1) == np.arange(len(fits))


@wrong("recognised", "only the first drawing")
def first_drawing(fits):
    return fits[:, 0].argmax(1) == np.arange(len(fits))


@wrong("recognised", "likelihoods are added up")
def mean_likelihood(fits):
    return special.logsumexp(fits, axis=1).argmax(1) == np.arange(len(fits))


@wrong("recognised", "fits least")
def least(fits):
    return fits.sum(1).argmin(1) == np.arange(len(fits))


@wrong("recognised", "best of all")
def above_average(fits):
    totals = fits.sum(1)
    others = totals[~np.eye(len(totals), dtype=bool)].reshape(len(totals), -1)
    return totals.diagonal() > others.mean(1)


@wrong("recognised", "share of people")
def share(fits):
    return by_argmax(fits).mean()


@wrong("recognised", "whether it is the person's own")
def which(fits):
    return fits.mean(1).argmax(1)


@wrong("recognised", "work on a copy")
def marks_in_place(fits):
    totals = fits.sum(1)
    fits[:, :, 0] = -np.inf
    return totals.argmax(1) == np.arange(len(totals))


@wrong("recognised", "has shape")
def over_tastes(fits):
    return fits.sum(2).argmax(1)[:, None] == np.arange(fits.shape[1])


# Exaggeration


@right("exaggerate")
def step_by_step(tastes, average, strength):
    new = average + strength * (tastes - average)
    new[:, :10] = np.clip(new[:, :10], 0, None)
    new[:, :10] *= 5 / new[:, :10].sum(axis=1, keepdims=True)
    return new


@right("exaggerate")
def with_tensorflow(people, mean, by):
    by = tf.cast(by, tf.float32)
    new = (1 - by) * mean + by * people
    shares = tf.nn.relu(new[:, :10])
    shares = 5 * tf.math.l2_normalize(tf.sqrt(shares), axis=1) ** 2
    return tf.concat([shares, new[:, 10:]], axis=1)


@right("exaggerate")
def one_person_at_a_time(tastes, average, strength):
    done = []
    for taste in tastes:
        numbers = [a + strength * (t - a) for t, a in zip(taste, average, strict=True)]
        shares = [max(each, 0) for each in numbers[:10]]
        done.append([5 * each / sum(shares) for each in shares] + numbers[10:])
    return np.array(done)


@wrong("exaggerate", "work on a copy")
def changed_in_place(tastes, average, strength):
    tastes -= average
    tastes *= strength
    return step_by_step(tastes + average, average, 1)


@wrong("exaggerate", "work on a copy")
def unmended(tastes, average, strength):
    tastes -= average
    tastes *= 1 + strength
    return np.clip(average + tastes, 0, 1)


@wrong("exaggerate", "once too often")
def one_more(tastes, average, strength):
    return step_by_step(tastes, average, 1 + strength)


@wrong("exaggerate", "wrong way")
def to_the_other_side(tastes, average, strength):
    return step_by_step(average - (tastes - average), average, strength)


@wrong("exaggerate", "mixed up")
def average_and_person(tastes, average, strength):
    return step_by_step(average + 0 * tastes, tastes, strength)


@wrong("exaggerate", "bracket")
def precedence(tastes, average, strength):
    return step_by_step(average + strength * tastes - average, average, 1)


@wrong("exaggerate", "difference alone")
def without_the_average(tastes, average, strength):
    return step_by_step(strength * (tastes - average), average, 1)


@wrong("exaggerate", "less than never")
def as_in_the_cell(tastes, average, strength):
    return average + strength * (tastes - average)


@wrong("exaggerate", "add up to 5 any more")
def no_sum(tastes, average, strength):
    new = average + strength * (tastes - average)
    new[:, :10] = np.maximum(new[:, :10], 0)
    return new


@wrong("exaggerate", "add up to 1 here")
def probabilities(tastes, average, strength):
    new = no_sum(tastes, average, strength)
    new[:, :10] /= new[:, :10].sum(1, keepdims=True)
    return new


@wrong("exaggerate", "cut off at 0: theirs")
def clips_everything(tastes, average, strength):
    new = np.maximum(average + strength * (tastes - average), 0)
    new[:, :10] *= 5 / new[:, :10].sum(1, keepdims=True)
    return new


@wrong("exaggerate", "cut off at 0 and 1")
def between_0_and_1(tastes, average, strength):
    return np.clip(average + strength * (tastes - average), 0, 1)


@wrong("exaggerate", "divided as well")
def divides_everything(tastes, average, strength):
    new = no_sum(tastes, average, strength)
    return 5 * new / new[:, :10].sum(1, keepdims=True)


@wrong("exaggerate", "turned into likings")
def absolute(tastes, average, strength):
    new = average + strength * (tastes - average)
    new[:, :10] = abs(new[:, :10])
    new[:, :10] *= 5 / new[:, :10].sum(1, keepdims=True)
    return new


@wrong("exaggerate", "taken over people")
def sum_of_columns(tastes, average, strength):
    new = no_sum(tastes, average, strength)
    new[:, :10] *= 5 / np.maximum(new[:, :10].sum(0), 1e-9)
    return new


@wrong("exaggerate", "slant and pen stay")
def only_shares(tastes, average, strength):
    new = step_by_step(tastes, average, strength)
    new[:, 10:] = tastes[:, 10:]
    return new


@wrong("exaggerate", "random")
def a_little_noise(tastes, average, strength):
    return step_by_step(tastes, average, strength) + np.random.normal(0, 0.1, tastes.shape)
