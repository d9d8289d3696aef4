"""What is written down of an attempt, whatever the function does."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.course import attempts

INPUTS = {"one": np.float32([1, 2]), "two": np.float32([3, 4])}


def test_what_is_returned():
    found = attempts.outcome(attempts.returned, lambda one, two: one + two, inputs=INPUTS)
    assert found["value"].dtype == "float64" and found["value"].tolist() == [4, 6]


def test_a_loss_and_its_gradients():
    found = attempts.outcome(attempts.slopes, lambda a, b: tf.reduce_sum(a * a), inputs=INPUTS)
    assert found["value"] == 5 and found["gradient of one"].tolist() == [2, 4]
    assert found["gradient of two"] is None


@pytest.mark.parametrize("number", [3.0, np.float32(3), 3])
def test_a_plain_number_has_no_gradient(number):
    found = attempts.outcome(attempts.slopes, lambda a, b: number, inputs=INPUTS)
    assert found["value"] == 3 and found["gradient of one"] is found["gradient of two"] is None


def test_words_for_each_example():
    found = attempts.outcome(
        attempts.words, lambda a, b: "even" if b % 2 == 0 else "odd", inputs=INPUTS
    )
    assert found == {"example 1": "odd", "example 2": "even"}


def test_how_far_players_move():
    inputs = {"noise": np.ones((2, attempts.NOISE_SIZE), "float32")}
    inputs |= attempts.player_weights(np.random.default_rng(0))

    def nudge(noise, generator, discriminator, optimizer):
        assert isinstance(optimizer, keras.optimizers.Optimizer) and noise.shape == (2, 3)
        generator.weights[0].assign_add(tf.ones((3, 784)))

    found = attempts.outcome(attempts.update, nudge, inputs=inputs)
    assert np.allclose(found["generator"][: 3 * 784], 1, atol=1e-6)
    assert not found["generator"][3 * 784 :].any() and not found["discriminator"].any()


@pytest.mark.parametrize(
    "failing, words",
    [
        (lambda a, b: 1 / 0, "ZeroDivisionError"),
        (lambda a: a, "positional argument"),
        (lambda a, b: exit(), "SystemExit"),
        (lambda a, b: object(), "TypeError"),
        (tf.function(lambda a, b: a.nothing), "nothing"),
    ],
)
def test_a_failure_is_told_in_a_line(failing, words):
    found = attempts.outcome(attempts.slopes, failing, inputs=INPUTS)
    assert list(found) == ["error"] and words in found["error"] and "\n" not in found["error"]


def test_half_precision_is_off_for_the_attempt_only():
    def option():
        return tf.config.optimizer.get_experimental_options().get(attempts.BFLOAT16)

    tf.config.optimizer.set_experimental_options({attempts.BFLOAT16: True})
    found = attempts.outcome(attempts.returned, lambda a, b: float(option()), inputs=INPUTS)
    assert found["value"] == 0 and option() is True
