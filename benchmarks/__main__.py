"""`python -m benchmarks`: measure every variant and write RESULTS.md."""

import argparse
import datetime
import os
import platform
import subprocess
import sys
import tempfile
import time
from importlib import metadata
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks import driver, models, report, variants
from persogan_lessons.course import machines
from persogan_lessons.data import digits

# Full batches only. `fit` pauses between epochs: fewer batches where a step takes longer.
BATCHES = {"mlp": 31, "conv": 8}
RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def main(arguments=None):
    """Run what the command line asks for."""
    options = parse(arguments)
    pythons = {"": sys.executable, "torch": options.torch, "jax": options.jax}
    versions = {name: version(pythons[name], name) for name in ("torch", "jax")}
    results, begin = {}, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        for number, model in enumerate(options.models, start=1):
            images = Path(folder) / f"{model}.npy"
            np.save(images, digits.load("train")[0][: BATCHES[model] * models.BATCH])
            until = begin + 60 * options.minutes * (number / len(options.models)) - 20
            results[model] = measure(
                model, pythons, versions=versions, images=images, plan=(options.rounds, until)
            )
            # Written as far as it got, so that a run that is stopped leaves what it measured.
            options.to.write_text(report.markdown(results, about=about(versions)), encoding="utf-8")
    say(f"{options.to} written after {(time.monotonic() - begin) / 60:.1f} minutes")


def parse(arguments):
    """The options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--torch", help="a Python with PyTorch")
    parser.add_argument("--jax", help="a Python with JAX and Keras")
    parser.add_argument("--rounds", type=int, default=9, help="default 9")
    parser.add_argument("--minutes", type=float, default=12, help="in all, at most; default 12")
    parser.add_argument("--models", nargs="+", choices=models.NAMES, default=list(models.NAMES))
    parser.add_argument("--to", type=Path, default=RESULTS, help="the file to write")
    return parser.parse_args(arguments)


def measure(model, pythons, *, versions, images, plan):
    """Start the variants of one model, play the rounds, stop them; returns a report.Result."""
    say(models.NAMES[model])
    workers, absent = {}, {}
    try:
        for variant in variants.ALL:
            if not variant.suits(model, machines.describe()):
                continue
            if variant.needs and not versions[variant.needs]:
                absent[variant.name] = "not installed"
                continue
            say(f"  starting {variant.name}")
            python = pythons[variant.needs]
            workers[variant.name] = driver.start(variant.train, model, python=python, images=images)
        rounds, until = plan
        played, repeats = driver.play(workers, rounds, until=until, say=say)
    finally:
        for worker in workers.values():
            worker.stop()
    here = [each for each in variants.ALL if each.name in workers]
    counts = {each.name: report.operations_of_step(each, model) for each in here}
    return report.Result(played, repeats, workers, step_operations=counts, absent=absent)


def about(versions):
    """Lines on the machine, the versions and the date."""
    own = {name: metadata.version(name) for name in ("keras", "numpy")}
    import tensorflow as tf

    named = {"Python": platform.python_version(), "TensorFlow": tf.__version__} | own | versions
    yield f"Machine: {processor()}, {machines.describe()}, {platform.system()}"
    yield "Versions: " + ", ".join(
        f"{key} {value or 'not installed'}" for key, value in named.items()
    )
    yield f"Date: {datetime.datetime.now(datetime.UTC):%Y-%m-%d}, by `python -m benchmarks`"


def processor():
    """What the processor calls itself."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def version(python, package):
    """Of a package in another interpreter; None where either is missing."""
    if not python:
        return None
    code = f"from importlib import metadata; print(metadata.version({package!r}))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True)
    return done.stdout.strip() or None


def say(text):
    """Progress, at once."""
    print(text, flush=True)


if __name__ == "__main__":
    main()
