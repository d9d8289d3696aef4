"""Pictures that a learner brings: a folder or a zip becomes images like the course's digits.

Files are only read, and a zip is never unpacked to disk. What cannot be used is left out and
reported, file by file, with the reason.
"""

import io
import os
import re
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA

SIZE = 28
FEWEST, MOST = 20, 5000  # pictures
FEWEST_OF_EACH = 4  # of a user: three to train on, one to hold out
MOST_PIXELS = 50_000_000  # of one picture; decoded it takes up to four times as many bytes
LARGEST_FILE = 100_000_000  # bytes
LARGEST_ZIP = 4_000_000_000  # bytes, unpacked
FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP", "TIFF", "PPM")  # none of them runs a program

LOOSE = "no folder"  # whose the pictures are that lie beside the folders
EVERYBODY = "everybody"  # whose they are where there are no folders
NAMED = 3  # files named for each reason in a report
HIDDEN = "hidden, a file of the operating system"


class Pictures(NamedTuple):
    """Pictures, whose they are, and what was left out. Print it for the report.

    Attributes:
        images: `(n, 28, 28, 1)` float32 in [-1, 1]: black 1, white -1, as ink and paper.
        labels: `(n,)` int64, whose each is: its place in `names`.
        names: the users, or whatever the folders stand for, sorted.
        files: where each picture came from, n paths below the folder or within the zip.
        left_out: `{file: why}`.
    """

    images: np.ndarray
    labels: np.ndarray
    names: tuple
    files: tuple
    left_out: dict

    def __str__(self):
        counts = np.bincount(self.labels, minlength=len(self.names))
        each = ", ".join(f"{name} {count}" for name, count in zip(self.names, counts, strict=True))
        return f"{len(self.images)} pictures: {each}.\n{report(self.left_out)}"


class _File(NamedTuple):
    """What may hold a picture: its path with "/", its size in bytes, and how to open it.

    The size is None for a pipe, which would wait for ever, and for a link to nowhere.
    """

    name: str
    size: int | None
    open: Callable


# ---- reading -------------------------------------------------------------------------------------


def load(source):
    """The pictures in a folder or a zip, each cropped to a square, grey, 28 x 28.

    A subfolder is a user (or a label); deeper folders belong to it. A folder that holds all the
    others, as zips often have, does not count. Sizes may differ: the middle square is taken. What
    is transparent becomes white, a photo is turned upright, of an animation the first picture
    counts. Of more than 5000 files, 5000 are taken, evenly spread over the sorted names.

    Args:
        source: the path of a folder or a zip, or an open binary file that is a zip.

    Returns:
        `Pictures`.

    Raises:
        FileNotFoundError: if nothing is at the path.
        ValueError: if it is neither a folder nor a zip, if the zip is damaged or unpacks to more
            than 4 GB, or if fewer than 20 pictures can be used; it says why not.
    """
    images, names, left_out = [], [], {}
    for file in _chosen(_files(source), left_out):
        try:
            images.append(_read(file))
            names.append(file.name)
        except _Unusable as reason:
            left_out[file.name] = str(reason)
    if len(images) < FEWEST:
        raise ValueError(
            f"at least {FEWEST} pictures are needed, of the kinds {', '.join(FORMATS)}; "
            f"{len(images)} could be used.\n{report(left_out)}"
        )
    owners = _owners(names)
    people, labels = np.unique(owners, return_inverse=True)
    people = tuple(map(str, people))
    return Pictures(np.stack(images), labels.astype("int64"), people, tuple(names), left_out)


def report(left_out):
    """What was left out, in words: a line for each reason.

    Args:
        left_out: `{file: why}`.
    """
    if not left_out:
        return "Nothing was left out."
    lines = [f"Files left out: {len(left_out)}"]
    for reason, count in Counter(left_out.values()).most_common():
        files = [file for file, why in left_out.items() if why == reason][:NAMED]
        more = f" and {count - NAMED} more" if count > NAMED else ""
        lines.append(f"- {reason}: {', '.join(map(repr, files))}{more}")
    return "\n".join(lines)


def sort_by_look(pictures, kinds=4):
    """The same pictures, sorted into kinds that look alike: for a folder without subfolders.

    Nobody says what a kind means; look at it. Kinds are clusters of the pixels' first components.

    Args:
        pictures: `Pictures`.
        kinds: how many, at least 2.

    Returns:
        `Pictures` with the names "kind 1", "kind 2", ...
    """
    if not 2 <= kinds <= len(pictures.images) // 2:
        most = len(pictures.images) // 2
        raise ValueError(f"kinds must be a whole number from 2 to {most}; got {kinds!r}")
    flat = pictures.images.reshape(len(pictures.images), -1)
    seen = PCA(min(16, len(flat)), random_state=0).fit_transform(flat)
    labels = KMeans(kinds, n_init=10, random_state=0).fit_predict(seen).astype("int64")
    return pictures._replace(labels=labels, names=tuple(f"kind {i + 1}" for i in range(kinds)))


