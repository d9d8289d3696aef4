"""Assignment 04, Small enough: what a layer costs, a layer to mend, a frontier, a fair race."""

import numpy as np
from keras import ops

from persogan_lessons.course import attempts
from persogan_lessons.course.assignments.tasks import task

CONVOLUTION = "'The other way to be small' in lesson 04"
NORMALIZED = "'Networks of any size' in lesson 04"
FRONTIER = "'The frontier' in lesson 04"
RACE = "'Where the seconds go' in lesson 04"

# What a convolution costs


def _layer(rng):
    """An image's side, even, and a kernel's; channels that come in, and filters that look.

    All are small, so that a bias more or less is seen in the sum.
    """
    size, kernel = 2 * rng.integers(4, 12), rng.integers(3, 6)
    channels, filters = rng.permutation([rng.integers(2, 6), rng.integers(7, 12)])
    return {
        "size": np.array(size),
        "kernel": np.array(kernel),
        "channels": np.array(channels),
        "filters": np.array(filters),
    }


@task(_layer, attempts.computed, read=CONVOLUTION)
def conv_costs(size, kernel, *channels_and_filters):
    """Weights with biases, and multiplications forward, of a convolution with stride 2."""
    channels, filters = channels_and_filters
    shared = kernel**2 * channels * filters
    return np.array([shared + filters, shared * (size // 2) ** 2])


def _costs(*, weights=None, multiplications=None):
    """The right costs but for one, a function of size, kernel, channels and filters."""

    def costs(*layer):
        first, second = conv_costs.right(*layer)
        return np.array(
            [
                weights(*layer) if weights else first,
                multiplications(*layer) if multiplications else second,
            ]
        )

    return costs


for _cause, _how in {
    "the biases are missing: each filter has one": {"weights": lambda s, k, c, f: k**2 * c * f},
    "a bias for each channel that comes in: it is each filter that has one": {
        "weights": lambda s, k, c, f: k**2 * c * f + c
    },
    "weights are counted again at each place: they are the same few everywhere": {
        "weights": lambda s, k, c, f: (k**2 * c * f + f) * (s // 2) ** 2
    },
    "a bias at each place: a filter has one, the same everywhere": {
        "weights": lambda s, k, c, f: k**2 * c * f + f * (s // 2) ** 2
    },
    "the stride is forgotten: with 2 there are half as many places in each direction": {
        "multiplications": lambda s, k, c, f: k**2 * c * f * s**2
    },
    "half as many places in all: the stride halves height and width, so a quarter is left": {
        "multiplications": lambda s, k, c, f: k**2 * c * f * s**2 // 2
    },
    "the places are forgotten: every weight is used once at each of them": {
        "multiplications": lambda s, k, c, f: k**2 * c * f
    },
    "a row of places is counted: there are as many rows again": {
        "multiplications": lambda s, k, c, f: k**2 * c * f * (s // 2)
    },
    "biases are added, not multiplied: leave them out of the multiplications": {
        "multiplications": lambda s, k, c, f: (k**2 * c * f + f) * (s // 2) ** 2
    },
    "three times too many: only the way forward is asked for": {
        "multiplications": lambda s, k, c, f: 3 * k**2 * c * f * (s // 2) ** 2
    },
    "the kernel fits into the image here, with no padding: 'same' pads it": {
        "multiplications": lambda s, k, c, f: k**2 * c * f * ((s - k) // 2 + 1) ** 2
    },
    "a kernel is a square: it has as many columns as rows": {
        "weights": lambda s, k, c, f: k * c * f + f,
        "multiplications": lambda s, k, c, f: k * c * f * (s // 2) ** 2,
    },
    "a filter looks at all channels that come in, not at one": {
        "weights": lambda s, k, c, f: k**2 * f + f,
        "multiplications": lambda s, k, c, f: k**2 * f * (s // 2) ** 2,
    },
    "channels and filters are added: each filter has weights for each channel": {
        "weights": lambda s, k, c, f: k**2 * (c + f) + f,
        "multiplications": lambda s, k, c, f: k**2 * (c + f) * (s // 2) ** 2,
    },
    "this is a dense layer: it has a weight for each pair of an input and an output": {
        "weights": lambda s, k, c, f: s**2 * c * (s // 2) ** 2 * f + (s // 2) ** 2 * f,
        "multiplications": lambda s, k, c, f: s**2 * c * (s // 2) ** 2 * f,
    },
    "the biases are missing, and the stride forgotten": {
        "weights": lambda s, k, c, f: k**2 * c * f,
        "multiplications": lambda s, k, c, f: k**2 * c * f * s**2,
    },
}.items():
    conv_costs.mistake(_cause)(_costs(**_how))


@conv_costs.mistake("the two numbers are in the wrong order: weights first")
def _(*layer):
    return conv_costs.right(*layer)[::-1]


@conv_costs.mistake("weights are added up here with multiplications: two numbers are asked for")
def _(*layer):
    return conv_costs.right(*layer).sum()


# Batch normalization, mended


def _maps(rng):
    """What a convolution gives, each channel with a mean and spread of its own, one narrow."""
    batch, height, width, channels = (int(rng.integers(*span)) for span in ((5, 8), *[(3, 5)] * 3))
    spreads = np.append(0.1, rng.uniform(0.5, 2, channels - 1))
    # Images and places differ in their means, so that it matters which of them are averaged.
    common = rng.normal(size=(batch, 1, 1, channels)) + rng.normal(
        size=(1, height, width, channels)
    )
    maps = spreads * (common + rng.normal(size=(batch, height, width, channels)))
    return {
        "maps": (maps + rng.normal(size=channels)).astype("float32"),
        "gamma": rng.uniform(0.5, 2, channels).astype("float32"),
        "beta": rng.normal(size=channels).astype("float32"),
    }


EVERYWHERE = (0, 1, 2)


def _normalized(maps, *, axes=EVERYWHERE, epsilon=1e-3):
    mean, variance = ops.moments(maps, axes, keepdims=True)
    return (maps - mean) / ops.sqrt(variance + epsilon)


@task(_maps, attempts.slopes, read=NORMALIZED)
def batch_norm(maps, *gamma_and_beta):
    """Each channel with mean 0 and spread 1 over batch and places, then scaled and shifted."""
    gamma, beta = gamma_and_beta
    return gamma * _normalized(maps) + beta


for _cause, _axes in {
    "each place by itself, over its channels: here every channel is one unit of its own": -1,
    "over all numbers at once: every channel has a mean and a spread of its own": (0, 1, 2, 3),
    "over the batch alone: a channel is one unit, so its places count together": 0,
    "each image by itself: the mean and the spread are over the batch as well": (1, 2),
    "each image by itself, all channels together: this is layer normalization": (1, 2, 3),
}.items():

    @batch_norm.mistake(_cause)
    def _(maps, gamma, beta, axes=_axes):
        return gamma * _normalized(maps, axes=axes) + beta


@batch_norm.mistake("divided by the variance: the spread is its root")
def _(maps, gamma, beta):
    mean, variance = ops.moments(maps, EVERYWHERE)
    return gamma * (maps - mean) / (variance + 1e-3) + beta


@batch_norm.mistake("divided by the variance: the spread is its root")
def _(maps, gamma, beta):
    mean, variance = ops.moments(maps, EVERYWHERE)
    return gamma * (maps - mean) / variance + beta


@batch_norm.mistake("0.001 is added to the spread: add it to the variance, inside the root")
def _(maps, gamma, beta):
    mean, variance = ops.moments(maps, EVERYWHERE)
    return gamma * (maps - mean) / (ops.sqrt(variance) + 1e-3) + beta


@batch_norm.mistake("the 0.001 inside the root is missing, or far too small")
def _(maps, gamma, beta):
    return gamma * _normalized(maps, epsilon=0) + beta


@batch_norm.mistake("gamma and beta are swapped: gamma scales, beta shifts")
def _(maps, gamma, beta):
    return beta * _normalized(maps) + gamma


@batch_norm.mistake("gamma is not used: nothing scales the channels any more")
def _(maps, gamma, beta):
    return _normalized(maps) + beta + 0 * gamma


@batch_norm.mistake("gamma is not used: nothing scales the channels any more")
def _(maps, gamma, beta):
    return _normalized(maps) + beta


@batch_norm.mistake("beta is not used: nothing shifts the channels any more")
def _(maps, gamma, beta):
    return _normalized(maps) * gamma + 0 * beta


@batch_norm.mistake("beta is not used: nothing shifts the channels any more")
def _(maps, gamma, beta):
    return _normalized(maps) * gamma


@batch_norm.mistake("neither gamma nor beta is used: the layer could learn nothing")
def _(maps, gamma, beta):
    return _normalized(maps) + 0 * (gamma + beta)


@batch_norm.mistake("neither gamma nor beta is used: the layer could learn nothing")
def _(maps, gamma, beta):
    return _normalized(maps)


@batch_norm.mistake("gamma scales beta too: it comes before the shift")
def _(maps, gamma, beta):
    return gamma * (_normalized(maps) + beta)


@batch_norm.mistake("the mean is not taken away")
def _(maps, gamma, beta):
    return gamma * maps / ops.sqrt(ops.var(maps, EVERYWHERE) + 1e-3) + beta


@batch_norm.mistake("the spread stays as it is: only the mean is taken away")
def _(maps, gamma, beta):
    return gamma * (maps - ops.mean(maps, EVERYWHERE)) + beta


@batch_norm.mistake("the mean square is not the variance: take the mean away first")
def _(maps, gamma, beta):
    square = ops.mean(ops.square(maps), EVERYWHERE)
    return gamma * (maps - ops.mean(maps, EVERYWHERE)) / ops.sqrt(square + 1e-3) + beta


@batch_norm.mistake("the mean size is not the spread: take the root of the mean square")
def _(maps, gamma, beta):
    apart = maps - ops.mean(maps, EVERYWHERE)
    return gamma * apart / (ops.mean(ops.abs(apart), EVERYWHERE) + 1e-3) + beta


@batch_norm.mistake("the variance is divided by n - 1 here: by n, as Keras does")
def _(maps, gamma, beta):
    count = maps.shape[0] * maps.shape[1] * maps.shape[2]
    mean, variance = ops.moments(maps, EVERYWHERE)
    return gamma * (maps - mean) / ops.sqrt(variance * count / (count - 1) + 1e-3) + beta


@batch_norm.mistake("mean and spread are cut off from the gradient: they depend on the maps too")
def _(maps, gamma, beta):
    mean, variance = map(ops.stop_gradient, ops.moments(maps, EVERYWHERE))
    return gamma * (maps - mean) / ops.sqrt(variance + 1e-3) + beta


@batch_norm.mistake("the spread is cut off from the gradient: it depends on the maps too")
def _(maps, gamma, beta):
    mean, variance = ops.moments(maps, EVERYWHERE)
    return gamma * (maps - mean) / ops.sqrt(ops.stop_gradient(variance) + 1e-3) + beta


@batch_norm.mistake("this is the layer as it was found, with all of its faults")
def _(maps, gamma, beta):
    mean, variance = ops.mean(maps), ops.var(maps, axis=-1, keepdims=True)
    return beta * (maps - mean) / (ops.stop_gradient(variance) + 1e-3) + gamma


# The frontier


def _runs(rng):
    """Runs with whole seconds, so that some tie: twins, and some beaten in one number only."""
    count = int(rng.integers(9, 14))
    seconds = rng.integers(2, 20, count)
    distances = np.round(200 / seconds * rng.uniform(1, 3, count)) + 5
    best = int(distances.argmin())
    more = [(seconds[best], distances[best]), (seconds[best] + 3, distances[best])]  # twin, slower
    first = int(np.lexsort((distances, seconds))[0])
    more += [(seconds[first], distances[first] + 7)]  # as fast and worse
    columns = rng.permutation(np.concatenate([np.stack([seconds, distances], 1), more])).T
    return dict(zip(("seconds", "distances"), columns.astype("float64"), strict=True))


def _beaten(seconds, distances):
    """For each pair of runs whether the second is at least as good in both, and better in one."""
    no_slower, no_worse = (each[None] <= each[:, None] for each in (seconds, distances))
    better = (seconds[None] < seconds[:, None]) | (distances[None] < distances[:, None])
    return no_slower & no_worse & better


@task(_runs, attempts.untouched, read=FRONTIER)
def on_frontier(seconds, distances):
    """Which runs no other beats: none is as good in both numbers and better in one."""
    return ~_beaten(seconds, distances).any(1)


@on_frontier.mistake("twins beat each other here: a run is beaten only by one that is better")
def _(seconds, distances):
    beaten = (seconds[None] <= seconds[:, None]) & (distances[None] <= distances[:, None])
    np.fill_diagonal(beaten, False)
    return ~beaten.any(1)


@on_frontier.mistake("a run counts as beaten only if it is worse in both: one is enough")
def _(seconds, distances):
    beaten = (seconds[None] < seconds[:, None]) & (distances[None] < distances[:, None])
    return ~beaten.any(1)


@on_frontier.mistake("each run beats itself here, so that none is left")
def _(seconds, distances):
    return np.zeros(len(seconds))


@on_frontier.mistake("the true ones are those that are beaten: it is the other way round")
def _(seconds, distances):
    return _beaten(seconds, distances).any(1)


@on_frontier.mistake("a larger distance is taken for a better one")
def _(seconds, distances):
    return ~_beaten(seconds, -distances).any(1)


@on_frontier.mistake("a longer time is taken for a better one")
def _(seconds, distances):
    return ~_beaten(-seconds, distances).any(1)


@on_frontier.mistake("both are taken to be better if they are larger")
def _(seconds, distances):
    return ~_beaten(-seconds, -distances).any(1)


@on_frontier.mistake("by growing seconds, not in the order in which the runs were given")
def _(seconds, distances):
    return on_frontier.right(seconds, distances)[np.lexsort((distances, seconds))]


@on_frontier.mistake("runs are compared with those before them in the list: go by seconds instead")
def _(seconds, distances):
    return distances <= np.minimum.accumulate(distances)


@on_frontier.mistake("only the best runs of all: the frontier has one for each number of seconds")
def _(seconds, distances):
    return distances == distances.min()


@on_frontier.mistake("the best run of each number of seconds: a faster one may beat it")
def _(seconds, distances):
    same_time = seconds[None] == seconds[:, None]
    return distances == np.where(same_time, distances, np.inf).min(1)


@on_frontier.mistake("only neighbours in time are compared: a much faster run may beat this one")
def _(seconds, distances):
    order = np.lexsort((distances, seconds))
    kept = np.append(True, distances[order][1:] <= distances[order][:-1])
    return kept[np.argsort(order)]


@on_frontier.mistake("one number, distance times seconds: the frontier keeps the two apart")
def _(seconds, distances):
    return seconds * distances == (seconds * distances).min()


@on_frontier.mistake("these are places in the list: a true or false for each run is asked for")
def _(seconds, distances):
    return np.flatnonzero(on_frontier.right(seconds, distances))


@on_frontier.mistake("twins: one of two equal runs is left out, and either beats the other not")
def _(seconds, distances):
    kept = on_frontier.right(seconds, distances)
    same = (seconds[None] == seconds[:, None]) & (distances[None] == distances[:, None])
    return kept & ~np.tril(same, -1).any(1)


# A fair race


def _times(rng):
    """Seconds of each round, the first one far longer; neighbours slow both of a pair."""
    count = 2 * int(rng.integers(2, 5)) + 1
    slow = rng.uniform(1, 3, count)
    slow[0] *= 6
    first = slow * rng.uniform(0.95, 1.05, count)
    second = slow * rng.uniform(1.1, 1.6, count)
    second[0] *= rng.uniform(1.5, 2)
    return {"first": first, "second": second}


def _summary(ratios):
    return np.array([np.median(ratios), ratios.min(), ratios.max()])


@task(_times, attempts.untouched, read=RACE)
def slowdown(first, second):
    """The median, least and largest of the ratios second / first, the first round left out."""
    return _summary((second / first)[1:])


@slowdown.mistake("the first round is in: it draws the graph, and nobody wants to time that")
def _(first, second):
    return _summary(second / first)


@slowdown.mistake("the last round is left out: it is the first that draws the graph")
def _(first, second):
    return _summary((second / first)[:-1])


@slowdown.mistake("the wrong way round: how many times as long does the second take?")
def _(first, second):
    return _summary((first / second)[1:])


@slowdown.mistake("medians are divided: divide within each round, then what slowed both cancels")
def _(first, second):
    return np.append(
        np.median(second[1:]) / np.median(first[1:]), slowdown.right(first, second)[1:]
    )


@slowdown.mistake("sums are divided: divide within each round, then what slowed both cancels")
def _(first, second):
    return np.append(second[1:].sum() / first[1:].sum(), slowdown.right(first, second)[1:])


@slowdown.mistake("a mean in the middle: the median is asked for, which one odd round moves less")
def _(first, second):
    ratios = (second / first)[1:]
    return np.array([ratios.mean(), ratios.min(), ratios.max()])


@slowdown.mistake("least and largest are taken of all rounds together: of the ratios, please")
def _(first, second):
    median = np.median((second / first)[1:])
    ends = second[1:].min() / first[1:].min(), second[1:].max() / first[1:].max()
    return np.array([median, *ends])


@slowdown.mistake("rounds are torn apart by sorting: a ratio is of two times side by side")
def _(first, second):
    return _summary(np.sort(second[1:]) / np.sort(first[1:]))


@slowdown.mistake("these are differences, in seconds: they depend on the machine, ratios do less")
def _(first, second):
    return _summary((second - first)[1:])


@slowdown.mistake("by how much longer: 1.2 times as long is asked for as 1.2, not as 0.2")
def _(first, second):
    return _summary((second / first - 1)[1:])


@slowdown.mistake("in the wrong order: the median first, then the least, then the largest")
def _(first, second):
    return np.sort(slowdown.right(first, second))


@slowdown.mistake("in the wrong order: the least comes before the largest")
def _(first, second):
    return slowdown.right(first, second)[[0, 2, 1]]


@slowdown.mistake("of an even number of ratios the median lies between the middle two")
def _(first, second):
    ratios = np.sort((second / first)[1:])
    return ratios[[len(ratios) // 2, 0, -1]]


@slowdown.mistake("of an even number of ratios the median lies between the middle two")
def _(first, second):
    ratios = np.sort((second / first)[1:])
    return ratios[[len(ratios) // 2 - 1, 0, -1]]


@slowdown.mistake("the median alone: nobody could tell how far to trust it")
def _(first, second):
    return slowdown.right(first, second)[0]
