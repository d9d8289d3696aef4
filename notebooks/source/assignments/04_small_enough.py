# %% [markdown]
# # Assignment 04. Small enough
#
# Count what a convolution costs, mend a layer, find the runs that nothing beats, time two variants
# fairly, and find out what a larger batch buys.
#
# It takes about fifty minutes, after lesson 04. Write your answers where it says `YOUR CODE HERE`; add
# cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what it
# saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=4)

# %%
import time

import matplotlib.pyplot as plt
import numpy as np
from keras import ops

from persogan_lessons.course import sizes
from persogan_lessons.course.assignments import lesson_04, tasks
from persogan_lessons.data import digits
from persogan_lessons.models.gan import GAN

# %% [markdown]
# ## 1. What does a convolution cost? (3 points)
#
# A layer of the lesson's convolutional discriminator, `Conv2D(filters, kernel, 2, padding="same")`, gets
# images of `size` by `size` places, `size` even, with `channels` numbers at each. Its stride is 2, so it
# gives half as many places in each direction.
#
# Return two numbers: how many **weights** it has, its biases included, and how many **multiplications** it
# does for one image on the way forward. Places outside of the image count like all others.
#
# *Before you write it: a dense layer from 784 to 256 units has 200,960 weights, and multiplies 200,704
# times. The first layer of the discriminator has a kernel of 4, one channel and 32 filters. Which of the
# two has more weights, and which multiplies more?*


