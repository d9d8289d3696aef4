"""Answers to assignment 08 as students give them, wrong and right."""

import keras
import numpy as np
import tensorflow as tf
from bank import Bank
from keras import ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# The noise, its die left alone


@right("truncate_style")
def in_two_parts(noise, spread):
    return np.concatenate([noise[:, :10], spread * noise[:, 10:]], axis=1)


@right("truncate_style")
def by_a_row_of_factors(noise, spread):
    factors = np.full(noise.shape[1], spread)
    factors[:10] = 1
    return noise * factors


@right("truncate_style")
def on_a_copy(noise, spread):
    mine = noise.copy()
    mine[:, 10:] *= spread
    return mine


@right("truncate_style")
def with_tensors(z, s):
    return tf.where(tf.range(z.shape[1]) < 10, z, s * z)


@wrong("truncate_style", "largest share wins")
def everything(noise, spread):
    return noise * spread


@wrong("truncate_style", "the style is left")
def only_the_die(noise, spread):
    return tf.concat([spread * noise[:, :10], noise[:, 10:]], axis=1)


@wrong("truncate_style", "not by the last")
def last_ten(noise, spread):
    return np.concatenate([spread * noise[:, :-10], noise[:, -10:]], axis=1)


@wrong("truncate_style", "one too many")
def from_eleven(noise, spread):
    return np.concatenate([noise[:, :11], spread * noise[:, 11:]], axis=1)


@wrong("truncate_style", "one too few")
def from_nine(noise, spread):
    return np.where(np.arange(noise.shape[1]) < 9, noise, spread * noise)


@wrong("truncate_style", "rows are left")
def rows(noise, spread):
    return tf.concat([noise[:10], spread * noise[10:]], axis=0)


@wrong("truncate_style", "pile up")
def clipped(noise, spread):
    return np.hstack([noise[:, :10], noise[:, 10:].clip(-spread, spread)])


@wrong("truncate_style", "pushes outwards")
def divided(noise, spread):
    return np.hstack([noise[:, :10], noise[:, 10:] / spread])


@wrong("truncate_style", "not what is lost")
def one_minus(noise, spread):
    return np.hstack([noise[:, :10], noise[:, 10:] - spread * noise[:, 10:]])


@wrong("truncate_style", "moves the middle")
def subtracted(noise, spread):
    return np.hstack([noise[:, :10], noise[:, 10:] - spread])


@wrong("truncate_style", "middle of these rows")
def towards_the_mean(noise, spread):
    style = noise[:, 10:]
    middle = style.mean(axis=0, keepdims=True)
    return np.hstack([noise[:, :10], spread * style + (1 - spread) * middle])


@wrong("truncate_style", "as long as the spread")
def unit_rows(noise, spread):
    return np.hstack([noise[:, :10], spread * keras.utils.normalize(noise[:, 10:], axis=1)])


@wrong("truncate_style", "as it came")
def forgot(noise, spread):
    return noise


@wrong("truncate_style", "die is lost")
def style_alone(noise, spread):
    return spread * noise[:, 10:]


@wrong("truncate_style", "in place")
def changed(noise, spread):
    noise[:, 10:] = spread * noise[:, 10:]
    return noise


@wrong("truncate_style", "random")
def drawn_anew(noise, spread):
    style = np.random.normal(0, spread, noise[:, 10:].shape)
    return np.hstack([noise[:, :10], style])


# A choice


@right("choose")
def with_gumbel(candidates, scores, luck, sharpness):
    best = np.argmax(sharpness * scores + luck, axis=0)
    return candidates[best, np.arange(len(best))]


@right("choose")
def luck_divided(candidates, scores, luck, sharpness):
    best = (scores + luck / sharpness).argmax(axis=0)
    return np.take_along_axis(candidates, best[None, :, None, None, None], axis=0)[0]


@right("choose")
def place_by_place(candidates, scores, luck, sharpness):
    kept = []
    for place in range(scores.shape[1]):
        worth = [sharpness * s + g for s, g in zip(scores[:, place], luck[:, place], strict=True)]
        kept.append(candidates[worth.index(max(worth)), place])
    return np.stack(kept)


