# %% [markdown]
# # Assignment 09. Recommendations for a user
#
# Make a list for each person and say how good it is, compare two recommenders on the same people, mend the
# loss of a game, and find out what a friend's ablation is worth.
#
# It takes about fifty-five minutes, after lesson 09. Write your answers where it says `YOUR CODE HERE`; add
# cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what it
# saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=9)

# %%
import matplotlib.pyplot as plt
import numpy as np
from keras import ops

from persogan_lessons.course.assignments import lesson_09, tasks
from persogan_lessons.data import ratings
from persogan_lessons.measures import ranking
from persogan_lessons.models import recommenders

# %% [markdown]
# ## 1. A list for everybody (3 points)
#
# `scores` and `known` have the shape `(people, films)`. The higher a score, the better a film suits a person;
# `known` is 1 where the person knows it, else 0. Return the **numbers** of the five best films that each
# person does not know, `(people, 5)`, the best first.
#
# Scores may be logarithms: then all of them are below 0. And somebody else needs `scores` after you, so
# leave them as they are.


# %% tags=["answer:top_five"]
def top_five(scores, known):
    ### BEGIN SOLUTION
    left = np.where(known > 0, -np.inf, scores)
    return np.argsort(-left, axis=1)[:, :5]
    ### END SOLUTION


