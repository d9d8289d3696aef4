"""The study of replies: what a run measures, and what comes with the course."""

import functools

import numpy as np
import pytest
from test_repliers import LENGTH, WORDS, given, small

from persogan_lessons.course import voices
from persogan_lessons.data.dialogues import Exchange
from persogan_lessons.measures import replies

LOUD, QUIET = "haha yes !", "indeed , no ."


def exchange(person, reply):
    return Exchange((reply, "tea"), ("well ?",), reply, person)


class Texts:
    """Stands for a vocabulary: numbers are read as words."""

    size, length = WORDS, LENGTH

    def texts(self, numbers):
        return [" ".join(str(each) for each in row if each) for row in numbers]

    def exchanges(self, exchanges):
        return given(len(exchanges))


@pytest.fixture
def tests():
    """Two people, forty replies each, whose voices are plain."""
    tested = [exchange(0, LOUD)] * 40 + [exchange(5, QUIET)] * 40
    judge = replies.VoiceJudge([LOUD, QUIET] * 5, [0, 5] * 5)
    past = {0: LOUD, 5: QUIET, 7: "maybe so"}
    rights = functools.partial(voices._heard, judge, past, [each.person for each in tested])
    return voices.Tests(tested, [*tested[40:], *tested[:40]], rights)


@pytest.fixture
def begun(tests):
    model = small()
    encoded = given(200)
    judge = voices.reply_games.reply_discriminator(WORDS, LENGTH, embedding=8, units=8)
    source = voices.Source(Texts(), [exchange(1, LOUD)], {"": tests})
    weights = [[np.copy(each) for each in one.get_weights()] for one in (model, judge)]
    return voices.Start(source, encoded, model, judge, weights)


def test_own_voices_are_found_and_strange_ones_are_not(begun, tests):
    own = voices.measure(begun, tests, texts=[each.reply for each in tests.exchanges])
    assert own["voice"] == own["voice of ten"] == [1, 1] and own["retrieved"] == 1
    assert own["copied"] == 1, "they stand in the person's own past"
    assert own["told apart"] == pytest.approx(0.5, abs=0.01)
    strange = voices.measure(begun, tests, texts=[QUIET] * 40 + [LOUD] * 40)
    assert strange["voice"] == [0, 0] and strange["retrieved"] == 0
    assert strange["copied"] == 0.5, "what is loud was trained on"


def test_an_empty_reply_is_measured_like_any_other(begun, tests):
    found = voices.measure(begun, tests, texts=[""] * 80)
    assert found["copied"] == 0 and found["told apart"] > 0.9


def test_somebody_elses_past_changes_nothing_else():
    one = voices._after(exchange(0, LOUD), exchange(5, QUIET))
    assert one.profile == (QUIET, "tea") and (one.person, one.reply) == (0, LOUD)


@pytest.mark.parametrize("way", voices.WITHOUT_TRAINING)
def test_what_people_wrote_has_their_voices(begun, tests, way):
    found = voices._looked_up(begun, tests, way=way)
    assert found["voice of ten"] == [1, 1]


@pytest.mark.parametrize("way", voices.WAYS)
def test_each_way_is_run_and_undone(begun, way, monkeypatch):
    """A way trains the replier unless it stays, and the next starts where it did."""
    for name in ("MORE", "BATCH"):
        monkeypatch.setattr(voices, name, 2)
    monkeypatch.setattr(voices, "start", lambda *_: begun)
    found = voices.run((f"real people: {way}", 0))
    assert found["setting"] == f"real people: {way}" and found["seed"] == 0
    assert {"perplexity", "shuffled perplexity", "shuffled voice of ten"} < set(found)
    assert len(found["cooler voice"]) == 2
    stays = voices.WAYS[way].train is voices.stay
    assert equal(begun.replier.get_weights(), begun.weights[0]) == stays
    begun.again()
    assert equal(begun.replier.get_weights(), begun.weights[0])


def equal(some, others):
    return all(np.array_equal(*pair) for pair in zip(some, others, strict=True))


def test_values_are_means_over_seeds_for_each_person():
    runs = [
        {"setting": "a", "voice": [0.0, 1.0], "distinct-2": 0.2},
        {"setting": "a", "voice": [0.5, 0.5], "distinct-2": 0.4},
        {"setting": "b", "voice": [9.0, 9.0], "distinct-2": 9},
    ]
    assert list(voices.values(runs, "a", measure="voice")) == [0.25, 0.75]
    assert list(voices.values(runs, "a", measure="distinct-2")) == [0.2, 0.4]


# What comes with the course


@pytest.fixture(scope="module")
def runs():
    return voices.load()


def test_every_run_is_there(runs):
    found = [(each["setting"], each["seed"]) for each in runs]
    assert sorted(found) == sorted(voices.pairs())


