"""Toy points lie around the centres that come with them, as many around each."""

import numpy as np
import pytest

from persogan_lessons.data import toys

EACH = pytest.mark.parametrize("toy, kinds", [(toys.ring, 8), (toys.grid, 25)])


@EACH
def test_points_come_with_their_centres(toy, kinds):
    points, centres = toy(2000, seed=0)
    assert points.shape == (2000, 2) and points.dtype == np.float32
    assert centres.shape == (kinds, 2) and centres.dtype == np.float32
    assert len(np.unique(centres, axis=0)) == kinds and np.abs(centres).max() == 1


@EACH
def test_every_centre_has_its_share_around_it(toy, kinds):
    for seed in range(5):
        points, centres = toy(4000, seed)
        apart = np.linalg.norm(points[:, None] - centres, axis=-1)
        assert np.mean(apart.min(1) < 3 * toys.SPREAD) > 0.98, "0.989 of a normal distribution"
        shares = np.bincount(apart.argmin(1), minlength=kinds) / len(points)
        np.testing.assert_allclose(shares, 1 / kinds, rtol=0.4)


@EACH
def test_the_seed_decides(toy, kinds):
    np.testing.assert_array_equal(toy(50, seed=1)[0], toy(50, seed=1)[0])
    assert not np.array_equal(toy(50, seed=1)[0], toy(50, seed=2)[0])
