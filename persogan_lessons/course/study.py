"""The study of lesson 03: many settings, each trained from several seeds, every result kept.

    python run.py train study

trains what is missing from `study.json`, one process for each core, and may be stopped and started
again. A setting is a dictionary of what it changes in the baseline. Strengths, such as the weight
of a penalty, were chosen on seeds from 100 and wider networks, so the seeds of the study are fresh.
"""

import concurrent.futures
import functools
import gc
import json
import multiprocessing
import os
import platform
import time
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf
from keras import layers
from scipy import stats

from persogan_lessons.course import checkpoints, lesson, machines
from persogan_lessons.data import digits
from persogan_lessons.measures import distances, realism
from persogan_lessons.models import losses, networks, penalties
from persogan_lessons.models.augmentations import RandomShift
from persogan_lessons.models.gan import GAN
from persogan_lessons.models.optimizers import FusedAdam, slowing_adam

FILE = Path(__file__).parent / "study.json"
SPAWN = multiprocessing.get_context("spawn")
STEPS, BATCH_SIZE = 2000, 50
NOISE_SIZE, WIDTH = 32, 128
FAKES = 1000
SEEDS, BASELINE_SEEDS = 5, 10  # a baseline is compared with everything, so it gets more


# What a setting may change


def adam(rate=1e-3, beta_1=0.5):
    """A function that makes this optimizer anew for each run; `steps` is how long the run is."""
    return lambda steps: FusedAdam(rate, beta_1=beta_1)


def discriminator(*front, dense=layers.Dense):
    """The article's discriminator made small, with layers in front and dense layers of your choice.

    Args:
        *front: layers that change an image before it is judged.
        dense: what makes a dense layer.

    Returns:
        A model `(batch, 28, 28, 1)` -> `(batch, 1)`. Taught in lesson 03.
    """
    return keras.Sequential(
        [
            keras.Input(networks.IMAGE_SHAPE),
            *front,
            layers.Flatten(),
            dense(WIDTH),
            layers.LeakyReLU(0.2),
            dense(WIDTH),
            layers.LeakyReLU(0.2),
            dense(1, dtype="float32"),
        ],
        name="discriminator",
    )


def clipped(units, **options):
    """A dense layer whose weights stay within 0.05 of 0."""
    clip = penalties.WeightClip(0.05)
    return layers.Dense(units, kernel_constraint=clip, bias_constraint=clip, **options)


def normalized(units, **options):
    """A dense layer that makes no difference between two inputs larger than it was."""
    return layers.SpectralNormalization(layers.Dense(units, **options), **options)


def both(optimizer):
    """The change that gives both players this kind of optimizer."""
    return {"generator_optimizer": optimizer, "discriminator_optimizer": optimizer}


def rmsprop(rate):
    """As `adam`."""
    return lambda steps: keras.optimizers.RMSprop(rate)


def sgd(rate):
    """As `adam`; no momentum."""
    return lambda steps: keras.optimizers.SGD(rate)


WASSERSTEIN = {
    "discriminator_loss": losses.wasserstein_discriminator_loss,
    "generator_loss": losses.wasserstein_generator_loss,
}
HINGE = {
    "discriminator_loss": losses.hinge_discriminator_loss,
    "generator_loss": losses.hinge_generator_loss,
}

