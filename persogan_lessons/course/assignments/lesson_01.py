"""Assignment 01, The article, fixed: two losses, a broken step to mend, a curve to read."""

import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task
from persogan_lessons.models import losses

LOSSES = "'What each player wants' in lesson 01"
NO_REAL = "'One loss for both' in lesson 01"
HALVES = "'The two halves, by hand' in lesson 01"


def _logits(rng, *names):
    count = int(rng.integers(4, 9))
    return {name: rng.normal(0, 2, (count, 1)).astype("float32") for name in names}


# The discriminator's loss


@task(lambda rng: _logits(rng, "real_logits", "fake_logits"), attempts.slopes, read=LOSSES)
def discriminator_loss(real_logits, fake_logits):
    """Real images called real, fake ones fake."""
    return losses.cross_entropy_discriminator_loss(real_logits, fake_logits)


@discriminator_loss.mistake("the labels are swapped: real images are called fake")
def _(real_logits, fake_logits):
    return losses.cross_entropy_discriminator_loss(-real_logits, -fake_logits)


@discriminator_loss.mistake("both halves are called real: that is what the generator wants")
def _(real_logits, fake_logits):
    return losses.cross_entropy_discriminator_loss(real_logits, -fake_logits)


@discriminator_loss.mistake("both halves are called fake: no image would ever be called real")
def _(real_logits, fake_logits):
    return losses.cross_entropy_discriminator_loss(-real_logits, fake_logits)


@discriminator_loss.mistake("only the real half is there: nothing says that fakes are fake")
def _(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + 0 * ops.sum(fake_logits)


@discriminator_loss.mistake(
    "only the fake half is there: no real image is ever used",
    read=NO_REAL,
)
def _(real_logits, fake_logits):
    return ops.mean(ops.softplus(fake_logits)) + 0 * ops.sum(real_logits)


@discriminator_loss.mistake("only the real half is there: nothing says that fakes are fake")
def _(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits))


@discriminator_loss.mistake(
    "only the fake half is there: no real image is ever used",
    read=NO_REAL,
)
def _(real_logits, fake_logits):
    return ops.mean(ops.softplus(fake_logits))


@discriminator_loss.mistake(
    "a sigmoid twice: the loss applies one to what already went through one",
    read="'Sigmoid twice' in lesson 01",
)
def _(real_logits, fake_logits):
    real, fake = ops.sigmoid(real_logits), ops.sigmoid(fake_logits)
    return losses.cross_entropy_discriminator_loss(real, fake)


@discriminator_loss.mistake(
    "logits taken for probabilities: a sigmoid is missing, or `from_logits=True`",
    read="'Sigmoid twice' in lesson 01",
)
def _(real_logits, fake_logits):
    real, fake = ops.clip(real_logits, 1e-7, 1 - 1e-7), ops.clip(fake_logits, 1e-7, 1 - 1e-7)
    return -ops.mean(ops.log(real)) - ops.mean(ops.log(1 - fake))


@discriminator_loss.mistake("no logarithm: this is the mean probability of being wrong")
def _(real_logits, fake_logits):
    return ops.mean(ops.sigmoid(-real_logits)) + ops.mean(ops.sigmoid(fake_logits))


@discriminator_loss.mistake("the scores themselves: the Wasserstein loss, of lesson 03")
def _(real_logits, fake_logits):
    return losses.wasserstein_discriminator_loss(real_logits, fake_logits)


# The generator's loss


@task(lambda rng: _logits(rng, "fake_logits"), attempts.slopes, read=LOSSES)
def generator_loss(fake_logits):
    """Fake images called real, with a gradient where the generator is worst."""
    return losses.non_saturating_generator_loss(fake_logits)


@generator_loss.mistake(
    "the minimax loss, which saturates: hardly any gradient where the generator is worst",
    read="'Predict, then break it' in lesson 01",
)
def _(fake_logits):
    return losses.minimax_generator_loss(fake_logits)


