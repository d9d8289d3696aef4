"""The verdict on GANs that were broken on purpose, and on ones that are well.

Failures that show within seconds are trained here. The slow ones are put together: histories
recorded from real runs, and images of the shipped GAN, spoiled.
"""

import re

import keras
import numpy as np
import pytest
from keras import layers

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits
from persogan_lessons.measures import health
from persogan_lessons.models import gan, losses, networks

TRAIN, TRAIN_DIGITS = (each[:1000] for each in digits.load("train"))
HELD_OUT = digits.load("test")[0][:250]
PLAYERS = ("generator", "discriminator")
RANDOM = np.random.default_rng(0)

# Every twelfth epoch of networks of width 128, as in lesson 01.
HEALTHY = {
    "discriminator_loss": [0.83, 1.00, 1.15, 0.92, 0.75, 0.85, 0.86, 0.89, 0.94, 0.92],
    "generator_loss": [0.88, 1.45, 1.24, 1.56, 1.75, 1.74, 1.64, 1.49, 1.45, 1.52],
}
# Every fourth epoch with Adam(2e-2) for both players.
SWINGING = {
    "discriminator_loss": [4.79, 1.39, 1.49, 1.90, 1.35, 1.35, 2.12, 69.38, 0.01, 0.00],
    "generator_loss": [1.54, 0.87, 1.43, 1.48, 1.07, 1.86, 1.75, 96.54, 9.84, 22.11],
}
# Every other epoch where the discriminator's output passed two sigmoids; seed 2 ended otherwise.
TWICE = {
    "discriminator_loss": [1.308, 1.118, 1.046, 1.018, 1.008, 1.001, 1.000, 1.000, 1.000, 1.000],
    "generator_loss": [0.505, 0.622, 0.664, 0.682, 0.691, 0.691, 0.691, 0.691, 0.691, 0.691],
}
# Every third epoch of a Wasserstein GAN with clipped weights.
WASSERSTEIN = {
    "discriminator_loss": [-2.36, -1.25, -0.01, 0.00, -0.01, -0.01, -0.05, -0.56, -0.23, -0.80],
    "generator_loss": [-0.56, -16.7, -9.63, 0.89, 0.23, 0.43, 0.59, 0.04, -1.02, -0.13],
}


@pytest.fixture(scope="module")
def classifier():
    return checkpoints.load("classifier")


@pytest.fixture(scope="module")
def good():
    """What a healthy GAN draws."""
    return checkpoints.load("digits").generate(400, seed=1)


@pytest.fixture
def diagnose(classifier):
    def on_digits(history, fakes, train=TRAIN):
        return health.diagnose(
            history, fakes, train=train, held_out=HELD_OUT, classifier=classifier
        )

    return on_digits


def names(verdict):
    return [finding.name for finding in verdict.findings]


# Broken here and now


def train(model, epochs=6, **how):
    """A short real training: its history and what it draws."""
    model.compile(**how)
    history = model.fit(TRAIN, batch_size=64, epochs=epochs, verbose=0).history
    return history, model.generate(200, seed=1)


def small_gan(*before):
    """Small networks, with layers between the noise and the generator."""
    generator = [keras.Input((16,)), *before, networks.mlp_generator(16, width=32)]
    return gan.GAN(keras.Sequential(generator), networks.mlp_discriminator(width=32))


def slow_generator():
    return train(small_gan(), generator_optimizer=keras.optimizers.Adam(1e-5), epochs=12)


def sure_judge_minimax():
    model = small_gan()
    model.compile()
    for _ in range(60):
        model.discriminator_step(TRAIN[:64])
    return train(model, generator_loss=losses.minimax_generator_loss, epochs=16)


def deaf_to_noise():
    return train(small_gan(layers.Rescaling(0.0)))


def diverging():
    huge = {f"{player}_optimizer": keras.optimizers.SGD(1e12) for player in PLAYERS}
    return train(small_gan(), epochs=2, **huge)


def frozen_judge():
    return train(small_gan(), discriminator_optimizer=keras.optimizers.SGD(0.0))


def frozen_judge_minimax():
    how = {"generator_loss": losses.minimax_generator_loss}
    return train(small_gan(), discriminator_optimizer=keras.optimizers.SGD(0.0), **how)


def article():
    def both(_, fake_logits):
        return losses.non_saturating_generator_loss(fake_logits)

    return train(small_gan(), discriminator_loss=both)


@pytest.mark.parametrize(
    "break_it, name",
    [
        (slow_generator, "discriminator too strong"),
        (sure_judge_minimax, "vanishing generator gradient"),
        (deaf_to_noise, "mode collapse"),
        (diverging, "NaN"),
        (frozen_judge, "discriminator not training"),
        (frozen_judge_minimax, "discriminator not training"),
        (article, "one loss for both"),
    ],
)
def test_a_gan_broken_on_purpose_is_seen_through(break_it, name, diagnose):
    keras.utils.set_random_seed(1)
    verdict = diagnose(*break_it())
    assert name in names(verdict) and not verdict.healthy
    found = verdict.findings[names(verdict).index(name)]
    assert any(character.isdigit() for character in found.seen)
    assert found.lesson.startswith("lesson 0")


# Put together


def test_a_healthy_gan_raises_no_alarm(good, diagnose):
    verdict = diagnose(HEALTHY, good)
    assert verdict.healthy and names(verdict) == []
    assert "healthy" in str(verdict)
    assert "losses of 10 epochs, of the non-saturating kind; 400 fakes" in str(verdict)
    assert "1000 training and 250 held-out images" in str(verdict)


