"""Assignment 06, A taste is a condition: a die, two measures, an exaggeration to mend."""

import numpy as np
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task

CHOICE = "'Make up your mind' in lesson 06"
MEASURES = "'Whose are they? The measures' in lesson 06"
EXAGGERATE = "'Predict, then break it' in lesson 06"
SUM = 5.0  # what the ten shares of a taste add up to

# The die


def _dice(rng):
    """Uniform numbers and shares; some sides have no share at all."""
    count, sides = int(rng.integers(30, 40)), int(rng.integers(6, 11))
    shares = rng.dirichlet(np.full(sides, 0.7), count) * (rng.random((count, sides)) < 0.8)
    shares[:, 1] += 0.05
    return {
        "uniform": rng.uniform(0.02, 0.98, (count, sides)).astype("float32"),
        "shares": shares.astype("float32"),
    }


def _logs(shares):
    return ops.log(ops.maximum(shares, 1e-30))


def _gumbel(uniform):
    return -ops.log(-ops.log(uniform))


def _largest(score):
    return ops.one_hot(ops.argmax(score, axis=1), score.shape[1])


@task(_dice, attempts.returned, read=CHOICE)
def throw(uniform, shares):
    """1 for the side whose log share plus -log(-log u) is largest, 0 for all others."""
    return _largest(_logs(shares) + _gumbel(uniform))


@throw.mistake("the largest share always wins: the die is not thrown at all")
def _(uniform, shares):
    return _largest(shares)


@throw.mistake("the shares are not used: all sides would come up equally often")
def _(uniform, shares):
    return _largest(uniform)


@throw.mistake("shares are added to the random numbers as they are: their logarithms are")
def _(uniform, shares):
    return _largest(shares + _gumbel(uniform))


@throw.mistake("shares multiply the random numbers: their logarithms are added")
def _(uniform, shares):
    return _largest(shares * _gumbel(uniform))


@throw.mistake("uniform numbers are added as they are: make them -log(-log u) first")
def _(uniform, shares):
    return _largest(_logs(shares) + uniform)


@throw.mistake("a sign is wrong: the random numbers are -log(-log u), and they are added")
def _(uniform, shares):
    return _largest(_logs(shares) - _gumbel(uniform))


@throw.mistake("one logarithm is missing: the random numbers are -log(-log u)")
def _(uniform, shares):
    return _largest(_logs(shares) - ops.log(uniform))


@throw.mistake("one logarithm is missing: the random numbers are -log(-log u)")
def _(uniform, shares):
    return _largest(_logs(shares) + ops.log(uniform))


@throw.mistake("1 - u in place of u: as fair a die, but it falls on other sides than this one")
def _(uniform, shares):
    return _largest(_logs(shares) + _gumbel(1 - uniform))


@throw.mistake("the smallest sum wins here, and the largest should")
def _(uniform, shares):
    return _largest(-(_logs(shares) + _gumbel(uniform)))


@throw.mistake("the winners are looked for down the batch: each row throws a die of its own")
def _(uniform, shares):
    score = _logs(shares) + _gumbel(uniform)
    return ops.transpose(ops.one_hot(ops.argmax(score, axis=0), score.shape[0]))


@throw.mistake("a little of each side: one of them is chosen, as a 1 among zeros")
def _(uniform, shares):
    return ops.softmax(_logs(shares) + _gumbel(uniform), axis=1)


@throw.mistake("the number of the side: a 1 at its place is asked for, and zeros elsewhere")
def _(uniform, shares):
    return ops.argmax(throw.right(uniform, shares), axis=1)


@throw.mistake("the chosen side keeps its share here: it gets a 1")
def _(uniform, shares):
    return throw.right(uniform, shares) * shares


@throw.mistake("the chosen side gets all of the shares here: it gets a 1")
def _(uniform, shares):
    return throw.right(uniform, shares) * ops.sum(shares, axis=1, keepdims=True)


@throw.mistake("a fair die, by adding up the shares: it falls on other sides than this one")
def _(uniform, shares):
    ends = ops.cumsum(shares / ops.sum(shares, axis=1, keepdims=True), axis=1)
    return _largest(ops.cast(uniform[:, :1] < ends, "float32"))


# Are these the right digits?


def _drawn(rng):
    """Digits drawn for people who like different ones, and the shares that they like."""
    people, draws = int(rng.integers(4, 8)), int(rng.integers(20, 40))
    shares = rng.dirichlet(np.full(10, 0.5), people)
    drawn = [rng.choice(10, draws, p=0.7 * each + 0.03) for each in shares]
    return {"drawn": np.array(drawn), "shares": shares}


