"""Make the notebooks from their sources: run them, measure them, list them in the README.

    python run.py build            every lesson
    python run.py build 01 03      these lessons
    python run.py build --text     run nothing: only words and tags have changed, outputs stay
    python run.py build --check    change nothing, only verify what is committed

The sources, `source/NN_name.py`, are the only text edited by hand. Two cell tags speak to the
build: `picture` (the cell's figure is also the lesson's picture, pictures/NN_name.png) and `warns`
(the cell writes to stderr on purpose; anywhere else that stops the build). A cell's `alt="..."`
says in words what its figure shows.
"""

import argparse
import base64
import hashlib
import io
import json
import os
import re
import sys
import threading
import time
import tomllib
from contextlib import contextmanager
from itertools import zip_longest
from pathlib import Path

import jupytext
import nbformat
import psutil
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from PIL import Image

from persogan_lessons.course import handouts

HERE = Path(__file__).resolve().parent
LARGEST = 400_000  # bytes of one notebook, so that it opens at once on a slow connection
METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
JUPYTEXT_NOTES = ("cell_marker", "lines_to_next_cell", "lines_to_end_of_cell_marker")
WIDGET = "application/vnd.jupyter.widget-view+json"
IMPORT = "from persogan_lessons.course import lesson\n"  # with it each lesson begins
ON_COLAB = """\
import sys

if "google.colab" in sys.modules:  # whatever Colab has installed stays as it is
    %pip install -q "persogan_lessons[data] @ git+{address}"

"""
TABLE = re.compile(r"(?<=<!-- lessons -->\n).*?(?=<!-- /lessons -->)", re.DOTALL)


class BuildError(Exception):
    """What is wrong with a lesson, in words for its author."""


class Lesson:
    """Where the files of one lesson are."""

    def __init__(self, source):
        self.source, self.name, self.folder = source, source.stem, source.parent.parent
        self.notebook = self.folder / f"{self.name}.ipynb"
        self.picture = self.folder / "pictures" / f"{self.name}.png"


def lessons(folder):
    """All lessons, in order."""
    return [Lesson(path) for path in sorted((folder / "source").glob("[0-9][0-9]_*.py"))]


def write_whole(path, content):
    """Write so that an interruption leaves the old file or the new one, never half of one."""
    if path.exists() and path.read_bytes() == content:
        return
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


def read_source(lesson):
    """The notebook that the source describes: its cells with stable ids, nothing executed."""
    notebook = jupytext.reads(lesson.source.read_text(encoding="utf-8"), fmt="py:percent")
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    seen = {}
    for cell in notebook.cells:
        for note in JUPYTEXT_NOTES:
            cell.metadata.pop(note, None)
        # From the text, not the position: a cell inserted or moved changes no other cell's id.
        text = (lesson.name, cell.cell_type, cell.source)
        seen[text] = seen.get(text, 0) + 1
        cell.id = hashlib.sha256(repr((*text, seen[text])).encode()).hexdigest()[:12]
    install_on_colab(notebook, repository(lesson.folder))
    return notebook


def install_on_colab(notebook, address):
    """Where the first code cell imports the course, Colab has it installed just before."""
    first = next((cell for cell in notebook.cells if cell.cell_type == "code"), None)
    if first and address and first.source.startswith(IMPORT):
        first.source = ON_COLAB.format(address=address) + first.source


def repository(folder):
    """The address of the repository, as pyproject.toml keeps it; empty where there is none."""
    path = folder.parent / "pyproject.toml"
    project = tomllib.loads(path.read_text(encoding="utf-8"))["project"] if path.exists() else {}
    return project.get("urls", {}).get("Repository", "").removesuffix("/")


def has_tag(cell, tag):
    """Whether the cell carries this tag."""
    return tag in cell.metadata.get("tags", [])


# Running


def build(lesson):
    """Make the notebook of one lesson; an error leaves every file as it was."""
    notebook = read_source(lesson)
    measured = execute(notebook, lesson)
    for number, cell in enumerate(notebook.cells, 1):
        tidy_outputs(cell, f"{lesson.source.name}, cell {number}")
    notebook.metadata = nbformat.from_dict(METADATA)  # the kernel has added its exact version
    size = write_notebook(notebook, lesson)
    known = read_measured(lesson.folder) | {lesson.name: measured}
    kept = {each.name: known[each.name] for each in lessons(lesson.folder) if each.name in known}
    write_whole(lesson.folder / "measured.json", (json.dumps(kept, indent=1) + "\n").encode())
    took = "{seconds:.0f} s, {peak_mb} MB".format(**measured)
    print(f"{lesson.name}: {took}, {size // 1000} kB")


