# %% [markdown]
# # 01 The article, fixed
#
# Take a GAN program that cannot run, mend it fault by fault, and train it until it draws digits.
#
# ![Digits drawn by the generator of this lesson, as training went on](pictures/01_the_article_fixed.png)

# %% [markdown]
# **You will be able to**
#
# - *find* the ten faults that keep a published GAN program from learning, and mend each in a line;
# - *write* the two halves of GAN training by hand, and hand them to Keras's `fit`;
# - *tell* from losses, samples and nearest neighbours whether the game was worth playing.
#
# **You need** Python, and a first course in neural networks: layers, loss, gradient.
# **It takes** forty minutes to read, and three to six minutes to run on a laptop with two cores.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=1)

# %%
import keras
import matplotlib.pyplot as plt
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.course import checkpoints, checks
from persogan_lessons.data import digits
from persogan_lessons.display import plots
from persogan_lessons.measures import realism
from persogan_lessons.models import gan, losses, networks

# %% [markdown]
# ## The data first
#
# A GAN learns to draw *more of something*. Here that something is 4000 handwritten digits, each
# 28 by 28 pixels, with paper at -1 and ink at +1. Look at them before anything else: at the end
# you will judge drawings, and a judge should know the real thing.

# %% alt="Two rows of real handwritten digits, black on white, by many hands: fine and bold, upright and leaning."
images, labels = digits.load("train")
plots.image_grid(images[:24], columns=12, title="real digits")
print(f"images {images.shape}, from {images.min():.0f} to {images.max():.0f}")

# %% [markdown]
# ## The game in one paragraph
#
# Two networks play against each other. The **generator** $G$ gets a vector of random numbers, the
# `noise` $z$, and turns it into an image. The **discriminator** $D$ gets an image $x$, real or fake,
# and says how sure it is that the image is real. The discriminator learns to tell the two apart.
# The generator learns to make that hard. If both keep up with each other, the fakes come to look
# real, although the generator never sees a real image: all it ever learns, it learns from the
# discriminator's judgement.

# %% [markdown]
# ## The article's program
#
# This course began with an article that explains the game well and then gives a program for it.
# Here is that program, shortened to the lines that matter. Read it as you would a student's work:
# **how many faults can you find?**
#
# ```python
# import tensorflow as tf
#
# def generator(z, reuse=None):
#     with tf.variable_scope("generator", reuse=reuse):
#         hidden = tf.layers.dense(z, 1024, activation=tf.nn.leaky_relu)
#         hidden = tf.layers.dense(hidden, 1024, activation=tf.nn.leaky_relu)
#         return tf.layers.dense(hidden, 784, activation=tf.nn.sigmoid)
#
# def discriminator(x, reuse=None):
#     with tf.variable_scope("discriminator", reuse=reuse):
#         hidden = tf.layers.dense(x, 1024, activation=tf.nn.leaky_relu)
#         hidden = tf.layers.dense(hidden, 1024, activation=tf.nn.leaky_relu)
#         return tf.layers.dense(hidden, 1, activation=tf.nn.sigmoid)
#
# z = tf.placeholder(tf.float32, [None, 100])
# generator = generator(z, reuse=True)
# with tf.variable_scope("gan"):
#     discriminator = discriminator(generator)
#
# loss = tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(
#     logits=discriminator, labels=tf.ones_like(discriminator)))
# train = tf.train.AdamOptimizer(0.0002).minimize(loss)
#
# with tf.Session() as session:
#     session.run(tf.global_variables_initializer())
#     for step in range(10000):
#         noise = np.random.normal(size=(128, 100))
#         session.run(train, feed_dict={z: noise})
# ```
#
# We go through ten of them. The first five stop the program, or should. The rest are worse: they
# let it run and learn nothing, or the wrong thing.

# %% [markdown]
# ### Fault 1. The language has changed
#
# TensorFlow 1 described a computation first and ran it later. `placeholder`, `layers`, `Session`:
# none of these is left in TensorFlow 2. (`lesson.expect_failure` runs a line that is meant to fail
# and prints the error.)

# %% tags=["nbval-check-output"]
with lesson.expect_failure():
    tf.placeholder(tf.float32, [None, 100])

