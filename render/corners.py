"""Ways with corners: lines upright and level, drawn as curves with round corners."""

from itertools import pairwise

from cutaway.render.scene import Point

ROUND = 7.0  # the radius of a corner
HEAD = 7.0  # the length of an arrow's head
Way = tuple[Point, ...]  # corners


def rounded(way: Way) -> Way:
    """Return a way as Bézier curves with round corners, its tip last."""
    found: list[Point] = [way[0]]

    def line(to: Point) -> None:
        found.extend((found[-1], to, to))

    for before, corner, after in zip(way, way[1:], way[2:], strict=False):
        radius = min(ROUND, length(before, corner) / 2, length(corner, after) / 2)
        line(_towards(corner, before, radius))
        bend = _towards(corner, before, radius / 2), _towards(corner, after, radius / 2)
        found.extend((*bend, _towards(corner, after, radius)))
    tip = way[-1]
    line(_towards(tip, way[-2], min(HEAD, length(way[-2], tip) / 2)))
    return (*found, tip)


def middle_of(way: Way, width: float) -> Point:
    """Return the middle of the last level part of a way that is so wide, or else of its longest."""
    parts = [(a, b) for a, b in pairwise(way) if abs(a[0] - b[0]) > width]
    a, b = parts[-1] if parts else max(pairwise(way), key=lambda part: length(*part))
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def length(a: Point, b: Point) -> float:
    """Return how long a way is that is level and upright."""
    return abs(a[0] - b[0]) + abs(a[1] - b[1])


def _towards(start: Point, end: Point, far: float) -> Point:
    """Return the point of an upright or level line that is so far from its start."""
    whole = length(start, end) or 1.0
    return (
        start[0] + (end[0] - start[0]) * far / whole,
        start[1] + (end[1] - start[1]) * far / whole,
    )