def _found(drawn):
    """The share of each digit among what was drawn for each person."""
    return np.stack([np.bincount(row, minlength=10) / drawn.shape[1] for row in drawn])


def _apart(drawn, shares):
    return np.abs(_found(drawn) - shares)


@task(_drawn, attempts.untouched, read=MEASURES)
def digits_off_by(drawn, shares):
    """Half the sum of the differences of shares, a mean over people."""
    return _apart(drawn, shares).sum(1).mean() / 2


@digits_off_by.mistake("all people are put together: then a generator for nobody scores well too")
def _(drawn, shares):
    return np.abs(_found(drawn).mean(0) - shares.mean(0)).sum() / 2


@digits_off_by.mistake("not halved: what is too much here is too little there, and counts twice")
def _(drawn, shares):
    return _apart(drawn, shares).sum(1).mean()


@digits_off_by.mistake("the mean over digits: over the ten, the differences are added up")
def _(drawn, shares):
    return _apart(drawn, shares).mean()


@digits_off_by.mistake("the mean over digits: over the ten, the differences are added up")
def _(drawn, shares):
    return _apart(drawn, shares).mean() / 2


@digits_off_by.mistake("the sum over people: their mean is asked for")
def _(drawn, shares):
    return _apart(drawn, shares).sum() / 2


@digits_off_by.mistake("only the worst digit of each person: all ten are added up")
def _(drawn, shares):
    return _apart(drawn, shares).max(1).mean()


@digits_off_by.mistake("only the worst digit of each person: all ten are added up")
def _(drawn, shares):
    return _apart(drawn, shares).max(1).mean() / 2


@digits_off_by.mistake("only the worst person: the mean over people is asked for")
def _(drawn, shares):
    return _apart(drawn, shares).sum(1).max() / 2


@digits_off_by.mistake("differences are squared: take their size, with `abs`")
def _(drawn, shares):
    return (_apart(drawn, shares) ** 2).sum(1).mean() / 2


@digits_off_by.mistake("differences are squared: take their size, with `abs`")
def _(drawn, shares):
    return (_apart(drawn, shares) ** 2).sum(1).mean()


@digits_off_by.mistake("the root of the squares: take the size of each difference, with `abs`")
def _(drawn, shares):
    return np.sqrt((_apart(drawn, shares) ** 2).sum(1)).mean()


@digits_off_by.mistake("the root of the squares: take the size of each difference, with `abs`")
def _(drawn, shares):
    return np.sqrt((_apart(drawn, shares) ** 2).sum(1)).mean() / 2


@digits_off_by.mistake("no `abs`: too much here and too little there cancel, and nothing is left")
def _(drawn, shares):
    return 0.0


@digits_off_by.mistake("digits are counted: divide by how many there are, shares compare")
def _(drawn, shares):
    return np.abs(_found(drawn) * drawn.shape[1] - shares).sum(1).mean() / 2


@digits_off_by.mistake("what agrees, not what is off: 1 minus this")
def _(drawn, shares):
    return 1 - digits_off_by.right(drawn, shares)


@digits_off_by.mistake("the favourite digit alone: all ten count")
def _(drawn, shares):
    rows, best = np.arange(len(shares)), shares.argmax(1)
    return _apart(drawn, shares)[rows, best].mean()


@digits_off_by.mistake("shares of somebody else: person and drawings are not of the same row")
def _(drawn, shares):
    return _apart(drawn, np.roll(shares, 1, axis=0)).sum(1).mean() / 2


@digits_off_by.mistake("a number for each person: their mean is asked for")
def _(drawn, shares):
    return _apart(drawn, shares).sum(1) / 2


# Whose are they?


def _fits(rng):
    """Log likelihoods (people, drawings, tastes): some tastes fit many, some drawings are odd."""
    people, draws = int(rng.integers(14, 18)), int(rng.integers(5, 9))
    fits = rng.normal(0, 1.5, (people, draws, people))
    fits += rng.normal(0, 0.5, people)[:, None, None] + rng.normal(0, 0.5, people)  # both sides
    own = np.arange(people)
    fits[own, :, own] += rng.uniform(-0.5, 2.5, people)[:, None]
    fits[own, rng.integers(0, draws, people), own] -= rng.uniform(0, 6, people)  # an odd drawing
    return {"fits": fits - 4}


def _whose(totals):
    return totals.argmax(-1) == np.arange(len(totals))


@task(_fits, attempts.untouched, read=MEASURES)
def recognised(fits):
    """For each person whether all drawings together fit the own taste best: `(people,)` bools."""
    return _whose(fits.sum(1))


