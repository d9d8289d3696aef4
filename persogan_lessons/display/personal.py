"""Widgets about one person: mix a taste, click on digits you like, replay a history of clicks.

They work on ipywidgets 7 and 8, and by keyboard. A model draws images `(n, 28, 28, 1)` for
conditions `(n, condition_size)` with `generate(condition, seed=...)`, and `encode(history)` turns
the images that somebody liked, `(k, 28, 28, 1)`, k from 0 to 32, into one `(condition_size,)`.
Each change is answered from the same noise, so that what differs is due to the change.
"""

import dataclasses
import functools
import math

import ipywidgets
import numpy as np

from persogan_lessons.display import plots
from persogan_lessons.measures import realism
from persogan_lessons.models.encoders import LONGEST
from persogan_lessons.models.gan import require_history
from persogan_lessons.models.networks import IMAGE_SHAPE

SLANTS, THICKNESSES = (-30.0, 45.0), (1.5, 5.0)  # hardly any digit lies beyond; a taste may

TILE = 30  # pixels: an image and its margin
MARGIN, EMPTY = -1.0, -0.9  # paper; the grey of a place without an image
FADED = 0.2  # the share of its ink that a click yet to come is drawn with
DOTS = 60  # on the screen, for a tile
WIDTH = 640  # dots: what is beside the code of a notebook in a small window

WORDS = {  # all that a reader sees, for translators
    "weights": "How much of each digit?",
    "slant": "slant, degrees",
    "thickness": "thickness, pixels",
    "no weight": "Nothing to draw yet: move up the slider of at least one digit.",
    "clear": "No digit",
    "restart": "Start again",
    "noise": "New noise",
    "choose": "Which of these real digits do you like?",
    "like": "\N{BLACK HEART SUIT}",
    "like, in words": "like image {}",
    "liked, in words": "image {}, liked",
    "dislike": "\N{MULTIPLICATION SIGN}",
    "dislike, in words": "image {} is not for me",
    "surprise": "Surprise me",
    "for anybody": "Drawn for anybody",
    "for you": "Drawn for you",
    "more": "More like this",
    "history": "Your history: {} of at most {} images, the oldest first",
    "forget": "Forget me",
    "seen": "clicks seen",
    "clicks": "All clicks, the oldest first; those yet to come are pale",
    "after": "Drawn after the clicks seen",
}


# ---- mixing a taste ------------------------------------------------------------------------------


def taste_mixer(model, taste, *, count=24, seed=0):
    """A mixing desk: a slider for each digit, for slant and for thickness, and what is drawn.

    Args:
        model: has `generate(condition, seed=...)`, the condition being a taste's vector.
        taste: where the sliders start, such as `tastes.AVERAGE`. A digit's weight counts in
            relation to the others.
        count: images drawn.
        seed: their noise, the same for every change; a button makes new noise.

    Returns:
        A `TasteMixer` to show as the last line of a cell. Its `.taste` is what the sliders say.
    """
    return TasteMixer(model, taste, count=count, seed=seed)


