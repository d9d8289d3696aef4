"""Answers to assignment 09 as students give them, wrong and right."""

import heapq
import math

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import ops
from sklearn.metrics import dcg_score, ndcg_score

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# A list for each person


@right("top_five")
def with_where(scores, known):
    left = np.where(known == 1, -np.inf, scores)
    return np.argsort(left)[:, ::-1][:, :5]


@right("top_five")
def with_a_copy(scores, known):
    scores = scores.copy()
    scores[known > 0] = -1e9
    return (-scores).argsort(axis=1)[:, :5]


@right("top_five")
def with_tensorflow(scores, known):
    return tf.math.top_k(scores - 1e9 * known, k=5).indices


@right("top_five")
def person_by_person(scores, known):
    lists = []
    for row, seen in zip(scores, known, strict=True):
        new = [film for film in range(len(row)) if not seen[film]]
        lists.append(heapq.nlargest(5, new, key=lambda film: row[film]))
    return np.array(lists)


@right("top_five")
def in_two_steps(scores, known):
    left = np.ma.masked_array(scores, known.astype(bool)).filled(-np.inf)
    five = np.argpartition(-left, 5, axis=1)[:, :5]
    order = np.argsort(-np.take_along_axis(left, five, axis=1), axis=1)
    return np.take_along_axis(five, order, axis=1)


@wrong("top_five", "recommended once more")
def forgot_what_is_known(scores, known):
    return tf.math.top_k(scores, 5).indices


@wrong("top_five", "above every negative score")
def times_unknown(scores, known):
    return tf.math.top_k(scores * (known == 0), 5).indices


@wrong("top_five", "only known films")
def turned_mask(scores, known):
    return (-np.where(known == 0, -np.inf, scores)).argsort()[:, :5]


@wrong("top_five", "above every negative score")
def downwards(scores, known):
    return (scores * (1 - known)).argsort(axis=1, kind="stable")[:, :-6:-1]


@wrong("top_five", "known films keep their scores")
def times_known(scores, known):
    return tf.math.top_k(scores * known, 5).indices


@wrong("top_five", "1 is taken off")
def one_less(scores, known):
    return np.argsort(known - scores, axis=-1)[:, :5]


@wrong("top_five", "the worst are first")
def upwards(scores, known):
    return np.argsort(np.where(known, np.inf, scores), axis=1)[:, :5]


@wrong("top_five", "best is last")
def last_five(scores, known):
    return np.where(known, -np.inf, scores).argsort(axis=1)[:, -5:]


@wrong("top_five", "order of their numbers")
def as_a_mask(scores, known):
    left = np.where(known, -np.inf, scores)
    fifth = np.sort(left, axis=1)[:, [-5]]
    return np.array([np.flatnonzero(row) for row in left >= fifth])


@wrong("top_five", "these are scores")
def values(scores, known):
    return tf.math.top_k(np.where(known, -1e9, scores), 5).values


@wrong("top_five", "these are places")
def ranks(scores, known):
    order = np.where(known, np.inf, -scores).argsort(axis=1)
    return order.argsort(axis=1)[:, :5]


@wrong("top_five", "people are ranked")
def down_the_columns(scores, known):
    return np.where(known, np.inf, -scores).argsort(axis=0, kind="stable")[:, :5]


@wrong("top_five", "first five people")
def five_rows(scores, known):
    return np.where(known, np.inf, -scores).argsort(axis=1, kind="stable")[:5]


@wrong("top_five", "best film is left out")
def from_one(scores, known):
    return np.argsort(np.where(known, np.inf, -scores))[:, 1:6]


@wrong("top_five", "one list for everybody")
def popular(scores, known):
    best = scores.mean(axis=0).argsort()[::-1][:5]
    return np.stack([best] * len(scores))


@wrong("top_five", "are spoiled")
def in_place(scores, known):
    scores[known == 1] = -np.inf
    return scores.argsort(axis=1)[:, ::-1][:, :5]


@wrong("top_five", "as it was before")
def far_down(scores, known):
    scores -= 1e9 * known
    return (-scores).argsort(axis=1)[:, :5]


