"""Pictures show what they are given, and watching training does not change it."""

import io
import os
import signal

import keras
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import same_color
from PIL import Image

from persogan_lessons.display import plots
from persogan_lessons.models.gan import GAN
from persogan_lessons.models.networks import mlp_discriminator, mlp_generator

IMAGES = np.random.default_rng(0).uniform(-1, 1, (32, 28, 28, 1)).astype("float32")


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    plt.close("all")


@pytest.fixture
def gan():
    keras.utils.set_random_seed(0)
    gan = GAN(mlp_generator(8, width=16), mlp_discriminator(width=16))
    gan.compile()
    return gan


def drawn(axes):
    return np.asarray(axes.images[0].get_array())


def test_image_grid_puts_each_image_in_its_place_as_ink_on_paper():
    images = np.full((3, 28, 28, 1), -1, "float32")
    images[2] = 1
    plots.image_grid(images, columns=2, title="three")
    grid = drawn(plt.gca())
    assert grid.shape == (56, 56)
    assert np.all(grid[28:, :28] == 0), "ink, the third image, is black"
    assert np.all(grid[:28] == 255), "paper is white"
    assert np.all(grid[28:, 28:] == 255), "so is a place without an image"
    assert plt.gca().get_title() == "three"


def test_image_rows_label_each_row():
    plots.image_rows({"real": IMAGES[:5], "fake": IMAGES[:3]})
    axes = plt.gca()
    assert [label.get_text() for label in axes.get_yticklabels()] == ["real", "fake"]
    assert list(axes.get_yticks()) == [14, 42], "beside the middle of their rows"
    assert drawn(axes).shape == (56, 5 * 28)
    assert np.all(drawn(axes)[28:, 3 * 28 :] == 255), "the shorter row ends in paper"


def test_every_pixel_is_drawn_two_dots_wide():
    plots.image_rows({"a label": IMAGES[:3]}, title="a title")
    box = plt.gca().get_window_extent()
    np.testing.assert_allclose((box.width, box.height), (2 * 3 * 28, 2 * 28))
    np.testing.assert_allclose((box.x0, box.y0), np.round((box.x0, box.y0)), atol=1e-6)


def test_point_rows_draw_points_over_their_centres():
    points = np.array([[0, 0], [1, -1]], "float32")
    plots.point_rows({"one": {"a": points, "b": points[:1]}, "two": {"a": points}}, points)
    first, second, third, empty = plt.gcf().axes
    np.testing.assert_array_equal(np.transpose(first.lines[0].get_data()), points)
    assert len(second.lines[0].get_xdata()) == 1 and second.get_title() == "b"
    assert [tuple(circle.center) for circle in first.patches] == [(0, 0), (1, -1)]
    assert [first.get_ylabel(), third.get_ylabel()] == ["one", "two"]
    assert third.get_visible() and not empty.get_visible()


def test_table_marks_what_is_named():
    rows = {"GAN": {"one": "1", "two": "2"}, "noise": {"one": "3", "two": "4"}}
    plots.table(rows, marked={("noise", "one")})
    cells = plt.gca().tables[0].get_celld()
    words = [[cells[line, place].get_text().get_text() for place in (-1, 0, 1)] for line in (1, 2)]
    assert words == [["GAN", "1", "2"], ["noise", "3", "4"]]
    marked = [place for place, cell in cells.items() if same_color(cell.get_fc(), plots.MARK)]
    assert marked == [(2, 0)]


def test_training_curves_show_every_value():
    history = {"discriminator_loss": [3.0, 2.0, 1.0], "generator_loss": [1.0, 2.0, 3.0]}
    plots.training_curves(history)
    lines = {line.get_label(): line for line in plt.gca().lines}
    assert list(lines["discriminator loss"].get_ydata()) == [3, 2, 1]
    assert list(lines["generator loss"].get_xdata()) == [1, 2, 3]


def test_png_is_the_image():
    image = np.full((28, 28, 1), -1, "float32")
    image[:14] = 1
    pixels = np.asarray(Image.open(io.BytesIO(plots.png(image))))
    assert pixels.shape == (28, 28) and pixels[0, 0] == 0 and pixels[-1, -1] == 255


@pytest.mark.parametrize("shape", [(28, 28), (0, 28, 28, 1), (2, 28, 28, 3)])
def test_what_is_no_set_of_images_is_refused(shape):
    with pytest.raises(ValueError, match="expected images"):
        plots.image_grid(np.zeros(shape))


def test_live_keeps_history_and_snapshots(gan):
    live = plots.Live()
    history = gan.fit(IMAGES, batch_size=16, epochs=5, verbose=0, callbacks=[live]).history
    assert live.history == history
    assert list(live.snapshots) == ["epoch 0", "epoch 1", "epoch 2", "epoch 4", "epoch 5"]
    np.testing.assert_array_equal(live.snapshots["epoch 5"], gan.generate(8, seed=0))


def test_live_changes_nothing_about_training(gan):
    plain = gan.fit(IMAGES, batch_size=16, epochs=3, verbose=0).history
    keras.utils.set_random_seed(0)
    watched = GAN(mlp_generator(8, width=16), mlp_discriminator(width=16))
    watched.compile()
    options = {"batch_size": 16, "epochs": 3, "verbose": 0}
    assert watched.fit(IMAGES, callbacks=[plots.Live(seconds=0)], **options).history == plain


