"""This machine: what it has, and how long a lesson takes on it."""

import dataclasses
import os
import platform
import time
from pathlib import Path

import psutil

LESSON_MEMORY = 1.5  # GB, what the kernel of a lesson may use at its peak
CGROUP_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
CPU_FLAGS = Path("/proc/cpuinfo")
TIMED_STEPS = 20


@dataclasses.dataclass(frozen=True)
class Machine:
    """What a lesson needs to know about where it runs.

    Attributes:
        cores: CPU cores.
        memory: GB.
        gpu: name of the GPU, or None.
        bfloat16: whether the CPU multiplies 16-bit floats, about twice as fast as 32-bit ones.
    """

    cores: int
    memory: float
    gpu: str | None = None
    bfloat16: bool = False

    def __str__(self):
        cores = f"{self.cores} CPU core" + "s" * (self.cores > 1)
        device = self.gpu or cores + " with bfloat16" * self.bfloat16
        return f"{device}, {self.memory:.1f} GB memory"


def describe():
    """This machine, as this program may use it: a container's limits count."""
    import tensorflow as tf  # after `lesson.start` has silenced its start-up

    gpus = tf.config.list_physical_devices("GPU")
    details = tf.config.experimental.get_device_details(gpus[0]) if gpus else {}
    gpu = details.get("device_name", "GPU") if gpus else None
    return Machine(_cores(), _memory() / 2**30, gpu, _has_bfloat16())


def report():
    """Print whether this machine is ready for the course, one line for each need."""
    import keras
    import tensorflow as tf

    free = psutil.virtual_memory().available / 2**30
    print(f"Python      {platform.python_version()}")
    print(f"TensorFlow  {tf.__version__}, Keras {keras.__version__} on {keras.backend.backend()}")
    print(f"Machine     {describe()}")
    enough = min(free, describe().memory) >= LESSON_MEMORY
    advice = "enough" if enough else "close other programs"
    print(f"Memory      {free:.1f} GB free, a lesson needs {LESSON_MEMORY} GB at most: {advice}")


def seconds_a_step(step):
    """The time that one call of `step()` takes here: the median of twenty, after a warm-up.

    Args:
        step: a function without arguments, for instance one training step.
    """
    for _ in range(3):  # the first call draws the graph
        step()
    times = []
    for _ in range(TIMED_STEPS):
        begin = time.perf_counter()
        step()
        times.append(time.perf_counter() - begin)
    return sorted(times)[len(times) // 2]


def in_words(seconds):
    """A duration as one says it: 'about two minutes'."""
    if seconds < 50:
        return f"about {max(10, round(seconds, -1)):.0f} seconds"
    minutes = round(seconds / 60)
    words = ("", "a minute", "two minutes", "three minutes", "four minutes", "five minutes")
    return f"about {words[minutes] if minutes < len(words) else f'{minutes} minutes'}"


def _cores():
    """Cores this process may use; Binder names its share in CPU_LIMIT."""
    this = psutil.Process()
    cores = len(this.cpu_affinity()) if hasattr(this, "cpu_affinity") else os.cpu_count()
    return max(1, min(cores, int(float(os.environ.get("CPU_LIMIT") or cores))))


def _has_bfloat16():
    flags = CPU_FLAGS.read_text() if CPU_FLAGS.is_file() else ""  # Linux tells; others do without
    return "avx512_bf16" in flags or "amx_bf16" in flags


def _memory():
    """Bytes this process may use: the machine's, or less in a container."""
    limits = [psutil.virtual_memory().total]
    if os.environ.get("MEM_LIMIT", "").isdigit():  # set by Binder
        limits.append(int(os.environ["MEM_LIMIT"]))
    for path in map(Path, CGROUP_FILES):
        if path.is_file() and path.read_text().strip().isdigit():  # 'max' where there is no limit
            limits.append(int(path.read_text()))
    return min(limits)
