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
        images = networks.mlp_generator(width=32)(NOISE)
        assert images.dtype == networks.mlp_discriminator(width=32)(images).dtype == "float32"
    finally:
        keras.config.set_dtype_policy(before)


def test_the_classifier_gives_ten_logits_and_sixty_four_features():
    classifier = networks.digit_classifier()
    assert classifier(np.zeros((2, 28, 28, 1))).shape == (2, 10)
    assert classifier.get_layer("features").output.shape == (None, 64)
