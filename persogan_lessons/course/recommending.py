"""The study of lesson 09: settings chosen on validation, then each recommender tested on splits.

    python run.py train recommending

runs what is missing from `recommending.json`, one process for each core, and may be stopped and
started again. First every method gets as many trials as the others of its size, drawn at random
from its ranges, and is judged on the validation likes of two splits. The best trial of each is then
fitted on train and validation together and meets the test likes, once for each of ten splits. (The
ranges of the games were narrowed by some thirty trials before, most of them without a
discriminator, those of the paper's own by forty more, those of the likes in their place by twenty,
and those of BPR by a dozen, on validation likes, too. Of the paper's own, earlier and poorer ranges
had been tested before.)

The generator without its discriminator is a method of its own, with a search of its own: its trials
have the very settings of those with a discriminator, but for the weight of the game. (IRGAN's gets
as many trials, too, but of smaller steps: a few trials before had asked for them.)
"""

import concurrent.futures
import functools
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np

from persogan_lessons.course import study
from persogan_lessons.data import ratings
from persogan_lessons.measures import ranking
from persogan_lessons.models import recommender_gans as games
from persogan_lessons.models import recommenders

FILE = Path(__file__).parent / "recommending.json"
K = 20  # length of a list
CHOSEN_ON = (0, 1)  # seeds of the splits whose validation likes choose
SPLITS = 5  # tested, of each order
GAMES = {  # and their ablations
    "IRGAN": "IRGAN, no game",
    "CFGAN": "CFGAN, no game",
    "iCFGAN": "iCFGAN, no game",
    "iCFGAN + likes": "the same, no game",
    "5 x iCFGAN + likes": "5 x the same, no game",
}
INSTEAD = {  # of a game, the likes themselves teach the same generator
    "CFGAN": "CFGAN, likes instead",
    "iCFGAN": "the same, no game",
}
PAIRS = [*GAMES.items(), *INSTEAD.items()]  # each game, and what it is held against
BLENDED = ("CFGAN", "iCFGAN + likes", "5 x iCFGAN + likes")  # with EASE


# ---- how settings are drawn ----------------------------------------------------------------------


def log_uniform(low, high):
    """A function that draws between two numbers, each factor being as likely."""
    return lambda random: float(f"{np.exp(random.uniform(np.log(low), np.log(high))):.3g}")


def one_of(*values):
    """A function that draws one of these."""
    return lambda random: values[random.integers(len(values))]


class Method(NamedTuple):
    """A recommender to choose settings for: what makes it, from which ranges, in how many trials.

    make: a function of settings, with `seed` among them where chance plays a part.
    ranges: `{setting: function of a random generator}`.
    trials: how many settings are tried.
    """

    make: object
    ranges: dict
    trials: int


def bpr(seed, **settings):
    """`recommenders.BPR` from settings."""
    return recommenders.BPR(**settings, seed=seed)


def irgan(seed, steps, *, policy_rate, judge_rate, **settings):
    """`IRGAN` that starts from the best BPR; the rates are the policy's and the discriminator's."""
    rates = {"rate": policy_rate, "judge_rate": judge_rate}
    return games.IRGAN(bpr(seed, **settings), steps=steps, **rates, seed=seed)


def likely_likes(seed, steps, *, policy_rate, **settings):
    """`LikelyLikes`, which is `irgan` without its game."""
    return games.LikelyLikes(bpr(seed, **settings), steps=steps, rate=policy_rate)


def cfgan(kind, settings, *, seed):
    """`CFGAN` or `ItemCFGAN`, as `kind` says, from settings in one dictionary."""
    terms = games.Terms(*(settings[name] for name in games.Terms._fields))
    players = games.Players(*(settings[name] for name in games.Players._fields))
    return kind(terms, players, epochs=settings["epochs"], rate=settings["rate"], seed=seed)


def user_cfgan(seed, **settings):
    """`CFGAN` from settings."""
    return cfgan(games.CFGAN, settings, seed=seed)


def item_cfgan(seed, **settings):
    """`ItemCFGAN` from settings."""
    return cfgan(games.ItemCFGAN, settings, seed=seed)


def averaged(seed, trainings, **settings):
    """The mean of several trainings of `item_cfgan`, in which the luck of each counts less."""
    models = [item_cfgan(seed + 100 * each, **settings) for each in range(trainings)]
    return recommenders.Blend(models, [1 / trainings] * trainings)


def always(value):
    """A function that draws this."""
    return lambda random: value