# %% [markdown]
# **The mend:** in TensorFlow 2 a line computes when it runs. Where noise is wanted, draw it.

# %%
noise = tf.random.normal((16, 100))
noise.shape

# %% [markdown]
# ### Fault 2. A missing import
#
# The training loop calls `np.random`, but nothing ever imported NumPy. We run the line with only
# what the article had imported.

# %% tags=["nbval-check-output"]
with lesson.expect_failure():
    exec("noise = np.random.normal(size=(128, 100))", {"tf": tf})

# %% [markdown]
# **The mend:**

# %%
import numpy as np

# %% [markdown]
# ### Fault 3. Reusing what was never made
#
# `reuse=True` says: take the variables that this scope made before. The very first call asks for
# it, when there are none. (TensorFlow keeps its old functions in `tf.compat.v1`, as in a museum.)

# %%
with tf.Graph().as_default(), lesson.expect_failure():
    with tf.compat.v1.variable_scope("generator", reuse=True):
        tf.compat.v1.get_variable("weights", shape=(100, 1024))

# %% [markdown]
# **The mend:** make a network once and keep it. A Keras model *is* its variables; to use them again,
# call it again.

# %% [markdown]
# ### Fault 4. A function overwritten by its result
#
# `generator = generator(z)` replaces the function by what it returned. The next call meets a tensor.


# %%
def generator(noise):
    return tf.tanh(noise)


generator = generator(noise)
with lesson.expect_failure():
    generator(noise)

# %% [markdown]
# **The mend:** two things, two names: `fake_images = generator(noise)`.

# %% [markdown]
# ### Fault 5. Two discriminators by accident
#
# A variable scope is part of a variable's name. The same function called inside another scope makes
# *another* network: the one that is trained is not the one that judges.


# %% tags=["nbval-check-output"]
def old_discriminator(images):
    with tf.compat.v1.variable_scope("discriminator"):
        return images @ tf.compat.v1.get_variable("weights", shape=(784, 1))


with tf.Graph().as_default():
    old_discriminator(tf.zeros((1, 784)))
    with tf.compat.v1.variable_scope("gan"):
        old_discriminator(tf.zeros((1, 784)))
    print([variable.name for variable in tf.compat.v1.global_variables()])

# %% [markdown]
# Two sets of weights, where the game needs one. **The mend** is that of fault 3: one Keras model,
# called on real and on fake images alike.

# %% [markdown]
# ### Sigmoid twice
#
# **Fault 6.** The discriminator ends in a sigmoid, so it gives a probability. But the loss,
# `sigmoid_cross_entropy_with_logits`, expects a **logit** (the number *before* the sigmoid) and
# applies a sigmoid of its own. Twice is one too many. What happens to the gradient, the only thing
# the generator learns from?

# %% alt="Push on the generator against the logit of a fake. Sigmoid once: almost 1 at the left, where fakes are seen through, falling to 0. Sigmoid twice: near 0 but for a low bump in the middle."
logit = tf.linspace(-10.0, 10.0, 201)
with tf.GradientTape(persistent=True) as tape:
    tape.watch(logit)
    once = tf.nn.softplus(-logit)  # -log sigmoid(logit)
    twice = tf.nn.softplus(-tf.sigmoid(logit))  # -log sigmoid(sigmoid(logit))

plt.figure(figsize=(6, 3), layout="constrained")
plt.plot(logit, -tape.gradient(once, logit), color=plots.REAL, label="sigmoid once")
plt.plot(logit, -tape.gradient(twice, logit), color=plots.FAKE, label="sigmoid twice")
plt.xlabel("the discriminator's logit for a fake image (left: surely fake)")
plt.ylabel("push on the generator")
plt.legend(frameon=False)
plt.show()

# %% [markdown]
# Look at the left side. A fake that the discriminator sees through, with a logit of -10, gives a push
# of almost 1 when the sigmoid is applied once: the worse the image, the stronger the lesson. Applied
# twice, the push there is gone. The generator would learn nothing exactly where it is worst.
#
# **The mend:** end the discriminator with `Dense(1)`, no activation, and give the logit to the loss.

