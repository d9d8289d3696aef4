"""Pictures: grids of images, points in the plane, curves of losses, and training watched live.

Images are `(n, 28, 28, 1)` in [-1, 1], drawn as ink on paper; points are `(n, 2)`. The functions
draw with pyplot and return nothing, so a notebook shows each figure once.
"""

import io
import signal
import threading
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
from IPython import display, get_ipython
from matplotlib.figure import Figure
from matplotlib.patches import Circle
from matplotlib.ticker import LogLocator
from PIL import Image

REAL, FAKE = "#0072b2", "#d55e00"  # told apart by colour-blind readers too (Okabe and Ito, 2008)
MARK = "#f9c9a1"  # a light FAKE, dark words are read on it
DPI, ZOOM = 100, 2  # dots per inch, dots per pixel of an image
LOSS_COLOURS = {"discriminator_loss": REAL, "generator_loss": FAKE}


def image_grid(images, columns=8, *, title=""):
    """Show images in rows of `columns`."""
    _show(_mosaic(_require_images(images), columns), title=title)


def image_rows(rows, title=""):
    """Show sets of images side by side, one labelled row for each: `{label: images}`."""
    rows = {str(label): _require_images(images) for label, images in rows.items()}
    columns = max(map(len, rows.values()))
    mosaic = np.concatenate([_mosaic(images, columns) for images in rows.values()])
    _show(mosaic, labels=list(rows), title=title)


def point_rows(rows, centres):
    """Show sets of points over the centres that they should be around.

    Args:
        rows: `{label: {title: points}}`, one row of panels for each label; points `(n, 2)`.
        centres: `(k, 2)`.
    """
    columns = max(map(len, rows.values()))
    _, table = plt.subplots(
        len(rows),
        columns,
        figsize=(1.3 * columns, 1.4 * len(rows) + 0.1),
        squeeze=False,
        layout="constrained",
    )
    for line, (label, sets) in zip(table, rows.items(), strict=True):
        for axes, (title, points) in zip(line, sets.items(), strict=False):
            _draw_points(axes, points, centres)
            axes.set_title(title, fontsize=9)
        for axes in line[len(sets) :]:
            axes.set_visible(False)
        line[0].set_ylabel(label)
    plt.show()


def table(rows, marked=()):
    """Show words in a table: `{row: {column: words}}`, alike columns in each row.

    Args:
        rows: what to show.
        marked: pairs `(row, column)`, whose places are coloured.
    """
    columns = list(next(iter(rows.values())))
    left = 0.2 + 0.075 * max(map(len, rows))  # inches: a letter takes 0.07
    width, height = left + 0.8 * len(columns), 0.25 * (len(rows) + 1)
    axes = plt.figure(figsize=(width, height)).add_axes([left / width, 0, 1 - left / width, 1])
    cells = [[rows[row][column] for column in columns] for row in rows]
    grid = axes.table(cells, rowLabels=list(rows), colLabels=columns, bbox=[0, 0, 1, 1])
    for (line, place), cell in grid.get_celld().items():
        cell.set(edgecolor="white", linewidth=1.5)
        if line > 0 and place >= 0 and (list(rows)[line - 1], columns[place]) in marked:
            cell.set(facecolor=MARK)
    grid.auto_set_font_size(False)
    grid.set_fontsize(9)
    axes.axis("off")
    plt.show()


def training_curves(history, title=""):
    """Show every loss by epoch: `{name: values}`, as in `fit(...).history` or `Live.history`."""
    _, axes = plt.subplots(figsize=(6, 3), layout="constrained")
    _draw_curves(axes, history)
    axes.set_title(title)
    plt.show()


def strips(groups, label="", *, beside=()):
    """Show every number of each group as a dot and the median as a bar: `{name: numbers}`.

    Args:
        groups: from top to bottom; None is a run that failed, a cross at the right edge.
        label: what the numbers are. Their axis is logarithmic.
        beside: numbers to compare with; a band reaches from the least to the largest.
    """
    _, axes = plt.subplots(figsize=(6.4, 0.8 + 0.24 * len(groups)), layout="constrained")
    if len(beside):
        axes.axvspan(min(beside), max(beside), color=REAL, alpha=0.15, linewidth=0)
    axes.set(xscale="log", xlabel=label)
    for row, numbers in enumerate(groups.values()):
        numbers = np.array([np.inf if number is None else number for number in numbers])
        axes.plot(numbers, np.full(len(numbers), row), "o", color=FAKE, alpha=0.6, mew=0)
        axes.plot(np.median(numbers), row, "k|", markersize=11)  # none if most have failed
        failed = np.count_nonzero(np.isinf(numbers))
        across = axes.get_yaxis_transform()
        axes.plot(1 - 0.02 * np.arange(failed), [row] * failed, "kx", transform=across)
    axes.set_yticks(range(len(groups)), groups)
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.xaxis.set_minor_locator(LogLocator(subs=(2, 3, 5)))
    axes.xaxis.set_major_formatter("{x:g}")
    axes.xaxis.set_minor_formatter("{x:g}")
    axes.tick_params(which="both", labelsize=8)
    plt.show()


