"""Statistics of rounds: medians, spread, and ratios within a round."""

import dataclasses
import statistics


@dataclasses.dataclass(frozen=True)
class Spread:
    """A median and the interquartile range around it."""

    median: float
    low: float
    high: float

    def __format__(self, code):
        return f"{self.median:{code}} ({self.low:{code}} to {self.high:{code}})"


def spread(values):
    """The median of at least one number, and the quartiles, interpolated between numbers."""
    if len(values) == 1:
        return Spread(*values * 3)
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def rates(rounds, name):
    """Steps a second of one variant in each round: `rounds` is a list of `{name: Segment}`."""
    return [each[name].rate for each in rounds]


def ratios(rounds, *, of, to):
    """How many times as fast `of` was as `to`, within each round."""
    return [each[of].rate / each[to].rate for each in rounds]
