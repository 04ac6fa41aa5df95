"""Where a logarithm, a root, a quotient or an exponential leaves its domain, for some inputs.

Seen by the ranges of values alone, at no point in particular: ``log(softmax(x))`` is fine until
one score lies 104 below the largest. A value of which nothing is known is not reported.
"""

from collections.abc import Collection

from cutaway.diagnose.case import Case, Seen
from cutaway.diagnose.rules.ranges import TINY, Range, ranges
from cutaway.graph import Constant, Node
from cutaway.ops import (
    Add,
    CrossEntropy,
    Divide,
    Exp,
    Log,
    LogSoftmax,
    LogSumExp,
    MatMul,
    Max,
    Multiply,
    Pow,
    Reciprocal,
    Relu,
    Rsqrt,
    Sigmoid,
    Sqrt,
    Subtract,
    Sum,
    Where,
)
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM
from cutaway.transform import behind, softmax_of

SAFE = 80.0  # exponents below it overflow in no float but float16


def domains(case: Case) -> Findings:
    """Report logarithms, roots and quotients of what can be 0."""
    fed = case.reading.fed
    known = ranges(case.graph, fed, case.precision)
    roots: set[Node] = set()
    for node in case.graph.nodes:
        if node not in fed or not node.inputs:
            continue
        x = node.inputs[-1] if isinstance(node.op, Divide) else node.inputs[0]
        if x not in fed or not _reaches_zero(known[x]):
            continue
        if node in case.masked:  # a mask that is the logarithm of flags
            continue
        if isinstance(node.op, Log):
            inner = _stripped(x)
            made = softmax_of(inner) is not None
            yield Seen("log.softmax" if made else "log.zero", node, {"of": case.graph.path(x)})
        elif isinstance(node.op, Sqrt | Rsqrt) or _is_root(node):
            roots.add(node)
            if not _is_kept_apart(case, node):
                yield Seen("root.zero", node, {"of": case.graph.path(x)})
        elif isinstance(node.op, Divide | Reciprocal) and behind(x) not in roots:
            yield Seen("divide.zero", node, {"of": case.graph.path(x)})


def _reaches_zero(x: Range) -> bool:
    return -TINY < x.low < TINY and x.high > 0


def _is_root(node: Node) -> bool:
    if not isinstance(node.op, Pow) or not isinstance(node.inputs[1].op, Constant):
        return False
    return bool((node.inputs[1].op.value < 1).all())


def _is_kept_apart(case: Case, root: Node) -> bool:
    """Say whether a root is a norm's, with its eps outside: a usual form of it."""
    sums = case.graph.readers[root]
    return bool(sums) and all(
        isinstance(total.op, Add)
        and any(isinstance(n.op, Constant) and (n.op.value > 0).all() for n in total.inputs)
        and all(
            isinstance(n.op, Reciprocal) or (isinstance(n.op, Divide) and n.inputs[1] is total)
            for n in case.graph.readers[total]
        )
        for total in sums
    )


def exponentials(case: Case) -> Findings:
    """Report a softmax, or the logarithm of a sum of exponentials, that can overflow."""
    fed = case.reading.fed
    known = ranges(case.graph, fed, case.precision)
    seen: set[Node] = set()
    for node in case.graph.nodes:
        powers = _summed(node)
        if powers is None or powers in seen or powers not in fed:
            continue
        (x,) = powers.inputs
        shifted = isinstance(x.op, Subtract) and isinstance(behind(x.inputs[1]).op, Max | LogSumExp)
        if not shifted and known[x].high > SAFE:
            seen.add(powers)
            yield Seen("exp.naive", powers, {})


def _summed(node: Node) -> Node | None:
    """Return the exponentials that a softmax or a logarithm adds up."""
    if not isinstance(node.op, Divide | Log):
        return None
    total = behind(node.inputs[-1])
    summed = isinstance(total.op, Sum) and isinstance(total.inputs[0].op, Exp)
    return total.inputs[0] if summed else None


def twice(case: Case) -> Findings:
    """Report a softmax of a softmax, and a cross entropy of one."""
    for node in case.graph.nodes:
        made = softmax_of(node)
        if isinstance(node.op, CrossEntropy | LogSoftmax):
            x, key = node.inputs[0], "softmax.loss"
        elif made is not None and not isinstance(node.op, Exp):
            x, key = made[0], "softmax.twice"
        else:
            continue
        inner = _stripped(x)
        words = {"op": node.op.name, "of": case.graph.path(inner)}
        if softmax_of(inner) is not None:
            yield Seen(key, node, words)
        elif isinstance(inner.op, Relu | Sigmoid) and key == "softmax.loss":
            yield Seen("softmax.cut", node, words | {"curve": inner.op.name})


def unsummed(case: Case) -> Findings:
    """Report exponentials of scores that weigh values, and are divided by no sum of theirs."""
    fed, readers = case.reading.fed, case.graph.readers
    for node in case.graph.nodes:
        if not isinstance(node.op, Exp) or not any(
            isinstance(n.op, MatMul) and n.inputs[0] is node and fed.issuperset(n.inputs)
            for n in readers[node]
        ):
            continue
        if not any(isinstance(n.op, Sum) for n in readers[node]) and _are_scores(node, fed):
            yield Seen("softmax.sum", node, {})


def _are_scores(node: Node, fed: Collection[Node]) -> bool:
    """Say whether exponentials are those of products, the largest taken off."""
    (node,) = node.inputs
    if not isinstance(node.op, Subtract) or not isinstance(behind(node.inputs[1]).op, Max):
        return False
    while not isinstance(node.op, MatMul):
        if not isinstance(node.op, (*FORM, Subtract, Add, Multiply, Divide, Where)):
            return False
        node = next((n for n in node.inputs if n in fed and n.dtype == "float"), node.inputs[0])
    return all(source in fed for source in node.inputs)


def _stripped(node: Node) -> Node:
    """Return what stands behind changes of form."""
    while isinstance(node.op, FORM):
        node = node.inputs[0]
    return node
