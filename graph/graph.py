"""Graphs: what a set of outputs reaches, in order, with a name for every node."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import Any

from cutaway.graph.conditions import Condition
from cutaway.graph.dims import symbols_of
from cutaway.graph.errors import DTypeError
from cutaway.graph.leaves import Input, Parameter
from cutaway.graph.node import Node


class Graph:
    """A frozen view of what ``outputs`` reach.

    Parameters
    ----------
    outputs
        One node, or several.

    Attributes
    ----------
    nodes
        Every node reached, each after its inputs; the order depends on the graph alone.
    inputs, parameters
        The leaves among them, in that order.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B D")
    >>> g = ca.Graph(ca.ops.softmax(x @ ca.parameter("w", "D D")))
    >>> [g.path(node) for node in g.nodes]
    ['x', 'w', 'matmul', 'softmax']
    """

    def __init__(self, outputs: Node | Iterable[Node]) -> None:
        listed = isinstance(outputs, Iterable) and not isinstance(outputs, Node)
        found = tuple(outputs) if listed else (outputs,)
        for node in found:
            if not isinstance(node, Node):
                raise DTypeError(f"a graph's outputs are nodes, not {type(node).__name__}")
        self.outputs: tuple[Node, ...] = found
        self.nodes: tuple[Node, ...] = topological(found)
        self.inputs = tuple(node for node in self.nodes if isinstance(node.op, Input))
        self.parameters = tuple(node for node in self.nodes if isinstance(node.op, Parameter))

    @classmethod
    def of(cls, graph: "Graph | Node | Iterable[Node]") -> "Graph":
        """Return a graph: itself, or that of the given outputs."""
        return graph if isinstance(graph, Graph) else cls(graph)

    def __repr__(self) -> str:
        return (
            f"<Graph of {len(self.nodes)} nodes, {len(self.inputs)} inputs, "
            f"{len(self.parameters)} parameters, {len(self.outputs)} outputs>"
        )

    @cached_property
    def _paths(self) -> dict[Node, str]:
        paths: dict[Node, str] = {}
        taken: set[str] = set()
        counts: dict[str, int] = {}
        for node in self.nodes:
            path = wanted = node.path
            while path in taken:
                counts[wanted] = counts.get(wanted, 0) + 1
                path = f"{wanted}.{counts[wanted]}"
            taken.add(path)
            paths[node] = path
        return paths

    def path(self, node: Node) -> str:
        """Return the node's path, unique in this graph: ``.1``, ``.2`` … tell equals apart."""
        return self._paths[node]

    def find(self, glob: str) -> tuple[Node, ...]:
        """Return the nodes whose path fits; ``*`` stands for any text, ``/`` included.

        Examples
        --------
        >>> import cutaway as ca
        >>> g = ca.Graph(ca.layers.feed_forward(ca.input("x", "T D"), 8))
        >>> [node.path for node in g.find("*/weight")]
        ['up/weight', 'down/weight']
        """
        pattern = glob_pattern(glob)
        return tuple(node for node, path in self._paths.items() if pattern.fullmatch(path))

    @cached_property
    def readers(self) -> dict[Node, tuple[Node, ...]]:
        """For every node, the nodes that read it, once each."""
        found: dict[Node, dict[Node, None]] = {node: {} for node in self.nodes}
        for node in self.nodes:
            for source in node.inputs:
                found[source][node] = None
        return {node: tuple(reading) for node, reading in found.items()}

    @cached_property
    def last_reads(self) -> dict[Node, tuple[Node, ...]]:
        """For every node, the nodes that nobody reads after it."""
        last: dict[Node, Node] = {}
        for node in self.nodes:
            last[node] = node  # a value that nobody reads ends where it is made
            for source in node.inputs:
                last[source] = node
        ends: dict[Node, list[Node]] = {node: [] for node in self.nodes}
        for source, reader in last.items():
            ends[reader].append(source)
        return {node: tuple(found) for node, found in ends.items()}

    @cached_property
    def conditions(self) -> dict[Condition, Node]:
        """Every condition of the graph, with the first node that asks for it."""
        found: dict[Condition, Node] = {}
        for node in self.nodes:
            for condition in node.conditions:
                found.setdefault(condition, node)
        return found

    @cached_property
    def symbols(self) -> frozenset[str]:
        """The names of all sizes that the graph speaks of."""
        shapes = {node.shape for node in self.nodes}
        found = [symbols_of(shape) for shape in shapes]
        found += [condition.symbols for condition in self.conditions]
        found += [node.op.symbols for node in self.nodes]
        return frozenset().union(*found)

    @cached_property
    def declared(self) -> tuple[Condition, ...]:
        """The conditions that blocks declare with ``requires``."""
        scopes = dict.fromkeys(node.scope for node in self.nodes)
        return tuple(dict.fromkeys(c for scope in scopes for c in scope.requires))

    def to_networkx(self) -> Any:
        """Return a ``networkx.MultiDiGraph`` of unique paths; edges carry their operand's place.

        Examples
        --------
        >>> import cutaway as ca
        >>> x = ca.input("x", "N")
        >>> list(ca.Graph(x * x).to_networkx().edges(data="operand"))
        [('x', 'multiply', 0), ('x', 'multiply', 1)]
        """
        import networkx

        graph = networkx.MultiDiGraph()
        for node in self.nodes:
            graph.add_node(self.path(node), node=node, op=node.op.name, scope=node.scope.path)
        for node in self.nodes:
            for operand, source in enumerate(node.inputs):
                graph.add_edge(self.path(source), self.path(node), operand=operand)
        return graph


def glob_pattern(glob: str) -> re.Pattern[str]:
    """Return what a path must match: ``*`` stands for any text, ``?`` for one character."""
    first, *rest = (re.escape(part).replace(r"\?", ".") for part in glob.split("*"))
    # each part is taken where it first stands, for good: many stars would else take for ever
    middle = "".join(f"(?>.*?{part})" for part in rest[:-1])
    last = f".*{rest[-1]}" if rest else ""
    return re.compile(first + middle + last, re.DOTALL)


def topological(
    outputs: Iterable[Node], inputs: Callable[[Node], Sequence[Node]] = lambda node: node.inputs
) -> tuple[Node, ...]:
    """Return what the outputs reach, each node after its inputs, without recursion."""
    order: dict[Node, None] = {}
    opened: set[Node] = set()
    stack = list(reversed(tuple(outputs)))
    while stack:
        node = stack[-1]
        if node in order:
            stack.pop()
        elif node in opened:
            order[stack.pop()] = None
        else:
            opened.add(node)
            stack.extend(source for source in reversed(inputs(node)) if source not in order)
    return tuple(order)
