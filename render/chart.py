"""Line charts: axes with round ticks, and each line's name at its end."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from cutaway.graph import Title
from cutaway.render.compose import column, padded
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing, Mark, Strokes, Text, Way
from cutaway.render.measure import text_width
from cutaway.render.scene import Language, Line, Point
from cutaway.render.ticks import decades, tick_texts, ticks
from cutaway.render.words import paragraph
from cutaway.render.write import DROP

Array = npt.NDArray[np.float64]
WIDE = 328.0  # points: of a chart; on a page 360 pixels wide its texts keep their size
HIGH, LEAST = 150.0, 120.0  # points: where the lines are, and how wide that is at least
LEFT = 44.0  # points: of the numbers beside it, so that charts above each other are aligned
SIZE = 11.0  # points: of numbers and names
NAMES = 32.0  # points: from the lines to their names
APART = 13.0  # points: names do not stand closer
COLUMNS = 150  # a line has a highest and a lowest point in each of so many
LOOKS = (  # the ink and the dashes of the first line, the second, …: told apart without colour too
    ("lines.query", ""),
    ("lines.gradient", "6 2"),
    ("lines.value", "2 2"),
    ("lines.mask", "8 2 2 2"),
    ("ink", ""),
    ("soft", "5 3"),
    ("lines.key", "2 1"),
)


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of a chart: its points, its name, how it looks.

    What is not finite is left out, and the line is broken there.
    """

    xs: Array
    ys: Array
    name: str = ""
    ink: str = "ink"
    dash: str = ""
    weight: float = 1.6

    def looking(self, number: int, weight: float = 1.6) -> "Curve":
        """Return it with the look of the first, the second, … of several."""
        ink, dash = LOOKS[number % len(LOOKS)]
        return replace(self, ink=ink, dash=dash, weight=weight)


@dataclass(frozen=True, slots=True)
class _Axes:
    """What is shown: from where to where, and whether heights are logarithms."""

    left: float
    right: float
    low: float
    high: float
    log: bool
    wide: float = WIDE

    def place(self, x: float, y: float) -> Point:
        low, high, at = self.low, self.high, y
        if self.log:
            low, high, at = math.log10(low), math.log10(high), math.log10(y)
        across = (x - self.left) / (self.right - self.left)
        return self.wide * across, HIGH * (1.0 - (at - low) / (high - low))


def chart(
    title: Title | str,
    curves: Sequence[Curve],
    lang: Language = "en",
    log: bool = False,
    below: Title | str = "",
    span: tuple[float, float] | None = None,
) -> Drawing:
    """Return lines over common axes; with its numbers and names it is as wide as any other.

    Parameters
    ----------
    log
        Whether heights are drawn as logarithms; what is not above 0 is left out then.
    below
        What is counted from left to right.
    span
        From where to where up; by default, as high as the lines.

    Examples
    --------
    >>> drawing = chart("loss", [Curve(np.arange(3.0), np.array([4.0, 2.0, 1.0]))], below="step")
    >>> [*drawing.texts()]
    ['loss', '0', '1', '2', '1', '2', '3', '4', 'step']
    """
    axes = _axes(curves, log, span)
    left, over, right, under = _room(curves, axes)
    axes = replace(axes, wide=max(LEAST, WIDE - left - right))
    foot = one_line(Title(below, below) if isinstance(below, str) else below, lang)
    named = Text((axes.wide / 2, HIGH + 2.2 * SIZE + 4.0), Line(foot, size=SIZE), "soft")
    marks = [*_grid(axes), named, *(way for curve in curves for way in _ways(curve, axes))]
    inner = Drawing(axes.wide, HIGH, (*marks, *_names(curves, axes)))
    plot = padded(inner, left, over, right, under)
    named_so = Title(title, title) if isinstance(title, str) else title
    heading = padded(paragraph(named_so, lang, WIDE - left, SIZE, "ink", "end"), left, 0, 0, 0)
    return column(heading, plot, gap=6.0, align="start")


def _axes(curves: Sequence[Curve], log: bool, span: tuple[float, float] | None) -> _Axes:
    """Return axes around all points, with some room above and below."""
    xs = np.concatenate([curve.xs for curve in curves]) if curves else np.zeros(0)
    ys = np.concatenate([curve.ys for curve in curves]) if curves else np.zeros(0)
    ys = np.array(span) if span else ys
    ys = ys[np.isfinite(ys) & ((ys > 0) if log else True)]
    left, right = (float(xs.min()), float(xs.max())) if xs.size else (0.0, 1.0)
    low, high = (float(ys.min()), float(ys.max())) if ys.size else (1.0, 2.0)
    if log:
        spread = max(math.log10(high / low) * 0.06, 0.02)
        low, high = low / 10**spread, high * 10**spread
    else:
        spread = (high - low) * 0.06 or abs(high) * 0.1 or 1.0
        low, high = (max(low - spread, 0.0) if low >= 0 else low - spread), high + spread
    return _Axes(left, right if right > left else left + 1.0, low, high, log)


