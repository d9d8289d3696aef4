"""Toy data with a known truth: points in the plane around centres, as many around each.

Where the centres are known, one can count which of them a generator has found.
"""

import numpy as np

SPREAD = 0.05  # standard deviation of the points around their centre, in each direction


def ring(count, seed):
    """Points around eight centres on a circle of radius 1.

    Args:
        count: how many points.
        seed: a whole number; the same seed gives the same points.

    Returns:
        points: `(count, 2)` float32.
        centres: `(8, 2)` float32.
    """
    angles = 2 * np.pi * np.arange(8) / 8
    return _around(np.stack([np.cos(angles), np.sin(angles)], axis=1), count, seed)


def grid(count, seed):
    """Points around 25 centres, five by five, from -1 to 1.

    Args:
        count: how many points.
        seed: a whole number; the same seed gives the same points.

    Returns:
        points: `(count, 2)` float32.
        centres: `(25, 2)` float32.
    """
    places = np.linspace(-1, 1, 5)
    return _around(np.stack(np.meshgrid(places, places), axis=-1).reshape(-1, 2), count, seed)


def _around(centres, count, seed):
    """Normally distributed points, each around a centre drawn at random, and the centres."""
    random = np.random.default_rng(seed)
    chosen = centres[random.integers(len(centres), size=count)]
    points = chosen + SPREAD * random.normal(size=(count, 2))
    return points.astype("float32"), centres.astype("float32")
