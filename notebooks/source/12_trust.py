# %% [markdown]
# # 12 Trust
#
# A generator that knows you can give you away, and it can fence you in. Attack your own models, watch a loop of
# clicks narrow, and find out what each protection buys and what it costs.
#
# ![What one person is shown, round after round, without exploring and with it](pictures/12_trust.png)

# %% [markdown]
# **You will be able to**
#
# - *attack* a trained GAN: was this image in its data? whose taste is behind these drawings?
# - *protect* people with more data, augmentation and noise, and say what each protection costs in fit;
# - *watch* the loop of drawing and clicking narrow what somebody sees, and slow it down.
#
# **You need** lessons 03, 06 and 07: augmentation, a taste is a vector, a history is encoded as one.
# **It takes** forty minutes to read, and about three minutes to run on a laptop with two cores.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=12)

# %%
import itertools

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops
from sklearn.metrics import roc_auc_score

# %%
from persogan_lessons.course import checkpoints, checks, study, trust
from persogan_lessons.data import digits, tastes
from persogan_lessons.display import plots
from persogan_lessons.measures import personalisation, privacy, realism
from persogan_lessons.measures.feedback import (
    CLICKS,
    LONGEST,
    SHOWN,
    Round,
    draw_for,
    own_likelihood,
    replaced,
    require_crowd,
)
from persogan_lessons.measures.privacy import require_vectors
from persogan_lessons.models import networks
from persogan_lessons.models.gan import GAN, descend

# %% [markdown]
# ## Whose digits are these?
#
# Somebody wrote each of our 4000 training images by hand. Say they had not been asked. Above, the nearest real image that
# the model was trained on; below, what the label GAN of lesson 05 draws.

# %%
images, labels = digits.load()
held_out, held_labels = digits.load("test")
label_gan = checkpoints.load("label")
wanted = np.eye(10)[np.arange(1000) % 10]
drawn = label_gan.generate(wanted, seed=1)
places, apart = realism.nearest(drawn, images)
plots.image_rows({"trained on": images[places[:12]], "drawn": drawn[:12]})

# %% [markdown]
# *Before you read on: are these copies? How near is too near?*
#
# Nobody can say without a **control**. Lesson 02 had one: real images that the model never saw. They lie at some
# distance from the training images too, simply because a 7 is a 7. If drawings lie nearer than that, something was copied.

# %%
print(realism.memorisation(drawn, train=images, held_out=held_out))

# %% [markdown]
# Read it slowly. The first number says that drawings *are* a little nearer to the training images than unseen real
# images are: 50 % would be alike. But drawings are smoother than real digits, and smooth images lie near everything.
# The last two numbers take that out: the nearest real image of a drawing is a training image somewhat more often than
# chance has it. So nothing is copied here, and there is a faint trace of the data all the same. Without its control,
# the measure would have said either more or less than that.

# %% [markdown]
# ## Were you in the data?
#
# Copying is the crude leak. There is a finer one. An attacker holds *your* image and a trained model, and asks: **was this
# image used for training?** If the data was "patients of this clinic", the answer is a diagnosis. This is
# **membership inference**. The attacker gives each image a score, the higher the likelier a member.
#
# Whoever holds the **discriminator** asks it directly. It spent its life calling just these images real:


# %% tags=["taught", "persogan_lessons.measures.privacy:by_discriminator"]
def by_discriminator(discriminator, images):
    images = realism.require_images(images)
    return np.asarray(discriminator(images)).ravel()


# %% [markdown]
# Usually only the **generator** is published, or only its drawings. Then: is there a drawing suspiciously near to
# this image? "Near" needs a control again, since a plain 1 is near to everything. So we subtract: how near is it to
# real images that the attacker has anyway, the `reference`?


# %% tags=["taught", "persogan_lessons.measures.privacy:by_generator"]
def by_generator(fakes, images, *, reference):
    _, to_fakes = realism.nearest(images, fakes)
    _, to_reference = realism.nearest(images, reference)
    return to_reference - to_fakes


