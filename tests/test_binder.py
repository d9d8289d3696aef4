"""What Binder makes of `binder/`: its Dockerfile; with --full its steps, and a lesson after them.

repo2docker says without Docker what it would do. The steps are then done in an environment of their
own, and the lesson has one processor and the two gigabytes of mybinder.org, which it shares with
JupyterLab.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).resolve().parent.parent
SERVER = 0.13e9  # bytes that JupyterLab takes
MEMORY = 2e9


@pytest.fixture(scope="module")
def steps():
    """The lines of the Dockerfile that concern the course."""
    pytest.importorskip("repo2docker")
    command = [sys.executable, "-m", "repo2docker", "--no-build", "--debug", str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return (done.stdout + done.stderr).splitlines()


def commands(steps):
    """What Binder runs for the course, in its order."""
    ours = r"RUN (\$\{KERNEL_PYTHON_PREFIX\}/bin/pip .*|.*binder/postBuild)"
    return [found[1] for found in map(re.compile(ours).fullmatch, steps) if found]


def test_binder_takes_the_folder_and_installs_everything_once(steps):
    found = commands(steps)
    assert [each for each in found if "requirements.txt" in each] == [
        '${KERNEL_PYTHON_PREFIX}/bin/pip install --no-cache-dir -r "binder/requirements.txt"'
    ]
    assert found[-1] == "./binder/postBuild" and len(found) == 3  # with its chmod
    copied = [place for place, line in enumerate(steps) if line.startswith("COPY --chown")]
    installed = steps.index(f"RUN {found[0]}")
    assert copied[-2] < installed < copied[-1], "a change to the course must not install again"
    assert "--no-deps" in (ROOT / "binder" / "postBuild").read_text()


@pytest.mark.full
def test_a_lesson_runs_after_the_steps_within_the_limits(steps, tmp_path):
    checkout = tmp_path / "course"
    for name in subprocess.check_output(["git", "ls-files", "-z"], cwd=ROOT).split(b"\0"):
        if name:
            (checkout / os.fsdecode(name)).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / os.fsdecode(name), checkout / os.fsdecode(name))
    prefix = tmp_path / "environment"
    python = shutil.which("python3.11") or sys.executable
    subprocess.check_call([python, "-m", "venv", str(prefix)])
    environment = os.environ | {"KERNEL_PYTHON_PREFIX": str(prefix)}
    environment |= {"PATH": f"{prefix}/bin:{os.environ['PATH']}", "MPLBACKEND": "agg"}
    environment.pop("PYTHONPATH", None)
    for command in commands(steps):
        subprocess.check_call(["bash", "-c", command], cwd=checkout, env=environment)
    lesson = checkout / "notebooks" / "source" / "07_a_history_is_a_condition.py"
    command = [str(prefix / "bin" / "python"), "-m", "IPython", "--no-banner", str(lesson)]
    with (tmp_path / "said.txt").open("w+") as said:
        running = subprocess.Popen(command, cwd=tmp_path, env=environment, stdout=said, stderr=said)
        psutil.Process(running.pid).cpu_affinity([0])
        peak = watch(running)
        said.seek(0)
        assert running.returncode == 0, said.read()[-3000:]
    assert peak + SERVER < MEMORY


def watch(running):
    """The most memory that a process and its children had, in bytes."""
    peak = 0
    while running.poll() is None:
        tree = [psutil.Process(running.pid)]
        tree += tree[0].children(recursive=True)
        peak = max(peak, sum(each.memory_info().rss for each in tree if each.is_running()))
        time.sleep(0.2)
    return peak
