"""Whether a prediction sees its own target: another token is put where the target stands."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from cutaway.diagnose.case import Case, upstream
from cutaway.graph import CutawayError, Node
from cutaway.ops import CrossEntropy, Multiply, OneHot
from cutaway.run.compile import Array

CLOSE = 1e-5  # relative: what rounding changes


class Trial(NamedTuple):
    """A loss that compares predictions with tokens that are fed too, and what was tried.

    ``places`` says at which position the target of each prediction stands.
    """

    loss: Node
    target: Node
    tokens: Node
    places: Array
    sees: bool


def trials(case: Case) -> Iterator[Trial]:
    """Try every loss whose targets are tokens that its predictions may depend on."""
    for node in case.graph.nodes:
        found = _compared(node)
        if found is None or node not in case.values:
            continue
        scores, target = found
        for tokens in case.graph.inputs:
            if tokens.dtype != "int" or not tokens.rank or tokens not in upstream((target,)):
                continue
            places = _places(case, scores, target, tokens)
            if places is not None:
                sees = _sees(case, scores, tokens, places)
                yield Trial(node, target, tokens, places, sees)


def hidden(case: Case) -> frozenset[Node]:
    """Return the tokens that are targets, and that no prediction of them sees."""
    tried = list(trials(case))
    seen = {trial.tokens for trial in tried if trial.sees}
    return frozenset(trial.tokens for trial in tried) - seen


def _compared(node: Node) -> tuple[Node, Node] | None:
    """Return what a loss compares: predictions, and the indices that are right."""
    if isinstance(node.op, CrossEntropy):
        return node.inputs[0], node.inputs[1]
    if isinstance(node.op, Multiply):
        for value, other in (node.inputs, node.inputs[::-1]):
            if isinstance(other.op, OneHot) and value.rank == other.rank:
                return value, other.inputs[0]
    return None


def _places(case: Case, scores: Node, target: Node, tokens: Node) -> Array | None:
    """Return where the targets of a row stand; None where they are something else than tokens.

    A loss may read all rows one after another, as one axis.
    """
    if tokens not in upstream((scores,)) or target.rank != scores.rank - 1:
        return None
    fed = case.values[tokens]
    length = fed.shape[-1]
    numbered = np.broadcast_to(np.arange(length), fed.shape)
    try:
        moved = case.again({tokens: numbered})[target] if target is not tokens else numbered
    except CutawayError:  # positions are no tokens here
        return None
    rows = fed.size // length
    if moved.size % rows or moved.shape != case.values[scores].shape[:-1]:
        return None
    first: Array = moved.reshape(rows, -1)[0]
    kept = case.values[target].reshape(rows, -1)[0]
    same = np.array_equal(fed.reshape(rows, length)[0][np.clip(first, 0, length - 1)], kept)
    return first if same else None


def _sees(case: Case, scores: Node, tokens: Node, places: Array) -> bool:
    """Say whether some predictions change with their targets."""
    fed = case.values[tokens]
    rows = fed.size // fed.shape[-1]
    before = case.values[scores].reshape(rows, places.size, -1)
    for query in {places.size // 2, max(places.size - 2, 0)}:
        place = int(places[query])
        changed = fed.copy()
        changed[..., place] = np.roll(fed, 1, axis=-1)[..., place]
        after = case.again({tokens: changed}).get(scores, case.values[scores])
        if _differs(before[:, query], after.reshape(before.shape)[:, query]):
            return True
    return False


def _differs(a: Array, b: Array) -> bool:
    scale = np.abs(a).max() + 1e-30
    return bool(np.abs(a - b).max() > CLOSE * scale)
