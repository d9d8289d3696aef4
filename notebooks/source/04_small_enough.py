# %% [markdown]
# # 04 Small enough
#
# Shrink the two networks until it hurts, measure what each weight and each second buys, and pick the
# model for the lessons to come.
#
# ![Quality against seconds of training for networks of ten sizes](pictures/04_small_enough.png)

# %% [markdown]
# **You will be able to**
#
# - *count* what a network costs: weights, memory, seconds a step;
# - *compare* models fairly, at equal steps and at equal seconds, and read a quality frontier;
# - *find* where the seconds of a training step go, by timing one change at a time.
#
# **You need** lessons 01 to 03: the game, the Frechet distance as a multiple of its floor, and why one
# seed proves nothing.
# **It takes** thirty minutes to read, and about three minutes to run on a laptop with two cores.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=4)

# %%
import gc
import time

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers

from persogan_lessons.course import checks, machines, sizes, study
from persogan_lessons.data import digits
from persogan_lessons.display import plots
from persogan_lessons.models import networks
from persogan_lessons.models.gan import GAN
from persogan_lessons.models.optimizers import FusedAdam

# %% [markdown]
# ## The advice
#
# The article answers a reader whose GAN trains too slowly: *use one hidden layer, and smaller layers*.
# It sounds plausible, and it gives no number. What would be lost? First look where the weights of the
# article's two networks are:

# %% alt="Bars of the weights in each layer of both networks. The two layers from 1024 to 1024 are the longest, those at the 784 pixels come next, and the other two are short."
article = {"G": networks.mlp_generator(), "D": networks.mlp_discriminator()}
article_weights = {
    f"{name}: {layer.input.shape[-1]} to {layer.units}": layer.count_params()
    for name, network in article.items()
    for layer in network.layers
    if isinstance(layer, layers.Dense)
}
plt.figure(figsize=(6, 2.4), layout="constrained")
plt.barh(
    list(article_weights),
    np.array([*article_weights.values()]) / 1e6,
    color=[plots.FAKE] * 3 + [plots.REAL] * 3,
)
plt.gca().invert_yaxis()
plt.xlabel(f"millions of weights, of {sum(article_weights.values()) / 1e6:.1f} in all")
plt.show()

# %% [markdown]
# A dense layer from $a$ to $b$ units has $a\,b$ weights (and $b$ biases). Two layers hold more than half
# of all: those between the hidden layers, 1024 to 1024. One hidden layer instead of two removes just
# these. And half the width halves every other layer, and quarters these.
#
# **What does a weight cost?** In every step it is multiplied with each image three times: once
# forward, and twice on the way back, for the gradient of the weight and for that of the layer before.
# So the time of a step grows with the weights. And while training, each weight needs memory four times:
# itself, its gradient, and Adam's two averages.
#
# ## Networks of any size
#
# Here are dense players whose depth and width you choose. Two things differ from the article's
# besides the size. The generator has **batch normalization** after each hidden layer, which brings every
# unit to mean 0 and spread 1 over the batch; the discriminator sees its images through **noise**, so
# that it does not learn its 4000 images by heart, as in lesson 03.

# %%
IMAGE_SHAPE = (28, 28, 1)


# %% tags=["taught", "persogan_lessons.models.networks:dense_generator"]
def dense_generator(noise_size=32, width=256, *, depth=2):
    model = keras.Sequential([keras.Input((noise_size,))], name="generator")
    for _ in range(depth):
        model.add(layers.Dense(width, use_bias=False))
        model.add(layers.BatchNormalization(momentum=0.9))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(784, activation="tanh", dtype="float32"))
    model.add(layers.Reshape(IMAGE_SHAPE, dtype="float32"))
    return model


# %% tags=["taught", "persogan_lessons.models.networks:dense_discriminator"]
def dense_discriminator(width=256, depth=2):
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)], name="discriminator")
    model.add(layers.GaussianNoise(0.5))
    model.add(layers.Flatten())
    for _ in range(depth):
        model.add(layers.Dense(width))
        model.add(layers.LeakyReLU(0.2))
    model.add(layers.Dense(1, dtype="float32"))
    return model


# %% [markdown]
# ### The other way to be small
#
# A dense layer learns each pixel on its own. A **convolution** uses the same few weights at every place
# of the image, so it has far fewer. The usual design for GANs, called DCGAN after its paper, makes an
# image of 7 by 7 places with many channels, and doubles its size twice; the discriminator goes the
# same way back. `width` counts the channels at 14 by 14.