def frontier(groups, cost, *, quality, baseline=None):
    """Show what quality costs in each group of runs, and the frontier, which nothing surpasses.

    Every measurement is a dot. A thin line joins the medians of a group; the frontier, a black one,
    those of all groups for which no other is as good at less cost.

    Args:
        groups: `{name: runs}`, runs being `(runs, measurements, 2)` numbers: of each measurement
            the cost and the quality, less being better of both. A name that starts with "conv" gets
            the second colour.
        cost: what the costs are. Both axes are logarithmic.
        quality: what the qualities are.
        baseline: `(name, quality)` of something that costs next to nothing, a dotted line.
    """
    _, axes = plt.subplots(figsize=(6.4, 4.2), layout="constrained")
    if baseline:
        axes.axhline(baseline[1], color="gray", linestyle=":", label=baseline[0])
    medians = {name: np.median(runs, axis=0) for name, runs in groups.items()}
    for name, middle in medians.items():
        colour = REAL if name.startswith("conv") else FAKE
        dots = np.reshape(groups[name], (-1, 2)).T
        axes.plot(*dots, "o", color=colour, alpha=0.3, mew=0, markersize=5)
        axes.plot(*middle.T, "o-", color=colour, linewidth=0.6, markersize=3)
    best = unsurpassed(np.concatenate(list(medians.values())))
    axes.plot(*np.transpose(best), "k-", linewidth=1.5, alpha=0.7, label="frontier")
    axes.set(xscale="log", yscale="log", xlabel=cost, ylabel=quality)
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter("{x:,g}")
        axis.set_minor_formatter("{x:,g}")
    axes.tick_params(which="both", labelsize=8)
    axes.legend(frameon=False)
    _label_ends(axes, {name: middle[-1] for name, middle in medians.items()})
    plt.show()


def _label_ends(axes, ends):
    """Write each name right of the axes at the height of its end, names kept apart."""
    low, high = np.log(axes.get_ylim())
    names = sorted(ends, key=lambda name: ends[name][1])
    free = 0.0  # heights in shares of the axes
    for name in names:
        at = (np.log(ends[name][1]) - low) / (high - low)
        free = max(free, at)
        line = {"arrowstyle": "-", "linewidth": 0.3, "color": "gray"}
        axes.annotate(
            name,
            ends[name],
            (1.03, free),
            textcoords="axes fraction",
            fontsize=8,
            verticalalignment="center",
            arrowprops=line,
        )
        free += 0.042


def trade_offs(paths, gain, *, prices, beside):
    """Show what each knob gives and what it takes: a line through its strengths in two panels.

    Args:
        paths: `{knob: rows}`, rows being `(strengths, 3)` numbers: what is gained and two prices.
            Each knob has a marker of its own.
        gain: what goes up in both panels.
        prices: what goes across in the left and in the right one, which is logarithmic.
        beside: `{name: (gain, price, price)}`, points to compare with, stars.
    """
    _, panels = plt.subplots(1, 2, figsize=(7.4, 4.4), sharey=True, layout="constrained")
    for place, (axes, price) in enumerate(zip(panels, prices, strict=True), 1):
        for number, (name, rows) in enumerate(paths.items()):
            rows, style = np.asarray(rows), {"marker": "osD^vPX"[number % 7], "color": f"C{number}"}
            axes.plot(rows[:, place], rows[:, 0], label=name, linewidth=1, markersize=5, **style)
        for name, row in beside.items():
            axes.plot(row[place], row[0], "k*", markersize=11)
            axes.annotate(name, (row[place], row[0]), (-6, -13), textcoords="offset points")
        axes.set_xlabel(price)
    panels[0].set_ylabel(gain)
    panels[1].set_xscale("log")
    for axis in (panels[1].xaxis.set_major_formatter, panels[1].xaxis.set_minor_formatter):
        axis("{x:g}")
    panels[1].xaxis.set_minor_locator(LogLocator(subs=(2, 5)))
    panels[0].legend(frameon=False, fontsize=8, loc="lower left")
    plt.show()


