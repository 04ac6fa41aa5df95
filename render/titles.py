"""Where a frame's title goes: along its upper edge, where no arrow passes."""

from itertools import pairwise

from cutaway.render.dot import HEADROOM
from cutaway.render.geometry import bounds, meet, polyline
from cutaway.render.labels import area
from cutaway.render.measure import text_width
from cutaway.render.scene import Bounds, Layout, Place, Point, Scene
from cutaway.render.text import shorten

INSET = 8.0
STEP = 6.0
Stroke = tuple[Bounds, list[Point]]


def titles(scene: Scene, layout: Layout) -> dict[Place, Point]:
    """Return where each frame's title begins; at the left if arrows pass everywhere."""
    strokes = _strokes(scene, layout)
    places: dict[Place, Point] = {}
    for frame in scene.frames:
        left, top, *_ = layout.frames[frame.place]
        width = max(text_width(shorten(line.text), line.size) for line in frame.title)
        begin = _free(layout.frames[frame.place], width, strokes)
        places[frame.place] = (left + INSET if begin is None else begin, top + 2)
    return places


def crossed_titles(scene: Scene, layout: Layout) -> tuple[Place, ...]:
    """Return the frames in which a title of the largest width finds no place of its own."""
    strokes = _strokes(scene, layout)
    return tuple(
        frame.place
        for frame in scene.frames
        if _free(layout.frames[frame.place], frame.width, strokes) is None
    )


def _free(frame: Bounds, width: float, strokes: list[Stroke]) -> float | None:
    """Return the leftmost place for a title of a width where no arrow passes."""
    x0, y0, x1, _ = frame
    strip = (x0, y0 + 2, x1, y0 + 2 + HEADROOM)
    taken = [line for around, line in strokes if meet(around, strip)]
    last = max(0, int((x1 - x0 - 2 * INSET - width) / STEP))
    begins = (x0 + INSET + STEP * n for n in range(last + 1))
    free = (x for x in begins if not _crossed((x - 2, strip[1], x + width, strip[3]), taken))
    return next(free, None)


def _strokes(scene: Scene, layout: Layout) -> list[Stroke]:
    """Return what a title must not lie on: arrows, and the outlines of the texts at them."""
    lines = [polyline(curve) for curve in layout.curves]
    for arrow, place in zip(scene.arrows, layout.labels, strict=True):
        if place:
            x0, y0, x1, y1 = area(arrow, place)
            lines.append([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    return [(bounds(line), line) for line in lines]


def _crossed(area: Bounds, lines: list[list[Point]]) -> bool:
    return any(meet(bounds([a, b]), area) for line in lines for a, b in pairwise(line))
