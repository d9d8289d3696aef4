"""Measures of lists agree with scikit-learn and SciPy on random data, and with counting by hand."""

import numpy as np
import pytest
from scipy import stats
from sklearn import metrics

from persogan_lessons.measures import ranking

LISTS = np.array([[0, 1, 2, 3], [4, 3, 2, 1]])
HELD_OUT = np.array([[0, 1, 0, 1, 1], [0, 0, 0, 0, 1]])


@pytest.fixture(scope="module")
def random_data():
    random = np.random.default_rng(0)
    scores = random.normal(size=(60, 40))
    known = (random.random((60, 40)) < 0.2).astype("float32")
    held_out = (random.random((60, 40)) < 0.1) * (1 - known)
    held_out[3] = 0
    return scores, known, held_out


# ---- lists ---------------------------------------------------------------------------------------


def test_a_list_holds_the_best_of_what_is_unknown(random_data):
    scores, known, _ = random_data
    lists = ranking.top(scores, known, k=7)
    for user, row in enumerate(lists):
        unknown = np.flatnonzero(known[user] == 0)
        best = sorted(unknown, key=lambda item, user=user: -scores[user, item])[:7]
        assert row.tolist() == best


def test_ties_go_to_the_lower_number():
    assert ranking.top(np.zeros((1, 5)), [[0, 1, 0, 0, 0]], k=3).tolist() == [[0, 2, 3]]


@pytest.mark.parametrize(
    "scores, known, k, fault",
    [
        (np.zeros((2, 5)), np.zeros((2, 4)), 2, r"\(2, 5\) and \(2, 4\)"),
        (np.zeros(5), np.zeros(5), 2, "must both be"),
        (np.full((2, 5), np.nan), np.zeros((2, 5)), 2, "finite"),
        (np.zeros((2, 5)), np.eye(5)[:2], 5, "from 1 to 4"),
        (np.zeros((2, 5)), np.zeros((2, 5)), 0, "from 1 to 5"),
    ],
)
def test_scores_that_make_no_list(scores, known, k, fault):
    with pytest.raises(ValueError, match=fault):
        ranking.top(scores, known, k=k)


# ---- accuracy ------------------------------------------------------------------------------------


def test_by_hand():
    np.testing.assert_allclose(ranking.precision(LISTS, HELD_OUT), [2 / 4, 1 / 4])
    np.testing.assert_allclose(ranking.recall(LISTS, HELD_OUT), [2 / 3, 1])
    np.testing.assert_allclose(ranking.reciprocal_rank(LISTS, HELD_OUT), [1 / 2, 1])
    worth = 1 / np.log2([2, 3, 4, 5])
    expected = [(worth[1] + worth[3]) / worth[:3].sum(), 1]
    np.testing.assert_allclose(ranking.ndcg(LISTS, HELD_OUT), expected)


def test_ndcg_is_that_of_scikit_learn(random_data):
    scores, known, held_out = random_data
    ours = ranking.ndcg(ranking.top(scores, known, k=8), held_out)
    ranks = np.where(known > 0, scores.min() - 1, scores)
    theirs = [
        metrics.ndcg_score(held_out[[user]], ranks[[user]], k=8) for user in range(len(scores))
    ]
    some = held_out.any(1)
    np.testing.assert_allclose(ours[some], np.array(theirs)[some])
    assert np.isnan(ours[~some]).all() and not some.all()


def test_precision_and_recall_are_those_of_scikit_learn(random_data):
    scores, known, held_out = random_data
    lists = ranking.top(scores, known, k=8)
    in_list = np.zeros_like(scores)
    np.put_along_axis(in_list, lists, 1, axis=1)
    options = {"average": "samples", "zero_division": np.nan}
    for ours, theirs in (
        (ranking.recall, metrics.recall_score),
        (ranking.precision, metrics.precision_score),
    ):
        some = held_out.any(1)
        expected = theirs(held_out[some], in_list[some], **options)
        assert np.nanmean(ours(lists, held_out)) == pytest.approx(expected)


def test_reciprocal_rank_is_that_of_scikit_learn(random_data):
    """With one relevant item for each user, label_ranking_average_precision is the same."""
    scores = random_data[0]
    one = np.eye(40)[np.random.default_rng(1).integers(40, size=60)]
    ours = ranking.reciprocal_rank(ranking.top(scores, np.zeros_like(one), k=40), one)
    theirs = metrics.label_ranking_average_precision_score(one, scores)
    assert ours.mean() == pytest.approx(theirs)


