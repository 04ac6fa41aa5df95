"""Values as grids of shaded cells, with their numbers: what a matrix looks like."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.render.compose import column, row, sized
from cutaway.render.marks import Drawing, Mark, Part, Rect, Strokes, Text, Tiles, Way
from cutaway.render.measure import text_width
from cutaway.render.scene import Bounds, Line
from cutaway.render.theme import STEPS
from cutaway.render.words import words
from cutaway.render.write import DROP

Array = npt.NDArray[Any]
NUMBER = 10.0  # points: the size of numbers in cells
ROOM = 6.0  # points: beside a number in its cell
HATCH = 4.0  # points between the lines over a masked cell
MINUS = "\u2212"


def number(value: float, places: int = 2) -> str:
    """Return a number as figures show it: rounded the same way everywhere.

    Examples
    --------
    >>> number(0.126), number(-0.5), number(float("-inf")), number(-0.001), number(float("nan"))
    ('0.13', '−0.50', '−∞', '0.00', 'NaN')
    """
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{places}f}"
    if not text.strip("-0."):
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to shades: none for 0, the darkest for the largest and beyond."""

    largest: float
    signed: bool = True

    @classmethod
    def of(cls, *arrays: npt.ArrayLike, signed: bool = True) -> "Scale":
        """Return one for these values; what is infinite or NaN doesn't count."""
        found = [np.abs(array[np.isfinite(array)]) for array in map(np.asarray, arrays)]
        largest = max((float(array.max()) for array in found if array.size), default=0.0)
        return cls(largest or 1.0, signed)

    def cell(self, value: float) -> str:
        """Return the name of a value's shade.

        Examples
        --------
        >>> Scale(2.0).cell(1.0), Scale(2.0).cell(-5.0), Scale(2.0).cell(float("-inf"))
        ('p5', 'n10', 'p0')
        """
        if not np.isfinite(value):
            return "p0"
        step = min(round(abs(value) / self.largest * STEPS), STEPS)
        return f"{'n' if value < 0 and step else 'p'}{step}"

    def line(self, value: float) -> str:
        """Return the colour of a line that stands for a value: never so pale as to be lost."""
        step = max(3, min(round(abs(value) / self.largest * STEPS), STEPS))
        return f"cells.{'n' if value < 0 else 'p'}{step}"

    def bar(self, length: float = 90.0) -> Drawing:
        """Return the scale as a bar, with the numbers at its ends."""
        steps = range(-STEPS if self.signed else 0, STEPS + 1)
        wide = length / len(steps)
        marks: list[Mark] = []
        for place, step in enumerate(steps):
            bounds = (place * wide, 0.0, (place + 1) * wide, 9.0)
            shade = f"{'n' if step < 0 else 'p'}{abs(step)}"
            marks.append(Rect(bounds, f"cells.{shade}"))
            if step < 0:
                marks.append(_minus(bounds, shade))
        marks.append(Rect((0.0, 0.0, length, 9.0), "", "edge"))
        low, high = number(-self.largest) if self.signed else "0", number(self.largest)
        bar = Drawing(length, 9.0, tuple(marks))
        ends = [words(end, size=NUMBER, ink="soft") for end in (low, high)]
        return row(ends[0], bar, ends[1], gap=4.0).part("scale", f"{low} … {high}")


@dataclass(frozen=True, slots=True)
class Look:
    """How a grid is drawn.

    Attributes
    ----------
    numbers
        Whether each cell shows its number.
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
    cell: tuple[float, float] = (0.0, 20.0)
    rows: Sequence[str] = ()
    columns: Sequence[str] = ()
    border: str = "edge"
    learned: bool = False
    lit: Collection[int] = ()
    masked: Array | None = None
    whole: bool = False


def grid(
    values: npt.ArrayLike | None,
    node: str,
    title: str,
    scale: Scale | None = None,
    look: Look | None = None,
    symbols: Sequence[Sequence[str]] | None = None,
    shape: tuple[int, int] | None = None,
) -> Drawing:
    """Return a matrix as cells.

    Parameters
    ----------
    values
        ``(rows, columns)``; None draws the cells without shades.
    node
        The path of the node whose value it is.
    title
        What it is called for those who can't see it.
    symbols
        What stands in the cells instead of numbers.
    shape
        Rows and columns, where no values give them.

    Examples
    --------
    >>> list(grid([[0.25, -0.75]], "softmax", "weights").texts())
    ['0.25', '−0.75']
    """
    look = look or Look()
    array = None if values is None else np.asarray(values, float)
    count, wide_count = array.shape if array is not None else shape or (0, 0)
    scale = scale or Scale.of(array if array is not None else [0.0])
    texts = [[_text(array, symbols, look, i, j) for j in range(wide_count)] for i in range(count)]
    shown = (*(text for line in texts for text in line), *look.columns)
    widest = max((text_width(text, NUMBER) for text in shown), default=0.0)
    wide, high = look.cell[0] or widest + ROOM, look.cell[1]
    marks: list[Mark] = []
    spots: dict[str, Bounds] = {}
    for i in range(count):
        for j in range(wide_count):
            bounds = (j * wide, i * high, (j + 1) * wide, (i + 1) * high)
            masked = look.masked is not None and bool(look.masked[i, j])
            value = None if array is None else float(array[i, j])
            marks.append(_cell(value, texts[i][j], bounds, scale, masked))
            spots[f"cell.{i}.{j}"] = bounds
        spots[f"row.{i}"] = (0.0, i * high, wide_count * wide, (i + 1) * high)
    for j in range(wide_count):
        spots[f"column.{j}"] = (j * wide, 0.0, (j + 1) * wide, count * high)
    whole = (0.0, 0.0, wide_count * wide, count * high)
    spots["cells"] = whole
    marks += borders(spots, look)
    drawing = Drawing(whole[2], whole[3], tuple(marks), spots)
    drawing = drawing.part("matrix", title, node, shape=f"{count},{wide_count}")
    return labelled(drawing, look, wide, high)


def shades(
    values: Array, node: str, scale: Scale, cell: float, masked: Array | None = None
) -> Drawing:
    """Return a matrix in shades alone: neighbours of one shade are one mark.

    Examples
    --------
    >>> drawing = shades(np.eye(3), "softmax", Scale(1.0, signed=False), 5.0)
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
    return Drawing(whole[2], whole[3], tuple(marks)).part("matrix", node, node)


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


def _text(
    array: Array | None, symbols: Sequence[Sequence[str]] | None, look: Look, i: int, j: int
) -> str:
    if symbols is not None:
        return symbols[i][j]
    if array is not None and look.masked is not None and look.masked[i, j] and not array[i, j]:
        return "0" if look.numbers else ""  # exactly
    if array is None or not look.numbers:
        return ""
    return number(float(array[i, j]), 0 if look.whole else 2)


def _cell(value: float | None, text: str, bounds: Bounds, scale: Scale, masked: bool) -> Part:
    shade = "p0" if value is None or masked else scale.cell(value)
    marks: list[Mark] = [Rect(bounds, f"cells.{shade}", "frame", 0.5)]
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
        marks.append(_minus(bounds, shade))
    told = text if value is None else number(value)
    return Part("masked cell" if masked else "cell", told, tuple(marks))


def _minus(bounds: Bounds, shade: str) -> Way:
    """Return a dash that says without colour that a value is negative."""
    left, top, right, bottom = bounds
    x, y = (left + right) / 2, (top + bottom) / 2
    half = min(right - left, bottom - top) * 0.22
    return Way(((x - half, y), (x + half, y)), f"inks.{shade}", 1.0)


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