def unsurpassed(points):
    """Of pairs `(cost, quality)` those for which no cheaper one is as good; by growing cost."""
    kept = []
    for point in sorted((float(cost), float(quality)) for cost, quality in points):
        if not kept or point[1] < kept[-1][1]:
            kept.append(point)
    return kept


def png(image):
    """One image `(28, 28, 1)` as PNG bytes: what a widget shows, and the browser enlarges."""
    pixels = Image.fromarray(_ink(_require_images(image[np.newaxis])[0, :, :, 0]))
    file = io.BytesIO()
    pixels.save(file, "png", compress_level=1)
    return file.getvalue()


def draw_grid(figure, images):
    """Draw images in a square grid at the left of a figure: what `Live` does with images."""
    _draw(figure, _mosaic(images, round(len(images) ** 0.5)), left=10, top=18)


def points_over(centres):
    """What `Live` does with points: a function that draws them over these centres `(k, 2)`."""

    def draw(figure, points):
        _draw_points(figure.add_axes([0.01, 0.03, 0.38, 0.94]), points, centres)

    return draw


class Live(keras.callbacks.Callback):
    """Watch `fit` at work: a progress bar, both losses, and fakes from the same noise each time.

    Updated in place while training runs; the last picture stays in the notebook. Pressing stop
    ends training after the present step and keeps what was learned. Outside a notebook it
    draws nothing.

    Example:
        live = plots.Live()
        gan.fit(images, epochs=60, verbose=0, callbacks=[live])
        plots.image_rows(live.snapshots)

    Args:
        count: images in the grid, or points; for a conditional GAN, the conditions to draw,
            `(n, condition_size)`.
        seconds: the least time between two pictures.
        kept: images in each snapshot; for a conditional GAN, conditions.
        draw: `draw(figure, fakes)` draws them in the left two fifths of a figure;
            `points_over(centres)` for points.

    Attributes:
        history: `{loss: values by epoch}`, there even when training was stopped.
        snapshots: `{"epoch 1": images, ...}`, before training and after epochs 1, 2, 4, 8, ...
            and the last.
    """

    def __init__(self, count=16, seconds=2.0, *, kept=8, draw=draw_grid):
        super().__init__()
        self.count, self.seconds, self.kept, self.draw = count, seconds, kept, draw
        self.history, self.snapshots = {}, {}

    def on_train_begin(self, logs=None):
        self.history, self.snapshots = {}, {}
        self.began = self.drawn = time.monotonic()
        self.epoch, self.step, self.stopped = 0, 0, False
        self.panes = _Panes()
        self._listen_for_stop()
        self._keep_snapshot()
        self._draw()

    def on_train_batch_end(self, batch, logs=None):
        self.step = batch + 1
        if time.monotonic() - self.drawn > self.seconds:
            self._draw()

    def on_epoch_end(self, epoch, logs=None):
        for name, value in (logs or {}).items():
            self.history.setdefault(name, []).append(float(value))
        self.epoch, self.step = epoch + 1, 0
        if self.epoch & (self.epoch - 1) == 0:  # a power of two: early training changes fastest
            self._keep_snapshot()

    def on_train_end(self, logs=None):
        self._keep_snapshot()
        self._draw()
        self._ignore_stop()

    def _keep_snapshot(self):
        self.snapshots[f"epoch {self.epoch}"] = self.model.generate(self.kept, seed=0)

    def _draw(self):
        if self.panes.visible:
            self.panes.show(_progress_bar(*self._progress()), self._picture())
        self.drawn = time.monotonic()

    def _picture(self):
        """The fakes and the curves beside them, drawn without pyplot: four times as fast."""
        figure = Figure(figsize=(6.4, 2.6), dpi=DPI)
        self.draw(figure, self.model.generate(self.count, seed=0))
        _draw_curves(figure.add_axes([0.5, 0.19, 0.48, 0.78]), self.history)
        file = io.BytesIO()
        figure.savefig(file, format="png")
        return {"image/png": file.getvalue(), "text/plain": "fakes so far, and losses by epoch"}

    def _progress(self):
        """Share of training done, and the same in words."""
        epochs, steps = self.params["epochs"], self.params.get("steps") or 1
        share = min(1.0, (self.epoch + self.step / steps) / epochs)
        words = f"epoch {self.epoch} of {epochs}, {time.monotonic() - self.began:.0f} s"
        return share, words + (", stopped: what was learned is kept" if self.stopped else "")

    def _listen_for_stop(self):
        self.interrupt = None
        if threading.current_thread() is threading.main_thread():
            self.interrupt = signal.signal(signal.SIGINT, self._stop)

    def _stop(self, *_):
        self.model.stop_training = self.stopped = True
        self._ignore_stop()  # pressed again, stop means stop at once

    def _ignore_stop(self):
        if self.interrupt is not None:
            signal.signal(signal.SIGINT, self.interrupt)
            self.interrupt = None


