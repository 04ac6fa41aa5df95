"""Patches: changes that a user made, which can be taken back one by one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.step.changes import Change, Changes
from cutaway.step.detail import Detail
from cutaway.step.lift import in_order


@dataclass(eq=False, repr=False)
class Patch:
    """A change that is in force; made by ``stepper.patch`` and ``stepper.knock_out``.

    Attributes
    ----------
    paths
        The nodes that are changed.
    what
        What it does, in words.
    graph, changes
        The graph of the level at which it was made, and what it does to nodes of that.
    lifted
        What that does to nodes of the graph as it was given.
    """

    paths: tuple[str, ...]
    what: str
    graph: Graph
    changes: dict[Node, Change]
    lifted: dict[Node, Change]
    _undo: Callable[["Patch"], None] = field(default=lambda patch: None)

    def __repr__(self) -> str:
        return f"<Patch {self.what}: {', '.join(self.paths)}>"

    def remove(self) -> None:
        """Take it back."""
        self._undo(self)


def joined(patches: Sequence[Patch], graph: Graph) -> dict[Node, Changes]:
    """Return the changes of the given graph's nodes, in whatever order the patches were made.

    Raises
    ------
    OptionError
        If two want the same numbers, so that the later would decide.
    """
    found: dict[Node, Changes] = {}
    for patch in patches:
        for node, change in patch.lifted.items():
            before = found.get(node, ())
            for other in before:
                if other.disturbs(change) and change.disturbs(other):
                    raise _twice(graph.path(node), other, change)
            found[node] = (*before, change)
    return {node: in_order(changes) for node, changes in found.items()}


def inner(patches: Sequence[Patch], detail: Detail) -> dict[Node, Changes]:
    """Return the changes of a level's own nodes: of those that lie inside of an op."""
    return {
        node: (change,)
        for patch in patches
        for node, change in patch.changes.items()
        if patch.graph is detail.graph and detail.parts[node].at is None
    }


def _twice(path: str, first: Change, second: Change) -> OptionError:
    return OptionError(
        explain(
            f"{path} is changed already",
            required="one patch for a number, so that their order does not matter",
            came=f"{first.what}, then {second.what}",
            fix="take the other back first: stepper.unpatch(…)",
        )
    )
