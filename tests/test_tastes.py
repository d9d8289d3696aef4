"""Measurements agree with known shears and strokes; people choose as their tastes say."""

import numpy as np
import pytest
from scipy import ndimage

from persogan_lessons.data import digits, tastes
from persogan_lessons.data.tastes import AVERAGE, Taste, measure, sample

SEEDS = range(5)
FIRST = [
    8,
    33.713,
    2.082,
    0.477,
]  # sample(1): the favourite digit, slant, thickness, the favourite's share


@pytest.fixture(scope="module")
def some():
    """500 real digits."""
    return digits.load("train")[0][:500]


@pytest.fixture(scope="module")
def held_out():
    """What to look up a test image by: its pixels -> (label, slant, thickness)."""
    images, labels = digits.load("test")
    facts = zip(labels.tolist(), *(values.tolist() for values in measure(images)), strict=True)
    return {image.tobytes(): fact for image, fact in zip(images, facts, strict=True)}


def sheared(images, degrees):
    """Images whose rows are moved sideways, to the right at the top."""
    slope = np.tan(np.radians(degrees))
    moved = [
        ndimage.affine_transform(
            image[..., 0] + 1, [[1, 0], [slope, 1]], offset=[0, -13.5 * slope], order=1
        )
        for image in images
    ]
    return np.clip(np.stack(moved)[..., None] - 1, -1, 1)


def strokes(width, *, count, seed):
    """Straight strokes with round ends in every direction, drawn eight times finer."""
    random = np.random.RandomState(seed)
    down, across = (np.indices((224, 224)) + 0.5) / 8
    made = []
    for _ in range(count):
        angle = random.uniform(0, np.pi)
        y, x = np.array([down, across]) - 14 - random.uniform(-1, 1, (2, 1, 1))
        beyond = np.clip(np.abs(x * np.cos(angle) + y * np.sin(angle)) - 8, 0, None)
        inside = np.hypot(beyond, y * np.cos(angle) - x * np.sin(angle)) <= width / 2
        made.append(inside.reshape(28, 8, 28, 8).mean((1, 3)))
    return np.stack(made)[..., None] * 2 - 1


# ---- measuring -----------------------------------------------------------------------------------


@pytest.mark.parametrize("degrees", [-15, -8, 8, 15])
def test_a_shear_changes_the_slant_by_its_angle(some, degrees):
    before, after = (
        np.tan(np.radians(measure(each)[0])) for each in (some, sheared(some, degrees))
    )
    change = np.degrees(np.arctan(after - before))
    assert abs(change.mean() - degrees) < 0.5
    assert np.percentile(np.abs(change - degrees), 95) < 2


def test_right_is_positive():
    slash = -np.ones((1, 28, 28, 1), "float32")
    for row in range(4, 24):
        slash[0, row, 26 - row : 30 - row] = 1
    assert measure(slash)[0] == pytest.approx(45, abs=3)
    assert measure(slash[:, :, ::-1])[0] == pytest.approx(-45, abs=3)


@pytest.mark.parametrize("width", [1.5, 2, 2.5, 3, 3.5, 4, 5])
def test_a_stroke_is_as_thick_as_it_was_drawn(width):
    for seed in SEEDS:
        thicknesses = measure(strokes(width, count=20, seed=seed))[1]
        assert abs(thicknesses.mean() - width) < 0.2
        assert np.abs(thicknesses - width).max() < 0.8


def test_more_ink_is_thicker_and_less_is_thinner(some):
    window = (1, 3, 3, 1)
    thinner, same, thicker = (
        measure(each)[1]
        for each in (ndimage.grey_erosion(some, window), some, ndimage.grey_dilation(some, window))
    )
    grown = thicker - same
    assert 2 < np.median(grown) < 2.83  # of strokes level and aslant; loops that fill grow more
    assert np.nanmedian(thinner - same) < -0.5


def test_a_little_noise_changes_little(some):
    slants, thicknesses = measure(some)
    for seed in SEEDS:
        noise = np.random.RandomState(seed).normal(0, 0.15, some.shape)
        noisy_slants, noisy_thicknesses = measure(np.clip(some + noise, -1, 1))
        assert np.abs(noisy_slants - slants).mean() < 1
        assert np.abs(noisy_thicknesses - thicknesses).mean() < 0.1


def test_every_real_digit_can_be_measured():
    for split in digits.SPLITS:
        slants, thicknesses = measure(digits.load(split)[0])
        assert np.abs(slants).max() < 60
        assert thicknesses.min() > 1 and thicknesses.max() < 9


