"""A scale that is not the root of the width over which queries and keys are multiplied.

The variance of a product of two vectors grows with their width K, so attention divides it by
``sqrt(K)``. From every softmax that weighs values, this walks back to the product of queries and
keys and collects the scale on the way, before the product and after it: a root of a size, a
power, a number. Reported is a scale that is neither ``1/sqrt(K)`` nor that and a further number
(a temperature); and no scale at all.

Nothing is said where the scale is learned or fed, where queries or keys are normalised
(cosine attention, QK-norm), where scores are a sum of products (relative positions) or go through
anything but masks and scaling (soft capping), where one operand is a weight (a linear map of
scores, learned queries), or where the walk comes upon what it does not know.

A scale of one over the width is what muP asks for: it is fine where logits are divided by their
width too.

A scale that was left out on purpose (T5 has it in its initial weights) is reported all the same:
``with ca.shapes.allow("scale")``.
"""

from typing import NamedTuple

import sympy

from cutaway.graph import Constant, Input, Node, Parameter, show
from cutaway.ops import (
    Add,
    BroadcastTo,
    Cast,
    Concat,
    CrossEntropy,
    Divide,
    Dropout,
    Elementwise,
    ExpandDims,
    LayerNorm,
    MatMul,
    Multiply,
    Negative,
    PermuteDims,
    Reshape,
    RMSNorm,
    Size,
    Slice,
    Squeeze,
    StopGradient,
    Subtract,
    Take,
    Where,
)
from cutaway.shapes.attending import uses
from cutaway.shapes.reading import Finding, Findings, Reading
from cutaway.transform import softmax_of

FORM = (
    BroadcastTo, Cast, Dropout, ExpandDims, PermuteDims, Reshape, Slice, Squeeze, StopGradient,
)  # fmt: skip
CLOSE = 0.01  # numbers are rounded when they are written by hand
FAR = 32  # nodes of a mask that are looked at
DEEP = 8  # ops from a scale to its sizes


class Factor(NamedTuple):
    """A number that scores are multiplied by, and where."""

    value: sympy.Expr
    node: Node


def scale(reading: Reading) -> Findings:
    """Report scores that are not scaled by the root of their width."""
    for use in uses(reading):
        made = softmax_of(use.softmax)
        found = None if made is None else _scores(reading, made[0])
        if found is None:
            continue
        product, factors = found
        width = reading.shapes[product.inputs[0]][-1]
        walks = [_operand(reading, operand) for operand in product.inputs]
        sides = [walk for walk in walks if walk is not None]
        if width == 1 or len(sides) < len(walks):
            continue
        factors += [factor for side, _ in sides for factor in side]
        values = [factor.value for factor in factors]
        if not values and all(whole for _, whole in sides):
            yield Finding("scale.missing", product, {"width": show(width)})
        elif values and not _right(reading, values, sympy.sympify(width)):
            words = {"width": show(width), "scale": _text(sympy.Mul(*values))}
            straight = reading.generic.at(sympy.Mul(*values) * width) == 1
            if straight and _reads_out(reading):
                continue  # muP: logits are divided by their width too
            yield Finding("scale.width" if straight else "scale", factors[0].node, words)


def _right(reading: Reading, values: list[sympy.Expr], width: sympy.Expr) -> bool:
    """Say whether all together, or all but further numbers, are one over the root of the width."""
    at = reading.generic.at
    if not all(reading.generic.sure(at(value**2 * width)) for value in values):
        return True  # who knows

    def fits(value: sympy.Expr) -> bool:
        ratio = at(value**2 * width)
        return bool(ratio.is_number and abs(float(ratio) - 1) < CLOSE)

    numbers = [value for value in values if value.is_number]
    sizes = sympy.Mul(*(value for value in values if not value.is_number))
    alone = sum(fits(sizes * number) for number in numbers)
    return fits(sympy.Mul(*values)) or fits(sizes) or alone == 1


def _reads_out(reading: Reading) -> bool:
    """Say whether a linear map that is given out is divided by the width it sums over."""
    for node in reading.graph.outputs:
        while isinstance(node.op, (*FORM, CrossEntropy)) or node.op.name in ("mean", "sum"):
            node = node.inputs[0]
        if isinstance(node.op, Multiply | Divide) and isinstance(node.inputs[0].op, MatMul):
            value, width = _value(reading, node.inputs[1]), node.inputs[0].inputs[0].shape[-1]
            if value is not None:
                value = value if isinstance(node.op, Multiply) else 1 / value
                return bool(sympy.sympify(value * width).is_number and _near(value * width))
    return False


def _near(value: sympy.Expr) -> bool:
    return abs(float(value) - 1) < CLOSE


def _scores(reading: Reading, node: Node) -> tuple[Node, list[Factor]] | None:
    """Walk from a softmax back to the product of queries and keys."""
    factors: list[Factor] = []
    while not isinstance(node.op, MatMul):
        main = _main(node)
        if main is None:
            return None
        if isinstance(node.op, Multiply | Divide):
            value = _value(reading, node.inputs[1 - main])
            if value is None:
                return None
            factors.append(Factor(1 / value if isinstance(node.op, Divide) else value, node))
        node = node.inputs[main]
    return (node, factors) if reading.fed.issuperset(node.inputs) else None


