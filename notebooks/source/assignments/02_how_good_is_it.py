# %% [markdown]
# # Assignment 02. How good is it?
#
# Count the modes that a generator found, mend a distance that somebody broke, ask whether all kinds are
# drawn and whether luck would do as well, and judge a comparison that a friend has made.
#
# It takes about fifty minutes, after lesson 02. Write your answers where it says `YOUR CODE HERE`; add
# cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what it
# saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=2)

# %%
from itertools import combinations

import numpy as np
from scipy import linalg
from sklearn.metrics import pairwise_distances

from persogan_lessons.course import checkpoints
from persogan_lessons.course.assignments import lesson_02, tasks
from persogan_lessons.data import digits, toys
from persogan_lessons.display import plots
from persogan_lessons.measures import distances, realism

# %% [markdown]
# ## 1. How many modes? (3 points)
#
# Here are points that a generator made for the ring of the lesson, and its centres. One mode has hardly
# any points, one none at all, and some points lie between the modes.

# %%
points, centres = toys.ring(800, seed=0)
nearest = pairwise_distances(points, centres).argmin(1)
points = points[(nearest != 2) & ((nearest != 5) | (np.arange(800) % 25 == 0))]
points = np.concatenate([points, 0.6 * points[:60]])
plots.point_rows({"": {"fakes": points}}, centres)

# %% [markdown]
# Write a function of points, an array `(n, 2)`, and centres, `(k, 2)`, that returns the **number of
# modes found**. A point belongs to its nearest centre, and counts if it is **nearer than 0.15**. A mode
# is found if at least **a tenth of an even share** of all points, $0.1\, n / k$, count for it.


# %% tags=["answer:count_modes"]
def count_modes(points, centres):
    ### BEGIN SOLUTION
    apart = pairwise_distances(points, centres)
    near = apart.min(1) < 0.15
    counts = np.bincount(apart.argmin(1)[near], minlength=len(centres))
    return np.count_nonzero(counts >= 0.1 * len(points) / len(centres))
    ### END SOLUTION


