"""Texts become numbers and come back; no text whatever makes it stumble."""

import numpy as np
import pytest

from persogan_lessons.data import dialogues
from persogan_lessons.data.dialogues import END, NOTHING, RARE, START, UNKNOWN, Exchange, Vocabulary


@pytest.fixture(scope="module")
def vocabulary():
    return Vocabulary(["i", "like", "tea", ",", ".", "!", "don't", "我", "喜", "欢", "茶"], 6)


@pytest.mark.parametrize(
    "text, found",
    [
        ("I like TEA!", ["i", "like", "tea", "!"]),
        ("I don’t, really", ["i", "don't", ",", "really"]),
        ("我喜欢tea。", ["我", "喜", "欢", "tea", "。"]),
        ("茶，好！", ["茶", ",", "好", "!"]),
        ("", []),
        (" \n\t\x00\x07 ", []),
        ("<end>", ["<", "end", ">"]),
        ("🙂🙂", ["🙂", "🙂"]),
        ("Привет", ["привет"]),
        ("\ud800tea", ["tea"]),
    ],
)
def test_words(text, found):
    assert dialogues.words(text) == found


def test_of_a_very_long_text_the_end_is_read():
    assert dialogues.words("tea " * 5000 + "now")[-1] == "now"
    assert len(dialogues.words("tea " * 5000)) <= dialogues.LONGEST_TEXT


@pytest.mark.parametrize("wrong", [None, 3, b"tea", ["tea"]])
def test_what_is_no_text_is_refused(wrong):
    with pytest.raises(ValueError, match="a text is wanted"):
        dialogues.words(wrong)


def test_replies_return_as_they_went(vocabulary):
    texts = ["i like tea!", "我喜欢茶！", "don't.", ""]
    numbers = vocabulary.replies(texts)
    assert numbers.shape == (4, 6) and numbers.dtype == np.int32
    assert vocabulary.texts(numbers) == texts
    assert list(numbers[0][4:]) == [END, NOTHING] and list(numbers[3]) == [END] + [NOTHING] * 5


def test_of_a_long_reply_the_beginning_is_kept_and_of_a_turn_the_end(vocabulary):
    text = "i i i i like tea tea"
    assert vocabulary.texts(vocabulary.replies([text])) == ["i i i i like"]
    assert vocabulary.texts(vocabulary.turns([text])) == ["i i i like tea tea"]


def test_what_is_unknown_has_a_number_of_its_own(vocabulary):
    assert vocabulary.replies(["i like coffee"])[0, 2] == UNKNOWN
    assert vocabulary.unknown("I like coffee & 🙂") == ["coffee", "&", "🙂"]
    assert vocabulary.replies([RARE])[0, 0] == UNKNOWN


def test_a_text_cannot_forge_the_marks(vocabulary):
    numbers = vocabulary.turns(["<start> <end> tea"])
    assert START not in numbers and END not in numbers


def test_a_history_holds_the_newest_turns_last(vocabulary):
    history = vocabulary.history(["i", "like", "tea", ".", "!"])
    assert history.shape == (4, 6)
    assert vocabulary.texts(history) == ["like", "tea", ".", "!"]
    assert vocabulary.texts(vocabulary.history(["tea"])) == ["", "", "", "tea"]
    assert not vocabulary.history([]).any()


def test_a_profile_is_a_bag_in_no_order(vocabulary):
    bag = vocabulary.profile(["i like tea", "tea coffee"])
    np.testing.assert_array_equal(bag, vocabulary.profile(["tea coffee", "like i tea"]))
    np.testing.assert_allclose(np.sort(bag)[-3:], [0.5**0.5, 0.5**0.5, 1])
    assert bag[UNKNOWN] == 0 and not vocabulary.profile([]).any()


def test_exchanges_are_encoded_row_by_row(vocabulary):
    pair = [
        Exchange(("tea",), ("i like tea",), "i like tea!", 0),
        Exchange(("i", "like"), ("tea", "!"), "tea.", 1),
    ]
    encoded = vocabulary.exchanges(pair)
    for row, one in enumerate(pair):
        np.testing.assert_array_equal(encoded.profiles[row], vocabulary.profile(one.profile))
        np.testing.assert_array_equal(encoded.history[row], vocabulary.history(one.history))
        assert vocabulary.texts(encoded.replies)[row] == one.reply
