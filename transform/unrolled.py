"""What unrolling gives: a graph that says which tokens each of its nodes stands for."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from cutaway.graph import Graph, Node

Index = tuple[int | None, ...]


class Piece(NamedTuple):
    """What a node of an unrolled graph stands for: a node of the original, or tokens of it.

    ``at`` has a place for each axis of the original: a token, counted from 0, or None for the
    whole axis. So ``(None, 1, 0)`` is the score of query 1 and key 0 in all batches.
    """

    node: Node
    at: Index

    @property
    def tokens(self) -> tuple[int, ...]:
        """The tokens alone."""
        return tuple(place for place in self.at if place is not None)


class Unrolled(Graph):
    """A graph whose tokens are taken apart.

    Attributes
    ----------
    origin
        What each node stands for; no two stand for the same.
    lengths
        The axes that were taken apart, by the names of their sizes.
    """

    def __init__(
        self, outputs: Iterable[Node], origin: Mapping[Node, Piece], lengths: Mapping[str, int]
    ) -> None:
        super().__init__(outputs)
        self.origin = {node: origin[node] for node in self.nodes}
        self.lengths = dict(lengths)
