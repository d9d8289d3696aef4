"""The study of lesson 10: likelihood and the games with words, on invented and on real people.

    python run.py train voices

runs what is missing from `voices.json` and may be stopped and started again. Each seed trains one
replier by likelihood on each source of conversations: of invented people, of real ones, and of the
same real ones with nothing known of their past. From there every way goes on by itself. The people
whom it replies for were never seen in training, but for the rows that say "known".
"""

import concurrent.futures
import dataclasses
import functools
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
SEEDS = {"invented": 5, "real": 5, "unknown": 5}  # a real one takes twenty minutes
BATCH = 64
STEPS = {"invented": 450, "real": 3000, "unknown": 3000}  # of likelihood
MORE, WARM, STORED = 150, 200, 5000  # steps of each way, those that warm a judge up, and its fakes
PEOPLE, INVENTED_TESTS = 6000, 600
VOICES, REPLIES = 20, 40  # real people whose voices are told apart, and replies to each
CANDIDATES = 50  # among whom each is looked for; there are only 40 never seen
COOLER = 0.8  # a temperature


class Tests(NamedTuple):
    """Exchanges to reply to, and the same after the past of somebody else.

    rights: a function of texts, one for each exchange, that returns `{measure: number or array}`.
    """

    exchanges: list
    shuffled: list
    rights: object


class Source(NamedTuple):
    """Where conversations come from: the words, what is learned from, and `Tests` by name."""

    vocabulary: dialogues.Vocabulary
    learning: list
    tests: dict


# ---- invented people -------------------------------------------------------------------------


def invented(seed):
    """People of our grammar; each seed learns from others, and is tested on the same new ones."""
    learning = personas.exchanges(personas.sample(PEOPLE, seed=seed), 4, seed=seed)
    tested = personas.exchanges(personas.sample(INVENTED_TESTS, seed=0, split="test"), 1)
    shuffled = [personas.another(*each) for each in zip(tested, _rolled(tested, 1), strict=True)]
    tests = Tests(tested, shuffled, functools.partial(_right, tested))
    return Source(personas.vocabulary("english"), learning, {"": tests})


def _right(exchanges, texts):
    kinds = {"fact": personas.right_fact, "tone": personas.right_tone}
    pairs = list(zip(exchanges, texts, strict=True))
    return {name: np.mean([right(*pair) for pair in pairs]) for name, right in kinds.items()}


# ---- real people -----------------------------------------------------------------------------


def real(seed):
    """Twenty people never seen, and in new conversations twenty known ones."""
    known, new = corpora.people("train"), corpora.people("test")
    tests = {"": _voices(new), "known: ": _voices(known)}
    return Source(corpora.vocabulary(), known.learning, tests)


def _voices(group):
    """The twenty people of a group with most replies to test on, forty replies each."""
    count = np.bincount([each.person for each in group.testing])
    talkative = np.argsort(-count)
    chosen = talkative[:VOICES]
    tested = []
    for who in chosen:
        tested += [each for each in group.testing if each.person == who][:REPLIES]
    judged = [each for each in group.judging if each.person in chosen]
    judge = replies.VoiceJudge(_plain(each.reply for each in judged), _persons(judged))
    pairs = zip(tested, _rolled(tested, REPLIES), strict=True)
    shuffled = [_after(*pair) for pair in pairs]
    candidates = {who: _past(group, who) for who in talkative[:CANDIDATES]}
    return Tests(tested, shuffled, functools.partial(_heard, judge, candidates, _persons(tested)))


def _past(group, who):
    """All past replies of a person that a profile was made of, as one text."""
    profiles = {each.profile for each in group.testing if each.person == who}
    return " ".join(_plain(sorted(set().union(*profiles))))


def unknown(seed):
    """The same real people and conversations, but that nobody's past replies are known."""
    known = real(seed)
    tests = {
        name: Tests(_without_profile(each.exchanges), _without_profile(each.shuffled), each.rights)
        for name, each in known.tests.items()
    }
    return Source(known.vocabulary, _without_profile(known.learning), tests)


def _without_profile(exchanges):
    return [dataclasses.replace(each, profile=()) for each in exchanges]


def _after(one, other):
    """The exchange with the profile of somebody else."""
    return dataclasses.replace(one, profile=other.profile)


def _heard(judge, candidates, persons, texts):
    plain, places = _plain(texts), list(candidates)
    asked = [places.index(who) for who in persons]
    return {
        "voice": judge.single(plain, persons),
        "voice of ten": judge.pooled(plain, persons),
        "retrieved": replies.person_retrieval(plain, asked, profiles=list(candidates.values())),
    }


SOURCES = {"invented": invented, "real": real, "unknown": unknown}


# ---- where every way starts ------------------------------------------------------------------


class Start(NamedTuple):
    """A source, a replier trained on it by likelihood, a judge warmed up, and their weights."""

    source: Source
    encoded: dialogues.Encoded
    replier: repliers.Replier
    judge: keras.Model
    weights: list

    def again(self):
        """Undo what a way has trained."""
        self.replier.set_weights(self.weights[0])
        self.judge.set_weights(self.weights[1])

    def batches(self):
        """What is learned from, for ever."""
        return repliers.teach(self.encoded, batch_size=BATCH)


