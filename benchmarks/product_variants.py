"""The limit: nothing but the matrix products of a training step, in TensorFlow.

Convolutions are here as the products that they are, without gathering their windows.
"""

import time

import tensorflow as tf

from benchmarks import models, operations

SECONDS = 0.2  # each product is tried so long, for the table of products


def float32(model, *, images, tick, note):
    """The products of the leanest step, in float32."""
    _multiply(model, dtype=tf.float32, tick=tick, note=note)


def bfloat16(model, *, images, tick, note):
    """The same in bfloat16, with factors that are in bfloat16 already."""
    _multiply(model, dtype=tf.bfloat16, tick=tick, note=note)


def _multiply(model, *, dtype, tick, note):
    # Graphs as they stand: the optimiser would drop products that nobody reads.
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    step = operations.of_step(*models.pair(model), passes=operations.SHARED_FAKES)
    note(products={str(each): rate(each, dtype) for each in dict.fromkeys(step)})
    all_factors = [factors(each, dtype) for each in step]
    run = tf.function(lambda: one_after_another(step, all_factors))
    while True:
        run()
        tick()


def factors(product, dtype):
    """Two random matrices, laid out as the training step would have them."""
    left, right = (product.rows, product.inner), (product.inner, product.columns)
    left = left[::-1] if product.transposed == "left" else left
    right = right[::-1] if product.transposed == "right" else right
    return tf.cast(tf.random.normal(left), dtype), tf.cast(tf.random.normal(right), dtype)


def one_after_another(step, all_factors):
    """Multiply all, each with both cores to itself."""
    done = []
    for product, (left, right) in zip(step, all_factors, strict=True):
        with tf.control_dependencies(done):
            done = [
                tf.matmul(
                    left,
                    right,
                    transpose_a=product.transposed == "left",
                    transpose_b=product.transposed == "right",
                )
            ]
    with tf.control_dependencies(done):
        return tf.constant(0)


def rate(product, dtype):
    """Operations a second of one product here: the best of many tries."""
    pair = [factors(product, dtype)]
    run = tf.function(lambda: one_after_another([product], pair))
    run()
    times, end = [], time.perf_counter() + SECONDS
    while time.perf_counter() < end:
        begin = time.perf_counter()
        run()
        times.append(time.perf_counter() - begin)
    return operations.count([product]) / min(times)