def write_notebook(notebook, lesson):
    """Write the notebook and its picture; returns its size in bytes."""
    nbformat.validate(notebook)
    content = (nbformat.writes(notebook).rstrip("\n") + "\n").encode()
    if too_large(len(content)):
        raise BuildError(f"{lesson.source.name}: {too_large(len(content))}")
    picture = picture_of(notebook)
    if picture:
        write_whole(lesson.picture, picture)
    write_whole(lesson.notebook, content)
    return len(content)


def renew_text(lesson):
    """Take over words, tags and the lines for Colab from the source; outputs stay as they are.

    Raises:
        BuildError: if other code has changed, which would make those outputs wrong.
    """
    if not lesson.notebook.exists():
        raise BuildError(f"{lesson.notebook.name} is not there: build it without --text")
    notebook = read_source(lesson)
    wanted, kept = (
        [cell for cell in each.cells if cell.cell_type == "code"]
        for each in (notebook, nbformat.read(lesson.notebook, as_version=4))
    )
    if code_run_everywhere(wanted) != code_run_everywhere(kept):
        raise BuildError(f"{lesson.source.name}: code has changed, so build it without --text")
    for cell, old in zip(wanted, kept, strict=True):
        cell.outputs, cell.execution_count = old.outputs, old.execution_count
    write_notebook(notebook, lesson)


def code_run_everywhere(cells):
    """The texts of code cells, without the lines for Colab."""
    before, found, after = cells[0].source.partition(IMPORT) if cells else ("", "", "")
    return [found + after if found else before, *[cell.source for cell in cells[1:]]]


def execute(notebook, lesson):
    """Run all cells in a fresh kernel, outputs into `notebook`; returns what it took."""
    budget = os.environ.get("PERSOGAN_BUDGET") or "cpu"
    environment = {**os.environ, "PERSOGAN_BUDGET": budget}
    environment.pop("MPLBACKEND", None)  # one meant for scripts would keep the figures out
    paths = [str(lesson.folder.parent), environment.get("PYTHONPATH")]
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, paths))
    client = NotebookClient(
        notebook,
        timeout=900,  # seconds for one cell
        kernel_name="python3",
        extra_arguments=["--log-level=ERROR"],
        coalesce_streams=True,  # keeps the last state of a progress bar only
        record_timing=False,
        resources={"metadata": {"path": str(lesson.folder)}},
    )
    started = time.perf_counter()
    with client.setup_kernel(env=environment), sampled_memory(client.km.provisioner.pid) as sizes:
        for index, cell in enumerate(notebook.cells):
            try:
                client.execute_cell(cell, index)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                lines = re.sub(r"\x1b\[[\d;]*m", "", str(error)).strip().splitlines()
                place = f"{lesson.source.name}, cell {index + 1}: "
                raise BuildError(place + "\n".join(lines[-6:])) from None
    seconds = round(time.perf_counter() - started, 1)
    peak_mb = round(max(sizes) / 1e6)
    return {"seconds": seconds, "peak_mb": peak_mb, "cores": os.cpu_count(), "budget": budget}


@contextmanager
def sampled_memory(pid):
    """The sizes in bytes, over time, of a process and its children.

    Watched from outside because that is the same on Linux, macOS and Windows.
    """
    sizes, finished = [memory(pid)], threading.Event()

    def watch():
        while not finished.wait(0.1):
            sizes.append(memory(pid))

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield sizes
    finally:
        finished.set()


def memory(pid):
    """Resident memory of a process and its children, in bytes; what they share counts once."""
    try:
        parent = psutil.Process(pid)
        own = (child.memory_full_info().uss for child in parent.children(True))
        return parent.memory_info().rss + sum(own)
    except psutil.Error:  # one ended between being listed and being asked
        return 0


# Outputs that read the same whoever built them


def tidy_outputs(cell, place):
    """Drop or mend what would be stale, large or about the building machine."""
    if cell.cell_type != "code":
        return
    # A widget without its kernel shows as an error; the figures carry the reading version.
    cell.outputs = [tidy(output) for output in cell.outputs if WIDGET not in output.get("data", {})]
    noise = "".join(output.text for output in cell.outputs if output.get("name") == "stderr")
    if noise and not has_tag(cell, "warns"):
        raise BuildError(f"{place} writes to stderr (tag it `warns` if that is meant):\n{noise}")
    if has_tag(cell, "picture") and not any("image/png" in o.get("data", {}) for o in cell.outputs):
        raise BuildError(f"{place} is tagged `picture` and shows no figure")


