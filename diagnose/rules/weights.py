"""Weights that are used the wrong way round, are not tied, or are too large."""

import re

import numpy as np

from cutaway.diagnose.case import Case, Seen
from cutaway.graph import Node, Parameter
from cutaway.ops import MatMul, PermuteDims, Take
from cutaway.run.compile import Array
from cutaway.shapes.reading import Findings

OTHERS = 2  # weights that are used as they are, beside one that is transposed
GAIN = 10.0  # how much longer a linear map may make a random vector; Xavier's rule gives 1
MATRICES = 2  # that are 0: one alone may begin so, as in a regression
SAME = 1e-6  # relative: columns that are equal


def transposed(case: Case) -> Findings:
    """Report a square weight that is transposed where the others are not; a table untied."""
    plain, turned = [], []
    for node in case.graph.nodes:
        if isinstance(node.op, MatMul) and node.inputs[0] in case.reading.fed:
            weight = node.inputs[1]
            if isinstance(weight.op, Parameter):
                plain.append(weight)
            elif isinstance(weight.op, PermuteDims) and isinstance(weight.inputs[0].op, Parameter):
                turned.append((weight, weight.inputs[0]))
    tables = {n.inputs[0] for n in case.graph.nodes if isinstance(n.op, Take)}
    turned = [pair for pair in turned if pair[1] not in tables]
    roles = {re.sub(r"\d+", "", weight.path) for _, weight in turned}  # the same in each layer
    if len(set(plain)) < OTHERS or len(roles) > 1:
        return
    for node, weight in turned:
        if weight in plain or weight.rank != 2:
            continue
        if weight.shape[0] == weight.shape[1]:
            yield Seen("weight.transposed", node, {"weight": case.graph.path(weight)})
            continue
        alike = (n for n in case.graph.parameters if n in tables and n.shape == weight.shape)
        table = next(alike, None)
        if table is not None:
            words = {"weight": case.graph.path(weight), "table": case.graph.path(table)}
            yield Seen("weight.untied", weight, words)


def large(case: Case) -> Findings:
    """Report linear maps that make vectors many times as long, and those with equal columns."""
    seen: set[Node] = set()
    for node in case.graph.nodes:
        if not isinstance(node.op, MatMul) or node not in case.values:
            continue
        weight = node.inputs[1]
        if weight not in case.reading.learned or weight in seen or weight.rank < 2:
            continue
        seen.add(weight)
        value = case.values[weight]
        if not np.isfinite(value).all():
            continue
        gain = _gain(value)
        if gain > GAIN:
            guilty = _where_it_grew(case, weight)
            words = {"gain": gain, "weight": case.graph.path(guilty)}
            yield Seen("weight.large", guilty, words)
        elif _equal_columns(value):
            leaf = _leaf(weight)
            yield Seen("weight.equal", leaf, {"weight": case.graph.path(leaf)})


def zeros(case: Case) -> Seen | None:
    """Return the first weight, if all are 0 and there are several: nothing is computed then."""
    weights = [n for n in case.graph.parameters if n.rank > 1 and n.dtype == "float"]
    if len(weights) < MATRICES or any(case.values[n].any() for n in weights):
        return None
    return Seen("weight.zero", weights[0], {"count": len(weights)})


def _gain(weight: Array) -> float:
    """Return how much longer a matrix makes a random vector, element by element."""
    columns = weight.size / weight.shape[-2]
    return float(
        np.linalg.norm(weight.astype(np.float32, copy=False).reshape(-1)) / np.sqrt(columns)
    )


def _where_it_grew(case: Case, weight: Node) -> Node:
    """Return the node at which a weight became too large: a factor, or the parameter itself."""
    node = weight
    while node.inputs:
        before = [n for n in node.inputs if n in case.reading.learned and n.rank == node.rank]
        if len(before) != 1:
            return node
        size, old = (float(np.abs(case.values[n]).mean()) for n in (node, before[0]))
        if size > 2 * old:
            return node
        (node,) = before
    return node


def _leaf(node: Node) -> Node:
    while node.inputs:
        node = node.inputs[0]
    return node


def _equal_columns(value: Array) -> bool:
    """Say whether all columns of a matrix are the same, and not 0: their units stay alike."""
    if value.ndim != 2 or min(value.shape) < 2 or np.ptp(value[0]) > SAME * np.abs(value[0]).max():
        return False
    return bool(value.any() and np.ptp(value, axis=1).max() <= SAME * np.abs(value).max())