# %% tags=["check:count_modes:3"]
lesson_02.count_modes.check(count_modes)
### BEGIN HIDDEN TESTS
lesson_02.count_modes.check(count_modes, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Broken on purpose (3 points)
#
# A Frechet distance as you may find it on the web:
#
# ```python
# def frechet_distance(fake_features, real_features):
#     mean, other_mean = fake_features.mean(), real_features.mean()
#     covariance, other = np.cov(fake_features), np.cov(real_features)
#     apart = abs(mean - other_mean)
#     return apart + np.trace(covariance + other - np.sqrt(covariance @ other))
# ```
#
# It has five faults. *Before you change anything: what would it give for a set and itself, and what
# should it?* Write it without them: features are arrays `(n, d)` and `(m, d)`, and a number comes back,
#
# $$d^2 = |\mu - \mu'|^2 + \mathrm{trace}\big(C + C' - 2\,(C C')^{1/2}\big)$$
#
# with covariances divided by $n - 1$, as `np.cov` does. `linalg.sqrtm` is the root of a matrix. (Do not
# call the one in `distances`; you would learn nothing.)


# %% tags=["answer:frechet_distance"]
def frechet_distance(fake_features, real_features):
    ### BEGIN SOLUTION
    apart = np.sum((fake_features.mean(0) - real_features.mean(0)) ** 2)
    covariance, other = np.cov(fake_features.T), np.cov(real_features.T)
    return apart + np.trace(covariance + other - 2 * linalg.sqrtm(covariance @ other).real)
    ### END SOLUTION


# %% tags=["check:frechet_distance:3"]
lesson_02.frechet_distance.check(frechet_distance)
### BEGIN HIDDEN TESTS
lesson_02.frechet_distance.check(frechet_distance, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Is each kind drawn? (3 points)
#
# Write **coverage**. Around each real point a ball reaches to its *third* nearest neighbour among the
# other real points. Return the share of these balls that hold at least one fake. Features are arrays
# `(n, d)` and `(m, d)`; "in the ball" means nearer than its radius.


# %% tags=["answer:coverage"]
def coverage(fake_features, real_features):
    ### BEGIN SOLUTION
    radii = np.sort(pairwise_distances(real_features), axis=1)[:, 3]  # place 0: the point itself
    apart = pairwise_distances(real_features, fake_features)  # (m, n)
    return (apart < radii[:, None]).any(1).mean()
    ### END SOLUTION


# %% tags=["check:coverage:3"]
lesson_02.coverage.check(coverage)
### BEGIN HIDDEN TESTS
lesson_02.coverage.check(coverage, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Could luck do that? (3 points)
#
# Two recipes were run from several seeds each, not always the same number. Deal all the runs into two
# hands in every possible way, as many into the first hand as the first recipe has runs. Return the share
# of deals whose hands differ in their means **at least as much** as the recipes do, in either direction.
#
# Scores come as arrays. Two means that are equal may differ in the last digit of a computer, so let
# differences count from `1e-9` below.


# %% tags=["answer:share_by_luck"]
def share_by_luck(first, second):
    ### BEGIN SOLUTION
    runs = np.concatenate([first, second])
    seen = abs(np.mean(first) - np.mean(second))
    hands = [list(hand) for hand in combinations(range(len(runs)), len(first))]
    differ = [abs(runs[hand].mean() - np.delete(runs, hand).mean()) for hand in hands]
    return np.mean(np.array(differ) >= seen - 1e-9)
    ### END SOLUTION


# %% tags=["check:share_by_luck:3"]
lesson_02.share_by_luck.check(share_by_luck)
### BEGIN HIDDEN TESTS
lesson_02.share_by_luck.check(share_by_luck, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 5. A friend compares (4 points)
#
# A friend has two generators of digits. A was measured with 1000 drawings, and B, which is slow, with
# 100: "A has the lower Frechet distance, so A is better." Here are their drawings, and what the two
# distances of lesson 02 say, with as many drawings as the friend took and with others. Each line has five
# random choices among 1000 drawings (with 1000 there is only one choice).

# %%
train, _ = digits.load()
held_out, _ = digits.load("test")
drawn = checkpoints.load("digits").generate(1000, seed=0)
slow = np.concatenate([drawn[60:], held_out[:60]])  # you would not know that in practice
generators = {"A": drawn, "B": np.random.default_rng(0).permutation(slow)}
plots.image_rows({name: drawings[:12] for name, drawings in generators.items()})

# %%
classifier = checkpoints.load("classifier")
real = realism.features(classifier, train)
features = {name: realism.features(classifier, some) for name, some in generators.items()}
random = np.random.default_rng(1)
for measure in (distances.frechet_distance, distances.kernel_distance):
    print(measure.__name__.replace("_", " "))
    for count in (100, 300, 1000):
        for name, some in features.items():
            choices = [random.choice(len(some), count, replace=False) for _ in range(5)]
            values = [measure(some[choice], real).value for choice in choices]
            print(f"  {name}, {count:4d} drawings:", *[f"{value:6.3f}" for value in values])

# %% [markdown]
# Write three to six sentences: is the friend right? Which numbers may be compared with which, and why?
# What does the kernel distance add, and what would you measure before you said "better"?

# %% [markdown] tags=["conclusion:friend:4"]
# **My conclusion on the friend's comparison:**
#
# ### BEGIN SOLUTION
# The friend is not right. A has 3.89 from 1000 drawings; B from 100 gets 3.6 to 4.8, mostly above it, and
# so does A itself when it is measured with 100: 3.9 to 5.4. With 1000 drawings of each, B has 3.28, so it is
# B that comes out lower. Few images make a Frechet distance too high, so 100 against 1000 says nothing. The
# kernel distance has no such bias: with 100 drawings A and B overlap (0.16 to 0.30 and 0.20 to 0.27), with
# 1000 they do not (about 0.24 and 0.21). That is one training run of each; before I said "better" I would
# want five, and the measures of precision and coverage, since these two do not say what B does better.
#
# Rubric: 1 point for numbers quoted from the table; 1 for saying that Frechet distances compare only at
# equal numbers of images, since few images make them too high; 1 for reading the kernel distance, which
# has no such bias and only scatters; 1 for something that is still open, such as more seeds, or which
# measure would see what B does better. A conclusion opposite to this one gets full marks if the numbers
# shown support it.
# ### END SOLUTION
