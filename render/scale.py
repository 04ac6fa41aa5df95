"""Numbers as they are shown, and the shades that stand for them."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cutaway.render.compose import row
from cutaway.render.marks import Drawing, Mark, Rect, Strokes
from cutaway.render.scene import Bounds
from cutaway.render.theme import STEPS
from cutaway.render.words import words

NUMBER = 10.0  # points: the size of numbers in cells
MINUS = "\u2212"
INFINITE = f"{MINUS}∞"  # what a mask makes of a score
LARGE = 1e4  # from here on numbers have an exponent
WHOLE = 1e7  # … and whole ones
SMALL = 0.005  # what is less is 0.00


def number(value: float, places: int = 2, small: bool = False) -> str:
    """Return a number as figures show it: rounded the same way everywhere.

    Large ones are written with an exponent, so that none is longer than a few digits.

    Parameters
    ----------
    small
        Whether those that would be 0.00 are too: where nothing larger stands beside them.

    Examples
    --------
    >>> number(0.126), number(-0.5), number(float("-inf")), number(-0.001), number(float("nan"))
    ('0.13', '−0.50', '−∞', '0.00', 'NaN')
    >>> number(-1e300), number(0.0004), number(0.0004, small=True)
    ('−1.0e300', '0.00', '4.0e−4')
    """
    if np.isnan(value):
        return "NaN"
    if np.isinf(value):
        return "∞" if value > 0 else INFINITE
    if abs(value) >= (LARGE if places else WHOLE) or (small and 0 < abs(value) < SMALL):
        digits, _, exponent = f"{value:.1e}".partition("e")
        return f"{digits}e{int(exponent)}".replace("-", MINUS)
    text = f"{value:.{places}f}"
    if not text.strip("-0."):
        text = text.removeprefix("-")
    return text.replace("-", MINUS)


def are_small(values: npt.NDArray[np.float64]) -> bool:
    """Say whether all values that are not 0 would be shown as 0.00.

    Examples
    --------
    >>> are_small(np.array([0.0, 0.0004])), are_small(np.array([0.5, 0.0004]))
    (True, False)
    """
    sizes = np.abs(values[np.isfinite(values)])
    return bool((sizes < SMALL).all() and sizes.any())


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
        return shade(self._step(value))

    def line(self, value: float) -> str:
        """Return the colour of a line that stands for a value: never so pale as to be lost."""
        step = max(3, min(round(abs(value) / self.largest * STEPS), STEPS))
        return f"cells.{shade(-step if value < 0 else step)}"

    def bar(self, length: float = 90.0, shown: npt.ArrayLike | None = None) -> Drawing:
        """Return the scale as a bar, with the numbers at its ends.

        ``shown`` are the values that it stands for: then it goes from the least to the largest.
        """
        low, high = self._ends(shown)
        steps = range(self._step(low), self._step(high) + 1)
        wide = length / len(steps)
        marks: list[Mark] = []
        for place, step in enumerate(steps):
            bounds = (place * wide, 0.0, (place + 1) * wide, 9.0)
            marks.append(Rect(bounds, f"cells.{shade(step)}"))
            if step < 0:
                marks.append(minus(bounds, shade(step)))
        marks.append(Rect((0.0, 0.0, length, 9.0), "", "edge"))
        bar = Drawing(length, 9.0, tuple(marks))
        texts = [number(end, small=True) if end else "0" for end in (low, high)]
        ends = [words(text, size=NUMBER, ink="soft") for text in texts]
        return row(ends[0], bar, ends[1], gap=4.0).part("scale", " … ".join(texts))

    def _ends(self, shown: npt.ArrayLike | None) -> tuple[float, float]:
        if shown is None:
            return -self.largest if self.signed else 0.0, self.largest
        finite = np.asarray(shown, float)
        finite = finite[np.isfinite(finite)]
        return float(finite.min()), float(finite.max())

    def _step(self, value: float) -> int:
        step = min(round(abs(value) / self.largest * STEPS), STEPS)
        return -step if value < 0 else step


SHARES = Scale(1.0, signed=False)  # of weights


def minus(bounds: Bounds, shade: str) -> Strokes:
    """Return a dash that says without colour that a value is negative."""
    left, top, right, bottom = bounds
    x, y = (left + right) / 2, (top + bottom) / 2
    half = min(right - left, bottom - top) * 0.22
    return Strokes((((x - half, y), (x + half, y)),), f"inks.{shade}")