def test_the_file_names_nobody():
    """Numbers and names of measures only: nothing that a person wrote, nobody's identifier."""
    text = voices.FILE.read_text("utf-8")
    assert len(text) < 200_000 and "sender" not in text
    assert all(len(each["voice"]) == voices.VOICES for each in voices.load() if "voice" in each)


def test_a_person_is_used_by_the_shipped_runs(runs):
    """The true replies are a greater surprise after the past of somebody else."""
    for each in runs:
        if "perplexity" in each:
            unknown = each["setting"].startswith("unknown")  # then nobody's past is used
            assert (each["perplexity"] < each["shuffled perplexity"]) != unknown


def test_what_lesson_10_says_of_invented_people(runs):
    """From every seed, a cooler temperature and more likelihood gain more facts than a game."""
    plain, more, gumbel, reinforce = (
        voices.values(runs, f"invented people: {way}", measure="fact")
        for way in ("likelihood", "more likelihood", "Gumbel", "REINFORCE")
    )
    cooler = voices.values(runs, "invented people: likelihood", measure="cooler fact")
    assert len(plain) == 5 and all(plain < gumbel)
    assert all(np.minimum(cooler, more) > np.maximum(gumbel, reinforce))
    assert sum(reinforce < plain) == 4


def mean_of(runs, way, measure):
    return np.mean(voices.values(runs, f"real people: {way}", measure=measure))


def gap_of(runs, way):
    """How many times as surprising known people's replies are after the past of somebody else."""
    own, other = (mean_of(runs, way, f"known: {each}perplexity") for each in ("", "shuffled "))
    return other / own


def test_leaning_gives_a_voice_to_people_never_seen(runs):
    """Twice the voice of any game for little surprise; guidance gives them less."""
    games = [mean_of(runs, way, "voice of ten") for way in ("likelihood", "Gumbel", "REINFORCE")]
    surprise = [mean_of(runs, way, "perplexity") for way in ("likelihood", "leaning 1")]
    assert mean_of(runs, "leaning 1", "voice of ten") > 1.8 * max(games)
    assert surprise[1] < 1.1 * surprise[0]
    assert mean_of(runs, "guidance 1", "voice of ten") < 0.8 * mean_of(
        runs, "leaning 1", "voice of ten"
    )


@pytest.mark.parametrize("way", ["leaning 1", "both 0.5", "both 0.75"])
def test_what_is_more_personal_is_nobody_elses(runs, way):
    for about in ("", "known: "):
        own, other = (
            mean_of(runs, way, f"{about}{each}voice of ten") for each in ("", "shuffled ")
        )
        assert own > 4 * other


def test_guidance_gives_known_people_their_voice(runs):
    """Twice that of likelihood; with leaning, that of the real replies, and not told apart."""
    plain, guided, both, real = (
        mean_of(runs, way, "known: voice of ten")
        for way in ("likelihood", "guidance 1", "both 0.75", "real replies")
    )
    assert guided > 2 * plain and abs(both - real) < 0.05
    told = [mean_of(runs, way, "known: told apart") for way in ("likelihood", "both 0.75")]
    assert told[1] < told[0] + 0.01
    varied = [mean_of(runs, way, "known: distinct-2") for way in ("likelihood", "both 0.75")]
    assert abs(varied[1] - varied[0]) < 0.02


def test_the_shuffle_gap_grows_and_the_game_has_no_part_in_it(runs):
    assert gap_of(runs, "likelihood") < 1.2 < 1.25 < gap_of(runs, "both 0.5")
    assert gap_of(runs, "Gumbel, both 0.75") > 1.34
    assert abs(gap_of(runs, "Gumbel, both 0.75") - gap_of(runs, "both 0.75")) < 0.02


def test_guidance_makes_certain_people_stutter(runs):
    """From every seed, right facts go down where nearly all were right."""
    facts = [
        voices.values(runs, f"invented people: {way}", measure="fact")
        for way in ("likelihood", "guidance 1")
    ]
    assert all(facts[1] < facts[0] - 0.05)


def test_too_far_is_a_caricature(runs):
    """Found by their words more often than by what they really wrote, and at a price."""
    assert mean_of(runs, "leaning 2", "retrieved") > mean_of(runs, "real replies", "retrieved")
    surprise = [mean_of(runs, way, "perplexity") for way in ("likelihood", "leaning 2")]
    assert surprise[1] > 1.25 * surprise[0]
    ways = ("both 0.75, best of 8", "real replies")
    most, real = (mean_of(runs, way, "known: voice of ten") for way in ways)
    assert most > 1.2 * real


def test_no_past_is_worse_than_ones_own_and_better_than_anothers(runs):
    for about in ("", "known: "):
        own, other = (
            mean_of(runs, "likelihood", f"{about}{each}perplexity") for each in ("", "shuffled ")
        )
        none = voices.values(runs, "unknown people: likelihood", measure=f"{about}perplexity")
        assert own < none.mean() < other
