"""nbgrader books what was judged, runs nothing that a student wrote, and has the last word."""

import json

import classroom
import pytest
from nbgrader.api import Gradebook

from persogan_lessons.course import books, handouts, submissions

NAME = classroom.SOURCE.stem
EVIL = "**My conclusion**\n\n<script>alert(1)</script><img src=x onerror=alert(2)>"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A course folder with one student booked, whose answer would leave a file behind if run."""
    folder = tmp_path_factory.mktemp("course")
    answers = classroom.GOOD | {
        "01-hurry": EVIL,
        "01-read_losses": f"open({str(folder / 'was run')!r}, 'w')",
    }
    found = submissions.Answers(answers)
    notebook = handouts.content(submissions.restored(classroom.RELEASE, found))
    books.write_whole(folder / "submitted" / "ada" / NAME / f"{NAME}.ipynb", notebook)
    said = {"read_losses": "Seen: <script>alert(3)</script>\nLikely cause: a task of its own"}
    marks = [{"task": name, "said": said.get(name, "")} for name in (*classroom.FULL, "hurry")]
    kept = folder / "graded" / NAME / "ada.json"
    books.write_whole(kept, json.dumps({"marks": marks}).encode())
    books.release(folder, classroom.SOURCE)
    books.book(folder, NAME, student="ada")
    return folder


def test_nbgrader_releases_what_is_committed(folder):
    released = json.loads((folder / "release" / NAME / f"{NAME}.ipynb").read_text("utf-8"))
    ours = json.loads(handouts.content(classroom.RELEASE))
    assert [cell["source"] for cell in released["cells"]] == [c["source"] for c in ours["cells"]]


def test_marks_are_those_that_were_judged(folder):
    expected = classroom.FULL | {"read_losses": 0, "hurry": None}
    assert books.scores(folder, NAME, student="ada") == expected
    assert books.scores(folder, NAME, student="nobody") == {}


def test_no_student_code_is_run(folder):
    assert not (folder / "was run").exists()


def test_feedback_explains_and_runs_nothing(folder):
    page = (folder / "feedback" / "ada" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "a task of its own" in page and "with hidden inputs too" in page
    for evil in ("alert(1)</script>", "<img src=x", "<script>alert(3)"):
        assert evil not in page


def test_what_a_person_marked_stays(folder):
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "persogan_lessons") as gradebook:
        grade = gradebook.find_grade("01-hurry", NAME, NAME, "ada")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.db.commit()
    books.book(folder, NAME, student="ada")
    assert books.scores(folder, NAME, student="ada")["hurry"] == 2.5


def test_what_nbgrader_does_not_do_is_told(folder):
    with pytest.raises(OSError, match="nbgrader did not do it"):
        books.book(folder, "99_unknown", student="ada")