@right("choose")
def on_log_chances(candidates, scores, luck, sharpness):
    logs = tf.nn.log_softmax(sharpness * scores, axis=0)
    best = tf.argmax(logs + luck, axis=0)
    return tf.gather(tf.transpose(candidates, (1, 0, 2, 3, 4)), best, batch_dims=1)


@right("choose")
def with_one_hot(candidates, scores, luck, sharpness):
    one = ops.one_hot(ops.argmax(sharpness * scores + luck, axis=0), len(scores), axis=0)
    return ops.einsum("tn,tnhwc->nhwc", one, candidates)


def kept(candidates, values):
    return candidates[np.argmax(values, axis=0), np.arange(candidates.shape[1])]


@wrong("choose", "without the luck")
def best(candidates, scores, luck, sharpness):
    return kept(candidates, sharpness * scores)


@wrong("choose", "scores are not used")
def by_chance(candidates, scores, luck, sharpness):
    return kept(candidates, luck)


@wrong("choose", "sharpness is not used")
def no_sharpness(candidates, scores, luck, sharpness):
    return kept(candidates, scores + luck)


@wrong("choose", "sharpness is on the luck")
def upside_down(candidates, scores, luck, sharpness):
    return kept(candidates, scores / sharpness + luck)


@wrong("choose", "or on both")
def bracket(candidates, scores, luck, sharpness):
    return kept(candidates, (scores + luck) * sharpness)


@wrong("choose", "luck is taken off")
def minus(candidates, scores, luck, sharpness):
    return kept(candidates, sharpness * scores - luck)


@wrong("choose", "times the luck")
def multiplied(candidates, scores, luck, sharpness):
    return kept(candidates, sharpness * scores * luck)


@wrong("choose", "worst is kept")
def argmin(candidates, scores, luck, sharpness):
    at = tf.argmin(sharpness * scores + luck, axis=0)
    return candidates[at, np.arange(len(at))]


@wrong("choose", "the likelier: a minus")
def lower_is_better(candidates, scores, luck, sharpness):
    return kept(candidates, -sharpness * scores + luck)


@wrong("choose", "added to chances")
def on_chances(candidates, scores, luck, sharpness):
    chances = tf.nn.softmax(sharpness * scores, axis=0)
    return kept(candidates, chances + luck)


@wrong("choose", "one choice for all")
def best_try(candidates, scores, luck, sharpness):
    return candidates[(sharpness * scores + luck).mean(axis=1).argmax()]


@wrong("choose", "among the tries")
def second_axis(candidates, scores, luck, sharpness):
    at = (sharpness * scores + luck).argmax(axis=1)
    return candidates[range(len(at)), at]


@wrong("choose", "every choice at every place")
def gathered(candidates, scores, luck, sharpness):
    return tf.gather(candidates, tf.argmax(sharpness * scores + luck, axis=0))


@wrong("choose", "return the candidates")
def numbers(candidates, scores, luck, sharpness):
    return (sharpness * scores + luck).argmax(0)


@wrong("choose", "a mixture")
def weighted_mean(candidates, scores, luck, sharpness):
    shares = np.exp(sharpness * scores)
    shares = (shares / shares.sum(0))[..., None, None, None]
    return (shares * candidates).sum(axis=0)


@wrong("choose", "random")
def thrown_anew(candidates, scores, luck, sharpness):
    return kept(candidates, sharpness * scores + np.random.gumbel(size=scores.shape))


# A step uphill, mended


def direction(slope):
    return slope / (tf.norm(slope, axis=1, keepdims=True) + 1e-8)


def slope_at(noise, conditions, generator, liking, reduce=tf.reduce_sum):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(noise)
        score = reduce(liking(generator([noise, conditions])))
    return tape.gradient(score, noise)


@right("uphill")
def watched(noise, conditions, generator, liking):
    with tf.GradientTape() as tape:
        tape.watch(noise)
        images = generator([noise, conditions], training=False)
        scores = liking(images)
    slope = tape.gradient(scores, noise)
    return noise + 0.6 * slope / tf.norm(slope, axis=1, keepdims=True)


