"""How two arrays of weights are related, where they are not the same."""

from collections.abc import Iterator
from typing import Literal

import numpy as np

from cutaway.diagnose.difference import Array, difference

Relation = Literal["transposed", "heads", "rows", "columns", "scaled", "rounded", "element", ""]
MOST_HEADS = 64
CLOSE = 1e-6  # relative: they are the same numbers then


def relation(left: Array, right: Array) -> tuple[Relation, str]:
    """Say what one array of weights is of another, and by what if that is a number.

    Returns
    -------
    tuple
        ``transposed``; ``heads``, ``rows`` or ``columns`` that stand in another order;
        ``scaled`` by a factor; ``rounded`` to a coarser precision; one ``element`` that differs;
        or nothing of that.

    Examples
    --------
    >>> w = np.arange(6.0).reshape(2, 3)
    >>> relation(w, w.T), relation(w, -w), relation(w, w[::-1])
    (('transposed', ''), ('scaled', '-1'), ('rows', ''))
    """
    if left.ndim == 2 and left.T.shape == right.shape and _same(left.T, right):
        return "transposed", ""
    if left.shape != right.shape or not np.isfinite([left, right]).all():
        return "", ""
    if (left != right).sum() == 1:
        return "element", str([int(n) for n in np.argwhere(left != right)[0]])
    for name in _roundings(left, right):
        return "rounded", name
    if left.ndim == 2:
        if any(_same(other, right) for other in _regrouped(left)):
            return "heads", ""
        if _permuted(left, right):
            return "rows", ""
        if _permuted(left.T, right.T):
            return "columns", ""
    factor = float(np.vdot(left, right) / (np.vdot(left, left) or 1.0))
    return ("scaled", f"{factor:.4g}") if factor and _same(left * factor, right) else ("", "")


def _same(left: Array, right: Array) -> bool:
    return difference(left, right).relative <= CLOSE


def _permuted(left: Array, right: Array) -> bool:
    """Say whether the rows of two matrices are the same in another order."""
    return _same(_ordered(left), _ordered(right))


def _ordered(rows: Array) -> Array:
    return np.asarray(rows[np.lexsort(rows.T[::-1])])


def _regrouped(weights: Array) -> Iterator[Array]:
    """Give a matrix with its heads along columns, or rows, in reverse, or dealt out by turns."""
    for matrix, back in ((weights, False), (weights.T, True)):
        rows, width = matrix.shape
        for heads in range(2, min(width // 2, MOST_HEADS) + 1):
            if width % heads == 0:
                cut = matrix.reshape(rows, heads, width // heads)
                for other in (cut[:, ::-1], cut.transpose(0, 2, 1), np.roll(cut, 1, 1)):
                    found = other.reshape(rows, width)
                    yield found.T if back else found


def _roundings(left: Array, right: Array) -> Iterator[str]:
    """Give the precision that one of two arrays was rounded to."""
    for fine, coarse in ((left, right), (right, left)):
        with np.errstate(all="ignore"):
            for name in ("float16", "float32"):
                if np.array_equal(fine.astype(name).astype(np.float64), coarse.astype(np.float64)):
                    yield name
        bits = fine.astype(np.float32).view(np.uint32).astype(np.uint64)
        nearest = ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16 << 16).astype(np.uint32)
        if np.array_equal(nearest.view(np.float32), coarse.astype(np.float32)):
            yield "bfloat16"