@wrong("top_five", "constant")
def zero_to_four(scores, known):
    return [[0, 1, 2, 3, 4]] * len(scores)


@wrong("top_five", "has shape")
def one_best(scores, known):
    return np.where(known, -np.inf, scores).argmax(axis=1)


# nDCG


def hits(lists, held_out):
    return np.array([row[films] for row, films in zip(held_out, lists, strict=True)])


@right("ndcg")
def in_loops(lists, held_out):
    found = []
    for films, hidden in zip(lists, held_out, strict=True):
        gained = sum(hidden[film] / math.log2(place + 2) for place, film in enumerate(films))
        could = min(int(hidden.sum()), len(films))
        found.append(gained / sum(1 / math.log2(place + 2) for place in range(could)))
    return found


@right("ndcg")
def with_masks(lists, held_out):
    gains = np.take_along_axis(held_out, lists, axis=1)
    discount = 1 / np.log(2 + np.arange(lists.shape[1]))  # any logarithm does
    perfect = np.arange(lists.shape[1]) < held_out.sum(1, keepdims=True)
    return (gains * discount).sum(1) / (perfect * discount).sum(1)


@right("ndcg")
def with_gather(lists, held_out):
    gains = tf.gather(held_out, lists, batch_dims=1)
    worth = 1 / ops.log2(ops.arange(2.0, lists.shape[1] + 2))
    best = -np.sort(-held_out, axis=1)[:, : lists.shape[1]]
    return ops.sum(gains * worth, axis=1) / ops.sum(best * worth, axis=1)


@right("ndcg")
def with_sklearn(lists, held_out):
    scores = np.zeros(held_out.shape)
    np.put_along_axis(scores, lists, np.arange(lists.shape[1], 0, -1.0)[None], axis=1)
    k = lists.shape[1]
    pairs = zip(held_out[:, None], scores[:, None], strict=True)
    return [ndcg_score(hidden, each, k=k) for hidden, each in pairs]


def discounted(lists, held_out, places):
    worth = 1 / np.log2(places)
    perfect = np.arange(len(worth)) < held_out.sum(1, keepdims=True)
    return (hits(lists, held_out) * worth).sum(1) / (perfect * worth).sum(1)


@wrong("ndcg", "this is DCG")
def only_gained(lists, held_out):
    pairs = zip(hits(lists, held_out), strict=True)
    falling = np.arange(lists.shape[1], 0, -1.0)[None]
    return [dcg_score(row[None], falling) for (row,) in pairs]


@wrong("ndcg", "some people have fewer")
def full_list(lists, held_out):
    worth = 1 / np.log2(np.arange(lists.shape[1]) + 2)
    return hits(lists, held_out) @ worth / worth.sum()


@wrong("ndcg", "no longer than the list")
def without_k(lists, held_out):
    worth = 1 / np.log2(np.arange(held_out.shape[1]) + 2)
    ideal = (-np.sort(-held_out, axis=1) * worth).sum(1)
    return hits(lists, held_out) @ worth[: lists.shape[1]] / ideal


@wrong("ndcg", "its own hits")
def own_hits(lists, held_out):
    worth = 1 / np.log2(np.arange(lists.shape[1]) + 2)
    found = hits(lists, held_out)
    return found @ worth / (-np.sort(-found, axis=1) @ worth)


@wrong("ndcg", "divides by nothing")
def from_zero(lists, held_out):
    with np.errstate(all="ignore"):
        worth = 1 / np.log2(1 + np.arange(lists.shape[1]))
        perfect = np.cumsum(worth)[np.minimum(held_out.sum(1), len(worth)).astype(int) - 1]
        return hits(lists, held_out) @ worth / perfect


@wrong("ndcg", "one too many")
def off_by_one(lists, held_out):
    return discounted(lists, held_out, np.arange(lists.shape[1]) + 3)


@wrong("ndcg", "too strict")
def one_over_the_place(lists, held_out):
    return discounted(lists, held_out, 2.0 ** np.arange(1, lists.shape[1] + 1))


