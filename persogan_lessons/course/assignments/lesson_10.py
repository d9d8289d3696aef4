"""Assignment 10, Replies: a likelihood, two ways past a word, whose past it is."""

import numpy as np
import tensorflow as tf

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task
from persogan_lessons.models.repliers import END, NOTHING, START, UNKNOWN

NUMBERS = "'Words into numbers' in lesson 10"
TRAIN = "'Train it' in lesson 10"
PRETEND = "'The first way round: pretend' in lesson 10"
STOPS = "'Why a word stops the gradient' in lesson 10"
REWARD = "'The second way round: reward' in lesson 10"
STRANGERS = "'Somebody else's past' in lesson 10"
JUDGE = "'The judge' in lesson 10"

# Likelihood


def _told(rng):
    """Logits, and replies of different lengths, each with an unknown word, an end, then nothing."""
    count, length, words = (int(rng.integers(*ends)) for ends in ((4, 7), (7, 10), (10, 14)))
    replies = rng.integers(START + 2, words, (count, length))
    replies[:, 1] = UNKNOWN
    for row, end in zip(
        replies, rng.permutation(np.r_[3, length - 1, [5] * (count - 2)]), strict=True
    ):
        row[end], row[end + 1 :] = END, NOTHING
    logits = rng.normal(0, 2, (count, length, words)).astype("float32")
    return {"logits": logits, "replies": replies.astype("int32")}


def _counts(replies):
    """1 where a word is to be said, else 0."""
    return tf.cast((replies != NOTHING) & (replies != UNKNOWN), "float32")


def _surprise(logits, replies):
    return tf.nn.sparse_softmax_cross_entropy_with_logits(replies, logits)


def _mean(values, counts):
    return tf.reduce_sum(values * counts) / tf.reduce_sum(counts)


@task(_told, attempts.slope, read=TRAIN)
def likelihood_loss(logits, replies):
    """The mean surprise at a word, where there is one and it is known."""
    return _mean(_surprise(logits, replies), _counts(replies))


@likelihood_loss.mistake(
    "empty places count: what is learned first is to say nothing", read=NUMBERS
)
def _(logits, replies):
    return _mean(_surprise(logits, replies), tf.cast(replies != UNKNOWN, "float32"))


@likelihood_loss.mistake(
    "unknown words count: it would learn to say a word that is none", read=NUMBERS
)
def _(logits, replies):
    return _mean(_surprise(logits, replies), tf.cast(replies != NOTHING, "float32"))


@likelihood_loss.mistake(
    "every place counts, be it empty or unknown: leave out 0 and 1", read=NUMBERS
)
def _(logits, replies):
    return tf.reduce_mean(_surprise(logits, replies))


@likelihood_loss.mistake("divided by all places: divide by how many count")
def _(logits, replies):
    return tf.reduce_mean(_surprise(logits, replies) * _counts(replies))


@likelihood_loss.mistake("the end is left out: it would never learn to stop", read=NUMBERS)
def _(logits, replies):
    return _mean(_surprise(logits, replies), tf.cast(replies > END, "float32"))


@likelihood_loss.mistake("the mean of replies' means: a word of a long reply counts less")
def _(logits, replies):
    counts = _counts(replies)
    sums = tf.reduce_sum(_surprise(logits, replies) * counts, axis=1)
    return tf.reduce_mean(sums / tf.reduce_sum(counts, axis=1))


@likelihood_loss.mistake("added up along a reply: that is its own surprise, a word's is asked for")
def _(logits, replies):
    return tf.reduce_mean(tf.reduce_sum(_surprise(logits, replies) * _counts(replies), axis=1))


@likelihood_loss.mistake("added up over all words: take their mean")
def _(logits, replies):
    return tf.reduce_sum(_surprise(logits, replies) * _counts(replies))


@likelihood_loss.mistake("the sign is turned: minimised, this makes the true words unlikely")
def _(logits, replies):
    return -_mean(_surprise(logits, replies), _counts(replies))


