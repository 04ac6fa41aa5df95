"""Values that are read where the keys are not: weights over one sequence, applied to another."""

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node
from cutaway.shapes.reading import Findings


def crossed(case: Case) -> Findings:
    """Report values that stand along the positions of the queries, while keys stand elsewhere.

    The sequences are as long as each other then, or the product would not fit.
    """
    for attention in case.along_keys:
        last = attention.after[0] if attention.after else attention.weights
        if attention.axis != attention.scores.rank - 1 or attention.mixing.inputs[0] is not last:
            continue
        queries, keys = case.origins[attention.product][-2:]
        values = case.origins[attention.mixing.inputs[1]][-2]
        if keys and values and values <= queries and values.isdisjoint(keys):
            words = {"values": _names(values), "keys": _names(keys)}
            yield Seen("values", attention.mixing, words)


def _names(inputs: frozenset[Node]) -> str:
    return ", ".join(sorted(node.name for node in inputs))
