"""A failing check says what was seen, why, and where to read; a right answer passes."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers, ops

from persogan_lessons.course import checks
from persogan_lessons.measures import distances
from persogan_lessons.measures.privacy import Membership
from persogan_lessons.models import penalties
from persogan_lessons.models.gan import GAN
from persogan_lessons.models.networks import (
    conditional_discriminator,
    conditional_generator,
    mlp_discriminator,
    mlp_generator,
)

IMAGES = np.random.default_rng(0).uniform(-1, 1, (16, 28, 28, 1)).astype("float32")


def ending_in(*last):
    return keras.Sequential([keras.Input((8,)), layers.Dense(784), *last])


def judging_with(*last):
    return keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), *last])


def failure(check, *arguments, **options):
    with pytest.raises(checks.CheckFailed) as caught:
        check(*arguments, **options)
    message = str(caught.value)
    assert all(part in message for part in ("Seen:", "Likely cause:", "Read:", "lesson "))
    return message


def test_right_networks_pass(capsys):
    checks.shapes(mlp_generator(8, width=16), mlp_discriminator(width=16))
    assert capsys.readouterr().out.startswith("Passed")


@pytest.mark.parametrize(
    "generator, discriminator, words",
    [
        (ending_in(), mlp_discriminator(width=16), "shape (4, 784)"),
        (ending_in(layers.Reshape((28, 28, 1)), layers.Rescaling(50)), None, "not from -1 to 1"),
        (mlp_generator(8, width=16), judging_with(layers.Dense(2)), "shape (4, 2)"),
        (mlp_generator(8, width=16), judging_with(layers.Dense(1, "sigmoid")), "a sigmoid at"),
    ],
)
def test_wrong_networks_are_explained(generator, discriminator, words):
    assert words in failure(checks.shapes, generator, discriminator)


@pytest.mark.parametrize("bad, words", [(np.nan, "NaN"), (np.inf, "infinite"), (3.0, "to 3.00")])
def test_bad_pixels_are_explained(bad, words):
    images = IMAGES.copy()
    images[0, 0, 0] = bad
    assert words in failure(checks.in_range, images)
    checks.in_range(IMAGES)


def test_who_moves_is_told():
    gan = GAN(mlp_generator(8, width=16), mlp_discriminator(width=16))
    gan.compile()
    players = {"moving": gan.discriminator, "resting": gan.generator}
    checks.moves_only(lambda: gan.discriminator_step(IMAGES), **players)
    assert "left every weight" in failure(checks.moves_only, lambda: None, **players)

    def both():
        gan.discriminator_step(IMAGES)
        gan.generator_step(16)

    assert "variables of both networks" in failure(checks.moves_only, both, **players)


def test_a_game_that_ended_is_told():
    alive = {"discriminator_loss": [1.2, 0.8], "generator_loss": [0.9, 1.5]}
    checks.game_is_alive(alive)
    diverged = alive | {"generator_loss": [1, np.nan]}
    assert "from epoch 2 on" in failure(checks.game_is_alive, diverged)
    won = alive | {"discriminator_loss": [1, 0.01]}
    assert "never wrong" in failure(checks.game_is_alive, won)


def test_missing_digits_are_named():
    checks.digits_appear(np.arange(100) % 10)
    checks.digits_appear([1, 1, 5], kinds=2)
    assert "[3 7]" in failure(checks.digits_appear, [0, 1, 2, 4, 5, 6, 8, 9])


def test_a_penalty_that_gives_nan_is_told(capsys):
    def careless(discriminator, real_images, fake_images):
        slopes = penalties.slopes_at(real_images, discriminator)
        return ops.mean(ops.square(ops.sqrt(ops.sum(ops.square(slopes), axis=1)) - 1))

    def constant(discriminator, real_images, fake_images):
        return ops.mean(real_images)

    assert "root" in failure(checks.penalty_is_safe, careless)
    assert "does not depend" in failure(checks.penalty_is_safe, constant)
    checks.penalty_is_safe(penalties.gradient_penalty())
    checks.penalty_is_safe(penalties.r1_penalty())
    assert capsys.readouterr().out.count("Passed") == 2


def test_missing_modes_are_explained(capsys):
    words = failure(checks.all_modes_found, distances.ModesFound(2, 8, 0.5, 100))
    assert "2 of 8 modes" in words and "50%" in words
    checks.all_modes_found(distances.ModesFound(8, 8, 0.9, 100))
    assert capsys.readouterr().out == "Passed: 8 of 8 modes, 90% near one (100 points).\n"


def test_drawings_that_do_not_suit_are_explained(capsys):
    def report(gap=0.9, digits=0.12, diversity=1.0):
        found = SimpleNamespace(
            digits=SimpleNamespace(total_variation=digits), among_users=SimpleNamespace(right=0.97)
        )
        real = SimpleNamespace(digits=SimpleNamespace(total_variation=0.1))
        return SimpleNamespace(fake=found, real=real, gap_share=gap, diversity_share=diversity)

    assert "does not reach the generator" in failure(checks.suits_people, report(gap=0.1))
    assert "another digit" in failure(checks.suits_people, report(digits=0.5))
    assert "ignores its noise" in failure(checks.suits_people, report(diversity=0.2))
    checks.suits_people(report())
    assert "97% recognised" in capsys.readouterr().out


# Lesson 05: conditions


def test_conditional_networks_pass(capsys):
    checks.conditional_shapes(conditional_generator(3, width=16), conditional_discriminator(3, 16))
    assert capsys.readouterr().out.startswith("Passed")


def deaf(network):
    """The same network, its condition an input that changes nothing."""
    first, condition = network.inputs
    return keras.Model([first, condition], network([first, layers.Rescaling(0.0)(condition)]))


@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_player_that_is_deaf_is_named(player):
    players = {
        "generator": conditional_generator(3, width=16),
        "discriminator": conditional_discriminator(3, 16),
    }
    players[player] = deaf(players[player])
    message = failure(checks.conditional_shapes, *players.values())
    assert f"for the {player}, another condition" in message


def test_wrong_conditional_shapes_are_explained():
    generator = conditional_generator(3, width=16)
    flat = keras.Model(generator.inputs, layers.Flatten()(generator.outputs[0]))
    image, condition = conditional_discriminator(3, 16).inputs
    two = keras.Model([image, condition], layers.Dense(2)(condition))
    assert "(4, 2)" in failure(checks.conditional_shapes, generator, two)
    judge = keras.Model([keras.Input((784,)), condition], layers.Dense(1)(condition))
    assert "(4, 784)" in failure(checks.conditional_shapes, flat, judge)


def test_obedience(capsys):
    asked = np.repeat(np.arange(10), 10)
    checks.obeys(asked, np.where(np.arange(100) < 95, asked, 0))
    assert "95.0%" in capsys.readouterr().out
    message = failure(checks.obeys, asked, np.where(asked == 7, 1, asked), at_least=0.95)
    assert "90% show what was asked" in message and "the 7 with 0%" in message


def owned_report(recognised=0.9, variety_share=1.0, very_near=0.05):
    right = [SimpleNamespace(right=each, chance=0.25) for each in (recognised, 0.95)]
    fake, real = (SimpleNamespace(recognised=each) for each in right)
    memorisation = SimpleNamespace(very_near=very_near)
    return SimpleNamespace(
        fake=fake, real=real, variety_share=variety_share, memorisation=memorisation
    )


def test_drawings_for_owners_pass(capsys):
    checks.draws_for_owners(owned_report())
    checks.draws_for_owners(owned_report(recognised=0.61))
    checks.draws_for_owners(owned_report(recognised=0.4), at_least=0.2)
    assert capsys.readouterr().out.count("Passed") == 3


@pytest.mark.parametrize(
    "change, words",
    [
        ({"recognised": 0.59}, "59% of the drawings are recognised, 95% of real"),
        ({"variety_share": 0.5}, "differ 50% as much"),
        ({"very_near": 0.4}, "40% of the drawings lie very near"),
    ],
)
def test_drawings_for_nobody_are_explained(change, words):
    assert words in failure(checks.draws_for_owners, owned_report(**change))


def test_noise_must_matter(capsys):
    checks.noise_matters(0.9 * IMAGES, IMAGES)
    assert "90%" in capsys.readouterr().out
    assert "mode_seeking" in failure(checks.noise_matters, 0.3 * IMAGES, IMAGES)
    assert "0% as much" in failure(checks.noise_matters, IMAGES[:1].repeat(16, 0), IMAGES)


PLAIN = {"fit": 0.0, "diversity": 1.0, "frechet": 1.5, "precision": 0.9}


def test_an_affordable_knob_passes(capsys):
    checks.affordable({"fit": 0.2, "diversity": 0.95, "frechet": 2.0}, PLAIN)
    assert capsys.readouterr().out.startswith("Passed")


@pytest.mark.parametrize(
    "change, words",
    [
        ({"fit": -0.3}, "fit fell from 0.00 to -0.30"),
        ({"diversity": 0.6}, "differ 60%"),
        ({"frechet": 4.0}, "grew from 1.5 to 4.0"),
        ({"fit": np.nan}, "NaN"),
    ],
)
def test_a_knob_that_costs_too_much_is_explained(change, words):
    assert words in failure(checks.affordable, PLAIN | change, PLAIN)


def test_replies_must_suit(capsys):
    checks.replies_suit(0.97, 1.0, shuffled_fact=0.12)
    assert "right fact 97%, right tone 100%" in capsys.readouterr().out
    assert "80% state the right fact" in failure(checks.replies_suit, 0.8, 1, shuffled_fact=0.1)
    assert "50% have the right tone" in failure(checks.replies_suit, 1, 0.5, shuffled_fact=0.1)
    message = failure(checks.replies_suit, 1, 1, shuffled_fact=0.9)
    assert "somebody else's past" in message and "90%" in message


def test_clicks_must_help(capsys):
    checks.learns_from_clicks({0: 0.6, 4: 0.4, 32: 0.25})
    assert "0.60 with 0 clicks, 0.25 with 32" in capsys.readouterr().out
    message = failure(checks.learns_from_clicks, {0: 0.6, 32: 0.55})
    assert "with 32 clicks" in message and "contrast" in message
    assert "nan" in failure(checks.learns_from_clicks, {0: 0.6, 16: np.nan})


def test_recommendations_must_be_personal_and_better_than_popular(capsys):
    clubs = np.kron(np.eye(2), np.ones((20, 30)))
    random = np.random.default_rng(0)
    known = clubs * (random.random(clubs.shape) < 0.4)
    known[:, 0] = 1  # else nothing is more popular than anything else
    held_out = clubs * (1 - known)
    good = clubs + 0.01 * random.random(clubs.shape)
    checks.recommends(good, known, held_out=held_out)
    assert capsys.readouterr().out.startswith("Passed: the lists are personal")
    alike = np.tile(known.sum(0), (40, 1))
    assert "the same order" in failure(checks.recommends, alike, known, held_out=held_out)
    wrong = random.random(clubs.shape) - clubs
    message = failure(checks.recommends, wrong, known, held_out=held_out)
    assert "no better" in message and "zeros" in message


def test_a_resumed_training_must_lose_nothing(capsys):
    one = [np.zeros((2, 3), "float32"), np.array(7)]
    checks.loses_nothing(one, [each.copy() for each in one])
    assert "Passed: 2 variables" in capsys.readouterr().out
    other = [np.full((2, 3), 1e-7, "float32"), np.array(7)]
    with pytest.raises(checks.CheckFailed, match=r"1 of 2 variables differ, by 1e-07.*\n.*seed"):
        checks.loses_nothing(one, other)


def test_members_must_stay_hidden(capsys):
    checks.members_stay_hidden(Membership(0.51, 0.48, 0.55, 1000, 1000))
    assert "Passed: Membership: AUC 0.51" in capsys.readouterr().out
    message = failure(checks.members_stay_hidden, Membership(0.88, 0.85, 0.91, 100, 500))
    assert "in 88% of pairs, at least 85%" in message and "by heart" in message
    message = failure(checks.members_stay_hidden, Membership(0.5, 0.35, 0.65, 9, 9))
    assert "no proof" in message and "9 members and 9 others" in message
