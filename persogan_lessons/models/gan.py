"""The game: a generator and a discriminator that train each other, as a Keras model."""

import functools
import operator

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from persogan_lessons.models import batches, losses
from persogan_lessons.models.optimizers import FusedAdam

GENERATE_AT_ONCE = 500  # images; keeps the memory of a large `generate` small


class GAN(batches.Model):
    """Two networks, one game: `compile`, `fit` and callbacks work as for any Keras model.

    Example:
        gan = GAN(networks.mlp_generator(), networks.mlp_discriminator())
        gan.compile()
        gan.fit(images, batch_size=128, epochs=60)
        gan.generate(16, seed=1)

    Args:
        generator: a model `(batch, noise_size)` -> `(batch, 28, 28, 1)` in [-1, 1].
        discriminator: a model `(batch, 28, 28, 1)` -> `(batch, 1)`, logits.

    Raises:
        ValueError: if the two do not fit together.

    Taught in lesson 01. Source: Goodfellow et al., Generative Adversarial Nets, 2014.
    """

    def __init__(self, generator, discriminator, **options):
        _require_players(generator, discriminator)
        super().__init__(**options)
        self.generator = generator
        self.discriminator = discriminator
        self.judge = discriminator  # all that learns to judge
        self.averaged_generator = keras.models.clone_model(generator)
        self.averaged_generator.set_weights(generator.get_weights())
        self.noise_seed = keras.random.SeedGenerator()
        self.discriminator_loss_tracker = keras.metrics.Mean(name="discriminator_loss")
        self.generator_loss_tracker = keras.metrics.Mean(name="generator_loss")
        self.built = True  # both networks are, so weights can be saved before any training

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **options):
        """Choose how the players learn.

        Args:
            generator_optimizer: default Adam, learning rate 1e-3 (for a few thousand steps) and
                `beta_1=0.5`.
            discriminator_optimizer: the same by default, but never the same object.
            **options: `generator_loss(fake_logits)` and
                `discriminator_loss(real_logits, fake_logits)`, the functions of
                `models.losses` by default (non-saturating); `penalty(discriminator, real_images,
                fake_images=...)`, a number added to the discriminator's loss, none by default;
                `averaging`, the share of the old value in each step of the averaged weights,
                0.998 by default, 0 for the newest weights; all else goes to Keras:
                `jit_compile`, `steps_per_execution` (here 8), ...
        """
        if generator_optimizer is not None and generator_optimizer is discriminator_optimizer:
            raise ValueError(
                "each player needs an optimizer of its own, since it remembers the gradients of "
                "one network; got one object for both. Make two, for example with two calls of "
                "keras.optimizers.Adam(...)."
            )
        self.generator_loss = options.pop("generator_loss", losses.non_saturating_generator_loss)
        self.discriminator_loss = options.pop(
            "discriminator_loss", losses.cross_entropy_discriminator_loss
        )
        self.penalty = options.pop("penalty", _no_penalty)
        self.averaging = options.pop("averaging", 0.998)
        # Eight steps for each return to Python: steadier and up to a third faster on two cores.
        # Several replicas return after each one.
        at_once = 8 if tf.distribute.get_strategy().num_replicas_in_sync == 1 else 1
        super().compile(**{"optimizer": None, "steps_per_execution": at_once} | options)
        self.generator_optimizer = _ready(generator_optimizer, self.generator)
        self.discriminator_optimizer = _ready(discriminator_optimizer, self.judge)

    @property
    def metrics(self):
        """What `fit` reports: the mean loss of each player over the epoch."""
        return [self.discriminator_loss_tracker, self.generator_loss_tracker]

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Nothing: both networks are built. Keras would try a batch; it fails on workers' pairs."""

    def get_metrics_result(self):
        """The means so far, by name; on a worker of several, with an axis that Keras reduces."""
        found = super().get_metrics_result()
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            return {name: value[None] for name, value in found.items()}
        return found

    def discriminator_step(self, real_images):
        """One step of the discriminator on `(batch, 28, 28, 1)` real images; returns its loss."""
        fake_images = self.generator(self.sample_noise(ops.shape(real_images)[0]), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            loss = self.discriminator_loss(real_logits, fake_logits)
            loss += self.penalty(self.discriminator, real_images, fake_images=fake_images)
        descend(tape, loss, network=self.discriminator, optimizer=self.discriminator_optimizer)
        return loss

    def generator_step(self, batch_size):
        """One step of the generator on fresh noise; returns its loss."""
        noise = self.sample_noise(batch_size)
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(noise, training=True), training=True)
            loss = self.generator_loss(fake_logits)
        descend(tape, loss, network=self.generator, optimizer=self.generator_optimizer)
        return loss

    def simultaneous_step(self, real_images):
        """One step of both players on the same fakes; returns both losses, the generator's last.

        The fakes are made and judged once, where the two halves do it twice. Each player moves as
        if the other stood still: the discriminator's gradient depends on the fakes, which are
        there already, and not on where the generator has gone since.

        Taught in lesson 01. Source: Mescheder et al., The Numerics of GANs, 2017.
        """
        noise = self.sample_noise(ops.shape(real_images)[0])
        with tf.GradientTape(persistent=True) as tape:
            fake_images = self.generator(noise, training=True)
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            g_loss = self.generator_loss(fake_logits)
            d_loss = self.discriminator_loss(real_logits, fake_logits)
            held = ops.stop_gradient(fake_images)  # a penalty is no concern of the generator's
            d_loss += self.penalty(self.discriminator, real_images, fake_images=held)
        descend(tape, g_loss, network=self.generator, optimizer=self.generator_optimizer)
        descend(tape, d_loss, network=self.discriminator, optimizer=self.discriminator_optimizer)
        return d_loss, g_loss

    def average_step(self):
        """Move the averaged weights a little towards the newest.

        Early on they follow closely, so that the first random weights are soon forgotten.
        Source: Yazici et al., The Unusual Effectiveness of Averaging in GAN Training, 2019.
        """
        step = ops.cast(self.generator_optimizer.iterations, "float32")
        keep = ops.minimum(self.averaging, step / (step + 10))
        for average, newest in zip(
            self.averaged_generator.weights, self.generator.weights, strict=True
        ):
            average.assign_add((1 - keep) * (newest - average))

    def train_step(self, data):
        """What `fit` does with each batch: one step of both players."""
        real_images, _, _ = keras.utils.unpack_x_y_sample_weight(data)
        d_loss, g_loss = self.simultaneous_step(real_images)
        self.average_step()
        self.discriminator_loss_tracker.update_state(d_loss)
        self.generator_loss_tracker.update_state(g_loss)
        return self.get_metrics_result()

    def fit(self, x, **options):
        """Keras's `fit` on real images: an array `(n, 28, 28, 1)` in [-1, 1], or a tf.data.Dataset.

        Raises:
            ValueError: before training starts, if the images do not fit or are not numbers in
                [-1, 1], or if a count such as `epochs` is not a positive whole number.
        """
        require_counts(options)
        require_real_images(x, self.discriminator.input_shape[1:])
        return super().fit(x, **options)

    def generate(self, count, seed=None):
        """Images from fresh noise, drawn with the averaged weights.

        Args:
            count: how many.
            seed: a whole number gives the same images every time; None, new ones.

        Returns:
            `(count, 28, 28, 1)` float32 array in [-1, 1].
        """
        require_count("count", count)
        noise = keras.random.normal((count, self.noise_size), seed=seed)
        return draw(self._draws, noise, count=count)

    @functools.cached_property
    def _draws(self):
        return _as_graph(self.averaged_generator)

    @property
    def noise_size(self):
        """How many numbers a noise vector has."""
        return self.generator.inputs[0].shape[-1]

    def sample_noise(self, count):
        """`(count, noise_size)` standard normal numbers, new at each call.

        Where several replicas share a batch, each draws for all and keeps its own rows: together
        they use the noise that one alone would, and no two of them the same.
        """
        replica = tf.distribute.get_replica_context()
        replicas = replica.num_replicas_in_sync if replica else 1
        noise = keras.random.normal((count * replicas, self.noise_size), seed=self.noise_seed)
        if replicas == 1:
            return noise
        shares = ops.reshape(noise, (replicas, count, self.noise_size))
        return shares[replica.replica_id_in_sync_group]

    def call(self, inputs, training=False):
        """The images that the averaged generator makes of its inputs, `(batch, noise_size)`."""
        return self.averaged_generator(inputs, training=training)


