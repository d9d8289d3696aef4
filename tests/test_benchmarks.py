"""The benchmark's pieces: every variant trains, the counts are right, noise is noticed."""

import importlib.util
import io
import json
import subprocess
import sys
import time
import types
from pathlib import Path

import keras
import numpy as np
import psutil
import pytest
import tensorflow as tf

from benchmarks import (
    driver,
    fit_variants,
    keras_variants,
    lists,
    models,
    operations,
    pacing,
    pairs,
    replies,
    report,
    tape_variants,
    variants,
)
from persogan_lessons.course import checkpoints
from persogan_lessons.data import personas, ratings
from persogan_lessons.models import networks, recommenders

ROOT = Path(__file__).resolve().parent.parent
TWO_BATCHES = np.random.default_rng(0).uniform(-1, 1, (256, 28, 28, 1)).astype("float32")


# ---- every variant trains both networks -------------------------------------------------------


class Enough(Exception):
    """Ends a variant's endless loop."""


def stop_after(steps):
    """A `tick` for a variant, that lets it make so many steps."""
    made = []

    def tick(count=1):
        made.append(count)
        if sum(made) >= steps:
            raise Enough

    return tick


def trained(train, pair, monkeypatch):
    """Which weights of which network two steps of a variant changed, as two lists of bool."""
    monkeypatch.setattr(models, "pair", lambda name: pair)
    before = [network.get_weights() for network in pair]
    with pytest.raises(Enough):
        train("mlp", images=TWO_BATCHES, tick=stop_after(2), note=lambda **facts: None)
    return [
        [not np.array_equal(old, new) for old, new in zip(was, network.get_weights(), strict=True)]
        for was, network in zip(before, pair, strict=True)
    ]


@pytest.mark.parametrize(
    "train",
    [
        fit_variants.ours,
        fit_variants.ours_float32,
        keras_variants.train_step,
        keras_variants.train_step_jit,
        keras_variants.train_on_batch,
        tape_variants.two_tapes,
        tape_variants.eager,
    ],
)
def test_a_variant_trains_both_networks(train, monkeypatch):
    keras.utils.set_random_seed(0)
    pair = networks.mlp_generator(models.NOISE, 8), networks.mlp_discriminator(8)
    generator, discriminator = trained(train, pair, monkeypatch)
    assert generator and all(generator)
    assert discriminator and all(discriminator)


def test_a_frozen_layer_would_be_found(monkeypatch):
    pair = networks.mlp_generator(models.NOISE, 8), networks.mlp_discriminator(8)
    pair[1].get_layer(index=1).trainable = False
    _, discriminator = trained(tape_variants.eager, pair, monkeypatch)
    assert discriminator == [False, False, True, True, True, True]  # kernel, bias; ...


TORCH = """
import numpy as np, torch
from benchmarks import torch_variants
torch.manual_seed(0)
generator, discriminator = torch_variants.pair({model!r})
weights = [*generator.parameters(), *discriminator.parameters()]
before = [each.detach().clone() for each in weights]
torch_variants.pair = lambda name: (generator, discriminator)
steps = []
def tick():
    steps.append(1)
    if len(steps) == 2: raise KeyError
images = np.random.default_rng(0).uniform(-1, 1, (256, 28, 28, 1)).astype("float32")
try: torch_variants.{train}("mlp", images=images, tick=tick, note=None)
except KeyError: print([bool((old != new).any()) for old, new in zip(before, weights)])
"""

JAX = """
import numpy as np
from benchmarks import jax_variants, models
from persogan_lessons.models import networks
pair = networks.mlp_generator(models.NOISE, 8), networks.mlp_discriminator(8)
weights = [*pair[0].trainable_variables, *pair[1].trainable_variables]
before = [np.array(each) for each in weights]
models.pair = lambda name: pair
def tick(steps): raise KeyError
images = np.random.default_rng(0).uniform(-1, 1, (256, 28, 28, 1)).astype("float32")
try: jax_variants.fit("mlp", images=images, tick=tick, note=None)
except KeyError: print([bool((old != np.array(new)).any()) for old, new in zip(before, weights)])
"""


