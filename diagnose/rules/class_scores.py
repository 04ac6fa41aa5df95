"""Scores of classes whose softmax runs over the examples of the batch."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node, show, show_shape
from cutaway.ops import Add, Log, LogSoftmax
from cutaway.shapes.attending import uses
from cutaway.shapes.norming import NONE, made_axes
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM
from cutaway.transform import softmax_of

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
