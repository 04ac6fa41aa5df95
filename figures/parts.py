"""What several figures are made of: symbols, arrows between parts, notes beside rows."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cutaway.render.marks import Drawing, Part, Way
from cutaway.render.scene import Point
from cutaway.render.svg import DASHES

SUBSCRIPTS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
LINES = {"mask": "lines.mask"}  # the colours of arrows, by their kind
GAP = 1.0  # points between an arrow and what it touches


def subscript(number: int) -> str:
    """Return a number as a subscript.

    Examples
    --------
    >>> "q" + subscript(12)
    'q₁₂'
    """
    return str(number).translate(SUBSCRIPTS)


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


def across(drawing: Drawing, tail: str, head: str, kind: str = "data") -> Part:
    """Return an arrow from the right side of a spot to the left side of another."""
    left, right = drawing.spots[tail], drawing.spots[head]
    low = right if right[3] - right[1] < left[3] - left[1] else left
    y = (low[1] + low[3]) / 2
    return arrow(((left[2] + GAP, y), (right[0] - GAP, y)), tail, head, kind)


def down(drawing: Drawing, tail: str, head: str, kind: str = "data", ink: str = "") -> Part:
    """Return an arrow from the lower side of a spot to the upper side of another."""
    upper, lower = drawing.spots[tail], drawing.spots[head]
    narrow = lower if lower[2] - lower[0] < upper[2] - upper[0] else upper
    x = (narrow[0] + narrow[2]) / 2
    return arrow(((x, upper[3] + GAP), (x, lower[1] - GAP)), tail, head, kind, ink)


def up(drawing: Drawing, tail: str, head: str, kind: str = "data") -> Part:
    """Return an arrow from the upper side of a spot to the lower side of another."""
    lower, upper = drawing.spots[tail], drawing.spots[head]
    narrow = lower if lower[2] - lower[0] < upper[2] - upper[0] else upper
    x = (narrow[0] + narrow[2]) / 2
    return arrow(((x, lower[1] - GAP), (x, upper[3] + GAP)), tail, head, kind)


def arrow(
    points: tuple[Point, ...], tail: str, head: str, kind: str = "data", ink: str = ""
) -> Part:
    """Return an arrow through points, between two spots; ``kind`` is that of a picture's arrows.

    ``ink`` is another colour than that of its kind, such as ``lines.query``.
    """
    way = Way(points, ink or LINES.get(kind, "edge"), dash=DASHES.get(kind, ""), head=True)
    return Part(kind, "", (way,), (), (("data-from", tail), ("data-to", head)))


def beside_rows(drawing: Drawing, name: str, notes: Sequence[Drawing], gap: float = 6.0) -> Drawing:
    """Return a drawing with a note at the right of each row of a grid in it."""
    placed, wide = drawing, drawing.width
    for number, note in enumerate(notes):
        _, top, right, bottom = drawing.spots[f"{name}.row.{number}"]
        moved = note.moved(right + gap, (top + bottom - note.height) / 2)
        placed = placed.over(*moved.marks)
        wide = max(wide, right + gap + note.width)
    return replace(placed, width=wide)
