"""A cluster on one machine: several processes that train together and talk over loopback.

On a real cluster its launcher does this, on several machines; `train` cannot tell the difference.
Taught in lesson 11.
"""

import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

PROGRAM = [sys.executable, "-u", "-m", "persogan_lessons.course.cluster"]
PAUSE = 0.02  # seconds between two looks at the workers
UNUSED = ("IPython", "matplotlib", "pandas", "sklearn")  # Keras takes them along where they are
EXTRA_PATH = str(Path(__file__).resolve().parents[2])  # where the package is, installed or not


class WorkerFailed(RuntimeError):
    """A worker ended with an error; the message has the last lines of what it wrote."""


class Workers:
    """The processes of a cluster, which end with the `with` block, whatever happens in it.

    Example:
        with Workers(2, ["--lesson", "06", "--folder", "runs/taste"], logs="runs") as workers:
            workers.wait()

    Args:
        count: how many processes, at least 1; a single one trains without a cluster.
        arguments: of `python -m persogan_lessons.course.train`.
        logs: a folder; worker k writes `worker{k}.log` there.
    """

    def __init__(self, count, arguments, *, logs):
        self.logs = [Path(logs) / f"worker{index}.log" for index in range(count)]
        addresses = [f"127.0.0.1:{port}" for port in free_ports(count)]
        self.configs = [tf_config(addresses, index) if count > 1 else "" for index in range(count)]
        self.arguments, self.processes = list(map(str, arguments)), []
        self.killed = set()  # on purpose, so that nobody need report it

    def __enter__(self):
        self.logs[0].parent.mkdir(parents=True, exist_ok=True)
        threads = max(1, (os.cpu_count() or 1) // len(self.logs))
        try:
            for config, log in zip(self.configs, self.logs, strict=True):
                worker = start(self.arguments, config, threads=threads, log=log)
                self.processes.append(worker)
        except BaseException:
            self.end()
            raise
        return self

    def __exit__(self, *error):
        self.end()

    def wait(self, until=None, *, seconds=600):
        """Wait until all workers are done, or until `until()` is true.

        Raises:
            WorkerFailed: as soon as one ends with an error; the others then wait in vain.
            TimeoutError: after so many seconds.
        """
        limit = time.monotonic() + seconds
        while until is None or not until():
            codes = {index: each.poll() for index, each in enumerate(self.processes)}
            for index in codes.keys() - self.killed:
                if codes[index]:
                    raise WorkerFailed(f"worker {index} ended:\n{self.said(index)}")
            if None not in codes.values():
                return
            if time.monotonic() > limit:
                raise TimeoutError(f"not done after {seconds} s:\n{self.said(0)}")
            time.sleep(PAUSE)

    def said(self, index):
        """The last lines that a worker has written."""
        text = self.logs[index].read_text(encoding="utf-8", errors="replace")
        return "\n".join(text.strip().splitlines()[-5:])

    def kill(self, index):
        """End one worker at once, as a power cut would; `wait` then waits for the others."""
        self.killed.add(index)
        self.processes[index].kill()
        self.processes[index].wait()

    def end(self):
        """End all workers that are still running."""
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait()
            process.stdin.close()


def free_ports(count):
    """Ports of this machine that nobody listens at, a list."""
    with contextlib.ExitStack() as held:  # all at once, so that no two are the same
        probes = [held.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]


def tf_config(addresses, index):
    """What worker `index` finds in TF_CONFIG: who is in the cluster, and which one it is."""
    task = {"type": "worker", "index": index}
    return json.dumps({"cluster": {"worker": addresses}, "task": task})


def start(arguments, config, *, threads, log):
    """Start one worker: with its TF_CONFIG, so many threads, and a file for its words."""
    own = {
        "TF_CONFIG": config,
        "CUDA_VISIBLE_DEVICES": "-1",  # two processes cannot share one GPU in an exchange
        "MALLOC_ARENA_MAX": "2",  # on Linux 15 MB less in each; nothing elsewhere
        "TF_CPP_MIN_LOG_LEVEL": "2",
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join(filter(None, [EXTRA_PATH, os.environ.get("PYTHONPATH")])),
    }
    with open(log, "wb") as words:
        return subprocess.Popen(
            [*PROGRAM, *arguments],
            env={**os.environ, **own},
            stdin=subprocess.PIPE,  # never written to: it closes when this process ends
            stdout=words,
            stderr=subprocess.STDOUT,
        )


def main():
    """Train, for as long as the process that started this one is there."""
    end_with_starter()
    sys.modules.update(dict.fromkeys(UNUSED))  # None: as if not installed; 85 MB less, and faster
    from persogan_lessons.course import train  # takes seconds, in which the starter may end

    train.main()


def end_with_starter():
    """End this process as soon as the one that started it is gone, however that ended."""

    def watch():
        os.read(0, 1)  # returns when the other end of the pipe is gone
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


if __name__ == "__main__":
    main()
