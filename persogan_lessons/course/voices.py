"""The study of lesson 10: every way to make a reply, on invented and on real people, many seeds.

    python run.py train voices

runs what is missing from `voices.json` and may be stopped and started again. A run is one source of
conversations and one seed; it trains once by likelihood, and from there goes on in each way.
"""

import concurrent.futures
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from persogan_lessons.course import study
from persogan_lessons.data import corpora, dialogues, personas
from persogan_lessons.measures import replies
from persogan_lessons.models import repliers, reply_games, retrieval
from persogan_lessons.models.optimizers import slowing_adam

FILE = Path(__file__).parent / "voices.json"
SEEDS = 3
LENGTH = 16  # words of an invented turn
STEPS = {"invented": 600, "real": 800}  # of likelihood
MORE, WARM = 60, 120  # further steps of each way, and those that warm a discriminator up
BATCH, STORED = 64, 5000  # stored fakes
PEOPLE, INVENTED_TESTS = 6000, 600
VOICES, REPLIES = 20, 40  # real people whose voices are told apart, and replies to each


class Material(NamedTuple):
    """What one source gives a run: the words, exchanges to learn from, and `Tests` by name."""

    vocabulary: dialogues.Vocabulary
    learning: list
    tests: dict


class Tests(NamedTuple):
    """Exchanges to reply to, the same after the past of somebody else, and a judge of voices."""

    exchanges: list
    shuffled: list
    judge: replies.VoiceJudge | None


# ---- what is trained on ----------------------------------------------------------------------


def invented(seed):
    """Invented people; those tested are never trained on."""
    vocabulary = dialogues.Vocabulary(personas.known_words("english"), LENGTH)
    learning = personas.exchanges(personas.sample(PEOPLE, seed=seed), 4, seed=seed)
    tested = personas.exchanges(personas.sample(INVENTED_TESTS, seed=seed, split="test"), 1)
    shuffled = [personas.another(*each) for each in zip(tested, _rolled(tested, 1), strict=True)]
    return Material(vocabulary, learning, {"new people": Tests(tested, shuffled, None)})


def real(seed):
    """Real people: twenty known ones in new conversations, and twenty never seen."""
    known, new = corpora.people("train"), corpora.people("test")
    tests = {"known people": _voices(known), "new people": _voices(new)}
    return Material(corpora.vocabulary(), known.learning, tests)


def _voices(group):
    """The twenty people of a group with most replies to test on, forty replies each."""
    count = np.bincount([each.person for each in group.testing])
    chosen = np.argsort(-count)[:VOICES]
    tested = [
        each
        for who in chosen
        for each in [one for one in group.testing if one.person == who][:REPLIES]
    ]
    judged = [each for each in group.judging if each.person in chosen]
    judge = replies.VoiceJudge(*_texts_and_persons([each.reply for each in judged], judged))
    shuffled = [
        dialogues.Exchange(other.profile, each.history, each.reply, each.person)
        for each, other in zip(tested, _rolled(tested, REPLIES), strict=True)
    ]
    return Tests(tested, shuffled, judge)


def _rolled(some, by):
    return [*some[by:], *some[:by]]


SOURCES = {"invented": invented, "real": real}


# ---- one run ---------------------------------------------------------------------------------


def run(pair):
    """Train and measure every way from one seed.

    Args:
        pair: (source, seed).

    Returns:
        {"setting": source, "seed": seed, "methods": {method: {measure: number}}}.
    """
    source, seed = pair
    material = SOURCES[source](seed)
    keras.utils.set_random_seed(seed)
    encoded = material.vocabulary.exchanges(material.learning)
    batches = repliers.teach(encoded, batch_size=BATCH)
    writer = repliers.Writer(material.vocabulary.size)
    size = material.vocabulary.size, material.vocabulary.length
    replier = repliers.Replier(repliers.history_encoder(*size), writer)
    replier.compile(
        slowing_adam(6e-3, STEPS[source], beta_1=0.9), loss=repliers.likelihood(), jit_compile=False
    )
    replier.fit(batches, steps_per_epoch=STEPS[source], verbose=0, shuffle=False)
    found = _simple(material) | _sampled(material, replier, encoded)
    for name, go_on in _ways(replier, encoded, batches).items():
        start = replier.get_weights()
        go_on()
        found[name] = measure(material, _generated(material, replier), replier)
        replier.set_weights(start)
    return {"setting": source, "seed": seed, "methods": found}


def _simple(material):
    """Real replies, and what needs no training."""
    truth = {name: [each.reply for each in some.exchanges] for name, some in material.tests.items()}
    looked_up = {
        name: retrieval.own_words(
            [[dialogues.plain(line) for line in each.profile] for each in some.exchanges],
            [dialogues.plain(each.history[-1]) for each in some.exchanges],
        )
        for name, some in material.tests.items()
    }
    return {"real": measure(material, truth), "own words": measure(material, looked_up)}


def _sampled(material, replier, encoded):
    """Likelihood alone, in four ways to draw a reply."""
    nobody = encoded.profiles.mean(axis=0)
    cool = _generated(material, replier, temperature=0.8)
    best = _generated(material, replier, draw=repliers.best_of, nobody=nobody)
    alone = {name: _impersonal(some, nobody) for name, some in _in_numbers(material).items()}
    alone = {
        name: material.vocabulary.texts(replier.generate(*each[:2])) for name, each in alone.items()
    }
    return {
        "likelihood": measure(material, _generated(material, replier), replier),
        "likelihood, cooler": measure(material, cool),
        "likelihood, best of 8": measure(material, best),
        "likelihood, nobody's profile": measure(material, alone),
    }


