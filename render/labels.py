"""Where the text at an arrow goes when it lies across a line: a frame's border, or an arrow."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise

from cutaway.render.dot import LABEL
from cutaway.render.geometry import bounds, crosses, holds, meet, polyline
from cutaway.render.measure import text_width
from cutaway.render.scene import Arrow, Bounds, Layout, Point, Scene
from cutaway.render.text import shorten
from cutaway.render.towers import LARGEST

BESIDE = 4.0  # points between an arrow and its text
STEP = 8.0  # … and between the points of it that are tried
REACH = 300.0  # points: a place that is further away would belong to something else
HEIGHT = LABEL + 3


def settled(scene: Scene, layout: Layout, reserved: Collection[Bounds]) -> Layout:
    """Move each text that lies across a line to the nearest place beside its arrow that is free.

    A text stays where it was if there is none: better across a line than on a box. In a large
    picture it may lie across arrows.

    Parameters
    ----------
    reserved
        Where the titles of frames go.
    """
    large = len(scene.boxes) > LARGEST
    places = list(layout.labels)
    labelled = [
        (number, arrow, place)
        for number, (arrow, place) in enumerate(zip(scene.arrows, places, strict=True))
        if place and (not large or _astride(area(arrow, place), layout))
    ]
    if not labelled:
        return layout
    free = _Free(scene, layout, reserved)
    for number, arrow, place in labelled:
        taken = [area(a, p) for a, p in zip(scene.arrows, places, strict=True) if p and p != place]
        if free.holds(area(arrow, place), taken):
            continue
        near = sorted(_beside(arrow, layout.curves[number], place), key=partial(_far, place))
        found = (new for new in near if free.holds(area(arrow, new), taken))
        places[number] = next(found, place)
    return replace(layout, labels=tuple(places))


def area(arrow: Arrow, centre: Point) -> Bounds:
    """Return where the text at an arrow is."""
    wide = text_width(shorten(arrow.label), LABEL) / 2
    return centre[0] - wide, centre[1] - HEIGHT / 2, centre[0] + wide, centre[1] + HEIGHT / 2


class _Free:
    """What a text must not lie on: boxes, titles, arrows, the borders of frames, other texts."""

    def __init__(self, scene: Scene, layout: Layout, reserved: Collection[Bounds]) -> None:
        self._layout = layout
        self._taken = list(reserved) + [
            (x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2)
            for box in scene.boxes
            for x, y in (layout.centres[box.id],)
        ]
        lines = map(polyline, layout.curves + layout.trunks)
        self._strokes = [(bounds(line), line) for line in lines]

    def holds(self, text: Bounds, texts: Collection[Bounds]) -> bool:
        """Say whether a text has that place for itself."""
        if text[0] < 0 or text[2] > self._layout.width or _astride(text, self._layout):
            return False
        if any(meet(text, other) for other in chain(self._taken, texts)):
            return False
        near = (line for around, line in self._strokes if meet(around, text))
        return not any(crosses(a, b, text) for line in near for a, b in pairwise(line))


def _astride(text: Bounds, layout: Layout) -> bool:
    return any(meet(text, f) and not holds(f, text) for f in layout.frames.values())


def _beside(arrow: Arrow, curve: tuple[Point, ...], place: Point) -> Iterator[Point]:
    """Return the centres of places at the left, at the right, above and below an arrow's points.

    Beside a line that runs aslant they are further from it. Only the points near a place count:
    an arrow may be as long as the picture.
    """
    x, y = place
    near = x - REACH, y - REACH, x + REACH, y + REACH
    half = text_width(shorten(arrow.label), LABEL) / 2
    for (x0, y0), (x1, y1) in pairwise(polyline(curve)):
        if not meet(bounds([(x0, y0), (x1, y1)]), near):
            continue
        parts = max(1, round(max(abs(x1 - x0), abs(y1 - y0)) / STEP))
        for part in range(parts):
            x, y = x0 + (x1 - x0) * part / parts, y0 + (y1 - y0) * part / parts
            for away in (BESIDE, 3 * BESIDE, 5 * BESIDE):
                wide, high = half + away, HEIGHT / 2 + away
                yield from ((x - wide, y), (x + wide, y), (x, y - high), (x, y + high))


def _far(a: Point, b: Point) -> float:
    return (a[0] - b[0]) ** 2 + (a[1] - b[1]) ** 2