# %% [markdown]
# How good is an attack? Take a member and a non-member at random. The **AUC** is the chance that the member scores
# higher: 0.5 is guessing, 1 is certainty.


# %% tags=["taught", "persogan_lessons.measures.privacy:area_under_curve"]
def area_under_curve(members, others):
    is_member = np.repeat([1, 0], [len(members), len(others)])
    return float(roc_auc_score(is_member, np.concatenate([members, others])))


# %% [markdown]
# `privacy.membership` adds an interval: how much would the number waver with other images? (It resamples them, a
# *bootstrap*.)
#
# ### The models that come with the course
#
# The label GAN saw 4000 images. *Predict its two AUCs.*

# %%
others, reference = held_out[:500], held_out[500:]
some = np.random.default_rng(0).permutation(len(images))[:500]


def of_label(pictures, which):
    """Its discriminator's scores, each image shown with its own label."""
    return by_discriminator(lambda x: label_gan.discriminator([x, np.eye(10)[which]]), pictures)


judge = privacy.membership(
    of_label(images[some], labels[some]), of_label(others, held_labels[:500])
)
painter = privacy.membership(
    by_generator(drawn, images[some], reference=reference),
    by_generator(drawn, others, reference=reference),
)
print(f"discriminator  {judge}\ngenerator      {painter}")

# %% [markdown]
# Surprised? **The discriminator knows its data**, though there are 4000 images and though it sees every one of them
# through noise: in more than four pairs of five it finds the member. It has read each image some 240 times. The
# drawings give away little. And that is the first rule of this lesson: *the discriminator is part of the data*.
# Publish the generator, if you must, and delete its opponent. (This course ships both, since its digits have been
# public for decades.)
#
# ### Few images
#
# A person's own generator has few images. So now a hundred of them, twice: once plainly, once with the **augmentation** of
# lesson 03, where the discriminator sees every image shifted by up to two pixels. Both train for just as many steps.
#
# *Predict: which player tells more about its data? Does the augmentation hide the members, or only make the drawings
# better?*


# %%
def train_on(members, *front):
    """A small GAN of lesson 03."""
    keras.utils.set_random_seed(12)
    discriminator = study.discriminator(*front)
    gan = GAN(networks.mlp_generator(trust.NOISE_SIZE, study.WIDTH), discriminator)
    gan.compile()
    epochs = lesson.budget(fast=2, cpu=20, gpu=25)
    gan.fit(np.resize(members, images.shape), batch_size=50, epochs=epochs, verbose=0)
    return gan


members = images[some[:100]]
few = {"plain": train_on(members), "shifted": train_on(members, trust.SHIFT())}

# %%
found = {}
for name, gan in few.items():
    fakes = gan.generate(1000, seed=0)
    found[name, "discriminator"] = privacy.membership(
        *(by_discriminator(gan.discriminator, each) for each in (members, others))
    )
    found[name, "generator"] = privacy.membership(
        *(by_generator(fakes, each, reference=reference) for each in (members, others))
    )
for (name, player), attack in found.items():
    print(f"{name:8s} {player:14s} {attack}")

# %% [markdown]
# One training each is an anecdote. `trust.json` holds five of each, from a hundred images and from all 4000, and
# every dot is a training of its own (`python run.py train trust` makes it anew).

# %%
runs = trust.load()


def kept(setting, name):
    """One number of each of the five runs of a setting."""
    return [each[name] for each in runs if each["setting"] == setting]


_, panels = plt.subplots(1, 2, figsize=(7.4, 2.4), sharey=True, layout="constrained")
settings = [f"{count} images{words}" for count in trust.SIZES for words in ("", ", shifted")]
for axes, player in zip(panels, ("discriminator", "generator"), strict=True):
    for row, setting in enumerate(settings):
        colour = plots.REAL if "shifted" in setting else plots.FAKE
        axes.plot(kept(setting, f"by {player}"), [row] * trust.SEEDS, "o", color=colour, alpha=0.6)
    axes.axvline(0.5, color="gray", linewidth=1)
    axes.set(xlabel=f"AUC by {player}", yticks=range(len(settings)), yticklabels=settings)