@wrong("ndcg", "precision")
def share_of_hits(lists, held_out):
    return hits(lists, held_out).mean(axis=1)


@wrong("ndcg", "recall")
def share_found(lists, held_out):
    return hits(lists, held_out).sum(1) / held_out.sum(1)


@wrong("ndcg", "worth the same")
def share_of_the_possible(lists, held_out):
    return hits(lists, held_out).sum(1) / np.clip(held_out.sum(1), 0, lists.shape[1])


@wrong("ndcg", "from its end")
def backwards(lists, held_out):
    worst_first = np.flip(lists, axis=1)
    return discounted(worst_first, held_out, np.arange(lists.shape[1]) + 2)


@wrong("ndcg", "first columns")
def no_lookup(lists, held_out):
    worth = 1 / np.log2(np.arange(lists.shape[1]) + 2)
    perfect = np.arange(len(worth)) < held_out.sum(1, keepdims=True)
    return held_out[:, : lists.shape[1]] @ worth / (perfect @ worth)


@wrong("ndcg", "somebody else's")
def first_persons(lists, held_out):
    return with_masks(lists, np.repeat(held_out[:1], len(lists), axis=0))


@wrong("ndcg", "reciprocal rank")
def first_hit(lists, held_out):
    return [1 / (1 + list(row).index(1)) for row in hits(lists, held_out)]


@wrong("ndcg", "average precision")
def mean_of_precisions(lists, held_out):
    found = []
    for row, hidden in zip(hits(lists, held_out), held_out, strict=True):
        shares = [row[: place + 1].mean() for place in range(len(row)) if row[place]]
        found.append(sum(shares) / min(hidden.sum(), len(row)))
    return found


@wrong("ndcg", "each person")
def everybody(lists, held_out):
    return with_masks(lists, held_out).mean()


@wrong("ndcg", "constant")
def as_printed(lists, held_out):
    return [0.387, 0.234, 0.098, 0.61, 0.131, 0.5]


@wrong("ndcg", "has shape")
def one_number(lists, held_out):
    return 0.174


# A difference with its interval


def ends(means):
    return np.percentile(means, 2.5), np.percentile(means, 97.5)


@right("difference")
def by_pairs(values, others, drawn):
    apart = values - others
    return [apart.mean(), *ends(apart[drawn].mean(axis=1))]


@right("difference")
def same_draw_for_both(a, b, draws):
    means = a[draws].mean(1) - b[draws].mean(1)
    return np.concatenate([[a.mean() - b.mean()], np.quantile(means, [0.025, 0.975])])


@right("difference")
def draw_by_draw(values, others, drawn):
    means = sorted(np.mean(values[who] - others[who]) for who in drawn)
    low, high = (
        np.interp(share * (len(means) - 1), range(len(means)), means) for share in (0.025, 0.975)
    )
    return np.mean(values) - np.mean(others), low, high


@right("difference")
def with_tensors(values, others, drawn):
    apart = tf.constant(values - others)
    means = tf.reduce_mean(tf.gather(apart, drawn), axis=1)
    return [tf.reduce_mean(apart), *ops.quantile(means, [0.025, 0.975])]


@wrong("difference", "turned round")
def second_less_first(values, others, drawn):
    return by_pairs(others, values, drawn)


@wrong("difference", "unpaired")
def drawn_apart(values, others, drawn):
    means = values[drawn].mean(1) - others[drawn[::-1]].mean(1)
    return values.mean() - others.mean(), *ends(means)


@wrong("difference", "one interval less another")
def two_intervals(values, others, drawn):
    one, other = (np.array([each.mean(), *ends(each[drawn].mean(1))]) for each in (values, others))
    return one - other


@wrong("difference", "one interval less another")
def worst_case(values, others, drawn):
    (low, high), (low_other, high_other) = (ends(each[drawn].mean(1)) for each in (values, others))
    return values.mean() - others.mean(), low - high_other, high - low_other


@wrong("difference", "`abs` hides")
def sizes(values, others, drawn):
    apart = np.abs(values - others)
    return apart.mean(), *ends(apart[drawn].mean(1))


