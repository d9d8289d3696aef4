"""The film widget answers each choice in every list, and every odd title with words."""

import ipywidgets
import numpy as np
import pytest
from test_personal import every

from persogan_lessons.data.ratings import Film, Likes
from persogan_lessons.display import films
from persogan_lessons.models.recommenders import EASE, Popularity

TITLES = [f"Film <{letter}>" for letter in "ABCDEFGHIJKLMNOPQRST"]


@pytest.fixture(scope="module")
def likes():
    """30 people; each likes films of one half, the first ones more often."""
    random = np.random.default_rng(0)
    table = np.kron(np.eye(2), np.ones((15, 10))) * (random.random((30, 20)) < 0.7)
    table[:, 0] = 1
    users, items = np.nonzero(table)
    known = tuple(Film(title, 1990, ("Drama", "War")) for title in TITLES)
    return Likes(users, items, np.zeros(len(users)), known)


@pytest.fixture
def chooser(likes):
    fitted = {"linear": EASE(5.0), "popular": Popularity()}
    for model in fitted.values():
        model.fit(likes.matrix())
    return films.film_chooser(fitted, likes)


def lists(chooser):
    return [each.value for each in every(ipywidgets.HTML, chooser)]


def messages(chooser):
    return [each.value for each in every(ipywidgets.Label, chooser)]


def test_who_likes_nothing_is_told_and_shown_the_popular(chooser, likes):
    assert "what most people like" in messages(chooser)[0]
    linear, popular = lists(chooser)
    assert linear.replace("linear", "") == popular.replace("popular", "")
    assert "Film &lt;A&gt; (1990)" in popular and popular.count("<li>") == films.LONGEST
    assert "near" not in popular


def test_a_choice_changes_the_lists_and_leaves_them(chooser):
    before = lists(chooser)
    chooser.like("film <p>")
    chooser.like("Film <Q>")
    chooser.like("Film <Q>")
    assert chooser.liked == ["Film <P>", "Film <Q>"]
    linear = lists(chooser)[0]
    assert linear != before[0] and "Drama, War; near Film &lt;" in linear
    shown = [row.split("<br>")[0] for row in linear.split("<li>")[1:]]
    assert not any("&lt;P&gt;" in row or "&lt;Q&gt;" in row for row in shown)
    assert sum(f"&lt;{letter}&gt;" in row for row in shown for letter in "KLMNORST") >= 6
    assert messages(chooser)[0].startswith("You like 2 of 20 films")


def test_typing_in_the_box_is_liking(chooser):
    box = every(ipywidgets.Combobox, chooser)[0]
    box.value = "Film <C>"
    assert chooser.liked == ["Film <C>"] and box.value == ""


def test_an_unknown_title_is_answered_and_nothing_is_lost(chooser):
    chooser.like("Film <C>")
    before = lists(chooser)
    every(ipywidgets.Combobox, chooser)[0].value = "Film C"
    assert "no film here is called 'Film C'; try" in messages(chooser)[0]
    assert chooser.liked == ["Film <C>"] and lists(chooser) == before


def test_what_was_chosen_can_be_taken_back(chooser):
    before = lists(chooser)
    for title in ("Film <C>", "Film <D>"):
        chooser.like(title)
    forget, *chips = every(ipywidgets.Button, chooser)
    assert [chip.description for chip in chips] == chooser.liked
    chips[0].click()
    assert chooser.liked == ["Film <D>"]
    forget.click()
    assert chooser.liked == [] and lists(chooser) == before


def test_the_nearest_film_is_liked_by_the_same_people(likes):
    alike = films.resemblance(likes.matrix())
    np.testing.assert_allclose(np.diag(alike), 1, rtol=1e-6)
    assert alike[1, 2] > 0.3 and alike[1, 12] == 0


def test_it_starts_from_titles_and_refuses_others(likes):
    fitted = {"popular": Popularity().fit(likes.matrix())}
    assert films.film_chooser(fitted, likes, start=["film <b>"]).liked == ["Film <B>"]
    with pytest.raises(ValueError, match="no film here"):
        films.film_chooser(fitted, likes, start=["Nothing"])
