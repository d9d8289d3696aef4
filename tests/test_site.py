"""The site: built whole, offline and without a warning; its pages say what is committed."""

import importlib
import json
import re
import struct
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag, urlparse

import nbformat
import numpy as np
import pytest
from docutils.utils.math import MathError
from PIL import Image

from docs import build, docstrings, export, mathml, pages
from notebooks import build as notebooks
from persogan_lessons.data import digits

ROOT = Path(build.__file__).resolve().parent.parent


class Page(HTMLParser):
    """What a page fetches by itself, where it leads, its images, and its words."""

    def __init__(self, path):
        super().__init__()
        self.fetched, self.links, self.images, self.words = [], [], [], []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if tag == "img":
            self.images.append(attributes)
        if tag == "a" and attributes.get("href"):
            self.links.append(attributes["href"])
        elif tag in ("link", "script", "img", "iframe", "source", "object"):
            self.fetched += [
                attributes[key] for key in ("src", "href", "data") if key in attributes
            ]

    def handle_data(self, data):
        self.words.append(data)


def every_page(site):
    return {path.relative_to(site).as_posix(): Page(path) for path in site.rglob("*.html")}


# ---- the whole ----------------------------------------------------------------------------------


def test_every_lesson_is_there_with_its_figures(site):
    for lesson in notebooks.lessons(ROOT / "notebooks"):
        outputs = nbformat.read(lesson.notebook, 4).cells
        figures = [
            o for c in outputs for o in c.get("outputs", []) if "image/png" in o.get("data", {})
        ]
        page = Page(site / "notebooks" / f"{lesson.name}.html")
        assert len(page.images) >= max(1, len({o["data"]["image/png"] for o in figures}))
        title, _ = notebooks.title_and_goal(lesson)
        assert title in "".join(page.words)


def test_every_image_has_an_alternative_text(site):
    without = {
        name: image["src"]
        for name, page in every_page(site).items()
        for image in page.images
        if not image.get("alt", "").strip()
    }
    assert without == {}


def test_no_page_fetches_from_another_host(site):
    found = {
        (name, address)
        for name, page in every_page(site).items()
        for address in page.fetched
        if urlparse(address).netloc
    }
    styles = "".join(path.read_text("utf-8") for path in site.rglob("*.css"))
    assert found == set() and not re.search(r"url\(['\"]?(https?:)?//|@import", styles)


def test_no_link_within_the_site_leads_nowhere(site):
    broken = []
    for name, page in every_page(site).items():
        for link in page.links:
            address, _ = urldefrag(link)
            if address and not urlparse(address).scheme:
                target = (site / name).parent / address
                broken += [] if target.exists() else [(name, link)]
    assert broken == []


def test_the_landing_page_has_the_promise_the_wall_and_the_measured_table(site):
    page = Page(site / "index.html")
    words = " ".join("".join(page.words).split())
    for lesson in notebooks.lessons(ROOT / "notebooks"):
        measured = notebooks.read_measured(ROOT / "notebooks")[lesson.name]
        assert f"{measured['peak_mb']} MB" in words
        alternative = pages.words_for(notebooks.read_source(lesson))
        assert alternative in [image["alt"] for image in page.images]
    assert "Learn GANs by building one that knows you" in words


def test_the_teachers_guide_is_linked_only_if_it_is_there(tmp_path):
    assert "teachers" not in pages.around(tmp_path)
    (tmp_path / "teachers.md").write_text("# Guide")
    assert "teachers" in pages.around(tmp_path)


def test_every_module_has_its_docstrings_on_a_page(site):
    words = "".join("".join(Page(path).words) for path in (site / "api").glob("*.html"))
    assert "persogan_lessons.models.gan.ConditionalGAN(generator, discriminator, *" in words
    names = [
        p.stem for part in pages.PARTS for p in (ROOT / "persogan_lessons" / part).glob("[a-z]*.py")
    ]
    found = re.findall(r"persogan_lessons\.\w+\.(\w+)\.", words)
    assert set(names) - set(found) == set()


def test_a_failing_build_leaves_the_site_that_was_there(tmp_path, monkeypatch):
    (tmp_path / "html").mkdir()
    (tmp_path / "html" / "index.html").write_text("the old one")

    def lay_out(folder):
        folder.mkdir()
        (folder / "conf.py").write_text("")
        (folder / "index.rst").write_text("A page\n======\n\nIt leads `nowhere`_.\n")

    monkeypatch.setattr(build, "lay_out", lay_out)
    assert build.build(tmp_path / "html") != 0
    assert [path.name for path in tmp_path.iterdir()] == ["html"]
    assert (tmp_path / "html" / "index.html").read_text() == "the old one"


# ---- results ------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path):
    """A package whose one study has two settings, one of them with a failure."""
    runs = [
        {"setting": "plain", "seed": 0, "frechet": 3.0, "seconds": 1, "failed": False},
        {"setting": "plain", "seed": 1, "frechet": 1.0, "seconds": 1, "failed": False},
        {"setting": "plain", "seed": 2, "frechet": 20.25, "seconds": 1, "failed": False},
        {"setting": "wild", "seed": 0, "frechet": None, "seconds": 1, "failed": True},
        {"setting": "long", "seed": 0, "marks": [{"frechet": 9.0}, {"frechet": 4.0}]},
    ]
    (tmp_path / "course").mkdir()
    study = {"provenance": {"date": "today", "packages": {"keras": "3"}}, "runs": runs}
    (tmp_path / "course" / "study.json").write_text(json.dumps(study))
    (tmp_path / "course" / "other.json").write_text("[1, 2]")
    return tmp_path


