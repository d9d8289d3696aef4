"""The wheel, which is what Colab installs: whole, nothing else in it, and lessons run on it."""

import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "persogan_lessons"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    pytest.importorskip("hatchling", reason="builds the wheel; in requirements/test.txt")
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run(command + [str(ROOT)], capture_output=True, text=True, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    kinds = ["**/*.py", "display/*.js", "course/*.json"]
    kinds += ["course/weights/*.npz", "course/weights/*.json"]
    files = {path for kind in kinds for path in PACKAGE.glob(kind)}
    assert inside == {path.relative_to(ROOT).as_posix() for path in files}


def test_the_wheel_says_what_it_is(wheel):
    archive = zipfile.ZipFile(wheel)
    (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
    metadata = Parser().parsestr(archive.read(name).decode("utf-8"))
    assert metadata["Name"] == "persogan_lessons" and metadata["License-Expression"] == "MIT"
    assert name.replace("METADATA", "licenses/LICENSE") in archive.namelist()
    assert not [each for each in metadata.get_all("Requires-Dist") if "tensorflow-cpu" in each]


@pytest.mark.parametrize("lesson", ["00", pytest.param("01", marks=pytest.mark.full)])
def test_a_lesson_runs_on_the_wheel_in_an_empty_folder(lesson, wheel, tmp_path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    (path,) = (ROOT / "notebooks").glob(f"{lesson}_*.ipynb")
    site, folder = tmp_path / "site", tmp_path / "empty"
    folder.mkdir()
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
    subprocess.run(command + [str(site), str(wheel)], check=True)
    # PYTHONPATH comes before an editable install, and replaces the checkout that run.py puts there.
    monkeypatch.setenv("PYTHONPATH", str(site))
    monkeypatch.setenv("PERSOGAN_BUDGET", "fast")
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell(WHERE_FROM))
    client = nbclient.NotebookClient(
        notebook, timeout=600, kernel_name="python3", resources={"metadata": {"path": str(folder)}}
    )
    client.execute()
    places = [Path(line) for line in notebook.cells[-1].outputs[0]["text"].splitlines()]
    assert places and all(place.is_relative_to(site) for place in places), places


WHERE_FROM = """
import sys
for name, module in list(sys.modules.items()):
    if name.split(".")[0] == "persogan_lessons":
        print(module.__file__ or module.__path__[0])
"""
