"""The study: what a run says, that every setting can be trained, and that no result is lost."""

import concurrent.futures
import json
import subprocess
import sys

import numpy as np
import pytest

from persogan_lessons.course import study
from persogan_lessons.models import penalties


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(study, "FILE", tmp_path / "study.json")
    return study.FILE


def test_importing_the_study_wakes_no_device():
    """Else its processes could not choose their number of threads."""
    code = "import persogan_lessons.course.study, tensorflow as tf\n"
    code += "tf.config.threading.set_intra_op_parallelism_threads(1)"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_run_is_measured():
    row = study.run({"images": 500}, seed=0, steps=80)
    assert row["steps"] == 80 and row["seconds"] > 0 and row["failed"] in (True, False)
    assert row["frechet"] > 10 and 0 <= row["recall"] <= 1 and 0.3 < row["by_heart"] < 0.7


@pytest.mark.parametrize("name", study.SETTINGS)
def test_every_setting_makes_its_game(name, monkeypatch):
    """One eager step of each, on few images."""
    monkeypatch.setattr(study, "WIDTH", 8)
    fit, seen = study.GAN.fit, {}

    def short(self, images, **options):
        self.run_eagerly = True
        seen.update(images=len(images))
        return fit(self, images[:20], **options | {"epochs": 1, "batch_size": 20})

    monkeypatch.setattr(study.GAN, "fit", short)
    monkeypatch.setattr(study, "measure", lambda model, images: {"images": len(images)})
    row = study.run(study.SETTINGS[name], seed=0)
    assert row["steps"] == 1 and seen == {"images": 4000}
    assert row["images"] == (100 if name.startswith("100") else 4000)


def test_pixels_that_are_no_numbers_are_a_failure():
    class Diverged:
        def generate(self, count, seed):
            return np.full((count, 28, 28, 1), np.nan, "float32")

    row = study.measure(Diverged(), np.zeros((10, 28, 28, 1), "float32"))
    assert row["failed"] and row["frechet"] is None


def test_a_discriminator_that_knows_its_images_by_heart_is_seen():
    images, _ = study.digits.load()

    def remembers(some):
        """A logit that is the higher, the nearer an image lies to one of the first 500."""
        return -study.realism.nearest(some, images[:500])[1]

    assert study._known_by_heart(remembers, images[:500]) == 1.0
    assert 0.45 < study._known_by_heart(remembers, images[1000:2000]) < 0.55


def test_the_dense_layers_of_the_study():
    clipped, normalized = study.clipped(4), study.normalized(1, dtype="float32")
    assert isinstance(clipped.kernel_constraint, penalties.WeightClip)
    assert isinstance(clipped.bias_constraint, penalties.WeightClip)
    assert normalized.compute_dtype == "float32"


class Here(concurrent.futures.Executor):
    """In place of the processes: this one."""

    def __init__(self, *_):
        pass

    def map(self, function, items):
        return map(function, items)


def test_an_interrupted_study_goes_on_where_it_was(file, monkeypatch, capsys):
    monkeypatch.setattr(study, "SETTINGS", {"baseline": {}, "hinge": study.HINGE})
    monkeypatch.setattr(study, "SEEDS", 2)
    monkeypatch.setattr(study, "BASELINE_SEEDS", 3)
    monkeypatch.setattr(study.concurrent.futures, "ProcessPoolExecutor", Here)
    trained = []

    def run(changes, seed):
        if len(trained) == 3:
            raise KeyboardInterrupt
        trained.append(seed)
        return {"frechet": 2.0, "failed": False}

    monkeypatch.setattr(study, "run", run)
    with pytest.raises(KeyboardInterrupt):
        study.complete()
    assert trained == [0, 0, 1] and len(study.load()) == 3
    monkeypatch.setattr(study, "run", lambda changes, seed: {"frechet": None, "failed": True})
    study.complete()
    assert [(each["setting"], each["seed"]) for each in study.load()] == [
        ("baseline", 0),
        ("hinge", 0),
        ("baseline", 1),
        ("hinge", 1),
        ("baseline", 2),
    ]
    study.complete()
    assert "5 runs are there, 0 are missing" in capsys.readouterr().out
    assert [path.name for path in file.parent.iterdir()] == ["study.json"]
    assert "packages" in json.loads(file.read_text())["provenance"]


def test_what_is_shipped_is_complete():
    rows = study.load()
    assert {(each["setting"], each["seed"]) for each in rows} == set(study._pairs())
    assert all(each["steps"] == study.STEPS for each in rows)
    finite = [each["frechet"] for each in rows if each["frechet"] is not None]
    assert min(finite) > 1 and all(each["failed"] for each in rows if each["frechet"] is None)