# %% tags=["answer:conv_costs"]
def conv_costs(size, kernel, channels, filters):
    ### BEGIN SOLUTION
    shared = kernel**2 * channels * filters  # the same weights at every place
    return np.array([shared + filters, shared * (size // 2) ** 2])
    ### END SOLUTION


# %% tags=["check:conv_costs:3"]
lesson_04.conv_costs.check(conv_costs)
### BEGIN HIDDEN TESTS
lesson_04.conv_costs.check(conv_costs, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Broken on purpose (4 points)
#
# Batch normalization for the maps of a convolution, as you may find it on the web:
#
# ```python
# def batch_norm(maps, gamma, beta):
#     mean = ops.mean(maps)
#     variance = ops.stop_gradient(ops.var(maps, axis=-1, keepdims=True))
#     return (maps - mean) / (variance + 0.001) * beta + gamma
# ```
#
# It has five faults. *Before you change anything: what mean and spread would each channel have?* Write it
# without them, as it is while training. `maps` are `(batch, height, width, channels)`, and **a channel is
# one unit**: it gets mean 0 and spread 1 over the whole batch and all places. Then `gamma` scales and `beta`
# shifts it, both `(channels,)`. For safety 0.001 is added to the variance. The gradient goes through mean and
# variance too, since they depend on the maps.


# %% tags=["answer:batch_norm"]
def batch_norm(maps, gamma, beta):
    ### BEGIN SOLUTION
    mean, variance = ops.moments(maps, axes=(0, 1, 2))
    return gamma * (maps - mean) / ops.sqrt(variance + 0.001) + beta
    ### END SOLUTION


# %% tags=["check:batch_norm:4"]
lesson_04.batch_norm.check(batch_norm)
### BEGIN HIDDEN TESTS
lesson_04.batch_norm.check(batch_norm, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Which runs does nothing beat? (3 points)
#
# Here is the study of the lesson once more, every measurement a dot, and no line drawn:

# %%
marks = [mark for run in sizes.load() for mark in run["marks"]]
plt.figure(figsize=(5, 3), layout="constrained")
plt.loglog([mark["seconds"] for mark in marks], [mark["frechet"] for mark in marks], ".")
plt.minorticks_off()
plt.xticks((2, 4, 8, 16), (2, 4, 8, 16))
plt.xlabel("seconds of training, one core")
plt.ylabel("Frechet distance / floor")
plt.show()

# %% [markdown]
# *Which of the dots are on the frontier?* Write a function of two arrays, `(n,)` each, that returns `n` true
# or false, in the order in which the runs came. One run **beats** another if it is at least as good in both
# numbers, and better in one of them. On the frontier are those that no other beats: two runs with equal
# numbers, say, do not beat each other. Less is better, of seconds and of distances.


# %% tags=["answer:on_frontier"]
def on_frontier(seconds, distances):
    ### BEGIN SOLUTION
    s, d = seconds[:, None], distances[:, None]  # of the run that may be beaten, by each in a row
    as_good = (seconds <= s) & (distances <= d)
    better = (seconds < s) | (distances < d)
    return ~(as_good & better).any(axis=1)
    ### END SOLUTION


# %% tags=["check:on_frontier:3"]
lesson_04.on_frontier.check(on_frontier)
### BEGIN HIDDEN TESTS
lesson_04.on_frontier.check(on_frontier, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. A fair race (2 points)
#
# Two ways to train took turns, and somebody wrote the seconds of each round down: `first` and `second`, arrays
# of the same length. Return three numbers: how many times as long the second takes, as the **median** over
# rounds, then the **least** and the **largest** ratio. Leave out round 0, in which TensorFlow draws the graph.
#
# *Before you write it: in some rounds a neighbour slowed the machine down, for both. What is better then, the
# ratio of two medians, or the median of ratios?*


# %% tags=["answer:slowdown"]
def slowdown(first, second):
    ### BEGIN SOLUTION
    ratios = second[1:] / first[1:]
    return np.array([np.median(ratios), ratios.min(), ratios.max()])
    ### END SOLUTION


# %% tags=["check:slowdown:2"]
lesson_04.slowdown.check(slowdown)
### BEGIN HIDDEN TESTS
lesson_04.slowdown.check(slowdown, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 5. What does a larger batch buy? (4 points)
#
# A friend says: "With a batch of 256 in place of 64 an epoch has a quarter of the steps, so it takes a quarter of
# the time, and I have my digits four times as soon." Here are the milliseconds of a step for two pairs of players
# of the lesson. The three sizes take turns, and each number is the median of the rounds, the first one left out.
#
# *Before you run it: for a batch four times as large, will a step take as long, twice as long, four times as long?
# For which players will it be nearer to four?*


# %%
images, _ = digits.load()


def milliseconds(model, batch_size, *, steps=12):
    """How long a step takes, on average."""
    some = np.resize(images, (steps * batch_size, 28, 28, 1))
    began = time.perf_counter()
    model.fit(some, batch_size=batch_size, verbose=0)
    return 1000 * (time.perf_counter() - began) / steps


# %%
batch_sizes = (16, 64, 256)[: lesson.budget(fast=1, cpu=3, gpu=3)]
rounds = lesson.budget(fast=2, cpu=5, gpu=9)
pairs = ("2 x 256", "conv 16")[: lesson.budget(fast=1, cpu=2, gpu=2)]
took = {}
for name in pairs:
    model = GAN(*sizes.SETTINGS[name]())
    model.compile()
    turns = [[milliseconds(model, each) for each in batch_sizes] for _ in range(rounds)]
    took[name] = np.array(turns)[1:]

# %%
print(
    "           batch   ms a step (least to most)   ms for 1000 images   steps an epoch   s an epoch"
)
for name, turns in took.items():
    for batch_size, column in zip(batch_sizes, turns.T, strict=True):
        step, steps = np.median(column), -(-4000 // batch_size)
        print(
            f"{name:9s} {batch_size:6d} {step:10.1f}   ({column.min():5.1f} to {column.max():5.1f})"
            f"{1000 * step / batch_size:19.0f} {steps:16d} {step * steps / 1000:12.1f}"
        )

# %% [markdown]
# Write three to six sentences: is the friend right about the epoch, for which players, and why not for the others?
# (What in a step has to be done once, however many images there are?) And is the friend right about the digits?
# Say what you would measure before you believed it.

# %% [markdown] tags=["conclusion:batches:4"]
# **My conclusion on larger batches:**
#
# ### BEGIN SOLUTION
# About the epoch the friend is half right. From 64 to 256 images a step of the dense players took 29 and 60 ms, twice
# as long for four times the work, so an epoch takes about half the time; of the convolutional players it took 67 and
# 218 ms, more than three times as long, so an epoch gets only a fifth shorter. What is done once in a step is the same
# for any batch: Python's part, reading the weights, and Adam, which walks through all of them. Dense players have many
# weights and few multiplications for each, so that counts; a convolution uses its few weights at every place, and
# nearly all of its time grows with the images. About the digits nothing is shown. An epoch has a quarter of the
# steps, and the players learn in steps: at equal steps four times the images have been looked at. I would train with
# both sizes for the same seconds, from five seeds each, with a learning rate chosen for each size, and compare the
# Frechet distance.
#
# Rubric: 1 point for numbers quoted from the table; 1 for comparing how a step grows with the batch for both kinds of
# players; 1 for something that is done once in a step, such as the update of the weights, and why it matters more for
# one kind; 1 for saying that seconds of an epoch are no quality, and what to measure: equal seconds, several seeds. On
# a machine where the table says otherwise, a conclusion that fits that table gets full marks.
# ### END SOLUTION
