"""A class is graded end to end, through nbgrader: every mark as expected, whoever is in it."""

import csv
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import classroom
import pytest

from persogan_lessons.course import grading, handouts, isolation, sandbox, submissions

ROOT = Path(__file__).resolve().parent.parent
NAME = classroom.SOURCE.stem
isolated = pytest.mark.skipif(isolation.missing() is not None, reason=str(isolation.missing()))


def room(folder):
    limits = sandbox.Limits(seconds=6)
    return grading.Room(folder, classroom.SOURCE, limits, isolation.missing)


def command(handed_in, out, *, seconds=6):
    arguments = [handed_in, "-o", out, "--seconds", seconds]
    return [sys.executable, "-m", "persogan_lessons.course.grading", *map(str, arguments)]


def marks_in(out):
    """`{student: {task: points}}` of the table, and `{student: notes}`."""
    with (out / f"{NAME}.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    tasks = classroom.FULL
    marks = {r["student"]: {t: float(r[t]) for t in tasks if r[t]} for r in rows}
    return marks, {row["student"]: row["notes"] for row in rows}


def as_expected(students, out):
    """What is not as it should be, in words."""
    marks, notes = marks_in(out)
    if set(marks) != {each.name for each in students}:
        yield f"other students: {sorted(marks)}"
    for each in students:
        if marks[each.name] != each.marks:
            yield f"{each.name}: {marks[each.name]}, not {each.marks}"
        if each.problem not in notes[each.name]:
            yield f"{each.name}: {notes[each.name]}"


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """A small class and the folder that it was graded in."""
    folder = tmp_path_factory.mktemp("class")
    handed_in = classroom.hand_in(classroom.SMALL, folder / "handed in")
    done = subprocess.run(command(handed_in, folder / "out"), cwd=ROOT, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
    return handed_in, folder / "out"


@isolated
def test_every_mark_is_as_expected(graded):
    assert list(as_expected(classroom.SMALL, graded[1])) == []


@isolated
def test_feedback_and_overview_are_there(graded):
    _, out = graded
    page = (out / f"{NAME}.html").read_text(encoding="utf-8")
    assert "6 graded, 1 not gradable" in page and "more than 6 s" in page and "王小明" in page
    feedback = out / "feedback" / "grace" / NAME / f"{NAME}.html"
    assert "Wasserstein" in feedback.read_text(encoding="utf-8")
    assert "should be" not in feedback.read_text(encoding="utf-8")  # no hidden numbers


@isolated
def test_what_is_done_is_not_done_again(graded, monkeypatch, tmp_path):
    handed_in, out = graded
    shutil.copytree(out, tmp_path / "out")
    monkeypatch.setattr(sandbox, "Sandbox", None)
    before = (tmp_path / "out" / f"{NAME}.csv").read_bytes()
    found = submissions.find(handed_in)
    everybody = list(grading.grade(found, room(tmp_path / "out")))
    assert len(everybody) == len(classroom.SMALL)
    assert before == (out / f"{NAME}.csv").read_bytes()


@isolated
def test_a_changed_submission_is_graded_anew(graded, tmp_path):
    handed_in, out = graded
    assignment = grading.Assignment(classroom.SOURCE, grading.secret_of(out))
    (ada,) = (each for each in submissions.find(handed_in) if each.student == "ada")
    kept = grading._kept(room(out), "ada")
    assert kept.fingerprint == assignment.fingerprint(ada)
    shutil.copy(ada.paths[0], tmp_path / "ada.ipynb")
    (tmp_path / "ada.ipynb").open("a").write(" ")
    (again,) = submissions.find(tmp_path)
    assert kept.fingerprint != assignment.fingerprint(again)
    other = grading.Assignment(classroom.SOURCE, "another secret")
    assert kept.fingerprint != other.fingerprint(ada)


def test_an_assignment_is_recognised(tmp_path):
    handed_in = classroom.hand_in(classroom.SMALL[:3] + classroom.SMALL[-1:], tmp_path / "in")
    assert grading.recognised(submissions.find(handed_in)) == classroom.SOURCE
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "a.txt").touch()
    with pytest.raises(ValueError, match="-a NN"):
        grading.recognised(submissions.find(tmp_path / "other"))
    with pytest.raises(ValueError, match="there is no assignment"):
        grading.assignments(["77"])


def test_the_secret_is_kept_from_others(tmp_path):
    secret = grading.secret_of(tmp_path)
    assert len(secret) == 32 and grading.secret_of(tmp_path) == secret
    assert (tmp_path / "secret.txt").stat().st_mode & 0o077 == 0
    (tmp_path / "secret.txt").write_text("\n")
    with pytest.raises(ValueError, match="is empty"):
        grading.secret_of(tmp_path)


def test_a_failure_of_ours_stops_nobody_else(tmp_path):
    class Broken:
        def run(self, steps):
            raise RuntimeError("out of luck")

    classroom.hand_in(classroom.SMALL[:1], tmp_path / "in")
    (submission,) = submissions.find(tmp_path / "in")
    assignment = grading.Assignment(classroom.SOURCE, "words")
    graded, notebook = grading.grade_one(submission, assignment, box=Broken())
    assert "out of luck" in graded.problem and graded.fingerprint == "" and notebook is None


def test_it_refuses_to_grade_without_isolation(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(isolation, "missing", lambda: "this is a test")
    assert grading.main([str(tmp_path), "-o", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert "this is a test" in said and "--without-isolation" in said
    assert not (tmp_path / "out").exists()


@pytest.mark.full
@isolated
@pytest.mark.parametrize("source", grading.assignments(), ids=lambda each: each.stem)
def test_every_assignment_goes_through_nbgrader(source, tmp_path, record_property):
    release = handouts.students_version(source)
    for name, answers in {"ada": classroom.solutions(source), "ben": {}}.items():
        path = tmp_path / "in" / name / "answers.ipynb"
        path.parent.mkdir(parents=True)
        path.write_bytes(handouts.content(classroom.filled(answers, release)))
    began = time.monotonic()
    subprocess.run(command(tmp_path / "in", tmp_path / "out", seconds=60), cwd=ROOT, check=True)
    record_property("seconds", time.monotonic() - began)
    with (tmp_path / "out" / f"{source.stem}.csv").open(encoding="utf-8") as file:
        rows = {row["student"]: row for row in csv.DictReader(file)}
    worth = {
        cell.metadata.nbgrader.grade_id[3:].removesuffix("-check"): cell.metadata.nbgrader.points
        for cell in release.cells
        if cell.metadata and cell.metadata.nbgrader.grade and cell.cell_type == "code"
    }
    assert {task: float(rows["ada"][task]) for task in worth} == worth
    assert {float(rows["ben"][task]) for task in worth} == {0}


@pytest.mark.full
@isolated
def test_a_whole_class_twice_and_killed_in_between(tmp_path):
    students = classroom.FULL_CLASS
    handed_in = classroom.hand_in(students, tmp_path / "in")
    subprocess.run(command(handed_in, tmp_path / "one"), cwd=ROOT, check=True)
    assert list(as_expected(students, tmp_path / "one")) == []

    (tmp_path / "two").mkdir()
    shutil.copy(tmp_path / "one" / "secret.txt", tmp_path / "two")
    run = subprocess.Popen(command(handed_in, tmp_path / "two"), cwd=ROOT, start_new_session=True)
    kept = tmp_path / "two" / "graded" / NAME
    while len(list(kept.glob("*.json"))) < len(students) // 2:
        assert run.poll() is None
        time.sleep(0.2)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    before = {path: path.read_bytes() for path in kept.glob("*.json")}
    subprocess.run(command(handed_in, tmp_path / "two"), cwd=ROOT, check=True)
    assert before == {path: path.read_bytes() for path in before}
    assert marks_in(tmp_path / "one") == marks_in(tmp_path / "two")
