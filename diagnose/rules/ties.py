"""Sizes of different axes that have to be equal: broadcast against each other by mistake."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import show, show_shape
from cutaway.ops import ExpandDims, Subtract
from cutaway.shapes.reading import Findings


def tied(case: Case) -> Findings:
    """Report conditions that two sizes are equal which inputs tell apart."""
    dims = (dim for node in case.graph.inputs for dim in node.shape if not isinstance(dim, int))
    fed = {dim for dim in dims if dim.is_Symbol}
    for condition, node in case.graph.conditions.items():
        left, right = condition.left, condition.right
        declared = condition in case.graph.declared
        if condition.relation == "==" and {left, right} <= fed and not declared:
            yield Seen("sizes", node, {"left": show(left), "right": show(right)})


def outer(case: Case) -> Findings:
    """Report a column minus a row of the same length: ``(N, 1) - (N,)`` has N times N elements."""
    for node in case.graph.nodes:
        if not isinstance(node.op, Subtract) or not case.reading.fed.issuperset(node.inputs):
            continue
        for column, row in (node.inputs, node.inputs[::-1]):
            shape = column.shape
            plain = column.rank == row.rank + 1 > 1 and not isinstance(column.op, ExpandDims)
            if plain and shape[-1] == 1 != shape[-2] and shape[-2] == row.shape[-1]:
                words = {"one": show_shape(shape), "other": show_shape(row.shape)}
                yield Seen("sizes.outer", node, words | {"whole": show_shape(node.shape)})
