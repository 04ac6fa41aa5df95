"""Figures 3, 4 and 6: one query's scores, weights and weighted sum, in the same columns."""

import re
from functools import cache
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from geometry import SVG, Area, Element, area, arrows, places

import cutaway as ca
from cutaway.figures.columns import LEFT, NAMES
from cutaway.figures.example import KEY, QUERY, Array, example, head_params
from cutaway.models.translator import load
from cutaway.render.scale import number
from cutaway.render.svg import MARGIN
from cutaway.render.text import subscript

FIGURES = (3, 4, 6)
LANGUAGES = ("en", "zh", "both")
COUNT = 6
SLACK = 1.7  # points: from an arrow's tip to the middle of the border that it touches


@cache
def svg(figure: int, lang: str = "en", values: bool = True, theme: str = "light") -> Element:
    return ElementTree.fromstring(ca.figure(figure, lang, values, theme).svg)


def every_case(test: Any) -> Any:
    for name, cases in (("figure", FIGURES), ("lang", LANGUAGES), ("values", (True, False))):
        test = pytest.mark.parametrize(name, cases)(test)
    return test


@cache
def evaluated() -> dict[str, Array]:
    """What the graphs of single tokens give, run anew, by paths."""
    shown = example()
    feeds = {"x": shown.head["x"], "source": shown.head["source"]}
    found: dict[str, Array] = {}
    for graph in (shown.tokens, shown.steps):
        trace = ca.trace(graph, feeds, head_params(load()))
        found |= {graph.path(node): trace[node] for node in trace}
    return found


def scores() -> Array:
    return np.array([evaluated()[f"attention/matmul[1,{n + 1}]"].item() for n in range(COUNT)])


def matrices(figure: int, **look: Any) -> list[tuple[str, list[str], list[str]]]:
    """Return each matrix: its node, what its cells say, and what is told of them."""
    found = []
    for group in svg(figure, **look).iterfind(f".//{SVG}g[@class='matrix']"):
        cells = [g for g in group.iter(f"{SVG}g") if "cell" in g.get("class", "").split()]
        texts = [cell.findtext(f"{SVG}text") or "" for cell in cells]
        told = [cell.findtext(f"{SVG}title") or "" for cell in cells]
        found.append((group.attrib["data-node"], texts, told))
    return found


def rows(figure: int, path: str) -> list[str]:
    """Return the single numbers that stand in a figure for the pieces of a node, in order."""
    nodes = {path.format(n + 1) for n in range(COUNT)}
    return [texts[0] for node, texts, _ in matrices(figure) if node in nodes and len(texts) == 1]


def texts(figure: int, **look: Any) -> list[str]:
    return [t.text or "" for t in svg(figure, **look).iter(f"{SVG}text")]


def shown(values: Array) -> list[str]:
    return [number(float(value)) for value in np.ravel(values)]


def kinds(figure: int, kind: str) -> list[Element]:
    return list(svg(figure).iterfind(f".//{SVG}g[@class='{kind}']"))


def links(figure: int) -> set[tuple[str, str]]:
    return {(a.attrib["data-from"], a.attrib["data-to"]) for a in arrows(svg(figure))}


def test_the_opened_head_is_the_head() -> None:
    """The stored steps of softmax are what the graph computes, and end in the head's output."""
    shown = example()
    weights = shown.opened["attention/divide.1"]
    np.testing.assert_allclose(weights, shown.head["attention/softmax"], atol=1e-6)
    for (path, at), node in shown.step_nodes.items():
        if path in shown.opened.paths and path.startswith("attention/") and len(at) == 2:
            stored, found = shown.opened[path], evaluated()[shown.steps.path(node)]
            index = tuple(slice(None) if n is None else slice(n, n + 1) for n in at)
            np.testing.assert_allclose(stored[index], found, atol=1e-5, err_msg=path)


def test_columns_are_the_same_in_all_three() -> None:
    places = [
        [area(rect).left for g in kinds(n, "token") for rect in g.iter(f"{SVG}rect")]
        for n in FIGURES
    ]
    assert places[0] == places[1] == places[2]
    assert len(places[0]) == COUNT
    assert [g.findtext(f"{SVG}text") for g in kinds(3, "token")] == list(example().words)


@every_case
def test_names_end_before_the_columns(figure: int, lang: str, values: bool) -> None:
    (legend,) = svg(figure, lang, values).iterfind(f".//{SVG}g[@class='legend']")
    low = min(area(text).top for text in legend.iter(f"{SVG}text"))  # the caption is below
    for text in svg(figure, lang, values).iter(f"{SVG}text"):
        at = area(text)
        if at.left < MARGIN + 1 and float(text.attrib["font-size"]) == 11 and at.top < low:
            assert at.right <= MARGIN + NAMES + 0.1, text.text
    assert NAMES < LEFT


