"""What a drawing is made of, as plain data: marks at places, in points from the top left corner.

Colours are names in a theme, such as ``ink`` or ``boxes.softmax``; they are looked up when the
drawing is written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeAlias

from cutaway.render.scene import Bounds, Layout, Line, Outline, Point, Scene


@dataclass(frozen=True, slots=True)
class Rect:
    """A rectangle."""

    bounds: Bounds
    fill: str = ""
    stroke: str = ""
    weight: float = 1.0
    dash: str = ""
    corner: float = 0.0

    def moved(self, dx: float, dy: float) -> "Rect":
        """Return it elsewhere."""
        return replace(self, bounds=shifted(self.bounds, dx, dy))


@dataclass(frozen=True, slots=True)
class Tiles:
    """Rectangles of one colour."""

    bounds: tuple[Bounds, ...]
    fill: str

    def moved(self, dx: float, dy: float) -> "Tiles":
        """Return them elsewhere."""
        return replace(self, bounds=tuple(shifted(each, dx, dy) for each in self.bounds))


@dataclass(frozen=True, slots=True)
class Strokes:
    """Straight lines of one look."""

    lines: tuple[tuple[Point, Point], ...]
    ink: str
    weight: float = 1.0

    def moved(self, dx: float, dy: float) -> "Strokes":
        """Return them elsewhere."""
        lines = tuple((_point(a, dx, dy), _point(b, dx, dy)) for a, b in self.lines)
        return replace(self, lines=lines)


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text, from the middle or an end of its base line."""

    place: Point
    line: Line
    ink: str = "ink"
    anchor: str = "middle"

    def moved(self, dx: float, dy: float) -> "Text":
        """Return it elsewhere."""
        return replace(self, place=_point(self.place, dx, dy))


@dataclass(frozen=True, slots=True)
class Way:
    """A line through points, straight or of cubic Bézier curves, with a head where it arrives."""

    points: tuple[Point, ...]
    ink: str = "edge"
    weight: float = 1.0
    dash: str = ""
    head: bool = False
    curved: bool = False
    fill: str = ""

    def moved(self, dx: float, dy: float) -> "Way":
        """Return it elsewhere."""
        return replace(self, points=tuple(_point(point, dx, dy) for point in self.points))


@dataclass(frozen=True, slots=True)
class Glyphs:
    """A typeset formula, from its top left corner."""

    place: Point
    outline: Outline

    def moved(self, dx: float, dy: float) -> "Glyphs":
        """Return it elsewhere."""
        return replace(self, place=_point(self.place, dx, dy))


@dataclass(frozen=True, slots=True)
class Inset:
    """A scene with its layout, from its top left corner; it stands on a sheet, not in a part."""

    place: Point
    scene: Scene
    layout: Layout

    def moved(self, dx: float, dy: float) -> "Inset":
        """Return it elsewhere."""
        return replace(self, place=_point(self.place, dx, dy))


@dataclass(frozen=True, slots=True)
class Part:
    """Marks that are one thing: its kind, what it is called, and the nodes that it stands for."""

    kind: str
    title: str
    marks: tuple["Mark", ...]
    nodes: tuple[str, ...] = ()
    data: tuple[tuple[str, str], ...] = ()

    def moved(self, dx: float, dy: float) -> "Part":
        """Return it elsewhere."""
        return replace(self, marks=tuple(mark.moved(dx, dy) for mark in self.marks))


Mark: TypeAlias = Rect | Tiles | Strokes | Text | Way | Glyphs | Inset | Part


@dataclass(frozen=True, slots=True)
class Drawing:
    """Marks in a rectangle.

    ``spots`` are the places of what has a name, for arrows that lead there.
    """

    width: float
    height: float
    marks: tuple[Mark, ...] = ()
    spots: Mapping[str, Bounds] = field(default_factory=dict)

    def moved(self, dx: float, dy: float) -> "Drawing":
        """Return it with its marks elsewhere, and no larger."""
        return replace(
            self,
            marks=tuple(mark.moved(dx, dy) for mark in self.marks),
            spots={name: shifted(bounds, dx, dy) for name, bounds in self.spots.items()},
        )

    def under(self, *marks: Mark) -> "Drawing":
        """Return it with marks behind it."""
        return replace(self, marks=(*marks, *self.marks))

    def over(self, *marks: Mark) -> "Drawing":
        """Return it with marks before it."""
        return replace(self, marks=(*self.marks, *marks))

    def named(self, name: str) -> "Drawing":
        """Return it under a name, with the names inside it behind that: ``scores.row.0``."""
        spots = {f"{name}.{inner}": bounds for inner, bounds in self.spots.items()}
        return replace(self, spots={name: (0.0, 0.0, self.width, self.height), **spots})

    def part(self, kind: str, title: str, *nodes: str, **data: str) -> "Drawing":
        """Return it as one thing."""
        attributes = tuple((f"data-{key}", value) for key, value in data.items())
        return replace(self, marks=(Part(kind, title, self.marks, nodes, attributes),))

    def texts(self) -> Iterator[str]:
        """Return all that is written in it."""
        waiting: list[Mark] = list(self.marks)
        for mark in waiting:
            if isinstance(mark, Text):
                yield mark.line.text
            elif isinstance(mark, Part):
                waiting.extend(mark.marks)
            elif isinstance(mark, Inset):
                yield from scene_texts(mark.scene)


def scene_texts(scene: Scene) -> Iterator[str]:
    """Return all that is written in a scene."""
    yield from (line.text for box in scene.boxes for line in box.lines)
    yield from (line.text for frame in scene.frames for line in frame.title)
    yield from (sign.words for sign in scene.legend)
    yield from (arrow.label for arrow in scene.arrows)
    yield scene.caption
    yield from (text for box in scene.boxes if box.inside for text in box.inside.texts())


def shifted(bounds: Bounds, dx: float, dy: float) -> Bounds:
    """Return bounds elsewhere."""
    left, top, right, bottom = bounds
    return left + dx, top + dy, right + dx, bottom + dy


def _point(point: Point, dx: float, dy: float) -> Point:
    return point[0] + dx, point[1] + dy
