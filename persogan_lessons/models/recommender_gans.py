"""Recommenders made of two players: IRGAN picks items, CFGAN fills in a whole user.

They are used like all `recommenders`.
"""

from typing import NamedTuple

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.models import batches
from persogan_lessons.models.losses import (
    cross_entropy_discriminator_loss,
    non_saturating_generator_loss,
)
from persogan_lessons.models.recommenders import Factors, Recommender, fold_in


class LikelyLikes(Factors):
    """A policy that picks items, trained on until it would pick what the user likes: no game.

    The policy is the softmax of a user's scores, and starts where `start` ends. It is `IRGAN`
    without its discriminator: each step makes the real likes more likely.

    Args:
        start: a `BPR`; `fit` fits it first.
        steps: of training, each over all users.
        rate: of the policy's learning.

    Taught in lesson 09.
    """

    def __init__(self, start, *, steps=100, rate=1e-3):
        self.start, self.steps, self.rate = start, steps, rate

    def _learn(self, interactions):
        self.start.fit(interactions)
        policy = [tf.Variable(each) for each in (self.start.user_vectors, self.start.item_vectors)]
        shares = interactions / np.maximum(interactions.sum(axis=1, keepdims=True), 1)
        step = self._training(policy, tf.constant(shares))
        for _ in range(self.steps):
            step()
        self.user_vectors, self.item_vectors = (each.numpy() for each in policy)

    def _training(self, policy, shares):
        optimizer = keras.optimizers.Adam(self.rate)
        optimizer.build(policy)

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                log_chances = tf.nn.log_softmax(_product(policy))
                loss = -tf.reduce_sum(shares * log_chances)
            optimizer.apply(tape.gradient(loss, policy), policy)

        return step


class IRGAN(LikelyLikes):
    """The same policy, trained by REINFORCE to have its picks taken for the user's own choice.

    Its discriminator, which starts where `start` ends as well, tells liked items from picked ones.
    What it thinks of a pick, against the user's other picks, is the reward. In each step every
    user picks `picks` items.

    Args:
        start: a `BPR`; `fit` fits it first.
        steps: of the game.
        rate: of the policy's learning.
        judge_rate: of the discriminator's.
        seed: of the picks.

    Source: Wang et al., IRGAN: A Minimax Game for Unifying Generative and Discriminative
    Information Retrieval Models, 2017. Taught in lesson 09.
    """

    picks = 16

    def __init__(self, start, *, steps=100, rate=1e-3, judge_rate=1e-2, seed=0):
        super().__init__(start, steps=steps, rate=rate)
        self.judge_rate, self.seed = judge_rate, seed

    def _training(self, policy, shares):
        judge = [tf.Variable(each) for each in policy]
        policy_optimizer = keras.optimizers.Adam(self.rate)
        judge_optimizer = keras.optimizers.Adam(self.judge_rate)
        policy_optimizer.build(policy)
        judge_optimizer.build(judge)
        keras.utils.set_random_seed(self.seed)

        @tf.function
        def step():
            picks = tf.random.categorical(_product(policy), self.picks, "int32")
            with tf.GradientTape() as tape:
                opinion = _product(judge)
                real = tf.reduce_sum(shares * tf.nn.softplus(-opinion))
                of_picks = tf.nn.softplus(tf.gather(opinion, picks, batch_dims=1))
                loss = real + tf.reduce_sum(of_picks) / self.picks
            judge_optimizer.apply(tape.gradient(loss, judge), judge)
            with tf.GradientTape() as tape:
                loss = reinforce_loss(_product(policy), picks, rewards=of_picks)
            policy_optimizer.apply(tape.gradient(loss, policy), policy)

        return step


