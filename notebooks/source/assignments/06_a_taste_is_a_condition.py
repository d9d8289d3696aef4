# %% [markdown]
# # Assignment 06. A taste is a condition
#
# Throw the die with which a generator makes up its mind, write two measures of personal fit, mend an
# exaggeration, and find out how loudly a taste should be spoken.
#
# It takes about fifty minutes, after lesson 06. Write your answers where it says `YOUR CODE HERE`; add
# cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what it
# saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=6)

# %%
import functools

import numpy as np
from keras import ops

from persogan_lessons.course import checkpoints
from persogan_lessons.course.assignments import lesson_06, tasks
from persogan_lessons.data import tastes
from persogan_lessons.display import plots
from persogan_lessons.measures import personalisation

# %% [markdown]
# ## 1. Make up your mind (3 points)
#
# A die for each row: `shares` are the widths of its sides, `(batch, sides)`, and `uniform` are random numbers
# between 0 and 1 of the same shape. To the logarithm of each share add $-\log(-\log u)$ of its random number;
# the side with the largest sum has won. Return `(batch, sides)`: 1 for the side that won, 0 for the others. A
# side whose share is 0 never wins, and **no NaN** may come of it.
#
# *Before you write it: which side wins if all random numbers of a row are the same?*


# %% tags=["answer:throw"]
def throw(uniform, shares):
    ### BEGIN SOLUTION
    gumbel = -ops.log(-ops.log(uniform))
    score = ops.log(ops.maximum(shares, 1e-9)) + gumbel
    return ops.one_hot(ops.argmax(score, axis=1), shares.shape[1])
    ### END SOLUTION


