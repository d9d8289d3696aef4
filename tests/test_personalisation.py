"""Personal fit of images that are known to suit their users, others, everybody, or nobody."""

import functools
from typing import NamedTuple

import numpy as np
import pytest

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits, tastes
from persogan_lessons.measures import distances, personalisation, realism
from persogan_lessons.measures.personalisation import Reading, Reference

USERS, DRAWS = 8, 16


class Person(NamedTuple):
    """All that a measure may ask of a taste."""

    digits: tuple
    slant: float = 10.0
    thickness: float = 3.0

    def expected(self):
        return self.slant, self.thickness


@functools.cache
def crowd():
    return tastes.sample(USERS, 1, split="test")


def lover_of(digit, **preference):
    return Person(tuple(np.eye(10)[digit].tolist()), **preference)


def reading_of(shown, *, slants=10.0, thicknesses=3.0, features=None):
    """A reading of images that show these digits for certain, `(users, draws)`."""
    shown = np.array(shown)
    return Reading(
        images=np.zeros((*shown.shape, 28, 28, 1), "float32"),
        probabilities=np.eye(10)[shown],
        slants=np.broadcast_to(np.array(slants, "float64"), shown.shape),
        thicknesses=np.broadcast_to(np.array(thicknesses, "float64"), shown.shape),
        features=np.zeros((*shown.shape, 2)) if features is None else np.array(features),
    )


def shuffled(reading, places=1):
    """The same images, each user's given to another one."""
    return Reading(*(np.roll(each, places, axis=0) for each in reading))


def unconditional(reading):
    """Every user given the same images, one or two of each user's."""
    return Reading(*(
        np.stack([each.reshape(-1, *each.shape[2:])[:: each.shape[0]]] * each.shape[0])
        for each in reading
    ))  # fmt: skip


def liked(split, seed):
    return np.stack([person.liked(DRAWS, seed, split=split) for person in crowd()])


@pytest.fixture(scope="module")
def read():
    classifier = checkpoints.load("classifier")
    return functools.partial(personalisation.read, classifier=classifier, measure=tastes.measure)


@pytest.fixture(scope="module")
def train(read):
    return read(liked("train", 0))


@pytest.fixture(scope="module")
def unseen(read):
    return read(liked("test", 0))


@pytest.fixture(scope="module")
def histories():
    return np.stack([person.history(20, split="train") for person in crowd()])


@pytest.fixture(scope="module")
def reference(train, unseen, histories):
    strangers = tastes.sample(40, 2, split="test")
    return Reference(
        crowd(), train=train, held_out=unseen, histories=histories, strangers=strangers
    )


# Reading


def test_each_image_is_read_as_if_it_were_alone(read, unseen):
    flat = liked("test", 0).reshape(-1, 28, 28, 1)
    classifier = read.keywords["classifier"]
    slants, thicknesses = tastes.measure(flat)
    assert (unseen.users, unseen.draws) == (USERS, DRAWS)
    np.testing.assert_array_equal(unseen.slants.ravel(), slants)
    np.testing.assert_array_equal(unseen.thicknesses.ravel(), thicknesses)
    logits = np.asarray(classifier(flat, training=False))
    np.testing.assert_array_equal(unseen.digits.ravel(), logits.argmax(1))
    np.testing.assert_allclose(unseen.probabilities.sum(-1), 1)
    odds = np.log(unseen.probabilities).reshape(-1, 10)
    np.testing.assert_allclose(odds - odds[:, :1], logits - logits[:, :1], rtol=1e-3, atol=1e-2)
    np.testing.assert_allclose(
        unseen.features.reshape(-1, 64), realism.features(classifier, flat), atol=1e-4
    )


def test_a_blank_image_is_seen_as_blank(read):
    images = -np.ones((1, 3, 28, 28, 1), "float32")
    images[0, 1] = digits.load("test")[0][0]
    found = read(images)
    assert found.blank.tolist() == [[True, False, True]]
    assert str(found) == "3 images of each of 1 users, 2 blank"


