# %% [markdown]
# # 00 Start here
#
# Play with a trained generator within a minute, and find out how fast this machine will teach you.
#
# ![A walk through the latent space of a small generator: one digit turns into another](pictures/00_start_here.png)

# %% [markdown]
# **You will be able to**
#
# - *run* a lesson: a cell with Shift+Enter, all of it with Run > Run All Cells;
# - *walk* through the space that a generator draws from, and say what its directions and lengths do;
# - *tell* how long the lessons take on this machine.
#
# **You need** nothing yet. **It takes** ten minutes to read, and half a minute to run.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=0)

# %%
import numpy as np

from persogan_lessons.course import checkpoints, checks, machines
from persogan_lessons.data import digits, tastes
from persogan_lessons.display import personal, plots, widgets
from persogan_lessons.models import gan, networks

# %% [markdown]
# ## Digits that nobody wrote
#
# This course comes with a small **generator**: a network that turns random numbers into an image. It
# has seen 4000 handwritten digits by way of a second network, and draws its own. None of these was
# ever written by a hand:

# %% alt="Two rows of digits that the generator drew. Most of them can be read; a few are broken strokes that are no digit."
trained = checkpoints.load("digits")
plots.image_grid(trained.generate(24, seed=1), columns=12)

# %% [markdown]
# ## Walk
#
# The generator makes each digit from 32 random numbers, its **noise**. Think of the noise as a place
# in a space with 32 directions, the **latent space**: every place is an image. Drag the slider
# to walk through it (or click it and use the arrow keys).
#
# *Before you drag: will one digit jump to the next, or change gradually? And what is in between?*

# %%
widgets.latent_walk(trained.averaged_generator)

# %% [markdown]
# (No slider? Run the cell above: a widget is alive only while the notebook runs.) This is such a walk,
# line by line, for readers without a running notebook:

# %% tags=["picture"]
walk = widgets.path(noise_size=32, stops=5, seed=0)
places = np.stack([walk(place) for place in np.linspace(0, 4, 36)])
plots.image_grid(trained.averaged_generator(places), columns=12)

# %% [markdown]
# No jumps: nearby noise gives similar images. In between there are shapes that could be either digit,
# and some that are neither. The generator was never told that there are ten digits; it found that out.

# %% [markdown]
# ## For you
#
# Nobody chose what was drawn so far. This second generator looks at digits that *you like*, up to 32 of them, and draws more
# of that kind. Click on the heart under a few, and on the cross under those that are not for you (Tab and Space
# work, too).
#
# *Before you do: like only leaning digits, whatever they show. Will it notice?*

# %%
for_you = checkpoints.load("history")
real_images, _ = digits.load("test")
personal.your_own_taste(for_you, real_images)

# %% [markdown]
# And two people, for readers without a running notebook: sixteen digits that each clicked on, and what is drawn after
# them. The generator has met neither the people nor the digits:

# %% alt="Digits that Ada and Ben clicked on, each above sixteen drawings for them: upright and bold for Ada, with many 3s and 9s; leaning for Ben, with many 2s."
rows = {}
for name, person in zip(
    ("Ada", "Ben"), tastes.sample(24, seed=1, split="test")[::-13], strict=True
):
    clicked = person.history(16, split="test")
    rows[f"{name} likes"] = clicked
    rows[f"for {name}"] = for_you.generate(np.tile(for_you.encode(clicked), (16, 1)), seed=1)
plots.image_rows(rows)

# %% [markdown]
# In lesson 06 you describe a person in twelve numbers, in lesson 07 they are read out of clicks, and you measure whether
# people would recognise their own.

# %% [markdown]
# ## Predict, then break it
#
# Each lesson has a place where you guess first and break something on purpose. Here is the first. The
# noise in training came from a normal distribution: most of its numbers lie between -2 and 2.
#
# *What will the generator draw if you multiply the noise by 0? By 4? Say it before you run it.*

# %% alt="The same twelve drawings with their noise multiplied by 0 to 4. Times 0, all are one grey shadow; from there on each keeps its digit and gets harder and rougher."
noise = np.random.default_rng(1).normal(size=(12, 32)).astype("float32")
plots.image_rows(
    {f"noise x {scale}": trained.averaged_generator(scale * noise) for scale in (0, 0.5, 1, 2, 4)}
)

# %% [markdown]
# Times 0, all noise is the same place, so all drawings are the same: a shadow of every digit at once.
# Times 4 may surprise you. The noise is now far outside of anything the generator met in training, and
# still it draws the same digits, only harder and rougher. In this network the *direction* of the noise
# decides what is drawn, and its *length* how boldly. Nobody designed that; we looked. Out there nothing
# is promised, and other generators fall apart.

# %% [markdown]
# ## Is this machine ready?

# %%
machines.report()

# %% [markdown]
# Lesson 01 trains a larger network for about 3500 steps. We time some of them here:

# %%
model = gan.GAN(networks.mlp_generator(), networks.mlp_discriminator())
model.compile()
images, _ = digits.load()
seconds = machines.seconds_a_step(lambda: model.train_on_batch(images[:128]))
print(f"One step takes {1000 * seconds:.0f} ms here.")
print(f"Lesson 01 takes {machines.in_words(3500 * seconds + 40)} on this machine.")

# %% [markdown]
# Longer than five minutes? The lessons still work; let them train while you read on. Or open the
# course in Colab, where a GPU is free: the README has the links. Nothing here needs one.

# %% [markdown]
# ## How a lesson works
#
# - It has **one idea**. You see data first, then the idea, then the code, and then what came of it.
# - It asks you to **predict** before you see a result. Do it, in words or on paper: being wrong is how
#   a thing is remembered.
# - It **breaks** something on purpose, since most of the work with GANs is to see what went wrong.
# - It **measures**, next to something simple. Where the simple thing wins, the lesson says so.
# - It ends with **checks**. A check that fails tells you what was seen, the likely cause, and where to
#   read. Here is one that fails, on images that somebody forgot to scale:

# %%
checks.in_range(images)
with lesson.expect_failure():
    checks.in_range(255 * images)

# %% [markdown]
# Three things are good to know. You can run a cell twice. You can press stop (the square above) while
# a network trains: it keeps what it has learned. And you cannot break anything: Kernel > Restart
# Kernel begins afresh.

# %% [markdown]
# ## The map
#
# The course begins with an article whose program cannot run, and ends with a generator that you
# trained and that draws what *you* like. It goes there in steps:
#
# | first | then | in the end |
# |---|---|---|
# | a GAN that works | a GAN that listens: to a label, a taste, a history | a GAN in use: recommendations, replies, your own data |
# | how to measure it | for whom it works, and for whom not | what it gives away about people |
#
# The README lists the lessons that are there, with the minutes each takes.

# %% [markdown]
# ## Exercises
#
# 1. Find a place on the walk where you cannot say which digit it is. Press *another walk* and
#    find a second one. Between which digits do such places lie?
# 2. Change one of the 32 numbers in `noise[0]` from -3 to 3, in twelve steps, and draw the twelve images.
#    Does a single number have a meaning, such as slant or thickness?

# %% [markdown]
# ## What you can do now
#
# - *Run* a lesson, and stop it.
# - *Walk* through a latent space: near places give similar images; here the direction decides what is
#   drawn, the length how boldly.
# - *Tell* how long the lessons take here.
#
# **Next:** [lesson 01](01_the_article_fixed.ipynb) builds such a generator from a program full of
# faults.
