"""What the elements of an op's inputs contribute to one element of its value."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cutaway.graph import GradError, Graph, Node, apply, constant, input
from cutaway.ops import MatMul
from cutaway.run.compile import Array, Compiled
from cutaway.step.focus import Place
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
    slopes = _slopes_at(session, node, place, inputs)
    found: list[Share] = []
    for source, array, slope in zip(node.inputs, inputs, slopes, strict=True):
        if slope is None:
            continue
        for where in np.argwhere(slope):
            at = tuple(map(int, where))
            with np.errstate(all="ignore"):
                contribution = float(slope[at] * array[at])
            if contribution != 0:
                found.append(Share(contribution, ((source, at),)))
    return found


def _slopes_at(
    session: Session, node: Node, place: Place, inputs: list[Array]
) -> list[Array | None]:
    """Return the slopes of one element of an op by its inputs; None where it has none."""
    none: list[Array | None] = [None] * len(inputs)
    if node.dtype != "float":
        return none
    fresh = [
        input(f"operand.{n}", array.shape, source.dtype)
        for n, (array, source) in enumerate(zip(inputs, node.inputs, strict=True))
    ]
    bound = node.op.bind(session.sizes)
    made = apply(bound, *fresh)
    (value,) = session.values([node])
    one = np.zeros(value.shape)
    one[place] = 1.0
    try:
        rules = bound.vjp(made, constant(one))
    except GradError:
        return none
    wanted = {n: unbroadcast(ct, fresh[n].shape) for n, ct in enumerate(rules) if ct is not None}
    graph = Graph([*wanted.values(), *fresh])
    feeds = {source.name: array for source, array in zip(fresh, inputs, strict=True)}
    found = Compiled(graph)(feeds)
    return [found[list(wanted).index(n)] if n in wanted else None for n in range(len(inputs))]