# %% [markdown]
# ### One loss for both
#
# **Fault 7.** The program has one loss, "the discriminator should call fakes real", and minimises it
# over *all* variables. But calling fakes real is what the *generator* wants. The discriminator should
# want the opposite. Here it is made to help: nobody in this game tells real from fake.
#
# *Before you run it: what will the generator draw after 60 such steps?*

# %% alt="What the accomplices draw: eight squares of grey static, without any shape."
keras.utils.set_random_seed(1)
accomplices = networks.mlp_generator(), networks.mlp_discriminator()
everything = accomplices[0].trainable_variables + accomplices[1].trainable_variables
adam = keras.optimizers.Adam(2e-4)
for _ in range(60):
    with tf.GradientTape() as tape:
        fake_logits = accomplices[1](accomplices[0](tf.random.normal((64, 100))))
        loss = losses.non_saturating_generator_loss(fake_logits)
    adam.apply(tape.gradient(loss, everything), everything)
print(f"loss {float(loss):.6f}: by its own measure, perfect")
plots.image_grid(accomplices[0](tf.random.normal((8, 100))), title="and this is what it draws")

# %% [markdown]
# The loss is almost zero and the drawings are noise. A small loss proves nothing when the judge is
# in on it.
#
# **The mend:** two losses, two optimizers, and each moves the variables of its own network only.

# %% [markdown]
# **Fault 8. No real image anywhere.** Search the program for the place where a real digit enters.
# There is none, and no loss that would reward the discriminator for knowing one. So it cannot:

# %%
static = np.random.default_rng(0).uniform(-1, 1, (100, 28, 28, 1)).astype("float32")
for name, some in {"real digits": images[:100], "television static": static}.items():
    sure = tf.sigmoid(accomplices[1](some))
    print(f"{name:18s} real with probability {float(tf.reduce_mean(sure)):.2f}")

# %% [markdown]
# To this discriminator everything is real. **The mend:** show it real images, and a loss with both
# halves: real ones should be called real, fake ones fake.

# %% [markdown]
# **Fault 9. Nothing personal.** The article promises content made *for you*. Its generator is a
# function of noise alone. Two people who get the same noise get the same picture:

# %% tags=["nbval-check-output"]
noise_for_two = tf.random.normal((1, 100))
for_ada, for_grace = accomplices[0](noise_for_two), accomplices[0](noise_for_two)
print("the same picture for both:", bool(tf.reduce_all(for_ada == for_grace)))

# %% [markdown]
# **The mend** is the rest of this course: from lesson 05 on, the generator also gets a vector that
# says who is asking. First it has to draw at all.

# %% [markdown]
# ### Compile, then freeze
#
# **Fault 10** is not the article's but today's, found in many tutorials written for older versions of
# Keras. They compile the discriminator, *then* set `trainable = False` so that it rests inside a
# combined model. In old Keras the compiled discriminator went on learning. In Keras 3 freezing
# counts at once:

# %% tags=["warns"]
keras.utils.set_random_seed(1)
frozen = networks.mlp_discriminator(width=64)
frozen.compile("adam", keras.losses.BinaryCrossentropy(from_logits=True))
frozen.trainable = False  # meant for the combined model only

before = frozen.get_weights()
for _ in range(20):
    frozen.train_on_batch(images[:64], np.ones((64, 1)))
moved = [np.abs(new - old).max() for new, old in zip(frozen.get_weights(), before, strict=True)]
print("the largest change of any weight:", max(moved))

# %% [markdown]
# Twenty training steps, no error, and not one weight has moved. There is a warning, which is easily
# lost among others. **The mend:** never freeze. Take the gradients of one network only, as we do now.

# %% [markdown]
# ## The two networks
#
# Now the game, done right. The article's networks are fine once the sigmoids are gone: two hidden
# layers of 1024 units each. The generator ends in `tanh`, so that its pixels lie between -1 and 1
# like the real ones. (`dtype="float32"` on the last layers matters only with half precision: a logit
# needs all its digits.)

# %%
IMAGE_SHAPE = (28, 28, 1)


