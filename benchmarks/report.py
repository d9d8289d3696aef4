"""The rounds of a benchmark as Markdown."""

import dataclasses

from benchmarks import driver, models, operations, pairs, variants


@dataclasses.dataclass
class Result:
    """All that was measured on one model.

    Attributes:
        rounds: a list of `{name of variant: driver.Segment}`.
        repeats: how many segments were tried again.
        workers: `{name: driver.Worker}`, for what they noted.
        step_operations: `{name: operations}` of one training step.
        absent: `{name: why}` of variants that are not here.
    """

    rounds: list
    repeats: int
    workers: dict
    step_operations: dict
    absent: dict

    def share_of_limit(self, variant):
        """Operations a second beside those of the matrix products alone, within each round."""
        limit = variants.LIMITS[variant.precision]
        work = self.step_operations[variant.name] / self.step_operations[limit]
        return [work * each for each in pairs.ratios(self.rounds, of=variant.name, to=limit)]


def markdown(results, *, about):
    """The whole report.

    Args:
        results: `{model: Result}`.
        about: lines on the machine, versions and the date.
    """
    parts = ["# How fast a GAN trains here", "", *[f"- {line}" for line in about], ""]
    for model, result in results.items():
        parts += [f"## {models.NAMES[model]}", "", *_rates(result), "", _quiet(result), ""]
        parts += [*_products(result), "", *_layers(model), ""]
    return "\n".join(parts + [METHOD])


def _rates(result):
    yield (
        "| variant | steps a second | ours, bfloat16, is faster | ours, float32, is faster "
        "| GFLOP a step | share of limit | first step | peak memory |"
    )
    yield "|---|---|---|---|---|---|---|---|"
    for variant in variants.ALL:
        if variant.name in result.workers:
            yield "| " + " | ".join(_row(variant, result)) + " |"
        elif variant.name in result.absent:
            yield f"| {variant.name} | {result.absent[variant.name]} | | | | | | |"


def _row(variant, result):
    worker = result.workers[variant.name]
    yield variant.name
    yield f"{pairs.spread(pairs.rates(result.rounds, variant.name)):.3g}"
    for ours in (variants.OURS, variants.OURS_FLOAT32):
        beside = variant.name != ours and variant.name not in variants.LIMITS.values()
        known = beside and ours in result.workers
        ratios = pairs.ratios(result.rounds, of=ours, to=variant.name) if known else None
        yield f"{pairs.spread(ratios):.2f}" if known else ""
    yield f"{result.step_operations[variant.name] / 1e9:.2f}"
    yield f"{pairs.spread(result.share_of_limit(variant)):.0%}"
    first = worker.facts.get("first_step")
    yield f"{first:.2f} s" if first else ""
    yield f"{worker.peak_memory:.0f} MB" if worker.peak_memory else ""


def _quiet(result):
    segments = [each for round_ in result.rounds for each in round_.values()]
    loud = sum(not each.clean for each in segments)
    worst = max(each.others for each in segments)
    text = (
        f"{len(result.rounds)} rounds. {result.repeats} segments were repeated because others "
        f"computed at the same time; {loud} of {len(segments)} never came out quiet (others took "
        f"more than {driver.QUIET:.0%} of the processors; at most {worst:.0%})."
    )
    return text + " **Take these figures as rough.**" * (loud > len(segments) / 10)


def _products(result):
    known = {
        precision: result.workers[name].facts["products"]
        for precision, name in variants.LIMITS.items()
        if name in result.workers
    }
    yield f"| matrix product (T: transposed) | {' | '.join(f'{each}, GFLOP/s' for each in known)} |"
    yield "|---" * (1 + len(known)) + "|"
    for product in known["float32"]:
        rates = " | ".join(f"{each[product] / 1e9:.0f}" for each in known.values())
        yield f"| `{product}` | {rates} |"


def _layers(model):
    names = ("generator", "discriminator")
    for name, network in zip(names, models.pair(model), strict=True):
        forward = operations.products(network)
        sizes = ", ".join(f"{each.multiply_adds / 1e6:.1f}" for each in forward)
        total = sum(each.multiply_adds for each in forward) / 1e6
        yield (
            f"- {name}, multiply-adds of one pass forward, layer by layer, in millions: {sizes}; "
            f"together {total:.0f}"
        )


def operations_of_step(variant, model):
    """Operations of one training step of a variant."""
    if variant.passes is None:
        from benchmarks import fit_variants  # needs TensorFlow

        return operations.of_graph(fit_variants.one_step(model))
    return operations.count(operations.of_step(*models.pair(model), passes=variant.passes))


METHOD = f"""\
## How it was measured

`python -m benchmarks` starts each variant in a process of its own, which keeps its model. In every
round each variant trains once, for about {driver.SEGMENT} seconds (variants with `fit`: for whole
epochs, so sometimes longer), after a second that is not timed. They come in random order, one at a
time; the memory of those that wait is locked, lest the system put it away. A segment is repeated,
up to {driver.TRIES} tries, if other programs took more than {driver.QUIET:.0%} of the processors
then; the quietest is kept. Figures are medians over rounds, quartiles in brackets.
"Is faster" is the ratio of two rates within one round, then the median over rounds; above 1, ours
is the faster.

- Same networks, loss (non-saturating), optimiser (Adam, 0.001, beta_1 0.5), batches of
  {models.BATCH}, and data: of the 4000 training digits the first 3968, 31 full batches, so that
  every step of every variant is as large. For the convolutional GAN, the first 1024 of them, 8
  batches: `fit` can pause only between epochs, which should be short. Each variant is written as
  its own community writes it.
- `fit` is called once and pauses between segments, at the end of an epoch; what it does before its
  first step is not in the rates, and neither are the pauses. Everything between the steps, such as
  callbacks, progress and shuffling at the end of an epoch, is. So is a wait that TensorFlow brings
  with it: a thread that looks for faster ways to make batches sleeps between two looks, each time
  twice as long, and the end of an epoch waits for it. Ours switches it off (`models/batches.py`).
- Ours, and the matrix products alone, have TensorFlow use oneDNN, as the package asks it to. Of
  itself TensorFlow does so on newer processors only; the others take it as it comes.
- Ours in bfloat16 is what a learner gets after `lesson.start` on a CPU that has bfloat16: weights
  and optimiser stay in float32. Ours in float32 is the same without that option.
- GFLOP a step: two operations for each multiply-add of dense layers and convolutions, times the
  passes that the variant makes (`operations.py`). Ours is counted in the graph of its `train_step`.
  Nothing else is counted, nor are gradients that a loop computes and nobody reads.
- Share of limit: operations a second of a variant, divided by those of "matrix products alone" in
  the same round: the products of the two-tape step, one after the other, in the same precision, and
  nothing else. The rest goes to the optimiser, which reads and writes every weight and both its
  moments, to activations, and to conversions. A convolution is there as one product, which writes
  more to memory than a convolution does: for the convolutional GAN the share is a yardstick, not a
  bound, and can pass 100%.
- The table of products has the best of many tries of each.
- First step: `fit` on one batch, tracing included. Peak memory: of the process, with its imports.
"""