class TasteMixer(ipywidgets.VBox):
    """What `taste_mixer` returns, with the same arguments.

    Attributes:
        taste: the taste that the sliders say; None while no digit has any weight.
    """

    def __init__(self, model, taste, *, count, seed):
        self._model, self._start, self._seed = model, taste, seed
        self._weights = [_weight_slider(str(digit)) for digit in range(10)]
        self._shares = [ipywidgets.Label(layout=_centred("40px")) for _ in range(10)]
        self._slant = _style_slider("slant", taste.slant, between=SLANTS, step=1)
        self._thickness = _style_slider("thickness", taste.thickness, between=THICKNESSES, step=0.1)
        self._message = ipywidgets.Label()
        self._drawings = _Sheet(count, 4)
        self._sliders = [*self._weights, self._slant, self._thickness]
        self._listen()
        super().__init__([_side_by_side(self._desk(), self._drawings)])
        self.restart()

    def restart(self):
        """Put the sliders back to where they started."""
        start = self._start
        weights = np.array(start.digits) / max(start.digits) / 2  # half way up: room to move
        self._put([*weights, start.slant, start.thickness])

    def clear(self):
        """Take all weight from the digits: raise one, and it is the only one."""
        self._put([0.0] * 10 + [self._slant.value, self._thickness.value])

    def renew_noise(self):
        """Draw other images for the same taste."""
        self._seed += 1
        self._answer()

    def _desk(self):
        """What a hand moves: ten upright sliders, two lying ones, three buttons."""
        columns = [
            ipywidgets.VBox(column, layout=ipywidgets.Layout(align_items="center"))
            for column in zip(self._weights, self._shares, strict=True)
        ]
        actions = {"clear": self.clear, "restart": self.restart, "noise": self.renew_noise}
        return ipywidgets.VBox(
            [
                ipywidgets.Label(WORDS["weights"]),
                ipywidgets.HBox(columns),
                self._slant,
                self._thickness,
                ipywidgets.HBox([_button(name, do) for name, do in actions.items()]),
                self._message,
            ]
        )

    def _listen(self):
        for slider in self._sliders:
            slider.observe(self._answer, names="value")

    def _put(self, values):
        """Move all twelve sliders and answer once."""
        for slider, value in zip(self._sliders, values, strict=True):
            slider.unobserve(self._answer, names="value")
            slider.value = float(value)
        self._listen()
        self._answer()

    def _answer(self, _=None):
        """Draw for the taste that the sliders say, or say what is missing from it."""
        weights = [slider.value for slider in self._weights]
        total = sum(weights)
        for label, weight in zip(self._shares, weights, strict=True):
            label.value = f"{weight / total:.0%}" if total else ""
        self._message.value = "" if total else WORDS["no weight"]
        self.taste = self._read(weights) if total else None
        if self.taste is None:
            self._drawings.show([])
        else:
            self._drawings.draw(self._model, self.taste.vector(), seed=self._seed)

    def _read(self, weights):
        slant, thickness = self._slant.value, self._thickness.value
        return dataclasses.replace(
            self._start, digits=tuple(weights), slant=slant, thickness=thickness
        )


# ---- clicking ------------------------------------------------------------------------------------


def your_own_taste(model, images, *, on_page=24, count=24, seed=0):
    """Real digits to like or not to like, and what the model draws for whoever likes them.

    Example:
        mine = personal.your_own_taste(model, images)
        mine  # show it, and click
        mine.history  # in a later cell: what you liked

    Args:
        model: has `encode(history)` and `generate(condition, seed=...)`.
        images: real ones to choose from, `(n, 28, 28, 1)` in [-1, 1], n at least 1.
        on_page: how many of them are offered at a time.
        count: images drawn.
        seed: which images are offered, and the noise of those drawn.

    Returns:
        An `OwnTaste` to show as the last line of a cell.

    Raises:
        ValueError: for images of another shape or range.
    """
    return OwnTaste(model, images, on_page=on_page, count=count, seed=seed)


