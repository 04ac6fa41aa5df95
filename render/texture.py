"""Large matrices as shades alone: their cells are too small for numbers."""

from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt

from cutaway.render.grid import NUMBER, Look, Scale, borders, labelled, runs
from cutaway.render.marks import Drawing, Mark, Rect, Text, Tiles
from cutaway.render.scene import Bounds, Line
from cutaway.render.write import DROP

SIGNED = 5.0  # points: how high a cell must be, to be marked where its value is negative


def texture(
    values: npt.ArrayLike | None,
    node: str,
    title: str,
    shape: tuple[int, ...],
    look: Look,
    scale: Scale | None = None,
    symbols: Sequence[str] = (),
    vectors: Literal["row", "column", ""] = "row",
) -> Drawing:
    """Return a matrix as small shaded cells.

    Parameters
    ----------
    values
        ``(rows, columns)``; None draws no cells.
    shape
        Rows and columns.
    look
        Its ``cell`` is the size of a cell.
    symbols
        What stands in the rows instead of values.
    vectors
        What is told apart by lines: the rows, the columns, or nothing.

    Examples
    --------
    >>> found = texture([[0.25, -0.75]], "x", "input", (1, 2), Look(cell=(3.0, 20.0)))
    >>> found.width, found.spots["row.0"]
    (6.0, (0.0, 0.0, 6.0, 20.0))
    """
    (count, wide_count), (wide, high) = shape, look.cell
    whole = (0.0, 0.0, wide_count * wide, count * high)
    spots: dict[str, Bounds] = {"cells": whole}
    spots |= {f"row.{i}": (0.0, i * high, whole[2], (i + 1) * high) for i in range(count)}
    spots |= {f"column.{j}": (j * wide, 0.0, (j + 1) * wide, whole[3]) for j in range(wide_count)}
    marks: list[Mark] = [Rect(whole, "cells.p0")]
    if values is not None:
        array = np.asarray(values, float)
        marks += _shades(array, look.cell, scale or Scale.of(array))
    if vectors:
        apart = [spot for name, spot in spots.items() if name.startswith(vectors)]
        marks += [Rect(spot, "", "frame", 0.5) for spot in apart]
    for i, text in enumerate(symbols):
        _, top, right, bottom = spots[f"row.{i}"]
        place = (right / 2, (top + bottom) / 2 + NUMBER * DROP)
        marks.append(Text(place, Line(text, "", NUMBER), "inks.p0"))
    drawing = Drawing(whole[2], whole[3], (*marks, *borders(spots, look)), spots)
    drawing = drawing.part("matrix", title, node, shape=f"{count},{wide_count}")
    return labelled(drawing, look, wide, high)


def _shades(array: npt.NDArray[np.float64], cell: tuple[float, float], scale: Scale) -> list[Mark]:
    """Return the cells, those of one shade together."""
    (wide, high), names = cell, [[scale.cell(float(value)) for value in line] for line in array]
    found: list[Mark] = [Tiles(tuple(at), f"cells.{n}") for n, at in runs(names, cell).items()]
    signs: dict[str, list[Bounds]] = {}
    for i, line in enumerate(names if high >= SIGNED else []):
        for j, shade in enumerate(line):
            if shade.startswith("n"):
                x, y = (j + 0.25) * wide, (i + 0.5) * high
                bounds = (x, y - 0.4, x + wide / 2, y + 0.4)
                signs.setdefault(f"inks.{shade}", []).append(bounds)
    return found + [Tiles(tuple(at), ink) for ink, at in signs.items()]
