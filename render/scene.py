"""What is drawn, as plain data: boxes in nested frames, and arrows between them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from cutaway.graph import Formula
from cutaway.render.theme import Theme

if TYPE_CHECKING:
    from cutaway.render.marks import Drawing

Role = Literal["input", "parameter", "constant", "op", "group"]
Stroke = Literal["data", "residual", "mask", "weight", "gradient"]
Language = Literal["en", "zh", "both"]
Direction = Literal["BT", "TB", "LR", "RL"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
TAGS: dict[str, str] = {"en": "en", "zh": "zh-CN", "both": "zh-CN"}  # of both, Chinese is first
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
Point = tuple[float, float]
Place = tuple[str, ...]  # the scopes in which something stands
Bounds = tuple[float, float, float, float]  # left, top, right, bottom
HEADROOM = 27.0  # points: for a frame's title, in two languages
GAP = 5.0  # points, half above a formula and half under it


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
class Outline:
    """A formula as one path, from its top left corner.

    ``path`` holds the commands, each with its points; ``base`` is how far its base line is down.
    """

    formula: Formula
    path: tuple[tuple[str, tuple[Point, ...]], ...]
    width: float
    height: float
    base: float = 0.0

    def scaled(self, factor: float) -> "Outline":
        """Return it larger or smaller."""
        path = tuple(
            (command, tuple((x * factor, y * factor) for x, y in points))
            for command, points in self.path
        )
        width, height, base = self.width * factor, self.height * factor, self.base * factor
        return Outline(self.formula, path, width, height, base)


@dataclass(frozen=True, slots=True)
class Box:
    """What one box shows: its label, its size in points, and the nodes it stands for.

    ``path`` is the node's, or the scope's; ``nodes`` are the paths of all nodes drawn by this
    box: of a group, of the further copies of a repeated block, of constants in its label.
    """

    id: str
    path: str
    nodes: tuple[str, ...]
    lines: tuple[Line, ...]
    frame: Place
    role: Role
    family: str
    width: float
    height: float
    lit: bool = False
    opens: str = ""  # the scope to open for what is inside, if it is a block
    formula: Outline | None = None
    inside: "Drawing | None" = None  # what stands under its texts, such as its value
    optional: bool = False  # its border is dotted
    round: bool = False  # whether it is a circle
    fill: str = ""  # the shade of what it stands for, instead of the colour of its kind

    @property
    def headings(self) -> int:
        """How many lines are its title: a formula stands under them."""
        return sum(bool(line.lang) for line in self.lines) or 1


@dataclass(frozen=True, slots=True)
class Arrow:
    """Values on their way; ``line`` tells what they are to an attention, if anything."""

    tail: str
    head: str
    stroke: Stroke
    line: str = "data"  # data, query, key, value, or the stroke
    label: str = ""
    free: bool = False  # does not say which end is further along
    lit: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """A scope that is looked into; ``line`` is query, key or value if it makes only that."""

    place: Place
    title: tuple[Line, ...]
    width: float  # of its title, in the language where it is widest
    line: str = ""
    opens: str = ""  # the scope that shows it, where it is opened
    height: float = HEADROOM


@dataclass(frozen=True, slots=True)
class Sign:
    """An entry of the legend: the look of a box or of an arrow, and what it means."""

    words: str
    role: Role | None = None  # of a box
    family: str = ""
    stroke: Stroke | None = None  # of an arrow
    line: str = "data"
    lit: bool = False
    fill: str = ""  # … of a shade


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture before it has places; frames stand before those inside them.

    ``mirrored`` are pairs of boxes at one height: of the forward pass and of the backward pass.
    """

    title: str
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    frames: tuple[Frame, ...]
    legend: tuple[Sign, ...]
    direction: Direction
    lang: Language
    theme: Theme
    caption: str = ""
    mirrored: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """Where things stand, in points from the top left corner.

    ``curves`` hold Bézier points, and last the tip; ``labels`` the centres of the arrows'.
    ``trunks`` are the same without a head: what arrows have in common before they part.
    """

    width: float
    height: float
    centres: dict[str, Point]
    frames: dict[Place, Bounds]
    curves: tuple[tuple[Point, ...], ...]
    labels: tuple[Point | None, ...]
    trunks: tuple[tuple[Point, ...], ...] = ()

    def area(self, box: Box) -> Bounds:
        """Return where a box is."""
        (x, y), wide, high = self.centres[box.id], box.width / 2, box.height / 2
        return x - wide, y - high, x + wide, y + high

    def moved(self, move: Callable[[Point], Point], width: float) -> "Layout":
        """Return it of another width, every point where ``move`` puts it."""

        def frame(bounds: Bounds) -> Bounds:
            (ax, ay), (bx, by) = move(bounds[:2]), move(bounds[2:])
            return min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)

        return Layout(
            width,
            self.height,
            {box: move(point) for box, point in self.centres.items()},
            {place: frame(bounds) for place, bounds in self.frames.items()},
            tuple(tuple(map(move, curve)) for curve in self.curves),
            tuple(point and move(point) for point in self.labels),
            tuple(tuple(map(move, curve)) for curve in self.trunks),
        )
