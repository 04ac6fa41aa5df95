"""A norm along an axis that is not the features.

The features are the axis that linear maps make and sum over. From every product with a weight,
and every table that is looked up, the axis it makes is followed forwards, and the axis it sums
over backwards; a norm along none of these, where there are some, mixes positions or the batch.
Norms are the ops, and what is written for them: something over the root of its mean square.

A norm along several axes is fine if the features are among them, and so is one that is undone
later: a series that is standardised, and scaled back. Nothing is said where no linear
map is in sight. Batch and instance normalisation are reported: allow them where they are meant.
"""

from collections.abc import Collection

from cutaway.graph import Constant, Graph, Node, show, show_shape
from cutaway.ops import (
    Divide,
    LayerNorm,
    MatMul,
    Mean,
    Multiply,
    Pow,
    Reciprocal,
    RMSNorm,
    Rsqrt,
    Sqrt,
    Square,
    Subtract,
    Sum,
    Take,
)
from cutaway.shapes.reading import Finding, Findings, Reading
from cutaway.transform import behind

Axes = frozenset[int]
NONE: Axes = frozenset()


def norm_axis(reading: Reading) -> Findings:
    """Report norms along none of the axes that linear maps make or sum over."""
    norms = {node: found for node in reading.graph.nodes if (found := norm_of(node))}
    if not norms:
        return
    made, wanted = made_axes(reading), _wanted(reading)
    for node, (x, axes) in norms.items():
        features = made.get(x, NONE) | wanted.get(node, NONE)
        if features and features.isdisjoint(axes) and not _undone(reading, node):
            shape = reading.shapes[x]
            op = isinstance(node.op, LayerNorm | RMSNorm)
            words = {
                "norm": node.op.name,
                "axis": _show(reading, x, axes),
                "shape": show_shape(shape),
                "features": _show(reading, x, features),
                "fix": ", ".join(str(axis - x.rank) for axis in sorted(features)),
            }
            mean = mean_square(node)
            yield Finding(
                "norm-axis" if op else "norm-axis.plain", node if mean is None else mean, words
            )


def _undone(reading: Reading, node: Node) -> bool:
    """Say whether what a norm divides by is multiplied back later: a series was standardised."""
    if not isinstance(node.op, Divide):
        return False
    back = [n for n in reading.graph.readers[node.inputs[1]] if isinstance(n.op, Multiply)]
    return any(node in Graph([reader]).nodes for reader in back)


def _show(reading: Reading, x: Node, axes: Collection[int]) -> str:
    shape = reading.shapes[x]
    return ", ".join(f"{axis - len(shape)} ({show(shape[axis])})" for axis in sorted(axes))


def norm_of(node: Node) -> tuple[Node, tuple[int, ...]] | None:
    """Return what a node is the norm of, and along which axes.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B T D")
    >>> centred = x - x.mean(axis=-1, keepdims=True)
    >>> variance = (centred * centred).mean(axis=-1, keepdims=True)
    >>> norm_of(centred / ca.ops.sqrt(variance + 1e-5))
    (<x: float (B, T, D)>, (2,))
    """
    if isinstance(node.op, LayerNorm | RMSNorm):
        return node.inputs[0], node.op.axis
    mean = mean_square(node)
    if mean is None or not isinstance(mean.op, Mean):
        return None
    value = node.inputs[0]
    centred = isinstance(value.op, Subtract) and isinstance(behind(value.inputs[1]).op, Mean)
    return (value.inputs[0] if centred else value), mean.op.axis


def mean_square(node: Node) -> Node | None:
    """Return the mean, or the sum, of the squares of a value by whose root a node divides it."""
    total = under_root(node)
    of = None
    if total is not None and isinstance(total.op, Mean | Sum):
        of = squared(total.inputs[0])
    return total if of is not None and same(of, node.inputs[0]) else None


def under_root(node: Node) -> Node | None:
    """Return what stands under the root by which a node divides a value, behind its eps."""
    if not isinstance(node.op, Divide | Multiply):
        return None
    root = behind(node.inputs[1])
    found = root_of(root) if isinstance(node.op, Divide) else _over_root(root)
    return None if found is None else behind(found)


def root_of(node: Node) -> Node | None:
    """Return what a value is the root of."""
    return node.inputs[0] if isinstance(node.op, Sqrt) or _power(node, 0.5) else None


def _over_root(node: Node) -> Node | None:
    """Return what a value is one over the root of."""
    if isinstance(node.op, Reciprocal):
        return root_of(behind(node.inputs[0]))
    return node.inputs[0] if isinstance(node.op, Rsqrt) or _power(node, -0.5) else None


def squared(node: Node) -> Node | None:
    """Return what a value is the square of."""
    product = isinstance(node.op, Multiply) and same(node.inputs[0], node.inputs[1])
    return node.inputs[0] if product or isinstance(node.op, Square) or _power(node, 2) else None


def _power(node: Node, exponent: float) -> bool:
    if not isinstance(node.op, Pow) or not isinstance(node.inputs[1].op, Constant):
        return False
    return bool((node.inputs[1].op.value == exponent).all())


def same(a: Node, b: Node, depth: int = 3) -> bool:
    """Say whether two nodes are the same value, perhaps written twice."""
    if a is b:
        return True
    if depth == 0 or a.op != b.op or len(a.inputs) != len(b.inputs) or not a.inputs:
        return False
    return all(same(x, y, depth - 1) for x, y in zip(a.inputs, b.inputs, strict=True))


def made_axes(reading: Reading) -> dict[Node, Axes]:
    """For every node, the axes that a linear map or a table made."""
    found: dict[Node, Axes] = {}
    for node in reading.graph.nodes:
        axes: set[int] = set()
        place = _linear(reading, node)
        if place is not None:
            axes.add(node.rank - (1 if place == 0 else 2))
        elif isinstance(node.op, Take) and node.inputs[0] in reading.learned:
            first, width = node.op.axis, node.inputs[1].rank
            axes.update(n for n in range(node.rank) if not first <= n < first + width)
        for n, source in enumerate(node.inputs):
            if source in found:
                into = reading.carried(node)[n]
                axes.update(place for axis in found[source] for place in into[axis])
        if axes:
            found[node] = frozenset(axes)
    return found


def _wanted(reading: Reading) -> dict[Node, Axes]:
    """For every node, the axes that a linear map sums over later."""
    found: dict[Node, Axes] = {}
    for node in reversed(reading.graph.nodes):
        wanted, place = found.get(node, NONE), _linear(reading, node)
        if not wanted and place is None:
            continue
        for n, (source, into) in enumerate(zip(node.inputs, reading.carried(node), strict=True)):
            if source not in reading.fed:
                continue
            axes = {axis for axis, places in enumerate(into) if not wanted.isdisjoint(places)}
            if n == place:
                axes.add(source.rank - (1 if place == 0 else 2))
            if axes:
                found[source] = found.get(source, NONE) | axes
    return found


def _linear(reading: Reading, node: Node) -> int | None:
    """Return which operand a weight is multiplied with."""
    if not isinstance(node.op, MatMul):
        return None
    for place in (0, 1):
        if node.inputs[place] in reading.fed and node.inputs[1 - place] in reading.learned:
            return place
    return None
