"""The loop: who clicks on what, what is remembered, and that exploring is what it says."""

import itertools

import numpy as np
import pytest
from scipy import special

from persogan_lessons.data import tastes
from persogan_lessons.measures import feedback, personalisation

SEVENS, THREES = (tastes.Taste(digits=np.eye(10)[digit]) for digit in (7, 3))


class Painter:
    """In place of a GAN: an image is its digit, as a shade, and a history is what it held most.

    A condition is ten shares: those of the digits in the history, and of all digits alike before.
    """

    def encode(self, history):
        shown = np.round((np.asarray(history)[:, 0, 0, 0] + 1) / 0.2).astype(int)
        counts = 1 + 20 * np.bincount(shown, minlength=10) if len(shown) else np.ones(10)
        return counts / counts.sum()

    def generate(self, conditions, seed):
        random = np.random.default_rng(seed)
        digits = [random.choice(10, p=each / each.sum()) for each in conditions]
        return shade(digits)


def shade(digits):
    return np.broadcast_to(
        np.reshape(np.array(digits) * 0.2 - 1, (-1, 1, 1, 1)), (len(digits), 28, 28, 1)
    ).astype("float32")


def read(images):
    """What a perfect classifier sees; every style is the one that is liked."""
    digits = np.round((images[..., 0, 0, 0] + 1) / 0.2).astype(int)
    slants, pens = np.zeros(digits.shape), np.full(digits.shape, 2.7)
    return personalisation.Reading(images, np.eye(10)[digits], slants, pens, digits[..., None])


def rounds(people, histories, count=6, **options):
    loop = feedback.rounds(Painter(), people, histories=histories, read=read, **options)
    return list(itertools.islice(loop, count))


def mixed(people):
    """A history of all the digits for each."""
    return [shade(range(10)) for _ in people]


def shares(each):
    return feedback.digit_shares(each.drawn)


def test_a_round_is_of_the_shapes_it_says():
    people = [SEVENS, THREES]
    for each in rounds(people, mixed(people), count=2):
        assert each.conditions.shape == (2, 10)
        assert each.drawn.images.shape == (2, feedback.SHOWN, 28, 28, 1)
        assert each.clicked.shape == (2, feedback.CLICKS, 28, 28, 1)
        assert each.explored == 0


def test_the_loop_finds_what_each_user_likes():
    people = [SEVENS, THREES]
    found = rounds(people, mixed(people), count=8)
    first, last = (shares(found[at])[[0, 1], [7, 3]] for at in (0, -1))
    assert np.all(last > 0.5) and np.all(last > first + 0.3)


def test_what_is_narrow_stays_narrow_unless_the_loop_explores():
    """Users who like 3 and 7 alike and have clicked on 7 only, so that 3 is hardly ever drawn."""
    both = [tastes.Taste(digits=np.eye(10)[3] + np.eye(10)[7])] * 8
    histories = [shade([7] * 32)] * 8
    narrow = rounds(both, histories, count=10)[-1]
    wide = rounds(both, histories, count=10, explore=0.75)[-1]
    assert shares(narrow)[:, 3].mean() < 0.1 < 0.2 < shares(wide)[:, 3].mean()
    assert wide.explored > 0 == narrow.explored


def test_only_the_newest_clicks_are_remembered(monkeypatch):
    seen = []
    monkeypatch.setattr(
        Painter, "encode", lambda self, history: seen.append(len(history)) or np.ones(10) / 10
    )
    rounds([SEVENS], [shade([1] * 25)], count=3)
    assert seen == [0, 25, 31, 32]  # nobody first; six clicks are added each time


def test_two_loops_are_alike():
    one, two = (rounds([SEVENS], mixed([SEVENS]), explore=0.25) for _ in range(2))
    for first, second in zip(one, two, strict=True):
        np.testing.assert_array_equal(first.clicked, second.clicked)


def test_exploring_all_of_the_time_shows_nobodys_images():
    found = rounds([SEVENS], [shade([7] * 32)], count=2, explore=1.0)
    assert all(each.explored == 1 for each in found)


@pytest.mark.parametrize("explore", [-0.1, 1.1, np.nan])
def test_a_share_that_is_none_is_explained(explore):
    with pytest.raises(ValueError, match="explore must be a share, from 0 to 1"):
        rounds([SEVENS], mixed([SEVENS]), explore=explore)


@pytest.mark.parametrize("people, histories", [([], []), ([SEVENS], []), ([], mixed([SEVENS]))])
def test_people_without_histories_are_explained(people, histories):
    with pytest.raises(ValueError, match="each user needs a history"):
        rounds(people, histories)


# Clicks


def test_clicks_fall_by_how_well_images_suit():
    likelihoods = np.tile(np.log([0.6, 0.3, 0.1]), (20_000, 1))
    chosen = feedback.click(likelihoods, 1)[:, 0]
    # One standard deviation is .0035 at most.
    np.testing.assert_allclose(np.bincount(chosen) / 20_000, [0.6, 0.3, 0.1], atol=0.015)


def test_no_image_is_clicked_on_twice():
    places = feedback.click(np.zeros((50, 8)), 8, seed=1)
    np.testing.assert_array_equal(np.sort(places, axis=1), np.tile(np.arange(8), (50, 1)))
    np.testing.assert_array_equal(places, feedback.click(np.zeros((50, 8)), 8, seed=1))


def test_each_users_images_are_judged_by_that_user():
    images = np.stack([shade([7, 3]), shade([7, 3])])
    found = feedback.own_likelihood(read(images), [SEVENS, THREES])
    assert found.shape == (2, 2)
    assert found[0, 0] > found[0, 1] + 3 and found[1, 1] > found[1, 0] + 3


# Measures


@pytest.mark.parametrize("count", [1, 2, 5, 10])
def test_equal_digits_count_as_many_as_they_are(count):
    shares = np.arange(10) < count
    assert feedback.effective_digits(shares) == pytest.approx(count)
    assert feedback.effective_digits(shares * 7.0) == pytest.approx(count)


def test_effective_digits_are_the_exponential_of_the_entropy():
    random = np.random.default_rng(0).dirichlet(np.ones(10), 5)
    wanted = np.exp(special.entr(random).sum(1))
    np.testing.assert_allclose(feedback.effective_digits(random), wanted)


@pytest.mark.parametrize("shares", [np.zeros(10), [-1] + [1] * 9, [np.nan] * 10])
def test_shares_that_are_none_are_explained(shares):
    with pytest.raises(ValueError, match="shares must be finite"):
        feedback.effective_digits(shares)


def test_replaced_images_come_first():
    own, other = (read(np.stack([shade(digits)])) for digits in ([1, 2, 3, 4], [8, 9]))
    np.testing.assert_array_equal(feedback.replaced(own, other).digits, [[8, 9, 3, 4]])
    np.testing.assert_array_equal(own.digits, [[1, 2, 3, 4]])
