# %% [markdown]
# # 07 A history is a condition
#
# Nobody fills in twelve numbers about themselves. People click. Read a taste out of up to 32 clicks, draw for
# whoever clicked, and then click yourself.
#
# ![What is drawn for two people after 0, 1, 4, 16 and 32 of their clicks](pictures/07_a_history_is_a_condition.png)

# %% [markdown]
# **You will be able to**
#
# - *encode* a history of any length, even of none, as one vector that a generator understands;
# - *train* the encoder through the game, though nobody ever tells it a taste;
# - *measure* what a click is worth, beside copying, and see which clicks count.
#
# **You need** lesson 06: a taste is twelve numbers, and the generator throws a die among its wishes.
# **It takes** half an hour to read, and about three minutes to run on a laptop with two cores.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=7)

# %%
import functools

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops

from persogan_lessons.course import checkpoints, checks
from persogan_lessons.data import digits, tastes
from persogan_lessons.display import personal, plots
from persogan_lessons.measures import personalisation, realism
from persogan_lessons.models.encoders import LONGEST, with_empty
from persogan_lessons.models.gan import ConditionalGAN
from persogan_lessons.models.networks import IMAGE_SHAPE, apart, embed, see
from persogan_lessons.models.optimizers import slowing_adam

# %% [markdown]
# ## What you know about somebody
#
# The article wants to draw from "the user's behaviour history, a sequence". Here are three such sequences: the newest
# sixteen images that three people clicked on, the oldest at the left. As in lesson 06 the people are
# simulated and the digits are real, so that we know the truth and can measure.

# %% alt="Sixteen clicks each, the oldest at the left. Ada: mostly 3s and 9s, upright. Ben: mostly 2s that lean. Dora: 4s, 6s and a 7 at first, then nothing but 4s."
people = tastes.sample(50, seed=1, split="test")
three = {"Ada": people[23], "Ben": people[10], "Dora": people[16]}
plots.image_rows({name: one.history(16, split="test") for name, one in three.items()})

# %% [markdown]
# Ada and Ben are from lesson 06. *Before you read on: what does Dora like?*
#
# Her taste has **changed**: read her row from the left, and you meet two people. Her newest clicks say more about
# today's Dora than her old ones. Three people in ten are like that here. And there is a second difficulty: sixteen
# clicks are few. A digit that Ada has not clicked on yet, would she never? One that she clicked on once, was that
# chance?

# %%
dora = three["Dora"]
for words, taste in {"today": dora, "long ago": dora.earlier}.items():
    shares = " ".join(f"{100 * share:3.0f}" for share in taste.digits)
    print(f"{words:8s} {shares} %, slant {taste.slant:3.0f}°, pen {taste.thickness:.1f} px")

# %% [markdown]
# ## Encode, then decode
#
# The article's plan (its section 3.1) is a good one, though its code has none of it: *encode* the sequence as a vector
# of few numbers, and let the generator *decode* that. Our generator already understands a language of twelve
# numbers, the tastes of lesson 06. So that is what the encoder should speak:
#
# $$\text{up to 32 clicks} \;\xrightarrow{\text{encoder}}\; \text{12 numbers}
# \;\xrightarrow{\text{generator, with noise}}\; \text{an image}$$
#
# ### Look at each click
#
# First every image is looked at by itself. The classifier that comes with the course knows digits well: we take its 64
# features, and beside them the image at half its size, where slant and pen are easy to see. None of this is trained here,
# so we can do it once for all 4000 images.


# %% tags=["taught", "persogan_lessons.models.encoders:reader"]
def reader(classifier):
    features = keras.Model(classifier.inputs, classifier.get_layer("features").output)
    features.trainable = False
    image = keras.Input(classifier.input_shape[1:])
    coarse = layers.Flatten()(layers.AveragePooling2D(2)(image))
    seen = layers.Concatenate()([features(image, training=False), coarse])
    return keras.Model(image, seen, name="reader")


