"""Patches of a finer level, lifted: written as changes of the given graph's own values.

A node of a finer level is a part of some op's value, or one of the primitives inside of an op.
Either way a change of it changes what that op gives, so that every patch holds at every level.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_

from cutaway.graph import Node
from cutaway.graph.graph import topological
from cutaway.run.compile import Array
from cutaway.step.changes import Change, Changes, changed
from cutaway.step.detail import Detail, Indices
from cutaway.step.session import Session


@dataclass(frozen=True, eq=False)
class PartChange(Change):
    """A change of a part of a value, such as that of one token.

    Attributes
    ----------
    change
        What is done to the part.
    at
        Which part it is.
    node, path
        What is the part, at the level of the patch.
    """

    change: Change
    at: Indices
    node: Node
    path: str

    def apply(self, node: Node, value: Array, inputs: Sequence[Array], path: str) -> Array:
        """Return the value with another part."""
        found = value.copy()
        found[self.at] = self.change.apply(self.node, value[self.at], (), self.path)
        return found

    def disturbs(self, other: Change) -> bool:
        """Say whether both want the same elements."""
        if isinstance(other, PartChange):
            return all(map(_meet, self.at, other.at))
        return not isinstance(other, InnerChange)


@dataclass(frozen=True)
class InnerChange(Change):
    """A change inside of an op: of some of the primitives that it is made of.

    Attributes
    ----------
    changes
        What is done to the primitives.
    inside
        The op, opened.
    """

    changes: Mapping[Node, Changes]
    inside: "Opened"

    def apply(self, node: Node, value: Array, inputs: Sequence[Array], path: str) -> Array:
        """Return what the op gives now."""
        return self.inside.run(inputs, self.changes)

    def disturbs(self, other: Change) -> bool:
        """Say whether both change one primitive; the op's value may be changed after that."""
        return isinstance(other, InnerChange) and not self.changes.keys().isdisjoint(other.changes)

    def __or__(self, other: "InnerChange") -> "InnerChange":
        """Return both changes at once."""
        return InnerChange(self.what, changes={**self.changes, **other.changes}, inside=self.inside)


@dataclass(frozen=True)
class Opened:
    """An op as the primitives that it is made of.

    Attributes
    ----------
    session
        Where the primitives are run.
    sources
        The nodes of the op's operands.
    order
        The primitives; the last gives the op's value.
    """

    session: Session
    sources: tuple[Node, ...]
    order: tuple[Node, ...]

    def run(self, inputs: Sequence[Array], changes: Mapping[Node, Changes]) -> Array:
        """Return the op's value, with some of the primitives changed."""
        values = dict(zip(self.sources, inputs, strict=True))
        for node in self.order:
            arrays = [values[source] for source in node.inputs]
            value = self.session.plain(node, arrays)
            path = self.session.graph.path(node)
            values[node] = changed(changes.get(node, ()), node, value, arrays, path)
        return values[self.order[-1]]


def lifted(detail: Detail, session: Session, node: Node, change: Change) -> tuple[Node, Change]:
    """Return a node of the given graph, and the change of it that a change of a finer node is.

    Parameters
    ----------
    detail, session
        The level of the finer node, and where that is run.
    """
    part = detail.parts[node]
    if part.at is None:
        sources = tuple(detail.whole[source] for source in part.node.inputs)
        inside = topological([detail.whole[part.node]], lambda n: [] if n in sources else n.inputs)
        order = tuple(inner for inner in inside if inner not in sources)
        opened = Opened(session, sources, order)
        return part.node, InnerChange(change.what, changes={node: (change,)}, inside=opened)
    if detail.whole.get(part.node) is node:
        return part.node, change
    path = detail.graph.path(node)
    return part.node, PartChange(change.what, change=change, at=part.at, node=node, path=path)


def in_order(changes: Changes) -> Changes:
    """Return the changes of one node, what is inside of it first: the rest is done after that."""
    inside = [change for change in changes if isinstance(change, InnerChange)]
    others = [change for change in changes if not isinstance(change, InnerChange)]
    return (*([reduce(or_, inside)] if inside else ()), *others)


def _meet(one: slice, other: slice) -> bool:
    """Say whether two parts have a place of an axis in common: all of it, or one place each."""
    return one.start is None or other.start is None or one.start == other.start