@wrong("difference", "90 % interval")
def five_at_each_end(values, others, drawn):
    apart = values - others
    return [apart.mean(), *np.quantile(apart[drawn].mean(1), [0.05, 0.95])]


@wrong("difference", "from 0 to 100")
def shares_for_percents(values, others, drawn):
    apart = values - others
    return [apart.mean(), *np.percentile(apart[drawn].mean(1), [0.025, 0.975])]


@wrong("difference", "lowest and the highest")
def extremes(values, others, drawn):
    means = (values - others)[drawn].mean(1)
    return [(values - others).mean(), means.min(), means.max()]


@wrong("difference", "how *people* differ")
def without_draws(values, others, drawn):
    return [np.mean(values - others), *ends(values - others)]


@wrong("difference", "how *people* differ")
def everybody_drawn(values, others, drawn):
    apart = values - others
    return [apart.mean(), *ends(apart[drawn.ravel()])]


@wrong("difference", "over the draws")
def first_axis(values, others, drawn):
    apart = values - others
    return [apart.mean(), *ends(apart[drawn].mean(axis=0))]


@wrong("difference", "mean of the means")
def mean_of_draws(values, others, drawn):
    means = np.array([(values - others)[who].mean() for who in drawn])
    return [means.mean(), *ends(means)]


@wrong("difference", "changed places")
def high_low(values, others, drawn):
    mean, low, high = by_pairs(values, others, drawn)
    return mean, high, low


@wrong("difference", "1.96 standard errors")
def normal(values, others, drawn):
    apart = values - others
    error = 1.96 * apart.std(ddof=1) / np.sqrt(len(apart))
    return apart.mean(), apart.mean() - error, apart.mean() + error


@wrong("difference", "1.96 standard deviations")
def two_sigma(values, others, drawn):
    apart = values - others
    return apart.mean(), apart.mean() - 1.96 * apart.std(), apart.mean() + 1.96 * apart.std()


@wrong("difference", "nothing is compared")
def forgot_the_others(values, others, drawn):
    return values.mean(), *ends(values[drawn].mean(1))


@wrong("difference", "random")
def own_draws(values, others, drawn):
    apart = values - others
    return apart.mean(), *ends(np.random.choice(apart, drawn.shape).mean(1))


@wrong("difference", "has shape")
def mean_alone(values, others, drawn):
    return np.mean(values - others)


@wrong("difference", "constant")
def of_the_lesson(values, others, drawn):
    return [0.012, -0.003, 0.027]


# A loss for preferences

softplus = tf.nn.softplus
cross_entropy = tf.nn.sigmoid_cross_entropy_with_logits


@right("preference_loss")
def as_in_the_lesson(logits, likes, zeros):
    loss = ops.mean(ops.sum(likes * ops.softplus(-logits), axis=1))
    return loss + 0.2 * ops.mean(ops.sum(zeros * ops.softplus(logits), axis=1))


@right("preference_loss")
def with_labels(x, wanted, unwanted):
    costs = cross_entropy(labels=wanted, logits=x) * (wanted + 0.2 * unwanted)
    return tf.reduce_sum(costs) / len(x)


@right("preference_loss")
@tf.function
def with_signs(logits, likes, zeros):
    signed = tf.where(likes > 0, -logits, logits)
    weights = tf.where(likes > 0, 1.0, tf.where(zeros > 0, 0.2, 0.0))
    return tf.reduce_mean(tf.einsum("ij,ij->i", weights, softplus(signed)))


@right("preference_loss")
def row_by_row(logits, likes, zeros):
    total = 0.0
    for row, liked, other in zip(logits, likes, zeros, strict=True):
        low, high = tf.math.log_sigmoid(row), tf.math.log_sigmoid(-row)
        total -= tf.tensordot(low, liked, 1) + 0.2 * tf.tensordot(high, other, 1)
    return total / logits.shape[0]


def costs(logits, likes, zeros, weight=0.2):
    return likes * softplus(-logits) + weight * zeros * softplus(logits)


def over_people(each):
    return tf.reduce_mean(tf.reduce_sum(each, axis=1))


