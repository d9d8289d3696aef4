"""A class that hands in what classes hand in, and the marks that each of it deserves."""

import copy
import json
import os
import re
from dataclasses import dataclass, field

import nbformat

from persogan_lessons.course import grading, handouts
from persogan_lessons.course.assignments import lesson_01

SOURCE = grading.assignments(["01"])[0]
RELEASE = handouts.students_version(SOURCE)
FULL = {"discriminator_loss": 3, "generator_loss": 2, "update_generator": 4, "read_losses": 3}
NOTHING = dict.fromkeys(FULL, 0)
TASK = "discriminator_loss"  # the one that hostile students attack
DEFINED = "def discriminator_loss(real_logits, fake_logits):\n    "
WRONG = (
    DEFINED + "return ops.mean(ops.softplus(real_logits)) + ops.mean(ops.softplus(-fake_logits))"
)


def solutions(source):
    """The right answers to an assignment: what stands in the teacher's cells, by grade id."""
    return {
        cell.metadata.nbgrader.grade_id: re.sub(r" *### (BEGIN|END) SOLUTION\n?", "", cell.source)
        for cell in handouts.teachers_version(source).cells
        if cell.metadata and cell.metadata.nbgrader.solution
    }


GOOD = solutions(SOURCE)


@dataclass(frozen=True)
class Student:
    """Writes what they hand in below a folder, and should get `marks`, or a `problem` told."""

    name: str
    write: object
    marks: dict = field(default_factory=dict)
    problem: str = ""


def filled(answers, release=RELEASE):
    """A students' version with these answers, by grade id."""
    notebook = copy.deepcopy(release)
    for cell in notebook.cells:
        if cell.metadata:
            cell.source = answers.get(cell.metadata.nbgrader.grade_id, cell.source)
    return notebook


def student(name, *changes, file=f"{SOURCE.stem}.ipynb", **points):
    """A student with the right answers, but for changes to the notebook and what they cost."""

    def write(folder):
        notebook = filled(GOOD)
        for change in changes:
            notebook = change(notebook) or notebook
        path = folder / name / file
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(notebook, ensure_ascii=False), encoding="utf-8")

    return Student(name, write, FULL | points)


def answering(code, task=TASK):
    """A change: this answer to a task."""

    def change(notebook):
        cell_of(notebook, f"01-{task}").source = code

    return change


def attacking(name, code, **points):
    """A student whose first answer does something else, before or instead of being right."""
    return student(name, answering(code), **points)


def cell_of(notebook, grade_id):
    """The cell with this grade id."""
    cells = [each for each in notebook.cells if each.metadata.get("nbgrader")]
    return next(each for each in cells if each.metadata.nbgrader.grade_id == grade_id)


def blank(notebook):
    return copy.deepcopy(RELEASE)


def partly(notebook):
    answering(
        "def generator_loss(fake_logits):\n    return -ops.mean(fake_logits)", "generator_loss"
    )(notebook)
    cell_of(notebook, "01-read_losses").source = cell_of(RELEASE, "01-read_losses").source


def tampered(notebook):
    """Checks made to pass, points raised, checks unlocked."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade") and cell.cell_type == "code":
            cell.source = "print('Passed: everything.')"
            cell.metadata.nbgrader.points = 1000
            cell.metadata.nbgrader.locked = False


def doubled(notebook):
    """Every answer twice, the first wrong, as after copying a cell to try something else."""
    again = copy.deepcopy(notebook)
    cell_of(again, f"01-{TASK}").source = WRONG
    notebook.cells = again.cells + notebook.cells


def deleted(notebook):
    """No checks, no given cells, one answer gone, the others in another order."""
    keep = [each for each in notebook.cells if each.metadata and not each.metadata.nbgrader.locked]
    notebook.cells = [e for e in keep if e.metadata.nbgrader.grade_id != "01-generator_loss"][::-1]


def saved_by_colab(notebook):
    """Other ids, metadata of its own, and nbgrader's lost."""
    notebook.nbformat_minor = 0
    notebook.metadata = {"colab": {"provenance": []}, "kernelspec": {"name": "python3"}}
    for cell in notebook.cells:
        cell.pop("id", None)
        cell.metadata = {"id": "Xy12", "colab": {"base_uri": "https://localhost:8080/"}}
        cell.source = cell.source.splitlines(keepends=True)


def with_helper_cells(notebook):
    """A cell of the student's own, which an answer needs."""
    at = notebook.cells.index(cell_of(notebook, f"01-{TASK}"))
    notebook.cells.insert(
        at, nbformat.v4.new_code_cell("def half(x):\n    return ops.mean(ops.softplus(x))")
    )
    answering(DEFINED + "return half(-real_logits) + half(fake_logits)")(notebook)


def huge_output(notebook):
    cell = cell_of(notebook, f"01-{TASK}")
    cell.outputs = [nbformat.v4.new_output("stream", text="x" * 100 + "\n") for _ in range(20_000)]


def file_of(name, content, problem, file="answers.ipynb"):
    """A student whose file is no notebook."""

    def write(folder):
        (folder / name).mkdir()
        (folder / name / file).write_bytes(content)

    return Student(name, write, problem=problem)


