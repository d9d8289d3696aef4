"""The beginning of a lesson: the same luck for everybody, and as much work as a machine allows."""

import contextlib
import os
import sys
import tempfile

from persogan_lessons.course import machines

BUDGETS = ("fast", "cpu", "gpu")


def start(seed, devices=1):
    """Seed everything, silence TensorFlow's start-up, and print one line about this machine.

    Args:
        seed: a whole number from 0; the same seed gives the same lesson.
        devices: into how many logical devices TensorFlow splits the CPU (lesson 11).
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed < 2**32:
        raise ValueError(f"seed must be a whole number from 0 to 4294967295; got {seed!r}")
    with _silence():
        import keras
        import tensorflow as tf

        machine = machines.describe()
        # Where the CPU can, TensorFlow computes in bfloat16 what it holds to be safe, and keeps
        # weights in float32: the GAN of lesson 01 trains nearly twice as fast.
        options = {"auto_mixed_precision_onednn_bfloat16": machine.bfloat16}
        tf.config.optimizer.set_experimental_options(options)
        if devices > 1:
            cpu, part = (
                tf.config.list_physical_devices("CPU")[0],
                tf.config.LogicalDeviceConfiguration,
            )
            tf.config.set_logical_device_configuration(cpu, [part() for _ in range(devices)])
        tf.zeros(1) + 1  # the first operation is what wakes the device
    keras.utils.set_random_seed(seed)
    print(f"Ready: {machine}, TensorFlow {tf.__version__}, budget {_budget_name()!r}, seed {seed}.")


def budget(*, fast, cpu, gpu):
    """How much to do here, such as a number of epochs: one of the three numbers given.

    `gpu` where TensorFlow finds one, else `cpu`; `fast` is for tests. The environment variable
    PERSOGAN_BUDGET, set to one of these names, decides instead.

    Raises:
        ValueError: for a number that is not positive, or an unknown PERSOGAN_BUDGET.
    """
    choices = {"fast": fast, "cpu": cpu, "gpu": gpu}
    for name, value in choices.items():
        if isinstance(value, bool) or not isinstance(value, int | float) or not value > 0:
            raise ValueError(f"{name} must be a positive number; got {value!r}")
    return choices[_budget_name()]


@contextlib.contextmanager
def expect_failure():
    """Run code that is meant to fail, and print the error instead of stopping at it.

    Raises:
        AssertionError: if the code did not fail.
    """
    try:
        yield
    except Exception as error:
        print(f"{type(error).__name__}: {str(error).strip()}")
    else:
        raise AssertionError("this was meant to fail, and it did not: has the code been mended?")


def _budget_name():
    import tensorflow as tf

    found = "gpu" if tf.config.list_physical_devices("GPU") else "cpu"
    name = os.environ.get("PERSOGAN_BUDGET") or found
    if name not in BUDGETS:
        raise ValueError(f"PERSOGAN_BUDGET must be one of {', '.join(BUDGETS)}; got {name!r}")
    return name


@contextlib.contextmanager
def _silence():
    """Keep from the reader what C++ writes on start-up, unless it explains an error.

    TensorFlow's own switches silence all of it only together with its fast kernels.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with tempfile.TemporaryFile() as log:
        standard_error = os.dup(2)
        os.dup2(log.fileno(), 2)
        try:
            yield
        except BaseException:
            log.seek(0)
            sys.stderr.write(log.read().decode(errors="replace"))
            raise
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)
