"""Which op is guilty: each is computed again from what the other run has for its inputs.

What an op gives from the *other's* inputs is compared with what the other has in its place. An
op that only carries a difference on agrees then; one that makes a difference doesn't. So every
place where a difference begins is found, not the first alone, and rounding that grows is none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cutaway.diagnose.comparing.difference import EQUAL, Array, Difference, difference
from cutaway.diagnose.comparing.ran import Ran
from cutaway.graph import Leaf, Node


@dataclass(frozen=True, eq=False)
class Forced:
    """What was found out node by node.

    Attributes
    ----------
    apart
        The difference of both runs, by node.
    own
        The part of it that the node itself makes.
    between
        The ops that were computed since the nearest values of the other, by node.
    """

    apart: dict[Node, Difference]
    own: dict[Node, Difference]
    between: dict[Node, tuple[Node, ...]]


def forced(ran: Ran, theirs: Mapping[Node, Array], used: frozenset[Node]) -> Forced:
    """Compute a graph with the other's values put in their places.

    Parameters
    ----------
    theirs
        The other's values, by our nodes.
    used
        Those of them from which is computed on; others are only compared.
    """
    apart: dict[Node, Difference] = {}
    own: dict[Node, Difference] = {}
    between: dict[Node, tuple[Node, ...]] = {}
    values: dict[Node, Array] = {}
    since: dict[Node, dict[Node, None]] = {}
    for node in ran.graph.nodes:
        if node not in ran.values:
            continue
        mine = _computed(ran, node, values)
        other = theirs.get(node)
        gone = dict.fromkeys(inner for source in node.inputs for inner in since.get(source, ()))
        if other is not None:
            apart[node] = difference(ran.values[node], other)
            own[node] = EQUAL if mine is None else difference(mine, other)
            between[node] = tuple(gone)
        put = other if node in used else None
        if put is None:
            put = ran.values[node] if mine is None else mine
        values[node] = put
        since[node] = {} if put is other or isinstance(node.op, Leaf) else {**gone, node: None}
    return Forced(apart, own, between)


def _computed(ran: Ran, node: Node, values: Mapping[Node, Array]) -> Array | None:
    """Return an op's value; None where it can't be computed from arrays of other shapes.

    What was computed from the same arrays is not computed again.
    """
    inputs = [values.get(source) for source in node.inputs]
    same = all(
        array is ran.values.get(source) or array is None or not _differ(array, ran.values[source])
        for source, array in zip(node.inputs, inputs, strict=True)
    )
    if same or any(array is None for array in inputs):
        return ran.values[node]
    cast = [
        array.astype(ran.xp.dtype_of(source.dtype), copy=False)
        for source, array in zip(node.inputs, inputs, strict=True)
        if array is not None
    ]
    try:
        return ran.compute(node, *cast)
    except (ValueError, IndexError):  # the difference began where the shapes did
        return None


def _differ(left: Array, right: Array) -> bool:
    if left.dtype != right.dtype:
        return True
    return not np.array_equal(left, right, equal_nan=left.dtype.kind == "f")
