"""The autoencoder's two losses have known values; it learns, obeys, and refuses bad input."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.data import digits
from persogan_lessons.models import autoencoders
from persogan_lessons.models.autoencoders import ConditionalVAE, dense_decoder, dense_encoder
from persogan_lessons.models.networks import mlp_generator

RANDOM = np.random.default_rng(0)
IMAGES = digits.load("train")[0][:64]
CONDITIONS = RANDOM.normal(size=(64, 3)).astype("float32")


def small_vae(seed=0, *, size=3, **options):
    keras.utils.set_random_seed(seed)
    vae = ConditionalVAE(dense_encoder(size, 4, width=32), dense_decoder(size, 4, width=32))
    vae.compile(**{"steps_per_execution": 1} | options)  # eight steps take as many times to trace
    return vae


# The two losses


@pytest.mark.parametrize(
    "mean, variance, expected",
    [(0, 1, 0), (1, 1, 0.5), (0, np.e, (np.e - 2) / 2), (-2, 0.5, (4 + 0.5 - 1 + np.log(2)) / 2)],
)
def test_kl_divergence_of_known_distributions(mean, variance, expected):
    found = autoencoders.kl_divergence(
        np.full((5, 3), mean, "float32"), np.full((5, 3), np.log(variance), "float32")
    )
    assert float(found) == pytest.approx(3 * expected, rel=1e-5)


@pytest.mark.parametrize("spread", [1e-6, 1e-3, 1, 10])
def test_kl_divergence_is_never_negative(spread):
    for log_variance in RANDOM.normal(0, spread, (100, 1, 1)).astype("float32"):
        assert float(autoencoders.kl_divergence(0 * log_variance, log_variance)) >= 0


def test_reconstruction_loss_of_known_images():
    grey, white = np.zeros((2, 28, 28, 1), "float32"), np.ones((2, 28, 28, 1), "float32")
    loss = autoencoders.reconstruction_loss
    assert float(loss(white, grey)) == pytest.approx(784 * np.log(2), rel=1e-5)
    assert float(loss(white, 0.5 * white)) == pytest.approx(-784 * np.log(0.7475), rel=1e-4)
    assert float(loss(white, white)) == pytest.approx(-784 * np.log(0.995), rel=1e-3)
    assert float(loss(white, -white)) == pytest.approx(-784 * np.log(0.005), rel=1e-3)
    half = np.concatenate([white[:1], grey[:1]])  # a mean over images
    assert float(loss(half, grey)) == pytest.approx(784 * np.log(2), rel=1e-5)


def test_the_loss_is_lowest_at_the_truth():
    truth = np.full((1, 28, 28, 1), 0.4, "float32")
    losses = [float(autoencoders.reconstruction_loss(truth, truth + off)) for off in (-0.1, 0, 0.1)]
    assert losses[1] == min(losses)


# Learning


def test_the_loss_falls_and_is_the_sum_of_its_parts():
    history = small_vae().fit(IMAGES, CONDITIONS, batch_size=16, epochs=20, verbose=0).history
    assert set(history) == {"loss", "reconstruction_loss", "kl_divergence"}
    assert history["loss"][-1] < 0.6 * history["loss"][0]
    assert min(history["kl_divergence"]) >= 0
    parts = np.add(history["reconstruction_loss"], history["kl_divergence"])
    np.testing.assert_allclose(history["loss"], parts, rtol=1e-4)


def test_a_step_moves_every_weight():
    vae = small_vae()
    before = [weight.numpy() for weight in vae.trainable_weights]
    vae.fit(IMAGES, CONDITIONS, batch_size=64, verbose=0)
    for old, weight in zip(before, vae.trainable_weights, strict=True):
        assert not np.array_equal(old, weight.numpy()), weight.path


def test_conditions_are_obeyed():
    """Two conditions, two images: each draws its own."""
    pair = IMAGES[:2]
    which = np.tile([0, 1], 64)
    conditions = np.eye(2, dtype="float32")[which]
    vae = small_vae(size=2, optimizer=keras.optimizers.Adam(1e-2))
    vae.fit(pair[which], conditions, batch_size=32, epochs=30, verbose=0)
    for number in (0, 1):
        drawn = vae.generate(conditions[which == number][:20], seed=1)
        apart = [np.abs(drawn - image).mean() for image in pair]
        assert apart[number] < 0.1 and apart[1 - number] > 0.2


def test_the_code_tells_images_of_one_condition_apart():
    """An image is drawn again from its own code far better than from another's."""
    vae = small_vae(optimizer=keras.optimizers.Adam(5e-3))
    conditions = np.zeros((64, 3), "float32")
    many = np.tile(IMAGES, (25, 1, 1, 1)), np.tile(conditions, (25, 1))
    vae.fit(*many, batch_size=32, epochs=4, verbose=0)
    code = vae.encoder([IMAGES, conditions])[0]
    own = autoencoders.reconstruction_loss(IMAGES, vae([code, conditions]))
    other = autoencoders.reconstruction_loss(IMAGES, vae([tf.roll(code, 1, 0), conditions]))
    assert float(own) < 0.7 * float(other)


# Drawing