# %%
look = reader(checkpoints.load("classifier"))
images, _ = digits.load()
features = look.predict(images, verbose=0)
print(f"{len(images)} images, {features.shape[1]} numbers for each")

# %% [markdown]
# ### Any number of clicks, even none
#
# Then many clicks must become one vector, whether there are 32 of them or none. A mean can do that, with one trick:
# there is always **one empty click** among them. Who has not clicked at all *is* the empty click, and the encoder
# learns to say "the average taste" for it. The more real clicks there are, the less the empty one counts. You may
# know this from statistics, as a prior.


# %% tags=["taught", "persogan_lessons.models.encoders:WeightedMean"]
@keras.saving.register_keras_serializable(package="persogan_lessons")
class WeightedMean(layers.Layer):
    def call(self, inputs):
        values, scores, clicked = inputs
        weights = ops.exp(ops.clip(scores, -6, 6)) * clicked
        total = 1 + ops.sum(weights, axis=1)
        mean = ops.sum(weights * values, axis=1) / total
        return ops.concatenate([mean, ops.log(total)], axis=-1)


# %% [markdown]
# ### Which clicks count?
#
# In a plain mean all clicks count alike (`encoders.mean_encoder`). For Dora that is wrong: what she liked long ago
# should count less, but only *because* it does not go with the rest. So the encoder looks **twice**. The first look
# gives an impression of the whole history. The second has that impression at hand when it weighs each click. What
# decides a weight is learned. This is **attention**.


# %% tags=["taught", "persogan_lessons.models.encoders:attention_encoder"]
def attention_encoder(features, units=56):
    history, clicked = clicks(features)
    age = np.arange(LONGEST, 0, -1, "float32").reshape(1, -1, 1) / LONGEST
    age = ops.zeros_like(clicked) + age  # (batch, 32, 1), the newest last
    seen = layers.Concatenate()([layers.Dense(units)(history), clicked, age])
    values = layers.Dense(units, activation="relu")(seen)
    first = WeightedMean()([values, layers.Dense(1)(values), clicked])
    impression = layers.RepeatVector(LONGEST)(layers.Dense(units)(first))
    values = layers.Dense(units, activation="relu")(layers.Concatenate()([values, impression]))
    looks = [WeightedMean()([values, layers.Dense(1)(values), clicked]) for _ in range(2)]
    return keras.Model(history, say(layers.Concatenate()([first, *looks])), name="encoder")


# %% [markdown]
# Where a place has no click, the history holds zeros. And the last layers speak the language of tastes: ten shares that
# add up, a slant and a pen.


# %% tags=["taught", "persogan_lessons.models.encoders:clicks"]
def clicks(features):
    history = keras.Input((LONGEST, features))
    return history, ops.cast(ops.any(history != 0, axis=-1, keepdims=True), "float32")


# %% tags=["taught", "persogan_lessons.models.encoders:say"]
def say(hidden, units=80):
    hidden = layers.Dense(units, activation="relu")(hidden)
    small = keras.initializers.RandomNormal(stddev=0.01)
    shares = layers.Dense(SHARES, activation="softmax", kernel_initializer=small)(hidden)
    style = layers.Dense(STYLE, kernel_initializer=small)(hidden)
    return layers.Concatenate(dtype="float32")([layers.Rescaling(SUM)(shares), style])


# %%
SHARES, SUM, STYLE = 10, 5.0, 2
encoder = attention_encoder(features.shape[1])
nobody = np.zeros((1, LONGEST, features.shape[1]))
print(f"{encoder.count_params():,} weights; nobody yet:", np.round(encoder(nobody)[0], 1))

# %% [markdown]
# ## Nobody tells it the taste
#
# What is the encoder trained on? In life there is no label that says "this person likes 3s, leaning 12 degrees". But
# there is always a **next click**. So a real pair, for the discriminator, is a history and an image that this person
# liked *later*; a fake pair is the same history and a drawing for it.


