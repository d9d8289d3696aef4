"""`fit` as a learner calls it: ours, in its usual arithmetic and in float32 throughout."""

import time

import tensorflow as tf

from benchmarks import models
from benchmarks.epochs import FOREVER, Epochs
from persogan_lessons.course import lesson
from persogan_lessons.models import gan


def ours(model, *, images, tick, note):
    """`GAN.fit` after `lesson.start`, which turns on bfloat16 where the CPU has it."""
    lesson.start(seed=0)
    _fit(model, images=images, tick=tick, note=note)


def ours_float32(model, *, images, tick, note):
    """The same without bfloat16."""
    lesson.start(seed=0)
    tf.config.optimizer.set_experimental_options({"auto_mixed_precision_onednn_bfloat16": False})
    _fit(model, images=images, tick=tick, note=note)


def _fit(model, *, images, tick, note):
    generator, discriminator = models.pair(model)
    player = gan.GAN(generator, discriminator)
    player.compile()
    begin = time.perf_counter()
    player.fit(images[: models.BATCH], batch_size=models.BATCH)  # one step, tracing included
    note(first_step=time.perf_counter() - begin)
    player.fit(images, batch_size=models.BATCH, epochs=FOREVER, callbacks=[Epochs(tick)])


def one_step(model):
    """The graph of one training step of ours, to count what it computes."""
    player = gan.GAN(*models.pair(model))
    player.compile()
    batch = tf.TensorSpec((models.BATCH, *player.discriminator.input_shape[1:]), "float32")
    return tf.function(player.train_step).get_concrete_function(batch).graph
