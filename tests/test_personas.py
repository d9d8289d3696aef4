"""The grammar says what is right: for whom, in which conversation, in which tone."""

import numpy as np
import pytest

from persogan_lessons.data import dialogues, personas
from persogan_lessons.data.personas import LANGUAGES, Person

BOTH = pytest.mark.parametrize("language", LANGUAGES)
ZOE = Person("Zoe", "casual", "haha", ("tea", "soup", "cats", "chess"))


def drawn(language, count=200, split="train"):
    people = personas.sample(count, seed=1, split=split, language=language)
    return personas.exchanges(people, 3, seed=1)


@BOTH
def test_every_reply_is_right_for_its_person(language):
    for one in drawn(language):
        for is_right in (personas.right_fact, personas.right_tone, personas.right_habit):
            assert is_right(one, one.reply), one


@BOTH
def test_replies_of_others_are_right_as_often_as_a_guess(language):
    exchanges = drawn(language, 600)
    others = [one.reply for one in exchanges[5:] + exchanges[:5]]
    pairs = list(zip(exchanges, others, strict=True))
    assert np.mean([personas.right_tone(*pair) for pair in pairs]) == pytest.approx(0.5, abs=0.06)
    assert np.mean([personas.right_fact(*pair) for pair in pairs]) < 0.05


@BOTH
def test_no_sentence_has_two_meanings(language):
    grammar = LANGUAGES[language]
    facts = 16 + 8 + 4 * 8
    assert len(personas._sentences(language)) == 2 * 4 * 3 * facts
    assert len(set(grammar.names)) == 16


@BOTH
def test_train_and_test_people_are_disjoint(language):
    train = set(personas.sample(3000, seed=1, language=language))
    test = set(personas.sample(700, seed=1, split="test", language=language))
    assert not train & test
    assert {one.split for one in train} == {"train"} and {one.split for one in test} == {"test"}


@BOTH
def test_every_text_fits_and_is_known(language):
    vocabulary = personas.vocabulary(language)
    exchanges = drawn(language)
    texts = {text for one in exchanges for text in (*one.profile, *one.history, one.reply)}
    for text in texts:
        assert len(dialogues.words(text)) < personas.LENGTH
        assert vocabulary.unknown(text) == []
    replies = [one.reply for one in exchanges]
    written = vocabulary.texts(vocabulary.replies(replies))
    assert written == vocabulary.texts(vocabulary.turns(replies))


@BOTH
def test_the_answer_is_in_the_past(language):
    """Each fact stands in the profile or in an earlier turn, so that it can be known."""
    for one in drawn(language):
        answer = dialogues.plain(one.answer)
        past = [dialogues.plain(text) for text in (*one.profile, *one.history[:-1])]
        asked = {
            dialogues.plain(v): dialogues.plain(k) for k, v in LANGUAGES[language].asked.items()
        }
        assert any(asked.get(answer, answer) in text for text in past), one


def test_a_changed_favourite_counts():
    changed = [one for one in drawn("english", 400) if one.history[0].startswith(one.person.habit)]
    assert len(changed) > 100
    assert any(one.answer not in one.person.favourites for one in changed)


def test_reading():
    assert personas.read("Haha I love tea!") == personas.Reading("casual", "haha", "tea")
    assert personas.read("haha i love") is None
    assert personas.read("") is None
    assert personas.read("haha i love tea!", "chinese") is None


def test_the_same_seed_draws_the_same():
    assert drawn("english", 20) == drawn("english", 20)
    assert personas.sample(5, seed=1) != personas.sample(5, seed=2)
    assert ZOE.profile(3) == ZOE.profile(3)


def test_somebody_elses_past_leaves_the_question():
    one, other = drawn("english")[0], drawn("english")[10]
    mixed = personas.another(one, other)
    assert mixed.profile == other.profile and mixed.history[:-1] == other.history[:-1]
    assert mixed.history[-1] == one.history[-1]
    assert (mixed.person, mixed.answer) == (one.person, one.answer)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"name": "Nobody"}, "name must be one of 'Mira'.*got 'Nobody'"),
        ({"tone": "rude"}, "tone must be one of 'formal', 'casual'; got 'rude'"),
        ({"habit": "well,"}, "habit must be one of 'haha'"),
        ({"favourites": ("tea",)}, "favourites must be one for each"),
        ({"favourites": ("soup", "tea", "cats", "chess")}, "favourite drink must be"),
        ({"language": "klingon"}, "language must be one of 'english', 'chinese'"),
    ],
)
def test_a_person_that_the_grammar_cannot_speak_for_is_refused(change, message):
    known = {"name": "Zoe", "tone": "casual", "habit": "haha"}
    known |= {"favourites": ("tea", "soup", "cats", "chess")} | change
    with pytest.raises(ValueError, match=message):
        Person(**known)


@pytest.mark.parametrize("option", [{"split": "all"}, {"language": "klingon"}])
def test_unknown_choices_are_refused(option):
    with pytest.raises(ValueError, match="must be one of"):
        personas.sample(1, seed=0, **option)
