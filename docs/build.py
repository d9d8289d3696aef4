"""Make the site: lay out what Sphinx reads, let it read that, and put the result in its place.

    python run.py site                 into build/site/html
    python run.py site --to FOLDER     elsewhere
    python run.py site --links         only try every link to other hosts, which needs a network

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
from notebooks.build import has_tag

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
OUTPUT = ROOT / "build" / "site" / "html"


def lay_out(folder):
    """Write all that Sphinx is to read into a new folder."""
    shutil.copytree(HERE, folder, ignore=shutil.ignore_patterns("__pycache__"))
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

    That is what the cell's metadata say under `alt`; for the picture of the lesson, what its first
    cell says of it; or else the heading that the figure is under.
    """
    heading, of_picture = "", pages.words_for(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            found = [line for line in cell.source.splitlines() if line.startswith("#")]
            heading = found[-1].lstrip("# ") if found else heading
            continue
        under = of_picture if has_tag(cell, "picture") else f"A figure of the part '{heading}'"
        cell.metadata["mystnb"] = {"image": {"alt": cell.metadata.get("alt", under)}}
    return notebook


def build(output):
    """Build the site into a folder, whole or not at all; returns the exit status."""
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent) as work:
        made = Path(work) / "html"
        status = sphinx("html", Path(work), made)
        if status == 0:
            shutil.rmtree(output, ignore_errors=True)
            os.replace(made, output)
    return status


def try_links():
    """Ask for every address that the site links to; returns the exit status."""
    with tempfile.TemporaryDirectory() as work:
        return sphinx("linkcheck", Path(work), Path(work) / "links")


def sphinx(builder, work, made):
    """Let Sphinx build into `made`; returns its exit status, not 0 after a warning."""
    lay_out(work / "source")
    folders = [str(each) for each in (work / "doctrees", work / "source", made)]
    return build_main(["-b", builder, "-q", "-W", "--keep-going", "-d", *folders])


def main(arguments=None):
    """Build the site as asked for; returns the exit status."""
    parser = argparse.ArgumentParser(prog="run.py site", description="Make the site.")
    parser.add_argument("--to", type=Path, default=OUTPUT, help="the folder to put it in")
    parser.add_argument("--links", action="store_true", help="only try the links to other hosts")
    options = parser.parse_args(arguments)
    if options.links:
        return try_links()
    status = build(options.to.resolve())
    if status == 0:
        print(f"The site: {options.to}. To look at it: python -m http.server -d {options.to}")
    return status


if __name__ == "__main__":
    sys.exit(main())
