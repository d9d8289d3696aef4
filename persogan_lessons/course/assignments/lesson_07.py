"""Assignment 07, A history is a condition: a mean to mend, a contrast, a judge of wishes, a cut."""

import numpy as np
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task

MEAN = "'Any number of clicks, even none' in lesson 07"
CONTRAST = "'Whose click is it?' in lesson 07"
WISHES = "'The judge weighs all wishes' in lesson 07"
CUT = "'Nobody tells it the taste' in lesson 07"

# The mean of any number of clicks, mended


def _clicked_histories(rng):
    """Values, scores, and where there is a click: nowhere for the first person."""
    people, length, units = (int(rng.integers(*span)) for span in ((4, 7), (8, 11), (2, 5)))
    counts = np.append(0, rng.integers(1, length, people - 1))
    return {
        "values": rng.normal(1, 2, (people, length, units)).astype("float32"),
        "scores": rng.uniform(-1.5, 2, (people, length, 1)).astype("float32"),
        "clicked": (np.arange(length) >= length - counts[:, None])[..., None],
    }


def _mean(values, weights, *, empty=1.0):
    return ops.sum(weights * values, axis=1) / (empty + ops.sum(weights, axis=1))


def _mask(clicked):
    return ops.cast(clicked, "float32")


@task(_clicked_histories, attempts.slopes, read=MEAN)
def weighted_mean(values, *scores_and_clicked):
    """The mean of clicks, weighted by exp of their scores, with one empty click of weight 1."""
    scores, clicked = scores_and_clicked
    return _mean(values, ops.exp(scores) * _mask(clicked))


@weighted_mean.mistake("places without a click have weight too: theirs is 0")
def _(values, scores, clicked):
    return _mean(values, ops.exp(scores))


@weighted_mean.mistake("places without a click have weight too: theirs is 0")
def _(values, scores, clicked):
    return ops.sum(ops.softmax(scores, axis=1) * values, axis=1)


@weighted_mean.mistake(
    "places without a click still count in what is divided by: their weight is 0"
)
def _(values, scores, clicked):
    return _mean(values * _mask(clicked), ops.exp(scores))


@weighted_mean.mistake(
    "places without a click still count in what is divided by: their weight is 0"
)
def _(values, scores, clicked):
    return ops.sum(ops.softmax(scores, axis=1) * _mask(clicked) * values, axis=1)


@weighted_mean.mistake("every place without a click is an empty one here: there is one for all")
def _(values, scores, clicked):
    return _mean(values * _mask(clicked), ops.exp(scores * _mask(clicked)), empty=0.0)


@weighted_mean.mistake("every place without a click is an empty one here: there is one for all")
def _(values, scores, clicked):
    return _mean(values * _mask(clicked), ops.exp(scores * _mask(clicked)))


@weighted_mean.mistake("the empty click is missing: add its weight, 1, to what is divided by")
def _(values, scores, clicked):
    return _mean(values, ops.exp(scores) * _mask(clicked), empty=0.0)


@weighted_mean.mistake("the empty click is missing: add its weight, 1, to what is divided by")
def _(values, scores, clicked):
    return _mean(values, ops.exp(scores) * _mask(clicked), empty=1e-7)


@weighted_mean.mistake("the empty click is missing: add its weight, 1, to what is divided by")
def _(values, scores, clicked):
    return ops.sum(ops.softmax(ops.where(clicked, scores, -1e9), axis=1) * values, axis=1)


@weighted_mean.mistake("the empty click is missing: add its weight, 1, to what is divided by")
def _(values, scores, clicked):
    return ops.sum(ops.softmax(scores - 1e9 * (1 - _mask(clicked)), axis=1) * values, axis=1)


@weighted_mean.mistake("the scores are not used: all clicks count alike")
def _(values, scores, clicked):
    return _mean(values, _mask(clicked) + 0 * scores)


@weighted_mean.mistake("the scores are not used: all clicks count alike")
def _(values, scores, clicked):
    return _mean(values, _mask(clicked))


@weighted_mean.mistake("a softmax over one number is 1: it goes over the clicks, not the last axis")
def _(values, scores, clicked):
    return ops.mean(_mask(clicked) * values, axis=1) + 0 * ops.mean(scores)


@weighted_mean.mistake("scores are weights here: they are logarithms of weights, so take exp")
def _(values, scores, clicked):
    return _mean(values, scores * _mask(clicked))


@weighted_mean.mistake("a sum of weighted clicks: divide by the weights, the empty one's included")
def _(values, scores, clicked):
    return ops.sum(ops.exp(scores) * _mask(clicked) * values, axis=1)


