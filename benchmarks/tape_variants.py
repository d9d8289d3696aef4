"""The loop of TensorFlow's DCGAN tutorial: two tapes, in a `tf.function` and without one."""

import keras
import tensorflow as tf

from benchmarks import models


def two_tapes(model, *, images, tick, note):
    """The tutorial's: `train_step` is a `tf.function`, the data a `tf.data.Dataset`."""
    _train(tf.function(tutorial_step(*models.pair(model))), images=images, tick=tick)


def eager(model, *, images, tick, note):
    """The same line by line, without the `tf.function`."""
    _train(tutorial_step(*models.pair(model)), images=images, tick=tick)


def tutorial_step(generator, discriminator):
    """The tutorial's `train_step(images)`; it returns both losses."""
    cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    generator_optimizer, discriminator_optimizer = models.adam(), models.adam()
    generator_optimizer.build(generator.trainable_variables)
    discriminator_optimizer.build(discriminator.trainable_variables)

    def discriminator_loss(real_output, fake_output):
        real_loss = cross_entropy(tf.ones_like(real_output), real_output)
        fake_loss = cross_entropy(tf.zeros_like(fake_output), fake_output)
        return real_loss + fake_loss

    def train_step(images):
        noise = tf.random.normal([models.BATCH, models.NOISE])
        with tf.GradientTape() as gen_tape, tf.GradientTape() as disc_tape:
            generated_images = generator(noise, training=True)
            real_output = discriminator(images, training=True)
            fake_output = discriminator(generated_images, training=True)
            gen_loss = cross_entropy(tf.ones_like(fake_output), fake_output)
            disc_loss = discriminator_loss(real_output, fake_output)
        gradients_of_generator = gen_tape.gradient(gen_loss, generator.trainable_variables)
        gradients_of_discriminator = disc_tape.gradient(
            disc_loss, discriminator.trainable_variables
        )
        generator_optimizer.apply_gradients(
            zip(gradients_of_generator, generator.trainable_variables, strict=True)
        )
        discriminator_optimizer.apply_gradients(
            zip(gradients_of_discriminator, discriminator.trainable_variables, strict=True)
        )
        return gen_loss, disc_loss

    return train_step


def _train(train_step, *, images, tick):
    dataset = tf.data.Dataset.from_tensor_slices(images).shuffle(len(images)).batch(models.BATCH)
    while True:
        for image_batch in dataset:
            train_step(image_batch)
            tick()
