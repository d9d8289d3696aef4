"""A lesson with widgets runs on the versions that Google Colab has, and with --full all do."""

import os
import subprocess
import sys
from pathlib import Path

import colab
import pytest

ROOT = Path(__file__).resolve().parent.parent
SMOKE = [
    "notebooks/00_start_here.ipynb",
    "tests/test_checkpoints.py::test_the_shipped_label_gan_draws_what_it_is_asked_for",
]
CHOSEN = [] if os.environ.get("PERSOGAN_BUDGET") == "cpu" else SMOKE


def test_the_lessons_run_on_the_versions_of_colab():
    """All of them with --full, else the first, with its widgets, and the model of lesson 05."""
    command = [sys.executable, str(ROOT / "tests" / "colab.py"), *CHOSEN]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if "No matching distribution" in done.stderr or "CalledProcessError" in done.stderr:
        pytest.skip(f"Colab's versions cannot be installed here: {done.stderr[-300:]}")
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
    assert " passed" in done.stdout and "failed" not in done.stdout


def test_another_python_or_other_pins_are_another_install(tmp_path, monkeypatch):
    monkeypatch.setattr(colab, "PINS", tmp_path / "colab.txt")
    monkeypatch.setattr(colab, "PYTHON", tmp_path / "python")
    monkeypatch.setattr(colab, "STAMP", tmp_path / "installed.txt")
    colab.PINS.write_text("numpy==2.1.3")
    assert not colab.is_ready("python3.13"), "nothing is there"
    colab.PYTHON.touch()
    colab.STAMP.write_text(colab.fingerprint("python3.13"))
    assert colab.is_ready("python3.13") and not colab.is_ready("python3.12")
    colab.PINS.write_text("numpy==2.1.4")
    assert not colab.is_ready("python3.13")