def tidy(output):
    """One output without machine paths, its picture made small."""
    if output.output_type == "stream":
        output.text = without_paths(output.text)
    elif output.output_type == "error":
        output.evalue = without_paths(output.evalue)
        output.traceback = [f"{output.ename}: {output.evalue}"]  # the frames are of this machine
    else:
        for kind, value in output.data.items():
            if kind == "image/png":
                output.data[kind] = base64.b64encode(shrink(base64.b64decode(value))).decode()
            elif isinstance(value, str):
                output.data[kind] = without_paths(value)
    return output


def without_paths(text):
    """The text with this machine's folders under neutral names."""
    text = re.sub(r"\S*ipykernel_\d+[/\\]\d+\.py", "cell", text)
    for path, name in ((HERE.parent, "."), (sys.prefix, "python"), (Path.home(), "~")):
        text = text.replace(str(path), name)
    return text


def shrink(png):
    """The same picture in at most 256 colours, where that is smaller."""
    image = Image.open(io.BytesIO(png)).convert("RGBA")
    paper = Image.new("RGBA", image.size, "white")  # black on transparent vanishes on a dark page
    colours = Image.alpha_composite(paper, image).convert("RGB").quantize(256)
    smaller = io.BytesIO()
    colours.save(smaller, "PNG", optimize=True)
    return min(png, smaller.getvalue(), key=len)


def picture_of(notebook):
    """The last PNG of the cells tagged `picture`, or None."""
    cells = [cell for cell in notebook.cells if has_tag(cell, "picture")]
    data = [output.get("data", {}) for cell in cells for output in cell.get("outputs", [])]
    pictures = [each["image/png"] for each in data if "image/png" in each]
    return base64.b64decode(pictures[-1]) if pictures else None


def too_large(size):
    """The complaint about a notebook of this many bytes, or None."""
    limit = f"the notebook has {size // 1000} kB, at most {LARGEST // 1000} are allowed"
    return limit if size > LARGEST else None


# Assignments


def assignments(folder):
    """The sources of all assignments, in order."""
    return sorted((folder / "source" / "assignments").glob("[0-9][0-9]_*.py"))


def students_file(source):
    """Where the students' version of an assignment is."""
    return source.parents[2] / "assignments" / f"{source.stem}.ipynb"


def build_assignment(source):
    """Make the students' version of one assignment."""
    write_whole(students_file(source), handouts.content(handouts.students_version(source)))
    print(f"{source.stem}: the assignment")


def check_assignments(folder, chosen):
    """All that is not as the sources of the chosen assignments give it, in words."""
    made = {each.stem for each in assignments(folder)}
    for path in sorted((folder / "assignments").glob("*.ipynb")):
        if path.stem not in made:
            yield f"assignments/{path.name}: has no source"
    for source in chosen:
        path = students_file(source)
        wanted = handouts.content(handouts.students_version(source)).decode()
        difference = first_line(path.read_text("utf-8") if path.exists() else "", wanted)
        if difference:
            yield f"assignments/{path.name}: {difference}"


# The table of lessons in the README


def read_measured(folder):
    """What building took: {lesson: {seconds, peak_mb, cores, budget}}."""
    path = folder / "measured.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def read_readme(folder):
    """The README's text, empty where there is none."""
    path = folder.parent / "README.md"
    return path.read_text(encoding="utf-8") if path.exists() else ""


def write_readme(folder):
    """Renew the table of lessons."""
    if TABLE.search(read_readme(folder)):
        write_whole(folder.parent / "README.md", with_table(folder).encode())
    else:
        print("note: README.md has no <!-- lessons --> ... <!-- /lessons --> for the table")


def with_table(folder):
    """The README's text with the table of lessons as it ought to be."""
    measured, address = read_measured(folder), repository(folder)
    rows = ["| Lesson | What you gain | Minutes | Memory | | |", "|---|---|---:|---:|---|---|"]
    rows += [table_row(each, measured.get(each.name), address) for each in lessons(folder)]
    return TABLE.sub(lambda _: "\n".join(rows) + "\n", read_readme(folder))


def table_row(lesson, measured, address):
    """One lesson's row: title, goal, minutes, memory, picture, Colab."""
    title, goal = title_and_goal(lesson)
    page = f"notebooks/{lesson.name}.ipynb"
    picture = f'<img src="notebooks/pictures/{lesson.name}.png" width="120" alt="">'
    colab = address.replace("https://github.com/", "https://colab.research.google.com/github/")
    cells = [
        f"[{lesson.name[:2]} {title}]({page})",
        goal,
        minutes(measured["seconds"]) if measured else "",
        f"{measured['peak_mb']} MB" if measured else "",
        picture if lesson.picture.exists() else "",
        f"[Open in Colab]({colab}/blob/main/{page})" if colab != address else "",
    ]
    return "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"


