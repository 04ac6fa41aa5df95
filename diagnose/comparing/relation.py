"""How two arrays of weights are related, where they are not the same."""

from collections.abc import Iterator, Sequence
from typing import Literal

import numpy as np

from cutaway.diagnose.comparing.difference import Array, difference
from cutaway.graph import Dim

Relation = Literal[
    "transposed", "heads", "rows", "columns", "slices", "scaled", "rounded", "element", ""
]
MOST_HEADS = 64
CLOSE = 1e-6  # relative: they are the same numbers then
MOSTLY = 0.1  # of the difference: what rounding may leave, where a multiple explains the rest
HEADS = ("h", "head", "heads", "n_head", "n_heads", "num_heads")  # what an axis of heads is called


def relation(left: Array, right: Array, shape: Sequence[Dim] = ()) -> tuple[Relation, str]:
    """Say what one array of weights is of another, and by what if that is a number.

    Parameters
    ----------
    left, right
        The arrays.
    shape
        The sizes that the axes were declared with: one called ``h`` or ``heads`` tells of heads.

    Returns
    -------
    tuple
        ``transposed``; ``heads``, ``rows``, ``columns`` or ``slices`` that stand in another
        order; ``scaled`` by a factor; ``rounded`` to a coarser precision; one ``element`` that
        differs; or nothing of that.

    Examples
    --------
    >>> w = np.arange(6.0).reshape(2, 3)
    >>> relation(w, w.T), relation(w, -w), relation(w, w[::-1])
    (('transposed', ''), ('scaled', '-1'), ('rows', ''))
    """
    if left.ndim == 2 and left.T.shape == right.shape and _same(left.T, right):
        return "transposed", ""
    if left.shape != right.shape or not (np.isfinite(left).all() and np.isfinite(right).all()):
        return "", ""
    if (left != right).sum() == 1:
        return "element", str([int(n) for n in np.argwhere(left != right)[0]])
    for name in _roundings(left, right):
        return "rounded", name
    if _same(np.sort(left, axis=None), np.sort(right, axis=None)):
        return _order(left, right, shape)
    return _multiple(left, right)


def _same(left: Array, right: Array) -> bool:
    return difference(left, right).relative <= CLOSE


def _multiple(left: Array, right: Array) -> tuple[Relation, str]:
    """Say by what one array is multiplied, also where the product was rounded."""
    wide = left.astype(np.float64)
    factor = float(np.vdot(wide, right) / (np.vdot(wide, wide) or 1.0))
    apart, left_over = difference(left, right), difference(wide * factor, right)
    if not factor or left_over.absolute > MOSTLY * apart.absolute:
        return "", ""
    return "scaled", f"{factor:.4g}"


def _order(left: Array, right: Array, shape: Sequence[Dim]) -> tuple[Relation, str]:
    """Say what stands in another order, of arrays that hold the same numbers."""
    for axis in range(left.ndim):
        mine, theirs = (np.moveaxis(a, axis, 0).reshape(a.shape[axis], -1) for a in (left, right))
        if _heads(mine, theirs):
            return "heads", ""
        if _permuted(mine, theirs):
            name = str(shape[axis]) if axis < len(shape) else ""
            if name.lower() in HEADS:
                return "heads", ""
            if left.ndim == 2:
                return ("columns" if axis else "rows"), ""
            return "slices", f"{axis} ({name})" if name else str(axis)
    return "", ""


def _permuted(left: Array, right: Array) -> bool:
    """Say whether the rows of two matrices are the same in another order."""
    return _same(_ordered(left), _ordered(right))


def _ordered(rows: Array) -> Array:
    return np.asarray(rows[np.lexsort(rows.T[::-1])])


def _heads(left: Array, right: Array) -> bool:
    """Say whether rows, cut into heads, are whole heads in another order, or dealt out by turns."""
    width = len(left)
    for heads in range(2, min(width // 2, MOST_HEADS) + 1):
        if width % heads == 0:
            mine, theirs = (rows.reshape(heads, -1) for rows in (left, right))
            dealt = left.reshape(heads, width // heads, -1).swapaxes(0, 1).reshape(left.shape)
            if _permuted(mine, theirs) or _same(dealt, right):
                return True
    return False


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
