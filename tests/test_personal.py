"""Widgets about one person answer each change once, from the same noise, and keep the history."""

import io

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from persogan_lessons.data import tastes
from persogan_lessons.display import personal

IMAGES = np.random.default_rng(0).uniform(-1, 1, (60, 28, 28, 1)).astype("float32")
NOBODY = np.zeros((0, 28, 28, 1), "float32")


class Model:
    """Draws noise, shifted by the condition, and remembers all that it was asked."""

    def __init__(self):
        self.conditions, self.seeds, self.histories = [], [], []

    def encode(self, history):
        self.histories.append(np.array(history))
        return np.array([len(history), 1 + history.sum() / 784], "float32")

    def generate(self, condition, seed):
        self.conditions.append(np.array(condition))
        self.seeds.append(seed)
        noise = np.random.default_rng(seed).normal(size=(len(condition), 28, 28, 1))
        shift = condition @ np.linspace(0.1, 0.5, condition.shape[1])
        return np.tanh(noise + shift[:, None, None, None] - 1).astype("float32")


@pytest.fixture
def model():
    return Model()


def every(kind, widget):
    """All widgets of a kind, in the order in which a reader meets them."""
    found = [widget] if isinstance(widget, kind) else []
    return found + [
        each for child in getattr(widget, "children", ()) for each in every(kind, child)
    ]


def pixels(picture):
    return np.asarray(Image.open(io.BytesIO(picture.value))).astype(int)


def is_blank(picture):
    return pixels(picture).min() > 200


# Mixing a taste


@pytest.fixture
def mixer(model):
    taste = tastes.Taste(digits=(0, 0, 0, 3, 0, 0, 0, 0, 1, 0), slant=12, thickness=3.2)
    return personal.taste_mixer(model, taste, count=9, seed=5)


def parts(mixer):
    """(ten weights, slant, thickness), (clear, restart, noise), the picture."""
    sliders = every(ipywidgets.FloatSlider, mixer)
    return sliders, every(ipywidgets.Button, mixer), every(ipywidgets.Image, mixer)[0]


def test_the_mixer_draws_the_taste_it_starts_from(mixer, model):
    start = tastes.Taste(digits=(0, 0, 0, 3, 0, 0, 0, 0, 1, 0), slant=12, thickness=3.2)
    assert len(model.conditions) == 1
    np.testing.assert_allclose(model.conditions[0], np.tile(start.vector(), (9, 1)), rtol=1e-6)
    assert pixels(parts(mixer)[2]).shape == (180, 240)
    assert not is_blank(parts(mixer)[2])


@pytest.mark.parametrize("which, value", [(3, 1.0), (7, 0.4), (10, -20), (11, 4.4)])
def test_a_moved_slider_is_answered_once_from_the_same_noise(mixer, model, which, value):
    sliders, _, picture = parts(mixer)
    before, start = picture.value, sliders[which].value
    sliders[which].value = value
    assert len(model.conditions) == 2 and model.seeds == [5, 5]
    assert not np.array_equal(*model.conditions)
    assert picture.value != before
    sliders[which].value = start
    assert picture.value == before


def test_the_sliders_say_the_taste(mixer, model):
    sliders, _, _ = parts(mixer)
    for slider, value in zip(sliders, [0.5, 0, 0, 0.25, 0, 0, 0, 0, 0.25, 0, -9, 4], strict=True):
        slider.value = value
    taste = mixer.taste
    assert taste.digits == (0.5, 0, 0, 0.25, 0, 0, 0, 0, 0.25, 0)
    assert (taste.slant, taste.thickness) == (-9, 4)
    np.testing.assert_array_equal(model.conditions[-1][0], taste.vector())
    labels = [label.value for label in every(ipywidgets.Label, mixer)]
    assert {"50%", "25%", "0%"} <= set(labels), "shares, beneath the sliders"