@pytest.mark.parametrize(
    "package, code",
    [
        ("torch", TORCH.format(model="mlp", train="float32")),
        ("torch", TORCH.format(model="conv", train="bfloat16")),
        ("jax", JAX),
    ],
)
def test_a_variant_elsewhere_trains_both_networks(package, code):
    if not importlib.util.find_spec(package):
        pytest.skip(f"{package} is not installed")
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    changed = json.loads(done.stdout.splitlines()[-1].lower()) if done.stdout else []
    assert changed and all(changed), done.stderr


# ---- what a step computes ---------------------------------------------------------------------

# multiply-adds of one image forward, and of the first layer alone, by hand
MLP_GENERATOR = (100 * 1024 + 1024 * 1024 + 1024 * 784, 100 * 1024)
MLP_DISCRIMINATOR = (784 * 1024 + 1024 * 1024 + 1024, 784 * 1024)
CONV_GENERATOR = (
    100 * 12544 + 49 * 25 * 256 * 128 + 49 * 25 * 128 * 64 + 196 * 25 * 64 * 1,
    100 * 12544,
)
CONV_DISCRIMINATOR = (196 * 25 * 1 * 64 + 49 * 25 * 64 * 128 + 6272, 196 * 25 * 64)


@pytest.mark.parametrize(
    "model, make, judge",
    [
        ("mlp", MLP_GENERATOR, MLP_DISCRIMINATOR),
        ("conv", CONV_GENERATOR, CONV_DISCRIMINATOR),
    ],
)
def test_operations_equal_a_count_by_hand(model, make, judge):
    (g, g_first), (d, d_first) = make, judge
    two_tapes = g + 2 * d + 2 * (d + d - d_first) + d + (g + g - g_first)
    step = operations.of_step(*models.pair(model), passes=operations.SHARED_FAKES)
    assert operations.count(step) == 2 * 128 * two_tapes
    step = operations.of_step(*models.pair(model), passes=operations.NEW_FAKES)
    assert operations.count(step) == 2 * 128 * (two_tapes + g + d)


def graph_of(step):
    """The graph of a step on one batch."""
    batch = tf.TensorSpec((models.BATCH, 28, 28, 1))
    return tf.function(step).get_concrete_function(batch).graph


@pytest.mark.parametrize("model", ["mlp", "conv"])
def test_operations_equal_those_of_the_graph(model):
    pair = models.pair(model)
    counted = operations.count(operations.of_step(*pair, passes=operations.SHARED_FAKES))
    step = tape_variants.tutorial_step(*pair)
    assert operations.of_graph(graph_of(step)) == counted
    assert operations.of_graph(graph_of(lambda images: tf.function(step)(images))) == counted

    player = keras_variants.TrainStepGAN(*pair)
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    player.compile(models.adam(), models.adam(), loss_fn=loss)
    player.d_optimizer.build(pair[1].trainable_variables)
    player.g_optimizer.build(pair[0].trainable_variables)
    counted = operations.count(operations.of_step(*pair, passes=operations.NEW_FAKES))
    assert operations.of_graph(graph_of(player.train_step)) == counted


def test_ours_computes_no_less_than_a_game_must():
    generator, discriminator = MLP_GENERATOR[0], MLP_DISCRIMINATOR[0]
    least = 2 * 128 * (3 * generator + 6 * discriminator - 100 * 1024 - 2 * 784 * 1024)
    most = operations.count(operations.of_step(*models.pair("mlp"), passes=operations.NEW_FAKES))
    assert least <= operations.of_graph(fit_variants.one_step("mlp")) <= most


# ---- statistics and noise ---------------------------------------------------------------------