@functools.lru_cache(1)  # the ways of one seed follow each other
def start(name, seed):
    """Train by likelihood; see `Start`."""
    keras.utils.set_random_seed(seed)
    source = SOURCES[name](seed)
    encoded = source.vocabulary.exchanges(source.learning)
    size = source.vocabulary.size, source.vocabulary.length
    replier = repliers.Replier(repliers.history_encoder(*size), repliers.Writer(size[0]))
    rate = slowing_adam(1e-2, STEPS[name], beta_1=0.9)
    replier.compile(rate, loss=repliers.likelihood(), jit_compile=False)
    batches = repliers.teach(encoded, batch_size=BATCH)
    replier.fit(batches, steps_per_epoch=STEPS[name], verbose=0)
    judge = warmed_up(replier, encoded)
    return Start(source, encoded, replier, judge, [replier.get_weights(), judge.get_weights()])


def warmed_up(replier, encoded):
    """A discriminator that has seen stored fakes of the replier."""
    some = repliers.Encoded(*(each[:STORED] for each in encoded))
    fakes = replier.generate(*some[:2], seed=1)
    discriminator = reply_games.reply_discriminator(replier.writer.words, replier.length)
    judge = reply_games.Judge(discriminator, replier)
    judge.compile(slowing_adam(3e-3, WARM, beta_1=0.9))
    batches = reply_games.stored(some, fakes, batch_size=BATCH)
    judge.fit(batches, steps_per_epoch=WARM, verbose=0)
    return discriminator


# ---- the ways --------------------------------------------------------------------------------


def stay(begun):
    """Likelihood, and no more."""


def further(begun):
    """As many further steps of likelihood as a game has."""
    rate = keras.optimizers.Adam(1e-3)
    begun.replier.compile(rate, loss=repliers.likelihood(), jit_compile=False)
    begun.replier.fit(begun.batches(), steps_per_epoch=MORE, verbose=0)


def play(kind, begun):
    """A game, with likelihood in its loss."""
    game = kind(begun.replier, begun.judge)
    game.compile(keras.optimizers.Adam(1e-3), keras.optimizers.Adam(1e-3))
    game.fit(begun.batches(), steps_per_epoch=MORE, verbose=0)


def drawn(replier, encoded, *, learned):
    """A reply to each, at temperature 1."""
    return replier.generate(*encoded[:2])


def best(replier, encoded, *, learned):
    """The one of eight replies that speaks most for the person."""
    nobody = learned.profiles.mean(axis=0)
    return repliers.best_of(replier, encoded[:2], nobody=nobody)


class Way(NamedTuple):
    """How a replier goes on from likelihood, how personal it is then made, and how it replies."""

    train: object = stay
    leaning: float = 0.0
    guidance: float = 0.0
    reply: object = drawn

    def speaker(self, begun):
        """The replier that replies, trained as far as it is."""
        if not self.leaning and not self.guidance:
            return begun.replier
        strengths = {"leaning": self.leaning, "guidance": self.guidance}
        return repliers.Personal(begun.replier, begun.encoded.profiles, **strengths)


gumbel = functools.partial(play, reply_games.GumbelGame)
BOTH = {"leaning": 0.75, "guidance": 0.75}
WAYS = {
    "likelihood": Way(),
    "best of 8": Way(reply=best),
    "more likelihood": Way(further),
    "Gumbel": Way(gumbel),
    "REINFORCE": Way(functools.partial(play, reply_games.ReinforceGame)),
    "leaning 0.5": Way(leaning=0.5),
    "leaning 1": Way(leaning=1.0),
    "leaning 2": Way(leaning=2.0),
    "guidance 0.5": Way(guidance=0.5),
    "guidance 1": Way(guidance=1.0),
    "both 0.5": Way(leaning=0.5, guidance=0.5),
    "both 0.75": Way(**BOTH),
    "both 0.75, best of 8": Way(**BOTH, reply=best),
    "Gumbel, both 0.75": Way(gumbel, **BOTH),
}
WITHOUT_TRAINING = ("own words", "real replies")
GOES = {  # which ways start from each source
    "invented": [*(name for name in WAYS if not WAYS[name].leaning), *WITHOUT_TRAINING],
    "real": [*WAYS, *WITHOUT_TRAINING],
    "unknown": ["likelihood"],
}


# ---- one run ---------------------------------------------------------------------------------


def run(pair):
    """Go one way from where likelihood ended, and measure the replies.

    Args:
        pair: (setting, seed), the setting as "real people: Gumbel".

    Returns:
        {"setting": ..., "seed": ..., measure: number or a list with a number for each person}. What
        begins with "known: " is about known people, see `measure` for the rest.
    """
    setting, seed = pair
    name, way = setting.split(" people: ")
    begun, found = start(name, seed), {}
    begun.again()
    keras.utils.set_random_seed(seed)
    if way in WAYS:
        WAYS[way].train(begun)
    for about, tests in begun.source.tests.items():
        ways = _looked_up if way in WITHOUT_TRAINING else _generated
        measures = ways(begun, tests, way=way)
        found |= {f"{about}{key}": value for key, value in measures.items()}
    return {"setting": setting, "seed": seed} | found


