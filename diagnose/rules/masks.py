"""Masks that hide what should be seen, or hide nothing.

What a mask does is read off the numbers: which scores it pushes down, and which weights are left.
So it does not matter how it was written.
"""

from typing import NamedTuple

import numpy as np

from cutaway.diagnose.attention import Attention, mask_of
from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.diagnose.rules.leaky_masks import HIDDEN, LEAST, as_made, flags_of, weak
from cutaway.diagnose.rules.padding import leaves
from cutaway.diagnose.rules.targets import hidden
from cutaway.graph import Constant, Input, Node, show_shape
from cutaway.ops import Add, CausalMask, Subtract, Where
from cutaway.ops.compare import Equal, NotEqual
from cutaway.run.compile import Array
from cutaway.shapes.reading import Findings

SHORT = 3  # positions: a mask of fewer may look like another
FAR = 20  # a score this many times below the largest of the product is hidden


class Sight(NamedTuple):
    """Which keys the queries of an attention see: in any head, of any sequence."""

    seen: Array  # queries by keys
    whole: Array  # queries by keys, by sequence and head


def sight(case: Case, attention: Attention) -> Sight | None:
    """Return what an attention sees; None where its numbers are not known."""
    scores = case.values.get(attention.scores)
    if scores is None or scores.ndim < 2:
        return None
    rows = np.moveaxis(scores, attention.axis, -1)
    product = case.values[attention.product]
    largest = float(np.abs(product[np.isfinite(product)]).max(initial=0.0))
    with np.errstate(invalid="ignore"):
        seen = ~(rows <= min(HIDDEN, -FAR * largest))
    whole = seen.reshape(-1, *seen.shape[-2:])
    return Sight(np.asarray(whole.any(axis=0)), whole)


def masks(case: Case) -> Findings:
    """Report what masks do wrong, once for each attention."""
    for attention in case.along_keys:
        found = fault(case, attention)
        if found is not None:
            yield found


def fault(case: Case, attention: Attention) -> Seen | None:
    """Return what the masks of one attention do wrong."""
    seen = sight(case, attention)
    if seen is None:
        return None
    return (
        _late(case, attention)
        or weak(case, attention)
        or _row_mask(case, attention)
        or _across(case, attention, seen)
        or _sense(case, attention, seen)
        or leaves(case, attention)
    )


def _late(case: Case, attention: Attention) -> Seen | None:
    """Find a mask behind the softmax: then weights do not add up to 1."""
    for node in attention.after:
        mask = mask_of(node, attention.after, attention.weights)
        if mask is None or not _is_mask(case, mask):
            continue
        total = case.values[attention.after[0]].sum(axis=attention.axis)
        if isinstance(node.op, Add) or np.abs(total - 1.0).max() > LEAST:
            return Seen("mask.after", node, {"sum": _far(total)})
    return None


def _far(total: Array) -> float:
    """Return the sum that is farthest from 1."""
    flat = total.reshape(-1)
    return float(flat[np.argmax(np.abs(np.nan_to_num(flat, nan=np.inf) - 1.0))])


def _is_mask(case: Case, mask: Node) -> bool:
    """Say whether a value is made of flags, or of zeros and what hides."""
    if any(n.dtype == "float" and n in case.graph.inputs for n in upstream((mask,))):
        return False
    value = case.values[mask]
    if mask.dtype == "bool":
        return True
    flags = np.unique(value)
    both = flags.size == 2 and flags[0] == 0 and flags[1] == 1
    return both or bool((flags <= HIDDEN).any() and (flags == 0).any())


def _row_mask(case: Case, attention: Attention) -> Seen | None:
    """Find a mask of one value for each query, which hides all keys or none."""
    if attention.axis != attention.scores.rank - 1 or attention.scores.shape[-1] == 1:
        return None
    for node in attention.way:
        mask = mask_of(node, attention.way, attention.product)
        if mask is None or mask.rank < 2 or mask.dtype != "bool":
            continue
        if mask.shape[-1] == 1 != mask.shape[-2] and mask in case.reading.fed:
            at = node if isinstance(mask.op, Input) else mask
            return Seen("mask.queries", at, {"shape": show_shape(mask.shape)})
    return None