def reinforce_loss(logits, picks, *, rewards):
    """Its gradient makes the picks that earned more than the user's others more likely.

    Args:
        logits: `(users, items)`, of a policy.
        picks: `(users, n)` whole numbers, drawn from it.
        rewards: `(users, n)`, numbers that no gradient passes through.

    Returns:
        A scalar, summed over users.

    Source: Williams, Simple Statistical Gradient-Following Algorithms, 1992. Taught in lesson 09.
    """
    log_chances = tf.gather(tf.nn.log_softmax(logits), picks, batch_dims=1)
    better = rewards - tf.reduce_mean(rewards, axis=1, keepdims=True)
    return -tf.reduce_sum(tf.reduce_mean(better * log_chances, axis=1))


def _product(vectors):
    """(user vectors, item vectors) -> scores `(users, items)`."""
    return tf.matmul(*vectors, transpose_b=True)


# ---- CFGAN ---------------------------------------------------------------------------------------


PENALTIES = {  # of the preference for a zero, from its logit
    "squares": lambda logits: ops.square(ops.sigmoid(logits)),
    "logarithm": ops.softplus,  # -log(1 - preference), which presses harder
}


class Terms(NamedTuple):
    """How much each part of the generator's loss counts.

    adversarial: to fool the discriminator; 0 leaves the discriminator out.
    zeros: that items drawn from those not liked get a low score (zero reconstruction).
    likes: that liked items get a high one, by cross-entropy (reconstruction; not in the paper).
    drawn: the share of the items not liked that take part in a step.
    penalty: how a preference for a zero counts, "squares" as in the paper, or "logarithm".
    """

    adversarial: float = 1.0
    zeros: float = 0.2
    likes: float = 1.0
    drawn: float = 0.6
    penalty: str = "logarithm"


class Players(NamedTuple):
    """How the two networks are built: hidden units, dropout of the generator's input, decay."""

    hidden: int = 256
    dropout: float = 0.8
    decay: float = 4e-5  # of the generator's weights (L2)

    def generator(self, size):
        """Likes `(batch, size)` -> logits of preference `(batch, size)`."""
        decay = keras.regularizers.L2(self.decay)
        return keras.Sequential(
            [
                keras.Input((size,)),
                layers.Dropout(self.dropout),
                layers.Dense(
                    self.hidden, activation="sigmoid", kernel_regularizer=decay, name="hidden"
                ),
                layers.Dense(size, kernel_regularizer=decay),
            ],
            name="generator",
        )

    def discriminator(self, size):
        """(condition, preferences), each `(batch, size)` -> one logit `(batch, 1)`."""
        pair = [keras.Input((size,)), keras.Input((size,))]
        hidden = layers.Dense(128)(layers.Concatenate()(pair))
        hidden = layers.LeakyReLU(0.2)(hidden)  # the paper's sigmoid falls silent on wide inputs
        return keras.Model(pair, layers.Dense(1)(hidden), name="discriminator")


TERMS, PLAYERS = Terms(), Players()


