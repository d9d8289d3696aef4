"""Assignment 08, Tuning for a need: truncate, choose, step uphill, see through a judge."""

import numpy as np
import tensorflow as tf
from scipy import special

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task

DIE = "'Throw the die first' in lesson 08"
TRUNCATE = "'First knob: truncate the noise' in lesson 08"
CHOOSE = "'Second knob: draw more, and choose' in lesson 08"
SEARCH = "'Third knob: search' in lesson 08"
BREAK = "'Predict, then break it' in lesson 08"

# The noise, its die left alone

CHOICES = 10  # numbers that throw the die


def _noise(rng):
    """Noise with a die of ten numbers, and a spread."""
    count, size = int(rng.integers(13, 18)), int(rng.integers(22, 30))
    noise = rng.normal(0.2, 1.2, (count, size)).astype("float32")
    return {"noise": noise, "spread": np.array(rng.uniform(0.35, 0.85), "float32")}


def _pulled(noise, spread, *, first=CHOICES, end=None):
    pulled = np.array(noise)
    pulled[:, first:end] *= spread
    return pulled


@task(_noise, attempts.untouched, read=TRUNCATE)
def truncate_style(noise, spread):
    """The first ten numbers, which throw the die, as they were; the rest times the spread."""
    return _pulled(noise, spread)


@truncate_style.mistake("the die is pulled in as well: the largest share wins each time", read=DIE)
def _(noise, spread):
    return spread * noise


@truncate_style.mistake("turned round: the die is pulled in, and the style is left", read=DIE)
def _(noise, spread):
    return _pulled(noise, spread, first=0, end=CHOICES)


@truncate_style.mistake("the die is thrown by the *first* ten numbers, not by the last", read=DIE)
def _(noise, spread):
    return _pulled(noise, spread, first=0, end=-CHOICES)


@truncate_style.mistake("the die is thrown by the *first* ten numbers, not by the last", read=DIE)
def _(noise, spread):
    return _pulled(noise, spread, first=-CHOICES)


@truncate_style.mistake("one too many is left: the die has ten numbers, so the style begins at 10")
def _(noise, spread):
    return _pulled(noise, spread, first=CHOICES + 1)


@truncate_style.mistake("one too few is left: the die has ten numbers, so the style begins at 10")
def _(noise, spread):
    return _pulled(noise, spread, first=CHOICES - 1)


@truncate_style.mistake("rows are left, not columns: every drawing has a die of its own", read=DIE)
def _(noise, spread):
    return np.concatenate([noise[:CHOICES], spread * noise[CHOICES:]])


def _with_style(noise, style):
    return np.concatenate([noise[:, :CHOICES], style], axis=1)


@truncate_style.mistake("cut off at the spread: numbers pile up there; multiply by it")
def _(noise, spread):
    return _with_style(noise, np.clip(noise[:, CHOICES:], -spread, spread))


@truncate_style.mistake("divided by the spread: that pushes outwards")
def _(noise, spread):
    return _with_style(noise, noise[:, CHOICES:] / spread)


@truncate_style.mistake("1 - spread is left of it: the spread is what is left, not what is lost")
def _(noise, spread):
    return _with_style(noise, noise[:, CHOICES:] * (1 - spread))


@truncate_style.mistake("the spread is taken off: that moves the middle; multiply by it")
def _(noise, spread):
    return _with_style(noise, noise[:, CHOICES:] - spread)


@truncate_style.mistake("pulled to the middle of these rows: the middle of the noise is 0")
def _(noise, spread):
    style = noise[:, CHOICES:]
    return _with_style(noise, style.mean(0) + spread * (style - style.mean(0)))


@truncate_style.mistake("made as long as the spread: rows lose their own length; multiply by it")
def _(noise, spread):
    style = noise[:, CHOICES:]
    return _with_style(noise, spread * style / np.linalg.norm(style, axis=1, keepdims=True))


@truncate_style.mistake("given a spread of its own: that is the numbers' own spread undone")
def _(noise, spread):
    style = noise[:, CHOICES:]
    return _with_style(noise, spread * style / style.std())


@truncate_style.mistake("nothing is pulled in: this is the noise as it came")
def _(noise, spread):
    return np.array(noise)


