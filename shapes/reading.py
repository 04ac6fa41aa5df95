"""What lints read in a graph: which axis goes where, and what depends on what is fed."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from cutaway.graph import Axes, Condition, Dim, Graph, Input, Node, Parameter, Shape, Source
from cutaway.ops import BroadcastTo, Concat, Pad, Place, Reshape, Slice
from cutaway.shapes.generic import Generic
from cutaway.shapes.known import Known

Places = tuple[int, ...]  # of the output
Segment = tuple[Places, Places]  # axes of the old shape, axes of the new one


class Finding(NamedTuple):
    """What a lint saw: where, and the words that its text needs.

    ``text`` is the key of the text; its first part, up to a dot, is the code. ``source`` is the
    line, where that is not the node's own.
    """

    text: str
    node: Node
    words: Mapping[str, object]
    source: Source | None = None


Findings = Iterator[Finding]


class Reading:
    """A graph with the shapes of its nodes, and what all lints ask of it."""

    def __init__(
        self, graph: Graph, shapes: Mapping[Node, Shape] | None = None, *more: Condition
    ) -> None:
        self.graph = graph
        self.conditions = tuple(dict.fromkeys((*more, *graph.conditions, *graph.declared)))
        self.shapes = {node: node.shape for node in graph.nodes} if shapes is None else shapes
        self._segments: dict[tuple[Shape, Shape], list[Segment]] = {}
        self._carried: dict[Node, tuple[tuple[Places, ...], ...]] = {}
        self._by_op: dict[object, tuple[tuple[Places, ...], ...]] = {}

    @cached_property
    def generic(self) -> Generic:
        """Sizes in general position."""
        return Generic(self.conditions)

    @cached_property
    def known(self) -> Known:
        """What is known of the sizes; nothing, if they can't meet all."""
        return Known.of(self.conditions) or Known()

    @cached_property
    def fed(self) -> set[Node]:
        """What depends on an input."""
        found: set[Node] = set()
        for node in self.graph.nodes:
            if isinstance(node.op, Input) or not found.isdisjoint(node.inputs):
                found.add(node)
        return found

    @cached_property
    def learned(self) -> set[Node]:
        """What depends on a parameter and on no input: weights, transposed weights."""
        found: set[Node] = set()
        for node in self.graph.nodes:
            trained = isinstance(node.op, Parameter) or not found.isdisjoint(node.inputs)
            if trained and node not in self.fed:
                found.add(node)
        return found

    def carried(self, node: Node) -> tuple[tuple[Places, ...], ...]:
        """For every axis of every input, the axes of the output that it becomes."""
        found = self._carried.get(node)
        if found is None:
            found = self._carried[node] = self._carry(node)
        return found

    def _carry(self, node: Node) -> tuple[tuple[Places, ...], ...]:
        if isinstance(node.op, Reshape):
            old, new = self.shapes[node.inputs[0]], self.shapes[node]
            into = {axis: news for olds, news in self.segments(old, new) for axis in olds}
            return (tuple(into.get(axis, ()) for axis in range(len(old))),)
        if not node.inputs:
            return ()
        key = node.op, *(source.rank for source in node.inputs)
        found = self._by_op.get(key)
        if found is None:
            found = self._by_op[key] = _carried(node, tuple(source.rank for source in node.inputs))
        return found

    def segments(self, old: Shape, new: Shape) -> list[Segment]:
        """Cut two shapes of one product where their partial products agree; axes of 1 are left out.

        Examples
        --------
        >>> from cutaway.graph import as_shape
        >>> Reading(Graph(())).segments(as_shape("B T H*K"), as_shape("B T 1 H K"))
        [((0,), (0,)), ((1,), (1,)), ((2,), (3, 4))]
        """
        found = self._segments.get((old, new))
        if found is None:
            found = self._segments[old, new] = _segments(old, new, self.generic)
        return found


def _carried(node: Node, ranks: tuple[int, ...]) -> tuple[tuple[Places, ...], ...]:
    op = node.op
    if isinstance(op, BroadcastTo):
        (rank,) = ranks
        return (tuple((n + node.rank - rank,) for n in range(rank)),)
    if isinstance(op, Slice | Pad | Place | Concat):
        return tuple(tuple((n,) for n in range(rank)) for rank in ranks)
    axes = labels(node)
    if axes is None:
        return tuple(((),) * rank for rank in ranks)
    places = {label: (n,) for n, label in enumerate(axes.output) if label != "1"}
    return tuple(tuple(places.get(label, ()) for label in own) for own in axes.inputs)


def labels(node: Node) -> Axes | None:
    """Return the axis signature of a node's op, if it has one."""
    try:
        return node.op.axes(*(source.rank for source in node.inputs))
    except NotImplementedError:
        return None


def _segments(old: Shape, new: Shape, generic: Generic) -> list[Segment]:
    olds, news = _axes(old), _axes(new)
    totals = _partial([old[axis] for axis in olds], generic)
    ends = {total: end for end, total in enumerate(totals, 1)}
    found: list[Segment] = []
    i = j = 0
    for count, total in enumerate(_partial([new[a] for a in news], generic), 1):
        end = ends.get(total, 0)
        if end > i:
            found.append((olds[i:end], news[j:count]))
            i, j = end, count
    if i < len(olds) or j < len(news):
        found.append((olds[i:], news[j:]))
    return found


def _axes(shape: Shape) -> Places:
    return tuple(n for n, dim in enumerate(shape) if dim != 1)


def _partial(sizes: list[Dim], generic: Generic) -> list[object]:
    """Return the products of the first one, two, … sizes."""
    found: list[object] = []
    total = generic.at(1)
    for size in sizes:
        total = generic.at(total * generic.at(size))
        found.append(total)
    return found