def test_the_same_seed_gives_the_same_images(monkeypatch):
    vae = small_vae()
    images = vae.generate(CONDITIONS, seed=1)
    assert images.shape == (64, 28, 28, 1) and images.dtype == np.float32
    assert np.abs(images).max() <= 1
    np.testing.assert_array_equal(images, vae.generate(CONDITIONS, seed=1))
    assert not np.array_equal(images, vae.generate(CONDITIONS, seed=2))
    assert not np.array_equal(vae.generate(CONDITIONS), vae.generate(CONDITIONS))
    monkeypatch.setattr("persogan_lessons.models.gan.GENERATE_AT_ONCE", 10)
    np.testing.assert_allclose(vae.generate(CONDITIONS, seed=1), images, atol=1e-5)


def test_the_same_seed_gives_the_same_training():
    runs = [
        small_vae(seed=3).fit(IMAGES, CONDITIONS, epochs=2, verbose=0).history["loss"]
        for _ in range(2)
    ]
    np.testing.assert_allclose(*runs, rtol=1e-5)


# Keras's habits


def test_callbacks_datasets_and_validation(tmp_path):
    vae = small_vae(steps_per_execution=3)
    path = tmp_path / "{epoch}.weights.h5"
    saver = keras.callbacks.ModelCheckpoint(str(path), save_weights_only=True)
    batches = tf.data.Dataset.from_tensor_slices((IMAGES, CONDITIONS)).batch(16)
    history = vae.fit(batches, epochs=2, verbose=0, callbacks=[saver], validation_data=batches)
    assert len(list(tmp_path.iterdir())) == 2
    assert {"val_loss", "val_kl_divergence"} <= set(history.history)
    found = vae.evaluate(IMAGES, CONDITIONS, verbose=0, return_dict=True)
    assert found["loss"] == pytest.approx(history.history["val_loss"][-1], rel=0.02)  # other noise


def test_weights_travel(tmp_path):
    vae, other = small_vae(), small_vae(seed=1)
    vae.fit(IMAGES, CONDITIONS, verbose=0)
    vae.save_weights(tmp_path / "vae.weights.h5")
    other.load_weights(tmp_path / "vae.weights.h5")
    np.testing.assert_array_equal(
        vae.generate(CONDITIONS, seed=0), other.generate(CONDITIONS, seed=0)
    )


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        vae = small_vae()
        history = vae.fit(IMAGES, CONDITIONS, batch_size=16, epochs=10, verbose=0).history
    finally:
        keras.config.set_dtype_policy(before)
    assert history["loss"][-1] < 0.8 * history["loss"][0]
    assert vae.generate(CONDITIONS).dtype == np.float32


# Bad input


@pytest.mark.parametrize(
    "images, conditions, message",
    [
        (IMAGES[..., 0], CONDITIONS, r"shape \(n, 28, 28, 1\).*got \(64, 28, 28\)"),
        ((IMAGES + 1) * 127.5, CONDITIONS, r"span \[-1, 1\].*127.5"),
        (np.where(IMAGES > 0, np.nan, IMAGES), CONDITIONS, "NaN or infinite pixels"),
        (IMAGES, None, r"shape \(n, 3\).*got object of shape \(\)"),
        (IMAGES, CONDITIONS[:10], "each image needs its condition; got 64 images and 10"),
        (IMAGES, CONDITIONS[:, :2], r"shape \(n, 3\).*got float32 of shape \(64, 2\)"),
        (IMAGES, CONDITIONS[0], r"shape \(n, 3\).*condition\[None\]"),
        (IMAGES, CONDITIONS.astype(str), r"must be numbers"),
        (IMAGES, np.full((64, 3), np.inf), "conditions contain NaN or infinity"),
    ],
)
def test_bad_examples_are_refused_before_training(images, conditions, message):
    vae = small_vae()
    before = vae.generate(CONDITIONS, seed=0)
    with pytest.raises(ValueError, match=message):
        vae.fit(images, conditions, verbose=0)
    np.testing.assert_array_equal(vae.generate(CONDITIONS, seed=0), before)


@pytest.mark.parametrize("value", [-1, 0, 2.5, True])
def test_a_count_that_is_none_is_refused(value):
    with pytest.raises(ValueError, match="epochs must be a positive whole number"):
        small_vae().fit(IMAGES, CONDITIONS, epochs=value)


@pytest.mark.parametrize("condition", [CONDITIONS[0], CONDITIONS[:0], CONDITIONS[:, :2], 3])
def test_generate_refuses_what_is_no_condition(condition):
    with pytest.raises(ValueError, match=r"shape \(n, 3\), n at least 1"):
        small_vae().generate(condition)


@pytest.mark.parametrize(
    "encoder, decoder, message",
    [
        (dense_encoder(3, 4, width=8), dense_decoder(3, 5, width=8), r"noise shape \(5,\)"),
        (dense_encoder(2, 4, width=8), dense_decoder(3, 4, width=8), r"\(2,\), but .* of \(3,\)"),
        (dense_encoder(3, 4, width=8), mlp_generator(4, width=8), r"decoder must take two inputs"),
        (mlp_generator(4, width=8), dense_decoder(3, 4, width=8), r"encoder must take two inputs"),
    ],
)
def test_networks_that_do_not_fit_are_refused(encoder, decoder, message):
    with pytest.raises(ValueError, match=message):
        ConditionalVAE(encoder, decoder)


def test_sure_pixels_cost_a_finite_number_in_bfloat16():
    ink = tf.ones((2, 28, 28, 1), tf.bfloat16)
    for drawn in (ink, -ink):
        assert np.isfinite(float(autoencoders.reconstruction_loss(ink, drawn)))
