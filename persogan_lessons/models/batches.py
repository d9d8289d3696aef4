"""How examples come to `fit`: in batches, from memory, without a wait at the end of an epoch.

While TensorFlow gives out batches, a thread of its own looks for faster ways to make them. It
sleeps between two looks, each time twice as long, and the end of an epoch waits for it to wake up:
for up to as long as the epoch took. Batches from memory need no such search.
"""

import keras
import tensorflow as tf


class Model(keras.Model):
    """A Keras model, with a `fit` that takes arrays or a tf.data.Dataset and does not wait."""

    def fit(self, x, y=None, **options):
        """Keras's `fit`, without weights of examples or of classes."""
        batch_size, shuffle = options.pop("batch_size", None), options.pop("shuffle", True)
        if not isinstance(x, tf.data.Dataset):
            examples = x if y is None else (x, y)
            places = tf.data.Dataset.range(len(keras.tree.flatten(examples)[0]))
            places = places.shuffle(len(places)) if shuffle else places
            x = in_memory(examples, places.batch(batch_size or 32))
        return super().fit(untuned(x), shuffle=False, **options)


def in_memory(examples, places):
    """A tf.data.Dataset of batches of examples that lie in memory.

    Args:
        examples: an array `(n, ...)`, or a tuple of some with as many rows.
        places: a tf.data.Dataset, for each batch the rows that are in it, `(batch,)`.
    """
    examples = keras.tree.map_structure(_tensor, examples)

    def take(rows):
        return keras.tree.map_structure(lambda each: tf.gather(each, rows), examples)

    return shared(places.map(take).prefetch(2))


def shared(data):
    """The same tf.data.Dataset, of which each worker of several makes all and keeps its share.

    That is for batches that are cheap to make.
    """
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    return data.with_options(options)


def untuned(data):
    """The same tf.data.Dataset, but TensorFlow does not look for faster ways to make it."""
    options = tf.data.Options()
    options.autotune.enabled = False
    return data.with_options(options)


def ready(optimizer, network):
    """The optimizer, or the one that Keras knows by this name, built for a network's weights.

    One that makes its variables in its first step has this step traced by TensorFlow twice, which
    takes seconds where the step is long.
    """
    optimizer = keras.optimizers.get(optimizer)
    optimizer.build(network.trainable_variables)
    return optimizer


def _tensor(array):
    tensor = tf.convert_to_tensor(array)
    return tf.cast(tensor, keras.config.floatx()) if tensor.dtype.is_floating else tensor
