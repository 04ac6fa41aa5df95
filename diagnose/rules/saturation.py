"""Values that are stuck where nothing is learned: one key, a dead unit, a flat curve, a flat row.

Each is seen over all tokens of the run, and only where there are enough of them.
"""

import numpy as np

from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.diagnose.rules.norms import eps_of
from cutaway.graph import Constant, Node, Parameter
from cutaway.ops import (
    Add,
    CrossEntropy,
    Divide,
    LayerNorm,
    LogSoftmax,
    Maximum,
    Multiply,
    Reciprocal,
    Relu,
    RMSNorm,
    Sigmoid,
    Subtract,
    Tanh,
)
from cutaway.run.compile import Array
from cutaway.shapes.norming import norm_of
from cutaway.shapes.reading import Findings
from cutaway.shapes.scaling import FORM
from cutaway.transform import behind

ONE = 0.9  # the largest weight of a query, on average, with first weights
TRAINED = 0.9995  # … with weights that are given: a trained head may look at one key
KEYS = 3  # that a query sees, at least
TOKENS = 12
DEAD = 0.9  # the share of units
PUSHED = 0.1  # … that a bias alone keeps from 0
STEPS = 3  # deviations by which it does
FLAT = 0.9  # the share of values at the end of a curve
NEAR = 1e-4  # of the end
SPREAD = 100.0  # of scores: the deviation at which the smallest error costs as much
GROWN = 10.0  # times by a factor


def one_key(case: Case) -> Findings:
    """Report softmaxes that put all their weight on one key."""
    for attention in case.along_keys:
        weights = np.moveaxis(case.values[attention.weights], attention.axis, -1)
        scores = np.moveaxis(case.values[attention.scores], attention.axis, -1)
        if not np.isfinite(weights).all():
            continue
        enough = (scores > -1e4).sum(axis=-1) >= KEYS
        if enough.sum() < TOKENS:
            continue
        largest = float(weights.max(axis=-1)[enough].mean())
        seen = scores[enough]
        spread = float(np.std(seen[seen > -1e4]))
        if largest > (TRAINED if _is_given(case, attention.scores) else ONE):
            yield Seen("saturation.key", attention.weights, {"weight": largest, "spread": spread})


def sure(case: Case) -> Findings:
    """Report losses of scores that first weights spread so far that one class takes all."""
    for node in case.graph.nodes:
        if not isinstance(node.op, CrossEntropy | LogSoftmax) or node not in case.reading.fed:
            continue
        axis = node.op.axis if isinstance(node.op, LogSoftmax) else -1
        scores = np.moveaxis(case.values[node.inputs[0]], axis, -1).astype(np.float64)
        seen = scores > -1e4
        if seen.sum(axis=-1).min(initial=KEYS) < KEYS or not np.isfinite(scores).all():
            continue
        spread = float(np.std(scores[seen]))
        if spread > SPREAD and not _is_given(case, node):
            yield Seen("saturation.loss", _scaled(case, node), {"spread": spread})


def _scaled(case: Case, node: Node) -> Node:
    """Return where scores become that large: at a factor, or at their loss."""
    scores = node.inputs[0]
    while isinstance(scores.op, (*FORM, Multiply, Divide)):
        fed = [n for n in scores.inputs if n in case.reading.fed]
        if len(fed) != 1:
            break
        before, after = (float(np.std(case.values[n])) for n in (fed[0], scores))
        if after > SPREAD / 2 and after > GROWN * before:
            return scores
        (scores,) = fed
    return node


def _is_given(case: Case, node: Node) -> bool:
    """Say whether some of the weights behind a value were given."""
    return any(isinstance(n.op, Parameter) and n.path in case.given for n in upstream((node,)))


def dead(case: Case) -> Findings:
    """Report activations of which most units are 0 for every token."""
    for node in case.graph.nodes:
        if not _is_relu(node) or node not in case.reading.fed or not node.rank:
            continue
        value = case.values[node]
        rows = _rows(value)
        if len(rows) < TOKENS or not np.isfinite(rows).all():
            continue
        before = case.values[node.inputs[0]]
        units = (rows <= 0).all(axis=0)
        sum_, pushed = _pushed(case, node.inputs[0])
        if units.mean() >= DEAD or (units & pushed).mean() >= PUSHED:
            words = {"share": float(units.mean()), "most": float(before.max())}
            words["mean"] = float(before.mean())
            yield Seen("dead", sum_ if (units & pushed).any() else node, words)


def _is_relu(node: Node) -> bool:
    if isinstance(node.op, Relu):
        return True
    if not isinstance(node.op, Maximum):
        return False
    zero = node.inputs[1].op
    return isinstance(zero, Constant) and not zero.value.any()


def _pushed(case: Case, node: Node) -> tuple[Node, Array]:
    """Return what pushes values below 0, a bias or a sum with it, and which units it pushes."""
    nothing = np.zeros(1, dtype=bool)
    last = node
    while isinstance(node.op, Add | Subtract):
        fed = [n for n in node.inputs if n in case.reading.fed]
        if len(fed) != 1:
            break
        (other,) = (n for n in node.inputs if n is not fed[0])
        before, after = (_rows(case.values[n]) for n in (fed[0], node))
        far = (before - after).min(axis=0) > STEPS * before.std(axis=0)
        units = far & (before > 0).any(axis=0)
        if units.any():
            return (other if isinstance(other.op, Parameter) else node), units
        (node,) = fed
    return last, nothing


def _rows(value: Array) -> Array:
    return value.reshape(-1, value.shape[-1])


def flat(case: Case) -> Findings:
    """Report sigmoids and hyperbolic tangents at their ends."""
    for node in case.graph.nodes:
        if isinstance(node.op, Sigmoid | Tanh) and node in case.reading.fed:
            value = case.values[node]
            low = 0.0 if isinstance(node.op, Sigmoid) else -1.0
            ends = (value > 1.0 - NEAR) | (value < low + NEAR)
            if value.size >= TOKENS and float(ends.mean()) > FLAT:
                before = float(np.abs(case.values[node.inputs[0]]).mean())
                words = {"op": node.op.name, "share": float(ends.mean()), "mean": before}
                yield Seen("saturation.curve", node, words)


def constant_rows(case: Case) -> Findings:
    """Report norms of rows that are constant: what comes out is the rounding of what went in."""
    for node in case.graph.nodes:
        found = norm_of(node)
        if found is None or node not in case.reading.fed:
            continue
        x, axes = found
        value = case.values[x].astype(np.float64)
        if any(value.shape[axis] < 2 for axis in axes) or not np.isfinite(value).all():
            continue
        eps = eps_of(_divisor(node))
        spread = _spread(node, value, axes)
        if eps is not None and float((spread <= eps / 100).mean()) > FLAT:
            words = {"variance": float(np.median(spread)), "eps": eps}
            yield Seen("norm.constant", node, words)


def _divisor(node: Node) -> Node:
    """Return the root that a norm written by hand divides by; an op has it in itself."""
    if isinstance(node.op, LayerNorm | RMSNorm):
        return node
    factor = behind(node.inputs[1])
    return behind(factor.inputs[0]) if isinstance(factor.op, Reciprocal) else factor


def _spread(node: Node, value: Array, axes: tuple[int, ...]) -> Array:
    squares = isinstance(node.op, RMSNorm)
    found = np.mean(np.square(value), axis=axes) if squares else np.var(value, axis=axes)
    return np.asarray(found)