def test_without_any_weight_the_mixer_says_what_is_missing(mixer, model):
    sliders, _, picture = parts(mixer)
    before = {label.value for label in every(ipywidgets.Label, mixer)}
    for slider in sliders[:10]:
        slider.value = 0
    assert len(model.conditions) == 2, "3 lost its weight, 8 was left; then nothing to draw"
    assert mixer.taste is None and is_blank(picture)
    assert personal.WORDS["no weight"] in {w.value for w in every(ipywidgets.Label, mixer)} - before
    sliders[4].value = 0.3
    assert mixer.taste.digits[4] == 1 and not is_blank(picture)
    assert personal.WORDS["no weight"] not in {w.value for w in every(ipywidgets.Label, mixer)}


def test_clearing_the_mixer_asks_nothing_of_the_model(mixer, model):
    sliders, (clear, _, _), picture = parts(mixer)
    clear.click()
    assert [slider.value for slider in sliders] == [0] * 10 + [12, 3.2]
    assert len(model.conditions) == 1 and is_blank(picture)


def test_the_mixer_starts_again_in_one_answer(mixer, model):
    sliders, (clear, restart, _), picture = parts(mixer)
    before, values = picture.value, [slider.value for slider in sliders]
    clear.click()
    sliders[10].value = -30
    restart.click()
    assert [slider.value for slider in sliders] == values
    assert picture.value == before
    assert len(model.conditions) == 2
    sliders[0].value = 1.0
    assert len(model.conditions) == 3, "no slider answers twice, or not at all"


def test_new_noise_for_the_same_taste(mixer, model):
    _, (_, _, noise), picture = parts(mixer)
    before = picture.value
    noise.click()
    assert model.seeds == [5, 6] and np.array_equal(*model.conditions)
    assert picture.value != before


def test_the_mixer_reaches_an_unusual_taste(model):
    taste = tastes.Taste(digits=(1,) * 10, slant=55, thickness=8)
    mixer = personal.taste_mixer(model, taste)
    assert (mixer.taste.slant, mixer.taste.thickness) == (55, 8)


def test_what_average_people_like_can_be_liked_more_and_less(model):
    sliders, _, _ = parts(personal.taste_mixer(model, tastes.AVERAGE))
    assert all(slider.min < slider.value < slider.max for slider in sliders)


# Clicking


@pytest.fixture
def mine(model):
    return personal.your_own_taste(model, IMAGES, on_page=6, count=4, seed=5)


def buttons(mine):
    """Those beneath the images, by what they do, and the three others."""
    surprise, *choices, more, forget = every(ipywidgets.Button, mine)
    return choices[::2], choices[1::2], (surprise, more, forget)


def pictures(mine):
    """The images on offer, the drawings, the strip."""
    *choices, drawings, strip = every(ipywidgets.Image, mine)
    return choices, drawings, strip


def test_at_first_nobody_is_known(mine, model):
    choices, drawings, strip = pictures(mine)
    assert mine.history.shape == (0, 28, 28, 1)
    assert [len(history) for history in model.histories] == [0]
    assert [condition.shape for condition in model.conditions] == [(4, 2)]
    assert len(choices) == 6 and not any(is_blank(choice) for choice in choices)
    assert [pixels(each).shape for each in (choices[0], drawings, strip)] == [
        (60, 60),
        (60, 240),
        (120, 960),
    ]
    assert is_blank(strip) and not is_blank(drawings)


def test_the_page_shows_what_it_says(mine):
    for choice, place in zip(pictures(mine)[0], mine.page, strict=True):
        ink = np.round((1 - IMAGES[place, :, :, 0]) * 127.5)
        np.testing.assert_array_equal(pixels(choice)[2:-2:2, 2:-2:2], ink)


def test_a_like_is_answered_once_from_the_same_noise(mine, model):
    _, drawings, strip = pictures(mine)
    before = drawings.value
    buttons(mine)[0][2].click()
    np.testing.assert_array_equal(mine.history, IMAGES[[mine.page[2]]])
    np.testing.assert_array_equal(model.histories[-1], mine.history)
    assert len(model.histories) == len(model.conditions) == 2 and model.seeds == [5, 5]
    assert drawings.value != before
    assert not is_blank(strip) and pixels(strip)[:, 60:].min() > 200, "one place is filled"