@likelihood_loss.mistake("a softmax twice: the loss applies one to what already went through one")
def _(logits, replies):
    return _mean(_surprise(tf.nn.softmax(logits), replies), _counts(replies))


@likelihood_loss.mistake("no logarithm: this is the mean likelihood of a true word")
def _(logits, replies):
    return _mean(tf.exp(-_surprise(logits, replies)), _counts(replies))


@likelihood_loss.mistake(
    "no logarithm: this is the mean likelihood of a true word, its sign turned"
)
def _(logits, replies):
    return -_mean(tf.exp(-_surprise(logits, replies)), _counts(replies))


@likelihood_loss.mistake("no logarithm: this is the mean likelihood of being wrong")
def _(logits, replies):
    return _mean(1 - tf.exp(-_surprise(logits, replies)), _counts(replies))


def _true_logits(logits, replies):
    return tf.gather(logits, replies, batch_dims=2)


@likelihood_loss.mistake("the softmax runs over the places: it is over the words, the last axis")
def _(logits, replies):
    log_chances = tf.nn.log_softmax(logits, axis=1)
    return -_mean(_true_logits(log_chances, replies), _counts(replies))


@likelihood_loss.mistake("no softmax: the logits of the true words alone, so all of them can grow")
def _(logits, replies):
    return -_mean(_true_logits(logits, replies), _counts(replies))


@likelihood_loss.mistake("a place too late: logits at a place already are for the word *at* it")
def _(logits, replies):
    return _mean(_surprise(logits[:, :-1], replies[:, 1:]), _counts(replies[:, 1:]))


@likelihood_loss.mistake("a place too early: logits at a place are for the word *at* it")
def _(logits, replies):
    return _mean(_surprise(logits[:, 1:], replies[:, :-1]), _counts(replies[:, :-1]))


@likelihood_loss.mistake(
    "its exponential is perplexity: the surprise itself is asked for", read=STRANGERS
)
def _(logits, replies):
    return tf.exp(_mean(_surprise(logits, replies), _counts(replies)))


# A word drawn by lot, and a gradient all the same


def _lots(rng):
    """Noise that makes another word win than logits alone would, in some rows."""
    count, words = int(rng.integers(8, 13)), int(rng.integers(5, 9))
    logits, noise = rng.normal(0, 1, (count, words)), rng.gumbel(size=(count, words))
    logits[0, :2], noise[0, :2] = (4, 0), (0, 9)
    worth = rng.normal(0, 2, (count, words))
    inputs = {"logits": logits, "gumbel": noise, "worth": worth}
    return {name: each.astype("float32") for name, each in inputs.items()}


def _hard(soft):
    return tf.one_hot(tf.argmax(soft, axis=1), soft.shape[1])


def _worth(word, worth):
    return tf.reduce_mean(tf.reduce_sum(word * worth, axis=1))


def _pretended(soft):
    return _hard(soft) + soft - tf.stop_gradient(soft)


@task(_lots, attempts.slope, read=PRETEND)
def worth_of_draw(logits, *gumbel_and_worth):
    """The mean worth of the word drawn, with the gradient of the soft word behind it."""
    gumbel, worth = gumbel_and_worth
    return _worth(_pretended(tf.nn.softmax(logits + gumbel)), worth)


@worth_of_draw.mistake("no gradient: `argmax` stops it; add soft - stop_gradient(soft)", read=STOPS)
def _(logits, gumbel, worth):
    return _worth(_hard(logits + gumbel), worth)


