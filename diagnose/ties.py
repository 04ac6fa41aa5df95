"""Sizes of different axes that have to be equal: broadcast against each other by mistake."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Input, show
from cutaway.shapes.reading import Findings


def tied(case: Case) -> Findings:
    """Report conditions that two sizes are equal which inputs tell apart."""
    fed = {
        symbol
        for node in case.graph.inputs
        for dim in node.shape
        if not isinstance(dim, int) and dim.is_Symbol
        for symbol in [dim]
        if isinstance(node.op, Input)
    }
    for condition, node in case.graph.conditions.items():
        left, right = condition.left, condition.right
        if condition.relation == "==" and {left, right} <= fed and not _declared(case, condition):
            yield Seen("sizes", node, {"left": show(left), "right": show(right)})


def _declared(case: Case, condition: object) -> bool:
    return condition in case.graph.declared