def rounds_of(**rates):
    """Rounds with made-up rates: name=[one for each round]."""
    return [
        {name: driver.Segment(rate=each[number], others=0.0) for name, each in rates.items()}
        for number in range(len(next(iter(rates.values()))))
    ]


def test_ratios_are_paired_within_a_round():
    # The machine slows down threefold. The ratio does not, and one bad round does not move it.
    rounds = rounds_of(fast=[90, 60, 30, 29, 28], slow=[30, 20, 10, 10, 28])
    ratio = pairs.spread(pairs.ratios(rounds, of="fast", to="slow"))
    assert ratio == pairs.Spread(median=3.0, low=2.9, high=3.0)
    assert f"{ratio:.1f}" == "3.0 (2.9 to 3.0)"


def test_the_spread_is_numpys():
    values = [3.0, 1.0, 4.0, 1.5, 9.0, 2.6]
    spread = pairs.spread(values)
    assert np.allclose(
        [spread.low, spread.median, spread.high], np.percentile(values, [25, 50, 75])
    )
    assert pairs.spread([2.0]) == pairs.Spread(2.0, 2.0, 2.0)


def test_others_are_what_is_neither_idle_nor_own():
    # Two processors for 1.5 seconds: 3 seconds in all, 0.3 of them idle.
    assert driver.share_of_others((100, 50), (103, 50.3), own=2.7) == pytest.approx(0)
    assert driver.share_of_others((100, 50), (103, 50.3), own=2.1) == pytest.approx(0.2)
    assert driver.share_of_others((100, 50), (103, 50.3), own=2.8) == 0  # clocks are coarse


def test_stolen_time_is_others_and_guests_are_not_counted_twice(monkeypatch):
    fields = "user nice system idle iowait steal guest guest_nice"
    times = types.SimpleNamespace(_asdict=lambda: dict(zip(fields.split(), now, strict=True)))
    monkeypatch.setattr(psutil, "cpu_times", lambda: times)
    now = (10, 0, 0, 20, 5, 0, 10, 0)
    before = driver.processor_times()
    assert before == (35, 25)
    now = (12, 0, 0, 20, 5, 1, 12, 0)
    assert driver.share_of_others(before, driver.processor_times(), own=2) == pytest.approx(1 / 3)


def test_a_contaminated_segment_is_repeated():
    def play(*shares):
        left = iter(shares)
        return driver.quietest(lambda: driver.Segment(rate=1.0, others=next(left)), tries=3)

    assert play(0.01, 0.5) == (driver.Segment(1.0, 0.01), 1)
    assert play(0.3, 0.02) == (driver.Segment(1.0, 0.02), 2)
    assert play(0.3, 0.2, 0.4, 0.0) == (driver.Segment(1.0, 0.2), 3)
    assert not play(0.3, 0.2, 0.4)[0].clean


# ---- the conversation -------------------------------------------------------------------------


def test_a_pacer_times_segments_and_nothing_between(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, "perf_counter", lambda: clock[0])
    commands, replies = io.StringIO('{"seconds": 1.5}\n' * 2), io.StringIO()
    pacer = pacing.Pacer(commands, replies)
    pacer.note(first_step=0.5)
    with pytest.raises(SystemExit):
        while True:
            clock[0] += 1.0  # each epoch of 31 steps takes a second
            pacer.tick(31)
    ready, *segments = [json.loads(line) for line in replies.getvalue().splitlines()]
    assert ready == {"first_step": 0.5}
    assert [(each["steps"], each["seconds"]) for each in segments] == [(62, 2.0), (62, 2.0)]


BUSY = """
import time
from benchmarks import pacing
pacer = pacing.over_pipes()
print("a progress bar")
while True:
    begin = time.process_time()
    while time.process_time() < begin + 0.01: pass
    pacer.tick()
"""


