"""What several figures are made of: arrows between parts, sums, notes beside rows."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cutaway.render.marks import Drawing, Part, Way
from cutaway.render.scene import Bounds, Point
from cutaway.render.svg import DASHES
from cutaway.render.text import subscript

LINES = {"mask": "lines.mask"}  # the colours of arrows, by their kind
GAP = 1.0  # points between an arrow and what it touches
NOTE = 6.0  # … and between a row and its note


def symbol(letter: str, *places: int) -> str:
    """Return a letter with places, counted from 0, as it is written.

    Examples
    --------
    >>> symbol("s", 0, 1)
    's₁₂'
    """
    return letter + "".join(subscript(place + 1) for place in places)


def total(weights: npt.ArrayLike) -> str:
    """Return what weights add up to; ≈ where the rounded ones add up to something else.

    Examples
    --------
    >>> total([0.25, 0.75]), total([0.333, 0.333, 0.334])
    ('Σ = 1.00', 'Σ ≈ 1.00')
    """
    array = np.asarray(weights, float)
    shown = sum(round(float(weight), 2) for weight in array)
    sign = "=" if f"{shown:.2f}" == f"{array.sum():.2f}" else "≈"
    return f"Σ {sign} {array.sum():.2f}"


def across(drawing: Drawing, tail: str, head: str) -> Part:
    """Return an arrow from the right side of a spot to the left side of another."""
    left, right = drawing.spots[tail], drawing.spots[head]
    y = _middle(left, right, 1)
    return arrow(((left[2] + GAP, y), (right[0] - GAP, y)), tail, head)


def down(drawing: Drawing, tail: str, head: str, ink: str = "") -> Part:
    """Return an arrow from the lower side of a spot to the upper side of another."""
    upper, lower = drawing.spots[tail], drawing.spots[head]
    x = _middle(upper, lower, 0)
    return arrow(((x, upper[3] + GAP), (x, lower[1] - GAP)), tail, head, ink=ink)


def up(drawing: Drawing, tail: str, head: str) -> Part:
    """Return an arrow from the upper side of a spot to the lower side of another."""
    lower, upper = drawing.spots[tail], drawing.spots[head]
    x = _middle(lower, upper, 0)
    return arrow(((x, lower[1] - GAP), (x, upper[3] + GAP)), tail, head)


def _middle(tail: Bounds, head: Bounds, axis: int) -> float:
    """Return the middle of the narrower of two spots: horizontally, or with axis 1 vertically."""
    narrow = min(tail, head, key=lambda spot: spot[axis + 2] - spot[axis])
    return (narrow[axis] + narrow[axis + 2]) / 2


def arrow(
    points: tuple[Point, ...], tail: str, head: str, kind: str = "data", ink: str = ""
) -> Part:
    """Return an arrow through points, between two spots; ``kind`` is that of a picture's arrows.

    ``ink`` is another colour than that of its kind, such as ``lines.query``.
    """
    way = Way(points, ink or LINES.get(kind, "edge"), dash=DASHES.get(kind, ""), head=True)
    return Part(kind, "", (way,), (), (("data-from", tail), ("data-to", head)))


def beside_rows(drawing: Drawing, name: str, notes: Sequence[Drawing]) -> Drawing:
    """Return a drawing with a note at the right of each row of a grid in it."""
    placed, wide = drawing, drawing.width
    for number, note in enumerate(notes):
        _, top, right, bottom = drawing.spots[f"{name}.row.{number}"]
        moved = note.moved(right + NOTE, (top + bottom - note.height) / 2)
        placed = placed.over(*moved.marks)
        wide = max(wide, right + NOTE + note.width)
    return replace(placed, width=wide)
