"""Where figures 3, 4 and 6 place things: a column for each token, a row for each step.

The columns have the same places in all three, so that the figures can stand under each other.
"""

from collections.abc import Sequence

from cutaway.figures.parts import GAP as TOUCH
from cutaway.figures.parts import arrow, down
from cutaway.render.compose import boxed, layered, sized
from cutaway.render.marks import Drawing, Part, Rect
from cutaway.render.scene import Bounds

NAMES = 119.0  # points: what the steps are called
CHANNEL = 12.0  # between that and the columns: an arrow goes down there
SLOT = 16.0  # before each cell: its symbol, or a sign
WIDE = 60.0  # a cell
GAP = 12.0  # between columns: arrows go round a cell there
BESIDE = 14.0  # after the last column: an arrow goes to what stands beside a row
SIDE = 42.0  # what stands there
LEFT = NAMES + CHANNEL
ROUND = 9.0  # from a cell to an arrow that goes round it
PAD = 4.0  # in the box of an op
FRAMES = {"lit": 2.4, "edge": 1.6}  # points: how heavy a frame is


def places(count: int) -> list[float]:
    """Return where the cells of a row begin.

    Examples
    --------
    >>> places(2)
    [147.0, 235.0]
    """
    return [LEFT + SLOT + number * (SLOT + WIDE + GAP) for number in range(count)]


def step(
    name: str,
    title: Drawing,
    cells: Sequence[Drawing | None],
    signs: Sequence[Drawing | None] = (),
    side: Drawing | None = None,
) -> Drawing:
    """Return a row: what it is called, a cell in each column, and what stands beside it.

    Its spots are ``NAME.0``, ``NAME.1``, … for the cells, and ``NAME.side``.

    Parameters
    ----------
    signs
        What stands before each cell: its symbol, or a plus.
    """
    starts = places(len(cells))
    found = [(0.0, title)]
    for number, (cell, x) in enumerate(zip(cells, starts, strict=True)):
        if cell:
            found.append((x + (WIDE - cell.width) / 2, cell.named(f"{name}.{number}")))
    found += [(x - 4.0 - sign.width, sign) for sign, x in zip(signs, starts, strict=False) if sign]
    return _beside(name, found, side, starts[-1] + WIDE)


def band(
    name: str,
    text: Drawing,
    family: str,
    told: str,
    nodes: Sequence[str],
    count: int,
    side: Drawing | None = None,
    beyond: float = 0.0,
) -> Drawing:
    """Return an op that every column goes through, as one wide box.

    Its spots are ``NAME``, ``NAME.side`` and, where columns meet it, ``NAME.0``, ``NAME.1``, ….

    Parameters
    ----------
    beyond
        How far it reaches beyond the last column.
    """
    starts = places(count)
    end = starts[-1] + WIDE
    wide = end + beyond - LEFT
    box = boxed(sized(text, wide - 2 * PAD), f"boxes.{family}", pad=PAD).part("op", told, *nodes)
    spots: dict[str, Bounds] = {
        f"{name}.{number}": (x - LEFT, 0.0, x - LEFT + WIDE, box.height)
        for number, x in enumerate(starts)
    }
    spots[name] = (0.0, 0.0, wide, box.height)
    return _beside(name, [(LEFT, Drawing(wide, box.height, box.marks, spots))], side, end)


def _beside(
    name: str, found: list[tuple[float, Drawing]], side: Drawing | None, end: float
) -> Drawing:
    """Return drawings at their places, one more at their right, all at the same height."""
    if side:
        found = [*found, (end + BESIDE, side.named(f"{name}.side"))]
    high = max(drawing.height for _, drawing in found)
    moved = [drawing.moved(x, (high - drawing.height) / 2) for x, drawing in found]
    return layered(end + BESIDE + SIDE, high, moved)


def between(drawing: Drawing, upper: str, lower: str, count: int, ink: str = "edge") -> list[Part]:
    """Return the arrows from each cell of a row to the one under it."""
    return [down(drawing, f"{upper}.{n}", f"{lower}.{n}", ink=ink) for n in range(count)]


def round_right(drawing: Drawing, tail: str, head: str, ink: str = "edge") -> Part:
    """Return an arrow from the right side of a cell to the right side of one further down."""
    _, top, right, bottom = drawing.spots[tail]
    _, upper, end, lower = drawing.spots[head]
    x, start, stop = right + ROUND, (top + bottom) / 2, (upper + lower) / 2
    points = ((right + TOUCH, start), (x, start), (x, stop), (end + TOUCH, stop))
    return arrow(points, tail, head, ink=ink)


def round_down(drawing: Drawing, tail: str, head: str) -> Part:
    """Return an arrow from the right side of a cell, round the next one, to an op further down."""
    _, top, right, bottom = drawing.spots[tail]
    x, start, stop = right + ROUND, (top + bottom) / 2, drawing.spots[head][1]
    return arrow(((right + TOUCH, start), (x, start), (x, stop - TOUCH)), tail, head)


def framed(
    drawing: Drawing,
    first: str,
    last: str,
    kind: str = "lit",
    pad: float = 0.0,
    left: float = 0.0,
) -> Part:
    """Return a frame round cells, from one to another."""
    a, b = drawing.spots[first], drawing.spots[last]
    bounds = (a[0] - pad - left, a[1] - pad, b[2] + pad, b[3] + pad)
    frame = Rect(bounds, "", kind, FRAMES[kind], "", pad)
    return Part("frame", "", (frame,), (), (("data-round", f"{first} {last}"),))
