"""Answers to assignment 04 as students give them, wrong and right."""

import numpy as np
import tensorflow as tf
from bank import Bank
from keras import layers, ops

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# What a convolution costs


@right("conv_costs")
def in_one_line(size, kernel, channels, filters):
    w = kernel * kernel * channels * filters
    return w + filters, w * size * size // 4


@right("conv_costs")
def asked_of_keras(size, kernel, channels, filters):
    layer = layers.Conv2D(int(filters), int(kernel), 2, padding="same")
    places = layer(np.zeros((1, size, size, channels), "float32")).shape[1:3]
    return [layer.count_params(), np.prod(places) * np.prod(layer.kernel.shape)]


@right("conv_costs")
def counted_one_by_one(a, b, c, d):
    per_filter = sum(1 for row in range(b) for column in range(b) for channel in range(c))
    places = len(range(0, int(a), 2)) ** 2
    return np.array([(per_filter + 1) * d, float(per_filter) * d * places])


@wrong("conv_costs", "biases are missing")
def no_bias(size, kernel, channels, filters):
    weights = kernel**2 * channels * filters
    return weights, weights * (size / 2) ** 2


@wrong("conv_costs", "each filter that has one")
def bias_of_the_input(size, kernel, channels, filters):
    weights = kernel**2 * channels * filters
    return weights + channels, weights * (size / 2) ** 2


@wrong("conv_costs", "stride is forgotten")
def stride_1(size, kernel, channels, filters):
    weights = kernel**2 * channels * filters
    return weights + filters, weights * size**2


@wrong("conv_costs", "a quarter is left")
def halved_once(size, kernel, channels, filters):
    weights = kernel**2 * channels * filters
    return weights + filters, weights * size**2 / 2


