"""Assignment 09, Recommendations: a list, its nDCG, a difference with its interval, a loss."""

import numpy as np
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task
from persogan_lessons.measures import ranking

SEEK = "'Hide, then seek' in lesson 09"
VECTORS = "'A game of vectors: CFGAN' in lesson 09"
ONLY_LIKES = "'Predict, then break it' in lesson 09"

# A list for each person


def _scores(rng):
    """Scores, all different and nearly all below 0, as logarithms are; the best are often known."""
    people, films = int(rng.integers(6, 9)), int(rng.integers(40, 50))
    scores = rng.normal(-3, 1, (people, films)).astype("float32")
    known = np.zeros((people, films), "float32")
    for person, ranked in enumerate(np.argsort(-scores, axis=1)):
        scores[person, ranked[:3]] += 4
        known[person, rng.choice(ranked[1:6], 2, replace=False)] = 1
        known[person, rng.choice(ranked[6:], 7, replace=False)] = 1
    return {"scores": scores, "known": known}


def _unknown(scores, known):
    return np.where(known > 0, -np.inf, scores)


def _best(scores, start=0):
    return np.argsort(-scores, axis=1)[:, start : start + 5]


@task(_scores, attempts.untouched, read=SEEK)
def top_five(scores, known):
    """The numbers of the five best films that somebody does not know, the best first."""
    return ranking.top(scores, known, k=5)


@top_five.mistake("known films are recommended once more: they have to be left out")
def _(scores, known):
    return _best(scores)


for _order in (1, -1):  # of films with the same score

    def _ties(scores, order=_order):
        films = np.argsort(-scores[:, ::order], axis=1, kind="stable")[:, :5]
        return films if order == 1 else scores.shape[1] - 1 - films

    @top_five.mistake("known films get 0, and that is above every negative score: give them -inf")
    def _(scores, known, ties=_ties):
        return ties(scores * (1 - known))

    @top_five.mistake("the mask is turned: only known films keep their scores")
    def _(scores, known, ties=_ties):
        return ties(scores * known)


@top_five.mistake("the mask is turned: only known films are left")
def _(scores, known):
    return _best(np.where(known > 0, scores, -np.inf))


@top_five.mistake("1 is taken off for a known film: some stay on top; take infinity off")
def _(scores, known):
    return _best(scores - known)


@top_five.mistake("the worst are first: `argsort` goes from low to high")
def _(scores, known):
    return np.argsort(_unknown(scores, known), axis=1, kind="stable")[:, :5]


@top_five.mistake("the worst are first: `argsort` goes from low to high")
def _(scores, known):
    return np.argsort(np.where(known > 0, np.inf, scores), axis=1)[:, :5]


@top_five.mistake("the right films, but the best is last: turn each list round")
def _(scores, known):
    return _best(_unknown(scores, known))[:, ::-1]


@top_five.mistake("the right films in order of their numbers: the best comes first")
def _(scores, known):
    return np.sort(_best(_unknown(scores, known)), axis=1)


@top_five.mistake("these are scores: the numbers of the films are asked for")
def _(scores, known):
    return -np.sort(-_unknown(scores, known), axis=1)[:, :5]


@top_five.mistake("these are places: sorting the order once more gives each film's rank")
def _(scores, known):
    return np.argsort(np.argsort(-_unknown(scores, known), axis=1), axis=1)[:, :5]


@top_five.mistake("people are ranked for a film: films are along the second axis")
def _(scores, known):
    return np.argsort(-_unknown(scores, known), axis=0, kind="stable")[:, :5]


@top_five.mistake("the first five people, with all their films: take five columns, `[:, :5]`")
def _(scores, known):
    return np.argsort(-_unknown(scores, known), axis=1, kind="stable")[:5]


@top_five.mistake("the best film is left out: a list begins at 0")
def _(scores, known):
    return _best(_unknown(scores, known), start=1)


