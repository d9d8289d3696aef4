"""The study of lesson 04: players of many sizes, measured while they train.

    python run.py train sizes

trains what is missing from `sizes.json`, one run at a time, each in a process and on a core of its
own, so that seconds and memory are those of the run. It may be stopped and started again.
"""

import concurrent.futures
import sys
import time
from pathlib import Path

import keras

from persogan_lessons.course import study
from persogan_lessons.data import digits
from persogan_lessons.models import networks
from persogan_lessons.models.gan import GAN

FILE = Path(__file__).parent / "sizes.json"
NOISE_SIZE, BATCH_SIZE = 32, 64
SECONDS, STEPS = (4, 8, 16), (500,)  # when a run is measured
SEEDS = 3
WIDTHS = {1: (64, 256, 1024), 2: (64, 256, 1024), 3: (256,)}  # of dense layers, by their number
CHANNELS = (8, 16, 32)


def dense(depth, width):
    """A function that makes both players of dense layers."""
    return lambda: (
        networks.dense_generator(NOISE_SIZE, width=width, depth=depth),
        networks.dense_discriminator(width, depth),
    )


def convolutional(width):
    """As `dense`, of convolutional layers."""
    return lambda: (networks.conv_generator(NOISE_SIZE, width), networks.conv_discriminator(width))


DENSE = {
    f"{depth} x {width}": dense(depth, width)
    for depth, widths in WIDTHS.items()
    for width in widths
}
CONVOLUTIONAL = {f"conv {width}": convolutional(width) for width in CHANNELS}
SETTINGS = DENSE | CONVOLUTIONAL


def run(players, seed, *, seconds=SECONDS, steps=STEPS):
    """Train once from the start, and measure on the way.

    Args:
        players: a function that makes a generator and a discriminator.
        seed: a whole number.
        seconds: after which seconds of training to measure.
        steps: after which steps to measure.

    Returns:
        A dictionary: `parameters` of both players, `memory` (MB, the most that the process held
        before the first measurement) and `marks`, what `Watch` kept.
    """
    keras.utils.set_random_seed(seed)
    generator, discriminator = players()
    model = GAN(generator, discriminator)
    model.compile()
    watch = Watch(seconds, steps)
    images, _ = digits.load()
    model.fit(images, batch_size=BATCH_SIZE, epochs=10**6, verbose=0, callbacks=[watch])
    parameters = generator.count_params() + discriminator.count_params()
    return {"parameters": parameters, "memory": watch.memory, "marks": watch.marks}


class Watch(keras.callbacks.Callback):
    """Measures after so many seconds or steps of training, and ends it after the last of them.

    A second is one of the processor's, spent by this process: what others run beside it counts
    less than on the clock. Neither the first steps count, which draw the graph, nor measuring.

    Attributes:
        marks: a list of dictionaries: `seconds`, `steps`, `frechet` (in multiples of the floor),
            `precision`, `recall`, `classes` (digits that make up 1 % or more).
        memory: MB.
    """

    def __init__(self, seconds, steps):
        super().__init__()
        self.seconds, self.steps = sorted(seconds), sorted(steps)
        self.marks, self.memory, self.spent, self.since = [], None, 0.0, None

    def on_train_batch_end(self, batch, logs=None):
        now = time.process_time()
        self.spent += now - (self.since or now)
        done = int(self.model.generator_optimizer.iterations)
        late = [each for each in self.seconds if each <= self.spent]
        far = [each for each in self.steps if each <= done]
        if late or far:
            self.seconds, self.steps = self.seconds[len(late) :], self.steps[len(far) :]
            self.memory = self.memory or _most_memory()
            took = {"seconds": round(self.spent, 2), "steps": done}
            self.marks.append(took | study.quality(self.model.generate(study.FAKES, seed=0)))
            self.model.stop_training = not self.seconds and not self.steps
        self.since = time.process_time()


def load():
    """The runs that come with the course: what `run` returned, with `setting` and `seed`."""
    return study.load(FILE)


def complete():
    """Train what is missing from the file, and keep each result as it comes."""
    pool = concurrent.futures.ProcessPoolExecutor(
        1, study.SPAWN, study.use_one_core, max_tasks_per_child=1
    )
    pairs = [(name, seed) for seed in range(SEEDS) for name in SETTINGS]
    study.keep(FILE, pairs, run=_named_run, pool=pool, provenance=_provenance)


def _named_run(pair):
    name, seed = pair
    return {"setting": name, "seed": seed} | run(SETTINGS[name], seed)


def _provenance():
    return study.machine_and_packages() | {
        "made by": "python run.py train sizes",
        "training": {"batch size": BATCH_SIZE, "noise": NOISE_SIZE, "learning rate": 1e-3},
        "measured on": f"{study.FAKES} fakes against 4000 training images",
        "seconds": "of the processor, on one core of a busy machine",
    }


def _most_memory():
    """MB that this process held at its peak."""
    import resource  # not on Windows, where the study cannot be made again

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # kB; on a Mac bytes
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10))
