# %% [markdown]
# # 11 Scaling out
#
# One laptop is enough for this course, and not for everything. Spread the training of a lesson over several
# processes, kill one of them, work out on paper when one more stops paying, and make a step faster without any.
#
# ![How many images a second more workers are expected to manage](pictures/11_scaling_out.png)

# %% [markdown]
# **You will be able to**
#
# - *spread* one batch over several processes and several devices, and get the same weights;
# - *survive* the death of a worker;
# - *measure* what a step is made of, *calculate* when one more worker stops paying, and find the switches that help here.
#
# **You need** lesson 06, whose model is trained here, unchanged.
# **It takes** thirty minutes to read, and about three minutes to run on a laptop with two cores.

# %%
from persogan_lessons.course import lesson

lesson.start(seed=11, devices=2)

# %%
import json
import tempfile
from pathlib import Path

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf

from persogan_lessons.course import checkpoints, checks, cluster, machines, train
from persogan_lessons.data import digits
from persogan_lessons.display import plots
from persogan_lessons.models import networks
from persogan_lessons.models.gan import GAN

tf.get_logger().setLevel("ERROR")  # strategies are talkative

# %% [markdown]
# ## Two processes, as on two machines
#
# If one machine is too slow, use several. The most common way is **data parallelism**: each machine has a *replica*
# of all weights, takes its share of the batch, and computes a gradient. The gradients are averaged (an *all-reduce*),
# so every replica makes the same step.
#
# Each machine runs a process of its own, and gradients travel over the network. Who is in the cluster, each process
# reads in an environment variable. On a real cluster its launcher sets that; here we do:

# %%
print(cluster.tf_config(["127.0.0.1:2222", "127.0.0.1:2223"], index=1))

# %% [markdown]
# Everything else is a command, the same one for each process:
#
# ```
# python -m persogan_lessons.course.train --lesson 06 --steps 800 --folder runs/taste
# ```
#
# It finds `TF_CONFIG`, takes a `MultiWorkerMirroredStrategy`, and trains the model of lesson 06, or 07. Have a look
# at its source: it is Keras's `fit`. `cluster.Workers` starts two of them on this machine, and they talk over
# loopback. They end with the `with` block, whatever happens in it. Each is a whole TensorFlow: together with this
# notebook they need about 1.5 GB of memory, and most of the time goes into starting them.

# %%
steps = lesson.budget(fast=80, cpu=80, gpu=400)
temporary = tempfile.TemporaryDirectory()
folder = Path(temporary.name)


def command(run):
    """The arguments of a training in a folder of its own."""
    return ["--lesson", "06", "--steps", steps, "--folder", folder / run, "--seed", 11]


with cluster.Workers(2, command("whole"), logs=folder / "whole") as workers:
    workers.wait()
print(workers.said(0))

# %% [markdown]
# Two processes, one training: every line above is about both. We shall see further down whether it was any faster. First,
# what you would meet on a real cluster sooner or later.
#
# ## Break it: pull the plug
#
# With a hundred machines, one of them fails every other day. So: two workers again, and as soon as three tenths of the
# steps are done we kill one.
#
# *Predict: what does the other one do, alone? And is the work lost?*

# %%
later, wanted = folder / "killed", 3 * steps // 10
with cluster.Workers(2, command("killed"), logs=later) as workers:
    workers.wait(lambda: f"step {wanted}:" in workers.said(0))
    workers.kill(1)
    try:
        workers.wait(seconds=3)
    except (cluster.WorkerFailed, TimeoutError) as error:
        print(f"One of two is dead. The other: {type(error).__name__}.")
print(f"Saved: step {train.steps_saved(later)} of {steps}.")

# %% [markdown]
# The other one cannot go on alone, since the average has two parts. If it notices that the connection is gone, it
# ends with an error (`WorkerFailed`); if not, it waits for ever (`TimeoutError`). So whoever runs a cluster **starts
# all of them again**, with the same command. They find the last whole state in the folder and go on from there:

# %%
with cluster.Workers(2, command("killed"), logs=later) as workers:
    workers.wait()
resumed, uninterrupted = (train.saved(folder / run) for run in ("killed", "whole"))
checks.loses_nothing(resumed, uninterrupted)

# %% [markdown]
# ## What is a state?
#
# Not a single bit differs from the training that nobody disturbed. For that, the state must hold *everything* that
# the next step depends on:
#
# - the weights of both players, and their running averages;
# - both **optimizers**: Adam's two averages for each weight, and its count of steps, on which the learning rate depends;
# - the **random states**, for the noise. Keras's own files of weights leave these out;
# - **which batch comes next**. Ours is a function of seed and step, so there is nothing to keep.
#
# And the file must be whole. It is written under another name and renamed, so that a power cut in mid-writing leaves
# the last one. What if a launcher gets it wrong? Then the command says so, and does not train something else:

