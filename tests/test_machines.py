"""What a machine has is told as this program may use it."""

import psutil
import pytest

from persogan_lessons.course import machines


def test_this_machine_is_described():
    machine = machines.describe()
    assert 1 <= machine.cores <= psutil.cpu_count()
    assert 0 < machine.memory <= psutil.virtual_memory().total / 2**30
    assert "GB memory" in str(machine)


@pytest.mark.parametrize(
    "machine, text",
    [
        (machines.Machine(1, 2.0), "1 CPU core, 2.0 GB memory"),
        (machines.Machine(2, 23.4, bfloat16=True), "2 CPU cores with bfloat16, 23.4 GB memory"),
        (machines.Machine(2, 12.0, "Tesla T4"), "Tesla T4, 12.0 GB memory"),
    ],
)
def test_a_machine_in_words(machine, text):
    assert str(machine) == text


def test_the_limits_of_a_container_count(monkeypatch, tmp_path):
    monkeypatch.setenv("CPU_LIMIT", "1.0")
    monkeypatch.setenv("MEM_LIMIT", str(2 * 2**30))
    monkeypatch.setattr(machines, "CGROUP_FILES", ())
    machine = machines.describe()
    assert machine.cores == 1 and machine.memory == 2
    monkeypatch.delenv("MEM_LIMIT")
    (tmp_path / "memory.max").write_text(f"{3 * 2**30}\n")
    (tmp_path / "unlimited").write_text("max\n")
    files = (tmp_path / "unlimited", tmp_path / "memory.max", tmp_path / "missing")
    monkeypatch.setattr(machines, "CGROUP_FILES", files)
    assert machines.describe().memory == 3


@pytest.mark.parametrize("flags, has", [("avx2 avx512_bf16", True), ("avx2 f16c", False)])
def test_bfloat16_is_read_from_what_linux_tells(flags, has, monkeypatch, tmp_path):
    (tmp_path / "cpuinfo").write_text(f"flags : {flags}\n")
    monkeypatch.setattr(machines, "CPU_FLAGS", tmp_path / "cpuinfo")
    assert machines.describe().bfloat16 is has


def test_report_says_ready_or_what_to_do(monkeypatch, capsys):
    machines.report()
    assert "enough" in capsys.readouterr().out
    monkeypatch.setenv("MEM_LIMIT", str(2**30))
    machines.report()
    assert "close" in capsys.readouterr().out


def test_seconds_a_step_is_the_median_after_a_warm_up(monkeypatch):
    clock = iter(range(1000))
    monkeypatch.setattr(machines.time, "perf_counter", lambda: next(clock))
    calls = []
    assert machines.seconds_a_step(lambda: calls.append(1)) == 1
    assert len(calls) == machines.TIMED_STEPS + 3


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0.2, "about 10 seconds"),
        (34, "about 30 seconds"),
        (55, "about a minute"),
        (100, "about two minutes"),
        (170, "about three minutes"),
        (600, "about 10 minutes"),
    ],
)
def test_durations_in_words(seconds, words):
    assert machines.in_words(seconds) == words
