"""Train the model of a lesson, on one machine or on many: what the launcher of a cluster calls.

    python -m persogan_lessons.course.train --lesson 06 --steps 800 --folder runs/taste

Each process of a cluster is started with this same command. Which of them it is, it reads in the
environment variable TF_CONFIG, as TensorFlow's own launchers set it. Without TF_CONFIG it trains
by itself, on all GPUs that it finds. The state is saved ten times on the way; the same command,
given again, goes on from there and ends with the weights that an uninterrupted run gives. The
folder must be one that all workers see. Taught in lesson 11.
"""

import argparse
import io
import json
import os
import socket
import time
import zipfile
from pathlib import Path

import keras
import numpy as np
import tensorflow as tf

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits, tastes
from persogan_lessons.models import encoders
from persogan_lessons.models.batches import shared
from persogan_lessons.models.optimizers import slowing_adam

SAVES = 10  # how often a run is saved
AT_ONCE = 8  # steps for each return to Python where one replica trains
STATE, REPORT, RUN = "state.npz", "report.json", "run.json"
PEOPLE = 2000  # whose histories lesson 07 trains on
TIMED = 10  # exchanges that are timed


class CannotTrain(ValueError):
    """What was asked for cannot be right; the message says what was expected, and what came."""


# ---- where: one device, several, several machines ------------------------------------------------


def strategy():
    """How TensorFlow is to spread the work: by TF_CONFIG, else by the devices there are.

    Several workers in TF_CONFIG share each batch, and so do several GPUs, or several logical CPU
    devices, of one machine. Call it before anything else wakes TensorFlow.

    Raises:
        CannotTrain: for a TF_CONFIG that cannot be right, or a port that is taken.
    """
    workers, index = cluster(os.environ.get("TF_CONFIG"))
    if len(workers) > 1:
        require_free(workers[index])
        return tf.distribute.MultiWorkerMirroredStrategy()
    for kind in ("GPU", "CPU"):
        names = [device.name for device in tf.config.list_logical_devices(kind)]
        if len(names) > 1:
            return tf.distribute.MirroredStrategy(names)
    return tf.distribute.get_strategy()


def cluster(text):
    """The addresses of all workers, and which of them this process is, as TF_CONFIG says.

    Args:
        text: JSON such as `{"cluster": {"worker": ["host:port", ...]}, "task": {"type": "worker",
            "index": 0}}`. A "chief", where there is one, comes first. None or empty: no cluster.

    Returns:
        A list of "host:port", and a place in it.

    Raises:
        CannotTrain: if it says anything else.
    """
    if not text:
        return [], 0
    try:
        said = json.loads(text)
        jobs, task = said["cluster"], said["task"]
        groups = {kind: list(jobs.get(kind, [])) for kind in ("chief", "worker")}
        kind, index = task["type"], int(task["index"])
    except json.JSONDecodeError as error:
        raise _wrong(f"it is not JSON ({error})", text) from None
    except (KeyError, TypeError, ValueError, AttributeError):
        raise _wrong('it needs "cluster" with "worker", and "task" with both', text) from None
    workers = groups["chief"] + groups["worker"]
    if not workers:
        raise _wrong("its cluster has no worker", text)
    if kind not in groups or not 0 <= index < len(groups[kind]):
        count = len(groups.get(kind, []))
        raise _wrong(f"task {kind!r} {index}, but the cluster has {count} of that type", text)
    for address in workers:
        host, _, port = str(address).rpartition(":")
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise _wrong(f"{address!r} is not host:port", text)
    return workers, index + (len(groups["chief"]) if kind == "worker" else 0)


def _wrong(fault, text):
    return CannotTrain(
        f"TF_CONFIG is wrong: {fault}. Expected for example "
        '{"cluster": {"worker": ["host0:2222", "host1:2222"]}, "task": {"type": "worker", "index": '
        f"0}}}}, the index another one for each process; got {text}. To train without a cluster, "
        "unset TF_CONFIG"
    )