@top_five.mistake("one list for everybody: each person has scores of their own")
def _(scores, known):
    return np.tile(_best(scores.mean(0, keepdims=True)), (len(scores), 1))


@top_five.mistake("constant: the same films for everybody, whatever their scores")
def _(scores, known):
    return np.tile(np.arange(5), (len(scores), 1))


@top_five.mistake("the list is right, and `scores` are spoiled: whoever needs them next finds -inf")
def _(scores, known):
    scores[known > 0] = -np.inf
    return _best(scores)


# nDCG


def _lists(rng):
    """Lists with a hit or more and no perfect one; some people hide more films than a list has."""
    films, k = int(rng.integers(18, 23)), int(rng.integers(5, 8))
    lists = np.stack([rng.permutation(films)[:k] for _ in range(6)])
    held_out = np.zeros((6, films), "float32")
    for person, row in enumerate(lists):
        found = rng.choice(row[1:], int(rng.integers(1, 4)), replace=False)
        missed = rng.permutation(np.setdiff1d(np.arange(films), row))
        held_out[person, found] = 1
        held_out[person, missed[: (1, 3, 9)[person % 3]]] = 1
    return {"lists": lists, "held_out": held_out}


def _gains(lists, held_out):
    return np.take_along_axis(held_out, lists, 1)


def _worth(lists, first=2):
    return 1 / np.log2(np.arange(first, lists.shape[1] + first))


def _gained(lists, held_out, worth=None):
    return _gains(lists, held_out) @ (_worth(lists) if worth is None else worth)


def _ideal(counts, worth):
    return np.cumsum(worth)[np.minimum(counts, len(worth)).astype(int) - 1]


def _normalised(lists, held_out, worth=None):
    worth = _worth(lists) if worth is None else worth
    return _gained(lists, held_out, worth) / _ideal(held_out.sum(1), worth)


@task(_lists, attempts.computed, read=SEEK)
def ndcg(lists, held_out):
    """A hit at place r is worth 1 / log2(1 + r); divided by what a perfect list is worth."""
    return ranking.ndcg(lists, held_out)


@ndcg.mistake("not divided by the worth of a perfect list: this is DCG")
def _(lists, held_out):
    return _gained(lists, held_out)


@ndcg.mistake("all are divided by a list full of hits, and some people have fewer hidden films")
def _(lists, held_out):
    return _gained(lists, held_out) / _worth(lists).sum()


@ndcg.mistake("a perfect list is no longer than the list: hidden films beyond k cannot be in it")
def _(lists, held_out):
    counts = held_out.sum(1).astype(int)
    return _gained(lists, held_out) / [sum(1 / np.log2(np.arange(2, n + 2))) for n in counts]


@ndcg.mistake("divided by its own hits, put first: a perfect list has *all* the hidden films")
def _(lists, held_out):
    return _gained(lists, held_out) / _ideal(_gains(lists, held_out).sum(1), _worth(lists))


@ndcg.mistake("places count from 1: 1 / log2(1 + 0) divides by nothing")
def _(lists, held_out):
    with np.errstate(all="ignore"):
        return _normalised(lists, held_out, _worth(lists, first=1))


@ndcg.mistake("one too many: the first place is worth 1 / log2(2), so r counts from 1")
def _(lists, held_out):
    return _normalised(lists, held_out, _worth(lists, first=3))


@ndcg.mistake("1 / r is too strict: the worth of place r is 1 / log2(1 + r)")
def _(lists, held_out):
    return _normalised(lists, held_out, 1 / np.arange(1.0, lists.shape[1] + 1))


@ndcg.mistake("the order of the list is not used: this is precision, the share of hits")
def _(lists, held_out):
    return _gains(lists, held_out).mean(1)


@ndcg.mistake("the order of the list is not used: this is recall, the share that was found")
def _(lists, held_out):
    return _gains(lists, held_out).sum(1) / held_out.sum(1)


