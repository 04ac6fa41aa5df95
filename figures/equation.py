"""Equations of matrices: signs between them, their names above and their shapes below."""

from collections.abc import Sequence
from dataclasses import replace

from cutaway.figures.formula import formula
from cutaway.figures.spec import Setting
from cutaway.graph import Title, Trace
from cutaway.render.compose import column, layered, row, sized
from cutaway.render.marks import Drawing
from cutaway.render.words import words

GAP = 6.0  # points between what stands in an equation
SIGN = 16.0  # points: the size of · + =
NEAR = 4.0  # points between a matrix and what stands above and below it
LEVEL = "level"  # the spot whose middle is at the same height in a whole equation


def sign(text: str, size: float = SIGN) -> Drawing:
    """Return a sign between matrices."""
    return words(text, size=size, align="middle")


def op_sign(setting: Setting, text: str, trace: Trace, *paths: str, size: float = SIGN) -> Drawing:
    """Return a sign that is an op: it stands for the nodes at these paths."""
    title = setting.told(trace.node(paths[0]).op.title)
    return sign(text, size).part("op", title, *paths)


def captioned(
    cells: Drawing, above: Drawing, below: Drawing | None = None, spot: str = "cells"
) -> Drawing:
    """Return a drawing with something above and below the middle of a spot in it.

    In an equation that spot stands level with the others.
    """
    left, top, right, bottom = cells.spots[spot]
    middle = (left + right) / 2
    below = below or Drawing(0.0, 0.0)
    wide = max(above.width, below.width)
    begin = min(0.0, middle - wide / 2)
    drop = above.height + NEAR
    parts = (
        cells.moved(-begin, drop),
        above.moved(middle - above.width / 2 - begin, 0.0),
        below.moved(middle - below.width / 2 - begin, drop + cells.height + NEAR),
    )
    across = max(cells.width, middle + wide / 2) - begin
    placed = layered(across, drop + cells.height + NEAR + below.height, parts)
    spots = {**placed.spots, LEVEL: (0.0, drop + top, across, drop + bottom)}
    return replace(placed, spots=spots)


def level(*drawings: Drawing) -> Drawing:
    """Return drawings from left to right, their rows at the same heights."""
    middles = [_middle(drawing) for drawing in drawings]
    high, x, placed = max(middles), 0.0, []
    for drawing, middle in zip(drawings, middles, strict=True):
        spots = {name: spot for name, spot in drawing.spots.items() if name != LEVEL}
        placed.append(replace(drawing, spots=spots).moved(x, high - middle))
        x += drawing.width + GAP
    low = max(high - m + d.height for d, m in zip(drawings, middles, strict=True))
    whole = layered(x - GAP, low, placed)
    return replace(whole, spots={**whole.spots, LEVEL: (0.0, 0.0, x - GAP, 2 * high)})


def _middle(drawing: Drawing) -> float:
    _, top, _, bottom = drawing.spots.get(LEVEL, (0.0, 0.0, 0.0, drawing.height))
    return (top + bottom) / 2


def shapes(
    setting: Setting, trace: Trace, path: str, skip: int = 0, sizes: Sequence[str] = ()
) -> Drawing:
    """Return the shape of a node, in symbols and, with values, in numbers.

    Parameters
    ----------
    skip
        How many axes at its beginning are left out, such as that of a single sentence.
    sizes
        What its axes are called, if not as in the graph.
    """
    lines = [_shape(sizes or [str(dim) for dim in trace.node(path).shape[skip:]])]
    if setting.values:
        lines.append(_shape([str(size) for size in trace[path].shape[skip:]]))
    return column(*(setting.words(line, 10, "soft") for line in lines), gap=0.0)


def _shape(sizes: Sequence[str]) -> str:
    return f"({', '.join(sizes)})"


def heading(setting: Setting, text: Title, symbol: str) -> Drawing:
    """Return what a matrix is called, with its symbol."""
    return row(setting.words(text, 10), formula(symbol), gap=6.0)


def token_names(setting: Setting, high: float) -> Drawing:
    """Return the words of the example, each at the height of its row."""
    texts = (words(word, size=10, ink="soft", align="end") for word in setting.example.words)
    return column(*(sized(text, 0.0, high) for text in texts), gap=0.0, align="end")
