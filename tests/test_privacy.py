"""Attacks find what is there to be found, nothing where nothing is, and noise hides it."""

import numpy as np
import pytest
from scipy import integrate, stats

from persogan_lessons.data import digits, tastes
from persogan_lessons.measures import privacy

IMAGES, _ = digits.load("test")
VECTORS = np.stack([one.vector() for one in tastes.sample(200, seed=3)])


def normal(mean, count, seed):
    return np.random.default_rng(seed).normal(mean, 1, count)


# Membership


@pytest.mark.parametrize("seed", range(5))
def test_the_area_is_that_of_two_known_distributions(seed):
    found = privacy.membership(normal(1, 1000, seed), normal(0, 1000, seed + 50))
    assert abs(found.auc - stats.norm.cdf(2**-0.5)) < 0.04  # .76, standard deviation .011
    assert found.low < found.auc < found.high and found.high - found.low < 0.06
    assert found.found and found.members == found.others == 1000


def test_the_interval_holds_the_truth_nearly_always():
    pairs = [(normal(0, 60, seed), normal(0, 60, seed + 1000)) for seed in range(20)]
    found = [privacy.membership(*each) for each in pairs]
    assert sum(each.low <= 0.5 <= each.high for each in found) >= 16  # 19 of 20 on average
    widths = [each.high - each.low for each in found]
    assert np.mean(widths) == pytest.approx(4 * (121 / (12 * 60 * 60)) ** 0.5, rel=0.15)


def test_one_seed_one_interval():
    scores = normal(0.5, 50, 0), normal(0, 50, 1)
    assert privacy.membership(*scores, seed=1) == privacy.membership(*scores, seed=1)
    assert privacy.membership(*scores, seed=1) != privacy.membership(*scores, seed=2)


@pytest.mark.parametrize(
    "members, others, area", [([2, 3], [0, 1], 1), ([0, 1], [2, 3], 0), ([1, 1], [1, 1], 0.5)]
)
def test_the_ends_of_the_area(members, others, area):
    found = privacy.membership(members, others)
    assert (found.auc, found.low, found.high) == (area, area, area)
    assert f"AUC {area:.2f}" in str(found)


@pytest.mark.parametrize("bad", [[1.0], [1.0, np.nan], [[1.0], [2.0]], [np.inf, 0.0]])
def test_scores_that_are_none_are_explained(bad):
    with pytest.raises(ValueError, match="scores of others must be finite numbers"):
        privacy.membership([1.0, 2.0], bad)


def test_a_discriminator_that_remembers_gives_its_images_away():
    members, others = IMAGES[:100], IMAGES[100:200]

    def remembers(images):
        """A logit that is the lower, the farther an image lies from the nearest member."""
        flat, known = (np.reshape(each, (len(each), -1)) for each in (images, members))
        apart = ((flat[:, None] - known) ** 2).sum(-1).min(1)
        return -apart[:, None]

    scores = [privacy.by_discriminator(remembers, each) for each in (members, others)]
    assert privacy.membership(*scores).auc == 1.0
    with pytest.raises(ValueError, match="images must have shape"):
        privacy.by_discriminator(remembers, members[..., 0])


@pytest.mark.parametrize("noise", [0.0, 0.2])
def test_drawings_that_copy_give_their_images_away(noise):
    members, others, reference = IMAGES[:100], IMAGES[100:200], IMAGES[200:300]
    fakes = np.clip(members + noise * normal(0, members.shape, 0), -1, 1).astype("float32")
    scores = [privacy.by_generator(fakes, some, reference=reference) for some in (members, others)]
    assert privacy.membership(*scores).auc > 0.99


def test_drawings_that_copy_others_give_nobody_away():
    members, others, reference = IMAGES[:200], IMAGES[200:400], IMAGES[400:600]
    scores = [
        privacy.by_generator(IMAGES[600:900], some, reference=reference)
        for some in (members, others)
    ]
    found = privacy.membership(*scores)
    assert not found.found and abs(found.auc - 0.5) < 0.1  # standard deviation .03


# Vectors


def test_a_vector_finds_its_owner_unless_noise_hides_it():
    shares = [privacy.link(privacy.blur(VECTORS, scale), VECTORS).right for scale in (0.1, 1, 4)]
    assert shares[0] > 0.95 > shares[1] > shares[2] and shares[2] < 0.1
    found = privacy.link(VECTORS[:50], VECTORS)
    assert (found.right, found.candidates, found.trials) == (1.0, 200, 50)
    assert found.chance == 1 / 200