@worth_of_draw.mistake(
    "the soft word is added and taken away again, gradient included: stop one of them"
)
def _(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return _worth(_hard(soft) + soft - soft, worth)


@worth_of_draw.mistake("the wrong one of the two is stopped, so the gradient is turned")
def _(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return _worth(_hard(soft) + tf.stop_gradient(soft) - soft, worth)


@worth_of_draw.mistake("the soft word goes forward: no word is drawn, but a little of all of them")
def _(logits, gumbel, worth):
    return _worth(tf.nn.softmax(logits + gumbel), worth)


@worth_of_draw.mistake(
    "forward the word *and* the soft one: the soft one has to be taken away again"
)
def _(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return _worth(_hard(soft) + soft, worth)


@worth_of_draw.mistake("nothing is drawn: without the noise it is always the likeliest word")
def _(logits, gumbel, worth):
    return _worth(_pretended(tf.nn.softmax(logits)), worth)


@worth_of_draw.mistake(
    "the soft word has no noise: it is not the one behind the word that was drawn"
)
def _(logits, gumbel, worth):
    soft = tf.nn.softmax(logits)
    return _worth(_hard(logits + gumbel) + soft - tf.stop_gradient(soft), worth)


@worth_of_draw.mistake(
    "the noise is on the soft word only: the word itself has to be drawn with it"
)
def _(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel)
    return _worth(_hard(logits) + soft - tf.stop_gradient(soft), worth)


@worth_of_draw.mistake("the noise is taken away: Gumbel noise is not the same turned round; add it")
def _(logits, gumbel, worth):
    return _worth(_pretended(tf.nn.softmax(logits - gumbel)), worth)


@worth_of_draw.mistake("noise on chances: it belongs on the logits, before the softmax")
def _(logits, gumbel, worth):
    chances = tf.nn.softmax(logits)
    return _worth(_pretended(chances + gumbel), worth)


@worth_of_draw.mistake("the logits go backward: the softmax between is missing")
def _(logits, gumbel, worth):
    return _worth(_pretended(logits + gumbel), worth)


@worth_of_draw.mistake("the logarithm of the soft word goes backward: that is half of REINFORCE")
def _(logits, gumbel, worth):
    soft = tf.nn.log_softmax(logits + gumbel)
    return _worth(_pretended(soft), worth)


@worth_of_draw.mistake("the softmax runs over the batch: each row is a draw of its own")
def _(logits, gumbel, worth):
    soft = tf.nn.softmax(logits + gumbel, axis=0)
    return _worth(_hard(logits + gumbel) + soft - tf.stop_gradient(soft), worth)


@worth_of_draw.mistake("averaged over the words as well: a row has one word, so add up along it")
def _(logits, gumbel, worth):
    return _worth(_pretended(tf.nn.softmax(logits + gumbel)), worth) / logits.shape[1]


@worth_of_draw.mistake("added up over the batch: take its mean")
def _(logits, gumbel, worth):
    return _worth(_pretended(tf.nn.softmax(logits + gumbel)), worth) * len(logits)


@worth_of_draw.mistake("the largest worth there is: it is that of the word drawn")
def _(logits, gumbel, worth):
    return tf.reduce_mean(tf.reduce_max(worth, axis=1)) + 0 * tf.reduce_sum(logits)


# REINFORCE, mended


def _scored(rng):
    """Replies of different lengths, one as long as can be; numbers stand in empty places, too."""
    count, length = int(rng.integers(4, 8)), int(rng.integers(5, 9))
    ends = rng.permutation(np.r_[length, 2, rng.integers(2, length, count - 2)])
    written = np.arange(length) < ends[:, None]
    log_likelihoods = -rng.gamma(2.0, 0.6, (count, length))
    inputs = {
        "log_likelihoods": log_likelihoods,
        "rewards": rng.uniform(0, 1, (count, length)),
        "written": written,
    }
    return {name: each.astype("float32") for name, each in inputs.items()}


def _to_come(rewards, written):
    return tf.cumsum(rewards * written, axis=1, reverse=True)


def _usual(earned, written):
    """The mean at each place, of the replies that have a word there."""
    return tf.reduce_sum(earned * written, axis=0) / tf.reduce_sum(written, axis=0)


def _pulled(log_likelihoods, surprise, written):
    return -_mean(surprise * log_likelihoods, written)


def _surprising(rewards, written):
    earned = _to_come(rewards, written)
    return earned - _usual(earned, written)


@task(_scored, attempts.slope, read=REWARD)
def reinforce_loss(log_likelihoods, *rewards_and_written):
    """What a word and later ones earn, less the usual there, makes the word likelier."""
    rewards, written = rewards_and_written
    return _pulled(log_likelihoods, _surprising(rewards, written), written)


@reinforce_loss.mistake("the sign is turned: what earns more than usual would become less likely")
def _(log_likelihoods, rewards, written):
    return -_pulled(log_likelihoods, _surprising(rewards, written), written)


@reinforce_loss.mistake("paid for the past: a word cannot change what was earned before it")
def _(log_likelihoods, rewards, written):
    earned = tf.cumsum(rewards * written, axis=1)
    return _pulled(log_likelihoods, earned - _usual(earned, written), written)


@reinforce_loss.mistake("each word is paid its own reward only: later words count, too")
def _(log_likelihoods, rewards, written):
    return _pulled(log_likelihoods, rewards - _usual(rewards, written), written)


@reinforce_loss.mistake("every word is paid for the whole reply, also for what was before it")
def _(log_likelihoods, rewards, written):
    earned = tf.reduce_sum(rewards * written, axis=1, keepdims=True) * tf.ones_like(rewards)
    return _pulled(log_likelihoods, earned - _usual(earned, written), written)


@reinforce_loss.mistake("a word is not paid its own reward: `exclusive` begins a word too late")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written) - rewards * written
    return _pulled(log_likelihoods, earned - _usual(earned, written), written)


@reinforce_loss.mistake("the mean of what is to come: add it up")
def _(log_likelihoods, rewards, written):
    left = tf.maximum(tf.cumsum(written, axis=1, reverse=True), 1)
    earned = _to_come(rewards, written) / left
    return _pulled(log_likelihoods, earned - _usual(earned, written), written)


@reinforce_loss.mistake("empty places earn: rewards after the end belong to no word")
def _(log_likelihoods, rewards, written):
    earned = tf.cumsum(rewards, axis=1, reverse=True)
    return _pulled(log_likelihoods, earned - _usual(earned, written), written)


@reinforce_loss.mistake("nothing is taken off: without the usual, every word drawn gets likelier")
def _(log_likelihoods, rewards, written):
    return _pulled(log_likelihoods, _to_come(rewards, written), written)


@reinforce_loss.mistake("one usual for all places: early words earn more, since more is to come")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written)
    return _pulled(log_likelihoods, earned - _mean(earned, written), written)


@reinforce_loss.mistake("one usual for all places, empty ones included: take it place by place")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written)
    return _pulled(log_likelihoods, earned - tf.reduce_mean(earned), written)