# Digits


def test_total_variation_by_hand():
    people = [Person((0.5, 0.5, *[0] * 8)), lover_of(7)]
    found = personalisation.digit_match(reading_of([[0, 0, 0, 1], [7, 7, 7, 7]]), people)
    assert found.total_variation == pytest.approx(0.125)  # a quarter of the first user's, no more
    assert str(found) == (
        "Digits: total variation 0.12 from the user's shares (2 users, 4 images each)"
    )


def test_one_digit_for_all_suits_only_those_who_love_it():
    people = [lover_of(3), lover_of(4), Person((0.1,) * 10)]
    found = personalisation.digit_match(reading_of(np.full((3, 5), 3)), people)
    assert found.total_variation == pytest.approx((0 + 1 + 0.9) / 3)


def test_chance_alone_gives_the_total_variation_of_the_docstring():
    people = tastes.sample(50, 1, split="test")
    random = np.random.default_rng(0)
    shown = [random.choice(10, 64, p=person.digits) for person in people]
    found = personalisation.digit_match(reading_of(shown), people)
    assert found.total_variation == pytest.approx(0.09, abs=0.02)


# Slant and thickness


def test_errors_of_style_by_hand():
    people = [
        lover_of(1, slant=9.0, thickness=3.5),
        lover_of(1, slant=19.0, thickness=2.5),
    ]
    slants = [[7, 9, np.nan], [20, 22, 24]]
    thicknesses = [[4, 4, np.nan], [2.5, 2.0, 3.0]]
    reading = reading_of(np.ones((2, 3), int), slants=slants, thicknesses=thicknesses)
    found = personalisation.style_error(reading, people)
    assert found.slant == pytest.approx((1 + 3) / 2)
    assert found.thickness == pytest.approx((0.5 + 0) / 2)
    assert found.blank == 1
    assert str(found) == (
        "Style: slant off by 2.0 degrees, thickness by 0.25 pixels "
        "(2 users, 3 images each, 1 blank)"
    )


def test_a_user_with_blanks_only_is_infinitely_far_off():
    reading = reading_of([[1, 1], [1, 1]], slants=[[9, 9], [np.nan, np.nan]])
    found = personalisation.style_error(reading, [lover_of(1)] * 2)
    assert (found.slant, found.thickness, found.blank) == (np.inf, np.inf, 2)


# Whose images are these?


def test_likelihood_by_hand():
    people = [lover_of(1), lover_of(2, slant=20.0)]
    found = personalisation.likelihood(reading_of([[1]], slants=15.0, thicknesses=3.3), people)
    assert found.shape == (1, 1, 2)
    expected = [np.log(0.973) - (1 + 1) / 2, np.log(0.003) - (1 + 1) / 2]
    np.testing.assert_allclose(found[0, 0], expected)
    wider = personalisation.likelihood(
        reading_of([[1]], slants=20.0, thicknesses=3.3), people, tolerances=(10, 0.3)
    )
    np.testing.assert_allclose(wider[0, 0, 0], expected[0])


def test_tolerances_are_those_that_people_choose_by():
    assert personalisation.TOLERANCES == (tastes.SLANT_TOLERANCE, tastes.THICKNESS_TOLERANCE)


@pytest.mark.parametrize("slant", [60.0, -89.0, np.nan])
def test_one_bad_image_costs_no_more_than_any_other(slant):
    found = personalisation.likelihood(reading_of([[1]], slants=slant), [lover_of(1)])
    np.testing.assert_allclose(found, np.log(0.973) - 15)