# %% tags=["taught", "persogan_lessons.models.networks:conv_generator"]
def conv_generator(noise_size=32, width=32):
    model = keras.Sequential([keras.Input((noise_size,))], name="generator")
    model.add(layers.Dense(7 * 7 * 2 * width, use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    model.add(layers.Reshape((7, 7, 2 * width)))
    model.add(layers.Conv2DTranspose(width, 4, 2, padding="same", use_bias=False))
    model.add(layers.BatchNormalization(momentum=0.9))
    model.add(layers.ReLU())
    last = {"activation": "tanh", "dtype": "float32"}
    model.add(layers.Conv2DTranspose(1, 4, 2, padding="same", **last))
    return model


# %% tags=["taught", "persogan_lessons.models.networks:conv_discriminator"]
def conv_discriminator(width=32):
    model = keras.Sequential([keras.Input(IMAGE_SHAPE)], name="discriminator")
    for channels in (width, 2 * width):
        model.add(layers.Conv2D(channels, 4, 2, padding="same"))
        model.add(layers.LeakyReLU(0.2))
        model.add(layers.Dropout(0.3))
    model.add(layers.Flatten())
    model.add(layers.Dense(1, dtype="float32"))
    return model


# %% [markdown]
# Shapes first, as always:

# %%
for players in (
    (dense_generator(width=64, depth=2), dense_discriminator(64, depth=2)),
    (conv_generator(width=8), conv_discriminator(8)),
):
    checks.shapes(*players)

# %% [markdown]
# ## The study
#
# Ten sizes, three seeds each: one to three hidden layers of 64 to 1024 units, and convolutional players of
# 8, 16 and 32 channels. `python run.py train sizes` trained them, each on one core, and measured on the
# way: after 500 steps, and after 4, 8 and 16 seconds. (Seconds of the *processor*: the machine had other
# work, and a clock on the wall would have counted that too. Neighbours still slow a core down: equal
# runs made up to a third more steps in the same seconds.) The learning rate
# and the averaging of weights are those of lesson 01, and a batch has 64 images, the same for all.
#
# And a simple baseline, the Gaussian of lesson 01: no network, no training.

# %%
runs = sizes.load()
images, _ = digits.load()
flat = images.reshape(len(images), -1)
gaussian = np.random.default_rng(0).multivariate_normal(
    flat.mean(0), np.cov(flat.T), 1000, method="eigh"
)
gaussian = np.clip(gaussian, -1, 1).astype("float32").reshape(-1, 28, 28, 1)
baseline = study.quality(gaussian)
print(f"{len(runs)} runs; the Gaussian: {baseline['frechet']:.0f} times the floor")


# %%
def at(run, **mark):
    """What a run measured first at or after so many `steps` or `seconds`."""
    (name, least), *_ = mark.items()
    return next(found for found in run["marks"] if found[name] >= least)


def median(setting, value):
    return np.median([value(run) for run in runs if run["setting"] == setting])


# %% [markdown]
# ### At equal steps
#
# *Before you run it: after 500 steps each, which will be best, and which worst?*

# %%
print("               weights   memory    after 500 steps     seconds for them")
for setting in sizes.SETTINGS:
    weights = median(setting, lambda run: run["parameters"])
    memory = median(setting, lambda run: run["memory"])
    distance = median(setting, lambda run: at(run, steps=500)["frechet"])
    seconds = median(setting, lambda run: at(run, steps=500)["seconds"])
    print(
        f"{setting:9s} {weights:12,.0f} {memory:5.0f} MB {distance:8,.0f} x the floor {seconds:10.1f} s"
    )

# %% [markdown]
# Step for step, the convolutional players are far ahead, with the fewest weights of all. Among the dense
# ones more is better: the wider, the nearer to real digits, and two layers are ahead of one. If steps cost
# nothing, the article's advice would be wrong on both counts. But look at the last column: 500 steps
# take from two seconds to almost twenty.
#
# The memory hardly moves. Nearly all of it is TensorFlow itself, before any network is there. At these sizes
# memory is no reason to shrink; seconds are.
#
# ### At equal seconds
#
# But steps are not what you wait for. Here is the same study with the clock as the judge.
#
# *Before you run it: who gains?*

# %%
print("after 16 s:  x the floor   (least to most)   recall   classes      steps")
for setting in sizes.SETTINGS:
    ends = [at(run, seconds=16) for run in runs if run["setting"] == setting]
    distance, recall, classes, steps = (
        [end[name] for end in ends] for name in ("frechet", "recall", "classes", "steps")
    )
    print(
        f"{setting:9s} {np.median(distance):14.0f}   ({min(distance):.0f} to {max(distance):.0f})"
        f"{np.median(recall):12.2f} {np.median(classes):8.0f} {np.median(steps):10.0f}"
    )

# %% [markdown]
# Now the order is another. The steps tell why: while two layers of 1024 make some six hundred steps, two of 64 make
# four thousand. **Two layers of 256** come out best, two of 64 next.
#
# So of the article's two pieces of advice, one holds. *Smaller layers*: yes, a quarter of the width does better
# in the same time. *One hidden layer*: no. Two layers of 64 or 256 beat one of the same width, at a few more
# weights. Nor is more always better: the third layer makes it worse again within these seconds.
#
# ### The frontier
#
# Now quality against seconds in one figure: every run a dot, a thin line through the medians of each
# size. The black line is the **frontier**: along it, no other size is as good in less time. What lies
# above it is a bad bargain.

# %% tags=["picture"]
curves = {
    setting: [
        [(mark, at(run, seconds=mark)["frechet"]) for mark in sizes.SECONDS]
        for run in runs
        if run["setting"] == setting
    ]
    for setting in sizes.SETTINGS
}
plots.frontier(
    curves,
    "seconds of training, one core",
    quality="Frechet distance / floor",
    baseline=("the Gaussian", baseline["frechet"]),
)

# %% [markdown]
# The frontier changes hands. In the first seconds the convolutional players lead: they know from the start
# that neighbouring pixels belong together, which a dense layer must learn. But each of their steps
# costs more multiplications, and by 16 s two dense layers of 256 have overtaken them. On a GPU, which has
# multiplications to spare, expect another frontier; lesson 11 goes there.
#
# A word of caution. All sizes had the same learning rate and the same batch size. A study that tuned them for
# each size might move the line, so read it as the frontier *of this recipe*.
#
# ## Where the seconds go
#
# The other way to more quality in the same seconds is a cheaper step. `GAN.fit` does five things for
# that. You have met some of them; here is what each is worth, by taking it away.
#
# 1. **One batch of fakes for both players**: the simultaneous step of lesson 01. Two half steps make
#    the fakes twice and judge them twice.
# 2. **Fused Adam.** Keras writes Adam as a dozen sums and products, each of which walks through all
#    weights. `FusedAdam` is one operation, which reads and writes each weight once.
# 3. **Eight steps for each call.** Between two calls Python takes over: callbacks, progress bar.
#    With `steps_per_execution=8` that happens after every eighth step only.
# 4. **bfloat16.** Where a CPU multiplies 16-bit numbers, it does so, and the weights stay 32-bit.
#    (`lesson.start` asks TensorFlow for it; `tf.config.optimizer` is the place.)
# 5. **No wait.** While TensorFlow gives out batches, a thread of its own looks for faster ways to make them. It sleeps
#    between two looks, each time twice as long, and the end of an epoch waits until it wakes up. Batches from memory need no
#    such search; `models.batches` switches it off.


# %%
class HalfSteps(GAN):
    """The game as lesson 01 first wrote it: each player makes fakes of its own."""

    def simultaneous_step(self, real_images):
        d_loss = self.discriminator_step(real_images)
        return d_loss, self.generator_step(tf.shape(real_images)[0])


class KerasBatches(GAN):
    """The game with Keras's own `fit` of arrays, search and all."""

    def fit(self, x, **options):
        return keras.Model.fit(self, x, **options)


# %%
def game(players, kind=GAN, **options):
    """A game that is ready to train."""
    model = kind(*players)
    model.compile(**options)
    return model


def keras_adam():
    return keras.optimizers.Adam(1e-3, beta_1=0.5)


# %%
few = images[: 64 * lesson.budget(fast=8, cpu=8, gpu=56)]
BFLOAT16 = machines.describe().bfloat16


def train(model, bfloat16=True):
    option = bfloat16 and BFLOAT16
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": option})
    model.fit(few, batch_size=64, epochs=2, verbose=0)
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": BFLOAT16})


# %%
def variants(players):
    """Ways to train for two epochs, each without one of the five: `{name: function that makes it}`."""
    adams = {f"{player}_optimizer": keras_adam for player in ("generator", "discriminator")}
    return {
        "two half steps": lambda: trainer(game(players(), HalfSteps)),
        "Keras's Adam": lambda: trainer(game(players(), **{k: v() for k, v in adams.items()})),
        "one step a call": lambda: trainer(game(players(), steps_per_execution=1)),
        "float32": lambda: trainer(game(players()), bfloat16=False),
        "Keras's batches": lambda: trainer(game(players(), KerasBatches)),
    }


def trainer(model, **how):
    return lambda: train(model, **how)


# %% [markdown]
# To time one fairly, it takes turns with "as it is", a short segment each, so that whatever else this
# machine does meets both. The median of the ratios is the answer; the least and the largest say how
# far to trust it.


# %%
def race(first, second, *, rounds):
    """How many times as long as the first the second takes: a ratio for each round."""
    ratios = []
    first(), second()  # the first time draws the graph
    for _ in range(rounds):
        began = time.perf_counter()
        first()
        between = time.perf_counter()
        second()
        ratios.append((time.perf_counter() - between) / (between - began))
    return ratios


# %% [markdown]
# We time them on small players and on wide ones, since what is worth much for large layers may be worth
# nothing for small ones.
#
# *Before you run it: which of the five should matter more for the large networks, and which for the
# small?*

# %%
competitors = {name: sizes.SETTINGS[name] for name in ("2 x 256", "1 x 1024")}
rounds = lesson.budget(fast=1, cpu=3, gpu=7)
for name in list(competitors)[: lesson.budget(fast=1, cpu=2, gpu=2)]:
    print(f"{name}: times as long as it is       (least to most)")
    as_it_is = trainer(game(competitors[name]()))
    for variant, make in variants(competitors[name]).items():
        ratios = race(as_it_is, make(), rounds=rounds)
        least, most = min(ratios), max(ratios)
        print(f"   {variant:16s} {np.median(ratios):12.2f}           ({least:.2f} to {most:.2f})")
        gc.collect()  # one large model at a time

# %% [markdown]
# Look at the spreads first: most ratios lie within a few tenths of 1, and so do their spreads. **The wait counts for
# both**: with Keras's own batches the same training took two fifths to a half longer when this page was made, because
# a sleep can last as long as the epoch did. Nothing is computed in it, so no list of operations shows it. What gave
# it away were the times of epochs, which came in steps: 1.3 seconds or 2.6, hardly ever between.
#
# Beyond that *no single trick decides*. Small players gain most from what is saved once in each step, such as the way
# back to Python, wide ones from what is saved in each weight and each multiplication. Where a CPU has bfloat16 (this
# page was made on one that has not), it is worth nothing to the small ones and something to the wide, and it grows
# with the size: there the article's players, timed in the same way, took 1.85 times as long in float32 (1.6 to 2.1).
#
# ## Train the one we chose
#
# Two dense layers of 256 for both players: a seventh of the article's weights. Later lessons use them,
# and make a generator or discriminator of another size only where they say why. The convolutional players
# remain the better choice where weights are what is scarce, or time is very short.
#
# Two things differ from the study. The learning rate is 0.003, which lesson 03 found better than 0.001
# for so short a training; and it falls to 0 along a cosine, so that the players end at rest.

# %% alt="Left, sixteen drawings, most of them digits, with specks around the strokes. Right, both losses by epoch: after a jolt at the start they stay near each other, and neither player wins."
epochs = lesson.budget(fast=2, cpu=96, gpu=400)
steps = epochs * -(-len(images) // 64)


def slowing_adam():
    return FusedAdam(keras.optimizers.schedules.CosineDecay(3e-3, steps), beta_1=0.5)


model = game(
    sizes.SETTINGS["2 x 256"](),
    generator_optimizer=slowing_adam(),
    discriminator_optimizer=slowing_adam(),
)
live = plots.Live(seconds=5)
began = time.perf_counter(), time.process_time()
_ = model.fit(images, batch_size=64, epochs=epochs, verbose=0, callbacks=[live])
seconds, processor = time.perf_counter() - began[0], time.process_time() - began[1]

# %% alt="Real digits, drawings of the GAN, and samples of the Gaussian. Most of the GAN's are digits with specks around the strokes; the Gaussian's are grey blots."
fakes = model.generate(1000, seed=0)
found = study.quality(fakes)
print(f"{steps:,} steps in {seconds:.0f} s, {processor:.0f} s of the processor's")
print(f"GAN       {found['frechet']:6.0f} x the floor, recall {found['recall']:.2f}")
print(f"Gaussian  {baseline['frechet']:6.0f} x the floor, recall {baseline['recall']:.2f}")
plots.image_rows({"real": images[:12], "GAN": fakes[:12], "Gaussian": gaussian[:12]})

# %% [markdown]
# Set the distance beside the study: there the same size was trained for 16 seconds of one core at a third of
# the learning rate. Two other runs of this recipe reached 60 and 74 times the floor, and one that was trained
# three times as long, 53: more seconds buy less and less. That is far below the Gaussian and still far above
# real digits, and a look at the drawings says so too. There are specks around the strokes, since a dense
# layer learns every pixel on its own.
#
# ## Predict, then break it
#
# So far both players had the same size. Keep the generator at 256 units, and give it a discriminator of
# 2 units, then one of 256, and one of two layers of 1024.
#
# *Predict: which of the two odd ones does more harm? What will each loss of the discriminator look like?*

# %% alt="Drawings after training against discriminators of three sizes. With 2 units they are static; with two layers of 256 or of 1024 they are rough digits on grainy paper."
short = lesson.budget(fast=1, cpu=10, gpu=100)
drawn = {}
for width, depth in ((2, 1), (256, 2), (1024, 2)):
    keras.utils.set_random_seed(4)
    odd = game((dense_generator(), dense_discriminator(width, depth)))
    began = time.perf_counter()
    history = odd.fit(images, batch_size=64, epochs=short, verbose=0).history
    took = time.perf_counter() - began
    drawn[f"{depth} x {width}"] = odd.generate(12, seed=0)
    distance = study.quality(odd.generate(1000, seed=0))["frechet"]
    loss = history["discriminator_loss"][-1]
    print(f"D of {depth} x {width:4d}: loss {loss:.2f}, {distance:6.0f} x the floor, {took:3.0f} s")
plots.image_rows(drawn)

# %% [markdown]
# Both odd ones do harm, and the losses do not show which. Two units cannot tell a digit from a blot, so the
# generator has nobody to learn from. The large one is no better a teacher
# than that of 256 units, and every step with it takes several times as long. A discriminator must be about as
# strong as its generator, and not stronger than the seconds allow.
#
# ## Check yourself

# %%
checks.shapes(model.generator, model.discriminator)
checks.in_range(fakes)
checks.game_is_alive(live.history)
small = model.generator.count_params() + model.discriminator.count_params()
assert small < sum(article_weights.values()) / 6, "the chosen players should be small"

# %% [markdown]
# ## Exercises
#
# 1. **A size of your own.** Which size between two on the frontier might beat both? Predict, then run
#    `sizes.run(sizes.dense(2, 128), seed=0)` and two more seeds, and put your dots into the figure.
# 2. **Small generator, large discriminator.** The study made both alike. Try `dense_generator(width=64)`
#    against `dense_discriminator(512)` and the reverse. Which of the two needs the width?
# 3. **Your machine.** Run `race` with a batch size of 16, then of 256. Which of the five ratios
#    change most, and why?

# %% [markdown]
# ## What you can do now
#
# - You *counted* what a network costs: its weights, three multiplications for each in every step and image,
#   and four places in memory while it trains.
# - You *compared* ten sizes, at equal steps, where convolutions and then the large ones win, and at equal
#   seconds, where they do not, and read from the frontier which are worth their time.
# - You *found* where the seconds of a step go, by taking away one trick at a time and timing in turns.
#
# **Next:** lesson 05 adds a second input to both players: a label that says which digit to draw.

# %% [markdown]
# ## References
#
# - A. Radford, L. Metz, S. Chintala, *Unsupervised Representation Learning with Deep Convolutional
#   Generative Adversarial Networks*, ICLR 2016.
# - S. Ioffe, C. Szegedy, *Batch Normalization*, ICML 2015.
# - L. Mescheder, S. Nowozin, A. Geiger, *The Numerics of GANs*, NeurIPS 2017: simultaneous and
#   alternating steps.
# - D. Kingma, J. Ba, *Adam: A Method for Stochastic Optimization*, ICLR 2015.
# - P. Micikevicius and others, *Mixed Precision Training*, ICLR 2018.