def test_an_image_is_measured_alike_alone_and_among_others(some):
    together = measure(some[:7])
    alone = [measure(image[None]) for image in some[:7]]
    np.testing.assert_allclose(together, np.concatenate(alone, axis=1), atol=1e-4)


def test_a_blank_image_is_nan_and_spoils_no_other(some):
    blank, speck = -np.ones((2, 1, 28, 28, 1), "float32")
    speck[0, 10:12, 10:12] = 1
    slants, thicknesses = measure(np.concatenate([blank, some[:1], speck]))
    for values, alone in zip((slants, thicknesses), measure(some[:1]), strict=True):
        assert np.isnan(values).tolist() == [True, False, True]
        assert values[1] == pytest.approx(alone[0], abs=1e-4)


def test_an_image_full_of_ink_has_some_thickness():
    slants, thicknesses = measure(np.ones((1, 28, 28, 1)))
    assert abs(slants[0]) < 1e-6 and thicknesses[0] > 7


@pytest.mark.parametrize(
    "images, message",
    [
        (np.zeros((28, 28, 1)), r"\(n, 28, 28, 1\).*images\[None\]"),
        (np.zeros((0, 28, 28, 1)), "n at least 1"),
        (np.zeros((2, 784)), r"got \(2, 784\)"),
        (np.full((2, 28, 28, 1), np.nan), "finite.*nan.*diverged"),
        (np.full((2, 28, 28, 1), 255), "from 255 to 255.*127.5"),
    ],
)
def test_bad_images_are_named(images, message):
    with pytest.raises(ValueError, match=message):
        measure(images)


# ---- one person ----------------------------------------------------------------------------------


def facts_of(images, held_out):
    labels, slants, thicknesses = zip(*(held_out[each.tobytes()] for each in images), strict=True)
    return np.bincount(labels, minlength=10) / len(labels), np.mean(slants), np.mean(thicknesses)


def test_people_choose_what_they_like(held_out):
    taste = Taste(digits=(0, 0, 0, 3, 0, 0, 0, 0, 1, 0), slant=12, thickness=3)
    for seed in SEEDS:
        shares, slant, thickness = facts_of(taste.liked(400, seed), held_out)
        assert shares[3] == pytest.approx(0.75, abs=0.1) and shares[3] + shares[8] == pytest.approx(
            1
        )
        assert slant == pytest.approx(12, abs=2.5) and thickness == pytest.approx(3, abs=0.25)


def test_utility_is_what_images_are_drawn_by():
    taste = sample(1, 3)[0]
    utility = taste.utility()
    assert utility.shape == (1000,) and utility.sum() == pytest.approx(1) and utility.min() >= 0
    labels = digits.load("test")[1]
    shares = np.bincount(labels, weights=utility)
    np.testing.assert_allclose(shares, taste.digits)


def test_what_is_expected_is_the_mean_of_both_splits_by_how_well_each_image_pleases():
    taste = Taste(digits=(0, 3, 0, 0, 1, 0, 0, 0, 0, 0), slant=20, thickness=2)
    labels = np.concatenate([digits.load(split)[1] for split in digits.SPLITS])
    styles = np.concatenate([tastes._measured(split)[1:] for split in digits.SPLITS], axis=1)
    off = (styles - [[20], [2]]) / [[tastes.SLANT_TOLERANCE], [tastes.THICKNESS_TOLERANCE]]
    pleases = np.exp(-(off**2).sum(0) / 2)
    ones, fours = (
        (styles * pleases)[:, labels == digit].sum(1) / pleases[labels == digit].sum()
        for digit in (1, 4)
    )
    np.testing.assert_allclose(taste.expected(), 0.75 * ones + 0.25 * fours, rtol=1e-9)


def test_real_images_fall_short_of_an_unusual_preference(held_out):
    taste = Taste(digits=np.eye(10)[6], slant=30, thickness=3)
    slant, thickness = taste.expected()
    assert slant < 25
    for seed in SEEDS:
        _, drawn, thick = facts_of(taste.liked(400, seed), held_out)
        assert slant == pytest.approx(drawn, abs=1) and thickness == pytest.approx(thick, abs=0.1)


def test_a_taste_that_no_image_meets_still_has_an_expectation():
    strange = Taste(digits=np.eye(10)[1], slant=-60, thickness=9)
    assert np.isfinite(strange.expected()).all()