class PreferenceGAN(batches.Model):
    """A conditional GAN without noise: the condition is what somebody likes, and so is the output.

    The discriminator sees the condition beside either the true likes or the generator's
    preferences, the latter only where there is a like or an item drawn from those not liked
    (partial masking). Items that nobody has judged stay out of the game.

    Args:
        generator: likes `(batch, size)` -> logits `(batch, size)`.
        discriminator: (likes, preferences) -> logit.

    Source: Chae et al., CFGAN: A Generic Collaborative Filtering Framework Based on Generative
    Adversarial Networks, 2018. Taught in lesson 09.
    """

    def __init__(self, generator, discriminator):
        super().__init__()
        self.generator, self.discriminator = generator, discriminator

    def compile(self, terms, rate=1e-3):
        """Set the `Terms` of the generator's loss and both players' learning rate."""
        if terms.penalty not in PENALTIES:
            raise ValueError(f"penalty must be one of {list(PENALTIES)}; got {terms.penalty!r}")
        super().compile()
        self.terms = terms
        adam = keras.optimizers.Adam
        self.generator_optimizer = batches.ready(adam(rate), self.generator)
        self.discriminator_optimizer = batches.ready(adam(rate), self.discriminator)

    def train_step(self, likes):
        """One step of each player on likes `(batch, size)`."""
        zeros = (1 - likes) * ops.cast(
            keras.random.uniform(ops.shape(likes)) < self.terms.drawn, "float32"
        )
        losses = {}
        if self.terms.adversarial:
            losses["discriminator_loss"] = self.discriminator_step(likes, zeros)
        losses["generator_loss"] = self.generator_step(likes, zeros)
        return losses

    def discriminator_step(self, likes, zeros):
        """Tell true likes from preferences, where there is a like or one of the `zeros`."""
        fakes = ops.sigmoid(self.generator(likes, training=True)) * (likes + zeros)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator([likes, likes])
            fake_logits = self.discriminator([likes, fakes])
            loss = cross_entropy_discriminator_loss(real_logits, fake_logits)
        return self._apply(tape, loss, self.discriminator, self.discriminator_optimizer)

    def generator_step(self, likes, zeros):
        """Fool the discriminator, push likes up and `zeros` down."""
        with tf.GradientTape() as tape:
            logits = self.generator(likes, training=True)
            loss = self.terms.likes * _per_row(likes * ops.softplus(-logits))
            loss += self.terms.zeros * _per_row(zeros * PENALTIES[self.terms.penalty](logits))
            loss += sum(self.generator.losses)
            if self.terms.adversarial:
                fakes = ops.sigmoid(logits) * (likes + zeros)
                fooled = non_saturating_generator_loss(self.discriminator([likes, fakes]))
                loss += self.terms.adversarial * fooled
        return self._apply(tape, loss, self.generator, self.generator_optimizer)

    def _apply(self, tape, loss, player, optimizer):
        gradients = tape.gradient(loss, player.trainable_variables)
        optimizer.apply(gradients, player.trainable_variables)
        return loss

    def call(self, likes):
        """Logits of preference."""
        return self.generator(likes)


def _per_row(values):
    return ops.mean(ops.sum(values, axis=1))


class CFGAN(Recommender):
    """A generator that completes likes, trained against a discriminator: user by user.

    Args:
        terms: weights of the losses.
        players: how the networks are built.
        epochs: passes over the users.
        rate: of learning.
        seed: of everything.

    Source: Chae et al., 2018, see `PreferenceGAN`. Taught in lesson 09.
    """

    batch = 64

    def __init__(self, terms=TERMS, players=PLAYERS, *, epochs=40, rate=1e-3, seed=0):
        self.terms, self.players = terms, players
        self.epochs, self.rate, self.seed = epochs, rate, seed

    def _learn(self, interactions):
        self.gan = self._train(interactions)

    def _train(self, likes):
        """A `PreferenceGAN` trained on likes `(rows, size)`."""
        keras.utils.set_random_seed(self.seed)
        size = likes.shape[1]
        gan = PreferenceGAN(self.players.generator(size), self.players.discriminator(size))
        gan.compile(self.terms, self.rate)
        gan.fit(likes, batch_size=self.batch, epochs=self.epochs, verbose=0)
        return gan

    def _of_likes(self, likes):
        return self.gan(likes).numpy()


class ItemCFGAN(CFGAN):
    """CFGAN item by item: the condition is who likes an item; the generator says who else might.

    The generator's hidden layer is a vector for each item, and its last layer one for each user.
    Somebody new gets theirs by least squares, as in `fold_in`.

    Args:
        As `CFGAN`; an epoch passes over the items.

    Source: Chae et al., 2018, who call it iCFGAN. Taught in lesson 09.
    """

    ridge = 100.0

    def _learn(self, interactions):
        columns = interactions.T  # (items, users)
        self.gan = self._train(columns)
        self.preferences = self.gan(columns).numpy().T
        generator = self.gan.generator
        hidden = keras.Model(generator.inputs[0], generator.get_layer("hidden").output)
        self.item_vectors = hidden(columns).numpy()

    def _of_known(self, numbers):
        return self.preferences[numbers]

    def _of_likes(self, likes):
        return fold_in(likes, self.item_vectors, ridge=self.ridge) @ self.item_vectors.T
