"""Answers to assignment 10 as students give them, wrong and right."""

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# Likelihood


def said(replies):
    return tf.cast(replies > 1, tf.float32)


def surprises(logits, replies):
    return keras.losses.sparse_categorical_crossentropy(replies, logits, from_logits=True)


@right("likelihood_loss")
def with_a_mask(logits, replies):
    mask = said(replies)
    return tf.reduce_sum(surprises(logits, replies) * mask) / tf.reduce_sum(mask)


@right("likelihood_loss")
def with_keras(logits, replies):
    wanted = ops.where(replies == 1, 0, replies)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    return loss(wanted, logits)


@right("likelihood_loss")
@tf.function(reduce_retracing=True)
def with_gather(x, y):
    places = tf.where(y > 1)
    logs = tf.gather_nd(
        tf.nn.log_softmax(x),
        tf.concat([places, tf.cast(tf.gather_nd(y, places), tf.int64)[:, None]], 1),
    )
    return -tf.reduce_mean(logs)


@right("likelihood_loss")
def reply_after_reply(logits, replies):
    total, count = 0.0, 0
    for row, reply in zip(logits, replies.numpy(), strict=True):
        at = np.flatnonzero(reply > 1)
        logs = tf.nn.log_softmax(tf.gather(row, at))
        total -= tf.reduce_sum(logs * np.eye(row.shape[1], dtype="float32")[reply[at]])
        count += len(at)
    return total / count


@wrong("likelihood_loss", "say nothing")
def padding_counts(logits, replies):
    known = tf.cast(replies != 1, tf.float32)
    return tf.reduce_sum(surprises(logits, replies) * known) / tf.reduce_sum(known)


@wrong("likelihood_loss", "unknown words count")
def only_padding_out(logits, replies):
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=0)
    return loss(replies, logits)


@wrong("likelihood_loss", "every place counts")
def no_mask(logits, replies):
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True)(replies, logits)


@wrong("likelihood_loss", "divided by all places")
def mean_of_masked(logits, replies):
    return ops.mean(surprises(logits, replies) * said(replies))


@wrong("likelihood_loss", "never learn to stop")
def without_the_end(logits, replies):
    return tf.reduce_mean(surprises(logits, replies)[replies > 3])


@wrong("likelihood_loss", "mean of replies' means")
def reply_by_reply(logits, replies):
    pairs = zip(surprises(logits, replies), replies, strict=True)
    means = [tf.reduce_mean(each[reply > 1]) for each, reply in pairs]
    return sum(means) / len(means)


@wrong("likelihood_loss", "along a reply")
def whole_replies(logits, replies):
    return tf.reduce_sum(surprises(logits, replies) * said(replies)) / len(replies)


@wrong("likelihood_loss", "over all words")
def total(logits, replies):
    return tf.reduce_sum(surprises(logits, replies)[replies > 1])


@wrong("likelihood_loss", "sign is turned")
def log_likelihood(logits, replies):
    return -with_a_mask(logits, replies)


@wrong("likelihood_loss", "softmax twice")
def two_softmaxes(logits, replies):
    return with_a_mask(tf.nn.softmax(logits), replies)


@wrong("likelihood_loss", "no logarithm")
def chances(logits, replies):
    each = tf.reduce_sum(tf.nn.softmax(logits) * tf.one_hot(replies, logits.shape[2]), axis=2)
    return -tf.reduce_mean(each[replies > 1])


@wrong("likelihood_loss", "over the places")
def middle_axis(logits, replies):
    logs = ops.log_softmax(logits, axis=1)
    each = ops.take_along_axis(logs, replies[..., None], axis=2)[..., 0]
    return -ops.sum(each * said(replies)) / ops.sum(said(replies))


@wrong("likelihood_loss", "no softmax")
def bare_logits(logits, replies):
    each = tf.reduce_sum(logits * tf.one_hot(replies, logits.shape[2]), axis=2)
    return -tf.reduce_mean(each[replies > 1])