@wrong("preference_loss", "everybody likes everything")
def only_likes(logits, likes, zeros):
    return -over_people(likes * tf.math.log_sigmoid(logits))


@wrong("preference_loss", "nobody likes anything")
def only_zeros(logits, likes, zeros):
    return 0.2 * over_people(zeros * softplus(logits))


@wrong("preference_loss", "counts as disliked: only")
def all_zeros(logits, likes, zeros):
    return over_people(costs(logits, likes, 1 - likes))


@wrong("preference_loss", "and as much as a like")
def plain_cross_entropy(logits, likes, zeros):
    return over_people(cross_entropy(labels=likes, logits=logits))


@wrong("preference_loss", "as much as likes here")
def unweighted(logits, likes, zeros):
    return over_people(costs(logits, likes, zeros, weight=1))


@wrong("preference_loss", "wrong part is weighted")
def likes_weighted(logits, likes, zeros):
    return over_people(0.2 * likes * softplus(-logits) + zeros * softplus(logits))


@wrong("preference_loss", "both parts are weighted")
def bracket(logits, likes, zeros):
    return 0.2 * over_people(costs(logits, likes, zeros, weight=1))


@wrong("preference_loss", "signs are turned")
def turned(logits, likes, zeros):
    return over_people(likes * softplus(logits) + 0.2 * zeros * softplus(-logits))


@wrong("preference_loss", "pushed up as likes are")
def all_up(logits, likes, zeros):
    return over_people((likes + 0.2 * zeros) * softplus(-logits))


@wrong("preference_loss", "sigmoid twice")
def two_sigmoids(logits, likes, zeros):
    return over_people(costs(tf.sigmoid(logits), likes, zeros))


@wrong("preference_loss", "over the films as well")
def mean_of_all(logits, likes, zeros):
    return tf.reduce_mean(costs(logits, likes, zeros))


@wrong("preference_loss", "how many films count")
def masked_mean(logits, likes, zeros):
    return tf.reduce_sum(costs(logits, likes, zeros)) / tf.reduce_sum(likes + zeros)


@wrong("preference_loss", "how many films count")
def two_masked_means(logits, likes, zeros):
    low = tf.reduce_mean(tf.boolean_mask(softplus(-logits), likes > 0))
    return low + 0.2 * tf.reduce_mean(tf.boolean_mask(softplus(logits), zeros > 0))


@wrong("preference_loss", "added up over the people")
def sum_of_all(logits, likes, zeros):
    return tf.reduce_sum(costs(logits, likes, zeros))


@wrong("preference_loss", "log 2")
def masked_logits(logits, likes, zeros):
    return over_people(softplus(-(logits * likes)) + 0.2 * softplus(logits * zeros))


@wrong("preference_loss", "chances of being wrong")
def no_log(logits, likes, zeros):
    chance = tf.sigmoid(logits)
    return over_people(likes * (1 - chance) + 0.2 * zeros * chance)


@wrong("preference_loss", "squared errors")
def of_the_paper(logits, likes, zeros):
    return over_people(tf.square(likes - tf.sigmoid(logits)) * (likes + 0.2 * zeros))


@wrong("preference_loss", "the scores themselves")
def wasserstein(logits, likes, zeros):
    return over_people((0.2 * zeros - likes) * logits)


@wrong("preference_loss", "infinity")
def logarithms(logits, likes, zeros):
    chance = tf.sigmoid(logits)
    return -over_people(likes * tf.math.log(chance) + 0.2 * zeros * tf.math.log(1 - chance))


@wrong("preference_loss", "cut off")
def clipped(logits, likes, zeros):
    chance = keras.activations.sigmoid(logits)
    chance = ops.clip(chance, 1e-7, 1 - 1e-7)
    return -over_people(likes * ops.log(chance) + 0.2 * zeros * ops.log(1 - chance))


@wrong("preference_loss", "cut")
def in_numpy(logits, likes, zeros):
    return over_people(costs(logits, likes, zeros)).numpy()


@wrong("preference_loss", "has shape")
def for_each_person(logits, likes, zeros):
    return tf.reduce_sum(costs(logits, likes, zeros), axis=1)
