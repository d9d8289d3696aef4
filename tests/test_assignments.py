"""Every wrong answer is caught and named, every right one passes, every assignment is built."""

import importlib
import json
import re
import sys
from pathlib import Path

import keras
import pytest

from notebooks import build
from persogan_lessons.course import assignments, attempts, checks, handouts
from persogan_lessons.course.assignments import tasks

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE / "answers"))
COURSE = HERE.parent / "notebooks"
SOURCES = build.assignments(COURSE)
LESSONS = [f"lesson_{source.name[:2]}" for source in SOURCES]
BANKS = {name: importlib.import_module(name) for name in LESSONS}
MODULES = {name: importlib.import_module(f"{assignments.__name__}.{name}") for name in LESSONS}
ANSWERS = [
    pytest.param(lesson, answer, id=f"{lesson}-{answer.name}")
    for lesson, bank in BANKS.items()
    for answer in bank.ANSWERS
]
SECRETS = ("", "a teacher's own words")
TASKS = [
    pytest.param(lesson, task, id=f"{lesson}-{task.name}")
    for lesson, module in MODULES.items()
    for task in vars(module).values()
    if isinstance(task, tasks.Task)
]
EVERY_SOURCE = pytest.mark.parametrize("source", SOURCES, ids=lambda each: each.stem)


def said_of(task, answer, secret):
    """The message that an answer gets, None if it passes."""
    try:
        task.check(answer, secret=secret)
    except checks.CheckFailed as failed:
        return str(failed)
    return None


@pytest.mark.parametrize("lesson, answer", ANSWERS)
def test_every_answer_gets_what_it_deserves(lesson, answer, record_property):
    task = getattr(MODULES[lesson], answer.task)
    keras.utils.set_random_seed(0)
    said = {secret: said_of(task, answer.answer, secret) for secret in SECRETS}
    caught = all(said.values())
    named = caught and all(str(answer.word) in message for message in said.values())
    record_property("answer", (f"{lesson}.{task.name}", bool(answer.word), caught, named))
    if answer.word is None:
        assert set(said.values()) == {None}, said
    else:
        assert named, said


@pytest.mark.parametrize("lesson, task", TASKS)
def test_every_task_has_its_answers(lesson, task):
    answers = [each for each in BANKS[lesson].ANSWERS if each.task == task.name]
    wrong = [each for each in answers if each.word]
    assert len(wrong) >= 6 and len(answers) - len(wrong) >= 3


@pytest.mark.parametrize("lesson, task", TASKS)
def test_no_two_causes_look_alike(lesson, task):
    for secret in SECRETS:
        examples = task.examples(secret)
        seen = [(None, task.tries(task.right, examples))]
        for mistake in task.mistakes:
            found = task.tries(mistake.answer, examples)
            alike = {cause for cause, other in seen if tasks.same(found, other)}
            assert alike <= {mistake.cause}
            seen.append((mistake.cause, found))


@pytest.mark.parametrize("lesson, task", TASKS)
def test_inputs_travel_to_a_students_process(lesson, task):
    for inputs in task.examples("a teacher's own words"):
        arrived = attempts.unpacked(json.loads(json.dumps(attempts.packed(inputs))))
        assert tasks.same([inputs], [arrived]) and list(inputs) == list(arrived)
        assert all(arrived[name].dtype == each.dtype for name, each in inputs.items())


# The notebooks


def test_every_assignment_has_its_tasks():
    for source, lesson in zip(SOURCES, LESSONS, strict=True):
        cells = handouts.teachers_version(source).cells
        checked = {cell.metadata.nbgrader.grade_id for cell in cells if cell.metadata}
        names = {task.name for name, task in (each.values for each in TASKS) if name == lesson}
        assert 3 <= len([each for each in checked if not each.endswith("-check")]) <= 5
        assert {f"{lesson[-2:]}-{name}" for name in names} <= checked
        assert {f"{lesson[-2:]}-{name}-check" for name in names} <= checked


def test_committed_assignments_agree_with_their_sources():
    assert list(build.check_assignments(COURSE, SOURCES)) == []


@EVERY_SOURCE
def test_students_get_no_solution_and_no_hidden_test(source):
    text = build.students_file(source).read_text(encoding="utf-8")
    assert "YOUR CODE HERE" in text
    assert not [word for word in ("SOLUTION", "HIDDEN", "secret", "Rubric") if word in text]


@EVERY_SOURCE
def test_the_reference_solutions_pass(source, monkeypatch, capsys):
    monkeypatch.setenv("PERSOGAN_SECRET", "a teacher's own words")
    monkeypatch.setenv("PERSOGAN_BUDGET", "fast")
    monkeypatch.setattr("matplotlib.pyplot.show", lambda: None)
    names = {"__name__": "__main__"}
    for cell in handouts.teachers_version(source).cells:
        if cell.cell_type == "code":
            exec(compile(cell.source, source.name, "exec"), names)
    hidden = capsys.readouterr().out.count("with hidden inputs too")
    assert hidden == len([each for each in TASKS if each.values[0] == f"lesson_{source.name[:2]}"])


@EVERY_SOURCE
def test_the_teachers_guide_has_every_task_and_its_points(source):
    guide = (COURSE.parent / "docs" / "teachers.md").read_text(encoding="utf-8")
    section = re.split("^## ", guide.partition(f"## Assignment {source.name[:2]}.")[2], flags=re.M)[
        0
    ]
    rows = re.findall(r"^\| (?:`(\w+)`|conclusion).*?\| (\d+) \|", section, flags=re.M)
    cells = [
        cell.metadata.nbgrader for cell in handouts.teachers_version(source).cells if cell.metadata
    ]
    marked = [each for each in cells if each.grade]
    wanted = [(each.grade_id[3:].removesuffix("-check"), each.points) for each in marked]
    assert len(rows) == len(wanted) and f" {sum(points for _, points in wanted)} points." in section
    for (name, points), (task, worth) in zip(rows, wanted, strict=True):
        assert name in (task, "") and int(points) == worth
