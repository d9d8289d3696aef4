"""Answers to assignment 01 as students give them, wrong and right."""

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right
binary = keras.losses.BinaryCrossentropy(from_logits=True)

# The discriminator's loss


@right("discriminator_loss")
def with_softplus(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


@right("discriminator_loss")
def with_labels(a, b):
    ones = binary(tf.ones_like(a), a)
    zeros = binary(tf.zeros_like(b), b)
    return ones + zeros


@right("discriminator_loss")
@tf.function
def as_a_graph_of_one_batch(real_logits, fake_logits):
    logits = tf.concat([real_logits, fake_logits], 0)
    labels = tf.concat([tf.ones_like(real_logits), tf.zeros_like(fake_logits)], 0)
    return 2 * tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, logits))


@right("discriminator_loss")
def one_by_one(real_logits, fake_logits):
    total = 0.0
    for logit in tf.unstack(tf.reshape(real_logits, [-1])):
        total -= tf.math.log(tf.sigmoid(logit)) / len(real_logits)
    for logit in tf.unstack(tf.reshape(fake_logits, [-1])):
        total -= tf.math.log(1 - tf.sigmoid(logit)) / len(fake_logits)
    return total


class DiscriminatorLoss(keras.losses.Loss):
    def call(self, real_logits, fake_logits):
        return ops.softplus(-real_logits) + ops.softplus(fake_logits)


right("discriminator_loss")(DiscriminatorLoss())


@wrong("discriminator_loss", "swapped")
def labels_the_other_way_round(real_logits, fake_logits):
    return binary(tf.zeros_like(real_logits), real_logits) + binary(
        tf.ones_like(fake_logits), fake_logits
    )


@wrong("discriminator_loss", "sigmoid twice")
def article_sigmoid(real_logits, fake_logits):
    real, fake = tf.nn.sigmoid(real_logits), tf.nn.sigmoid(fake_logits)
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(tf.ones_like(real), real)
    ) + tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(fake), fake))


@wrong("discriminator_loss", "from_logits")
def probabilities_expected(real_logits, fake_logits):
    bce = keras.losses.BinaryCrossentropy()
    return bce(tf.ones_like(real_logits), real_logits) + bce(
        tf.zeros_like(fake_logits), fake_logits
    )


@wrong("discriminator_loss", "sign is turned")
def maximised(real_logits, fake_logits):
    return tf.reduce_mean(tf.math.log_sigmoid(real_logits)) + tf.reduce_mean(
        tf.math.log_sigmoid(-fake_logits)
    )


@wrong("discriminator_loss", "sum over the batch")
def summed(real_logits, fake_logits):
    return ops.sum(ops.softplus(-real_logits)) + ops.sum(ops.softplus(fake_logits))


@wrong("discriminator_loss", "mean over the batch")
def one_loss_each(real_logits, fake_logits):
    return ops.softplus(-real_logits) + ops.softplus(fake_logits)


@wrong("discriminator_loss", "0.5 times")
def halved(real_logits, fake_logits):
    return 0.5 * (
        binary(tf.ones_like(real_logits), real_logits)
        + binary(tf.zeros_like(fake_logits), fake_logits)
    )


@wrong("discriminator_loss", "only the real half")
def real_only(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits))


@wrong("discriminator_loss", "only the fake half")
def fake_only(real_logits, fake_logits):
    return binary(tf.zeros_like(fake_logits), fake_logits)


@wrong("discriminator_loss", "what the generator wants")
def everybody_is_real(real_logits, fake_logits):
    logits = tf.concat([real_logits, fake_logits], 0)
    return 2 * binary(tf.ones_like(logits), logits)


@wrong("discriminator_loss", "cut")
def through_numpy(real_logits, fake_logits):
    real, fake = real_logits.numpy(), fake_logits.numpy()
    return np.mean(np.log1p(np.exp(-real))) + np.mean(np.log1p(np.exp(fake)))


@wrong("discriminator_loss", "cut")
def fakes_stopped(real_logits, fake_logits):
    fake_logits = tf.stop_gradient(fake_logits)
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


@wrong("discriminator_loss", "constant")
def a_number_from_the_lesson(real_logits, fake_logits):
    return tf.constant(1.386)


@wrong("discriminator_loss", "`return` is missing")
def nothing_returned(real_logits, fake_logits):
    loss = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    print(float(loss) * 0)


@wrong("discriminator_loss", "no answer yet")
def untouched(real_logits, fake_logits):
    raise NotImplementedError()


@wrong("discriminator_loss", "other arguments")
def one_argument(logits):
    return ops.mean(ops.softplus(-logits))


