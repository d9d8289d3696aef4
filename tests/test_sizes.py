"""The study of sizes: what a run says, what its clock counts, and that what is shipped is whole."""

import keras
import numpy as np
import pytest

from persogan_lessons.course import sizes, study
from persogan_lessons.models.gan import GAN


def test_a_run_is_measured_on_the_way():
    row = sizes.run(sizes.SETTINGS["1 x 64"], seed=0, seconds=(0.001,), steps=(40, 80))
    first, second = [mark["steps"] for mark in row["marks"]][-2:]
    assert 40 <= first < 48 and 80 <= second < 88  # the first call to end there, of 8 steps each
    seconds = [mark["seconds"] for mark in row["marks"]]
    assert seconds == sorted(seconds) and 0 < seconds[-1] < 10
    assert all(mark["frechet"] > 1 and 0 <= mark["recall"] <= 1 for mark in row["marks"])
    assert row["parameters"] > 2 * 64 * 784 and row["memory"] > 100


def test_the_clock_stands_while_measuring(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(sizes.time, "process_time", lambda: now[0])
    monkeypatch.setattr(study, "quality", lambda fakes: now.__setitem__(0, now[0] + 100) or {})

    class Model:
        generator_optimizer = type("Optimizer", (), {"iterations": 0})
        stop_training = False

        def generate(self, count, seed):
            return np.zeros(1)

    watch = sizes.Watch(seconds=(3, 6), steps=(2,))
    watch.set_model(Model())
    for _ in range(9):
        if watch.model.stop_training:
            break
        now[0] += 1.5
        watch.model.generator_optimizer.iterations += 1
        watch.on_train_batch_end(0)
    assert watch.marks == [
        {"seconds": 1.5, "steps": 2},
        {"seconds": 3.0, "steps": 3},
        {"seconds": 6.0, "steps": 5},
    ]


@pytest.mark.parametrize("name", sizes.SETTINGS)
def test_every_setting_makes_its_players(name):
    generator, discriminator = sizes.SETTINGS[name]()
    GAN(generator, discriminator)
    kind = keras.layers.Conv2D if name.startswith("conv") else keras.layers.Dense
    assert sum(isinstance(layer, kind) for layer in discriminator.layers) >= 2
    assert generator.input_shape == (None, sizes.NOISE_SIZE)


def test_what_is_shipped_is_complete():
    rows = sizes.load()
    pairs = {(name, seed) for name in sizes.SETTINGS for seed in range(sizes.SEEDS)}
    assert {(each["setting"], each["seed"]) for each in rows} == pairs
    for row in rows:
        times = [mark["seconds"] for mark in row["marks"]]
        assert times == sorted(times) and times[-1] >= max(sizes.SECONDS)
        assert all(any(time >= mark for time in times) for mark in sizes.SECONDS)
        assert any(mark["steps"] >= max(sizes.STEPS) for mark in row["marks"])
        assert min(mark["frechet"] for mark in row["marks"]) > 1
