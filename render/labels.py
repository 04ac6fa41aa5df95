"""Where the text at an arrow goes when it lies across a line: a frame's border, or an arrow."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, pairwise

from cutaway.render.dot import LABEL, label_width
from cutaway.render.geometry import around, bounds, crosses, holds, meet, polyline
from cutaway.render.near import Near, steps
from cutaway.render.scene import Arrow, Bounds, Layout, Point, Scene
from cutaway.render.towers import LARGEST

BESIDE = 4.0  # points between an arrow and its text
APART = 3.0  # … and other arrows
STEP = 8.0  # … and between the points of it that are tried
REACH = 300.0  # points: a place that is further away would belong to something else
NEAR = 150.0  # … from the text that makes way for another
HEIGHT = LABEL + 3


def settled(scene: Scene, layout: Layout, reserved: Collection[Bounds]) -> Layout:
    """Move each text that lies across a line to the nearest place beside its arrow that is free.

    If there is none, one on an arrow is better than one across a border; else a text stays where
    it was. In a large picture it may lie across arrows.

    Parameters
    ----------
    reserved
        Where the titles of frames go.
    """
    large, places = len(scene.boxes) > LARGEST, list(layout.labels)
    labelled = [
        number
        for number, (arrow, place) in enumerate(zip(scene.arrows, places, strict=True))
        if place and (not large or _astride(area(arrow, place), layout))
    ]
    if not labelled:
        return layout
    free = Free(scene, layout, reserved)
    for number in labelled:
        if not free.holds(number, places):
            places[number] = free.nearest(number, places) or places[number]
    for number in labelled:
        if not free.holds(number, places):
            _make_way(number, places, free)
    return replace(layout, labels=tuple(places))


def _make_way(number: int, places: list[Point | None], free: "Free") -> None:
    """Put a text where another one near it is, if that finds another place; else on an arrow."""
    here = places[number]
    for other, there in enumerate(places):
        if other == number or not here or not there or _far(here, there) > NEAR**2:
            continue
        tried = [None if n == other else at for n, at in enumerate(places)]
        tried[number] = free.nearest(number, tried)
        if tried[number] is not None:
            tried[other] = free.nearest(other, tried)
            if tried[other] is not None:
                places[:] = tried
                return
    if here and not free.within(number, here):
        places[number] = free.nearest(number, places, arrows=False) or here


def area(arrow: Arrow, centre: Point) -> Bounds:
    """Return where the text at an arrow is."""
    wide = label_width(arrow) / 2
    return centre[0] - wide, centre[1] - HEIGHT / 2, centre[0] + wide, centre[1] + HEIGHT / 2


class Free:
    """What a text must not lie on: boxes, titles, arrows, the borders of frames, other texts.

    Parameters
    ----------
    reserved
        Where the titles of frames go.
    """

    def __init__(self, scene: Scene, layout: Layout, reserved: Collection[Bounds]) -> None:
        self._scene, self._layout = scene, layout
        self._labelled = [number for number, place in enumerate(layout.labels) if place]
        taken = (*reserved, *map(layout.area, scene.boxes))
        self._taken = Near((area, area) for area in taken)
        self._lines = steps(map(polyline, layout.curves + layout.trunks))

    def nearest(
        self, number: int, places: Sequence[Point | None], arrows: bool = True
    ) -> Point | None:
        """Return the free place for an arrow's text that is nearest to where Graphviz put it."""
        inside = (new for new in self.near(number, places, arrows) if self.within(number, new))
        return next(inside, None)

    def near(
        self, number: int, places: Sequence[Point | None], arrows: bool = True
    ) -> Iterator[Point]:
        """Yield the free places for an arrow's text, nearest first, across borders too."""
        first = self._layout.labels[number]
        if first is None:
            return
        arrow = self._scene.arrows[number]
        near = sorted(_beside(arrow, self._layout.curves[number], first), key=partial(_far, first))
        texts = [area(arrow, new) for new in near]
        others = self._others(number, places, around(texts)) if texts else []
        for new, text in zip(near, texts, strict=True):
            if self._fits(text, others, arrows):
                yield new

    def holds(self, number: int, places: Sequence[Point | None]) -> bool:
        """Say whether an arrow's text has its place for itself."""
        place = places[number]
        if place is None or not self.within(number, place):
            return False
        text = area(self._scene.arrows[number], place)
        return self._fits(text, self._others(number, places, text))

    def within(self, number: int, place: Point) -> bool:
        """Say whether an arrow's text lies in the picture and across no border there."""
        text = area(self._scene.arrows[number], place)
        wide = text[0] >= 0 and text[2] <= self._layout.width
        return wide and not _astride(text, self._layout)

    def _others(self, number: int, places: Sequence[Point | None], where: Bounds) -> list[Bounds]:
        """Return where the other texts are that meet a part of the picture."""
        pairs = ((self._scene.arrows[n], places[n]) for n in self._labelled if n != number)
        found = (area(arrow, place) for arrow, place in pairs if place)
        return [other for other in found if meet(other, where)]

    def _fits(self, text: Bounds, others: Collection[Bounds], arrows: bool = True) -> bool:
        if any(meet(text, other) for other in chain(self._taken.to(text), others)):
            return False
        if not arrows:
            return True
        apart = text[0] - APART, text[1], text[2] + APART, text[3]
        near = ((a, b) for line, a, b in self._lines.to(apart) if meet(line, apart))
        return not any(crosses(a, b, apart) for a, b in near)


def _astride(text: Bounds, layout: Layout) -> bool:
    return any(meet(text, f) and not holds(f, text) for f in layout.frames.values())


def _beside(arrow: Arrow, curve: tuple[Point, ...], place: Point) -> Iterator[Point]:
    """Return the centres of places at the left, at the right, above and below an arrow's points.

    Beside a line that runs aslant they are further from it. Only the points near a place count:
    an arrow may be as long as the picture.
    """
    x, y = place
    near = x - REACH, y - REACH, x + REACH, y + REACH
    half = label_width(arrow) / 2
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