BPR_RANGES = {
    "size": one_of(32, 64, 128),
    "decay": log_uniform(0.01, 0.05),
    "rate": log_uniform(1e-3, 1e-2),
    "epochs": one_of(60, 100),
}
POLICY_RANGES = {
    "steps": one_of(50, 100, 200),
    "policy_rate": log_uniform(2e-4, 2e-3),
    "judge_rate": log_uniform(3e-3, 3e-2),
}
# Likes alone are learned by heart sooner, so the ablation needs smaller steps than the game.
LIKELY_RANGES = {"steps": POLICY_RANGES["steps"], "policy_rate": log_uniform(1e-4, 1e-3)}
GAME_RANGES = {
    "zeros": log_uniform(0.1, 0.6),
    "drawn": one_of(0.3, 0.6, 1.0),
    "hidden": one_of(256, 512),
    "dropout": one_of(0.6, 0.7, 0.8),
    "decay": log_uniform(1e-5, 1e-4),
    "rate": log_uniform(1e-3, 2.5e-3),
    "epochs": one_of(40, 60),
    "adversarial": log_uniform(0.1, 10.0),  # last, so that the others are drawn alike without it
}
PAPER = GAME_RANGES | {  # it learns slowly, and only if few zeros are drawn
    "likes": always(0.0),
    "penalty": always("squares"),
    "zeros": log_uniform(0.3, 1.5),
    "drawn": one_of(0.05, 0.1),
    "decay": log_uniform(1e-8, 1e-6),
    "rate": log_uniform(4e-4, 8e-4),
    "epochs": one_of(120, 180, 240),
    "adversarial": log_uniform(0.2, 1.0),
}
WITH_LIKES = GAME_RANGES | {"likes": always(1.0), "penalty": always("logarithm")}
NO_GAME = {"adversarial": always(0.0)}
LIKES_INSTEAD = NO_GAME | {  # of a game, person by person
    "likes": always(1.0),
    "penalty": one_of("squares", "logarithm"),
    "zeros": log_uniform(0.2, 0.6),
    "drawn": one_of(0.6, 1.0),
    "hidden": GAME_RANGES["hidden"],
    "dropout": one_of(0.5, 0.6, 0.7),
    "decay": log_uniform(1e-7, 1e-5),
    "rate": log_uniform(5e-4, 1e-3),
    "epochs": one_of(60, 80, 100),
}

METHODS = {
    "popularity": Method(recommenders.Popularity, {}, 1),
    "item-kNN": Method(
        recommenders.ItemKNN,
        {
            "neighbours": one_of(50, 100, 300, 1000),
            "shrink": log_uniform(1e-3, 1.0),
            "power": one_of(0.3, 0.4, 0.5),
            "activity": one_of(0.0, 0.25, 0.5, 0.75),
        },
        30,
    ),
    "EASE": Method(recommenders.EASE, {"ridge": log_uniform(20, 1000)}, 20),
    "BPR": Method(bpr, BPR_RANGES, 8),
    "IRGAN": Method(irgan, POLICY_RANGES, 6),
    "IRGAN, no game": Method(likely_likes, LIKELY_RANGES, 6),
    "CFGAN": Method(user_cfgan, PAPER, 8),
    "CFGAN, no game": Method(user_cfgan, PAPER | NO_GAME, 8),
    "CFGAN, likes instead": Method(user_cfgan, LIKES_INSTEAD, 8),
    "iCFGAN": Method(item_cfgan, PAPER, 8),
    "iCFGAN, no game": Method(item_cfgan, PAPER | NO_GAME, 8),
    "iCFGAN + likes": Method(item_cfgan, WITH_LIKES, 8),
    "the same, no game": Method(item_cfgan, WITH_LIKES | NO_GAME, 8),
    "5 x iCFGAN + likes": Method(averaged, {"trainings": always(5)}, 1),
    "5 x the same, no game": Method(averaged, {"trainings": always(5)}, 1),
    "EASE, less popular": Method(
        lambda ridge, weight: recommenders.Blend(
            [recommenders.EASE(ridge), recommenders.Popularity()], [1, -weight]
        ),
        {"weight": log_uniform(0.01, 1.0)},
        10,
    ),
}
RANDOM = {"BPR"}.union(*PAIRS)  # need a seed
STARTS_FROM = {  # whose best settings it keeps
    "IRGAN": "BPR",
    "IRGAN, no game": "BPR",
    "EASE, less popular": "EASE",
    "5 x iCFGAN + likes": "iCFGAN + likes",
    "5 x the same, no game": "the same, no game",
}


# ---- choosing ------------------------------------------------------------------------------------


def drawn(name, trial):
    """The settings of a trial, the same on every machine."""
    random = np.random.default_rng(trial)
    return {setting: draw(random) for setting, draw in METHODS[name].ranges.items()}


def make(name, settings, *, seed):
    """The recommender of this name, not yet fitted."""
    chance = {"seed": seed} if name in RANDOM else {}
    return METHODS[name].make(**settings, **chance)


