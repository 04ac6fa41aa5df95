"""Patches: changes that a user made, which can be taken back one by one."""

from collections.abc import Callable
from dataclasses import dataclass, field

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.step.changes import Change


@dataclass(eq=False, repr=False)
class Patch:
    """A change that is in force; made by :meth:`Stepper.patch` and :meth:`Stepper.knock_out`.

    Attributes
    ----------
    paths
        The nodes that are changed.
    what
        What it does, in words.
    """

    paths: tuple[str, ...]
    what: str
    graph: Graph
    changes: dict[Node, Change]
    _undo: Callable[["Patch"], None] = field(default=lambda patch: None)

    def __repr__(self) -> str:
        return f"<Patch {self.what}: {', '.join(self.paths)}>"

    def remove(self) -> None:
        """Take it back."""
        self._undo(self)


def joined(patches: list[Patch], graph: Graph) -> dict[Node, tuple[Change, ...]]:
    """Return the changes of a graph's nodes by patches, in whatever order these were made.

    Raises
    ------
    OptionError
        If two want the same node, so that the later would decide.
    """
    found: dict[Node, tuple[Change, ...]] = {}
    for patch in patches:
        if patch.graph is not graph:
            continue
        for node, change in patch.changes.items():
            several = (*found.get(node, ()), change)
            if len(several) > 1 and not all(other.commutes for other in several):
                raise OptionError(
                    explain(
                        f"{graph.path(node)} is changed already",
                        required="one patch for a node, so that their order does not matter",
                        came=f"{several[0].what}, then {change.what}",
                        fix="take the other back first: stepper.unpatch(…)",
                    )
                )
            found[node] = several
    return found
