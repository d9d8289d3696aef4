"""Each distance against a closed form, or against its definition written out pair by pair."""

import numpy as np
import pytest
from scipy.linalg import sqrtm

from persogan_lessons.measures import distances

SEEDS = range(5)


def normal(seed, shape, *, mean=0, deviation=1):
    return np.random.default_rng(seed).normal(mean, deviation, shape)


# Frechet distance


@pytest.mark.parametrize("seed", SEEDS)
def test_frechet_distance_of_known_normal_distributions(seed):
    """Independent features: the sum of (mean - mean')^2 + (deviation - deviation')^2."""
    fake = normal(seed, (20_000, 3), mean=[0, 1, 2], deviation=[1, 2, 0.5])
    real = normal(seed + 100, (20_000, 3), mean=[1, 1, 0], deviation=[1, 1, 1])
    assert distances.frechet_distance(fake, real).value == pytest.approx(5 + 1.25, rel=0.05)


@pytest.mark.parametrize("seed", SEEDS)
def test_frechet_distance_is_the_published_formula(seed):
    fake, real = normal(seed, (60, 5)), normal(seed + 100, (80, 5)) @ normal(seed + 200, (5, 5))
    fake_covariance, real_covariance = np.cov(fake.T), np.cov(real.T)
    root = sqrtm(fake_covariance @ real_covariance).real
    expected = ((fake.mean(0) - real.mean(0)) ** 2).sum()
    expected += np.trace(fake_covariance + real_covariance - 2 * root)
    assert distances.frechet_distance(fake, real).value == pytest.approx(expected, rel=1e-8)
    assert distances.frechet_distance(real, fake).value == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_of_a_set_from_itself_is_zero():
    points = normal(0, (100, 8))
    points[:, :4] = 7  # features that never vary: a singular covariance
    assert 0 <= distances.frechet_distance(points, points).value < 1e-6
    for seed in range(50):  # rounding errs below zero as often as above
        points = normal(seed, (20, 3))
        assert distances.frechet_distance(points, points[::-1]).value >= 0


def test_frechet_distance_of_one_repeated_point():
    """No covariance at all: only the means and the real variance remain."""
    fake, real = np.full((50, 6), 2.0), normal(1, (400, 6))
    expected = ((real.mean(0) - 2) ** 2).sum() + real.var(0, ddof=1).sum()
    assert distances.frechet_distance(fake, real).value == pytest.approx(expected, rel=1e-8)


def test_frechet_distance_of_dependent_features():
    """Twice the same feature is one feature with twice the weight."""
    fake, real = normal(2, (300, 1)), normal(3, (300, 1), mean=3)
    twice = distances.frechet_distance(np.hstack([fake, fake]), np.hstack([real, real]))
    once = distances.frechet_distance(fake, real)
    assert twice.value == pytest.approx(2 * once.value, rel=1e-6)


@pytest.mark.parametrize("count", [500, 2000])
def test_frechet_distance_is_too_high_by_what_its_docstring_says(count):
    size, against = 32, 2000
    values = [
        distances.frechet_distance(normal(s, (count, size)), normal(s + 100, (against, size))).value
        for s in SEEDS
    ]
    stated = (size**2 + 5 * size) / 4 * (1 / count + 1 / against)
    assert np.mean(values) == pytest.approx(stated, rel=0.1)


# Kernel distance


