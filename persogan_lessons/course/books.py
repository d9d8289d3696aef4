"""nbgrader keeps the books: marks in its gradebook, feedback as pages, conclusions to be marked.

nbgrader would run students' code with the rights of the teacher. Here it runs none: in place of its
step that executes a notebook stands `Verdicts`, which writes below each check what was judged
before. The configuration of the course folder says the same, so its formgrader runs none either.
"""

import json
import os
import sys
import warnings
from pathlib import Path

from nbformat import v4
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Unicode
from traitlets.config import Config, PyFileConfigLoader

from persogan_lessons.course import handouts

CONFIGURATION = '''\
"""nbgrader's configuration of this course folder. Verdicts stands where nbgrader would execute."""

import os

c = get_config()  # noqa: F821 -- nbgrader defines it
c.CourseDirectory.root = os.path.dirname(os.path.abspath(__file__))
c.CourseDirectory.course_id = "persogan_lessons"
c.Autograde.autograde_preprocessors = [
    "persogan_lessons.course.books.Verdicts",
    "nbgrader.preprocessors.LimitOutput",
    "nbgrader.preprocessors.SaveAutoGrades",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
]
c.Verdicts.folder = os.path.join(c.CourseDirectory.root, "graded")
c.NbGrader.log_level = "ERROR"
'''


class Verdicts(NbGraderPreprocessor):
    """Writes below each check what was judged before, where nbgrader would execute the notebook."""

    folder = Unicode(help="The folder of what was judged.").tag(config=True)

    def preprocess(self, nb, resources):
        """As nbgrader calls it."""
        told = resources["nbgrader"]
        path = Path(self.folder) / told["assignment"] / f"{told['student']}.json"
        marks = json.loads(path.read_text(encoding="utf-8"))["marks"]
        verdicts = {each["task"]: each["said"] for each in marks}
        for cell in nb.cells:
            graded = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code":
                cell.outputs = []
            if graded.get("grade") and not graded["solution"]:
                name = graded["grade_id"].removesuffix("-check").split("-", 1)[1]
                cell.outputs = [_output(verdicts[name])]
        return nb, resources


def _output(said):
    if not said:
        return v4.new_output("stream", name="stdout", text="Passed, with hidden inputs too.\n")
    return v4.new_output(
        "error", ename="CheckFailed", evalue=said.split("\n")[0], traceback=said.split("\n")
    )


def write_whole(path, content):
    """Write so that an interruption leaves the old file or the new one, never half of one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def release(folder, source):
    """Put an assignment into a course folder, and make its students' version with nbgrader.

    Raises:
        OSError: if nbgrader does not make it; it says why.
    """
    write_whole(folder / "nbgrader_config.py", CONFIGURATION.encode())
    notebook = handouts.content(handouts.teachers_version(source))
    write_whole(folder / "source" / source.stem / f"{source.stem}.ipynb", notebook)
    _require(_nbgrader(folder).generate_assignment(source.stem, force=True, create=True))


def book(folder, assignment, *, student):
    """Enter one student's marks into the gradebook, and write their feedback."""
    nbgrader = _nbgrader(folder)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Object of type", module="nbgrader")
        _require(nbgrader.autograde(assignment, student, force=True, create=True))
        _require(nbgrader.generate_feedback(assignment, student, force=True))


def scores(folder, assignment, *, student):
    """`{task: points}` as the gradebook has them, None where a person has still to mark."""
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}", "persogan_lessons") as gradebook:
        try:
            grades = gradebook.find_submission(assignment, student).notebooks[0].grades
        except MissingEntry:
            return {}
        return {
            each.name.removesuffix("-check").split("-", 1)[1]: None
            if each.needs_manual_grade and each.manual_score is None
            else each.score
            for each in grades
        }


def _nbgrader(folder):
    tools = str(Path(sys.executable).parent)  # nbgrader calls alembic, and looks on the PATH only
    if tools not in os.environ.get("PATH", "").split(os.pathsep):
        os.environ["PATH"] = os.pathsep.join([tools, os.environ.get("PATH", "")])
    configuration = PyFileConfigLoader("nbgrader_config.py", path=str(folder)).load_config()
    return NbGraderAPI(config=Config(configuration))


def _require(done):
    if not done["success"]:
        raise OSError(f"nbgrader did not do it: {done.get('log', '')[-2000:]}")
