"""Realism of images that are known to be good, copied, blurred, all alike, or noise."""

import keras
import numpy as np
import pytest

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits
from persogan_lessons.measures import distances, realism

SEEDS = range(5)
RANDOM = np.random.default_rng(0)
AMONG = RANDOM.uniform(-1, 1, (40, 28, 28, 1)).astype("float32")
IMAGES = RANDOM.uniform(-1, 1, (7, 28, 28, 1)).astype("float32")

TRAIN, TRAIN_DIGITS = (each[:1500] for each in digits.load("train"))
HELD_OUT, HELD_OUT_DIGITS = (each[:300] for each in digits.load("test"))


def noise(seed):
    return np.random.default_rng(seed).uniform(-1, 1, HELD_OUT.shape).astype("float32")


def copies(seed):
    """Training images with a little noise."""
    rows = np.random.default_rng(seed).choice(len(TRAIN), len(HELD_OUT), replace=False)
    return (TRAIN[rows] + 0.05 * noise(seed)).clip(-1, 1)


def one_digit(seed):
    return np.repeat(HELD_OUT[seed : seed + 1], len(HELD_OUT), axis=0)


def averages(seed):
    """Each the mean of eight training images of one digit."""
    choose = np.random.default_rng(seed).choice
    rows = [choose(np.flatnonzero(digit == TRAIN_DIGITS), 8) for digit in HELD_OUT_DIGITS]
    return TRAIN[np.array(rows)].mean(1)


@pytest.fixture(scope="module")
def classifier():
    return checkpoints.load("classifier")


@pytest.fixture(scope="module")
def real(classifier):
    """The features of the training images."""
    return realism.features(classifier, TRAIN)


@pytest.fixture(scope="module")
def unseen(classifier):
    """The features of the held-out images."""
    return realism.features(classifier, HELD_OUT)


# Features and the measures in them


def test_features_are_what_the_last_layer_reads(classifier):
    found = realism.features(classifier, HELD_OUT)
    assert found.shape == (len(HELD_OUT), 64)
    kernel, bias = classifier.layers[-1].get_weights()
    logits = classifier(HELD_OUT, training=False)
    np.testing.assert_allclose(found @ kernel + bias, logits, rtol=1e-3, atol=1e-3)


def test_logits_are_what_the_classifier_makes_of_the_images(classifier):
    found = realism.logits(classifier, realism.features(classifier, HELD_OUT))
    expected = np.asarray(classifier(HELD_OUT, training=False))
    np.testing.assert_allclose(found, expected, rtol=1e-3, atol=1e-2)


def test_many_images_are_read_some_at_a_time(classifier, monkeypatch):
    at_once = realism.features(classifier, HELD_OUT)
    monkeypatch.setattr(realism, "READ_AT_ONCE", 130)
    np.testing.assert_allclose(realism.features(classifier, HELD_OUT), at_once, atol=1e-4)


@pytest.mark.parametrize("spoil", [averages, one_digit, noise])
@pytest.mark.parametrize("seed", SEEDS)
def test_both_distances_see_what_is_not_real(spoil, seed, classifier, real, unseen):
    fake = realism.features(classifier, spoil(seed))
    floor = distances.frechet_distance(unseen, real)
    assert distances.frechet_distance(fake, real).value > 10 * floor.value
    floor = distances.kernel_distance(unseen, real)
    assert distances.kernel_distance(fake, real).low > floor.high


@pytest.mark.parametrize("seed", SEEDS)
def test_one_perfect_digit_has_precision_and_no_recall(seed, classifier, real):
    found = distances.overlap(realism.features(classifier, one_digit(seed)), real)
    assert found.precision == 1
    assert found.recall < 0.02 and found.coverage < 0.02


@pytest.mark.parametrize("seed", SEEDS)
def test_noise_overlaps_with_nothing(seed, classifier, real):
    found = distances.overlap(realism.features(classifier, noise(seed)), real)
    assert found[:4] == (0, 0, 0, 0)