def _across(case: Case, attention: Attention, found: Sight) -> Seen | None:
    """Find a causal mask between two sequences, which have no order in common."""
    rows, columns = case.origins[attention.product][-2:]
    apart = rows and columns and rows.isdisjoint(columns)
    if not apart or attention.scores.shape[-1] == attention.scores.shape[-2]:
        return None
    lower = np.tril(np.ones_like(found.seen))
    if min(lower.shape) < SHORT or not (found.whole == lower).all():
        return None
    masks = [mask_of(node, attention.way, attention.product) for node in attention.way]
    made = [as_made(mask) for mask in masks if mask is not None and mask.rank > 1]
    return Seen("mask.across", made[0] if made else attention.weights, {})


def _sense(case: Case, attention: Attention, found: Sight) -> Seen | None:
    """Find a mask that is upside down, or one step off."""
    seen, blind = found.seen, ~found.whole.any(axis=-1)
    given = _depends_on_made_flags(case, attention)
    square = seen.shape[0] == seen.shape[1] > 2
    mask = _guilty(case, attention)
    if square and not given:
        below, above = np.tril(seen, -1).any(), np.triu(seen, 1)
        if not below and above.sum() > seen.shape[0] - 1 and not _backward(case, attention):
            return Seen("mask.inverted", mask, {"queries": len(seen)})
        if not seen.diagonal().any() and not above.any() and below:
            return Seen("mask.self", mask, {})
        if not below and seen.diagonal().any() and not above.any():
            return Seen("mask.only-self", mask, {})
        ahead = seen.diagonal(1).all() and not np.triu(seen, 2).any()
        ahead = ahead and not np.array_equal(seen, seen.T)  # neighbours on both sides
        if ahead and below and len(seen) > 3:
            return Seen("mask.ahead", mask, {})
    if not blind.any() or given:
        return None
    words = {"rows": int(blind.sum()), "of": int(blind.size)}
    tokens = any(n.dtype == "int" and n in case.graph.inputs for n in upstream((mask,)))
    inverted = tokens and blind.all() and not _padded(case, mask)
    return Seen("mask.padding" if inverted else "mask.row", mask, words)


def _backward(case: Case, attention: Attention) -> bool:
    """Say whether it is a model that reads backwards: its targets stand where it does not look."""
    return bool(case.stream(attention) & hidden(case))


def _padded(case: Case, mask: Node) -> bool:
    """Say whether a token is the number that a mask compares tokens with."""
    for node in upstream((mask,)):
        if isinstance(node.op, Equal | NotEqual):
            for tokens, number in (node.inputs, node.inputs[::-1]):
                if isinstance(number.op, Constant) and tokens in case.reading.fed:
                    return bool((case.values[tokens] == number.op.value).any())
    return False


def _depends_on_made_flags(case: Case, attention: Attention) -> bool:
    """Say whether a mask is fed, was not given, and has a name that says nothing of its sense."""
    for node in attention.way:
        mask = mask_of(node, attention.way, attention.product)
        for leaf in upstream((mask,)) if mask is not None else ():
            made = isinstance(leaf.op, Input) and leaf.name not in case.given
            if made and leaf.dtype == "float" and mask is not None and mask.dtype == "float":
                return True
            if made and leaf.dtype == "bool" and "mask" not in leaf.name.lower():
                return True
    return False


def _guilty(case: Case, attention: Attention) -> Node:
    """Return where a mask is wrong: where it is made, or where its branches are swapped."""
    for node in attention.way:
        mask = mask_of(node, attention.way, attention.product)
        if mask is None or (mask.dtype != "bool" and not _hides(case, node, mask)):
            continue
        if isinstance(node.op, Where) and node.inputs[2] in (*attention.way, attention.product):
            return node  # hidden where it is true
        mask = flags_of(mask)
        return node if isinstance(mask.op, CausalMask | Input | Constant) else mask
    return attention.weights


def _hides(case: Case, node: Node, mask: Node) -> bool:
    taken = isinstance(node.op, Subtract) and node.inputs[1] is mask
    return bool(((-1 if taken else 1) * case.values[mask] <= HIDDEN).any())
