"""The rules of the house: who may import whom, how things are named, how functions are called."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "persogan_lessons"

# part: the other parts of the package that it may import
ALLOWED = {
    "data": set(),
    "models": set(),
    "measures": {"models"},
    "display": {"models", "measures"},
    "course": {"data", "models", "measures", "display"},
}
EMPTY_NAMES = {"common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
SELF = {"self", "cls"}
# Keras documents these and fixes their arguments; so it does those of callbacks, on_...
KERAS = {"build", "call", "compute_output_shape", "from_config", "get_config", "update_step"}


def modules(package):
    """Every module of the package with its syntax tree."""
    paths = sorted(package.rglob("*.py"))
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def imported(path, tree, package):
    """The dotted names a module imports, relative ones made absolute, wherever they stand."""
    here = path.relative_to(package.parent).with_suffix("").parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = [*here[: len(here) - node.level]] if node.level else []
            base += node.module.split(".") if node.module else []
            yield from (".".join([*base, alias.name]) for alias in node.names)


def forbidden_imports(package):
    """Imports from one part of the package into another that ALLOWED does not name."""
    for path, tree in modules(package):
        part = path.relative_to(package).parts[0]
        for name in imported(path, tree, package):
            top, *inside = name.split(".")
            target = inside[0] if inside else "the package itself"
            if top == package.name and target not in {part, *ALLOWED.get(part, ())}:
                yield f"{path.relative_to(package)} imports {name}"


def badly_named(package):
    """Folders that ALLOWED does not know and modules whose name says nothing."""
    for path, _ in modules(package):
        *folders, _ = path.relative_to(package).parts
        if folders and folders[0] not in ALLOWED:
            yield f"{folders[0]}/ is not a part of the package"
        if path.stem in EMPTY_NAMES:
            yield f"{path.relative_to(package)} is named after nothing in it"


def definitions(body, prefix=""):
    """The public functions and classes of a module or class, with their dotted names."""
    for node in body:
        name = getattr(node, "name", "_")
        if name in ("__init__", "__call__") or not name.startswith("_"):
            yield prefix + name, node
            if isinstance(node, ast.ClassDef):
                yield from definitions(node.body, f"{prefix}{name}.")


def signature_faults(name, function):
    """Where a function is not easily called: too many arguments, nameless ones, flags."""
    method = name.rpartition(".")[2]
    if method in KERAS or method.startswith("on_"):
        return
    arguments = function.args
    positional = [each for each in arguments.posonlyargs + arguments.args if each.arg not in SELF]
    count = len(positional) + len(arguments.kwonlyargs)
    if count > 5:
        yield f"{name} has {count} arguments, at most 5 are allowed"
    if len(positional) > 2:
        yield f"{name}: {positional[2].arg} and what follows must be keyword-only"
    defaults = arguments.defaults + arguments.kw_defaults
    if any(isinstance(each, ast.Constant) and isinstance(each.value, bool) for each in defaults):
        yield f"{name} has a flag; make it two functions, or pass the function in"


def faults(package):
    """Public functions that are not easily called, and public names that nothing explains."""
    for path, tree in modules(package):
        where = path.relative_to(package)
        if tree.body and not ast.get_docstring(tree):
            yield f"{where} has no docstring"
        for name, node in definitions(tree.body):
            if isinstance(node, ast.FunctionDef):
                yield from (f"{where}: {fault}" for fault in signature_faults(name, node))
            method = name.rpartition(".")[2]
            explained = method in KERAS | {"__init__"} or method.startswith("on_")
            if not explained and not ast.get_docstring(node):
                yield f"{where}: {name} has no docstring"


def test_imports_run_one_way():
    assert list(forbidden_imports(PACKAGE)) == []


def test_names():
    assert list(badly_named(PACKAGE)) == []


def test_public_functions():
    assert list(faults(PACKAGE)) == []


def test_every_module_has_its_tests():
    named = {path for path, _ in modules(PACKAGE) if path.stem != "__init__"}
    # An assignment's tests are its answers, wrong and right; test_assignments.py tries them all.
    lessons = {path for path in named if path.match("assignments/lesson_*.py")}
    expected = {f"test_{path.stem}.py" for path in named - lessons}
    expected |= {f"answers/{path.name}" for path in lessons}
    tests = ROOT / "tests"
    assert expected - {path.relative_to(tests).as_posix() for path in tests.rglob("*.py")} == set()


OFFLINE = """
import importlib, pkgutil, socket

def refuse(*arguments):
    raise OSError("an import reached for the network")

socket.socket.connect = socket.getaddrinfo = socket.create_connection = refuse
import persogan_lessons
for module in pkgutil.walk_packages(persogan_lessons.__path__, "persogan_lessons."):
    importlib.import_module(module.name)
"""


def test_importing_needs_no_network():
    run = subprocess.run([sys.executable, "-c", OFFLINE], cwd=ROOT, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr


# Each rule finds what breaks it


def package_of(folder, text, name="models/gan.py"):
    """A package of one module."""
    path = folder / "persogan_lessons" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    return folder / "persogan_lessons"


@pytest.mark.parametrize(
    "text",
    [
        "import persogan_lessons",
        "import persogan_lessons.data.digits",
        "from persogan_lessons import data",
        "from persogan_lessons.measures import realism",
        "from persogan_lessons.course.lesson import start",
        "from .. import data",
        "from ..data import digits",
        "from ..data.digits import load",
        "def inside():\n    from ..data import digits",
    ],
)
def test_a_forbidden_import_is_found(tmp_path, text):
    assert len(list(forbidden_imports(package_of(tmp_path, text)))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "import numpy as np\nfrom keras import layers",
        "from . import losses",
        "from .losses import non_saturating",
        "from ..models import losses",
        "from persogan_lessons.models.losses import non_saturating",
    ],
)
def test_an_allowed_import_is_not_found(tmp_path, text):
    assert list(forbidden_imports(package_of(tmp_path, text))) == []


@pytest.mark.parametrize("name", ["models/utils.py", "extras/gan.py"])
def test_an_empty_name_is_found(tmp_path, name):
    assert len(list(badly_named(package_of(tmp_path, "", name)))) == 1


@pytest.mark.parametrize(
    "signature, fault",
    [
        ("def draw(one, two, *, three, four, five)", None),
        ("def _draw(one, two, three=True)", None),
        ("def draw(one, two, *, three, four, five, six)", "6 arguments"),
        ("def draw(one, two, three)", "three and what follows"),
        ("def draw(one, *, show=False)", "flag"),
    ],
)
def test_a_hard_to_call_function_is_found(tmp_path, signature, fault):
    text = f'"""Text."""\n\n\n{signature}:\n    """Text."""\n'
    as_method = signature.replace("(", "(self, ")
    text += f'\n\nclass Figure:\n    """Text."""\n\n    {as_method}:\n        """Text."""\n'
    found = list(faults(package_of(tmp_path, text)))
    assert [fault in each for each in found] == ([True, True] if fault else [])


def test_a_missing_docstring_is_found(tmp_path):
    text = "def draw():\n    pass\n\n\nclass Figure:\n    def show(self):\n        pass\n"
    found = list(faults(package_of(tmp_path, text)))
    assert [each.partition(" has")[0] for each in found] == [
        "models/gan.py",
        "models/gan.py: draw",
        "models/gan.py: Figure",
        "models/gan.py: Figure.show",
    ]