def split(pictures, held_out=0.25, *, seed=0):
    """Which pictures to train on and which to hold out, so many of each user's.

    A picture that stands in the set twice, pixel for pixel, is on one side only, or the held-out
    ones would not be unseen.

    Args:
        pictures: `Pictures`.
        held_out: the share held out of each user's different pictures.
        seed: of the choice.

    Returns:
        train, test: places, two arrays of ints. Both have pictures of every user.

    Raises:
        ValueError: for a user with fewer than four different pictures.
    """
    random, test = np.random.default_rng(seed), []
    flat = pictures.images.reshape(len(pictures.images), -1)
    _, twins = np.unique(flat, axis=0, return_inverse=True)
    twins = twins.ravel()
    for user, name in enumerate(pictures.names):
        different = np.unique(twins[pictures.labels == user])
        if len(different) < FEWEST_OF_EACH:
            raise ValueError(
                f"different pictures of {name!r}: {len(different)}; {FEWEST_OF_EACH} are needed, "
                "one of them to hold out. Add some, or move these to another folder."
            )
        count = max(1, round(held_out * len(different)))
        test.extend(random.choice(different, count, replace=False))
    unseen = np.isin(twins, test)
    return np.flatnonzero(~unseen), np.flatnonzero(unseen)


def shares(people, names):
    """People who like several folders, as conditions: how much of each.

    Args:
        people: `{person: {folder: weight}}`, weights 0 or more, such as
            `{"Zoe": {"Ada": 1, "Ben": 2}}`.
        names: the folders, as `Pictures.names`.

    Returns:
        `(people, folders)` float32; each row adds up to 1.

    Raises:
        ValueError: for a folder that is not there, or a person who likes none.
    """
    table = np.zeros((len(people), len(names)), "float32")
    for row, (person, weights) in zip(table, people.items(), strict=True):
        for folder, weight in _require_weights(person, weights, names).items():
            row[names.index(folder)] = weight
    return table / table.sum(1, keepdims=True)


def _require_weights(person, weights, names):
    try:
        values = np.array([float(each) for each in dict(weights).values()])
        fine = np.isfinite(values).all() and values.sum() > 0 and values.min() >= 0
    except (TypeError, ValueError):
        fine = False
    if not fine:
        raise ValueError(
            f"{person!r} must be given weights of folders, 0 or more and one of them more than 0, "
            f'such as {{"{names[0]}": 1}}; got {weights!r}'
        )
    if unknown := sorted(set(weights) - set(names)):
        raise ValueError(
            f"{person!r} likes {', '.join(map(repr, unknown))}, but the folders are "
            f"{', '.join(names)}"
        )
    return weights


# ---- keeping -------------------------------------------------------------------------------------


def keep(image, folder, *, label):
    """Add one image to a folder that `load` can read, as a PNG, whole or not at all.

    Args:
        image: `(28, 28, 1)` in [-1, 1].
        folder: where the set is, or will be.
        label: whose image it is, or what it shows: the name of the subfolder.

    Returns:
        The path of the new file. None is ever overwritten.

    Raises:
        ValueError: for an image of another shape or range, or a label that no folder can have.
    """
    content, place = _png(_require_image(image)), Path(folder, _require_label(label))
    place.mkdir(parents=True, exist_ok=True)
    number = 1
    while (path := place / f"{number:04d}.png").exists():
        number += 1
    part = place / f".{path.name}.part"  # hidden: `load` never takes half a file for a picture
    part.write_bytes(content)
    os.replace(part, path)
    return path


def _png(image):
    content = io.BytesIO()
    grey = np.round((1 - image[..., 0]) * 127.5).clip(0, 255).astype("uint8")
    Image.fromarray(grey).save(content, "PNG")
    return content.getvalue()


def _require_image(image):
    image = np.asarray(image)
    if image.shape != (SIZE, SIZE, 1) or not -1.001 <= image.min() <= image.max() <= 1.001:
        raise ValueError(
            f"an image must have shape ({SIZE}, {SIZE}, 1) and pixels in [-1, 1]; got shape "
            f"{image.shape}"
        )
    return image


def _require_label(label):
    label = str(label).strip()
    if not label or re.search(r'[/\\:*?"<>|\x00-\x1f]', label) or label.startswith("."):
        raise ValueError(
            "a label names a folder: letters of any language, digits, spaces; not starting with a "
            f'dot, and without / \\ : * ? " < > |. Got {label!r}'
        )
    return label


# ---- one file ------------------------------------------------------------------------------------


class _Unusable(Exception):
    """Why a file is left out, in words."""


