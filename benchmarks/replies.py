"""`python -m benchmarks.replies`: how long somebody takes to reply, as a table in REPLIES.md.

The replier is the one that comes with lesson 10, as its window asks it: one question at a time, on
all cores. Who is asked, and in which language, changes from one question to the next.
"""

import argparse
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from benchmarks.lists import milliseconds, seconds
from persogan_lessons.course import checkpoints, machines
from persogan_lessons.data import personas
from persogan_lessons.display import talk

TO = Path(__file__).resolve().parent / "REPLIES.md"
ROUNDS = 101
REPORT = """# How fast somebody replies here

- {machine}
- {rounds} questions in each language: the median, and the quartiles around it

| language | a question to its reply, ms |
|---|---|
{rows}
"""


def main(arguments=None):
    """Ask, measure, write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replies", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help=f"default {ROUNDS}")
    parser.add_argument("--to", type=Path, default=TO, help="the file to write")
    options = parser.parse_args(arguments)
    found = measure(checkpoints.load("replies"), rounds=options.rounds)
    options.to.write_text(report(found, rounds=options.rounds), encoding="utf-8")
    print(options.to.read_text(encoding="utf-8"))


def measure(replier, *, rounds):
    """Seconds from a question to its reply: `{language: [seconds]}`; the first ones do not count.

    Args:
        replier: a `Replier` of both languages.
        rounds: how many questions in each.
    """
    vocabulary, found = personas.vocabulary(), {name: [] for name in personas.LANGUAGES}
    asked = {
        name: personas.exchanges(personas.sample(rounds + 1, seed=0, language=name), 1)
        for name in found
    }

    def ask(exchange):
        past, turns = list(exchange.profile), list(exchange.history)
        return talk.answer(replier, vocabulary, profile=past, history=turns)

    for exchanges in zip(*asked.values(), strict=True):
        for name, exchange in zip(asked, exchanges, strict=True):
            found[name].append(seconds(ask, exchange))
    return {name: times[1:] for name, times in found.items()}


def report(found, *, rounds):
    """What `measure` found, as Markdown."""
    rows = [f"| {name} | {milliseconds(times)} |" for name, times in found.items()]
    return REPORT.format(machine=machines.describe(), rounds=rounds, rows="\n".join(rows))


if __name__ == "__main__":
    main()
