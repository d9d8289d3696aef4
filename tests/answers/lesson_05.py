"""Answers to assignment 05 as students give them, wrong and right."""

import keras
import tensorflow as tf
from bank import Bank
from keras import layers, ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right
binary = keras.losses.BinaryCrossentropy(from_logits=True)

# The logit of a pair


def product(seen, wanted):
    return tf.reduce_sum(seen * wanted, axis=1, keepdims=True)


@right("pair_logit")
def by_sum(real, seen, wanted):
    return real + ops.sum(seen * wanted, axis=1, keepdims=True) / ops.sqrt(float(seen.shape[1]))


@right("pair_logit")
def by_layers(real, seen, wanted):
    suits = layers.Dot(1)([seen, wanted])
    return layers.Add()([real, layers.Rescaling(seen.shape[-1] ** -0.5)(suits)])


@right("pair_logit")
@tf.function
def by_einsum(a, b, c):
    scale = tf.sqrt(tf.cast(tf.shape(b)[1], tf.float32))
    return a + tf.einsum("ij,ij->i", b, c)[:, None] / scale


@right("pair_logit")
def by_the_diagonal(real, seen, wanted):
    table = tf.matmul(seen, wanted, transpose_b=True)
    return real + tf.linalg.diag_part(table)[:, None] * seen.shape[1] ** -0.5


@wrong("pair_logit", "condition is ignored")
def deaf(real, seen, wanted):
    return real + 0 * product(seen, wanted)


@wrong("pair_logit", "without it")
def seen_twice(real, seen, wanted):
    width = seen.shape[1]
    return real + tf.reduce_sum(seen, 1, keepdims=True) / width**0.5 + 0 * wanted[:, :1]


@wrong("pair_logit", "'is it real?' is missing")
def only_suits(real, seen, wanted):
    return product(seen, wanted) / seen.shape[1] ** 0.5 + 0 * real


@wrong("pair_logit", "not scaled")
def unscaled(real, seen, wanted):
    return real + product(seen, wanted)


@wrong("pair_logit", "root of the width")
def mean_of_products(real, seen, wanted):
    return real + tf.reduce_mean(seen * wanted, axis=1, keepdims=True)


@wrong("pair_logit", "multiplied by the root")
def scaled_up(real, seen, wanted):
    return real + product(seen, wanted) * seen.shape[1] ** 0.5


@wrong("pair_logit", "both parts")
def bracket(real, seen, wanted):
    return (real + product(seen, wanted)) / seen.shape[1] ** 0.5


@wrong("pair_logit", "taken away")
def subtracted(real, seen, wanted):
    return real - product(seen, wanted) / seen.shape[1] ** 0.5


@wrong("pair_logit", "added, not multiplied")
def plus(real, seen, wanted):
    return real + tf.reduce_sum(seen + wanted, 1, keepdims=True) / seen.shape[1] ** 0.5


@wrong("pair_logit", "every condition")
def matmul(real, seen, wanted):
    table = seen @ tf.transpose(wanted) / seen.shape[1] ** 0.5
    return real + tf.reduce_sum(table, axis=1, keepdims=True)


@wrong("pair_logit", "neighbour")
def shifted(real, seen, wanted):
    return real + product(seen, tf.roll(wanted, 1, axis=0)) / seen.shape[1] ** 0.5


@wrong("pair_logit", "cosine")
def cosine(real, seen, wanted):
    a, b = tf.math.l2_normalize(seen, 1), tf.math.l2_normalize(wanted, 1)
    return real + product(a, b)


@wrong("pair_logit", "averaged")
def batch_mean(real, seen, wanted):
    return real + tf.reduce_mean(product(seen, wanted)) / seen.shape[1] ** 0.5


@wrong("pair_logit", "has shape")
def no_keepdims(real, seen, wanted):
    return real + tf.reduce_sum(seen * wanted, axis=1) / seen.shape[1] ** 0.5


# The step


