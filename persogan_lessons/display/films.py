"""A widget to choose films you like, and see at once what each recommender would show you.

It works on ipywidgets 7 and 8, and by keyboard. Beside a film stands the film you like that is
nearest to it, liked by most of the same people: no recommender's own reason, but one to judge by.
"""

import html

import ipywidgets
import numpy as np

from persogan_lessons.measures import ranking

LONGEST = 10  # films in a list

WORDS = {  # all that a reader sees, for translators
    "title": "A film you like",
    "hint": "type a few letters, choose, press Enter",
    "forget": "Forget me",
    "nothing": "You like nothing yet, so all lists are what most people like.",
    "yours": "You like {} of {} films. Press one to take it back.",
    "nearest": "near {}, which you like",
    "take back": "take back {}",
}


def film_chooser(recommenders, likes, *, start=()):
    """A box to type titles in, what you like, and a list of films by each recommender.

    Example:
        mine = films.film_chooser({"EASE": ease, "game": game}, likes)
        mine  # show it, and choose
        mine.liked  # in a later cell: the titles

    Args:
        recommenders: `{name: recommender}`, all fitted on these people and films.
        likes: a `ratings.Likes`.
        start: titles that are liked from the start.

    Returns:
        A `FilmChooser` to show as the last line of a cell.

    Raises:
        ValueError: for a title of `start` that no film has.
    """
    return FilmChooser(recommenders, likes, start=start)


class FilmChooser(ipywidgets.VBox):
    """What `film_chooser` returns, with the same arguments."""

    def __init__(self, recommenders, likes, *, start):
        self._recommenders, self._likes = recommenders, likes
        self._resemblance = resemblance(likes.matrix())
        self._places = [likes.find(title) for title in start]
        self._box = _title_box([film.title for film in likes.films])
        self._box.observe(self._typed, names="value")
        self._message, self._chosen = ipywidgets.Label(), ipywidgets.HBox(layout=_wrapping())
        self._lists = {name: ipywidgets.HTML() for name in recommenders}
        forget = ipywidgets.Button(description=WORDS["forget"])
        forget.on_click(lambda _: self.forget())
        lists = ipywidgets.HBox(list(self._lists.values()), layout=_wrapping())
        top = ipywidgets.HBox([self._box, forget], layout=_wrapping())
        super().__init__([top, self._message, self._chosen, lists])
        self._answer()

    @property
    def liked(self):
        """The titles that are liked, in the order in which they were chosen."""
        return [self._likes.films[place].title for place in self._places]

    def like(self, title):
        """Add a film by its title, unless it is there; a title that no film has is answered."""
        try:
            place = self._likes.find(title)
        except ValueError as error:
            self._message.value = str(error)
            return
        if place not in self._places:
            self._places.append(place)
            self._answer()

    def take_back(self, title):
        """Take a film back by its title."""
        self._places.remove(self._likes.find(title))
        self._answer()

    def forget(self):
        """Take back all films."""
        self._places = []
        self._answer()

    def _typed(self, change):
        if change["new"]:
            self.like(change["new"])
            self._box.value = ""

    def _answer(self):
        vector = np.zeros((1, len(self._likes.films)), "float32")
        vector[0, self._places] = 1
        for name, model in self._recommenders.items():
            best = ranking.top(model.scores(vector), vector, k=LONGEST)[0]
            self._lists[name].value = self._list(name, best)
        words = WORDS["yours" if self._places else "nothing"]
        self._message.value = words.format(len(self._places), len(self._likes.films))
        self._chosen.children = [self._chip(title) for title in self.liked]

    def _list(self, name, places):
        """One recommender's films as HTML: title, year, genres, the nearest film that you like."""
        rows = "".join(f"<li>{self._row(place)}</li>" for place in places)
        return (
            f'<div style="width:19em;margin-right:1em"><b>{html.escape(name)}</b>'
            f'<ol style="line-height:1.3;padding-left:1.6em">{rows}</ol></div>'
        )

    def _row(self, place):
        film = self._likes.films[place]
        year = f" ({film.year})" if film.year else ""
        small = ", ".join(film.genres)
        if self._places:
            nearest = self._places[int(self._resemblance[place, self._places].argmax())]
            small += "; " + WORDS["nearest"].format(self._likes.films[nearest].title)
        return f"{html.escape(film.title + year)}<br><small>{html.escape(small)}</small>"

    def _chip(self, title):
        button = ipywidgets.Button(
            description=title,
            tooltip=WORDS["take back"].format(title),
            icon="times",
            layout=ipywidgets.Layout(width="auto"),
        )
        button.on_click(lambda _: self.take_back(title))
        return button


def resemblance(interactions):
    """How alike two items are to those who like them: `(users, items)` -> `(items, items)`, 0..1.

    The cosine of who likes them.
    """
    columns = interactions / np.maximum(np.linalg.norm(interactions, axis=0), 1)
    return columns.T @ columns


def _title_box(titles):
    return ipywidgets.Combobox(
        description=WORDS["title"],
        placeholder=WORDS["hint"],
        options=sorted(set(titles)),
        ensure_option=False,
        continuous_update=False,
        style={"description_width": "initial"},
        layout=ipywidgets.Layout(width="32em"),
    )


def _wrapping():
    return ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start")