@wrong("likelihood_loss", "too late")
def next_word(logits, replies):
    return with_a_mask(logits[:, :-1], replies[:, 1:])


@wrong("likelihood_loss", "too early")
def word_before(logits, replies):
    return with_a_mask(logits[:, 1:], replies[:, :-1])


@wrong("likelihood_loss", "perplexity")
def exponential(logits, replies):
    return tf.exp(with_a_mask(logits, replies))


@wrong("likelihood_loss", "cut")
def in_numpy(logits, replies):
    return with_a_mask(logits, replies).numpy()


@wrong("likelihood_loss", "has shape")
def for_each_place(logits, replies):
    return surprises(logits, replies) * said(replies)


@wrong("likelihood_loss", "constant")
def uniform(logits, replies):
    return tf.constant(2.4)


# A word drawn by lot, and a gradient all the same


def one_word(scores):
    return tf.one_hot(tf.argmax(scores, axis=-1), scores.shape[-1])


def mean_worth(word, worth):
    return tf.reduce_mean(tf.reduce_sum(word * worth, axis=-1))


@right("worth_of_draw")
def straight_through(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    word = one_word(soft) + soft - tf.stop_gradient(soft)
    return mean_worth(word, worth)


@right("worth_of_draw")
def stopped_difference(logits, gumbel, worth):
    soft = ops.softmax(logits + gumbel, axis=-1)
    hard = ops.one_hot(ops.argmax(logits + gumbel, axis=-1), soft.shape[-1])
    return ops.mean(ops.sum((soft + ops.stop_gradient(hard - soft)) * worth, axis=-1))


@right("worth_of_draw")
def own_gradient(logits, gumbel, worth):
    @tf.custom_gradient
    def draw(soft):
        return one_word(soft), lambda upstream: upstream

    return mean_worth(draw(tf.nn.softmax(logits + gumbel)), worth)


@right("worth_of_draw")
def worths_apart(z, g, w):
    soft = tf.reduce_sum(tf.nn.softmax(z + g) * w, 1)
    hard = tf.gather(w, tf.argmax(z + g, 1), batch_dims=1)
    return tf.reduce_sum(hard + soft - tf.stop_gradient(soft)) / len(z)


@wrong("worth_of_draw", "`argmax` stops it")
def only_hard(logits, gumbel, worth):
    word = tf.gather(worth, tf.argmax(logits + gumbel, axis=1), batch_dims=1)
    return tf.reduce_mean(word)


@wrong("worth_of_draw", "`argmax` stops it")
def everything_stopped(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return mean_worth(tf.stop_gradient(one_word(soft) + soft - soft), worth)


@wrong("worth_of_draw", "taken away again")
def nothing_stopped(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return mean_worth(one_word(soft) + soft - soft, worth)


@wrong("worth_of_draw", "gradient is turned")
def wrong_one_stopped(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return mean_worth(one_word(soft) - soft + tf.stop_gradient(soft), worth)


@wrong("worth_of_draw", "soft word goes forward")
def soft_word(logits, gumbel, worth):
    return mean_worth(tf.nn.softmax(logits + gumbel), worth)


@wrong("worth_of_draw", "*and* the soft one")
def both(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return mean_worth(tf.stop_gradient(one_word(soft)) + soft, worth)


@wrong("worth_of_draw", "always the likeliest")
def no_noise(logits, gumbel, worth):
    return straight_through(logits, tf.zeros_like(gumbel), worth)


@wrong("worth_of_draw", "has no noise")
def noise_forward_only(logits, gumbel, worth):
    soft = tf.nn.softmax(logits)
    return mean_worth(one_word(logits + gumbel) + soft - tf.stop_gradient(soft), worth)


@wrong("worth_of_draw", "on the soft word only")
def noise_backward_only(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return mean_worth(one_word(logits) + soft - tf.stop_gradient(soft), worth)


@wrong("worth_of_draw", "noise is taken away")
def minus(logits, gumbel, worth):
    return straight_through(logits, -gumbel, worth)


@wrong("worth_of_draw", "noise on chances")
def noise_after_softmax(logits, gumbel, worth):
    soft = tf.nn.softmax(logits) + gumbel
    return mean_worth(one_word(soft) + soft - tf.stop_gradient(soft), worth)


@wrong("worth_of_draw", "softmax between is missing")
def logits_backward(logits, gumbel, worth):
    scores = logits + gumbel
    return mean_worth(scores + tf.stop_gradient(one_word(scores) - scores), worth)


@wrong("worth_of_draw", "runs over the batch")
def first_axis(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel, axis=0)
    hard = one_word(logits + gumbel)
    return mean_worth(hard + soft - tf.stop_gradient(soft), worth)


@wrong("worth_of_draw", "over the words as well")
def mean_of_all(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return tf.reduce_mean((one_word(soft) + soft - tf.stop_gradient(soft)) * worth)


@wrong("worth_of_draw", "over the batch: take its mean")
def sum_of_all(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return tf.reduce_sum((one_word(soft) + soft - tf.stop_gradient(soft)) * worth)


@wrong("worth_of_draw", "random")
def own_noise(logits, gumbel, worth):
    fresh = -tf.math.log(-tf.math.log(tf.random.uniform(logits.shape, 1e-9, 1)))
    return straight_through(logits, fresh, worth)


@wrong("worth_of_draw", "random")
def categorical(logits, gumbel, worth):
    word = tf.one_hot(tf.random.categorical(logits, 1)[:, 0], logits.shape[1])
    soft = tf.nn.softmax(logits)
    return mean_worth(word + soft - tf.stop_gradient(soft), worth)


@wrong("worth_of_draw", "has shape")
def for_each_row(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return tf.reduce_sum((one_word(soft) + soft - tf.stop_gradient(soft)) * worth, axis=1)


@wrong("worth_of_draw", "constant")
def as_in_the_lesson(logits, gumbel, worth):
    return tf.constant(5.0)


# REINFORCE, mended


def later(rewards, written):
    return tf.cumsum(rewards * written, axis=1, reverse=True)


def usual(earned, written):
    return tf.reduce_sum(earned * written, axis=0) / tf.reduce_sum(written, axis=0)


def over_words(values, written):
    return tf.reduce_sum(values * written) / tf.reduce_sum(written)


@right("reinforce_loss")
def as_the_formula(log_likelihoods, rewards, written):
    earned = later(rewards, written)
    surprise = earned - usual(earned, written)
    return -over_words(surprise * log_likelihoods, written)


@right("reinforce_loss")
def with_numpy_for_rewards(log_likelihoods, rewards, written):
    rewards, mask = rewards.numpy(), written.numpy() > 0
    earned = np.cumsum((rewards * mask)[:, ::-1], axis=1)[:, ::-1]
    means = np.nanmean(np.where(mask, earned, np.nan), axis=0)
    surprise = tf.constant(np.where(mask, earned - means, 0), tf.float32)
    return -tf.reduce_mean(tf.boolean_mask(surprise * log_likelihoods, mask))


@right("reinforce_loss")
def place_by_place(log_likelihoods, rewards, written):
    total, earned = 0.0, 0.0
    for at in reversed(range(rewards.shape[1])):
        here = written[:, at]
        earned = earned + rewards[:, at] * here
        usual = tf.reduce_sum(earned * here) / tf.reduce_sum(here)
        total += tf.reduce_sum((earned - usual) * here * log_likelihoods[:, at])
    return -total / tf.reduce_sum(written)


@right("reinforce_loss")
def with_a_matrix(logs, rewards, written):
    after = tf.linalg.band_part(tf.ones([rewards.shape[1]] * 2), -1, 0)  # 1 from the word on
    earned = (rewards * written) @ after
    counts = ops.sum(written, axis=0, keepdims=True)
    surprise = earned - ops.sum(earned * written, axis=0, keepdims=True) / counts
    return ops.sum(ops.stop_gradient(-surprise * written) * logs) / ops.sum(written)


@wrong("reinforce_loss", "sign is turned")
def uphill(logs, rewards, written):
    return -as_the_formula(logs, rewards, written)


@wrong("reinforce_loss", "paid for the past")
def forward(logs, rewards, written):
    earned = tf.cumsum(rewards * written, axis=1)
    return -over_words((earned - usual(earned, written)) * logs, written)


@wrong("reinforce_loss", "its own reward only")
def word_by_word_reward(logs, rewards, written):
    return -over_words((rewards - usual(rewards, written)) * logs, written)


@wrong("reinforce_loss", "the whole reply")
def whole_reply(logs, rewards, written):
    earned = tf.reduce_sum(rewards * written, axis=1, keepdims=True) + 0 * rewards
    return -over_words((earned - usual(earned, written)) * logs, written)


@wrong("reinforce_loss", "a word too late")
def exclusive(logs, rewards, written):
    earned = tf.cumsum(rewards * written, axis=1, reverse=True, exclusive=True)
    return -over_words((earned - usual(earned, written)) * logs, written)


@wrong("reinforce_loss", "mean of what is to come")
def as_the_course_does(logs, rewards, written):
    left = tf.cumsum(written, axis=1, reverse=True)
    earned = tf.math.divide_no_nan(later(rewards, written), left)
    return -over_words((earned - usual(earned, written)) * logs, written)


@wrong("reinforce_loss", "empty places earn")
def rewards_after_the_end(logs, rewards, written):
    earned = tf.cumsum(rewards, axis=1, reverse=True)
    return -over_words((earned - usual(earned, written)) * logs, written)


@wrong("reinforce_loss", "every word drawn gets likelier")
def no_baseline(logs, rewards, written):
    return -over_words(later(rewards, written) * logs, written)


@wrong("reinforce_loss", "early words earn more")
def one_baseline(logs, rewards, written):
    earned = later(rewards, written)
    return -over_words((earned - over_words(earned, written)) * logs, written)


@wrong("reinforce_loss", "empty ones included")
def mean_of_everything(logs, rewards, written):
    earned = later(rewards, written)
    return -over_words((earned - tf.reduce_mean(earned)) * logs, written)


@wrong("reinforce_loss", "not of a place")
def wrong_axis(logs, rewards, written):
    earned = later(rewards, written)
    return -over_words((earned - tf.reduce_mean(earned, axis=1, keepdims=True)) * logs, written)


@wrong("reinforce_loss", "have ended")
def mean_of_the_column(logs, rewards, written):
    earned = later(rewards, written)
    return -over_words((earned - tf.reduce_mean(earned, axis=0)) * logs, written)


@wrong("reinforce_loss", "usual is added")
def plus(logs, rewards, written):
    earned = later(rewards, written)
    return -over_words((earned + usual(earned, written)) * logs, written)


@wrong("reinforce_loss", "its spread")
def standardised(logs, rewards, written):
    earned = later(rewards, written)
    surprise = earned - usual(earned, written)
    spread = tf.math.reduce_std(surprise[written > 0])
    return -over_words(surprise / spread * logs, written)


@wrong("reinforce_loss", "count in the loss")
def unmasked(logs, rewards, written):
    earned = later(rewards, written)
    return -tf.reduce_mean((earned - usual(earned, written)) * logs)


@wrong("reinforce_loss", "divided by all places")
def masked_mean(logs, rewards, written):
    earned = later(rewards, written)
    return -tf.reduce_mean((earned - usual(earned, written)) * logs * written)


@wrong("reinforce_loss", "over all words")
def total_loss(logs, rewards, written):
    earned = later(rewards, written)
    return -tf.reduce_sum((earned - usual(earned, written)) * logs * written)


@wrong("reinforce_loss", "along a reply")
def reply_sums(logs, rewards, written):
    earned = later(rewards, written)
    each = (earned - usual(earned, written)) * logs * written
    return -tf.reduce_mean(tf.reduce_sum(each, axis=1))


@wrong("reinforce_loss", "without their logarithm")
def no_log(logs, rewards, written):
    return as_the_formula(tf.exp(logs), rewards, written)


@wrong("reinforce_loss", "cut")
def gradient_stopped(logs, rewards, written):
    return tf.stop_gradient(as_the_formula(logs, rewards, written))


@wrong("reinforce_loss", "cut")
def all_in_numpy(logs, rewards, written):
    return as_the_formula(logs, rewards, written).numpy()


@wrong("reinforce_loss", "constant")
def nothing(logs, rewards, written):
    return 0.0 * tf.reduce_sum(logs)


# A real reply after somebody else's past


@right("somebody_elses")
def rolled(history):
    return np.concatenate([np.roll(history[:, :3], 1, axis=0), history[:, 3:]], axis=1)


@right("somebody_elses")
def with_tensorflow(history):
    return tf.concat([tf.roll(history[:, :-1], shift=1, axis=0), history[:, -1:]], axis=1)


@right("somebody_elses")
def with_a_copy(history):
    mixed = history.copy()
    for row in range(len(history)):
        mixed[row, :-1] = history[row - 1, :-1]
    return mixed


@right("somebody_elses")
def with_where(turns):
    last = np.arange(turns.shape[1])[:, None] == turns.shape[1] - 1
    return ops.where(last, turns, turns[np.arange(len(turns)) - 1])


@wrong("somebody_elses", "nothing is swapped")
def forgot(history):
    return history.copy()


@wrong("somebody_elses", "question is swapped, too")
def whole_rows(history):
    return tf.roll(history, 1, axis=0)


@wrong("somebody_elses", "turned round")
def question_only(history):
    return tf.concat([history[:, :-1], tf.roll(history[:, -1:], 1, axis=0)], axis=1)


@wrong("somebody_elses", "row after")
def next_row(history):
    return np.concatenate([np.roll(history[:, :3], -1, axis=0), history[:, 3:]], axis=1)


@wrong("somebody_elses", "over the turns")
def turns_rolled(history):
    return np.roll(history, 1, axis=1)


@wrong("somebody_elses", "over the words")
def words_rolled(history):
    return np.concatenate([np.roll(history[:, :3], 1, axis=-1), history[:, 3:]], axis=1)


@wrong("somebody_elses", "first row keeps")
def no_wrap(history):
    mixed = history.copy()
    mixed[1:, :3] = history[:-1, :3]
    return mixed


@wrong("somebody_elses", "in the middle")
def upside_down(history):
    return np.concatenate([history[::-1, :3], history[:, 3:]], axis=1)


@wrong("somebody_elses", "only two turns")
def off_by_one(history):
    return np.concatenate([np.roll(history, 1, 0)[:, :2], history[:, 2:]], axis=1)


@wrong("somebody_elses", "only one turn")
def first_turn(history):
    return np.concatenate([np.roll(history, 1, 0)[:, :1], history[:, 1:]], axis=1)


@wrong("somebody_elses", "first row's past")
def the_same_for_all(history):
    mixed = np.array(history)
    mixed[:, :3] = history[0, :3]
    return mixed


@wrong("somebody_elses", "no past at all")
def blank(history):
    return history * np.array([0, 0, 0, 1])[:, None]


@wrong("somebody_elses", "itself was changed")
def in_place(history):
    history[:, :3] = np.roll(history[:, :3], 1, axis=0)
    return history


@wrong("somebody_elses", "random")
def shuffled(history):
    others = np.random.permutation(history)
    return np.concatenate([others[:, :3], history[:, 3:]], axis=1)


@wrong("somebody_elses", "has shape")
def past_only(history):
    return np.roll(history[:, :3], 1, axis=0)


@wrong("somebody_elses", "return")
def without_return(history):
    np.concatenate([np.roll(history[:, :3], 1, axis=0), history[:, 3:]], axis=1)
