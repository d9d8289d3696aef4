"""A model card prints what was measured and what was said, and refuses a claim that was not."""

import os

import numpy as np
import pytest

from persogan_lessons.course import cards
from persogan_lessons.course.cards import Measured

MEASURED = {
    "recognised": Measured(0.914, 0.98, 1 / 6, "240 drawings, 6 users", ".0%"),
    "copies": Measured(0.03, None, None, "240 drawings | 720 pictures"),
}
WORDS = {
    "data": "720 letters.",
    "licence": "CC BY 4.0, drawn by me in 2026.",
    "consent": "Nobody real.",
    "use": "To play.",
    "limits": "Knows\n\n28 x 28 pixels.",
}
CLAIMS = ["{recognised} of single drawings are recognised.", "Copies: {copies:.1f} in {recognised}"]


def text(title="Letters", words=WORDS, claims=CLAIMS, measured=MEASURED):
    return cards.card(title, words=words, claims=claims, measured=measured)


def test_the_card():
    assert text() == (
        "# Letters\n\n"
        "## Data\n\n720 letters.\n\n"
        "## Licence\n\nCC BY 4.0, drawn by me in 2026.\n\n"
        "## Consent\n\nNobody real.\n\n"
        "## Use\n\nTo play.\n\n"
        "## What was measured\n\n"
        "| measure | this model | real pictures | handed to another | sample |\n"
        "|---|---:|---:|---:|---|\n"
        "| recognised | 91% | 98% | 17% | 240 drawings, 6 users |\n"
        "| copies | 0.03 |  |  | 240 drawings \\| 720 pictures |\n\n"
        "## What it does\n\n"
        "- 91% of single drawings are recognised.\n"
        "- Copies: 0.0 in 91%\n\n"
        "## Limits\n\nKnows\n\n28 x 28 pixels.\n"
    )


def test_without_claims_there_is_no_part_for_them():
    assert "What it does" not in text(claims=[]) and "recognised" in text(claims=[])


@pytest.mark.parametrize("name", WORDS)
@pytest.mark.parametrize("said", [None, "", "  \n"])
def test_what_is_not_said_is_said_to_be_missing(name, said):
    words = WORDS | {name: said} if said is not None else {k: WORDS[k] for k in WORDS if k != name}
    assert text(words=words).count(cards.UNSAID) == 1
    heading = cards.WORDS[name][0]
    assert f"## {heading}\n\n{cards.UNSAID}" in text(words=words)


@pytest.mark.parametrize(
    "claim, words",
    [
        ("{beauty} of them are beautiful", "'beauty', which was not measured.*'recognised'"),
        ("It is the best.", "rests on no measurement.*{recognised}"),
        ("{recognised} and 99 % of friends", "typed numbers, 99 %"),
        ("3 times {recognised}", "typed numbers, 3"),
        ("{recognised", "a brace is open"),
        ("{recognised.value}", "'recognised.value', which was not measured"),
        ("{0}", "'0', which was not measured"),
        ("{}", "'', which was not measured"),
    ],
)
def test_a_claim_that_was_not_measured_is_refused(tmp_path, claim, words):
    path = tmp_path / "card.md"
    path.write_text("the old card")
    with pytest.raises(ValueError, match=words):
        cards.write(path, "A", words=WORDS, claims=[*CLAIMS, claim], measured=MEASURED)
    assert [each.read_text() for each in tmp_path.iterdir()] == ["the old card"]


@pytest.mark.parametrize(
    "each, words",
    [
        (Measured(float("nan"), 1, 0, "9 drawings"), "finite"),
        (Measured(1, np.inf, 0, "9 drawings"), "finite"),
        (Measured(None, 1, 0, "9 drawings"), "must be measured"),
        (Measured(1, 1, 0, " "), "needs its sample"),
        (0.9, "must be a cards.Measured"),
    ],
)
def test_a_number_that_is_no_measurement_is_refused(each, words):
    with pytest.raises(ValueError, match=f"'bad'.*{words}|{words}.*'bad'"):
        text(measured=MEASURED | {"bad": each})


def test_other_bad_input():
    with pytest.raises(ValueError, match="needs measurements"):
        text(measured={})
    with pytest.raises(ValueError, match="no part 'price'. It has 'data'"):
        text(words=WORDS | {"price": "high"})
    with pytest.raises(ValueError, match="a list of sentences"):
        text(claims="{recognised}")


def test_it_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    path = tmp_path / "模型.md"
    given = {"words": WORDS, "claims": CLAIMS, "measured": MEASURED}
    assert cards.write(path, "陈的字母", **given) == path
    assert path.read_text(encoding="utf-8") == text("陈的字母")
    assert list(tmp_path.iterdir()) == [path]

    def full(*_):
        raise OSError("no space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(OSError, match="no space"):
        cards.write(path, "Other", **given)
    assert path.read_text(encoding="utf-8") == text("陈的字母")


def test_a_title_stays_on_its_line():
    assert text("One\n## Two").startswith("# One ## Two\n\n## Data")