# %%
with lesson.expect_failure():
    train.cluster(
        '{"cluster": {"worker": ["127.0.0.1:2222"]}, "task": {"type": "worker", "index": 1}}'
    )

# %% [markdown]
# ## One batch, two devices
#
# How can we be sure that two replicas do what one would have done? Several devices in *one* process are the simplest
# case, such as the GPUs of one machine. In TensorFlow that is another *strategy*, and a model made in its scope:
#
# ```
# strategy = tf.distribute.MirroredStrategy()     # all GPUs of this machine
# with strategy.scope():
#     gan = GAN(...)
#     gan.compile(...)
# gan.fit(...)                                    # batch_size is that of all replicas together
# ```
#
# Nobody needs two GPUs to try it. We have split our CPU into two *logical* devices, in the first cell.
#
# *Predict: one device with 64 images, or two with 32 each. How different are the weights after eight steps?*


# %%
images, _ = digits.load()


def after_eight_steps(strategy):
    """The weights of a small GAN that was trained on one batch, eight times."""
    keras.utils.set_random_seed(11)
    with strategy.scope():
        small = GAN(networks.mlp_generator(16, width=32), networks.mlp_discriminator(width=32))
        small.compile(*(keras.optimizers.SGD(0.05) for _ in range(2)), steps_per_execution=1)
    data = tf.data.Dataset.from_tensors(images[:64]).repeat(8)
    small.fit(data, verbose=0, shuffle=None)
    return np.concatenate([each.ravel() for each in small.generator.get_weights()])


alone = after_eight_steps(tf.distribute.get_strategy())
shared = after_eight_steps(tf.distribute.MirroredStrategy(["CPU:0", "CPU:1"]))
print(f"weights differ by {np.abs(alone - shared).max():.1e} at most")

# %% [markdown]
# By the rounding of a sum, no more. Two things had to be right for that, and both are easy to get wrong:
#
# - **Mean or sum?** Each replica's loss is a mean over *its* images, but Keras adds up the gradients. With $n$
#   replicas they would be $n$ times too long. So our `compile` divides the loss by $n$, as Keras's own losses do.
#   With Adam you would hardly have noticed: it divides by the length of the gradients anyway. Such faults live long.
# - **Whose noise?** Every replica has the same random state. Left alone, both would draw the *same* noise, and half
#   of the batch would be wasted. Ours draws for all, and each keeps its rows.
#
# And three things are *not* equal in the bigger models: batch normalization averages over a replica's share, not the whole
# batch; so does the contrast of lesson 07, which compares all images of a batch (the pairs of lesson 05 stay together); and
# the noise that the discriminator puts on images is the same on each replica. Usually that is harmless. It is another
# training, though, and not the same one made faster.

# %% [markdown]
# ## What is a step made of?
#
# Before we make anything faster: where does the time go? Here is the model of lesson 06, and how long one step of both
# players takes for batches of several sizes.
#
# *Predict: a batch of 128 images is eight times one of 16. How many times as long does its step take?*


# %%
def one_step(model, *shapes, **options):
    """A step of a model on a batch of any size, as TensorFlow's graph."""
    takes = tuple(tf.TensorSpec((None, *shape)) for shape in shapes)
    takes = (takes,) if len(takes) > 1 else takes
    return tf.function(model.train_step, input_signature=[takes], **options)


gan = checkpoints.build("taste")
gan.compile(mode_seeking=3.0)
step = one_step(gan, (28, 28, 1), (12,))
seconds = {}
for size in (16, 32, 64, 128):
    batch = images[:size], np.ones((size, 12), "float32")
    seconds[size] = machines.seconds_a_step(lambda batch=batch: step((batch,)))

# %%
each_image, each_step = np.polyfit(list(seconds), list(seconds.values()), 1)
each_step = max(each_step, 0)
sizes = np.array([0, *seconds])
plt.figure(figsize=(5, 2.6), layout="constrained")
plt.plot(sizes, 1e3 * (each_step + each_image * sizes), color="gray", linewidth=1)
plt.plot(list(seconds), [1e3 * each for each in seconds.values()], "o", color=plots.REAL)
plt.gca().set(xlabel="images in a batch", ylabel="milliseconds a step", ylim=(0, None))
plt.show()
ratio = seconds[128] / seconds[16]
print(f"8 times the images, {ratio:.1f} times the time. Each step: {1e3 * each_step:.1f} ms,")
print(f"and {1e3 * each_image:.2f} ms more for each image.")

# %% [markdown]
# A line describes it well: some time for **each step**, whatever is in it, and some for **each image**. The line is the
# whole theory of this lesson. More machines share the second, and add to the first. Switches on one machine make one of
# the two smaller.
#
# Now the two workers. A step of both together, beside a step of this process alone, on all cores:

# %%
measured = json.loads((folder / "whole" / train.REPORT).read_text())
print(f"Two workers: {seconds[64] / measured['seconds_a_step']:.2f} times as fast as one process")

# %% [markdown]
# Do not be surprised if that is less than 1. The two share the cores that one had before, and now they exchange gradients
# as well. Two workers on one machine double *nothing*; they are a rehearsal.

# %% [markdown]
# ## When does one more stop paying?
#
# You do not need a hundred machines to know. We have measured all that it takes:
#
# - the time of each step and of each image, in the figure above;
# - how many bytes a gradient has, and how long an exchange takes, for one number and for all of them, in our first run.
#
# In a *ring*, each of $n$ workers sends its gradient around in $n$ parts, twice: $2(n-1)$ messages, each of
# $\text{bytes} / n$. So a step takes
#
# $$t(n) = t_\text{step} + t_\text{image} \frac{\text{batch}}{n}
# + 2(n-1) \left(\text{latency} + \frac{\text{bytes}}{n \cdot \text{bandwidth}}\right)$$


# %%
def seconds_of(workers, batch, *, latency, bandwidth):
    """What a step takes with so many workers, on paper."""
    compute = each_step + each_image * batch / workers
    messages = 2 * (workers - 1)
    return compute + messages * (latency + measured["gradient_bytes"] / workers / bandwidth)


small, large = measured["exchange_seconds"]
networks_known = {
    "loopback, as measured": (small / 2, measured["gradient_bytes"] / max(large - small, 1e-6)),
    "1 Gbit/s Ethernet": (1e-4, 0.125e9),
    "100 Gbit/s": (1e-5, 12.5e9),
}
megabytes = measured["gradient_bytes"] / 1e6
print(
    f"A gradient: {megabytes:.1f} MB. Exchanged in {1e3 * large:.1f} ms, one number in {1e3 * small:.1f} ms."
)

# %% [markdown]
# The two other networks are assumptions, of the usual order of size. The workers are assumed to have a machine like this one
# each. There are two questions to ask. With **the same batch** of 64, shared by more and more workers: is it done
# sooner? And with **64 images for each** worker, so that the batch grows: are more images seen in a second?
#
# *Predict: for this small model, how many workers are worth having?*

# %% tags=["picture"]
counts = np.arange(1, 33)
figure, panels = plt.subplots(1, 2, figsize=(8, 3.2), layout="constrained", sharey=True)
for name, (latency, bandwidth) in networks_known.items():
    for axes, batches in zip(panels, (0 * counts + 64, 64 * counts), strict=True):
        took = seconds_of(counts, batches, latency=latency, bandwidth=bandwidth)
        axes.plot(
            counts, batches / took * seconds_of(1, 64, latency=0, bandwidth=1) / 64, label=name
        )
for axes, title in zip(panels, ("64 images for all", "64 images for each"), strict=True):
    axes.plot(counts, counts, ":", color="gray", label="ideal")
    axes.set(title=title, xlabel="workers", ylim=(0, 16), xlim=(1, 32))
panels[0].set_ylabel("times as many images a second")
panels[0].legend(frameon=False, fontsize=8)
plt.show()

# %%
for name, (latency, bandwidth) in networks_known.items():
    took = seconds_of(counts, 64, latency=latency, bandwidth=bandwidth)
    gain = took[:-1] / took[1:]
    enough = int(counts[:-1][gain < 1.05][0]) if (gain < 1.05).any() else "more than 31"
    print(f"{name:22s} stop at {enough}: one more would gain less than 5 %")

# %% [markdown]
# At the left the curves bend early. What is shared is the time of the images; the time of each step stays, and the exchange
# grows. More workers than that make it *slower*. At the right they hold out for longer, because everyone keeps busy. But
# look at what you bought there: larger batches, not more steps. A batch of 2048 is another training than one of 64: it
# needs another learning rate, and for GANs often more care (lesson 03).
#
# And the calculator is kind. It knows nothing of workers that are slower than others, and everybody waits for the slowest.
#
# ## Before you rent another machine: switches
#
# The calculator has shown what stops us: the time of each step, which nobody can share. There is a cheaper way to
# make a step shorter.
#
# All of these are Keras's or TensorFlow's; our `GAN` is a Keras model, so they just work:
#
# | Switch | How | What it does |
# |---|---|---|
# | steps at once | `compile(steps_per_execution=8)` | returns to Python less often |
# | XLA | `compile(jit_compile=True)` | fuses operations into fewer, larger ones |
# | mixed precision | `keras.config.set_dtype_policy("mixed_float16")` | computes with half as many bits |
# | `tf.data` | `fit(dataset)` | prepares the next batch during this one |
#
# For mixed precision a GPU takes `mixed_float16`; CPUs that have it take `mixed_bfloat16`, and `lesson.start` says "with
# bfloat16" if yours is one. On such a CPU it has switched on something like it for you in all lessons.
#
# *Predict: which of them makes this machine faster? Might one make it slower?*