def test_kernel_distance_is_its_definition_pair_by_pair():
    """One part of two holds 6 and 4 points; the shuffling of both is repeated here."""
    fake, real = normal(0, (12, 3)), normal(1, (8, 3), mean=1)

    def kernel(x, y):
        return (sum(x * y) / 3 + 1) ** 3

    def among(points):
        others = [np.delete(points, i, 0) for i in range(len(points))]
        return np.mean([kernel(x, y) for x, rest in zip(points, others, strict=True) for y in rest])

    def discrepancy(a, b):
        return among(a) + among(b) - 2 * np.mean([kernel(x, y) for x in a for y in b])

    shuffle = np.random.default_rng(7).permutation
    fake_order, real_order = shuffle(fake), shuffle(real)
    parts = [
        discrepancy(fake_order[:6], real_order[:4]),
        discrepancy(fake_order[6:], real_order[4:]),
    ]
    found = distances.kernel_distance(fake, real, blocks=2, seed=7)
    assert found.value == pytest.approx(np.mean(parts), rel=1e-10)
    margin = 12.7062 * abs(parts[0] - parts[1]) / 2  # Student's 97.5 % point of 1 degree of freedom
    assert found.high - found.value == pytest.approx(margin, rel=1e-5)
    assert found.value - found.low == pytest.approx(margin, rel=1e-5)


@pytest.mark.parametrize("mean", [0, 1])
def test_the_interval_of_the_kernel_distance_holds_the_truth(mean):
    """About 95 of 100 times; the truth for N(0, 1) and N(mean, 1) follows from their moments."""
    second, third = 1 + mean**2, mean**3 + 3 * mean
    truth = 4 + (third**2 + 3 * second**2 + 3 * mean**2 + 1) - 2 * (3 * second + 1)
    found = [
        distances.kernel_distance(normal(s, (500, 1)), normal(s + 1000, (1500, 1), mean=mean))
        for s in range(100)
    ]
    assert 88 <= sum(each.low <= truth <= each.high for each in found) <= 99
    error = np.std([each.value for each in found]) / 10
    assert np.mean([each.value for each in found]) == pytest.approx(truth, abs=3 * error)


def test_kernel_distance_repeats_with_its_seed():
    fake, real = normal(0, (100, 4)), normal(1, (200, 4))
    assert distances.kernel_distance(fake, real) == distances.kernel_distance(fake, real, seed=0)
    assert distances.kernel_distance(fake, real) != distances.kernel_distance(fake, real, seed=1)


def test_one_block_gives_no_interval():
    with pytest.raises(ValueError, match="at least 2 blocks; got 1"):
        distances.kernel_distance(normal(0, (9, 2)), normal(1, (9, 2)), blocks=1)


# Overlap


def published_overlap(fake, real, k):
    """The four definitions of Kynkäänniemi et al. and Naeem et al., point by point."""

    def ball(points, i):
        return sorted(np.linalg.norm(points[i] - other) for other in np.delete(points, i, 0))[k - 1]

    real_balls = [ball(real, i) for i in range(len(real))]
    fake_balls = [ball(fake, j) for j in range(len(fake))]
    apart = [[np.linalg.norm(x - y) for y in fake] for x in real]
    reals, fakes = range(len(real)), range(len(fake))
    precise = [any(apart[i][j] < real_balls[i] for i in reals) for j in fakes]
    recalled = [any(apart[i][j] < fake_balls[j] for j in fakes) for i in reals]
    dense = [sum(apart[i][j] < real_balls[i] for i in reals) / k for j in fakes]
    covered = [any(apart[i][j] < real_balls[i] for j in fakes) for i in reals]
    return [np.mean(each) for each in (precise, recalled, dense, covered)]


@pytest.mark.parametrize("seed", SEEDS)
def test_overlap_is_as_published(seed):
    fake, real = normal(seed, (30, 3), mean=0.5), normal(seed + 100, (50, 3))
    for k in (1, 3, 5):
        expected = published_overlap(fake, real, k)
        np.testing.assert_allclose(distances.overlap(fake, real, k=k)[:4], expected, rtol=1e-12)


@pytest.mark.parametrize("seed", SEEDS)
def test_overlap_of_perfect_fakes(seed):
    """Density 1 and coverage 1 - (2000 / 2500)^5, as the docstring says."""
    found = distances.overlap(normal(seed, (500, 4)), normal(seed + 100, (2000, 4)))
    assert found.density == pytest.approx(1, abs=0.1)
    assert found.coverage == pytest.approx(1 - 0.8**5, abs=0.05)
    assert found.precision > 0.9 and found.recall > 0.9


