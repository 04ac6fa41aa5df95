"""Turning round: from the forward pass to the backward pass at the same value, and back."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from cutaway.graph import Node, OptionError
from cutaway.step.patch import Patch

if TYPE_CHECKING:
    from cutaway.step.stepper import Stepper


def turn(here: "Stepper", there: "Stepper") -> None:
    """Bring the stepper of the other direction to the same value, with the same patches."""
    there.start()
    there._set([*_moved(here, there), *_own(there, here)])
    try:
        there.level = here.level
    except OptionError:  # no such level that way
        there.level = "op"
    if here.index < 0:
        return
    wanted = _values(here, here._detail.spans[here.index])
    spans = enumerate(there._detail.spans)
    there.goto(next((place for place, span in spans if wanted & _values(there, span)), 0))


def _values(stepper: "Stepper", span: Iterable[Node]) -> set[Node | None]:
    """Return the values of the forward pass that some ops compute, or the gradients of which."""
    if not stepper.backward:
        return set(span)
    return {stepper._levels.owner(node) for node in span} - {None}


def _moved(here: "Stepper", there: "Stepper") -> list[Patch]:
    """Return the patches of one for the other, as far as that has their nodes."""
    graph = there._levels.graph
    known, found = set(graph.nodes), []
    for patch in here.patches:
        changes = {node: change for node, change in patch.lifted.items() if node in known}
        if changes:
            paths = tuple(graph.path(node) for node in changes)
            found.append(Patch(paths, patch.what, graph, changes, changes, there._remove))
    return found


def _own(stepper: "Stepper", other: "Stepper") -> list[Patch]:
    """Return the patches of one that have no place in the other: they stay."""
    known = set(other._levels.graph.nodes)
    return [patch for patch in stepper.patches if known.isdisjoint(patch.lifted)]
