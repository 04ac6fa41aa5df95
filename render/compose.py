"""Drawings put together: beside each other, above each other, with room around them."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from cutaway.render.marks import Drawing, Rect
from cutaway.render.scene import Bounds

Align = Literal["start", "middle", "end"]
SHARES: dict[Align, float] = {"start": 0.0, "middle": 0.5, "end": 1.0}


def row(*drawings: Drawing, gap: float = 8.0, align: Align = "middle") -> Drawing:
    """Return drawings from left to right.

    Examples
    --------
    >>> row(Drawing(10, 5), Drawing(20, 9), gap=2).width
    32.0
    """
    high = max((drawing.height for drawing in drawings), default=0.0)
    x, moved = 0.0, []
    for drawing in drawings:
        moved.append(drawing.moved(x, (high - drawing.height) * SHARES[align]))
        x += drawing.width + gap
    return layered(max(x - gap, 0.0), high, moved)


def column(*drawings: Drawing, gap: float = 8.0, align: Align = "middle") -> Drawing:
    """Return drawings from top to bottom."""
    wide = max((drawing.width for drawing in drawings), default=0.0)
    y, moved = 0.0, []
    for drawing in drawings:
        moved.append(drawing.moved((wide - drawing.width) * SHARES[align], y))
        y += drawing.height + gap
    return layered(wide, max(y - gap, 0.0), moved)


def layered(width: float, height: float, drawings: Iterable[Drawing]) -> Drawing:
    """Return drawings that have their places already, the first at the back."""
    listed = tuple(drawings)
    marks = tuple(mark for drawing in listed for mark in drawing.marks)
    spots = {name: bounds for drawing in listed for name, bounds in drawing.spots.items()}
    return Drawing(width, height, marks, spots)


def table(
    rows: Iterable[Iterable[Drawing | None]],
    gap: tuple[float, float] = (4.0, 6.0),
    align: tuple[Align, ...] = (),
) -> Drawing:
    """Return drawings in columns and rows: each as wide as its widest, as high as its highest.

    Parameters
    ----------
    gap
        Between columns, and between rows.
    align
        How each column's drawings stand in it; ``middle`` where it says nothing.
    """
    listed = [list(cells) for cells in rows]
    count = max(map(len, listed), default=0)
    middle: Align = "middle"
    ways = (*align, *[middle] * (count - len(align)))
    wide = [
        max((cell.width for cells in listed for cell in cells[n : n + 1] if cell), default=0.0)
        for n in range(count)
    ]
    lines = []
    for cells in listed:
        high = max((cell.height for cell in cells if cell), default=0.0)
        x, moved = 0.0, []
        for cell, width, way in zip(cells, wide, ways, strict=False):
            if cell:
                dx = (width - cell.width) * SHARES[way]
                moved.append(cell.moved(x + dx, (high - cell.height) / 2))
            x += width + gap[0]
        lines.append(layered(sum(wide) + gap[0] * (count - 1), high, moved))
    return column(*lines, gap=gap[1], align="start")


def padded(
    drawing: Drawing,
    left: float,
    top: float | None = None,
    right: float | None = None,
    bottom: float | None = None,
) -> Drawing:
    """Return a drawing with room around it: one number for all sides, two for sides and ends, …"""
    top = left if top is None else top
    right = left if right is None else right
    bottom = top if bottom is None else bottom
    moved = drawing.moved(left, top)
    return replace(moved, width=drawing.width + left + right, height=drawing.height + top + bottom)


def sized(
    drawing: Drawing,
    width: float = 0.0,
    height: float = 0.0,
    align: tuple[Align, Align] = ("middle", "middle"),
) -> Drawing:
    """Return a drawing at least that wide and high."""
    wide, high = max(width, drawing.width), max(height, drawing.height)
    dx, dy = (wide - drawing.width) * SHARES[align[0]], (high - drawing.height) * SHARES[align[1]]
    return replace(drawing.moved(dx, dy), width=wide, height=high)


def boxed(
    drawing: Drawing,
    fill: str = "",
    stroke: str = "edge",
    *,
    pad: float = 6.0,
    corner: float = 4.0,
    weight: float = 1.0,
) -> Drawing:
    """Return a drawing in a box."""
    roomy = padded(drawing, pad)
    around: Bounds = (0.0, 0.0, roomy.width, roomy.height)
    return roomy.under(Rect(around, fill, stroke, weight, "", corner))
