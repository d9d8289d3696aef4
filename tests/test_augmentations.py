"""The shift: whole, alike for every pixel of an image, only while training, and differentiable."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models.augmentations import RandomShift


def dots(count=200):
    """Images with one dot of ink in the middle."""
    images = np.full((count, 28, 28, 1), -1, "float32")
    images[:, 14, 13] = 1
    return images


def test_every_shift_up_to_the_limit_occurs_and_no_other():
    keras.utils.set_random_seed(0)
    shifted = np.asarray(RandomShift(2)(dots(500), training=True))
    assert np.all(np.isin(shifted, [-1, 1])) and np.all((shifted == 1).sum((1, 2, 3)) == 1)
    places = {tuple(place[1:3]) for place in np.argwhere(shifted == 1)}
    assert places == {(14 + down, 13 + right) for down in range(-2, 3) for right in range(-2, 3)}


def test_it_is_the_shift_that_numpy_makes():
    keras.utils.set_random_seed(0)
    images = dots(20) + np.random.default_rng(0).uniform(0, 0.5, (20, 28, 28, 1)).astype("float32")
    images[:, :3] = images[:, -3:] = images[:, :, :3] = images[:, :, -3:] = -1  # a margin of paper
    shifted = np.asarray(RandomShift(3)(images, training=True))
    for before, after in zip(images, shifted, strict=True):
        down, right = np.argwhere(after == after.max())[0][:2] - (14, 13)
        np.testing.assert_allclose(np.roll(before, (down, right), (0, 1)), after, atol=1e-6)


def test_what_moves_in_is_paper():
    ink = np.ones((50, 28, 28, 1), "float32")
    shifted = np.asarray(RandomShift(2)(ink, training=True))
    assert set(np.unique(shifted)) == {-1, 1} and np.all(shifted[:, 2:-2, 2:-2] == 1)


def test_at_rest_it_changes_nothing():
    images = dots(3)
    np.testing.assert_array_equal(RandomShift()(images), images)


def test_gradients_pass_through_it():
    images = tf.constant(dots(8))
    with tf.GradientTape() as tape:
        tape.watch(images)
        loss = tf.reduce_sum(tf.square(RandomShift(2)(images, training=True)))
    assert np.abs(tape.gradient(loss, images)[:, 14, 13]).min() == 2.0


def test_it_works_in_a_graph_and_draws_anew():
    layer, images = RandomShift(3), tf.constant(dots(50))
    shift = tf.function(lambda: layer(images, training=True))
    assert not np.array_equal(shift(), shift())


def test_it_can_be_saved():
    assert RandomShift.from_config(RandomShift(4, name="shift").get_config()).pixels == 4


@pytest.mark.parametrize("pixels", [0, -1, 1.5, True, "2"])
def test_a_wrong_size_is_refused(pixels):
    with pytest.raises(ValueError, match="whole number from 1"):
        RandomShift(pixels)
