"""The notebooks are what their sources say, and every lesson has the anatomy of a lesson."""

import ast
import json
import re
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from IPython.core.inputtransformer2 import TransformerManager

from notebooks import build

COURSE = Path(build.__file__).resolve().parent
EVERY_LESSON = pytest.mark.parametrize("lesson", build.lessons(COURSE), ids=lambda each: each.name)

# A lesson that takes a second: a value, a picture, a widget, an error on purpose.
SOURCE = """\
# %% [markdown]
# # 00 One | two
#
# ![](pictures/00_small.png)
#
# A promise
# in one sentence.

# %% tags=["taught"]
kept = bytearray(b"x") * 200_000_000
kept[:3]

# %% tags=["picture"]
from PIL import Image

Image.new("RGBA", (8, 8), "red")

# %%
from ipywidgets import IntSlider

print("before")
IntSlider()

# %% tags=["raises-exception"]
open("nowhere")

# %% [markdown]
# The end.
"""


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A course of one small lesson, built once; tests change copies of it."""
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    (folder / "source").mkdir(parents=True)
    (folder / "source" / "00_small.py").write_text(SOURCE, encoding="utf-8")
    readme = "Before.\n<!-- lessons -->\n<!-- /lessons -->\nAfter.\n"
    (folder.parent / "README.md").write_text(readme, encoding="utf-8")
    address = '[project]\n[project.urls]\nRepository = "https://github.com/OWNER/NAME"\n'
    (folder.parent / "pyproject.toml").write_text(address, encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("PERSOGAN_BUDGET", raising=False)  # the budget that may be committed
        assert build.main([], folder) == 0
    return folder


@pytest.fixture
def lesson(built, tmp_path):
    """The small lesson, in a copy of its course."""
    shutil.copytree(built.parent, tmp_path / "copy")
    return build.lessons(tmp_path / "copy" / "notebooks")[0]


def contents(folder):
    """Every file below the folder, with its bytes."""
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


# What is committed


def test_committed_notebooks_agree_with_their_sources():
    assert build.check(COURSE, build.lessons(COURSE)) == []


# Each change that the sources do not know of is reported


def change_text(notebook):
    notebook.cells[1].source += "  # changed"


def add_cell(notebook):
    notebook.cells.append(nbformat.v4.new_markdown_cell("more"))


def remove_cell(notebook):
    del notebook.cells[2]


def change_tag(notebook):
    notebook.cells[1].metadata.tags = ["other"]


def change_id(notebook):
    notebook.cells[1].id = "other"


def change_kernel(notebook):
    notebook.metadata.language_info.version = "3.11.2"


def clear_outputs(notebook):
    notebook.cells[1].execution_count = None


def change_picture(notebook):
    notebook.cells[2].outputs = []


@pytest.mark.parametrize(
    "change, words",
    [
        (change_text, ["cell 2, source", "# changed"]),
        (add_cell, ["cell 7", "not in the source", "more"]),
        (remove_cell, ["cell 3"]),
        (change_tag, ["cell 2, metadata", "other"]),
        (change_id, ["cell 2, id", "other"]),
        (change_kernel, ["metadata", "3.11.2"]),
        (clear_outputs, ["not run"]),
        (change_picture, ["picture"]),
    ],
)
def test_a_changed_notebook_is_reported(lesson, change, words):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    change(notebook)
    nbformat.write(notebook, lesson.notebook)
    report = "\n".join(build.check(lesson.folder, [lesson]))
    assert all(word in report for word in [lesson.notebook.name, *words]), report


def test_an_unchanged_notebook_is_not_reported(lesson, capsys):
    before = contents(lesson.folder.parent)
    assert build.main(["--check"], lesson.folder) == 0
    assert contents(lesson.folder.parent) == before


def test_a_missing_notebook_is_reported(lesson, capsys):
    lesson.notebook.unlink()
    assert build.main(["--check"], lesson.folder) == 1
    assert "00_small.ipynb: is not built" in capsys.readouterr().out


def test_a_damaged_notebook_is_reported(lesson):
    lesson.notebook.write_text("{")
    assert "cannot be read" in build.check(lesson.folder, [lesson])[0]


def test_a_notebook_without_source_is_reported(lesson):
    lesson.source.unlink()
    assert build.check(lesson.folder, [])[:2] == [
        "00_small.ipynb: has no source",
        "00_small.png: has no source",
    ]


def test_a_large_notebook_is_reported(lesson, monkeypatch):
    monkeypatch.setattr(build, "LARGEST", 1000)
    assert "at most 1 are allowed" in build.check(lesson.folder, [lesson])[0]


def test_measurements_of_another_budget_are_reported(lesson):
    path = lesson.folder / "measured.json"
    path.write_text(path.read_text().replace('"cpu"', '"fast"'))
    assert any("budget 'fast'" in text for text in build.check(lesson.folder, [lesson]))


def test_an_old_table_of_lessons_is_reported(lesson):
    readme = lesson.folder.parent / "README.md"
    readme.write_text(readme.read_text(encoding="utf-8").replace("One", "Once"), encoding="utf-8")
    assert "Once" in build.check(lesson.folder, [lesson])[0]


# Building


def test_building_again_changes_no_byte(lesson):
    before = contents(lesson.folder)
    assert build.main(["0"], lesson.folder) == 0
    after = contents(lesson.folder)
    measured = lesson.folder / "measured.json"
    assert before.pop(measured).count(b"\n") == after.pop(measured).count(b"\n")
    assert after == before


def test_changed_words_are_taken_over_and_outputs_stay(lesson):
    before = nbformat.read(lesson.notebook, as_version=4)
    text = lesson.source.read_text(encoding="utf-8").replace("The end", "The very end")
    lesson.source.write_text(
        text.replace('tags=["picture"]', 'tags=["picture"] alt="red"'), "utf-8"
    )
    assert build.main(["--text"], lesson.folder) == 0
    after = nbformat.read(lesson.notebook, as_version=4)
    assert build.check(lesson.folder, [lesson]) == []
    assert "very" in after.cells[-1].source and after.cells[2].metadata["alt"] == "red"
    assert [c.get("outputs") for c in after.cells] == [c.get("outputs") for c in before.cells]


def test_changed_code_is_not_taken_over_without_running_it(lesson, capsys):
    text = lesson.source.read_text(encoding="utf-8").replace("kept[:3]", "kept[:4]")
    lesson.source.write_text(text, encoding="utf-8")
    before = contents(lesson.folder)
    assert build.main(["--text"], lesson.folder) == 1
    assert "code has changed" in capsys.readouterr().err
    assert contents(lesson.folder) == before


FIRST = """\
# %%
from persogan_lessons.course import lesson

