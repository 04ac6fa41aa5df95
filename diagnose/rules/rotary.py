"""Rotary positions that do not turn what they should: no rotation, one side alone, values.

A rotation keeps the length of a vector, so one that doesn't has lost a sign. Scores see how far
apart two positions are where queries and keys are turned, both of them; values stay as they are.
"""

from collections.abc import Iterator

import numpy as np

from cutaway.diagnose.attention import Attention
from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.graph import Constant, Node, Source
from cutaway.ops import Add, Concat, Cos, Multiply, Sin, Subtract
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM, turned

LENGTH = 1e-2  # relative: by which a rotation may change a length


def turning(case: Case) -> Findings:
    """Report what is meant to turn queries and keys by their positions, and doesn't."""
    for attention in case.attentions:
        sides = [_turn(case, operand) for operand in attention.product.inputs]
        wrong = [node for node in sides if node is not None and _stretches(case, node)]
        if wrong:
            yield Seen("positions.turn", _unsigned(case, wrong[0]), {})
            continue
        if len([node for node in sides if node is not None]) == 1 and _is_self(case, attention):
            (one,) = (node for node in sides if node is not None)
            key = "positions.queries" if sides[0] is one else "positions.keys"
            yield Seen(key, one, {}, _where_used(one, attention))
        values = _turn(case, attention.mixing.inputs[1])
        if values is not None and None not in sides:
            yield Seen("positions.values", values, {}, _where_used(values, attention))


def _turn(case: Case, node: Node) -> Node | None:
    """Return the node that turns an operand of a product; None where its positions do not."""
    while isinstance(node.op, FORM):
        node = node.inputs[0]
    if not isinstance(node.op, Add | Subtract | Concat) or _base(case, node) is None:
        return None
    return node if any(_trigonometric(case, n) for n in _inside(case, node)) else None


def _base(case: Case, node: Node) -> Node | None:
    return turned(case.reading, node)


def _inside(case: Case, node: Node) -> Iterator[Node]:
    """Give the nodes that turn, from the last one back to what is turned."""
    base, waiting, done = _base(case, node), [node], set[Node]()
    while waiting:
        node = waiting.pop()
        if node is not base and node not in done:
            done.add(node)
            yield node
            waiting += [n for n in node.inputs if n in case.reading.fed]


def _trigonometric(case: Case, node: Node) -> bool:
    """Say whether a value is multiplied by sines or cosines of its positions."""
    if not isinstance(node.op, Multiply):
        return False
    factors = [n for n in node.inputs if n not in case.reading.fed]
    return any(isinstance(n.op, Sin | Cos) for n in upstream(tuple(factors)))


def _stretches(case: Case, node: Node) -> bool:
    """Say whether vectors get another length, by factors that are nothing but sines and cosines."""
    base = _base(case, node)
    assert base is not None
    for inner in _inside(case, node):
        if isinstance(inner.op, Multiply):
            for factor in inner.inputs:
                while isinstance(factor.op, (*FORM, Concat)):
                    factor = factor.inputs[0]
                sign = isinstance(factor.op, Constant) and factor.rank == 0
                plain = factor in case.reading.fed or sign
                if not plain and not isinstance(factor.op, Sin | Cos):
                    return False
    if case.values[node].size != case.values[base].size:
        return False
    before, after = (float(np.square(case.values[n], dtype=float).sum()) for n in (base, node))
    return abs(after - before) > LENGTH * before


def _unsigned(case: Case, node: Node) -> Node:
    """Return where a sign is missing: where halves are joined to be turned, a sum, or all of it."""
    order = sorted(_inside(case, node), key=case.graph.nodes.index)
    for inner in order:
        if isinstance(inner.op, Multiply):
            for source in inner.inputs:
                if isinstance(source.op, Concat) and source in order:
                    return source
    return next((n for n in order if isinstance(n.op, Add | Subtract)), node)


def _is_self(case: Case, attention: Attention) -> bool:
    """Say whether queries and keys stand at the same positions."""
    rows, columns = case.origins[attention.product][-2:]
    return bool(rows) and rows == columns


def _where_used(node: Node, attention: Attention) -> Source | None:
    """Return the line that turns, in the function of the scores: a helper turns both."""
    function = attention.product.source.function
    places = (node.source, *node.source.calls)
    return next((place for place in places if place.function == function), None)
