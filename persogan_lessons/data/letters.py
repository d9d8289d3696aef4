"""An example of pictures that somebody brings: the albums of six people who collect letters.

Each letter is drawn with a typeface that comes with matplotlib (DejaVu, STIX, Computer Modern), a
little turned, moved and scaled. A person's taste is which letters, how often, and in which face.
Nobody real is behind them.
"""

import functools
import io
import zipfile
from pathlib import Path
from typing import NamedTuple

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIZE, FINER = 28, 4  # pixels of a picture; drawn so many times finer, then made small
HEIGHT = 25  # pixels of the face's em, which is taller than a letter
TURN, MOVE, SCALE = 5.0, 0.8, 0.06  # spreads: degrees, pixels, a share of the size


class Collector(NamedTuple):
    """What one person collects: letters, how often each, and in which face.

    Attributes:
        letters: such as "AKR".
        shares: one for each letter, adding up to 1.
        face: a file among matplotlib's fonts, without its ending.
    """

    letters: str
    shares: tuple
    face: str


COLLECTORS = {
    "Ada": Collector("AKR", (0.5, 0.3, 0.2), "DejaVuSerif-Bold"),
    "Ben": Collector("AKR", (0.2, 0.3, 0.5), "STIXGeneralItalic"),
    "Chen": Collector("SOC", (0.4, 0.4, 0.2), "DejaVuSans-Bold"),
    "Dora": Collector("SOC", (0.4, 0.2, 0.4), "cmr10"),
    "Eve Lyn": Collector("MWX", (0.4, 0.3, 0.3), "DejaVuSansMono-Oblique"),
    "Finn": Collector("ghy", (0.4, 0.3, 0.3), "DejaVuSerif-Bold"),
}


def draw(letter, face, *, turn=0.0, move=(0.0, 0.0), scale=1.0):
    """One letter in the middle of white paper.

    Args:
        letter: one character that the face has.
        face: a file among matplotlib's fonts, without its ending.
        turn: degrees, positive to the left.
        move: pixels to the right and downwards.
        scale: 1 is the usual size.

    Returns:
        A Pillow image, grey, 28 x 28, black on white.
    """
    side = SIZE * FINER
    paper = Image.new("L", (side, side), 255)
    font = _font(face, round(HEIGHT * FINER * scale))
    middle = tuple(side / 2 + FINER * each for each in move)
    left, top, right, bottom = font.getbbox(letter)
    corner = middle[0] - (left + right) / 2, middle[1] - (top + bottom) / 2
    ImageDraw.Draw(paper).text(corner, letter, fill=0, font=font)
    turned = paper.rotate(turn, Image.Resampling.BICUBIC, fillcolor=255)
    return turned.resize((SIZE, SIZE), Image.Resampling.BOX)


def album(collector, count, *, seed=0):
    """So many pictures of one collector's: a list of pairs (letter, Pillow image)."""
    random = np.random.default_rng(seed)
    letters = random.choice(list(collector.letters), count, p=collector.shares)
    return [
        (
            str(letter),
            draw(
                str(letter),
                collector.face,
                turn=random.normal(0, TURN),
                move=random.normal(0, MOVE, 2),
                scale=1 + random.normal(0, SCALE),
            ),
        )
        for letter in letters
    ]


def zipped(count=160, seed=0):
    """The albums of all collectors as a zip, with what a zip from life has, too.

    A folder for each person, and beside them a note, a photo that a full disk cut short, and a
    hidden file: `pictures.load` has something to report.

    Args:
        count: pictures of each person.
        seed: of the pictures.

    Returns:
        An open binary file in memory.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number, (name, collector) in enumerate(COLLECTORS.items()):
            for i, (letter, image) in enumerate(album(collector, count, seed=[seed, number])):
                archive.writestr(f"albums/{name}/{letter} {i:03d}.png", _png(image))
        archive.writestr("albums/read me.txt", "Letters for six people.")
        archive.writestr("albums/Ada/cut short.png", _png(image)[:100])
        archive.writestr("albums/.DS_Store", b"\x00")
    content.seek(0)
    return content


def _png(image):
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


@functools.cache
def _font(face, size):
    path = Path(matplotlib.get_data_path(), "fonts", "ttf", f"{face}.ttf")
    if not path.exists():
        known = sorted(each.stem for each in path.parent.glob("*.ttf"))
        raise ValueError(f"face must be one of {', '.join(known)}; got {face!r}")
    return ImageFont.truetype(path, size)
