"""Each knob does what it says, leaves the rest alone, and explains bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models import networks, tuning
from persogan_lessons.models.gan import ConditionalGAN, draw

CONDITION, NOISE = 12, 42
NOISES = np.random.default_rng(0).normal(size=(200, NOISE)).astype("float32")
SHARES = np.array([5, 0, 3, 0, 0, 0, 0, 2, 0, 0], "float32") / 2
TASTE = np.append(SHARES, [0.5, -1.0]).astype("float32")
TASTES = np.tile(TASTE, (200, 1))


@pytest.fixture
def gan():
    keras.utils.set_random_seed(0)
    return ConditionalGAN(
        networks.choosing(networks.conditional_generator(CONDITION, width=32)),
        networks.conditional_discriminator(CONDITION, width=16),
    )


def drawn(gan, noise, conditions):
    return draw(gan.averaged_generator, [noise, conditions], count=len(noise))


def ink(images):
    return tf.reduce_mean(images, axis=(1, 2, 3))


# The die


def test_a_settled_taste_is_one_of_its_wishes_and_draws_the_same(gan):
    wishes = tuning.settle(TASTES, NOISES)
    assert wishes.dtype == "float32"
    assert np.all(np.count_nonzero(wishes[:, :10], axis=1) == 1)
    np.testing.assert_allclose(wishes[:, :10].sum(1), 5, rtol=1e-6)
    np.testing.assert_array_equal(wishes[:, 10:], TASTES[:, 10:])
    np.testing.assert_allclose(np.mean(wishes[:, :10] > 0, axis=0), SHARES / 5, atol=0.12)
    np.testing.assert_allclose(drawn(gan, NOISES, wishes), drawn(gan, NOISES, TASTES), atol=1e-5)


# Truncation


def test_truncation_keeps_the_direction_and_shrinks_the_rest(gan):
    np.testing.assert_array_equal(tuning.truncate(NOISES, 1), NOISES)
    np.testing.assert_allclose(tuning.truncate(NOISES, 0.25), NOISES / 4)
    wishes = tuning.settle(TASTES, NOISES)
    spreads = [drawn(gan, tuning.truncate(NOISES, s), wishes).std(0).mean() for s in (0, 0.5, 1)]
    assert spreads == sorted(spreads)


def test_a_truncated_die_falls_on_the_favourite():
    wishes = tuning.settle(TASTES, tuning.truncate(NOISES, 0))
    assert np.all(wishes[:, :10].argmax(1) == 0)


@pytest.mark.parametrize("spread", [-0.1, 2.5, np.nan, "half", True, None])
def test_a_spread_that_is_none_is_explained(spread):
    with pytest.raises(ValueError, match="spread must be a number from 0 to 2; got"):
        tuning.truncate(NOISES, spread)


# Choice


def test_the_best_is_chosen_at_each_place():
    candidates = np.arange(12).reshape(3, 4)
    scores = [[0, 5, 0, 1], [9, 0, 0, 2], [0, 0, 7, 3]]
    np.testing.assert_array_equal(tuning.choose(candidates, scores), [4, 1, 10, 11])


@pytest.mark.parametrize("sharpness", [0.0, 1.0, 2.0])
def test_the_share_of_a_choice_grows_with_its_score(sharpness):
    scores = np.tile([[0.0], [1.0]], 20_000)
    candidates = np.tile([[0], [1]], 20_000)
    chosen = tuning.choose(candidates, scores, sharpness=sharpness)
    # One standard deviation is .0035 at most.
    np.testing.assert_allclose(chosen.mean(), 1 / (1 + np.exp(-sharpness)), atol=0.015)


def test_one_seed_one_choice():
    scores = np.zeros((8, 50))
    candidates = np.tile(np.arange(8)[:, None], 50)
    first, again, other = (
        tuning.choose(candidates, scores, sharpness=1, seed=seed) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


@pytest.mark.parametrize(
    "candidates, scores, options, words",
    [
        (np.zeros((3, 4)), np.zeros((4, 3)), {}, r"must agree.*\(3, 4\) and \(4, 3\)"),
        (np.zeros((3, 4)), np.zeros(3), {}, "must agree"),
        (np.zeros((0, 4)), np.zeros((0, 4)), {}, "at least 1"),
        (np.zeros((1, 1)), [[np.nan]], {}, "NaN or infinity"),
        (np.zeros((1, 1)), [[0]], {"sharpness": -1}, "sharpness must be a number from 0 to inf"),
    ],
)
def test_a_choice_among_nothing_is_explained(candidates, scores, options, words):
    with pytest.raises(ValueError, match=words):
        tuning.choose(candidates, scores, **options)


# Search


def test_search_raises_the_score_and_moves_each_noise_alike(gan):
    wishes = tuning.settle(TASTES, NOISES)[:8]
    options = {"conditions": wishes, "liking": ink}
    found = tuning.search(gan, NOISES[:8], steps=4, **options)
    before, after = (ink(drawn(gan, noise, wishes)) for noise in (NOISES[:8], found))
    assert np.all(after > before)
    one = tuning.search(gan, NOISES[:8], steps=1, **options)
    np.testing.assert_allclose(np.linalg.norm(one - NOISES[:8], axis=1), tuning.STRIDE, rtol=1e-3)
    np.testing.assert_array_equal(found[:, :10], NOISES[:8, :10], "the die is not the search's")


@pytest.mark.parametrize(
    "noise, conditions, steps, words",
    [
        (NOISES, TASTES, 0, "steps must be a positive whole number"),
        (NOISES[:, :32], TASTES, 1, r"noise must have shape \(n, 42\).*\(200, 32\)"),
        (NOISES, TASTES[:, :10], 1, r"conditions must have shape \(n, 12\).*\(200, 10\)"),
        (NOISES[0], TASTES, 1, r"array\[None\]"),
        (NOISES[:0], TASTES[:0], 1, "n at least 1"),
        (NOISES[:5], TASTES[:4], 1, "4 conditions and 5"),
        (NOISES * np.nan, TASTES, 1, "NaN"),
    ],
)
def test_a_search_from_nowhere_is_explained(gan, noise, conditions, steps, words):
    with pytest.raises(ValueError, match=words):
        tuning.search(gan, noise, conditions=conditions, liking=ink, steps=steps)


# Fine-tuning

CLICKED = np.full((6, 28, 28, 1), -1, "float32")
CLICKED[:, 10:18, 10:18] = 1


def test_a_twin_draws_alike_and_is_another(gan):
    twin = tuning.twin(gan)
    np.testing.assert_array_equal(*(drawn(each, NOISES, TASTES) for each in (gan, twin)))
    before = gan.get_weights()
    tuning.fine_tune(twin, CLICKED, conditions=TASTES[:6], steps=2)
    for old, new in zip(before, gan.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_fine_tuning_comes_nearer_to_the_clicked_and_keeps_the_normalizations(gan):
    twin = tuning.twin(gan)

    def apart():
        return np.abs(drawn(twin, NOISES, TASTES) - CLICKED[:1]).mean()

    def means():
        layers = [inner for part in twin.generator.layers for inner in getattr(part, "layers", [])]
        return [layer.moving_mean.numpy() for layer in layers if hasattr(layer, "moving_mean")]

    before, kept = apart(), means()
    tuning.fine_tune(twin, CLICKED, conditions=TASTES[:6], steps=60)
    assert apart() < before - 0.05
    assert len(kept) == 4
    for old, new in zip(kept, means(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize(
    "images, conditions, steps, words",
    [
        (CLICKED, TASTES[:6], 0, "steps must be"),
        (CLICKED[:0], TASTES[:0], 1, "n at least 1"),
        (CLICKED[:, :14], TASTES[:6], 1, r"shape \(n, 28, 28, 1\)"),
        (CLICKED, TASTES[:5], 1, "6 images and 5"),
        (CLICKED, TASTES[:6, :10], 1, r"shape \(n, 12\)"),
    ],
)
def test_fine_tuning_on_nothing_is_explained(gan, images, conditions, steps, words):
    with pytest.raises(ValueError, match=words):
        tuning.fine_tune(tuning.twin(gan), images, conditions=conditions, steps=steps)