@reinforce_loss.mistake("the usual of a reply, not of a place: the mean runs over the replies")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written)
    usual = tf.reduce_sum(earned, axis=1, keepdims=True) / tf.reduce_sum(written, 1, keepdims=True)
    return _pulled(log_likelihoods, earned - usual, written)


@reinforce_loss.mistake("the usual of a reply, not of a place: the mean runs over the replies")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written)
    return _pulled(log_likelihoods, earned - tf.reduce_mean(earned, 1, keepdims=True), written)


@reinforce_loss.mistake("replies that have ended pull the usual down: leave them out of its mean")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written)
    return _pulled(log_likelihoods, earned - tf.reduce_mean(earned, axis=0), written)


@reinforce_loss.mistake("the usual is added: it has to be taken off")
def _(log_likelihoods, rewards, written):
    earned = _to_come(rewards, written)
    return _pulled(log_likelihoods, earned + _usual(earned, written), written)


@reinforce_loss.mistake(
    "divided by its spread, as the course's game does: it is not asked for here"
)
def _(log_likelihoods, rewards, written):
    surprise = _surprising(rewards, written) * written
    spread = tf.sqrt(_mean(surprise**2, written) + 1e-6)
    return _pulled(log_likelihoods, surprise / spread, written)


@reinforce_loss.mistake("empty places count in the loss: nobody wrote a word there")
def _(log_likelihoods, rewards, written):
    return -tf.reduce_mean(_surprising(rewards, written) * log_likelihoods)


