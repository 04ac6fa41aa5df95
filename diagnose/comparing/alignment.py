"""Pairs of nodes of two graphs."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutaway.graph import Graph, Node


@dataclass(frozen=True, eq=False)
class Alignment:
    """Pairs of nodes.

    Attributes
    ----------
    pairs
        The node of the right graph for that of the left one.
    replaced
        The left nodes whose partner is another op, or has other options.
    """

    pairs: Mapping[Node, Node]
    replaced: frozenset[Node]

    def only(self, graph: Graph, right: bool = False) -> tuple[Node, ...]:
        """Return the nodes of a graph that have no partner."""
        known = set(self.pairs.values()) if right else self.pairs.keys()
        return tuple(node for node in graph.nodes if node not in known)