def test_real_images_raise_no_alarm(diagnose):
    assert diagnose(HEALTHY, digits.load("test")[0][500:]).healthy


def test_oscillation_is_told_with_its_peak(good, diagnose):
    verdict = diagnose(SWINGING, good)
    assert names(verdict) == ["oscillation"]
    assert "stood at 96.5 in epoch 8 of 10" in str(verdict)


@pytest.mark.parametrize("pinned_at", [1.000, 1.383])
def test_two_sigmoids(pinned_at, good, diagnose):
    """All fakes surely fake, and all real images surely real; or everything surely fake."""
    ended = {"discriminator_loss": TWICE["discriminator_loss"][:5] + [pinned_at] * 5}
    verdict = diagnose(TWICE | ended, good)
    assert names(verdict) == ["vanishing generator gradient"]
    assert "fault 6" in str(verdict)


@pytest.mark.parametrize("missing", [[7], [0, 4], [1, 2, 3, 8]])
def test_missing_digits_are_told_by_name(missing, diagnose):
    images, labels = digits.load("test")
    verdict = diagnose(HEALTHY, images[~np.isin(labels, missing)])
    assert names(verdict) == ["mode collapse"]
    told = re.search(r"shows a ([^,]*)", verdict.findings[0].seen)[1]
    assert [int(digit) for digit in re.findall(r"(\d) \(\d+\)", told)] == missing


def test_rare_digits_are_told_beside_missing_ones(diagnose):
    images, labels = digits.load("test")
    few = np.flatnonzero(labels == 3)[:15]
    keep = np.setdiff1d(np.flatnonzero((labels != 7) & (labels != 3)), few)
    verdict = diagnose(HEALTHY, images[np.concatenate([keep, few])])
    assert re.search(r"shows a 7 \(\d\), and few show a 3 \(1\d\)", verdict.findings[0].seen)


def test_a_digit_that_training_lacks_is_not_missed(diagnose):
    images, labels = digits.load("test")
    assert diagnose(HEALTHY, images[labels < 3], train=TRAIN[TRAIN_DIGITS < 3]).healthy


def test_near_identical_drawings_of_one_digit(diagnose):
    images, labels = digits.load("test")
    threes = images[labels == 3]
    images[labels == 3] = (threes[:1] + 0.02 * RANDOM.normal(size=threes.shape)).clip(-1, 1)
    verdict = diagnose(HEALTHY, images)
    assert names(verdict) == ["near-identical images"]
    assert "times for a 3 (" in verdict.findings[0].seen


@pytest.mark.parametrize("of", [30, 300, 1000])
def test_training_images_with_a_little_noise_are_memorised(of, diagnose):
    rows = RANDOM.integers(of, size=300)
    copies = TRAIN[rows] + 0.05 * RANDOM.normal(size=(300, 28, 28, 1))
    verdict = diagnose(HEALTHY, copies.clip(-1, 1), train=TRAIN[:of])
    assert names(verdict) == ["memorising"]
    assert f"of {of} training images" in verdict.findings[0].seen


def test_static_is_no_digit(diagnose):
    static = RANDOM.uniform(-1, 1, (200, 28, 28, 1))
    assert names(diagnose(HEALTHY, static)) == ["no digits yet"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_is_a_verdict(value, good, diagnose):
    broken = good.copy()
    broken[7, 0, 0] = value
    verdict = diagnose(HEALTHY, broken)
    assert names(verdict) == ["NaN"] and "1 of 400 fakes" in str(verdict)
    late = {name: [*values[:-1], value] for name, values in HEALTHY.items()}
    verdict = diagnose(late, good)
    assert names(verdict) == ["NaN"] and "in epoch 10 of 10" in str(verdict)


def test_players_that_stand_still(good, diagnose):
    still = {"discriminator_loss": [1.2] * 5, "generator_loss": [0.7] * 5}
    assert names(diagnose(still, good)) == ["discriminator not training"]


# Losses of other kinds


def test_nothing_is_said_about_losses_of_another_kind(good, diagnose):
    verdict = diagnose(WASSERSTEIN, good)
    assert verdict.healthy and "of no kind that is read here" in str(verdict)


@pytest.mark.parametrize("epochs", [1, 2])
def test_few_epochs_are_enough(epochs, good, diagnose):
    assert diagnose({name: values[:epochs] for name, values in HEALTHY.items()}, good).healthy


# Bad input


@pytest.mark.parametrize("history", [{}, {"loss": [1.0]}, {"generator_loss": [1.0]}, [1.0]])
def test_a_history_without_both_losses_is_refused(history, good, diagnose):
    with pytest.raises(ValueError, match=r"discriminator_loss and generator_loss.*fit\(\.\.\.\)"):
        diagnose(history, good)


@pytest.mark.parametrize("lists", [([1.0], [1.0, 2.0]), ([], []), ([[1.0]], [[1.0]])])
def test_losses_of_different_lengths_are_refused(lists, good, diagnose):
    with pytest.raises(ValueError, match="lists of one length, .* at least one; got shapes"):
        diagnose(dict(zip(HEALTHY, lists, strict=True)), good)


@pytest.mark.parametrize("shape", [(200, 784), (200, 28, 28), (99, 28, 28, 1), (0, 28, 28, 1)])
def test_fakes_of_another_shape_or_too_few_are_refused(shape, diagnose):
    with pytest.raises(ValueError, match=r"fakes must be images .* at least 100; got \("):
        diagnose(HEALTHY, np.zeros(shape))


def test_real_images_of_another_shape_are_refused(good, diagnose):
    with pytest.raises(ValueError, match="train must be images of shape"):
        diagnose(HEALTHY, good, train=TRAIN[..., 0])
