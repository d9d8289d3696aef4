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
