"""What is near is found, whichever way a picture is long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cutaway.render.geometry import meet
from cutaway.render.near import Near
from cutaway.render.scene import Bounds


def areas(wide: float, high: float) -> st.SearchStrategy[Bounds]:
    spans = (
        st.tuples(st.floats(-far, far), st.floats(-far, far)).map(sorted) for far in (wide, high)
    )
    return st.tuples(*spans).map(lambda pair: (pair[0][0], pair[1][0], pair[0][1], pair[1][1]))


@pytest.mark.parametrize("size", [(60.0, 900.0), (900.0, 60.0)])
@given(st.data())
def test_all_that_meets_is_near_and_once(size: tuple[float, float], data: st.DataObject) -> None:
    placed = data.draw(st.lists(areas(*size), max_size=20))
    where = data.draw(areas(*size))
    found = list(Near((area, number) for number, area in enumerate(placed)).to(where))
    assert len(found) == len(set(found))
    assert {n for n, area in enumerate(placed) if meet(area, where)} <= set(found)


def test_what_is_far_is_not_looked_at() -> None:
    places = [(0.0, 100.0 * n, 80.0, 100.0 * n + 40.0) for n in range(1000)]
    near = Near((area, number) for number, area in enumerate(places))
    assert list(near.to((10.0, 50_000.0, 20.0, 50_010.0))) == [500]
    assert list(near.to((90.0, 0.0, 95.0, 100_000.0))) == []
