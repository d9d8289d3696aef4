"""A model card: what a trained model is, for whom, how good, and what it must not be used for.

The numbers are measurements, never typed: a claim names them in braces, as in "{recognised} of the
drawings are recognised". A claim without a measurement, or with a typed number, is refused.
Source: Mitchell et al., Model Cards for Model Reporting, 2019.
"""

import math
import os
import re
import string
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

UNSAID = "**Not stated.** Until it is, do not pass this model on."
WORDS = {  # what a learner says in words: the part of the card, and what belongs there
    "data": ("Data", "what the pictures show, where they are from, how many"),
    "licence": ("Licence", "who made them, and under which terms they may be used"),
    "consent": ("Consent", "who the people are, and what they agreed to"),
    "use": ("Use", "what the model is for, and for whom"),
    "limits": ("Limits", "what it cannot do, and what it must not be used for"),
}


class Measured(NamedTuple):
    """One measurement, beside the same of real pictures and of drawings for another person.

    Attributes:
        value, real, floor: finite numbers; `real` and `floor` may be None, where there is none.
        sample: what it rests on, such as "240 drawings, 6 users".
        form: how it is written, a format such as ".0%" or ".1f".
    """

    value: float
    real: float | None
    floor: float | None
    sample: str
    form: str = ".2f"

    def __format__(self, form):
        return format(self.value, form or self.form)


def write(path, title, *, words, claims, measured):
    """Write the card of a model as Markdown, whole or not at all.

    Args:
        path: of the file; one that is there is replaced.
        title: the model's name.
        words: `{part: text}`, parts being those of `WORDS`; what is missing or empty is said to be.
        claims: what the model does, sentences with measurements in braces: `"{name} of ..."`.
        measured: `{name: Measured}`, at least one.

    Returns:
        The path.

    Raises:
        ValueError: for a claim that was not measured, a measurement that is not finite or has no
            sample, or words for a part that a card does not have.
    """
    text = card(title, words=words, claims=claims, measured=measured)
    path = Path(path)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, encoding="utf-8")
    os.replace(part, path)
    return path


def card(title, *, words, claims, measured):
    """The text of the card that `write` writes; the same arguments and errors."""
    _require_measured(measured)
    _require_words(words)
    said = [_filled(claim, measured) for claim in _require_list(claims)]
    parts = [f"# {_line(title)}"]
    parts += [_part(name, words.get(name, "")) for name in ("data", "licence", "consent", "use")]
    parts.append("\n".join(["## What was measured", "", *_table(measured)]))
    if said:
        parts.append("\n".join(["## What it does", "", *(f"- {each}" for each in said)]))
    return "\n\n".join([*parts, _part("limits", words.get("limits", ""))]) + "\n"


def _part(name, text):
    heading, _ = WORDS[name]
    return f"## {heading}\n\n{str(text).strip() or UNSAID}"


def _table(measured):
    """The measurements, a line for each."""
    yield "| measure | this model | real pictures | handed to another | sample |"
    yield "|---|---:|---:|---:|---|"
    for name, each in measured.items():
        numbers = [
            "" if value is None else format(value, each.form)
            for value in (each.value, each.real, each.floor)
        ]
        yield "| " + " | ".join([_line(name), *numbers, _line(each.sample)]) + " |"


def _line(text):
    """Words as they may stand in a heading or in a cell of a table."""
    return " ".join(str(text).split()).replace("|", r"\|")


def _filled(claim, measured):
    """A claim with its measurements in place of their names."""
    try:
        pieces = list(string.Formatter().parse(claim))
    except (ValueError, TypeError) as error:
        raise ValueError(f"in {claim!r} a brace is open or is none: {error}") from None
    names = [name for _, name, _, _ in pieces if name is not None]
    typed = re.findall(r"\d[\d.,]*\s*%?", "".join(text for text, *_ in pieces))
    if unknown := [name for name in names if name not in measured]:
        raise ValueError(
            f"{claim!r} claims {', '.join(map(repr, unknown))}, which was not measured; measured "
            f"are {', '.join(map(repr, measured))}"
        )
    if not names:
        raise ValueError(
            f"{claim!r} rests on no measurement. Name one in braces, such as "
            f"{{{next(iter(measured))}}}, or say it under another part of the card."
        )
    if typed:
        raise ValueError(
            f"{claim!r} holds typed numbers, {', '.join(typed)}. A claim's numbers are measured: "
            "write the measurement's name in braces."
        )
    return "".join(
        text + ("" if name is None else format(measured[name], form))
        for text, name, form, _ in pieces
    )


def _require_measured(measured):
    if not isinstance(measured, Mapping) or not measured:
        raise ValueError(f"a card needs measurements, {{name: Measured}}; got {measured!r}")
    for name, each in measured.items():
        if not isinstance(each, Measured):
            raise ValueError(f"{name!r} must be a cards.Measured; got {each!r}")
        numbers = [number for number in each[:3] if number is not None]
        if each.value is None or not all(math.isfinite(number) for number in numbers):
            raise ValueError(f"{name!r} must be measured, in finite numbers; got {each[:3]}")
        if not each.sample.strip():
            raise ValueError(f"{name!r} needs its sample: how many drawings, of how many users?")


def _require_words(words):
    if unknown := sorted(set(words) - set(WORDS)):
        known = "; ".join(f"{name!r}: {meaning}" for name, (_, meaning) in WORDS.items())
        raise ValueError(f"a card has no part {', '.join(map(repr, unknown))}. It has {known}")


def _require_list(claims):
    if isinstance(claims, str) or not isinstance(claims, Sequence):
        raise ValueError(f"claims must be a list of sentences; got {claims!r}")
    return claims
