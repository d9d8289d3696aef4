"""What the playground needs: the weights of the personalised generator, and digits to click on."""

import io
import json

import numpy as np
from PIL import Image

from persogan_lessons.course import checkpoints
from persogan_lessons.data import digits

OF_EACH = 24  # digit, in a row of the sheet


def networks(model):
    """The networks that draw for somebody: {name: a list of arrays}, in Keras's order."""
    parts = {
        "reader": model.reader,
        "encoder": model.encoder,
        "generator": model.averaged_generator,
    }
    return {name: [each.numpy() for each in part.weights] for name, part in parts.items()}


def weights(arrays):
    """All numbers in half precision, little end first: what `networks.js` unpacks.

    Raises:
        ValueError: if a number would come back changed; checkpoints are kept in this precision.
    """
    content = b""
    for name, some in arrays.items():
        for array in some:
            halves = array.astype("<f2")
            if not np.array_equal(halves.astype("float32"), array):
                raise ValueError(f"the {name} has weights that half precision would change")
            content += halves.tobytes()
    return content


def shapes(arrays):
    """The shape of each array, as JSON."""
    return json.dumps({name: [each.shape for each in some] for name, some in arrays.items()})


def sheet():
    """PNG bytes: a row for each digit, of images that no network of the course was trained on."""
    images, labels = digits.load("test")
    rows = [np.hstack(images[labels == digit][:OF_EACH, :, :, 0]) for digit in range(10)]
    pixels = np.round((np.vstack(rows) + 1) * 127.5).astype("uint8")
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "png", optimize=True)
    return file.getvalue()


def write(folder):
    """Write the three files into a folder."""
    arrays = networks(checkpoints.load("history"))
    (folder / "weights.bin").write_bytes(weights(arrays))
    (folder / "shapes.json").write_text(shapes(arrays), encoding="utf-8")
    (folder / "digits.png").write_bytes(sheet())
