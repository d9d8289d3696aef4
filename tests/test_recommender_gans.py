"""Both games move only the player whose turn it is, and end with lists better than chance."""

import numpy as np
import pytest
import tensorflow as tf
from test_recommenders import found

from persogan_lessons.models import recommender_gans as games
from persogan_lessons.models.recommender_gans import (
    CFGAN,
    IRGAN,
    ItemCFGAN,
    LikelyLikes,
    Players,
    Terms,
)
from persogan_lessons.models.recommenders import BPR

SMALL = Players(hidden=32, dropout=0.3, decay=1e-5)


@pytest.fixture(scope="module")
def clubs():
    """(interactions, truth): 60 users in three clubs, who like most of their club's 12 items."""
    random = np.random.default_rng(0)
    truth = np.kron(np.eye(3), np.ones((20, 12)))
    return (truth * (random.random(truth.shape) < 0.6)).astype("float32"), truth


def made(name, terms=games.TERMS):
    if name in ("LikelyLikes", "IRGAN"):
        kind = {"LikelyLikes": LikelyLikes, "IRGAN": IRGAN}[name]
        return kind(BPR(8, epochs=20, rate=0.05), steps=30, rate=1e-2)
    return {"CFGAN": CFGAN, "ItemCFGAN": ItemCFGAN}[name](terms, SMALL, epochs=60, rate=1e-2)


@pytest.fixture(scope="module", params=["LikelyLikes", "IRGAN", "CFGAN", "ItemCFGAN"])
def fitted(request, clubs):
    return made(request.param).fit(clubs[0])


def test_the_hidden_is_found(fitted, clubs):
    assert found(fitted, clubs) > 0.85


def test_the_paper_and_the_ablation_find_it_too(clubs):
    terms = Terms(adversarial=1.0, zeros=0.5, likes=0.0, drawn=0.3)
    weightless = SMALL._replace(decay=0.0)  # else decay is stronger than the game
    paper = CFGAN(terms, weightless, epochs=150, rate=1e-2).fit(clubs[0])
    ablation = made("CFGAN", Terms(adversarial=0.0)).fit(clubs[0])
    assert found(paper, clubs) > 0.85 and found(ablation, clubs) > 0.85


def test_somebody_new_and_nobody_are_served(fitted, clubs):
    new = np.zeros((2, 36))
    new[0, [13, 15, 17]] = 1
    scores = fitted.scores(new)
    others = np.setdiff1d(np.arange(12, 24), [13, 15, 17])
    assert scores[0, others].mean() > np.r_[scores[0, :12], scores[0, 24:]].mean()
    np.testing.assert_allclose(scores[1], np.log1p(clubs[0].sum(0)), rtol=1e-6)


def gan(clubs, terms=games.TERMS):
    model = games.PreferenceGAN(SMALL.generator(36), SMALL.discriminator(36))
    model.compile(terms, 1e-2)
    return model, tf.constant(clubs[0][:8])


def moved(player, step):
    before = [each.numpy() for each in player.weights]
    step()
    return any(
        not np.array_equal(old, new) for old, new in zip(before, player.weights, strict=True)
    )


def test_each_half_moves_its_player_only(clubs):
    model, likes = gan(clubs)
    zeros = 1 - likes
    halves = (
        (model.discriminator_step, model.discriminator, model.generator),
        (
            model.generator_step,
            model.generator,
            model.discriminator,
        ),
    )
    for half, moving, resting in halves:
        assert not moved(resting, lambda half=half: half(likes, zeros))
        assert moved(moving, lambda half=half: half(likes, zeros))


@pytest.mark.parametrize("penalty, gradient", [("squares", 0.25), ("logarithm", 0.5)])
def test_a_zero_is_pressed_by_its_penalty(penalty, gradient):
    """At a preference of a half, of which the square and the logarithm have known slopes."""
    with tf.GradientTape() as tape:
        logit = tf.Variable(0.0)
        loss = games.PENALTIES[penalty](logit)
    assert tape.gradient(loss, logit).numpy() == pytest.approx(gradient)


def test_another_penalty_is_refused(clubs):
    with pytest.raises(ValueError, match="penalty must be one of .*squares.*got 'cubes'"):
        gan(clubs, Terms(penalty="cubes"))


def test_without_a_game_the_discriminator_rests(clubs):
    model, likes = gan(clubs, Terms(adversarial=0.0))
    assert not moved(model.discriminator, lambda: model.fit(likes, epochs=2, verbose=0))
    assert set(model.fit(likes, verbose=0).history) == {"generator_loss"}


def test_masked_items_stay_out_of_the_game(clubs):
    """The discriminator's loss does not see what the generator says of items that are masked."""
    model, likes = gan(clubs)
    model.generator.layers[0].rate = 0.0
    zeros = tf.zeros_like(likes)
    weights = model.discriminator.get_weights()
    first = model.discriminator_step(likes, zeros)
    bias = model.generator.layers[-1].bias
    never = clubs[0][:8].sum(0) == 0
    bias.assign(bias + 5.0 * never)
    model.discriminator.set_weights(weights)
    assert float(model.discriminator_step(likes, zeros)) == pytest.approx(float(first), rel=1e-5)
    bias.assign(bias + 5.0)
    model.discriminator.set_weights(weights)
    assert float(model.discriminator_step(likes, zeros)) != pytest.approx(float(first), rel=1e-3)


@pytest.mark.parametrize("kind", [IRGAN, LikelyLikes])
def test_a_policy_learns_to_pick_of_the_own_club(kind, clubs):
    """It does so more often than BPR's start did, by the judge's reward and by the likes alone."""
    interactions, truth = clubs
    start = BPR(8, epochs=2, rate=0.05)
    after = kind(start, steps=80, rate=3e-2).fit(interactions)

    def share(model):
        scores = model.scores(np.arange(60))
        chances = np.exp(scores - scores.max(1, keepdims=True))
        return np.mean((chances * truth).sum(1) / chances.sum(1))

    assert share(after) > share(start) + 0.2


def test_likely_likes_climbs_the_likelihood_and_bears_who_likes_nothing(clubs):
    interactions = clubs[0].copy()
    interactions[0] = 0

    def likelihood(model):
        scores = model.user_vectors @ model.item_vectors.T
        log_chances = scores - np.log(np.exp(scores).sum(1, keepdims=True))
        return (log_chances * interactions).sum() / interactions.sum()

    found = [
        likelihood(LikelyLikes(BPR(8, epochs=2), steps=steps, rate=1e-2).fit(interactions))
        for steps in (0, 10, 100)
    ]
    assert found[0] < found[1] < found[2] < 0
