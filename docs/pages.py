"""Pages made of what is committed: the picture wall, the table of lessons, results, the package."""

import importlib
import json
import re
import statistics
import tomllib

from notebooks import build as notebooks

PARTS = {  # part of the package: what its page says first
    "data": "Where examples come from",
    "models": "The two players",
    "measures": "How good, and for whom",
    "display": "Looking",
    "course": "Being a lesson",
}
NAMES = {  # of what was measured; other names stand as they are in the file
    "frechet": "Frechet distance, times the floor",
    "by_heart": "known by heart (0.5: none)",
    "classes": "digits drawn",
    "memory": "memory, MB",
}
MOST_COLUMNS = 8  # of measures, side by side
UNCOUNTED = {"seed", "seconds", "steps", "failed"}  # no results, or none that compare


# ---- the landing page ----------------------------------------------------------------------------


def wall(folder):
    """A picture of each lesson that has one, with its title beneath."""
    shown = [each for each in notebooks.lessons(folder) if each.picture.exists()]
    return "::::{container} wall\n" + "\n".join(map(_wall_picture, shown)) + "\n::::\n"


def _wall_picture(lesson):
    title, _ = notebooks.title_and_goal(lesson)
    page, words = f"notebooks/{lesson.name}", words_for(notebooks.read_source(lesson))
    return (
        f":::{{figure}} notebooks/pictures/{lesson.picture.name}\n:alt: {words}\n"
        f"\n[{lesson.name[:2]} {title}]({page}.ipynb)\n:::\n"
    )


def words_for(notebook):
    """The alternative text that the first cell gives the picture of its lesson."""
    found = re.search(r"!\[([^\]]*)\]\(pictures/", notebook.cells[0].source)
    return found[1].replace("\n", " ") if found else ""


def table(folder):
    """The table of lessons that the README has: goals, minutes, memory, pictures."""
    project = tomllib.loads((folder.parent / "pyproject.toml").read_text(encoding="utf-8"))
    address = project["project"]["urls"]["Repository"]
    measured = notebooks.read_measured(folder)
    rows = [
        "| Lesson | What you gain | Minutes | Memory | Picture | Elsewhere |",
        "|---|---|---:|---:|---|---|",
    ]
    for lesson in notebooks.lessons(folder):
        row = notebooks.table_row(lesson, measured.get(lesson.name), address)
        rows.append(row.replace('alt=""', f'alt="{words_for(notebooks.read_source(lesson))}"'))
    return "\n".join(rows) + "\n"


def around(docs):
    """The list of pages that are not lessons; the guide for teachers if it is there."""
    named = ["playground", "results", "glossary", *(each.stem for each in docs.glob("teachers.md"))]
    return "```{toctree}\n:caption: Around the course\n:hidden:\n\n" + "\n".join(named) + "\n```\n"


# ---- results -------------------------------------------------------------------------------------


def results(package, benchmarks):
    """Every comparison that is kept as data: each setting with its seeds and their spread.

    Args:
        package: the folder of the package; its course/*.json hold `provenance` and `runs`.
        benchmarks: the folder of the benchmarks; its reports, `*.md`, are taken in.
    """
    kept = {
        path.stem: json.loads(path.read_text("utf-8")) for path in package.glob("course/*.json")
    }
    compared = [_comparison(*each) for each in kept.items() if "runs" in each[1]]
    parts = [RESULTS, *sorted(compared)]  # by their headings, that is by lessons
    for report in sorted(benchmarks.glob("*.md"), reverse=True):  # RESULTS.md first
        parts.append(_one_level_down(report.read_text(encoding="utf-8")))
    return "\n\n".join(parts) + "\n"


RESULTS = """# Results

All comparisons of the course whose runs are kept, each with its seeds. A cell says the **median**
over the seeds, and in brackets the lowest and the highest. Where brackets overlap, do not call one
better. A run that was measured several times counts as at its end. *Trials* are settings that were
tried to choose among them, each once.

`×` counts runs that failed; what a failed run could not be measured by is left out. `–` stands
where a measure says nothing about a setting. Precision and recall are shares from 0 to 1; the
[glossary](glossary.md) explains the words. Shorter comparisons are made within the lessons, and
stand there."""


