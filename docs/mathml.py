"""Formulas as MathML, which browsers draw themselves and screen readers read: no script is needed.

docutils translates LaTeX; a few commands that it does not know are put in others first.
"""

import re

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.util import logging

OTHER_WORDS = [
    (r"\\[bB]igg?[lrm]?(?![a-zA-Z])", ""),  # MathML makes brackets fit by itself
    (r"\\[td]frac\s*(\d)(\d)", r"\\frac{\1}{\2}"),
    (r"\\[td]frac", r"\\frac"),
    (r"\\dots(?![a-zA-Z])", r"\\ldots"),
]


def mathml(latex, *, as_block):
    """The MathML of a formula.

    Raises:
        docutils.utils.math.MathError: for a command that is known to neither.
    """
    for pattern, words in OTHER_WORDS:
        latex = re.sub(pattern, words, latex)
    formula = latex2mathml.tex2mathml(latex, as_block=as_block)
    # A formula may be wider than the page; the keyboard scrolls only what it can reach.
    return formula.replace("<math ", '<math tabindex="0" ', 1) if as_block else formula


def _visit(translator, node, *, as_block):
    try:
        translator.body.append(mathml(node.astext(), as_block=as_block))
    except MathError as error:
        logging.getLogger(__name__).warning("%s: %s", error, node.astext(), location=node)
        translator.body.append(f"<code>{translator.encode(node.astext())}</code>")
    raise nodes.SkipNode


def _inline(translator, node):
    _visit(translator, node, as_block=False)


def _block(translator, node):
    _visit(translator, node, as_block=True)


def setup(app):
    """Sphinx calls this."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
