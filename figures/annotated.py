"""Pictures of graphs to which a figure adds marks, and moves what it wants elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from cutaway.figures.spec import Setting
from cutaway.graph import Title
from cutaway.render.compose import padded
from cutaway.render.corners import rounded
from cutaway.render.dot import label_width
from cutaway.render.geometry import bounds, holds, polyline
from cutaway.render.layout import place
from cutaway.render.marks import Drawing, Inset, Mark, Part, Way
from cutaway.render.scene import Bounds, Point, Scene
from cutaway.render.svg import extent

TIMES = "N×"
ASIDE = 10.0  # points between a frame and the bracket beside it
RISE = 22.0  # the length of an arrow that leaves the picture
TICK = 5.0  # the ends of a bracket
CLOSE = 4.0  # points between an arrow and its text


class Annotated:
    """A scene, laid out, to which marks are added where its parts are.

    Parameters
    ----------
    make
        Makes the scene, in the language of a setting.
    """

    def __init__(self, setting: Setting, make: Callable[[Setting], Scene]) -> None:
        self._setting, self._scene = setting, make(setting)
        self._longest = replace(self._scene, legend=make(replace(setting, lang="both")).legend)
        self._layout = place(self._scene)
        self._ids = {box.path: box.id for box in self._scene.boxes}
        self._marks: list[Mark] = []
        self._sides, self._above = [0.0, self._layout.width], 0.0

    @property
    def drawing(self) -> Drawing:
        """It with all that was added; its legend has the room of the language that needs most."""
        wide, high = extent(self._longest, self._layout)
        inset = Inset((0.0, 0.0), self._scene, self._layout)
        whole = Drawing(wide, high, (inset, *self._marks))
        left, right = min(self._sides), max(*self._sides, wide)
        return padded(whole, -left, self._above, right - wide, 0.0)

    def add(self, *marks: Mark) -> None:
        """Draw more."""
        self._marks.extend(marks)

    def frame(self, *place: str) -> Bounds:
        """Return where a frame is."""
        return self._layout.frames[place]

    def box(self, path: str) -> Bounds:
        """Return where a box is."""
        return self._layout.area(next(box for box in self._scene.boxes if box.path == path))

    def corners(self, tail: str, head: str) -> Bounds:
        """Return where an arrow is."""
        return bounds(list(self._layout.curves[self._arrow(tail, head)]))

    def label_beside(self, tail: str, head: str) -> None:
        """Put the text at an upright arrow close to it, at its right."""
        number, labels = self._arrow(tail, head), list(self._layout.labels)
        left, top, _, bottom = self.corners(tail, head)
        half = label_width(self._scene.arrows[number]) / 2
        labels[number] = left + CLOSE + half, (top + bottom) / 2
        self._layout = replace(self._layout, labels=tuple(labels))

    def fork(self, tail: str, *heads: str) -> None:
        """Lead arrows from the middle of a box up, to the sides, and up into others."""
        curves = list(self._layout.curves)
        left, top, right, _ = self.box(tail)
        ends = {head: self.box(head) for head in heads}
        inner = [f for f in self._layout.frames.values() if any(holds(f, b) for b in ends.values())]
        start, level = (left + right) / 2, (top + max(lower for *_, lower in inner)) / 2
        for head, (x0, _, x1, bottom) in ends.items():
            end = (x0 + x1) / 2
            way: tuple[Point, ...] = ((start, top), (start, level), (end, level), (end, bottom))
            curves[self._arrow(tail, head)] = rounded(way if end != start else (way[0], way[-1]))
        self._layout = replace(self._layout, curves=tuple(curves))

    def gives(self, path: str, what: Title) -> None:
        """Say what the uppermost box makes: an arrow out of all frames, with a text over that."""
        left, top, right, bottom = self.box(path)
        around = [
            f[1] for f in self._layout.frames.values() if holds(f, (left, top, right, bottom))
        ]
        middle, said = (left + right) / 2, self._setting.words(what)
        end = min(top, *around) - RISE if around else top - RISE
        way = Way(((middle, top), (middle, end)), "edge", head=True)
        text = said.moved(middle - said.width / 2, end - said.height - 2)
        self._above = said.height + 2 - end
        self.add(Part("output", what.en, (way, *text.marks)))

    def layers(self, first: str, others: str, side: Literal["left", "right"]) -> None:
        """Say that a stack is a layer, which is open, and others that are one box."""
        left, _, right, bottom = self.frame(first)
        _, top, *_ = self.box(others)
        self.repeated((left, top, right, bottom), side)

    def repeated(self, around: Bounds, side: Literal["left", "right"]) -> None:
        """Say that what is there is repeated N times: a bracket beside it."""
        sign = self._setting.words(TIMES, 14.0)
        left, top, right, bottom = around
        beside = [
            x for curve in self._layout.curves for x, y in polyline(curve) if top < y < bottom
        ]
        left, right = min(left, *beside), max(right, *beside)
        x, inner = (left - ASIDE, TICK) if side == "left" else (right + ASIDE, -TICK)
        way = Way(((x + inner, top), (x, top), (x, bottom), (x + inner, bottom)), "edge", 1.4)
        at = x - sign.width - 4 if side == "left" else x + 4
        self._sides += [at, at + sign.width]
        moved = sign.moved(at, (top + bottom - sign.height) / 2)
        self.add(Part("repeat", TIMES, (way, *moved.marks)))

    def _arrow(self, tail: str, head: str) -> int:
        ends = self._ids[tail], self._ids[head]
        arrows = enumerate(self._scene.arrows)
        return next(number for number, arrow in arrows if (arrow.tail, arrow.head) == ends)
