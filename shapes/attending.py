"""Softmax along an axis that the product after it does not sum over.

Attention sums values with weights that add up to 1. If the softmax runs along the queries or the
heads instead, shapes fit and nothing complains. So the axis of every softmax is followed to the
next product with something that depends on what is fed: through masks, dropout, scaling, changes
of form. That product, or the one right after it (``(q k) v`` where ``k`` alone was normalised),
sums over the axis.

Not followed, and so not reported: weights that stretch against what they are multiplied with (a
gate, a weighted mean), that are normalised once more along another axis (slot attention), that go
through a linear map first (talking heads), or that meet values which are parameters.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cutaway.graph import Node, show, show_shape
from cutaway.ops import (
    Add,
    BroadcastTo,
    Cast,
    Concat,
    Divide,
    Dropout,
    ExpandDims,
    MatMul,
    Multiply,
    PermuteDims,
    Reshape,
    Slice,
    Squeeze,
    StopGradient,
    Subtract,
    Sum,
    Where,
)
from cutaway.shapes.reading import Finding, Findings, Reading
from cutaway.transform import behind, softmax_of

FORM = (
    BroadcastTo, Cast, Concat, Dropout, ExpandDims, PermuteDims, Reshape, Slice, Squeeze,
    StopGradient,
)  # fmt: skip
SAME = (Add, Subtract, Multiply, Divide, Where)  # as long as the other operand is no wider


@dataclass(frozen=True, slots=True)
class Weights:
    """The weights of a softmax, somewhere on their way.

    Attributes
    ----------
    softmax, axis
        Where they were made, and along which axis.
    places
        For every axis of the present node, the axis of the softmax that it was.
    product
        The product that did not sum over the axis, and the axis over which it did.
    """

    softmax: Node
    axis: int
    places: tuple[int | None, ...]
    product: tuple[Node, int | None] | None = None


@dataclass(frozen=True, slots=True)
class Use:
    """What the first product after a softmax does: None where it sums over the right axis."""

    softmax: Node
    axis: int
    missed: tuple[Node, int | None] | None


def softmax_axis(reading: Reading) -> Findings:
    """Report weights that do not add up to 1 over the axis that is summed over."""
    for use in uses(reading):
        product, summed = use.missed or (use.softmax, None)
        if summed is None:
            continue
        shape = reading.shapes[use.softmax]
        words = {
            "axis": f"{use.axis - len(shape)} ({show(shape[use.axis])})",
            "shape": show_shape(shape),
            "product": reading.graph.path(product),
            "summed": summed - len(shape),
            "size": show(shape[summed]),
        }
        yield Finding("softmax-axis", use.softmax, words)


def uses(reading: Reading) -> Iterator[Use]:
    """Give every softmax whose weights reach a product with something that is fed."""
    met: dict[Node, Use] = {}
    carried: dict[Node, tuple[Weights, ...]] = {}
    for node in reading.graph.nodes:
        found: dict[Node, Weights] = {}
        for place, source in enumerate(node.inputs):
            weights = carried.get(source)
            if weights is None:
                continue
            if isinstance(node.op, MatMul):
                went_on = _multiply(reading, node, place, weights, met)
            elif isinstance(node.op, Sum):
                went_on = _add_up(node, weights, met)
            else:
                other = [n for n in node.inputs if n in reading.fed and n not in carried]
                went_on = [_pass(reading, node, place, w, not other) for w in weights]
            found |= {w.softmax: w for w in went_on if w is not None}
        made = softmax_of(node)
        if made is not None:
            found = {node: Weights(node, made[1], tuple(range(node.rank)))}
        if found:
            carried[node] = tuple(found.values())
    yield from met.values()


def _multiply(
    reading: Reading, node: Node, place: int, weights: tuple[Weights, ...], met: dict[Node, Use]
) -> list[Weights | None]:
    """Meet a product: it sums over the axis, or it is missed and perhaps the next one does."""
    summed = node.inputs[place].rank - (1 if place == 0 else 2)
    if any(w.places[summed] == w.axis for w in weights):
        met |= {w.softmax: Use(w.softmax, w.axis, None) for w in weights}
        return []
    if node.inputs[1 - place] not in reading.fed:
        return []
    found: list[Weights | None] = []
    for w in weights:
        if w.axis in w.places and w.product is None:
            product = (node, w.places[summed])
            met.setdefault(w.softmax, Use(w.softmax, w.axis, product))
            places = _carry(reading, node, place, w)
            found.append(replace(w, places=places, product=product))
    return found


def _add_up(node: Node, weights: tuple[Weights, ...], met: dict[Node, Use]) -> list[Weights | None]:
    """Meet a sum: over the axis, it stands for the product."""
    assert isinstance(node.op, Sum)
    for w in weights:
        if any(w.places[axis] == w.axis for axis in node.op.axis):
            met[w.softmax] = Use(w.softmax, w.axis, None)
    return []


def _pass(reading: Reading, node: Node, place: int, w: Weights, alone: bool) -> Weights | None:
    """Go on through an op that leaves weights what they are; None through any other."""
    op = node.op
    if not isinstance(op, FORM + SAME) or node.dtype != "float":
        return None
    if isinstance(op, Add | Subtract) and not alone:
        return None
    if isinstance(op, Divide) and (place or isinstance(behind(node.inputs[1]).op, Sum)):
        return None
    places = _carry(reading, node, place, w)
    if w.axis not in places:
        return None
    shape = reading.shapes[node]
    if shape[places.index(w.axis)] == 1 != reading.shapes[w.softmax][w.axis]:
        return None  # one weight was picked
    if isinstance(op, SAME) and _wider(reading, node, place):
        return None
    return replace(w, places=places)


def _carry(reading: Reading, node: Node, place: int, w: Weights) -> tuple[int | None, ...]:
    """Return where the axes of the softmax are in the output; one that was cut is nowhere."""
    places: list[int | None] = [None] * node.rank
    into = reading.carried(node)[place]
    taken = [axis for axes in into for axis in axes]
    for axis, axes in enumerate(into):
        if len(axes) == 1 and taken.count(axes[0]) == 1:
            places[axes[0]] = w.places[axis]
    return tuple(places)


def _wider(reading: Reading, node: Node, place: int) -> bool:
    """Say whether an operand is stretched."""
    sizes, into = reading.shapes[node.inputs[place]], reading.carried(node)[place]
    own = {axes[0]: size for axes, size in zip(into, sizes, strict=True) if axes}
    return any(
        size != 1 and own.get(axis, 1) == 1 for axis, size in enumerate(reading.shapes[node])
    )
