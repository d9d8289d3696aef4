"""Checks that explain: what was seen, the likely cause, and where to read.

A check that passes prints one line; one that fails raises `CheckFailed`.
"""

import numpy as np

from persogan_lessons.measures import ranking


class CheckFailed(AssertionError):
    """A check did not pass; its message says what was seen, why that happens, and where to read."""

    def __init__(self, seen, *, cause, read):
        self.cause = cause
        super().__init__(f"\n  Seen: {seen}\n  Likely cause: {cause}\n  Read: {read}")


def shapes(generator, discriminator):
    """Do two networks play together? Noise to images in [-1, 1], images to one logit each."""
    noise = np.random.default_rng(0).normal(size=(4, generator.input_shape[-1])).astype("float32")
    images = np.asarray(generator(noise))
    read = "the shape check of lesson 01"
    if images.shape != (4, 28, 28, 1):
        raise CheckFailed(
            f"four noise vectors became images of shape {images.shape}, not (4, 28, 28, 1)",
            cause="the last layers of the generator: Dense(784), then Reshape((28, 28, 1))",
            read=read,
        )
    in_range(images)
    logits = np.asarray(discriminator(images))
    if logits.shape != (4, 1):
        raise CheckFailed(
            f"four images got scores of shape {logits.shape}, not (4, 1)",
            cause="the last layer of the discriminator: Dense(1)",
            read=read,
        )
    if _between_0_and_1(logits) and _between_0_and_1(discriminator(30 * images)):
        raise CheckFailed(
            "every score lies between 0 and 1, however wild the image",
            cause="a sigmoid at the end of the discriminator; the loss applies its own",
            read="'Sigmoid twice' in lesson 01",
        )
    print("Passed: noise becomes images in [-1, 1], and every image gets one logit.")


def in_range(images):
    """Are images finite and in [-1, 1]?"""
    images = np.asarray(images)
    if not np.isfinite(images).all():
        raise CheckFailed(
            f"{np.mean(~np.isfinite(images)):.0%} of the pixels are NaN or infinite",
            cause="training diverged: a learning rate too high, or a logarithm of zero",
            read="'Sigmoid twice' in lesson 01, then lesson 03",
        )
    if images.min() < -1.001 or images.max() > 1.001:
        raise CheckFailed(
            f"pixels from {images.min():.2f} to {images.max():.2f}, not from -1 to 1",
            cause="the generator does not end in tanh, or the images were not scaled",
            read="'The two networks' in lesson 01",
        )


def moves_only(step, moving, *, resting):
    """Does `step()` change the weights of the network `moving`, and none of `resting`?"""
    before = [w.numpy() for w in moving.weights], [w.numpy() for w in resting.weights]
    step()
    if not _moved(before[0], moving):
        raise CheckFailed(
            f"the step left every weight of the {moving.name} where it was",
            cause="no gradient reached it: the network is frozen, or the loss is outside the tape",
            read="'Compile, then freeze' in lesson 01",
        )
    if _moved(before[1], resting):
        raise CheckFailed(
            f"a step of the {moving.name} also changed the {resting.name}",
            cause="the optimizer was given the variables of both networks",
            read="'One loss for both' in lesson 01",
        )
    print(f"Passed: the step moved the {moving.name} and left the {resting.name} alone.")


def game_is_alive(history):
    """Did both players stay in the game? `history` maps a loss's name to its values by epoch."""
    values = {name: np.asarray(losses, "float64") for name, losses in history.items()}
    read = "'What the two losses say' in lesson 01, then lesson 03"
    for name, losses in values.items():
        if not np.isfinite(losses).all():
            epoch = int(np.argmin(np.isfinite(losses))) + 1
            raise CheckFailed(
                f"{name} is NaN or infinite from epoch {epoch} on",
                cause="training diverged: a learning rate too high, or NaN in the images",
                read=read,
            )
    last = values["discriminator_loss"][-1]
    if last < 0.05:
        raise CheckFailed(
            f"the discriminator's loss ended at {last:.3f}: it is never wrong",
            cause="the generator learns nothing from it, or learns too slowly",
            read=read,
        )
    print(f"Passed: both losses are finite, and the discriminator still errs (loss {last:.2f}).")