def test_a_history_is_real_images_of_its_split_none_twice():
    train = {image.tobytes() for image in digits.load("train")[0]}
    for seed in SEEDS:
        taste = sample(1, seed)[0]
        seen = [image.tobytes() for image in taste.history(32, seed)]
        assert set(seen) <= train and len(set(seen)) == 32
        unseen = taste.history(32, seed, split="test")
        assert not {image.tobytes() for image in unseen} & train


@pytest.mark.parametrize("count", [0, 1, 8, 32])
def test_a_shorter_history_is_the_newest_of_a_longer_one(count):
    taste = sample(1, 1)[0]
    short = taste.history(count, 5)
    assert short.shape == (count, 28, 28, 1) and short.dtype == np.float32
    np.testing.assert_array_equal(short, taste.history(32, 5)[32 - count :])


def test_a_changed_taste_shows_in_the_order(held_out):
    earlier = Taste(digits=np.eye(10)[1])
    taste = Taste(digits=np.eye(10)[7], earlier=earlier)
    clicks = np.mean([
        [held_out[each.tobytes()][0] == 7 for each in taste.history(32, seed, split="test")]
        for seed in range(40)
    ], axis=0)  # fmt: skip
    assert not clicks[:8].any() and clicks[-1] == 1
    assert 0.17 < clicks[8:20].mean() < 0.37 and 0.67 < clicks[20:].mean() < 0.87
    assert {held_out[each.tobytes()][0] for each in taste.liked(50)} == {7}


def test_clicks_are_the_places_of_histories_and_of_what_is_liked():
    images, _ = digits.load("test")
    people = sample(3, seed=4, split="test")
    histories, later = tastes.clicks(people, 5, seed=2, split="test")
    assert histories.shape == (3, 32) and later.shape == (3, 5)
    for person, before, after in zip(people, histories, later, strict=True):
        np.testing.assert_array_equal(images[before], person.history(32, 2, split="test"))
        np.testing.assert_array_equal(images[after], person.liked(5, 2, split="test"))


def test_what_is_liked_has_no_end():
    assert Taste(digits=np.eye(10)[4]).liked(300).shape == (300, 28, 28, 1)
    assert AVERAGE.liked(0).shape == (0, 28, 28, 1)


def test_a_taste_that_no_image_meets_still_has_a_history():
    strange = Taste(digits=np.eye(10)[1], slant=-60, thickness=9)
    assert len(strange.history(32)) == 32


def test_the_same_seed_gives_the_same_images():
    taste = AVERAGE
    first, again, other = (taste.history(16, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_vector_is_small_and_says_everything():
    taste = Taste(digits=range(10), slant=20, thickness=2)
    vector = taste.vector()
    assert vector.shape == (tastes.CONDITION_SIZE,) and vector.dtype == np.float32
    assert np.abs(vector).max() < 5
    np.testing.assert_allclose(vector[:10] * tastes.SHARE_SPREAD, np.arange(10) / 45, rtol=1e-6)
    assert not AVERAGE.vector()[10:].any()


def test_a_taste_can_be_a_key_and_cannot_be_changed():
    one, two = (Taste(digits=[1] * 10, slant=3) for _ in range(2))
    assert one == two and len({one, two}) == 1
    with pytest.raises(AttributeError):
        one.slant = 4


# ---- many people ---------------------------------------------------------------------------------


def test_people_are_told_apart_by_16_held_out_images(held_out):
    """The right one among 50, for at least 9 in 10: by digits, slant and thickness alone."""
    for seed in SEEDS:
        people = sample(50, seed, split="test")
        expected = [facts_of(each.liked(300, 1000), held_out) for each in people]
        shares, slants, thicknesses = map(np.array, zip(*expected, strict=True))
        found = []
        for person in people:
            seen = facts_of(person.liked(16, seed), held_out)
            apart = np.abs(seen[0] - shares).sum(1) / 2 / 0.2
            apart += np.abs(seen[1] - slants) / 2 + np.abs(seen[2] - thicknesses) / 0.15
            found.append(apart.argmin())
        assert np.mean(np.array(found) == np.arange(50)) > 0.9


def test_people_differ_in_every_way():
    people = sample(1000)
    vectors = np.array([person.vector() for person in people])
    assert vectors.std(0).min() > 0.4 and vectors.std(0).max() < 1.5
    assert np.abs(vectors.mean(0)[10:]).max() < 0.3
    most = np.array([max(person.digits) for person in people])
    assert np.mean(most > 0.6) > 0.15 and np.mean(most < 0.35) > 0.15
    assert np.mean([person.earlier is not None for person in people]) == pytest.approx(
        0.3, abs=0.06
    )


def test_fewer_people_are_the_first_of_more_and_test_people_are_others():
    assert sample(5, 2) == sample(20, 2)[:5]
    train = {person.digits for seed in SEEDS for person in sample(50, seed)}
    test = {person.digits for seed in SEEDS for person in sample(50, seed, split="test")}
    assert len(train) == len(test) == 250 and not train & test


def test_people_stay_the_same_for_good():
    """A change here would make every shipped model a model of other people."""
    person = sample(1)[0]
    assert person.digits.index(max(person.digits)) == FIRST[0]
    assert [person.slant, person.thickness, max(person.digits)] == pytest.approx(
        FIRST[1:], abs=1e-3
    )


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"digits": (1,) * 9}, "ten finite weights"),
        ({"digits": "0123456789"}, "ten finite weights"),
        ({"digits": (np.nan,) * 10}, "ten finite weights"),
        ({"digits": (-1,) + (1,) * 9}, "0 or more"),
        ({"digits": (0,) * 10}, "one of them more than 0"),
        ({"slant": 90}, "degrees from -60 to 60; got 90"),
        ({"slant": np.nan}, "degrees"),
        ({"slant": "right"}, "number of degrees"),
        ({"thickness": 0.0007}, "pixels from 1 to 9; got 0.0007. Is it in another unit"),
        ({"thickness": np.inf}, "pixels"),
        ({"thickness": None}, "number of pixels"),
        ({"earlier": (1,) * 10}, "Taste or None"),
    ],
)
def test_an_impossible_taste_is_named(wrong, message):
    with pytest.raises(ValueError, match=message):
        Taste(**({"digits": (1,) * 10} | wrong))