def test_results_have_the_median_the_spread_and_the_failures(kept):
    text = pages.results(kept, kept / "nowhere")
    assert "| plain | 3 | 3 (1 to 20.2) |" in text
    assert "| wild | 1, 1 × | × |" in text
    assert "| long | 1 | 4 |" in text
    assert "Frechet distance, times the floor" in text and "seconds" not in text
    assert "- packages: keras 3" in text and "## Lesson 03" in text


def test_reports_of_benchmarks_are_taken_in_a_level_lower(kept):
    (kept / "LISTS.md").write_text("# Lists\n")
    (kept / "RESULTS.md").write_text("# Fast\n\n## Small\n\n```\n# a comment\n```\n")
    text = pages.results(kept, kept)
    assert "## Fast\n\n### Small\n\n```\n# a comment\n```\n" in text
    assert text.index("## Fast") < text.index("## Lists")


STUDIES = sorted(path.stem for path in (ROOT / "persogan_lessons" / "course").glob("*.json"))


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_is_on_the_page_with_all_its_settings(site, name):
    module = importlib.import_module(f"persogan_lessons.course.{name}")
    words = "".join(Page(site / "results.html").words)
    rows = getattr(module, "flat", list)(module.load())
    assert {row["setting"] for row in rows if row["setting"] not in words} == set()
    assert len(rows) >= len(module.load())


def test_many_measures_of_few_settings_stand_below_each_other(kept):
    runs = [{"setting": "plain", "seed": 0, **{f"measure {i}": i for i in range(9)}}]
    (kept / "course" / "study.json").write_text(json.dumps({"provenance": {}, "runs": runs}))
    text = pages.results(kept, kept / "nowhere")
    assert "| setting | plain |" in text and "| measure 8 | 8 |" in text


@pytest.mark.parametrize("name", ["recommending", "trust", "voices"])
def test_nested_runs_become_numbers(name):
    module = importlib.import_module(f"persogan_lessons.course.{name}")
    for row in module.flat(module.load()):
        numbers = [value for key, value in row.items() if key != "setting"]
        assert len(numbers) > 1 and all(isinstance(each, int | float) for each in numbers)


# ---- the parts ----------------------------------------------------------------------------------


def test_figures_get_the_words_of_their_cell_or_of_what_is_above():
    cells = [
        nbformat.v4.new_markdown_cell("# One\n\n![a three](pictures/01_one.png)"),
        nbformat.v4.new_code_cell("1", metadata={"alt": "a one"}),
        nbformat.v4.new_markdown_cell("## Two\n\ntext"),
        nbformat.v4.new_code_cell("2"),
        nbformat.v4.new_code_cell("3", metadata={"tags": ["picture"]}),
    ]
    notebook = build.with_words(nbformat.v4.new_notebook(cells=cells))
    words = [cell.metadata["mystnb"]["image"]["alt"] for cell in notebook.cells[1:4:2]]
    assert words[0] == "a one" and "Two" in words[1]
    assert notebook.cells[4].metadata["mystnb"]["image"]["alt"] == "a three"


@pytest.mark.parametrize(
    "latex, words",
    [
        (r"\tfrac12", "<mfrac>"),
        (r"\big[ x \big]", "<mi>x</mi>"),
        (r"\ell_0 \dots \ell_9", "…"),
        (r"\biguplus", "⨄"),
    ],
)
def test_formulas_become_mathml(latex, words):
    assert words in mathml.mathml(latex, as_block=False)


def test_an_unknown_command_is_an_error():
    with pytest.raises(MathError, match="nosuchthing"):
        mathml.mathml(r"\nosuchthing", as_block=True)


def test_docstrings_keep_their_stars_and_bars_and_lists():
    lines = [
        "The mean of |slope| * 2, see `a * b`.",
        "",
        "Args:",
        "    first: one thing,",
        "        on two lines.",
        "    **others: more.",
        "",
        "Returns:",
        "    A pair of",
        "    things.",
        "",
        "Example:",
        "    f(x)",
    ]
    text = "\n".join(docstrings.restructured(lines))
    assert text == (
        "The mean of \\|slope\\| \\* 2, see `a * b`.\n\n"
        "**Args**\n\n\n- `first`: one thing,\n  on two lines.\n- `**others`: more.\n\n"
        "**Returns**\n\nA pair of\nthings.\n\n"
        "**Example**\n\n::\n\n    f(x)\n"
    )


def test_weights_are_exact_and_small():
    arrays = {"one": [np.array([[1.5, -2.0]], "float32")], "two": [np.array([0.25], "float32")]}
    assert export.weights(arrays) == struct.pack("<3e", 1.5, -2.0, 0.25)
    assert json.loads(export.shapes(arrays)) == {"one": [[1, 2]], "two": [[1]]}
    with pytest.raises(ValueError, match="two has weights"):
        export.weights(arrays | {"two": [np.array([0.1], "float32")]})


def test_what_the_playground_fetches_is_under_a_megabyte(site):
    folder = site / "_static" / "playground"
    assert (folder / "weights.bin").stat().st_size < 1_000_000
    assert sum(path.stat().st_size for path in folder.iterdir()) < 1_100_000


def test_the_sheet_has_unseen_digits_row_by_row(site):
    pixels = np.asarray(Image.open(site / "_static" / "playground" / "digits.png"))
    assert pixels.shape == (10 * 28, export.OF_EACH * 28)
    images, labels = digits.load("test")
    first_seven = images[labels == 7][0, :, :, 0]
    np.testing.assert_allclose(pixels[7 * 28 : 8 * 28, :28] / 127.5 - 1, first_seven, atol=1e-6)
