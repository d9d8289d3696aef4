"""Beside students' code: runs one student's cells in a process of its own, and tries the answers.

    python -m persogan_lessons.course.trials

loads TensorFlow once, then waits for requests, a line of JSON each. For each it forks a process
that gives up its rights (`isolation`), runs the steps in `program.json` of the folder named, and
writes what came of them to `results.json`, a line for each step. Nothing here knows what is right:
whoever asked reads the results and judges them.

A step is `{"code": ...}`, a cell to run, or `{"try": function, "how": attempt, "inputs": [...]}`.
"""

import contextlib
import ctypes
import json
import os
import sys
import tempfile

import keras  # noqa: F401 -- loaded here, once for all students
import matplotlib.pyplot as plt  # noqa: F401
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from persogan_lessons.course import attempts, isolation, lesson  # noqa: F401
from persogan_lessons.data import digits  # noqa: F401
from persogan_lessons.display import plots  # noqa: F401
from persogan_lessons.measures import realism  # noqa: F401
from persogan_lessons.models import gan  # noqa: F401

ADOPT_ORPHANS = 36  # of prctl: processes left behind become ours, so that none is lost sight of
END_WITH_PARENT, KILL = 1, 9  # of prctl: nothing goes on when the grading is stopped


def main():
    """Serve requests from standard input, one by one; say "ready", then "done" each time."""
    _prctl(ADOPT_ORPHANS, 1)
    _prctl(END_WITH_PARENT, KILL)
    print("ready", flush=True)
    for line in sys.stdin:
        _reap()
        child = os.fork()
        if child == 0:
            try:
                run(**json.loads(line))
            finally:
                os._exit(0)
        os.waitpid(child, 0)
        print("done", flush=True)


def _prctl(option, value):
    with contextlib.suppress(AttributeError, OSError):  # Linux only
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def _reap():
    """Let go of processes that ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def run(folder, *, readable, limits):
    """Run the program of a folder, isolated if `readable` is a list of what may be read."""
    _prctl(END_WITH_PARENT, KILL)
    os.chdir(folder)
    os.environ |= {"HOME": folder, "TMPDIR": folder, "IPYTHONDIR": folder}
    tempfile.tempdir = folder
    with open("program.json", encoding="utf-8") as file:
        steps = json.load(file)
    os.remove("program.json")
    results = os.open("results.json", os.O_WRONLY | os.O_APPEND)
    _keep_open_only(results)
    shell = new_shell()  # it sets up a folder, with rights that are then given up
    isolation.limit(**limits)
    if readable is not None:
        isolation.isolate(readable, [folder])
    with open(results, "w", encoding="utf-8") as file:
        done = carry_out(steps, shell, before=lambda at: _tell(file, {"at": at}))
        for number, found in enumerate(done):
            _tell(file, {"at": number, "found": found})
        _tell(file, {"end": True})


def _keep_open_only(results):
    """All else is closed; what students print goes nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in range(3):
        os.dup2(nowhere, standard)
    os.closerange(3, results)
    os.closerange(results + 1, 4096)


def _tell(file, what):
    file.write(json.dumps(what) + "\n")
    file.flush()


def new_shell():
    """What runs cells as a notebook does, magics included, and keeps no history."""
    return InteractiveShell(config=Config({"HistoryManager": {"enabled": False}}))


def carry_out(steps, shell, *, before=lambda at: None):
    """Run steps in order; yields for each what was found, None for a cell.

    Args:
        steps: see above.
        shell: from `new_shell`.
        before: called with the number of each step before it is run.
    """
    errors = {}
    for at, step in enumerate(steps):
        before(at)
        if "code" in step:
            error = _run_cell(shell, step["code"])
            errors |= {step.get("answer"): error}
            yield None
        else:
            yield _try(shell.user_ns.get(step["try"]), step, error=errors.get(step["try"]))


def _run_cell(shell, code):
    """The error that a cell ends with, in words, or None."""
    ran = shell.run_cell(code)
    error = ran.error_before_exec or ran.error_in_exec
    return f"{type(error).__name__}: {error}"[:300] if error else None


def _try(function, step, *, error):
    """What comes of a function on each set of inputs, as JSON."""
    if not callable(function):
        error = error or f"NameError: no function {step['try']} is defined"
        return [{"error": error} for _ in step["inputs"]]
    attempt = getattr(attempts, step["how"])
    found = [
        attempts.outcome(attempt, function, inputs=attempts.unpacked(each))
        for each in step["inputs"]
    ]
    return [attempts.packed(each) for each in found]


if __name__ == "__main__":
    main()
