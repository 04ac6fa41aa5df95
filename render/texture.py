"""Large matrices as shades alone: their cells are too small for numbers."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from cutaway.render.grid import Array, Look, between, borders, hatch, labelled
from cutaway.render.marks import Drawing, Mark, Rect, Strokes, Text, Tiles
from cutaway.render.nonfinite import sign, told
from cutaway.render.scale import NUMBER, Scale
from cutaway.render.scene import Bounds, Line
from cutaway.render.write import DROP

SIGNED = 5.0  # points: how high a cell must be, to be marked where its value is negative


def texture(
    values: npt.ArrayLike,
    node: str,
    title: str,
    look: Look,
    scale: Scale | None = None,
    symbols: Sequence[str] = (),
    vectors: Literal["row", "column", ""] = "row",
) -> Drawing:
    """Return a matrix as small shaded cells.

    Parameters
    ----------
    values
        ``(rows, columns)``.
    look
        Its ``cell`` is the size of a cell.
    symbols
        What stands in the rows.
    vectors
        What is told apart by lines: the rows, the columns, or nothing.

    Examples
    --------
    >>> found = texture([[0.25, -0.75]], "x", "input", Look(cell=(3.0, 20.0)))
    >>> found.width, found.spots["row.0"]
    (6.0, (0.0, 0.0, 6.0, 20.0))
    """
    array, (wide, high) = np.asarray(values, float), look.cell
    count, wide_count = array.shape
    whole = (0.0, 0.0, wide_count * wide, count * high)
    spots: dict[str, Bounds] = {"cells": whole}
    spots |= {f"row.{i}": (0.0, i * high, whole[2], (i + 1) * high) for i in range(count)}
    spots |= {f"column.{j}": (j * wide, 0.0, (j + 1) * wide, whole[3]) for j in range(wide_count)}
    marks: list[Mark] = [Rect(whole, "cells.p0")]
    if look.shades:
        marks = _shades(array, whole, look.cell, scale or Scale.of(array))
    if vectors:
        marks += between(spots, vectors)
    for i, text in enumerate(symbols):
        _, top, right, bottom = spots[f"row.{i}"]
        place = (right / 2, (top + bottom) / 2 + NUMBER * DROP)
        marks.append(Text(place, Line(text, "", NUMBER), "inks.p0"))
    drawing = Drawing(whole[2], whole[3], (*marks, *borders(spots, look)), spots)
    if look.shades:
        title = told(title, array)
    drawing = drawing.part("matrix", title, node, shape=f"{count},{wide_count}")
    return labelled(drawing, look, wide, high)


def _shades(
    array: npt.NDArray[np.float64], whole: Bounds, cell: tuple[float, float], scale: Scale
) -> list[Mark]:
    """Return the cells, those of one shade together: the most frequent is behind the others."""
    (wide, high), names = cell, [[scale.cell(float(value)) for value in line] for line in array]
    tiles = runs(names, cell)
    behind = max(tiles, key=lambda name: len(tiles[name]), default="p0")
    found: list[Mark] = [Rect(whole, f"cells.{behind}")]
    found += [Tiles(tuple(at), f"cells.{n}") for n, at in tiles.items() if n != behind]
    signs: dict[str, list[Bounds]] = {}
    for i, line in enumerate(names if high >= SIGNED else []):
        for j, shade in enumerate(line):
            if shade.startswith("n"):
                x, y = (j + 0.25) * wide, (i + 0.5) * high
                bounds = (x, y - 0.4, x + wide / 2, y + 0.4)
                signs.setdefault(f"inks.{shade}", []).append(bounds)
    found += [Tiles(tuple(at), ink) for ink, at in signs.items()]
    return found + _nonfinite(array, cell)


def _nonfinite(
    array: npt.NDArray[np.float64], cell: tuple[float, float], masked: Array | None = None
) -> list[Mark]:
    """Return the signs of what has no shade."""
    wide, high = cell
    odd = ~np.isfinite(array) if masked is None else ~np.isfinite(array) & ~masked
    places = [(int(i), int(j)) for i, j in np.argwhere(odd)]
    bounds = [(j * wide, i * high, (j + 1) * wide, (i + 1) * high) for i, j in places]
    pairs = zip(places, bounds, strict=True)
    return [mark for (i, j), at in pairs if (mark := sign(float(array[i, j]), at))]


def thumbnail(
    values: Array, node: str, scale: Scale, cell: float, masked: Array | None = None
) -> Drawing:
    """Return a matrix at its smallest: shades, and no line around a row.

    Examples
    --------
    >>> drawing = thumbnail(np.eye(3), "softmax", Scale(1.0, signed=False), 5.0)
    >>> drawing.width, drawing.height
    (15.0, 15.0)
    """
    count, wide = values.shape
    names = [[scale.cell(float(value)) for value in line] for line in values]
    if masked is not None:
        names = [
            ["" if hidden else name for name, hidden in zip(*pair, strict=True)]
            for pair in zip(names, masked, strict=True)
        ]
    tiles = runs(names, (cell, cell))
    hidden = [line for bounds in tiles.pop("", ()) for line in hatch(bounds).lines]
    tiles.pop("p0", None)
    whole = (0.0, 0.0, wide * cell, count * cell)
    marks: list[Mark] = [Rect(whole, "cells.p0", "frame")]
    marks += [Tiles(tuple(found), f"cells.{name}") for name, found in tiles.items()]
    marks += [Strokes(tuple(hidden), "lines.mask", 0.7)] if hidden else []
    marks += _nonfinite(values, (cell, cell), masked)
    return Drawing(whole[2], whole[3], tuple(marks)).part(
        "matrix", told(node, values, masked), node
    )


def runs(names: Sequence[Sequence[str]], cell: tuple[float, float]) -> dict[str, list[Bounds]]:
    """Return where cells of each name are: neighbours in a row together.

    Examples
    --------
    >>> runs([["p1", "p1", "p0"]], (2.0, 5.0))
    {'p1': [(0.0, 0.0, 4.0, 5.0)], 'p0': [(4.0, 0.0, 6.0, 5.0)]}
    """
    wide, high = cell
    found: dict[str, list[Bounds]] = {}
    for i, line in enumerate(names):
        begin = 0
        for j in range(1, len(line) + 1):
            if j == len(line) or line[j] != line[begin]:
                bounds = (begin * wide, i * high, j * wide, (i + 1) * high)
                found.setdefault(line[begin], []).append(bounds)
                begin = j
    return found
