"""Where arrows begin and end: at the border of their boxes, or at the dot where they part."""

from dataclasses import replace

from cutaway.render.scene import Bounds, Layout, Point, Scene
from cutaway.render.towers import Towers

TOUCHING, ROUNDING = 1.0, 4.0  # points: between these, an end is beside its box by rounding
CORNER = 4.0  # points: no arrow ends so near a corner, if it is moved


def landed(scene: Scene, layout: Layout, towers: Towers) -> Layout:
    """Return the layout with every arrow drawn on to its boxes.

    To Graphviz a box is wider where a residual needs room beside it, and a dot has a size; and it
    writes six digits, so that ends far to the right lie beside their box.
    """
    every = {box.id: layout.area(box) for box in scene.boxes}
    areas = {box: area for box, area in every.items() if box in towers.roomy}
    dots = {n: layout.centres[j.id] for j in towers.junctions for n in j.arrows}
    curves = []
    for number, (arrow, curve) in enumerate(zip(scene.arrows, layout.curves, strict=True)):
        begin = dots.get(number)
        if begin is None and arrow.tail in areas:
            begin = _nearest(curve[0], areas[arrow.tail])
        elif begin is None:
            begin = _rounded(curve[0], every[arrow.tail])
        end = _nearest(curve[-1], areas[arrow.head]) if arrow.head in areas else None
        end = end or _rounded(curve[-1], every[arrow.head])
        curves.append(_drawn(curve, begin, end))
    return replace(layout, curves=tuple(curves))


def _rounded(point: Point, area: Bounds) -> Point:
    """Return the point of a box for one that rounding has put a little beside it."""
    left, top, right, bottom = area
    x, y = min(max(point[0], left), right), min(max(point[1], top), bottom)
    return (x, y) if TOUCHING < max(abs(x - point[0]), abs(y - point[1])) < ROUNDING else point


def _nearest(point: Point, area: Bounds) -> Point:
    """Return the point of a box that is level with one beside it."""
    left, _, right, _ = area
    x, y = point
    if left <= x <= right:
        return point
    inner = CORNER if y in (area[1], area[3]) else 0.0
    return min(max(x, left + inner), right - inner), y


def _drawn(curve: tuple[Point, ...], begin: Point, end: Point) -> tuple[Point, ...]:
    """Return a curve with other ends: the points that give its direction there move along."""
    first = begin[0] - curve[0][0], begin[1] - curve[0][1]
    last = end[0] - curve[-1][0], end[1] - curve[-1][1]
    middle = curve[2:-3]
    start = (_moved(point, first) for point in curve[:2])
    return (*start, *middle, *(_moved(point, last) for point in curve[-3:]))


def _moved(point: Point, by: Point) -> Point:
    return point[0] + by[0], point[1] + by[1]