def best(name, rows=None):
    """The settings of a method's best trial on validation."""
    rows = [each for each in rows or load() if each["setting"] == f"choose {name}"]
    if not rows:
        raise ValueError(f"no trials of {name!r} are stored; run: python run.py train recommending")
    return max(rows, key=lambda row: np.mean(row["ndcg"]))["settings"]


def try_out(name, settings):
    """nDCG on the validation likes of each split that chooses."""
    found = []
    for seed in CHOSEN_ON:
        parts = _split(seed, "random")
        scores = make(name, settings, seed=seed).fit(parts.train).scores(_everybody())
        lists = ranking.top(scores, parts.train, k=K)
        found.append(ranking.mean(ranking.ndcg(lists, parts.validation)).mean)
    return found


# ---- testing -------------------------------------------------------------------------------------


def test(order, seed):
    """Every method at its best settings, on the test likes of one split.

    Returns:
        A dictionary: `reports`, `{method: ranking.Report as a dictionary}`, and `differences` in
        nDCG, `{"a - b": (mean, low, high)}`.
    """
    parts, genres = _split(seed, order), genre_table(_likes().films)
    scores = {name: fitted(name, parts.known, seed=seed).scores(_everybody()) for name in METHODS}
    for game in BLENDED:
        pair = [recommenders.standardised(scores[name]) for name in ("EASE", game)]
        scores[f"EASE and {game}"] = sum(pair)
    reports, gains = {}, {}
    for name, table in scores.items():
        reports[name] = ranking.report(
            table, parts.known, held_out=parts.test, genres=genres, k=K
        )._asdict()
        gains[name] = ranking.ndcg(ranking.top(table, parts.known, k=K), parts.test)
    pairs = [(name, "EASE") for name in scores if name != "EASE"] + PAIRS
    differences = {f"{a} - {b}": ranking.difference(gains[a], gains[b]) for a, b in pairs}
    return {"reports": reports, "differences": differences}


def fitted(name, known, *, seed):
    """The recommender of this name at its best settings, fitted on likes `(users, items)`."""
    return make(name, best(name), seed=seed).fit(known)


def genre_table(films):
    """`(films, genres)` 0 and 1, genres in the order of the alphabet."""
    genres = sorted({genre for film in films for genre in film.genres})
    return np.array([[genre in film.genres for genre in genres] for film in films], "float32")


@functools.cache
def _likes():
    return ratings.likes(ratings.load())


@functools.cache
def _split(seed, order):
    return ratings.split(_likes(), seed, order=order)


def _everybody():
    return np.arange(_likes().shape[0])


# ---- all of it -----------------------------------------------------------------------------------


def load():
    """The rows that come with the course, trials first: see `try_out` and `test`."""
    return study.load(FILE)


def flat(runs):
    """The runs as rows of numbers: trials by their validation nDCG, tests method by method."""
    rows = []
    for run in runs:
        what, name = run["setting"].split(" ", 1)
        if what == "choose":
            found = {"nDCG, validation": float(np.mean(run["ndcg"]))}
            rows.append({"setting": f"trials of {name}", "seed": run["seed"]} | found)
            continue
        for method, report in run["reports"].items():
            means = {key: float(np.ravel(each)[0]) for key, each in report.items()}
            rows.append({"setting": f"{method}, {name} split", "seed": run["seed"]} | means)
        for pair, (mean, *_) in run["differences"].items():
            found = {"difference in nDCG": mean}
            rows.append({"setting": f"{pair}, {name} split", "seed": run["seed"]} | found)
    return rows


def complete():
    """Run what is missing from the file, and keep each result as it comes."""
    early = [name for name in METHODS if name not in STARTS_FROM]
    for names in (early, list(STARTS_FROM)):
        _keep(
            [(f"choose {name}", trial) for name in names for trial in range(METHODS[name].trials)]
        )
    _keep([(f"test {order}", seed) for order in ratings.ORDERS for seed in range(SPLITS)])


def _keep(pairs):
    pool = concurrent.futures.ProcessPoolExecutor(os.cpu_count(), study.SPAWN, study.use_one_core)
    study.keep(FILE, pairs, run=_run, pool=pool, provenance=_provenance)


def _run(pair):
    setting, seed = pair
    what, name = setting.split(" ", 1)
    row = {"setting": setting, "seed": seed}
    if what == "test":
        return row | test(name, seed)
    start = best(STARTS_FROM[name]) if name in STARTS_FROM else {}
    settings = start | drawn(name, seed)
    return row | {"settings": settings, "ndcg": try_out(name, settings)}


def _provenance():
    return study.machine_and_packages() | {
        "made by": "python run.py train recommending",
        "data": f"MovieLens ml-latest-small of October 2016, SHA-256 {ratings.DIGEST[:16]}",
        "chosen on": f"nDCG@{K} of the validation likes of random splits {CHOSEN_ON}",
        "tested on": f"test likes of {SPLITS} random and {SPLITS} temporal splits",
    }
