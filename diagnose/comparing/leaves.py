"""Which inputs and parameters of a reference can be run: of shapes that fit together, no NaN."""

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from cutaway.diagnose.comparing.difference import Array
from cutaway.graph import FeedError, Graph, Node, Parameter
from cutaway.run.sizes import Shown, learn


def usable(
    graph: Graph, theirs: Mapping[Node, Array], sizes: Mapping[str, int]
) -> tuple[dict[Node, Array], dict[str, int]]:
    """Return the leaves of a reference that fit, and the sizes that they show.

    Where leaves disagree about a size, most of them are right.

    Parameters
    ----------
    theirs
        Values of nodes, as a reference has them. Those of ops show the sizes that no leaf does.
    sizes
        Those that are known for certain.
    """
    leaves = {n: theirs[n] for n in (*graph.inputs, *graph.parameters) if n in theirs}
    found = {**_majority(theirs), **_majority(leaves), **sizes}
    fitting: dict[Node, Array] = {}
    for node, array in leaves.items():
        if array.ndim != node.rank or _refused(node, array):
            continue
        try:
            found = learn(graph, _shown(node, array), found)
        except FeedError:
            continue
        fitting[node] = array
    return fitting, found


def _shown(node: Node, array: Array) -> Iterator[Shown]:
    return (Shown(node, axis, length) for axis, length in enumerate(array.shape))


def _refused(node: Node, array: Array) -> bool:
    """Say whether an array is a parameter with NaN, with which nothing can be run."""
    floats = isinstance(node.op, Parameter) and array.dtype.kind == "f"
    return floats and bool(np.isnan(array).any())


def _majority(theirs: Mapping[Node, Array]) -> dict[str, int]:
    """Return for each size the length that most axes of that size have."""
    votes: dict[str, Counter[int]] = {}
    for node, array in theirs.items():
        if array.ndim == node.rank:
            for fact in _shown(node, array):
                if not isinstance(fact.dim, int) and fact.dim.is_Symbol and fact.length:
                    votes.setdefault(str(fact.dim), Counter())[fact.length] += 1
    return {name: count.most_common(1)[0][0] for name, count in votes.items()}
