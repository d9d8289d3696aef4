# %% [markdown]
# # Assignment 05. A label is a condition
#
# Write the logit that judges a pair, mend a step that has lost its conditions, turn ten logits into one,
# and find out what a generator gives up when it gets less noise.
#
# It takes about forty-five minutes, after lesson 05. Write your answers where it says `YOUR CODE HERE`;
# add cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what
# it saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=5)

# %%
import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.course import checkpoints, study
from persogan_lessons.course.assignments import lesson_05, tasks
from persogan_lessons.data import digits
from persogan_lessons.display import plots

# %% [markdown]
# ## 1. Is it real, and does it suit? (3 points)
#
# The discriminator of the lesson has read three things: `real`, of shape `(batch, 1)`, a number for "is it
# real?"; `seen`, `(batch, width)`, what it found in each image; and `wanted`, `(batch, width)`, what it made
# of each condition. Return its logit, `(batch, 1)`: the first, plus the scalar product of what is seen with
# what is wanted, **divided by the root of the width**. Read the width off the shape.


# %% tags=["answer:pair_logit"]
def pair_logit(real, seen, wanted):
    ### BEGIN SOLUTION
    suits = ops.sum(seen * wanted, axis=1, keepdims=True)
    return real + suits / seen.shape[1] ** 0.5
    ### END SOLUTION


# %% tags=["check:pair_logit:3"]
lesson_05.pair_logit.check(pair_logit)
### BEGIN HIDDEN TESTS
lesson_05.pair_logit.check(pair_logit, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Broken on purpose (4 points)
#
# A step of the discriminator as you may find it on the web:
#
# ```python
# def update_discriminator(real_images, condition, noise, generator, discriminator, optimizer):
#     weights = discriminator.trainable_variables + generator.trainable_variables
#     others = ops.roll(condition, 1, axis=0)
#     with tf.GradientTape() as tape:
#         fake_images = generator([noise, condition])
#         real_logits = discriminator([real_images, others])
#         fake_logits = discriminator([fake_images, ops.zeros_like(condition)])
#         loss = ops.mean(ops.softplus(real_logits)) + ops.mean(ops.softplus(-fake_logits))
#     optimizer.apply(tape.gradient(loss, weights), weights)
# ```
#
# It has four faults. *Before you change anything: how could this discriminator tell real from fake without
# looking at an image?* Write it without them. Only the discriminator may move, by one step down the loss of
# lesson 01, and all three calls get the same conditions.


# %% tags=["answer:update_discriminator"]
def update_discriminator(real_images, condition, noise, generator, discriminator, optimizer):
    ### BEGIN SOLUTION
    fake_images = generator([noise, condition])
    with tf.GradientTape() as tape:
        real_logits = discriminator([real_images, condition])
        fake_logits = discriminator([fake_images, condition])
        loss = ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    weights = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    ### END SOLUTION


# %% tags=["check:update_discriminator:4"]
lesson_05.update_discriminator.check(update_discriminator)
### BEGIN HIDDEN TESTS
lesson_05.update_discriminator.check(update_discriminator, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. A judge that reads (3 points)
#
# A discriminator with ten logits, one for each digit, plays the game with one: the logit of real against
# fake, $\log \sum_k e^{\ell_k}$. Write it, for logits of shape `(batch, 10)`; return `(batch, 1)`. Mind that
# $e^{100}$ is more than these numbers can hold.


# %% tags=["answer:real_logit"]
def real_logit(logits):
    ### BEGIN SOLUTION
    return ops.logsumexp(logits, axis=1, keepdims=True)
    ### END SOLUTION


# %% tags=["check:real_logit:3"]
lesson_05.real_logit.check(real_logit)
### BEGIN HIDDEN TESTS
lesson_05.real_logit.check(real_logit, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Less noise (4 points)
#
# The generator that comes with the course is asked for a hundred of each digit, from the same noise made
# smaller: multiplied by 0, by 0.3, and so on. *Before you run it: with less noise, will it obey better or
# worse? And what will it lose?*

# %%
model, classifier = checkpoints.load("label"), checkpoints.load("classifier")
asked = np.repeat(np.arange(10), 100)
one_hot = np.eye(10, dtype="float32")[asked]
noise = np.random.default_rng(0).normal(size=(1000, 32)).astype("float32")
held_out, held_out_digits = digits.load("test")
real = held_out[held_out_digits.argsort(kind="stable")]


def spread(some):
    """By how much two images of one digit differ, in pixels, on average."""
    by_digit = some.reshape(10, 100, 28, 28)
    return np.abs(by_digit - np.roll(by_digit, 1, axis=1)).mean()


# %%
drawn = {factor: np.asarray(model([factor * noise, one_hot])) for factor in (0, 0.3, 0.6, 1, 1.5)}
plots.image_rows({f"noise x {factor}": some[300:312] for factor, some in drawn.items()})
print("             obeys   spread, of real   x the floor   precision   recall")
for factor, some in {**drawn, "real": real}.items():
    obeys = np.mean(classifier.predict(some, verbose=0).argmax(1) == asked)
    found = study.quality(some)
    print(
        f"noise x {factor!s:4s} {obeys:6.1%} {spread(some) / spread(real):12.2f} "
        f"{found['frechet']:15.1f} {found['precision']:11.2f} {found['recall']:8.2f}"
    )

# %% [markdown]
# Write three to six sentences: what does less noise give, what does it take, and which of the five columns
# would have hidden it from you? Which factor would you choose for a child's book of digits, and which to
# train somebody else's reader of digits?

# %% [markdown] tags=["conclusion:noise:4"]
# **My conclusion on less noise:**
#
# ### BEGIN SOLUTION
# Less noise makes it obey better: 98.5 % with all of it, 100 % from a factor of 0.6 down, and precision
# rises from 0.93 to 1.00. What it takes is variety: at 0.6 the spread is 0.79 of that of real digits and recall
# 0.62, at 0.3 it is 0.46 and 0.14, and at 0 there is one picture for each digit. Obedience and precision look
# at one drawing at a time, so both call the factor 0 perfect; the Frechet distance, 2.0 with all the noise and
# 47.8 with none, sees that something is missing, and spread and recall say what. More noise than in training
# (1.5) loses obedience and precision, and gains little recall. For a child's book I would take 0.6: every
# digit can be read, and they still differ. To train a reader I would take 1, since it has to meet all kinds.
#
# Rubric: 1 point for numbers quoted from the table; 1 for what is gained and what is lost, in agreement with
# what was run; 1 for naming measures that look at one drawing at a time, and so cannot see what is missing;
# 1 for two choices, each with a reason from the numbers. Other choices get full marks if the table supports
# them.
# ### END SOLUTION
