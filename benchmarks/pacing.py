"""A variant's half of the conversation: train when asked to, measure, report, wait.

Needs the standard library only, since some variants run in an environment of their own.
"""

import ctypes
import json
import os
import sys
import time
from pathlib import Path

WARM_UP = 1.0  # seconds of training before a segment is timed: caches and clock are others' still
CURRENT, FUTURE, ON_FAULT = 1, 2, 4  # flags of mlockall on Linux


class Pacer:
    """Cuts a training loop into timed segments, with no change to the loop.

    The loop calls `tick(steps)` after each step, or after each epoch where Keras's `fit` owns the
    loop. The call returns at once, except where a segment is over: then it reports and blocks
    until the driver wants the next one. So `fit` is called once and runs for as long as the
    benchmark does, as it does for a learner who trains for a minute, and neither what it does
    before its first step nor the pauses are in the times. All a segment does is train.

    Args:
        commands: lines `{"seconds": 1.5}`, one for each segment; the end of it ends the process.
        replies: takes a line of JSON when the loop is ready and one after each segment.
    """

    def __init__(self, commands, replies):
        self.commands = commands
        self.replies = replies
        self.facts = {}
        self.wanted = None  # seconds of the segment that runs; before the first, none does

    def note(self, **facts):
        """What else to tell the driver, once, when the loop is ready."""
        self.facts |= facts

    def tick(self, steps=1):
        """Say that the loop has just made so many training steps."""
        if self.wanted is None:  # the first step, with all that is done only once, is behind us
            self._reply(**self.facts)
            self._begin()
            return
        self.steps += steps
        seconds = time.perf_counter() - self.start
        if self.cold and seconds >= WARM_UP:
            self.cold, self.steps, self.start = False, 0, time.perf_counter()
        elif not self.cold and seconds >= self.wanted:
            cpu_seconds = time.process_time() - self.cpu_start  # of all threads, warm-up too
            self._reply(
                steps=self.steps,
                seconds=seconds,
                cpu_seconds=cpu_seconds,
                peak_memory=peak_memory(),
            )
            self._begin()

    def _begin(self):
        line = self.commands.readline()
        if not line:
            sys.exit()
        self.wanted = json.loads(line)["seconds"]
        self.steps, self.cold = 0, True
        self.start, self.cpu_start = time.perf_counter(), time.process_time()

    def _reply(self, **facts):
        self.replies.write(json.dumps(facts) + "\n")
        self.replies.flush()


def over_pipes():
    """A pacer on standard input and output; whatever else is printed goes nowhere."""
    replies = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    return Pacer(sys.stdin, replies)


def keep_memory():
    """Ask Linux never to put this process's memory away while it waits for its turn.

    A variant that got its memory back page by page would be timed at that, not at training. Where
    the system refuses, or is another one, nothing happens.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).mlockall(CURRENT | FUTURE | ON_FAULT)


def peak_memory():
    """The most memory this process has held so far, in MB; None where the system does not say."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return None
    (line,) = [each for each in status.read_text().splitlines() if each.startswith("VmHWM")]
    return int(line.split()[1]) / 1024