def digits_appear(digits, kinds=10):
    """Are at least `kinds` of the ten digits among what a classifier read?"""
    counts = np.bincount(np.asarray(digits), minlength=10)
    if np.count_nonzero(counts) < kinds:
        raise CheckFailed(
            f"of {counts.sum()} images, none shows the digits {np.flatnonzero(counts == 0)}",
            cause="mode collapse, or training that ended too early",
            read="'What the two losses say' in lesson 01, then lesson 02",
        )
    kinds = np.count_nonzero(counts)
    print(f"Passed: {kinds} of the ten digits appear in {counts.sum()} images.")


def penalty_is_safe(penalty):
    """Can a penalty `(discriminator, real_images, fake_images)` be descended where all is flat?"""
    import tensorflow as tf  # after `lesson.start` has silenced its start-up

    weights = tf.Variable(tf.zeros((784, 1)))

    def flat(images, training=True):
        return tf.reshape(images, (-1, 784)) @ weights

    with tf.GradientTape() as tape:
        value = penalty(flat, -tf.ones((4, 28, 28, 1)), tf.ones((4, 28, 28, 1)))
    gradient = tape.gradient(value, weights)
    if gradient is None:
        raise CheckFailed(
            "the penalty does not depend on the discriminator's weights",
            cause="it was computed outside the tape, or from numbers instead of tensors",
            read="'A discriminator that is not steep' in lesson 03",
        )
    if not np.isfinite(np.append(gradient, value)).all():
        raise CheckFailed(
            "at a discriminator with no slope, the penalty or its gradient is NaN or infinite",
            cause="a root or a division at 0; add a small number inside the root",
            read="'Predict, then break it' in lesson 03",
        )
    print("Passed: the penalty and its gradient are finite, even where the slope is zero.")


def all_modes_found(found):
    """Was every known mode found? `found` is what `distances.modes_found` returns."""
    if found.found < found.of:
        raise CheckFailed(
            f"{found.found} of {found.of} modes have their points, {found.near:.0%} of all points "
            "are near one",
            cause="mode collapse: a generator that learns faster than its judge; or too few steps",
            read="'Watch it collapse' in lesson 02",
        )
    print(f"Passed: {found}.")


def suits_people(report):
    """Do drawings suit their people, and not by caricature? Takes a `personalisation.Report`."""
    found = report.fake
    if report.gap_share < 0.5:
        raise CheckFailed(
            f"the drawings tell people apart {report.gap_share:.0%} as well as real images do",
            cause="the condition does not reach the generator, or belongs to another person",
            read="'A taste is a vector' in lesson 06",
        )
    if found.digits.total_variation > report.real.digits.total_variation + 0.2:
        raise CheckFailed(
            f"{found.digits.total_variation:.0%} of the drawings would have to be another digit",
            cause="no choice is made, so that drawings lie between digits; or too few steps",
            read="'Make up your mind' in lesson 06",
        )
    if report.diversity_share < 0.7:
        raise CheckFailed(
            f"one person's drawings differ {report.diversity_share:.0%} as much as real images",
            cause="the generator ignores its noise: mode_seeking is 0; or mismatch exaggerates",
            read="'Predict, then break it' in lesson 06",
        )
    print(
        f"Passed: {found.among_users.right:.0%} recognised, digits off by "
        f"{found.digits.total_variation:.2f}, diversity {report.diversity_share:.0%} of real."
    )


def affordable(tuned, plain):
    """Does a knob give its person no less, at a price that can be paid? Takes measurements by name:

    "fit", in nats, more being better; "diversity", as a share of real images'; "frechet", times
    the floor.
    """
    read = "'Which knob for which need?' in lesson 08"
    if not np.isfinite([*tuned.values(), *plain.values()]).all():
        raise CheckFailed(
            "a measurement is NaN or infinite",
            cause="blank drawings: a strength far beyond what the generator knows",
            read=read,
        )
    if tuned["fit"] < plain["fit"] - 0.1:
        raise CheckFailed(
            f"the fit fell from {plain['fit']:.2f} to {tuned['fit']:.2f}",
            cause="a judge that is exploited, or fine-tuning for too long",
            read="'Predict, then break it' in lesson 08",
        )
    if tuned["diversity"] < 0.85:
        raise CheckFailed(
            f"drawings differ {tuned['diversity']:.0%} as much as real images do",
            cause="a spread near 0, or a judge that always keeps the same digit",
            read=read,
        )
    if tuned["frechet"] > 2 * plain["frechet"]:
        raise CheckFailed(
            f"the Frechet distance grew from {plain['frechet']:.1f} to {tuned['frechet']:.1f} "
            "times the floor",
            cause="digits in other shares than wanted, or drawings that are all alike or broken",
            read=read,
        )
    print(
        f"Passed: fit {plain['fit']:.2f} to {tuned['fit']:.2f}, diversity "
        f"{tuned['diversity']:.0%} of real, Frechet {tuned['frechet']:.1f} times the floor."
    )


