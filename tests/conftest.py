"""The tests run on this checkout, whether or not the package is installed."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


@pytest.fixture(autouse=True)
def float32_for_the_next_test():
    """`lesson.start` turns on bfloat16 for a whole process; no test is to feel another's."""
    yield
    if tensorflow := sys.modules.get("tensorflow"):
        tensorflow.config.optimizer.set_experimental_options(
            {"auto_mixed_precision_onednn_bfloat16": False}
        )