class ConditionalGAN(GAN):
    """A game about a condition: a vector that says what to draw, or for whom.

    Both players see it. The discriminator answers two questions with one logit: is this a real
    image, and does it suit this condition?

    Example:
        gan = ConditionalGAN(
            networks.conditional_generator(10), networks.conditional_discriminator(10)
        )
        gan.compile()
        gan.fit(images, np.eye(10)[labels], batch_size=64, epochs=60)
        gan.generate(np.eye(10), seed=1)

    Args:
        generator: a model `[(batch, noise_size), (batch, condition_size)]` ->
            `(batch, 28, 28, 1)` in [-1, 1].
        discriminator: a model `[(batch, 28, 28, 1), (batch, condition_size)]` -> `(batch, 1)`,
            logits.
        encoder: a model of what is given, such as a history, -> `(batch, condition_size)`. It is
            trained through the game, together with the discriminator. None: what is given is the
            condition already.
        reader: for `encode`, a model of images -> what the encoder takes of each; not trained.

    Raises:
        ValueError: if they do not fit together.

    Taught in lesson 05, with an encoder in lesson 07. Source: Mirza and Osindero, Conditional
    Generative Adversarial Nets, 2014; mismatched pairs by Reed et al., Generative Adversarial Text
    to Image Synthesis, 2016.
    """

    def __init__(self, generator, discriminator, *, encoder=None, reader=None, **options):
        super().__init__(generator, discriminator, **options)
        self.reader = reader
        condition = keras.Input(_require_condition(generator, discriminator, encoder))
        self.encoder = encoder or keras.Model(condition, keras.layers.Identity()(condition))
        image = keras.Input(discriminator.inputs[0].shape[1:])
        given = keras.Input(self.encoder.inputs[0].shape[1:], dtype=self.encoder.inputs[0].dtype)
        self.judge = keras.Model([image, given], discriminator([image, self.encoder(given)]))

    def compile(self, generator_optimizer=None, discriminator_optimizer=None, **options):
        """As `GAN.compile`, with one option more.

        Args:
            generator_optimizer: as there.
            discriminator_optimizer: as there; it moves the encoder, too.
            **options: as there, and `mode_seeking`, 4 by default: what the generator gains for
                each unit by which the pixels of two images of one condition differ on average;
                `mismatch`, 0 by default: how much real images count that are shown with the
                condition of another one, as fakes of a second kind. The generator's aim then is
                (1 + mismatch) p(image | condition) - mismatch p(image): it exaggerates;
                `contrast`, 0 by default: how much it counts to tell which condition of the batch
                is each image's own (for `networks.weighing_discriminator`; lesson 07).

        Raises:
            ValueError: for a contrast with a discriminator that cannot compare conditions.
        """
        self.mode_seeking = options.pop("mode_seeking", 4.0)
        self.mismatch = options.pop("mismatch", 0.0)
        self.contrast = options.pop("contrast", 0.0)
        if self.contrast:
            self.compared = _compared(self.discriminator)
        super().compile(generator_optimizer, discriminator_optimizer, **options)

    def simultaneous_step(self, real_pairs):
        """One step of both players on the same fakes; returns both losses, the generator's last.

        Args:
            real_pairs: real images, `(batch, 28, 28, 1)`, and what is given with each: a
                condition, or what the encoder makes one of.
        """
        real_images, given = real_pairs
        noise = self.sample_noise(ops.shape(real_images)[0])
        with tf.GradientTape(persistent=True) as tape:
            condition = self.encoder(given, training=True)
            asked = twice(condition)
            held = ops.stop_gradient(asked)  # the encoder is no concern of the generator's
            fake_images = self.generator([noise, held], training=True)
            real_logits = self.discriminator([real_images, condition], training=True)
            fake_logits = self.discriminator([fake_images, asked], training=True)
            g_loss = self.generator_loss(fake_logits) - self.pay_for_variety(fake_images)
            d_loss = self.discriminator_loss(real_logits, fake_logits)
            d_loss += self.pairing_loss(real_images, condition)
        descend(tape, g_loss, network=self.generator, optimizer=self.generator_optimizer)
        descend(tape, d_loss, network=self.judge, optimizer=self.discriminator_optimizer)
        return d_loss, g_loss

    def pay_for_variety(self, fake_images):
        """`mode_seeking` times by how much a pixel differs, on average, between two of a condition.

        Without a reward for it, the generator forgets its noise and draws one image for each
        condition: there are few real images like it, and one of them is safe.
        Source: Mao et al., Mode Seeking Generative Adversarial Networks, 2019.

        Args:
            fake_images: `(batch, ...)`, made of the conditions that `twice` gives. A batch of one
                has nothing to compare and pays nothing.
        """
        differences = ops.abs(fake_images[:-1:2] - fake_images[1::2])
        mean = ops.divide_no_nan(ops.sum(differences), ops.size(differences))
        return self.mode_seeking * mean

    def pairing_loss(self, real_images, condition):
        """What it costs to tell which real image and which condition belong together."""
        loss = 0.0
        if self.mismatch:
            loss += self.mismatch * self.mismatched_loss(real_images, condition)
        if self.contrast:
            loss += self.contrast * self.contrast_loss(real_images, condition)
        return loss

    def mismatched_loss(self, real_images, condition):
        """What it costs to find that real images suit the condition of their neighbour."""
        others = ops.roll(condition, 1, axis=0)
        return ops.mean(ops.softplus(self.discriminator([real_images, others], training=True)))

    def contrast_loss(self, real_images, condition):
        """What it costs to tell whose each image is, among all the conditions of the batch.

        In nats: log(batch) for guessing. Taught in lesson 07. Source: van den Oord et al.,
        Representation Learning with Contrastive Predictive Coding, 2018.
        """
        seen, shares, wanted = self.compared([real_images, condition], training=True)
        table = self.discriminator.get_layer("suits").table(seen, shares, wanted=wanted)
        return -ops.mean(ops.diagonal(ops.log_softmax(table, axis=1)))

    def fit(self, x, y=None, **options):
        """Keras's `fit` on real images and what is given with each.

        Args:
            x: `(n, 28, 28, 1)` in [-1, 1], or a tf.data.Dataset of batches `(images, given)`.
            y: `(n, condition_size)`, or `(n, ...)` as the encoder takes it.
            **options: Keras's.

        Raises:
            ValueError: before training starts, if anything does not fit.
        """
        require_counts(options)
        require_real_images(x, self.discriminator.inputs[0].shape[1:])
        if isinstance(x, tf.data.Dataset):
            # Keras would take what is given for a target; to us, the two are one example.
            pairs = x.map(lambda *pair: (pair,))
            return batches.Model.fit(self, pairs, **options)
        given = require_conditions(y, self.encoder.inputs[0].shape[1:], count=len(x))
        return batches.Model.fit(self, ((x, given),), **options)

    def encode(self, history):
        """The condition of somebody who liked these images.

        Args:
            history: `(k, 28, 28, 1)` in [-1, 1], the oldest first, k from 0 to what the encoder
                takes at most.

        Returns:
            `(condition_size,)` float32 array.

        Raises:
            ValueError: for images of another shape or range, or too many of them.
            TypeError: if this GAN was made without a reader.
        """
        if self.reader is None:
            raise TypeError("only a GAN with a reader and an encoder of histories can encode one")
        longest, features = self.encoder.input_shape[1:]
        history = require_history(history, self.reader.input_shape[1:], longest=longest)
        read, encode = self._graphs
        seen = np.zeros((1, longest, features), "float32")  # zeros: no click
        if len(history):
            seen[0, longest - len(history) :] = read(history)
        return encode(seen).numpy()[0]

    @functools.cached_property
    def _graphs(self):
        return _as_graph(self.reader), _as_graph(self.encoder)

    def generate(self, condition, seed=None):
        """An image for each condition, drawn with the averaged weights.

        Args:
            condition: `(n, condition_size)`; repeat one for several images of it.
            seed: a whole number gives the same images every time; None, new ones.

        Returns:
            `(n, 28, 28, 1)` float32 array in [-1, 1].
        """
        condition = require_conditions(condition, self.generator.inputs[1].shape[1:])
        noise = np.asarray(keras.random.normal((len(condition), self.noise_size), seed=seed))
        return draw(self._draws, [noise, condition], count=len(condition))


