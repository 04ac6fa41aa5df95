"""Where in a step the first value arises that is not finite, forward or backward."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cutaway.diagnose.nonfinite import born
from cutaway.graph import Graph, Node, Title, walk
from cutaway.run import Compiled
from cutaway.run.compile import Array
from cutaway.training.blocks import block_of
from cutaway.training.reasons import BAD_FROM, BAD_NUMBERS
from cutaway.training.record import TrainingStep
from cutaway.transform import grad
from cutaway.transform.masked import masked


@dataclass(frozen=True, slots=True)
class Culprit:
    """A node, the block in which it stands, and what it holds, in words."""

    path: str
    block: str
    told: Title


def culprit(record: TrainingStep) -> Culprit | None:
    """Run a step again, node by node, and return the first that is NaN or infinite.

    A -∞ that a mask is made of is meant; one that arises elsewhere is not.
    """
    (loss,) = record.graph.outputs
    meant = masked(record.graph)
    graph = Graph([loss, *grad(loss, record.graph.parameters)])
    run = Compiled(graph).start(record.feeds, record.params, record.dims)
    found: list[Culprit] = []

    def rule(node: Node, *arrays: Array) -> Any:
        value = np.asarray(run(node, *arrays))
        if not found and born(node, value, arrays, meant):
            found.append(Culprit(graph.path(node), block_of(node), _told(value, arrays)))
        return value

    with np.errstate(all="ignore"):
        walk(graph, rule, set())
    return found[0] if found else None


def _told(value: Array, arrays: tuple[Array, ...]) -> Title:
    nan = np.isnan(value)
    bad = nan if nan.any() else np.isinf(value)
    kind = "NaN" if nan.any() else f"{value[bad][0]:g}"
    told = BAD_NUMBERS.fill(kind=kind, bad=int(bad.sum()), size=bad.size)
    floats = [array for array in arrays if array.dtype.kind == "f" and array.size]
    if floats:
        low, high = min(a.min() for a in floats), max(a.max() for a in floats)
        told = BAD_FROM.fill(told=told, low=low, high=high)
    return told