@weighted_mean.mistake("divided by the number of places: divide by the sum of the weights")
def _(values, scores, clicked):
    return ops.mean(ops.exp(scores) * _mask(clicked) * values, axis=1)


@weighted_mean.mistake("divided by the number of clicks: divide by the sum of the weights")
def _(values, scores, clicked):
    total = ops.sum(ops.exp(scores) * _mask(clicked) * values, axis=1)
    return total / (1 + ops.sum(_mask(clicked), axis=1))


@weighted_mean.mistake("over people, not over clicks: the second axis holds the clicks")
def _(values, scores, clicked):
    weights = ops.exp(scores) * _mask(clicked)
    return ops.sum(weights * values, axis=0) / (1 + ops.sum(weights, axis=0))


@weighted_mean.mistake("weights of all people are added up: each has a history alone")
def _(values, scores, clicked):
    weights = ops.exp(scores) * _mask(clicked)
    return ops.sum(weights * values, axis=1) / (1 + ops.sum(weights))


@weighted_mean.mistake("the places that are clicked and those that are not are exchanged")
def _(values, scores, clicked):
    return _mean(values, ops.exp(scores) * (1 - _mask(clicked)))


@weighted_mean.mistake("a sign is wrong: the higher the score, the more a click counts")
def _(values, scores, clicked):
    return _mean(values, ops.exp(-scores) * _mask(clicked))


@weighted_mean.mistake(
    "no gradient goes through the weights: then nobody learns which clicks count"
)
def _(values, scores, clicked):
    return _mean(values, ops.stop_gradient(ops.exp(scores)) * _mask(clicked))


@weighted_mean.mistake("this is the mean as it was found, with all of its faults")
def _(values, scores, clicked):
    return ops.mean(values, axis=1) + 0 * ops.mean(scores)


# Whose click is it?


def _table(rng):
    """Scores (images, histories), one row so high that exp gives infinity."""
    count = int(rng.integers(4, 9))
    table = rng.normal(0, 2, (count, count))
    table[1] += 100
    return {"table": table.astype("float32")}


def _own(table):
    return ops.diagonal(table)


@task(_table, attempts.slopes, read=CONTRAST)
def contrast(table):
    """Minus the mean log probability of each image's own history among all of them."""
    return -ops.mean(_own(ops.log_softmax(table, axis=1)))


@contrast.mistake("whose image is it: the softmax goes over histories, the second axis")
def _(table):
    return -ops.mean(_own(ops.log_softmax(table, axis=0)))


@contrast.mistake("over all pairs at once: each image asks among its own row")
def _(table):
    return -ops.mean(_own(table)) + ops.logsumexp(table)


@contrast.mistake("infinity: exp of a large score is too large; `ops.log_softmax` is safe")
def _(table):
    shares = ops.exp(table) / ops.sum(ops.exp(table), axis=1, keepdims=True)
    return -ops.mean(ops.log(_own(shares)))


@contrast.mistake("infinity: exp of a large score is too large; `ops.log_softmax` is safe")
def _(table):
    return ops.mean(ops.log(ops.sum(ops.exp(table), axis=1)) - _own(table))


@contrast.mistake("the sign is turned: down this one, the own history becomes less likely")
def _(table):
    return ops.mean(_own(ops.log_softmax(table, axis=1)))


@contrast.mistake("no logarithm: a probability has hardly a gradient where it is near 0")
def _(table):
    return -ops.mean(_own(ops.softmax(table, axis=1)))


@contrast.mistake("no logarithm: a probability has hardly a gradient where it is near 0")
def _(table):
    return 1 - ops.mean(_own(ops.softmax(table, axis=1)))


@contrast.mistake("no softmax: the own scores could grow without those of others falling behind")
def _(table):
    return -ops.mean(_own(table))


@contrast.mistake("all pairs are asked for: only the own ones, on the diagonal, are right answers")
def _(table):
    return -ops.mean(ops.log_softmax(table, axis=1))


@contrast.mistake("the neighbour's history is taken for the own one")
def _(table):
    return -ops.mean(_own(ops.log_softmax(ops.roll(table, 1, axis=1), axis=1)))


@contrast.mistake("the neighbour's history is taken for the own one")
def _(table):
    return -ops.mean(_own(ops.log_softmax(ops.roll(table, -1, axis=1), axis=1)))


@contrast.mistake("the own history is left out of what it is compared with")
def _(table):
    others = table - 1e9 * ops.eye(table.shape[0])
    return ops.mean(ops.logsumexp(others, axis=1) - _own(table))


@contrast.mistake("both questions at once: only whose history it is was asked, not whose image")
def _(table):
    both = (_own(ops.log_softmax(table, axis=axis)) for axis in (0, 1))
    return -ops.mean(sum(both)) / 2


