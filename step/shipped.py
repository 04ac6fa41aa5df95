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


def sample(array: Array, most: int) -> Places:
    """Return places along each axis: at most so many numbers in all.

    Short axes stay whole; long ones get the same number of places. Up to a half of these are
    telling: of the last axis where rows have their maximum, and where the largest numbers are, by
    their absolute values. The others are spread evenly.

    Examples
    --------
    >>> sample(np.array([[0, 0, 0, 0, 7, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 9, 0]]), 8)
    ((0, 1), (0, 4, 7, 8))
    """
    cap = _cap(array.shape, most)
    return tuple(_along(array, axis, cap) for axis in range(array.ndim))


def _along(array: Array, axis: int, most: int) -> tuple[int, ...]:
    size = array.shape[axis]
    if size <= most:
        return tuple(range(size))
    found = set(_telling(array, axis)[: most // 2])
    even = max(most - len(found), 2)
    while len(found) < most:  # the next has some that are not there yet
        places = np.linspace(0, size - 1, even).round().astype(int).tolist()
        new = [place for place in places if place not in found]
        found.update(new[: most - len(found)])
        even += 1
    return tuple(sorted(found))


def _telling(array: Array, axis: int) -> list[int]:
    """Return the places along an axis, the most telling first."""
    others = tuple(other for other in range(array.ndim) if other != axis)
    loudness = np.abs(np.nan_to_num(array.astype(float), nan=np.inf)).max(axis=others)
    winners = np.unique(array.argmax(axis=axis)) if axis == array.ndim - 1 else ()
    loudest = np.argsort(-loudness, kind="stable")
    return list(dict.fromkeys(int(place) for place in (*winners, *loudest)))


def _cap(shape: tuple[int, ...], most: int) -> int:
    """Return how many places an axis may have at most."""
    room = float(most)
    for done, size in enumerate(sorted(shape)):
        cap = int(room ** (1 / (len(shape) - done)) + 1e-9)
        if size > cap:
            return cap
        room /= size
    return max(shape, default=1)
