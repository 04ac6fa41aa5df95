"""Where a frame's title goes: along its upper edge, where no arrow passes."""

from collections.abc import Iterable, Iterator
from math import inf

from cutaway.render.geometry import meet, polyline
from cutaway.render.labels import area
from cutaway.render.measure import text_width
from cutaway.render.near import Near, Step, steps
from cutaway.render.scene import Bounds, Frame, Layout, Place, Point, Scene
from cutaway.render.text import shorten

INSET = 8.0
STEP = 6.0


def titles(scene: Scene, layout: Layout) -> dict[Place, Point]:
    """Return where each frame's title begins; at the left if arrows pass everywhere."""
    lines = _lines(scene, layout)
    places: dict[Place, Point] = {}
    for frame in scene.frames:
        left, top, *_ = layout.frames[frame.place]
        width = max(text_width(shorten(line.text), line.size) for line in frame.title)
        begins = _free(layout.frames[frame.place], (width, frame.height), lines)
        places[frame.place] = next(begins, left + INSET), top + 2
    return places


def crossed_titles(scene: Scene, layout: Layout) -> tuple[Place, ...]:
    """Return the frames in which a title of the largest size finds no place of its own."""
    return tuple(place for place, begins in free_begins(scene, layout).items() if not begins)


def reserved(scene: Scene, layout: Layout) -> list[Bounds]:
    """Return where titles of the largest size go, whatever the language."""
    found = []
    begins = free_begins(scene, layout)
    for frame in scene.frames:
        left, top, *_ = layout.frames[frame.place]
        begin = next(iter(begins[frame.place]), left + INSET)
        found.append((begin, top, begin + frame.width, top + frame.height))
    return found


def free_begins(scene: Scene, layout: Layout) -> dict[Place, list[float]]:
    """Return for each frame where a title of its largest size may begin."""
    lines = _lines(scene, layout)
    return {
        frame.place: list(_free(layout.frames[frame.place], (frame.width, frame.height), lines))
        for frame in scene.frames
    }


def begins_in(scene: Scene, layout: Layout, bounds: Bounds, frame: Frame) -> Iterator[float]:
    """Yield where a frame's title of the largest size may begin if the frame has other bounds."""
    return _free(bounds, (frame.width, frame.height), _lines(scene, layout))


def _free(frame: Bounds, size: Point, lines: Near[Step]) -> Iterator[float]:
    """Yield the places, from the left, for a title of a size where no arrow passes."""
    (x0, y0, x1, _), (width, height) = frame, size
    strip = (x0, y0 + 2, x1, y0 + 2 + height)
    reach = (*strip[:2], max(x1, x0 + INSET + width + 3), strip[3])
    spans = sorted(_passing(strip, lines.to(reach)), reverse=True)
    reached = -inf  # how far to the right arrows go that begin before a title's end
    for n in range(max(0, int((x1 - x0 - 2 * INSET - width) / STEP)) + 1):
        x = x0 + INSET + STEP * n
        while spans and spans[-1][0] <= x + width + 3:
            reached = max(reached, spans.pop()[1])
        if reached < x - 2:
            yield x


def _passing(strip: Bounds, near: Iterable[Step]) -> Iterator[tuple[float, float]]:
    """Yield from where to where, from left to right, arrows pass a strip."""
    _, top, _, bottom = strip
    for line, (ax, ay), (bx, by) in near:
        if (ay >= top or by >= top) and (ay <= bottom or by <= bottom) and meet(line, strip):
            yield (ax, bx) if ax <= bx else (bx, ax)


def _lines(scene: Scene, layout: Layout) -> Near[Step]:
    """Return what a title must not lie on: arrows, and the outlines of the texts at them."""
    drawn = [polyline(curve) for curve in layout.curves + layout.trunks]
    for arrow, place in zip(scene.arrows, layout.labels, strict=True):
        if place:
            x0, y0, x1, y1 = area(arrow, place)
            drawn.append([(x0, y0), (x1, y0), (x1, y1), (x0, y1), (x0, y0)])
    return steps(drawn)