@generator_loss.mistake("this is what the discriminator wants: fakes called fake")
def _(fake_logits):
    return ops.mean(ops.softplus(fake_logits))


@generator_loss.mistake("the sign is turned: minimised, this makes the fakes look more fake")
def _(fake_logits):
    return -losses.non_saturating_generator_loss(fake_logits)


@generator_loss.mistake(
    "a sigmoid twice: the loss applies one to what already went through one",
    read="'Sigmoid twice' in lesson 01",
)
def _(fake_logits):
    return losses.non_saturating_generator_loss(ops.sigmoid(fake_logits))


@generator_loss.mistake(
    "logits taken for probabilities: a sigmoid is missing, or `from_logits=True`",
    read="'Sigmoid twice' in lesson 01",
)
def _(fake_logits):
    return -ops.mean(ops.log(ops.clip(fake_logits, 1e-7, 1 - 1e-7)))


@generator_loss.mistake("no logarithm: this is the mean probability of being called fake")
def _(fake_logits):
    return ops.mean(ops.sigmoid(-fake_logits))


@generator_loss.mistake("the scores themselves: the Wasserstein loss, of lesson 03")
def _(fake_logits):
    return losses.wasserstein_generator_loss(fake_logits)


# The broken step, mended


def _noise_and_players(rng):
    count = int(rng.integers(4, 9))
    noise = rng.normal(size=(count, attempts.NOISE_SIZE)).astype("float32")
    return {"noise": noise} | attempts.player_weights(rng)


def _moved(loss_of, *, networks):
    """An update that moves these networks, of generator and discriminator, down this loss."""

    def update_generator(noise, generator, discriminator, optimizer):
        players = generator, discriminator
        weights = [w for at in networks for w in players[at].trainable_variables]
        with tf.GradientTape() as tape:
            loss = loss_of(discriminator(generator(noise)))
        optimizer.apply(tape.gradient(loss, weights), weights)

    return update_generator


GENERATOR, DISCRIMINATOR = 0, 1


@task(_noise_and_players, attempts.update, read=HALVES)
def update_generator(noise, *players_and_optimizer):
    """One step of the generator down its loss; the discriminator rests."""
    step = _moved(losses.non_saturating_generator_loss, networks=[GENERATOR])
    step(noise, *players_and_optimizer)


update_generator.mistake(
    "the discriminator moves too: the optimizer was given its weights as well"
)(_moved(losses.non_saturating_generator_loss, networks=[GENERATOR, DISCRIMINATOR]))
update_generator.mistake("the discriminator moves, and the generator rests")(
    _moved(losses.non_saturating_generator_loss, networks=[DISCRIMINATOR])
)
update_generator.mistake("the wrong loss: down this one, fakes look more fake")(
    _moved(lambda logits: ops.mean(ops.softplus(logits)), networks=[GENERATOR])
)
update_generator.mistake(
    "the minimax loss, which saturates", read="'Predict, then break it' in lesson 01"
)(_moved(losses.minimax_generator_loss, networks=[GENERATOR]))
update_generator.mistake("both faults at once: the wrong loss, and the discriminator moves too")(
    _moved(lambda logits: ops.mean(ops.softplus(logits)), networks=[GENERATOR, DISCRIMINATOR])
)
update_generator.mistake(
    "the optimizer climbs: gradients go into it as they are, with no minus",
)(_moved(lambda logits: -losses.non_saturating_generator_loss(logits), networks=[GENERATOR]))
update_generator.mistake(
    "a sigmoid twice: the discriminator gives logits, and the loss has its own sigmoid",
    read="'Sigmoid twice' in lesson 01",
)(
    _moved(
        lambda logits: losses.non_saturating_generator_loss(ops.sigmoid(logits)),
        networks=[GENERATOR],
    )
)


@update_generator.mistake("two steps were taken, where one was asked for")
def _(noise, generator, discriminator, optimizer):
    for _ in range(2):
        update_generator.right(noise, generator, discriminator, optimizer)