@truncate_style.mistake("the die is lost: return its ten numbers, too")
def _(noise, spread):
    return spread * noise[:, CHOICES:]


@truncate_style.mistake("`noise` itself was changed, in place: the next spread would start from it")
def _(noise, spread):
    noise[:, CHOICES:] *= spread
    return noise


# A choice


def _candidates(rng):
    """Candidates, scores, luck that turns many a choice, a sharpness.

    There are many places, so that two throws of the dice never choose alike.
    """
    times, count = int(rng.integers(4, 6)), int(rng.integers(40, 45))
    candidates = rng.uniform(-1, 1, (times, count, 4, 4, 1))
    inputs = {
        "candidates": candidates,
        "scores": rng.normal(0, 1.5, (times, count)),
        "luck": rng.gumbel(size=(times, count)),
        "sharpness": rng.uniform(0.4, 0.7) ** rng.choice([-1, 1]),
    }
    return {name: np.array(each, "float32") for name, each in inputs.items()}


def _kept(candidates, best):
    return candidates[best, np.arange(candidates.shape[1])]


@task(_candidates, attempts.computed, read=CHOOSE)
def choose(candidates, scores, *luck_and_sharpness):
    """At each place one candidate, with a probability proportional to exp(sharpness * score)."""
    luck, sharpness = luck_and_sharpness
    return _kept(candidates, np.argmax(sharpness * scores + luck, axis=0))


@choose.mistake("without the luck: the best of each place, whatever the sharpness")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(scores, axis=0))


@choose.mistake("by luck alone: the scores are not used")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(luck, axis=0))


@choose.mistake(
    "the sharpness is not used, or on both, and so on neither: it belongs on the scores alone"
)
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(scores + luck, axis=0))


@choose.mistake("the sharpness is on the luck: the sharper, the *more* by chance")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(scores + sharpness * luck, axis=0))


@choose.mistake("the luck is taken off: Gumbel numbers are not the same turned round; add them")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(sharpness * scores - luck, axis=0))


@choose.mistake("times the luck: it is added, or a bad score could win by bad luck")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(sharpness * scores * luck, axis=0))


@choose.mistake("the worst is kept: `argmin` for `argmax`")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmin(sharpness * scores + luck, axis=0))


@choose.mistake("the lower the score, the likelier: a minus too many")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(luck - sharpness * scores, axis=0))


@choose.mistake("the luck is added to chances: it belongs on their logarithms, sharpness * score")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(special.softmax(sharpness * scores, axis=0) + luck, axis=0))


@choose.mistake("the luck is added to chances: it belongs on their logarithms, sharpness * score")
def _(candidates, scores, luck, sharpness):
    return _kept(candidates, np.argmax(np.exp(sharpness * scores) + luck, axis=0))


@choose.mistake("one choice for all places: each place has its own")
def _(candidates, scores, luck, sharpness):
    return candidates[np.argmax((sharpness * scores + luck).sum(1))]


