"""The drawing pad: what is drawn is an array, is kept once with its label, and is never lost."""

import io

import ipywidgets
import numpy as np
import pytest
import traitlets
from PIL import Image

from persogan_lessons.display import drawing


def stroke(column=10):
    """The ink of an upright stroke, as the browser sends it."""
    ink = np.zeros((28, 28), "uint8")
    ink[4:24, column : column + 2] = 255
    ink[4:24, column + 2] = 100
    return ink.tobytes()


class Keeper:
    """Remembers what it is given; complains when told to."""

    def __init__(self):
        self.given, self.complaint = [], None

    def __call__(self, image, *, label):
        if self.complaint:
            raise self.complaint
        self.given.append((image, label))
        return f"mine/{label}/{len(self.given):04d}.png"


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def pad(keeper):
    return drawing.Pad(keeper)


def every(kind, widget):
    found = [widget] if isinstance(widget, kind) else []
    return found + [
        each for child in getattr(widget, "children", ()) for each in every(kind, child)
    ]


def press(pad, name):
    """Press a button; returns what the pad says then."""
    for button in every(ipywidgets.Button, pad):
        if button.description == drawing.WORDS[name]:
            button.click()
    return every(ipywidgets.Label, pad)[-1].value


def draw(pad, ink):
    """What arrives from the browser: a view of bytes, not bytes."""
    every(drawing.Sheet, pad)[0].set_state({"ink": memoryview(ink)})


def test_an_empty_sheet_is_paper(pad):
    assert pad.image.shape == (28, 28, 1) and pad.image.dtype == np.float32
    assert pad.image.min() == pad.image.max() == -1
    assert pad.images.shape == (0, 28, 28, 1) and pad.labels == []


def test_what_is_drawn_is_an_image(pad):
    draw(pad, stroke())
    image = pad.image[..., 0]
    assert (image[4:24, 10:12] == 1).all() and image[:, :10].max() == -1
    np.testing.assert_allclose(image[4:24, 12], 100 / 127.5 - 1, rtol=1e-6)


def test_a_kept_drawing_goes_to_the_set_and_the_sheet_is_new(pad, keeper):
    every(ipywidgets.Text, pad)[0].value = "陈 小明"
    for column in (5, 15):
        draw(pad, stroke(column))
        said = press(pad, "keep")
        assert pad.image.max() == -1
    assert said == "Kept as mine/陈 小明/0002.png. Pictures so far: 2."
    assert [label for _, label in keeper.given] == pad.labels == ["陈 小明"] * 2
    np.testing.assert_array_equal(pad.images, [image for image, _ in keeper.given])
    assert pad.images[0, 10, 5] == 1 and pad.images[1, 10, 15] == 1


def test_the_newest_drawings_are_shown(pad):
    strip = every(ipywidgets.Image, pad)[0]
    assert strip.layout.display == "none"
    for column in range(14):
        draw(pad, stroke(column))
        press(pad, "keep")
    picture = np.asarray(Image.open(io.BytesIO(strip.value)))
    assert picture.shape == (28, 12 * 28) and strip.layout.width == "672px"
    assert strip.layout.display == ""
    assert picture[14, 28 * 11 + 13] < 60, "the last stroke, at the right"


@pytest.mark.parametrize("ink", [bytes(784), bytes(780) + b"\xff" * 4])
def test_an_empty_sheet_is_not_kept(pad, keeper, ink):
    draw(pad, ink)
    assert press(pad, "keep") == drawing.WORDS["blank"]
    assert keeper.given == [] and pad.labels == []


@pytest.mark.parametrize("complaint", [ValueError("no such label"), OSError("disk full")])
def test_what_cannot_be_kept_stays_on_the_sheet(pad, keeper, complaint):
    keeper.complaint = complaint
    draw(pad, stroke())
    assert press(pad, "keep") == str(complaint)
    assert pad.image.max() == 1 and len(pad.images) == 0
    keeper.complaint = None
    assert press(pad, "keep").startswith("Kept as")


def test_a_new_sheet(pad):
    draw(pad, stroke())
    press(pad, "clear")
    assert pad.image.max() == -1 and len(pad.images) == 0


def test_ink_of_another_size_is_refused(pad):
    with pytest.raises(traitlets.TraitError, match="784 bytes.*got 783"):
        draw(pad, bytes(783))
    assert pad.image.shape == (28, 28, 1)


def test_the_sheet_can_be_shown_by_any_front_end():
    state = drawing.Sheet().get_state()
    assert state["_model_module"] == "anywidget" and len(state["ink"]) == 784
    assert "export default" in state["_esm"] and "persogan-sheet" in state["_css"]
    assert state["words"] == drawing.WORDS["sheet"]