def _comparison(name, kept):
    """A heading, a table for all settings with the same measures, and how they were made."""
    module = importlib.import_module(f"persogan_lessons.course.{name}")
    about = module.__doc__.splitlines()[0].rstrip(".").removeprefix("The study of ")
    flat = getattr(module, "flat", _at_the_end)  # nested runs are explained by their study
    tables = [_table(rows) for rows in _alike(flat(kept["runs"]))]
    heading = f"## {about[0].upper()}{about[1:]}"
    return "\n\n".join([heading, *tables, _made(kept["provenance"])])


def _at_the_end(runs):
    """A run that was measured on the way counts as it was at its end."""
    return [
        {key: value for key, value in run.items() if key != "marks"}
        | (run.get("marks") or [{}])[-1]
        for run in runs
    ]


def _alike(rows):
    """Rows with the same measures, together."""
    groups = {}
    for row in rows:
        groups.setdefault(frozenset(row), []).append(row)
    return groups.values()


def _table(rows):
    """Settings below each other; side by side where there are many measures and few settings."""
    measures = [key for key in rows[0] if key not in {"setting", *UNCOUNTED}]
    lines = [["setting", "seeds", *[NAMES.get(key, key.replace("_", " ")) for key in measures]]]
    for setting, group in _by_setting(rows).items():
        lines.append([setting, _seeds(group), *[_spread(group, key) for key in measures]])
    if len(measures) > MOST_COLUMNS:
        lines = list(zip(*lines, strict=True))
    lines.insert(1, ["---", *["---:"] * (len(lines[0]) - 1)])
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


def _is_number(value):
    return isinstance(value, int | float) and not isinstance(value, bool)


def _by_setting(rows):
    """Rows that differ in nothing but seed and numbers, together."""
    groups = {}
    for row in rows:
        named = [value for value in row.values() if isinstance(value, str)]
        groups.setdefault(", ".join(named), []).append(row)
    return groups


def _seeds(group):
    failed = sum(bool(row.get("failed")) for row in group)
    return f"{len(group)}" + (f", {failed} ×" if failed else "")


def _spread(group, key):
    values = [row[key] for row in group if _is_number(row.get(key))]
    if not values:
        return "×" if any(row.get("failed") for row in group) else "–"
    middle = _short(statistics.median(values))
    if min(values) == max(values):
        return middle
    return f"{middle} ({_short(min(values))} to {_short(max(values))})"


def _short(value):
    """About three digits of a number, without an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"


def _made(provenance):
    """How the numbers came about, as a list."""
    lines = []
    for key, value in provenance.items():
        if isinstance(value, dict):
            value = ", ".join(f"{name} {each}" for name, each in value.items())
        lines.append(f"- {key}: `{value}`" if key == "made by" else f"- {key}: {value}")
    return "\n".join(lines)


def _one_level_down(markdown):
    """The same text, each of its headings a level lower; code is left alone."""
    parts = re.split(r"(```.*?```)", markdown.strip(), flags=re.DOTALL)
    return "".join(
        part if part.startswith("```") else re.sub(r"^#", "##", part, flags=re.M) for part in parts
    )


# ---- the package ---------------------------------------------------------------------------------


def api(package):
    """A page for each part of the package, made of docstrings: {name: text}."""
    return {
        f"{number}_{part}": _part_page(package, part, title)
        for number, (part, title) in enumerate(PARTS.items(), 1)
    }


def _part_page(package, part, title):
    lines = [f"# `{part}`: {title[0].lower()}{title[1:]}", ""]
    for path in sorted((package / part).glob("[a-z]*.py")):
        name = f"{package.name}.{part}.{path.stem}"
        lines += [f"## {path.stem}", "", "```{eval-rst}", f".. automodule:: {name}", "```", ""]
    return "\n".join(lines)