def test_a_like_is_marked_and_counts_once(mine, model):
    like = buttons(mine)[0][2]
    plain = like.button_style, like.tooltip
    like.click()
    like.click()
    assert len(mine.history) == 1 and len(model.conditions) == 2
    assert like.button_style != plain[0] and like.tooltip != plain[1]
    assert [each.button_style for each in buttons(mine)[0]].count(plain[0]) == 5


def test_likes_are_kept_in_their_order(mine):
    places = [mine.page[i] for i in (4, 0, 3)]
    for i in (4, 0, 3):
        mine.like(i)
    np.testing.assert_array_equal(mine.history, IMAGES[places])


def test_the_33rd_like_pushes_out_the_oldest(model):
    mine = personal.your_own_taste(model, IMAGES, on_page=33, count=4)
    for i in range(33):
        mine.like(i)
    assert personal.LONGEST == tastes.LONGEST_HISTORY == 32
    np.testing.assert_array_equal(mine.history, IMAGES[mine.page[1:]])
    styles = [like.button_style for like in buttons(mine)[0]]
    assert styles[0] != styles[1] == styles[32], "the first is not marked any more"
    mine.like(0)
    np.testing.assert_array_equal(mine.history, IMAGES[[*mine.page[2:], mine.page[0]]])


def test_a_dislike_brings_another_image_for_good(mine, model):
    refused, others = mine.page[1], [mine.page[i] for i in (0, 2, 3, 4, 5)]
    buttons(mine)[1][1].click()
    assert mine.page[1] not in [refused, *others]
    assert [mine.page[i] for i in (0, 2, 3, 4, 5)] == others
    assert len(model.conditions) == 1, "the history is as before, and so are the drawings"
    for _ in range(60):
        mine.surprise()
        assert refused not in mine.page


def test_a_dislike_takes_back_a_like(mine, model):
    mine.like(1)
    mine.like(4)
    kept = mine.page[4]
    buttons(mine)[1][1].click()
    np.testing.assert_array_equal(mine.history, IMAGES[[kept]])
    assert len(model.conditions) == 4 and len(model.histories[-1]) == 1
    assert buttons(mine)[0][1].button_style != buttons(mine)[0][4].button_style


def test_forget_me_forgets_likes_and_dislikes(mine, model):
    first = pictures(mine)[1].value
    refused = mine.page[0]
    mine.dislike(0)
    mine.like(3)
    buttons(mine)[2][2].click()
    assert mine.history.shape == (0, 28, 28, 1) and len(model.histories[-1]) == 0
    assert pictures(mine)[1].value == first and is_blank(pictures(mine)[2])
    assert len({like.button_style for like in buttons(mine)[0]}) == 1
    pages = []
    for _ in range(60):
        mine.surprise()
        pages += mine.page
    assert refused in pages


def test_more_is_the_same_history_and_new_noise(mine, model):
    mine.like(0)
    drawings = pictures(mine)[1]
    before = drawings.value
    buttons(mine)[2][1].click()
    assert model.seeds == [5, 5, 6] and len(mine.history) == 1
    assert drawings.value != before
    mine.like(1)
    assert model.seeds[-1] == 6


def test_a_surprise_is_another_page_for_the_same_history(mine, model):
    mine.like(0)
    liked, page, shown = mine.page[0], mine.page, [each.value for each in pictures(mine)[0]]
    buttons(mine)[2][0].click()
    assert mine.page != page and liked not in mine.page
    assert [each.value for each in pictures(mine)[0]] != shown
    assert len(mine.history) == 1 and len(model.conditions) == 2, "the drawings stay"


def test_no_more_images_than_there_are(model):
    mine = personal.your_own_taste(model, IMAGES[:3], on_page=4, count=4)
    assert sorted(mine.page) == [0, 1, 2]
    mine.like(0)
    mine.dislike(1)
    assert len(mine.page) == 2, "nothing is left to offer instead"
    assert [is_blank(each) for each in pictures(mine)[0]] == [False, False, True, True]
    assert [each.disabled for each in buttons(mine)[0]] == [False, False, True, True]
    mine.surprise()
    assert len(mine.page) == 1, "neither the liked nor the disliked"
    with pytest.raises(ValueError, match="one of the 1 "):
        mine.like(1)
    mine.forget()
    mine.surprise()
    assert sorted(mine.page) == [0, 1, 2]


