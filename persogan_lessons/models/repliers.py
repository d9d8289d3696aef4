"""Generators of replies: who replies and what was said before become one vector, and that words.

A `Replier` trained by likelihood is a plain Keras model; `reply_games` lets it go on against a
discriminator. Replies are numbers `(batch, length)`: 0 is nothing, 1 a word unknown, 2 the start,
3 the end.
"""

import numbers
from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.models import batches

NOTHING, UNKNOWN, START, END = range(4)  # as a `dialogues.Vocabulary` has them
TURNS = 4  # of a conversation
NEVER = (NOTHING, UNKNOWN, START)  # what nobody writes


class Encoded(NamedTuple):
    """Rows in numbers: profiles `(n, words)`, history `(n, 4, length)`, replies `(n, length)`."""

    profiles: np.ndarray
    history: np.ndarray
    replies: np.ndarray


# ---- who replies, and to what ----------------------------------------------------------------


def history_encoder(words, length, *, units=96, condition_size=192):
    """Past replies and the conversation so far -> one condition vector.

    The past replies come as a bag of words. Each turn is read by threes of words, and of each
    feature the strongest is kept. Of all that is known, the last turn lets pass what it asks for.

    Args:
        words: size of the vocabulary.
        length: of a turn, in words.
        units: features of a turn.
        condition_size: numbers that come out.

    Returns:
        A model `[(batch, words), (batch, 4, length)]` -> `(batch, condition_size)`.
        Taught in lesson 10.

    Source: Kim, Convolutional Neural Networks for Sentence Classification, 2014; the gate by
    Dauphin et al., Language Modeling with Gated Convolutional Networks, 2017.
    """
    profile, history = keras.Input((words,)), keras.Input((TURNS, length), dtype="int32")
    read = layers.Embedding(words, units // 2)(history)
    read = layers.Conv2D(units, (1, 3), padding="same", activation="relu")(read)
    turns = ops.max(read, axis=2)  # (batch, 4, units)
    earlier, last = layers.Flatten()(turns[:, :-1]), turns[:, -1]
    person = layers.Rescaling(3.0)(profile)  # a bag holds small numbers
    known = layers.Dense(condition_size)(layers.Concatenate()([person, earlier]))
    asked = layers.Dense(condition_size, activation="sigmoid")(last)
    return keras.Model([profile, history], known * asked, name="encoder")


# ---- the generator ---------------------------------------------------------------------------


@keras.saving.register_keras_serializable(package="persogan_lessons")
class Writer(layers.Layer):
    """Writes a reply word by word: which word comes next after the words before, for a condition.

    Call: `[words before, (batch, length), condition]` -> logits `(batch, length, words)`.
    Taught in lesson 10.

    Args:
        words: size of the vocabulary.
        units: of the GRU.
        embedding: numbers for a word.

    Source: Cho et al., Learning Phrase Representations using RNN Encoder-Decoder, 2014.
    """

    def __init__(self, words, units=128, *, embedding=48):
        super().__init__(name="writer")
        self.words, self.units, self.embedding = words, units, embedding
        # Keras would begin with numbers twenty times smaller, and learn far more slowly.
        usual = keras.initializers.RandomNormal(stddev=1.0)
        self.embed = layers.Embedding(words, embedding, embeddings_initializer=usual)
        self.begin = layers.Dense(units, activation="tanh")
        self.remember = layers.GRU(units, return_sequences=True)
        self.choose = layers.Dense(words)

    def build(self, shapes):
        condition_size = shapes[1][-1]
        self.embed.build((None, None))
        self.begin.build((None, condition_size))
        self.remember.build((None, None, self.embedding + condition_size))
        self.choose.build((None, None, self.units))

    def call(self, inputs):
        before, condition = inputs
        said = self.embed(before)
        known = ops.repeat(condition[:, None], before.shape[1], axis=1)
        seen = ops.concatenate([said, known], axis=-1)
        return self.choose(self.remember(seen, initial_state=self.begin(condition)))

    def step(self, said, condition, *, state):
        """One word further: embedding of the last word -> logits of the next, and the state."""
        seen = ops.concatenate([said, condition], axis=-1)
        _, (state,) = self.remember.cell(seen, [state])
        return self.choose(state), state

    def get_config(self):
        return {"words": self.words, "units": self.units, "embedding": self.embedding}


class Replier(batches.Model):
    """Encodes who replies and what was said, and writes a reply.

    Call: `[profiles, history, words before]` -> logits of each next word. `fit` it on
    `teach(encoded)` with `likelihood` as the loss.

    Args:
        encoder: a model `[profiles, history]` -> condition.
        writer: a `Writer`.
    """

    def __init__(self, encoder, writer):
        super().__init__(name="replier")
        self.encoder, self.writer = encoder, writer
        self.length = encoder.inputs[1].shape[-1]
        self.build()
        self._write = self._traced()

    def build(self, shapes=None):
        if not self.writer.built:
            self.writer.build([(None, self.length), self.encoder.output_shape])
        self.built = True

    def compile(self, optimizer, **options):
        """Choose how to learn; all options are Keras's own."""
        super().compile(batches.ready(optimizer, self), **options)

    def call(self, inputs):
        profiles, history, before = inputs
        conditions, together = self.conditions(profiles, history)
        return together([self.writer([before, each]) for each in conditions])

    def conditions(self, profiles, history):
        """What a row is written for, and how the logits for each are put together: see `Personal`.

        Returns:
            A list of conditions `(batch, condition_size)`, here one, and a function of as many
            logits that returns those of the next word.
        """
        return [self.encoder([profiles, history])], lambda logits: logits[0]

    def generate(self, profiles, history, *, seed=0, temperature=1.0):
        """Write a reply for each row.

        Args:
            profiles: `(n, words)`, bags of past replies.
            history: `(n, 4, length)`, the turns before.
            seed: a whole number; the same seed draws the same words.
            temperature: from 0, always the likeliest word, to 1, words as often as was learned.

        Returns:
            Replies `(n, length)` int32, END after the last word, then 0.

        Raises:
            ValueError: for other shapes, or a temperature that is not from 0 to 2.
        """
        profiles, history = self._checked(profiles, history)
        if not 0 <= temperature <= 2:
            raise ValueError(f"temperature must be from 0 to 2; got {temperature!r}")
        if len(profiles) == 0:
            return np.zeros((0, self.length), "int32")
        uniform = np.random.default_rng(seed).random((len(profiles), self.length), "float32")
        parts = range(0, len(profiles), 500)
        some = [slice(start, start + 500) for start in parts]
        heat = tf.constant(max(temperature, 1e-3), "float32")
        drawn = [self._write(profiles[at], history[at], uniform[at], heat) for at in some]
        return np.concatenate([np.asarray(each) for each in drawn])

    def _traced(self):
        """`_write_once` for any number of rows: traced once, not again for each number."""
        rows = [
            tf.TensorSpec((None, self.writer.words)),
            tf.TensorSpec((None, TURNS, self.length), "int32"),
            tf.TensorSpec((None, self.length)),
            tf.TensorSpec(()),
        ]
        return tf.function(self._write_once, input_signature=rows)

    def _write_once(self, profiles, history, uniform, temperature):
        conditions, together = self.conditions(profiles, history)
        rows = len(conditions)  # to each reply, which are written at once

        def choose(logits, t):
            logits = together(tf.split(logits, rows))
            shares = tf.cumsum(tf.nn.softmax(logits / temperature), axis=-1)
            drawn = tf.reduce_sum(tf.cast(shares < uniform[:, t : t + 1], tf.int32), axis=-1)
            word = tf.one_hot(tf.minimum(drawn, self.writer.words - 1), self.writer.words)
            return tf.concat([word] * rows, axis=0)

        condition = tf.concat(conditions, axis=0)
        words, _ = write(self.writer, condition, length=self.length, choose=choose)
        return tf.cast(tf.argmax(tf.split(words, rows)[0], axis=-1), tf.int32)

    def _checked(self, profiles, history):
        profiles, history = np.asarray(profiles, "float32"), np.asarray(history, "int32")
        wanted = (self.writer.words,), (TURNS, self.length)
        if (profiles.shape[1:], history.shape[1:]) != wanted or len(profiles) != len(history):
            raise ValueError(
                f"profiles must be (n, {self.writer.words}) and history (n, {TURNS}, "
                f"{self.length}), with the same n; got {profiles.shape} and {history.shape}"
            )
        return profiles, history


class Personal(Replier):
    """A `Replier` more personal than it learned to be: it leans, and it is guided.

    Nothing is trained: it shares the weights of the replier that it is made of.

    Args:
        replier: a `Replier`, trained.
        profiles: `(n, words)`, everybody's, which say what is usual.
        leaning: how far towards words that the person uses more than others do; 0 is not at all.
        guidance: how far beyond what knowing the person changes; 0 is not at all.

    Raises:
        ValueError: for profiles of another shape, or a strength that is not a finite number.

    Source: Kneser et al., Language Model Adaptation Using Dynamic Marginals, 1997, for leaning; Ho
    and Salimans, Classifier-Free Diffusion Guidance, 2022, for guidance.
    """

    def __init__(self, replier, profiles, *, leaning=0.0, guidance=0.0):
        super().__init__(replier.encoder, replier.writer)
        profiles = np.asarray(profiles, "float32")
        if profiles.shape[1:] != (self.writer.words,) or len(profiles) == 0:
            raise ValueError(
                f"profiles must be (n, {self.writer.words}), one row or more; got {profiles.shape}"
            )
        for name, strength in {"leaning": leaning, "guidance": guidance}.items():
            if not (isinstance(strength, numbers.Real) and np.isfinite(strength)):
                raise ValueError(f"{name} must be a number, such as 0.5; got {strength!r}")
        self.nobody = tf.constant(np.mean(profiles, axis=0), "float32")
        self.usual = tf.constant(np.mean(np.square(profiles), axis=0), "float32")
        self.leaning, self.guidance = leaning, guidance

    def conditions(self, profiles, history):
        """The person's and nobody's; of the logits for both, `guided` ones that lean."""
        nobody = ops.broadcast_to(self.nobody, ops.shape(profiles))
        lean = self.leaning * more_often(ops.square(profiles), self.usual)

        def together(logits):
            own, unknown = logits
            every = ops.reshape(lean, (-1, *[1] * (len(own.shape) - 2), self.writer.words))
            return guided(own, unknown, strength=self.guidance) + every

        return [self.encoder([each, history]) for each in (profiles, nobody)], together


def guided(own, unknown, *, strength):
    """Logits for a person, and beyond: further from those for nobody. Taught in lesson 10."""
    return own + strength * (own - unknown)


def more_often(said, usual, *, floor=0.003):
    """The logarithm of how many times as often as usual somebody says each word.

    Args:
        said: `(batch, words)`, how often a word stands in one of the person's replies.
        usual: `(words,)`, how often in one of anybody's.
        floor: is added to both shares of words, so that a word said once by chance counts little;
            30 replies have some 300 words.

    Returns:
        `(batch, words)`, around 0. Taught in lesson 10.
    """
    ends = ops.one_hot(END, usual.shape[-1])  # once in a reply: who ends soon writes short ones
    shares = [each + ends for each in (said, usual)]
    own, common = (each / ops.sum(each, axis=-1, keepdims=True) for each in shares)
    return ops.log(own + floor) - ops.log(common + floor)


def write(writer, condition, *, length, choose):
    """Let a `Writer` write, each word after those that it wrote itself.

    Args:
        writer: a `Writer`.
        condition: `(batch, condition_size)`.
        length: words at most.
        choose: a function of the logits `(batch, words)` and the place that returns the next word
            as a row of 0 and 1 `(batch, words)`.

    Returns:
        words `(batch, length, words)`, all 0 after END, and logits of the same shape.
        Taught in lesson 10.
    """
    state, alive = writer.begin(condition), 1.0
    start = writer.embed.embeddings[START : START + 1]
    said = ops.repeat(start, ops.shape(condition)[0], axis=0)
    forbidden = ops.sum(ops.one_hot(np.array(NEVER), writer.words), axis=0) * 1e9
    words, every_logits = [], []
    for t in range(length):
        logits, state = writer.step(said, condition, state=state)
        logits = logits - forbidden
        word = choose(logits, t)
        words.append(word * alive)
        every_logits.append(logits)
        alive = alive * (1 - word[:, END : END + 1])
        said = word @ writer.embed.embeddings
    return ops.stack(words, axis=1), ops.stack(every_logits, axis=1)


# ---- likelihood ------------------------------------------------------------------------------


def before(replies):
    """What stands before each word of replies `(n, length)`: START, then the words."""
    replies = np.asarray(replies)
    return np.concatenate([np.full_like(replies[:, :1], START), replies[:, :-1]], axis=1)


def teach(encoded, *, batch_size=64):
    """What a `Replier` is fitted on: for ever, batches of what came before and what was said.

    Args:
        encoded: profiles, history and replies, row by row.
        batch_size: how many rows.

    Returns:
        A tf.data.Dataset of `((profiles, history, words before), words)`.
    """
    profiles, history, replies = encoded
    rows = (profiles, history, before(replies)), wanted(replies)
    data = tf.data.Dataset.from_tensor_slices(rows).shuffle(len(replies)).repeat()
    return data.batch(batch_size, drop_remainder=True).prefetch(2)


def wanted(replies):
    """What a writer has to say: the replies, with nothing where the word is unknown."""
    replies = np.asarray(replies)
    return np.where(replies == UNKNOWN, NOTHING, replies)


def likelihood():
    """The loss of maximum likelihood: how surprising each true next word was, in nats."""
    return keras.losses.SparseCategoricalCrossentropy(from_logits=True, ignore_class=NOTHING)


def log_likelihoods(replier, encoded):
    """How likely whole replies are: sums over their words, in nats, and how many words count.

    Args:
        replier: a `Replier`.
        encoded: profiles, history and replies.

    Returns:
        sums `(n,)` and counts `(n,)`, both float.
    """
    profiles, history, replies = encoded
    target, sums = wanted(replies), []
    for start in range(0, len(replies), 500):
        at = slice(start, start + 500)
        logits = replier([profiles[at], history[at], before(replies[at])])
        logs = tf.nn.log_softmax(logits)
        each = tf.gather(logs, target[at], batch_dims=2) * (target[at] != NOTHING)
        sums.append(np.asarray(tf.reduce_sum(each, axis=1)))
    return np.concatenate(sums), np.sum(target != NOTHING, axis=1).astype("float64")


def best_of(replier, given, *, nobody, count=8, seed=0):
    """Write several replies to each, and keep the one that speaks most for this person.

    That is the one whose log-likelihood gains most, word by word, by knowing the person.

    Args:
        replier: a `Replier`.
        given: profiles and history, of n rows.
        nobody: `(words,)`, the mean of all profiles.
        count: replies to choose from.
        seed: a whole number; the same seed draws the same words.

    Returns:
        Replies `(n, length)`.

    Source: Li et al., A Diversity-Promoting Objective Function for Neural Conversation Models,
    2016.
    """
    profiles, history = given
    average = np.tile(nobody, (len(profiles), 1))
    drawn, gains = [], []
    for place in range(count):
        replies = replier.generate(profiles, history, seed=seed + place)
        known, words = log_likelihoods(replier, (profiles, history, replies))
        unknown, _ = log_likelihoods(replier, (average, history, replies))
        drawn.append(replies)
        gains.append((known - unknown) / words)
    best = np.argmax(gains, axis=0)
    return np.stack(drawn)[best, np.arange(len(profiles))]