def _generated(begun, tests, *, way):
    """Measures of a way that generates; "shuffled" is after the past of somebody else."""
    vocabulary, way = begun.source.vocabulary, WAYS[way]
    speaker = way.speaker(begun)
    reply = functools.partial(way.reply, speaker, learned=begun.encoded)
    right, wrong = (vocabulary.exchanges(each) for each in (tests.exchanges, tests.shuffled))
    found = measure(begun, tests, texts=vocabulary.texts(reply(right)))
    cool = speaker.generate(*right[:2], temperature=COOLER)
    others = {"shuffled ": reply(wrong), "cooler ": cool}
    for name, numbers in others.items():
        rights = _rounded(tests.rights(vocabulary.texts(numbers)))
        found |= {f"{name}{key}": value for key, value in rights.items()}
    for name, encoded in {"perplexity": right, "shuffled perplexity": wrong}.items():
        surprise = repliers.log_likelihoods(speaker, encoded)
        found[name] = round(replies.perplexity(*surprise), 3)
    return found


def _looked_up(begun, tests, *, way):
    """Measures of replies that people wrote: old ones looked up, or the real ones."""
    texts = [each.reply for each in tests.exchanges]
    if way == "own words":
        past = [_plain(each.profile) for each in tests.exchanges]
        texts = retrieval.own_words(past, _plain(each.history[-1] for each in tests.exchanges))
    return measure(begun, tests, texts=texts)


def measure(begun, tests, *, texts):
    """What is kept of replies to some tests.

    Returns:
        What `tests.rights` says: of invented people "fact" and "tone", of real ones, for each,
        "voice" and "voice of ten", and of all "retrieved"; and of all replies "distinct-1",
        "distinct-2", "self-BLEU", "told apart" (from real replies) and "copied" (from training, or
        from the person's own past).
    """
    shown, truth = _plain(texts), _plain(each.reply for each in tests.exchanges)
    learned = set(_plain(each.reply for each in begun.source.learning))
    copies = [
        text in learned or text in _plain(one.profile)
        for text, one in zip(shown, tests.exchanges, strict=True)
    ]
    return _rounded(tests.rights(texts)) | {
        "distinct-1": round(replies.distinct(shown, 1), 4),
        "distinct-2": round(replies.distinct(shown, 2), 4),
        "self-BLEU": round(replies.self_bleu(shown), 4),
        "told apart": round(replies.told_apart(shown, truth), 4),
        "copied": round(float(np.mean(copies)), 4),
    }


def _rolled(some, by):
    return [*some[by:], *some[:by]]


def _plain(texts):
    """Texts as measures take them; one that is empty gets a mark of its own."""
    return [dialogues.plain(text) or "<nothing>" for text in texts]


def _persons(exchanges):
    return [each.person for each in exchanges]


def _rounded(rights):
    return {name: np.round(value, 4).tolist() for name, value in rights.items()}


# ---- all of them -----------------------------------------------------------------------------


def load(file=None):
    """The runs that come with the course, as `run` returned them."""
    return study.load(file or FILE)


def values(runs, setting, *, measure):
    """One measure of a setting: for each person the mean over seeds, or else one for each seed."""
    found = np.array([each[measure] for each in runs if each["setting"] == setting])
    return found.mean(axis=0) if found.ndim == 2 else found


def flat(runs):
    """The runs as rows of numbers: means over people, and known people in rows of their own."""
    rows = []
    for run in runs:
        new = {"setting": run["setting"], "seed": run["seed"]}
        known = {"setting": run["setting"].replace("people", "people, known"), "seed": run["seed"]}
        for key, value in run.items():
            row = known if key.startswith("known: ") else new
            if key not in new:
                row[key.removeprefix("known: ")] = float(np.mean(value))
        rows += [new, known] if len(known) > 2 else [new]
    return rows


def pairs():
    """Every `(setting, seed)`; the ways of one seed follow each other, since they share a start."""
    return [
        (f"{name} people: {way}", seed)
        for name, seeds in SEEDS.items()
        for seed in range(seeds)
        for way in GOES[name]
    ]


def complete():
    """Run what is missing from the file, and keep each result as it comes."""
    pool = concurrent.futures.ProcessPoolExecutor(1, study.SPAWN, study.use_one_core)
    study.keep(FILE, pairs(), run=run, pool=pool, provenance=_provenance)


def _provenance():
    return study.machine_and_packages() | {
        "made by": "python run.py train voices",
        "training": {"likelihood": STEPS, "further": MORE, "warm-up": WARM, "batch size": BATCH},
        "measured on": f"{INVENTED_TESTS} invented people; {VOICES} real ones never seen and "
        f"{VOICES} known, {REPLIES} replies each",
    }
