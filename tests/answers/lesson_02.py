"""Answers to assignment 02 as students give them, wrong and right."""

import itertools
import math

import numpy as np
import scipy.linalg
import tensorflow as tf
from bank import Bank
from scipy.spatial import KDTree
from sklearn.neighbors import NearestNeighbors

ANSWERS = Bank()
wrong, right = ANSWERS.wrong, ANSWERS.right

# Modes, counted


def table(points, centres):
    return np.linalg.norm(points[:, None] - centres, axis=2)


@right("count_modes")
def with_a_mask(points, centres):
    d = table(points, centres)
    mine = (d < 0.15) & (d == d.min(axis=1, keepdims=True))
    return (mine.sum(axis=0) >= 0.1 * len(points) / len(centres)).sum()


@right("count_modes")
def in_loops(points, centres):
    counts = [0] * len(centres)
    for x, y in points:
        apart = [math.hypot(x - a, y - b) for a, b in centres]
        if min(apart) < 0.15:
            counts[apart.index(min(apart))] += 1
    return sum(count >= len(points) / len(centres) / 10 for count in counts)


@right("count_modes")
def with_a_tree(points, centres):
    apart, place = KDTree(centres).query(points)
    places, counts = np.unique(place[apart < 0.15], return_counts=True)
    return int(sum(counts * 10 * len(centres) >= len(points)))


@right("count_modes")
def with_tensors(points, centres):
    apart = tf.norm(points[:, None] - centres, axis=-1)
    counts = tf.reduce_sum(tf.cast(apart < 0.15, tf.float32), axis=0)
    return tf.math.count_nonzero(counts >= 0.1 * len(points) / len(centres))


@wrong("count_modes", "one point is enough")
def any_point_near(points, centres):
    return (table(points, centres) < 0.15).any(axis=0).sum()


@wrong("count_modes", "one point is enough")
def different_nearest(points, centres):
    d = table(points, centres)
    return len(set(d.argmin(1)[d.min(1) < 0.15]))


@wrong("count_modes", "too far away")
def without_reach(points, centres):
    counts = np.bincount(table(points, centres).argmin(1), minlength=len(centres))
    return (counts >= 0.1 * len(points) / len(centres)).sum()


@wrong("count_modes", "neither of the two limits")
def unique_nearest(points, centres):
    return len(np.unique(table(points, centres).argmin(1)))


@wrong("count_modes", "root is missing")
def squared(points, centres):
    d = ((points[:, None] - centres) ** 2).sum(-1)
    counts = np.bincount(d.argmin(1)[d.min(1) < 0.15], minlength=len(centres))
    return sum(counts >= 0.1 * len(points) / len(centres))


@wrong("count_modes", "whole even share")
def forgot_the_tenth(points, centres):
    return sum((table(points, centres) < 0.15).sum(0) >= len(points) / len(centres))


@wrong("count_modes", "tenth of all points")
def tenth_of_all(points, centres):
    return sum((table(points, centres) < 0.15).mean(0) >= 0.1)


@wrong("count_modes", "points are counted")
def wrong_axis(points, centres):
    return (table(points, centres) < 0.15).any(axis=1).sum()


@wrong("count_modes", "share of points")
def near(points, centres):
    return (table(points, centres).min(axis=1) < 0.15).mean()


@wrong("count_modes", "share of the modes")
def averaged(points, centres):
    return np.mean((table(points, centres) < 0.15).mean(0) >= 0.1 / len(centres))


@wrong("count_modes", "missed are counted")
def missing(points, centres):
    return len(centres) - with_a_mask(points, centres)


@wrong("count_modes", "has shape")
def one_flag_each(points, centres):
    return (table(points, centres) < 0.15).sum(0) >= 0.1 * len(points) / len(centres)


@wrong("count_modes", "constant")
def eight(points, centres):
    return 8


@wrong("count_modes", "`return` is missing")
def shown(points, centres):
    print(f"{with_a_mask(points, centres)} of {len(centres)}")


# The Frechet distance


@right("frechet_distance")
def by_sqrtm(fake_features, real_features):
    m, c = np.mean(fake_features, axis=0), np.cov(fake_features, rowvar=False)
    n, d = np.mean(real_features, axis=0), np.cov(real_features, rowvar=False)
    return ((m - n) ** 2).sum() + np.trace(c + d - 2 * np.real(scipy.linalg.sqrtm(c @ d)))