def test_one_bad_image_does_not_decide():
    """Seven good ones and a blank, or one of another's digit, slant and thickness."""
    people = [lover_of(1), lover_of(2, slant=-20.0, thickness=2.0)]
    shown, slants, thicknesses = np.ones((2, 8), int), np.full((2, 8), 10.0), np.full((2, 8), 3.0)
    shown[0, 0], slants[0, 0], thicknesses[0, 0] = 2, -20, 2
    shown[1], slants[1], thicknesses[1] = 2, -20, 2
    slants[1, 5] = np.nan
    reading = reading_of(shown, slants=slants, thicknesses=thicknesses)
    assert personalisation.retrieval(reading, people, k=8).right == 1


def test_real_images_are_found_and_shuffled_ones_are_not(reference, unseen):
    found = personalisation.retrieval(unseen, crowd())
    assert (found.right, found.candidates, found.together, found.trials) == (1, 8, 16, 8)
    assert str(found) == (
        "Recognised by 16 images: 100% of users among 8 candidates (12.5% by chance, 8 trials)"
    )
    assert personalisation.retrieval(shuffled(unseen), crowd()).right == 0
    among = personalisation.retrieval(unseen, crowd(), strangers=reference.strangers)
    assert among.candidates == 48 and among.right >= 0.75
    assert personalisation.retrieval(unseen, crowd(), k=4).trials == 4 * USERS


def test_the_same_images_for_all_are_found_for_one_user_at_most(unseen):
    found = personalisation.retrieval(unconditional(unseen), crowd())
    assert found.right <= found.chance


def test_a_tie_is_no_answer():
    twins = [lover_of(1), lover_of(1)]
    assert personalisation.retrieval(reading_of([[1, 1], [1, 1]]), twins, k=2).right == 0


def test_a_stranger_can_be_mistaken_for_the_user():
    people, stranger = [lover_of(1, slant=20.0)], lover_of(1)
    reading = reading_of([[1, 1, 1, 1]], slants=[[10, 10, 20, 20]])
    found = personalisation.retrieval(reading, people, strangers=[stranger], k=2)
    assert (found.right, found.candidates, found.trials) == (0.5, 2, 2)


# The gap


def test_a_gap_by_hand():
    people = [lover_of(1), lover_of(2), lover_of(3)]
    found = personalisation.shuffle_gap(reading_of([[1, 1], [2, 2], [3, 3]]), people)
    assert found.value == pytest.approx(np.log(0.973 / 0.003))
    found = personalisation.shuffle_gap(reading_of([[2, 2], [1, 1], [3, 3]]), people)
    assert found.own == pytest.approx((2 * np.log(0.003) + np.log(0.973)) / 3)


def test_who_is_asked_makes_a_gap_for_real_images_only(unseen):
    """Given to each of the others in turn, images suit their users worse than by chance."""
    real = personalisation.shuffle_gap(unseen, crowd()).value
    others = [
        personalisation.shuffle_gap(shuffled(unseen, places), crowd()).value
        for places in range(1, USERS)
    ]
    assert real > 3 and max(others) < real / 2
    assert np.mean(others) == pytest.approx(-real / (USERS - 1))
    nobodys = personalisation.shuffle_gap(unconditional(unseen), crowd())
    assert nobodys.value == pytest.approx(0, abs=1e-9)


# Diversity


def test_diversity_is_the_mean_distance_between_two_images():
    features = [[[0, 0], [3, 4], [0, 0]], [[1, 1], [1, 1], [1, 1]]]
    found = personalisation.diversity(reading_of(np.ones((2, 3), int), features=features))
    assert found.value == pytest.approx((10 / 3 + 0) / 2)


def test_one_image_over_and_over_has_no_diversity(unseen):
    one = unseen._replace(features=np.repeat(unseen.features[:, :1], DRAWS, axis=1))
    assert personalisation.diversity(one).value == 0
    assert personalisation.diversity(unseen).value > 0.1


# Novelty


def test_a_copied_history_is_not_new(unseen, histories):
    copies = unseen._replace(images=histories[:, :DRAWS])
    found = personalisation.novelty(copies, histories, held_out=unseen)
    assert (found.very_near, found.copied) == (1, 1)
    faded = unseen._replace(images=histories[:, :DRAWS] * 0.95)
    found = personalisation.novelty(faded, histories, held_out=unseen)
    assert found.very_near > 0.9 and found.copied == 0


