"""What is drawn, as plain data: boxes in nested frames, and arrows between them."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["input", "parameter", "constant", "op"]
Language = Literal["en", "zh", "both"]
Direction = Literal["BT", "TB", "LR", "RL"]
Frame = tuple[str, ...]
Point = tuple[float, float]
Bounds = tuple[float, float, float, float]  # left, top, right, bottom


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a label, whole; it is shortened where it is drawn.

    ``lang`` is a language tag, or empty for names, shapes and formulas.
    """

    text: str
    lang: str = ""
    size: float = 11.0

    @property
    def height(self) -> float:
        """The room it takes."""
        return self.size + 3


@dataclass(frozen=True, slots=True)
class Box:
    """One node: its path, its label, its frame, its size in points, and its colour.

    ``folded`` are the path and text of every constant that is written into the label.
    """

    id: str
    path: str
    folded: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]
    frame: Frame
    role: Role
    colour: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Arrow:
    """A value on its way; residuals are dashed."""

    tail: str
    head: str
    residual: bool


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture before it has places."""

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    direction: Direction
    lang: Language

    def frames(self) -> tuple[Frame, ...]:
        """Return every frame, outer ones first: their places number the clusters."""
        found: dict[Frame, None] = {}
        for frame in dict.fromkeys(box.frame for box in self.boxes):
            for depth in range(1, len(frame) + 1):
                found[frame[:depth]] = None
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand, in points from the top left corner.

    ``frames`` maps a scope to its bounds; ``curves`` hold Bézier points, and last the tip.
    """

    width: float
    height: float
    centres: dict[str, Point]
    frames: dict[Frame, Bounds]
    curves: tuple[tuple[Point, ...], ...]