class Screen:
    """Stands for the notebook's page: remembers what is displayed and what replaces it."""

    def __init__(self):
        self.shown, self.updates = [], 0

    def display(self, content, raw, display_id):
        self.shown.append(content)
        screen, place = self, len(self.shown) - 1

        class Handle:
            def update(self, content, raw):
                screen.shown[place] = content
                screen.updates += 1

        return Handle()


def test_live_updates_two_outputs_in_place(gan, monkeypatch):
    screen = Screen()
    monkeypatch.setattr(plots, "get_ipython", lambda: "a notebook")
    monkeypatch.setattr(plots.display, "display", screen.display)
    gan.fit(IMAGES, batch_size=16, epochs=3, verbose=0, callbacks=[plots.Live(seconds=0)])
    bar, picture = screen.shown
    assert screen.updates > 4
    assert 'value="1.000"' in bar["text/html"] and "epoch 3 of 3" in bar["text/plain"]
    assert Image.open(io.BytesIO(picture["image/png"])).size == (640, 260)


def test_live_draws_points_and_keeps_as_many_as_asked(monkeypatch):
    screen, drawn = Screen(), []
    monkeypatch.setattr(plots, "get_ipython", lambda: "a notebook")
    monkeypatch.setattr(plots.display, "display", screen.display)
    over = plots.points_over(np.zeros((1, 2)))
    monkeypatch.setattr(plots, "_draw_points", lambda axes, points, _: drawn.append(points))
    points = np.random.default_rng(0).normal(size=(32, 2)).astype("float32")
    gan = GAN(
        keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]),
        keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)]),
    )
    gan.compile()
    live = plots.Live(count=20, kept=5, draw=over)
    gan.fit(points, batch_size=16, epochs=1, verbose=0, callbacks=[live])
    np.testing.assert_array_equal(drawn[-1], gan.generate(20, seed=0))
    assert [len(kept) for kept in live.snapshots.values()] == [5, 5]


@pytest.mark.skipif(os.name == "nt", reason="a program cannot press its own stop button on Windows")
def test_stop_ends_training_and_keeps_what_was_learned(gan):
    class PressStop(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            os.kill(os.getpid(), signal.SIGINT)

    before = signal.getsignal(signal.SIGINT)
    live = plots.Live()
    gan.fit(IMAGES, batch_size=16, epochs=50, verbose=0, callbacks=[live, PressStop()])
    assert live.stopped and len(live.history["generator_loss"]) <= 1
    assert signal.getsignal(signal.SIGINT) is before
    gan.fit(IMAGES, batch_size=16, epochs=2, verbose=0)  # and training can go on


def test_the_frontier_joins_what_nothing_surpasses():
    points = [(3, 4), (1, 9), (2, 10), (4, 4), (5, 1)]
    assert plots.unsurpassed(points) == [(1, 9), (3, 4), (5, 1)]


def test_the_frontier_shows_every_run():
    groups = {"1 x 8": [[(1, 9)], [(2, 8)], [(3, 10)]], "conv 4": [[(4, 3), (8, 2)]]}
    plots.frontier(groups, "seconds", quality="distance", baseline=("a Gaussian", 20))
    axes = plt.gca()
    runs = [list(line.get_xdata()) for line in axes.lines if line.get_alpha() == 0.3]
    assert runs == [[1, 2, 3], [4, 8]]
    (best,) = [line for line in axes.lines if line.get_label() == "frontier"]
    assert list(best.get_xdata()) == [2, 4, 8] and list(best.get_ydata()) == [9, 3, 2]
    assert [text.get_text() for text in axes.texts] == ["conv 4", "1 x 8"]
    assert axes.get_xlabel() == "seconds" and axes.get_yscale() == "log"


def test_strips_show_every_number_and_every_failure():
    plots.strips({"one": [1.0, 10.0, 4.0], "two": [None, 3.0, None]}, "size", beside=[2.0, 5.0])
    axes = plt.gca()
    assert [each.get_text() for each in axes.get_yticklabels()] == ["one", "two"]
    dots, median, crosses, *second = axes.lines
    assert sorted(dots.get_xdata()) == [1, 4, 10] and median.get_xdata()[0] == 4
    assert len(crosses.get_xdata()) == 0
    dots, median, crosses = second
    assert np.isfinite(dots.get_xdata()).sum() == 1 and not np.isfinite(median.get_xdata()[0])
    assert len(crosses.get_xdata()) == 2
    assert axes.get_xscale() == "log" and axes.patches[0].get_x() == 2


def test_trade_offs_draw_each_knob_against_both_prices_with_its_own_marker():
    paths = {"one": [[0, 1, 1.5], [0.4, 0.8, 2.5]], "two": [[0, 1, 1.5], [-1, 0.9, 3.0]]}
    plots.trade_offs(paths, "fit", prices=("diversity", "realism"), beside={"real": (0.1, 1, 1)})
    left, right = plt.gcf().axes
    for axes, costs in ((left, [1, 0.8]), (right, [1.5, 2.5])):
        lines = {line.get_label(): line for line in axes.lines}
        np.testing.assert_array_equal(lines["one"].get_xydata(), np.transpose([costs, [0, 0.4]]))
        assert lines["one"].get_marker() != lines["two"].get_marker()
        assert [text.get_text() for text in axes.texts] == ["real"]
    assert [left.get_ylabel(), left.get_xlabel(), right.get_xlabel()] == [
        "fit",
        "diversity",
        "realism",
    ]
    assert left.get_legend() and right.get_xscale() == "log"
