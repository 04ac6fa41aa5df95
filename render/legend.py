"""Where the legend's entries stand: in rows under the picture."""

from typing import NamedTuple

from cutaway.render.measure import text_width
from cutaway.render.scene import Sign

SIZE = 10.0
SWATCH = 24.0
ROW = 16.0
GAP = 14.0
NARROWEST = 320.0  # what a legend may take beside a picture that is narrower


class Entry(NamedTuple):
    """An entry, from the legend's top left corner."""

    sign: Sign
    x: float
    y: float
    width: float


def legend(signs: tuple[Sign, ...], width: float) -> tuple[Entry, ...]:
    """Return the entries in rows that are no wider than a picture.

    A single entry may be wider: see :func:`extent`.
    """
    found: list[Entry] = []
    x = y = 0.0
    for sign in signs:
        wide = SWATCH + 5 + text_width(sign.words, SIZE)
        if x and x + wide > max(width, NARROWEST):
            x, y = 0.0, y + ROW
        found.append(Entry(sign, x, y, wide))
        x += wide + GAP
    return tuple(found)


def extent(entries: tuple[Entry, ...]) -> tuple[float, float]:
    """Return width and height of a legend."""
    if not entries:
        return 0.0, 0.0
    return max(e.x + e.width for e in entries), max(e.y for e in entries) + ROW