# %% tags=["check:throw:3"]
lesson_06.throw.check(throw)
### BEGIN HIDDEN TESTS
lesson_06.throw.check(throw, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Are these the right digits? (3 points)
#
# A classifier has read the digits drawn for each person: `drawn`, `(people, drawings)`, whole numbers from 0
# to 9. What each person wants is known: `shares`, `(people, 10)`, which add up to 1. Return one number: the
# share of drawings that would have to show another digit (**total variation**). For one person it is half the
# sum, over the ten digits, of how far the share drawn is from the share wanted. Return the mean over people.
#
# *Before you write it: a generator ignores its condition and draws what people like on average. What should it
# get, something near 0 or not?*


# %% tags=["answer:digits_off_by"]
def digits_off_by(drawn, shares):
    ### BEGIN SOLUTION
    found = (drawn[:, :, None] == np.arange(10)).mean(axis=1)  # (people, 10)
    return np.abs(found - shares).sum(axis=1).mean() / 2
    ### END SOLUTION


# %% tags=["check:digits_off_by:3"]
lesson_06.digits_off_by.check(digits_off_by)
### BEGIN HIDDEN TESTS
lesson_06.digits_off_by.check(digits_off_by, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Whose are they? (3 points)
#
# `fits`, `(people, drawings, people)`, says how well each drawing suits each taste: `fits[i, j, k]` is the
# logarithm of how likely drawing `j`, made for person `i`, is under the taste of person `k`. A person is
# **recognised** if all of the person's drawings *together* are likeliest under the person's own taste.
# Return true or false for each person. (How likely are several things together? Multiply. And of logarithms?)


# %% tags=["answer:recognised"]
def recognised(fits):
    ### BEGIN SOLUTION
    together = fits.sum(axis=1)  # (people, people): whose drawings, whose taste
    return together.argmax(axis=1) == np.arange(len(fits))
    ### END SOLUTION


# %% tags=["check:recognised:3"]
lesson_06.recognised.check(recognised)
### BEGIN HIDDEN TESTS
lesson_06.recognised.check(recognised, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Broken on purpose (3 points)
#
# An exaggeration as you may find it in a colleague's notebook:
#
# ```python
# def exaggerate(tastes, average, strength):
#     tastes -= average
#     tastes *= 1 + strength
#     return np.clip(average + tastes, 0, 1)
# ```
#
# It has five faults. *Before you change anything: run the cell twice in your head. What has become of `tastes`?*
# Write it without them. `tastes` are vectors as in the lesson, `(people, 12)`: ten shares that add up to 5, then
# slant and pen. `average` is the taste of everybody, `(12,)`. What sets a person apart from it counts `strength`
# times: 1 leaves a taste as it is, 0 makes everybody average. **Shares below 0 then count as 0, and the ten add up
# to 5 again.** Slant and pen are whatever comes out. The input must stay as it was.


# %% tags=["answer:exaggerate"]
def exaggerate(tastes, average, strength):
    ### BEGIN SOLUTION
    vectors = average + strength * (tastes - average)
    shares = np.maximum(vectors[:, :10], 0)
    shares = 5 * shares / shares.sum(axis=1, keepdims=True)
    return np.concatenate([shares, vectors[:, 10:]], axis=1)
    ### END SOLUTION


# %% tags=["check:exaggerate:3"]
lesson_06.exaggerate.check(exaggerate)
### BEGIN HIDDEN TESTS
lesson_06.exaggerate.check(exaggerate, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 5. How loudly should a taste be spoken? (4 points)
#
# Here are four of twenty people, and what they like:

# %%
people = tastes.sample(20, seed=1, split="test")
plots.image_rows({f"person {number}": people[number].liked(12) for number in range(4)})

# %% [markdown]
# The generator that comes with the course draws for all twenty, whom it never met: once for the average taste,
# then for theirs made weaker, as it is, and stronger. *Before you run it: at which strength are people
# recognised most often? At which do the digits suit them best? And which column falls first when you whisper?*

# %%
model = checkpoints.load("taste")
read = functools.partial(
    personalisation.read, classifier=checkpoints.load("classifier"), measure=tastes.measure
)
users = people[: lesson.budget(fast=5, cpu=20, gpu=20)]
draws = lesson.budget(fast=16, cpu=48, gpu=48)
vectors, average = np.stack([one.vector() for one in users]), tastes.AVERAGE.vector()
real = {
    split: read(np.stack([one.liked(draws, seed=1, split=split) for one in users]))
    for split in ("train", "test")
}
reference = personalisation.Reference(
    users,
    train=real["train"],
    held_out=real["test"],
    histories=[one.history(32) for one in users],
)

# %%
print("strength   recognised   gap, of real   digits off by   slant off by   diversity, of real")
drawn = {}
for strength in (0, 0.5, 0.8, 1, 1.2, 1.5)[: lesson.budget(fast=1, cpu=6, gpu=6)]:
    conditions = average + strength * (vectors - average)
    images = model.generate(np.repeat(conditions, draws, axis=0), seed=2)
    drawn[f"{strength} x"] = images[:12]  # of person 0
    report = personalisation.report(reference, read(images.reshape(len(users), draws, 28, 28, 1)))
    found = report.fake
    print(
        f"{strength:8} {found.among_users.right:11.0%} {report.gap_share:13.0%} "
        f"{found.digits.total_variation:14.2f} {found.style.slant:14.1f}° {report.diversity_share:13.0%}"
    )
truth = report.real
print(
    f"    real {truth.among_users.right:11.0%} {1:13.0%} {truth.digits.total_variation:14.2f} "
    f"{truth.style.slant:14.1f}° {1:13.0%}"
)
plots.image_rows(drawn, title="drawn for person 0")

# %% [markdown]
# Write three to six sentences: what does a whisper cost, what does shouting give, and what does it cost? Which two
# columns disagree about the best strength, and whom do you believe? Which strength would you choose for a shop whose
# customers should find themselves in its pictures, and which for somebody who does not want to be recognised?

# %% [markdown] tags=["conclusion:strength:4"]
# **My conclusion on the strength:**
#
# ### BEGIN SOLUTION
# With a whisper people are lost: at 0.5 a third of them are recognised (35 %), the digits are off by 0.32 and the slant
# by 6.3 degrees; at 0.8 recognition is nearly whole again (97 %), but the slant is still off by 2.4 degrees. What
# rises is diversity, to 1.22 of that of real images, since drawings for everybody are more mixed. At 1 all columns
# stand where real images do: 100 %, digits off by 0.12, slant by 0.7 degrees. Shouting gives nothing but a larger gap:
# 1.02 of the real one at 1, and 1.08 from 1.2 on. There the slant is off by 2.2 degrees and then by 5.1, and
# diversity falls to 0.87. So the gap says "louder" where slant and diversity say 1, and I believe those, since by the
# gap the drawings would suit people better than what they like. For the shop I would take 1. For somebody who does not
# want to be recognised 0.5 is not enough: one in three still is, where one in twenty would be chance.
#
# Rubric: 1 point for numbers quoted from the table; 1 for what a whisper costs and what shouting costs, each with a
# column; 1 for seeing that the gap goes on where other measures turn back, and that beyond the real images' it is no
# merit; 1 for two choices, each with a reason from the numbers. Other choices get full marks if the table supports
# them.
# ### END SOLUTION
