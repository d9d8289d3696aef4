"""A replier against a discriminator: two ways round a word that was drawn by lot.

From `repliers` comes a generator trained by likelihood. A `Judge` warms a discriminator up on
stored fakes; then `GumbelGame` or `ReinforceGame` lets the two play.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.models import batches
from persogan_lessons.models.repliers import NOTHING, TURNS, history_encoder, write

# ---- the judge -------------------------------------------------------------------------------


def reply_discriminator(words, length, *, embedding=48, units=96):
    """Is this reply real, and does it come from this person in this conversation?

    Args:
        words: size of the vocabulary.
        length: of a turn and of a reply.
        embedding: numbers for a word; the first layer can be given a generator's.
        units: of the GRU that reads the reply.

    Returns:
        A model `[profiles, history, reply]` -> logits `(batch, length)`, one after each word. The
        reply is rows of 0 and 1, `(batch, length, words)`, so that a gradient can pass.
        Taught in lesson 10.
    """
    profile, history = keras.Input((words,)), keras.Input((TURNS, length), dtype="int32")
    reply = keras.Input((length, words))
    condition = history_encoder(words, length)([profile, history])
    said = layers.Dense(embedding, use_bias=False, name="embed")(reply)
    known = layers.RepeatVector(length)(condition)
    seen = layers.Concatenate()([said, known])
    read = layers.GRU(units, return_sequences=True)(seen)
    real = layers.Dense(1)(read)
    suits = ops.sum(layers.Dense(units)(read) * layers.Dense(units)(known), axis=-1, keepdims=True)
    logit = ops.squeeze(real + suits * units**-0.5, axis=-1)
    return keras.Model([profile, history, reply], logit, name="discriminator")


def shown(replies, words):
    """Replies in numbers `(batch, length)` as a discriminator sees them, `(batch, length, words)`.

    Rows of 0 and 1; where nothing is written, all 0.
    """
    written = ops.cast(replies != NOTHING, "float32")[..., None]
    return ops.one_hot(replies, words) * written


def somebody_else(profiles, history):
    """The past of the next row, and the last turn of this one: what a reply should not suit."""
    earlier = tf.roll(history[:, :-1], 1, axis=0)
    return tf.roll(profiles, 1, axis=0), tf.concat([earlier, history[:, -1:]], axis=1)


def discriminator_loss(discriminator, given, *, real, fake):
    """How badly three kinds are told apart: real replies, fakes, and real ones of somebody else.

    Args:
        discriminator: as `reply_discriminator` makes it.
        given: profiles and history.
        real: rows of 0 and 1, `(batch, length, words)`.
        fake: likewise.

    Returns:
        A number: the mean over all words of the three cross-entropies. Taught in lesson 10.
    """
    profiles, history = (
        ops.concatenate([mine, mine, another])
        for mine, another in zip(given, somebody_else(*given), strict=True)
    )
    logits = discriminator([profiles, history, ops.concatenate([real, fake, real])])
    real_logits, fake_logits, wrong_logits = ops.split(logits, 3)
    return (
        over_words(ops.softplus(-real_logits), real)
        + over_words(ops.softplus(fake_logits), fake) / 2
        + over_words(ops.softplus(wrong_logits), real) / 2
    )


def over_words(values, reply):
    """The mean of `(batch, length)` values over the places where a reply has a word."""
    written = ops.sum(reply, axis=-1)
    return ops.sum(values * written) / ops.sum(written)


class Judge(batches.Model):
    """A discriminator that learns from stored fakes, before the game begins.

    `fit` it on `(profiles, history, real, fake)`, the replies as numbers.

    Args:
        discriminator: as `reply_discriminator` makes it.
        replier: whose embedding of words it starts from.
    """

    def __init__(self, discriminator, replier):
        super().__init__(name="judge")
        self.discriminator = discriminator
        discriminator.get_layer("embed").set_weights(replier.writer.embed.get_weights())
        self.built = True

    def compile(self, optimizer):
        """Choose the optimizer."""
        super().compile(batches.ready(optimizer, self.discriminator), jit_compile=False)

    def train_step(self, data):
        """Tell the three kinds apart a little better; returns the loss."""
        profiles, history, *replies = data[0]
        words = self.discriminator.inputs[2].shape[-1]
        real, fake = (shown(each, words) for each in replies)
        given, weights = (profiles, history), self.discriminator.trainable_variables
        with tf.GradientTape() as tape:
            loss = discriminator_loss(self.discriminator, given, real=real, fake=fake)
        self.optimizer.apply_gradients(zip(tape.gradient(loss, weights), weights, strict=True))
        return {"discriminator_loss": loss}


def stored(encoded, fakes, *, batch_size=64):
    """What a `Judge` is fitted on: for ever, batches of what came before and both replies.

    Args:
        encoded: profiles, history and real replies.
        fakes: replies in numbers to the same, `(n, length)`.
        batch_size: how many rows.
    """
    rows = ((*encoded, fakes),)
    data = tf.data.Dataset.from_tensor_slices(rows).shuffle(len(fakes)).repeat()
    return data.batch(batch_size, drop_remainder=True).prefetch(2)


def accuracy(discriminator, encoded, *, fakes):
    """How often a discriminator tells which of a real and a fake reply is real; 0.5 is a guess.

    Args:
        discriminator: as `reply_discriminator` makes it.
        encoded: profiles, history and real replies.
        fakes: replies in numbers to the same, `(n, length)`.
    """
    profiles, history, replies = encoded
    words = discriminator.inputs[2].shape[-1]
    scores = []
    for each in (replies, fakes):
        seen = shown(tf.constant(each), words)
        logits = discriminator.predict([profiles, history, seen], batch_size=500, verbose=0)
        written = np.asarray(each) != NOTHING
        scores.append((logits * written).sum(1) / written.sum(1))
    real, fake = scores
    return float(np.mean(real > fake) + np.mean(real == fake) / 2)


# ---- the game --------------------------------------------------------------------------------


class Game(batches.Model):
    """A replier against a discriminator; its two kinds differ in how a word passes on a gradient.

    `fit` it on what `Replier` is fitted on.

    Args:
        replier: a `Replier`, trained by likelihood.
        discriminator: one that a `Judge` has warmed up.
    """

    def __init__(self, replier, discriminator):
        super().__init__()
        self.replier, self.discriminator = replier, discriminator
        self.built = True

    def compile(self, generator_optimizer, discriminator_optimizer, *, likelihood=1.0):
        """Choose the optimizers, and how much likelihood is mixed into the generator's loss."""
        super().compile(jit_compile=False)  # the loop over words takes long to compile
        self.generator_optimizer = batches.ready(generator_optimizer, self.replier)
        self.discriminator_optimizer = batches.ready(discriminator_optimizer, self.discriminator)
        self.likelihood = likelihood

    def train_step(self, data):
        """One step of each player; returns their losses."""
        (profiles, history, before), target = data
        given = profiles, history
        fake, pull = self.generator_step(given, before=before, target=target)
        weights = self.discriminator.trainable_variables
        real = shown(target, self.replier.writer.words)
        with tf.GradientTape() as tape:
            loss = discriminator_loss(self.discriminator, given, real=real, fake=fake)
        step = zip(tape.gradient(loss, weights), weights, strict=True)
        self.discriminator_optimizer.apply_gradients(step)
        return {"discriminator_loss": loss, "generator_loss": pull}

    def generator_step(self, given, *, before, target):
        """Move the replier; returns the fakes that it wrote, and the loss of the game alone."""
        weights = self.replier.trainable_variables
        with tf.GradientTape() as tape:
            condition = self.replier.encoder([*given])
            fake, pull = self.play(condition, given)
            logits = self.replier.writer([before, condition])
            told = keras.losses.sparse_categorical_crossentropy(target, logits, from_logits=True)
            written = ops.cast(target != NOTHING, "float32")
            taught = ops.sum(told * written) / ops.sum(written)
            loss = pull + self.likelihood * taught
        step = zip(tape.gradient(loss, weights), weights, strict=True)
        self.generator_optimizer.apply_gradients(step)
        return tf.stop_gradient(fake), pull

    def play(self, condition, given):
        """Write for the condition: the words, and a loss that a gradient can descend."""
        raise NotImplementedError