def _each(fits):
    """Whether each drawing fits its own person's taste best: `(people, drawings)`."""
    return fits.argmax(2) == np.arange(len(fits))[:, None]


@recognised.mistake("who fits a taste best: the question is which taste fits a person's drawings")
def _(fits):
    return _whose(fits.sum(1).T)


@recognised.mistake("each drawing by itself: all drawings of a person are judged together")
def _(fits):
    return _each(fits).mean(1) > 0.5


@recognised.mistake("each drawing by itself: all drawings of a person are judged together")
def _(fits):
    return _each(fits).mean(1)


@recognised.mistake("one drawing has to be right here: all of them together are judged")
def _(fits):
    return _each(fits).any(1)


@recognised.mistake("every drawing has to be right here: all of them together are judged")
def _(fits):
    return _each(fits).all(1)


def _votes(fits):
    votes = fits.argmax(2)  # (people, drawings)
    return np.stack([np.bincount(row, minlength=len(fits)) for row in votes])


@recognised.mistake("drawings vote: add their logarithms up, so that sure ones count for more")
def _(fits):
    return _whose(_votes(fits))


@recognised.mistake("only the best drawing is looked at: all of them together are judged")
def _(fits):
    return _whose(fits.max(1))


@recognised.mistake("only the worst drawing is looked at: all of them together are judged")
def _(fits):
    return _whose(fits.min(1))


@recognised.mistake("only the first drawing is looked at: all of them together are judged")
def _(fits):
    return _whose(fits[:, 0])


@recognised.mistake("likelihoods are added up: they are multiplied, so add their logarithms")
def _(fits):
    return _whose(np.exp(fits).sum(1))


@recognised.mistake("logarithms are multiplied: a product of likelihoods is a sum of logarithms")
def _(fits):
    return _whose(fits.prod(1))


@recognised.mistake("the taste that fits least: the largest logarithm is the likeliest")
def _(fits):
    return _whose(-fits.sum(1))


@recognised.mistake("better than the others on average: the own taste has to be the best of all")
def _(fits):
    totals = fits.sum(1)
    others = (totals.sum(1) - np.diag(totals)) / (len(totals) - 1)
    return np.diag(totals) > others


@recognised.mistake("better than one other: the own taste has to be better than all of them")
def _(fits):
    totals = fits.sum(1)
    return np.diag(totals) > totals.min(1)


@recognised.mistake("the share of people: true or false for each of them is asked for")
def _(fits):
    return recognised.right(fits).mean()


@recognised.mistake("their number: true or false for each person is asked for")
def _(fits):
    return recognised.right(fits).sum()


@recognised.mistake("the taste that fits best: say whether it is the person's own")
def _(fits):
    return fits.sum(1).argmax(1)


@recognised.mistake("true and false are exchanged: true is for those who are recognised")
def _(fits):
    return ~recognised.right(fits)


# Exaggeration, mended


def _tastes(rng):
    """Tastes as vectors, their mean, and how much to make of the differences, from 0.5 to 2."""
    count = int(rng.integers(4, 8))
    shares = SUM * rng.dirichlet(np.full(10, 0.4), count)
    tastes = np.concatenate([shares, rng.normal(0, 1.2, (count, 2))], axis=1)
    average = np.append(
        np.full(10, SUM / 10) + rng.permutation(np.linspace(-0.1, 0.1, 10)), [0.1, -0.2]
    )
    return {
        "tastes": tastes.astype("float32"),
        "average": average.astype("float32"),
        "strength": np.array(rng.choice([0.6, 1.4, 1.8]) + rng.uniform(0, 0.2)),
    }


def _away(tastes, average, strength):
    return average + strength * (tastes - average)


def _to_sum(vectors, total=SUM):
    """Shares below 0 are 0, and all ten add up again."""
    shares = np.maximum(vectors[:, :10], 0)
    shares = shares * total / shares.sum(1, keepdims=True)
    return np.concatenate([shares, vectors[:, 10:]], axis=1)


@task(_tastes, attempts.untouched, read=EXAGGERATE)
def exaggerate(tastes, *average_and_strength):
    """What sets each person apart, `strength` times; the shares are shares again."""
    return _to_sum(_away(tastes, *average_and_strength))


@exaggerate.mistake("the difference is added once too often: 1 leaves a taste as it is")
def _(tastes, average, strength):
    return _to_sum(_away(tastes, average, 1 + strength))


