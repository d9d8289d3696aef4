"""Noise goes on and comes off, the walk ends at images, and Keras's habits work."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models import diffusion, networks
from persogan_lessons.models.optimizers import FusedAdam

RANDOM = np.random.default_rng(0)
IMAGES = np.where(RANDOM.random((16, 28, 28, 1)) < 0.3, 1.0, -1.0).astype("float32")
NOISE = RANDOM.normal(size=IMAGES.shape).astype("float32")


def small():
    return diffusion.denoiser(width=4, units=16)


@pytest.fixture
def model(monkeypatch):
    monkeypatch.setattr(diffusion, "WALK", 6)  # a long walk takes long to draw as a graph
    keras.utils.set_random_seed(0)
    model = diffusion.Diffusion(small())
    model.compile(FusedAdam(1e-2))
    return model


# Noise


def test_the_ends_of_mixing():
    start, turning = diffusion.mix(IMAGES, NOISE, times=np.zeros((16, 1), "float32"))
    np.testing.assert_allclose(start, IMAGES, atol=1e-6)
    np.testing.assert_allclose(turning, NOISE, atol=1e-6)
    end, turning = diffusion.mix(IMAGES, NOISE, times=np.ones((16, 1), "float32"))
    np.testing.assert_allclose(end, NOISE, atol=1e-6)
    np.testing.assert_allclose(turning, -IMAGES, atol=1e-6)


def test_the_velocity_is_how_the_mixture_changes():
    times = np.linspace(0.05, 0.95, 16, dtype="float32")[:, None]
    _, velocity = diffusion.mix(IMAGES, NOISE, times=times)
    step = 1e-2
    later, earlier = (diffusion.mix(IMAGES, NOISE, times=times + by)[0] for by in (step, -step))
    slope = (later - earlier) / (2 * step * np.pi / 2)  # by the angle
    np.testing.assert_allclose(slope, velocity, atol=5e-3)


def all_knowing(images):
    """A network that knows the images: the velocity that leads to them."""

    def network(inputs, training=False):
        noisy, times = inputs
        angle = np.reshape(times, (-1, 1, 1, 1)) * np.pi / 2
        noise = (noisy - np.cos(angle) * images) / np.sin(angle)
        return np.cos(angle) * noise - np.sin(angle) * images

    return network


@pytest.mark.parametrize("later", [0.0, 0.3, 0.7])
def test_a_step_of_the_walk_takes_off_as_much_noise_as_it_says(later):
    times = np.full((16, 1), 0.9, "float32")
    noisy, _ = diffusion.mix(IMAGES, NOISE, times=times)
    found = diffusion.walk_step(all_knowing(IMAGES), noisy, now=0.9, later=later)
    wanted, _ = diffusion.mix(IMAGES, NOISE, times=np.full((16, 1), later, "float32"))
    np.testing.assert_allclose(found, wanted, atol=1e-4)


# The network


def test_the_network_heeds_image_and_time():
    keras.utils.set_random_seed(0)
    network = small()
    times = np.full((16, 1), 0.5, "float32")
    seen = np.asarray(network([NOISE, times]))
    assert seen.shape == IMAGES.shape
    assert np.abs(seen - network([NOISE, times * 0.2])).max() > 1e-4
    assert np.abs(seen - network([IMAGES, times])).max() > 1e-4


# Training and drawing


def test_it_learns_what_there_is(model):
    """Few images, all alike: a ring. Drawings come to be near it, and untrained ones are not."""
    across = np.hypot(*np.mgrid[-13.5:14, -13.5:14])
    ring = np.where(np.abs(across - 8) < 2, 1.0, -1.0).astype("float32")[None, ..., None]
    images = np.repeat(ring, 128, axis=0)

    def off():
        return float(np.abs(model.generate(8, seed=0) - ring).mean())

    before = off()
    history = model.fit(images, batch_size=16, epochs=16, verbose=0).history["loss"]
    assert history[-1] < 0.5 * history[0]
    assert before > 0.8 and off() < 0.4


def test_drawings_are_images_and_a_seed_repeats_them(model):
    drawn = model.generate(5, seed=3)
    assert drawn.shape == (5, 28, 28, 1) and drawn.dtype == "float32"
    assert np.isfinite(drawn).all() and np.abs(drawn).max() <= 1
    np.testing.assert_array_equal(drawn, model.generate(5, seed=3))
    assert np.any(drawn != model.generate(5, seed=4))


def test_every_weight_learns_and_the_average_follows(model):
    before = [each.numpy() for each in model.network.weights]
    model.fit(tf.data.Dataset.from_tensor_slices(IMAGES).batch(8), epochs=4, verbose=0)
    assert int(model.optimizer.iterations) == 8
    for old, new, average in zip(
        before, model.network.weights, model.averaged_network.weights, strict=True
    ):
        assert not np.array_equal(old, new.numpy()), new.path
        assert 0 < np.abs(average.numpy() - new.numpy()).max() < 0.2


def test_weights_are_kept(model, tmp_path):
    path = tmp_path / "model.weights.h5"
    model.save_weights(path)
    other = diffusion.Diffusion(small())
    other.load_weights(path)
    given = [NOISE, np.full((16, 1), 0.5, "float32")]
    np.testing.assert_allclose(other(given), model(given), atol=1e-5)


@pytest.mark.parametrize(
    "images, options, words",
    [
        (IMAGES[..., 0], {}, r"real images must have shape \(n, 28, 28, 1\)"),
        (IMAGES * 127 + 127, {}, "must span"),
        (IMAGES, {"epochs": 0}, "epochs must be a positive whole number"),
    ],
)
def test_bad_input_is_explained(model, images, options, words):
    with pytest.raises(ValueError, match=words):
        model.fit(images, **options)


def test_no_drawings_are_explained(model):
    with pytest.raises(ValueError, match="count must be a positive whole number"):
        model.generate(0)


def test_the_default_is_of_the_size_of_a_small_gan():
    gan = networks.dense_generator(), networks.dense_discriminator()
    weights = diffusion.denoiser().count_params()
    assert 0.5 < weights / sum(each.count_params() for each in gan) < 2