@pytest.mark.parametrize(
    "ask, message",
    [
        (lambda: AVERAGE.history(33), "count must be a whole number, from 0 to 32; got 33"),
        (lambda: AVERAGE.history(-1), "from 0 to 32"),
        (lambda: AVERAGE.history(2.5), "whole number"),
        (lambda: AVERAGE.history(8, seed=-1), "seed must be a whole number"),
        (lambda: AVERAGE.history(8, split="validation"), "'train' or 'test'"),
        (lambda: AVERAGE.liked(-1), "0 or more"),
        (lambda: tastes.clicks([]), "at least one; got none"),
        (lambda: tastes.clicks([AVERAGE], -1), "0 or more"),
        (lambda: AVERAGE.utility(split=None), "'train' or 'test'"),
        (lambda: sample(True), "whole number"),
        (lambda: sample(3, split="all"), "'train' or 'test'"),
        (lambda: tastes.wishes(times=0), "times must be a whole number, 1 or more; got 0"),
        (lambda: tastes.wishes(times=1.5), "times must be a whole number, 1 or more; got 1.5"),
    ],
)
def test_a_wrong_question_is_named(ask, message):
    with pytest.raises(ValueError, match=message):
        ask()


def test_wishes_are_granted_by_their_images():
    images, conditions = tastes.wishes(times=2, seed=3)
    _, labels = digits.load("train")
    assert images.shape == (8000, 28, 28, 1) and conditions.shape == (8000, 12)
    assert conditions.dtype == np.float32 and np.isfinite(conditions).all()
    np.testing.assert_array_equal(conditions[:, :10].argmax(1), np.tile(labels, 2))
    assert np.all((conditions[:, :10] > 0).sum(1) == 1)
    slants, thicknesses = tastes.measure(images[:500])
    off = conditions[:500, 10] * tastes.SLANT_SPREAD + tastes.MEAN_SLANT - slants
    assert abs(off.mean()) < 1 and 4.4 < off.std() < 5.6  # tolerance 5 degrees
    off = conditions[:500, 11] * tastes.THICKNESS_SPREAD + tastes.MEAN_THICKNESS - thicknesses
    assert abs(off.mean()) < 0.06 and 0.26 < off.std() < 0.34
    first = tastes.Taste(np.eye(10)[labels[0]], slant=10, thickness=3).vector()
    np.testing.assert_allclose(first[:10], conditions[0, :10])
    np.testing.assert_array_equal(conditions, tastes.wishes(times=2, seed=3)[1])
    assert not np.array_equal(conditions, tastes.wishes(times=2, seed=4)[1])
