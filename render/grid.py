"""Values as grids of shaded cells, with their numbers: what a matrix looks like."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.render.compose import column, row, sized
from cutaway.render.marks import Drawing, Mark, Part, Rect, Strokes, Text
from cutaway.render.measure import text_width
from cutaway.render.nonfinite import sign, told
from cutaway.render.scale import NUMBER, Scale, are_small, minus, number
from cutaway.render.scene import Bounds, Line
from cutaway.render.words import words
from cutaway.render.write import DROP

Array = npt.NDArray[Any]
ROOM = 6.0  # points: beside a number in its cell
HATCH = 4.0  # points between the lines over a masked cell


@dataclass(frozen=True, slots=True)
class Look:
    """How a grid is drawn.

    Attributes
    ----------
    numbers
        Whether each cell shows its number.
    shades
        Whether each cell shows its value as a shade; else nothing is told of the values.
    cell
        Width and height of a cell in points; 0: as much as its numbers need.
    rows, columns
        What stands at the left of each row, and over each column.
    border
        The colour of its border, such as ``lines.query``.
    learned
        Whether these are weights: a border of two lines says so.
    lit
        Rows that are framed.
    masked
        Which cells are masked: they are hatched.
    whole
        Whether numbers are whole ones, and shown so.
    """

    numbers: bool = True
    shades: bool = True
    cell: tuple[float, float] = (0.0, 20.0)
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    border: str = "edge"
    learned: bool = False
    lit: Collection[int] = ()
    masked: Array | None = None
    whole: bool = False


def grid(
    values: npt.ArrayLike,
    node: str,
    title: str,
    scale: Scale | None = None,
    look: Look | None = None,
    symbols: Sequence[Sequence[str]] | None = None,
) -> Drawing:
    """Return a matrix as cells.

    Parameters
    ----------
    values
        ``(rows, columns)``.
    node
        The path of the node whose value it is.
    title
        What it is called for those who can't see it.
    symbols
        What stands in the cells instead of numbers.

    Examples
    --------
    >>> list(grid([[0.25, -0.75]], "softmax", "weights").texts())
    ['0.25', '−0.75']
    """
    look, array = look or Look(), np.asarray(values, float)
    count, wide_count = array.shape
    scale = scale or Scale.of(array)
    small = are_small(array)
    texts = symbols or [
        [_text(array, look, i, j, small) for j in range(wide_count)] for i in range(count)
    ]
    shown = (*(text for line in texts for text in line), *look.columns)
    widest = max((text_width(text, NUMBER) for text in shown), default=0.0)
    wide, high = look.cell[0] or widest + ROOM, look.cell[1]
    marks: list[Mark] = []
    spots: dict[str, Bounds] = {}
    for i in range(count):
        for j in range(wide_count):
            bounds = (j * wide, i * high, (j + 1) * wide, (i + 1) * high)
            masked = look.masked is not None and bool(look.masked[i, j])
            value = float(array[i, j]) if look.shades else None
            name = texts[i][j] if value is None or look.whole else number(value, small=small)
            marks.append(_cell(value, texts[i][j], name, bounds, (scale, masked)))
            spots[f"cell.{i}.{j}"] = bounds
        spots[f"row.{i}"] = (0.0, i * high, wide_count * wide, (i + 1) * high)
    for j in range(wide_count):
        spots[f"column.{j}"] = (j * wide, 0.0, (j + 1) * wide, count * high)
    whole = (0.0, 0.0, wide_count * wide, count * high)
    spots["cells"] = whole
    marks += between(spots, "row") + between(spots, "column") + borders(spots, look)
    drawing = Drawing(whole[2], whole[3], tuple(marks), spots)
    if look.shades:
        title = told(title, array, look.masked)
    drawing = drawing.part("matrix", title, node, shape=f"{count},{wide_count}")
    return labelled(drawing, look, wide, high)


def _text(array: Array, look: Look, i: int, j: int, small: bool) -> str:
    if not look.numbers:
        return ""
    if look.masked is not None and look.masked[i, j] and not array[i, j]:
        return "0"  # exactly
    return number(float(array[i, j]), 0 if look.whole else 2, small)


def _cell(
    value: float | None, text: str, name: str, bounds: Bounds, look: tuple[Scale, bool]
) -> Part:
    scale, masked = look
    shade = "p0" if value is None or masked else scale.cell(value)
    marks: list[Mark] = [Rect(bounds, f"cells.{shade}")]
    if masked:
        marks.append(hatch(bounds))
    if text:
        left, top, right, bottom = bounds
        place = (left + right) / 2, (top + bottom) / 2 + NUMBER * DROP
        if masked:
            half = text_width(text, NUMBER) / 2 + 1
            behind = (place[0] - half, place[1] - 0.8 * NUMBER, place[0] + half, place[1] + 2.0)
            marks.append(Rect(behind, "cells.p0"))
        marks.append(Text(place, Line(text, "", NUMBER), f"inks.{shade}"))
    elif shade.startswith("n"):
        marks.append(minus(bounds, shade))
    elif value is not None and not masked and (odd := sign(value, bounds)):
        marks.append(odd)
    return Part("masked cell" if masked else "cell", name, tuple(marks))


def hatch(bounds: Bounds) -> Strokes:
    """Return slanted lines over a rectangle."""
    left, top, right, bottom = bounds
    wide, high = right - left, bottom - top
    lines = []
    start = HATCH
    while start < wide + high:
        x0, x1 = left + max(0.0, start - high), left + min(start, wide)
        y0, y1 = top + min(start, high), top + max(0.0, start - wide)
        lines.append(((x0, y0), (x1, y1)))
        start += HATCH
    return Strokes(tuple(lines), "lines.mask", 0.7)


def borders(spots: Mapping[str, Bounds], look: Look) -> list[Mark]:
    """Return what stands around the cells, and around its framed rows."""
    left, top, right, bottom = spots["cells"]
    found: list[Mark] = [Rect(spots["cells"], "", look.border, 1.6)]
    if look.learned:
        outer = (left - 2.5, top - 2.5, right + 2.5, bottom + 2.5)
        found.append(Rect(outer, "", look.border, 0.8))
    return found + [Rect(spots[f"row.{i}"], "", "lit", 2.4) for i in look.lit]


def between(spots: Mapping[str, Bounds], kind: str) -> list[Mark]:
    """Return the lines between rows, or between columns."""
    along = [spot for name, spot in spots.items() if name.startswith(kind)]
    lines = tuple((b[:2], a[2:]) for a, b in pairwise(along))  # begin of the next, end of this one
    return [Strokes(lines, "frame", 0.6)] if lines else []


def labelled(drawing: Drawing, look: Look, wide: float, high: float) -> Drawing:
    """Return a grid with what stands at its rows and over its columns."""
    if look.columns:
        heads = [sized(words(text, size=NUMBER, ink="soft"), wide) for text in look.columns]
        drawing = column(row(*heads, gap=0.0, align="end"), drawing, gap=3.0, align="start")
    if look.rows:
        names = [words(text, size=NUMBER, ink="soft", align="end") for text in look.rows]
        side = column(*(sized(name, 0.0, high) for name in names), gap=0.0, align="end")
        drawing = row(side, drawing, gap=5.0, align="end")
    return drawing
