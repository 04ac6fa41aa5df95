"""Folded graphs: groups of nodes shown as one, and repeated blocks shown once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from cutaway.graph.graph import Graph
from cutaway.graph.node import Node

Address = tuple[str, ...]  # the names of the scopes in which something stands


@dataclass(frozen=True, slots=True)
class Repeat:
    """Blocks of the same form, one after the other.

    ``copies`` are aligned: the nodes at one place have the same op, with other weights.
    ``address`` is the innermost scope of the first copy.
    """

    copies: tuple[tuple[Node, ...], ...]
    address: Address = ()

    def __len__(self) -> int:
        return len(self.copies)


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Nodes that are shown as one box: all of them, or a part, of what a scope holds.

    ``kind`` is the scope's: ``stack``, ``layer``, ``sublayer`` or ``part``.
    """

    address: Address
    kind: str
    nodes: tuple[Node, ...]

    @property
    def name(self) -> str:
        """The scope's own name."""
        return self.address[-1]


Shown: TypeAlias = Node | Group


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between two boxes: ``reader`` in ``head`` reads ``value`` of ``tail``."""

    tail: Shown
    head: Shown
    value: Node
    reader: Node
    operand: int


class View(Graph):
    """A folded graph; it evaluates, and is proved, as the graph that it is.

    Parameters
    ----------
    graph
        What is folded.
    groups
        Nodes shown as one; a node that is in none stands for itself. Of a repeat they hold
        nodes of the first copy only.
    repeats
        Blocks of which the first copy is shown.
    addresses
        Where nodes stand that don't stand in their own scope.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F")
    >>> view = ca.transform.collapse(ca.Graph(y), level="layer")
    >>> view
    <View of 145 nodes as 2 boxes>
    """

    def __init__(
        self,
        graph: Graph,
        groups: Iterable[Group] = (),
        repeats: Iterable[Repeat] = (),
        addresses: Mapping[Node, Address] | None = None,
    ) -> None:
        super().__init__(graph.outputs)
        self.groups = tuple(groups)
        self.repeats = tuple(repeats)
        self._addresses = addresses or {}

    def __repr__(self) -> str:
        return f"<View of {len(self.nodes)} nodes as {len(self.boxes)} boxes>"

    def address(self, node: Node) -> Address:
        """Return where a node stands."""
        return self._addresses.get(node, node.scope.names)

    def place(self, shown: Shown) -> Address:
        """Return the scopes in which a box stands."""
        return shown.address[:-1] if isinstance(shown, Group) else self.address(shown)

    @cached_property
    def kinds(self) -> dict[Address, str]:
        """The kinds of all scopes of what is shown; a repeated block is at least a ``layer``."""
        found: dict[Address, str] = {}
        for address, kinds in dict.fromkeys(
            (self.address(node), node.scope.kinds) for node in self.nodes if node not in self.first
        ):
            kinds = (*["part"] * (len(address) - len(kinds)), *kinds)
            for depth, kind in enumerate(kinds, 1):
                if found.get(address[:depth], "part") == "part":
                    found[address[:depth]] = kind
        for address in self.times:
            if found.get(address) == "part":
                found[address] = "layer"
        return found

    @cached_property
    def times(self) -> dict[Address, int]:
        """How often the block at an address is repeated."""
        return {repeat.address: len(repeat) for repeat in self.repeats}

    @cached_property
    def first(self) -> dict[Node, Node]:
        """For each node of a further copy, the one in the first copy that is shown for it."""
        return {
            node: shown
            for repeat in self.repeats
            for copy in repeat.copies[1:]
            for node, shown in zip(copy, repeat.copies[0], strict=True)
        }

    @cached_property
    def shown_as(self) -> dict[Address, Address]:
        """For each scope in a further copy, the one in the first copy that is shown for it."""
        return {
            self.address(node)[:depth]: self.address(first)[:depth]
            for node, first in self.first.items()
            for depth in range(1, len(self.address(node)) + 1)
        }

    @cached_property
    def _group(self) -> dict[Node, Group]:
        return {node: group for group in self.groups for node in group.nodes}

    def box(self, node: Node) -> Shown:
        """Return what a node is shown as: a group, or a node."""
        shown = self.first.get(node, node)
        return self._group.get(shown, shown)

    @cached_property
    def stands_for(self) -> dict[Shown, tuple[Node, ...]]:
        """The boxes in the order of evaluation, and the nodes that each stands for."""
        found: dict[Shown, list[Node]] = {}
        for node in self.nodes:
            found.setdefault(self.box(node), []).append(node)
        return {box: tuple(nodes) for box, nodes in found.items()}

    def leaving(self, group: Group) -> tuple[Node, ...]:
        """Return the nodes of a group whose values are read outside of it, or are outputs."""
        inside, outputs = set(group.nodes), set(self.outputs)
        return tuple(
            node
            for node in group.nodes
            if node in outputs or any(reader not in inside for reader in self.readers[node])
        )

    @property
    def boxes(self) -> tuple[Shown, ...]:
        """What is shown, in the order of evaluation."""
        return tuple(self.stands_for)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The edges between boxes.

        From one copy of a repeated block to the next there is none: that is what being repeated
        says.
        """
        copy = {
            node: (repeat.address, number)
            for repeat in self.repeats
            for number, nodes in enumerate(repeat.copies)
            for node in nodes
        }
        found: dict[tuple[Node, Node, int], Edge] = {}
        for node in self.nodes:
            for operand, source in enumerate(node.inputs):
                here, there = copy.get(node), copy.get(source)
                if here and there and here[0] == there[0] and here[1] != there[1]:
                    continue
                tail, head = self.box(source), self.box(node)
                if tail is head and isinstance(tail, Group):
                    continue
                value, reader = self.first.get(source, source), self.first.get(node, node)
                key = value, reader, operand
                found.setdefault(key, Edge(tail, head, value, reader, operand))
        return tuple(found.values())