panels[0].invert_yaxis()
plt.show()

# %% [markdown]
# The plot says four things, each in all five trainings.
#
# - **Few images are known by heart.** From a hundred of them, the plain discriminator finds members far more often
#   than not; from 4000, in as few steps, it does no better than guessing. (The label GAN above had 4000 images and
#   many times the steps. What counts is how often each image was seen.)
# - **The generator tells less than its opponent.** It never saw an image; all it knows, it knows from the discriminator.
# - **Augmentation hides members** from whoever asks the discriminator: it never saw an image twice in the same place.
# - **In the drawings** there is less to hide, and most of it goes, too.
#
# Mind what an AUC near 0.5 does *not* say. It is a mean over members: a single odd image, written like no other, may
# still be found. And it is about *these* attacks. A better attacker may come tomorrow; a proof would have to hold for
# all of them.
#
# ## Whose taste is it?
#
# The second secret is not in the training data. It is in the **condition**. A shop sees your clicks, encodes them as
# twelve numbers and draws for you. You post the drawings. Somebody else has the tastes of a thousand people, from
# another shop, with names. Can they find yours?
#
# That is the *recognition* of lesson 06, which was praise there: drawings that are recognised suit their person. **The same
# number is now the leak.**
#
# *Predict: how many of the people are found among a thousand by one drawing? By 4? By 16?*

# %%
crowd = tastes.sample(lesson.budget(fast=200, cpu=1000, gpu=1000), seed=112, split="test")
count = lesson.budget(fast=6, cpu=30, gpu=50)
people, strangers = crowd[:count], crowd[count:]
taste_gan, history_gan = checkpoints.load("taste"), checkpoints.load("history")
read = trust.look()


def of_each(gan, conditions):
    """A reading of 16 drawings for each of our people; conditions `(people * 16, 12)`."""
    return read(gan.generate(conditions, seed=1).reshape(count, 16, 28, 28, 1))


def found_by(reading):
    """How many people are recognised among all by 1, 4, 16 images."""
    tries = (
        personalisation.retrieval(reading, people, strangers=strangers, k=k) for k in (1, 4, 16)
    )
    return [each.right for each in tries]


# %%
vectors = np.stack([one.vector() for one in people])
told = np.stack([history_gan.encode(one.history(16, split="test")) for one in people])
readings = {
    "a taste": of_each(taste_gan, np.repeat(vectors, 16, axis=0)),
    "16 clicks": of_each(history_gan, np.repeat(told, 16, axis=0)),
    "real images": read(np.stack([one.liked(16, seed=1) for one in people])),
}
for name, reading in readings.items():
    shares = " ".join(f"{share:5.0%}" for share in found_by(reading))
    print(f"{name:12s} found among {len(crowd)} by 1, 4, 16 images: {shares}")

# %% [markdown]
# One drawing is little: many people like a slanted 7. Sixteen are a signature: by chance you would find one person in
# a thousand, and here you find most. An encoder reads clicks less exactly than a taste is told, so the history gives
# away far less: its blur is a protection that nobody planned. Compare the last row, *real* images that somebody
# likes: the generator does not leak through a hole. **It leaks because it does its work.**
#
# ### Without any drawing
#
# And if the twelve numbers themselves get out, with the names cut off? Two shops have different clicks of the same
# thousand people. Each encodes its own. For a vector of the first shop, the nearest one of the second: is it the same
# person's?


# %%
linked = trust.linked(history_gan, crowd, seed=12)
for clicks, share in linked.items():
    print(f"{clicks:>2s} clicks in each shop: {share:4.0%} linked, {1 / len(crowd):.1%} by chance")