# %% tags=["taught", "persogan_lessons.models.encoders:episodes"]
def episodes(images, features, *, histories, later, batch_size=64):
    images, features = tf.constant(images), tf.constant(with_empty(features))
    age = tf.range(LONGEST, 0, -1)

    def look_up(place, history):
        length = tf.random.uniform((len(place), 1), 0, LONGEST + 1, tf.int32)
        history = tf.where(age <= length, history, len(features) - 1)
        return tf.gather(images, place), tf.gather(features, history)

    pairs = np.reshape(later, -1), np.repeat(histories, np.shape(later)[1], axis=0)
    data = tf.data.Dataset.from_tensor_slices(tuple(each.astype("int32") for each in pairs))
    data = data.shuffle(len(pairs[0])).repeat().batch(batch_size, drop_remainder=True)
    return data.map(look_up).prefetch(2)


# %%
crowd = tastes.sample(lesson.budget(fast=60, cpu=2500, gpu=8000), seed=2)
histories, later = tastes.clicks(crowd, later=8, seed=1)
pairs = episodes(images, features, histories=histories, later=later)
print(f"{len(crowd)} people, {histories.shape[1]} clicks each, and {later.shape[1]} later ones")

# %% [markdown]
# Each history is cut at random, so that the encoder meets every length from 0 to 32. None of these people is one of
# our fifty, and none of the images either.
#
# ### The judge weighs all wishes
#
# The generator draws *one* wish of a taste, by a die. The discriminator sees a drawing and a taste, and does not know
# which wish it was to grant. So it asks: does the image grant *one of them*? For each wish $k$ it computes how well
# the image suits, as in lesson 05, and weighs them by the shares $s_k$:
#
# $$\text{suits}(x, c) = \log \sum_k s_k \, \exp(\text{seen}(x) \cdot \text{wanted}_k(c))$$


# %% tags=["taught", "persogan_lessons.models.networks:Suits"]
@keras.saving.register_keras_serializable(package="persogan_lessons")
class Suits(layers.Layer):
    def call(self, inputs):
        seen, shares, wanted = inputs
        return self.weigh(ops.einsum("iw,ikw->ik", seen, wanted), shares)[:, None]

    def table(self, seen, shares, *, wanted):
        return self.weigh(ops.einsum("iw,jkw->ijk", seen, wanted), shares)

    def weigh(self, products, shares):
        return ops.logsumexp(products * self.scale + ops.log(shares + 1e-6), axis=-1)

    def build(self, shapes):
        self.scale = shapes[0][-1] ** -0.5


# %% tags=["taught", "persogan_lessons.models.networks:weighing_discriminator"]
def weighing_discriminator(condition_size, width=128, *, choices=10):
    image, taste = keras.Input(IMAGE_SHAPE), keras.Input((condition_size,))
    shares, wishes = apart(taste, choices)
    wanted = layers.Dense(width, use_bias=False)(embed(wishes))  # (batch, choices, width)
    seen = see(image, width)
    real = layers.Dense(1, dtype="float32")(seen)
    suits = Suits(dtype="float32", name="suits")([seen, shares, wanted])
    logit = layers.Add(dtype="float32")([real, suits])
    return keras.Model([image, taste], logit, name="discriminator")


# %% [markdown]
# Now look at what the game does to the encoder, which moves with the discriminator. Say it claims a share of 60 %
# of 3s for somebody who clicks on 3s in 30 % of cases. Then the drawings for it hold twice as many 3s as the real
# images do. The discriminator can tell the two apart by that, and the cheapest way to do so is to *lower the share of 3s*.
# Claimed shares, slants and pens settle where the drawings are like the next clicks.
#
# ### Whose click is it?
#
# That works, and slowly: from a batch of 64 images it learns 64 times "real or not". There is more in a batch. For each of
# the 64 images, which of the 64 histories is it from? The discriminator's scalar products answer that at once for
# all $64 \times 64$ pairs, and the **contrast** asks for the right one.


