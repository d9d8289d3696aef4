"""Grade a class: `python run.py grade release` and `python run.py grade SUBMISSIONS -o OUT`.

Each student's answers are put into a fresh notebook (`submissions`), tried in a process that gives
up its rights (`sandbox`), and judged here, where no student's code runs. Two students are graded at
once. What is done is kept, so that a stopped run goes on where it was. Then nbgrader books the
marks and writes the feedback (`books`). OUT is an nbgrader course folder: its formgrader opens it.
"""

import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import os
import queue
import secrets
import sys
from dataclasses import asdict, dataclass, field
from importlib import import_module
from pathlib import Path

import keras

from persogan_lessons.course import (
    attempts,
    books,
    handouts,
    isolation,
    reports,
    sandbox,
    submissions,
)
from persogan_lessons.course.checks import CheckFailed

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ROOT / "notebooks" / "source" / "assignments"
AT_ONCE = 2
NO_ANSWER = "this task has no answer yet"


@dataclass
class Mark:
    """Of one task: points given and to be had, why, and what to read; points None: by hand."""

    task: str
    points: float | None
    most: float
    said: str = ""
    cause: str = ""


@dataclass
class Graded:
    """Of one student: `marks` of each task, `notes`, or the `problem` that kept it from grading."""

    student: str
    name: str
    marks: list = field(default_factory=list)
    notes: list = field(default_factory=list)
    problem: str = ""
    fingerprint: str = ""


# Judging one student


def program(notebook, module, *, secret):
    """The steps of `trials` for a restored notebook: every cell up to the last check.

    Returns:
        `(steps, tasks)`: tasks maps the number of a step that tries an answer to its `Task`.
    """
    steps, tasks = [], {}
    for cell in notebook.cells:
        told = cell.metadata.get("nbgrader")
        if cell.cell_type != "code":
            continue
        if told and told["grade"]:
            task = getattr(module, told["grade_id"].split("-")[1])
            tasks[len(steps)] = task
            inputs = [attempts.packed(each) for each in task.examples(secret)]
            how = task.attempt.__name__
            steps.append({"try": task.name, "how": how, "inputs": inputs})
        else:
            answer = told["grade_id"].split("-")[1] if told else None
            steps.append({"code": cell.source, "answer": answer})
    return steps[: max(tasks) + 1], tasks


def judge(steps, tasks, *, results, secret):
    """What is to be said of each task: `{name: (said, cause)}`, both empty where it is right."""
    verdicts = {}
    for at, task in tasks.items():
        own = [i for i, step in enumerate(steps) if step.get("answer") == task.name]
        stopped = [r for r in (results[i] for i in [*own, at]) if isinstance(r, sandbox.Stopped)]
        if stopped:
            verdicts[task.name] = f"Stopped: {stopped[0].reason}", stopped[0].reason
        else:
            verdicts[task.name] = _verdict(task, results[at], secret)
    return verdicts


def _verdict(task, found, secret):
    try:
        task.judge(found or [], secret=secret)
    except CheckFailed as failed:
        return str(failed).strip(), failed.cause
    return "", ""


def grade_one(submission, assignment, *, box):
    """Grade one student's submission of an assignment in a sandbox."""
    graded = Graded(submission.student, submission.name)
    graded.fingerprint = assignment.fingerprint(submission)
    try:
        found = submissions.choose(submission, assignment.release)
        notebook = submissions.restored(assignment.release, found)
        graded.notes = found.notes
        steps, tasks = program(notebook, assignment.module, secret=assignment.secret)
        verdicts = judge(steps, tasks, results=box.run(steps), secret=assignment.secret)
        graded.marks = list(_marks(notebook, assignment.release, verdicts=verdicts))
    except submissions.Ungradable as problem:
        graded.problem = str(problem)
        return graded, None
    except Exception as error:  # ours; it is told, tried again next time, and stops nobody else
        graded.problem, graded.fingerprint = f"the grading itself failed: {error!r}", ""
        return graded, None
    return graded, notebook


