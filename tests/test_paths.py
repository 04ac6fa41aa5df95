"""Paths are short, and lead where they are told to."""

from itertools import pairwise

import pytest
from geometry import places
from hypothesis import given
from hypothesis import strategies as st

from cutaway.render.path import Command, bars, path, short
from cutaway.render.scene import Point

NEAR = 0.016  # points: a place is rounded to a hundredth, and the pull of a smooth curve is known
number = st.integers(-30_000, 30_000).map(lambda n: n / 100)
whole = st.integers(-300, 300).map(float)
point = st.tuples(number, number)
lines = st.lists(point, min_size=1, max_size=4).map(lambda points: ("L", points))
curves = st.tuples(point, point).map(lambda points: ("Q", [*points]))


@given(point, st.lists(lines | curves | st.just(("Z", [])), max_size=12), point)
def test_each_point_is_where_it_should_be(begin: Point, rest: list[Command], corner: Point) -> None:
    at, wanted = begin, [begin]
    for command, points in rest:
        # a line to where the pen is already is not written
        wanted += [
            p
            for before, p in zip([at, *points], points, strict=False)
            if command == "Q" or p != before
        ]
        at = points[-1] if points else begin
    check(
        path([("M", [begin]), *rest], *corner), [(x + corner[0], y + corner[1]) for x, y in wanted]
    )


@given(st.lists(st.tuples(whole, whole), min_size=2, max_size=12, unique=True))
def test_smooth_curves_have_no_pull_of_their_own(pulls: list[Point]) -> None:
    """As in the outlines of fonts: where two curves meet is the middle between their pulls."""
    ends = [((a + c) / 2, (b + d) / 2) for (a, b), (c, d) in pairwise(pulls)]
    curves = [("Q", pair) for pair in zip(pulls, ends, strict=False)]
    data = path([("M", [(0.0, 0.0)]), *curves])
    check(data, [(0.0, 0.0), *(p for _, pair in curves for p in pair)])
    assert data.count("q") == 1


def test_nothing_is_written_that_says_nothing() -> None:
    glyph = [
        ("M", [(0.0, 0.0)]),
        ("L", [(0.0, 0.0), (0.5, -0.25)]),
        ("Q", [(1.0, 0.0), (2.0, 1.0)]),
    ]
    assert path([*glyph, *glyph]) == "M0 0l.5-.25q.5.25 1.5 1.25m-2-1l.5-.25q.5.25 1.5 1.25"
    assert path([]) == bars([]) == ""
    assert [short(x) for x in (-0.04, 0.04, 100.0, -0.5, 12.25)] == ["0", "0", "100", "-.5", "12.2"]


def check(data: str, wanted: list[Point]) -> None:
    found = list(places(data))
    assert len(found) == len(wanted)
    for here, there in zip(found, wanted, strict=True):
        assert here == pytest.approx(there, abs=NEAR)
