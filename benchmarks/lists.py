"""`python -m benchmarks.lists`: how fast recommendations come, as a table in LISTS.md.

Lesson 09's recommenders, at the settings of its study, fitted on one split of its ratings. In each
round all of them are measured, in random order.
"""

import argparse
import os
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

from benchmarks import pairs
from persogan_lessons.course import machines, recommending
from persogan_lessons.data import ratings
from persogan_lessons.display import films

TO = Path(__file__).resolve().parent / "LISTS.md"
ROUNDS = 31
REPORT = """# How fast a recommender answers here

- {machine}
- {people} people, {films} films, {rounds} rounds: the median, and the quartiles around it

| recommender | scores of all people, ms | a film chosen, to its new list on the widget, ms |
|---|---|---|
{rows}
"""


def main(arguments=None):
    """Fit, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.lists", description=__doc__)
    parser.add_argument("--methods", nargs="+", default=list(recommending.METHODS))
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--to", type=Path, default=TO, help="the file to write")
    options = parser.parse_args(arguments)
    likes = ratings.likes(ratings.load())
    known = ratings.split(likes, 0).known
    models = {name: recommending.fitted(name, known, seed=0) for name in options.methods}
    found = measure(models, likes, rounds=options.rounds)
    options.to.write_text(report(found, likes.shape, rounds=options.rounds), encoding="utf-8")
    print(options.to.read_text(encoding="utf-8"))


def measure(models, likes, *, rounds):
    """Seconds of scoring everybody, and of answering a choice, for each recommender.

    Args:
        models: `{name: recommender}`, fitted.
        likes: the `ratings.Likes` that they were fitted on.
        rounds: how often each is measured.

    Returns:
        `{name: ([seconds of scores], [seconds of a choice])}`.
    """
    random = np.random.default_rng(0)
    everybody, titles = np.arange(likes.shape[0]), [film.title for film in likes.films]
    widgets = {name: films.film_chooser({name: model}, likes) for name, model in models.items()}
    found = {name: ([], []) for name in models}
    for name in [name for _ in range(rounds) for name in random.permutation(list(models))]:
        scores, choices = found[name]
        widgets[name].forget()
        scores.append(seconds(models[name].scores, everybody))
        choices.append(seconds(widgets[name].like, str(random.choice(titles))))
    return found


def seconds(function, argument):
    """How long one call takes."""
    begin = time.perf_counter()
    function(argument)
    return time.perf_counter() - begin


def report(found, shape, *, rounds):
    """What `measure` found, as Markdown."""
    rows = [f"| {name} | " + " | ".join(map(milliseconds, found[name])) + " |" for name in found]
    people, count = shape
    return REPORT.format(
        machine=machines.describe(), people=people, films=count, rounds=rounds, rows="\n".join(rows)
    )


def milliseconds(times):
    """The median and the quartiles of some seconds."""
    return f"{pairs.spread([1e3 * each for each in times]):.1f}"


if __name__ == "__main__":
    main()
