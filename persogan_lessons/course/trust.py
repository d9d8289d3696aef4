"""The study of lesson 12: what generators give away and narrow, each statement from five seeds.

    python run.py train trust

runs what is missing from `trust.json`, one process for each core, and may be stopped and started
again. Each setting is a function of a seed, and the seed changes everything that is chance: which
images a GAN is trained on, its weights and its noise, which people there are, and their clicks.
"""

import concurrent.futures
import functools
import itertools
import os
import time
from pathlib import Path

import keras
import numpy as np

from persogan_lessons.course import checkpoints, study
from persogan_lessons.data import digits, tastes
from persogan_lessons.measures import feedback, personalisation, privacy, realism
from persogan_lessons.models import diffusion, encoders, networks, tuning
from persogan_lessons.models.augmentations import RandomShift
from persogan_lessons.models.gan import GAN, ConditionalGAN
from persogan_lessons.models.optimizers import FusedAdam

FILE = Path(__file__).parent / "trust.json"
SEEDS = 5
SIZES = (100, 4000)  # images to train on
STEPS, BATCH_SIZE, NOISE_SIZE = 2000, 50, 32
FAKES = 1000
JUDGED = 500  # members at most, and as many others: half of the test images, the rest is reference
CANDIDATES, USERS, TOGETHER = 1000, 40, (1, 4, 16)
SCALES = (0.0, 0.5, 1.0, 2.0, 4.0)  # of the noise on a taste
ROUNDS, START, CROWD = 10, 8, 16  # of the loop: rounds, clicks at first, users
RETRAINED = 30  # steps after each round
MINORITY = (1, 2, 4, 8, 16)  # of 32 clicks, on the rarer of two digits
PAIRS = 20
SECONDS = 20.0  # of the processor, for a GAN and for a diffusion model


# ---- who was in the data -------------------------------------------------------------------------


