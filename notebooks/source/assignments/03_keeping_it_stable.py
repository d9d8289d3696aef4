# %% [markdown]
# # Assignment 03. Keeping it stable
#
# Write a loss that is never sure, mend a penalty that turns a network into NaN, teach a program when to
# say "better", and find out what becomes of a rule when the measure is chosen afterwards.
#
# It takes about forty-five minutes, after lesson 03. Write your answers where it says `YOUR CODE HERE`;
# add cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what
# it saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=3)

# %%
import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.course import study
from persogan_lessons.course.assignments import lesson_03, tasks
from persogan_lessons.display import plots

# %% [markdown]
# ## 1. Never sure (3 points)
#
# Write the discriminator's loss with **one-sided** label smoothing. Real images are called real to 0.9,
#
# $$-0.9 \log D(x) - 0.1 \log(1 - D(x)),$$
#
# and fakes are called fake outright, as always. Take the mean of each part over its images, and add the
# two. You are given logits, tensors of shape `(batch, 1)`, and return one number, a tensor. Any way will
# do, as long as gradients go through.


# %% tags=["answer:smooth_loss"]
def smooth_loss(real_logits, fake_logits):
    ### BEGIN SOLUTION
    real = ops.softplus(-real_logits) + 0.1 * real_logits
    return ops.mean(real) + ops.mean(ops.softplus(fake_logits))
    ### END SOLUTION


# %% tags=["check:smooth_loss:3"]
lesson_03.smooth_loss.check(smooth_loss)
### BEGIN HIDDEN TESTS
lesson_03.smooth_loss.check(smooth_loss, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Broken on purpose (4 points)
#
# A gradient penalty as you may find it on the web:
#
# ```python
# def gradient_penalty(discriminator, real_images, fake_images, share):
#     with tf.GradientTape() as tape:
#         tape.watch(real_images)
#         logits = discriminator(real_images, training=True)
#     slopes = tape.gradient(logits, real_images)
#     norm = ops.sqrt(ops.sum(ops.square(slopes)))
#     return 10 * ops.mean(norm - 1)
# ```
#
# It has four faults. *Before you change anything: what would an optimizer do with the last line?* Write it
# without them. Images are `(n, 28, 28, 1)`. The share is given too, `(n, 1, 1, 1)`: it says how much of
# each place is the real image, the rest being the fake one. Return ten times the mean of
# $(|\nabla f(\hat{x})| - 1)^2$, where each image has a slope of its own. For some image the critic may be
# flat, and even there the gradient of your penalty must be a number.


# %% tags=["answer:gradient_penalty"]
def gradient_penalty(discriminator, real_images, fake_images, share):
    ### BEGIN SOLUTION
    between = share * real_images + (1 - share) * fake_images
    with tf.GradientTape() as tape:
        tape.watch(between)
        logits = discriminator(between, training=True)
    slopes = tape.gradient(logits, between)
    norms = ops.sqrt(ops.sum(ops.square(slopes), axis=(1, 2, 3)) + 1e-12)
    return 10 * ops.mean(ops.square(norms - 1))
    ### END SOLUTION


# %% tags=["check:gradient_penalty:4"]
lesson_03.gradient_penalty.check(gradient_penalty)
### BEGIN HIDDEN TESTS
lesson_03.gradient_penalty.check(gradient_penalty, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Better, worse, or not told apart (3 points)
#
# Write the rule of the lesson. You get two arrays of Frechet distances, one number for each run (less is
# better), of the setting that was tried and of the plain baseline. A run that **failed is NaN**, and is
# worse than any that did not. Return
#
# - `"better"` if the worst run tried beats the baseline's best;
# - `"worse"` if the best run tried loses to the baseline's worst;
# - `"not told apart"` in all other cases.


# %% tags=["answer:verdict"]
def verdict(tried, plain):
    ### BEGIN SOLUTION
    tried, plain = (np.where(np.isnan(each), np.inf, each) for each in (tried, plain))
    if max(tried) < min(plain):
        return "better"
    return "worse" if min(tried) > max(plain) else "not told apart"
    ### END SOLUTION


# %% tags=["check:verdict:3"]
lesson_03.verdict.check(verdict)
### BEGIN HIDDEN TESTS
lesson_03.verdict.check(verdict, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Another measure, afterwards (4 points)
#
# The lesson chose the Frechet distance *before* it looked. The runs hold two other measures: recall, how
# many of the real digits could be drawn, and precision, how many drawings look real. Of both more is
# better. Here is what the same rule says by each of the three.

# %%
runs = study.load()


def measured(setting, name):
    """A measure of every run, such that less is better; a failed run is infinite."""
    sign = 1 if name == "frechet" else -1
    chosen = [run for run in runs if run["setting"] == setting]
    return [np.inf if run["failed"] else sign * run[name] for run in chosen]


def said(tried, plain):
    """What the rule of the lesson says."""
    if max(tried) < min(plain):
        return "better"
    return "worse" if min(tried) > max(plain) else "not told apart"


print("                 by frechet       recall           precision")
for setting in study.STABILISERS:
    names = ("frechet", "recall", "precision")
    verdicts = [said(measured(setting, name), measured("baseline", name)) for name in names]
    print(f"{setting:16s}", *[f"{each:16s}" for each in verdicts])

# %%
recalls = {
    setting: [run["recall"] for run in runs if run["setting"] == setting]
    for setting in ("baseline", "R1", "spectral norm", "WGAN-GP", "two time scales")
}
plots.strips(recalls, "recall (right is better)", beside=recalls["baseline"])

# %% [markdown]
# Two people write about this study. One says: "Four of eleven cures work; for each there is a measure that
# shows it." The other: "Spectral norm does not work: recall cannot tell it from the baseline."
#
# Write three to six sentences on both. Which cures do all three measures call better? How many comparisons
# does each of the two make, or could have made, and what does that do to being fooled? What would you do
# to settle the question about spectral norm?

# %% [markdown] tags=["conclusion:measures:4"]
# **My conclusion on the two writers:**
#
# ### BEGIN SOLUTION
# All three measures call R1 and WGAN-GP better. The Frechet distance adds spectral norm and two time scales,
# recall only the latter. The first writer takes the best of three measures for each of eleven cures, so 33
# comparisons: at most 33 times 2 in 3003, 2.2 %, to be fooled by any useless cure, three times as much as
# with one measure. That is still little, so the four may well be right, but the rule was made for one
# measure and the count has to be told. The second picks the one measure that does not tell spectral norm
# apart: one of its five runs, at a recall of 0.117, lies within the baseline's 0.044 to 0.205, and the other
# four lie above. "Not told apart" does not mean that it does not work. I would run spectral norm and the
# baseline from ten fresh seeds, with recall chosen beforehand, and then say what the rule says.
#
# Rubric: 1 point for verdicts quoted correctly from the table; 1 for saying that three measures make three
# times as many comparisons, and that to choose among them afterwards makes it likelier to be fooled; 1 for
# saying that "not told apart" is no proof of no effect; 1 for a next step on fresh seeds with the measure
# chosen before. Another opinion gets full marks if the runs shown support it.
# ### END SOLUTION
