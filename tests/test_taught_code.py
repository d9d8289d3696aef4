"""Code that a lesson shows in full is the code of the package, so that the two cannot drift.

A cell tagged `taught` holds one definition; its second tag says where the package has the same:
`# %% tags=["taught", "persogan_lessons.models.gan:GAN.train_step"]`. A method may be shown by
itself, as a plain function. Docstrings and comments may differ, nothing else.
"""

import ast
from pathlib import Path

import nbformat
import pytest

from notebooks import build

ROOT = Path(build.__file__).resolve().parent.parent
TAUGHT = [
    pytest.param(cell, id=f"{lesson.name}-cell{number}")
    for lesson in build.lessons(ROOT / "notebooks")
    for number, cell in enumerate(build.read_source(lesson).cells, 1)
    if build.has_tag(cell, "taught")
]


def difference(cell, root):
    """What is wrong with a taught cell, in words; None when it equals the package's code."""
    places = [tag for tag in cell.metadata.tags if ":" in tag]
    if len(places) != 1:
        return "needs a second tag, module:name, that says where the package has this code"
    shown = ast.parse(cell.source).body
    if len(shown) != 1 or not isinstance(shown[0], (ast.FunctionDef, ast.ClassDef)):
        return "must hold one function or class and nothing else"
    kept = find(places[0], root)
    if kept is None:
        return f"{places[0]} does not exist"
    if plain(shown[0]) != plain(kept):
        return f"differs from {places[0]}:\n{plain(shown[0])}\n--- the package has\n{plain(kept)}"
    return None


def find(place, root):
    """The definition at `module:Class.method` below the root, or None."""
    module, _, names = place.partition(":")
    path = root.joinpath(*module.split(".")).with_suffix(".py")
    node = ast.parse(path.read_text(encoding="utf-8")) if path.exists() else None
    for name in names.split("."):
        inside = getattr(node, "body", [])
        node = next((each for each in inside if getattr(each, "name", None) == name), None)
    return node


def plain(definition):
    """The code of a definition, one way of writing it, without its docstrings."""
    tree = ast.parse(ast.unparse(definition))
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.FunctionDef, ast.ClassDef))
            and ast.get_docstring(node) is not None
        ):
            node.body[:1] = []
    return ast.unparse(tree)


@pytest.mark.parametrize("cell", TAUGHT)
def test_taught_code_is_the_code_of_the_package(cell):
    assert difference(cell, ROOT) is None


PACKAGE = '''
class Pair:
    """A fuller docstring."""

    def total(self, other=1):
        """Also fuller."""
        return self.one + other  # a comment


@decorated
def twice(number):
    """Double it."""
    return 2 * number
'''
TOTAL = "def total(self, other=1):\n    return self.one + other"
TWICE = "@decorated\ndef twice(number):\n    return (2 *\n        number)"
CLASS = f"class Pair:\n    {TOTAL}".replace("\n    return", "\n        return")


@pytest.mark.parametrize(
    "name, text, fault",
    [
        ("Pair.total", TOTAL, None),
        ("Pair.total", TOTAL.replace("\n", "\n    '''Short.'''\n"), None),
        ("Pair.total", TOTAL.replace("\n", "\n    # why\n"), None),
        ("Pair.total", TOTAL.replace("+", "-"), "differs"),
        ("Pair.total", TOTAL.replace("=1", "=2"), "differs"),
        ("Pair.total", TOTAL.replace("other=1", "other"), "differs"),
        ("Pair", CLASS, None),
        ("Pair", CLASS.replace("one", "two"), "differs"),
        ("twice", TWICE, None),
        ("twice", TWICE.replace("@decorated\n", ""), "differs"),
        ("twice", TWICE.replace("twice", "thrice"), "differs"),
        ("twice", TWICE + "\ntwice(3)", "one function or class"),
        ("thrice", TWICE, "does not exist"),
        ("Pair.twice", TWICE, "does not exist"),
        (None, TWICE, "second tag"),
    ],
)
def test_a_difference_is_found(tmp_path, name, text, fault):
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "pairs.py").write_text(PACKAGE, encoding="utf-8")
    tags = ["taught"] + ([f"package.pairs:{name}"] if name else [])
    cell = nbformat.v4.new_code_cell(text, metadata={"tags": tags})
    found = difference(cell, tmp_path)
    assert (fault in found) if fault else found is None
