"""Norms that are none: no eps, an eps that is lost, no division, no root, two axes.

A norm takes the mean off and divides by the root of the mean square. What is written by hand is
read as such; the ops have but their eps.
"""

from collections.abc import Iterator

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Constant, Node
from cutaway.ops import (
    Add,
    Divide,
    LayerNorm,
    MatMul,
    Maximum,
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
)
from cutaway.shapes.norming import mean_square, norm_of, root_of, same, squared, under_root
from cutaway.shapes.reading import Findings
from cutaway.transform import behind


def small_eps(case: Case) -> Findings:
    """Report an eps that is less than what rounding makes of a constant row."""
    least = float(case.limits.eps) ** 2
    for node in case.graph.nodes:
        eps = eps_of(node)
        if eps is not None and eps < least:
            words = {"eps": eps, "least": least, "dtype": str(case.precision)}
            yield Seen("eps.none" if eps == 0 else "eps.small", node, words)


def eps_of(node: Node) -> float | None:
    """Return the eps of a norm, an op or the root that one divides by; None where there is none.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B T D")
    >>> eps_of(ca.ops.sqrt((x * x).mean(axis=-1, keepdims=True) + 1e-6))
    1e-06
    """
    if isinstance(node.op, LayerNorm | RMSNorm):
        return node.op.eps
    if not isinstance(node.op, Sqrt | Rsqrt | Pow):
        return None
    (x, *_) = node.inputs
    if not isinstance(x.op, Add | Maximum):
        return None
    for value, other in (x.inputs, x.inputs[::-1]):
        constant = other.op
        if isinstance(constant, Constant) and constant.value.size == 1 and _mean_square(value):
            return float(constant.value.item())
    return None


def _mean_square(node: Node) -> bool:
    mean = behind(node)
    return isinstance(mean.op, Mean) and squared(mean.inputs[0]) is not None


def unscaled(case: Case) -> Findings:
    """Report what is centred and never divided by its deviation; what is divided by its square."""
    readers = case.graph.readers
    for node in case.graph.nodes:
        axes = _centred(node)
        if axes is not None and not any(
            isinstance(n.op, Divide | Square | Pow) or squared(n) is node or norm_of(n)
            for n in readers[node]
        ):
            squares = any(
                squared(n) is not None and _same_centre(squared(n), node) for n in case.graph.nodes
            )
            if not squares and _is_feature(case, node, axes):
                yield Seen("norm.mean", node, {})
        if isinstance(node.op, Divide | Multiply):
            yield from _without_root(case, node)
            yield from _times_the_root(case, node)
            yield from _by_the_sum(case, node)
            yield from _off_centre(case, node)
        normed = norm_of(node)
        if normed is not None and not isinstance(node.op, LayerNorm | RMSNorm):
            yield from _two_axes(node, normed[1])


def _centred(node: Node) -> tuple[int, ...] | None:
    """Return the axes along which a mean is taken off."""
    if not isinstance(node.op, Subtract):
        return None
    mean = behind(node.inputs[1])
    own = isinstance(mean.op, Mean) and mean.inputs[0] is node.inputs[0]
    return mean.op.axis if own and isinstance(mean.op, Mean) else None


def _same_centre(a: Node | None, b: Node) -> bool:
    """Say whether two values are the same input, centred."""
    return a is not None and _centred(a) is not None and a.inputs[0] is b.inputs[0]


def _is_feature(case: Case, node: Node, axes: tuple[int, ...]) -> bool:
    """Say whether what is centred is one row of features: the last axis."""
    return node in case.reading.fed and axes == (node.rank - 1,)


def _without_root(case: Case, node: Node) -> Findings:
    """Report a value over the mean of its squares, or the sum of them."""
    value, total = node.inputs[0], behind(node.inputs[1])
    if isinstance(node.op, Multiply):
        total = behind(total.inputs[0]) if isinstance(total.op, Reciprocal) else value
    if isinstance(total.op, Mean | Sum) and node in case.reading.fed and node.rank:
        of = squared(total.inputs[0])
        if of is not None and (same(of, value) or _same_centre(of, value)):
            yield Seen("norm.root", node, {})


def _times_the_root(case: Case, node: Node) -> Findings:
    """Report a value times the root of the mean of its squares: it was to be divided by it."""
    if not isinstance(node.op, Multiply) or node not in case.reading.fed or not node.rank:
        return
    value, under = node.inputs[0], root_of(behind(node.inputs[1]))
    mean = None if under is None else behind(under)
    of = None if mean is None or not isinstance(mean.op, Mean) else squared(mean.inputs[0])
    if of is not None and (same(of, value) or _same_centre(of, value)):
        yield Seen("norm.times", node, {})


def _by_the_sum(case: Case, node: Node) -> Findings:
    """Report a value over the root of the sum of its squares, where a gain per feature follows.

    Without a gain it is a correlation, or a vector of length 1. Where no linear map reads what
    was not centred, it is a query or a key.
    """
    value, total = node.inputs[0], under_root(node)
    if total is None or not isinstance(total.op, Sum):
        return
    of = squared(total.inputs[0])
    if of is None or not (same(of, value) or _same_centre(of, value)):
        return
    gained = list(_gained(case, node))
    if gained and (_centred(value) is not None or all(_is_mapped(case, n) for n in gained)):
        yield Seen("norm.sum", total, {})


def _off_centre(case: Case, node: Node) -> Findings:
    """Report a value over its deviation whose mean is left in, where a gain follows."""
    value, mean = node.inputs[0], under_root(node)
    if mean is None or not isinstance(mean.op, Mean):
        return
    of = squared(mean.inputs[0])
    centred = of is not None and _centred(of) is not None and of.inputs[0] is value
    if centred and next(_gained(case, node), None) is not None:
        yield Seen("norm.centre", node, {})


def _gained(case: Case, node: Node) -> Iterator[Node]:
    """Give what is made of a value by a learned gain for each feature."""
    for reader in case.graph.readers[node]:
        if isinstance(reader.op, Multiply):
            gains = [n for n in reader.inputs if n in case.reading.learned]
            if any(gain.rank and gain.shape[-1] != 1 for gain in gains):
                yield reader


def _is_mapped(case: Case, node: Node) -> bool:
    """Say whether linear maps read a value, perhaps shifted, and nothing else does."""
    readers = case.graph.readers[node]
    if len(readers) == 1 and isinstance(readers[0].op, Add):
        readers = case.graph.readers[readers[0]]
    return bool(readers) and all(
        isinstance(n.op, MatMul) and n.inputs[1] in case.reading.learned for n in readers
    )


def _two_axes(node: Node, axes: tuple[int, ...]) -> Findings:
    """Report a mean along one axis and a variance along another."""
    own = _centred(node.inputs[0])
    if own is not None and own != axes:
        mean = mean_square(node)
        at = node if mean is None else mean
        yield Seen("norm.axes", at, {"mean": list(own), "variance": list(axes)})