def test_a_set_overlaps_itself_wholly():
    points = normal(0, (200, 5))
    found = distances.overlap(points, points)
    assert found.precision == found.recall == found.coverage == 1
    assert 1 <= found.density <= 1.2  # its k-th neighbour lies on a ball's edge


@pytest.mark.parametrize("seed", SEEDS)
def test_overlap_tells_what_is_lost(seed):
    """One of two kinds drawn: all fakes are precise, half of the real is neither drawn."""
    one, other = normal(seed, (300, 4)), normal(seed + 100, (300, 4), mean=20)
    found = distances.overlap(normal(seed + 200, (300, 4)), np.concatenate([one, other]))
    assert found.precision > 0.85
    assert 0.4 < found.recall <= 0.5 and 0.4 < found.coverage <= 0.5
    far = distances.overlap(normal(seed, (300, 4), mean=-50), one)
    assert far[:4] == (0, 0, 0, 0)


# What every measure says and refuses

MEASURES = [distances.frechet_distance, distances.kernel_distance, distances.overlap]


@pytest.mark.parametrize("measure", MEASURES)
def test_every_result_names_its_sample_sizes(measure):
    found = measure(normal(0, (50, 4)), normal(1, (70, 4)))
    assert (found.images, found.against) == (50, 70)
    assert "50 images against 70" in str(found)


def test_results_read_well():
    assert str(distances.FrechetDistance(3.2046, 1000, 4000)) == (
        "Frechet distance 3.2 (1000 images against 4000)"
    )
    assert str(distances.KernelDistance(0.0123, 0.01, 0.0146, 100, 400)) == (
        "Kernel distance 0.0123, 95 % interval 0.01 to 0.0146 (100 images against 400)"
    )
    assert str(distances.Overlap(0.9, 0.5, 1.04, 0.4, 100, 400, 5)) == (
        "Precision 0.90, recall 0.50, density 1.04, coverage 0.40 (100 images against 400, k = 5)"
    )


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_broken_features_are_counted(measure, value):
    fake, real = normal(0, (50, 4)), normal(1, (70, 4))
    fake[[3, 9], 2] = value
    with pytest.raises(ValueError, match=r"2 of 50 in the first set and 0 of 70 .* diverge"):
        measure(fake, real)


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("shape", [(70,), (70, 5), (70, 4, 1, 2), ()])
def test_features_of_two_sizes_are_refused(measure, shape):
    with pytest.raises(ValueError, match=r"features of one size, \(n, size\); got \(50, 4\)"):
        measure(normal(0, (50, 4)), np.zeros(shape))


@pytest.mark.parametrize("measure, needed", list(zip(MEASURES, [5, 20, 6], strict=True)))
def test_too_few_are_refused(measure, needed):
    few, enough = normal(0, (needed - 1, 4)), normal(1, (needed, 4))
    message = f"at least {needed} images in each set; got {needed} and {needed - 1}"
    with pytest.raises(ValueError, match=message):
        measure(enough, few)
    measure(enough, enough)


# Modes, where the truth is known


def test_modes_are_found_where_points_are_near_their_centre():
    centres = np.array([[0, 0], [1, 0], [0, 1], [1, 1]], "float32")
    points = np.repeat(centres, [70, 20, 3, 0], axis=0)
    points = np.concatenate([points, np.full((7, 2), 0.5)]) + [0.1, 0]
    found = distances.modes_found(points, centres)
    assert (found.found, found.of, found.points) == (3, 4, 100), "3 where 25 were expected is found"
    assert found.near == pytest.approx(0.93)
    assert distances.modes_found(points, centres, reach=0.05).found == 0
    assert str(found) == "3 of 4 modes, 93% near one (100 points)"