def test_a_vector_of_two_owners_has_none():
    twins = np.repeat(VECTORS[:3], 2, axis=0)
    assert privacy.link(twins, twins).right == 0


@pytest.mark.parametrize(
    "vectors, candidates",
    [
        (VECTORS, VECTORS[:, :4]),
        (VECTORS, VECTORS[:5]),
        (VECTORS[0], VECTORS),
        (VECTORS[:0], VECTORS),
        (VECTORS[:1], VECTORS[:1]),
    ],
)
def test_vectors_that_do_not_fit_are_explained(vectors, candidates):
    with pytest.raises(ValueError, match=r"vectors \(n, size\) and candidates \(m, size\)"):
        privacy.link(vectors, candidates)


@pytest.mark.parametrize("scale", [0, 0.5, 4, 50])
def test_a_blurred_taste_is_a_taste(scale):
    blurred = privacy.blur(VECTORS, scale, seed=1)
    assert blurred.shape == VECTORS.shape and blurred.dtype == "float32"
    assert blurred[:, :10].min() > 0
    np.testing.assert_allclose(blurred[:, :10].sum(1), 5, rtol=1e-5)
    tastes.Taste(tuple(blurred[0, :10]))


def test_noise_is_as_strong_as_it_says():
    same = privacy.blur(VECTORS, 0)
    np.testing.assert_allclose(same, VECTORS, atol=1e-4)
    styles = privacy.blur(np.repeat(VECTORS, 20, axis=0), 0.7)[:, 10:] - np.repeat(
        VECTORS[:, 10:], 20, axis=0
    )
    np.testing.assert_allclose(styles.std(0), 0.7, rtol=0.05)  # standard deviation .008
    again = privacy.blur(VECTORS, 0.7, seed=2)
    np.testing.assert_array_equal(again, privacy.blur(VECTORS, 0.7, seed=2))
    assert np.any(again != privacy.blur(VECTORS, 0.7, seed=3))


@pytest.mark.parametrize(
    "vectors, scale, words",
    [
        (VECTORS, -1, "scale must be a number, 0 or more"),
        (VECTORS, np.nan, "scale must be a number, 0 or more"),
        (VECTORS[0], 1, r"vector\[None\]"),
        (VECTORS[:, :5], 1, "size at least 10"),
        (VECTORS * np.nan, 1, "finite"),
        (np.zeros((2, 12)), 1, "add up to more than 0"),
    ],
)
def test_vectors_that_cannot_be_blurred_are_explained(vectors, scale, words):
    with pytest.raises(ValueError, match=words):
        privacy.blur(vectors, scale)


# The guarantee


@pytest.mark.parametrize("scale, reach", [(0.5, 1.0), (1.0, 9.0), (4.0, 9.0), (16.0, 9.0)])
def test_the_guarantee_is_what_its_definition_says(scale, reach):
    """By how much one person's x is likelier than exp(epsilon) times the other's, in all."""
    delta = 1e-3
    epsilon = privacy.guarantee(scale, reach, delta=delta)

    def excess(x):
        one, other = (stats.norm.logpdf(x, mean, scale) for mean in (reach, 0))
        return max(np.exp(one) - np.exp(epsilon + other), 0)

    far = reach + 12 * scale
    found, _ = integrate.quad(excess, -far, far, points=[reach], limit=500)
    assert found == pytest.approx(delta, rel=0.02)


def test_more_noise_promises_more():
    promised = [privacy.guarantee(scale, 9) for scale in (0.01, 0.25, 1, 4, 16, 1e4)]
    assert promised == sorted(promised, reverse=True) and promised[-1] == 0.0
    assert np.isfinite(promised).all()


@pytest.mark.parametrize("options", [{"scale": 0}, {"reach": -1}, {"delta": 1.0}, {"delta": 0}])
def test_a_guarantee_of_nothing_is_explained(options):
    scale, reach, delta = ({"scale": 1, "reach": 1, "delta": 0.01} | options).values()
    with pytest.raises(ValueError, match="scale and reach must be more than 0"):
        privacy.guarantee(scale, reach, delta=delta)
