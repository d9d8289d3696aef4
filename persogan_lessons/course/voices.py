"""The study of lesson 10: whose voice do generated replies have? Real people, several seeds.

    python run.py train voices

runs what is missing from `voices.json` and may be stopped and started again. A run trains one
replier by likelihood, and draws replies from it in several ways.
"""

import concurrent.futures
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np

from persogan_lessons.course import study
from persogan_lessons.data import corpora, dialogues
from persogan_lessons.measures import replies
from persogan_lessons.models import repliers, retrieval
from persogan_lessons.models.optimizers import slowing_adam

FILE = Path(__file__).parent / "voices.json"
SETTING = "real people"
SEEDS, STEPS, BATCH = 3, 600, 64
VOICES, REPLIES = 20, 40  # people whose voices are told apart, and replies to each
COOLER = 0.8  # a temperature


class Tests(NamedTuple):
    """Exchanges to reply to, the same after the past of somebody else, and a judge of voices."""

    exchanges: list
    shuffled: list
    judge: replies.VoiceJudge


# ---- what is tested on -----------------------------------------------------------------------


def tests():
    """{"known people" or "new people": `Tests`}: twenty who were trained on, twenty never seen."""
    groups = {"known people": corpora.people("train"), "new people": corpora.people("test")}
    return {name: _voices(group) for name, group in groups.items()}


def _voices(group):
    """The twenty people of a group with most replies to test on, forty replies each."""
    count = np.bincount([each.person for each in group.testing])
    chosen = np.argsort(-count)[:VOICES]
    tested = []
    for who in chosen:
        tested += [each for each in group.testing if each.person == who][:REPLIES]
    judged = [each for each in group.judging if each.person in chosen]
    judge = replies.VoiceJudge(_plain(each.reply for each in judged), _persons(judged))
    rolled = [*tested[REPLIES:], *tested[:REPLIES]]
    return Tests(tested, [_after(*each) for each in zip(tested, rolled, strict=True)], judge)


def _after(one, other):
    """The exchange with the profile of somebody else."""
    return dialogues.Exchange(other.profile, one.history, one.reply, one.person)


# ---- one run ---------------------------------------------------------------------------------


def run(pair):
    """Train a replier, and measure each way to draw replies.

    Args:
        pair: (setting, seed).

    Returns:
        {"setting": ..., "seed": ..., "perplexity": {name of the test: [of the true replies, the
        same after somebody else's past]}, "methods": {method: {name of the test: measures}}}. See
        `measure`.
    """
    setting, seed = pair
    keras.utils.set_random_seed(seed)
    vocabulary, tested, learning = corpora.vocabulary(), tests(), corpora.people("train").learning
    encoded = vocabulary.exchanges(learning)
    replier = trained(encoded, vocabulary.size, steps=STEPS)
    learned = set(_plain(each.reply for each in learning))
    found, surprise = {}, {}
    for name, some in tested.items():
        right, wrong = (vocabulary.exchanges(each) for each in (some.exchanges, some.shuffled))
        surprise[name] = [
            round(replies.perplexity(*repliers.log_likelihoods(replier, each)), 2)
            for each in (right, wrong)
        ]
        nobody = encoded.profiles.mean(axis=0)
        for method, texts in _ways(replier, vocabulary, right=right, wrong=wrong, nobody=nobody):
            found.setdefault(method, {})[name] = measure(some, texts, learned=learned)
        for method, texts in _written_by_people(some):
            found.setdefault(method, {})[name] = measure(some, texts, learned=learned)
    return {"setting": setting, "seed": seed, "perplexity": surprise, "methods": found}


def trained(encoded, words, *, steps):
    """A replier, trained by likelihood."""
    encoder = repliers.history_encoder(words, encoded.replies.shape[1])
    replier = repliers.Replier(encoder, repliers.Writer(words))
    rate = slowing_adam(6e-3, steps, beta_1=0.9)
    replier.compile(rate, loss=repliers.likelihood(), jit_compile=False)
    batches = repliers.teach(encoded, batch_size=BATCH)
    replier.fit(batches, steps_per_epoch=steps, verbose=0, shuffle=False)
    return replier


