"""What is no number, or infinite, in a matrix of shades: a sign in its cell, which no shade has."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.render.marks import Strokes
from cutaway.render.scale import number
from cutaway.render.scene import Bounds, Point

INSET = 0.2  # of a cell, from its border to the sign
Array = npt.NDArray[Any]
Line = tuple[Point, Point]


def sign(value: float, bounds: Bounds) -> Strokes | None:
    """Return the sign of a value that has no shade: ``×`` for NaN, ``∧`` for ∞, ``∨`` for -∞.

    Examples
    --------
    >>> len(sign(float("nan"), (0.0, 0.0, 5.0, 5.0)).lines), sign(0.0, (0.0, 0.0, 5.0, 5.0))
    (2, None)
    """
    return None if np.isfinite(value) else Strokes(tuple(_lines(value, bounds)), "ink", 0.8)


def told(title: str, values: Array, masked: Array | None = None) -> str:
    """Return the title of a matrix, with how many of its values are no numbers, or infinite.

    Parameters
    ----------
    masked
        Which cells are masked: they have a sign of their own.

    Examples
    --------
    >>> told("scores", np.array([np.nan, np.inf, np.nan, 1.0]))
    'scores (NaN: 2, ∞: 1)'
    """
    odd = ~np.isfinite(values) if masked is None else ~np.isfinite(values) & ~masked
    names = list(map(number, values[odd].tolist()))
    counts = ", ".join(f"{name}: {names.count(name)}" for name in dict.fromkeys(names))
    return f"{title} ({counts})".lstrip() if counts else title


def _lines(value: float, bounds: Bounds) -> Iterator[Line]:
    left, top, right, bottom = bounds
    dx, dy = (right - left) * INSET, (bottom - top) * INSET
    left, top, right, bottom = left + dx, top + dy, right - dx, bottom - dy
    if np.isnan(value):
        yield (left, top), (right, bottom)
        yield (left, bottom), (right, top)
        return
    base, tip = (bottom, top) if value > 0 else (top, bottom)
    middle = (left + right) / 2
    yield (left, base), (middle, tip)
    yield (middle, tip), (right, base)
