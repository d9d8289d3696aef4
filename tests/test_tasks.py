"""A task tells right from wrong, names what it can, and gives nothing of its hidden inputs away."""

import numpy as np
import pytest
import tensorflow as tf

from persogan_lessons.course import attempts, checks
from persogan_lessons.course.assignments import tasks


@tasks.task(
    lambda rng: {"numbers": rng.normal(3, 1, int(rng.integers(3, 9))).astype("float32")},
    attempts.slopes,
    read="'Means' in lesson 00",
)
def mean_square(numbers):
    return tf.reduce_mean(numbers**2)


@mean_square.mistake("cubes, not squares", read="'Powers' in lesson 00")
def _(numbers):
    return tf.reduce_mean(numbers**3)


def slope(function, numbers):
    """The gradient of a tensor, by somebody who forgot to watch it."""
    with tf.GradientTape() as tape:
        value = function(numbers)
    return tape.gradient(value, numbers)


def said(answer, **options):
    with pytest.raises(checks.CheckFailed) as caught:
        mean_square.check(answer, **options)
    return str(caught.value)


def test_a_right_answer_passes(capsys):
    mean_square.check(lambda numbers: tf.reduce_sum(numbers * numbers) / len(numbers))
    mean_square.check(lambda numbers: tf.reduce_mean(numbers * numbers), secret="words")
    assert capsys.readouterr().out == (
        "Passed: mean_square.\nPassed: mean_square, with hidden inputs too.\n"
    )


def test_a_known_mistake_is_named_with_its_section():
    message = said(lambda numbers: tf.reduce_mean(numbers * numbers * numbers))
    assert "value is" in message and "cubes, not squares" in message and "'Powers'" in message


def test_an_unknown_mistake_is_shown():
    message = said(lambda numbers: tf.reduce_mean(tf.exp(numbers)))
    assert "and should be" in message and tasks.UNKNOWN in message and "'Means'" in message


@pytest.mark.parametrize(
    "answer, words",
    [
        (lambda numbers: None, "`return` is missing"),
        (lambda numbers: numbers**2, "mean over the batch"),
        (lambda numbers: tf.reduce_mean(numbers / 0), "NaN or infinity"),
        (lambda numbers: tf.reduce_mean(numbers**2) + tf.random.uniform(()), "random"),
        (lambda numbers: tf.constant(9.0), "constant"),
        (lambda numbers: np.mean(numbers.numpy() ** 2), "cut"),
        (lambda numbers: -tf.reduce_mean(numbers**2), "sign is turned"),
        (lambda numbers: tf.reduce_mean(numbers**2) / 2, "0.5 times"),
        (lambda numbers: tf.reduce_sum(numbers**2), "sum over the batch"),
        (lambda numbers: tf.reduce_mean(numbers**2) / len(numbers), "mean over the batch"),
        (lambda numbers: tf.reduce_mean(numbers * tf.stop_gradient(numbers)), "a part is cut"),
        (lambda numbers: "nine", "another kind"),
        (lambda numbers: slope(tf.square, numbers) ** 2, "no tape watches"),
        (lambda numbers: tf.square(slope(tf.square, numbers)), "no tape watches"),
        (lambda numbers: tf.function(slope)(tf.square, numbers) + 1, "no tape watches"),
        (lambda numbers: undefined, "NameError"),  # noqa: F821
        (lambda numbers: tf.reduce_mean(numbers + tf.ones(99)), "different shapes"),
        (lambda numbers: np.mean(numbers.numpy() + np.ones(99)), "different shapes"),
        (3.0, "not a function"),
    ],
)
def test_what_can_go_wrong_anywhere_is_named(answer, words):
    assert words in said(answer)


@pytest.mark.parametrize("off", [np.median, np.max, lambda squares: 2 ** len(squares)])
def test_a_wrong_number_is_no_sum(off):
    """Any number is a multiple of another; only one by how many there are tells of a sum."""
    inputs = mean_square.inputs
    plain = tasks.Task(lambda x: np.mean(x**2), inputs, attempt=attempts.computed, read="here")
    with pytest.raises(checks.CheckFailed) as caught:
        plain.check(lambda numbers: off(numbers**2))
    assert tasks.UNKNOWN in str(caught.value)


@pytest.mark.parametrize("count", [np.size, len, lambda x: x.shape[1]])
def test_a_sum_along_any_axes_is_one(count):
    def table(rng):
        return {"table": rng.uniform(1, 2, rng.integers(2, 9, 2))}

    plain = tasks.Task(np.mean, table, attempt=attempts.computed, read="here")
    with pytest.raises(checks.CheckFailed, match="a sum over"):
        plain.check(lambda x: x.mean() * count(x))


def test_an_answer_that_changes_its_input_is_named():
    inputs = mean_square.inputs
    plain = tasks.Task(lambda x: np.mean(x**2), inputs, attempt=attempts.untouched, read="here")
    with pytest.raises(checks.CheckFailed, match="numbers is not as it was"):
        plain.check(lambda x: np.square(x, out=x).mean())


def test_hidden_inputs_are_others_and_stay_hidden():
    public, hidden, again = (mean_square.examples(secret) for secret in ("", "a", "a"))
    assert str(hidden) == str(again) != str(public)
    message = said(lambda numbers: tf.reduce_mean(numbers**3), secret="a")
    assert "cubes" in message and "should be" not in message


def test_what_another_process_found_is_judged_as_well():
    found = mean_square.tries(mean_square.right, mean_square.examples("a"))
    mean_square.judge(found, secret="a")
    for wrong in (found[:-1], [], [{}] * 4, mean_square.tries(mean_square.right, found)):
        with pytest.raises(checks.CheckFailed):
            mean_square.judge(wrong, secret="a")


def test_the_secret_is_the_teachers(monkeypatch):
    monkeypatch.delenv("PERSOGAN_SECRET", raising=False)
    with pytest.raises(OSError, match="PERSOGAN_SECRET"):
        tasks.secret()
    monkeypatch.setenv("PERSOGAN_SECRET", "words")
    assert tasks.secret() == "words"
