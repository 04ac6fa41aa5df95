"""What is near something: a large picture is not looked through from end to end."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

from cutaway.render.geometry import bounds
from cutaway.render.scene import Bounds, Point

DEPTH = 50.0  # points: how deep a layer is
Step = tuple[Bounds, Point, Point]  # the rectangle around a whole line, and a step of it
Thing = TypeVar("Thing")


class Near(Generic[Thing]):
    """Things in layers across the longer side of a picture, each in those that it reaches into.

    Examples
    --------
    >>> near = Near([((0, 0, 9, 9), "top"), ((0, 900, 9, 909), "low"), ((5, 0, 6, 990), "line")])
    >>> list(near.to((0, 800, 9, 905)))
    ['line', 'low']
    """

    def __init__(self, placed: Iterable[tuple[Bounds, Thing]]) -> None:
        known = tuple(placed)
        wide, high = (_extent(known, axis) for axis in (0, 1))
        self._axis = 0 if wide > high else 1
        self._layers: dict[int, list[tuple[int, float, float, Thing]]] = {}
        across = 1 - self._axis
        for area, thing in known:
            layers = self._reached(area)
            entry = layers[0], area[across], area[across + 2], thing
            for layer in layers:
                self._layers.setdefault(layer, []).append(entry)

    def to(self, area: Bounds) -> Iterator[Thing]:
        """Yield all that may meet a rectangle, once each: little more than what does."""
        layers = self._reached(area)
        begin, end = area[1 - self._axis], area[3 - self._axis]
        for layer in layers:
            for first, low, high, thing in self._layers.get(layer, ()):
                if low <= end and begin <= high and layer == max(first, layers[0]):
                    yield thing

    def _reached(self, area: Bounds) -> range:
        begin, end = area[self._axis], area[self._axis + 2]
        return range(int(begin // DEPTH), int(end // DEPTH) + 1)


def steps(lines: Iterable[list[Point]]) -> Near[Step]:
    """Return the steps of lines, by where they are."""
    found: list[tuple[Bounds, Step]] = []
    for line in lines:
        whole = bounds(line)
        found += [(_between(a, b), (whole, a, b)) for a, b in pairwise(line)]
    return Near(found)


def _extent(placed: Sequence[tuple[Bounds, object]], axis: int) -> float:
    begin = min((area[axis] for area, _ in placed), default=0.0)
    return max((area[axis + 2] for area, _ in placed), default=0.0) - begin


def _between(a: Point, b: Point) -> Bounds:
    left, right = (a[0], b[0]) if a[0] <= b[0] else (b[0], a[0])
    return (left, a[1], right, b[1]) if a[1] <= b[1] else (left, b[1], right, a[1])