@reinforce_loss.mistake("divided by all places: divide by how many words are written")
def _(log_likelihoods, rewards, written):
    return -tf.reduce_mean(_surprising(rewards, written) * log_likelihoods * written)


@reinforce_loss.mistake("added up over all words: take their mean")
def _(log_likelihoods, rewards, written):
    surprise = _surprising(rewards, written)
    return _pulled(log_likelihoods, surprise, written) * tf.reduce_sum(written)


@reinforce_loss.mistake("added up along a reply: take the mean of all words")
def _(log_likelihoods, rewards, written):
    surprise = _surprising(rewards, written) * written
    return -tf.reduce_mean(tf.reduce_sum(surprise * log_likelihoods, axis=1))


@reinforce_loss.mistake("likelihoods without their logarithm: the formula has log p")
def _(log_likelihoods, rewards, written):
    return _pulled(tf.exp(log_likelihoods), _surprising(rewards, written), written)


# A real reply after somebody else's past


def _histories(rng):
    count, length = 2 * int(rng.integers(3, 6)) + 1, int(rng.integers(4, 8))
    return {"history": rng.integers(0, 90, (count, 4, length)).astype("int32")}


def _mixed(earlier, last, kept=1):
    return np.concatenate([earlier[:, :-kept], last[:, -kept:]], axis=1)


@task(_histories, attempts.untouched, read=JUDGE)
def somebody_elses(history):
    """The earlier turns of the row before, and the last turn of each row itself."""
    return _mixed(np.roll(history, 1, axis=0), history)


@somebody_elses.mistake("nothing is swapped: these are the rows as they came")
def _(history):
    return history


@somebody_elses.mistake("the question is swapped, too: a reply to another one gives itself away")
def _(history):
    return np.roll(history, 1, axis=0)


@somebody_elses.mistake(
    "turned round: the question is somebody else's, and the past is the person's own"
)
def _(history):
    return _mixed(history, np.roll(history, 1, axis=0))


@somebody_elses.mistake("from the row after: `roll` by 1, not by -1, brings the row before")
def _(history):
    return _mixed(np.roll(history, -1, axis=0), history)


@somebody_elses.mistake("rolled over the turns: that is the person's own past in another order")
def _(history):
    return _mixed(np.roll(history, 1, axis=1), history)


@somebody_elses.mistake("rolled over the turns: that is the person's own past in another order")
def _(history):
    return np.roll(history, 1, axis=1)


@somebody_elses.mistake("rolled over the words: that is the person's own past in another order")
def _(history):
    return _mixed(np.roll(history, 1, axis=2), history)


@somebody_elses.mistake("without an axis `roll` moves every word by one: give it axis=0")
def _(history):
    return _mixed(np.roll(history, 1), history)


@somebody_elses.mistake("the first row keeps its own past: the row before it is the last one")
def _(history):
    return _mixed(np.concatenate([history[:1], history[:-1]]), history)


@somebody_elses.mistake("turned upside down: the row in the middle keeps its own past")
def _(history):
    return _mixed(history[::-1], history)


@somebody_elses.mistake("only two turns are swapped: all but the last are the past")
def _(history):
    return _mixed(np.roll(history, 1, axis=0), history, kept=2)


@somebody_elses.mistake("only one turn is swapped: all but the last are the past")
def _(history):
    return _mixed(np.roll(history, 1, axis=0), history, kept=3)


@somebody_elses.mistake("everybody gets the first row's past, and the first row its own")
def _(history):
    return _mixed(np.repeat(history[:1], len(history), axis=0), history)


@somebody_elses.mistake("no past at all: it is somebody else's that the judge has to tell")
def _(history):
    return _mixed(np.zeros_like(history), history)


@somebody_elses.mistake("`history` itself was changed: the judge needs it for the real pairs")
def _(history):
    history[:, :-1] = np.roll(history[:, :-1], 1, axis=0)
    return history
