"""Scores of classes whose softmax runs over examples or positions, not over the classes."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node, show, show_shape
from cutaway.ops import Add, Log, LogSoftmax, LogSumExp, Multiply, Negative, OneHot, Subtract
from cutaway.shapes.attending import uses
from cutaway.shapes.norming import NONE, made_axes
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM
from cutaway.transform import behind, softmax_of

MANY = 3  # classes: two columns may be the first and the last token of an answer


def over_the_batch(case: Case) -> Findings:
    """Report a softmax along the first axis of what a linear map gives, as probabilities.

    Weights of a sum over the first axis are none: pooling by attention.
    """
    made = made_axes(case.reading)
    weighs = {use.softmax for use in uses(case.reading)}
    for node in case.graph.nodes:
        scores, axis = _softmax(node)
        if scores is None or axis or node.rank < 2 or node in weighs:
            continue
        shape = case.reading.shapes[scores]
        classes = made.get(scores, NONE) == frozenset({scores.rank - 1}) and not _few(shape[-1])
        if classes and (isinstance(node.op, LogSoftmax) or _are_probabilities(case, node)):
            words = {"size": show(shape[0]), "shape": show_shape(shape), "classes": show(shape[-1])}
            yield Seen("softmax.batch", node, words)


def _softmax(node: Node) -> tuple[Node | None, int]:
    if isinstance(node.op, LogSoftmax):
        return node.inputs[0], node.op.axis
    return softmax_of(node) or (None, 0)


def _few(size: object) -> bool:
    return isinstance(size, int) and size < MANY


def _are_probabilities(case: Case, node: Node) -> bool:
    """Say whether a value is given out, or its logarithm is taken."""
    if node in case.graph.outputs:
        return True
    return any(
        isinstance(n.op, Log) or (isinstance(n.op, (*FORM, Add)) and _are_probabilities(case, n))
        for n in case.graph.readers[node]
    )


def picked(case: Case) -> Findings:
    """Report probabilities that a target picks, of a softmax along another axis than it picks."""
    for node in case.graph.nodes:
        if not isinstance(node.op, Multiply):
            continue
        for value, flags in (node.inputs, node.inputs[::-1]):
            if isinstance(flags.op, OneHot) and value.rank == flags.rank:
                made, axis = _normalised(value)
                if axis is not None and axis != made.rank - 1:
                    shape = case.reading.shapes[made]
                    words = {"axis": axis, "size": show(shape[axis]), "shape": show_shape(shape)}
                    yield Seen("softmax.classes", made, words)


def _normalised(node: Node) -> tuple[Node, int | None]:
    """Return where a value was made a distribution, along which axis; the classes stay the last."""
    while True:
        made = softmax_of(node)
        if made is not None:
            return node, made[1]
        if isinstance(node.op, LogSoftmax):
            return node, node.op.axis
        if isinstance(node.op, Subtract):
            total = behind(node.inputs[1])
            return node, total.op.axis if isinstance(total.op, LogSumExp) else None
        last = node.inputs[0].shape[-1:] if node.inputs else ()
        if not isinstance(node.op, (Log, Negative, *FORM)) or last != node.shape[-1:]:
            return node, None
        node = node.inputs[0]
