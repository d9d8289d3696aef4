# %% [markdown]
# # Assignment 01. The article, fixed
#
# Write the two losses of the game, mend a step that somebody broke, teach a program to read a pair of
# curves, and find out what a discriminator in a hurry does.
#
# It takes about forty-five minutes, after lesson 01. Write your answers where it says
# `YOUR CODE HERE`; add cells wherever you like. Below each answer stands a check. Run it as often as
# you wish: it says what it saw, the likely cause, and where to read. When your work is graded, the
# same checks run with other numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=1)

# %%
import keras
import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.course.assignments import lesson_01, tasks
from persogan_lessons.data import digits
from persogan_lessons.display import plots
from persogan_lessons.models import gan, networks

# %% [markdown]
# ## 1. What the discriminator wants (3 points)
#
# Write its loss: the mean of $-\log D(x)$ over real images, plus the mean of $-\log(1 - D(G(z)))$ over
# fake ones. You are given **logits**, tensors of shape `(batch, 1)`, and return one number, a tensor.
# The lesson writes it with `ops.softplus`. Any other way will do, as long as gradients go through.


# %% tags=["answer:discriminator_loss"]
def discriminator_loss(real_logits, fake_logits):
    ### BEGIN SOLUTION
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))
    ### END SOLUTION


# %% tags=["check:discriminator_loss:3"]
lesson_01.discriminator_loss.check(discriminator_loss)
### BEGIN HIDDEN TESTS
lesson_01.discriminator_loss.check(discriminator_loss, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. What the generator wants (2 points)
#
# Write the loss that does **not** vanish where the generator is worst. Again logits come in, and one
# number goes out.


# %% tags=["answer:generator_loss"]
def generator_loss(fake_logits):
    ### BEGIN SOLUTION
    return ops.mean(ops.softplus(-fake_logits))
    ### END SOLUTION


# %% tags=["check:generator_loss:2"]
lesson_01.generator_loss.check(generator_loss)
### BEGIN HIDDEN TESTS
lesson_01.generator_loss.check(generator_loss, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Broken on purpose (4 points)
#
# This is a step of the generator as you may find it on the web:
#
# ```python
# def update_generator(noise, generator, discriminator, optimizer):
#     fake_images = generator(noise)
#     weights = generator.trainable_variables + discriminator.trainable_variables
#     with tf.GradientTape() as tape:
#         fake_logits = tf.sigmoid(discriminator(fake_images))
#         loss = ops.mean(ops.softplus(fake_logits))
#     optimizer.apply(tape.gradient(loss, weights), weights)
#     return loss
# ```
#
# It has four faults. *Before you change anything: which networks does it move?* Write it without
# them. The noise is given, `(batch, noise_size)`; so are both networks and an optimizer that has
# never been used. Only the generator may move, by one step down the loss of task 2.


# %% tags=["answer:update_generator"]
def update_generator(noise, generator, discriminator, optimizer):
    ### BEGIN SOLUTION
    weights = generator.trainable_variables
    with tf.GradientTape() as tape:
        fake_logits = discriminator(generator(noise))
        loss = ops.mean(ops.softplus(-fake_logits))
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
    ### END SOLUTION


# %% tags=["check:update_generator:4"]
lesson_01.update_generator.check(update_generator)
### BEGIN HIDDEN TESTS
lesson_01.update_generator.check(update_generator, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Read the curves (3 points)
#
# Two arrays of losses, one number for each epoch, tell how a game went. Write a function that returns
# one of four sentences:
#
# - `"diverged"` if any number of either array is NaN or infinite; otherwise look at the **mean of the
#   last ten** losses of the discriminator:
# - `"discriminator wins"` if it is below 0.1;
# - `"guessing"` if it is less than 0.1 away from $2 \log 2$;
# - `"alive"` in all other cases.


# %% tags=["answer:read_losses"]
def read_losses(discriminator_losses, generator_losses):
    ### BEGIN SOLUTION
    if not np.isfinite([discriminator_losses, generator_losses]).all():
        return "diverged"
    late = np.mean(discriminator_losses[-10:])
    if late < 0.1:
        return "discriminator wins"
    return "guessing" if abs(late - 2 * np.log(2)) < 0.1 else "alive"
    ### END SOLUTION


# %% tags=["check:read_losses:3"]
lesson_01.read_losses.check(read_losses)
### BEGIN HIDDEN TESTS
lesson_01.read_losses.check(read_losses, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 5. A discriminator in a hurry (4 points)
#
# The lesson gave both players the same learning rate. What if the discriminator learns ten times as
# fast? Here are games of both kinds, from two seeds each. They are given; read them, then run them.


# %%
def play(discriminator_rate, seed):
    keras.utils.set_random_seed(seed)
    game = gan.GAN(networks.mlp_generator(32, width=128), networks.mlp_discriminator(width=128))
    game.compile(discriminator_optimizer=keras.optimizers.Adam(discriminator_rate, beta_1=0.5))
    images, _ = digits.load()
    epochs = lesson.budget(fast=1, cpu=12, gpu=30)
    history = game.fit(images, batch_size=128, epochs=epochs, verbose=0).history
    late = np.mean(history["discriminator_loss"][-3:])
    print(f"rate {discriminator_rate}, seed {seed}: the discriminator's loss ends at {late:.2f}")
    return game.generate(8, seed=0)


# %%
drawings = {
    f"rate {rate}, seed {seed}": play(rate, seed) for rate in (1e-3, 1e-2) for seed in (1, 2)
}
plots.image_rows(drawings)

# %% [markdown]
# Write three to six sentences: what you saw in the numbers *and* in the drawings, whether two seeds
# are enough to say so, and what you would try next. A careful "I cannot tell" is a good answer if you
# say why.

# %% [markdown] tags=["conclusion:hurry:4"]
# **My conclusion on the discriminator in a hurry:**
#
# ### BEGIN SOLUTION
# With the faster discriminator its loss ends lower for both seeds: it sees through the fakes and is
# rarely fooled. Its drawings are worse at the same number of epochs, with fewer closed strokes. The
# two seeds of one rate differ from each other as well, by less than the two rates do. Two seeds are
# few: they show that it can happen, not how often, so I would run ten before I call it a rule. Next I
# would give the faster discriminator label smoothing or a penalty, and see whether that helps.
#
# Rubric: 1 point for numbers quoted from the runs; 1 for the drawings described, in agreement with
# what was run; 1 for saying what two seeds can and cannot show; 1 for a next step that would tell two
# explanations apart. A conclusion opposite to this one gets full marks if the runs shown support it.
# ### END SOLUTION
