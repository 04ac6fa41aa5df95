"""The gradients of all values of a run, by the nodes whose gradients they are."""

from collections.abc import Mapping, Sequence

import numpy as np

from cutaway.diagnose.comparing.ran import Ran
from cutaway.graph import Graph, Node
from cutaway.run.compile import Array
from cutaway.transform.backward import differentiate, output_seeds

NOISE = 0.01  # of the largest gradient: smaller ones may be the rounding of that one


def slopes(ran: Ran, seeds: Sequence[Array | None]) -> dict[Node, Array]:
    """Return gradients, from the cotangents of the outputs; the values of the run are used as is.

    Parameters
    ----------
    ran
        Its values may be patched: then the gradient is taken there.
    seeds
        The cotangent of each output; None for outputs that have none.

    Raises
    ------
    GradError
        If an op on the way has no derivative.
    """
    arrays: dict[Node, Array] = {}
    for output, seed in zip(ran.graph.outputs, seeds, strict=True):
        if seed is not None:
            arrays.setdefault(output, np.asarray(seed, ran.precision))
    begun = output_seeds(arrays)
    found = differentiate(ran.graph, begun)
    values = {**ran.values, **{seed: arrays[output] for output, seed in begun.items()}}
    for node in Graph(found.values()).nodes:
        if node not in values:
            values[node] = ran.compute(node, *(values[source] for source in node.inputs))
    return {node: values[slope] for node, slope in found.items()}


def noise_of(graph: Graph, found: Mapping[Node, Sequence[Array]]) -> float:
    """Return the size below which gradients are compared as if they had it.

    It follows the largest gradient where the backward pass begins, and of a leaf: what lies
    upstream of a norm may be 0 but for the rounding of what comes in, and a mean over many makes
    all gradients small.
    """
    ends = (*_begins(graph), *graph.inputs, *graph.parameters)
    arrays = [array for node in ends for array in found.get(node, ())]
    sizes = [np.abs(array[np.isfinite(array)]) for array in arrays]
    return NOISE * max((float(size.max()) for size in sizes if size.size), default=0.0)


def _begins(graph: Graph) -> set[Node]:
    """Return the outputs; of a loss, which is one number, what it is taken of."""
    seen: set[Node] = set()
    waiting = [*graph.outputs]
    while waiting:
        node = waiting.pop()
        if node not in seen:
            seen.add(node)
            waiting.extend(() if node.rank else node.inputs)
    return {node for node in seen if node.rank}


def drawn_seeds(ran: Ran, seed: int) -> list[Array | None]:
    """Return a cotangent for each output: 1 for a scalar loss, else random numbers.

    All ones would hide much: the sum of what a softmax or a norm gives is always the same.
    """
    found: list[Array | None] = []
    for number, output in enumerate(ran.graph.outputs):
        random = np.random.default_rng([seed, number])
        if output.dtype != "float" or output not in ran.values:
            found.append(None)
        else:
            shape = ran.values[output].shape
            found.append(np.asarray(random.standard_normal(shape) if shape else 1.0))
    return found