@right("frechet_distance")
def by_eigenvalues(x, y):
    x, y = np.float64(x), np.float64(y)
    a, b = (each - each.mean(0) for each in (x, y))
    a, b = a.T @ a / (len(a) - 1), b.T @ b / (len(b) - 1)
    roots = np.sqrt(np.abs(np.linalg.eigvals(a @ b)))
    return np.linalg.norm(x.mean(0) - y.mean(0)) ** 2 + a.trace() + b.trace() - 2 * roots.sum()


@right("frechet_distance")
def by_singular_values(x, y):
    x, y = tf.constant(x, tf.float64), tf.constant(y, tf.float64)
    centred = [each - tf.reduce_mean(each, 0) for each in (x, y)]
    a, b = (each / tf.sqrt(float(len(each) - 1) * tf.ones((), tf.float64)) for each in centred)
    shared = tf.reduce_sum(tf.linalg.svd(a @ tf.transpose(b), compute_uv=False))
    apart = tf.reduce_sum((tf.reduce_mean(x, 0) - tf.reduce_mean(y, 0)) ** 2)
    return apart + tf.reduce_sum(a**2) + tf.reduce_sum(b**2) - 2 * shared


def parts(x, y):
    return ((x.mean(0) - y.mean(0)) ** 2).sum(), np.cov(x.T), np.cov(y.T)


@wrong("frechet_distance", "root of the matrix")
def numpy_root(x, y):
    apart, c, d = parts(x, y)
    return apart + np.trace(c) + np.trace(d) - 2 * np.sqrt(c.dot(d)).trace()


@wrong("frechet_distance", "number by number")
def starred(x, y):
    apart, c, d = parts(x, y)
    return apart + np.trace(c + d - 2 * scipy.linalg.sqrtm(c * d).real)


@wrong("frechet_distance", "only the variances")
def diagonals(x, y):
    v, w = x.var(0, ddof=1), y.var(0, ddof=1)
    return parts(x, y)[0] + (v + w - 2 * np.sqrt(v * w)).sum()


@wrong("frechet_distance", "2 before the root")
def once(x, y):
    apart, c, d = parts(x, y)
    return apart + np.trace(c + d - scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "taken away")
def added(x, y):
    apart, c, d = parts(x, y)
    return apart + np.trace(c + d + 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "only the means")
def means(x, y):
    return parts(x, y)[0]


@wrong("frechet_distance", "means are missing")
def spreads(x, y):
    _, c, d = parts(x, y)
    return np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "not squared")
def plain_norm(x, y):
    _, c, d = parts(x, y)
    apart = np.linalg.norm(x.mean(0) - y.mean(0))
    return apart + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "add them up")
def mean_square(x, y):
    _, c, d = parts(x, y)
    apart = np.mean((x.mean(0) - y.mean(0)) ** 2)
    return apart + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "root at the end")
def rooted(x, y):
    return math.sqrt(by_sqrtm(x, y))


@wrong("frechet_distance", "n - 1")
def biased(x, y):
    apart, *_ = parts(x, y)
    c, d = np.cov(x.T, bias=True), np.cov(y.T, bias=True)
    return apart + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "axes are mixed up")
def axes_forgotten(x, y):
    c, d = np.cov(x), np.cov(y)
    return abs(x.mean() - y.mean()) ** 2 + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "transpose")
def covariance_of_rows(x, y):
    c, d = np.cov(x), np.cov(y)
    return parts(x, y)[0] + np.trace(c + d - 2 * scipy.linalg.sqrtm(c @ d).real)


@wrong("frechet_distance", "has shape")
def a_matrix(x, y):
    apart, c, d = parts(x, y)
    return apart + c + d - 2 * scipy.linalg.sqrtm(c @ d).real


# Coverage


@right("coverage")
def by_neighbours(fake_features, real_features):
    at = NearestNeighbors(n_neighbors=3).fit(real_features)
    radius = at.kneighbors()[0][:, -1]  # without the points themselves
    nearest, _ = NearestNeighbors(n_neighbors=1).fit(fake_features).kneighbors(real_features)
    return np.mean(nearest[:, 0] < radius)


@right("coverage")
def one_ball_after_another(fakes, reals):
    covered = 0
    for real in reals:
        radius = sorted(math.dist(real, other) for other in reals)[3]
        covered += any(math.dist(real, fake) < radius for fake in fakes)
    return covered / len(reals)


@right("coverage")
def by_trees(fakes, reals):
    radius = KDTree(reals).query(reals, k=4)[0][:, 3]
    return np.mean(KDTree(fakes).query(reals)[0] < radius)


def radius_of(x, k=3):
    return np.sort(table(x, x), axis=1)[:, k]


@wrong("coverage", "precision")
def share_of_fakes(fake, real):
    return (table(fake, real) < radius_of(real)).any(axis=1).mean()