@choose.mistake("one choice for all places: each place has its own")
def _(candidates, scores, luck, sharpness):
    best = np.argmax(sharpness * scores + luck)
    return candidates[best // scores.shape[1]]


@choose.mistake("the best place of each try: the choice is among the tries, the first axis")
def _(candidates, scores, luck, sharpness):
    best = np.argmax(sharpness * scores + luck, axis=1)
    return candidates[np.arange(len(best)), best]


@choose.mistake("every choice at every place: pair each with its own place, `np.arange(n)`")
def _(candidates, scores, luck, sharpness):
    return candidates[np.argmax(sharpness * scores + luck, axis=0)]


@choose.mistake("these are the numbers of the candidates: return the candidates")
def _(candidates, scores, luck, sharpness):
    return np.argmax(sharpness * scores + luck, axis=0)


def _mixed(candidates, scores):
    shares = special.softmax(scores, axis=0)
    return np.einsum("tn...,tn->n...", candidates, shares)


@choose.mistake("a mixture of all candidates, blurred: one of them is to be kept")
def _(candidates, scores, luck, sharpness):
    return _mixed(candidates, sharpness * scores)


@choose.mistake("a mixture of all candidates, blurred: one of them is to be kept")
def _(candidates, scores, luck, sharpness):
    return _mixed(candidates, sharpness * scores + luck)


# A step uphill, mended

STRIDE = 0.6


def _hill(rng):
    count = int(rng.integers(4, 8))
    return {
        "noise": rng.normal(size=(count, attempts.NOISE_SIZE)).astype("float32"),
        "conditions": rng.normal(size=(count, attempts.CONDITION_SIZE)).astype("float32"),
    } | attempts.climb_weights(rng)


def _slope(noise, conditions, generator, liking):
    with tf.GradientTape() as tape:
        tape.watch(noise)
        score = tf.reduce_sum(liking(generator([noise, conditions])))
    return tape.gradient(score, noise)


def _length(slope, axis=1):
    return tf.norm(slope, axis=axis, keepdims=True) + 1e-8


def _stepped(*given, stride=STRIDE):
    slope = _slope(*given)
    return given[0] + stride * slope / _length(slope)


@task(_hill, attempts.climb, read=SEARCH)
def uphill(noise, *conditions_generator_and_liking):
    """Noise one step of 0.6 further, for each row in the direction in which its score rises."""
    return _stepped(noise, *conditions_generator_and_liking)


@uphill.mistake("downhill: a minus takes noise to where it is liked less")
def _(*given):
    return _stepped(*given, stride=-STRIDE)


@uphill.mistake("steps as long as the slope: divide each row by its own length")
def _(noise, *given):
    return noise + STRIDE * _slope(noise, *given)


@uphill.mistake("one length for all rows: a row with a steep slope holds the others back; axis=1")
def _(noise, *given):
    slope = _slope(noise, *given)
    return noise + STRIDE * slope / _length(slope, axis=None)


@uphill.mistake("lengths of columns: a row is what has a length; axis=1")
def _(noise, *given):
    slope = _slope(noise, *given)
    return noise + STRIDE * slope / _length(slope, axis=0)


@uphill.mistake("divided by the squared length: the flatter, the longer the step; take the root")
def _(noise, *given):
    slope = _slope(noise, *given)
    return noise + STRIDE * slope / _length(slope) ** 2


@uphill.mistake("only the signs of the slope: that is another direction, and a longer step")
def _(noise, *given):
    return noise + STRIDE * tf.sign(_slope(noise, *given))


@uphill.mistake("a step of length 1: the stride, 0.6, is missing")
def _(*given):
    return _stepped(*given, stride=1)


@uphill.mistake("the step alone: add it to the noise it starts from")
def _(noise, *given):
    return _stepped(noise, *given) - noise


@uphill.mistake("no step is taken: this is the noise as it came")
def _(noise, *given):
    return noise


@uphill.mistake("the slope of the images' conditions is taken as 0: draw for the conditions given")
def _(noise, conditions, *given):
    return _stepped(noise, 0 * conditions, *given)


@uphill.mistake("one direction for all rows: each has a slope of its own")
def _(noise, *given):
    slope = tf.reduce_mean(_slope(noise, *given), axis=0, keepdims=True)
    return noise + STRIDE * slope / _length(slope)


@uphill.mistake("the noise was given length 1: it is the slope that is divided by its length")
def _(*given):
    stepped = _stepped(*given)
    return stepped / _length(stepped)


@uphill.mistake("two steps were taken, where one was asked for")
def _(noise, *given):
    return _stepped(_stepped(noise, *given), *given)


def _trained(length):
    def uphill(noise, conditions, generator, liking):
        weights = generator.trainable_variables
        with tf.GradientTape() as tape:
            score = tf.reduce_sum(liking(generator([noise, conditions])))
        for weight, slope in zip(weights, tape.gradient(score, weights), strict=True):
            weight.assign_add(STRIDE * slope / length(slope))
        return noise

    return uphill


for _each in (tf.ones_like, tf.norm):
    uphill.mistake(
        "the generator is trained, and the noise stays: search leaves the weights alone"
    )(_trained(_each))


# A judge, seen through

MARGIN = 0.1


def _searches(rng):
    """Searches of each kind, some of them misleading, in mixed order: scores after more steps."""
    lengths, best_real = 6, rng.uniform(0.6, 0.7, 9)
    rising, falling, flat = (
        np.linspace(0, 1, lengths),
        np.linspace(0, -1, lengths),
        np.zeros(lengths),
    )
    hump = np.array([0, 0.5, 0.9, 0.4, -0.1, -0.3])
    late = np.array([0, -0.5, -0.8, -0.5, 0.1, 0.6])
    kinds = [  # the judge's last claim beside the best real images, and the truth over time
        (0.2, falling),  # exploited
        (0.2, hump),  # exploited, after a good beginning
        (0.2, 0.4 + 0.06 * rising),  # exploited: the truth rises by next to nothing
        (-0.1, 0.35 * rising - 0.9),  # gained
        (0.2, 0.35 * rising - 0.9),  # gained, though claimed above real
        (-0.1, late - 0.5),  # gained, at last
        (-0.1, falling),  # lost
        (-0.1, flat + 0.05),  # nothing
        (-0.4, 0.06 * rising),  # nothing; not even claimed
    ]
    starts = rng.uniform(0.2, 0.25, 9)
    ends = best_real + [claim for claim, _ in kinds]
    claimed = starts[:, None] + (ends - starts)[:, None] * rising
    truth = np.stack([change for _, change in kinds])
    wobble = rng.uniform(-0.01, 0.01, (2, 9, lengths))
    order = rng.permutation(9)
    return {
        "claimed": (claimed + wobble[0])[order],
        "truth": (truth + wobble[1])[order],
        "best_real": best_real[order],
    }


def _said(claimed, rise, best_real, margin=MARGIN):
    if rise > margin:
        return "gained"
    return "exploited" if claimed > best_real else "nothing gained"


@task(_searches, attempts.words, read=BREAK)
def read_search(claimed, truth, *best_real):
    """What a search has done to its judge: gained, exploited or nothing gained."""
    return _said(claimed[-1], truth[-1] - truth[0], *best_real)


@read_search.mistake("only the judge is asked, whose score *was* the target: look at the truth")
def _(claimed, truth, best_real):
    return _said(claimed[-1], claimed[-1] - claimed[0], best_real)


@read_search.mistake("a claim above real images is not enough: the truth may have risen as well")
def _(claimed, truth, best_real):
    if claimed[-1] > best_real:
        return "exploited"
    return _said(claimed[-1], truth[-1] - truth[0], best_real)


@read_search.mistake(
    "a claim above the *start* is no exploit: hold it against the best real images"
)
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[-1] - truth[0], claimed[0])