@contrast.mistake("both questions at once: only whose history it is was asked, not whose image")
def _(table):
    both = (_own(ops.log_softmax(table, axis=axis)) for axis in (0, 1))
    return -ops.mean(sum(both))


@contrast.mistake("each pair is asked by itself, with a sigmoid: it is one question for each row")
def _(table):
    signs = 2 * ops.eye(table.shape[0]) - 1
    return ops.mean(ops.softplus(-signs * table))


@contrast.mistake("a sum over images: their mean is asked for")
def _(table):
    return -ops.sum(_own(ops.log_softmax(table, axis=1)))


@contrast.mistake("divided by all pairs: there are as many answers as images")
def _(table):
    return -ops.mean(ops.eye(table.shape[0]) * ops.log_softmax(table, axis=1))


@contrast.mistake("a softmax of a softmax: the scores go in as they are")
def _(table):
    return -ops.mean(_own(ops.log_softmax(ops.softmax(table, axis=1), axis=1)))


@contrast.mistake("a number for each image: their mean is asked for")
def _(table):
    return -_own(ops.log_softmax(table, axis=1))


# A judge of wishes


def _wishes(rng):
    """What is seen, what each wish wants, and shares; for one image the products are large."""
    count, choices, width = (int(rng.integers(*span)) for span in ((4, 7), (4, 7), (5, 8)))
    seen = rng.normal(0, 0.7, (count, width))
    seen[1] *= 100 / np.abs(seen[1]).max()
    return {
        "seen": seen.astype("float32"),
        "wanted": rng.normal(0, 1, (count, choices, width)).astype("float32"),
        "shares": (0.02 + 0.9 * rng.dirichlet(np.ones(choices), count)).astype("float32"),
    }


def _products(seen, wanted):
    return ops.einsum("iw,ikw->ik", seen, wanted)


@task(_wishes, attempts.slopes, read=WISHES)
def suits(seen, *wanted_and_shares):
    """How well an image grants one of the wishes, weighed by their shares: `(batch, 1)`."""
    wanted, shares = wanted_and_shares
    products = _products(seen, wanted)
    return ops.logsumexp(products + ops.log(shares), axis=1, keepdims=True)


@suits.mistake("the average wish: it wants a little of everything, and nobody wishes for that")
def _(seen, wanted, shares):
    return ops.sum(shares * _products(seen, wanted), axis=1, keepdims=True)


@suits.mistake("infinity: exp of a large number is too large; `ops.logsumexp` is safe")
def _(seen, wanted, shares):
    return ops.log(ops.sum(shares * ops.exp(_products(seen, wanted)), axis=1, keepdims=True))


@suits.mistake("the shares are not used: a wish that comes up rarely counts as much")
def _(seen, wanted, shares):
    return ops.logsumexp(_products(seen, wanted), axis=1, keepdims=True) + 0 * shares[:, :1]


@suits.mistake("the shares are not used: a wish that comes up rarely counts as much")
def _(seen, wanted, shares):
    return ops.logsumexp(_products(seen, wanted), axis=1, keepdims=True)


@suits.mistake("shares are added to the products: inside exp, it is their logarithms")
def _(seen, wanted, shares):
    return ops.logsumexp(_products(seen, wanted) + shares, axis=1, keepdims=True)


@suits.mistake("shares multiply the products: they weigh what exp gives")
def _(seen, wanted, shares):
    return ops.logsumexp(_products(seen, wanted) * shares, axis=1, keepdims=True)


@suits.mistake("the sign of log share is wrong: a wish with a small share counts less")
def _(seen, wanted, shares):
    return ops.logsumexp(_products(seen, wanted) - ops.log(shares), axis=1, keepdims=True)


@suits.mistake("only the wish that suits best: all count, by their shares and exp")
def _(seen, wanted, shares):
    return ops.max(_products(seen, wanted), axis=1, keepdims=True)


@suits.mistake("only the wish that suits best: all count, by their shares and exp")
def _(seen, wanted, shares):
    return ops.max(_products(seen, wanted) + ops.log(shares), axis=1, keepdims=True)


@suits.mistake("only the wish with the largest share: all count, by their shares and exp")
def _(seen, wanted, shares):
    chosen = ops.one_hot(ops.argmax(shares, axis=1), shares.shape[1])
    return ops.sum(chosen * _products(seen, wanted), axis=1, keepdims=True)


@suits.mistake("the sign is turned: an image that suits gets a high number")
def _(seen, wanted, shares):
    return -suits.right(seen, wanted, shares)