def require_free(address):
    """Raise CannotTrain if something on this machine listens already at the port of "host:port"."""
    port = int(address.rpartition(":")[2])
    with socket.socket() as probe:
        if os.name == "posix":  # what a program left a moment ago is free
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError as error:
            raise CannotTrain(
                f"port {port}, which TF_CONFIG gives this worker, cannot be used ({error}). Is an "
                "earlier worker still running? End it, or choose another port for all workers"
            ) from None


# ---- what: the models of the lessons, each batch a function of seed and step ---------------------


def taste(steps):
    """The model of lesson 06, and its examples.

    Returns:
        The compiled ConditionalGAN; a function that gives, for a stateless seed and a batch size,
        a batch of images and conditions.
    """
    images, _ = digits.load()  # those of `wishes` are these, four times
    images, wishes = tf.constant(images), tf.constant(tastes.wishes(times=4)[1])
    gan = checkpoints.build("taste")
    gan.compile(slowing_adam(4e-3, steps), slowing_adam(4e-3, steps), mode_seeking=3.0, **pace())

    def batch(seed, size):
        place = tf.random.stateless_uniform((size,), seed, 0, len(wishes), tf.int32)
        return tf.gather(images, place % len(images)), tf.gather(wishes, place)

    return gan, batch


def history(steps):
    """The model of lesson 07, with the players of lesson 06, and its examples; as `taste`."""
    images, _ = digits.load()
    histories, later = tastes.clicks(tastes.sample(PEOPLE, seed=7), later=8, seed=1)
    gan, players = checkpoints.build("history"), checkpoints.load("taste")
    for name in ("generator", "averaged_generator", "discriminator"):
        getattr(gan, name).set_weights(getattr(players, name).get_weights())
    rates = slowing_adam(3e-3, steps), slowing_adam(3e-3, steps)
    gan.compile(*rates, mode_seeking=3.0, contrast=1.0, **pace())
    seen = [gan.reader(part, training=False) for part in np.array_split(images, 8)]
    features = tf.constant(encoders.with_empty(np.concatenate(seen)))
    images, histories = tf.constant(images), tf.constant(histories, tf.int32)
    later, age = tf.constant(later, tf.int32), tf.range(encoders.LONGEST, 0, -1)

    def batch(seed, size):
        most = tf.constant([[len(later)], [later.shape[1]], [len(age) + 1]])
        drawn = tf.random.stateless_uniform((3, size), seed, 0, tf.int32.max, tf.int32) % most
        who, which, length = tf.unstack(drawn)
        past = tf.where(age <= length[:, None], tf.gather(histories, who), len(features) - 1)
        liked = tf.gather_nd(later, tf.stack([who, which], axis=1))
        return tf.gather(images, liked), tf.gather(features, past)

    return gan, batch


LESSONS = {"06": taste, "07": history}


def pace():
    """Several steps at once where nobody else has to be waited for."""
    alone = tf.distribute.get_strategy().num_replicas_in_sync == 1
    return {"steps_per_execution": AT_ONCE if alone else 1}


def batches(batch, *, seed, steps, batch_size):
    """A tf.data.Dataset of the batches of the given steps, the same whenever a run begins.

    Args:
        batch: as `taste` returns it.
        seed: a whole number.
        steps: a range, for example `range(80, 800)` for what is left after 80 steps.
        batch_size: of all workers together.
    """
    data = tf.data.Dataset.range(steps.start, steps.stop)
    data = data.map(lambda step: batch(tf.stack([tf.constant(seed, tf.int64), step]), batch_size))
    return shared(data.prefetch(2))


# ---- training ------------------------------------------------------------------------------------


