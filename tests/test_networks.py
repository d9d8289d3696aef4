"""The networks have the shapes, sizes and ranges that they promise."""

import keras
import numpy as np
import pytest

from persogan_lessons.models import networks

NOISE = np.random.default_rng(0).normal(size=(3, 100)).astype("float32")


def test_the_article_s_sizes():
    def units(network):
        return [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)]

    assert units(networks.mlp_generator()) == [1024, 1024, 784]
    assert units(networks.mlp_discriminator()) == [1024, 1024, 1]


def test_noise_becomes_images_and_images_become_logits():
    images = networks.mlp_generator(width=32)(1000 * NOISE)
    assert images.shape == (3, 28, 28, 1) and np.abs(images).max() <= 1
    logits = np.asarray(networks.mlp_discriminator(width=32)(1000 * np.asarray(images)))
    assert logits.shape == (3, 1)
    assert not np.all((logits >= 0) & (logits <= 1)), "a sigmoid has crept in"


@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_images_and_logits_are_float32_under_every_policy(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        for kind in ("mlp", "dense", "conv"):
            images = getattr(networks, f"{kind}_generator")(100, width=8)(NOISE)
            logits = getattr(networks, f"{kind}_discriminator")(width=8)(images)
            assert images.dtype == logits.dtype == "float32"
        wish = np.ones((3, 10), "float32")
        images = networks.choosing(networks.conditional_generator(10, 90, width=8))([NOISE, wish])
        logits = networks.conditional_discriminator(10, width=8)([np.asarray(images), wish])
        assert images.dtype == logits.dtype == "float32"
    finally:
        keras.config.set_dtype_policy(before)


SMALL = {
    "dense": (networks.dense_generator(100, 16, depth=2), networks.dense_discriminator(16, 2)),
    "convolutional": (networks.conv_generator(100, 4), networks.conv_discriminator(4)),
}


@pytest.mark.parametrize("kind", SMALL)
def test_small_networks_turn_noise_into_images_and_images_into_logits(kind):
    generator, discriminator = SMALL[kind]
    images = np.asarray(generator(1000 * NOISE))
    assert images.shape == (3, 28, 28, 1) and np.abs(images).max() <= 1
    logits = np.asarray(discriminator(1000 * images))
    assert logits.shape == (3, 1)
    assert not np.all((logits >= 0) & (logits <= 1)), "a sigmoid has crept in"
    assert (generator.name, discriminator.name) == ("generator", "discriminator")


def test_depth_and_width_are_those_of_the_hidden_layers():
    def units(network):
        return [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)]

    for depth in (1, 2, 3):
        assert units(networks.dense_generator(8, 24, depth=depth)) == [24] * depth + [784]
        assert units(networks.dense_discriminator(24, depth)) == [24] * depth + [1]


def test_the_width_of_a_convolutional_network_is_that_of_its_larger_picture():
    generator, discriminator = SMALL["convolutional"]
    places = [layer.output.shape[1:] for layer in generator.layers if "transpose" in layer.name]
    assert places == [(14, 14, 4), (28, 28, 1)]
    places = [layer.output.shape[1:] for layer in discriminator.layers if "conv2d" in layer.name]
    assert places == [(14, 14, 4), (7, 7, 8)]


@pytest.mark.parametrize("kind", SMALL)
def test_a_small_discriminator_is_hindered_while_training_only(kind):
    discriminator = SMALL[kind][1]
    images = np.random.default_rng(1).uniform(-1, 1, (4, 28, 28, 1)).astype("float32")
    first, again = (np.asarray(discriminator(images, training=True)) for _ in range(2))
    assert not np.allclose(first, again)
    first, again = (np.asarray(discriminator(images, training=False)) for _ in range(2))
    assert np.array_equal(first, again)


def test_the_classifier_gives_ten_logits_and_sixty_four_features():
    classifier = networks.digit_classifier()
    assert classifier(np.zeros((2, 28, 28, 1))).shape == (2, 10)
    assert classifier.get_layer("features").output.shape == (None, 64)


