"""The trusted side of `trials`: starts it, sets limits, watches, and reads what came of each step.

Nothing that a student wrote is run or unpickled here. What comes back is JSON, read from a file
that was opened before the student's process began, and taken for numbers to be judged, no more.
"""

import contextlib
import json
import os
import select
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import psutil

from persogan_lessons.course import attempts, isolation

PACKAGE = Path(__file__).resolve().parents[1]
WITHHELD = ("assignments", "books.py", "grading.py", "handouts.py", "reports.py", "sandbox.py")
# What stands for the checks beside students' code: any of them can be called, and says nothing.
ABSENT = '''"""Checks are not here while answers are tried."""


class Absent:
    def __getattr__(self, name):
        return self

    def __call__(self, *arguments, **options):
        return None


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Absent()
'''
SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/etc/localtime", "/etc/ld.so.cache", "/proc/cpuinfo")
SYSTEM += (
    "/proc/self",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
    "/dev/null",
    "/dev/zero",
    "/dev/urandom",
)
PATIENCE = 5  # seconds on the clock for each second of the processor's
ROOM = 64  # processes and threads for one student
QUIET = {"TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg", "PERSOGAN_BUDGET": "fast"}
ONE_CORE = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"),
    "1",
)


@dataclass(frozen=True)
class Limits:
    """What one student may use: seconds for a step, bytes of memory, bytes of files.

    Seconds are the processor's, so that a busy machine costs nobody a mark; five times as many may
    pass on the clock.
    """

    seconds: float = 60.0
    memory: int = 3 << 30
    files: int = 50 << 20


@dataclass(frozen=True)
class Stopped:
    """Why a step did not come to its end."""

    reason: str


class Sandbox:
    """A place to run students' cells in, one student at a time. Use it in a `with`.

    Args:
        limits: `Limits`.
        isolated: a function that says what keeps a process from being isolated, or None. Where
            there is no isolation and that is accepted, pass `lambda: None`-like `accepted`.

    Raises:
        OSError: if students' code cannot be isolated here.
    """

    def __init__(self, limits, check=isolation.missing):
        self.limits, self.process = limits, None
        self.readable = None if check is accepted else []
        problem = check()
        if problem:
            raise OSError(problem)

    def __enter__(self):
        self.home = Path(tempfile.mkdtemp(prefix="classroom-")).resolve()
        stage(self.home / "course")
        if self.readable is not None:
            prefixes = (sys.prefix, sys.base_prefix, self.home / "course")
            self.readable = [*SYSTEM, *map(str, prefixes)]
        self._prove()
        return self

    def _prove(self):
        """Try an answer that is right, so that a fault of ours is not taken for everybody's."""
        inputs = [attempts.packed({"x": np.ones(1, "float32")})]
        steps = [{"code": "def same(x):\n    return x", "answer": "same"}]
        steps += [{"try": "same", "how": "returned", "inputs": inputs}]
        found = self.run(steps)[1]
        if isinstance(found, Stopped) or "value" not in found[0]:
            self.__exit__()
            raise OSError(f"students' programs do not run here; a right one gave: {found}")

    def __exit__(self, *error):
        self._end()
        shutil.rmtree(self.home, ignore_errors=True)

    def run(self, steps):
        """What each step came to: what `trials` found, None for a cell, `Stopped` for no end.

        A step that does not end is left out, and the others are run again without it, so that it
        costs no other task.
        """
        found = {}
        while True:
            left = [at for at in range(len(steps)) if not isinstance(found.get(at), Stopped)]
            due = [at for at in left if "code" in steps[at] or at not in found]
            if all("code" in steps[at] for at in due):
                return [found.get(at) for at in range(len(steps))]
            ended = self._run_once([steps[at] for at in due])
            found |= {at: result for at, result in zip(due, ended, strict=False)}

    def _run_once(self, steps):
        """Results of the first steps, up to one that did not end."""
        self._start()
        folder = Path(tempfile.mkdtemp(dir=self.home))
        try:
            (folder / "program.json").write_text(json.dumps(steps), encoding="utf-8")
            (folder / "results.json").touch()
            with (folder / "results.json").open("rb") as results:
                return self._watch(folder, Results(results, len(steps)))
        finally:
            self._clear()
            shutil.rmtree(folder, ignore_errors=True)

    def _watch(self, folder, results):
        self._ask(folder)
        at, began = None, None
        while not self._finished(0.05):
            results.read()
            if results.at != at:
                at, began = results.at, self._spent()
            reason = self._excess(folder, self._spent() - began)
            if reason:
                self._clear()
                self._finished(60)  # it says so of the process that was ended, too
                return results.stopped(reason)
        results.read()
        return results.stopped("the program ended itself, or was ended, before it was done")

    def _ask(self, folder):
        limits = {"memory": 2 * self.limits.memory, "file_size": self.limits.files}
        limits |= {"processes": _processes_now() + ROOM}
        request = {"folder": str(folder), "readable": self.readable, "limits": limits}
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()

    def _finished(self, seconds):
        """Whether the student's process has ended."""
        if not select.select([self.process.stdout], [], [], seconds)[0]:
            return False
        if not self.process.stdout.readline():
            raise OSError("the process that starts students' programs has ended")
        return True

    def _spent(self):
        """Seconds: the processor's of all processes of the student, and those on the clock."""
        return np.array([sum(map(_seconds, self._descendants())), time.monotonic()])

    def _excess(self, folder, spent):
        """Which limit is passed, in words, or None."""
        limits = self.limits
        if np.any(spent > [limits.seconds, PATIENCE * limits.seconds]):
            return f"it ran for more than {limits.seconds:.0f} s: an endless loop, or far too much"
        if sum(map(_memory, self._descendants())) > limits.memory:
            return f"it took more than {limits.memory >> 20} MB of memory"
        if _size(folder) > 2 * limits.files:
            return f"it wrote more than {2 * limits.files >> 20} MB of files"
        return None

    def _start(self):
        if self.process and self.process.poll() is None:
            return
        environment = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": str(self.home)}
        environment |= QUIET | ONE_CORE | {"PYTHONPATH": str(self.home / "course")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "persogan_lessons.course.trials"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self.home,
            env=environment,
            text=True,
        )
        if self.process.stdout.readline() != "ready\n":
            raise OSError("the process that is to run students' programs does not start")

    def _descendants(self):
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.Error:
            return []

    def _clear(self):
        """End every process of the student, those included that hid behind others."""
        for _ in range(100):
            left = [each for each in self._descendants() if _alive(each)]
            for act in (psutil.Process.suspend, psutil.Process.kill):
                for each in left:
                    with contextlib.suppress(psutil.Error):
                        act(each)
            if not left:
                return
            time.sleep(0.05)
        self._end()

    def _end(self):
        if self.process:
            self.process.kill()
            self.process.wait()
            for stream in (self.process.stdin, self.process.stdout):
                with contextlib.suppress(OSError):
                    stream.close()
            self.process = None


