"""What is drawn, as plain data: boxes in nested frames, and arrows between them."""

from dataclasses import dataclass
from typing import Literal

Role = Literal["input", "parameter", "constant", "op"]


@dataclass(frozen=True, slots=True)
class Box:
    """One node: its path, its lines of text, its frame, its size in points, and its colour."""

    id: str
    path: str
    lines: tuple[str, ...]
    frame: tuple[str, ...]
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
    direction: str
    lang: str


Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand, in points from the top left corner.

    ``frames`` maps a scope to left, top, right, bottom; ``curves`` hold Bézier points.
    """

    width: float
    height: float
    centres: dict[str, Point]
    frames: dict[tuple[str, ...], tuple[float, float, float, float]]
    curves: tuple[tuple[Point, ...], ...]