def _read(file):
    """A file's picture, `(28, 28, 1)` float32 in [-1, 1]."""
    if file.size > LARGEST_FILE:
        raise _Unusable(f"larger than {LARGEST_FILE // 10**6} MB")
    try:
        with file.open() as opened:
            content = io.BytesIO(opened.read(LARGEST_FILE))
        with warnings.catch_warnings(), Image.open(content, formats=FORMATS) as image:
            warnings.simplefilter("ignore")  # what Pillow finds odd in a file it can read
            return _square(_small_enough(image))
    except _Unusable:
        raise
    except UnidentifiedImageError:
        raise _Unusable(f"not a picture ({', '.join(FORMATS)})") from None
    except Image.DecompressionBombError:  # before anything is decoded
        raise _Unusable(_too_large()) from None
    except Exception as error:  # whatever a decoder stumbles over in a damaged or locked file
        raise _Unusable(f"damaged or not readable ({type(error).__name__})") from error


def _small_enough(image):
    """The picture, not decoded yet; its header tells how large it will be."""
    if image.width * image.height > MOST_PIXELS:
        raise _Unusable(_too_large())
    image.draft("L", (4 * SIZE, 4 * SIZE))  # a JPEG is decoded no larger than it needs to be
    return image


def _too_large():
    return f"more than {MOST_PIXELS // 10**6} megapixels"


def _square(image):
    """The middle square of a picture, grey, on white paper."""
    ImageOps.exif_transpose(image, in_place=True)
    if image.mode.startswith("I"):  # 16 bits, which Pillow would cut off at 255
        image = image.point(lambda level: level / 256).convert("L")
    if image.mode not in ("L", "RGB"):
        image = image.convert("RGBA")  # whatever is transparent, now it is so here
    image = image.reduce(max(1, min(image.size) // (4 * SIZE)))  # first: it saves memory
    image = ImageOps.fit(image, (SIZE, SIZE), Image.Resampling.LANCZOS)
    if image.mode == "RGBA":
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return 1 - np.asarray(image.convert("L"), "float32")[..., None] / 127.5


# ---- many files ----------------------------------------------------------------------------------


def _files(source):
    """All files of a folder or a zip."""
    if not hasattr(source, "read"):
        source = Path(source).expanduser()
        if not source.exists():
            raise FileNotFoundError(
                f"nothing is at {str(source)!r}; a folder or a zip is expected. From here, paths "
                f"start in {str(Path.cwd())!r}."
            )
        if source.is_dir():
            return _files_of_folder(source)
    if not zipfile.is_zipfile(source):
        raise ValueError(
            f"{getattr(source, 'name', source)!r} is neither a folder nor a zip that can be "
            "read. Put the pictures in a folder, one subfolder for each user, and give its path."
        )
    return _files_of_zip(source)


def _files_of_folder(folder):
    paths = [Path(place, name) for place, _, names in os.walk(folder) for name in names]
    return [
        _File(
            path.relative_to(folder).as_posix(),
            path.stat().st_size if path.is_file() else None,
            lambda path=path: path.open("rb"),
        )
        for path in paths
    ]


def _files_of_zip(source):
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise ValueError(f"the zip is damaged ({error}). Pack it again.") from error
    infos = [info for info in archive.infolist() if not info.is_dir()]
    unpacked = sum(info.file_size for info in infos)
    if unpacked > LARGEST_ZIP:
        raise ValueError(
            f"the zip unpacks to {unpacked / 1e9:.1f} GB, at most {LARGEST_ZIP / 1e9:.0f} are "
            "read. Take fewer pictures, or a folder."
        )
    return [_File(_name(info), info.file_size, lambda i=info: archive.open(i)) for info in infos]


def _name(info):
    """A name within a zip. Many programs write UTF-8 or GBK there and do not say so."""
    if not info.flag_bits & 0x800:
        for encoding in ("utf-8", "gbk"):
            try:
                return info.filename.encode("cp437").decode(encoding)
            except UnicodeError:
                continue
    return info.filename


def _chosen(files, left_out):
    """The files worth opening, at most 5000; tells `left_out` of the others."""
    chosen = []
    for file in sorted(files, key=lambda each: each.name):
        parts = PurePosixPath(file.name.replace("\\", "/")).parts
        if ".." in parts or parts[:1] == ("/",):
            left_out[file.name] = "its path leads out of the zip"
        elif any(part.startswith(".") or part == "__MACOSX" for part in parts):
            left_out[file.name] = HIDDEN
        elif file.size is None:
            left_out[file.name] = "not a file: a pipe, or a link to nowhere"
        else:
            chosen.append(file)
    taken = _spread(len(chosen))
    reason = f"beyond the {MOST} taken, evenly spread over the {len(chosen)} files by name"
    left_out.update({chosen[i].name: reason for i in sorted(set(range(len(chosen))) - taken)})
    return [chosen[i] for i in sorted(taken)]


def _spread(count):
    """Places of at most 5000 of so many, evenly spread."""
    return set(np.linspace(0, count - 1, min(count, MOST)).round().astype(int).tolist())


def _owners(names):
    """Whose each file is: the first folder that does not hold all of them."""
    folders = [PurePosixPath(name).parts[:-1] for name in names]
    shared = len(os.path.commonprefix(folders))
    if all(len(parts) == shared for parts in folders):
        return [EVERYBODY] * len(names)
    return [parts[shared] if len(parts) > shared else LOOSE for parts in folders]