# %% tags=["taught", "persogan_lessons.models.networks:mlp_generator"]
def mlp_generator(noise_size=100, width=1024):
    return keras.Sequential(
        [
            keras.Input((noise_size,)),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(784, activation="tanh", dtype="float32"),
            layers.Reshape(IMAGE_SHAPE, dtype="float32"),
        ],
        name="generator",
    )


# %% tags=["taught", "persogan_lessons.models.networks:mlp_discriminator"]
def mlp_discriminator(width=1024):
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE),
            layers.Flatten(),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(width),
            layers.LeakyReLU(0.2),
            layers.Dense(1, dtype="float32"),
        ],
        name="discriminator",
    )


# %%
generator, discriminator = mlp_generator(), mlp_discriminator()
print(f"{generator.count_params():,} and {discriminator.count_params():,} weights")

# %% [markdown]
# Before any training, check the shapes on one tiny batch. Most mistakes show here, in a second.

# %%
checks.shapes(generator, discriminator)

# %% [markdown]
# ## What each player wants
#
# With $D(x)$ the probability that $x$ is real, Goodfellow and his co-authors wrote the game as one
# number, $V$, which the discriminator pushes up and the generator pushes down:
#
# $$\min_G \max_D \; V = \mathbb{E}_{x}\big[\log D(x)\big] + \mathbb{E}_{z}\big[\log(1 - D(G(z)))\big]$$
#
# We never compute $D$ itself, only its logit, since $-\log D = \text{softplus}(-\text{logit})$ and
# $-\log(1 - D) = \text{softplus}(\text{logit})$, where $\text{softplus}(a) = \log(1 + e^a)$. That is
# the sigmoid applied once, inside the loss, and safe from rounding.


# %% tags=["taught", "persogan_lessons.models.losses:cross_entropy_discriminator_loss"]
def cross_entropy_discriminator_loss(real_logits, fake_logits):
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


# %% tags=["taught", "persogan_lessons.models.losses:minimax_generator_loss"]
def minimax_generator_loss(fake_logits):
    return -ops.mean(ops.softplus(fake_logits))


# %% tags=["taught", "persogan_lessons.models.losses:non_saturating_generator_loss"]
def non_saturating_generator_loss(fake_logits):
    return ops.mean(ops.softplus(-fake_logits))


# %% [markdown]
# The generator has two losses to choose from. The second is no part of $V$: instead of "be called fake
# less", it says "be called real more". The goal is the same and the way there is not, as you will see
# when we break it below.
#
# **What is the best a discriminator can do?** For one image $x$ that real data show with density
# $p(x)$ and the generator with density $q(x)$, the best answer is $D(x) = p(x) / (p(x) + q(x))$. When
# the fakes are perfect, $p = q$, so $D = \tfrac12$ everywhere, and its loss is $2 \log 2 = 1.386$.
# Keep that number in mind: it is the loss of a discriminator that can only guess.

# %% tags=["nbval-check-output"]
guess = tf.zeros((1, 1))  # a logit of 0 is a probability of one half
print(f"{float(cross_entropy_discriminator_loss(guess, guess)):.3f}")

# %% [markdown]
# ## The two halves, by hand
#
# One step of the game is two half-steps. Each makes its own fakes, computes its own loss, and moves
# its own network.

# %%
discriminator_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)


def update_discriminator(real_images):
    fake_images = generator(tf.random.normal((len(real_images), 100)))
    with tf.GradientTape() as tape:
        loss = cross_entropy_discriminator_loss(
            discriminator(real_images), discriminator(fake_images)
        )
    weights = discriminator.trainable_variables  # these and no others
    discriminator_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %%
generator_optimizer = keras.optimizers.Adam(1e-3, beta_1=0.5)


def update_generator(batch_size):
    with tf.GradientTape() as tape:
        fake_images = generator(tf.random.normal((batch_size, 100)))
        loss = non_saturating_generator_loss(discriminator(fake_images))
    weights = generator.trainable_variables  # the discriminator judges, and rests
    generator_optimizer.apply(tape.gradient(loss, weights), weights)
    return loss


# %% [markdown]
# In the second half the gradient runs *through* the discriminator into the generator, but only the
# generator's weights are moved. So nothing has to be frozen. Is it true? A check compares all weights
# before and after:

