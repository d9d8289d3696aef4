"""The docstrings of the package, in the words that Sphinx reads.

They are plain text with code in backticks, sections such as `Args:`, and code that is indented;
reStructuredText would take their bars and stars for something else.
"""

import inspect
import re
import textwrap

SECTION = re.compile(r"(Args|Attributes|Returns|Raises|Example):$")
ENTRY = re.compile(r"(\*{0,2}[\w.]+): +(.*)")


def restructured(lines):
    """The lines of a docstring as reStructuredText."""
    blocks = re.split(r"\n\s*\n", "\n".join(lines).strip())
    return "\n\n".join(_block(each) for each in blocks if each).split("\n") + [""]


def _block(text):
    """A paragraph, a section, or indented code."""
    heading, _, body = text.partition("\n")
    if text.startswith("    "):
        return "::\n\n" + text
    if not SECTION.match(heading):
        return _plain(text)
    if heading == "Example:":
        return f"**Example**\n\n::\n\n{body}"
    return f"**{heading[:-1]}**\n\n" + "\n".join(_entries(textwrap.dedent(body)))


def _entries(body):
    """`name: words` becomes an item of a list, with what continues it; other text stays."""
    in_list = False
    for line in body.split("\n"):
        entry = ENTRY.match(line)
        if entry:
            yield from ([] if in_list else [""])
            yield f"- `{entry[1]}`: {_plain(entry[2])}"
        elif in_list and line.startswith(" "):
            yield "  " + _plain(line.strip())
        else:
            yield from ([""] if in_list else [])
            yield _plain(line.strip())
        in_list = bool(entry) or (in_list and line.startswith(" "))


def _plain(text):
    """Text in which nothing but backticks has a meaning."""
    parts = re.split(r"(`[^`]+`)", text)
    return "".join(
        part if part.startswith("`") else re.sub(r"([*|\\]|_(?!\w))", r"\\\1", part)
        for part in parts
    )


def _process(app, what, name, *others):
    lines = others[-1]  # changed in place, as Sphinx asks
    lines[:] = restructured(lines)


def _sign(app, what, name, *others):
    """A class is called as its `__init__` is; Keras's classes would all say `(*args, **kwargs)`."""
    thing, _, signature, result = others
    ours = what == "class" and thing.__module__.startswith("persogan_lessons")
    if not ours or "__init__" not in vars(thing):
        return signature, result
    first, *arguments = inspect.signature(thing.__init__).parameters.values()
    return str(inspect.Signature(arguments)), result


def setup(app):
    """Sphinx calls this."""
    app.connect("autodoc-process-signature", _sign)
    app.connect("autodoc-process-docstring", _process)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
