"""Asks the variants for short timed segments in random order, and keeps only quiet ones.

Each variant is a process that keeps its model alive, and only one of them computes at a time. In
each round every variant has one segment, so that two variants of a round have met the same machine:
its clock, its heat, its neighbours. A segment during which other programs took a noticeable share
of the processors is repeated.
"""

import dataclasses
import json
import os
import random
import subprocess
import tempfile
import time
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parent.parent
SEGMENT = 1.5  # seconds; a variant that only stops between epochs may take longer
WARM_UP = 0.7
QUIET = 0.05  # the share of all processors that others may take during a clean segment
TRIES = 3


class VariantError(Exception):
    """A variant's process ended before its time."""


@dataclasses.dataclass
class Segment:
    """One timed stretch of training.

    Attributes:
        rate: training steps a second.
        others: the share of all processors, 0 to 1, that went elsewhere: to other processes and,
            where this machine is a virtual one, to its neighbours.
    """

    rate: float
    others: float

    @property
    def clean(self):
        """Whether others left the machine alone."""
        return self.others <= QUIET


class Worker:
    """The driver's half of the conversation with one variant's process."""

    def __init__(self, command, **variables):
        self.errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed in `stop`)
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"} | variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
        )
        self.facts = self._read()  # after the first step
        self.peak_memory = None  # MB
        self._ask(WARM_UP)

    def segment(self, seconds=SEGMENT):
        """Train for about so long; returns a Segment."""
        before = processor_times()
        reply = self._ask(seconds)
        others = share_of_others(before, processor_times(), own=reply["cpu_seconds"])
        self.peak_memory = reply["peak_memory"]
        return Segment(rate=reply["steps"] / reply["seconds"], others=others)

    def stop(self):
        """End the process."""
        self.process.stdin.close()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def _ask(self, seconds):
        self.process.stdin.write(json.dumps({"seconds": seconds}) + "\n")
        self.process.stdin.flush()
        return self._read()

    def _read(self):
        line = self.process.stdout.readline()
        if not line:
            self.errors.seek(0)
            last = self.errors.read().strip()[-1500:]
            raise VariantError(last or f"ended with code {self.process.wait()} and no message")
        return json.loads(line)


def start(variant, model, *, python, images):
    """A worker of one variant, ready and warm.

    Args:
        variant: "module:function" of this folder.
        model: "mlp" or "conv".
        python: the interpreter that has what the variant needs.
        images: path of an .npy file.
    """
    return Worker([str(python), "-m", "benchmarks.worker", variant, model, str(images)])


def processor_times():
    """Seconds since the start of this machine, summed over its processors: (all, idle)."""
    times = psutil.cpu_times()._asdict()
    for inside in ("guest", "guest_nice"):  # counted in `user` and `nice` already
        times.pop(inside, None)
    return sum(times.values()), times["idle"] + times.get("iowait", 0)


def share_of_others(before, after, *, own):
    """Which share of the machine, 0 to 1, others took between two `processor_times`.

    Time stolen by neighbours of a virtual machine counts as theirs.

    Args:
        before: `processor_times()`, seconds.
        after: the same, later.
        own: seconds of processor time that the process in question took itself.
    """
    everything = after[0] - before[0]
    idle = after[1] - before[1]
    return max(0.0, everything - idle - own) / everything if everything > 0 else 0.0


def quietest(segment, tries=TRIES):
    """Call `segment()` until one is clean, at most so often; returns the quietest and the calls."""
    seen = []
    while len(seen) < tries and not (seen and seen[-1].clean):
        seen.append(segment())
    return min(seen, key=lambda each: each.others), len(seen)


def play(workers, rounds, *, until, say):
    """All rounds, or as many as there is time for.

    Args:
        workers: `{name: Worker}`.
        rounds: how many at most.
        until: a time of `time.monotonic()` after which no segment is repeated, and no round begins
            but for the first three.
        say: called with a line of text now and then.

    Returns:
        One `{name: Segment}` for each round, and the number of segments that were repeats.
    """
    order, generator = list(workers), random.Random(0)
    played, repeats = [], 0
    for number in range(rounds):
        if number >= 3 and time.monotonic() > until:
            say(f"  time is up after {number} of {rounds} rounds")
            break
        generator.shuffle(order)
        played.append({})
        for name in order:
            allowed = TRIES if time.monotonic() < until else 1
            played[-1][name], tries = quietest(workers[name].segment, allowed)
            repeats += tries - 1
        loud = sum(not each.clean for each in played[-1].values())
        say(f"  round {number + 1} of {rounds}" + f", {loud} segments not quiet" * bool(loud))
    return played, repeats
