"""Make the site: lay out what Sphinx reads, let it read that, and put the result in its place.

    python run.py site                 into build/site/html
    python run.py site --to FOLDER     elsewhere

Nothing is executed and nothing is fetched: notebooks keep the outputs they were committed with. A
warning stops the build, and then the site that was there before stays.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from sphinx.cmd.build import build_main

from docs import export, pages

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUTPUT = ROOT / "build" / "site" / "html"


def lay_out(folder):
    """Write all that Sphinx is to read into an empty folder."""
    shutil.copytree(HERE, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(ROOT / "notebooks" / "pictures", folder / "notebooks" / "pictures")
    for path in sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        nbformat.write(
            with_words(nbformat.read(path, as_version=4)), folder / "notebooks" / path.name
        )
    package = ROOT / "persogan_lessons"
    made = {
        "made/wall.md": pages.wall(ROOT / "notebooks"),
        "made/lessons.md": pages.table(ROOT / "notebooks"),
        "made/around.md": pages.around(HERE),
        "results.md": pages.results(package, ROOT / "benchmarks"),
    } | {f"api/{name}.md": text for name, text in pages.api(package).items()}
    for name, text in made.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    export.write(folder / "static" / "playground")


def with_words(notebook):
    """The notebook with an alternative text for each figure.

    That is what the cell's metadata say under `alt`, or else the heading that the figure is under.
    """
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = [line for line in cell.source.splitlines() if line.startswith("#")]
            heading = found[-1].lstrip("# ") if found else heading
        else:
            words = cell.metadata.get("alt") or f"A figure of the part '{heading}'"
            cell.metadata["mystnb"] = {"image": {"alt": words}}
    return notebook


def build(output):
    """Build the site into a folder, whole or not at all; returns the exit status."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as work:
        source, made = Path(work) / "source", Path(work) / "html"
        source.mkdir()
        lay_out(source)
        doctrees = str(Path(work) / "doctrees")
        status = build_main(["-q", "-W", "--keep-going", "-d", doctrees, str(source), str(made)])
        if status == 0:
            shutil.rmtree(output, ignore_errors=True)
            os.replace(made, output)
    return status


def main(arguments=None):
    """Build the site as asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="run.py site", description="Make the site.")
    parser.add_argument("--to", type=Path, default=OUTPUT, help="the folder to put it in")
    options = parser.parse_args(arguments)
    status = build(options.to.resolve())
    if status == 0:
        print(f"The site: {options.to}. To look at it: python -m http.server -d {options.to}")
    return status


if __name__ == "__main__":
    sys.exit(main())
