"""The table and the page say what was found, and do no harm to who opens them."""

import csv
import io

import pytest

from persogan_lessons.course import reports
from persogan_lessons.course.grading import Graded, Mark


@pytest.fixture
def everybody():
    cause = "the labels are swapped"
    return [
        Graded("ada", "ada", [Mark("loss", 3.0, 3.0), Mark("thoughts", None, 4.0)]),
        Graded("王", "x-1", [Mark("loss", 0.0, 3.0, "Seen", cause), Mark("thoughts", 2.5, 4.0)]),
        Graded(
            "=cmd()", "cmd", [Mark("loss", 0.0, 3.0, "Seen", cause), Mark("thoughts", 0.0, 4.0)]
        ),
        Graded("<script>", "script", problem="<b>empty</b>"),
    ]


def test_the_table(everybody):
    rows = list(csv.reader(io.StringIO(reports.table(everybody))))
    assert rows[0] == [
        "student",
        "id",
        "loss",
        "thoughts",
        "total",
        "of",
        "to mark by hand",
        "notes",
    ]
    assert rows[1] == ["ada", "ada", "3", "", "3", "7", "thoughts", ""]
    assert rows[2] == ["王", "x-1", "0", "2.5", "2.5", "7", "", ""]
    assert rows[3][0] == "'=cmd()"  # no formula
    assert rows[4][2:] == ["", "", "", "", "", "<b>empty</b>"]


def test_the_page(everybody, tmp_path):
    paths = reports.write(everybody, tmp_path, name="01_name")
    assert [path.name for path in paths] == ["01_name.csv", "01_name.html"]
    page = (tmp_path / "01_name.html").read_text(encoding="utf-8")
    assert "3 graded, 1 not gradable" in page and "1 answers wait" in page
    assert "feedback/x-1/01_name/01_name.html" in page
    assert '<td class="n">2</td><td>the labels are swapped</td>' in page
    assert "<script>" not in page and "<b>empty" not in page


def test_a_class_of_nobody_gradable(everybody):
    assert reports.table(everybody[3:]).splitlines()[1].startswith("<script>,script,,")
    assert "None." in reports.page(everybody[3:], "01_name")