def _ways(replier, vocabulary, *, right, wrong, nobody):
    """(method, texts) of each way to draw replies from a replier."""
    impersonal = np.tile(nobody, (len(right.profiles), 1))
    drawn = {
        "likelihood": replier.generate(*right[:2]),
        "cooler": replier.generate(*right[:2], temperature=COOLER),
        "best of 8": repliers.best_of(replier, right[:2], nobody=nobody),
        "somebody else's past": replier.generate(*wrong[:2]),
        "nobody's past": replier.generate(impersonal, right.history),
    }
    return [(method, vocabulary.texts(each)) for method, each in drawn.items()]


def _written_by_people(some):
    """(method, texts) of real replies, and of old ones looked up."""
    past = [_plain(each.profile) for each in some.exchanges]
    questions = _plain(each.history[-1] for each in some.exchanges)
    real = [each.reply for each in some.exchanges]
    return [("own words", retrieval.own_words(past, questions)), ("real replies", real)]


def measure(some, texts, *, learned):
    """What is kept of replies to one of the `tests`.

    Args:
        some: the `Tests`.
        texts: a reply to each.
        learned: the set of all replies trained on.

    Returns:
        "voice" and "voice of ten": for each person how often the judge names this one.
        "distinct-1", "distinct-2", "self-BLEU", "told apart" (from real replies), "copied" (from
        training or from the person's own past).
    """
    shown, persons = _plain(texts), _persons(some.exchanges)
    truth = _plain(each.reply for each in some.exchanges)
    known = [learned.union(_plain(each.profile)) for each in some.exchanges[::REPLIES]]
    own = [shown[at : at + REPLIES] for at in range(0, len(shown), REPLIES)]
    copies = [replies.copied(*each) for each in zip(own, known, strict=True)]
    return {
        "voice": _rounded(some.judge.single(shown, persons)),
        "voice of ten": _rounded(some.judge.pooled(shown, persons)),
        "distinct-1": round(replies.distinct(shown, 1), 4),
        "distinct-2": round(replies.distinct(shown, 2), 4),
        "self-BLEU": round(replies.self_bleu(shown), 4),
        "told apart": round(replies.told_apart(shown, truth), 4),
        "copied": round(float(np.mean(copies)), 4),
    }


def _plain(texts):
    """Texts as measures take them; one that is empty gets a mark of its own."""
    return [dialogues.plain(text) or "<nothing>" for text in texts]


def _persons(exchanges):
    return [each.person for each in exchanges]


def _rounded(values):
    return [round(float(each), 4) for each in values]


# ---- all of them -----------------------------------------------------------------------------


def load(file=None):
    """The runs that come with the course, as `run` returned them."""
    return study.load(file or FILE)


def by_person(runs, method, *, test, measure):
    """One measure of voice, for each person the mean over seeds."""
    return np.mean([each["methods"][method][test][measure] for each in runs], axis=0)


def mean(runs, method, *, test, measure):
    """Any other measure, the mean over seeds."""
    return float(np.mean([each["methods"][method][test][measure] for each in runs]))


def complete():
    """Run what is missing from the file, and keep each result as it comes."""
    pairs = [(SETTING, seed) for seed in range(SEEDS)]
    pool = concurrent.futures.ProcessPoolExecutor(1, study.SPAWN, study.use_one_core)
    study.keep(FILE, pairs, run=run, pool=pool, provenance=_provenance)


def _provenance():
    return study.machine_and_packages() | {
        "made by": "python run.py train voices",
        "training": {"steps": STEPS, "batch": BATCH},
        "measured on": f"{VOICES} people trained on, {VOICES} never seen, {REPLIES} replies each",
    }
