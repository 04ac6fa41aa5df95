"""A feed-forward network without its activation: two linear maps are but one."""

import re
from functools import partial

import sympy

from cutaway.diagnose.case import Case, Seen
from cutaway.diagnose.lines import learned_names, told_apart
from cutaway.graph import Node
from cutaway.ops import Add, Dropout, MatMul
from cutaway.shapes.reading import Findings

NAMED = re.compile(r"mlp|ffn|feed.?forward", re.IGNORECASE)


def missing(case: Case) -> Findings:
    """Report a linear map that only another one reads: one that widens, or in a so-called MLP.

    A map of low rank has no bias between its parts, and is narrower inside: so it is not meant.
    """
    for node in case.graph.nodes:
        read = _mapped(case, node)
        if read is None:
            continue
        after = node
        while len(case.graph.readers[after]) == 1:
            (after,) = case.graph.readers[after]
            if not isinstance(after.op, Dropout):
                break
        if _is_linear(case, after) and (_is_named(case, node, after) or _widens(node, read, after)):
            words = {"next": case.graph.path(after)}
            place = told_apart(case.graph, node, partial(learned_names, case.graph))
            yield Seen("activation", node, words, place)


def _is_named(case: Case, node: Node, after: Node) -> bool:
    """Say whether a bias, and the map after it, are in what is called an MLP."""
    named = all(NAMED.search(n.scope.path) for n in (node, after))
    return named and not case.reading.learned.isdisjoint(node.inputs) and node.op.name == "add"


def _widens(node: Node, read: Node, after: Node) -> bool:
    """Say whether a map makes a value wider, and the next one as wide as it was."""
    before, width = read.shape[-1], node.shape[-1]
    return bool(after.shape[-1] == before and sympy.sympify(width - before).is_positive)


def _mapped(case: Case, node: Node) -> Node | None:
    """Return what linear maps read whose sum, perhaps with a bias, a node is."""
    if _is_linear(case, node):
        return node.inputs[0]
    if not isinstance(node.op, Add):
        return None
    maps = [n for n in node.inputs if n in case.reading.fed]
    read = {_mapped(case, n) for n in maps}
    plain = all(n in case.reading.learned for n in node.inputs if n not in maps)
    return read.pop() if plain and len(read) == 1 else None


def _is_linear(case: Case, node: Node) -> bool:
    reading = case.reading
    return (
        isinstance(node.op, MatMul)
        and node.inputs[0] in reading.fed
        and node.inputs[1] in reading.learned
    )
