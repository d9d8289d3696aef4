# %% [markdown]
# # Assignment 10. Replies for a user
#
# Write a likelihood that leaves out what nobody said, carry a gradient past a word drawn by lot, mend a loss
# that pays words for the past, give a judge somebody else's conversation, and judge a comparison that a
# friend has made.
#
# It takes about sixty minutes, after lesson 10. Write your answers where it says `YOUR CODE HERE`; add
# cells wherever you like. Below each answer stands a check. Run it as often as you wish: it says what it
# saw, the likely cause, and where to read. When your work is graded, the same checks run with other
# numbers, and on your answers only.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=10)

# %%
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from persogan_lessons.course import checkpoints
from persogan_lessons.course.assignments import lesson_10, tasks
from persogan_lessons.data import personas
from persogan_lessons.measures import replies

# %% [markdown]
# ## 1. What nobody said (3 points)
#
# Replies are numbers, `(batch, length)`: 0 is an empty place, 1 a word that the vocabulary does not know, 2 the
# start, 3 the end, and the others are words. `logits`, `(batch, length, words)`, say at each place which word
# comes **there**. Return the mean surprise, $-\log p$ of the true word, over all places of the batch that have
# something to say: a known word or the end. Empty places and unknown words do not count.


# %% tags=["answer:likelihood_loss"]
def likelihood_loss(logits, replies):
    ### BEGIN SOLUTION
    counts = tf.cast(replies > 1, "float32")
    surprise = tf.nn.sparse_softmax_cross_entropy_with_logits(replies, logits)
    return tf.reduce_sum(surprise * counts) / tf.reduce_sum(counts)
    ### END SOLUTION


