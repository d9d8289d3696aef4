"""What becomes of people who click on what a generator shows them, round after round.

The generator draws for a history, its user clicks, and the clicks join the history, for which the
generator draws next. Each step is sensible; the loop as a whole narrows what is shown.
"""

import itertools
from typing import NamedTuple

import numpy as np

from persogan_lessons.measures import personalisation

SHOWN, CLICKS = 24, 6  # images in a round, and how many of them a user clicks on
LONGEST = 32  # clicks that are remembered, the newest


class Round(NamedTuple):
    """One round of the loop.

    Attributes:
        conditions: `(users, size)`, what the generator thinks of each user.
        drawn: `personalisation.Reading` of `SHOWN` drawings for each, none of them explored: what
            the generator would show if it did not explore.
        clicked: `(users, CLICKS, 28, 28, 1)`, of those shown.
        explored: the share of the clicks that fell on explored images.
    """

    conditions: np.ndarray
    drawn: personalisation.Reading
    clicked: np.ndarray
    explored: float


def rounds(gan, people, *, histories, read, explore=0.0):
    """The rounds of the loop, for ever: take as many as you like with `itertools.islice`.

    Between two rounds the caller may train the generator again on what was clicked.

    Args:
        gan: has `encode(history)` -> `(size,)`, and `generate(conditions, seed=...)`.
        people: the users' true tastes, by which they click; at least one.
        histories: for each user `(k, 28, 28, 1)`, where to start.
        read: images `(users, draws, 28, 28, 1)` -> `personalisation.Reading`.
        explore: the share of the images shown that are drawn for somebody without a history, from
            0 to 1.

    Yields:
        `Round`.

    Raises:
        ValueError: for a share that is none, or another number of histories than of people.

    Taught in lesson 12. Source: Chaney et al., How Algorithmic Confounding in Recommendation
    Systems Increases Homogeneity and Decreases Utility, 2018.
    """
    require_crowd(people, histories, explore=explore)
    nobody = gan.encode(np.zeros((0, 28, 28, 1)))
    fresh = round(explore * SHOWN)
    for seed in itertools.count():
        conditions = np.stack([gan.encode(history[-LONGEST:]) for history in histories])
        drawn = read(draw_for(gan, conditions, count=SHOWN, seed=2 * seed))
        shown = drawn
        if fresh:
            others = np.tile(nobody, (len(people), 1))
            shown = replaced(drawn, read(draw_for(gan, others, count=fresh, seed=2 * seed + 1)))
        places = click(own_likelihood(shown, people), CLICKS, seed=seed)
        clicked = np.take_along_axis(shown.images, places[:, :, None, None, None], axis=1)
        yield Round(conditions, drawn, clicked, float(np.mean(places < fresh)))
        histories = [np.concatenate(each) for each in zip(histories, clicked, strict=True)]


def click(likelihoods, count, *, seed=0):
    """Which of the images shown each user clicks on, the likelier the better they suit.

    Args:
        likelihoods: `(users, shown)`, logarithms, in nats.
        count: of clicks, at most as many as are shown.
        seed: of chance.

    Returns:
        `(users, count)` places, none twice, drawn with probabilities proportional to
        exp(likelihood). Taught in lesson 12.

    Source: Kool et al., Stochastic Beams and Where to Find Them, 2019: the best of sums with
    Gumbel noise are a draw without replacement.
    """
    luck = np.random.default_rng(seed).gumbel(size=np.shape(likelihoods))
    return np.argsort(-(likelihoods + luck), axis=1)[:, :count]


def own_likelihood(reading, people):
    """How well each image suits the user whom it was made for: `(users, draws)`, in nats."""
    every = personalisation.likelihood(reading, people)  # (users, draws, people)
    return np.diagonal(every, axis1=0, axis2=2).T


def effective_digits(shares):
    """How many digits are shown, effectively: 10 if all equally often, 1 if one alone.

    The exponential of the entropy, so that k equal digits count as k.

    Args:
        shares: `(..., 10)`, 0 or more, of each digit; they need not add up to 1.

    Returns:
        `(...)` float64. Taught in lesson 12.

    Raises:
        ValueError: for shares that are negative, not finite or all 0.

    Source: Hill, Diversity and Evenness: a Unifying Notation and Its Consequences, 1973.
    """
    shares = np.asarray(shares, "float64")
    total = shares.sum(-1, keepdims=True)
    if not np.isfinite(shares).all() or (shares < 0).any() or (total <= 0).any():
        raise ValueError("shares must be finite, 0 or more, and one of each row more than 0")
    shares = shares / total
    return np.exp(-(shares * np.log(np.where(shares > 0, shares, 1))).sum(-1))


def digit_shares(reading):
    """How often each digit is among a user's images: `(users, 10)`, adding up to 1."""
    return np.eye(10)[reading.digits].mean(1)


def replaced(reading, others):
    """A reading whose first images of each user are those of `others`."""
    fresh = others.draws
    parts = zip(reading, others, strict=True)
    return personalisation.Reading(
        *(np.concatenate([other, own[:, fresh:]], axis=1) for own, other in parts)
    )


def draw_for(gan, conditions, *, count, seed):
    """So many drawings for each condition: `(users, count, 28, 28, 1)`."""
    drawn = gan.generate(np.repeat(conditions, count, axis=0), seed=seed)
    return drawn.reshape(len(conditions), count, *drawn.shape[1:])


def require_crowd(people, histories, *, explore):
    """Raise ValueError unless each of the people has a history, and `explore` is a share."""
    if len(people) == 0 or len(people) != len(histories):
        raise ValueError(
            f"each user needs a history, at least one user; got {len(people)} people and "
            f"{len(histories)} histories. Nobody yet: np.zeros((0, 28, 28, 1))"
        )
    if not 0 <= explore <= 1:
        raise ValueError(f"explore must be a share, from 0 to 1; got {explore!r}")