def attack(count, *front, seed, steps=STEPS):
    """Train a small GAN on some images, then ask both players which images those were.

    Args:
        count: how many training images, other ones for each seed.
        *front: what makes layers in front of the discriminator, such as an augmentation.
        seed: a whole number.
        steps: of training.

    Returns:
        A dictionary: AUCs of `privacy.membership` by each player, `nearer` of
        `realism.memorisation`, and what `study.quality` says.
    """
    keras.utils.set_random_seed(seed)
    images, _ = digits.load()
    members = images[np.random.default_rng(seed).permutation(len(images))[:count]]
    judge = study.discriminator(*[make() for make in front])
    model = GAN(networks.mlp_generator(NOISE_SIZE, study.WIDTH), judge)
    model.compile()
    repeated = np.resize(members, images.shape)  # an epoch is as many steps for every setting
    epochs = max(1, steps * BATCH_SIZE // len(images))
    model.fit(repeated, batch_size=BATCH_SIZE, epochs=epochs, verbose=0)
    return exposed(model, members) | study.quality(model.generate(FAKES, seed=0))


def exposed(model, members):
    """How well each player of a GAN tells its training images from others, and memorisation."""
    held_out, _ = digits.load("test")
    others, reference = held_out[:JUDGED], held_out[JUDGED:]
    fakes, judged = model.generate(FAKES, seed=0), members[:JUDGED]
    scorers = {
        "by discriminator": functools.partial(privacy.by_discriminator, model.discriminator),
        "by generator": functools.partial(privacy.by_generator, fakes, reference=reference),
    }
    found = {
        name: round(privacy.area_under_curve(score(judged), score(others)), 3)
        for name, score in scorers.items()
    }
    copied = realism.memorisation(fakes, train=members, held_out=held_out)
    return found | {"nearer": round(copied.nearer, 3), "very near": round(copied.very_near, 3)}


# ---- whose is it ---------------------------------------------------------------------------------


def look():
    """What reads the images of people: `images -> personalisation.Reading`."""
    classifier = checkpoints.load("classifier")
    return functools.partial(personalisation.read, classifier=classifier, measure=tastes.measure)


def reveal(seed, *, users=USERS, scales=SCALES):
    """Whose are these drawings, among a thousand people, and what does noise on the taste buy?

    Returns:
        A dictionary: for "history" and each scale of noise, "kept" or "anew" for each drawing,
        `recognised` (from 1, 4, 16 drawings), `digits` (off by) and `fit` (the shuffle gap, nats);
        and `linked`, how often two histories of a person are linked by their vectors.
    """
    crowd, read = tastes.sample(CANDIDATES, seed=100 + seed, split="test"), look()
    people, strangers = crowd[:users], crowd[users:]
    vectors, most = np.stack([one.vector() for one in people]), max(TOGETHER)
    taste, model = checkpoints.load("taste"), checkpoints.load("history")
    told = np.stack([model.encode(one.history(16, seed, split="test")) for one in people])

    def shown(gan, conditions):
        images = gan.generate(conditions, seed=seed).reshape(users, most, 28, 28, 1)
        return revealed(read(images), people, strangers=strangers)

    found = {"history": shown(model, np.repeat(told, most, axis=0))}
    for scale in scales:
        kept = np.repeat(privacy.blur(vectors, scale, seed=seed), most, axis=0)
        found[f"kept {scale:g}"] = shown(taste, kept)
        if scale:
            anew = privacy.blur(np.repeat(vectors, most, axis=0), scale, seed=seed)
            found[f"anew {scale:g}"] = shown(taste, anew)
    return found | {"linked": linked(model, crowd, seed=seed)}


def revealed(reading, people, *, strangers):
    """What drawings say about whom they are for, and how well they suit."""
    right = [
        personalisation.retrieval(reading, people, strangers=strangers, k=k).right for k in TOGETHER
    ]
    return {
        "recognised": [round(each, 3) for each in right],
        "digits": round(personalisation.digit_match(reading, people).total_variation, 3),
        "fit": round(personalisation.shuffle_gap(reading, people).value, 3),
    }


def linked(model, people, *, seed, lengths=(4, 16, 32)):
    """`{clicks: share}` of people whose two histories are linked among all, by their vectors."""
    images, _ = digits.load("test")
    seen = encoders.with_empty(model.reader.predict(images, verbose=0))
    ages = np.arange(encoders.LONGEST, 0, -1)

    def vectors(length, part):
        places, _ = tastes.clicks(people, 0, seed=2 * seed + part, split="test")
        given = seen[np.where(ages <= length, places, -1)]
        return model.encoder.predict(given, verbose=0, batch_size=250)

    return {
        str(length): round(privacy.link(vectors(length, 0), vectors(length, 1)).right, 3)
        for length in lengths
    }


# ---- what the loop narrows -----------------------------------------------------------------------


def bubble(explore, *, seed, retrain=None, users=CROWD):
    """Ten rounds of drawing and clicking.

    Args:
        explore: the share of what is shown that is drawn for nobody in particular.
        seed: a whole number.
        retrain: a function of `(players, Round)` called after each round; None leaves the
            generator as it is.
        users: how many.

    Returns:
        A dictionary of lists, a number for each round: `digits`, effectively, `off by`, `diversity`
        in features, `explored`, the share of clicks; and `real`, the same of images that the users
        like.
    """
    keras.utils.set_random_seed(seed)
    model, read = checkpoints.load("history"), look()
    people = tastes.sample(users, seed=200 + seed, split="test")
    people = [tastes.Taste(one.digits, one.slant, one.thickness) for one in people]  # no drift
    histories = [one.history(START, seed, split="test") for one in people]
    real = read(np.stack([one.liked(feedback.SHOWN, seed) for one in people]))
    players = None if retrain is None else apprentice(model)
    rows = []
    loop = feedback.rounds(model, people, histories=histories, read=read, explore=explore)
    for each in itertools.islice(loop, ROUNDS):
        rows.append(state(each.drawn, people) | {"explored": round(each.explored, 3)})
        if retrain:
            retrain(players, each)
            model.averaged_generator.set_weights(players.averaged_generator.get_weights())
    return {name: [row[name] for row in rows] for name in rows[0]} | {"real": state(real, people)}


def state(reading, people):
    """How varied one round's drawings are, and how near to what their users like."""
    effective = feedback.effective_digits(feedback.digit_shares(reading)).mean()
    return {
        "digits": round(float(effective), 3),
        "off by": round(personalisation.digit_match(reading, people).total_variation, 3),
        "diversity": round(personalisation.diversity(reading).value, 3),
    }


def apprentice(model):
    """The players of a GAN with an encoder, without it, to be trained on: a `tuning.twin`."""
    return tuning.twin(ConditionalGAN(model.generator, model.discriminator))


def on_clicks(players, each):
    """Train on all that was clicked in a round, and on nothing else."""
    images = each.clicked.reshape(-1, 28, 28, 1)
    conditions = np.repeat(each.conditions, feedback.CLICKS, axis=0)
    tuning.fine_tune(players, images, conditions=conditions, steps=RETRAINED)


# ---- a rare wish ---------------------------------------------------------------------------------


def unbalanced(seed, *, pairs=PAIRS, draws=32):
    """Histories of 32 clicks on two digits: how often is the rarer one drawn?

    Returns:
        A dictionary: for each number of clicks on the rarer digit the share of drawings that show
        it, and the share that show the other: a mean over pairs of digits.
    """
    random = np.random.default_rng(seed)
    images, labels = digits.load("test")
    model, classifier = checkpoints.load("history"), checkpoints.load("classifier")
    found = {"rarer": {}, "other": {}}
    for count in MINORITY:
        shares = []
        for _ in range(pairs):
            rare, usual = random.permutation(10)[:2]
            wanted = random.permutation(np.repeat([rare, usual], [count, 32 - count]))
            history = images[[random.choice(np.flatnonzero(labels == one)) for one in wanted]]
            conditions = np.tile(model.encode(history), (draws, 1))
            drawn = model.generate(conditions, seed=int(random.integers(2**31)))
            read = realism.logits(classifier, realism.features(classifier, drawn)).argmax(1)
            shares.append([np.mean(read == rare), np.mean(read == usual)])
        rarer, other = np.mean(shares, axis=0)
        found["rarer"][str(count)] = round(float(rarer), 3)
        found["other"][str(count)] = round(float(other), 3)
    return found


# ---- where the field goes ------------------------------------------------------------------------


def dense_gan():
    """The GAN of the race: that of lesson 04 which got farthest in 16 seconds."""
    model = GAN(networks.dense_generator(NOISE_SIZE), networks.dense_discriminator())
    model.compile()
    return model


def small_diffusion():
    """The diffusion model of the race."""
    model = diffusion.Diffusion(diffusion.denoiser())
    model.compile(FusedAdam(3e-3, beta_2=0.99), steps_per_execution=8)
    return model


def race(make, *, seed, seconds=SECONDS):
    """Train for so many seconds of the processor, then measure.

    Returns:
        A dictionary: what `study.quality` says, `steps`, AUC `by generator`, and `drawing`,
        seconds of the processor for a thousand images.
    """
    keras.utils.set_random_seed(seed)
    images, _ = digits.load()
    model = make()
    model.fit(images, batch_size=64, epochs=10**6, verbose=0, callbacks=[Seconds(seconds)])
    model.generate(FAKES, seed=1)  # draws the graph, which is not to count
    began = time.process_time()
    fakes = model.generate(FAKES, seed=0)
    took = time.process_time() - began
    held_out, _ = digits.load("test")
    scores = (
        privacy.by_generator(fakes, some, reference=held_out[JUDGED:])
        for some in (images[:JUDGED], held_out[:JUDGED])
    )
    return study.quality(fakes) | {
        "steps": int((model.optimizer or model.generator_optimizer).iterations),
        "by generator": round(privacy.area_under_curve(*scores), 3),
        "drawing": round(took, 3),
    }


class Seconds(keras.callbacks.Callback):
    """Ends training after so many seconds of the processor, spent by this process.

    The first steps do not count: they draw the graph.
    """

    def __init__(self, seconds):
        super().__init__()
        self.seconds, self.since = seconds, None

    def on_train_batch_end(self, batch, logs=None):
        now = time.process_time()
        self.since = now if self.since is None else self.since
        self.model.stop_training = now - self.since >= self.seconds


# ---- all of them ---------------------------------------------------------------------------------

SHIFT = functools.partial(RandomShift, 2)
SETTINGS = {
    **{f"{count} images": functools.partial(attack, count) for count in SIZES},
    **{f"{count} images, shifted": functools.partial(attack, count, SHIFT) for count in SIZES},
    "reveal": reveal,
    "bubble": functools.partial(bubble, 0.0),
    "bubble, exploring": functools.partial(bubble, 0.25),
    "retraining": functools.partial(bubble, 0.0, retrain=on_clicks),
    "retraining, exploring": functools.partial(bubble, 0.25, retrain=on_clicks),
    "unbalanced": unbalanced,
    "GAN": functools.partial(race, dense_gan),
    "diffusion": functools.partial(race, small_diffusion),
}


def run(setting, seed):
    """What one setting finds with one seed: a dictionary, with `setting` and `seed`."""
    return {"setting": setting, "seed": seed} | SETTINGS[setting](seed=seed)


def load():
    """The runs that come with the course: what `run` returned."""
    return study.load(FILE)


def flat(runs):
    """The runs as rows of numbers, one for each thing compared; of loops the last round."""
    return [
        {"setting": f"{run['setting']}{part}", "seed": run["seed"]} | found
        for run in runs
        for part, found in _parts(run)
    ]


def _parts(run):
    """What one run compares: pairs of a name to add, and `{measure: number}`."""
    found = {key: value for key, value in run.items() if key not in ("setting", "seed")}
    if "linked" in found:
        by_clicks = found.pop("linked").items()
        for name, one in found.items():
            drawings = [f"recognised by {k}" for k in TOGETHER]
            right = dict(zip(drawings, one["recognised"], strict=True))
            yield f": {name}", right | {"digits off by": one["digits"], "fit, nats": one["fit"]}
        yield "", {f"linked by {clicks} clicks": right for clicks, right in by_clicks}
    elif "rarer" in found:
        for clicks in found["rarer"]:
            yield f": {clicks} of 32", {f"{name} digit": found[name][clicks] for name in found}
    elif "real" in found:
        at_end = {name: found[name][-1] for name in found["real"]}
        for part, state in (("", at_end), (": real", found["real"])):
            yield part, {"digits, effectively": state.pop("digits")} | state
    else:
        yield "", found


def complete():
    """Run what is missing from the file, and keep each result as it comes."""
    pool = concurrent.futures.ProcessPoolExecutor(os.cpu_count(), study.SPAWN, study.use_one_core)
    study.keep(FILE, _pairs(), run=_run_pair, pool=pool, provenance=_provenance)


def _pairs():
    """Every setting with each of its seeds; a seed for all settings comes before the next seed."""
    return [(name, seed) for seed in range(SEEDS) for name in SETTINGS]


def _run_pair(pair):
    return run(*pair)


def _provenance():
    return study.machine_and_packages() | {
        "made by": "python run.py train trust",
        "attacks": {"steps": STEPS, "batch size": BATCH_SIZE, "width": study.WIDTH},
        "people": {"users": USERS, "candidates": CANDIDATES, "in the loop": CROWD},
        "race": f"{SECONDS:g} seconds of the processor, on one core of a busy machine",
    }