# %% tags=["check:likelihood_loss:3"]
lesson_10.likelihood_loss.check(likelihood_loss)
### BEGIN HIDDEN TESTS
lesson_10.likelihood_loss.check(likelihood_loss, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 2. Past a word (3 points)
#
# In each row a word is drawn: the one whose `logits` **plus** `gumbel` noise are largest. Its worth stands in
# `worth`; all three have the shape `(batch, words)`. Return the mean worth of the words drawn, one for each row,
# such that a gradient reaches the logits: backward, take each word for the softmax of logits plus noise.
# (The noise is given, so that you and the check draw the same words.)


# %% tags=["answer:worth_of_draw"]
def worth_of_draw(logits, gumbel, worth):
    ### BEGIN SOLUTION
    soft = tf.nn.softmax(logits + gumbel)
    hard = tf.one_hot(tf.argmax(soft, axis=1), soft.shape[1])
    word = hard + soft - tf.stop_gradient(soft)
    return tf.reduce_mean(tf.reduce_sum(word * worth, axis=1))
    ### END SOLUTION


# %% tags=["check:worth_of_draw:3"]
lesson_10.worth_of_draw.check(worth_of_draw)
### BEGIN HIDDEN TESTS
lesson_10.worth_of_draw.check(worth_of_draw, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 3. Broken on purpose (4 points)
#
# REINFORCE for replies, as you may find it on the web:
#
# ```python
# def reinforce_loss(log_likelihoods, rewards, written):
#     earned = tf.cumsum(rewards, axis=1)
#     surprise = earned - tf.reduce_mean(earned)
#     return tf.reduce_mean(surprise * log_likelihoods)
# ```
#
# All three have the shape `(batch, length)`: $\log p$ of each word drawn, the judge's reward after it, and 1
# where there is a word, 0 in the empty places after the end. It has faults of four kinds. *Before you change
# anything: which words would this make likelier, the first ones of a reply or the last?* Write it without them:
#
# - a word has **earned** the sum of its own reward and those of the words after it;
# - **usual** is the mean, over the replies that have a word there, of what is earned from this *place* on;
# - the loss is minus the mean, over all words of the batch, of (earned $-$ usual) $\cdot \log p$;
# - empty places have no part in any of it, though numbers stand there. (One reply has no empty place.)


# %% tags=["answer:reinforce_loss"]
def reinforce_loss(log_likelihoods, rewards, written):
    ### BEGIN SOLUTION
    earned = tf.cumsum(rewards * written, axis=1, reverse=True)
    usual = tf.reduce_sum(earned * written, axis=0) / tf.reduce_sum(written, axis=0)
    pull = (earned - usual) * log_likelihoods * written
    return -tf.reduce_sum(pull) / tf.reduce_sum(written)
    ### END SOLUTION


# %% tags=["check:reinforce_loss:4"]
lesson_10.reinforce_loss.check(reinforce_loss)
### BEGIN HIDDEN TESTS
lesson_10.reinforce_loss.check(reinforce_loss, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 4. Somebody else's past (2 points)
#
# The judge has to call a real reply wrong if it comes after somebody else's past. `history` has the shape
# `(batch, 4, length)`: four turns of words, the last of which is the question. Return an array of this shape
# in which each row has the first three turns of the **row before it** (the first row those of the last) and
# its own question. The judge needs `history` as well, so leave it as it is. *Why must the question stay?*


# %% tags=["answer:somebody_elses"]
def somebody_elses(history):
    ### BEGIN SOLUTION
    earlier = np.roll(history[:, :-1], 1, axis=0)
    return np.concatenate([earlier, history[:, -1:]], axis=1)
    ### END SOLUTION


# %% tags=["check:somebody_elses:2"]
lesson_10.somebody_elses.check(somebody_elses)
### BEGIN HIDDEN TESTS
lesson_10.somebody_elses.check(somebody_elses, secret=tasks.secret())
### END HIDDEN TESTS

# %% [markdown]
# ## 5. At which temperature? (4 points)
#
# A friend has let a game train the replier that comes with the course. "Before the game I drew its words at temperature
# 1, and after it at 0.5. Afterwards it was right more often. So the game works."
#
# You have the replier as it was *before* the game. Sixty people whom it has never met are asked one question each,
# and it replies six times. You measure how many replies state the **right** fact; the same when each person has
# the past of a **stranger**; and how many **different** right replies there are among the six. (A person has three ways to say a
# thing, so 3 is the most.) *Before you run it: how do the three change with the temperature?*

# %%
speaker, vocabulary = checkpoints.load("replies"), personas.vocabulary()
asked = personas.sample(lesson.budget(fast=20, cpu=60, gpu=200), seed=5, split="test")
exchanges = personas.exchanges(asked, 1, seed=5)
others = [*exchanges[1:], exchanges[0]]
strangers = [personas.another(*pair) for pair in zip(exchanges, others, strict=True)]


def six_replies(some, temperature):
    """`(60, 6)`: of each reply its words if it states the right fact, else an empty text."""
    profiles, history, _ = vocabulary.exchanges(some)
    many = [np.repeat(each, 6, axis=0) for each in (profiles, history)]
    texts = vocabulary.texts(speaker.generate(*many, temperature=temperature, seed=3))
    pairs = zip(np.repeat(np.arange(len(some)), 6), texts, strict=True)
    right = [text if personas.right_fact(exchanges[at], text) else "" for at, text in pairs]
    return np.array(right, dtype=object).reshape(-1, 6)


# %%
table = {}
for temperature in (0, 0.3, 0.5, 0.7, 1, 1.3):
    own, stranger = (six_replies(some, temperature) for some in (exchanges, strangers))
    table[temperature] = [
        replies.spread((own != "").mean(axis=1)),
        replies.spread((stranger != "").mean(axis=1)),
        replies.spread([len(set(row) - {""}) for row in own]),
    ]
print("temperature   right         stranger's past   different")
for temperature, (right, stranger, different) in table.items():
    shares = "    ".join(f"{x.mean:6.1%} ± {x.half_width:4.1%}" for x in (right, stranger))
    print(f"{temperature:11}   {shares}     {different.mean:.2f} ± {different.half_width:.2f}")

# %%
figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
right, _, different = np.transpose([[x.mean for x in row] for row in table.values()])
axes.plot(different, right, "o-")
for temperature, place in zip(table, zip(different, right, strict=True), strict=True):
    axes.annotate(f" {temperature}", place, va="bottom")
axes.set(xlabel="different right replies, of 3", ylabel="right facts", xlim=(0.9, 3.1))
plt.show()

# %% [markdown]
# Each number comes with its 95 % interval over the people asked. Write three to six sentences: what do your numbers say about
# your friend's comparison, and which one would be fair? What does a low temperature give, and what does it take? What does
# the column of strangers rule out? Which temperature would you choose for somebody's own diary, and which for a game
# with many conversations?

# %% [markdown] tags=["conclusion:temperature:4"]
# **My conclusion on the temperature:**
#
# ### BEGIN SOLUTION
# The friend has compared 1 with 0.5, and these differ before any game: 94.4 % are right at temperature 1 and
# 99.7 % at 0.5, with the same weights. So "right more often" says nothing of the game. Fair would be equal
# temperatures, or whole curves: does the game reach a point above this one, more right facts for as many different
# replies? And the same number of further steps of likelihood beside it. A low temperature gives sureness and takes variety: at 0 all is
# right, and there is one reply for each question; at 0.3 there are 2.2 of 3 and all are still right. From 0.5 on there is
# hardly more variety to gain (2.5 to 2.6) and much to lose, down to 85.0 % at 1.3. With a stranger's past a tenth to an eighth is right,
# which is chance for one of eight favourites: so it does read the past, and does not know these people by heart. For
# a diary I would take 0 to 0.3, since a wrong fact hurts more than a repetition; for a game 0.5 to 0.7.
#
# Rubric: 1 point for numbers quoted from the table; 1 for saying that the two temperatures alone explain the
# difference, and naming a fair comparison; 1 for what a low temperature gives and takes, in agreement with the table;
# 1 for reading the strangers' column as chance, so that the past is used. The choices need a reason from the table; others
# get full marks if it supports them.
# ### END SOLUTION