def test_other_real_images_are_as_new_as_held_out_ones(unseen, histories):
    other = unseen._replace(images=liked("test", 1))
    found = personalisation.novelty(other, histories, held_out=unseen)
    assert found.very_near < 0.25 and found.copied == 0


def test_held_out_images_in_the_history_set_no_limit(unseen):
    """Half of the held-out images are the history: the other half alone is compared with."""
    found = personalisation.novelty(
        unseen, [images[:8] for images in unseen.images], held_out=unseen
    )
    assert found.copied >= 0.5 and found.very_near >= found.copied
    with pytest.raises(ValueError, match="all held-out images of user 0 are in the history"):
        personalisation.novelty(unseen, unseen.images, held_out=unseen)


def test_histories_may_differ_in_length(unseen, histories):
    some = [history[: 3 + user] for user, history in enumerate(histories)]
    found = personalisation.novelty(unseen, some, held_out=unseen)
    assert 0 <= found.very_near < 0.2  # the lowest of 16 lies below the 5 % limit, and no other


# Distances


def test_a_shift_of_features_is_its_own_distance():
    features = np.random.default_rng(0).normal(size=(3, 20, 4))
    real, fake = (
        reading_of(np.ones((3, 20), int), features=features + shift)
        for shift in (np.zeros((3, 1, 1)), np.array([1, 2, 3])[:, None, None])
    )
    found = personalisation.frechet_by_user(fake, real, components=4)
    assert found.value == pytest.approx(4 * (1 + 4 + 9) / 3)
    assert (found.components, found.users, found.draws, found.against) == (4, 3, 20, 20)


def test_few_components_keep_what_varies_most():
    """The first feature varies hundredfold: a shift there is seen, one elsewhere is not."""
    features = np.random.default_rng(0).normal(size=(2, 30, 3)) * [100, 1, 1]
    plain = reading_of(np.ones((2, 30), int), features=features)
    for shift, low, high in [((50, 0, 0), 2400, 2600), ((0, 50, 0), 0, 10)]:
        fake = plain._replace(features=features + shift)
        assert low < personalisation.frechet_by_user(fake, plain, components=1).value < high


def test_each_user_is_compared_with_real_images_of_that_user(train, unseen):
    floor = personalisation.frechet_by_user(unseen, train).value
    assert personalisation.frechet_by_user(shuffled(unseen), train).value > 2 * floor
    assert personalisation.frechet_by_user(unconditional(unseen), train).value > 1.3 * floor


# The report


def test_the_report_puts_every_measure_beside_that_of_real_images(reference, train, unseen):
    found = personalisation.report(reference, shuffled(unseen))
    assert found.fake.digits == personalisation.digit_match(shuffled(unseen), crowd())
    assert found.fake.style == personalisation.style_error(shuffled(unseen), crowd())
    assert found.fake.among_users.right == found.fake.among_strangers.right == 0
    assert found.real.among_users == personalisation.retrieval(unseen, crowd())
    strangers = reference.strangers
    among = personalisation.retrieval(unseen, crowd(), strangers=strangers)
    assert found.real.among_strangers == among
    assert found.real.gap.value == pytest.approx(personalisation.shuffle_gap(unseen, crowd()).value)
    assert found.real.by_user == personalisation.frechet_by_user(unseen, train)
    flat = [each.features.reshape(-1, 64) for each in (unseen, train)]
    assert found.real.pooled == distances.frechet_distance(*flat)
    assert found.gap_share < 0.5 and found.times_the_floor > 2
    assert found.times_the_pooled_floor == pytest.approx(1, rel=1e-3)  # all together, none is off
    assert found.diversity_share == pytest.approx(1)
    assert str(found).count("\n  real: ") == len(found.fake)
    assert f"{found.times_the_floor:,.1f} times the floor\n  real: Frechet" in str(found)