def _marked(axes: _Axes) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return the round numbers along both axes."""
    along = tuple(x for x in ticks(axes.left, axes.right) if x % 1 == 0)
    return along, (decades if axes.log else ticks)(axes.low, axes.high)


def _grid(axes: _Axes) -> Iterator[Mark]:
    along, up = _marked(axes)
    lines = [(axes.place(axes.left, y), axes.place(axes.right, y)) for y in up]
    yield Strokes(tuple(lines), "frame", 0.3)
    yield Strokes((((0.0, HIGH), (axes.wide, HIGH)),), "frame", 0.8)
    for x, text in zip(along, tick_texts(along), strict=True):
        across = axes.place(x, axes.high)[0]
        yield Strokes((((across, HIGH), (across, HIGH + 3.0)),), "frame", 0.8)
        yield Text((across, HIGH + 5.0 + SIZE * 0.8), Line(text, size=SIZE), "soft")
    for y, text in zip(up, tick_texts(up), strict=True):
        base = axes.place(axes.left, y)[1] + SIZE * DROP
        yield Text((-5.0, base), Line(text, size=SIZE), "soft", "end")


def _ways(curve: Curve, axes: _Axes) -> Iterator[Mark]:
    """Return a line in pieces, broken where values are not finite."""
    good = np.isfinite(curve.ys) & ((curve.ys > 0) if axes.log else True)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], good, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        kept = start + _outline(curve.ys[start:end])
        points = [axes.place(float(curve.xs[n]), float(curve.ys[n])) for n in kept]
        if len(points) == 1:  # a point alone
            (x, y) = points[0]
            points = [(x - 0.8, y), (x + 0.8, y)]
        yield Way(tuple(points), curve.ink, curve.weight, curve.dash)


def _outline(ys: Array) -> npt.NDArray[np.int64]:
    """Return the places of a long line's lowest and highest points, column by column."""
    if len(ys) <= 2 * COLUMNS:
        return np.arange(len(ys))
    starts = np.linspace(0, len(ys), COLUMNS + 1).astype(np.int64)
    pieces = [(a, ys[a:b]) for a, b in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True)]
    extremes = {a + int(f(piece)) for a, piece in pieces for f in (np.argmin, np.argmax)}
    return np.array(sorted({0, len(ys) - 1, *extremes}))


def _ends(curves: Sequence[Curve], axes: _Axes) -> list[tuple[Curve, Point]]:
    """Return the lines that have a name, with the place where each ends, from the top."""
    found = []
    for curve in curves:
        good = np.isfinite(curve.ys) & ((curve.ys > 0) if axes.log else True)
        if curve.name and good.any():
            last = int(np.flatnonzero(good)[-1])
            found.append((curve, axes.place(float(curve.xs[last]), float(curve.ys[last]))))
    return sorted(found, key=lambda each: each[1][1])


def _names(curves: Sequence[Curve], axes: _Axes) -> Iterator[Mark]:
    """Return each line's name right of the plot, with how it looks, at the height of its end.

    Where others stand too near it is moved; a thin line leads to it, which is no data.
    """
    ends, edge = _ends(curves, axes), axes.wide
    for (curve, (_, height)), y in zip(ends, _heights(ends), strict=True):
        yield Way(((edge + 2.0, height), (edge + 10.0, y)), "frame", 0.5)
        yield Way(((edge + 12.0, y), (edge + 28.0, y)), curve.ink, curve.weight, curve.dash)
        yield Text((edge + NAMES, y + SIZE * DROP), Line(curve.name, size=SIZE), "ink", "start")


def _heights(ends: Sequence[tuple[Curve, Point]]) -> list[float]:
    """Return where the names of lines stand."""
    return _spread([height for _, (_, height) in ends])


def _spread(heights: Sequence[float]) -> list[float]:
    """Return ordered heights, moved as little as keeps them apart.

    Examples
    --------
    >>> _spread([10.0, 11.0, 60.0])
    [4.0, 17.0, 60.0]
    """
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _top(groups[-1]) < _top(groups[-2]) + APART * len(groups[-2]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_top(group) + APART * n for group in groups for n in range(len(group))]


def _top(group: Sequence[float]) -> float:
    """Return where the first of a group stands, so that the group is around its middle."""
    return sum(group) / len(group) - APART * (len(group) - 1) / 2


def _left(axes: _Axes) -> float:
    """Return the room of the numbers at the left."""
    wide = max(text_width(text, SIZE) for text in tick_texts(_marked(axes)[1]))
    return max(LEFT, 5.0 + wide)


def _room(curves: Sequence[Curve], axes: _Axes) -> tuple[float, float, float, float]:
    """Return the room around the lines: left, top, right, bottom."""
    ends = _ends(curves, axes)
    heights = _heights(ends)
    along = tick_texts(_marked(axes)[0])
    half = max((text_width(text, SIZE) / 2 for text in along), default=0.0)
    wide = max((NAMES + text_width(curve.name, SIZE) for curve, _ in ends), default=half + 2.0)
    over = max(0.0, SIZE / 2 - min(heights, default=HIGH))
    under = max(2.5 * SIZE + 4.0, max(heights, default=0.0) - HIGH + SIZE / 2)
    return _left(axes), over, wide, under