lesson.start(seed=0)

# %% [markdown]
# The end.
"""


def test_on_colab_the_first_cell_installs_the_course(lesson, monkeypatch):
    lesson.source.write_text(FIRST, encoding="utf-8")
    first = build.read_source(lesson).cells[0]
    code, asked = TransformerManager().transform_cell(first.source), []
    shell = SimpleNamespace(run_line_magic=lambda *words: asked.append(words))
    run = {"get_ipython": lambda: shell}
    code = code.replace("lesson.start(seed=0)", "")  # which is about the machine
    exec(code, run)
    assert asked == [] and run["lesson"]
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace())
    exec(code, run)
    wanted = '-q "persogan_lessons[data] @ git+https://github.com/OWNER/NAME"'
    assert asked == [("pip", f"install {wanted}")]


def test_the_lines_for_colab_may_come_without_running(lesson):
    notebook = build.read_source(lesson)
    notebook.cells[1].source = build.IMPORT + "1"
    plain = [notebook.cells[1].copy()]
    build.install_on_colab(notebook, "https://github.com/OWNER/NAME")
    assert notebook.cells[1].source.startswith("import sys")
    assert build.code_run_everywhere([notebook.cells[1]]) == build.code_run_everywhere(plain)


def test_notebook_says_nothing_of_the_machine(lesson):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    assert notebook.metadata == build.METADATA
    assert {key for cell in notebook.cells for key in cell.metadata} == {"tags"}
    traceback = notebook.cells[4].outputs[0].traceback
    assert traceback == ["FileNotFoundError: [Errno 2] No such file or directory: 'nowhere'"]
    assert build.without_paths(f"{COURSE.parent}/x.py") == "./x.py"
    assert build.without_paths("/tmp/ipykernel_12/345.py:1: Warning") == "cell:1: Warning"


def test_widgets_leave_no_stale_output(lesson):
    outputs = nbformat.read(lesson.notebook, as_version=4).cells[3].outputs
    assert [output.output_type for output in outputs] == ["stream"]
    assert "widget" not in lesson.notebook.read_text(encoding="utf-8").replace("ipywidgets", "")


def test_inserting_or_moving_a_cell_leaves_the_other_ids(lesson):
    before = [cell.id for cell in build.read_source(lesson).cells]
    first, *others = SOURCE.split("# %%")[1:]
    cells = ["# %%" + text for text in [first, " tags=[]\n1 + 1\n\n", *reversed(others)]]
    lesson.source.write_text("".join(cells), encoding="utf-8")
    after = [cell.id for cell in build.read_source(lesson).cells]
    assert [after[0], *reversed(after[2:])] == before


def test_equal_cells_have_different_ids(lesson):
    lesson.source.write_text("# %%\n1\n\n# %%\n1\n", encoding="utf-8")
    one, two = build.read_source(lesson).cells
    assert one.source == two.source and one.id != two.id


def test_measurements_and_table(lesson):
    measured = json.loads((lesson.folder / "measured.json").read_text())["00_small"]
    assert measured["budget"] == "cpu" and measured["cores"] >= 1
    assert 0 < measured["seconds"] < 60 and 200 < measured["peak_mb"] < 600
    before, *table, after, _ = (lesson.folder.parent / "README.md").read_text("utf-8").split("\n")
    assert (before, after) == ("Before.", "After.")
    assert len(table) == 5  # two markers, two lines of heading, one lesson
    row = table[3]
    assert row.startswith(
        r"| [00 One \| two](notebooks/00_small.ipynb) | A promise in one sentence. |"
    )
    assert f"{measured['peak_mb']} MB" in row and "notebooks/pictures/00_small.png" in row
    assert "colab.research.google.com/github/OWNER/NAME/blob/main/notebooks/00_small.ipynb" in row


@pytest.mark.parametrize("seconds, words", [(9, "< ½"), (20, "½"), (61, "1"), (100, "1½")])
def test_minutes(seconds, words):
    assert build.minutes(seconds) == words


@pytest.mark.parametrize(
    "cell, words",
    [
        ("print(1)\nprint(1 / 0)", ["ZeroDivisionError: division by zero", "print(1 / 0)"]),
        ("import sys\nsys.stderr.write('noise');", ["stderr", "noise"]),
        ("print('a line\\n' * 50_000)", ["900 kB"]),
    ],
)
def test_a_failing_build_leaves_the_old_notebook(lesson, capsys, cell, words):
    before = contents(lesson.folder)
    lesson.source.write_text(f"# %% [markdown]\n# # Title\n\n# %%\n{cell}\n", encoding="utf-8")
    before[lesson.source] = lesson.source.read_bytes()
    assert build.main([], lesson.folder) == 1
    message = capsys.readouterr().err
    assert all(word in message for word in ["00_small.py", *words]), message
    assert contents(lesson.folder) == before


def test_an_unknown_number_gets_one_line(lesson, capsys):
    assert build.main(["7"], lesson.folder) == 2
    assert capsys.readouterr().err == "no lesson 07 among 00\n"


# The anatomy of a lesson, in rules that hold in any language


def faults(notebook, name):
    """Where a lesson departs from the common anatomy."""
    cells = [(number, cell) for number, cell in enumerate(notebook.cells, 1)]
    code = [(number, cell) for number, cell in cells if cell.cell_type == "code"]
    prose = [cell.source for _, cell in cells if cell.cell_type == "markdown"]
    headings = re.findall(r"^# .", re.sub(r"```.*?```", "", "\n".join(prose), flags=re.S), re.M)
    first, last = notebook.cells[0], notebook.cells[-1]
    if first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "cell 1 is not the title"
    if len(headings) != 1:
        yield f"there are {len(headings)} main headings"
    if f"pictures/{name}.png" not in first.source:
        yield f"cell 1 does not show pictures/{name}.png"
    if not code or not calls_start(code[0][1]):
        yield "the first code cell does not call lesson.start"
    if last.cell_type != "markdown":
        yield "the last cell is not a recap"
    for number, cell in code:
        if not 1 <= len(cell.source.splitlines()) <= 20:
            yield f"cell {number} has {len(cell.source.splitlines())} lines, 1 to 20 are allowed"
        if build.has_tag(cell, "taught") and not is_definition(cell):
            yield f"cell {number} is tagged `taught` and is not one definition"


def parsed(cell):
    """The statements of a code cell, magics included."""
    return ast.parse(TransformerManager().transform_cell(cell.source)).body


def is_definition(cell):
    """Whether the cell is one function or class and nothing else."""
    return [type(node) in (ast.FunctionDef, ast.ClassDef) for node in parsed(cell)] == [True]


def calls_start(cell):
    """Whether the cell calls lesson.start(...)."""
    calls = [node for line in parsed(cell) for node in ast.walk(line) if isinstance(node, ast.Call)]
    return "lesson.start" in [ast.unparse(call.func) for call in calls]


@EVERY_LESSON
def test_anatomy(lesson):
    assert list(faults(build.read_source(lesson), lesson.name)) == []


# What a figure shows, in words for those who do not see it


def figures_without_words(notebook):
    """The numbers of the cells with a figure that no `alt` describes in one to 200 characters.

    The lesson's picture needs none: the first cell has words for it.
    """
    for number, cell in enumerate(notebook.cells, 1):
        figure = any("image/png" in each.get("data", {}) for each in cell.get("outputs", []))
        alt = cell.metadata.get("alt", "").strip()
        if figure and not build.has_tag(cell, "picture") and not 1 <= len(alt) <= 200:
            yield number


def has_words(notebook):
    """Whether any of its figures has been described."""
    return any("alt" in cell.metadata for cell in notebook.cells)


@EVERY_LESSON
def test_where_one_figure_has_words_all_have(lesson):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    found = list(figures_without_words(notebook)) if has_words(notebook) else []
    assert found == [], f'{lesson.source.name}: describe the figures of cells {found} by alt="..."'


@pytest.mark.parametrize(
    "alt, found", [(None, [3]), (" ", [3]), ("red " * 51, [3]), ("A red square.", [])]
)
def test_a_figure_without_words_is_found(lesson, alt, found):
    notebook = nbformat.read(lesson.notebook, as_version=4)
    assert list(figures_without_words(notebook)) == []  # its one figure is the picture
    notebook.cells[2].metadata = {} if alt is None else {"alt": alt}
    assert list(figures_without_words(notebook)) == found


GOOD = """\
# %% [markdown]
# # Title
# ![](pictures/00_small.png)

# %%
# %pip install x
lesson.start(seed=1)

# %% tags=["taught"]
def one():
    return 1

# %% [markdown]
# The end.
"""


@pytest.mark.parametrize(
    "old, new, fault",
    [
        ("Title", "Title", None),
        ("# # Title", "# Title", "not the title"),
        ("# The end", "# # The end", "2 main headings"),
        ("00_small", "01_other", "does not show"),
        ("lesson.start", "lesson.stop", "does not call"),
        ("[markdown]\n# The end.", "\n1", "not a recap"),
        ("return 1", "return 1" + "\n    # more" * 20, "has 22 lines"),
        ("def one", "x = 1\ndef one", "not one definition"),
    ],
)
def test_a_departure_from_the_anatomy_is_found(lesson, old, new, fault):
    lesson.source.write_text(GOOD.replace(old, new), encoding="utf-8")
    found = list(faults(build.read_source(lesson), lesson.name))
    assert any(fault in text for text in found) if fault else found == []
