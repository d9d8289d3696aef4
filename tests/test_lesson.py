"""A lesson starts quietly, equally for everybody, and fits the machine."""

import subprocess
import sys

import keras
import numpy as np
import pytest

from persogan_lessons.course import lesson

NUMBERS = {"fast": 1, "cpu": 2, "gpu": 3}


@pytest.mark.parametrize("name, number", NUMBERS.items())
def test_the_environment_chooses_the_budget(name, number, monkeypatch):
    monkeypatch.setenv("PERSOGAN_BUDGET", name)
    assert lesson.budget(**NUMBERS) == number


@pytest.mark.parametrize("devices, number", [([], 2), (["a GPU"], 3)])
def test_the_machine_chooses_the_budget(devices, number, monkeypatch):
    monkeypatch.delenv("PERSOGAN_BUDGET", raising=False)
    monkeypatch.setattr("tensorflow.config.list_physical_devices", lambda kind: devices)
    assert lesson.budget(**NUMBERS) == number


def test_an_unknown_budget_is_named(monkeypatch):
    monkeypatch.setenv("PERSOGAN_BUDGET", "tpu")
    with pytest.raises(ValueError, match="one of fast, cpu, gpu; got 'tpu'"):
        lesson.budget(**NUMBERS)


@pytest.mark.parametrize("wrong", [-5, 0, "many", None, True, float("nan")])
def test_a_budget_is_a_positive_number(wrong):
    with pytest.raises(ValueError, match="cpu must be a positive number"):
        lesson.budget(fast=1, cpu=wrong, gpu=3)


def test_start_seeds_everything_and_says_so_in_one_line(capfd):
    draws = []
    for _ in range(2):
        lesson.start(seed=7)
        draws.append((np.random.rand(), float(keras.random.normal(()))))
    assert draws[0] == draws[1]
    written = capfd.readouterr()
    assert len(written.out.splitlines()) == 2 and "seed 7" in written.out
    assert written.err == ""


def test_start_is_quiet_in_a_fresh_process():
    """TensorFlow greets only once a process, and only a new one shows whether it was kept quiet."""
    code = "from persogan_lessons.course import lesson; lesson.start(seed=1)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "" and len(done.stdout.splitlines()) == 1


def test_start_splits_the_cpu_into_logical_devices():
    code = "from persogan_lessons.course import lesson; lesson.start(seed=1, devices=2)\n"
    code += "import tensorflow as tf; print(len(tf.config.list_logical_devices('CPU')))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "" and done.stdout.splitlines()[1:] == ["2"]


def test_silence_ends_where_an_error_needs_words(capfd):
    with pytest.raises(ImportError), lesson._silence():
        subprocess.run([sys.executable, "-c", "import sys; sys.stderr.write('no such library')"])
        raise ImportError
    assert "no such library" in capfd.readouterr().err


@pytest.mark.parametrize("seed", [-1, 1.5, "one", None, True, 2**32])
def test_a_seed_is_a_whole_number(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0"):
        lesson.start(seed=seed)


def test_expect_failure_shows_the_error_and_goes_on(capsys):
    with lesson.expect_failure():
        raise ValueError("no such layer\nand what to do")
    assert capsys.readouterr().out == "ValueError: no such layer\nand what to do\n"


def test_expect_failure_complains_when_nothing_fails():
    with pytest.raises(AssertionError, match="meant to fail"), lesson.expect_failure():
        pass


def test_a_stop_is_not_taken_for_the_expected_failure():
    with pytest.raises(KeyboardInterrupt), lesson.expect_failure():
        raise KeyboardInterrupt
