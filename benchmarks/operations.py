"""How much one training step computes: multiply-adds of the matrix products, layer by layer.

Counted are dense layers, convolutions and transposed convolutions, each as the matrix product
that it is: `rows x inner` times `inner x columns`, where a convolution's inner size is its window
times its channels (taps that fall on padding count too). One multiply-add is two operations.
Not counted: biases, activations, normalisation, losses, the optimiser, the averaged weights, nor
gradients that a loop computes and nobody reads (eager loops do).

A layer can do three such products in a step, each of the same size: its output (forward), the
gradient of its weights, and the gradient of its input (backward). The first layer of a network
needs the last of these only where the gradient goes on into another network.
"""

import dataclasses

import keras

from benchmarks import models


@dataclasses.dataclass(frozen=True)
class Product:
    """One matrix product, `(rows, inner) @ (inner, columns)`.

    Attributes:
        transposed: "left" or "right", the factor that lies in memory the other way round, or "".
    """

    rows: int
    inner: int
    columns: int
    transposed: str = ""

    def __str__(self):
        left, right = "T" * (self.transposed == "left"), "T" * (self.transposed == "right")
        return f"({self.rows} x {self.inner}){left} ({self.inner} x {self.columns}){right}"

    @property
    def multiply_adds(self):
        """How many."""
        return self.rows * self.inner * self.columns

    @property
    def weight_gradient(self):
        """The product that gives the gradient of the layer's weights."""
        return Product(self.inner, self.rows, self.columns, "left")

    @property
    def input_gradient(self):
        """The product that gives the gradient of the layer's input."""
        return Product(self.rows, self.columns, self.inner, "right")


@dataclasses.dataclass(frozen=True)
class Passes:
    """How often a step of some variant goes through each network, on one batch each time.

    Attributes:
        generator: passes forward through the generator; one of them comes back, for its weights.
        discriminator: passes forward through the discriminator.
        judged: passes back for the discriminator's weights.
        to_images: passes back through the discriminator to its input, for the generator.
    """

    generator: int
    discriminator: int
    judged: int
    to_images: int = 1


# Fakes made once and judged once, with a backward pass for each player.
SHARED_FAKES = Passes(generator=1, discriminator=2, judged=2)
# The generator plays against the discriminator that has just moved, on new fakes.
NEW_FAKES = Passes(generator=2, discriminator=3, judged=2)
# The same fakes judged again, in a forward pass of the generator's own.
FAKES_JUDGED_TWICE = Passes(generator=1, discriminator=3, judged=2)


def products(network):
    """The forward products of a Keras network on one batch, in order."""
    found = [_product(layer) for layer in network.layers]
    return [product for product in found if product]


def _product(layer):
    if isinstance(layer, keras.layers.Dense):
        return Product(models.BATCH, *layer.kernel.shape)
    if isinstance(layer, keras.layers.Conv2DTranspose):  # before Conv2D, of which it is a kind
        height, width, filters, channels = layer.kernel.shape
        _, down, across, _ = layer.input.shape
        return Product(models.BATCH * down * across, channels, height * width * filters)
    if isinstance(layer, keras.layers.Conv2D):
        height, width, channels, filters = layer.kernel.shape
        _, down, across, _ = layer.output.shape
        return Product(models.BATCH * down * across, height * width * channels, filters)
    return None


def of_step(generator, discriminator, *, passes):
    """Every product of one training step, as a list, in the order of the passes."""
    make, judge = products(generator), products(discriminator)
    return [
        *make * passes.generator,
        *judge * passes.discriminator,
        *_backward(judge) * passes.judged,
        *[each.input_gradient for each in judge] * passes.to_images,
        *_backward(make),
    ]


def _backward(forward):
    """The products that take a gradient to all weights of a network, and not to its input."""
    weights = [each.weight_gradient for each in forward]
    return weights + [each.input_gradient for each in forward[1:]]


def count(step):
    """Operations of a list of products: two for each multiply-add."""
    return 2 * sum(each.multiply_adds for each in step)


def of_graph(graph):
    """The same count, read from the TensorFlow graph of a step instead of from its layers.

    Args:
        graph: that of a concrete function on one batch, with static shapes.
    """
    needed = _needed(graph)
    total = 2 * sum(_multiply_adds(operation) for operation in needed)
    called = [each.get_attr("f").name for each in needed if "PartitionedCall" in each.type]
    return total + sum(of_graph(graph._get_function(name).graph) for name in called)


def _needed(graph):
    """The operations that the results and the effects of a graph depend on; others never run."""
    left = [each.op for each in graph.outputs] + list(graph.control_outputs)
    found = set()
    while left:
        operation = left.pop()
        if operation not in found:
            found.add(operation)
            left += [each.op for each in operation.inputs] + operation.control_inputs
    return found


def _multiply_adds(operation):
    kinds = {  # type: where the operation says the window and the positions that it slides over
        "Conv2D": lambda: (operation.inputs[1].shape, operation.outputs[0].shape),
        "Conv2DBackpropInput": lambda: (operation.inputs[1].shape, operation.inputs[2].shape),
        "Conv2DBackpropFilter": lambda: (operation.outputs[0].shape, operation.inputs[2].shape),
    }
    if operation.type == "MatMul":
        rows, columns = operation.outputs[0].shape
        inner = operation.inputs[0].shape[0 if operation.get_attr("transpose_a") else 1]
        return rows * inner * columns
    if operation.type in kinds:
        window, (batch, height, width, _) = kinds[operation.type]()
        return window.num_elements() * batch * height * width
    return 0
