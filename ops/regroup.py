"""Which axes a reshape carries: those between places where the products agree."""

from itertools import accumulate

import sympy

from cutaway.graph import Carried, Dim, InputAxis, Shape


def regroup(old: Shape, new: Shape) -> Carried:
    """Return, for each axis of the new shape, the axes of the old one that its elements had.

    Where the product of the axes before a place is the same in both shapes, what stands before
    becomes what stands before; so the axes between two such places belong together. The same
    holds for the products behind a place. An axis of length 1 is dropped or made.

    Examples
    --------
    >>> import cutaway as ca
    >>> B, T, H, K = ca.dims("B T H K")
    >>> [[place.axis for place in found] for found in regroup((B, T, H * K), (B, T, H, K))]
    [[0], [1], [2], [2]]
    >>> [[place.axis for place in found] for found in regroup((B, T, H, K), (B * T, 1, H * K))]
    [[0, 1], [], [2, 3]]
    """
    left = [axis for axis, dim in enumerate(old) if dim != 1]
    right = [axis for axis, dim in enumerate(new) if dim != 1]
    found: list[tuple[InputAxis, ...]] = [()] * len(new)
    start = (0, 0)
    stops = _agreeing([old[n] for n in left], [new[n] for n in right])
    for stop in (*stops, (len(left), len(right))):
        group = tuple(InputAxis(0, axis) for axis in left[start[0] : stop[0]])
        for axis in right[start[1] : stop[1]]:
            found[axis] = group
        start = stop
    return tuple(found)


def _agreeing(old: list[Dim], new: list[Dim]) -> list[tuple[int, int]]:
    """Return the places with the same product before them, then those with the same behind."""
    before = _same(old, new)
    behind = [(len(old) - a, len(new) - b) for a, b in reversed(_same(old[::-1], new[::-1]))]
    last = before[-1] if before else (0, 0)
    return before + [place for place in behind if place[0] > last[0] and place[1] > last[1]]


def _same(old: list[Dim], new: list[Dim]) -> list[tuple[int, int]]:
    """Return how many axes of each have the same product, for all beginnings that do."""
    totals = {total: count for count, total in enumerate(accumulate(old, _times), 1)}
    return [
        (totals[total], count)
        for count, total in enumerate(accumulate(new, _times), 1)
        if total in totals
    ]


def _times(a: Dim, b: Dim) -> Dim:
    """Return a product, as :mod:`cutaway.graph.dims` writes it: of some axes it is no size."""
    return sympy.expand(sympy.Mul(a, b))