OPTIMIZERS = {
    "Adam 0.0003": both(adam(3e-4)),
    "Adam 0.003": both(adam(3e-3)),
    "RMSprop 0.0003": both(rmsprop(3e-4)),
    "RMSprop 0.001": both(rmsprop(1e-3)),
    "RMSprop 0.003": both(rmsprop(3e-3)),
    "SGD 0.03": both(sgd(0.03)),
    "SGD 0.1": both(sgd(0.1)),
    "SGD 0.3": both(sgd(0.3)),
    "beta_1 = 0.9": both(adam(beta_1=0.9)),
    "beta_1 = 0": both(adam(beta_1=0.0)),
}
STABILISERS = {
    "label smoothing": {"discriminator_loss": losses.smooth_labels(0.9)},
    "instance noise": {"discriminator": lambda: discriminator(layers.GaussianNoise(0.5))},
    "random shift": {"discriminator": lambda: discriminator(RandomShift(2))},
    "R1": {"penalty": penalties.r1_penalty(5.0)},
    "spectral norm": {"discriminator": lambda: discriminator(dense=normalized)},
    "hinge": HINGE,
    "WGAN, clipped": WASSERSTEIN | {"discriminator": lambda: discriminator(dense=clipped)},
    "WGAN-GP": WASSERSTEIN | {"penalty": penalties.gradient_penalty(1.0)},
    "two time scales": {"discriminator_optimizer": adam(2e-3), "generator_optimizer": adam(5e-4)},
    "no averaging": {"averaging": 0.0},
    "cosine decay": both(functools.partial(slowing_adam, 1e-3, beta_2=0.999)),
}
FRAGILE = {"10 x rate": both(adam(1e-2)), "100 images": {"images": 100}}
CURES = {
    "10 x rate": ("label smoothing", "R1", "spectral norm", "WGAN-GP"),
    "100 images": ("label smoothing", "instance noise", "random shift", "R1", "spectral norm"),
}
CURED = {
    f"{fragile}, {cure}": FRAGILE[fragile] | STABILISERS[cure]
    for fragile, cures in CURES.items()
    for cure in cures
}
SETTINGS = {"baseline": {}, **OPTIMIZERS, **STABILISERS, **FRAGILE, **CURED}
BASELINES = ("baseline", *FRAGILE)


# One run


