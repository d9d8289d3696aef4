"""How the models that come with the course were trained: `python run.py train [NAME ...]`.

Each recipe is a function without arguments that returns a trained model. The minutes are those
of 2 cores. The names `study`, `sizes`, `recommending`, `voices` and `trust` run what is missing
of the studies of lessons 03, 04, 09, 10 and 12 instead, 40, 25, 100, 160 and 20 minutes.
"""

import argparse

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from persogan_lessons.course import checkpoints, lesson, recommending, sizes, study, trust, voices
from persogan_lessons.data import digits, personas, tastes
from persogan_lessons.models import encoders, repliers
from persogan_lessons.models.optimizers import slowing_adam

BATCH = 64
PEOPLE = 6000  # whose histories train an encoder


def classifier():
    """Reads digits; learns from them shifted, turned and resized a little. 2 minutes."""
    images, labels = digits.load()
    paper = {"fill_mode": "constant", "fill_value": -1.0}
    vary = keras.Sequential(
        [
            layers.RandomRotation(0.04, **paper),  # of a full turn: 14 degrees
            layers.RandomTranslation(0.08, 0.08, **paper),
            layers.RandomZoom((-0.12, 0.12), (-0.12, 0.12), **paper),
        ]
    )
    batches = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(len(images)).batch(64)
    batches = batches.map(lambda x, y: (vary(x, training=True), y), tf.data.AUTOTUNE).prefetch(2)
    epochs = 60
    rate = keras.optimizers.schedules.CosineDecay(3e-3, epochs * len(batches))
    model = checkpoints.build("classifier")
    model.compile(
        keras.optimizers.Adam(rate),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(batches, epochs=epochs, validation_data=digits.load("test"))
    return model


def digits_gan():
    """Draws digits; both players slow down towards the end, so that it ends well. 5 minutes."""
    images, _ = digits.load()
    epochs = 600
    steps = epochs * batches_of(images)
    gan = checkpoints.build("digits")
    gan.compile(
        generator_optimizer=slowing_adam(1e-3, steps, beta_1=0.0),
        discriminator_optimizer=slowing_adam(5e-4, steps, beta_1=0.0),
    )
    gan.fit(images, batch_size=BATCH, epochs=epochs, callbacks=[resume("digits")])
    return gan


def label_gan():
    """Draws the digit that it is asked for, as lesson 05 does, for longer. 6 minutes."""
    images, labels = digits.load()
    return conditional("label", images, conditions=np.eye(10)[labels], epochs=240)


def taste_gan():
    """Draws what a person likes, as lesson 06 does, for longer. 4 minutes."""
    images, wishes = tastes.wishes(times=8)
    # A wish leaves less to vary than a label does.
    return conditional("taste", images, conditions=wishes, epochs=14, mode_seeking=3.0)


def history_gan():
    """Draws what somebody likes who has clicked, as lesson 07 does, for longer. 8 minutes.

    It goes on with the players of "taste".
    """
    images, _ = digits.load()
    histories, later = tastes.clicks(tastes.sample(PEOPLE, seed=7), later=8, seed=1)
    gan, players = checkpoints.build("history"), checkpoints.load("taste")
    for name in ("generator", "averaged_generator", "discriminator"):
        getattr(gan, name).set_weights(getattr(players, name).get_weights())
    epochs, steps = 20, 400
    gan.compile(
        slowing_adam(3e-3, epochs * steps),
        slowing_adam(3e-3, epochs * steps),
        mode_seeking=3.0,
        contrast=1.0,
    )
    features = gan.reader.predict(images, verbose=0)
    pairs = encoders.episodes(images, features, histories=histories, later=later, batch_size=BATCH)
    gan.fit(pairs, steps_per_epoch=steps, epochs=epochs, callbacks=[resume("history")])
    return gan


def replier():
    """Replies as invented people would, as lesson 10 does, for longer, in two languages. 2 minutes.

    By likelihood alone: the game of that lesson adds nothing that would be missed here.
    """
    vocabulary, said = personas.vocabulary(), []
    for language in personas.LANGUAGES:
        people = personas.sample(PEOPLE, seed=7, language=language)
        said += personas.exchanges(people, 4, seed=7)
    model = checkpoints.build("replies")
    epochs, steps = 3, 400
    rate = slowing_adam(1e-2, epochs * steps, beta_1=0.9)
    model.compile(rate, loss=repliers.likelihood(), jit_compile=False)
    model.fit(
        repliers.teach(vocabulary.exchanges(said), batch_size=BATCH),
        steps_per_epoch=steps,
        epochs=epochs,
        callbacks=[resume("replies")],
    )
    return model


def conditional(name, images, *, conditions, epochs, **options):
    """A conditional GAN of `checkpoints`, trained on pairs, slowing down towards the end."""
    steps = epochs * batches_of(images)
    gan = checkpoints.build(name)
    gan.compile(slowing_adam(4e-3, steps), slowing_adam(4e-3, steps), **options)
    gan.fit(images, conditions, batch_size=BATCH, epochs=epochs, callbacks=[resume(name)])
    return gan


def resume(name):
    """Lets a training that was stopped go on from its last epoch when it is started again."""
    return keras.callbacks.BackupAndRestore(checkpoints.FOLDER / f"{name}.training")


def batches_of(images):
    """How many steps an epoch has."""
    return -(-len(images) // BATCH)


RECIPES = {
    "classifier": classifier,
    "digits": digits_gan,
    "label": label_gan,
    "taste": taste_gan,
    "history": history_gan,
    "replies": replier,
}
STUDIES = {
    "study": study,
    "sizes": sizes,
    "recommending": recommending,
    "voices": voices,
    "trust": trust,
}


def main(arguments=None):
    """Train the models named, or all, and keep their weights in the package."""
    parser = argparse.ArgumentParser(prog="run.py train", description="Train shipped models.")
    known = [*RECIPES, *STUDIES]
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(known)}")
    names = parser.parse_args(arguments).names or list(RECIPES)
    for name in names:
        if name not in known:
            parser.error(f"NAME must be one of {', '.join(known)}; got {name!r}")
    lesson.start(seed=1)
    for name in names:
        if name in STUDIES:
            STUDIES[name].complete()
            continue
        keras.utils.set_random_seed(1)
        checkpoints.save(name, RECIPES[name]())
        size = (checkpoints.FOLDER / f"{name}.npz").stat().st_size
        print(f"{name}: {size // 1000} kB of weights kept in {checkpoints.FOLDER}")


if __name__ == "__main__":
    main()
