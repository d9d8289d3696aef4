"""One variant, alone in its process: `python -m benchmarks.worker module:function model images`."""

import importlib
import sys

from benchmarks import pacing

# These meet TensorFlow as a lesson does, whose package asks for oneDNN before it is imported. The
# others meet it as it comes.
AS_IN_A_LESSON = ("fit_variants", "product_variants")


def main(variant, model, *, images):
    """Run a variant for ever, at the driver's pace.

    Args:
        variant: "module:function", the module one of this folder's.
        model: "mlp" or "conv".
        images: path of an .npy file, `(n, 28, 28, 1)` float32 in [-1, 1].
    """
    pacing.keep_memory()
    pacer = pacing.over_pipes()
    import numpy as np

    module, function = variant.split(":")
    if module in AS_IN_A_LESSON:
        importlib.import_module("persogan_lessons")
    train = getattr(importlib.import_module(f"benchmarks.{module}"), function)
    train(model, images=np.load(images), tick=pacer.tick, note=pacer.note)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], images=sys.argv[3])
