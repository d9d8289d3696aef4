"""Assignments as notebooks: the teacher's, with solutions and hidden tests, and the students'.

The source is a jupytext percent script; `persogan_lessons.course.assignments` says how it is
written. nbgrader's own preprocessors take solutions and hidden tests out.
"""

import collections
import hashlib
import re

import jupytext
import nbformat
from nbgrader import preprocessors

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
KINDS = {
    "answer": {"grade": False, "locked": False, "solution": True},
    "check": {"grade": True, "locked": True, "solution": False},
    "conclusion": {"grade": True, "locked": False, "solution": True},
}
TAG = re.compile(r"(answer|check|conclusion):(\w+)(?::(\d+))?")
TAKEN_OUT = (
    preprocessors.LockCells,
    preprocessors.ClearSolutions,
    preprocessors.ClearOutput,
    preprocessors.CheckCellMetadata,
    preprocessors.ClearHiddenTests,
    preprocessors.ComputeChecksums,
    preprocessors.CheckCellMetadata,
)


def teachers_version(source):
    """The notebook that a source describes, nothing run: its cells have stable ids and grade ids.

    Args:
        source: the path of `NN_name.py`.

    Raises:
        ValueError: for a tag that says nothing: which, and what it could be.
    """
    notebook = jupytext.reads(source.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen = collections.Counter()
    for cell in notebook.cells:
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict({"nbgrader": _grading(tags, source)} if tags else {})
        text = (source.stem, cell.cell_type, cell.source)
        seen[text] += 1
        cell.id = hashlib.sha256(repr((*text, seen[text])).encode()).hexdigest()[:12]
    return notebook


def students_version(source):
    """The same without solutions and hidden tests."""
    notebook, resources = teachers_version(source), {}
    for each in TAKEN_OUT:
        notebook, resources = each().preprocess(notebook, resources)
    return notebook


def content(notebook):
    """A notebook as it is written to a file, in bytes."""
    nbformat.validate(notebook)
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode()


def _grading(tags, source):
    """What nbgrader is told of a cell with these tags."""
    found = TAG.fullmatch(tags[0]) if len(tags) == 1 else None
    if not found or (found[1] == "answer") == bool(found[3]):
        raise ValueError(
            f"{source.name}: the tags {tags} are none of answer:NAME, check:NAME:POINTS and "
            "conclusion:NAME:POINTS"
        )
    kind, name, points = found.groups()
    told = KINDS[kind] | {"grade_id": grade_id(source.name[:2], name, kind=kind)}
    told |= {"schema_version": 3, "task": False, "cell_type": _cell_type(kind)}
    return told | ({"points": int(points)} if points else {})


def grade_id(lesson, name, *, kind):
    """The name by which nbgrader knows a cell: "01-discriminator_loss" of an answer, say."""
    return f"{lesson}-{name}" + ("-check" if kind == "check" else "")


def _cell_type(kind):
    return "markdown" if kind == "conclusion" else "code"
