"""Numbers as they are shown, and the shades that stand for them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cutaway.render.compose import row
from cutaway.render.marks import Drawing, Mark, Rect, Way
from cutaway.render.scene import Bounds
from cutaway.render.theme import STEPS
from cutaway.render.words import words

NUMBER = 10.0  # points: the size of numbers in cells
MINUS = "\u2212"


def number(value: float, places: int = 2) -> str:
    """Return a number as figures show it: rounded the same way everywhere.

    Examples
    --------
    >>> number(0.126), number(-0.5), number(float("-inf")), number(-0.001), number(float("nan"))
    ('0.13', '−0.50', '−∞', '0.00', 'NaN')
    """
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else f"{MINUS}∞"
    text = f"{value:.{places}f}"
    if not text.strip("-0."):
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def shade(step: int) -> str:
    """Return the name of the shade of a step: ``p0`` … ``p10``, and of negative ones ``n1`` ….

    Examples
    --------
    >>> shade(3), shade(-3)
    ('p3', 'n3')
    """
    return f"{'n' if step < 0 else 'p'}{abs(step)}"


@dataclass(frozen=True, slots=True)
class Scale:
    """From values to shades: none for 0, the darkest for the largest and beyond."""

    largest: float
    signed: bool = True

    @classmethod
    def of(cls, *arrays: npt.ArrayLike, signed: bool = True) -> "Scale":
        """Return one for these values; what is infinite or NaN doesn't count."""
        found = [np.abs(array[np.isfinite(array)]) for array in map(np.asarray, arrays)]
        largest = max((float(array.max()) for array in found if array.size), default=0.0)
        return cls(largest or 1.0, signed)

    def cell(self, value: float) -> str:
        """Return the name of a value's shade.

        Examples
        --------
        >>> Scale(2.0).cell(1.0), Scale(2.0).cell(-5.0), Scale(2.0).cell(float("-inf"))
        ('p5', 'n10', 'p0')
        """
        if not np.isfinite(value):
            return "p0"
        step = min(round(abs(value) / self.largest * STEPS), STEPS)
        return shade(-step if value < 0 else step)

    def line(self, value: float) -> str:
        """Return the colour of a line that stands for a value: never so pale as to be lost."""
        step = max(3, min(round(abs(value) / self.largest * STEPS), STEPS))
        return f"cells.{shade(-step if value < 0 else step)}"

    def bar(self, length: float = 90.0) -> Drawing:
        """Return the scale as a bar, with the numbers at its ends."""
        steps = range(-STEPS if self.signed else 0, STEPS + 1)
        wide = length / len(steps)
        marks: list[Mark] = []
        for place, step in enumerate(steps):
            bounds = (place * wide, 0.0, (place + 1) * wide, 9.0)
            marks.append(Rect(bounds, f"cells.{shade(step)}"))
            if step < 0:
                marks.append(minus(bounds, shade(step)))
        marks.append(Rect((0.0, 0.0, length, 9.0), "", "edge"))
        low, high = number(-self.largest) if self.signed else "0", number(self.largest)
        bar = Drawing(length, 9.0, tuple(marks))
        ends = [words(end, size=NUMBER, ink="soft") for end in (low, high)]
        return row(ends[0], bar, ends[1], gap=4.0).part("scale", f"{low} … {high}")


SHARES = Scale(1.0, signed=False)  # of weights


def minus(bounds: Bounds, shade: str) -> Way:
    """Return a dash that says without colour that a value is negative."""
    left, top, right, bottom = bounds
    x, y = (left + right) / 2, (top + bottom) / 2
    half = min(right - left, bottom - top) * 0.22
    return Way(((x - half, y), (x + half, y)), f"inks.{shade}", 1.0)