@pytest.mark.parametrize(
    "lists, held_out, fault",
    [
        (LISTS, HELD_OUT[:1], "same users"),
        (LISTS[0], HELD_OUT, "same users"),
        (LISTS + 1, HELD_OUT, "from 0 to 4; got 1 to 5"),
        (LISTS - 1, HELD_OUT, "from 0 to 4; got -1 to 3"),
    ],
)
def test_lists_of_something_else(lists, held_out, fault):
    with pytest.raises(ValueError, match=fault):
        ranking.ndcg(lists, held_out)


# ---- beyond accuracy -----------------------------------------------------------------------------


def test_coverage_counts_what_anybody_is_shown():
    assert ranking.coverage(LISTS, items=10) == 0.5


def test_novelty_and_tail_see_popularity():
    known = np.zeros((7, 10))
    known[:, 0] = 1  # the head are items 0 and 1
    known[:3, 1] = 1
    head, tail = np.array([[0, 1]]), np.array([[5, 6]])
    assert ranking.novelty(head, known) == pytest.approx(0.5)  # 0 and 1 bit
    assert ranking.novelty(tail, known) == pytest.approx(3)  # nobody: as if 1 of 8
    assert ranking.tail_share(head, known) == 0 and ranking.tail_share(tail, known) == 1


def test_diversity_is_the_mean_distance_of_two():
    genres = np.array([[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 0]])
    lists = np.array([[0, 1], [0, 2], [0, 3], [0, 4]])
    each = [ranking.diversity(one[np.newaxis], genres) for one in lists]
    np.testing.assert_allclose(each, [0, 1, 1 - np.sqrt(0.5), 1], atol=1e-12)
    assert ranking.diversity(lists, genres) == pytest.approx(np.mean(each))


def test_diversity_agrees_with_scikit_learn():
    random = np.random.default_rng(2)
    genres = random.integers(0, 2, (30, 6))
    genres[:, 0] = 1  # scikit-learn puts items without any genre on one another
    lists = np.stack([random.permutation(30)[:5] for _ in range(4)])
    distances = metrics.pairwise.cosine_distances(genres)
    pairs = [(a, b) for a in range(5) for b in range(5) if a != b]
    expected = np.mean([distances[row[a], row[b]] for row in lists for a, b in pairs])
    assert ranking.diversity(lists, genres) == pytest.approx(expected)


# ---- with intervals ------------------------------------------------------------------------------


def test_an_interval_is_that_of_scipy():
    values = np.random.default_rng(3).gamma(2.0, size=300)
    ours = ranking.mean(values)
    theirs = stats.bootstrap((values,), np.mean, method="percentile", n_resamples=2000)
    width = ours.high - ours.low
    assert ours.mean == pytest.approx(values.mean())
    expected = theirs.confidence_interval
    np.testing.assert_allclose([ours.low, ours.high], expected, atol=0.1 * width)


def test_an_interval_holds_the_truth_as_often_as_it_says():
    random = np.random.default_rng(4)
    found = [ranking.mean(random.exponential(size=100), seed) for seed in range(200)]
    held = np.mean([each.low <= 1 <= each.high for each in found])
    assert 0.88 <= held <= 0.98, "95 % are wanted, and small samples hold a little less"


def test_a_difference_is_taken_user_by_user():
    base = np.random.default_rng(5).normal(0, 10, 200)
    better = ranking.difference(base + 0.1, base)
    assert better.low == pytest.approx(0.1) and better.high == pytest.approx(0.1)
    with pytest.raises(ValueError, match="same users"):
        ranking.difference(base, base[1:])


def test_users_without_anything_held_out_are_left_out():
    assert ranking.mean([np.nan, 0.25, 0.75]).mean == 0.5
    with pytest.raises(ValueError, match="at least one"):
        ranking.mean([np.nan])


def test_a_report_has_every_measure(random_data):
    scores, known, held_out = random_data
    genres = np.random.default_rng(6).integers(0, 2, (40, 5))
    found = ranking.report(scores, known, held_out=held_out, genres=genres, k=8)
    lists = ranking.top(scores, known, k=8)
    assert found.ndcg.mean == pytest.approx(np.nanmean(ranking.ndcg(lists, held_out)))
    assert found.diversity == ranking.diversity(lists, genres)
    assert found.coverage == 1 and 0 < found.tail_share < 1
    assert (
        str(found.ndcg) == f"{found.ndcg.mean:.3f} ({found.ndcg.low:.3f} to {found.ndcg.high:.3f})"
    )
