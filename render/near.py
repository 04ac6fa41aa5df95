"""What is near something: a large picture is not looked through from end to end."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Generic, TypeVar

from cutaway.render.geometry import around, bounds
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
        left, top, right, bottom = around([area for area, _ in known]) if known else (0.0,) * 4
        self._axis = 0 if right - left > bottom - top else 1
        self._layers: dict[int, list[tuple[int, Thing]]] = {}
        for area, thing in known:
            layers = self._reached(area)
            for layer in layers:
                self._layers.setdefault(layer, []).append((layers[0], thing))

    def to(self, area: Bounds) -> Iterator[Thing]:
        """Yield all that may meet a rectangle, once each: more than what does."""
        layers = self._reached(area)
        for layer in layers:
            for first, thing in self._layers.get(layer, ()):
                if layer == max(first, layers[0]):
                    yield thing

    def _reached(self, area: Bounds) -> range:
        begin, end = area[self._axis], area[self._axis + 2]
        return range(int(begin // DEPTH), int(end // DEPTH) + 1)


def steps(lines: Iterable[list[Point]]) -> Near[Step]:
    """Return the steps of lines, by where they are."""
    found: list[tuple[Bounds, Step]] = []
    for line in lines:
        whole = bounds(line)
        found += [(bounds([a, b]), (whole, a, b)) for a, b in pairwise(line)]
    return Near(found)