@wrong("discriminator_loss", "Wasserstein")
def from_another_paper(real_logits, fake_logits):
    return tf.reduce_mean(fake_logits) - tf.reduce_mean(real_logits)


@wrong("discriminator_loss", "random")
def with_noisy_labels(real_logits, fake_logits):
    labels = tf.random.uniform(tf.shape(real_logits), 0.7, 1.2)
    return binary(labels, real_logits) + binary(tf.zeros_like(fake_logits), fake_logits)


# The generator's loss


@right("generator_loss")
def softplus(fake_logits):
    return ops.mean(ops.softplus(-fake_logits))


@right("generator_loss")
def called_real(scores):
    return binary(tf.ones_like(scores), scores)


@right("generator_loss")
def log_sigmoid(fake_logits):
    return -tf.math.reduce_mean(tf.math.log_sigmoid(fake_logits))


@wrong("generator_loss", "saturates")
def minimax(fake_logits):
    return tf.reduce_mean(tf.math.log(1 - tf.sigmoid(fake_logits)))


@wrong("generator_loss", "what the discriminator wants")
def called_fake(fake_logits):
    return binary(tf.zeros_like(fake_logits), fake_logits)


@wrong("generator_loss", "sign is turned")
def log_without_minus(fake_logits):
    return tf.reduce_mean(tf.math.log(tf.sigmoid(fake_logits)))


@wrong("generator_loss", "sigmoid twice")
def sigmoid_first(fake_logits):
    return binary(tf.ones_like(fake_logits), tf.sigmoid(fake_logits))


@wrong("generator_loss", "from_logits")
def string_loss(fake_logits):
    return tf.reduce_mean(keras.losses.binary_crossentropy(tf.ones_like(fake_logits), fake_logits))


@wrong("generator_loss", "sum over the batch")
def reduce_sum(fake_logits):
    return tf.reduce_sum(tf.math.softplus(-fake_logits))


@wrong("generator_loss", "mean over the batch")
def mean_of_the_wrong_axis(fake_logits):
    return tf.reduce_mean(tf.math.softplus(-fake_logits), axis=-1)


@wrong("generator_loss", "cut")
def as_float(fake_logits):
    return float(ops.mean(ops.softplus(-fake_logits)))


@wrong("generator_loss", "no logarithm")
def probability(fake_logits):
    return 1 - tf.reduce_mean(tf.sigmoid(fake_logits))


@wrong("generator_loss", "constant")
def log_two(fake_logits):
    return tf.math.log(2.0) + 0 * tf.reduce_sum(fake_logits)


# The broken step


def descends(loss, tape, optimizer, network):
    variables = network.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))


@right("update_generator")
def by_apply_gradients(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        logits = discriminator(generator(noise, training=True), training=True)
        loss = binary(tf.ones_like(logits), logits)
    descends(loss, tape, optimizer, generator)
    return loss


@right("update_generator")
@tf.function
def as_a_graph(z, g, d, adam):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.nn.softplus(-d(g(z))))
    adam.apply(tape.gradient(loss, g.trainable_variables), g.trainable_variables)


class Game:
    def __call__(self, noise, generator, discriminator, optimizer):
        discriminator.trainable = False
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
        optimizer.build(generator.trainable_variables)
        grads = tape.gradient(loss, generator.trainable_variables)
        optimizer.apply(grads)
        discriminator.trainable = True


right("update_generator")(Game())


@wrong("update_generator", "discriminator moves too")
def every_weight(noise, generator, discriminator, optimizer):
    weights = generator.trainable_variables + discriminator.trainable_variables
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
    optimizer.apply(tape.gradient(loss, weights), weights)


@wrong("update_generator", "generator rests")
def the_other_network(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
    descends(loss, tape, optimizer, discriminator)


@wrong("update_generator", "outside the tape")
def fakes_made_before_the_tape(noise, generator, discriminator, optimizer):
    fake_images = generator(noise)
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-discriminator(fake_images)))
    descends(loss, tape, optimizer, generator)


