"""Masks of padding, tried: one token becomes padding, and no query may look at it.

Tokens that are drawn hold no padding, so a mask made of them hides nothing, and its mistakes are
not seen: a sign, a fill that is too small, the axis of the queries.
"""

from collections.abc import Iterator

import numpy as np

from cutaway.diagnose.attention import Attention, mask_of
from cutaway.diagnose.case import Case, Seen, upstream
from cutaway.diagnose.rules.leaky_masks import HIDDEN, LEAST, as_made
from cutaway.graph import Constant, CutawayError, Node
from cutaway.ops import Elementwise
from cutaway.ops.compare import Equal, NotEqual
from cutaway.shapes.scaling import FORM

PLACE = 1  # where padding is put: causal queries behind it would see it


def leaves(case: Case, attention: Attention) -> Seen | None:
    """Find a mask of padding that leaves weight on padding."""
    for node in attention.way:
        mask = mask_of(node, attention.way, attention.product)
        if mask is None:
            continue
        for tokens, number in _compared(mask):
            left = _left(case, attention, tokens, number)
            if left > LEAST:
                words = {"number": number, "left": left}
                return Seen("mask.leaves", _guilty(attention, node, mask), words)
    return None


def _guilty(attention: Attention, node: Node, mask: Node) -> Node:
    """Return where a mask is made; where it is added, if it has length 1 along the keys."""
    keys = attention.axis - attention.scores.rank
    along = mask.rank >= -keys and mask.shape[keys] != 1
    return as_made(mask) if along else node


def _compared(mask: Node) -> Iterator[tuple[Node, int]]:
    """Give what a mask compares with a number, element by element, and the number."""
    waiting, done = [mask], set[Node]()
    while waiting:
        node = waiting.pop()
        if node in done:
            continue
        done.add(node)
        if isinstance(node.op, Equal | NotEqual):
            for tokens, number in (node.inputs, node.inputs[::-1]):
                if isinstance(number.op, Constant) and number.op.value.size == 1:
                    yield tokens, int(number.op.value.item())
        elif isinstance(node.op, (*FORM, Elementwise)):
            waiting.extend(node.inputs)


def _left(case: Case, attention: Attention, tokens: Node, number: int) -> float:
    """Return the largest weight that others give to padding, at a place that they saw before.

    0 where that token lets queries see more, as one that all may look at does.
    """
    scores = np.moveaxis(case.values[attention.scores], attention.axis, -1)
    *_, queries, keys = scores.shape
    if tokens.dtype != "int" or case.values[tokens].shape[-1:] != (keys,) or keys <= PLACE + 1:
        return 0.0
    if upstream((tokens,)).isdisjoint(case.memory(attention)):
        return 0.0
    padded = case.values[tokens].copy()
    padded[..., PLACE] = number
    try:
        weights = case.again({tokens: padded})[attention.weights]
    except CutawayError:  # a number that no table has a row for
        return 0.0
    weight = np.moveaxis(weights, attention.axis, -1)[..., PLACE]
    seen = scores[..., PLACE] > HIDDEN
    others = np.arange(queries) != PLACE
    if (weight[~seen] > LEAST).any():
        return 0.0
    return float(np.nanmax(weight[seen & others], initial=0.0))