@ndcg.mistake("the order of the list is not used: every place is worth the same")
def _(lists, held_out):
    return _gains(lists, held_out).sum(1) / np.minimum(held_out.sum(1), lists.shape[1])


@ndcg.mistake("the list is read from its end: the best comes first")
def _(lists, held_out):
    return _normalised(lists[:, ::-1], held_out)


@ndcg.mistake("the list is not used: these are the first columns; take `held_out` at its films")
def _(lists, held_out):
    return _normalised(np.tile(np.arange(lists.shape[1]), (len(lists), 1)), held_out)


@ndcg.mistake("a person's list is held against somebody else's hidden films")
def _(lists, held_out):
    return _normalised(lists, np.roll(held_out, 1, axis=0))


@ndcg.mistake("a person's list is held against somebody else's hidden films")
def _(lists, held_out):
    return _normalised(lists, np.tile(held_out[:1], (len(lists), 1)))


@ndcg.mistake("only the first hit counts: this is the reciprocal rank")
def _(lists, held_out):
    return 1 / (_gains(lists, held_out).argmax(1) + 1.0)


@ndcg.mistake("this is average precision, another measure: add up what the places are worth")
def _(lists, held_out):
    gains = _gains(lists, held_out)
    shares = np.cumsum(gains, axis=1) / np.arange(1, gains.shape[1] + 1)
    return (gains * shares).sum(1) / np.minimum(held_out.sum(1), gains.shape[1])


@ndcg.mistake("the mean of everybody: the task asks for a number for each person")
def _(lists, held_out):
    return ranking.ndcg(lists, held_out).mean()


# A difference with its interval

DRAWS = 400


def _pairs(rng):
    """Two measures of the same people, who differ among each other more than the two do."""
    people = int(rng.integers(25, 40))
    eager = rng.normal(0.5, 0.3, people)
    values, others = eager + rng.normal(0.15, 0.2, people), eager + rng.normal(0, 0.2, people)
    drawn = rng.integers(people, size=(DRAWS, people))
    return {"values": values, "others": others, "drawn": drawn}


def _ends(means, most=97.5):
    return np.percentile(means, [100 - most, most])


def _interval(each, drawn, most=97.5):
    return np.array([each.mean(), *_ends(each[drawn].mean(1), most)])


@task(_pairs, attempts.computed, read=SEEK)
def difference(values, others, *drawn):
    """The mean difference of the same people, and the range of 95 % of the means of draws."""
    return _interval(values - others, drawn[0])


@difference.mistake("turned round: it is the first less the second")
def _(values, others, drawn):
    return _interval(others - values, drawn)


@difference.mistake("unpaired: the two are drawn apart; in each draw compare the *same* people")
def _(values, others, drawn):
    means = values[drawn].mean(1) - others[drawn[::-1]].mean(1)
    return np.array([np.mean(values - others), *_ends(means)])


@difference.mistake("unpaired: the two are drawn apart; in each draw compare the *same* people")
def _(values, others, drawn):
    means = values[drawn].mean(1) - others[np.roll(drawn, 1, axis=0)].mean(1)
    return np.array([np.mean(values - others), *_ends(means)])


@difference.mistake("one interval less another: the ends of a difference are not those differences")
def _(values, others, drawn):
    return _interval(values, drawn) - _interval(others, drawn)


@difference.mistake("one interval less another: the ends of a difference are not those differences")
def _(values, others, drawn):
    mean, low, high = _interval(values, drawn) - _interval(others, drawn)[[0, 2, 1]]
    return np.array([mean, low, high])


@difference.mistake("sizes only: `abs` hides who is better, and 0 can no longer lie inside")
def _(values, others, drawn):
    return _interval(abs(values - others), drawn)


@difference.mistake("from 5 to 95 is a 90 % interval: leave 2.5 % out at each end")
def _(values, others, drawn):
    return _interval(values - others, drawn, most=95)


