"""Workers on this machine: they start, agree, die with whoever started them, and come back."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import psutil
import pytest
import small_lesson

from persogan_lessons.course import cluster, train

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def program(monkeypatch):
    """Lets workers run some lines of Python instead of training."""

    def run(text):
        monkeypatch.setattr(cluster, "PROGRAM", [sys.executable, "-u", "-c", text])

    return run


def test_free_ports_are_different_and_free():
    ports = cluster.free_ports(5)
    assert len(set(ports)) == 5
    for port in ports:
        train.require_free(f"127.0.0.1:{port}")


def test_a_tf_config_says_who_is_who():
    addresses = ["127.0.0.1:2222", "127.0.0.1:2223"]
    assert train.cluster(cluster.tf_config(addresses, 1)) == (addresses, 1)


def test_workers_get_their_tf_config_and_arguments(program, tmp_path):
    program("import os, sys; print(os.environ['TF_CONFIG']); print(sys.argv[1:])")
    with cluster.Workers(2, ["--steps", 80], logs=tmp_path / "logs") as workers:
        workers.wait()
    said = [workers.said(index).splitlines() for index in (0, 1)]
    assert [json.loads(lines[0])["task"]["index"] for lines in said] == [0, 1]
    assert json.loads(said[0][0])["cluster"] == json.loads(said[1][0])["cluster"]
    assert said[0][1] == "['--steps', '80']"


def test_a_single_worker_needs_no_cluster(program, tmp_path):
    program("import os; print(repr(os.environ['TF_CONFIG']))")
    with cluster.Workers(1, [], logs=tmp_path) as workers:
        workers.wait()
    assert workers.said(0) == "''"


def test_a_failing_worker_is_reported_and_ends_the_others(program, tmp_path):
    program(
        "import os, sys, time\n"
        "if '\"index\": 1' in os.environ['TF_CONFIG']: sys.exit('no luck')\n"
        "time.sleep(100)"
    )
    with (
        pytest.raises(cluster.WorkerFailed, match="worker 1 ended:\nno luck"),
        cluster.Workers(2, [], logs=tmp_path) as workers,
    ):
        workers.wait()
    assert all(process.poll() is not None for process in workers.processes)


def test_workers_end_with_the_block(program, tmp_path):
    program("import time; time.sleep(100)")
    with (
        pytest.raises(KeyboardInterrupt),  # what Jupyter's stop button does
        cluster.Workers(2, [], logs=tmp_path) as workers,
    ):
        with pytest.raises(TimeoutError, match="not done after 0 s"):
            workers.wait(seconds=0)
        workers.wait(lambda: True)
        assert all(process.poll() is None for process in workers.processes)
        raise KeyboardInterrupt
    assert all(process.poll() is not None for process in workers.processes)


def test_a_killed_worker_leaves_the_others(program, tmp_path):
    program("import time; time.sleep(100)")
    with cluster.Workers(2, [], logs=tmp_path) as workers:
        workers.kill(1)
        assert workers.processes[1].poll() and workers.processes[0].poll() is None
        with pytest.raises(TimeoutError):  # which is about the other one
            workers.wait(seconds=0)


def test_a_worker_ends_when_its_starter_is_gone(tmp_path):
    """The starter leaves without a word, as a kernel does that is killed."""
    worker = "from persogan_lessons.course import cluster as c; c.end_with_starter()\n"
    worker += "import time; time.sleep(100)"
    starter = (
        "import os, sys, pathlib\n"
        "from persogan_lessons.course import cluster\n"
        f"cluster.PROGRAM = [sys.executable, '-c', {worker!r}]\n"
        f"process = cluster.start([], '', threads=1, log=pathlib.Path({str(tmp_path / 'log')!r}))\n"
        "print(process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", starter], cwd=ROOT, capture_output=True, text=True, check=True
    )
    worker = int(run.stdout)
    for _ in range(600):
        if not psutil.pid_exists(worker) or psutil.Process(worker).status() == "zombie":
            return
        time.sleep(0.1)
    raise AssertionError("the worker is still there")


# ---- training together ---------------------------------------------------------------------------


def arguments(lesson, folder):
    run = {"--lesson": lesson, "--folder": folder, "--batch-size": 8, "--steps": 80, "--seed": 3}
    return [each for pair in run.items() for each in pair]


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(cluster, "PROGRAM", [sys.executable, "-u", small_lesson.__file__])


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The state after one process on one device."""
    folder = tmp_path_factory.mktemp("alone")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(train, "LESSONS", small_lesson.LESSONS)
        patch.delenv("TF_CONFIG", raising=False)
        train.train("06", folder, batch_size=8, steps=80, seed=3)
    return train.saved(folder)


def assert_close(folder, expected):
    """Equal up to the rounding of sums; by a sum in place of a mean they would be far apart."""
    for one, other in zip(train.saved(folder), expected, strict=True):
        np.testing.assert_allclose(one, other, atol=2e-6)
    report = json.loads((folder / train.REPORT).read_text())
    assert report["replicas"] == 2 and min(report["exchange_seconds"]) > 0
    assert report["gradient_bytes"] == 4 * (6 * 784 + 784 + 786 * 16 + 16 + 16 + 1)


def test_two_devices_get_the_weights_of_one(alone, tmp_path):
    command = [sys.executable, small_lesson.__file__, "two devices"]
    command += map(str, arguments("06", tmp_path))
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, check=True, timeout=600, env=environment)
    assert_close(tmp_path, alone)


def test_two_workers_get_the_weights_of_one_process(alone, small, tmp_path):
    with cluster.Workers(2, arguments("06", tmp_path / "two"), logs=tmp_path) as workers:
        workers.wait()
    assert_close(tmp_path / "two", alone)


@pytest.mark.full  # lesson 11 does the same
def test_a_killed_worker_costs_nothing_after_a_restart(small, tmp_path):
    with cluster.Workers(2, arguments("07", tmp_path / "whole"), logs=tmp_path) as workers:
        workers.wait()
    killed = tmp_path / "killed"
    with cluster.Workers(2, arguments("07", killed), logs=tmp_path) as workers:
        workers.wait(lambda: train.steps_saved(killed) >= 16)
        workers.kill(1)
    assert 16 <= train.steps_saved(killed) < 80
    with cluster.Workers(2, arguments("07", killed), logs=tmp_path) as workers:
        workers.wait()
    for one, other in zip(train.saved(killed), train.saved(tmp_path / "whole"), strict=True):
        np.testing.assert_array_equal(one, other)
