"""The study of real voices: what a run measures, and what comes with the course."""

import numpy as np
import pytest

from persogan_lessons.course import voices
from persogan_lessons.data.dialogues import Exchange
from persogan_lessons.measures import replies

LOUD, QUIET = "haha yes !", "indeed , no ."


def exchange(person, reply):
    return Exchange((reply, "tea"), ("well ?",), reply, person)


@pytest.fixture
def some():
    """Two people, forty replies each, whose voices are plain."""
    tested = [exchange(0, LOUD)] * 40 + [exchange(5, QUIET)] * 40
    judge = replies.VoiceJudge([LOUD, QUIET] * 5, [0, 5] * 5)
    return voices.Tests(tested, [*tested[40:], *tested[:40]], judge)


def test_own_voices_are_found_and_strange_ones_are_not(some):
    own = voices.measure(some, [each.reply for each in some.exchanges], learned=set())
    assert own["voice"] == own["voice of ten"] == [1, 1]
    assert own["copied"] == 1, "they stand in the person's own past"
    assert own["told apart"] == pytest.approx(0.5, abs=0.01)
    strange = voices.measure(some, [QUIET] * 40 + [LOUD] * 40, learned={LOUD})
    assert strange["voice"] == [0, 0] and strange["copied"] == 0.5


def test_an_empty_reply_is_measured_like_any_other(some):
    found = voices.measure(some, [""] * 80, learned=set())
    assert found["copied"] == 0 and found["told apart"] > 0.9


def test_somebody_elses_past_changes_nothing_else():
    one = voices._after(exchange(0, LOUD), exchange(5, QUIET))
    assert one.profile == (QUIET, "tea") and (one.person, one.reply) == (0, LOUD)


def test_ways_that_people_wrote(some):
    ways = dict(voices._written_by_people(some))
    assert ways["real replies"] == [each.reply for each in some.exchanges]
    assert set(ways["own words"]) <= {LOUD, QUIET, "tea"}


def test_means_over_seeds():
    def run(voice, distinct):
        return {"methods": {"a": {"new people": {"voice": voice, "distinct-2": distinct}}}}

    runs = [run([0.0, 1.0], 0.2), run([0.5, 0.5], 0.4)]
    where = {"test": "new people"}
    assert list(voices.by_person(runs, "a", measure="voice", **where)) == [0.25, 0.75]
    assert voices.mean(runs, "a", measure="distinct-2", **where) == pytest.approx(0.3)


# What comes with the course


@pytest.fixture(scope="module")
def runs():
    return voices.load()


def test_every_run_is_complete(runs):
    assert runs and len({each["seed"] for each in runs}) == len(runs)
    for each in runs:
        assert each["setting"] == voices.SETTING
        for found in each["methods"].values():
            assert set(found) == {"known people", "new people"}
            assert all(len(one["voice"]) == voices.VOICES for one in found.values())


def test_the_file_names_nobody():
    """Numbers and names of measures only: nothing that a person wrote, nobody's identifier."""
    text = voices.FILE.read_text("utf-8")
    assert len(text) < 60_000 and "sender" not in text
    assert not np.any([len(word) > 30 for word in text.split()])


def test_a_person_is_used_by_the_shipped_runs(runs):
    """Perplexity and voice suffer when the past is somebody else's."""
    for each in runs:
        for own, other in each["perplexity"].values():
            assert own < other
    for name in ("known people", "new people"):
        own, other = (
            voices.by_person(runs, way, test=name, measure="voice of ten").mean()
            for way in ("likelihood", "somebody else's past")
        )
        assert own > other