def run(changes, seed, *, steps=STEPS):
    """Train once from the start, and measure what came of it.

    Args:
        changes: what differs from the baseline: `discriminator`, a function that makes one;
            `generator_optimizer` and `discriminator_optimizer`, as `adam` makes them; `images`,
            how many of the 4000 to train on; all else goes to `GAN.compile`.
        seed: a whole number.
        steps: of each player.

    Returns:
        A dictionary: `frechet` (in multiples of the floor), `precision`, `recall`, `classes`
        (digits that make up 1 % or more), `by_heart` (in what share of pairs a training image gets
        a higher logit than a held-out one, 0.5 if the discriminator remembers none), `seconds` of
        training, `steps`, and `failed`: pixels that are no numbers, or fewer than 5 classes.
    """
    changes = {"images": None, "discriminator": discriminator, **both(adam()), **changes}
    keras.utils.set_random_seed(seed)
    every_image, _ = digits.load()
    images = every_image[: changes.pop("images")]
    model = GAN(networks.mlp_generator(NOISE_SIZE, WIDTH), changes.pop("discriminator")())
    for player in ("generator_optimizer", "discriminator_optimizer"):
        changes[player] = changes[player](steps)
    model.compile(**changes)
    gc.collect()  # the graphs of the run before
    began = time.perf_counter()
    repeated = np.resize(images, every_image.shape)  # an epoch is as many steps for every setting
    epochs = max(1, steps * BATCH_SIZE // len(repeated))
    model.fit(repeated, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - began
    took = {"seconds": round(seconds, 1), "steps": int(model.generator_optimizer.iterations)}
    return measure(model, images) | took


def measure(model, images):
    """What `run` says of a trained model; `images` are those that it was trained on."""
    fakes = model.generate(FAKES, seed=0)
    if not np.isfinite(fakes).all():
        return dict.fromkeys(("frechet", "precision", "recall", "classes", "by_heart")) | {
            "failed": True
        }
    found = quality(fakes)
    by_heart = round(_known_by_heart(model.discriminator, images), 3)
    return found | {"by_heart": by_heart, "failed": found["classes"] < 5}


def quality(fakes):
    """What `run` says of its fakes, `(n, 28, 28, 1)` of finite numbers."""
    classifier, real, floor = _reference()
    fake = realism.features(classifier, fakes)
    overlap = distances.overlap(fake, real)
    read = realism.logits(classifier, fake).argmax(1)
    return {
        "frechet": round(distances.frechet_distance(fake, real).value / floor, 2),
        "precision": round(overlap.precision, 3),
        "recall": round(overlap.recall, 3),
        "classes": int(np.sum(np.bincount(read, minlength=10) >= len(fakes) / 100)),
    }


@functools.cache
def _reference():
    """The classifier, what it makes of the training images, and the floor of the distance."""
    classifier = checkpoints.load("classifier")
    real = realism.features(classifier, digits.load()[0])
    unseen = realism.features(classifier, digits.load("test")[0])
    return classifier, real, distances.frechet_distance(unseen[:FAKES], real).value


def _known_by_heart(discriminator, images):
    held_out, _ = digits.load("test")
    trained, unseen = (
        np.asarray(discriminator(each)).ravel() for each in (images[:1000], held_out)
    )
    pairs = len(trained) * len(unseen)
    return float(stats.mannwhitneyu(trained, unseen).statistic / pairs)


# All of them


def load(file=None):
    """The runs that come with the course: what `run` returned, with `setting` and `seed`."""
    return _read(file or FILE)["runs"]


def complete():
    """Train what is missing from the file, and keep each result as it comes."""
    pool = concurrent.futures.ProcessPoolExecutor(os.cpu_count(), SPAWN, use_one_core)
    keep(FILE, _pairs(), run=_named_run, pool=pool, provenance=_provenance)


def keep(file, pairs, *, run, pool, provenance):
    """Run what a study's file has not, and keep each result as it comes.

    Args:
        file: a path ending in .json.
        pairs: every `(setting, seed)` of the study, in the order in which to run them.
        run: a function of one pair that returns what to keep of it, with `setting` and `seed`.
        pool: the processes to run it in, an `Executor`.
        provenance: a function that says how the results were made, see `machine_and_packages`.
    """
    study = _read(file)
    done = {(each["setting"], each["seed"]) for each in study["runs"]}
    missing = [pair for pair in pairs if pair not in done]
    print(f"{file.stem}: {len(done)} runs are there, {len(missing)} are missing", flush=True)
    began = time.perf_counter()
    with pool:
        for count, row in enumerate(pool.map(run, missing), 1):
            study["runs"].append(row)
            study["provenance"] = provenance()
            _write(file, study)
            left = (time.perf_counter() - began) / count * (len(missing) - count) / 60
            named = f"{row['setting']}, seed {row['seed']}"
            print(f"{count}/{len(missing)}  {named:36} {left:.0f} min to go", flush=True)


def machine_and_packages():
    """What a study says of the machine and the packages that it ran with."""
    return {
        "date": time.strftime("%Y-%m-%d"),
        "machine": f"{machines.describe()}, one core for each run",
        "python": platform.python_version(),
        "packages": {each.__name__: each.__version__ for each in (tf, keras, np)},
    }


def _pairs():
    """Every setting with each of its seeds; a seed for all settings comes before the next seed."""
    for seed in range(BASELINE_SEEDS):
        for name in SETTINGS:
            if seed < SEEDS or name in BASELINES:
                yield name, seed


def _named_run(pair):
    name, seed = pair
    return {"setting": name, "seed": seed} | run(SETTINGS[name], seed)


def use_one_core():
    """How a process of a study begins; runs side by side finish sooner on a core each."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    lesson.start(seed=0)


def _provenance():
    return machine_and_packages() | {
        "made by": "python run.py train study",
        "training": {"steps": STEPS, "batch size": BATCH_SIZE, "width": WIDTH, "noise": NOISE_SIZE},
        "measured on": f"{FAKES} fakes against 4000 training images",
        "seconds": "of a busy machine, so they are no measure of what a setting costs",
    }


def _read(file):
    return json.loads(file.read_text("utf-8")) if file.exists() else {"runs": []}


def _write(file, study):
    """Whole or not at all; a run is a line, so that changes can be read."""
    provenance = json.dumps(study["provenance"], indent=1)
    runs = ",\n".join(json.dumps(each) for each in study["runs"])
    part = file.with_suffix(".json.part")
    part.write_text(f'{{"provenance": {provenance},\n"runs": [\n{runs}\n]}}\n', "utf-8")
    os.replace(part, file)