# %%
checks.moves_only(
    lambda: update_discriminator(images[:64]), moving=discriminator, resting=generator
)
checks.moves_only(lambda: update_generator(64), moving=generator, resting=discriminator)

# %% [markdown]
# And the loop around them. A few hundred steps take some seconds.

# %% alt="Twelve drawings after a few hundred steps: grainy grey paper with a dark smudge in the middle, some of them almost a digit."
steps = lesson.budget(fast=20, cpu=200, gpu=1000)
rows = np.random.default_rng(1)
for _ in range(steps):
    d_loss = update_discriminator(images[rows.integers(len(images), size=128)])
    g_loss = update_generator(128)
print(f"after {steps} steps: discriminator {float(d_loss):.2f}, generator {float(g_loss):.2f}")
plots.image_grid(generator(tf.random.normal((12, 100))), columns=12)

# %% [markdown]
# It has found out where the ink goes, and not much more. It needs more steps, and you will want a
# progress bar, a way to stop, and to save the weights. Keras has all that. So we hand it the game.

# %% [markdown]
# ## The same as a Keras model
#
# A `keras.Model` trains with `fit`, and `fit` calls `train_step` for each batch. So we put the game
# into a class. These are the methods of `GAN` in `persogan_lessons.models.gan`, which all later
# lessons use; a test makes sure that what you read here is what runs there.
#
# Look at your two halves once more. Each makes a batch of fakes and has it judged, and one batch
# could serve both. So `GAN` plays **simultaneously**: the fakes are made once and judged once, and
# each player moves as if the other stood still.


# %% tags=["taught", "persogan_lessons.models.gan:GAN.simultaneous_step"]
def simultaneous_step(self, real_images):
    noise = self.sample_noise(ops.shape(real_images)[0])
    with tf.GradientTape(persistent=True) as tape:
        fake_images = self.generator(noise, training=True)
        real_logits = self.discriminator(real_images, training=True)
        fake_logits = self.discriminator(fake_images, training=True)
        g_loss = self.generator_loss(fake_logits)
        d_loss = self.discriminator_loss(real_logits, fake_logits)
        held = ops.stop_gradient(fake_images)
        d_loss += self.penalty(self.discriminator, real_images, fake_images=held)
    descend(tape, g_loss, network=self.generator, optimizer=self.generator_optimizer)
    descend(tape, d_loss, network=self.discriminator, optimizer=self.discriminator_optimizer)
    return d_loss, g_loss


# %% [markdown]
# `descend` is the pair of lines you wrote twice above: gradients of one network, applied to that
# network. (`scale` is 1 unless you train in 16-bit floats, lesson 11, and `penalty` adds nothing
# before lesson 03.)


# %% tags=["taught", "persogan_lessons.models.gan:descend"]
def descend(tape, loss, *, network, optimizer):
    weights = network.trainable_variables
    scale = optimizer.scale_loss(ops.ones_like(loss))
    optimizer.apply(tape.gradient(loss, weights, output_gradients=scale), weights)


# %% tags=["taught", "persogan_lessons.models.gan:GAN.train_step"]
def train_step(self, data):
    real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
    d_loss, g_loss = self.simultaneous_step(real_images)
    self.average_step()
    self.discriminator_loss_tracker.update_state(d_loss)
    self.generator_loss_tracker.update_state(g_loss)
    return self.get_metrics_result()


# %% [markdown]
# One thing is new: `average_step`. In a game the two players circle around each other, and so do
# their weights: the generator of this very step is a little off to one side. The *average* of its
# weights over the last steps is steadier, and costs next to nothing. `GAN` trains with the newest
# weights and draws with the averaged ones. Lesson 03 measures what that is worth; below you will see
# both.


# %% tags=["taught", "persogan_lessons.models.gan:GAN.average_step"]
def average_step(self):
    step = ops.cast(self.generator_optimizer.iterations, "float32")
    keep = ops.minimum(self.averaging, step / (step + 10))
    for average, newest in zip(
        self.averaged_generator.weights, self.generator.weights, strict=True
    ):
        average.assign_add((1 - keep) * (newest - average))


