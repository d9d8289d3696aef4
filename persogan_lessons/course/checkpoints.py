"""Trained models that come with the course, each reproduced by `python run.py train NAME`."""

import io
import os
import zipfile
from pathlib import Path

import keras
import numpy as np

from persogan_lessons.data import personas, tastes
from persogan_lessons.models import encoders, networks, repliers
from persogan_lessons.models.gan import GAN, ConditionalGAN

LABELS = 10
FOLDER = Path(__file__).parent / "weights"
NOISE_SIZE = 32  # of the small GAN below
DROPPED = 3  # of the 10 bits of a fraction in half precision: an error of 1 in 200 at most


def digit_gan():
    """The article's GAN made small; noise keeps its judge from learning images by heart."""
    discriminator = keras.Sequential(
        [
            keras.Input(networks.IMAGE_SHAPE),
            keras.layers.GaussianNoise(0.5),  # while training only
            networks.mlp_discriminator(width=192),
        ]
    )
    return GAN(networks.mlp_generator(NOISE_SIZE, width=256), discriminator)


def label_gan():
    """Draws the digit that it is asked for; the condition is one of ten labels (lesson 05)."""
    return ConditionalGAN(
        networks.conditional_generator(LABELS), networks.conditional_discriminator(LABELS)
    )


def taste_gan():
    """Draws what a person likes; the condition is `Taste.vector()` (lesson 06)."""
    return ConditionalGAN(
        networks.choosing(networks.conditional_generator(tastes.CONDITION_SIZE)),
        networks.conditional_discriminator(tastes.CONDITION_SIZE),
    )


def history_gan():
    """Draws what somebody likes who clicked on up to 32 images (lesson 07); `encode` reads them."""
    reader = encoders.reader(load("classifier"))
    return ConditionalGAN(
        networks.choosing(networks.conditional_generator(tastes.CONDITION_SIZE)),
        networks.weighing_discriminator(tastes.CONDITION_SIZE),
        encoder=encoders.attention_encoder(reader.output_shape[-1]),
        reader=reader,
    )


def replier():
    """Replies as an invented person would, in English and Chinese (lesson 10)."""
    size = personas.vocabulary().size, personas.LENGTH
    return repliers.Replier(repliers.history_encoder(*size), repliers.Writer(size[0]))


MODELS = {
    "classifier": networks.digit_classifier,
    "digits": digit_gan,
    "label": label_gan,
    "taste": taste_gan,
    "history": history_gan,
    "replies": replier,
}


def load(name):
    """A trained model, ready to use.

    Args:
        name: "classifier" (reads digits, `(n, 28, 28, 1)` -> `(n, 10)` logits), "digits" (a GAN:
            `.generate(count, seed=...)`), or a conditional GAN, `.generate(condition, seed=...)`:
            "label" (conditions are rows of `np.eye(10)`), "taste" (of `Taste.vector()`) or
            "history" (what its `.encode(images)` makes of 0 to 32 liked images); or "replies"
            (`.generate(profiles, history, seed=...)`, in numbers of `personas.vocabulary()`).

    Raises:
        ValueError: for an unknown name.
        OSError: if the file of weights is missing or damaged; it says which.
    """
    model = build(name)
    path = FOLDER / f"{name}.npz"
    cure = f"Install the course again, or make the file anew: python run.py train {name}"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = [file[f"arr_{i}"] for i in range(len(file.files))]
        for variable, array in zip(_variables(model), arrays, strict=True):
            variable.assign(array.astype("float32"))
    except FileNotFoundError:
        raise OSError(f"the weights {path} are missing. {cure}") from None
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise OSError(f"the weights {path} are damaged ({error}). {cure}") from error
    if isinstance(model, GAN):
        model.generator.set_weights(model.averaged_generator.get_weights())
    return model


def build(name):
    """The model of this name with random weights."""
    if name not in MODELS:
        raise ValueError(f"name must be one of {', '.join(map(repr, MODELS))}; got {name!r}")
    return MODELS[name]()


def save(name, model):
    """Write the weights of a trained model, a little rounded, whole or not at all."""
    content = io.BytesIO()
    np.savez_compressed(content, *[_rounded(variable.numpy()) for variable in _variables(model)])
    FOLDER.mkdir(exist_ok=True)
    part = FOLDER / f"{name}.npz.part"
    part.write_bytes(content.getvalue())
    os.replace(part, FOLDER / f"{name}.npz")


def _rounded(array):
    """In half precision, with so many of the last bits 0 that a file stays under 1 MB."""
    bits = array.astype("float16").view("uint16")
    step = np.uint16(1 << DROPPED)
    return ((bits + step // np.uint16(2)) & ~(step - np.uint16(1))).view("float16")


def _variables(model):
    """What a file holds: of a GAN the averaged generator, the discriminator and the encoder."""
    if isinstance(model, GAN):
        encoder = getattr(model, "encoder", None)
        return [
            *model.averaged_generator.weights,
            *model.discriminator.weights,
            *(encoder.weights if encoder else []),
        ]
    return model.weights
