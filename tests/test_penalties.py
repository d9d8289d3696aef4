"""The penalties, where the slope is known, and the NaN that a careless root would give."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models import penalties

PAIR = np.random.default_rng(0).uniform(-1, 1, (2, 16, 28, 28, 1)).astype("float32")
REAL, FAKE = PAIR


def linear(weights):
    """A discriminator whose slope is the same everywhere: `weights`, `(784,)`."""
    model = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten()])
    model.add(keras.layers.Dense(1))
    model.set_weights([np.reshape(weights, (784, 1)), np.zeros(1)])
    return model


def curved(images, training=True):
    """Logit sum(x^2) / 2, so the slope at an image is the image itself."""
    return tf.reduce_sum(tf.square(images), axis=(1, 2, 3))[:, None] / 2


@pytest.mark.parametrize("slope", [0.0, 0.02, 1.0])
def test_values_where_the_slope_is_constant(slope):
    discriminator = linear(np.full(784, slope))
    squared = 784 * slope**2
    r1 = penalties.r1_penalty(weight=3.0)(discriminator, REAL, FAKE)
    np.testing.assert_allclose(r1, 3 / 2 * squared, rtol=1e-5)
    gp = penalties.gradient_penalty(weight=3.0)(discriminator, REAL, FAKE)
    np.testing.assert_allclose(gp, 3 * (squared**0.5 - 1) ** 2, rtol=1e-4)


def test_r1_looks_at_the_real_images_only():
    expected = np.square(REAL).sum((1, 2, 3)).mean() / 2
    np.testing.assert_allclose(penalties.r1_penalty()(curved, REAL, 9 * FAKE), expected, rtol=1e-5)


def test_the_gradient_penalty_looks_evenly_between_real_and_fake():
    """From all -1 to all 1 the norm at share s is 28 |2s - 1|, so its mean square is 784 / 3."""
    keras.utils.set_random_seed(0)
    ones = np.ones((4000, 28, 28, 1), "float32")
    penalty = float(penalties.gradient_penalty(weight=1.0)(curved, ones, -ones))
    expected = 784 / 3 - 28 + 1  # of (norm - 1)^2; the mean norm is 14
    assert abs(penalty / expected - 1) < 0.1  # 0.03 at most on 5 seeds


@pytest.mark.parametrize("penalty", [penalties.r1_penalty(), penalties.gradient_penalty()])
def test_a_flat_discriminator_gives_no_nan(penalty):
    discriminator = linear(np.zeros(784))
    with tf.GradientTape() as tape:
        loss = penalty(discriminator, REAL, FAKE)
    slopes = tape.gradient(loss, discriminator.trainable_variables[0])
    assert np.isfinite(slopes).all()


@pytest.mark.parametrize(
    "penalty, norm", [(penalties.r1_penalty(), 0), (penalties.gradient_penalty(), 1)]
)
def test_descending_a_penalty_leads_to_the_slope_it_asks_for(penalty, norm):
    discriminator = linear(np.random.default_rng(1).normal(0, 0.1, 784))
    optimizer = keras.optimizers.SGD(0.03)
    weights = discriminator.trainable_variables[:1]

    @tf.function
    def step():
        with tf.GradientTape() as tape:
            loss = penalty(discriminator, REAL, FAKE)
        optimizer.apply(tape.gradient(loss, weights), weights)

    optimizer.build(weights)
    for _ in range(200):
        step()
    assert abs(np.linalg.norm(weights[0]) - norm) < 0.05


def test_weight_clip():
    layer = keras.layers.Dense(8, kernel_constraint=penalties.WeightClip(0.01))
    layer.build((None, 784))
    keras.optimizers.SGD(1.0).apply([tf.ones((784, 8)), tf.ones(8)], layer.trainable_variables)
    np.testing.assert_allclose(layer.kernel, -0.01)
    np.testing.assert_allclose(layer.bias, -1.0)
    again = keras.constraints.deserialize(keras.constraints.serialize(layer.kernel_constraint))
    assert again.limit == 0.01


@pytest.mark.parametrize("limit", [0, -1.0])
def test_a_limit_that_is_not_positive_is_refused(limit):
    with pytest.raises(ValueError, match="must be a positive number"):
        penalties.WeightClip(limit)