def _marks(notebook, release, *, verdicts):
    empty = {_id(cell): cell.source for cell in release.cells if submissions.is_answer(cell)}
    filled = {_id(c) for c in notebook.cells if submissions.is_answer(c) and _changed(c, empty)}
    for cell in release.cells:
        told = cell.metadata.get("nbgrader")
        if not (told and told["grade"]):
            continue
        grade_id, most = told["grade_id"].removesuffix("-check"), float(told["points"])
        name = grade_id.split("-")[1]
        if grade_id not in filled:
            yield Mark(name, 0.0, most, NO_ANSWER, NO_ANSWER)
        elif submissions.is_answer(cell):
            yield Mark(name, None, most)
        else:
            said, cause = verdicts[name]
            yield Mark(name, 0.0 if said else most, most, said, cause)


def _id(cell):
    return cell.metadata.nbgrader.grade_id


def _changed(cell, empty):
    return cell.source.strip() != empty[_id(cell)].strip()


# An assignment, and the folder that a class is graded in


class Assignment:
    """One assignment as it is graded: its release, its tasks, and the teacher's secret."""

    def __init__(self, source, secret):
        self.name, self.source, self.secret = source.stem, source, secret
        self.release = handouts.students_version(source)
        self.module = import_module(f"persogan_lessons.course.assignments.lesson_{source.name[:2]}")

    def fingerprint(self, submission):
        """Changes when the marks might: with what was handed in, the secret, or the assignment."""
        digest = hashlib.sha256(f"{self.secret}\n{submission.student}".encode())
        digest.update(handouts.content(self.release) + Path(self.module.__file__).read_bytes())
        for path in submission.paths:
            stat = path.lstat()
            small = stat.st_size <= submissions.LARGEST and not path.is_symlink()
            digest.update(path.read_bytes() if small else str(stat.st_size).encode())
        return digest.hexdigest()


def assignments(names=()):
    """The sources of the assignments with these numbers, or of all.

    Raises:
        ValueError: for a number that there is none of.
    """
    found = sorted(SOURCES.glob("[0-9][0-9]_*.py"))
    known = {path.name[:2]: path for path in found}
    asked = [name.zfill(2) for name in names] or list(known)
    if not set(asked) <= set(known):
        raise ValueError(f"there is no assignment {names}; there are: {', '.join(known)}")
    return [known[name] for name in asked]


def secret_of(folder):
    """The teacher's secret of a course folder; drawn, and kept from other accounts, if new."""
    path = folder / "secret.txt"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(16) + "\n")
    words = path.read_text(encoding="utf-8").strip()
    if not words:
        raise ValueError(f"{path} is empty: write words of your own into it, or delete it")
    return words


def recognised(found):
    """The source of the assignment that most of these submissions hold answers to.

    Raises:
        ValueError: if they hold answers to none.
    """
    counts = {}
    for source in assignments():
        release = handouts.students_version(source)
        counts[source] = sum(_holds_answers(each, release) for each in found)
    best = max(counts, key=counts.get)
    if not counts[best]:
        raise ValueError("no submission holds an answer to any assignment; name one with -a NN")
    return best


def _holds_answers(submission, release):
    """Whether any cell carries a grade id of this assignment, or else an answer of its name."""
    try:
        return bool(submissions.choose(submission, release).cells)
    except submissions.Ungradable:
        return False


# A class


@dataclass(frozen=True)
class Room:
    """Where a class is graded: the course `folder`, the `assignment`, and how answers are tried."""

    folder: Path
    source: Path
    limits: sandbox.Limits
    check: object

    def kept(self, name):
        """The file that what was judged of a student is kept in."""
        return self.folder / "graded" / self.source.stem / f"{name}.json"


def grade(found, room):
    """Grade all submissions that are not graded yet; yields each `Graded` as it is done."""
    assignment = Assignment(room.source, secret_of(room.folder))
    due = []
    for submission in found:
        kept = _kept(room, submission.name)
        if kept and kept.fingerprint == assignment.fingerprint(submission):
            yield kept
        else:
            due.append(submission)
    if due:
        yield from _grade_side_by_side(due, room, assignment=assignment)


def _grade_side_by_side(due, room, *, assignment):
    """A student at a time in each of two sandboxes; this process only waits, and judges."""
    with contextlib.ExitStack() as stack:
        places = queue.SimpleQueue()
        for _ in range(min(AT_ONCE, len(due))):
            places.put(stack.enter_context(sandbox.Sandbox(room.limits, room.check)))

        def grade_somewhere(submission):
            box = places.get()
            try:
                return _grade(submission, room, assignment=assignment, box=box)
            finally:
                places.put(box)

        pool = stack.enter_context(concurrent.futures.ThreadPoolExecutor(AT_ONCE))
        jobs = [pool.submit(grade_somewhere, each) for each in due]
        try:
            for job in concurrent.futures.as_completed(jobs):
                yield job.result()
        finally:
            pool.shutdown(cancel_futures=True)