def step(
    noise,
    images,
    players,
    *,
    conditions,
    loss=lambda real, fake: binary(tf.ones_like(real), real) + binary(tf.zeros_like(fake), fake),
):
    generator, discriminator, optimizer = players
    drawn, real, fake = conditions
    with tf.GradientTape() as tape:
        fakes = generator([noise, drawn])
        value = loss(discriminator([images, real]), discriminator([fakes, fake]))
    weights = discriminator.trainable_variables
    optimizer.apply_gradients(zip(tape.gradient(value, weights), weights, strict=True))


@right("update_discriminator")
def usual(real_images, condition, noise, generator, discriminator, optimizer):
    fake_images = generator([noise, condition])
    with tf.GradientTape() as tape:
        real_logits = discriminator([real_images, condition], training=True)
        fake_logits = discriminator([fake_images, condition], training=True)
        loss = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    weights = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


@right("update_discriminator")
def with_labels(x, c, z, *players):
    step(z, x, players, conditions=(c, c, c))


@right("update_discriminator")
@tf.function
def in_one_batch(x, c, z, g, d, optimizer):
    both = tf.concat([x, tf.stop_gradient(g([z, c]))], 0)
    labels = tf.concat([tf.ones((len(x), 1)), tf.zeros((len(x), 1))], 0)
    with tf.GradientTape() as tape:
        logits = d([both, tf.concat([c, c], 0)])
        losses = tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)
        loss = tf.reduce_sum(losses) / len(x)
    optimizer.apply(tape.gradient(loss, d.trainable_variables), d.trainable_variables)


@wrong("update_discriminator", "generator moves too")
def everybody(x, c, z, g, d, optimizer):
    weights = g.trainable_variables + d.trainable_variables
    with tf.GradientTape() as tape:
        fake_logits = d([g([z, c]), c])
        loss = ops.mean(ops.softplus(-d([x, c]))) + ops.mean(ops.softplus(fake_logits))
    optimizer.apply(tape.gradient(loss, weights), weights)


@wrong("update_discriminator", "swapped")
def fake_is_one(x, c, z, *players):
    def loss(real, fake):
        return binary(tf.zeros_like(real), real) + binary(tf.ones_like(fake), fake)

    step(z, x, players, conditions=(c, c, c), loss=loss)


@wrong("update_discriminator", "discriminator gets zeros")
def only_the_generator_hears(x, c, z, *players):
    nothing = tf.zeros_like(c)
    step(z, x, players, conditions=(c, nothing, nothing))


@wrong("update_discriminator", "generator gets zeros")
def only_the_discriminator_hears(x, c, z, *players):
    step(z, x, players, conditions=(tf.zeros_like(c), c, c))


@wrong("update_discriminator", "all three")
def nobody_hears(x, c, z, *players):
    step(z, x, players, conditions=[0 * c] * 3)


@wrong("update_discriminator", "real images get no condition")
def conditions_for_fakes(x, c, z, *players):
    step(z, x, players, conditions=(c, 0 * c, c))


@wrong("update_discriminator", "fakes get no condition")
def conditions_for_real(x, c, z, *players):
    step(z, x, players, conditions=(c, c, 0 * c))


@wrong("update_discriminator", "real images meet the condition of their neighbour")
def shuffled_labels(x, c, z, *players):
    step(z, x, players, conditions=(c, tf.roll(c, 1, 0), c))


@wrong("update_discriminator", "fakes are judged by")
def judged_by_another(x, c, z, *players):
    step(z, x, players, conditions=(c, c, tf.roll(c, 1, 0)))


@wrong("update_discriminator", "fakes are drawn for")
def drawn_for_another(x, c, z, *players):
    step(z, x, players, conditions=(tf.roll(c, 1, 0), c, c))


@wrong("update_discriminator", "only the real half")
def no_fakes(x, c, z, g, d, optimizer):
    with tf.GradientTape() as tape:
        loss = ops.mean(ops.softplus(-d([x, c])))
    optimizer.apply(tape.gradient(loss, d.trainable_variables), d.trainable_variables)


