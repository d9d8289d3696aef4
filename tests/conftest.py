"""The tests run on this checkout, whether or not the package is installed."""

import sys
from collections import defaultdict
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


def pytest_terminal_summary(terminalreporter):
    """For each task: how many wrong answers were caught and named, how many right ones passed."""
    reports = [each for kind in ("passed", "failed") for each in terminalreporter.getreports(kind)]
    counts = defaultdict(lambda: [0, 0, 0, 0, 0])
    for kind, value in (property for each in reports for property in each.user_properties):
        if kind == "answer":
            task, wrong, caught, named = value
            seen = [wrong, wrong and caught, wrong and named, not wrong, not (wrong or caught)]
            counts[task] = [a + b for a, b in zip(counts[task], seen, strict=True)]
    for task, (wrong, caught, named, right, passed) in sorted(counts.items()):
        terminalreporter.write_line(
            f"{task}: of {wrong} wrong answers {caught} caught, {named} named; "
            f"of {right} right ones {passed} passed"
        )