# %%
def fit_seconds(data, batch_size=None, **options):
    """What a step of `fit` takes for a small GAN as in lesson 01: the best of two epochs."""
    small = GAN(networks.mlp_generator(32, width=128), networks.mlp_discriminator(width=128))
    small.compile(**{"steps_per_execution": 1} | options)
    timing = train.Timing()
    small.fit(data, batch_size=batch_size, epochs=3, verbose=0, shuffle=None, callbacks=[timing])
    return min(timing.seconds[1:])


# %%
some = images[: 64 * lesson.budget(fast=16, cpu=32, gpu=60)]
pipeline = tf.data.Dataset.from_tensor_slices(some).shuffle(len(some)).batch(64).prefetch(2)
plain = fit_seconds(some, 64)
faster = {
    "8 steps at once": plain / fit_seconds(some, 64, steps_per_execution=8),
    "XLA": plain / fit_seconds(some, 64, jit_compile=True),
    "tf.data": plain / fit_seconds(pipeline),
}

# %% [markdown]
# Now 16 bits, for the same small GAN, and XLA for the model of lesson 06, which has convolutions in it.

# %%
gpu = bool(tf.config.list_physical_devices("GPU"))
policy = keras.config.dtype_policy()
keras.config.set_dtype_policy("mixed_float16" if gpu else "mixed_bfloat16")
faster["16 bits"] = plain / fit_seconds(some, 64)
keras.config.set_dtype_policy(policy)

batch = images[:64], np.ones((64, 12), "float32")
compiled = one_step(gan, (28, 28, 1), (12,), jit_compile=True)
usual, fused = (machines.seconds_a_step(lambda f=f: f((batch,))) for f in (step, compiled))
faster["XLA,\nconvolutions"] = usual / fused

# %%
plt.figure(figsize=(6.5, 2.6), layout="constrained")
plt.barh(list(faster), list(faster.values()), color=plots.REAL)
plt.axvline(1, color="gray", linewidth=1)
plt.gca().set(xlabel="times as fast as without", xlim=(0, None))
plt.gca().invert_yaxis()
plt.show()
for name, times in faster.items():
    print(f"{name.replace(chr(10), ' '):18s} {times:.2f} times as fast")

# %% [markdown]
# Read *your* bars, since they depend on the machine more than anything else in this course. What they mean:
#
# - **Steps at once** shorten the time of each step, not of each image. Where a step is short that is much, where it is long,
#   little. Our `GAN` takes eight at once unless you say otherwise.
# - **XLA** may be slower for one network and faster for another, on the same machine. It makes fewer operations of
#   many, but they are its own, not the ones that TensorFlow has tuned for this CPU. And the first step takes seconds,
#   in which it compiles.
# - **16 bits** pay only where the hardware multiplies them. Elsewhere each number is converted back and forth.
# - **tf.data** is for batches that are slow to make, such as pictures read from a disk. Ours lie in memory, and what
#   it does for them changes from run to run: a seventh lost in one, a quarter gained in the next.
#
# So the rule is the oldest one: measure, then switch.
#
# ## On Colab and on GPUs
#
# Everything here runs unchanged with a GPU, where `lesson.budget` does more steps. The first switch to try there is
# `mixed_float16`, then larger batches until the card is full. The two workers of this notebook stay on the CPU, as two
# processes cannot share one GPU in an exchange. With several GPUs in one machine, the command above takes them all, without
# `TF_CONFIG`. We measured nothing of this on a GPU, so take your own numbers.
#
# ## Exercises
#
# 1. Delete the optimizers from `train.state`, in a copy, and repeat the kill. What does the check say, and which
#    losses jump?
# 2. What if the model were ten times as large, and each image took ten times as long? Which of the two matters for
#    the calculator? Change the numbers and see.
# 3. Start the command in two terminals, with a `TF_CONFIG` each. Give both the same index. Who complains?

# %% [markdown]
# ## What you did
#
# - You *spread* a batch over two processes and two devices. A mean of gradients, noise for everybody, the same weights.
# - You *survived* a killed worker without losing a bit.
# - You *measured* a step: a part for each step, a part for each image. So more workers pay while there is enough to
#   compute for each. Some switches help here, and others hurt.
#
# **Next:** lesson 12. A model that knows people: what does it give away?
#
# ## To read on
#
# - Abadi et al., *TensorFlow: A System for Large-Scale Machine Learning*, 2016.
# - Patarasuk and Yuan, *Bandwidth Optimal All-reduce Algorithms for Clusters of Workstations*, 2009: the ring.
# - Goyal et al., *Accurate, Large Minibatch SGD*, 2017: what large batches need.
# - Micikevicius et al., *Mixed Precision Training*, 2018.
