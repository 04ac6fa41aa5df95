"""Provenance: an axis followed back, op by op, to where its size begins."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from cutaway.graph.explanation import Happening, Step
from cutaway.graph.requirement import InputAxis

if TYPE_CHECKING:
    from cutaway.graph.node import Node


def origin(
    node: "Node", axis: int, path: "Callable[[Node], str]" = lambda node: node.path
) -> tuple[Step, ...]:
    """Return the steps from an axis back to its leaves.

    Where axes are merged or joined the way forks; an axis that is reached twice stands once.
    """
    found: dict[tuple[Node, int], tuple[Happening, tuple[InputAxis, ...]]] = {}
    stack = [(node, axis)]
    while stack:
        here = stack.pop()
        if here in found:
            continue
        found[here] = trace(*here)
        stack += [(here[0].inputs[n], a) for n, a in reversed(found[here][1])]
    index = {place: number for number, place in enumerate(found)}
    return tuple(
        Step(
            made,
            number,
            path(made),
            happened,
            tuple(index[made.inputs[place.operand], place.axis] for place in sources),
        )
        for (made, number), (happened, sources) in found.items()
    )


def begins(node: "Node", axis: int) -> "Node":
    """Return the node where the size of an axis is set: it is carried unchanged from there."""
    while True:
        happened, sources = trace(node, axis)
        if happened != "carried":
            return node
        node, axis = node.inputs[sources[0].operand], sources[0].axis


def trace(node: "Node", axis: int) -> tuple[Happening, tuple[InputAxis, ...]]:
    """Say what one op did to make an axis, and from which axes of its inputs."""
    if not node.inputs:
        return "begins", ()
    shapes = tuple(source.shape for source in node.inputs)
    carried = node.op.carries(shapes, node.shape)
    sources = carried[axis]
    if not sources:
        return ("contracted" if _contracts(node, axis) else "made"), ()
    one_input = len({place.operand for place in sources}) == 1
    shared = sum(sources[0] in others for others in carried) > 1
    if one_input and len(sources) > 1:
        return ("regrouped" if shared else "merged"), sources
    best = min(sources, key=lambda place: _rank(node, axis, place))
    if shared:
        return "split", (best,)
    if shapes[best.operand][best.axis] == node.shape[axis]:
        return "carried", (best,)
    return node.op.resizes, sources if node.op.resizes == "joined" else (best,)


def _rank(node: "Node", axis: int, place: InputAxis) -> tuple[bool, bool]:
    """Prefer the input with the very size, and values to masks."""
    source = node.inputs[place.operand]
    return source.shape[place.axis] != node.shape[axis], source.dtype == "bool"


def _contracts(node: "Node", axis: int) -> bool:
    try:
        axes = node.op.axes(*(source.rank for source in node.inputs))
    except NotImplementedError:
        return False
    return axes.output[axis] == "1" and bool(axes.along)