@wrong("conv_costs", "kernel is a square")
def a_line(size, kernel, channels, filters):
    weights = kernel * channels * filters
    return weights + filters, weights * (size // 2) ** 2


@wrong("conv_costs", "all channels")
def grey(size, kernel, channels, filters):
    weights = kernel**2 * filters
    return weights + filters, weights * (size // 2) ** 2


@wrong("conv_costs", "this is a dense layer")
def dense(size, kernel, channels, filters):
    inputs, outputs = size * size * channels, (size // 2) ** 2 * filters
    return inputs * outputs + outputs, inputs * outputs


@wrong("conv_costs", "places are forgotten")
def each_weight_once(size, kernel, channels, filters):
    weights = kernel**2 * channels * filters
    return weights + filters, weights


@wrong("conv_costs", "biases are added, not multiplied")
def with_biases(size, kernel, channels, filters):
    weights = (kernel**2 * channels + 1) * filters
    return weights, weights * (size // 2) ** 2


@wrong("conv_costs", "only the way forward")
def training(size, kernel, channels, filters):
    weights = kernel**2 * channels * filters
    return weights + filters, 3 * weights * (size // 2) ** 2


@wrong("conv_costs", "no padding")
def valid(size, kernel, channels, filters):
    layer = layers.Conv2D(int(filters), int(kernel), 2)
    places = layer(np.zeros((1, size, size, channels), "float32")).shape[1:3]
    return [layer.count_params(), np.prod(places) * np.prod(layer.kernel.shape)]


@wrong("conv_costs", "wrong order")
def swapped(size, kernel, channels, filters):
    return in_one_line(size, kernel, channels, filters)[::-1]


@wrong("conv_costs", "constant")
def of_the_lesson(size, kernel, channels, filters):
    return np.array([544, 100352])


@wrong("conv_costs", "has shape")
def weights_alone(size, kernel, channels, filters):
    return kernel**2 * channels * filters + filters


# Batch normalization


@right("batch_norm")
def by_ops(maps, gamma, beta):
    mean = ops.mean(maps, axis=(0, 1, 2))
    variance = ops.var(maps, axis=(0, 1, 2))
    return (maps - mean) / ops.sqrt(variance + 0.001) * gamma + beta


@right("batch_norm")
@tf.function
def by_nn(x, scale, shift):
    mean, variance = tf.nn.moments(x, [0, 1, 2])
    return tf.nn.batch_normalization(x, mean, variance, shift, scale, 1e-3)


@right("batch_norm")
def flat(maps, gamma, beta):
    rows = tf.reshape(maps, (-1, maps.shape[-1]))
    apart = rows - tf.reduce_mean(rows, 0)
    spread = tf.sqrt(tf.reduce_mean(apart**2, 0) + 1e-3)
    return tf.reshape(gamma * apart / spread + beta, maps.shape)


@right("batch_norm")
def channel_by_channel(maps, gamma, beta):
    done = []
    for channel in range(maps.shape[-1]):
        one = maps[..., channel]
        mean, square = tf.reduce_mean(one), tf.math.reduce_variance(one)
        done.append(gamma[channel] * (one - mean) * tf.math.rsqrt(square + 1e-3) + beta[channel])
    return tf.stack(done, axis=-1)


def normed(maps, gamma, beta, axes=(0, 1, 2)):
    mean, variance = tf.nn.moments(maps, axes, keepdims=True)
    return gamma * (maps - mean) / tf.sqrt(variance + 1e-3) + beta


@wrong("batch_norm", "with all of its faults")
def unmended(maps, gamma, beta):
    mean = ops.mean(maps)
    variance = ops.stop_gradient(ops.var(maps, axis=-1, keepdims=True))
    return (maps - mean) / (variance + 0.001) * beta + gamma


@wrong("batch_norm", "over its channels")
def last_axis(maps, gamma, beta):
    return normed(maps, gamma, beta, [-1])


@wrong("batch_norm", "all numbers at once")
def over_everything(maps, gamma, beta):
    return gamma * (maps - ops.mean(maps)) / ops.sqrt(ops.var(maps) + 1e-3) + beta


@wrong("batch_norm", "over the batch alone")
def first_axis(maps, gamma, beta):
    return normed(maps, gamma, beta, [0])


@wrong("batch_norm", "each image by itself")
def instance_norm(maps, gamma, beta):
    return normed(maps, gamma, beta, [1, 2])


@wrong("batch_norm", "spread is its root")
def no_root(maps, gamma, beta):
    mean, variance = tf.nn.moments(maps, [0, 1, 2])
    return gamma * (maps - mean) / variance + beta


@wrong("batch_norm", "inside the root")
def outside(maps, gamma, beta):
    spread = ops.std(maps, axis=(0, 1, 2)) + 0.001
    return gamma * (maps - ops.mean(maps, axis=(0, 1, 2))) / spread + beta


@wrong("batch_norm", "far too small")
def other_epsilon(maps, gamma, beta):
    mean, variance = tf.nn.moments(maps, [0, 1, 2])
    return tf.nn.batch_normalization(maps, mean, variance, beta, gamma, 1e-7)


@wrong("batch_norm", "swapped")
def beta_first(maps, gamma, beta):
    return normed(maps, beta, gamma)


@wrong("batch_norm", "beta is not used")
def scale_only(maps, gamma, beta):
    return normed(maps, gamma, 0.0)


@wrong("batch_norm", "neither gamma nor beta")
def standardised(maps, gamma, beta):
    return (maps - ops.mean(maps, (0, 1, 2))) / ops.sqrt(ops.var(maps, (0, 1, 2)) + 1e-3)


@wrong("batch_norm", "gamma scales beta")
def bracket(maps, gamma, beta):
    return gamma * (normed(maps, 1.0, 0.0) + beta)


@wrong("batch_norm", "mean is not taken away")
def uncentred(maps, gamma, beta):
    return gamma * maps / tf.sqrt(tf.math.reduce_variance(maps, [0, 1, 2]) + 1e-3) + beta


@wrong("batch_norm", "mean square is not the variance")
def root_mean_square(maps, gamma, beta):
    mean, square = (tf.reduce_mean(each, [0, 1, 2]) for each in (maps, maps**2))
    return gamma * (maps - mean) / tf.sqrt(square + 1e-3) + beta


@wrong("batch_norm", "n - 1")
def unbiased(maps, gamma, beta):
    rows = tf.reshape(maps, (-1, maps.shape[-1]))
    apart = rows - tf.reduce_mean(rows, 0)
    variance = tf.reduce_sum(apart**2, 0) / (len(rows) - 1)
    return tf.reshape(gamma * apart / tf.sqrt(variance + 1e-3) + beta, maps.shape)


@wrong("batch_norm", "mean and spread are cut off")
def detached(maps, gamma, beta):
    moments = tf.nn.moments(tf.stop_gradient(maps), [0, 1, 2])
    return tf.nn.batch_normalization(maps, *moments, beta, gamma, 1e-3)


@wrong("batch_norm", "the spread is cut off")
def half_detached(maps, gamma, beta):
    variance = np.var(maps, axis=(0, 1, 2))
    return gamma * (maps - tf.reduce_mean(maps, [0, 1, 2])) / np.sqrt(variance + 1e-3) + beta


@wrong("batch_norm", "NumPy")
def by_numpy(maps, gamma, beta):
    maps = maps.numpy()
    spread = np.sqrt(maps.var((0, 1, 2)) + 1e-3)
    return np.array(gamma) * (maps - maps.mean((0, 1, 2))) / spread + np.array(beta)


@wrong("batch_norm", "gradient")
def new_layer(maps, gamma, beta):
    layer = layers.BatchNormalization(
        gamma_initializer=lambda shape, dtype: gamma, beta_initializer=lambda shape, dtype: beta
    )
    return layer(maps, training=True)


# The frontier


@right("on_frontier")
def all_pairs(seconds, distances):
    s, d = seconds[:, None], distances[:, None]
    no_worse = (seconds <= s) & (distances <= d)
    better = (seconds < s) | (distances < d)
    return ~np.any(no_worse & better, axis=1)


@right("on_frontier")
def by_loops(seconds, distances):
    found = []
    for time, quality in zip(seconds, distances, strict=True):
        beaten = False
        for t, q in zip(seconds, distances, strict=True):
            if t <= time and q <= quality and (t, q) != (time, quality):
                beaten = True
        found.append(not beaten)
    return found


@right("on_frontier")
def by_sorting(seconds, distances):
    pairs = sorted(set(zip(seconds.tolist(), distances.tolist(), strict=True)))
    kept, best = set(), np.inf
    for pair in pairs:
        if pair[1] < best:
            best = pair[1]
            kept.add(pair)
    return np.array(
        [pair in kept for pair in zip(seconds.tolist(), distances.tolist(), strict=True)]
    )


@right("on_frontier")
def with_tensorflow(seconds, distances):
    s, d = tf.constant(seconds), tf.constant(distances)
    better = (s[None] < s[:, None]) & (d[None] <= d[:, None])
    better |= (s[None] <= s[:, None]) & (d[None] < d[:, None])
    return tf.logical_not(tf.reduce_any(better, axis=1))


@wrong("on_frontier", "twins beat each other")
def twins_fall(seconds, distances):
    keep = []
    for i in range(len(seconds)):
        others = np.arange(len(seconds)) != i
        at_least = (seconds[others] <= seconds[i]) & (distances[others] <= distances[i])
        keep.append(not at_least.any())
    return keep


@wrong("on_frontier", "worse in both")
def both_strictly(seconds, distances):
    s, d = seconds[:, None], distances[:, None]
    return ~np.any((seconds < s) & (distances < d), axis=1)


@wrong("on_frontier", "beats itself")
def oneself(seconds, distances):
    s, d = seconds[:, None], distances[:, None]
    return ~np.any((seconds <= s) & (distances <= d), axis=1)


@wrong("on_frontier", "other way round")
def the_beaten(seconds, distances):
    return ~all_pairs(seconds, distances)


@wrong("on_frontier", "larger distance")
def higher_is_better(seconds, distances):
    return all_pairs(seconds, -distances)


@wrong("on_frontier", "longer time")
def slower_is_better(seconds, distances):
    return all_pairs(-seconds, distances)


@wrong("on_frontier", "by growing seconds, not")
def order_lost(seconds, distances):
    order = np.lexsort((distances, seconds))
    return all_pairs(seconds[order], distances[order])


@wrong("on_frontier", "before them in the list")
def unsorted(seconds, distances):
    best, found = np.inf, []
    for distance in distances:
        found.append(distance <= best)
        best = min(best, distance)
    return found


@wrong("on_frontier", "best runs of all")
def only_the_best(seconds, distances):
    return distances == np.min(distances)


@wrong("on_frontier", "faster one may beat it")
def best_of_each_second(seconds, distances):
    return [d == min(distances[seconds == s]) for s, d in zip(seconds, distances, strict=True)]


@wrong("on_frontier", "distance times seconds")
def product(seconds, distances):
    return np.isclose(seconds * distances, np.min(seconds * distances))


@wrong("on_frontier", "places in the list")
def where(seconds, distances):
    return np.where(all_pairs(seconds, distances))[0]


@wrong("on_frontier", "work on a copy")
def sorts_its_input(seconds, distances):
    found = all_pairs(seconds, distances)
    seconds.sort()
    return found


@wrong("on_frontier", "`return` is missing")
def drawn(seconds, distances):
    print(all_pairs(seconds, distances)[0])


# A fair race


@right("slowdown")
def by_numpy_ratios(first, second):
    ratios = second[1:] / first[1:]
    return np.array([np.median(ratios), np.min(ratios), np.max(ratios)])


@right("slowdown")
def by_quantiles(first, second):
    return np.quantile(np.divide(second, first)[1:], [0.5, 0, 1])


@right("slowdown")
def by_statistics(first, second):
    import statistics

    pairs = list(zip(first.tolist(), second.tolist(), strict=True))
    ratios = sorted(b / a for a, b in pairs[1:])
    return statistics.median(ratios), ratios[0], ratios[-1]


@wrong("slowdown", "first round is in")
def with_the_first(first, second):
    return np.quantile(second / first, [0.5, 0, 1])


@wrong("slowdown", "last round is left out")
def without_the_last(first, second):
    return np.quantile(second[:-1] / first[:-1], [0.5, 0, 1])


@wrong("slowdown", "wrong way round")
def upside_down(first, second):
    return by_numpy_ratios(second, first)


@wrong("slowdown", "medians are divided")
def ratio_of_medians(first, second):
    ratios = second[1:] / first[1:]
    return np.median(second[1:]) / np.median(first[1:]), ratios.min(), ratios.max()


@wrong("slowdown", "sums are divided")
def ratio_of_means(first, second):
    ratios = second[1:] / first[1:]
    return second[1:].mean() / first[1:].mean(), ratios.min(), ratios.max()


@wrong("slowdown", "mean in the middle")
def mean_ratio(first, second):
    ratios = second[1:] / first[1:]
    return ratios.mean(), ratios.min(), ratios.max()


@wrong("slowdown", "torn apart")
def sorted_first(first, second):
    return by_numpy_ratios(
        np.append(first[0], np.sort(first[1:])), np.append(second[0], np.sort(second[1:]))
    )


@wrong("slowdown", "differences")
def longer_by(first, second):
    return np.quantile(second[1:] - first[1:], [0.5, 0, 1])


@wrong("slowdown", "not as 0.2")
def relative(first, second):
    return np.quantile((second[1:] - first[1:]) / first[1:], [0.5, 0, 1])


@wrong("slowdown", "median first")
def least_first(first, second):
    return np.quantile(second[1:] / first[1:], [0, 0.5, 1])


@wrong("slowdown", "middle two")
def middle_place(first, second):
    ratios = sorted(second[1:] / first[1:])
    return [ratios[len(ratios) // 2], ratios[0], ratios[-1]]


@wrong("slowdown", "median alone")
def one_number(first, second):
    return np.median(second[1:] / first[1:])


@wrong("slowdown", "work on a copy")
def in_place(first, second):
    second /= first
    return np.quantile(second[1:], [0.5, 0, 1])


@wrong("slowdown", "constant")
def what_the_lesson_measured(first, second):
    return [1.85, 1.6, 2.1]
