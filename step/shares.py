"""What the elements of an op's inputs contribute to one element of its value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cutaway.graph import GradError, Graph, Node, apply, constant, input
from cutaway.ops import MatMul
from cutaway.run.compile import Array, Compiled
from cutaway.step.focus import Made, Place, element
from cutaway.step.session import Session
from cutaway.transform import unbroadcast

Element = tuple[Node, Place]


@dataclass(frozen=True)
class Share:
    """A part of a number, and the elements of inputs that it is made of."""

    contribution: float
    elements: tuple[Element, ...]


def shares(session: Session, node: Node, place: Place) -> list[Share]:
    """Return what contributes to an element, the largest first."""
    if session.is_changed(node, place):
        return []  # it is the patch that made it
    inputs = session.values(node.inputs)
    rule = _products if isinstance(node.op, MatMul) else _slopes
    return sorted(rule(session, node, place, inputs), key=_size)


def _size(share: Share) -> float:
    """Order shares: what is no number or infinite made the rest so, and comes first."""
    found = abs(share.contribution)
    return -found if np.isfinite(found) else -np.inf


def _products(session: Session, node: Node, place: Place, inputs: list[Array]) -> list[Share]:
    """Return the terms of a sum of products, each of two elements."""
    left, right = inputs
    *batch, row, column = place
    first = _stretched(batch, left.shape[:-2])
    second = _stretched(batch, right.shape[:-2])
    with np.errstate(all="ignore"):  # 0 × ∞ is an answer here
        products = left[first][row] * right[second][:, column]
    return [
        Share(
            float(product),
            ((node.inputs[0], (*first, row, k)), (node.inputs[1], (*second, k, column))),
        )
        for k, product in enumerate(products)
        if product != 0
    ]


def _stretched(batch: Sequence[int], shape: tuple[int, ...]) -> Place:
    """Return a place in an operand that was broadcast over batches."""
    own = batch[len(batch) - len(shape) :]
    return tuple(0 if length == 1 else n for n, length in zip(own, shape, strict=True))


def _slopes(session: Session, node: Node, place: Place, inputs: list[Array]) -> list[Share]:
    """Return each input element times the slope of the output by it."""
    if node.dtype != "float":
        return []
    (value,) = session.values([node])
    shapes = tuple(array.shape for array in inputs)
    made = element(node.op.bind(session.sizes), shapes, value.shape, place)
    read = [array[span] for array, span in zip(inputs, made.reads, strict=True)]
    found: list[Share] = []
    for n, slope in _slopes_at(node, made, read).items():
        first = tuple(span.start or 0 for span in made.reads[n])
        for where in map(tuple, np.argwhere(slope)):
            with np.errstate(all="ignore"):
                contribution = float(slope[where] * read[n][where])
            if contribution != 0:
                at = tuple(int(m + start) for m, start in zip(where, first, strict=True))
                found.append(Share(contribution, ((node.inputs[n], at),)))
    return found


def _slopes_at(node: Node, made: Made, read: list[Array]) -> dict[int, Array]:
    """Return the slopes of one element of an op by its inputs, where it has some."""
    fresh = [
        input(f"operand.{n}", array.shape, source.dtype)
        for n, (array, source) in enumerate(zip(read, node.inputs, strict=True))
    ]
    one = np.zeros(made.shape)
    one[made.place] = 1.0
    try:
        rules = made.op.vjp(apply(made.op, *fresh), constant(one))
    except GradError:
        return {}
    wanted = {n: unbroadcast(ct, fresh[n].shape) for n, ct in enumerate(rules) if ct is not None}
    graph = Graph([*wanted.values(), *fresh])
    feeds = {source.name: array for source, array in zip(fresh, read, strict=True)}
    found = Compiled(graph).trace(feeds, keep=wanted.values())
    return {n: found[slope] for n, slope in wanted.items()}
