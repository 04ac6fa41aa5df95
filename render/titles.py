"""Where a frame's title goes: along its upper edge, where no arrow passes."""

from itertools import pairwise

from cutaway.render.dot import HEADROOM
from cutaway.render.measure import text_width
from cutaway.render.scene import Bounds, Layout, Place, Point, Scene
from cutaway.render.text import shorten

INSET = 8.0
STEP = 6.0
Stroke = tuple[Bounds, list[Point]]
PARTS = 8  # of a Bézier curve


def titles(scene: Scene, layout: Layout) -> dict[Place, Point]:
    """Return where each frame's title begins; at the left if arrows pass everywhere."""
    strokes = _strokes(layout)
    places: dict[Place, Point] = {}
    for frame in scene.frames:
        bounds = layout.frames[frame.place]
        width = max(text_width(shorten(line.text), line.size) for line in frame.title)
        begin = _free(bounds, width, strokes)
        places[frame.place] = (bounds[0] + INSET if begin is None else begin, bounds[1] + 2)
    return places


def crossed_titles(scene: Scene, layout: Layout) -> tuple[Place, ...]:
    """Return the frames in which a title of the largest width finds no place of its own."""
    strokes = _strokes(layout)
    return tuple(
        frame.place
        for frame in scene.frames
        if _free(layout.frames[frame.place], frame.width, strokes) is None
    )


def _free(frame: Bounds, width: float, strokes: list[Stroke]) -> float | None:
    """Return the leftmost place for a title of a width where no arrow passes."""
    x0, y0, x1, _ = frame
    strip = (x0, y0 + 2, x1, y0 + 2 + HEADROOM)
    taken = [line for bounds, line in strokes if _meet(bounds, strip)]
    last = max(0, int((x1 - x0 - 2 * INSET - width) / STEP))
    begins = (x0 + INSET + STEP * n for n in range(last + 1))
    free = (x for x in begins if not _crossed((x - 2, strip[1], x + width, strip[3]), taken))
    return next(free, None)


def _strokes(layout: Layout) -> list[Stroke]:
    return [(_bounds(line), line) for line in map(_polyline, layout.curves)]


def _crossed(area: Bounds, lines: list[list[Point]]) -> bool:
    return any(_meet(_bounds([a, b]), area) for line in lines for a, b in pairwise(line))


def _polyline(curve: tuple[Point, ...]) -> list[Point]:
    """Return points along a chain of cubic curves, its tip last."""
    *points, tip = curve
    found = [points[0]]
    for n in range(0, len(points) - 3, 3):
        a, b, c, d = points[n : n + 4]
        for part in range(1, PARTS + 1):
            t = part / PARTS
            w = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            x, y = (w[0] * a[i] + w[1] * b[i] + w[2] * c[i] + w[3] * d[i] for i in (0, 1))
            found.append((x, y))
    return [*found, tip]


def _bounds(line: list[Point]) -> Bounds:
    xs, ys = [p[0] for p in line], [p[1] for p in line]
    return min(xs), min(ys), max(xs), max(ys)


def _meet(a: Bounds, b: Bounds) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