# A curve to read

CHANCE = 2 * np.log(2)


def _curves(rng):
    """One game of each kind and two that mislead, in mixed order, losses by epoch."""
    epochs = 60
    wobble = rng.normal(0, 0.02, (6, 2, epochs))
    start, end = rng.uniform(0.5, 1.2, (2, 6, 2, 1))
    games = np.linspace(0, 1, epochs) * (end - start) + start + wobble
    games[1, 0, 25:] = rng.uniform(0.02, 0.06)  # the discriminator wins
    games[2, 0, 3:] = CHANCE + wobble[2, 0, 3:]  # it guesses
    games[3, 1, rng.integers(20, 40) :] = np.nan  # diverged
    games[4, 0, :15] = 0.03  # it won at first, and was caught up
    games[5, 0, -1] = 0.02  # one lucky epoch
    games = games[rng.permutation(6)]
    return {"discriminator_losses": games[:, 0], "generator_losses": games[:, 1]}


def _read(last=10, won=0.1, chance=CHANCE, rest="alive"):
    """A reader of curves: how much of the end it looks at, and where it draws its lines."""

    def read_losses(discriminator_losses, generator_losses):
        if not np.isfinite([*discriminator_losses, *generator_losses]).all():
            return "diverged"
        late = np.mean(discriminator_losses[-last:])
        if late < won:
            return "discriminator wins"
        return "guessing" if abs(late - chance) < 0.1 else rest

    return read_losses


@task(_curves, attempts.words, read="'What the two losses say' in lesson 01")
def read_losses(discriminator_losses, generator_losses):
    """What two curves say: diverged, discriminator wins, guessing or alive."""
    return _read()(discriminator_losses, generator_losses)


@read_losses.mistake("only the last epoch is looked at, and one lucky epoch decides")
def _(discriminator_losses, generator_losses):
    return _read(last=1)(discriminator_losses, generator_losses)


@read_losses.mistake("all epochs count, the first as well: look at the last ten")
def _(discriminator_losses, generator_losses):
    return _read(last=60)(discriminator_losses, generator_losses)


@read_losses.mistake("the first ten epochs are looked at, not the last ten")
def _(discriminator_losses, generator_losses):
    if not np.isfinite(generator_losses).all():
        return "diverged"
    return _read()(discriminator_losses[:10], generator_losses[:10])


@read_losses.mistake("one low epoch is enough to decide; take the mean of the last ten")
def _(discriminator_losses, generator_losses):
    if not np.isfinite(generator_losses).all():
        return "diverged"
    lowest = np.min(discriminator_losses)
    return "discriminator wins" if lowest < 0.1 else _read()(discriminator_losses, generator_losses)


@read_losses.mistake(
    "NaN goes unseen: every comparison with it is false, so ask `np.isfinite` first"
)
def _(discriminator_losses, generator_losses):
    return _read()(discriminator_losses, np.zeros(1))


@read_losses.mistake("the two curves are swapped: it is the discriminator's that is read")
def _(discriminator_losses, generator_losses):
    return _read()(generator_losses, discriminator_losses)


@read_losses.mistake("log 2 is the chance level of one half; this loss has two, so 2 log 2 = 1.386")
def _(discriminator_losses, generator_losses):
    return _read(chance=np.log(2))(discriminator_losses, generator_losses)


@read_losses.mistake("a low loss is taken for a good sign: near 0 the discriminator wins")
def _(discriminator_losses, generator_losses):
    swapped = {"discriminator wins": "alive", "alive": "discriminator wins"}
    said = _read()(discriminator_losses, generator_losses)
    return swapped.get(said, said)


@read_losses.mistake("'guessing' and 'discriminator wins' are swapped: 1.386 is guessing")
def _(discriminator_losses, generator_losses):
    swapped = {"discriminator wins": "guessing", "guessing": "discriminator wins"}
    said = _read()(discriminator_losses, generator_losses)
    return swapped.get(said, said)