def very_large(folder):
    """200 MB that take no room on the disk."""
    (folder / "large").mkdir()
    with (folder / "large" / "answers.ipynb").open("wb") as file:
        os.truncate(file.fileno(), 200_000_000)


def a_link(folder):
    (folder / "link").mkdir()
    (folder / "link" / "answers.ipynb").symlink_to("/etc/passwd")


def alone(name, *changes):
    """A file by itself, named after the student."""

    def write(folder):
        made = student(name, *changes)
        made.write(folder)
        (folder / name / f"{SOURCE.stem}.ipynb").rename(folder / f"{name}.ipynb")
        (folder / name).rmdir()

    return Student(name, write, FULL)


RIGHT = GOOD[f"01-{TASK}"]
SMALL = [
    student("ada"),
    student("grace", partly, tampered, generator_loss=0, read_losses=0),
    student("王小明", saved_by_colab, file="作业 (1).ipynb"),
    student("doubled and deleted", doubled, with_helper_cells),
    attacking(
        "loop",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        **{TASK: 0},
    ),
    attacking("exit", f"{WRONG}\nimport os\nprint('Passed')\nos._exit(0)", **{TASK: 0}),
    file_of("not a notebook", b"Dear teacher,", "not JSON"),
]
READS = f"""
from importlib import import_module
seen = []
for place in ({str(SOURCE)!r}, {lesson_01.__file__!r}, "/etc/passwd", "/proc/1/environ"):
    try:
        seen.append(open(place).read())
    except OSError:
        pass
try:
    seen.append(import_module("persogan_lessons.course.assignments.lesson_01"))
except ImportError:
    pass
if seen:
    def discriminator_loss(real_logits, fake_logits):
        return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
"""
MONKEY = """
import numpy as np, tensorflow as tf, json
from persogan_lessons.course import attempts, checks
for library in (np, tf, attempts, checks):
    for name in ("allclose", "isclose", "array_equal", "outcome", "slopes", "CheckFailed"):
        setattr(library, name, lambda *a, **k: True)
json.dumps = lambda *a, **k: '{"passed": true}'
lesson_01.discriminator_loss.check = lambda *a, **k: print("Passed")
"""
FORGED = """
import os
lies = ['{"at": %d, "found": [{"value": {"numbers": [1], "shape": [], "type": "O"}}]}', "[]"]
for number in range(3, 200):
    try:
        for at in range(20):
            os.write(number, (lies[0] % at + chr(10) + lies[1] + chr(10)).encode())
        os.write(number, b'{"end": true}' + b"[" * 5000 + bytes([10]))
    except OSError:
        pass
"""
FILLS = """
number = 0
while True:
    number += 1
    open(str(number), "wb").write(bytes(1 << 25))
"""
HOG = "\nhog = []\nwhile True: hog.append(bytearray(1 << 26))"
KILLS = "import os\nos.kill(os.getppid(), 9)\nos.kill(os.getpid(), 9)\n"
OTHER = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")])
SPREAD = """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
"""
FULL_CLASS = [
    *SMALL,
    *[student(f"good-{number:02}") for number in range(8)],
    *[student(f"partly-{n}", partly, generator_loss=0, read_losses=0) for n in range(4)],
    student("blank", blank, **NOTHING),
    student("blank too", blank, file="answers.ipynb", **NOTHING),
    student("syntax", answering("def discriminator_loss(:\n    return"), **{TASK: 0}),
    student("raises", answering("1 / 0\n" + RIGHT), **{TASK: 0}),
    attacking("endless", DEFINED + "while True: pass", **{TASK: 0}),
    attacking("memory", RIGHT + HOG, **{TASK: 0}),
    attacking("fork bomb", SPREAD + RIGHT, **{TASK: 0}),
    attacking("kills", KILLS + RIGHT, **{TASK: 0}),
    attacking("fills the disk", FILLS, **{TASK: 0}),
    attacking("prints a lot", f"{RIGHT}\nfor _ in range(300_000): print('Passed' * 50)"),
    attacking("reads", READS, **{TASK: 0}),
    attacking("monkey", MONKEY + WRONG, **{TASK: 0}),
    attacking("forger", FORGED + WRONG, **{TASK: 0}),
    student("deleted", deleted, generator_loss=0),
    student("huge output", huge_output),
    student("Zoë O'Hara, 3rd", with_helper_cells, file="assignment 1 (final) (2).ipynb"),
    alone("alone (1)", saved_by_colab),
    alone("李 雷"),
    file_of("empty", b"", "is empty"),
    file_of("html", b"<html></html>", "not JSON"),
    file_of("half", json.dumps(RELEASE).encode()[:5000], "not JSON"),
    file_of("deep", b"[" * 100_000, "not JSON"),
    file_of("no cells", b'{"metadata": {}}', "no cells"),
    file_of("other notebook", json.dumps(OTHER).encode(), "another notebook"),
    file_of("pdf", b"%PDF-1.4", "no notebook (.ipynb)", file="answers.pdf"),
    Student("large", very_large, problem="200 MB"),
    Student("link", a_link, problem="there is no notebook"),
]  # fmt: skip


def hand_in(students, folder):
    """Write what all of them hand in."""
    folder.mkdir(parents=True)
    for each in students:
        each.write(folder)
    return folder