@right("uphill")
def of_a_variable(noise, conditions, generator, liking):
    start = tf.Variable(noise)
    with tf.GradientTape() as tape:
        loss = -tf.reduce_mean(liking(generator([start, conditions])))
    return start - 0.6 * tf.math.l2_normalize(tape.gradient(loss, start), axis=1, epsilon=0)


@right("uphill")
def of_chances(z, c, g, liking):
    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(z)
        clicks = tf.sigmoid(liking(g([z, c])))  # another score, and each row's direction the same
    slope = tape.gradient(clicks, z)
    return z + 0.6 * slope * tf.math.rsqrt(tf.reduce_sum(slope**2, 1, keepdims=True))


@right("uphill")
def row_by_row(noise, conditions, generator, liking):
    slope = slope_at(noise, conditions, generator, liking).numpy()
    rows = [z + 0.6 * s / np.linalg.norm(s) for z, s in zip(noise.numpy(), slope, strict=True)]
    return ops.stack(rows)


@wrong("uphill", "tape.watch")
def not_watched(noise, conditions, generator, liking):
    with tf.GradientTape() as tape:
        score = tf.reduce_sum(liking(generator([noise, conditions])))
    slope = tape.gradient(score, noise)
    return noise + 0.6 * slope / (tf.norm(slope, axis=1, keepdims=True) + 1e-8)


@wrong("uphill", "cut by NumPy")
def numpy_in_the_tape(noise, conditions, generator, liking):
    with tf.GradientTape() as tape:
        tape.watch(noise)
        score = tf.reduce_sum(liking(generator([noise, conditions]).numpy()))
    return noise + 0.6 * direction(tape.gradient(score, noise))


@wrong("uphill", "tape.watch")
def predicted_before_the_tape(noise, conditions, generator, liking):
    images = generator([noise, conditions])
    with tf.GradientTape() as tape:
        tape.watch(noise)
        score = tf.reduce_sum(liking(images))
    return noise + 0.6 * direction(tape.gradient(score, noise))


@wrong("uphill", "downhill")
def minus_slope(noise, *given):
    return noise - 0.6 * direction(slope_at(noise, *given))


@wrong("uphill", "as long as the slope")
def plain_ascent(noise, *given):
    return noise + 0.6 * slope_at(noise, *given)


@wrong("uphill", "one length for all")
def whole_norm(noise, *given):
    slope = slope_at(noise, *given)
    return noise + 0.6 * slope / (tf.norm(slope) + 1e-8)


@wrong("uphill", "lengths of columns")
def first_axis(noise, *given):
    slope = slope_at(noise, *given)
    return noise + 0.6 * slope / (tf.norm(slope, axis=0) + 1e-8)


@wrong("uphill", "take the root")
def squared_norm(noise, *given):
    slope = slope_at(noise, *given)
    return noise + 0.6 * slope / tf.reduce_sum(slope**2, axis=1, keepdims=True)


@wrong("uphill", "signs of the slope")
def fast_gradient_sign(noise, *given):
    return noise + 0.6 * tf.sign(slope_at(noise, *given))


@wrong("uphill", "stride, 0.6, is missing")
def full_step(noise, *given):
    return noise + direction(slope_at(noise, *given))


@wrong("uphill", "step alone")
def not_added(noise, *given):
    return 0.6 * direction(slope_at(noise, *given))


@wrong("uphill", "no step is taken")
def unchanged(noise, *given):
    slope_at(noise, *given)
    return noise


@wrong("uphill", "conditions given")
def for_nobody(noise, conditions, *given):
    return noise + 0.6 * direction(slope_at(noise, tf.zeros_like(conditions), *given))


@wrong("uphill", "one direction for all")
def mean_slope(noise, *given):
    slope = tf.reduce_mean(slope_at(noise, *given), axis=0)
    return noise + 0.6 * slope / tf.norm(slope)


@wrong("uphill", "noise was given length 1")
def on_the_sphere(noise, *given):
    return tf.math.l2_normalize(noise + 0.6 * direction(slope_at(noise, *given)), axis=1)


@wrong("uphill", "two steps")
def twice(noise, *given):
    for _ in range(2):
        noise = noise + 0.6 * direction(slope_at(noise, *given))
    return noise