class _Panes:
    """Two outputs of a notebook cell that are replaced in place: a progress bar and a picture."""

    def __init__(self):
        self.visible = get_ipython() is not None
        self.handles = None

    def show(self, *contents):
        if self.handles is None:
            self.handles = [display.display(c, raw=True, display_id=True) for c in contents]
        else:
            for handle, content in zip(self.handles, contents, strict=True):
                handle.update(content, raw=True)


def _progress_bar(share, words):
    bar = f'<progress value="{share:.3f}" max="1" style="width: 20em"></progress> {words}'
    return {"text/html": bar, "text/plain": f"{share:.0%}, {words}"}


def _show(mosaic, labels=(), title=""):
    """Show one mosaic, its rows labelled, in a figure just large enough."""
    left = 12 + 8 * max(map(len, labels), default=0)  # dots, a letter takes about 7
    top = 24 if title else 4
    height, width = ZOOM * np.array(mosaic.shape) + (top + 4, left + 4)
    axes = _draw(
        plt.figure(figsize=(width / DPI, height / DPI), dpi=DPI), mosaic, left=left, top=top
    )
    axes.set_title(title, fontsize=10)
    if labels:
        row = len(mosaic) / len(labels)
        axes.set_yticks([row * (i + 0.5) for i in range(len(labels))], labels)
    plt.show()


def _draw(figure, mosaic, *, left, top):
    """Draw a mosaic so many dots from the left and the top, each pixel exactly ZOOM dots wide.

    Whole dots keep pixels sharp and the file small.
    """
    across, down = figure.get_size_inches() * figure.dpi
    height, width = ZOOM * np.array(mosaic.shape)
    place = [left / across, 1 - (top + height) / down, width / across, height / down]
    axes = figure.add_axes(place)
    axes.imshow(mosaic, cmap="gray", vmin=0, vmax=255, interpolation="nearest", aspect="auto")
    axes.set(xticks=[], yticks=[])
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return axes


def _draw_points(axes, points, centres):
    """Points over rings of three standard deviations of a toy around each centre."""
    for centre in centres:
        axes.add_patch(Circle(centre, 0.15, fill=False, color=REAL, linewidth=0.8))
    axes.plot(*np.transpose(points), ".", color=FAKE, markersize=2, markeredgewidth=0)
    axes.set(xlim=(-1.5, 1.5), ylim=(-1.5, 1.5), aspect="equal", xticks=[], yticks=[])


def _draw_curves(axes, history):
    for name, values in history.items():
        colour = LOSS_COLOURS.get(name)
        axes.plot(range(1, len(values) + 1), values, color=colour, label=name.replace("_", " "))
    axes.set(xlabel="epoch", ylabel="loss")
    if history:
        axes.legend(frameon=False)


def _mosaic(images, columns):
    """Images side by side, `(rows * 28, columns * 28)` uint8; empty places are paper."""
    n, height, width, _ = images.shape
    rows = -(-n // columns)
    full = np.full((rows * columns, height, width), -1, "float32")
    full[:n] = images[..., 0]
    by_line = full.reshape(rows, columns, height, width).swapaxes(1, 2)
    return _ink(by_line.reshape(rows * height, columns * width))


def _ink(pixels):
    """[-1, 1] -> 0..255 with ink black."""
    return np.round((1 - np.clip(pixels, -1, 1)) * 127.5).astype("uint8")


def _require_images(images):
    images = np.asarray(images)
    if images.ndim != 4 or images.shape[-1] != 1 or len(images) == 0:
        raise ValueError(f"expected images (n, height, width, 1), n at least 1; got {images.shape}")
    return images
