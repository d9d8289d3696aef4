"""Batches from memory: each example once an epoch, and no wait at the end of one."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.models import batches


class Recorder(batches.Model):
    """Learns nothing, and keeps what it is shown."""

    def __init__(self):
        super().__init__()
        self.seen = []
        self.compile(run_eagerly=True)

    def train_step(self, data):
        self.seen.append(keras.tree.map_structure(np.asarray, data))
        return {"loss": tf.constant(0.0)}


def shown(*arrays, **options):
    model = Recorder()
    model.fit(*arrays, verbose=0, **options)
    return model.seen


NUMBERS = np.arange(10.0)  # float64


def test_each_epoch_shows_every_example_once_in_another_order():
    seen = shown(NUMBERS, batch_size=4, epochs=2)
    assert [len(each) for each in seen] == [4, 4, 2] * 2
    first, second = np.concatenate(seen[:3]), np.concatenate(seen[3:])
    np.testing.assert_array_equal(np.sort(first), NUMBERS)
    np.testing.assert_array_equal(np.sort(second), NUMBERS)
    assert not np.array_equal(first, second)


def test_a_seed_fixes_the_order():
    orders = []
    for seed in (1, 1, 2):
        keras.utils.set_random_seed(seed)
        orders.append(np.concatenate(shown(NUMBERS, batch_size=4, epochs=2)))
    np.testing.assert_array_equal(orders[0], orders[1])
    assert not np.array_equal(orders[0], orders[2])


def test_unshuffled_is_in_order():
    np.testing.assert_array_equal(np.concatenate(shown(NUMBERS, shuffle=False)), NUMBERS)


def test_batches_are_of_32_as_in_keras():
    assert [len(each) for each in shown(np.zeros(40))] == [32, 8]


def test_arrays_stay_side_by_side():
    for x, y in shown(NUMBERS, 10 * NUMBERS, batch_size=3):
        np.testing.assert_array_equal(10 * x, y)


def test_floats_become_float32_and_whole_numbers_stay():
    ((x, y),) = shown(NUMBERS, np.arange(10))
    assert (x.dtype, y.dtype) == ("float32", "int64")


def test_keras_knows_how_many_batches_there_are():
    data = batches.in_memory(((NUMBERS, NUMBERS),), tf.data.Dataset.range(10).batch(4))
    assert len(data) == 3


def test_a_dataset_keeps_its_own_batches_and_order():
    data = tf.data.Dataset.range(6).batch(2).map(lambda each: tf.cast(each, "float32"))
    np.testing.assert_array_equal(np.concatenate(shown(data)), np.arange(6))


@pytest.mark.parametrize("some", [NUMBERS, tf.data.Dataset.range(4)], ids=["array", "Dataset"])
def test_nothing_looks_for_a_faster_pipeline(some, monkeypatch):
    given = []
    monkeypatch.setattr(keras.Model, "fit", lambda self, x, **options: given.append(x))
    Recorder().fit(some)
    assert given[0].options().autotune.enabled is False


class Traced(batches.Model):
    """Counts how often TensorFlow traces its step."""

    def __init__(self, *, ready):
        super().__init__()
        self.network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        self.traces, self.built = 0, True
        self.compile(ready("adam", self.network), loss="mse", jit_compile=False)

    def call(self, inputs):
        return self.network(inputs)

    def train_step(self, data):
        self.traces += 1
        return super().train_step(data)


@pytest.mark.parametrize(("ready", "traces"), [(batches.ready, 1), (lambda name, _: name, 2)])
def test_a_step_is_traced_once_where_its_optimizer_is_ready(ready, traces):
    model = Traced(ready=ready)
    model.fit(NUMBERS[:, None], NUMBERS[:, None], epochs=2, verbose=0)
    assert model.traces == traces


def test_an_optimizer_is_named_or_given_and_learns_as_before():
    losses = []
    for optimizer in ("sgd", keras.optimizers.SGD()):
        keras.utils.set_random_seed(0)
        network = keras.Sequential([keras.Input((1,)), keras.layers.Dense(1)])
        network.compile(batches.ready(optimizer, network), loss="mse")
        losses.append(network.fit(NUMBERS[:, None], NUMBERS, verbose=0).history["loss"])
    assert losses[0] == losses[1]
    with pytest.raises(ValueError, match="adamm"):
        batches.ready("adamm", network)
