"""A pad to draw on: pictures of 28 x 28 pixels, by mouse, pen, finger or keyboard, as arrays.

The sheet is an anywidget, so the same code runs in JupyterLab, in the classic notebook and in
Colab; what draws in the browser stands in `drawing.js`.
"""

from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import traitlets

from persogan_lessons.display import plots
from persogan_lessons.models.networks import IMAGE_SHAPE

PIXELS = IMAGE_SHAPE[0] * IMAGE_SHAPE[1]
LEAST_INK = 8.0  # pixels of full ink; with less, nothing was drawn
SHOWN = 12  # the newest of the pictures kept

WORDS = {  # all that a reader sees, for translators
    "sheet": "A sheet to draw on. Arrow keys move the pen, Space puts it down and lifts it, Shift "
    "rubs out, Delete clears.",
    "mouse": "Draw with the mouse, a pen or a finger. With Shift held it rubs out.",
    "keys": "Or: arrow keys move the pen, Space puts it down and lifts it, Delete clears.",
    "label": "Whose is it?",
    "keep": "Keep it",
    "clear": "New sheet",
    "blank": "The sheet is empty: draw something, then keep it.",
    "kept": "Kept as {}. Pictures so far: {}.",
}


class Sheet(anywidget.AnyWidget):
    """One sheet of paper in the browser.

    Attributes:
        ink: `bytes` of 784 pixels, row by row, 0 paper and 255 ink; set it, and the sheet shows it.
    """

    _esm = Path(__file__).with_suffix(".js").read_text(encoding="utf-8")
    _css = ".persogan-sheet { border: 1px solid #888; cursor: crosshair; touch-action: none; }"
    ink = traitlets.Bytes(bytes(PIXELS)).tag(sync=True, from_json=lambda value, _: bytes(value))
    words = traitlets.Unicode(WORDS["sheet"]).tag(sync=True)

    @traitlets.validate("ink")
    def _whole(self, proposal):
        if len(proposal.value) != PIXELS:
            raise traitlets.TraitError(
                f"ink must be {PIXELS} bytes, one a pixel; got {len(proposal.value)}"
            )
        return proposal.value

    @property
    def image(self):
        """What is drawn, `(28, 28, 1)` float32 in [-1, 1], ink 1 and paper -1."""
        levels = np.frombuffer(self.ink, "uint8").reshape(IMAGE_SHAPE)
        return levels.astype("float32") / 127.5 - 1


class Pad(ipywidgets.VBox):
    """A sheet, a line for whose picture it is, and buttons to keep it or to start anew.

    Example:
        pad = drawing.Pad(functools.partial(pictures.keep, folder="my_pictures"))
        pad  # show it as the last line of a cell, and draw
        pad.images  # in a later cell: what was kept

    Args:
        keep: called with an image `(28, 28, 1)` in [-1, 1] and `label=...`; returns where it was
            kept. A ValueError or OSError is shown to who draws, and the drawing stays.

    Attributes:
        image: what is on the sheet, `(28, 28, 1)` float32.
        images: what was kept since the pad was made, `(n, 28, 28, 1)` float32.
        labels: whose each of them is, n strings.
    """

    def __init__(self, keep):
        self._keep, self._kept, self.labels = keep, [], []
        self._sheet = Sheet()
        self._label = ipywidgets.Text(description=WORDS["label"], value="me")
        self._message = ipywidgets.Label()
        self._strip = ipywidgets.Image(format="png", layout=ipywidgets.Layout(display="none"))
        how = [ipywidgets.Label(WORDS[name]) for name in ("mouse", "keys")]
        buttons = [_button("keep", self.keep), _button("clear", self.clear)]
        beside = ipywidgets.VBox([self._label, ipywidgets.HBox(buttons), self._message])
        top = ipywidgets.HBox([self._sheet, beside], layout=ipywidgets.Layout(flex_flow="row wrap"))
        super().__init__([*how, top, self._strip])

    @property
    def image(self):
        """What is on the sheet, `(28, 28, 1)` float32 in [-1, 1]."""
        return self._sheet.image

    @property
    def images(self):
        """What was kept, `(n, 28, 28, 1)` float32, oldest first."""
        return np.array(self._kept, "float32").reshape(-1, *IMAGE_SHAPE)

    def keep(self):
        """Keep what is drawn, and take a new sheet; says why, if that cannot be."""
        image = self.image
        if (image + 1).sum() / 2 < LEAST_INK:
            self._message.value = WORDS["blank"]
            return
        try:
            place = self._keep(image, label=self._label.value)
        except (ValueError, OSError) as error:
            self._message.value = str(error)
            return
        self._kept.append(image)
        self.labels.append(self._label.value)
        self._message.value = WORDS["kept"].format(place, len(self._kept))
        self._show_strip()
        self.clear()

    def clear(self):
        """Take a new sheet."""
        self._sheet.ink = bytes(PIXELS)

    def _show_strip(self):
        newest = self.images[-SHOWN:, :, :, 0]
        row = np.concatenate(list(newest), axis=1)[..., None]  # side by side
        self._strip.value = plots.png(row)
        self._strip.layout.width = f"{2 * row.shape[1]}px"  # or the window's would be taken
        self._strip.layout.display = ""


def _button(name, action):
    button = ipywidgets.Button(description=WORDS[name])
    button.on_click(lambda _: action())
    return button
