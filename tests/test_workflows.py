"""The workflows of a public host name the systems, versions and commands that there are."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import run

ROOT = Path(__file__).resolve().parent.parent
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def jobs(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]


def commands(path):
    """What the steps of a workflow run."""
    steps = [step for job in jobs(path).values() for step in job["steps"]]
    return [step["run"] for step in steps if "run" in step]


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_what_run_py_knows(path):
    for command in commands(path):
        name, *options = command.removeprefix("python run.py ").split()
        assert command.startswith("python run.py ") and name in run.COMMANDS
        assert all(option in run.__doc__ for option in options)


def test_all_systems_with_the_oldest_and_the_newest_python():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    oldest, beyond = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"]).groups()
    matrix = jobs(ROOT / ".github/workflows/tests.yml")["brief"]["strategy"]["matrix"]
    assert matrix["python"] == [f"3.{oldest}", f"3.{int(beyond) - 1}"]
    assert [each.partition("-")[0] for each in matrix["os"]] == ["ubuntu", "macos", "windows"]


def test_once_a_week_it_trains_as_long_as_a_learner_and_tries_the_links():
    text = (ROOT / ".github/workflows/tests.yml").read_text(encoding="utf-8")
    assert "cron:" in text
    assert {"python run.py test --full", "python run.py site --links"} <= set(
        commands(ROOT / ".github/workflows/tests.yml")
    )


def test_the_site_is_published_from_where_it_is_built():
    steps = jobs(ROOT / ".github/workflows/site.yml")["publish"]["steps"]
    uploaded = [step["with"]["path"] for step in steps if "upload" in step.get("uses", "")]
    assert uploaded == ["build/site/html"]