# %% tags=["taught", "persogan_lessons.models.gan:ConditionalGAN.contrast_loss"]
def contrast_loss(self, real_images, condition):
    seen, shares, wanted = self.compared([real_images, condition], training=True)
    table = self.discriminator.get_layer("suits").table(seen, shares, wanted=wanted)
    return -ops.mean(ops.diagonal(ops.log_softmax(table, axis=1)))


# %% [markdown]
# ## Train it
#
# The players of lesson 06 know their craft, so we go on with them: they come with the course. Only the encoder starts from
# nothing, and all three are trained together.
#
# In each row of the picture you see drawings for one person, after the sixteen clicks above; in the last, for nobody.
#
# *Before you run it: what will the rows look like at the start? What will be learned first, digits, or slant and pen?*


# %%
def with_players(encoder):
    """The players of lesson 06 and an encoder."""
    taste = checkpoints.load("taste")
    discriminator = weighing_discriminator(tastes.CONDITION_SIZE)
    discriminator.set_weights(taste.discriminator.get_weights())
    return ConditionalGAN(taste.generator, discriminator, encoder=encoder, reader=look)


# %% [markdown]
# To see how it fares, we look over its shoulder after each epoch: how far are the shares it claims for a hundred other
# people, after sixteen of their clicks, from the true ones?

# %%
held_out, _ = digits.load("test")
unseen = with_empty(look.predict(held_out, verbose=0))  # the last row: no click
some = tastes.sample(lesson.budget(fast=10, cpu=100, gpu=100), seed=4, split="test")


def clicks_of(people, k):
    """What the encoder takes: `(people, 32, features)`, the newest k clicks of each."""
    places, _ = tastes.clicks(people, 0, split="test")
    return unseen[np.where(np.arange(LONGEST) < LONGEST - k, -1, places)]


def off_by(vectors, people):
    """Total variation between claimed and true shares, a mean over people."""
    truth = np.stack([one.vector() for one in people])
    return np.abs(np.asarray(vectors)[:, :SHARES] - truth[:, :SHARES]).sum(1).mean() / (2 * SUM)


# %%
def drawn_for(model, given, count, seed=0):
    """So many drawings after each history."""
    conditions = np.repeat(model.encoder(given), count, axis=0)
    return model.generate(conditions, seed=seed)


def over_the_shoulder(model, kept):
    given = clicks_of(some, 16)
    return keras.callbacks.LambdaCallback(
        on_epoch_end=lambda epoch, logs: kept.append(off_by(model.encoder(given), some))
    )