@suits.mistake("what is seen meets the wishes of a neighbour")
def _(seen, wanted, shares):
    return suits.right(ops.roll(seen, 1, axis=0), wanted, shares)


@suits.mistake("a probability: the logit itself is asked for, with no sigmoid")
def _(seen, wanted, shares):
    return ops.sigmoid(suits.right(seen, wanted, shares))


@suits.mistake("products are averaged over the width: a scalar product is a sum")
def _(seen, wanted, shares):
    return suits.right(seen / seen.shape[1], wanted, shares)


@suits.mistake("divided by the root of the width: not in this task")
def _(seen, wanted, shares):
    return suits.right(seen / seen.shape[1] ** 0.5, wanted, shares)


@suits.mistake("of shape (batch,): a logit stands in a column, (batch, 1); use `keepdims`")
def _(seen, wanted, shares):
    return suits.right(seen, wanted, shares)[:, 0]


@suits.mistake("the wishes are added up over the batch: they stand along the second axis")
def _(seen, wanted, shares):
    products = _products(seen, wanted) + ops.log(shares)
    return ops.logsumexp(products, axis=0, keepdims=True)


@suits.mistake("over batch and wishes at once: each image has a number of its own")
def _(seen, wanted, shares):
    return ops.logsumexp(_products(seen, wanted) + ops.log(shares))


# A history, cut


def _histories(rng):
    """Histories, and how many clicks to keep: for one person none, for one all."""
    people, length, features = (int(rng.integers(*span)) for span in ((5, 8), (6, 10), (2, 4)))
    counts = np.append([0, length], rng.integers(1, length, people - 2))
    return {
        "histories": rng.normal(2, 1, (people, length, features)).astype("float32"),
        "counts": rng.permutation(counts),
    }


def _kept(histories, keep):
    return np.where(keep[..., None], histories, 0)


def _place(histories):
    return np.arange(histories.shape[1])


@task(_histories, attempts.untouched, read=CUT)
def newest(histories, counts):
    """The newest clicks of each, `counts` of them, where they are; zeros elsewhere."""
    length = histories.shape[1]
    return _kept(histories, _place(histories) >= length - counts[:, None])


@newest.mistake("the oldest clicks are kept: the newest stand at the end")
def _(histories, counts):
    return _kept(histories, _place(histories) < counts[:, None])


@newest.mistake("who has 0 clicks keeps them all: `[-0:]` is the same as `[0:]`")
def _(histories, counts):
    counts = np.where(counts == 0, histories.shape[1], counts)
    return newest.right(histories, counts)


@newest.mistake("the newest clicks are the ones taken out: they should stay")
def _(histories, counts):
    return histories - newest.right(histories, counts)


@newest.mistake("the newest clicks are the ones taken out: they should stay")
def _(histories, counts):
    return _kept(histories, _place(histories) < histories.shape[1] - counts[:, None]) * (
        counts[:, None, None] > 0
    )


@newest.mistake("one click too many is kept")
def _(histories, counts):
    return newest.right(histories, counts + 1)


@newest.mistake("one click too few is kept")
def _(histories, counts):
    return newest.right(histories, np.maximum(counts - 1, 0))


@newest.mistake("the clicks have moved to the front: they stay where they are, zeros before them")
def _(histories, counts):
    kept = newest.right(histories, counts)
    return np.stack([np.roll(row, count, axis=0) for row, count in zip(kept, counts, strict=True)])


@newest.mistake("the order is turned: the newest click is still the last one")
def _(histories, counts):
    kept = newest.right(histories, counts)
    return np.stack(
        [
            np.concatenate([row[: len(row) - count], row[len(row) - count :][::-1]])
            for row, count in zip(kept, counts, strict=True)
        ]
    )


@newest.mistake("all are cut like the first: everybody has a count of their own")
def _(histories, counts):
    return newest.right(histories, np.full_like(counts, counts[0]))


@newest.mistake("all are cut like the last: everybody has a count of their own")
def _(histories, counts):
    return newest.right(histories, np.full_like(counts, counts[-1]))


@newest.mistake("nothing is cut")
def _(histories, counts):
    return histories


@newest.mistake("ones and zeros: the clicks themselves are asked for")
def _(histories, counts):
    return newest.right(np.ones_like(histories), counts)


@newest.mistake("ones and zeros: the clicks themselves are asked for")
def _(histories, counts):
    return newest.right(np.ones_like(histories), counts)[..., 0]


@newest.mistake("zeros are left out, so that the shape is another: put zeros where clicks are cut")
def _(histories, counts):
    rows = zip(histories, counts, strict=True)
    return np.concatenate([row[len(row) - count :] for row, count in rows])
