"""What students hand in, and how their answers get back into the notebook that they were given.

Whatever a student, a browser or a learning-management system did to the file, only the answers
count. They are found by grade id, or by the `def` line or first line of the cell where a program
has lost that, and put into a fresh copy. So edited checks, moved, doubled or deleted cells and
other file names cost nothing.
"""

import copy
import hashlib
import json
import re
from dataclasses import dataclass, field

import nbformat

LARGEST = 20_000_000  # bytes of a file that is read at all


class Ungradable(Exception):
    """Why a submission cannot be graded, in words for its student."""


@dataclass(frozen=True)
class Submission:
    """Of one student: `student` as the teacher named them, `name` safe for files, `paths`."""

    student: str
    paths: tuple

    @property
    def name(self):
        """The student's name in plain letters, and never that of another."""
        if re.fullmatch(r"[A-Za-z0-9_-]{1,60}", self.student):
            return self.student
        letters = re.sub(r"[^A-Za-z0-9]+", "-", self.student).strip("-")[:40]
        digest = hashlib.sha256(self.student.encode("utf-8", "surrogateescape")).hexdigest()[:8]
        return f"{letters}-{digest}".strip("-")


@dataclass
class Answers:
    """What a student answered: `cells` by grade id, `extras` that stand before them, `notes`.

    `doubled` has the grade ids that several cells carry.
    """

    cells: dict = field(default_factory=dict)
    extras: dict = field(default_factory=dict)
    notes: list = field(default_factory=list)
    doubled: list = field(default_factory=list)


def find(folder):
    """All submissions below a folder, in order: one for each folder in it, one for each lone file.

    Raises:
        ValueError: if there is no such folder, or nothing in it.
    """
    if not folder.is_dir():
        raise ValueError(f"{folder} is no folder. It should hold a folder or a file per student.")
    entries = [each for each in sorted(folder.iterdir()) if not each.name.startswith((".", "__"))]
    found = [Submission(_student(each), tuple(_notebooks(each))) for each in entries]
    if not found:
        raise ValueError(f"{folder} is empty. It should hold a folder or a file per student.")
    return found


def _student(entry):
    return entry.name if entry.is_dir() else entry.stem


def _notebooks(entry):
    """The files that a student handed in; those of checkpoints are the editor's."""
    if not entry.is_dir():
        return [entry]
    files = (path for path in sorted(entry.rglob("*")) if path.is_file() and not path.is_symlink())
    return [path for path in files if ".ipynb_checkpoints" not in path.parts]


def read(path):
    """The cells of a notebook, as plain dictionaries, however badly it was saved.

    Raises:
        Ungradable: if there is no notebook in it.
    """
    if path.is_symlink():
        raise Ungradable(f"{path.name} is a link, not a file")
    size = path.stat().st_size
    if size > LARGEST:
        raise Ungradable(
            f"{path.name} has {size // 10**6} MB, at most {LARGEST // 10**6} are read; clear the "
            "outputs (Edit, Clear Outputs of All Cells) and hand it in again"
        )
    if size == 0:
        raise Ungradable(f"{path.name} is empty")
    try:
        text = json.loads(path.read_text(encoding="utf-8-sig"))
        cells = text["cells"] if "cells" in text else text["worksheets"][0]["cells"]
        return [_plain(cell) for cell in cells]
    except (ValueError, RecursionError, MemoryError) as error:
        told = str(error)[:100]
        raise Ungradable(f"{path.name} is no notebook: it is not JSON ({told})") from None
    except (KeyError, IndexError, TypeError, AttributeError):
        raise Ungradable(f"{path.name} is no notebook: it has no cells") from None


def _plain(cell):
    """A cell's kind, text and grade id, which may be none."""
    source = cell.get("source", cell.get("input", ""))
    text = source if isinstance(source, str) else "".join(map(str, source))
    told = cell.get("metadata")
    told = told.get("nbgrader") if isinstance(told, dict) else None
    grade_id = told.get("grade_id") if isinstance(told, dict) else None
    grade_id = grade_id if isinstance(grade_id, str) else None
    kind = "code" if cell.get("cell_type") == "code" else "markdown"
    return {"kind": kind, "source": text.replace("\r\n", "\n"), "grade_id": grade_id}


