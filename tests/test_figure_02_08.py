"""Figures 2 and 8: what their arrows, boxes and legends say, read off their SVG."""

import re

import pytest
from geometry import SVG, Element, area, hull, places
from test_figures import LANGUAGES, drawn, root

from cutaway.figures import FIGURES
from cutaway.figures.example import example
from cutaway.figures.parts import total
from cutaway.figures.texts import label

ATTENTION, HEADS = "scaled-dot-product-attention", "multi-head-attention"


def texts(svg: Element) -> list[str]:
    return [text.text or "" for text in svg.iter(f"{SVG}text")]


def box(svg: Element, path: str) -> Element:
    (found,) = svg.iterfind(f".//{SVG}g[@data-path='{path}']")
    return found


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("values", [True, False])
def test_the_output_has_an_arrow_and_a_name(lang: str, values: bool) -> None:
    svg = root(drawn(ATTENTION, lang, values))
    (output,) = svg.iterfind(f".//{SVG}g[@class='output']")
    title = label("output-z")
    assert set(texts(output)) <= {title.en, title.zh}
    assert "Kᵀ  (d_k, S)" in texts(svg)
    assert "K  (d_k, S)" not in texts(svg)


def test_the_names_of_arrows_are_close_to_them() -> None:
    svg = root(drawn(ATTENTION))
    for path, name in (("q", "Q"), ("k", "K")):
        (arrow,) = svg.iterfind(f".//{SVG}g[@data-from='{path}']")
        (text,) = (text for text in svg.iter(f"{SVG}text") if text.text == name)
        assert 0 < area(text).left - hull(next(arrow.iter(f"{SVG}path"))).right < 8


def test_rows_say_what_the_rounded_weights_add_up_to() -> None:
    weights = example().head["attention/softmax"]
    sums = [text for text in texts(box(root(drawn(ATTENTION)), "attention/softmax")) if "Σ" in text]
    assert sums == [total(row) for row in weights]
    assert any("≈" in text for text in sums)


@pytest.mark.parametrize("name", [ATTENTION, HEADS])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_legend_says_what_grids_leave_out_and_hatch(name: str, lang: str) -> None:
    wanted = label("masked-entry" if name == ATTENTION else "features-drawn")
    assert getattr(wanted, lang) in texts(root(drawn(name, lang)))


def test_without_values_there_are_h_heads() -> None:
    svg = root(drawn(HEADS, values=False))
    written = texts(svg)
    assert "h heads" in written
    assert {"1", "2", "h"} <= set(texts(box(svg, "attention")))
    assert not [text for text in written if re.search(r"\d / \d", text) or text == "4"]
    assert "4 heads" in texts(root(drawn(HEADS)))


def test_values_are_d_v_wide() -> None:
    written = texts(root(drawn(HEADS)))
    assert {"Q  (B, h, S, d_k)", "K  (B, h, S, d_k)", "V  (B, h, S, d_v)"} <= set(written)
    assert "V  (B, h, S, d_v)" in texts(root(drawn("encoder")))
    for lang in ("en", "zh"):
        assert "d_k = d_v = d_model/h" in getattr(FIGURES[HEADS].caption, lang)


def test_biases_are_in_the_formulas() -> None:
    titles = [e.text or "" for e in root(drawn(HEADS)).iter(f"{SVG}title")]
    formulas = [text for text in titles if "Attention(" in text or "Concat" in text]
    assert all("b" in text for text in formulas)
    assert not [text for text in texts(root(drawn(HEADS, "zh"))) if "bias" in text or "^" in text]


def test_x_goes_from_its_middle_into_the_middle_of_each_projection() -> None:
    svg = root(drawn(HEADS))

    def middle(path: str) -> float:
        at = area(next(box(svg, path).iter(f"{SVG}rect")))
        return (at.left + at.right) / 2

    arrows = list(svg.iterfind(f".//{SVG}g[@data-from='x']"))
    assert len(arrows) == 3
    for arrow in arrows:
        begin, *_, end = places(next(arrow.iter(f"{SVG}path")).attrib["d"])
        assert begin[0] == pytest.approx(middle("x"), abs=0.2)
        assert end[0] == pytest.approx(middle(arrow.attrib["data-to"]), abs=0.2)


@pytest.mark.parametrize("name", ["overview", "decoder"])
def test_v_is_not_the_vocabulary_too(name: str) -> None:
    written = texts(root(drawn(name)))
    assert "(B, T, vocab)" in written
    assert not [text for text in written if text.endswith(", V)")]


@pytest.mark.parametrize("name", [ATTENTION, HEADS])
def test_titles_of_two_languages_stand_on_two_lines(name: str) -> None:
    written = texts(root(drawn(name, "both")))
    for title in FIGURES[name].title:
        assert [text for text in written if text.endswith(f" · {title}")]
