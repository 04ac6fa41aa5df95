"""Between which numbers a value lies, whatever is fed: by interval arithmetic.

What an input or a weight holds is not known; what a softmax, a square or a mask gives is. A bound
that no number reaches but rounding may (an exponential, which is more than 0) is ``TINY``.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy.typing as npt

from cutaway.graph import Constant, Graph, Node, Op
from cutaway.ops import (
    Abs,
    Add,
    Arange,
    Cast,
    Concat,
    CrossEntropy,
    CumulativeSum,
    Divide,
    Dropout,
    Erf,
    Exp,
    Gelu,
    GeluTanh,
    Log,
    LogSoftmax,
    MatMul,
    Max,
    Maximum,
    Mean,
    Min,
    Minimum,
    Multiply,
    Negative,
    OneHot,
    Pow,
    Reciprocal,
    Relu,
    Rsqrt,
    Sigmoid,
    Silu,
    Size,
    Softmax,
    Softplus,
    Sqrt,
    Square,
    Subtract,
    Sum,
    Take,
    Tanh,
    Where,
)
from cutaway.shapes.scaling import FORM
from cutaway.transform import behind, is_log_softmax, softmax_of

TINY = 1e-300
INFINITY = math.inf


class Range(NamedTuple):
    """The least and the largest that a value can be."""

    low: float = -INFINITY
    high: float = INFINITY


ANY = Range()
SHARE = Range(0.0, 1.0)
POSITIVE = Range(TINY, INFINITY)
NOT_NEGATIVE = Range(0.0, INFINITY)
FIXED: dict[type, Range] = {
    Softmax: SHARE,
    Sigmoid: SHARE,
    OneHot: SHARE,
    Tanh: Range(-1.0, 1.0),
    Erf: Range(-1.0, 1.0),
    Gelu: Range(-0.17, INFINITY),
    GeluTanh: Range(-0.18, INFINITY),
    Silu: Range(-0.28, INFINITY),
    Softplus: POSITIVE,
    Rsqrt: POSITIVE,
    CrossEntropy: NOT_NEGATIVE,
    LogSoftmax: Range(-INFINITY, 0.0),
    Arange: NOT_NEGATIVE,
    Size: Range(1.0, INFINITY),
}
SAME = (*FORM, Concat, Max, Min, Mean)


def ranges(graph: Graph, fed: set[Node], precision: npt.DTypeLike = "float64") -> dict[Node, Range]:
    """Return the range of every node; constants are rounded to a precision.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.ops.log(ca.ops.square(ca.input("x", "N")) + 1.0)
    >>> ranges(ca.Graph(y), set())[y]
    Range(low=0.0, high=inf)
    """
    found: dict[Node, Range] = {}
    for node in graph.nodes:
        inputs = [found[source] for source in node.inputs]
        found[node] = _fixed(node.op, precision) or _range(node, inputs, fed)
    return found


def _fixed(op: Op, precision: npt.DTypeLike) -> Range | None:
    """Return the range of a constant; None for what is none."""
    if not isinstance(op, Constant):
        return None
    value = op.value.astype(precision) if op.value.dtype.kind == "f" else op.value
    return Range(float(value.min()), float(value.max())) if value.size else ANY


def _range(node: Node, inputs: list[Range], fed: set[Node]) -> Range:
    op = node.op
    if node.dtype == "bool" or softmax_of(node) is not None:
        return SHARE
    if type(op) in FIXED:
        return FIXED[type(op)]
    if isinstance(op, Cast | Take):
        return inputs[0]
    if isinstance(op, Where):
        return _chosen(node, inputs)
    if is_log_softmax(node):
        return FIXED[LogSoftmax]
    if isinstance(op, Sum) and _shifted(node.inputs[0]):
        return Range(1.0, INFINITY)  # the largest is e⁰
    if isinstance(op, Multiply) and node.inputs[0] is node.inputs[1]:
        return _square(inputs[0])
    if isinstance(op, Multiply) and any(source not in fed for source in node.inputs):
        return _times_fixed(node, inputs, fed)
    if isinstance(op, Pow):
        return _power(node, inputs[0])
    if isinstance(op, SAME):
        return Range(min(r.low for r in inputs), max(r.high for r in inputs))
    rule = RULES.get(type(op))
    return rule(*inputs) if rule else ANY


def _chosen(node: Node, inputs: list[Range]) -> Range:
    """Return what either branch gives; a guard against 0 gives what is not 0."""
    condition, *branches = node.inputs
    tested = {behind(source) for source in condition.inputs}
    places = [n for n, branch in enumerate(branches) if isinstance(branch.op, Constant)]
    if len(places) == 1:
        other = branches[1 - places[0]]
        constant, rest = inputs[1 + places[0]], inputs[2 - places[0]]
        if constant.low > 0 and rest.low >= 0 and (other in tested or behind(other) in tested):
            return POSITIVE
    return Range(min(r.low for r in inputs[1:]), max(r.high for r in inputs[1:]))


def _shifted(node: Node) -> bool:
    """Say whether a value is e to the power of what lies below its largest."""
    if not isinstance(node.op, Exp):
        return False
    (found,) = node.inputs
    return isinstance(found.op, Subtract) and isinstance(behind(found.inputs[1]).op, Max)


def _square(x: Range) -> Range:
    least = 0.0 if x.low <= 0 <= x.high else min(abs(x.low), abs(x.high)) ** 2
    return Range(max(least, TINY) if least else 0.0, max(x.low**2, x.high**2))


def _times_fixed(node: Node, inputs: list[Range], fed: set[Node]) -> Range:
    """Multiply with what does not depend on what is fed, which hides something, but not all."""
    place = 0 if node.inputs[0] in fed else 1
    value, factor = inputs[place], inputs[1 - place]
    if node.inputs[place] not in fed:
        return _multiply(*inputs)
    found = _multiply(value, factor)
    return Range(TINY, found.high) if value.low > 0 and factor.low == 0.0 else found


def _power(node: Node, x: Range) -> Range:
    exponent = node.inputs[1].op
    if not isinstance(exponent, Constant) or exponent.value.size != 1:
        return POSITIVE if x.low > 0 else ANY
    power = float(exponent.value.item())
    if power % 2 == 0 and power > 0:
        return _square(x)
    if power < 0 and x.low >= 0:
        return POSITIVE
    if x.low >= 0:
        return Range(x.low**power if x.low else 0.0, INFINITY)
    return ANY


def _multiply(x: Range, y: Range) -> Range:
    ends = [0.0 if 0.0 in (a, b) else a * b for a in x for b in y]
    low = min(ends)
    return Range(max(low, TINY) if x.low > 0 and y.low > 0 else low, max(ends))


def _divide(x: Range, y: Range) -> Range:
    if y.low <= 0:
        return ANY
    return _multiply(x, Range(0.0 if math.isinf(y.high) else 1 / y.high, 1 / max(y.low, TINY)))


def _sum(x: Range) -> Range:
    return Range(x.low if x.low >= 0 else -INFINITY, x.high if x.high <= 0 else INFINITY)


def _matmul(x: Range, y: Range) -> Range:
    return _sum(_multiply(x, y))


def _exp(x: Range) -> Range:
    low = math.exp(min(x.low, 700.0)) if x.low > -700 else TINY
    return Range(max(low, TINY), math.exp(x.high) if x.high < 700 else INFINITY)


def _log(x: Range) -> Range:
    return Range(
        math.log(x.low) if x.low > TINY else -INFINITY,
        math.log(x.high) if 0 < x.high < INFINITY else INFINITY,
    )


def _root(x: Range) -> Range:
    if x.low < 0:
        return NOT_NEGATIVE if x.low > -INFINITY else ANY
    return Range(math.sqrt(x.low), math.sqrt(x.high))


RULES: dict[type, Callable[..., Range]] = {
    Add: lambda x, y: Range(x.low + y.low, x.high + y.high),
    Subtract: lambda x, y: Range(x.low - y.high, x.high - y.low),
    Multiply: _multiply,
    Divide: _divide,
    Negative: lambda x: Range(-x.high, -x.low),
    Reciprocal: lambda x: _divide(Range(1.0, 1.0), x),
    Square: _square,
    Abs: lambda x: Range(0.0 if x.low <= 0 <= x.high else min(map(abs, x)), max(map(abs, x))),
    Relu: lambda x: Range(max(x.low, 0.0), max(x.high, 0.0)),
    Maximum: lambda x, y: Range(max(x.low, y.low), max(x.high, y.high)),
    Minimum: lambda x, y: Range(min(x.low, y.low), min(x.high, y.high)),
    Dropout: lambda x, *_: Range(min(x.low, 0.0), INFINITY if x.high > 0 else 0.0),
    Exp: _exp,
    Log: _log,
    Sqrt: _root,
    Sum: _sum,
    CumulativeSum: _sum,
    MatMul: _matmul,
}
