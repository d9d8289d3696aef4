"""What is compared: one line for each variant."""

import dataclasses

from benchmarks import operations


@dataclasses.dataclass(frozen=True)
class Variant:
    """One way to train the same GAN.

    Attributes:
        name: as the table has it.
        train: "module:function" of this folder.
        passes: what its step goes through; None for ours, which is counted in its graph.
        precision: of its matrix products, "float32" or "bfloat16".
        needs: a package that an interpreter of its own provides, or "".
    """

    name: str
    train: str
    passes: operations.Passes | None
    precision: str = "float32"
    needs: str = ""

    def suits(self, model, machine):
        """Whether there is something to measure: XLA is for the MLP, bfloat16 for CPUs with it."""
        if self.precision == "bfloat16" and not machine.bfloat16:
            return False
        return model == "mlp" or "jit" not in self.train


OURS, OURS_FLOAT32 = "ours: `GAN.fit`, bfloat16", "ours: `GAN.fit`, float32"
LIMITS = {
    "float32": "matrix products alone, float32",
    "bfloat16": "matrix products alone, bfloat16",
}

SHARED, NEW = operations.SHARED_FAKES, operations.NEW_FAKES
TWICE = operations.FAKES_JUDGED_TWICE

ALL = (
    Variant(OURS, "fit_variants:ours", None, "bfloat16"),
    Variant(OURS_FLOAT32, "fit_variants:ours_float32", None),
    Variant("TensorFlow tutorial: two tapes, `tf.function`", "tape_variants:two_tapes", SHARED),
    Variant("Keras `train_step`, `fit`", "keras_variants:train_step", NEW),
    Variant("Keras `train_step`, `fit`, XLA", "keras_variants:train_step_jit", NEW),
    Variant("Keras on JAX, `fit`", "jax_variants:fit", TWICE, needs="jax"),
    Variant("PyTorch", "torch_variants:float32", TWICE, needs="torch"),
    Variant("PyTorch, bfloat16 autocast", "torch_variants:bfloat16", TWICE, "bfloat16", "torch"),
    Variant("Keras `train_on_batch`, `predict`", "keras_variants:train_on_batch", NEW),
    Variant("two tapes, eager", "tape_variants:eager", SHARED),
    Variant(LIMITS["float32"], "product_variants:float32", SHARED),
    Variant(LIMITS["bfloat16"], "product_variants:bfloat16", SHARED, "bfloat16"),
)
