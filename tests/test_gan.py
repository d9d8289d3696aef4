"""The game: each step moves its own player, `fit` is Keras's, and bad input is refused in time."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models import encoders, losses
from persogan_lessons.models.gan import GAN, ConditionalGAN, twice
from persogan_lessons.models.networks import (
    conditional_discriminator,
    conditional_generator,
    mlp_discriminator,
    mlp_generator,
    weighing_discriminator,
)

IMAGES = np.random.default_rng(0).uniform(-1, 1, (64, 28, 28, 1)).astype("float32")


def small_gan(seed=0, **options):
    keras.utils.set_random_seed(seed)
    gan = GAN(mlp_generator(noise_size=8, width=16), mlp_discriminator(width=16))
    gan.compile(**options)
    return gan


def weights_of(network):
    return [weight.numpy() for weight in network.weights]


def moved(before, network):
    pairs = zip(before, weights_of(network), strict=True)
    return [not np.array_equal(old, new) for old, new in pairs]


@pytest.mark.parametrize("step", ["discriminator_step", "generator_step"])
def test_a_step_moves_every_weight_of_its_player_and_none_of_the_other(step):
    gan = small_gan()
    players = [gan.discriminator, gan.generator]
    mover, rester = players if step == "discriminator_step" else players[::-1]
    before = weights_of(mover), weights_of(rester)
    getattr(gan, step)(IMAGES if step == "discriminator_step" else len(IMAGES))
    assert all(moved(before[0], mover))
    assert not any(moved(before[1], rester))


def test_fit_equals_the_loop_written_by_hand():
    """20 steps of `fit` against the same sums in plain TensorFlow and Keras, in float32."""
    gan, by_hand = small_gan(), small_gan()
    noise = tf.random.stateless_normal((20, 64, 8), seed=(1, 2))
    gan.sample_noise = lambda count: tf.gather(noise, gan.generator_optimizer.iterations.value)
    history = gan.fit(IMAGES, batch_size=64, epochs=20, verbose=0, shuffle=False).history

    adams = [keras.optimizers.Adam(1e-3, beta_1=0.5) for _ in range(2)]
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    generator, discriminator = by_hand.generator, by_hand.discriminator
    losses_by_hand = []
    for step in range(20):
        with tf.GradientTape() as d_tape, tf.GradientTape() as g_tape:
            fake = discriminator(generator(noise[step]))
            real = discriminator(IMAGES)
            d_loss = cross_entropy(tf.ones((64, 1)), real) + cross_entropy(tf.zeros((64, 1)), fake)
            g_loss = cross_entropy(tf.ones((64, 1)), fake)
        d_gradients = d_tape.gradient(d_loss, discriminator.trainable_variables)
        g_gradients = g_tape.gradient(g_loss, generator.trainable_variables)
        adams[0].apply(d_gradients, discriminator.trainable_variables)
        adams[1].apply(g_gradients, generator.trainable_variables)
        losses_by_hand.append((float(d_loss), float(g_loss)))

    found = list(zip(history["discriminator_loss"], history["generator_loss"], strict=True))
    np.testing.assert_allclose(found, losses_by_hand, atol=1e-4)
    assert abs(found[-1][0] - found[0][0]) > 0.01  # else equal losses would prove nothing
    for mine, expected in zip(weights_of(gan.generator), weights_of(generator), strict=True):
        np.testing.assert_allclose(mine, expected, atol=1e-5)


def test_a_simultaneous_step_is_both_half_steps_taken_from_the_same_place():
    together, discriminator_alone, generator_alone = small_gan(), small_gan(), small_gan()
    noise = tf.random.stateless_normal((64, 8), seed=(1, 2))
    for gan in (together, discriminator_alone, generator_alone):
        gan.sample_noise = lambda count: noise
    together.simultaneous_step(IMAGES)
    discriminator_alone.discriminator_step(IMAGES)
    generator_alone.generator_step(64)
    pairs = [
        *zip(
            together.discriminator.weights, discriminator_alone.discriminator.weights, strict=True
        ),
        *zip(together.generator.weights, generator_alone.generator.weights, strict=True),
    ]
    for mine, expected in pairs:
        np.testing.assert_allclose(mine.numpy(), expected.numpy(), atol=1e-6)


def test_a_penalty_is_the_discriminators_alone():
    """It moves the discriminator and leaves the generator's move as it was."""

    def distance_to_fakes(discriminator, real_images, *, fake_images):
        return 10 * tf.reduce_mean(discriminator(fake_images) ** 2)

    noise = tf.random.stateless_normal((64, 8), seed=(1, 2))
    free, held = small_gan(), small_gan(penalty=distance_to_fakes)
    for gan in (free, held):
        gan.sample_noise = lambda count: noise
    (free_loss, _), (held_loss, _) = (gan.simultaneous_step(IMAGES) for gan in (free, held))
    assert held_loss > free_loss
    for mine, expected in zip(weights_of(held.generator), weights_of(free.generator), strict=True):
        np.testing.assert_array_equal(mine, expected)
    assert any(moved(weights_of(free.discriminator), held.discriminator))


