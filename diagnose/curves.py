"""A feed-forward network without its activation: two linear maps are but one."""

import re

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node
from cutaway.ops import Add, Dropout, MatMul
from cutaway.shapes.reading import Findings

NAMED = re.compile(r"mlp|ffn|feed.?forward", re.IGNORECASE)


def missing(case: Case) -> Findings:
    """Report a linear map, with a bias, that only another one reads: in what is called an MLP.

    A map of low rank has no bias between its parts, so it is not meant.
    """
    for node in case.graph.nodes:
        if not _is_bias(case, node) or not NAMED.search(node.scope.path):
            continue
        after = node
        while len(case.graph.readers[after]) == 1:
            (after,) = case.graph.readers[after]
            if not isinstance(after.op, Dropout):
                break
        if _is_linear(case, after) and NAMED.search(after.scope.path):
            yield Seen("activation", node, {"next": case.graph.path(after)})


def _is_linear(case: Case, node: Node) -> bool:
    reading = case.reading
    return (
        isinstance(node.op, MatMul)
        and node.inputs[0] in reading.fed
        and node.inputs[1] in reading.learned
    )


def _is_bias(case: Case, node: Node) -> bool:
    """Say whether a node adds a bias to what a linear map gives."""
    if not isinstance(node.op, Add):
        return False
    maps = [n for n in node.inputs if _is_linear(case, n)]
    return len(maps) == 1 and any(n in case.reading.learned for n in node.inputs)
