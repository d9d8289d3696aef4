"""Widgets: a model that answers while you move a slider. They work on ipywidgets 7 and 8."""

import functools

import ipywidgets
import numpy as np
import tensorflow as tf

from persogan_lessons.display import plots

STEPS_BETWEEN_STOPS = 40


def latent_walk(generator, stops=8, *, seed=0):
    """A slider that walks through latent space, and the image at each place.

    Args:
        generator: a model `(batch, noise_size)` -> `(batch, 28, 28, 1)`.
        stops: noise vectors that the walk passes through.
        seed: which walk; the button makes others.

    Returns:
        A widget to show as the last line of a cell.
    """
    slider = ipywidgets.FloatSlider(
        description="walk",
        max=stops - 1,
        step=1 / STEPS_BETWEEN_STOPS,
        readout=False,
        layout=ipywidgets.Layout(width="20em"),
    )
    button = ipywidgets.Button(description="another walk")
    picture = ipywidgets.Image(format="png", width=224, height=224)
    walk = {"seed": seed}
    drawn = tf.function(functools.partial(generator, training=False))  # ten times faster a call

    def draw(_=None):
        noise = path(generator.input_shape[-1], stops, seed=walk["seed"])(slider.value)
        picture.value = plots.png(drawn(tf.constant(noise[np.newaxis])).numpy()[0])

    def start_another(_):
        walk["seed"] += 1
        draw()

    slider.observe(draw, names="value")
    button.on_click(start_another)
    draw()
    return ipywidgets.VBox([ipywidgets.HBox([slider, button]), picture])


def path(noise_size, stops, *, seed=0):
    """A smooth way through random stops: a function from a place 0..stops - 1 to `(noise_size,)`.

    It goes along great circles: a straight line between two noise vectors passes close to the
    origin, where the generator was never trained (White, Sampling Generative Networks, 2016).
    """
    points = np.random.default_rng(seed).normal(size=(stops, noise_size)).astype("float32")

    def at(place):
        first = min(int(place), stops - 2)
        a, b, share = points[first], points[first + 1], place - first
        angle = np.arccos(a @ b / (np.linalg.norm(a) * np.linalg.norm(b)))
        return (np.sin((1 - share) * angle) * a + np.sin(share * angle) * b) / np.sin(angle)

    return at