# %% [markdown]
# ## Train it
#
# Now watch. `plots.Live` shows a progress bar, the two losses, and sixteen drawings made from *the
# same* noise each time, so that you can follow one drawing as it takes shape. You may press stop at
# any time; what was learned is kept.
#
# *Before you run it: will the two losses go down, as in every network you trained so far?*

# %% alt="Left, sixteen drawings, many of them digits. Right, both losses by epoch: after a steep start they level off near each other, and neither falls to zero."
model = gan.GAN(networks.mlp_generator(), networks.mlp_discriminator())
model.compile()
live = plots.Live()
epochs = lesson.budget(fast=2, cpu=110, gpu=300)
_ = model.fit(images, batch_size=128, epochs=epochs, verbose=0, callbacks=[live])

# %% [markdown]
# ### What the two losses say
#
# They do not go down, because they are no measure of progress: each is a measure of the *other*
# player. When the generator gets better, the discriminator's loss goes up, until the discriminator
# has caught up. What you want to see is that neither wins. A discriminator loss near 0 means it is
# never fooled, and the generator gets little to learn from; 1.386 means it can only guess.
#
# So the losses tell whether the game is alive. Whether it *works* you see from the drawings.

# %% tags=["picture"]
plots.image_rows(live.snapshots)

# %% [markdown]
# Each column is one noise vector, from random weights at the top to the end of training at the
# bottom. Strokes come first, then shapes, then digits. And the averaging? Here are the newest and the
# averaged weights, from the same noise:

# %% alt="Twelve drawings with the newest weights, above the same with averaged weights. The digits agree; the newest are full of specks, the averaged ones cleaner."
same_noise = keras.random.normal((12, 100), seed=3)
newest, averaged = model.generator(same_noise), model.averaged_generator(same_noise)
plots.image_rows({"newest weights": newest, "averaged weights": averaged})

# %% [markdown]
# ## Did it work?
#
# Three questions, each with a simple answer. To have something to compare with, we take a baseline
# that is no network at all: a Gaussian with the mean and covariance of the training pixels.

# %% alt="Held-out digits, drawings of the GAN, and samples of the Gaussian. Most of the GAN's can be read as digits; the Gaussian's are grey blots."
fakes = model.generate(1000, seed=2)
flat = images.reshape(len(images), -1)
gaussian = np.random.default_rng(0).multivariate_normal(flat.mean(0), np.cov(flat.T), 1000)
gaussian = np.clip(gaussian, -1, 1).astype("float32").reshape(-1, 28, 28, 1)
held_out, _ = digits.load("test")
plots.image_rows({"held out": held_out[::84], "GAN": fakes[:12], "Gaussian": gaussian[:12]})

# %% [markdown]
# **Can they be read?** A classifier that reads 98 of 100 digits it has never seen looks at each set,
# and we count the images of whose digit it is sure (a probability of at least 0.9).
#
# *Before you run it: how many of the Gaussian's blots will it be sure of?*
#
# **Are they copied?** For each image we look up the nearest *training* image. If the generator had
# learned them by heart, its images would lie closer to them than held-out real digits do.

# %%
classifier = checkpoints.load("classifier")
for name, some in {"held out": held_out, "GAN": fakes, "Gaussian": gaussian}.items():
    sure = ops.max(ops.softmax(classifier.predict(some, verbose=0)), axis=1)
    _, distances = realism.nearest(some, images)
    print(
        f"{name:10s} read with certainty {float(ops.mean(sure >= 0.9)):4.0%}   "
        f"distance to the nearest training image {np.median(distances):.2f}"
    )

# %% [markdown]
# Real digits set the standard, and the GAN falls short of it: some of its drawings are no digits. But
# look at the Gaussian. Nobody would call its blots digits, and yet the classifier is sure of most of
# them. It has never seen anything *but* digits, so it sees digits everywhere. By this measure alone you
# could not tell a good generator from a bad one.
#
# The distance can: the blots are far from every training image. And it shows that the GAN does not copy,
# since its images are no closer to the training images than real digits are that it has never seen. Look
# for yourself:

