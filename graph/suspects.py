"""Edits that may have been forgotten: each is tried, and named only if it makes all fit."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from cutaway.graph.conditions import Condition, at_least
from cutaway.graph.dims import Shape
from cutaway.graph.facts import Facts
from cutaway.graph.fixes import choose_sizes
from cutaway.graph.requirement import InputAxis, Requirement, Side, text_of
from cutaway.graph.show import show, show_shape

if TYPE_CHECKING:
    from cutaway.graph.node import Node
    from cutaway.graph.op import Op

REACH = 4  # how many ops back an edit is looked for


@dataclass(frozen=True, slots=True)
class Edit:
    """One edit: how to write it, and the op and shapes that there are with it."""

    words: str
    op: "Op"
    shapes: tuple[Shape, ...]


def fix_for(op: "Op", inputs: "tuple[Node, ...]", asked: Requirement) -> str:
    """Return what to change so that a requirement holds.

    An edit after which everything fits; else sizes to choose, where one is to divide another;
    else what the shape rule says.
    """
    edit = edit_for(op, inputs, asked)
    if edit:
        return edit.words
    return choose_sizes(asked.condition) or text_of(asked.fix)


def edit_for(op: "Op", inputs: "tuple[Node, ...]", asked: Requirement) -> Edit | None:
    """Return the first edit after which the op asks for nothing that it didn't ask for before.

    What could never fit has to fit at all sizes.
    """
    facts = Facts(op.name, tuple(node.shape for node in inputs))
    if asked.condition is not False:
        facts.infer(op)
    allowed = facts.conditions.keys() - {asked.condition}
    edits = _edits(op, inputs, asked)
    return next((e for e in edits if _infer(e.op, e.shapes, allowed) is not None), None)


def _infer(op: "Op", shapes: tuple[Shape, ...], allowed: Collection[Condition]) -> Shape | None:
    """Return the shape of an output; None if it asks for more than is allowed."""
    facts = Facts(op.name, shapes)
    try:
        shape = facts.infer(op)
    except ValueError:  # shapes that don't fit, and another number of axes than the op takes
        return None
    return shape if facts.conditions.keys() <= set(allowed) else None


def _edits(op: "Op", inputs: "tuple[Node, ...]", asked: Requirement) -> Iterator[Edit]:
    """Give edits, the likelier ones first."""
    shapes = tuple(node.shape for node in inputs)
    for other, words in op.variants(*shapes):
        yield Edit(words, other, shapes)
    last_first = tuple(reversed(tuple(enumerate(inputs))))
    for found in (_upstream, _widened):
        for operand, node in last_first:
            for words, shape in found(node, shapes):
                yield Edit(words, op, _replaced(shapes, operand, shape))
    for operand, node in last_first:
        swapped = _swapped(node, () if _along(op, inputs) else shapes)
        for words, shape in (*swapped, *_declared(op, inputs, operand, asked)):
            yield Edit(words, op, _replaced(shapes, operand, shape))


def _replaced(shapes: tuple[Shape, ...], operand: int, shape: Shape) -> tuple[Shape, ...]:
    return (*shapes[:operand], shape, *shapes[operand + 1 :])


def _upstream(node: "Node", shapes: tuple[Shape, ...]) -> Iterator[tuple[str, Shape]]:
    """Give the shapes that an operand has with another variant of an op before it."""
    near = [node]
    for _ in range(REACH):
        near += [source for each in near for source in each.inputs if source not in near]
    for each in dict.fromkeys(near):
        for other, words in each.op.variants(*(source.shape for source in each.inputs)):
            shape = _infer(other, tuple(source.shape for source in each.inputs), each.conditions)
            found = None if shape is None else _with(node, each, shape, REACH)
            if found is not None:
                yield f"{words} in {each.path} at {each.source}", found


def _with(node: "Node", edited: "Node", shape: Shape, reach: int) -> Shape | None:
    """Return the shape of a node if another one had that shape; None if something broke."""
    if node is edited:
        return shape
    if reach == 0:
        return node.shape
    shapes = []
    for source in node.inputs:
        found = _with(source, edited, shape, reach - 1)
        if found is None:
            return None
        shapes.append(found)
    if shapes == [source.shape for source in node.inputs]:
        return node.shape
    return _infer(node.op, tuple(shapes), node.conditions)


def _along(op: "Op", inputs: "tuple[Node, ...]") -> bool:
    """Say whether an op works along an axis, rather than element by element."""
    try:
        return bool(op.axes(*(node.rank for node in inputs)).along)
    except NotImplementedError:
        return True


def _swapped(node: "Node", beside: tuple[Shape, ...]) -> Iterator[tuple[str, Shape]]:
    """Give an operand with two axes swapped, the last two first.

    Never weights: a softmax made them along their last axis. Beside shapes that they have to
    match element by element, both axes have to be there: what is stretched says nothing.
    """
    if node.op.family == "softmax":
        return
    last = node.rank - 1
    places = {n - node.rank for shape in beside for n in range(node.rank)}
    for shape in beside:
        places &= {n for n in places if -n > len(shape) or shape[n] != 1}
    pairs = sorted(combinations(range(node.rank), 2), key=lambda p: (p != (last - 1, last), p))
    for a, b in pairs:
        if beside and not {a - node.rank, b - node.rank} <= places:
            continue
        order = list(range(node.rank))
        order[a], order[b] = b, a
        words = f"swap axes {a} and {b} of {node.path}"
        if (a, b) == (last - 1, last):
            words = f"swap the last two axes of {node.path}: {_code(node) or '(…)'}.mT"
        yield words, tuple(node.shape[n] for n in order)


def _widened(node: "Node", shapes: tuple[Shape, ...]) -> Iterator[tuple[str, Shape]]:
    """Give an operand with axes of length 1, so that it broadcasts; its last axis stays last."""
    rank = max(map(len, shapes))
    places = combinations(range(rank), node.rank)
    for kept in sorted(places, key=lambda kept: ([-n for n in kept[-1:]], kept)):
        if node.rank == rank or not kept:
            continue
        dims = iter(node.shape)
        shape = tuple(next(dims) if n in kept else 1 for n in range(rank))
        keys = ", ".join(":" if n in kept else "None" for n in range(rank))
        yield f"give {node.path} as {show_shape(shape)}: {_code(node) or '(…)'}[{keys}]", shape


def _declared(
    op: "Op", inputs: "tuple[Node, ...]", operand: int, asked: Requirement
) -> Iterator[tuple[str, Shape]]:
    """Give a parameter or constant with the size that the other side has, cut or declared so."""
    node = inputs[operand]
    if asked.left is None or asked.right is None or node.op.name not in ("parameter", "constant"):
        return
    for side, other in ((asked.left, asked.right), (asked.right, asked.left)):
        if len(side.axes) == 1 and side.axes[0].operand == operand:
            yield from _resized(op, inputs, side.axes[0], other, asked)


def _resized(
    op: "Op", inputs: "tuple[Node, ...]", place: InputAxis, other: Side, asked: Requirement
) -> Iterator[tuple[str, Shape]]:
    node = inputs[place.operand]
    shape = (*node.shape[: place.axis], other.dim, *node.shape[place.axis + 1 :])
    if asked.code == "out-of-range":
        words = f"make axis {place.axis} of {node.path} at least {show(other.dim)} long"
        yield words, shape
    if asked.code != "sizes-differ":
        return
    cut = at_least(node.shape[place.axis], other.dim) is not False
    if place.axis < node.rank - 1 and cut and not op.axes(*(n.rank for n in inputs)).along:
        keys = ":, " * place.axis + f":{show(other.dim)}"
        yield f"slice {node.path}: {_code(node) or '(…)'}[{keys}]", shape
    if node.op.name == "parameter":
        yield f"declare {node.path} as {show_shape(shape)}", shape


def _code(node: "Node") -> str:
    """Return what a leaf is called in a line of code; nothing for what has no name there."""
    return node.name if not node.inputs and node.name.isidentifier() else ""