def test_conditional_networks_take_a_condition_each():
    conditions = np.eye(3, 5, dtype="float32")
    drawn = networks.conditional_generator(5, 100, width=8)([1000 * NOISE, conditions])
    images = np.asarray(drawn)
    assert images.shape == (3, 28, 28, 1) and np.abs(images).max() <= 1
    judge = networks.conditional_discriminator(5, width=8)
    logits = np.asarray(judge([images, conditions]))
    assert logits.shape == (3, 1)
    assert not np.allclose(logits, judge([images, conditions[::-1]]))  # it looks at the condition


def test_a_choice_falls_by_the_shares():
    noise = np.random.default_rng(0).normal(size=(20_000, 4)).astype("float32")
    shares = np.array([0.5, 0.0, 0.3, 0.2], "float32")
    chosen = np.asarray(networks.Choice()([noise, np.tile(shares, (20_000, 1))]))
    np.testing.assert_allclose(chosen.sum(1), 1, atol=1e-6)
    assert np.all((chosen > 0).sum(1) == 1)
    np.testing.assert_allclose(chosen.mean(0), shares, atol=0.015)  # four standard errors


def test_a_wish_passes_the_choice_unchanged_and_a_taste_becomes_a_wish():
    inner = networks.conditional_generator(6, 7, width=8)
    whole = networks.choosing(inner, choices=4)
    assert [each.shape[-1] for each in whole.inputs] == [11, 6]
    noise = np.random.default_rng(0).normal(size=(9, 11)).astype("float32")
    wish = np.tile(np.array([0, 5, 0, 0, 1, -2], "float32"), (9, 1))
    np.testing.assert_allclose(whole([noise, wish]), inner([noise[:, 4:], wish]), atol=1e-6)
    taste = np.tile(np.array([2, 0, 3, 0, 1, -2], "float32"), (9, 1))
    drawn = np.asarray(whole([noise, taste]))
    either = [
        np.asarray(inner([noise[:, 4:], np.concatenate([5 * np.eye(4)[[k] * 9], taste[:, 4:]], 1)]))
        for k in (0, 2)
    ]
    which = [int(np.abs(drawn[i] - either[1][i]).max() < 1e-6) for i in range(9)]
    assert 0 < sum(which) < 9
    for i, k in enumerate(which):
        np.testing.assert_allclose(drawn[i], either[k][i], atol=1e-6)


def test_weighing_a_wish_is_what_a_conditional_discriminator_does():
    """With the same weights, for conditions with a single share; training goes on from there."""
    keras.utils.set_random_seed(0)
    one = networks.conditional_discriminator(6, width=8)
    weighing = networks.weighing_discriminator(6, width=8, choices=4)
    weighing.set_weights(one.get_weights())
    images = np.random.default_rng(0).uniform(-1, 1, (9, 28, 28, 1)).astype("float32")
    wishes = np.concatenate([5 * np.eye(4)[np.arange(9) % 4], np.ones((9, 2))], 1).astype("f4")
    np.testing.assert_allclose(weighing([images, wishes]), one([images, wishes]), atol=1e-3)


def test_a_taste_suits_by_its_wishes_and_their_shares():
    """The logarithm of a mean over wishes, each judged by itself; the table holds all pairs."""
    keras.utils.set_random_seed(1)
    weighing = networks.weighing_discriminator(6, width=8, choices=4)
    suits = keras.Model(weighing.inputs, weighing.get_layer("suits").output)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)).astype("float32")
    taste = np.array([[1, 3, 0, 1, 2, -1]], "float32")
    alone = [np.append(5 * np.eye(4)[k], [2, -1])[None] for k in range(4)]
    each = [np.exp(suits([images, wish.repeat(3, 0).astype("f4")])) for wish in alone]
    by_hand = np.log(0.2 * each[0] + 0.6 * each[1] + 0.2 * each[3])
    np.testing.assert_allclose(suits([images, taste.repeat(3, 0)]), by_hand, atol=1e-4)
    others = np.concatenate([taste, taste[:, ::-1] + 2, taste + 1])
    layer = weighing.get_layer("suits")
    seen, shares, wanted = keras.Model(weighing.inputs, layer.input)([images, others])
    table = np.asarray(layer.table(seen, shares, wanted=wanted))
    for i in range(3):
        row = suits([images[[i] * 3], others])[:, 0]
        np.testing.assert_allclose(table[i], row, atol=1e-5)
