"""FusedAdam is Keras's Adam: same steps, state and options; a slowing one comes to rest."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models.optimizers import FusedAdam, slowing_adam


def train(optimizer, steps=10, **compile_options):
    """The weights of a small network after some steps, and the optimizer's own variables."""
    keras.utils.set_random_seed(1)
    inputs = np.random.default_rng(0).normal(size=(32, 5)).astype("float32")
    network = keras.Sequential(
        [keras.Input((5,)), keras.layers.Dense(4, "tanh"), keras.layers.Dense(1)]
    )
    network.compile(optimizer, "mse", **compile_options)
    network.fit(inputs, inputs.sum(1), batch_size=32, epochs=steps, verbose=0)
    return network.get_weights(), [np.asarray(variable) for variable in optimizer.variables]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"learning_rate": 0.1, "beta_1": 0.0, "beta_2": 0.9},
        {"learning_rate": keras.optimizers.schedules.CosineDecay(0.1, 30)},
        {"clipnorm": 0.1, "epsilon": 1e-3},
        {"weight_decay": 0.1},
    ],
)
def test_steps_are_those_of_keras(options):
    mine, expected = train(FusedAdam(**options)), train(keras.optimizers.Adam(**options))
    for found, wanted in zip(mine[0] + mine[1], expected[0] + expected[1], strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_it_works_compiled_by_xla():
    mine, expected = train(FusedAdam(), jit_compile=True), train(keras.optimizers.Adam())
    for found, wanted in zip(mine[0], expected[0], strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_it_is_saved_and_made_again_from_its_configuration():
    again = FusedAdam.from_config(FusedAdam(0.02, beta_1=0.3).get_config())
    assert float(again.learning_rate) == pytest.approx(0.02) and again.beta_1 == 0.3


def test_amsgrad_is_refused():
    with pytest.raises(ValueError, match="no amsgrad; take keras.optimizers.Adam"):
        FusedAdam(amsgrad=True)


def test_it_trains_under_a_distribution_strategy():
    """Under a strategy of `tf.distribute`, whose variables are of another kind."""
    strategy = tf.distribute.MirroredStrategy(["CPU:0"])
    with strategy.scope():
        mine = train(FusedAdam())
    for found, wanted in zip(mine[0], train(keras.optimizers.Adam())[0], strict=True):
        np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_a_slowing_adam_falls_along_a_cosine_and_ends_at_rest():
    optimizer = slowing_adam(0.1, 10)
    weight = keras.Variable(1.0)
    optimizer.build([weight])
    places = [1.0]
    for _ in range(12):
        optimizer.apply([keras.ops.ones(())], [weight])
        places.append(float(weight))
    expected = 0.05 * (1 + np.cos(np.pi * np.arange(10) / 10))  # Adam's step on a slope of 1
    np.testing.assert_allclose(-np.diff(places), [*expected, 0, 0], atol=1e-5)


def test_how_a_slowing_adam_remembers_is_a_matter_of_choice():
    assert (slowing_adam(0.1, 10).beta_1, slowing_adam(0.1, 10).beta_2) == (0.5, 0.99)
    chosen = slowing_adam(0.1, 10, beta_1=0.0, beta_2=0.999)
    assert (chosen.beta_1, chosen.beta_2) == (0.0, 0.999)


def test_two_slowing_adams_share_nothing():
    mine, yours = slowing_adam(0.1, 10), slowing_adam(0.1, 10)
    mine.iterations.assign(10)
    assert float(mine.learning_rate) == 0 and float(yours.learning_rate) == pytest.approx(0.1)