@pytest.mark.parametrize("seed", SEEDS)
def test_blurred_averages_overlap_less_than_real_images(seed, classifier, real, unseen):
    floor = distances.overlap(unseen, real)
    found = distances.overlap(realism.features(classifier, averages(seed)), real)
    assert found.density < floor.density / 2 and found.coverage < floor.coverage / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_only_the_memorisation_test_sees_through_copies(seed, classifier, real):
    images = copies(seed)
    fake = realism.features(classifier, images)
    assert distances.overlap(fake, real).precision > 0.95
    assert distances.kernel_distance(fake, real).low < 0.1
    found = realism.memorisation(images, train=TRAIN, held_out=HELD_OUT)
    assert found.nearer > 0.98 and found.very_near > 0.95 and found.p_value < 1e-50
    assert found.nearest_is_training > 0.99


# Memorisation


@pytest.mark.parametrize("seed", SEEDS)
def test_real_images_never_seen_are_no_copies(seed):
    """Three parts of the digits in random roles: nothing tells the fakes from the held-out."""
    images = np.random.default_rng(seed).permutation(np.concatenate([TRAIN, HELD_OUT]))
    fakes, held_out, train = np.split(images, [300, 600])
    found = realism.memorisation(fakes, train=train, held_out=held_out)
    assert found.chance == 0.8
    assert found.nearer == pytest.approx(0.5, abs=0.06)
    assert found.very_near == pytest.approx(0.05, abs=0.04)
    assert found.nearest_is_training == pytest.approx(0.8, abs=0.06)
    assert found.p_value > 0.005


@pytest.mark.parametrize("seed", SEEDS)
def test_nearness_of_pairs_is_counted(seed):
    """`nearer` against every pair; noise lies far from all training images."""
    fakes, train, held_out = copies(seed)[:20], TRAIN[:200], HELD_OUT[:30]
    near, unseen = (realism.nearest(each, train)[1] for each in (fakes, held_out))
    found = realism.memorisation(fakes, train=train, held_out=held_out)
    assert found.nearer == pytest.approx(np.mean(near[:, None] < unseen))
    assert realism.memorisation(noise(seed), train=train, held_out=held_out).nearer == 0


def test_a_few_copies_among_many_are_seen():
    """One image in five is a copy: the share of very near images tells, nearly the share itself."""
    fakes = np.concatenate([copies(0)[:60], HELD_OUT[:240]])
    found = realism.memorisation(fakes, train=TRAIN, held_out=HELD_OUT)
    assert 0.2 < found.very_near < 0.3


def test_training_images_cannot_be_held_out():
    with pytest.raises(ValueError, match="Pass the test split"):
        realism.memorisation(noise(0), train=TRAIN, held_out=TRAIN[:300])


# Classes


def test_class_coverage_counts_digits():
    found = realism.class_coverage(np.array([0, 0, 0, 1, 2, 2, 9, 9, 9, 9]))
    assert (found.appearing, found.images) == (4, 10)
    np.testing.assert_allclose(found.shares, [0.3, 0.1, 0.2, 0, 0, 0, 0, 0, 0, 0.4])
    assert found.total_variation == pytest.approx(0.6)  # 0.2, 0.1 and 0.3 too much
    assert str(found) == "Classes 4 of 10, total variation 0.60 from the wanted shares (10 images)"


def test_class_coverage_of_wanted_shares():
    read = np.array([0, 0, 0, 1])
    assert realism.class_coverage(read, wanted=[0.75, 0.25]).total_variation == 0
    with pytest.raises(ValueError, match="add up to 1; got 1.5"):
        realism.class_coverage(read, wanted=[0.75, 0.75])


def test_chance_alone_gives_the_total_variation_of_the_docstring():
    draws = [np.random.default_rng(seed).integers(10, size=1000) for seed in SEEDS]
    found = [realism.class_coverage(each).total_variation for each in draws]
    assert np.mean(found) == pytest.approx(0.04, abs=0.01)