class GumbelGame(Game):
    """The word goes forward as it was drawn; backward it is taken for the soft one behind it.

    Taught in lesson 10.

    Source: Jang et al., Categorical Reparameterization with Gumbel-Softmax, 2017.
    """

    def play(self, condition, given):
        """Words drawn with `straight_through`, and how far from real they seem."""
        writer, length = self.replier.writer, self.replier.length
        fake, _ = write(writer, condition, length=length, choose=straight_through)
        logits = self.discriminator([*given, fake])
        return fake, over_words(ops.softplus(-logits), tf.stop_gradient(fake))


def straight_through(logits, place):
    """A word drawn by lot, 0 or 1, through which a gradient passes as if it were soft.

    Taught in lesson 10.
    """
    uniform = tf.random.uniform(tf.shape(logits), 1e-9, 1.0)
    soft = tf.nn.softmax(logits - tf.math.log(-tf.math.log(uniform)))
    hard = tf.one_hot(tf.argmax(soft, axis=-1), logits.shape[-1])
    return hard + soft - tf.stop_gradient(soft)


class ReinforceGame(Game):
    """No gradient passes the word: what earned more reward than usual is made likelier.

    The discriminator scores after each word, so a word is paid by what it and later words earn.
    Taught in lesson 10.

    Source: Williams, Simple Statistical Gradient-Following Algorithms, 1992; Yu et al., SeqGAN,
    2017, who reward unfinished replies by roll-outs instead.
    """

    def play(self, condition, given):
        """Words drawn by lot, and minus their reward's surprise times their log-likelihood."""
        writer, length = self.replier.writer, self.replier.length
        fake, logits = write(writer, condition, length=length, choose=drawn)
        fake = tf.stop_gradient(fake)
        earned = tf.nn.sigmoid(self.discriminator([*given, fake]))
        surprise = tf.stop_gradient(advantage(earned, tf.reduce_sum(fake, axis=-1)))
        log_likelihood = tf.reduce_sum(tf.nn.log_softmax(logits) * fake, axis=-1)
        return fake, -over_words(surprise * log_likelihood, fake)


def drawn(logits, place):
    """A word drawn by lot, as rows of 0 and 1."""
    number = tf.random.categorical(logits, 1)[:, 0]
    return tf.one_hot(number, logits.shape[-1])


def advantage(earned, written):
    """Mean reward from each word on, less what the batch earns from that place on, in units of 1.

    Args:
        earned: rewards `(batch, length)`.
        written: 1 where there is a word, else 0.
    """
    later = tf.cumsum(earned * written, axis=1, reverse=True)
    count = tf.cumsum(written, axis=1, reverse=True)
    to_come = tf.math.divide_no_nan(later, count)
    usual = tf.math.divide_no_nan(
        tf.reduce_sum(to_come * written, axis=0), tf.reduce_sum(written, axis=0)
    )
    difference = (to_come - usual) * written
    spread = tf.sqrt(over_all(difference**2, written) + 1e-6)
    return difference / spread


def over_all(values, written):
    """The mean of values over the places written."""
    return tf.reduce_sum(values * written) / tf.reduce_sum(written)