def test_the_same_seed_offers_the_same_images(model):
    pages = [personal.your_own_taste(model, IMAGES, seed=seed).page for seed in (0, 0, 1)]
    assert pages[0] == pages[1] != pages[2]


def test_every_button_has_words_for_those_who_cannot_see_it(mine):
    likes, dislikes, others = buttons(mine)
    words = [button.tooltip for button in likes + dislikes]
    assert all(words) and len(set(words)) == 12
    assert all(button.description for button in others)


# Replaying


def test_the_explorer_draws_for_as_many_clicks_as_the_slider_says(model):
    box = personal.history_explorer(model, IMAGES[:5], count=4, seed=5)
    (slider,) = every(ipywidgets.IntSlider, box)
    assert (slider.min, slider.max, slider.value) == (0, 5, 0)
    for clicks in (3, 5, 0):
        slider.value = clicks
    assert [len(history) for history in model.histories] == [0, 3, 5, 0]
    np.testing.assert_array_equal(model.histories[1], IMAGES[:3])
    assert len(model.conditions) == 4 and model.seeds == [5] * 4
    assert model.conditions[0].shape == (4, 2)


def test_the_clicks_seen_stand_out_from_those_to_come(model):
    box = personal.history_explorer(model, IMAGES[:5], count=4)
    (slider,) = every(ipywidgets.IntSlider, box)
    strip = every(ipywidgets.Image, box)[0]
    slider.value = 2
    darkest = [pixels(strip)[:60, left : left + 60].min() for left in range(0, 360, 60)]
    assert max(darkest[:2]) < 10, "ink"
    assert min(darkest[2:5]) > 150, "pale"
    assert darkest[5] > 230, "no sixth click"


def test_a_history_of_no_clicks_can_be_explored(model):
    box = personal.history_explorer(model, NOBODY)
    (slider,) = every(ipywidgets.IntSlider, box)
    assert slider.disabled and slider.min < slider.max, "equal ends fail in the browser"
    assert [len(history) for history in model.histories] == [0]


def test_what_was_clicked_can_be_explored(model):
    mine = personal.your_own_taste(model, IMAGES)
    mine.like(0)
    mine.like(7)
    (slider,) = every(ipywidgets.IntSlider, personal.history_explorer(model, mine.history))
    assert slider.max == 2


# All of them


def test_a_widget_without_a_browser_has_a_short_text(model, capsys):
    shown = [
        personal.taste_mixer(model, tastes.AVERAGE),
        personal.your_own_taste(model, IMAGES),
        personal.history_explorer(model, IMAGES[:3]),
    ]
    assert all(repr(widget) for widget in shown)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("count, shape", [(1, (60, 720)), (12, (60, 720)), (24, (120, 720))])
def test_as_many_images_as_wanted(model, count, shape):
    box = personal.history_explorer(model, NOBODY, count=count)
    assert model.conditions[0].shape == (count, 2)
    assert pixels(every(ipywidgets.Image, box)[1]).shape == shape


@pytest.mark.parametrize(
    "images, message",
    [
        (IMAGES[0], "must have shape"),
        (IMAGES[..., 0], "must have shape"),
        (NOBODY, "n at least 1"),
        (IMAGES * 127.5 + 127.5, "Scale"),
        (np.full_like(IMAGES, np.nan), "finite"),
    ],
)
def test_images_that_do_not_fit(model, images, message):
    with pytest.raises(ValueError, match=message):
        personal.your_own_taste(model, images)


@pytest.mark.parametrize(
    "history, message",
    [(IMAGES[:33], "at most 32"), (IMAGES[:3] * 9, "Scale"), (IMAGES[0], "must have shape")],
)
def test_histories_that_do_not_fit(model, history, message):
    with pytest.raises(ValueError, match=message):
        personal.history_explorer(model, history)