class OwnTaste(ipywidgets.VBox):
    """What `your_own_taste` returns, with the same arguments. Each method is a button, too.

    Attributes:
        history: the images liked, `(k, 28, 28, 1)`, oldest first, k from 0 to 32. A 33rd pushes
            out the oldest.
        page: the images on offer, as places in `images`; i below counts along it, from 0.
    """

    def __init__(self, model, images, *, on_page, count, seed):
        self._model, self._images = model, realism.require_images(images)
        self._random, self._seed = np.random.default_rng(seed), seed
        self._liked, self._disliked = [], set()
        self.page = self._offer(on_page)
        self._choices = [_Choice(self, i) for i in range(on_page)]
        self._heading, self._drawings = ipywidgets.Label(), _Sheet(count, 4)
        self._clicks, self._strip = ipywidgets.Label(), _strip()
        super().__init__(self._panes())
        self._show_page()
        self._answer()

    @property
    def history(self):
        """The images liked, `(k, 28, 28, 1)`, oldest first."""
        return self._images[self._liked]

    def like(self, i):
        """Add the ith image of the page to the history, unless it is there."""
        place = self._at(i)
        if place not in self._liked:
            self._liked = [*self._liked, place][-LONGEST:]
            self._show_page()
            self._answer()

    def dislike(self, i):
        """Put another image in the place of the ith, which leaves the history and never returns."""
        place = self._at(i)
        self._disliked.add(place)
        self.page[i : i + 1] = self._offer(1, without=self.page)
        self._show_page()
        if place in self._liked:
            self._liked.remove(place)
            self._answer()

    def forget(self):
        """Forget all that was liked, and all that was not."""
        self._liked, self._disliked = [], set()
        self._show_page()
        self._answer()

    def more(self):
        """Draw other images for the same history."""
        self._seed += 1
        self._answer()

    def surprise(self):
        """Offer another page of real images."""
        self.page = self._offer(len(self._choices))
        self._show_page()

    def _at(self, i):
        if not 0 <= i < len(self.page):
            raise ValueError(
                f"i must be the place, from 0, of one of the {len(self.page)} images on the page; "
                f"got {i!r}"
            )
        return self.page[i]

    def _offer(self, count, without=()):
        """Places of so many images, or of fewer if that is all, neither liked nor disliked."""
        known = self._disliked.union(self._liked, without)
        free = [place for place in range(len(self._images)) if place not in known]
        return [int(place) for place in self._random.permutation(free)[:count]]

    def _panes(self):
        """Above, what is offered and what is drawn for it; below, the history between the two."""
        offered = [choice.box for choice in self._choices]
        page = ipywidgets.VBox(
            [
                _line(ipywidgets.Label(WORDS["choose"]), _button("surprise", self.surprise)),
                ipywidgets.GridBox(
                    offered,
                    layout=ipywidgets.Layout(grid_template_columns="repeat(6, 64px)"),
                ),
            ]
        )
        drawn = ipywidgets.VBox([_line(self._heading, _button("more", self.more)), self._drawings])
        return [
            _side_by_side(page, drawn),
            _line(self._clicks, _button("forget", self.forget)),
            self._strip,
        ]

    def _show_page(self):
        for i, choice in enumerate(self._choices):
            offered = self.page[i : i + 1]  # none, where no more images are left
            choice.show(self._images[offered], liked=not set(offered).isdisjoint(self._liked))

    def _answer(self):
        """Draw for the history, and the history itself."""
        history = self.history
        self._heading.value = WORDS["for you" if len(history) else "for anybody"]
        self._clicks.value = WORDS["history"].format(len(history), LONGEST)
        self._strip.show(history)
        self._drawings.draw(self._model, self._model.encode(history), seed=self._seed)


class _Choice:
    """An image on offer and the two buttons beneath it."""

    def __init__(self, taste, i):
        half = ipywidgets.Layout(width="28px", height="24px", padding="0", margin="0 1px")
        self.number = i + 1
        self.picture = _Sheet(1, 1)
        self.like = _button("like", functools.partial(taste.like, i), layout=half)
        self.dislike = _button("dislike", functools.partial(taste.dislike, i), layout=half)
        self.dislike.tooltip = WORDS["dislike, in words"].format(self.number)
        self.box = ipywidgets.VBox([self.picture, ipywidgets.HBox([self.like, self.dislike])])

    def show(self, images, *, liked):
        """Show one image or none, and whether it is liked."""
        self.picture.show(images)
        self.like.button_style = "danger" if liked else ""
        self.like.tooltip = WORDS["liked, in words" if liked else "like, in words"].format(
            self.number
        )
        self.like.disabled = self.dislike.disabled = len(images) == 0


# ---- replaying -----------------------------------------------------------------------------------


