"""The tests run on this checkout, whether or not the package is installed."""

import os
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


SHARE_THE_SITE = (
    "tests/test_site.py",
    "tests/browser/test_pages.py",
    "tests/browser/test_playground.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Of two processes each takes whole files, and one takes all that need the site."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.split("::")[0]
            return "the site" if file in SHARE_THE_SITE else file

    return ByFile(config, log)


def pytest_collection_modifyitems(items):
    """What is marked as `full` is left out of the default run, and says so."""
    if os.environ.get("PERSOGAN_BUDGET") != "cpu":
        left_out = pytest.mark.skip(reason="only in python run.py test --full")
        for item in items:
            if item.get_closest_marker("full"):
                item.add_marker(left_out)


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the whole site, built once: without a network, without a warning."""
    output = tmp_path_factory.mktemp("site") / "html"
    command = [sys.executable, "-c", OFFLINE, str(ROOT / "docs" / "build.py"), "--to", str(output)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    made = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr
    return output


OFFLINE = """
import runpy, socket, sys

def refuse(*arguments):
    raise OSError("the site reached for the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


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
