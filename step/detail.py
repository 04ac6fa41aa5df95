"""A level of detail: its graph, the blocks that are its steps, and what each belongs to."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from cutaway.graph import Graph, Leaf, Node
from cutaway.graph.graph import topological
from cutaway.step.block import Block, folded_blocks, single_blocks
from cutaway.transform import Unrolled, collapse, expand

Level = Literal["model", "layer", "sublayer", "op", "primitive", "token"]
LEVELS: tuple[Level, ...] = get_args(Level)
OWN: tuple[Level, ...] = ("primitive", "token")  # levels that run a graph of their own
Indices = tuple[slice, ...]


@dataclass(frozen=True, eq=False)
class Part:
    """What a node stands for: an op of the graph as it was given, or a part of its value.

    Attributes
    ----------
    node
        The op that it belongs to.
    at
        The part of that op's value that its own value is; None where it is something else.
    """

    node: Node
    at: Indices | None = None


@dataclass(frozen=True, eq=False)
class Detail:
    """One level of detail.

    Attributes
    ----------
    graph
        What is run: the given graph, the same in primitives, or the same token by token.
    blocks
        Its steps.
    parts
        What each node of ``graph`` stands for in the graph as it was given.
    whole
        The node that has all of the value of each node of the graph as it was given, if one has.
    """

    level: Level
    graph: Graph
    blocks: tuple[Block, ...]
    parts: Mapping[Node, Part]
    whole: Mapping[Node, Node]

    @cached_property
    def place(self) -> dict[Node, int]:
        """The number of the step that computes each op."""
        return {node: number for number, block in enumerate(self.blocks) for node in block.nodes}

    @cached_property
    def when(self) -> dict[Node, int]:
        """The place of each node in the order of evaluation."""
        return {node: place for place, node in enumerate(self.graph.nodes)}

    @cached_property
    def spans(self) -> tuple[frozenset[Node], ...]:
        """The ops of the given graph that each step belongs to."""
        return tuple(frozenset(self.parts[n].node for n in block.nodes) for block in self.blocks)

    @cached_property
    def done(self) -> dict[Node, int]:
        """The place at which each op of the given graph has all of its value."""
        return {self.parts[node].node: place for node, place in self.when.items()}

    def pieces(self, node: Node) -> tuple[Node, ...]:
        """Return the nodes that have the value of a node of the given graph, or parts of it."""
        if node in self.whole:
            return (self.whole[node],)
        return tuple(
            n for n, part in self.parts.items() if part.node is node and part.at is not None
        )

    def inside(self, span: frozenset[Node]) -> list[int]:
        """Return the steps of which every op belongs to some ops of the given graph."""
        return [place for place, inner in enumerate(self.spans) if inner <= span]


def op_detail(graph: Graph, hidden: Collection[Node]) -> Detail:
    """Return the level at which every op is a step; hidden ops are none."""
    return Detail("op", graph, single_blocks(graph, hidden), _own_parts(graph), _own(graph))


def folded_detail(graph: Graph, level: Level, hidden: Collection[Node]) -> Detail:
    """Return a level at which blocks are steps."""
    assert level in ("model", "layer", "sublayer")
    view = collapse(graph, level, fold=False)
    return Detail(level, graph, folded_blocks(view, hidden), _own_parts(graph), _own(graph))


def primitive_detail(graph: Graph, hidden: Collection[Node]) -> Detail:
    """Return the level at which composites are opened."""
    opened = expand(Graph(graph.nodes)).outputs  # one for each node, in their order
    new = dict(zip(graph.nodes, opened, strict=True))
    wide = Graph([new[node] for node in graph.outputs])
    parts: dict[Node, Part] = {}
    for node, found in new.items():
        for inner in topological([found], lambda n: [s for s in n.inputs if s not in parts]):
            whole = inner is found and inner not in parts
            parts.setdefault(inner, Part(node, _all(node) if whole else None))
    return _finer("primitive", wide, {n: parts[n] for n in wide.nodes}, new, hidden)


def token_detail(unrolled: Unrolled, hidden: Collection[Node]) -> Detail:
    """Return the level at which an op on one token is a step."""
    parts = {node: Part(piece.node, _at(piece.at)) for node, piece in unrolled.origin.items()}
    whole = {part.node: node for node, part in parts.items() if part.at == _all(part.node)}
    return _finer("token", unrolled, parts, whole, hidden)


def _finer(
    level: Level,
    graph: Graph,
    parts: Mapping[Node, Part],
    whole: Mapping[Node, Node],
    hidden: Collection[Node],
) -> Detail:
    """Return a level of another graph; what is hidden, or a piece cut out of a leaf, is no step."""
    out = {n for n, part in parts.items() if part.node in hidden or isinstance(part.node.op, Leaf)}
    return Detail(level, graph, single_blocks(graph, out), parts, whole)


def _own_parts(graph: Graph) -> dict[Node, Part]:
    return {node: Part(node, _all(node)) for node in graph.nodes}


def _own(graph: Graph) -> dict[Node, Node]:
    return {node: node for node in graph.nodes}


def _all(node: Node) -> Indices:
    return (slice(None),) * node.rank


def _at(index: tuple[int | None, ...]) -> Indices:
    return tuple(slice(None) if n is None else slice(n, n + 1) for n in index)