def accepted():
    """In place of `isolation.missing`: run students' code with the rights of this account."""
    return None


def stage(folder):
    """Copy the package as students' code may see it: nothing of it knows an answer."""
    course = folder / "persogan_lessons"
    keep_out = shutil.ignore_patterns("__pycache__", *WITHHELD)
    shutil.copytree(PACKAGE, course, ignore=keep_out)
    (course / "course" / "assignments").mkdir()
    (course / "course" / "assignments" / "__init__.py").write_text(ABSENT, encoding="utf-8")


class Results:
    """The lines that a student's process writes; all else that it writes there is nothing."""

    def __init__(self, file, count):
        self.file, self.rest, self.found = file, b"", [None] * count
        self.at, self.ended = 0, False

    def read(self):
        """Take in the lines written since."""
        *lines, self.rest = (self.rest + self.file.read()).split(b"\n")
        for line in lines:
            with contextlib.suppress(ValueError, RecursionError, AttributeError, TypeError):
                self._take(json.loads(line))

    def _take(self, line):
        if line.get("end") is True:
            self.ended = True
        at = line.get("at")
        if isinstance(at, int) and 0 <= at < len(self.found):
            self.at = max(at, self.at)
            if isinstance(line.get("found"), list):
                self.found[at] = [attempts.unpacked(each) for each in line["found"]]

    def stopped(self, reason):
        """What was found, cut short by `Stopped` unless the end was reached."""
        return self.found if self.ended else [*self.found[: self.at], Stopped(reason)]


def _processes_now():
    """Processes and threads that this account has; none, for root, whose own are counted apart."""
    if os.geteuid() == 0:
        return 0
    mine = [each for each in psutil.process_iter(["uids", "num_threads"]) if each.info["uids"]]
    return sum(e.info["num_threads"] or 1 for e in mine if e.info["uids"].real == os.getuid())


def _alive(process):
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def _seconds(process):
    try:
        return sum(process.cpu_times()[:4])  # its own, and those of children that have ended
    except psutil.Error:
        return 0


def _memory(process):
    try:
        return process.memory_info().rss
    except psutil.Error:
        return 0


def _size(folder):
    """Bytes of all files below a folder; links are not followed."""
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += os.lstat(os.path.join(path, name)).st_size
    return total