# %% [markdown]
# Cutting off the name did not make it anonymous. The vector *is* a name: coarse after four clicks, sharper with each
# further one. So what the encoder stores has to be guarded like what it read.
#
# ## Noise on the vector
#
# The classical protection is noise. Before a taste is stored, every number gets a random number added. A scale of 1
# is about as far as people differ from each other. What comes out must be a taste again: no share below zero, and the
# same sum.


# %% tags=["taught", "persogan_lessons.measures.privacy:blur"]
def blur(vectors, scale, *, shares=10, seed=0):
    vectors = require_vectors(vectors, shares)
    if not np.isfinite(scale) or scale < 0:
        raise ValueError(f"scale must be a number, 0 or more; got {scale!r}")
    noise = np.random.default_rng(seed).normal(size=vectors.shape)
    noisy = vectors + scale * noise
    kept = np.clip(noisy[:, :shares], 1e-6, None)
    kept *= vectors[:, :shares].sum(1, keepdims=True) / kept.sum(1, keepdims=True)
    return np.concatenate([kept, noisy[:, shares:]], axis=1).astype("float32")


# %% [markdown]
# There are two ways to use it, and they sound alike. Either the noise is drawn **once**, and the noisy taste is all
# that is **kept**. Or the true taste is kept, and noise is drawn **anew** for every image.
#
# *Predict: which protects better, if 16 images are published?*

# %%
scale = 0.5
once = np.repeat(blur(vectors, scale, seed=1), 16, axis=0)
anew = blur(np.repeat(vectors, 16, axis=0), scale, seed=1)
readings |= {"noise, kept": of_each(taste_gan, once), "noise, anew": of_each(taste_gan, anew)}
for name in ("a taste", "noise, kept", "noise, anew"):
    shares = " ".join(f"{share:5.0%}" for share in found_by(readings[name]))
    fit = personalisation.shuffle_gap(readings[name], people).value
    print(f"{name:12s} found by 1, 4, 16 images: {shares}   fit {fit:.1f} nats")

# %% [markdown]
# One image is protected by either. But noise that is drawn **anew** for each image averages out over sixteen of them,
# as every statistician knows, and the attacker is one: the more you publish, the less it hides. Noise that is
# **kept** stays, however many images are published. So draw it once, store the noisy taste, and *forget the true
# one*. This is the error to look for in products that claim to add noise.
#
# ### What it costs
#
# The drawings suit less, of course. That is no accident: *suiting* and *being recognised* are the same thing, seen by
# a friend and by a stranger. So there is no protection for nothing, only a curve. Here it is, from five crowds of a
# thousand people each.


# %%
def mean_of(name):
    """Recognised by 1, 4, 16 images, and fit as a share of that without noise; five seeds."""
    rows = [each for each in runs if each["setting"] == "reveal"]
    right = np.array([each[name]["recognised"] for each in rows])
    fit = np.array([each[name]["fit"] / each["kept 0"]["fit"] for each in rows])
    return right.mean(0), fit.mean()


_, panels = plt.subplots(1, 2, figsize=(7.6, 3), layout="constrained")
for way, style in (("kept", "o-"), ("anew", "s--")):
    scales = [each for each in trust.SCALES if each or way == "kept"]
    points = [mean_of(f"{way} {each:g}") for each in scales]
    panels[0].plot(scales, [right[2] for right, _ in points], style, label=f"16 images, {way}")
    panels[0].plot(scales, [right[0] for right, _ in points], style, alpha=0.4, label=f"1, {way}")
    panels[1].plot([right[2] for right, _ in points], [fit for _, fit in points], style, label=way)
panels[0].set(xlabel="noise on each number", ylabel="recognised among 1000", ylim=(0, None))
panels[1].set(xlabel="recognised by 16 images", ylabel="fit, as a share", ylim=(0, None))
for axes in panels:
    axes.legend(frameon=False)
plt.show()