def _main(node: Node) -> int | None:
    """Return which operand holds the scores; None where none may, or more than one."""
    if isinstance(node.op, FORM):
        return 0
    if isinstance(node.op, Add | Subtract | Multiply | Divide | Where):
        places = [n for n, source in enumerate(node.inputs) if _has_product(source)]
        if len(places) == 1 and places[0] in _PLACES.get(type(node.op), (0, 1)):
            return places[0]
    return None


_PLACES: dict[type, tuple[int, ...]] = {Subtract: (0,), Divide: (0,), Where: (1, 2)}


def _has_product(node: Node) -> bool:
    """Say whether an operand holds a product, scaled or masked or not."""
    stack = [node]
    for _ in range(FAR):
        if not stack:
            return False
        node = stack.pop()
        if isinstance(node.op, MatMul):
            return True
        if isinstance(node.op, FORM):
            stack.append(node.inputs[0])
        elif isinstance(node.op, Elementwise):
            stack.extend(node.inputs)
    return True  # who knows


def _value(reading: Reading, node: Node, depth: int = DEEP) -> sympy.Expr | None:
    """Return a scalar that is made of sizes and numbers alone, as an expression."""
    if not depth or node in reading.fed or any(size != 1 for size in reading.shapes[node]):
        return None
    if isinstance(node.op, Size):
        return sympy.sympify(node.op.size)
    if isinstance(node.op, Constant):
        number = float(node.op.value.item())
        return sympy.Rational(number) if number and abs(number) < float("inf") else None
    if isinstance(node.op, FORM):
        return _value(reading, node.inputs[0], depth - 1)
    if not isinstance(node.op, Elementwise):
        return None
    parts = [_value(reading, source, depth - 1) for source in node.inputs]
    known = [part for part in parts if part is not None]
    return node.op.expression(*known) if len(known) == len(parts) else None


def _operand(reading: Reading, node: Node) -> tuple[list[Factor], bool] | None:
    """Walk back from queries or keys to the map that made them.

    Returns the scale on the way, and whether that is all of it; None where they are normalised,
    or the scale is learned.
    """
    factors: list[Factor] = []
    while True:
        op = node.op
        fed = [n for n, source in enumerate(node.inputs) if source in reading.fed]
        if isinstance(op, FORM):
            node = node.inputs[0]
        elif isinstance(op, Concat):
            node = node.inputs[-1]  # behind what a cache holds
        elif isinstance(op, Add) and len(fed) == 1:
            node = node.inputs[fed[0]]  # a bias
        elif isinstance(op, Add | Subtract) and (base := turned(reading, node)) is not None:
            node = base
        elif isinstance(op, Multiply | Divide):
            value = _value(reading, node.inputs[1 - fed[0]]) if len(fed) == 1 else None
            if value is None or (isinstance(op, Divide) and fed == [1]):
                return None
            value = 1 / value if isinstance(op, Divide) else value
            if not _shrinks(reading, value):
                return factors, False  # an embedding that is scaled up
            factors.append(Factor(value, node))
            node = node.inputs[fed[0]]
        elif isinstance(op, LayerNorm | RMSNorm):
            return None
        else:
            return factors, isinstance(op, Input | Parameter | Take) or _maps(reading, node)


def turned(reading: Reading, node: Node) -> Node | None:
    """Return what is turned by its positions: a sum of parts of it, times sines and cosines."""
    waiting, ends = [node], set[Node]()
    for _ in range(FAR):
        if not waiting:
            break
        node = waiting.pop()
        fed = [source for source in node.inputs if source in reading.fed]
        if (
            isinstance(node.op, (*FORM, Concat, Negative))
            or (isinstance(node.op, Add | Subtract) and len(fed) == 2)
            or (isinstance(node.op, Multiply) and len(fed) == 1 and _turns(reading, node))
        ):
            waiting += fed
        else:
            ends.add(node)
    return ends.pop() if len(ends) == 1 and not waiting else None


def _turns(reading: Reading, node: Node) -> bool:
    """Say whether a factor differs from place to place, and is not learned; or is a sign."""
    factor = next(source for source in node.inputs if source not in reading.fed)
    if isinstance(factor.op, Constant) and (abs(factor.op.value) == 1).all():
        return True
    return factor not in reading.learned and any(size != 1 for size in reading.shapes[factor])


def _shrinks(reading: Reading, value: sympy.Expr) -> bool:
    square = reading.generic.at(value**2)
    return bool(square < 1 if square.is_number else sympy.fraction(square)[0].is_number)


def _maps(reading: Reading, node: Node) -> bool:
    """Say whether a node is a product with a plain weight, or of two things that are fed."""
    if not isinstance(node.op, MatMul):
        return False
    for source in node.inputs:
        while isinstance(source.op, FORM):
            source = source.inputs[0]
        if source not in reading.fed and not isinstance(source.op, Parameter | Constant):
            return False
    return True


def _text(value: sympy.Expr) -> str:
    return f"{float(value):.6g}" if value.is_number else str(value)
