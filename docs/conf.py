"""How Sphinx makes the site; `build.py` lays out what it reads, and starts it."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))  # mathml.py, docstrings.py

PROJECT = tomllib.loads((HERE / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = PROJECT["name"]
author = PROJECT["authors"][0]["name"]
project_copyright = author
release = PROJECT["version"]
language = "en"

extensions = ["myst_nb", "sphinx.ext.autodoc", "docstrings", "mathml"]
exclude_patterns = ["made"]  # pieces of pages

nb_execution_mode = "off"  # the outputs are those that were committed
nb_ipywidgets_js = {}  # nothing is fetched from elsewhere
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "dollarmath", "html_image"]
myst_heading_anchors = 3
myst_update_mathjax = False
html_math_renderer = "mathml"

default_role = "literal"  # docstrings name code in single backticks
autodoc_member_order = "bysource"
autodoc_default_options = {"members": True}
autodoc_typehints = "none"
autodoc_inherit_docstrings = False  # what Keras says of its methods stands there

linkcheck_ignore = [r".*/OWNER/.*", r".*_static/.*"]  # not set yet; of the site itself

html_theme = "furo"
html_title = project
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False


def say_how_deep_captions_are(app, page, template, context, doctree):
    """Sphinx makes headings of the captions at the side, and leaves out their level."""
    tree = context.get("furo_navigation_tree", "")
    context["furo_navigation_tree"] = tree.replace(
        'role="heading"', 'role="heading" aria-level="2"'
    )


def let_the_keyboard_reach_wide_tables(app, page, template, context, doctree):
    """A table that is too wide is scrolled, so it has to be a place that Tab leads to."""
    if context.get("body"):
        plain, reached = '<div class="table-wrapper', '<div tabindex="0" class="table-wrapper'
        context["body"] = context["body"].replace(plain, reached)


def setup(app):
    """Sphinx calls this."""
    app.connect("html-page-context", let_the_keyboard_reach_wide_tables)
    app.connect("html-page-context", say_how_deep_captions_are, priority=900)  # after the theme
