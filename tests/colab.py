"""Every lesson on the versions that Google Colab has: what `python run.py test --colab` does.

They are in requirements/colab.txt, and are installed once, in .venv-colab, with Python 3.13 where
there is one. The rest of the arguments goes to pytest.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PINS = ROOT / "requirements" / "colab.txt"
VENV = ROOT / ".venv-colab"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "installed.txt"


def main(arguments):
    """Install what is missing, run the notebooks, and return pytest's exit code."""
    chosen = python()
    if not is_ready(chosen):
        install(chosen)
    command = [str(PYTHON), "-m", "pytest", "--nbval-lax", "--nbval-current-env"]
    command += ["--nbval-cell-timeout=300", *(arguments or [str(ROOT / "notebooks")])]
    environment = os.environ | {"PERSOGAN_BUDGET": "fast", "PYTHONPATH": str(ROOT)}
    return subprocess.call(command, cwd=ROOT, env=environment)


def python():
    """A Python 3.13, as Colab has, or else the one that runs this."""
    found = shutil.which("python3.13")
    works = found and subprocess.call([found, "-c", ""], stderr=subprocess.DEVNULL) == 0
    return found if works else sys.executable


def is_ready(chosen):
    """Whether a finished install has these pins and this Python."""
    return PYTHON.exists() and STAMP.exists() and STAMP.read_text() == fingerprint(chosen)


def fingerprint(chosen):
    """Changes with the pins and with the Python."""
    return hashlib.sha256(PINS.read_bytes() + chosen.encode()).hexdigest()


def install(chosen):
    """An environment made anew; the stamp comes last."""
    print(f"Setting up {VENV.name} with {chosen}, once ...", flush=True)
    subprocess.check_call([chosen, "-m", "venv", "--clear", str(VENV)])
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--no-compile", "--no-deps"]
    subprocess.check_call([*pip, "-r", str(PINS)])
    STAMP.write_text(fingerprint(chosen))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