# %% alt="Drawings of the GAN, each above the training image nearest to it. Often it is the same digit, but not the same image: other strokes, another pen."
places, _ = realism.nearest(fakes[:12], images)
plots.image_rows({"GAN": fakes[:12], "nearest in training": images[places]})

# %% [markdown]
# **Is everything there?** A generator that draws one perfect digit would pass both tests. So count.

# %%
read = classifier.predict(fakes, verbose=0).argmax(1)
print("digit ", *[f"{digit:4d}" for digit in range(10)])
print("drawn ", *[f"{count:4d}" for count in np.bincount(read, minlength=10)])

# %% [markdown]
# All ten are there. In the data each is as frequent as any other; in the drawings some are rare, and
# neither of the other two measurements noticed. Quality has several sides, and lesson 02 is about
# them.

# %% [markdown]
# ## Predict, then break it
#
# Go back to the two generator losses. At the start of training the discriminator sees through every
# fake. We make that happen on purpose: the discriminator trains alone for a while, against a
# generator that stands still. (`GAN` has your two halves as methods too, for cases like this one.)
#
# *Predict: how large is the generator's gradient then with the minimax loss, compared to the
# non-saturating one? The same? Half? A thousandth?*

# %%
keras.utils.set_random_seed(1)
beginner = gan.GAN(networks.mlp_generator(), networks.mlp_discriminator())
beginner.compile()
for _ in range(60):
    beginner.discriminator_step(images[:128])


# %%
def gradient_size(generator_loss):
    with tf.GradientTape() as tape:
        loss = generator_loss(beginner.discriminator(beginner.generator(same_noise)))
    return float(tf.linalg.global_norm(tape.gradient(loss, beginner.generator.trainable_variables)))


minimax = gradient_size(minimax_generator_loss)
non_saturating = gradient_size(non_saturating_generator_loss)
print(f"minimax {minimax:.2g}, non-saturating {non_saturating:.2g}")
print(f"the minimax gradient is {non_saturating / minimax:,.0f} times smaller")

# %% [markdown]
# Where the generator is worst, the minimax loss teaches it almost nothing: that is what *saturating*
# means, and the same flat curve you saw for the sigmoid applied twice. This is why nearly everybody
# trains with the other loss.

# %% [markdown]
# ## Check yourself
#
# Checks like these stand at the end of each lesson. One that fails says what was seen, the likely
# cause, and where to read.

# %%
checks.game_is_alive(live.history)
checks.in_range(fakes)
checks.digits_appear(read, kinds=lesson.budget(fast=1, cpu=10, gpu=10))

# %% [markdown]
# ## Exercises
#
# 1. **Mend it yourself.** Give `accomplices[1]` above a loss of its own, with real images, and an
#    optimizer of its own. Which two of the ten faults have you mended?
# 2. **Tip the balance.** Compile a new `GAN` with a discriminator optimizer of
#    `keras.optimizers.Adam(1e-2, beta_1=0.5)`, ten times as fast. Predict its loss after ten epochs,
#    then train. Does `checks.game_is_alive` notice?
# 3. **Fewer images.** Train on `images[:200]` only. Which of the three measurements above tells you
#    that something is wrong, and which does not?

# %% [markdown]
# ## What you can do now
#
# - *Find* the faults: old API, missing import, reuse before use, a function overwritten, two networks
#   by accident, sigmoid twice, one loss for both, no real data, nothing personal, frozen for good.
# - *Write* the two halves: each with its own loss and optimizer, each moving its own network; then
#   `train_step`, and Keras's `fit` does the rest.
# - *Tell* whether it worked: the losses say only whether the game is alive; drawings, a classifier and
#   nearest neighbours say what came of it.
#
# **Next:** lesson 02 asks how good 'good' is, and shows how each measure can be fooled.

# %% [markdown]
# ## References
#
# - I. Goodfellow and others, *Generative Adversarial Nets*, NeurIPS 2014: the game, and both losses.
# - A. Radford, L. Metz, S. Chintala, *Unsupervised Representation Learning with Deep Convolutional
#   Generative Adversarial Networks*, ICLR 2016: Adam with $\beta_1 = 0.5$.
# - Y. Yazıcı and others, *The Unusual Effectiveness of Averaging in GAN Training*, ICLR 2019.
