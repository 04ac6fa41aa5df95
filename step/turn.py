"""Turning round: from the forward pass to the backward pass at the same value, and back."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cutaway.graph import Node, OptionError
from cutaway.step.patch import Patch

if TYPE_CHECKING:
    from cutaway.step.stepper import Stepper


def turn(here: "Stepper", there: "Stepper") -> None:
    """Bring the stepper of the other direction to the same value, with the same patches.

    Several values may have one gradient: from there it is back to the one it came from. Where
    there is no step at the value, it is one near by.
    """
    stood = there.index if there.level == here.level else -1
    there.start()
    there._set([*_moved(here, there), *_own(there, here)])
    try:
        there.level = here.level
    except OptionError:  # no such level that way
        there.level = "op"
    if here.index < 0:
        return
    if here.backward and stood >= 0 and counterpart(there, here, stood) == here.index:
        there.goto(stood)
        return
    found = counterpart(here, there, here.index)
    if found is None:
        found = _reader(here, there) if here.backward else _nearest(here, there)
    there.goto(found)


def counterpart(here: "Stepper", there: "Stepper", place: int) -> int | None:
    """Return the step of the other direction at the same value, as ``goto`` finds it.

    It is None where there is no such step: for an integer, that has no gradient, and for the
    gradient of what is given, not computed.
    """
    for target in _backward(here, there, place) if here.backward else _forward(here, there, place):
        try:
            return there._addresses.find(target)
        except OptionError:  # it has no step there
            continue
    return None


def _forward(here: "Stepper", there: "Stepper", place: int) -> Iterator[Node | str]:
    """Give what the values of a forward step are called in the backward pass, the best first."""
    block = here._detail.blocks[place]
    nodes = (block.node, *reversed(block.nodes))
    yield from dict.fromkeys((block.path, *map(here.graph.path, nodes)))
    for node in nodes:
        yield from _parts(there, here._detail.parts[node].node)


def _backward(here: "Stepper", there: "Stepper", place: int) -> Iterator[Node | str]:
    """Give the values of the forward pass that a backward step is about, the best first."""
    block = here._detail.blocks[place]
    scope = here._addresses.forward(block)
    if scope is not None:
        yield scope
    for node in (block.node, *reversed(block.nodes)):
        value = here._levels.owner(here._detail.parts[node].node)
        if value is not None:
            yield from here._addresses.pieces(node, value)
            yield from _parts(there, value)


def _parts(stepper: "Stepper", value: Node) -> Iterator[Node]:
    """Give the nodes of a stepper's level that have a value of the given graph, or parts of it."""
    detail = stepper._detail
    if value in detail.whole:
        yield detail.whole[value]
    yield from (node for node, part in detail.parts.items() if part.node is value)


def _nearest(here: "Stepper", there: "Stepper") -> int:
    """Return the gradient of the nearest value that has one: of two, of the later, its reader."""
    places = sorted(range(len(here)), key=lambda place: (abs(place - here.index), -place))
    found = (counterpart(here, there, place) for place in places)
    return next((place for place in found if place is not None), 0)


def _reader(here: "Stepper", there: "Stepper") -> int:
    """Return the first step that reads what is given, where a step is about its gradient."""
    value = here._levels.owner(here._detail.parts[here._block.node].node)
    after = there._levels.base.dependent([] if value is None else [value])
    return next((n for n, span in enumerate(there._detail.spans) if not after.isdisjoint(span)), 0)


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