# %% [markdown]
# Left: half a unit of kept noise takes most of the recognition away; fresh noise needs about twice as much. Right:
# what is left of the fit at each degree of recognition. The first step is a bargain, since *recognition among a
# thousand* needs all twelve numbers to be exact, and a pleasing drawing does not. The next steps are dear: at a noise
# of 2 hardly anybody is found any more, and there is little left that is personal. Where on the curve to stand is not
# for an engineer alone to decide.
#
# ### And a proof?
#
# All this was one attacker. **Differential privacy** promises for every attacker: whoever sees the noisy vector can
# become at most $e^\varepsilon$ times as sure whose it is, but for one case in a thousand. $\varepsilon = 1$ is a
# strong promise, $\varepsilon = 10$ hardly one. What would our noise prove?

# %%
every = np.stack([one.vector() for one in crowd])
reach = max(np.linalg.norm(every - one, axis=1).max() for one in every)
for each in (1, 4, 16, 32):
    print(f"noise {each:2d}: epsilon {privacy.guarantee(each, reach):5.1f}")

# %% [markdown]
# At a noise of 1 the promise is empty. At one that means something, the curve above has long ended: nothing personal
# would be left. That is honest news for anyone who writes "anonymised" under a product. A proof protects the one
# person in a thousand whom no average speaks for, and it is dear. Noise is added to *one person's* vector here;
# adding it to what a model learns from *many* people costs far less for each of them (Abadi et al. below).

# %% [markdown]
# ## The loop
#
# Now the other worry. Nobody steals anything; you simply keep clicking. The generator draws for your history, you
# click on what you like best among what *it showed*, your clicks join your history, and it draws for that.
#
# Clicks fall by how well an image suits: the share of its digit, its slant, its pen. To choose several without
# taking one twice, add a random number of the Gumbel distribution to each logarithm and take the largest.


# %% tags=["taught", "persogan_lessons.measures.feedback:click"]
def click(likelihoods, count, *, seed=0):
    luck = np.random.default_rng(seed).gumbel(size=np.shape(likelihoods))
    return np.argsort(-(likelihoods + luck), axis=1)[:, :count]


# %% [markdown]
# And the loop. To **explore**, a share of what is shown is drawn for *nobody in particular*, for the empty history of
# lesson 07. What `drawn` keeps is never explored: it is what the generator believes of its user.


# %% tags=["taught", "persogan_lessons.measures.feedback:rounds"]
def rounds(gan, people, *, histories, read, explore=0.0):
    require_crowd(people, histories, explore=explore)
    nobody = gan.encode(np.zeros((0, 28, 28, 1)))
    fresh = round(explore * SHOWN)
    for seed in itertools.count():
        conditions = np.stack([gan.encode(history[-LONGEST:]) for history in histories])
        drawn = read(draw_for(gan, conditions, count=SHOWN, seed=2 * seed))
        shown = drawn
        if fresh:
            others = np.tile(nobody, (len(people), 1))
            shown = replaced(drawn, read(draw_for(gan, others, count=fresh, seed=2 * seed + 1)))
        places = click(own_likelihood(shown, people), CLICKS, seed=seed)
        clicked = np.take_along_axis(shown.images, places[:, :, None, None, None], axis=1)
        yield Round(conditions, drawn, clicked, float(np.mean(places < fresh)))
        histories = [np.concatenate(each) for each in zip(histories, clicked, strict=True)]


# %% [markdown]
# How varied is a row of drawings? Let $s_k$ be the share of digit $k$. The **effective number** of digits is
# $\exp(-\sum_k s_k \log s_k)$: three digits equally often count as 3, and a fourth one now and then counts a little.
#
# *Predict for ten rounds: does the generator come nearer to what somebody likes, or lose it? Or first one, then the other?*

