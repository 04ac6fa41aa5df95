"""Points, lines and rectangles: what meets what."""

from cutaway.render.scene import Bounds, Point

PARTS = 8  # of a Bézier curve
SHARES = tuple(  # of its four points, at the end of each part
    ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
    for t in (part / PARTS for part in range(1, PARTS + 1))
)


def polyline(curve: tuple[Point, ...]) -> list[Point]:
    """Return points along a chain of cubic curves, its tip last."""
    *points, tip = curve
    found = [points[0]]
    for n in range(0, len(points) - 3, 3):
        (ax, ay), (bx, by), (cx, cy), (dx, dy) = points[n : n + 4]
        found += [
            (i * ax + j * bx + k * cx + m * dx, i * ay + j * by + k * cy + m * dy)
            for i, j, k, m in SHARES
        ]
    return [*found, tip]


def bounds(line: list[Point]) -> Bounds:
    """Return the rectangle around points."""
    xs, ys = [p[0] for p in line], [p[1] for p in line]
    return min(xs), min(ys), max(xs), max(ys)


def meet(a: Bounds, b: Bounds) -> bool:
    """Say whether two rectangles have a point in common.

    Examples
    --------
    >>> meet((0, 0, 2, 2), (1, 1, 3, 3)), meet((0, 0, 2, 2), (3, 0, 4, 1))
    (True, False)
    """
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]


def holds(outer: Bounds, inner: Bounds) -> bool:
    """Say whether one rectangle lies in another."""
    return (
        outer[0] <= inner[0]
        and outer[1] <= inner[1]
        and inner[2] <= outer[2]
        and inner[3] <= outer[3]
    )


def crosses(a: Point, b: Point, area: Bounds) -> bool:
    """Say whether a straight line from ``a`` to ``b`` passes through a rectangle.

    Source: Liang and Barsky 1984 (A New Concept and Method for Line Clipping).

    Examples
    --------
    >>> crosses((0, 0), (4, 4), (1, 1, 2, 2)), crosses((0, 2), (2, 4), (1, 1, 2, 2))
    (True, False)
    """
    first, last = 0.0, 1.0
    for axis in (0, 1):
        way = b[axis] - a[axis]
        for step, room in ((-way, a[axis] - area[axis]), (way, area[axis + 2] - a[axis])):
            if step == 0:
                if room < 0:
                    return False
            elif step < 0:
                first = max(first, room / step)
            else:
                last = min(last, room / step)
    return first <= last


def around(areas: list[Bounds]) -> Bounds:
    """Return the rectangle around rectangles."""
    lefts, tops, rights, bottoms = zip(*areas, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