def twice(conditions):
    """Every second condition, twice in a row: `(batch, ...)` -> `(batch, ...)`.

    An odd batch ends with one alone. Taught in lesson 05.
    """
    return ops.repeat(conditions[::2], 2, axis=0)[: ops.shape(conditions)[0]]


def _compared(discriminator):
    """A model of images and conditions that gives what the discriminator's layer "suits" takes."""
    if "suits" not in [layer.name for layer in discriminator.layers]:
        raise ValueError(
            'a contrast needs a discriminator with a layer "suits", such as '
            "networks.weighing_discriminator(condition_size)"
        )
    return keras.Model(discriminator.inputs, discriminator.get_layer("suits").input)


def _no_penalty(discriminator, real_images, *, fake_images):
    """Nothing to add to the discriminator's loss."""
    return 0.0


def descend(tape, loss, *, network, optimizer):
    """Move one network, and no other, one step down its loss."""
    weights = network.trainable_variables
    # Under float16 the optimizer wants its gradients scaled up, lest small ones round to zero.
    scale = optimizer.scale_loss(ops.ones_like(loss))
    optimizer.apply(tape.gradient(loss, weights, output_gradients=scale), weights)


def _as_graph(network):
    """A network as TensorFlow's graph, for any number of rows.

    Layer by layer in Python, a small one takes five to twenty times as long.
    """
    takes = keras.tree.map_structure(lambda each: tf.TensorSpec(each.shape), network.inputs)
    network = functools.partial(network, training=False)
    if len(takes) == 1:
        return tf.function(network, input_signature=takes)
    return tf.function(network, input_signature=[takes])


