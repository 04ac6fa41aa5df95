"""Many lines as bands: a row for each, a shade for its height; lines of one chart would tangle."""

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cutaway.graph import Title
from cutaway.render.chart import APART, LEFT, SIZE, WIDE, Curve
from cutaway.render.compose import column, padded
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing, Mark, Strokes, Text, Tiles
from cutaway.render.measure import text_width
from cutaway.render.scale import shade
from cutaway.render.scene import Bounds, Language, Line
from cutaway.render.theme import STEPS
from cutaway.render.ticks import decades, tick_texts, ticks
from cutaway.render.words import paragraph
from cutaway.render.write import DROP

Array = npt.NDArray[np.float64]
CELLS = 75  # of a band at most: each shows the mean of its steps
NAMES = 6.0  # points: from the bands to their names
KEY = 8.0  # points: how wide the key of the shades is, and how far it is from the bands


def bands(title: Title, curves: Sequence[Curve], lang: Language, below: Title) -> Drawing:
    """Return a row of shades for each line, the first above; a shade is a height's logarithm.

    All lines have their points at the same places. What is not above 0, or not finite, is left out.

    Parameters
    ----------
    below
        What is counted from left to right.

    Examples
    --------
    >>> xs, ys = np.arange(3.0), np.array([0.1, 1.0, 10.0])
    >>> curves = Curve(xs, ys, "a"), Curve(xs, ys, "b")
    >>> drawing = bands(Title("norm", "范数"), curves, "en", Title("step", "步"))
    >>> [*drawing.texts()]
    ['norm', '0', '1', '2', 'a', 'b', '0.1', '1', '10', 'step']
    """
    right = NAMES + max(text_width(curve.name, SIZE) for curve in curves)
    wide, high = WIDE - LEFT - right, APART * len(curves)
    steps, (low, most) = levels(curves, CELLS, STEPS)
    foot = Line(one_line(below, lang), size=SIZE)
    marks = [
        *_cells(steps, wide / steps.shape[1]),
        *_along(curves[0].xs, wide, high),
        *_named(curves, wide),
        *_key(low, most, high),
        Text((wide / 2, high + 2.2 * SIZE + 4.0), foot, "soft"),
    ]
    plot = padded(Drawing(wide, high, tuple(marks)), LEFT, 0.0, right, 2.5 * SIZE + 4.0)
    heading = padded(paragraph(title, lang, WIDE - LEFT, SIZE, "ink", "end"), LEFT, 0, 0, 0)
    return column(heading, plot, gap=6.0, align="start")


def levels(
    curves: Sequence[Curve], cells: int, most: int
) -> tuple[npt.NDArray[np.int64], tuple[float, float]]:
    """Return a row for each line, of at most so many cells: how high it is, from 1 to ``most``.

    A cell is the mean logarithm of its points; of a cell without any, 0.

    Returns
    -------
    array, (float, float)
        The levels, and what the lowest and the highest of them stand for.

    Examples
    --------
    >>> xs = np.arange(4.0)
    >>> curves = Curve(xs, np.array([1.0, 10, 100, 1000])), Curve(xs, np.array([10.0, 10, 0, 0]))
    >>> levels(curves, 2, 11)[0].tolist()
    [[1, 11], [3, 0]]
    """
    count = len(curves[0].xs)
    edges = np.linspace(0, count, min(cells, count) + 1).astype(int).tolist()
    heights = np.array([_means(curve.ys, edges) for curve in curves])
    good = heights[np.isfinite(heights)]
    low, spread = (float(good.min()), float(np.ptp(good))) if good.size else (0.0, 0.0)
    spread = spread or 1.0
    found = 1 + np.round((most - 1) * (heights - low) / spread)
    return np.where(np.isfinite(heights), found, 0).astype(int), (10**low, 10 ** (low + spread))


def _means(ys: Array, edges: Sequence[int]) -> Array:
    with np.errstate(all="ignore"):
        logs = np.log10(ys)
    finite = [piece[np.isfinite(piece)] for piece in (logs[a:b] for a, b in pairwise(edges))]
    return np.array([piece.mean() if piece.size else math.nan for piece in finite])


def _cells(steps: npt.NDArray[np.int64], wide: float) -> Iterator[Mark]:
    """Return the cells, shade by shade."""
    for step in range(1, STEPS + 1):
        places = np.argwhere(steps == step).tolist()
        bounds: list[Bounds] = [
            (across * wide, row * APART + 0.5, (across + 1) * wide, (row + 1) * APART - 0.5)
            for row, across in places
        ]
        if bounds:
            yield Tiles(tuple(bounds), f"cells.{shade(step)}")


def _along(xs: Array, wide: float, high: float) -> Iterator[Mark]:
    """Return the round numbers below."""
    first, last = float(xs[0]), float(xs[-1])
    along = tuple(x for x in ticks(first, last) if x % 1 == 0)
    for x, text in zip(along, tick_texts(along), strict=True):
        across = wide * (x - first + 0.5) / (last - first + 1.0)
        yield Strokes((((across, high), (across, high + 3.0)),), "frame", 0.8)
        yield Text((across, high + 5.0 + SIZE * 0.8), Line(text, size=SIZE), "soft")


def _named(curves: Sequence[Curve], wide: float) -> Iterator[Mark]:
    """Return each band's name, right of it."""
    for row, curve in enumerate(curves):
        base = (row + 0.5) * APART + SIZE * DROP
        yield Text((wide + NAMES, base), Line(curve.name, size=SIZE), "ink", "start")


def _key(low: float, most: float, high: float) -> Iterator[Mark]:
    """Return what the shades stand for: a column of them, with round numbers at its left."""
    step = high / STEPS
    for place in range(STEPS):
        top = high - (place + 1) * step
        yield Tiles(((-2 * KEY, top, -KEY, top + step),), f"cells.{shade(place + 1)}")
    marked = decades(low, most)
    for value, text in zip(marked, tick_texts(marked), strict=True):
        y = high * (1.0 - math.log10(value / low) / math.log10(most / low))
        yield Text((-2 * KEY - 4.0, y + SIZE * DROP), Line(text, size=SIZE), "soft", "end")
