"""Values in boxes: what has no shade has a sign, and numbers stay short."""

import numpy as np
import pytest
from geometry import SVG, check, parse

import cutaway as ca
from cutaway.render import Picture
from cutaway.render.marks import Strokes
from cutaway.render.scale import Scale, number
from cutaway.render.texture import thumbnail

Rows = list[list[float]]


def drawn(rows: Rows) -> Picture:
    graph = ca.Graph(ca.ops.relu(ca.input("x", "T D")))
    picture = ca.draw(graph, "op", trace=ca.trace(graph, {"x": rows}))
    check(picture)
    return picture


def matrices(picture: Picture) -> list[str]:
    found = parse(picture).iterfind(f".//{SVG}g[@class='matrix']")
    return [matrix.findtext(f"{SVG}title") or "" for matrix in found]


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_what_has_no_shade_has_a_sign(value: float) -> None:
    rows = np.ones((9, 9))
    plain = drawn(rows.tolist())
    rows[3, 4] = value
    picture = drawn(rows.tolist())
    assert matrices(plain) == ["", ""]
    assert f"({number(value)}: 1)" in matrices(picture)
    ink = 'stroke-width="0.8"'
    assert ink not in plain.svg
    assert ink in picture.svg


def test_signs_are_told_apart_in_maps() -> None:
    found = []
    for value in (0.0, np.nan, np.inf, -np.inf):
        [part] = thumbnail(np.array([[value, 1.0]]), "softmax", Scale(1.0), 5.0).marks
        found.append(tuple(mark for mark in part.marks if isinstance(mark, Strokes)))  # type: ignore[union-attr]
    assert len(set(found)) == 4
    masked = np.array([[True, False]])
    [part] = thumbnail(np.array([[-np.inf, 1.0]]), "softmax", Scale(1.0), 5.0, masked).marks
    assert part.title == "softmax"  # type: ignore[union-attr]


def test_numbers_stay_short() -> None:
    picture = drawn([[1e300, -1e-300], [123456.0, 1.0]])
    texts = [text.text for text in parse(picture).iterfind(f".//{SVG}text")]
    assert {"1.0e300", "1.2e5", "0.00", "1.00"} <= set(texts)
    assert float(parse(picture).attrib["width"]) < 600


def test_values_that_are_all_small_are_no_zeros() -> None:
    texts = [
        t.text for t in parse(drawn([[0.0004, 0.0], [-1e-9, 0.001]])).iterfind(f".//{SVG}text")
    ]
    assert {"4.0e−4", "0.00", "−1.0e−9", "1.0e−3"} <= set(texts)


@pytest.mark.parametrize("value", [1e300, -1.7e308, 5e-324, 99999.0, 0.0049, 12345678.9])
def test_a_number_has_few_characters(value: float) -> None:
    for sign in (1, -1):
        assert len(number(sign * value, small=True)) <= 9
