"""Masks that leave weight on what they hide: filled with too little, multiplied, added as flags."""

import numpy as np

from cutaway.diagnose.attention import Attention, mask_of
from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.graph import Constant, Input, Node
from cutaway.ops import (
    Add,
    BroadcastTo,
    Cast,
    CausalMask,
    ExpandDims,
    Multiply,
    Reshape,
    Squeeze,
    Subtract,
    Where,
)
from cutaway.run.compile import Array

HIDDEN = -1e4  # a score below it has no weight: less is left to inputs, more to masks
LEAST = 1e-3  # of a weight that should be 0
FORM = (BroadcastTo, ExpandDims, Reshape, Squeeze, Cast)


def weak(case: Case, attention: Attention) -> Seen | None:
    """Find a mask that leaves weight on what it hides."""
    weights = case.values[attention.weights]
    for node in attention.way:
        mask = mask_of(node, attention.way, attention.product)
        if mask is None or mask.rank < 2:
            continue
        value = case.values[mask]
        if isinstance(node.op, Where):
            fill = node.inputs[2 if node.inputs[1] in (*attention.way, attention.product) else 1]
            hidden = value if fill is node.inputs[1] else ~value
            left = _left(weights, hidden, attention.axis)
            number = float(np.max(case.values[fill]))
            some = hidden.any() and not hidden.all()
            if some and number > HIDDEN and (left > LEAST or number > 0):
                return Seen("mask.fill", node, {"fill": number, "left": left})
        elif _zero_one(value):
            hidden = value == 0
            left = _left(weights, hidden, attention.axis)
            if isinstance(node.op, Multiply) and left > LEAST:
                return Seen("mask.times", node, {"left": left})
            if isinstance(node.op, Add) and left > LEAST:
                return Seen("mask.flags", node, {"left": left})
        elif _raises(node, mask, value):
            return Seen("mask.sign", node, {"most": float(np.abs(value).max())})
        elif isinstance(node.op, Multiply) and np.isneginf(value).any():
            return Seen("mask.times-infinity", node, {})
        elif isinstance(node.op, Add) and _filled(case, mask):
            left = _left(weights, value < 0, attention.axis)
            if left > LEAST:
                return Seen("mask.fill", as_made(mask), {"fill": float(value.min()), "left": left})
    return None


def _raises(node: Node, mask: Node, value: Array) -> bool:
    """Say whether a mask makes scores large where it should make them small."""
    if value.dtype.kind != "f" or not isinstance(node.op, Add | Subtract) or value.all():
        return False
    pushed = -value if isinstance(node.op, Subtract) and node.inputs[1] is mask else value
    return bool(pushed.max() > -HIDDEN)


def _zero_one(value: Array) -> bool:
    flags = np.unique(value)
    return flags.size == 2 and flags[0] == 0 and flags[1] == 1


def _filled(case: Case, mask: Node) -> bool:
    """Say whether a mask is made of flags: 0 where they let through, less elsewhere."""
    made_of = upstream((mask,))
    if mask in case.reading.learned or any(
        n.dtype == "float" and n in case.graph.inputs for n in made_of
    ):
        return False
    numbers = np.unique(case.values[mask])
    two = numbers.size == 2 and HIDDEN < numbers[0] < 0 == numbers[1]
    return bool(two) and any(n.dtype == "bool" for n in made_of)


def _left(weights: Array, hidden: Array, axis: int) -> float:
    """Return the largest weight of what is hidden, in rows where something is seen."""
    spread = np.broadcast_to(hidden, np.broadcast_shapes(hidden.shape, weights.shape))
    if spread.shape != weights.shape:
        return 0.0
    rows = ~spread.all(axis=axis, keepdims=True)
    found = weights[spread & rows]
    return float(np.nanmax(found)) if found.size and not np.isnan(found).all() else 0.0


def as_made(mask: Node) -> Node:
    """Return a mask before its form was changed."""
    while isinstance(mask.op, FORM):
        mask = mask.inputs[0]
    return mask


def flags_of(mask: Node) -> Node:
    """Return the flags that a mask of numbers is chosen by; of all others, the mask as made."""
    mask = as_made(mask)
    chosen = isinstance(mask.op, Where) and all(isinstance(n.op, Constant) for n in mask.inputs[1:])
    flags = as_made(mask.inputs[0]) if chosen else mask
    return mask if isinstance(flags.op, CausalMask | Input | Constant) else flags
