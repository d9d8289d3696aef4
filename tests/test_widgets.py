"""Widgets answer a moved slider and a pressed button with another picture."""

import io

import numpy as np
import pytest
from PIL import Image

from persogan_lessons.display import widgets
from persogan_lessons.models.networks import mlp_generator


@pytest.fixture
def parts():
    box = widgets.latent_walk(mlp_generator(8, width=16))
    (slider, button), picture = box.children[0].children, box.children[1]
    return slider, button, picture


def test_the_picture_is_there_at_once_and_the_browser_enlarges_it(parts):
    assert parts[2].width == "224"
    assert Image.open(io.BytesIO(parts[2].value)).size == (28, 28)


def test_a_moved_slider_changes_the_picture_and_back_again(parts):
    slider, _, picture = parts
    first = picture.value
    slider.value = 2.5
    assert picture.value != first
    slider.value = 0
    assert picture.value == first


def test_the_button_starts_another_walk(parts):
    _, button, picture = parts
    first = picture.value
    button.click()
    assert picture.value != first


def test_the_end_of_the_walk_can_be_reached(parts):
    slider, _, picture = parts
    slider.value = slider.max
    assert Image.open(io.BytesIO(picture.value)).size == (28, 28)


def test_a_path_is_smooth_and_stays_where_noise_lives():
    at = widgets.path(16, stops=4, seed=0)
    places = np.linspace(0, 3, 301)
    points = np.array([at(place) for place in places])
    lengths = np.linalg.norm(points, axis=1)
    ends = np.linalg.norm([at(stop) for stop in range(4)], axis=1)
    assert lengths.min() > 0.9 * ends.min(), "a straight line would fall to about 0.7"
    steps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert steps.max() < 0.15


def test_the_same_seed_gives_the_same_path():
    a, b, c = (widgets.path(16, stops=3, seed=seed)(1.5) for seed in (0, 0, 1))
    assert np.array_equal(a, b) and not np.array_equal(a, c)