# %% tags=["check:top_five:3"]
lesson_09.top_five.check(top_five)
### BEGIN HIDDEN TESTS
lesson_09.top_five.check(top_five, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. How far up are the hits? (3 points)
#
# Write **nDCG**. `lists` has the shape `(people, k)` and holds numbers of films, the best first; `held_out`,
# `(people, films)`, is 1 where a like was hidden, and everybody has one or more. A hit in place $r = 1 \ldots k$
# is worth $1 / \log_2(1 + r)$. Divide the worth of each list by that of the best list of $k$ films that this
# person could have got, and return a number for each person. *Some hide fewer than $k$ films, some more: what
# does the best list of each look like?*


# %% tags=["answer:ndcg"]
def ndcg(lists, held_out):
    ### BEGIN SOLUTION
    places = np.arange(1, lists.shape[1] + 1)
    worth = 1 / np.log2(1 + places)
    hits = np.take_along_axis(held_out, lists, axis=1)
    could_hit = places <= held_out.sum(axis=1, keepdims=True)
    return hits @ worth / (could_hit @ worth)
    ### END SOLUTION


# %% tags=["check:ndcg:3"]
lesson_09.ndcg.check(ndcg)
### BEGIN HIDDEN TESTS
lesson_09.ndcg.check(ndcg, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Better for the same people? (3 points)
#
# Two recommenders were measured on the same people: `values` and `others`, both `(people,)`. People differ more
# than recommenders do, so compare them person by person. `drawn` holds numbers of people, `(draws, people)`:
# in each row, as many as there are, drawn with repeats.
#
# Return three numbers: the **mean difference** of all people, `values` less `others`, and the 2.5th and the
# 97.5th percentile (`np.percentile`) of the mean differences of the draws.


# %% tags=["answer:difference"]
def difference(values, others, drawn):
    ### BEGIN SOLUTION
    apart = values - others
    low, high = np.percentile(apart[drawn].mean(axis=1), [2.5, 97.5])
    return apart.mean(), low, high
    ### END SOLUTION


# %% tags=["check:difference:3"]
lesson_09.difference.check(difference)
### BEGIN HIDDEN TESTS
lesson_09.difference.check(difference, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Broken on purpose (4 points)
#
# The part of CFGAN's loss that is no game, as you may find it on the web:
#
# ```python
# def preference_loss(logits, likes, zeros):
#     chances = ops.sigmoid(logits)
#     loss = keras.losses.BinaryCrossentropy(from_logits=True)(likes, chances)
#     return loss + 0.2 * ops.mean(zeros * chances)
# ```
#
# It has four faults. *Before you change anything: what does it say of a film that the person never came
# across?* Write it without them. All three have the shape `(people, films)`; `likes` and `zeros` are 0 and 1,
# and most films are neither. A like costs the cross-entropy of its logit with 1; one of the drawn `zeros` costs
# **0.2 times** the cross-entropy of its logit with 0; other films cost nothing. **Add up** the films of a
# person, and return the **mean** of the people. A logit may be as large as 120.


# %% tags=["answer:preference_loss"]
def preference_loss(logits, likes, zeros):
    ### BEGIN SOLUTION
    costs = likes * ops.softplus(-logits) + 0.2 * zeros * ops.softplus(logits)
    return ops.mean(ops.sum(costs, axis=1))
    ### END SOLUTION


# %% tags=["check:preference_loss:4"]
lesson_09.preference_loss.check(preference_loss)
### BEGIN HIDDEN TESTS
lesson_09.preference_loss.check(preference_loss, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 5. A friend's comparison (4 points)
#
# Here are likes of people who are made up, by the taste that each has for some genres. A friend has recommended films to
# them: "I tried twelve settings of item-kNN and took the best on validation. EASE I took as I found it, with a ridge of 10. My
# kNN is better by far, and the interval does not hold 0."
#
# You give EASE twelve trials as well. *Before you run it: which of the two will be ahead then, and by how much?*

# %%
likes = ratings.likes(ratings.make_up(seed=9), core=20)
everybody = np.arange(likes.shape[0])
ridges = (1, 3, 10, 30, 100, 200, 300, 500, 700, 1000, 1500, 3000)
ease = {f"ridge {ridge}": recommenders.EASE(ridge) for ridge in ridges}
knn = {
    f"{near} neighbours, power {power}, activity {activity}": recommenders.ItemKNN(
        near, power=power, activity=activity
    )
    for near in (10, 30, 100)
    for power in (0.3, 0.5)
    for activity in (0, 0.5)
}
print(f"{likes.shape[0]} people, {likes.shape[1]} films, {len(likes.users)} likes")


def tried(models, parts):
    """`{settings: nDCG@20 of each person on the validation and on the test likes}`."""
    found = {}
    for settings, model in models.items():
        scores = model.fit(parts.train).scores(everybody)
        found[settings] = [
            ranking.ndcg(ranking.top(scores, parts.train), parts.validation),
            ranking.ndcg(ranking.top(scores, parts.known), parts.test),
        ]
    return found


def chosen(trials):
    """The settings that are best on validation."""
    return max(trials, key=lambda settings: np.nanmean(trials[settings][0]))


# %%
splits = []
for seed in range(lesson.budget(fast=1, cpu=5, gpu=5)):
    parts = ratings.split(likes, seed=seed)
    splits.append({"EASE": tried(ease, parts), "item-kNN": tried(knn, parts)})

# %%
figure, axes = plt.subplots(figsize=(6.4, 3), layout="constrained")
for name, marker in (("EASE", "o"), ("item-kNN", "s")):
    each = [np.nanmean(validation) for validation, _ in splits[0][name].values()]
    line = axes.plot(range(1, 13), np.maximum.accumulate(each), drawstyle="steps-post", label=name)
    axes.plot(range(1, 13), each, marker, color=line[0].get_color(), alpha=0.5, mew=0)
axes.set(xlabel="trial", ylabel="nDCG@20 on validation, first split", xticks=range(1, 13))
axes.legend(frameon=False)
plt.show()

# %%
print("item-kNN less EASE, nDCG@20 on the test likes: mean (95 % interval)\n")
for seed, trials in enumerate(splits):
    best = {name: chosen(each) for name, each in trials.items()}
    kept = trials["item-kNN"][best["item-kNN"]][1]
    print(f"split {seed}: kNN with {best['item-kNN']}")
    for settings in ("ridge 10", best["EASE"]):
        apart = ranking.difference(kept, trials["EASE"][settings][1])
        print(f"         less EASE with {settings:10}  {apart}")

# %% [markdown]
# Write three to six sentences: what is wrong with your friend's comparison, though every number in it is right? What do
# the fair ones say, over all the splits? Why did the interval not warn your friend? What would you still
# try before you said which of the two is better? (The lesson had the same trouble with a game and its ablation.)

# %% [markdown] tags=["conclusion:friend:4"]
# **My conclusion on the friend's comparison:**
#
# ### BEGIN SOLUTION
# The friend gave kNN twelve trials and EASE one, with settings made for nobody in particular: with a ridge of
# 10, EASE is 0.059 to 0.075 behind. With twelve trials each it is EASE that is ahead, on all five splits, by
# 0.004 to 0.012; on two of the five the interval holds 0. So nearly all of the friend's lead was a lead in tuning. The
# interval did not warn, because it knows of other people only: it says that with such people *this* kNN would beat *this*
# EASE again, and so it would. It knows nothing of settings that were never tried. The fair ones say that EASE is a
# little better on these people, if at all, and the five splits share the people, so they are not five
# proofs. The best kNN lies at the edge of its grid (100 neighbours, the largest power, the largest activity), so I would
# go on there before I said more: a thirteenth trial may turn it round.
#
# Rubric: 1 point for numbers quoted from the table; 1 for saying that one rival was tuned and the other was not, and that
# this made the difference; 1 for saying what an interval is about (other people, not other settings); 1 for something that
# is still open, such as the edge of the grid, other data, or how many splits hold 0. Another opinion gets full marks if
# the numbers support it.
# ### END SOLUTION