@difference.mistake("`np.percentile` counts from 0 to 100: 2.5 and 97.5, not 0.025 and 0.975")
def _(values, others, drawn):
    each = values - others
    return np.array([each.mean(), *np.percentile(each[drawn].mean(1), [0.025, 0.975])])


@difference.mistake("the lowest and the highest draw: an interval of 95 % leaves the odd ones out")
def _(values, others, drawn):
    return _interval(values - others, drawn, most=100)


@difference.mistake("this is how *people* differ: the interval is of the means of draws")
def _(values, others, drawn):
    each = values - others
    return np.array([each.mean(), *_ends(each)])


@difference.mistake("this is how *people* differ: the interval is of the means of draws")
def _(values, others, drawn):
    each = values - others
    return np.array([each.mean(), *_ends(each[drawn])])


@difference.mistake("averaged over the draws, not over the people in each: it is the second axis")
def _(values, others, drawn):
    each = values - others
    return np.array([each.mean(), *_ends(each[drawn].mean(0))])


@difference.mistake("the mean of the means of draws: that of the people themselves is asked for")
def _(values, others, drawn):
    means = (values - others)[drawn].mean(1)
    return np.array([means.mean(), *_ends(means)])


@difference.mistake("the middle of the draws: the mean of the people themselves is asked for")
def _(values, others, drawn):
    means = (values - others)[drawn].mean(1)
    return np.array([np.median(means), *_ends(means)])


@difference.mistake("the low end and the high end have changed places")
def _(values, others, drawn):
    return _interval(values - others, drawn)[[0, 2, 1]]


@difference.mistake("the first set alone: nothing is compared")
def _(values, others, drawn):
    return _interval(values, drawn)


def _by_formula(times, ddof):
    def difference(values, others, drawn):
        each = values - others
        return each.mean() + times(len(each)) * each.std(ddof=ddof) * np.array([0, -1, 1])

    return difference


for _ddof in (0, 1):
    difference.mistake("by a formula, 1.96 standard errors: near it, but the draws are not used")(
        _by_formula(lambda count: 1.96 / count**0.5, _ddof)
    )
    difference.mistake(
        "1.96 standard deviations: that is how people differ, not how sure a mean is"
    )(_by_formula(lambda count: 1.96, _ddof))


# A loss for preferences


def _preferences(rng):
    """Logits, one of a like so low and one of a zero so high that a sigmoid leaves nothing."""
    people, films = int(rng.integers(4, 8)), int(rng.integers(9, 14))
    logits = rng.normal(0, 2, (people, films))
    kinds = rng.choice(3, (people, films), p=[0.3, 0.3, 0.4])  # likes, zeros, not in the game
    kinds[0, :2] = 0, 1
    logits[0, :2] = -120, 120
    return {
        "logits": logits.astype("float32"),
        "likes": np.float32(kinds == 0),
        "zeros": np.float32(kinds == 1),
    }


WEIGHT = 0.2  # of the zeros


def _per_row(values):
    return ops.mean(ops.sum(values, axis=1))


def _loss(logits, likes, zeros, weights=(1, WEIGHT)):
    """Weighted costs of likes that are low and of zeros that are high."""
    up, down = ops.softplus(-logits), ops.softplus(logits)
    return _per_row(weights[0] * likes * up + weights[1] * zeros * down)


@task(_preferences, attempts.slope, read=VECTORS)
def preference_loss(logits, *likes_and_zeros):
    """Likes called 1, drawn zeros called 0 at a fifth of the weight; the rest stays out."""
    return _loss(logits, *likes_and_zeros)


@preference_loss.mistake(
    "nothing contradicts: without the zeros the answer is that everybody likes everything",
    read=ONLY_LIKES,
)
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros, weights=(1, 0))


@preference_loss.mistake("the likes are missing: the answer is that nobody likes anything")
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros, weights=(0, WEIGHT))


