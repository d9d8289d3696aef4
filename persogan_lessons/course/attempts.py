"""How a student's function is tried: called on given inputs, and what came of it written down.

This half of an assignment runs beside the student's code when a class is graded, so it holds
nothing that gives an answer away. What is right is known only in
`persogan_lessons.course.assignments`.

An attempt takes a function and the inputs for it, a dictionary of NumPy arrays in the order of the
function's arguments. It returns a dictionary of what can be compared: arrays, words, or None.
"""

import contextlib

import keras
import numpy as np
import tensorflow as tf

BFLOAT16 = "auto_mixed_precision_onednn_bfloat16"


def outcome(attempt, function, *, inputs):
    """What an attempt gives, or `{"error": ...}` if it fails, whatever the student's code does."""
    try:
        with _full_precision():
            return {name: _plain(each) for name, each in attempt(function, inputs).items()}
    except (Exception, SystemExit) as error:
        lines = str(error).strip().splitlines() or [""]
        told = lines[-1].strip() if lines[0].startswith("in user code") else lines[0]
        return {"error": f"{type(error).__name__}: {told[:300]}"}


def returned(function, inputs):
    """What the function returns for tensors: `value`."""
    return {"value": function(*_tensors(inputs))}


def words(function, inputs):
    """What a function of NumPy arrays says of each example: `example 1`, `example 2`, ...

    Every input has the examples along its first axis.
    """
    rows = zip(*inputs.values(), strict=True)
    return {f"example {number}": function(*map(np.copy, row)) for number, row in enumerate(rows, 1)}


def slopes(function, inputs):
    """A loss and its gradient: `value`, and `gradient of ...` for each input, None without one.

    Of a value of many numbers, each has a weight of its own: in a plain sum some would cancel.
    Whole numbers and truths are inputs without a gradient.
    """
    tensors = dict(zip(inputs, _tensors(inputs), strict=True))
    moving = {name: each for name, each in tensors.items() if each.dtype.is_floating}
    with tf.GradientTape() as tape:
        tape.watch(moving)
        value = function(*tensors.values())
    gradients = dict.fromkeys(moving)
    if tf.is_tensor(value):  # through NumPy or a plain number goes no gradient
        weights = np.linspace(1, 2, tf.size(value)).reshape(value.shape)
        gradients = tape.gradient(value, moving, tf.cast(weights, value.dtype))
    return {"value": value} | {f"gradient of {name}": gradients[name] for name in moving}


def update(function, inputs):
    """How far one update moves each of two small players: `generator` and `discriminator`.

    The function gets all inputs but the last two, then `generator`, `discriminator`, `optimizer`:
    plain gradient descent, so that a step tells the gradient. The last two inputs are the
    players' weights, each in a row, as `player_weights` draws them.
    """
    return _moved(function, inputs, (_small_generator(), _small_discriminator()))


def player_weights(rng):
    """Random weights for the players of `update`: `generator_weights`, `discriminator_weights`."""
    return _random_weights(rng, (_small_generator(), _small_discriminator()))


def packed(arrays):
    """Inputs or outcomes as JSON can hold them; `unpacked` is the way back. Nothing is pickled."""
    return {
        name: {"numbers": each.ravel().tolist(), "shape": each.shape, "type": str(each.dtype)}
        if isinstance(each, np.ndarray)
        else each
        for name, each in arrays.items()
    }


def unpacked(text):
    """What `packed` gave, read back.

    Raises:
        ValueError: for anything else, whoever wrote it.
    """
    try:
        return {name: _unpacked(each) for name, each in text.items()}
    except (AttributeError, KeyError, TypeError, OverflowError, MemoryError) as error:
        raise ValueError(f"these are no results of an attempt: {error}") from error


def _unpacked(value):
    if value is None or isinstance(value, str):
        return value
    kind = np.dtype(value["type"])
    if kind.kind not in "fiub":
        raise ValueError(f"an array of numbers was due; got {kind}")
    return np.array(value["numbers"], kind).reshape(value["shape"])


NOISE_SIZE = 3  # of the small generator


def _small_generator():
    return keras.Sequential(
        [
            keras.Input((NOISE_SIZE,)),
            keras.layers.Dense(784, "tanh"),
            keras.layers.Reshape((28, 28, 1)),
        ],
        name="generator",
    )


def _small_discriminator():
    return keras.Sequential(
        [keras.Input((28, 28, 1)), keras.layers.Flatten(), keras.layers.Dense(1)],
        name="discriminator",
    )


def _moved(function, inputs, players):
    """How far one update, by gradient descent, moves each player from the weights it is given."""
    *given, first, second = inputs.values()
    for player, weights in zip(players, (first, second), strict=True):
        _set_weights(player, weights)
    function(*map(tf.convert_to_tensor, given), *players, keras.optimizers.SGD(1.0))
    pairs = zip(players, (first, second), strict=True)
    return {player.name: _row(player) - old for player, old in pairs}


def _random_weights(rng, players):
    return {
        f"{player.name}_weights": rng.normal(0, 0.3, player.count_params()).astype("float32")
        for player in players
    }


def _row(network):
    return np.concatenate([weight.numpy().ravel() for weight in network.weights])


def _set_weights(network, row):
    ends = np.cumsum([np.prod(weight.shape, dtype=int) for weight in network.weights])
    parts = zip(np.split(row, ends[:-1]), network.weights, strict=True)
    network.set_weights([part.reshape(weight.shape) for part, weight in parts])


def _tensors(inputs):
    return [tf.convert_to_tensor(each) for each in inputs.values()]


def _plain(value):
    """A value as it can be compared and written to a file: None, words, or a float64 array."""
    if value is None or isinstance(value, str):
        return value
    return np.asarray(value, "float64")


