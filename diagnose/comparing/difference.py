"""How far two arrays lie apart, and how far they may."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Place = tuple[int, ...]

TOLERANCES = {"float16": 1e-2, "float32": 1e-5, "float64": 1e-9}
# numbers below are compared as if they were of this size: sums that cancel are noise
SMALLEST = 0.01
FORBIDDEN = -9999.0  # what some write for the -∞ of a mask, or less


@dataclass(frozen=True, slots=True)
class Difference:
    """The largest difference of two arrays.

    Attributes
    ----------
    absolute
        As a number; infinite where only one of both is infinite or NaN, or shapes differ.
    relative
        To the largest number in both arrays, or to 0.01 where all are smaller.
    place
        Where it is; empty if shapes differ.
    shapes
        Both shapes, where they differ.
    """

    absolute: float
    relative: float
    place: Place = ()
    shapes: tuple[Place, Place] | None = None

    def __str__(self) -> str:
        if self.shapes:
            return " / ".join(map(str, self.shapes))
        return f"{self.absolute:.3g} ({self.relative:.2g})"

    def as_data(self) -> dict[str, Any]:
        """Return it for JSON: of unlike shapes no numbers."""
        apart = (None, None) if self.shapes else (self.absolute, self.relative)
        shapes = [list(shape) for shape in self.shapes] if self.shapes else None
        return dict(zip(("difference", "relative", "shapes"), (*apart, shapes), strict=True))


NOTHING = {"difference": None, "relative": None, "shapes": None}
EQUAL = Difference(0.0, 0.0)


def difference(left: npt.ArrayLike, right: npt.ArrayLike, smallest: float = SMALLEST) -> Difference:
    """Return how far two arrays lie apart.

    The same infinity, NaN at the same place, and a mask's -∞ that the other writes as a large
    negative number are no difference.

    Parameters
    ----------
    left, right
        Of any shapes.
    smallest
        Numbers below are compared as if they were of this size.

    Examples
    --------
    >>> difference([1.0, 4.0], [1.0, 2.0])
    Difference(absolute=2.0, relative=0.5, place=(1,), shapes=None)
    >>> difference([0.5, -np.inf], [0.5, -1e9]).absolute
    0.0
    >>> str(difference([1.0], [1.0, 2.0]))
    '(1,) / (2,)'
    """
    a, b = np.asarray(left), np.asarray(right)
    if a.shape != b.shape:
        return Difference(math.inf, math.inf, (), (a.shape, b.shape))
    if a is b or not a.size:
        return EQUAL
    if a.dtype.kind != "f" or b.dtype.kind != "f":
        a, b = a.astype(np.float64), b.astype(np.float64)
    with np.errstate(all="ignore"):
        apart = np.asarray(np.abs(a.astype(np.float64) - b))
    odd = ~np.isfinite(apart)
    if odd.any():
        apart[odd] = np.where(_alike(a[odd], b[odd]), 0.0, math.inf)
    largest = float(apart.max())
    if largest == 0:
        return EQUAL
    place = np.unravel_index(int(apart.argmax()), a.shape)
    return Difference(
        largest, largest / _size(a, b, smallest), tuple(int(along) for along in place)
    )


def _alike(a: Array, b: Array) -> Array:
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    masked = (np.isneginf(a) & (b <= FORBIDDEN)) | (np.isneginf(b) & (a <= FORBIDDEN))
    return np.asarray(same | masked)


def _size(a: Array, b: Array, smallest: float) -> float:
    """Return the largest number in two arrays, without what a mask or an overflow put there."""
    both = np.isfinite(a) & np.isfinite(b)
    if not both.any():
        return 1.0
    return max(smallest, float(np.abs(a[both]).max()), float(np.abs(b[both]).max()))


def tolerance_of(*precisions: npt.DTypeLike) -> float:
    """Return the relative difference that rounding alone may make: by the coarsest precision.

    Examples
    --------
    >>> tolerance_of("float64", "float32")
    1e-05
    """
    return max(TOLERANCES.get(np.dtype(found).name, 1e-9) for found in precisions)