@preference_loss.mistake("every film that is not liked counts as disliked: only the drawn zeros do")
def _(logits, likes, zeros):
    return _loss(logits, likes, 1 - likes)


@preference_loss.mistake("every film that is not liked counts as disliked, and as much as a like")
def _(logits, likes, zeros):
    return _loss(logits, likes, 1 - likes, weights=(1, 1))


@preference_loss.mistake("zeros weigh as much as likes here: they count a fifth")
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros, weights=(1, 1))


@preference_loss.mistake("the wrong part is weighted: a fifth belongs to the zeros")
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros, weights=(WEIGHT, 1))


@preference_loss.mistake("both parts are weighted: a fifth belongs to the zeros alone")
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros, weights=(WEIGHT, WEIGHT))


@preference_loss.mistake("zeros weigh five times as much as likes: multiply by 0.2, not by 5")
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros, weights=(1, 5))


@preference_loss.mistake("the signs are turned: likes are pushed down, and zeros up")
def _(logits, likes, zeros):
    return _loss(-logits, likes, zeros)


@preference_loss.mistake("zeros are pushed up as likes are: theirs is softplus(+logit)")
def _(logits, likes, zeros):
    return _loss(logits, likes + WEIGHT * zeros, 0 * zeros)


@preference_loss.mistake("a sigmoid twice: the loss applies one to what already went through one")
def _(logits, likes, zeros):
    return _loss(ops.sigmoid(logits), likes, zeros)


@preference_loss.mistake(
    "averaged over the films as well: add them up, and take the mean of people"
)
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros) / logits.shape[1]


@preference_loss.mistake(
    "divided by how many films count: add them up, and take the mean of people"
)
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros) * len(logits) / ops.sum(likes + zeros)


@preference_loss.mistake(
    "divided by how many films count: add them up, and take the mean of people"
)
def _(logits, likes, zeros):
    low, high = (_loss(logits, likes, zeros, weights=each) for each in ((1, 0), (0, WEIGHT)))
    return len(logits) * (low / ops.sum(likes) + high / ops.sum(zeros))


@preference_loss.mistake("added up over the people: take their mean")
def _(logits, likes, zeros):
    return _loss(logits, likes, zeros) * len(logits)


@preference_loss.mistake(
    "the logits are masked, not the costs: a logit of 0 still costs log 2, for every film left out"
)
def _(logits, likes, zeros):
    return _per_row(ops.softplus(-logits * likes) + WEIGHT * ops.softplus(logits * zeros))


@preference_loss.mistake("no logarithm: these are the chances of being wrong")
def _(logits, likes, zeros):
    wrong = likes * ops.sigmoid(-logits) + WEIGHT * zeros * ops.sigmoid(logits)
    return _per_row(wrong)


@preference_loss.mistake(
    "squared errors, as the paper has for its zeros: cross-entropy is asked for"
)
def _(logits, likes, zeros):
    chances = ops.sigmoid(logits)
    return _per_row(likes * (1 - chances) ** 2 + WEIGHT * zeros * chances**2)


@preference_loss.mistake("the scores themselves: nothing says when a like is high enough")
def _(logits, likes, zeros):
    return _per_row(WEIGHT * zeros * logits - likes * logits)


def _by_logarithm(least):
    def preference_loss(logits, likes, zeros):
        chances = ops.clip(ops.sigmoid(logits), least, 1 - least)
        low, high = ops.log(chances), ops.log(1 - chances)
        return -_per_row(likes * low + WEIGHT * zeros * high)

    return preference_loss


preference_loss.mistake(
    "infinity: the logarithm of a chance so small that a computer calls it 0; `softplus` is safe"
)(_by_logarithm(0.0))
preference_loss.mistake(
    "cut off: a very wrong answer costs no more than a wrong one, and has no gradient; `softplus` "
    "needs no cutting"
)(_by_logarithm(1e-7))