def test_the_discriminator_learns_to_tell_and_the_generator_to_fool():
    """Against a resting opponent each player's loss falls; on 5 seeds by a third and more."""
    gan = small_gan(discriminator_optimizer=keras.optimizers.Adam(1e-2))
    falls = [float(gan.discriminator_step(IMAGES)) for _ in range(20)]
    assert falls[-1] < 0.7 * falls[0]
    gan.compile(generator_optimizer=keras.optimizers.Adam(1e-2))
    falls = [float(gan.generator_step(64)) for _ in range(20)]
    assert falls[-1] < 0.7 * falls[0]


@pytest.mark.parametrize(
    "options", [{"jit_compile": True}, {"steps_per_execution": 4}, {"run_eagerly": True}]
)
def test_keras_options_of_compile(options):
    gan = small_gan(**options)
    history = gan.fit(IMAGES, batch_size=16, epochs=2, verbose=0).history
    assert set(history) == {"discriminator_loss", "generator_loss"}
    assert np.isfinite([history[name] for name in history]).all()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_trains_both_players(policy):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy)
    try:
        gan = small_gan()
        weights = weights_of(gan.generator), weights_of(gan.discriminator)
        gan.fit(IMAGES, batch_size=16, epochs=3, verbose=0)
    finally:
        keras.config.set_dtype_policy(before)
    scaled = isinstance(gan.generator_optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (policy == "mixed_float16")
    assert all(moved(weights[0], gan.generator)) and all(moved(weights[1], gan.discriminator))


def test_loss_scaling_changes_no_step():
    """A gradient scaled up and down again is the same gradient."""
    plain, scaled = small_gan(), small_gan()
    scaled.discriminator_optimizer = keras.optimizers.LossScaleOptimizer(
        keras.optimizers.Adam(1e-3, beta_1=0.5)
    )
    scaled.discriminator_optimizer.build(scaled.discriminator.trainable_variables)
    for gan in (plain, scaled):
        keras.utils.set_random_seed(1)
        gan.sample_noise = lambda count: tf.ones((count, 8))
        gan.discriminator_step(IMAGES)
    for a, b in zip(weights_of(plain.discriminator), weights_of(scaled.discriminator), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_callbacks_and_datasets(tmp_path):
    gan = small_gan()
    path = tmp_path / "{epoch}.weights.h5"
    saver = keras.callbacks.ModelCheckpoint(str(path), save_weights_only=True)
    stopper = keras.callbacks.EarlyStopping("generator_loss", mode="min", start_from_epoch=100)
    batches = tf.data.Dataset.from_tensor_slices(IMAGES).batch(16)
    gan.fit(batches, epochs=2, verbose=0, callbacks=[saver, stopper])
    assert sorted(p.name for p in tmp_path.iterdir()) == ["1.weights.h5", "2.weights.h5"]
    gan.fit(batches.map(lambda images: (images, tf.zeros(16))), verbose=0)  # labels are not needed


def test_weights_travel_and_training_goes_on(tmp_path):
    gan, other = small_gan(), small_gan(seed=1)
    for model in (gan, other):
        model.sample_noise = lambda count: tf.ones((count, 8))
    gan.fit(IMAGES, batch_size=16, verbose=0)
    gan.save_weights(tmp_path / "gan.weights.h5")
    other.load_weights(tmp_path / "gan.weights.h5")
    np.testing.assert_array_equal(gan.generate(3, seed=0), other.generate(3, seed=0))
    for model in (gan, other):
        model.fit(IMAGES, batch_size=64, shuffle=False, verbose=0)
    np.testing.assert_allclose(gan.generate(3, seed=0), other.generate(3, seed=0), atol=1e-6)


def test_the_same_seed_gives_the_same_training():
    runs = []
    for _ in range(2):
        gan = small_gan(seed=3)
        runs.append(gan.fit(IMAGES, batch_size=16, epochs=2, verbose=0).history["generator_loss"])
    np.testing.assert_allclose(*runs, rtol=1e-5)


def test_generate():
    gan = small_gan()
    images = gan.generate(1203, seed=1)
    assert images.shape == (1203, 28, 28, 1) and images.dtype == np.float32
    assert np.abs(images).max() <= 1
    np.testing.assert_array_equal(images, gan.generate(1203, seed=1))
    assert not np.array_equal(images, gan.generate(1203, seed=2))
    assert not np.array_equal(gan.generate(4), gan.generate(4))


def test_the_minimax_loss_can_be_chosen():
    gan = small_gan(generator_loss=losses.minimax_generator_loss)
    assert gan.fit(IMAGES, verbose=0).history["generator_loss"][0] < 0


WITH_NAN = IMAGES.copy()
WITH_NAN[3, 4, 5] = np.nan


@pytest.mark.parametrize(
    "images, message",
    [
        (IMAGES[..., 0], r"shape \(n, 28, 28, 1\).*got \(64, 28, 28\)"),
        (IMAGES.reshape(-1, 784), r"shape \(n, 28, 28, 1\).*got \(64, 784\)"),
        (IMAGES[:0], r"n at least 1; got \(0, 28, 28, 1\)"),
        (np.zeros((4, 28, 28, 1), "uint8"), r"float32 in \[-1, 1\]; got uint8.*127.5"),
        ((IMAGES + 1) * 127.5, r"span \[-1, 1\].*got \[0.*, 25.*127.5"),
        ((IMAGES + 1) / 2, r"span \[-1, 1\].*\* 2 - 1"),
        (WITH_NAN, "NaN or infinite"),
        (tf.data.Dataset.from_tensor_slices(IMAGES[..., 0]).batch(8), r"\(batch, 28, 28, 1\)"),
        ("digits", "real images must"),
    ],
)
def test_bad_images_are_refused_before_training(images, message):
    gan = small_gan()
    before = weights_of(gan.generator)
    with pytest.raises(ValueError, match=message):
        gan.fit(images, verbose=0)
    assert not any(moved(before, gan.generator))


@pytest.mark.parametrize("name", ["epochs", "batch_size", "steps_per_epoch"])
@pytest.mark.parametrize("value", [-1, 0, 2.5, "many", True])
def test_a_count_that_is_none_is_refused(name, value):
    with pytest.raises(ValueError, match=f"{name} must be a positive whole number"):
        small_gan().fit(IMAGES, **{name: value})


def test_generate_refuses_what_is_no_count():
    with pytest.raises(ValueError, match="count must be a positive whole number; got -3"):
        small_gan().generate(-3)


def test_players_that_do_not_fit_are_refused():
    flat = keras.Sequential([keras.Input((8,)), keras.layers.Dense(784)])
    with pytest.raises(ValueError, match=r"makes images of shape \(784,\).*takes \(28, 28, 1\)"):
        GAN(flat, mlp_discriminator(width=16))
    two_scores = keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(2)]
    )
    with pytest.raises(ValueError, match="one logit for each image"):
        GAN(mlp_generator(width=16), two_scores)