@contextlib.contextmanager
def _full_precision():
    """`lesson.start` may have turned on bfloat16; numbers to compare need all their digits."""
    before = tf.config.optimizer.get_experimental_options().get(BFLOAT16, False)
    tf.config.optimizer.set_experimental_options({BFLOAT16: False})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({BFLOAT16: before})


def computed(function, inputs):
    """What the function returns for NumPy arrays: `value`."""
    return {"value": function(*map(np.copy, inputs.values()))}


def penalty(function, inputs):
    """A penalty and its gradient: `value`, and `gradient of the discriminator`, None without one.

    The function gets a small discriminator with two layers, then all inputs but the last, which is
    the discriminator's weights in a row, as `judge_weights` draws them.
    """
    *given, weights = inputs.values()
    judge = _small_judge()
    _set_weights(judge, weights)
    with tf.GradientTape() as tape:
        value = function(judge, *map(tf.convert_to_tensor, given))
    slopes = tape.gradient(value, judge.trainable_variables) if tf.is_tensor(value) else [None]
    return {"value": value, "gradient of the discriminator": _in_a_row(slopes, judge)}


def judge_weights(rng):
    """Random weights for the discriminator of `penalty`, at rest for an image of zeros."""
    judge = _small_judge()
    weights = [rng.normal(0, 0.15, weight.shape) for weight in judge.weights]
    weights[1] = -0.1 * abs(weights[1])
    return np.concatenate([weight.ravel() for weight in weights]).astype("float32")


def _small_judge():
    return keras.Sequential(
        [
            keras.Input((28, 28, 1)),
            keras.layers.Flatten(),
            keras.layers.Dense(6, "relu"),
            keras.layers.Dense(1),
        ],
        name="discriminator",
    )


def _in_a_row(gradients, network):
    """Gradients of all weights, 0 where there is none; None if there is none at all."""
    if all(each is None for each in gradients):
        return None
    pairs = zip(gradients, network.trainable_variables, strict=True)
    filled = [
        np.zeros(weight.shape) if each is None else np.asarray(each) for each, weight in pairs
    ]
    return np.concatenate([each.ravel() for each in filled])


def conditional_update(function, inputs):
    """As `update`, of two small players that take a condition: `[noise, condition]` and so on."""
    return _moved(function, inputs, (_conditional_generator(), _conditional_discriminator()))


def conditional_weights(rng):
    """Random weights for the players of `conditional_update`, as `player_weights`."""
    return _random_weights(rng, (_conditional_generator(), _conditional_discriminator()))


CONDITION_SIZE = 4  # of the players of `conditional_update`


def _conditional_generator():
    noise, condition = keras.Input((NOISE_SIZE,)), keras.Input((CONDITION_SIZE,))
    both = keras.layers.Concatenate()([noise, condition])
    images = keras.layers.Reshape((28, 28, 1))(keras.layers.Dense(784, "tanh")(both))
    return keras.Model([noise, condition], images, name="generator")


def _conditional_discriminator():
    image, condition = keras.Input((28, 28, 1)), keras.Input((CONDITION_SIZE,))
    seen = keras.layers.Dense(4)(keras.layers.Flatten()(image))
    suits = keras.layers.Dot(1)([seen, keras.layers.Dense(4)(condition)])
    logit = keras.layers.Add()([keras.layers.Dense(1)(seen), suits])
    return keras.Model([image, condition], logit, name="discriminator")


def untouched(function, inputs):
    """What the function returns for NumPy arrays, `value`, and `... afterwards` for each of them.

    So an answer that changes what it is given, in place, differs from one that does not.
    """
    given = {name: np.copy(each) for name, each in inputs.items()}
    value = function(*given.values())
    return {"value": value} | {f"{name} afterwards": each for name, each in given.items()}


def slope(function, inputs):
    """As `slopes`, of the first input alone: `value` and `gradient`; the others are only given."""
    first, *others = _tensors(inputs)
    with tf.GradientTape() as tape:
        tape.watch(first)
        value = function(first, *others)
    return {
        "value": value,
        "gradient": tape.gradient(value, first) if tf.is_tensor(value) else None,
    }


def climb(function, inputs):
    """What a step of a search makes of noise: `value`, and how far the `generator` moved with it.

    The function gets all inputs but the last two, then a small generator that takes
    `[noise, condition]`, and `liking`, which gives images `(n, 28, 28, 1)` their scores `(n,)`.
    The last two inputs are the weights of both, as `climb_weights` draws them.
    """
    *given, weights, likes = inputs.values()
    generator = _PlainGenerator()
    _set_weights(generator, weights)

    def liking(images):
        return tf.tanh(tf.reshape(images, (-1, 784)) @ likes[:, None])[:, 0]

    value = function(*map(tf.convert_to_tensor, given), generator, liking)
    return {"value": value, "generator": _row(generator) - weights}


def climb_weights(rng):
    """Random weights for `climb`: `generator_weights`, and `likes`, one for each pixel."""
    weights = _random_weights(rng, [_PlainGenerator()])
    return weights | {"likes": rng.normal(0, 0.02, 784).astype("float32")}


class _PlainGenerator(keras.Model):
    """As `_conditional_generator`, without a graph of its layers, which takes long to make."""

    def __init__(self):
        super().__init__(name="generator")
        self.draws = keras.layers.Dense(784, "tanh")
        self.draws.build((None, NOISE_SIZE + CONDITION_SIZE))
        self.built = True

    def call(self, pair):
        return tf.reshape(self.draws(tf.concat(pair, axis=1)), (-1, 28, 28, 1))