def title_and_goal(lesson):
    """The heading of the first cell, and the first paragraph of words after it."""
    heading, *paragraphs = re.split(r"\s*\n\s*\n", read_source(lesson).cells[0].source.strip())
    title = re.sub(rf"^#\s*(?:{lesson.name[:2]}\b\W*)?", "", heading)
    words = [text for text in paragraphs if not text.startswith(("!", "[!", "<"))]
    return title, " ".join(words[0].split()) if words else ""


def minutes(seconds):
    """Rounded to half minutes: '< ½', '½', '1', '1½', ..."""
    halves = round(seconds / 30)
    return f"{halves // 2 or ''}{'½' * (halves % 2)}" if halves else "< ½"


# Verifying without running


def check(folder, chosen):
    """All that is not as the sources of the chosen lessons give it, in words."""
    found = [f"{each.notebook.name}: {text}" for each in chosen for text in complaints(each)]
    made = {each.name for each in lessons(folder)}
    files = [*folder.glob("*.ipynb"), *folder.glob("pictures/*.png")]
    found += [f"{path.name}: has no source" for path in sorted(files) if path.stem not in made]
    difference = first_line(read_readme(folder), with_table(folder))
    return found + [f"README.md: {difference}"] if difference else found


def complaints(lesson):
    """All that is wrong with the notebook of one lesson."""
    if not lesson.notebook.exists():
        return ["is not built"]
    try:
        notebook = nbformat.read(lesson.notebook, as_version=4)
    except Exception as error:  # whatever the reader stumbles over in a damaged file
        return [f"cannot be read: {error}"]
    counts = [cell.execution_count for cell in notebook.cells if cell.cell_type == "code"]
    picture = lesson.picture.read_bytes() if lesson.picture.exists() else None
    budget = read_measured(lesson.folder).get(lesson.name, {}).get("budget")
    found = [
        first_difference(read_source(lesson), notebook),
        too_large(lesson.notebook.stat().st_size),
        counts != list(range(1, len(counts) + 1)) and "was not run from top to bottom",
        picture != picture_of(notebook) and "shows another picture than pictures/ has",
        budget != "cpu" and f"was measured at the budget {budget!r}, not 'cpu'",
    ]
    return [text for text in found if text]


def first_difference(wanted, found):
    """Where a notebook's cells and metadata first differ from what its source gives, or None."""
    if found.metadata != wanted.metadata:
        return f"metadata: {first_line(str(found.metadata), str(wanted.metadata))}"
    for number, (want, have) in enumerate(zip_longest(wanted.cells, found.cells), 1):
        if want is None or have is None:
            where = "source" if want is None else "notebook"
            return f"cell {number} is not in the {where}: {(want or have).source[:60]!r}"
        for part in ("cell_type", "source", "metadata", "id"):
            if want[part] != have[part]:
                return f"cell {number}, {part}: {first_line(str(have[part]), str(want[part]))}"
    return None


def first_line(found, wanted):
    """The first line in which two texts differ, or None."""
    pairs = zip_longest(found.split("\n"), wanted.split("\n"))
    return next((f"has {a!r}, the source gives {b!r}" for a, b in pairs if a != b), None)


def main(arguments=None, folder=HERE):
    """Build or check the lessons named, or all; returns the exit status."""
    parser = argparse.ArgumentParser(prog="run.py build", description="Make the notebooks.")
    parser.add_argument("lessons", nargs="*", metavar="NN", help="numbers of lessons; all if none")
    parser.add_argument("--text", action="store_true", help="run nothing, take over words only")
    parser.add_argument("--check", action="store_true", help="only verify what is committed")
    options = parser.parse_args(arguments)
    named = {name.zfill(2) for name in options.lessons}
    known = [lesson.name[:2] for lesson in lessons(folder)]
    if named - set(known):
        print("no lesson", *sorted(named - set(known)), "among", *known, file=sys.stderr)
        return 2
    chosen = [each for each in lessons(folder) if not named or each.name[:2] in named]
    handed = [each for each in assignments(folder) if not named or each.name[:2] in named]
    if options.check:
        found = [*check(folder, chosen), *check_assignments(folder, handed)]
        count = len(chosen) + len(handed)
        print(*found or [f"{count} notebooks agree with their sources"], sep="\n")
        return 1 if found else 0
    try:
        for source in handed:
            build_assignment(source)
        for lesson in chosen:
            (renew_text if options.text else build)(lesson)
    except (BuildError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        write_readme(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
