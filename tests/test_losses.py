"""The losses, against Keras's cross-entropy and against the formulas they stand for."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models import losses

LOGITS = np.random.default_rng(0).normal(scale=3, size=(2, 64, 1)).astype("float32")
REAL, FAKE = LOGITS
CROSS_ENTROPY = keras.losses.BinaryCrossentropy(from_logits=True)


def test_discriminator_loss_is_cross_entropy_with_real_1_and_fake_0():
    expected = CROSS_ENTROPY(np.ones_like(REAL), REAL) + CROSS_ENTROPY(np.zeros_like(FAKE), FAKE)
    loss = losses.cross_entropy_discriminator_loss(REAL, FAKE)
    np.testing.assert_allclose(loss, expected, rtol=1e-5)


def test_non_saturating_loss_is_cross_entropy_with_fake_called_real():
    expected = CROSS_ENTROPY(np.ones_like(FAKE), FAKE)
    np.testing.assert_allclose(losses.non_saturating_generator_loss(FAKE), expected, rtol=1e-5)


def test_minimax_loss_is_log_one_minus_d():
    probability = 1 / (1 + np.exp(-FAKE.astype("float64")))
    expected = np.log(1 - probability).mean()
    np.testing.assert_allclose(losses.minimax_generator_loss(FAKE), expected, rtol=1e-5)


def test_losses_and_gradients_stay_finite_where_the_discriminator_is_sure():
    sure = tf.constant([[-1000.0], [1000.0]])
    for loss in (losses.minimax_generator_loss, losses.non_saturating_generator_loss):
        with tf.GradientTape() as tape:
            tape.watch(sure)
            value = loss(sure)
        assert np.isfinite(value) and np.isfinite(tape.gradient(value, sure)).all()


def test_only_the_non_saturating_loss_teaches_a_generator_that_is_found_out():
    found_out = tf.constant([[-10.0]])

    def slope(loss):
        with tf.GradientTape() as tape:
            tape.watch(found_out)
            value = loss(found_out)
        return abs(float(tape.gradient(value, found_out)[0, 0]))

    assert slope(losses.minimax_generator_loss) < 1e-4
    assert slope(losses.non_saturating_generator_loss) > 0.99


def test_smoothing_is_cross_entropy_with_the_softer_target():
    expected = CROSS_ENTROPY(np.full_like(REAL, 0.8), REAL) + CROSS_ENTROPY(0 * FAKE, FAKE)
    np.testing.assert_allclose(losses.smooth_labels(0.8)(REAL, FAKE), expected, rtol=1e-5)
    plain = losses.cross_entropy_discriminator_loss(REAL, FAKE)
    np.testing.assert_allclose(losses.smooth_labels(1)(REAL, FAKE), plain, rtol=1e-6)


@pytest.mark.parametrize("target", [0.5, 0, 1.1, -1])
def test_a_target_that_is_no_smoothing_is_refused(target):
    with pytest.raises(ValueError, match="above 0.5 and at most 1"):
        losses.smooth_labels(target)


def test_hinge_is_kerass_hinge_with_real_1_and_fake_minus_1():
    hinge = keras.losses.Hinge()
    expected = hinge(np.ones_like(REAL), REAL) + hinge(-np.ones_like(FAKE), FAKE)
    np.testing.assert_allclose(losses.hinge_discriminator_loss(REAL, FAKE), expected, rtol=1e-5)
    np.testing.assert_allclose(losses.hinge_generator_loss(FAKE), -FAKE.mean(), rtol=1e-5)


def test_wasserstein_is_a_difference_of_means():
    gap = FAKE.mean(dtype="float64") - REAL.mean(dtype="float64")
    np.testing.assert_allclose(losses.wasserstein_discriminator_loss(REAL, FAKE), gap, rtol=1e-4)
    np.testing.assert_allclose(losses.wasserstein_generator_loss(FAKE), -FAKE.mean(), rtol=1e-5)