@wrong("update_generator", "outside the tape")
def fakes_stopped_on_the_way(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        fake_images = tf.stop_gradient(generator(noise))
        loss = ops.mean(ops.softplus(-discriminator(fake_images)))
    descends(loss, tape, optimizer, generator)


@wrong("update_generator", "fakes look more fake")
def discriminators_loss(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        logits = discriminator(generator(noise))
        loss = binary(tf.zeros_like(logits), logits)
    descends(loss, tape, optimizer, generator)


@wrong("update_generator", "climbs")
def uphill(noise, generator, discriminator, optimizer):
    weights = generator.trainable_variables
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
    optimizer.apply([-g for g in tape.gradient(loss, weights)], weights)


@wrong("update_generator", "sigmoid twice")
def sigmoid_left_in(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        fake_logits = tf.sigmoid(discriminator(generator(noise)))
        loss = ops.mean(ops.softplus(-fake_logits))
    descends(loss, tape, optimizer, generator)


@wrong("update_generator", "saturates")
def minimax_step(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        probability = tf.sigmoid(discriminator(generator(noise)))
        loss = tf.reduce_mean(tf.math.log(1 - probability))
    descends(loss, tape, optimizer, generator)


@wrong("update_generator", "generator: nothing reaches it")
def gradients_never_applied(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
    tape.gradient(loss, generator.trainable_variables)
    return loss


@wrong("update_generator", "random")
def noise_of_its_own(noise, generator, discriminator, optimizer):
    noise = tf.random.normal(tf.shape(noise))
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
    descends(loss, tape, optimizer, generator)


@wrong("update_generator", "two steps")
def twice_as_good(noise, generator, discriminator, optimizer):
    for _ in range(2):
        with tf.GradientTape() as tape:
            loss = ops.mean(ops.softplus(-discriminator(generator(noise))))
        descends(loss, tape, optimizer, generator)


@wrong("update_generator", "sum over the batch")
def summed_step(noise, generator, discriminator, optimizer):
    with tf.GradientTape() as tape:
        loss = ops.sum(ops.softplus(-discriminator(generator(noise))))
    descends(loss, tape, optimizer, generator)


# The curves


@right("read_losses")
def with_numpy(discriminator_losses, generator_losses):
    if not np.isfinite(np.concatenate([discriminator_losses, generator_losses])).all():
        return "diverged"
    late = discriminator_losses[-10:].mean()
    if late < 0.1:
        return "discriminator wins"
    if abs(late - np.log(4)) < 0.1:
        return "guessing"
    return "alive"


@right("read_losses")
def with_loops(d, g):
    for loss in list(d) + list(g):
        if loss != loss or loss in (float("inf"), float("-inf")):
            return "diverged"
    mean = sum(d[len(d) - 10 :]) / 10
    verdict = "alive"
    if mean < 0.1:
        verdict = "discriminator wins"
    elif 1.286 < mean < 1.486:
        verdict = "guessing"
    return verdict


@right("read_losses")
def with_tensors(d, g):
    d, g = tf.constant(d), tf.constant(g)
    finite = tf.reduce_all(tf.math.is_finite(d)) & tf.reduce_all(tf.math.is_finite(g))
    late = tf.reduce_mean(d[-10:])
    won, lost = late < 0.1, tf.abs(late - 2 * tf.math.log(tf.constant(2.0, d.dtype))) < 0.1
    return {
        not finite: "diverged",
        bool(finite and won): "discriminator wins",
        bool(finite and lost): "guessing",
    }.get(True, "alive")


def reads(d, g, *, finite=True, last=10, chance=1.386):
    if finite and not np.isfinite([d, g]).all():
        return "diverged"
    late = np.mean(d[-last:])
    return (
        "discriminator wins" if late < 0.1 else "guessing" if abs(late - chance) < 0.1 else "alive"
    )


@wrong("read_losses", "last epoch")
def the_very_last(d, g):
    return reads(d, g, last=1)


@wrong("read_losses", "all epochs count")
def the_whole_curve(d, g):
    return reads(d, g, last=0)


@wrong("read_losses", "first ten")
def from_the_front(d, g):
    if not np.isfinite([d, g]).all():
        return "diverged"
    return reads(d[:10], g[:10])


@wrong("read_losses", "NaN goes unseen")
def no_test_of_nan(d, g):
    return reads(d, g, finite=False)


@wrong("read_losses", "NaN goes unseen")
def compared_with_nan(d, g):
    if any(loss == np.nan for loss in [*d, *g]):
        return "diverged"
    return reads(d, g, finite=False)


@wrong("read_losses", "one low epoch")
def any_of_them(d, g):
    if not np.isfinite([d, g]).all():
        return "diverged"
    return "discriminator wins" if any(d < 0.1) else reads(d, g)


@wrong("read_losses", "curves are swapped")
def generators_curve(d, g):
    return reads(g, d)


@wrong("read_losses", "chance level of one half")
def log_of_two(d, g):
    return reads(d, g, chance=np.log(2))


@wrong("read_losses", "low loss is taken for a good sign")
def small_is_good(d, g):
    said = reads(d, g)
    return {"alive": "discriminator wins", "discriminator wins": "alive"}.get(said, said)


@wrong("read_losses", "constant")
def always_alive(d, g):
    return "alive"


@wrong("read_losses", "`return` is missing")
def printed(d, g):
    print(reads(d, g))


@wrong("read_losses", "another kind")
def a_number(d, g):
    return np.mean(d[-10:])