# %% alt="Left, four drawings each after the clicks of Ada, Ben and Dora, each row in its own style, and of nobody, all sorts. Right, the discriminator's loss falls slowly, the generator's stays low."
keras.utils.set_random_seed(7)
steps = lesson.budget(fast=40, cpu=1400, gpu=12000)
model, progress = with_players(encoder), []
model.compile(slowing_adam(3e-3, steps), slowing_adam(3e-3, steps), mode_seeking=3.0, contrast=1.0)
shown = np.concatenate([clicks_of(three.values(), 16), nobody])
live = plots.Live(
    tastes.AVERAGE.vector()[None],
    seconds=5,
    kept=tastes.AVERAGE.vector()[None],
    draw=lambda figure, _: plots.draw_grid(figure, drawn_for(model, shown, 4)),
)
callbacks = [live, over_the_shoulder(model, progress)]
_ = model.fit(pairs, steps_per_epoch=steps // 20, epochs=20, verbose=0, callbacks=callbacks)

# %% [markdown]
# Slant and pen come first, then the digits. Which shares does it claim for Ada now, after sixteen of her clicks, and
# for Dora? Below them the truth, which it was never told:

# %%
for name in ("Ada", "Dora"):
    claimed = model.encode(three[name].history(16, split="test"))[:SHARES] / SUM
    for words, shares in {"claimed": claimed, "true": three[name].digits}.items():
        print(f"{name:5s} {words:8s}", " ".join(f"{100 * share:3.0f}" for share in shares), "%")

# %% [markdown]
# ## From nobody to you
#
# How many clicks does it take? The same noise in each column, for Ada and for Dora, after 0, 1, 4, 16 and all 32:

# %% tags=["picture"]
lengths = (0, 1, 4, 16, 32)
rows = {}
for name in ("Ada", "Dora"):
    for k in lengths:
        rows[f"{name}, {k}"] = drawn_for(model, clicks_of([three[name]], k), 12, seed=1)
plots.image_rows(rows)

# %% [markdown]
# With no click everybody gets the same: the average taste. One click says much about the style and something about
# the digit, and the rows still hold other digits: one click is no proof. By sixteen each has a row of their own. And
# with all 32, a little of the old Dora may come back, with a 6 or a 7.
#
# ## What is a click worth?
#
# Let us measure that, over people whom nobody has trained on, by two measures of lesson 06: how far the **digits**
# drawn are from what the person likes today, and how often the person is **recognised** by sixteen drawings, among
# all the others. Two rivals need no training at all:
#
# - **copies** shows the clicked images again;
# - **wishes** picks one of the clicks, measures its digit, slant and pen, and lets the generator of lesson 06 draw
#   just that.
#
# **Longer** is our model after six times as many steps; it comes with the course. And **real** images that the person
# likes, drawn afresh, are the ceiling.
#
# *Predict: from how many clicks on does the encoder beat copying? Does it at all?*

# %%
users = people[: lesson.budget(fast=6, cpu=30, gpu=50)]
draws = lesson.budget(fast=16, cpu=32, gpu=64)
read = functools.partial(
    personalisation.read, classifier=checkpoints.load("classifier"), measure=tastes.measure
)
full = np.stack([one.history(32, split="test") for one in users])
seen = read(full)


def scores(reading):
    """(digits off by, recognised) of images for our users."""
    return (
        personalisation.digit_match(reading, users).total_variation,
        personalisation.retrieval(reading, users).right,
    )


# %%
def each_wish(reading):
    """The condition that asks for each image's own digit, slant and pen."""
    seen = zip(
        reading.digits.ravel(), reading.slants.ravel(), reading.thicknesses.ravel(), strict=True
    )
    wishes = [tastes.Taste(np.eye(10)[one], slant, pen).vector() for one, slant, pen in seen]
    return np.stack(wishes)


def for_users(drawn):
    return scores(read(drawn.reshape(len(users), draws, 28, 28, 1)))


# %%
longer, simple = checkpoints.load("history"), checkpoints.load("taste")
found = {name: {} for name in ("encoder", "longer", "copies", "wishes")}
for k in lengths:
    for name, some_model in (("encoder", model), ("longer", longer)):
        drawn = drawn_for(some_model, clicks_of(users, k), draws, seed=2)
        found[name][k] = for_users(drawn)
    if k:
        clicked = personalisation.Reading(*(part[:, 31 - np.arange(draws) % k] for part in seen))
        found["copies"][k] = scores(clicked)
        found["wishes"][k] = for_users(simple.generate(each_wish(clicked), seed=2))
ceiling = for_users(np.concatenate([one.liked(draws, seed=1) for one in users]))

# %% alt="Two panels by number of clicks. Digits off by: all curves fall, and copies and wishes end lowest. Recognised: all rise, copies and wishes first. None reaches the line of real images."
_, panels = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained")
titles = ("digits off by", "recognised")
for place, (axes, title) in enumerate(zip(panels, titles, strict=True)):
    for (name, curve), style in zip(found.items(), ("o-", "D-", "s--", "^:"), strict=True):
        at = [lengths.index(k) for k in curve]
        axes.plot(at, [each[place] for each in curve.values()], style, label=name)
    axes.axhline(ceiling[place], color="gray", linewidth=1, label="real")
    axes.set(title=title, xlabel="clicks", ylim=(0, None))
    axes.set_xticks(range(len(lengths)), lengths)
panels[0].legend(frameon=False)
plt.show()

# %% [markdown]
# Be fair to the simple rivals.
#
# - **With no click** there is nothing to copy. The encoder knows what everybody likes on average, and draws that.
# - **With one click** the encoder is ahead in the left panel. A copy shows one digit for ever; the encoder has learned that
#   a click on a 3 makes 3s likelier and rules out nothing.
# - **From some four clicks on** copying is as good at digits, then better, and its people are recognised sooner. No
#   wonder: what a person clicked on *is* what the person likes, and no twelve numbers hold as much.
# - **From 16 to 32 clicks** the copies get no better: the older half is about somebody whom some of these people no
#   longer are. The encoder that was trained longer loses nothing.
# - **Wishes** share the fate of copies, with new images. It is a strong and simple method: whoever can measure what people
#   like hardly needs an encoder. It was told that digit, slant and pen are what matters. The encoder was told nothing.
#
# So why encode? Because copies show nothing new. And because an encoder needs no one to say what matters.
#
# ### Does it copy?
#
# It cannot: whatever was clicked has to pass through twelve numbers. But let us see. For each drawing we ask what it
# is nearest to: an image that the person clicked on, or one of as many that the person likes too and did *not* click
# on. If nothing is copied, the answer is "clicked on" half of the time.

# %%
twins = [one.history(32, seed=1, split="test") for one in users]
drawn = drawn_for(model, clicks_of(users, 32), 16, seed=3).reshape(-1, 16, 28, 28, 1)
nearer = []
for some_drawn, clicked, others in zip(drawn, full, twins, strict=True):
    own, other = (realism.nearest(some_drawn, each)[1] for each in (clicked, others))
    nearer.extend(own[own != other] < other[own != other])  # equal: one image stands in both
print(f"Nearer to a clicked image: {np.mean(nearer):.0%} of {len(nearer)} drawings")

# %% [markdown]
# ## Order: play it backwards
#
# Dora's newest clicks say more than her oldest. Does the encoder know? Feed the histories of all whose taste has changed
# once as they are, and once **backwards**, so that long ago comes last.
#
# *Predict: whom will it draw for then?*

# %%
changed = [one for one in tastes.sample(200, seed=3, split="test") if one.earlier]
changed = changed[: lesson.budget(fast=4, cpu=60, gpu=60)]
given = clicks_of(changed, 32)
for words, history in (("as they are", given), ("backwards", given[:, ::-1])):
    said = model.encoder(history)
    today, before = off_by(said, changed), off_by(said, [one.earlier for one in changed])
    print(
        f"{words:12s} off by {today:.2f} from today's taste, by {before:.2f} from the earlier one"
    )

# %% [markdown]
# As they are, the histories lead to today's taste; backwards, they lead to the earlier one. The encoder was never
# told that tastes change. It has found out that new clicks say more about the next one than old clicks do, but only
# if the two disagree.
#
# ## Break it: no contrast
#
# The players again as they came, a new encoder, and the game alone: `contrast=0`, for the first four of our twenty epochs.
#
# *Predict: after so few steps, what will it claim about people without the contrast? Something wrong, or nothing?*

# %% alt="How far the shares are off, by epoch. With the contrast the curve falls fast and then levels off; the game alone starts near the average for everybody and falls more slowly."
keras.utils.set_random_seed(7)
alone, without = with_players(attention_encoder(features.shape[1])), []
alone.compile(slowing_adam(3e-3, steps), slowing_adam(3e-3, steps), mode_seeking=3.0)
callback = over_the_shoulder(alone, without)
alone.fit(pairs, steps_per_epoch=steps // 20, epochs=4, verbose=0, callbacks=[callback])
average = off_by(np.tile(tastes.AVERAGE.vector(), (len(some), 1)), some)
plt.figure(figsize=(5, 2.6), layout="constrained")
plt.axhline(average, color="gray", label="the average for everybody")
plt.plot(range(1, 5), without, "s--", color=plots.FAKE, label="the game alone")
plt.plot(range(1, 21), progress, "o-", color=plots.REAL, label="with the contrast")
plt.gca().set(xlabel="epoch", ylabel="shares off by", ylim=(0, None), xticks=range(0, 21, 4))
plt.legend(frameon=False)
plt.show()

# %% [markdown]
# Not wrong, only slow. The game pulls the encoder the right way, but the pull is weak as long as fakes can be told from
# real images by anything else. Asking *whose is it?* asks for exactly what an encoder is for.
#
# ## Your own taste
#
# Now you. Click on the heart under digits you like (Tab and Space work, too), on the cross under those you do not.
# After each click the twelve numbers are read anew, and the generator draws for you. **Surprise me** offers other
# digits, **more like this** draws others, **forget me** makes you nobody again.

# %%
mine = personal.your_own_taste(model, held_out)
mine

# %% [markdown]
# And what does it think of you? Run this after some clicks:

# %%
me = model.encode(mine.history)
print(
    f"{len(mine.history)} clicks:", " ".join(f"{100 * share / SUM:.0f}%" for share in me[:SHARES])
)
print(f"slant {me[10]:+.1f}, pen {me[11]:+.1f} (0 is the average digit, 1 is far from it)")

# %% [markdown]
# Twelve numbers, and you may find that they know you. Everything stays in this notebook, and ends with it. In a
# product these numbers would be kept, and lesson 12 asks what they give away.
#
# Would you like to watch somebody else's history at work? Move the slider through Dora's clicks, and see when her
# taste turns:

# %%
personal.history_explorer(model, dora.history(32, split="test"))

# %% [markdown]
# ## Check yourself
#
# The course comes with this model, trained about six times as long: `checkpoints.load("history")`. Both have to pass.

# %%
for judged in [longer, model][: lesson.budget(fast=1, cpu=2, gpu=2)]:
    off = {k: off_by(judged.encoder(clicks_of(some, k)), some) for k in (0, 4, 16)}
    checks.learns_from_clicks(off)

# %% [markdown]
# ## Exercises
#
# 1. Train with `mean_encoder` and `gru_encoder` from `persogan_lessons.models.encoders` instead. Which of them
#    notices that histories are played backwards? Is the mean worse for those whose taste has not changed?
# 2. The empty click has weight 1. Make it 4 in `WeightedMean`: for how many clicks are the drawings more careful?
# 3. Mix two people: sixteen of Ada's clicks, then sixteen of Ben's. For whom does it draw? And if you shuffle all 32?

# %% [markdown]
# ## What you did
#
# - You *encoded* histories of any length as twelve numbers: an empty click for nobody, two looks for which clicks count.
# - You *trained* the encoder through the game, from later clicks alone, and gave it one question more: whose is it?
# - You *measured* what a click is worth. Copying is hard to beat at what somebody clicked on already, and it has
#   nothing new to show.
#
# **Next:** lesson 08. The generator is trained; now tune it for a need.
#
# ## To read on
#
# - Zaheer et al., *Deep Sets*, 2017: what a function of any number of things must look like.
# - Bahdanau et al., *Neural Machine Translation by Jointly Learning to Align and Translate*, 2015: attention.
# - van den Oord et al., *Representation Learning with Contrastive Predictive Coding*, 2018: whose is it, as a loss.
# - Kang and Park, *ContraGAN*, 2020: a contrast in the discriminator of a conditional GAN.