def learns_from_clicks(off_by):
    """Do drawings come nearer to people as they click? `{clicks: digits off by}`, from 0 clicks."""
    none, many = min(off_by), max(off_by)
    if not off_by[many] < off_by[none] - 0.15:
        raise CheckFailed(
            f"with {many} clicks the digits are off by {off_by[many]:.2f}, with {none} by "
            f"{off_by[none]:.2f}",
            cause="the clicks do not reach the drawings: no contrast, later clicks that belong to "
            "other people, or too few steps",
            read="'Whose click is it?' in lesson 07",
        )
    print(f"Passed: off by {off_by[none]:.2f} with {none} clicks, {off_by[many]:.2f} with {many}.")


def loses_nothing(resumed, uninterrupted):
    """Did a training that was stopped end where another did? Takes the lists of their arrays."""
    apart = [
        float(np.abs(np.subtract(one, other, dtype="float64")).max())
        for one, other in zip(resumed, uninterrupted, strict=True)
    ]
    if max(apart) > 0:
        raise CheckFailed(
            f"{np.count_nonzero(apart)} of {len(apart)} variables differ, by {max(apart):.2g} at "
            "most",
            cause="a state without the optimizers or the random numbers, other batches after the "
            "restart, another seed, or two different machines",
            read="'What is a state?' in lesson 11",
        )
    print(f"Passed: {len(apart)} variables, not one of them differs in a single bit.")


def members_stay_hidden(found, at_most=0.6):
    """Does an attack fail to tell training images from others? Takes a `privacy.Membership`."""
    if found.low > at_most:
        raise CheckFailed(
            f"a member of the training scores higher than another image in {found.auc:.0%} of "
            f"pairs, at least {found.low:.0%}; at most {at_most:.0%} are allowed",
            cause="few images and many steps: the model knows its images by heart",
            read="'Were you in the data?' in lesson 12",
        )
    if found.high - found.low > 0.2:
        raise CheckFailed(
            f"the AUC may be anything from {found.low:.2f} to {found.high:.2f}: no proof",
            cause=f"too few images: {found.members} members and {found.others} others",
            read="'Were you in the data?' in lesson 12",
        )
    print(f"Passed: {found}.")


def replies_suit(fact, tone, *, shuffled_fact):
    """Do replies state what is true of their person, in the person's tone, and only then?

    All three are shares of replies; `shuffled_fact` is that of replies after somebody else's past.
    """
    if min(fact, tone) < 0.9:
        raise CheckFailed(
            f"{fact:.0%} state the right fact and {tone:.0%} have the right tone, 90% should",
            cause="too few steps of likelihood, a game without likelihood, or a high temperature",
            read="'Train it' and 'Break it' in lesson 10",
        )
    if shuffled_fact > 0.3:
        raise CheckFailed(
            f"with somebody else's past {shuffled_fact:.0%} still state the right fact",
            cause="the past was not exchanged, so that nothing was put to the test",
            read="'Somebody else's past' in lesson 10",
        )
    print(
        f"Passed: right fact {fact:.0%}, right tone {tone:.0%}; with somebody else's past the "
        f"fact is right in {shuffled_fact:.0%}."
    )


def conditional_shapes(generator, discriminator):
    """Do two networks play together, and does the condition reach both?"""
    condition_size = generator.inputs[1].shape[-1]
    noise = np.random.default_rng(0).normal(size=(1, generator.inputs[0].shape[-1]))
    noise = noise.astype("float32").repeat(4, axis=0)
    conditions = np.random.default_rng(1).normal(size=(4, condition_size)).astype("float32")
    images = np.asarray(generator([noise, conditions]))
    logits = np.asarray(discriminator([images[:1].repeat(4, axis=0), conditions]))
    read = "'Both players get it' in lesson 05"
    if images.shape != (4, 28, 28, 1) or logits.shape != (4, 1):
        raise CheckFailed(
            f"four pairs became images of shape {images.shape} and scores of shape {logits.shape},"
            " not (4, 28, 28, 1) and (4, 1)",
            cause="the last layers: tanh and one channel for images, Dense(1) for scores",
            read=read,
        )
    in_range(images)
    for name, made in (("generator", images), ("discriminator", logits)):
        if np.allclose(made, made[:1], atol=1e-7):
            raise CheckFailed(
                f"for the {name}, another condition makes no difference",
                cause="the condition is an input and does not enter the output",
                read=read,
            )
    print("Passed: shapes fit, and both players heed the condition.")