def _ways(replier, encoded, batches):
    """{name: a function that trains the replier further in this way}."""
    warm = warmed_up(replier, encoded)
    kept = warm.get_weights()

    def further():
        replier.compile(keras.optimizers.Adam(1e-3), loss=repliers.likelihood(), jit_compile=False)
        replier.fit(batches, steps_per_epoch=MORE, verbose=0, shuffle=False)

    def play(kind):
        warm.set_weights(kept)
        game = kind(replier, warm)
        game.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
        game.fit(batches, steps_per_epoch=MORE, verbose=0, shuffle=False)

    return {
        "more likelihood": further,
        "Gumbel": lambda: play(reply_games.GumbelGame),
        "REINFORCE": lambda: play(reply_games.ReinforceGame),
    }


def warmed_up(replier, encoded, *, steps=WARM):
    """A discriminator that has seen stored fakes of the replier."""
    some = [each[:STORED] for each in encoded]
    fakes = replier.generate(*some[:2], seed=1)
    discriminator = reply_games.reply_discriminator(replier.writer.words, replier.length)
    judge = reply_games.Judge(discriminator, replier)
    judge.compile(slowing_adam(3e-3, steps, beta_1=0.9))
    stored = reply_games.stored(repliers.Encoded(*some), fakes, batch_size=BATCH)
    judge.fit(stored, steps_per_epoch=steps, verbose=0, shuffle=False)
    return discriminator


# ---- what is measured ------------------------------------------------------------------------


def measure(material, texts, replier=None):
    """{"test: measure": number} of replies to each test; perplexities only of a replier."""
    learned = {dialogues.plain(each.reply) for each in material.learning}
    found = {}
    for name, some in material.tests.items():
        shown = [dialogues.plain(text) or "." for text in texts[name]]
        values = _quality(some, shown, learned) | _personal(some, texts[name], shown)
        if replier:
            values |= _known(material.vocabulary, some, replier)
        found |= {f"{name}: {key}": round(float(value), 4) for key, value in values.items()}
    return found


def _quality(some, shown, learned):
    truth = [dialogues.plain(each.reply) for each in some.exchanges]
    return {
        "distinct-1": replies.distinct(shown, 1),
        "distinct-2": replies.distinct(shown, 2),
        "self-BLEU": replies.self_bleu(shown),
        "copied": replies.copied(shown, learned),
        "told apart": replies.told_apart(shown, truth),
    }


def _personal(some, texts, shown):
    """Voices of real people; of invented ones the truth."""
    if some.judge:
        pair = _texts_and_persons(shown, some.exchanges)
        return {"voice": some.judge.single(*pair), "voice of ten": some.judge.pooled(*pair)}
    rights = {"fact": personas.right_fact, "tone": personas.right_tone}
    rights["habit"] = personas.right_habit
    pairs = list(zip(some.exchanges, texts, strict=True))
    return {name: np.mean([is_right(*pair) for pair in pairs]) for name, is_right in rights.items()}


def _known(vocabulary, some, replier):
    """Perplexity, its growth after the past of somebody else, and what is right of that reply."""
    right, wrong = (vocabulary.exchanges(each) for each in (some.exchanges, some.shuffled))
    surprise = [
        replies.perplexity(*repliers.log_likelihoods(replier, each)) for each in (right, wrong)
    ]
    texts = vocabulary.texts(replier.generate(*wrong[:2]))
    shown = [dialogues.plain(text) or "." for text in texts]
    shuffled = {f"shuffled {key}": value for key, value in _personal(some, texts, shown).items()}
    return {"perplexity": surprise[0], "shuffle gap": surprise[1] / surprise[0], **shuffled}


def _texts_and_persons(texts, exchanges):
    return [dialogues.plain(text) or "." for text in texts], [each.person for each in exchanges]


def _in_numbers(material):
    return {
        name: material.vocabulary.exchanges(some.exchanges) for name, some in material.tests.items()
    }


def _impersonal(encoded, nobody):
    return encoded._replace(profiles=np.tile(nobody, (len(encoded.profiles), 1)))


def _generated(material, replier, *, draw=None, **options):
    """Replies to each test, by `generate` or by another function of the replier."""
    found = {}
    for name, encoded in _in_numbers(material).items():
        given = encoded[:2]
        made = draw(replier, given, **options) if draw else replier.generate(*given, **options)
        found[name] = material.vocabulary.texts(made)
    return found


# ---- all of them -----------------------------------------------------------------------------


def load(file=None):
    """The runs that come with the course, as `run` returned them."""
    return study.load(file or FILE)


def values(runs, *, source, method, measure):
    """One measure of one method, a value for each seed."""
    return [
        each["methods"][method][measure]
        for each in runs
        if each["setting"] == source and measure in each["methods"].get(method, {})
    ]


def complete():
    """Run what is missing from the file, and keep each result as it comes."""
    pairs = [(source, seed) for seed in range(SEEDS) for source in ("real", "invented")]
    pool = concurrent.futures.ProcessPoolExecutor(1, study.SPAWN, study.use_one_core)
    study.keep(FILE, pairs, run=run, pool=pool, provenance=_provenance)


def _provenance():
    return study.machine_and_packages() | {
        "made by": "python run.py train voices",
        "training": {"likelihood": STEPS, "further steps": MORE, "warm-up": WARM, "batch": BATCH},
        "measured on": f"{INVENTED_TESTS} invented people; {VOICES} real ones, known and new, "
        f"{REPLIES} replies each",
    }
