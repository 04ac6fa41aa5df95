"""A graph with the values of a run, and its kernels to compute on with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import Constant, FeedError, Graph, Leaf, Node, check_sizes
from cutaway.graph.errors import explain
from cutaway.graph.legal import sizes_in
from cutaway.ops import Numpy
from cutaway.run.compile import Array, Arrays, Compiled
from cutaway.run.sizes import Shown, learn


@dataclass(frozen=True, eq=False)
class Ran:
    """What a run computed.

    Attributes
    ----------
    graph
        What was run.
    values
        The values of its nodes, as far as they are known.
    sizes
        Of every symbol.
    xp
        The precision of the run.
    """

    graph: Graph
    values: dict[Node, Array]
    sizes: Mapping[str, int]
    xp: Numpy

    @property
    def precision(self) -> np.dtype[Any]:
        """The dtype of its floats."""
        return self.xp.float_dtype

    def compute(self, node: Node, *inputs: Array) -> Array:
        """Return what an op of the graph, or of its backward pass, makes of other inputs."""
        with np.errstate(all="ignore"):
            return np.asarray(node.op.bind(self.sizes).kernel(self.xp, *inputs))


def run(graph: Graph, feeds: Arrays, params: Arrays, sizes: Mapping[str, int]) -> Ran:
    """Run a graph, and keep all its values."""
    known = sizes_in(graph, sizes)
    compiled = Compiled(graph)
    plan = compiled.start(feeds, params, known).plan
    return Ran(graph, compiled.trace(feeds, params, known), plan.sizes, plan.xp)


def fed(
    graph: Graph, values: Mapping[Node, Array]
) -> tuple[dict[str, npt.ArrayLike], dict[str, npt.ArrayLike]]:
    """Return the values of leaves, as far as they are known: feeds by name, parameters by path."""
    feeds: dict[str, npt.ArrayLike] = {n.name: values[n] for n in graph.inputs if n in values}
    params: dict[str, npt.ArrayLike] = {n.path: values[n] for n in graph.parameters if n in values}
    return feeds, params


def completed(graph: Graph, values: Mapping[Node, npt.ArrayLike], dims: Mapping[str, int]) -> Ran:
    """Return a run of which some values are given; what can be computed from them is.

    Raises
    ------
    FeedError
        If the values don't show all sizes.
    """
    known = {node: np.asarray(value) for node, value in values.items()}
    sizes = sizes_shown(graph, known, dims)
    missing = sorted(graph.symbols - sizes.keys())
    if missing:
        raise FeedError(
            explain(
                f"no value shows the size {', '.join(missing)}",
                required="every size of the graph",
                fix=f"give dims={{{missing[0]!r}: …}}",
            )
        )
    check_sizes(graph, sizes)
    floats = {value.dtype for value in known.values() if value.dtype.kind == "f"}
    ran = Ran(graph, known, sizes, Numpy(np.result_type(*floats) if floats else np.float64))
    for node in graph.nodes:
        if node in known or (isinstance(node.op, Leaf) and not isinstance(node.op, Constant)):
            continue
        if all(source in known for source in node.inputs):
            known[node] = ran.compute(node, *(known[source] for source in node.inputs))
    return ran


def sizes_shown(
    graph: Graph, values: Mapping[Node, Array], dims: Mapping[str, int]
) -> dict[str, int]:
    """Return the sizes that are given, and those that values show."""
    shown = [
        Shown(node, axis, length)
        for node in graph.nodes
        if node in values and not isinstance(node.op, Constant)
        for axis, length in enumerate(np.shape(values[node])[: node.rank])
    ]
    return learn(graph, shown, {k: n for k, n in dims.items() if str(k) in graph.symbols})