@exaggerate.mistake("the wrong way: an exaggerated taste lies farther from the average, not nearer")
def _(tastes, average, strength):
    return _to_sum(_away(tastes, average, -strength))


@exaggerate.mistake("the wrong way: an exaggerated taste lies farther from the average, not nearer")
def _(tastes, average, strength):
    return _to_sum(_away(tastes, average, 1 / strength))


@exaggerate.mistake("the average is mixed up with the person: strength 1 leaves a taste as it is")
def _(tastes, average, strength):
    return _to_sum(tastes + strength * (average - tastes))


@exaggerate.mistake(
    "the differences from the average are exaggerated, not the taste; a bracket, perhaps"
)
def _(tastes, average, strength):
    return _to_sum(strength * tastes)


@exaggerate.mistake("the average is missing in the end: this is the difference alone")
def _(tastes, average, strength):
    return _to_sum(strength * (tastes - average))


@exaggerate.mistake("shares below 0 are still there: nobody can like a digit less than never")
def _(tastes, average, strength):
    return _away(tastes, average, strength)


@exaggerate.mistake("shares below 0 are still there: nobody can like a digit less than never")
def _(tastes, average, strength):
    vectors = _away(tastes, average, strength)
    vectors[:, :10] *= SUM / vectors[:, :10].sum(1, keepdims=True)
    return vectors


@exaggerate.mistake("shares below 0 are turned into likings: they count as 0")
def _(tastes, average, strength):
    vectors = _away(tastes, average, strength)
    vectors[:, :10] = np.abs(vectors[:, :10])
    return _to_sum(vectors)


@exaggerate.mistake("the shares do not add up to 5 any more: divide by their sum, times 5")
def _(tastes, average, strength):
    vectors = _away(tastes, average, strength)
    return np.concatenate([np.maximum(vectors[:, :10], 0), vectors[:, 10:]], axis=1)


@exaggerate.mistake("the shares add up to 1 here: those of a taste vector add up to 5")
def _(tastes, average, strength):
    return _to_sum(_away(tastes, average, strength), 1.0)


@exaggerate.mistake("slant and pen are divided as well: only the ten shares add up to 5")
def _(tastes, average, strength):
    vectors = _away(tastes, average, strength)
    vectors[:, :10] = np.maximum(vectors[:, :10], 0)
    return vectors * SUM / vectors[:, :10].sum(1, keepdims=True)


@exaggerate.mistake("slant and pen are cut off at 0: theirs may be negative, only shares may not")
def _(tastes, average, strength):
    return _to_sum(np.maximum(_away(tastes, average, strength), 0))


@exaggerate.mistake("slant and pen are cut off at 0: theirs may be negative, only shares may not")
def _(tastes, average, strength):
    return np.maximum(_away(tastes, average, strength), 0)


@exaggerate.mistake("slant and pen are cut off at 0: theirs may be negative, only shares may not")
def _(tastes, average, strength):
    vectors = np.maximum(_away(tastes, average, strength), 0)
    return vectors * SUM / vectors[:, :10].sum(1, keepdims=True)


@exaggerate.mistake("shares are cut off at 1: in a taste vector they go up to 5")
def _(tastes, average, strength):
    vectors = _away(tastes, average, strength)
    vectors[:, :10] = vectors[:, :10].clip(0, 1)
    return _to_sum(vectors)


@exaggerate.mistake("cut off at 0 and 1: slant and pen may be negative, and shares go up to 5")
def _(tastes, average, strength):
    return _away(tastes, average, strength).clip(0, 1)


@exaggerate.mistake("all twelve numbers are made to add up: slant and pen are no shares")
def _(tastes, average, strength):
    vectors = np.maximum(_away(tastes, average, strength), 0)
    return SUM * vectors / vectors.sum(1, keepdims=True)


@exaggerate.mistake("the sum is taken over people: each person's ten shares add up to 5")
def _(tastes, average, strength):
    vectors = _away(tastes, average, strength)
    shares = np.maximum(vectors[:, :10], 0)
    return np.concatenate([shares * SUM / np.maximum(shares.sum(0), 1e-9), vectors[:, 10:]], axis=1)


@exaggerate.mistake("slant and pen stay as they were: exaggerate all twelve numbers")
def _(tastes, average, strength):
    return np.concatenate([exaggerate.right(tastes, average, strength)[:, :10], tastes[:, 10:]], 1)


@exaggerate.mistake("the shares stay as they were: exaggerate all twelve numbers")
def _(tastes, average, strength):
    return np.concatenate([tastes[:, :10], exaggerate.right(tastes, average, strength)[:, 10:]], 1)