@every_case
def test_arrows_touch_boxes_and_cross_no_text(figure: int, lang: str, values: bool) -> None:
    drawn = svg(figure, lang, values)
    borders = [area(rect) for rect in drawn.iter(f"{SVG}rect")][1:]
    written = [area(text) for text in drawn.iter(f"{SVG}text")]
    assert arrows(drawn)
    for arrow in arrows(drawn):
        path = arrow.find(f"{SVG}path")
        assert path is not None
        points = list(places(path.attrib["d"]))
        for x, y in (points[0], points[-1]):
            assert any(_touches(border, x, y) for border in borders), arrow.attrib
        for (x0, y0), (x1, y1) in pairwise(points):
            line = Area(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            assert not any(line.meets(text, 0.0) for text in written), arrow.attrib


def _touches(border: Area, x: float, y: float) -> bool:
    near = Area(x - SLACK, y - SLACK, x + SLACK, y + SLACK)
    inner = Area(*(border[0] + SLACK, border[1] + SLACK, border[2] - SLACK, border[3] - SLACK))
    return border.meets(near) and not (
        inner.left < x < inner.right and inner.top < y < inner.bottom
    )


@pytest.mark.parametrize("figure", FIGURES)
def test_numbers_are_those_of_the_nodes_they_name(figure: int) -> None:
    """Each cell says its node's value, rounded; strips tell it without writing it.

    What stands for terms of a product, or one number of a vector, is tested further down.
    """
    compared = 0
    for node, found, told in matrices(figure):
        value = shown(evaluated()[node])
        if len(told) == len(value) and not (figure == 6 and node == "attention/matmul[1]"):
            assert told == value, node
            exact = ["0.00" if text == "0" else text for text in found]
            assert not any(found) or exact == value, node
            compared += 1
    assert compared >= COUNT


def test_figure_3_shows_one_score_for_each_key() -> None:
    assert rows(3, "attention/matmul[1,{}]") == shown(scores())
    assert rows(3, "attention/divide[1,{}]") == shown(scores() / 4)
    ops = [g.findtext(f"{SVG}text") for g in kinds(3, "op")]
    assert [text for text in ops if text and "·" in text] == [
        f"q₁·k{subscript(n + 1)}" for n in range(COUNT)
    ]
    for n in range(COUNT):
        chain = (f"input.{n}", f"key.{n}", f"products.{n}", f"scores.{n}", f"scaling.{n}")
        assert set(pairwise((*chain, f"scaled.{n}"))) <= links(3)
        assert (f"query.{QUERY}", f"products.{n}") in links(3)
    assert len(kinds(3, "faded")) == COUNT - 1
    frames = {g.attrib["data-round"] for g in kinds(3, "frame")}
    assert frames == {"token.0 query.0", "scores.0 scores.5"}


def test_figure_3_writes_one_score_out() -> None:
    q, k = evaluated()["query/add[1]"][0], evaluated()["key/add[2]"][0]
    lines = [found for _, found, _ in matrices(3) if len(found) == 16 and any(found)]
    assert lines == [shown(q), shown(k), shown(q * k)]
    assert f"Σ = {number(float(q @ k))}" in texts(3)
    assert number(float(q @ k)) == rows(3, "attention/matmul[1,{}]")[KEY]
    symbols = texts(3, values=False)
    assert {"a₁b₁", "a₁₆b₁₆", "Σ = s₁₂", "s₁₂"} <= set(symbols)
    assert not any(re.fullmatch(r"−?\d+\.\d\d", text) for text in symbols)
    formulas = svg(3, values=False).iterfind(f".//{SVG}g[@class='formula']")
    labels = [group.attrib["aria-label"] for group in formulas]
    assert sum("s_" in text and "√" in text for text in labels) == COUNT + 1  # and the step's


@pytest.mark.parametrize("figure", [3, 4])
def test_shades_are_explained(figure: int) -> None:
    """A bar ends at the least and the largest score; figure 4 says what Σ is too."""
    found = [g.findtext(f"{SVG}title") for g in svg(figure).iterfind(f".//{SVG}g[@class='scale']")]
    of_scores = scores() if figure == 3 else scores() / 4
    assert " … ".join(shown(np.array([of_scores.min(), of_scores.max()]))) in found
    assert ("sum over the keys" in texts(figure)) == (figure == 4)


def test_figure_4_goes_from_scores_to_weights() -> None:
    head = example().head
    masked = np.where(head["not_equal"], scores() / 4, -np.inf)
    powers = np.exp(masked - masked.max())
    weights = powers / powers.sum()
    assert rows(4, "attention/divide[1,{}]") == shown(scores() / 4)
    assert rows(4, "attention/where[1,{}]") == shown(masked)
    assert rows(4, "attention/subtract[1,{}]") == shown(masked - masked.max())
    assert rows(4, "attention/exp[1,{}]") == [*shown(powers)[:-1], "0"]
    assert rows(4, "attention/divide[1,{}].1") == [*shown(weights)[:-1], "0"]
    assert {number(float(powers.sum())), "Σ ≈ 1.00"} <= set(texts(4))
    assert sum(float(text) for text in shown(weights)) != 1.0  # why it is marked ≈
    np.testing.assert_allclose(weights, head["attention/softmax"][QUERY], rtol=1e-5)


def test_figure_4_tells_the_mask() -> None:
    masked = kinds(4, "masked cell")
    assert [cell.findtext(f"{SVG}text") for cell in masked] == ["−∞", "−∞", "0", "0"]
    assert ("mask.side", "mask") in links(4)
    [arrow] = kinds(4, "mask")
    path = arrow.find(f"{SVG}path")
    assert path is not None
    assert path.get("stroke-dasharray")
    assert "padding mask" in " ".join(texts(4))
    assert "填充掩码" in " ".join(texts(4, lang="zh"))
    assert {"−∞", "0", "e₁₂", "α₁₂", "Σ = 1"} <= set(texts(4, values=False))


def test_figure_4_has_every_op_of_softmax() -> None:
    drawn = {n for g in svg(4).iterfind(".//*[@data-node]") for n in g.attrib["data-node"].split()}
    opened = {
        example().step(path, *at)
        for (path, at) in example().step_nodes
        if at[:1] == (QUERY,) and path.startswith("attention/") and len(at) == 2
    }
    joined = {example().step(f"attention/{op}", QUERY, None) for op in ("where", "exp", "divide.1")}
    before = {node for node in opened if "/matmul" in node or "/permute" in node}
    assert opened - joined - before <= drawn


def test_bars_are_as_high_as_weights() -> None:
    weights = example().head["attention/softmax"][QUERY]
    heights = []
    for bar in kinds(4, "bar"):
        rect = bar.find(f"{SVG}rect")
        heights.append(0.0 if rect is None else float(rect.attrib["height"]))
    np.testing.assert_allclose(heights, weights * max(heights) / weights.max(), atol=0.1)


def test_figure_6_adds_weighted_values() -> None:
    head = example().head
    weights, v = head["attention/softmax"][QUERY], evaluated()["value/add"]
    strips = [told for node, found, told in matrices(6) if len(told) == 16]
    products = weights[:, None] * v
    assert strips[:COUNT] == [shown(each) for each in v]
    assert strips[COUNT : 2 * COUNT] == [shown(each) for each in products]
    assert strips[2 * COUNT :] == [shown(evaluated()["attention/matmul[1]"])]
    np.testing.assert_allclose(
        products.sum(axis=0), evaluated()["attention/matmul[1]"][0], atol=1e-6
    )
    for n in range(COUNT):
        assert {(f"weights.{n}", f"times.{n}"), (f"value.{n}", f"times.{n}")} <= links(6)
        assert (f"weighted.{n}", f"sum.{n}") in links(6)
    assert ("sum.0", "output.0") in links(6)


def test_figure_6_writes_one_number_out() -> None:
    head = example().head
    weights, first = head["attention/softmax"][QUERY], evaluated()["value/add"][:, 0]
    single = [found[0] for _, found, _ in matrices(6) if len(found) == 1]
    share = [*shown(weights)[:-1], "0"]
    assert single == [*share, *share, *shown(first), *shown(weights * first)[:-1], "0"]
    z = evaluated()["attention/matmul[1]"][0, 0]
    assert f"Σ = {number(float(z))}" in texts(6)
    assert first.min() <= z <= first.max()
    assert texts(6).count("+") == 2 * (COUNT - 1)
    assert {"α₁₂v₂₁", "Σ = z₁₁", "v₂₁"} <= set(texts(6, values=False))


def test_figures_continue_each_other() -> None:
    """What one figure ends with, the next begins with."""
    assert rows(3, "attention/divide[1,{}]") == rows(4, "attention/divide[1,{}]")
    weights = [found[0] for node, found, _ in matrices(6) if node == "attention/softmax[1]"]
    assert weights[:COUNT] == rows(4, "attention/divide[1,{}].1")