def train(lesson, folder, *, batch_size, steps, seed):
    """Train a lesson's model, or go on with it, until so many steps are done.

    Args:
        lesson: "06" or "07".
        folder: where the state is kept; on a cluster, one that all workers see.
        batch_size: of all workers together.
        steps: in all, a multiple of 80: there are ten saves, and eight steps at a time.
        seed: a whole number from 0.

    Returns:
        The trained model.

    Raises:
        CannotTrain: for arguments or a TF_CONFIG that cannot be right, or a folder that holds
            another run.
    """
    run = {"lesson": lesson, "batch_size": batch_size, "steps": steps, "seed": seed}
    require_run(run)
    spread = strategy()
    require_shares(batch_size, replicas=spread.num_replicas_in_sync)
    folder = Path(folder)
    require_same_run(run, folder)
    keras.utils.set_random_seed(seed)
    with spread.scope():
        model, batch = LESSONS[lesson](steps)
        if (folder / STATE).exists():
            load_state(model, folder)
    first = done(model)
    if first < steps:
        timing = Timing()
        saving = [Saving(folder)] if chief() else []
        model.fit(
            batches(batch, seed=seed, steps=range(first, steps), batch_size=batch_size),
            initial_epoch=first * SAVES // steps,
            epochs=SAVES,
            steps_per_epoch=steps // SAVES,
            verbose=0,
            callbacks=[timing, *saving],
        )
        write_report(folder, model, seconds=timing.seconds)
    return model


def chief():
    """Whether this process is the one of its cluster that writes."""
    return cluster(os.environ.get("TF_CONFIG"))[1] == 0


def done(model):
    """How many steps a model has been trained."""
    return int(model.generator_optimizer.iterations.numpy())


class Timing(keras.callbacks.Callback):
    """`seconds`: how long a step took, on average over each epoch."""

    def on_train_begin(self, logs=None):
        self.seconds = []

    def on_epoch_begin(self, epoch, logs=None):
        self.began = time.perf_counter()

    def on_epoch_end(self, epoch, logs=None):
        self.seconds.append((time.perf_counter() - self.began) / self.params["steps"])


class Saving(keras.callbacks.Callback):
    """Keeps the whole state in one file after each epoch, and prints a line about it.

    The file is replaced at once, so that whoever is killed leaves the last whole one. It holds the
    weights, both optimizers and all random states, so that nothing is lost by going on from it.

    Args:
        folder: a Path.
    """

    def __init__(self, folder):
        super().__init__()
        self.folder = folder

    def on_epoch_end(self, epoch, logs=None):
        save_state(self.model, self.folder)
        losses = ", ".join(f"{name} {value:.3f}" for name, value in logs.items())
        print(f"step {done(self.model)}: {losses}", flush=True)


def state(model):
    """All variables that the next step depends on: weights, random states, optimizers.

    Keras's files of weights leave out the random states, and then other noise would follow.
    """
    optimizers = model.generator_optimizer, model.discriminator_optimizer
    return [*model.variables, *(each for some in optimizers for each in some.variables)]


def save_state(model, folder):
    """Write the state of a training, whole or not at all."""
    content = io.BytesIO()
    np.savez(content, *[each.numpy() for each in state(model)], steps=done(model))
    part = folder / f"{STATE}.part"
    part.write_bytes(content.getvalue())
    os.replace(part, folder / STATE)


def load_state(model, folder):
    """Go back to the state that `save_state` wrote.

    Raises:
        CannotTrain: if the file is damaged or of another model.
    """
    arrays = saved(folder)
    try:
        for variable, array in zip(state(model), arrays, strict=True):
            variable.assign(array)
    except ValueError as error:
        raise CannotTrain(
            f"{folder / STATE} does not fit ({error}). Delete it, or the folder"
        ) from error


def saved(folder):
    """The state in a folder, a list of arrays in the order of `state`.

    Raises:
        CannotTrain: if there is none, or the file is damaged.
    """
    try:
        with np.load(folder / STATE, allow_pickle=False) as file:
            return [file[name] for name in file.files if name != "steps"]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise CannotTrain(
            f"{folder / STATE} cannot be read ({error}). Delete it, or the folder"
        ) from error


def steps_saved(folder):
    """How many steps the state in a folder has behind it; 0 if there is none yet."""
    if not (folder / STATE).exists():
        return 0
    with np.load(folder / STATE, allow_pickle=False) as file:
        return int(file["steps"])


