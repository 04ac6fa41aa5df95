"""What a graph computed: the values of its nodes."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph.errors import OptionError, explain
from cutaway.graph.graph import Graph
from cutaway.graph.node import Node

Array = npt.NDArray[Any]


class Trace(Mapping[Node, Array]):
    """Values of a graph's nodes, from one run.

    Parameters
    ----------
    graph
        What was run.
    values
        Arrays by node or by path; not all nodes need have one.
    words
        What the places along an axis are called, by its size: ``{"T": ("I", "eat")}``.

    Raises
    ------
    OptionError
        For a path that the graph does not have, or an array of another rank than its node.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> trace = Trace(ca.Graph(ca.ops.relu(x)), {"x": [-1.0, 2.0], "relu": [0.0, 2.0]})
    >>> trace["relu"], len(trace)
    (array([0., 2.]), 2)
    """

    def __init__(
        self,
        graph: Graph,
        values: Mapping[Node, npt.ArrayLike] | Mapping[str, npt.ArrayLike],
        words: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.graph = graph
        self.words = dict(words or {})
        self._by_path = {graph.path(node): node for node in graph.nodes}
        self._nodes = frozenset(graph.nodes)
        self._values: dict[Node, Array] = {}
        for key, value in values.items():
            node, array = self._node(key), np.asarray(value)
            if array.ndim != node.rank:
                raise OptionError(
                    explain(
                        f"a trace has a value for {graph.path(node)} that does not fit",
                        required=f"{node.rank} axes, as {node!r}",
                        came=f"shape {array.shape}",
                    )
                )
            self._values[node] = array

    def _node(self, key: object) -> Node:
        if isinstance(key, str) and key in self._by_path:
            return self._by_path[key]
        if isinstance(key, Node) and key in self._nodes:
            return key
        raise OptionError(
            explain(
                f"a trace has a value for {key!r}, which is not in its graph",
                required="a node of the graph, or its path",
                fix="give the graph that was run",
            )
        )

    @property
    def paths(self) -> frozenset[str]:
        """The paths of the nodes that have a value."""
        return frozenset(map(self.graph.path, self._values))

    def node(self, path: str) -> Node:
        """Return the node at a path."""
        return self._node(path)

    def __getitem__(self, key: Node | str) -> Array:
        return self._values[self._by_path[key] if isinstance(key, str) else key]

    def __iter__(self) -> Iterator[Node]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