def obeys(asked, read, *, at_least=0.9):
    """Do the digits that a classifier read in images agree with those asked for?"""
    asked, read = np.asarray(asked), np.asarray(read)
    shares = {int(digit): np.mean(read[asked == digit] == digit) for digit in np.unique(asked)}
    share = np.mean(asked == read)
    if share < at_least:
        worst = min(shares, key=shares.get)
        raise CheckFailed(
            f"{share:.0%} show what was asked, at least {at_least:.0%} should; worst is the "
            f"{worst} with {shares[worst]:.0%}",
            cause="too few steps, or the order of conditions is not that of the images",
            read="'Does it obey?' in lesson 05",
        )
    print(f"Passed: {share:.1%} of {len(asked)} images show the digit asked for.")


def noise_matters(images, real_images, *, at_least=0.6):
    """Do drawings for one condition differ from each other as much as real images of it do?"""
    spreads = []
    for some in (np.asarray(images), np.asarray(real_images)):
        spreads.append(np.mean([np.abs(some - np.roll(some, by, axis=0)).mean() for by in (1, 2)]))
    share = spreads[0] / spreads[1]
    if share < at_least:
        raise CheckFailed(
            f"drawings for one condition differ {share:.0%} as much as real images, at least "
            f"{at_least:.0%} is asked for",
            cause="the generator ignores its noise: mode_seeking is 0, or far too small",
            read="'Predict, then break it' in lesson 05",
        )
    print(f"Passed: drawings for one condition differ {share:.0%} as much as real images.")


def draws_for_owners(report, *, at_least=0.5):
    """Are drawings recognised as their owner's, various, and no copies? Takes an `owners.Report`.

    `at_least` is the share of the way that recognition has to go, from guessing to real pictures.
    """
    found, real = report.fake.recognised, report.real.recognised
    read = "'Does it draw for them?' in lesson 13"
    if found.right < found.chance + at_least * (real.right - found.chance):
        raise CheckFailed(
            f"{found.right:.0%} of the drawings are recognised, {real.right:.0%} of real pictures "
            f"are, {found.chance:.0%} would be by guessing",
            cause="too few steps, or people whose pictures are too alike even for the judge",
            read=read,
        )
    if report.variety_share < 0.6:
        raise CheckFailed(
            f"two drawings for a person differ {report.variety_share:.0%} as much as two of the "
            "person's pictures",
            cause="the generator ignores its noise: mode_seeking is 0, or too few steps",
            read=read,
        )
    very_near = report.memorisation.very_near
    if very_near > 0.3:
        raise CheckFailed(
            f"{very_near:.0%} of the drawings lie very near a training picture, 5% would if "
            "nothing were copied",
            cause="too few pictures, or too many steps for them",
            read="'Predict, then break it' in lesson 13",
        )
    print(
        f"Passed: {found.right:.0%} recognised, {real.right:.0%} of real pictures; variety "
        f"{report.variety_share:.0%} of real, very near a training picture {very_near:.0%}."
    )


def _between_0_and_1(scores):
    scores = np.asarray(scores)
    return bool(((scores >= 0) & (scores <= 1)).all())


def _moved(before, network):
    pairs = zip(before, network.weights, strict=True)
    return any(not np.array_equal(old, new.numpy()) for old, new in pairs)


def recommends(scores, known, *, held_out):
    """Are scores `(users, items)` personal, and better than what is popular?"""
    read = "'A user is a vector of what they liked' in lesson 09"
    lists, popular = (
        ranking.top(each, known) for each in (scores, np.tile(known.sum(0), (len(known), 1)))
    )
    if all(np.array_equal(np.argsort(-scores[0]), np.argsort(-row)) for row in scores[1:]):
        raise CheckFailed(
            "every user gets the same order",
            cause="the model ignores its condition, or scores are those of popularity",
            read=read,
        )
    gain = ranking.difference(ranking.ndcg(lists, held_out), ranking.ndcg(popular, held_out))
    if gain.low <= 0:
        raise CheckFailed(
            f"nDCG is {gain} above that of the popular list: no better, as far as one can tell",
            cause="too few epochs, or no zeros in the game, so that everybody likes everything",
            read="'Predict, then break it' in lesson 09",
        )
    print(f"Passed: the lists are personal, and nDCG is {gain.mean:.3f} above the popular list's.")