def choose(submission, release):
    """The answers of the file that holds most of them for this assignment.

    Args:
        release: the students' version of the assignment.

    Raises:
        Ungradable: if no file holds an answer cell of it.
    """
    found, problems = [], []
    for path in submission.paths:
        if path.suffix != ".ipynb":
            continue
        try:
            found.append(answers(read(path), release))
        except Ungradable as problem:
            problems.append(str(problem))
    best = max(found, key=lambda each: len(each.cells), default=Answers())
    if best.cells:
        if len(found) > 1:
            best.notes.append(f"{len(found)} notebooks, the one with most answers counts")
        return best
    if found:
        raise Ungradable("this is another notebook: no answer cell of the assignment is in it")
    names = ", ".join(path.name for path in submission.paths) or "nothing"
    raise Ungradable("; ".join(problems) or f"there is no notebook (.ipynb); there is {names}")


def answers(cells, release):
    """Find a student's answers among the cells of their notebook."""
    wanted = {c.metadata.nbgrader.grade_id: c for c in release.cells if is_answer(c)}
    given = {cell.source.strip() for cell in release.cells if not is_answer(cell)}
    found, waiting = Answers(), []
    for cell in cells:
        grade_id = _identified(cell, wanted)
        if grade_id:
            _keep(found, grade_id, cell["source"], pristine=wanted[grade_id].source)
            found.extras.setdefault(grade_id, []).extend(waiting)
            waiting = []
        elif cell["kind"] == "code" and not _belongs_to_us(cell, given):
            waiting.append(cell["source"])
    missing = [grade_id for grade_id in wanted if grade_id not in found.cells]
    if missing:
        found.notes.append(f"no cell for {', '.join(missing)}")
    if found.doubled:
        doubled = ", ".join(dict.fromkeys(found.doubled))
        found.notes.append(f"several cells for {doubled}: the last that is filled in counts")
    return found


def _keep(found, grade_id, source, *, pristine):
    """Of a doubled cell the last that was filled in counts, as it would when run."""
    before = found.cells.get(grade_id)
    if before is not None:
        found.doubled.append(grade_id)
    if before is None or source.strip() != pristine.strip():
        found.cells[grade_id] = source


def is_answer(cell):
    """Whether a cell of the students' version is theirs to fill in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def _identified(cell, wanted):
    """The grade id of a student's cell, None if it is no answer."""
    if cell["grade_id"] in wanted and _same_kind(cell, wanted[cell["grade_id"]]):
        return cell["grade_id"]
    if cell["grade_id"] not in wanted and re.match(r"\d\d-", str(cell["grade_id"])):
        return None  # a check, or a cell of another assignment
    for grade_id, answer in wanted.items():
        first = answer.source.split("\n")[0]
        mark = first.split("(")[0] + "(" if answer.cell_type == "code" else first
        starts = re.search(rf"^{re.escape(mark)}", cell["source"], re.M)
        if starts and _same_kind(cell, answer):
            return grade_id
    return None


def _same_kind(cell, answer):
    return cell["kind"] == answer.cell_type


def _belongs_to_us(cell, given):
    """Given cells and checks are put back from the release, however they were changed."""
    return cell["grade_id"] is not None or cell["source"].strip() in given


def restored(release, found):
    """A fresh copy of the students' version with these answers, and the cells that they need."""
    notebook = copy.deepcopy(release)
    cells = []
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cells += [_extra(source, cell.id, at) for at, source in enumerate(_before(found, grade_id))]
        if is_answer(cell) and grade_id in found.cells:
            cell.source = _harmless(found.cells[grade_id], cell.cell_type)
        cells.append(cell)
    notebook.cells = cells
    return notebook


def _harmless(source, kind):
    """A text as its student wrote it, without tags: a page must not run what is written in it."""
    return source if kind == "code" else source.replace("<", "&lt;")


def _before(found, grade_id):
    return found.extras.get(grade_id, []) if grade_id else []


def _extra(source, before, number):
    return nbformat.v4.new_code_cell(source, id=f"{before}-{number}")