@pytest.mark.parametrize(
    "read", [[], [1.0, 2.0], [3, 10], [-1, 3], [[1, 2], [3, 4]], [np.nan], ["7"]]
)
def test_what_is_no_digit_is_refused(read):
    with pytest.raises(ValueError, match=r"whole numbers from 0 to 9, .* logits\.argmax\(1\)"):
        realism.class_coverage(np.array(read))


# The report


def test_the_report_puts_every_measure_beside_its_floor(classifier, real, unseen):
    found = realism.report(classifier, copies(0), train=TRAIN, held_out=HELD_OUT)
    made = realism.features(classifier, copies(0))
    assert found.frechet == distances.frechet_distance(made, real)
    assert found.frechet_floor == distances.frechet_distance(unseen, real)
    assert found.kernel == distances.kernel_distance(made, real)
    assert found.kernel_floor == distances.kernel_distance(unseen, real)
    assert found.overlap == distances.overlap(made, real)
    assert found.overlap_floor == distances.overlap(unseen, real)
    assert found.classes.appearing == 10
    assert found.memorisation == realism.memorisation(copies(0), train=TRAIN, held_out=HELD_OUT)
    assert f"{found.times_the_floor:,.1f} times the floor\n  floor: Frechet" in str(found)
    assert str(found).count("300 images against 1500") == 6
    assert "(300 images, 300 held out, 1500 training)" in str(found)


def test_held_out_images_are_as_good_as_their_floor(classifier):
    found = realism.report(classifier, HELD_OUT, train=TRAIN, held_out=HELD_OUT)
    assert found.times_the_floor == 1


@pytest.mark.parametrize("fakes, held_out", [(100, 300), (300, 100)])
def test_fakes_and_floor_rest_on_as_many_images(fakes, held_out, classifier):
    found = realism.report(
        classifier, copies(0)[:fakes], train=TRAIN[:200], held_out=HELD_OUT[:held_out]
    )
    assert found.frechet.images == found.frechet_floor.images == found.overlap_floor.images == 100


# Bad input


def test_a_classifier_without_features_is_refused():
    other = keras.Sequential([keras.Input((28, 28, 1)), keras.layers.Flatten(name="flat")])
    with pytest.raises(ValueError, match='layer named "features".*got the layers flat'):
        realism.features(other, IMAGES)


@pytest.mark.parametrize("shape", [(7, 784), (7, 28, 28), (0, 28, 28, 1), (7, 32, 32, 3)])
def test_images_of_another_shape_are_refused(shape, classifier):
    with pytest.raises(ValueError, match=r"shape \(n, 28, 28, 1\), n at least 1; got \("):
        realism.features(classifier, np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, np.inf, 255])
def test_pixels_out_of_range_are_refused(value, classifier):
    images = IMAGES.copy()
    images[3, 14, 14] = value
    with pytest.raises(ValueError, match=r"finite and in \[-1, 1\]; got pixels from .* diverged"):
        realism.features(classifier, images)


# Nearest neighbours, against a search that tries every pair


def test_nearest_finds_what_trying_every_pair_finds():
    pairs = ((IMAGES[:, None] - AMONG[None]) ** 2).mean(axis=(2, 3, 4)) ** 0.5
    places, apart = realism.nearest(IMAGES, AMONG)
    np.testing.assert_array_equal(places, pairs.argmin(1))
    np.testing.assert_allclose(apart, pairs.min(1), rtol=1e-5)


def test_a_copy_is_at_distance_zero():
    places, apart = realism.nearest(AMONG[[5, 31]], AMONG)
    assert places.tolist() == [5, 31]
    np.testing.assert_allclose(apart, 0, atol=1e-3)


def test_images_of_two_shapes_are_refused():
    with pytest.raises(ValueError, match="images of one shape"):
        realism.nearest(IMAGES[:, :14], AMONG)
