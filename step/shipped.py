"""Arrays as a page takes them along: base64, or of large ones an evenly spread sample."""

import base64
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.run.compile import Array

Places = tuple[tuple[int, ...], ...]
KINDS: dict[str, tuple[npt.DTypeLike, ...]] = {  # the first that holds all numbers exactly
    "b": (np.uint8,),
    "i": (np.int32, np.float64),
    "u": (np.int32, np.float64),
    "f": (np.float32, np.float64),
}


def shipped(array: Array) -> dict[str, str]:
    """Return an array as text, and as what its bytes are to be read.

    Examples
    --------
    >>> shipped(np.array([1.0, 0.5]))
    {'kind': 'float32', 'text': 'AACAPwAAAD8='}
    >>> shipped(np.array([0.1]))["kind"]
    'float64'
    """
    stored = _narrowest(array)
    data = np.ascontiguousarray(stored, stored.dtype.newbyteorder("<")).tobytes()
    return {"kind": stored.dtype.name, "text": base64.b64encode(data).decode()}


def length(array: Array) -> int:
    """Return how many characters an array takes."""
    return 4 * -(-_narrowest(array).nbytes // 3)


def _narrowest(array: Array) -> npt.NDArray[Any]:
    *narrow, widest = KINDS[array.dtype.kind]
    for kind in narrow:
        with np.errstate(all="ignore"):
            found = array.astype(kind)
        if np.array_equal(found, array, equal_nan=array.dtype.kind == "f"):
            return found
    return array.astype(widest)


def sample(shape: tuple[int, ...], most: int) -> Places:
    """Return, for each axis, places spread evenly over it: at most so many numbers in all.

    Short axes stay whole; long ones get the same number of places.

    Examples
    --------
    >>> sample((2, 9), 8)
    ((0, 1), (0, 3, 5, 8))
    """
    cap = _cap(shape, most)
    return tuple(
        tuple(np.linspace(0, size - 1, min(size, cap)).round().astype(int).tolist())
        for size in shape
    )


def _cap(shape: tuple[int, ...], most: int) -> int:
    """Return how many places an axis may have at most."""
    room = float(most)
    for done, size in enumerate(sorted(shape)):
        cap = int(room ** (1 / (len(shape) - done)) + 1e-9)
        if size > cap:
            return cap
        room /= size
    return max(shape, default=1)
