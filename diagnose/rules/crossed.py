"""Values that are read where the keys are not: weights over one sequence, applied to another."""

from cutaway.diagnose.attention import Attention
from cutaway.diagnose.case import Case, Seen
from cutaway.diagnose.rules.lookahead import sources
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
        fed = keys and values and values <= queries and values.isdisjoint(keys)
        if fed or (not values and _astray(case, attention)):
            words = {
                "values": _names(values) or _paths(case, attention.mixing.inputs[1]),
                "keys": _names(keys) or _paths(case, attention.product.inputs[1]),
            }
            yield Seen("values", attention.mixing, words)


def _astray(case: Case, attention: Attention) -> bool:
    """Say whether values are made of what the queries are made of, and keys are not."""
    queries, keys = (sources(case, operand) for operand in attention.product.inputs)
    values = sources(case, attention.mixing.inputs[1])
    return bool(values & queries) and not values & keys and bool(keys)


def _names(inputs: frozenset[Node]) -> str:
    return ", ".join(sorted(node.name for node in inputs))


def _paths(case: Case, node: Node) -> str:
    """Name what linear maps make a value of, where no input stands along it."""
    return ", ".join(sorted(case.graph.path(n) for n in sources(case, node)))