def write_report(folder, model, *, seconds):
    """Measure what the exchange of gradients costs, and let the chief write what was measured."""
    spread = model.distribute_strategy
    weights = [*model.generator.trainable_variables, *model.judge.trainable_variables]
    numbers = sum(int(np.prod(each.shape)) for each in weights)
    report = {
        "replicas": spread.num_replicas_in_sync,
        "seconds_a_step": float(np.median(seconds[1:] or seconds)),  # the first draws the graph
        "gradient_bytes": 4 * numbers,
        "exchange_seconds": [seconds_an_exchange(spread, size) for size in (1, numbers)],
    }
    if chief():
        _write_whole(folder / REPORT, report)


def _write_whole(path, content):
    part = path.with_name(path.name + ".part")
    part.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    os.replace(part, path)


def seconds_an_exchange(spread, numbers):
    """How long it takes to add up so many float32 numbers over all replicas: a median."""
    if spread.num_replicas_in_sync == 1:
        return 0.0

    def add_up():
        return tf.distribute.get_replica_context().all_reduce("sum", tf.ones(numbers))

    exchange = tf.function(lambda: spread.run(add_up))
    times = []
    for _ in range(TIMED + 1):
        began = time.perf_counter()
        exchange()
        times.append(time.perf_counter() - began)
    return float(np.median(times[1:]))


# ---- what cannot be right ------------------------------------------------------------------------


def require_run(run):
    """Raise CannotTrain unless the lesson is known and the numbers are whole and large enough."""
    if run["lesson"] not in LESSONS:
        raise CannotTrain(f"lesson must be one of {', '.join(LESSONS)}; got {run['lesson']!r}")
    at_once = SAVES * AT_ONCE
    for name, least, multiple in (("batch_size", 2, 1), ("steps", 1, at_once), ("seed", 0, 1)):
        value = run[name]
        if type(value) is not int or value < least or value % multiple:
            kind = f"a multiple of {multiple}" if multiple > 1 else f"a whole number from {least}"
            raise CannotTrain(f"{name} must be {kind}; got {value!r}")


def require_shares(batch_size, *, replicas):
    """Raise CannotTrain unless all replicas get equal shares of a batch, of two images at least."""
    if batch_size % replicas or batch_size < 2 * replicas:
        raise CannotTrain(
            f"{replicas} replicas share each batch, so batch_size must be a multiple of {replicas} "
            f"and at least {2 * replicas}; got {batch_size}"
        )


def require_same_run(run, folder):
    """Raise CannotTrain if the folder holds a run with other arguments; else note these there."""
    path = folder / RUN
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not path.exists() and chief():
            _write_whole(path, run)
        found = json.loads(path.read_text(encoding="utf-8")) if path.exists() else run
    except (OSError, json.JSONDecodeError) as error:
        raise CannotTrain(f"the folder {folder} cannot be used: {error}") from None
    if found != run:
        raise CannotTrain(f"the folder {folder} holds another run, {found}; this one is {run}")


# ---- the command ---------------------------------------------------------------------------------


def main(arguments=None):
    """Train as the command line and TF_CONFIG say."""
    parser = argparse.ArgumentParser(
        prog="python -m persogan_lessons.course.train",
        description="Train a lesson's model, on one machine or, by TF_CONFIG, on several.",
    )
    parser.add_argument("--lesson", required=True, help=f"one of {', '.join(LESSONS)}")
    parser.add_argument("--folder", required=True, help="keeps the state; all workers must see it")
    parser.add_argument("--batch-size", type=int, default=64, help="of all workers together")
    parser.add_argument("--steps", type=int, default=800, help="in all, a multiple of 80")
    parser.add_argument("--seed", type=int, default=1)
    try:
        train(**vars(parser.parse_args(arguments)))
    except CannotTrain as error:
        parser.error(str(error))


if __name__ == "__main__":
    main()
