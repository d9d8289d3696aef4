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


def test_the_gradient_of_many_numbers_does_not_cancel():
    found = attempts.outcome(attempts.slopes, lambda a, b: a - tf.reduce_mean(a), inputs=INPUTS)
    assert found["gradient of one"].tolist() == [-0.5, 0.5]


def test_truths_have_no_gradient(caplog):
    inputs = INPUTS | {"two": np.array([True, False])}
    found = attempts.outcome(
        attempts.slopes, lambda a, b: tf.reduce_sum(tf.where(b, a, 0)), inputs=inputs
    )
    assert found.keys() == {"value", "gradient of one"} and not caplog.records


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


def test_what_is_computed_of_arrays():
    def sum_of_columns(one, two):
        one += two  # its own copy
        return one.sum(0)

    inputs = {name: np.stack([each, each]) for name, each in INPUTS.items()}
    found = attempts.outcome(attempts.computed, sum_of_columns, inputs=inputs)
    assert found["value"].tolist() == [8, 12] and inputs["one"].tolist() == [[1, 2], [1, 2]]


def judged_images():
    rng = np.random.default_rng(0)
    images = rng.uniform(-1, 1, (3, 28, 28, 1)).astype("float32")
    return {"images": images, "weights": attempts.judge_weights(rng)}


def test_a_penalty_and_the_gradient_of_the_discriminator():
    inputs = judged_images()

    def mean_logit(discriminator, images):
        assert images.shape == (3, 28, 28, 1)
        return tf.reduce_mean(discriminator(images))

    found = attempts.outcome(attempts.penalty, mean_logit, inputs=inputs)
    gradient = found["gradient of the discriminator"]
    assert gradient.shape == inputs["weights"].shape and gradient[-1] == 1
    constant = attempts.outcome(attempts.penalty, lambda d, images: 3.0, inputs=inputs)
    assert constant == {"value": 3, "gradient of the discriminator": None}


def test_a_blank_image_leaves_the_discriminator_flat():
    def slope(discriminator, images):
        blank = tf.zeros_like(images)
        with tf.GradientTape() as tape:
            tape.watch(blank)
            logits = discriminator(blank)
        return tf.reduce_sum(abs(tape.gradient(logits, blank)))

    assert attempts.outcome(attempts.penalty, slope, inputs=judged_images())["value"] == 0


def test_how_far_players_with_a_condition_move():
    rng = np.random.default_rng(0)
    inputs = {"condition": np.ones((2, attempts.CONDITION_SIZE), "float32")}
    inputs |= attempts.conditional_weights(rng)

    def nudge(condition, generator, discriminator, optimizer):
        images = generator([tf.ones((2, attempts.NOISE_SIZE)), condition])
        assert discriminator([images, condition]).shape == (2, 1)
        kernel = next(each for each in discriminator.weights if each.shape == (784, 4))
        kernel.assign_add(tf.ones((784, 4)))

    found = attempts.outcome(attempts.conditional_update, nudge, inputs=inputs)
    assert np.count_nonzero(found["discriminator"]) == 4 * 784 and not found["generator"].any()


def test_what_a_function_changes_in_place_is_told():
    def doubled(one, two):
        two *= 2
        return one + two

    found = attempts.outcome(attempts.untouched, doubled, inputs=INPUTS)
    told = {name: value.tolist() for name, value in found.items()}
    assert told == {"value": [7, 10], "one afterwards": [1, 2], "two afterwards": [6, 8]}
    assert INPUTS["two"].tolist() == [3, 4]


def test_a_loss_and_the_gradient_of_its_first_input():
    found = attempts.outcome(attempts.slope, lambda a, b: tf.reduce_sum(a * a * b), inputs=INPUTS)
    assert found["value"] == 19 and found["gradient"].tolist() == [6, 16]
    for cut in (lambda a, b: tf.reduce_sum(b), lambda a, b: np.sum(a.numpy())):
        assert attempts.outcome(attempts.slope, cut, inputs=INPUTS)["gradient"] is None


def test_what_a_step_of_a_search_makes_of_noise():
    rng = np.random.default_rng(0)
    inputs = {
        "noise": np.ones((2, attempts.NOISE_SIZE), "float32"),
        "condition": np.ones((2, attempts.CONDITION_SIZE), "float32"),
    } | attempts.climb_weights(rng)

    def scores(noise, condition, generator, liking):
        with tf.GradientTape() as tape:
            tape.watch(noise)
            found = liking(generator([noise, condition]))
        assert found.shape == (2,) and tf.reduce_max(abs(found)) < 1
        assert tf.norm(tape.gradient(found, noise)) > 0
        return found

    found = attempts.outcome(attempts.climb, scores, inputs=inputs)
    assert found["value"].shape == (2,) and not found["generator"].any()

    def nudge(noise, condition, generator, liking):
        generator.weights[0].assign_add(tf.ones(generator.weights[0].shape))
        return noise

    found = attempts.outcome(attempts.climb, nudge, inputs=inputs)
    size = 784 * (attempts.NOISE_SIZE + attempts.CONDITION_SIZE)
    assert np.count_nonzero(found["generator"]) == size