def test_real_images_score_one_and_copies_are_called_copies(reference, read, unseen, histories):
    real = personalisation.report(reference, unseen)
    assert real.fake == real.real
    row = real.row()
    shares = [value for name, value in row.items() if "share of real" in name or "times" in name]
    assert shares == [1, 1, 1, 1]
    assert row["recognised among 8"] == 1 and row["very near the history"] < 0.2
    copies = personalisation.report(reference, read(histories[:, :DRAWS])).row()
    assert copies.keys() == row.keys() and copies["very near the history"] == 1


def test_without_strangers_there_is_one_measure_less(train, unseen, histories):
    plain = Reference(crowd(), train=train, held_out=unseen, histories=histories)
    found = personalisation.report(plain, unseen)
    assert found.fake.among_strangers is None
    assert len(found.row()) == 10
    assert str(found).count("Recognised") == 2


# Bad input


@pytest.mark.parametrize(
    "shape", [(7, 28, 28, 1), (2, 3, 784), (0, 3, 28, 28, 1), (2, 0, 28, 28, 1), (1, 2, 32, 32, 3)]
)
def test_images_of_another_shape_are_refused(shape, read):
    with pytest.raises(ValueError, match=r"shape \(users, draws, 28, 28, 1\).*got .*reshape"):
        read(np.zeros(shape))


@pytest.mark.parametrize("value", [np.nan, 255])
def test_pixels_out_of_range_are_refused(value, read):
    images = np.zeros((1, 2, 28, 28, 1))
    images[0, 1, 3, 3] = value
    with pytest.raises(ValueError, match=r"finite and in \[-1, 1\]"):
        read(images)


@pytest.mark.parametrize("measure", ["digit_match", "style_error", "retrieval", "shuffle_gap"])
def test_people_of_another_number_are_refused(measure):
    with pytest.raises(ValueError, match=r"images of 2 users and 3 people"):
        getattr(personalisation, measure)(reading_of([[1], [1]]), [lover_of(1)] * 3)


def test_too_few_images_are_named(reference):
    few = reading_of([[1, 1, 1], [2, 2, 2]])
    people = [lover_of(1), lover_of(2)]
    with pytest.raises(ValueError, match="k = 16 images, but each has 3 draws"):
        personalisation.retrieval(few, people)
    with pytest.raises(ValueError, match="k must be a positive whole number; got 0"):
        personalisation.retrieval(few, people, k=0)
    with pytest.raises(ValueError, match="one candidate alone"):
        personalisation.retrieval(reading_of([[1]]), [lover_of(1)], k=1)
    with pytest.raises(ValueError, match="at least 2; got images of 1 user"):
        personalisation.shuffle_gap(reading_of([[1]]), [lover_of(1)])
    with pytest.raises(ValueError, match="at least 2; got 1 draw"):
        personalisation.diversity(reading_of([[1]]))
    with pytest.raises(ValueError, match="as the reference holds out, 16; got 3 draws"):
        personalisation.report(reference, few)


def test_sets_of_other_users_are_refused(train, unseen, histories):
    one_less = Reading(*(each[:-1] for each in train))
    with pytest.raises(ValueError, match="images of 8 users and 7 people"):
        Reference(crowd()[:-1], train=train, held_out=unseen, histories=histories)
    with pytest.raises(ValueError, match="train images must be of the same users, 8; got .* 7"):
        Reference(crowd(), train=one_less, held_out=unseen, histories=histories)
    with pytest.raises(ValueError, match="histories must be of the same users, 8; got .* 7"):
        Reference(crowd(), train=train, held_out=unseen, histories=histories[:-1])
    with pytest.raises(ValueError, match="held-out images must be of the same users"):
        personalisation.novelty(train, histories, held_out=one_less)
    with pytest.raises(ValueError, match="real images must be of the same users"):
        personalisation.frechet_by_user(unseen, one_less)