def test_a_worker_works_only_when_asked():
    worker = driver.Worker([sys.executable, "-c", BUSY])
    try:
        process = psutil.Process(worker.process.pid)
        before = sum(process.cpu_times()[:2])
        time.sleep(0.3)
        assert sum(process.cpu_times()[:2]) - before < 0.1
        segment = worker.segment(seconds=0.2)
        assert 0 < segment.rate <= 101 and 0 <= segment.others <= 1
    finally:
        worker.stop()
    assert worker.process.returncode == 0


def test_a_variant_that_fails_says_why():
    with pytest.raises(driver.VariantError, match="no such network"):
        driver.Worker([sys.executable, "-c", "raise ValueError('no such network')"])


def test_every_round_has_every_variant_and_time_ends_them():
    class Quiet:
        def segment(self):
            order.append(self)
            return driver.Segment(rate=1.0, others=0.0)

    order, workers, said = [], {"a": Quiet(), "b": Quiet(), "c": Quiet()}, []
    rounds, repeats = driver.play(workers, 9, until=time.monotonic() + 60, say=said.append)
    assert [set(each) for each in rounds] == [{"a", "b", "c"}] * 9 and repeats == 0
    assert len({tuple(order[at : at + 3]) for at in range(0, 27, 3)}) > 1  # not always one order
    assert len(said) == 9
    rounds, _ = driver.play(workers, 9, until=time.monotonic() - 1, say=said.append)
    assert len(rounds) == 3


# ---- the report -------------------------------------------------------------------------------


def test_the_report_has_a_row_for_each_variant():
    here = [each for each in variants.ALL if not each.needs]
    rounds = rounds_of(**{each.name: [10.0 + at, 20.0 + at] for at, each in enumerate(here)})
    facts = {"products": {"(1 x 2) (2 x 3)": 1e9}}
    worker = types.SimpleNamespace(facts=facts, peak_memory=500.0)
    result = report.Result(
        rounds,
        repeats=1,
        workers={each.name: worker for each in here},
        step_operations={each.name: 1e9 for each in here},
        absent={each.name: "not installed" for each in variants.ALL if each.needs},
    )
    text = report.markdown({"mlp": result}, about=["Machine: made up"])
    for variant in variants.ALL:
        (row,) = [line for line in text.splitlines() if line.startswith(f"| {variant.name} |")]
        assert row.count("|") == 9 and ("not installed" in row) == bool(variant.needs)
    limit = variants.ALL[-2]
    assert limit.name == variants.LIMITS["float32"]
    assert result.share_of_limit(limit) == [1.0, 1.0]


def test_every_variant_can_be_found():
    for variant in variants.ALL:
        module, function = variant.train.split(":")
        text = (ROOT / "benchmarks" / f"{module}.py").read_text(encoding="utf-8")
        assert f"\ndef {function}(model, *, images, tick, note):" in text


def test_lists_are_timed_for_each_recommender_and_reported():
    likes = ratings.likes(ratings.load("made up"), core=30)
    models = {name: kind() for name, kind in KINDS.items()}
    for model in models.values():
        model.fit(likes.matrix())
    found = lists.measure(models, likes, rounds=5)
    assert set(found) == set(KINDS)
    assert all(len(times) == 5 and min(times) > 0 for pair in found.values() for times in pair)
    text = lists.report({"EASE": ([0.001, 0.002, 0.009], [0.1, 0.1, 0.1])}, (606, 1239), rounds=3)
    assert "| EASE | 2.0 (1.5 to 5.5) | 100.0 (100.0 to 100.0) |" in text
    assert "606 people, 1239 films, 3 rounds" in text


KINDS = {"popularity": recommenders.Popularity, "EASE": recommenders.EASE}


def test_replies_are_timed_in_each_language_and_reported():
    found = replies.measure(checkpoints.load("replies"), rounds=3)
    assert set(found) == set(personas.LANGUAGES)
    assert all(len(times) == 3 and min(times) > 0 for times in found.values())
    text = replies.report({"english": [0.001, 0.002, 0.009]}, rounds=3)
    assert "| english | 2.0 (1.5 to 5.5) |" in text and "3 questions" in text