@read_search.mistake("the best of all lengths decides: it is the last that people would get")
def _(claimed, truth, best_real):
    return _said(claimed[-1], max(truth) - truth[0], best_real)


@read_search.mistake("only the last two are compared: hold the last against the first")
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[-1] - truth[-2], best_real)


@read_search.mistake("the truth is held against 0: what counts is how far it rose from the start")
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[-1], best_real, margin=0)


@read_search.mistake("the truth is held against 0.1: what counts is how far it rose from the start")
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[-1], best_real)


@read_search.mistake("the truth is held against what the judge claims: these are two scales")
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[-1] - claimed[-1], best_real)


@read_search.mistake("any rise counts: one of 0.1 or less is luck")
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[-1] - truth[0], best_real, margin=0)


@read_search.mistake("the mean over all lengths: it is the last that people would get")
def _(claimed, truth, best_real):
    return _said(np.mean(claimed), np.mean(truth) - truth[0], best_real)


@read_search.mistake("the mean over all lengths: it is the last that people would get")
def _(claimed, truth, best_real):
    return _said(claimed[-1], np.mean(truth) - truth[0], best_real)


@read_search.mistake("turned round: a truth that falls is taken for a gain")
def _(claimed, truth, best_real):
    return _said(claimed[-1], truth[0] - truth[-1], best_real)


@read_search.mistake("turned round: a claim *below* real images is no exploit")
def _(claimed, truth, best_real):
    return _said(best_real, truth[-1] - truth[0], claimed[-1])


@read_search.mistake(
    "the truth has to fall here: where it stays, a claim above real is an exploit, too"
)
def _(claimed, truth, best_real):
    if truth[-1] < truth[0] - MARGIN and claimed[-1] > best_real:
        return "exploited"
    return "gained" if truth[-1] > truth[0] + MARGIN else "nothing gained"
