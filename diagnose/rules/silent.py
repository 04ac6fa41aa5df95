"""Parameters whose gradient is exactly 0: nothing that they change is read."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node
from cutaway.ops import CrossEntropy, MatMul, Maximum, Minimum, Multiply, Relu
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM
from cutaway.transform import softmax_of

CUTTING = (Relu, Maximum, Minimum)  # these numbers lay beyond: others may not, as in a hinge


def silent(case: Case) -> Findings:
    """Report parameters whose gradient is 0 for random cotangents."""
    if _behind_zeros(case) or any(_alone(case, node) for node in case.graph.nodes):
        return  # one key takes all: queries and keys then have no gradient
    for node in case.graph.parameters:
        if node.rank < 2:  # a bias may cancel: a softmax does not see what all scores share
            continue
        if case.slopes.get(node) == 0.0:
            last = _last(case, node)
            if not any(isinstance(n.op, CUTTING) for n in case.graph.readers[last]):
                yield Seen("no-gradient.numbers", last, {"path": case.graph.path(node)})


def _last(case: Case, node: Node) -> Node:
    """Return the last value on the way from a parameter of which nothing is read."""
    while True:
        after = [n for n in case.graph.readers[node] if case.slopes.get(n) == 0.0]
        if not after:
            return node
        node = after[0]


def _alone(case: Case, node: Node) -> bool:
    """Say whether a softmax, or that of a loss, has one element to choose from."""
    if isinstance(node.op, CrossEntropy):
        return bool(case.values[node.inputs[0]].shape[-1] == 1)
    made = softmax_of(node)
    return made is not None and bool((case.values[node].max(axis=made[1]) == 1.0).all())


def _behind_zeros(case: Case) -> bool:
    """Say whether a factor is a parameter that is 0, as an adapter's is: it hides others."""
    zeros = [n for n in case.graph.parameters if not case.values[n].any()]
    return any(_is_factor(case, node) for node in zeros)


def _is_factor(case: Case, node: Node) -> bool:
    """Say whether something is multiplied by a value."""
    readers = case.graph.readers[node]
    return any(
        isinstance(n.op, MatMul | Multiply) or (isinstance(n.op, FORM) and _is_factor(case, n))
        for n in readers
    )
