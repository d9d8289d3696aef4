"""Recommenders find what was hidden, agree with what is known of them, and serve everybody."""

import numpy as np
import pytest
from sklearn import metrics

from persogan_lessons.models import recommenders
from persogan_lessons.models.recommenders import BPR, EASE, Blend, ItemKNN, Popularity


@pytest.fixture(scope="module")
def clubs():
    """(interactions, truth): 60 users in three clubs, who like most of their club's 12 items."""
    random = np.random.default_rng(0)
    truth = np.kron(np.eye(3), np.ones((20, 12)))
    return (truth * (random.random(truth.shape) < 0.6)).astype("float32"), truth


def found(model, clubs):
    """How well scores tell unknown items of the own club from others, 0.5 being chance."""
    interactions, truth = clubs
    unknown = interactions == 0
    scores = model.scores(np.arange(len(interactions)))
    areas = [
        metrics.roc_auc_score(truth[user][row], scores[user][row])
        for user, row in enumerate(unknown)
        if truth[user][row].any()
    ]
    return np.mean(areas)


ALL = {
    "item-kNN": lambda: ItemKNN(),
    "EASE": lambda: EASE(10.0),
    "BPR": lambda: BPR(8, epochs=60, rate=0.05),
    "Blend": lambda: Blend([EASE(10.0), Popularity()], [1, -0.1]),
}
EACH = pytest.mark.parametrize("name", ALL)


@EACH
def test_the_hidden_is_found(name, clubs):
    assert found(ALL[name]().fit(clubs[0]), clubs) > 0.9
    assert found(Popularity().fit(clubs[0]), clubs) < 0.7


@EACH
def test_somebody_new_is_served(name, clubs):
    model = ALL[name]().fit(clubs[0])
    new = np.zeros((1, 36))
    new[0, [13, 15, 17]] = 1
    scores = model.scores(new)[0]
    assert scores.shape == (36,)
    others = np.setdiff1d(np.arange(12, 24), [13, 15, 17])
    assert scores[others].mean() > np.r_[scores[:12], scores[24:]].max()


@EACH
def test_who_likes_nothing_gets_what_is_popular(name, clubs):
    model = ALL[name]().fit(clubs[0])
    expected = np.log1p(clubs[0].sum(0))
    np.testing.assert_allclose(model.scores(np.zeros((2, 36))), [expected, expected], rtol=1e-6)


@EACH
def test_chance_is_in_the_seed(name, clubs):
    first, again = (ALL[name]().fit(clubs[0]).scores([0, 5]) for _ in range(2))
    np.testing.assert_allclose(first, again, rtol=1e-6)


def test_ease_is_the_least_squares_that_it_says():
    """Column by column: ridge regression of an item on all others."""
    random = np.random.default_rng(1)
    interactions = (random.random((50, 8)) < 0.3).astype("float64")
    weights = EASE(3.0).fit(interactions).weights
    for item in range(8):
        others = np.delete(interactions, item, axis=1)
        left = others.T @ others + 3.0 * np.eye(7)
        expected = np.linalg.solve(left, others.T @ interactions[:, item])
        np.testing.assert_allclose(
            np.delete(weights[:, item], item), expected, rtol=1e-4, atol=1e-6
        )
        assert weights[item, item] == 0


def test_item_knn_is_the_cosine_of_scikit_learn():
    interactions = (np.random.default_rng(2).random((90, 15)) < 0.4).astype("float64")
    weights = ItemKNN(4, shrink=0.0, power=0.5, activity=0.0).fit(interactions).weights
    alike = metrics.pairwise.cosine_similarity(interactions.T) - np.eye(15)
    nearest = np.sort(alike, axis=1)[:, [-4]]
    np.testing.assert_allclose(weights, np.where(alike >= nearest - 1e-9, alike, 0), rtol=1e-5)


def test_a_blend_is_the_sum_of_standardised_scores(clubs):
    models = [EASE(10.0), ItemKNN()]
    blend = Blend(models, [2.0, 0.5]).fit(clubs[0])
    parts = [model.scores([3]) for model in models]
    expected = 2.0 * recommenders.standardised(parts[0]) + 0.5 * recommenders.standardised(parts[1])
    np.testing.assert_allclose(blend.scores([3]), expected)
    with pytest.raises(ValueError, match="2 models need as many weights; got 1"):
        Blend(models, [1.0])


def test_bpr_knows_what_is_popular_without_any_vector():
    """Where vectors are pulled to 0, each item's bias is left."""
    random = np.random.default_rng(0)
    shares = np.linspace(0.05, 0.7, 12)
    interactions = (random.random((300, 12)) < shares).astype("float32")
    scores = BPR(4, decay=100.0, epochs=30, rate=0.05).fit(interactions).scores([0, 1])
    for row in scores:
        assert np.corrcoef(row, interactions.sum(0))[0, 1] > 0.95
    np.testing.assert_allclose(scores[0], scores[1], atol=0.05)


def test_standardised_rows():
    rows = recommenders.standardised(np.array([[1.0, 2.0, 3.0], [4.0, 4.0, 4.0]]))
    np.testing.assert_allclose(rows.mean(1), 0, atol=1e-12)
    np.testing.assert_allclose(rows.std(1), [1, 0])


def test_a_folded_in_vector_is_least_squares():
    random = np.random.default_rng(3)
    items, vectors = random.normal(size=(30, 4)), random.normal(size=(2, 4))
    np.testing.assert_allclose(
        recommenders.fold_in(vectors @ items.T, items, ridge=1e-9), vectors, rtol=1e-6
    )


@pytest.mark.parametrize(
    "likes, fault",
    [
        (np.zeros(5), r"likes must be \(users, items\)"),
        (np.zeros((0, 5)), "neither 0"),
        (np.full((2, 5), 4.0), "0 and 1: turn ratings into likes first"),
        (np.full((2, 5), np.nan), "0 and 1"),
    ],
)
def test_interactions_that_are_none(likes, fault):
    with pytest.raises(ValueError, match=fault):
        EASE().fit(likes)


@pytest.mark.parametrize(
    "users, fault",
    [
        ([60], "from 0 to 59; got 60 to 60"),
        ([-1, 3], "from 0 to 59; got -1 to 3"),
        ([0.5], "whole numbers"),
        ([], "whole numbers"),
        (np.zeros((1, 35)), r"\(users, 36\).*got \(1, 35\)"),
    ],
)
def test_users_who_are_none(users, fault, clubs):
    with pytest.raises(ValueError, match=fault):
        EASE().fit(clubs[0]).scores(users)


def test_scores_before_fit():
    with pytest.raises(RuntimeError, match="fit comes before scores"):
        Popularity().scores([0])
