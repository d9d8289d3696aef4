"""Answers are found in whatever was handed in, and put into a fresh notebook."""

import json

import classroom
import pytest

from persogan_lessons.course import submissions

IDS = [f"01-{name}" for name in (*classroom.FULL, "hurry")]


def handed_in(student, folder):
    """The one submission of a student."""
    student.write(folder)
    (found,) = submissions.find(folder)
    return found


def answers(student, folder):
    return submissions.choose(handed_in(student, folder), classroom.RELEASE)


@pytest.mark.parametrize(
    "changes",
    [[], [classroom.tampered], [classroom.doubled], [classroom.saved_by_colab]]
    + [[classroom.doubled, classroom.saved_by_colab], [classroom.with_helper_cells]],
    ids=lambda changes: "-".join(each.__name__ for each in changes),
)
def test_answers_come_back_whole(changes, tmp_path):
    found = answers(classroom.student("ada", *changes), tmp_path)
    expected = dict(classroom.GOOD)
    if classroom.with_helper_cells in changes:
        assert "half" in found.extras["01-discriminator_loss"][0]
        expected["01-discriminator_loss"] = found.cells["01-discriminator_loss"]
    assert {key: text.strip() for key, text in found.cells.items()} == {
        key: text.strip() for key, text in expected.items()
    }
    restored = submissions.restored(classroom.RELEASE, found)
    kept = [cell for cell in restored.cells if not submissions.is_answer(cell)]
    given = [cell for cell in classroom.RELEASE.cells if not submissions.is_answer(cell)]
    assert [cell for cell in kept if cell in given] == given


def test_a_missing_answer_is_noted(tmp_path):
    found = answers(classroom.student("ada", classroom.deleted), tmp_path)
    assert sorted(found.cells) == sorted(set(IDS) - {"01-generator_loss"})
    assert found.notes == ["no cell for 01-generator_loss"]


def test_of_a_doubled_answer_the_last_filled_in_counts(tmp_path):
    def emptied_below(notebook):
        notebook.cells += classroom.filled({}).cells

    found = answers(classroom.student("ada", emptied_below), tmp_path)
    assert found.cells["01-generator_loss"] == classroom.GOOD["01-generator_loss"]
    assert "several cells for 01-discriminator_loss" in found.notes[0]


def test_answers_of_another_assignment_are_not_taken(tmp_path):
    def renumbered(notebook):
        for cell in notebook.cells:
            if cell.metadata:
                cell.metadata.nbgrader.grade_id = "05" + cell.metadata.nbgrader.grade_id[2:]

    with pytest.raises(submissions.Ungradable, match="another notebook"):
        answers(classroom.student("ada", renumbered), tmp_path)


@pytest.mark.parametrize(
    "student",
    [each for each in classroom.FULL_CLASS if each.problem],
    ids=lambda student: student.name,
)
def test_what_cannot_be_graded_is_told(student, tmp_path):
    with pytest.raises(submissions.Ungradable) as caught:
        answers(student, tmp_path)
    assert student.problem in str(caught.value)


def test_of_several_notebooks_the_fullest_counts(tmp_path):
    submission = handed_in(classroom.student("ada"), tmp_path)
    (tmp_path / "ada" / "empty.ipynb").write_bytes(b"")
    (tmp_path / "ada" / ".ipynb_checkpoints").mkdir()
    (tmp_path / "ada" / ".ipynb_checkpoints" / "old.ipynb").write_text("{}")
    (tmp_path / "ada" / "zz.ipynb").write_text(json.dumps({"cells": []}))
    (submission,) = submissions.find(tmp_path)
    assert len(submission.paths) == 3
    found = submissions.choose(submission, classroom.RELEASE)
    assert len(found.cells) == 5 and found.notes == [
        "2 notebooks, the one with most answers counts"
    ]


def test_names_are_safe_and_never_the_same():
    names = ["ada", "王小明", "李雷", "a b", "a_b", "a-b", "../ada", "A" * 99, "Zoë"]
    safe = [submissions.Submission(name, ()).name for name in names]
    assert len(set(safe)) == len(safe) and all(name.replace("-", "").replace("_", "").isalnum()
                                               and name.isascii() for name in safe)  # fmt: skip
    assert safe[0] == "ada"


def test_a_folder_that_makes_no_sense_is_told(tmp_path):
    with pytest.raises(ValueError, match="is no folder"):
        submissions.find(tmp_path / "nowhere")
    with pytest.raises(ValueError, match="is empty"):
        submissions.find(tmp_path)
