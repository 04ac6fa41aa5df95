"""The value of a node as a drawing: a number, or grids with what doesn't fit left out."""

from collections.abc import Mapping, Sequence

import numpy as np

from cutaway.graph import Node
from cutaway.ops import Add, Softmax, Subtract, Where
from cutaway.render.compose import column, row
from cutaway.render.grid import Array, Look, grid
from cutaway.render.marks import Drawing
from cutaway.render.scale import SHARES, Scale, number
from cutaway.render.texture import texture
from cutaway.render.words import words

NUMBERED = (8, 8)  # rows and columns: a larger value is shown in shades alone
MOST = (24, 16)  # rows and columns: of a larger one some are left out
BESIDE = (12, 6)  # … of each of several
LOW = 14.0  # points: the height of a cell with a number
SMALL = 7.0  # points: the sides of a cell without
TINY = 5.0  # … of one of several
NOTE = 10.0  # points: the size of what is said of a value


def value_drawing(
    node: Node, value: Array, path: str, words_along: Mapping[str, Sequence[str]]
) -> Drawing:
    """Return a node's value.

    Of an array of three axes the first two matrices and the last stand beside each other, of
    one of more axes those at its first place along all others. What is left out is said under it:
    ``24 / 512`` is how many of its rows or columns are shown.

    Parameters
    ----------
    words_along
        What the places along an axis are called, by its size.
    """
    if value.ndim == 0:
        return words(_text(value.item()), size=NOTE)
    if value.ndim < 3 or value.shape[-3] == 1:
        matrix = value[None] if value.ndim == 1 else value[(0,) * (value.ndim - 2)]
        names = [words_along.get(str(size), ()) for size in (1, 1, *node.shape)[-2:]]
        return _one(node, matrix, path, names, _ranks(value.shape[:-2]))
    return _several(node, value, path, words_along.get(str(node.shape[-3]), ()))


def _one(
    node: Node, matrix: Array, path: str, names: Sequence[Sequence[str]], note: str
) -> Drawing:
    chosen = [_chosen(count, most) for count, most in zip(matrix.shape, MOST, strict=True)]
    shown = matrix[np.ix_(*chosen)]
    numbers = all(size <= most for size, most in zip(shown.shape, NUMBERED, strict=True))
    rows, columns = (
        [known[i] for i in places] if numbers and len(known) > max(places, default=0) else []
        for known, places in zip(names, chosen, strict=True)
    )
    look = Look(
        numbers=numbers,
        cell=(0.0, LOW) if numbers else (SMALL, SMALL),
        rows=rows,
        columns=columns,
        masked=_masked(node, shown),
        whole=_whole(shown),
    )
    cells = _cells(shown, path, "", look, _scale(node, shown))
    return _noted(cells, [note, *_left_out(matrix.shape, chosen)])


def _several(node: Node, value: Array, path: str, names: Sequence[str]) -> Drawing:
    """Return matrices beside each other: the first two, and the last."""
    matrices = value[(0,) * (value.ndim - 3)]
    count = len(matrices)
    places = [*range(min(2, count)), *([count - 1] if count > 2 else [])]
    chosen = [_chosen(size, most) for size, most in zip(matrices.shape[1:], BESIDE, strict=True)]
    scale = _scale(node, matrices)
    drawings = []
    for place in places:
        if place > 2:
            drawings.append(words("…", size=NOTE, ink="soft"))
        shown = matrices[place][np.ix_(*chosen)]
        look = Look(numbers=False, cell=(TINY, TINY), masked=_masked(node, shown))
        cells = _cells(shown, path, str(place), look, scale)
        name = names[place] if len(names) == count else str(place)
        drawings.append(column(cells, words(name, size=NOTE, ink="soft"), gap=1.0))
    note = _ranks(value.shape[:-3])
    return _noted(row(*drawings, gap=5.0), [note, *_left_out(matrices.shape[1:], chosen)])


def _cells(shown: Array, path: str, title: str, look: Look, scale: Scale) -> Drawing:
    """Return a matrix as cells, one by one only where each says something."""
    values = shown.astype(float)
    if look.numbers or look.masked is not None:
        return grid(values, path, title, scale, look)
    return texture(values, path, title, look, scale)


def _noted(cells: Drawing, notes: Sequence[str]) -> Drawing:
    text = "  ".join(filter(None, notes))
    return column(cells, words(text, size=NOTE, ink="soft"), gap=2.0) if text else cells


def _ranks(leading: Sequence[int]) -> str:
    """Return which of several is shown: the first."""
    return f"[{', '.join('0' * len(leading))}]" if any(size > 1 for size in leading) else ""


def _left_out(sizes: Sequence[int], chosen: Sequence[Sequence[int]]) -> list[str]:
    pairs = zip(sizes, chosen, strict=True)
    return [f"{len(places)} / {size}" for size, places in pairs if len(places) < size]


def _chosen(count: int, most: int) -> list[int]:
    """Return which places are shown: all, or as many as fit, evenly."""
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]


def _masked(node: Node, shown: Array) -> Array | None:
    """Return where a mask forbids, is joined to scores as -∞, or weights are exactly 0."""
    if shown.dtype == np.bool_:
        hidden: Array = ~shown
    else:
        softmax, joins = isinstance(node.op, Softmax), isinstance(node.op, Where | Add | Subtract)
        hidden = shown == 0 if softmax else np.isneginf(shown.astype(float)) & joins
    return hidden if hidden.any() else None


def _scale(node: Node, shown: Array) -> Scale:
    """Return the shades of a value: weights to 1, whole numbers none."""
    if _whole(shown):
        return Scale(np.inf)
    if isinstance(node.op, Softmax):
        return SHARES
    return Scale.of(shown, signed=bool((shown[np.isfinite(shown)] < 0).any()))


def _whole(shown: Array) -> bool:
    """Say whether these are tokens, places or a mask: larger is not more."""
    return shown.dtype.kind in "iub"


def _text(value: object) -> str:
    return number(value, small=True) if isinstance(value, float) else str(value)