# %%
friends = tastes.sample(lesson.budget(fast=2, cpu=10, gpu=20), seed=212, split="test")
friends = [tastes.Taste(one.digits, one.slant, one.thickness) for one in friends]  # no change
start = [one.history(8, seed=12, split="test") for one in friends]
many = lesson.budget(fast=2, cpu=10, gpu=10)
loops = {
    explore: list(
        itertools.islice(
            rounds(history_gan, friends, histories=start, read=read, explore=explore), many
        )
    )
    for explore in (0.0, 0.25)
}

# %% tags=["picture"]
shown = {}
for explore, words in ((0.0, "alone"), (0.25, "exploring")):
    for at in (0, many // 2, many - 1):
        shown[f"{words}, round {at + 1}"] = loops[explore][at].drawn.images[0][:16]
plots.image_rows(shown)

# %%
truth = read(np.stack([one.liked(SHOWN, seed=12) for one in friends]))
for explore, each in loops.items():
    print(f"exploring {explore:.0%}:")
    for at in (0, many - 1):
        state = trust.state(each[at].drawn, friends)
        print(f"  round {at + 1:2d}: {state['digits']:.1f} digits, off by {state['off by']:.2f}")
state = trust.state(truth, friends)
print(f"what they like: {state['digits']:.1f} digits, off by {state['off by']:.2f} (by chance)")

# %% [markdown]
# Ten people are few. From the study, sixteen people and five seeds for each line, and beside them a generator that
# **trains again** on what was clicked, after every round: what many products do every night.


# %%
def rounds_of(setting, name):
    """Ten rounds, a mean over the seeds."""
    return np.mean(kept(setting, name), axis=0)


loop_settings = {"bubble": "o-", "bubble, exploring": "o--"}
loop_settings |= {"retraining": "s-", "retraining, exploring": "s--"}
_, panels = plt.subplots(1, 3, figsize=(8.6, 2.8), layout="constrained")
for axes, name in zip(panels, ("digits", "off by", "diversity"), strict=True):
    for setting, style in loop_settings.items():
        colour = plots.FAKE if "retraining" in setting else plots.REAL
        axes.plot(range(1, 11), rounds_of(setting, name), style, color=colour, label=setting)
    real = np.mean([each[name] for each in kept("bubble", "real")])
    axes.axhline(real, color="gray", linewidth=1, label="what they like")
    axes.set(xlabel="round", title=name, ylim=(0, None))
panels[0].legend(frameon=False, fontsize=7)
plt.show()

# %% [markdown]
# Read the gray lines first: that is what these people like, measured on real images. A perfect generator would go
# *there* and stay.
#
# - **First it learns, then it narrows.** In the first rounds drawings come nearer to what people like (*off by*
#   falls). Then they move away again, while the variety goes on falling until it is less than people would choose.
#   Their second favourite is shown less, so it is clicked on less, so it is shown less. Nobody decided that.
# - **Exploring slows it** (blue, dashed): a quarter of what is shown is for nobody in particular, and now and then a
#   click on it brings something back. In all five crowds, drawings end nearer to what people like and less alike; the
#   number of digits is larger in four of them. It slows the loop and does not stop it.
# - **Training again** on the clicks (orange) changes little in ten rounds of thirty steps, for better or worse: what
#   narrows is the history, and the generator follows it.
#
# A product that watches only how well the clicked images suit sees nothing of all this.
#
# ## A rare wish
#
# Somebody has clicked 32 times: 28 times on a 1 and four times on a 7. How often should they see a 7? *Predict how
# often they do.*

# %%
few_pairs = lesson.budget(fast=2, cpu=10, gpu=40)
here = trust.unbalanced(12, pairs=few_pairs)["rarer"]
clicked = np.array(trust.MINORITY) / 32
study_rare = np.array([list(each.values()) for each in kept("unbalanced", "rarer")])
plt.figure(figsize=(4.2, 3), layout="constrained")
plt.plot([0, 0.5], [0, 0.5], color="gray", linewidth=1, label="as clicked on")
plt.errorbar(
    clicked, study_rare.mean(0), study_rare.std(0), marker="o", color=plots.REAL, label="five seeds"
)
plt.plot(clicked, list(here.values()), "x", color=plots.FAKE, label="here")
plt.gca().set(xlabel="share of the clicks", ylabel="share of the drawings")
plt.legend(frameon=False)
plt.show()

# %% [markdown]
# Below the gray line a rare wish is granted more rarely than it was made. The encoder has learned from a crowd in
# which a few odd clicks mean little; for most people that is wise. For those whose second wish is real, it is a bias,
# and no mean over people shows it. Look at the ends of your measures, not only at their middle.
#
# ## Consent, and taking little
#
# Measures do not decide what is right. Four habits that follow from what you have just measured:
#
# - **Ask, and be able to stop.** Say what is stored, for what, and for how long, in a sentence that the person would
#   repeat correctly. *Forget me* in lesson 07 was a button and not a letter to a department. But a model that was
#   trained on somebody's images is not mended by deleting the images: plan for training again.
# - **Take little.** Do you need the clicks, or twelve numbers? Twelve, or two? Can they stay on the person's own
#   device, and only drawings leave it? What is not there cannot leak.
# - **Keep it briefly.** The encoder reads the newest 32 clicks. A thirty-third that is stored is pure risk.
# - **Measure before you promise.** "Anonymised" was false for our vectors, and a number told us so. Write it into the
#   model card, with the attack it is about.
#
# Our people are invented, so nobody was harmed by this lesson. Yours will not be.
#
# ## Where the field goes
#
# The article ends by asking where GANs are heading. Today much of image generation has gone elsewhere: to **diffusion
# models**. There is no game and no opponent. An image is mixed with noise, a little or a lot, by a time $t$ from 0 to
# 1:
#
# $$\text{noisy} = \cos(\tfrac{\pi}{2} t)\, x + \sin(\tfrac{\pi}{2} t)\, z$$


# %% tags=["taught", "persogan_lessons.models.diffusion:mix"]
def mix(images, noise, *, times):
    angle = ops.reshape(times, (-1, 1, 1, 1)) * np.pi / 2
    signal, blur = ops.cos(angle), ops.sin(angle)
    return signal * images + blur * noise, signal * noise - blur * images


# %% [markdown]
# The second result is the *velocity*: how the mixture changes as $t$ grows. One network learns to see it, by plain
# regression. This is the whole training:


# %% tags=["taught", "persogan_lessons.models.diffusion:Diffusion.train_step"]
def train_step(self, data):
    images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
    count = ops.shape(images)[0]
    times = keras.random.uniform((count, 1), seed=self.seeds)
    noise = keras.random.normal(ops.shape(images), seed=self.seeds)
    noisy, velocity = mix(images, noise, times=times)
    with tf.GradientTape() as tape:
        guess = self.network([noisy, times], training=True)
        loss = ops.mean((guess - velocity) ** 2)
    descend(tape, loss, network=self.network, optimizer=self.optimizer)
    self.average_step()
    self.loss_tracker.update_state(loss)
    return self.get_metrics_result()


# %% [markdown]
# To draw, start from noise alone and walk back in twenty steps. Each step takes the mixture apart and mixes it again
# with less noise:


# %% tags=["taught", "persogan_lessons.models.diffusion:walk_step"]
def walk_step(network, images, *, now, later):
    velocity = network([images, ops.full((ops.shape(images)[0], 1), now)], training=False)
    signal, blur = np.cos(now * np.pi / 2), np.sin(now * np.pi / 2)
    clean = ops.clip(signal * images - blur * velocity, -1, 1)
    noise = (images - signal * clean) / blur
    return np.cos(later * np.pi / 2) * clean + np.sin(later * np.pi / 2) * noise


# %% [markdown]
# Now a fair race: the same 4000 images, the same seconds of the processor, the same measures. The GAN is the one that
# got farthest in lesson 04. The diffusion model has about as many weights, a small U-Net.
#
# *Predict: who draws better after twenty seconds? Who draws faster?*

# %%
seconds = lesson.budget(fast=2, cpu=20, gpu=20)
racers = {}
for name, make in {"GAN": trust.dense_gan, "diffusion": trust.small_diffusion}.items():
    keras.utils.set_random_seed(12)
    racers[name] = make()
    clock = trust.Seconds(seconds)
    racers[name].fit(images, batch_size=64, epochs=10**6, verbose=0, callbacks=[clock])
plots.image_rows({name: model.generate(16, seed=1) for name, model in racers.items()})

# %%
table = {}
columns = {"frechet": "Frechet, x floor", "precision": "precision", "recall": "recall"}
columns |= {"by generator": "AUC", "drawing": "s for 1000"}
for name in racers:
    values = {words: kept(name, key) for key, words in columns.items()}
    table[name] = {
        words: f"{np.median(each):.3g} [{min(each):.3g}, {max(each):.3g}]"
        for words, each in values.items()
    }
for name, row in table.items():
    print(name, *(f"\n   {words:17s} {value}" for words, value in row.items()))

# %% [markdown]
# The pictures are of one race; the numbers below them are the medians of five, with the least and the largest.
#
# **After twenty seconds the diffusion model draws better**, by the Frechet distance and by recall, in every one of
# the five. Its training is a plain regression: there is no opponent to outrun and nothing that could collapse, so
# each step teaches something. **The GAN draws faster**, by far: one pass through one network, where the other takes
# twenty. On a telephone, or sixty times a second, that decides. After so short a training the drawings of neither
# give members away, as far as this attack can tell.
#
# Be careful with what this proves. It is one size, one time and one machine; lesson 04 chose the GAN among ten, and
# of the diffusion model two learning rates were tried. And it is not the end of the game: the newest fast diffusion
# models draw in one to four steps, and what teaches them that is, often, a discriminator (Sauer et al. below).
# Everything else in this course (a condition is a vector, fit, privacy, the loop) holds for them unchanged.
#
# ## Check yourself
#
# A generator that is to be published has to hide its members. That of the label GAN passes; its discriminator does not.

# %%
checks.members_stay_hidden(painter)

# %%
with lesson.expect_failure():
    checks.members_stay_hidden(judge)

# %% [markdown]
# ## Exercises
#
# 1. Train the plain GAN of a hundred images for half as many epochs, and for twice as many. How does the AUC of the
#    discriminator grow? That of the generator? Stopping early is a protection that costs nothing but patience.
# 2. Of those who click, give the rare digits more weight: divide each utility in `click` by the share of that digit
#    among what was shown. Does the loop still narrow?
# 3. Keep only two numbers of a taste, slant and pen, and set all shares to 0.1. How many of a thousand are recognised
#    by 16 images? How much of the fit is left?

# %% [markdown]
# ## What you did
#
# - You *attacked* your own models: by discriminator, by generator, by drawings and by vectors, each with its control
#   and its spread.
# - You *protected* people: many images and augmentation hide members, noise that is kept hides a taste, and you know
#   the price.
# - You *watched* a loop narrow what people see, and slowed it by exploring.
#
# **Next:** lesson 13, your own data and your own users.
#
# ## To read on
#
# - Hayes et al., *LOGAN: Membership Inference Attacks Against Generative Models*, 2019, and Chen et al., *GAN-Leaks*, 2020.
# - Abadi et al., *Deep Learning with Differential Privacy*, 2016: noise on what a model learns.
# - Narayanan and Shmatikov, *Robust De-anonymization of Large Sparse Datasets*, 2008: film ratings without names,
#   with names again.
# - Chaney et al., *How Algorithmic Confounding in Recommendation Systems Increases Homogeneity and Decreases Utility*, 2018.
# - Ho et al., *Denoising Diffusion Probabilistic Models*, 2020, and Sauer et al., *Adversarial Diffusion
#   Distillation*, 2024.