@wrong("update_discriminator", "what the generator wants")
def all_real(x, c, z, *players):
    def loss(real, fake):
        return binary(tf.ones_like(real), real) + binary(tf.ones_like(fake), fake)

    step(z, x, players, conditions=(c, c, c), loss=loss)


@wrong("update_discriminator", "climbs")
def uphill(x, c, z, *players):
    def loss(real, fake):
        return -ops.mean(ops.softplus(-real)) - ops.mean(ops.softplus(fake))

    step(z, x, players, conditions=(c, c, c), loss=loss)


@wrong("update_discriminator", "sigmoid twice")
def squashed(x, c, z, *players):
    def loss(real, fake):
        real, fake = tf.sigmoid(real), tf.sigmoid(fake)
        return binary(tf.ones_like(real), real) + binary(tf.zeros_like(fake), fake)

    step(z, x, players, conditions=(c, c, c), loss=loss)


@wrong("update_discriminator", "random")
def own_noise(x, c, z, *players):
    step(tf.random.normal(z.shape), x, players, conditions=(c, c, c))


@wrong("update_discriminator", "nothing reaches it")
def never_applied(x, c, z, g, d, optimizer):
    with tf.GradientTape() as tape:
        loss = binary(tf.ones((len(x), 1)), d([x, c]))
    return tape.gradient(loss, d.trainable_variables)


# A judge that reads


@right("real_logit")
def by_keras(logits):
    return ops.logsumexp(logits, axis=-1, keepdims=True)


@right("real_logit")
def by_tensorflow(ten):
    return tf.reduce_logsumexp(ten, 1)[:, tf.newaxis]


@right("real_logit")
def by_hand(logits):
    most = tf.stop_gradient(tf.reduce_max(logits, axis=1, keepdims=True))
    return most + tf.math.log(tf.reduce_sum(tf.exp(logits - most), axis=1, keepdims=True))


@right("real_logit")
def by_softmax(logits):
    first = logits[:, :1]
    return first - ops.log_softmax(logits, axis=1)[:, :1]


@wrong("real_logit", "infinity")
def overflow(logits):
    return tf.math.log(tf.reduce_sum(tf.exp(logits), axis=1, keepdims=True))


@wrong("real_logit", "largest logit")
def surest(logits):
    return tf.reduce_max(logits, axis=1, keepdims=True)


@wrong("real_logit", "logits are added up")
def added(logits):
    return tf.reduce_sum(logits, 1, keepdims=True)


@wrong("real_logit", "mean of the logits")
def averaged(logits):
    return tf.reduce_mean(logits, 1, keepdims=True)


@wrong("real_logit", "log 10")
def log_mean_exp(logits):
    return by_hand(logits) - tf.math.log(10.0)


@wrong("real_logit", "sign is turned")
def fake_logit(logits):
    return -by_tensorflow(logits)


@wrong("real_logit", "a probability")
def one_minus_fake(logits):
    return tf.sigmoid(by_tensorflow(logits))


@wrong("real_logit", "fake class is counted")
def eleven_classes(logits):
    eleven = tf.concat([logits, tf.zeros((len(logits), 1))], 1)
    return tf.reduce_logsumexp(eleven, 1, keepdims=True)


@wrong("real_logit", "add up to 1")
def softmax_first(logits):
    return tf.math.log(tf.reduce_sum(tf.nn.softmax(logits), 1, keepdims=True))


@wrong("real_logit", "over the batch, not")
def first_axis(logits):
    return tf.reduce_logsumexp(logits, axis=0, keepdims=True)


@wrong("real_logit", "at once")
def no_axis(logits):
    return tf.reduce_logsumexp(logits)


@wrong("real_logit", "keepdims")
def a_row(logits):
    return tf.reduce_logsumexp(logits, axis=1)


@wrong("real_logit", "cut")
def in_numpy(logits):
    return by_keras(logits).numpy()