@wrong("uphill", "leaves the weights alone")
def trained(noise, conditions, generator, liking):
    with tf.GradientTape() as tape:
        score = -tf.reduce_sum(liking(generator([noise, conditions])))
    weights = generator.trainable_variables
    keras.optimizers.SGD(0.6).apply(tape.gradient(score, weights), weights)
    return noise


@wrong("uphill", "has shape")
def slope_of_the_mean_row(noise, *given):
    return tf.reduce_mean(noise + 0.6 * direction(slope_at(noise, *given)), axis=0)


# A judge, seen through


@right("read_search")
def in_order(claimed, truth, best_real):
    if truth[-1] - truth[0] > 0.1:
        return "gained"
    if claimed[-1] > best_real:
        return "exploited"
    return "nothing gained"


@right("read_search")
def in_one_line(claims, fits, real):
    rose = np.diff(fits).sum() > 0.1
    return ["nothing gained", "exploited", "gained", "gained"][2 * rose + (claims[-1] > real)]


@right("read_search")
def by_cases(claimed, truth, best_real):
    *_, last = truth
    match (bool(last > truth[0] + 0.1), bool(claimed[-1] > best_real)):
        case (True, _):
            word = "gained"
        case (False, True):
            word = "exploited"
        case _:
            word = "nothing gained"
    return word


def words(rose, too_good):
    return "gained" if rose else "exploited" if too_good else "nothing gained"


@wrong("read_search", "only the judge is asked")
def trusting(claimed, truth, best_real):
    return words(claimed[-1] - claimed[0] > 0.1, claimed[-1] > best_real)


@wrong("read_search", "may have risen as well")
def suspicious(claimed, truth, best_real):
    if claimed[-1] > best_real:
        return "exploited"
    return "gained" if truth[-1] > truth[0] + 0.1 else "nothing gained"


@wrong("read_search", "above the *start*")
def any_claim(claimed, truth, best_real):
    return words(truth[-1] > truth[0] + 0.1, claimed[-1] > claimed[0])


@wrong("read_search", "best of all lengths")
def at_its_best(claimed, truth, best_real):
    return words(np.max(truth) > truth[0] + 0.1, claimed[-1] > best_real)


@wrong("read_search", "last two")
def last_change(claimed, truth, best_real):
    return words(truth[-1] - truth[-2] > 0.1, claimed[-1] > best_real)


@wrong("read_search", "held against 0:")
def above_real_images(claimed, truth, best_real):
    return words(truth[-1] > 0, claimed[-1] > best_real)


@wrong("read_search", "held against 0.1")
def start_forgotten(claimed, truth, best_real):
    return words(truth[-1] > 0.1, claimed[-1] > best_real)


@wrong("read_search", "two scales")
def truth_below_claim(claimed, truth, best_real):
    return words(truth[-1] > claimed[-1] + 0.1, claimed[-1] > best_real)


@wrong("read_search", "is luck")
def no_margin(claimed, truth, best_real):
    return words(truth[-1] > truth[0], claimed[-1] > best_real)


@wrong("read_search", "mean over all")
def averaged(claimed, truth, best_real):
    return words(truth.mean() > truth[0] + 0.1, claimed.mean() > best_real)


@wrong("read_search", "falls is taken for a gain")
def less_is_more(claimed, truth, best_real):
    return words(truth[0] - truth[-1] > 0.1, claimed[-1] > best_real)


@wrong("read_search", "*below*")
def below_real(claimed, truth, best_real):
    return words(truth[-1] > truth[0] + 0.1, claimed[-1] < best_real)


@wrong("read_search", "has to fall")
def only_losses(claimed, truth, best_real):
    if claimed[-1] > best_real and truth[-1] < truth[0] - 0.1:
        return "exploited"
    return "gained" if truth[-1] > truth[0] + 0.1 else "nothing gained"


@wrong("read_search", "constant")
def always(claimed, truth, best_real):
    return "exploited"


@wrong("read_search", "another kind")
def a_number(claimed, truth, best_real):
    return truth[-1] - truth[0]
