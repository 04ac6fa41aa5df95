"""The value of a node as a drawing: a number, or a grid with what doesn't fit left out."""

from collections.abc import Mapping, Sequence

import numpy as np

from cutaway.graph import Node
from cutaway.ops import Softmax
from cutaway.render.compose import column
from cutaway.render.grid import Array, Look, Scale, grid, number
from cutaway.render.marks import Drawing
from cutaway.render.words import words

NUMBERED = (8, 8)  # rows and columns: a larger value is shown in shades alone
MOST = (24, 32)  # rows and columns: of a larger one some are left out
LOW = 14.0  # points: the height of a cell with a number
SMALL = 7.0  # points: the sides of a cell without
NOTE = 10.0  # points: the size of what is said of a value


def value_drawing(
    node: Node, value: Array, path: str, words_along: Mapping[str, Sequence[str]]
) -> Drawing:
    """Return a node's value: of an array of more than two axes the first matrix.

    What is left out is said under it: ``[0, 0]`` is the matrix that is shown, ``24 of 512`` how
    many of its rows or columns.

    Parameters
    ----------
    words_along
        What the places along an axis are called, by its size.
    """
    if value.ndim == 0:
        return words(_text(value.item()), size=NOTE)
    matrix, notes = _matrix(value)
    names = [words_along.get(str(size), ()) for size in (1, 1, *node.shape)[-2:]]
    chosen = [_chosen(count, most) for count, most in zip(matrix.shape, MOST, strict=True)]
    for count, places in zip(matrix.shape, chosen, strict=True):
        if len(places) < count:
            notes.append(f"{len(places)} / {count}")
    rows, columns = (
        [known[i] for i in places] if len(known) > max(places, default=0) else []
        for known, places in zip(names, chosen, strict=True)
    )
    shown = matrix[np.ix_(*chosen)]
    look, scale = _look(node, shown, rows, columns)
    cells = grid(shown.astype(float), path, "", scale, look)
    note = [words("  ".join(notes), size=NOTE, ink="soft")] if notes else []
    return column(cells, *note, gap=2.0)


def _matrix(value: Array) -> tuple[Array, list[str]]:
    """Return the first matrix of a value, and which it is."""
    if value.ndim == 1:
        return value[None], []
    leading = value.shape[:-2]
    if not leading:
        return value, []
    first = value[(0,) * len(leading)]
    several = any(size > 1 for size in leading)
    return first, [f"[{', '.join('0' * len(leading))}]"] if several else []


def _chosen(count: int, most: int) -> list[int]:
    """Return which places are shown: all, or as many as fit, evenly."""
    if count <= most:
        return list(range(count))
    return [round(place * (count - 1) / (most - 1)) for place in range(most)]


def _look(
    node: Node, shown: Array, rows: Sequence[str], columns: Sequence[str]
) -> tuple[Look, Scale]:
    numbers = all(size <= most for size, most in zip(shown.shape, NUMBERED, strict=True))
    wide = 0.0 if numbers else SMALL
    hidden = ~shown if shown.dtype == np.bool_ else np.isneginf(shown.astype(float))
    look = Look(
        numbers=numbers,
        cell=(wide, LOW if numbers else SMALL),
        rows=rows if numbers else (),
        columns=columns if numbers else (),
        masked=hidden if hidden.any() else None,
        whole=_whole(shown),
    )
    return look, _scale(node, shown)


def _scale(node: Node, shown: Array) -> Scale:
    """Return the shades of a value: weights to 1, whole numbers none."""
    if _whole(shown):
        return Scale(np.inf)
    if isinstance(node.op, Softmax):
        return Scale(1.0, signed=False)
    return Scale.of(shown, signed=bool((shown[np.isfinite(shown)] < 0).any()))


def _whole(shown: Array) -> bool:
    """Say whether these are tokens, places or a mask: larger is not more."""
    return shown.dtype.kind in "iub"


def _text(value: object) -> str:
    return number(value) if isinstance(value, float) else str(value)