@wrong("coverage", "recall")
def balls_of_fakes(fake, real):
    return (table(real, fake) < radius_of(fake)).any(axis=1).mean()


@wrong("coverage", "swapped")
def turned_round(fake, real):
    return by_neighbours(real, fake)


@wrong("coverage", "density")
def how_many(fake, real):
    return (table(fake, real) < radius_of(real)).sum() / 3 / len(fake)


@wrong("coverage", "own neighbour")
def one_too_few(fake, real):
    distances, _ = NearestNeighbors(n_neighbors=3).fit(real).kneighbors(real)
    return (table(real, fake).min(1) < distances[:, -1]).mean()


@wrong("coverage", "one neighbour too far")
def one_too_many(fake, real):
    return (table(real, fake).min(1) < radius_of(real, 4)).mean()


@wrong("coverage", "neighbours are real")
def third_fake(fake, real):
    d = np.sort(table(real, fake), axis=1)
    return np.mean(d[:, 0] < d[:, 2])


@wrong("coverage", "one radius for all")
def mean_radius(fake, real):
    return (table(real, fake).min(1) < radius_of(real).mean()).mean()


@wrong("coverage", "share of pairs")
def every_pair(fake, real):
    return (table(real, fake) < radius_of(real)[:, None]).mean()


@wrong("coverage", "has shape")
def flags(fake, real):
    return table(real, fake).min(1) < radius_of(real)


@wrong("coverage", "times what it should be")
def counted(fake, real):
    return 100 * by_neighbours(fake, real)


# Luck


@right("share_by_luck")
def all_deals(first, second):
    runs = [*first, *second]
    seen = abs(np.mean(first) - np.mean(second))
    many = 0
    deals = list(itertools.combinations(range(len(runs)), len(first)))
    for deal in deals:
        hand = [runs[i] for i in deal]
        rest = [run for i, run in enumerate(runs) if i not in deal]
        many += abs(np.mean(hand) - np.mean(rest)) >= seen - 1e-9
    return many / len(deals)


@right("share_by_luck")
def with_matrices(a, b):
    runs = np.append(a, b)
    hands = np.array([mask for mask in itertools.product([0, 1], repeat=len(runs))])
    hands = hands[hands.sum(1) == len(a)]
    differ = hands @ runs / len(a) - (1 - hands) @ runs / len(b)
    return (np.abs(differ) > abs(a.mean() - b.mean()) - 1e-9).mean()


@right("share_by_luck")
def by_sums(a, b):
    total, n, m = a.sum() + b.sum(), len(a), len(b)
    sums = np.array([sum(hand) for hand in itertools.combinations([*a, *b], n)])
    differ = sums / n - (total - sums) / m
    return np.count_nonzero(abs(differ) >= abs(a.mean() - b.mean()) - 1e-9) / math.comb(n + m, n)


def dealt(a, b):
    runs = np.append(a, b)
    hands = map(list, itertools.combinations(range(len(runs)), len(a)))
    return np.array([np.delete(runs, hand).mean() - runs[hand].mean() for hand in hands])


@wrong("share_by_luck", "one side is counted")
def one_sided(a, b):
    return (dealt(a, b) >= b.mean() - a.mean() - 1e-9).mean()


@wrong("share_by_luck", "nothing was seen")
def other_side(a, b):
    return (dealt(a, b) - 1e-9 <= b.mean() - a.mean()).mean()


@wrong("share_by_luck", "includes equal")
def strictly_more(a, b):
    return (abs(dealt(a, b)) > abs(b.mean() - a.mean()) + 1e-9).mean()


@wrong("share_by_luck", "take it from 1")
def turned(a, b):
    return 1 - all_deals(a, b)


@wrong("share_by_luck", "not divided")
def number_of_deals(a, b):
    return (abs(dealt(a, b)) >= abs(b.mean() - a.mean()) - 1e-9).sum()


@wrong("share_by_luck", "difference of the means")
def no_deal(a, b):
    return abs(a.mean() - b.mean())


@wrong("share_by_luck", "one by one")
def pairs(a, b):
    return np.mean([x >= y for x in a for y in b])


@wrong("share_by_luck", "halves")
def two_halves(a, b):
    half = (len(a) + len(b)) // 2
    runs = np.append(a, b)
    hands = map(list, itertools.combinations(range(len(runs)), half))
    differ = [abs(runs[hand].mean() - np.delete(runs, hand).mean()) for hand in hands]
    return np.mean(np.array(differ) >= abs(a.mean() - b.mean()) - 1e-9)


@wrong("share_by_luck", "constant")
def as_in_the_lesson(a, b):
    return 0.008
