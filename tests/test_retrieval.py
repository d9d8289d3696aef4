"""The rival that only looks up."""

import pytest

from persogan_lessons.models.retrieval import Retriever, own_words


def test_the_likest_context_answers():
    known = Retriever(["do you like tea ?", "where do you live ?"], ["yes", "in a house"])
    assert known.reply(["tea ?", "who lives where ?"]) == ["yes", "in a house"]


def test_many_questions_are_answered_in_order():
    contexts = [f"word{place}" for place in range(500)]
    assert Retriever(contexts, contexts).reply(contexts[::-1]) == contexts[::-1]


def test_own_words_come_from_the_right_person():
    found = own_words([["i like tea", "hello"], ["coffee please", "bye"]], ["like ?", "coffee ?"])
    assert found == ["i like tea", "coffee please"]


def test_one_past_reply_is_enough():
    assert own_words([["hello"]], ["something else"]) == ["hello"]


@pytest.mark.parametrize("contexts, replies", [([], []), (["a"], [])])
def test_nothing_to_look_up_is_refused(contexts, replies):
    with pytest.raises(ValueError, match="as many, and at least one"):
        Retriever(contexts, replies)