def draw(generator, inputs, *, count):
    """The images that a generator makes of its inputs, `count` rows in each, some at a time."""
    starts = range(0, count, GENERATE_AT_ONCE)
    takes = [operator.itemgetter(slice(at, at + GENERATE_AT_ONCE)) for at in starts]
    parts = (keras.tree.map_structure(take, inputs) for take in takes)
    return np.concatenate([generator(part) for part in parts])


def require_count(name, value):
    """Raise ValueError unless `value` is a positive whole number."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < 1:
        raise ValueError(f"{name} must be a positive whole number; got {value!r}")


def require_counts(options):
    """Raise ValueError unless what `fit` is to count by are positive whole numbers, if given."""
    for name in ("epochs", "batch_size", "steps_per_epoch"):
        if options.get(name) is not None:
            require_count(name, options[name])


def require_conditions(given, shape, *, count=None):
    """What is given, as a float32 array `(n, *shape)`.

    Raises:
        ValueError: for another shape, another number than `count`, or numbers that are not finite.
    """
    array = np.asarray(given)
    if array.dtype.kind not in "iufb" or array.shape[1:] != tuple(shape) or len(array) == 0:
        raise ValueError(
            f"conditions must be numbers of shape (n, {_sizes(shape)}, n at least 1; got "
            f"{array.dtype} of shape {array.shape}. Labels become conditions with "
            "np.eye(10)[labels], a single condition with condition[None]"
        )
    if count is not None and len(array) != count:
        raise ValueError(f"each image needs its condition; got {count} images and {len(array)}")
    if not np.all(np.isfinite(array)):
        raise ValueError("conditions contain NaN or infinity; look at where they come from")
    return array.astype("float32")


def require_history(history, shape, *, longest):
    """Images somebody liked, `(k, *shape)` float32 in [-1, 1], k from 0 to `longest`.

    Raises:
        ValueError: for another shape or range, NaN, or more images.
    """
    history = np.asarray(history)
    if history.shape[1:] != tuple(shape) or history.dtype.kind not in "iuf":
        raise ValueError(
            f"a history must have shape (k, {_sizes(shape)}, k from 0 to {longest}; got "
            f"{history.dtype} of shape {history.shape}. Nobody yet: np.zeros((0, {_sizes(shape)})"
        )
    if len(history) > longest:
        raise ValueError(
            f"a history holds at most {longest} images; got {len(history)}. The newest: "
            f"history[-{longest}:]"
        )
    if len(history) and not -1.001 <= history.min() <= history.max() <= 1.001:
        raise ValueError(
            "the images of a history must be finite and in [-1, 1]; got pixels from "
            f"{history.min():g} to {history.max():g}. Scale 0..255 with images / 127.5 - 1"
        )
    return history.astype("float32")


def _ready(optimizer, network):
    """The optimizer, built for its network; its loss is scaled for float16 and for replicas."""
    optimizer = optimizer or FusedAdam(1e-3, beta_1=0.5)
    float16 = any(layer.compute_dtype == "float16" for layer in network.layers)
    if float16 and not isinstance(optimizer, keras.optimizers.LossScaleOptimizer):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    optimizer = batches.ready(optimizer, network)
    replicas = tf.distribute.get_strategy().num_replicas_in_sync
    if replicas > 1:
        # Each replica's loss is a mean over its share of the batch, and Keras sums their gradients.
        optimizer.scale_loss = lambda loss: type(optimizer).scale_loss(optimizer, loss) / replicas
    return optimizer


def _require_players(generator, discriminator):
    made, judged = generator.output_shape[1:], discriminator.inputs[0].shape[1:]
    if made != judged:
        raise ValueError(
            f"the generator makes images of shape {made}, but the discriminator takes {judged}; "
            "give both the same."
        )
    if discriminator.output_shape[1:] != (1,):
        raise ValueError(
            "the discriminator must give one logit for each image, shape (batch, 1); got "
            f"{discriminator.output_shape}. End it with Dense(1) and no activation."
        )


def _require_condition(generator, discriminator, encoder):
    """The shape of the condition that the three agree on."""
    for name, network in (("generator", generator), ("discriminator", discriminator)):
        if len(network.inputs) != 2:
            raise ValueError(
                f"the {name} of a ConditionalGAN needs two inputs, the second a condition; got "
                f"{len(network.inputs)}. networks.conditional_{name}(condition_size) has them."
            )
    shapes = [network.inputs[1].shape[1:] for network in (generator, discriminator)]
    shapes += [] if encoder is None else [encoder.output_shape[1:]]
    if len(set(shapes)) > 1:
        raise ValueError(
            "generator, discriminator and encoder must agree on the condition; their shapes are "
            + ", ".join(map(str, shapes))
        )
    return shapes[0]


def require_real_images(images, shape):
    """Raise ValueError unless images of this shape can be trained on; it says what is wrong."""
    if isinstance(images, tf.data.Dataset):  # its values are seen only as it trains
        spec = images.element_spec
        found = (spec[0] if isinstance(spec, tuple) else spec).shape[1:]
        if not found.is_compatible_with(shape):
            raise ValueError(f"each batch must have shape (batch, {_sizes(shape)}; got {found}")
        return
    images = np.asarray(images)
    if images.shape[1:] != shape or len(images) == 0:
        raise ValueError(
            f"real images must have shape (n, {_sizes(shape)}, n at least 1; got {images.shape}"
        )
    if images.dtype.kind != "f":
        raise ValueError(
            f"real images must be float32 in [-1, 1]; got {images.dtype}. "
            "Convert them: images.astype('float32') / 127.5 - 1"
        )
    low, high = images.min(), images.max()  # either is NaN if any pixel is
    if not np.isfinite(low + high):
        raise ValueError("real images contain NaN or infinite pixels; remove those images first")
    if len(shape) == 3 and not -1.001 <= low < 0 < high <= 1.001:
        raise ValueError(
            f"real images must span [-1, 1], as the generator's do; got [{low:g}, {high:g}]. "
            "Scale them: from 0..255 with images / 127.5 - 1, from 0..1 with images * 2 - 1"
        )


def _sizes(shape):
    return ", ".join(map(str, shape)) + ")"