def history_explorer(model, history, *, count=24, seed=0):
    """A slider through somebody's clicks, and what the model draws after so many of them.

    Args:
        model: has `encode(history)` and `generate(condition, seed=...)`.
        history: the images clicked on, `(k, 28, 28, 1)` in [-1, 1], oldest first, k from 0 to 32.
        count: images drawn.
        seed: their noise.

    Returns:
        A widget to show as the last line of a cell.

    Raises:
        ValueError: for a longer history, or images of another shape or range.
    """
    history = require_history(history, IMAGE_SHAPE, longest=LONGEST)
    slider = ipywidgets.IntSlider(
        description=WORDS["seen"],
        max=max(len(history), 1),  # a slider with one place only is an error in the browser
        disabled=len(history) == 0,
        layout=ipywidgets.Layout(width=f"{WIDTH}px"),
    )
    strip, drawings = _strip(), _Sheet(count, 12, width=WIDTH)

    def answer(_=None):
        seen = slider.value
        strip.show(np.concatenate([history[:seen], _faded(history[seen:])]))
        drawings.draw(model, model.encode(history[:seen]), seed=seed)

    slider.observe(answer, names="value")
    answer()
    headings = [ipywidgets.Label(WORDS[name]) for name in ("clicks", "after")]
    return ipywidgets.VBox([slider, headings[0], strip, headings[1], drawings])


def _faded(images):
    return FADED * (images + 1) - 1


# ---- parts ---------------------------------------------------------------------------------------


class _Sheet(ipywidgets.Image):
    """Places for images in rows of `columns`, so many dots wide; the empty places are pale."""

    def __init__(self, places, columns, *, width=None):
        width = width or columns * DOTS
        self.places, self.rows, self.columns = places, -(-places // columns), columns
        self.zoom = math.ceil(width / (columns * TILE))  # dots a pixel, whole ones: sharp edges
        height = width * self.rows // columns
        super().__init__(format="png", width=width, height=height)

    def show(self, images):
        """Fill the first places with images `(n, 28, 28, 1)`."""
        tiles = np.full((self.rows * self.columns, 28, 28), MARGIN, "float32")
        tiles[: self.places] = EMPTY
        tiles[: len(images)] = np.reshape(images, (-1, 28, 28))
        tiles = np.pad(tiles, ((0, 0), (1, 1), (1, 1)), constant_values=MARGIN)
        by_line = tiles.reshape(self.rows, self.columns, TILE, TILE).swapaxes(1, 2)
        sheet = by_line.reshape(self.rows * TILE, self.columns * TILE, 1)
        self.value = plots.png(sheet.repeat(self.zoom, axis=0).repeat(self.zoom, axis=1))

    def draw(self, model, condition, *, seed):
        """Fill all places with what a model draws for one condition `(condition_size,)`."""
        conditions = np.tile(np.asarray(condition), (self.places, 1))
        self.show(np.asarray(model.generate(conditions, seed=seed)))


def _strip():
    return _Sheet(LONGEST, LONGEST // 2, width=WIDTH)


def _weight_slider(name):
    return ipywidgets.FloatSlider(
        description=name,
        max=1.0,
        step=0.05,
        orientation="vertical",
        readout=False,
        layout=ipywidgets.Layout(width="36px", height="160px", margin="0"),
    )


def _style_slider(name, value, *, between, step):
    """A lying slider that reaches the value even if few people are like that."""
    low, high = between
    return ipywidgets.FloatSlider(
        description=WORDS[name],
        min=min(low, value),
        max=max(high, value),
        step=step,
        readout_format=".0f" if step == 1 else ".1f",
        style={"description_width": "9em"},
        layout=ipywidgets.Layout(width="385px"),
    )


def _button(name, action, *, layout=None):
    """A button that does something; it is a native one, so Tab and Space work."""
    layout = layout or ipywidgets.Layout(width="115px")
    button = ipywidgets.Button(description=WORDS[name], layout=layout)
    button.on_click(lambda _: action())
    return button


def _centred(width):
    return ipywidgets.Layout(width=width, margin="0", display="flex", justify_content="center")


def _line(*widgets):
    return ipywidgets.HBox(widgets, layout=ipywidgets.Layout(align_items="center"))


def _side_by_side(left, right):
    """Next to each other where the window is wide enough, else below each other."""
    right.layout.margin = "0 0 0 16px"
    return ipywidgets.HBox(
        [left, right], layout=ipywidgets.Layout(flex_flow="row wrap", align_items="flex-start")
    )