def _grade(submission, room, *, assignment, box):
    """Grade a student, and keep what was judged: the notebook first, so that its mark has one."""
    graded, notebook = grade_one(submission, assignment, box=box)
    if notebook is not None:
        path = room.folder / "submitted" / submission.name / assignment.name
        books.write_whole(path / f"{assignment.name}.ipynb", handouts.content(notebook))
    text = json.dumps(asdict(graded), indent=1, ensure_ascii=False)
    books.write_whole(room.kept(submission.name), text.encode("utf-8", "replace"))
    return graded


def _kept(room, name):
    """What was judged of a student before, None if nothing, or if the file is damaged."""
    try:
        text = json.loads(room.kept(name).read_text(encoding="utf-8"))
        return Graded(**text | {"marks": [Mark(**each) for each in text["marks"]]})
    except (OSError, ValueError, TypeError, KeyError):
        return None


def enter(everybody, room):
    """Enter marks into nbgrader's gradebook, where that is not done, and take its marks back.

    A person may have marked conclusions there, or changed a mark: the gradebook's word is the last.
    """
    path = room.folder / "graded" / room.source.stem / "booked.txt"
    booked = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    for graded in everybody:
        if graded.problem:
            continue
        where = {"student": graded.name}
        now = str(books.scores(room.folder, room.source.stem, **where))
        if booked.get(graded.name) != [graded.fingerprint, now]:
            books.book(room.folder, room.source.stem, **where)
            now = str(books.scores(room.folder, room.source.stem, **where))
            booked[graded.name] = [graded.fingerprint, now]
            books.write_whole(path, json.dumps(booked, indent=1).encode())
        points = books.scores(room.folder, room.source.stem, **where)
        for mark in graded.marks:
            mark.points = points[mark.task]
    return everybody


# From the command line


def main(arguments=None):
    """`release` or `SUBMISSIONS -o OUT`; returns the exit status."""
    parser = argparse.ArgumentParser(prog="run.py grade", description=__doc__.split("\n\n")[0])
    parser.add_argument("submissions", metavar="SUBMISSIONS", help="a folder, or the word: release")
    parser.add_argument("-o", dest="out", metavar="OUT", type=Path, required=True)
    parser.add_argument("-a", dest="assignment", metavar="NN", help="default: as submitted")
    parser.add_argument("--seconds", type=float, default=60.0, help="for one step (default 60)")
    parser.add_argument("--without-isolation", action="store_const", default=isolation.missing,
                        dest="check", const=sandbox.accepted)  # fmt: skip
    options = parser.parse_args(arguments)
    try:
        if options.submissions == "release":
            return _release(options.out, [options.assignment] if options.assignment else [])
        return _grade_class(options)
    except (OSError, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 1


def _release(folder, names):
    secret_of(folder)
    for source in assignments(names):
        books.release(folder, source)
        print(f"{folder / 'release' / source.stem / (source.stem + '.ipynb')}")
    return 0


def _grade_class(options):
    problem = options.check()
    if problem:
        raise OSError(
            f"Students' programs cannot be isolated here: {problem}. They could read and change "
            "whatever you can. To grade all the same: --without-isolation"
        )
    found = submissions.find(Path(options.submissions))
    source = assignments([options.assignment])[0] if options.assignment else recognised(found)
    limits = sandbox.Limits(seconds=options.seconds)
    room = Room(options.out.resolve(), source, limits, options.check)
    books.release(room.folder, source)
    everybody = grade_all(found, room)
    for path in reports.write(everybody, room.folder, name=source.stem):
        print(path)
    return 0


def grade_all(found, room):
    """Grade a class and enter the marks, with a progress bar; returns all `Graded`, in order."""
    bar = keras.utils.Progbar(len(found), unit_name="student")
    everybody = []
    for graded in grade(found, room):
        everybody.append(graded)
        bar.update(len(everybody))
    everybody.sort(key=lambda each: each.student)
    return enter(everybody, room)


if __name__ == "__main__":
    sys.exit(main())