def test_one_optimizer_for_both_players_is_refused():
    adam = keras.optimizers.Adam()
    with pytest.raises(ValueError, match="an optimizer of its own"):
        small_gan(generator_optimizer=adam, discriminator_optimizer=adam)


# ---- a condition is a vector ---------------------------------------------------------------------

LABELS = np.eye(2, dtype="float32")[np.arange(64) % 2]


def small_conditional(seed=0, encoder=None, **options):
    keras.utils.set_random_seed(seed)
    players = conditional_generator(2, 4, width=16), conditional_discriminator(2, width=16)
    gan = ConditionalGAN(*players, encoder=encoder)
    gan.compile(**options)
    return gan


def without_noise(layer):
    """For `clone_model`: the same layer, or nothing in place of one that draws at random."""
    noisy = isinstance(layer, keras.layers.GaussianNoise)
    return keras.layers.Identity() if noisy else layer.__class__.from_config(layer.get_config())


def small_encoder():
    return keras.Sequential([keras.Input((3, 5)), keras.layers.Flatten(), keras.layers.Dense(2)])


@pytest.mark.parametrize("mode_seeking, mismatch", [(0.0, 0.0), (2.0, 0.5)])
def test_a_conditional_step_equals_the_losses_written_by_hand(mode_seeking, mismatch):
    gan = small_conditional(mode_seeking=mode_seeking, mismatch=mismatch)
    noise = tf.random.stateless_normal((64, 4), seed=(1, 2))
    gan.sample_noise = lambda count: noise

    judge = keras.models.clone_model(gan.discriminator, clone_function=without_noise)
    judge.set_weights(gan.discriminator.get_weights())
    gan.discriminator = judge
    gan.judge = judge
    gan.discriminator_optimizer = keras.optimizers.SGD(0.0)
    generator = keras.models.clone_model(gan.generator)
    generator.set_weights(gan.generator.get_weights())
    gan.generator_optimizer = keras.optimizers.SGD(0.0)

    images, labels = tf.constant(IMAGES), tf.constant(LABELS)
    d_loss, g_loss = gan.simultaneous_step((images, labels))
    asked = tf.gather(labels, np.arange(64) // 2 * 2)
    fakes = generator([noise, asked], training=True)
    real, fake = judge([images, labels]), judge([fakes, asked])
    wrong = judge([images, tf.roll(labels, 1, 0)])
    softplus = keras.ops.softplus
    by_hand = (
        np.mean(softplus(-real)) + np.mean(softplus(fake)) + mismatch * np.mean(softplus(wrong))
    )
    np.testing.assert_allclose(d_loss, by_hand, rtol=1e-5)
    variety = np.mean([np.abs(fakes[at] - fakes[at + 1]) for at in range(0, 64, 2)])
    by_hand = np.mean(softplus(-fake)) - mode_seeking * variety
    np.testing.assert_allclose(g_loss, by_hand, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("mode_seeking", [0.0, 2.0])
def test_variety_costs_no_pass_of_its_own(mode_seeking, monkeypatch):
    gan = small_conditional(mode_seeking=mode_seeking)
    draw, drawn = gan.generator.call, []
    monkeypatch.setattr(
        gan.generator, "call", lambda *given, **how: drawn.append(1) or draw(*given, **how)
    )
    gan.simultaneous_step((tf.constant(IMAGES), tf.constant(LABELS)))
    assert len(drawn) == 1


@pytest.mark.parametrize("count, asked", [(4, [0, 0, 2, 2]), (5, [0, 0, 2, 2, 4]), (1, [0])])
def test_every_second_condition_is_asked_for_twice(count, asked):
    np.testing.assert_array_equal(twice(np.arange(count)[:, None])[:, 0], asked)


@pytest.mark.parametrize("count, differences", [(4, [1, 5]), (5, [1, 5]), (1, [0])])
def test_variety_is_a_mean_over_pairs_and_a_batch_of_one_has_none(count, differences):
    gan = small_conditional(mode_seeking=2.0)
    pixels = tf.constant([3.0, 2.0, -1.0, 4.0, 9.0])[:count, None, None, None]
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        pay = gan.pay_for_variety(tf.tile(pixels, (1, 28, 28, 1)))
    assert float(pay) == pytest.approx(2 * np.mean(differences))
    assert np.isfinite(tape.gradient(pay, pixels)).all()


@pytest.mark.parametrize("count", [63, 65, 1])
def test_batches_that_are_odd_or_of_one_train(count):
    gan = small_conditional()
    images, labels = (np.resize(each, (count, *each.shape[1:])) for each in (IMAGES, LABELS))
    losses = gan.fit(images, labels, batch_size=64, epochs=2, verbose=0).history
    assert np.isfinite(losses["generator_loss"]).all()
    assert np.isfinite(np.concatenate([w.ravel() for w in weights_of(gan.generator)])).all()


def test_each_optimizer_moves_its_own_and_the_encoder_is_the_discriminators():
    gan = small_conditional(encoder=small_encoder())
    given = np.random.default_rng(1).normal(size=(64, 3, 5)).astype("float32")
    rate = gan.generator_optimizer.learning_rate
    for resting, moving in (("generator", "encoder"), ("encoder", "generator")):
        stopped = f"{'generator' if resting == 'generator' else 'discriminator'}_optimizer"
        getattr(gan, stopped).learning_rate = 0.0
        before = {name: weights_of(getattr(gan, name)) for name in ("generator", "encoder")}
        gan.simultaneous_step((tf.constant(IMAGES), tf.constant(given)))
        assert any(moved(before[moving], getattr(gan, moving)))
        trained = [w.numpy() for w in getattr(gan, resting).trainable_variables]
        kept = [w for w in before[resting] if any(np.array_equal(w, t) for t in trained)]
        assert len(kept) >= len(trained)
        getattr(gan, stopped).learning_rate = float(rate)


def test_the_condition_is_obeyed_on_a_toy():
    """Dark images for one condition, light ones for the other, told apart after some epochs."""
    random = np.random.default_rng(0)
    images = np.repeat([-0.6, 0.6], 128)[:, None, None, None] + 0.2 * random.normal(
        size=(256, 28, 28, 1)
    )
    labels = np.eye(2)[np.repeat([0, 1], 128)]
    gan = small_conditional()
    gan.fit(images.clip(-1, 1).astype("float32"), labels, batch_size=32, epochs=25, verbose=0)
    light = gan.generate(np.eye(2)[np.repeat([0, 1], 50)], seed=0).mean((1, 2, 3))
    assert light[50:].mean() - light[:50].mean() > 0.6


def test_conditional_arrays_and_datasets_train_alike():
    runs = []
    for data in ((IMAGES, LABELS), None):
        gan = small_conditional(seed=3)
        if data is None:
            pairs = tf.data.Dataset.from_tensor_slices((IMAGES, LABELS)).batch(16)
            history = gan.fit(pairs, epochs=2, verbose=0).history
        else:
            history = gan.fit(*data, batch_size=16, epochs=2, verbose=0, shuffle=False).history
        runs.append(history["generator_loss"])
    np.testing.assert_allclose(*runs, rtol=1e-4)


def test_a_conditional_gan_generates_and_travels(tmp_path):
    gan = small_conditional(encoder=small_encoder())
    images = gan.generate(np.tile(LABELS, (10, 1)), seed=1)
    assert images.shape == (640, 28, 28, 1) and images.dtype == np.float32
    np.testing.assert_array_equal(images, gan.generate(np.tile(LABELS, (10, 1)), seed=1))
    assert not np.array_equal(gan.generate(LABELS), gan.generate(LABELS))
    gan.save_weights(tmp_path / "gan.weights.h5")
    other = small_conditional(seed=5, encoder=small_encoder())
    other.load_weights(tmp_path / "gan.weights.h5")
    for name in ("generator", "averaged_generator", "discriminator", "encoder"):
        for a, b in zip(*(weights_of(getattr(g, name)) for g in (gan, other)), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "given, message",
    [
        (None, r"shape \(n, 2\).*np\.eye"),
        (LABELS[:, 0], r"shape \(n, 2\).*got float32 of shape \(64,\)"),
        (LABELS[:9], "got 64 images and 9"),
        (np.full((64, 2), np.nan), "NaN or infinity"),
        (np.full((64, 2), "three"), "must be numbers"),
    ],
)
def test_bad_conditions_are_refused_before_training(given, message):
    gan = small_conditional()
    before = weights_of(gan.generator)
    with pytest.raises(ValueError, match=message):
        gan.fit(IMAGES, given, verbose=0)
    assert not any(moved(before, gan.generator))


def test_players_without_a_condition_or_with_two_kinds_are_refused():
    with pytest.raises(ValueError, match="the generator of a ConditionalGAN needs two inputs"):
        ConditionalGAN(mlp_generator(8, width=16), conditional_discriminator(2, width=16))
    with pytest.raises(ValueError, match=r"must agree on the condition.*\(2,\), \(3,\)"):
        ConditionalGAN(conditional_generator(2, 4, width=8), conditional_discriminator(3, width=8))


# ---- a history is a condition --------------------------------------------------------------------


def small_history_gan(**options):
    keras.utils.set_random_seed(0)
    image = keras.Input((28, 28, 1))
    reader = keras.Model(image, keras.layers.Flatten()(keras.layers.AveragePooling2D(7)(image)))
    gan = ConditionalGAN(
        conditional_generator(12, 4, width=8),
        weighing_discriminator(12, width=8),
        encoder=encoders.attention_encoder(16, units=8),
        reader=reader,
    )
    gan.compile(**options)
    return gan


def test_a_contrast_is_the_cross_entropy_of_whose_image_it_is():
    gan = small_history_gan(contrast=0.7)
    weights = gan.compared.get_weights()
    gan.compared = keras.models.clone_model(gan.compared, clone_function=without_noise)
    gan.compared.set_weights(weights)
    tastes = np.abs(np.random.default_rng(0).normal(size=(8, 12))).astype("float32")
    tastes[:, :10] *= 5 / tastes[:, :10].sum(1, keepdims=True)
    layer = gan.discriminator.get_layer("suits")
    suits = keras.Model(gan.discriminator.inputs, layer.output)
    logits = np.stack([suits([IMAGES[:8], tastes[[j] * 8]])[:, 0] for j in range(8)], axis=1)
    own = np.diag(logits) - np.log(np.exp(logits).sum(1))
    loss = gan.pairing_loss(tf.constant(IMAGES[:8]), tf.constant(tastes))
    np.testing.assert_allclose(loss, -0.7 * own.mean(), rtol=1e-4)


def test_a_contrast_needs_a_discriminator_that_can_compare():
    with pytest.raises(ValueError, match='layer "suits".*weighing_discriminator'):
        small_conditional(contrast=1.0)


def test_an_encoded_history_ends_with_its_newest_click():
    gan = small_history_gan()
    seen = np.zeros((1, 32, 16), "float32")
    seen[0, 29:] = gan.reader(IMAGES[:3])
    np.testing.assert_allclose(gan.encode(IMAGES[:3]), gan.encoder(seen)[0], atol=1e-6)
    nobody = gan.encode(IMAGES[:0])
    np.testing.assert_allclose(nobody, gan.encoder(0 * seen)[0], atol=1e-6)
    assert nobody.shape == (12,) and nobody.dtype == np.float32


@pytest.mark.parametrize(
    "history, message",
    [
        (IMAGES[:33], r"at most 32 images; got 33.*history\[-32:\]"),
        (IMAGES[0], r"shape \(k, 28, 28, 1\).*Nobody yet"),
        ([], r"shape \(k, 28, 28, 1\).*Nobody yet"),
        (np.full((1, 28, 28, 1), "3"), r"must have shape"),
        (IMAGES[:2] * np.nan, "finite and in"),
        (127.5 * (IMAGES[:2] + 1), r"in \[-1, 1\].*images / 127.5 - 1"),
    ],
)
def test_a_bad_history_gets_one_clear_error(history, message):
    with pytest.raises(ValueError, match=message):
        small_history_gan().encode(history)


def test_a_gan_without_a_reader_cannot_encode():
    with pytest.raises(TypeError, match="a reader and an encoder"):
        small_conditional().encode(IMAGES[:2])


def test_an_encoder_learns_from_later_clicks_whom_it_has_before_it():
    """Two kinds of people, who click on dark or on light images: it tells them apart."""
    random = np.random.default_rng(0)
    light = np.repeat([-0.5, 0.5], 40)[:, None, None, None]
    images = (light + 0.2 * random.normal(size=(80, 28, 28, 1))).clip(-1, 1).astype("float32")
    gan = small_history_gan(contrast=1.0)
    features = np.asarray(gan.reader(images))
    kinds = np.arange(60) % 2
    data = encoders.episodes(
        images,
        features,
        histories=40 * kinds[:, None] + random.integers(40, size=(60, 32)),
        later=40 * kinds[:, None] + random.integers(40, size=(60, 4)),
        batch_size=32,
    )
    gan.fit(data, steps_per_epoch=100, epochs=1, verbose=0)
    means = [gan.encode(images[40 * kind : 40 * kind + 8]) for kind in (0, 1)]
    drawn = [gan.generate(np.tile(each, (30, 1)), seed=0).mean() for each in means]
    assert np.abs(means[0] - means[1]).max() > 0.3 and drawn[1] - drawn[0] > 0.2
