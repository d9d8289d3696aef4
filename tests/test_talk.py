"""Two people hear the same and answer each for themselves; no input makes the window fail."""

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
import pytest

from persogan_lessons.data import personas
from persogan_lessons.display import talk

PEOPLE = {"Ada": ("well, tea.",), "Ben": ("haha coffee!", "yo"), "Cleo": ()}


class Vocabulary:
    """Keeps texts as they are, and does not know the word 'zzz'."""

    def profile(self, lines):
        return np.array([len(lines)], "float32")

    def history(self, turns):
        return np.array([[len(turns)]], "int32")

    def texts(self, replies):
        return [f"reply <{' '.join(map(str, each))}>" if each[0] >= 0 else "" for each in replies]

    def unknown(self, text):
        return [word for word in text.split() if word == "zzz"]


class Model:
    """Answers with what it was given, and remembers how it was asked."""

    def __init__(self):
        self.asked = []

    def generate(self, profiles, history, *, seed, temperature):
        self.asked.append((profiles, history, seed, temperature))
        return np.array([[int(profiles[0, 0]), int(history[0, 0, 0])]])


@pytest.fixture
def model():
    return Model()


@pytest.fixture
def window(model):
    return talk.talk(model, Vocabulary(), people=PEOPLE)


def every(kind, widget):
    found = [widget] if type(widget) is kind else []
    return found + [
        each for child in getattr(widget, "children", ()) for each in every(kind, child)
    ]


def say(window, text):
    every(ipywidgets.Text, window)[0].value = text
    every(ipywidgets.Button, window)[0].click()


def message(window):
    return every(ipywidgets.Label, window)[-1].value


def test_both_answer_each_for_themselves(window, model):
    say(window, "hello?")
    assert window.conversations == [("hello?", "reply <1 1>"), ("hello?", "reply <2 1>")]
    assert [asked[0][0, 0] for asked in model.asked] == [1, 2]
    shown = [each.value for each in every(ipywidgets.HTML, window)]
    assert "reply &lt;1 1&gt;" in shown[0] and "reply &lt;2 1&gt;" in shown[1]
    assert every(ipywidgets.Text, window)[0].value == ""


def test_each_text_is_answered_by_itself(window):
    say(window, "one")
    say(window, "two")
    assert window.conversations[0] == ("one", "reply <1 1>", "two", "reply <1 1>")


def test_another_person_or_another_past_begins_anew_or_is_heard(window, model):
    say(window, "one")
    who, _ = every(ipywidgets.Dropdown, window)
    who.value = "Cleo"
    assert window.conversations[0] == () and len(window.conversations[1]) == 2
    every(ipywidgets.Textarea, window)[0].value = "a\n\n b \nc"
    say(window, "two")
    assert window.conversations[0] == ("two", "reply <3 1>")


def test_nothing_said_asks_nothing(window, model):
    for text in ("", "  \n "):
        say(window, text)
        assert not model.asked and message(window) == talk.WORDS["empty"]
    say(window, "now")
    assert message(window) == ""


def test_unknown_words_are_named_once(window):
    say(window, "zzz tea zzz")
    assert message(window) == talk.WORDS["unknown"].format("zzz")


def test_what_is_said_is_shown_as_text(window):
    say(window, "<script>alert(1)</script>")
    assert "<script>" not in every(ipywidgets.HTML, window)[0].value


def test_starting_again_forgets(window):
    say(window, "one")
    every(ipywidgets.Button, window)[1].click()
    assert window.conversations == [(), ()]
    assert [each.value for each in every(ipywidgets.HTML, window)] == ["", ""]


def test_one_person_is_no_comparison(model):
    with pytest.raises(ValueError, match="two people are needed to compare; got 1"):
        talk.talk(model, Vocabulary(), people={"Ada": ()})


@pytest.mark.parametrize(
    "text", ["", "x" * 10_000, "🙂🙂", "Привет, как дела?", "\x00\x1b[31m", "\ud800", "你叫什么？"]
)
def test_any_text_gets_an_answer(text):
    """With a real vocabulary and an untrained model: an answer, whatever is said or known."""
    model = untrained()
    for profile in ((), (text,)):
        found = talk.answer(
            model, personas.vocabulary(), profile=profile, history=[text] if text else []
        )
        assert isinstance(found, str)


_MADE = []


def untrained():
    if not _MADE:
        from persogan_lessons.course import checkpoints

        _MADE.append(checkpoints.build("replies"))
    return _MADE[0]


def test_what_is_no_text_is_refused():
    with pytest.raises(ValueError, match="a text is wanted"):
        talk.answer(untrained(), personas.vocabulary(), profile=[3], history=["hi"])


def test_bubbles_show_every_turn():
    plt.close("all")
    plt.switch_backend("agg")
    talk.bubbles({"Ada": ("hi", "hello"), "Ben": ("hi", "yo", "what?", "nothing")})
    axes = plt.gcf().axes
    assert [each.get_title() for each in axes] == ["Ada", "Ben"]
    assert [len(each.texts) for each in axes] == [2, 4]
    sides = [text.get_ha() for text in axes[1].texts]
    assert sides == ["left", "right", "left", "right"], "the last words are the person's"
    assert [text.get_ha() for text in axes[0].texts] == ["left", "right"]
    plt.close("all")
