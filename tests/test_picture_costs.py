"""Costs in boxes: what is said adds up to what the whole costs."""

import re

import pytest
from geometry import SVG, check, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from scoped_graphs import graphs

import cutaway as ca
from cutaway.models.catalogue import MODELS
from cutaway.render import Picture, RenderError
from cutaway.render.layout import place
from cutaway.render.scene import Line

COSTS = ("parameters", "flops")
WORDS = {"parameters": "parameters", "flops": "FLOPs"}


def said(lines: tuple[Line, ...], detail: str) -> int:
    """Return the number that lines end with for a detail."""
    found = [line.text for line in lines if line.text.endswith(f" {WORDS[detail]}")]
    return sum(int(text.split()[-2].replace(",", "")) for text in found)


def summed(picture: Picture, detail: str) -> int:
    return sum(said(box.lines, detail) for box in picture.scene.boxes)


@pytest.mark.parametrize("level", ["model", "layer", "sublayer", "op"])
@pytest.mark.parametrize("name", ["encoder", "gpt", "transformer", "feed-forward"])
def test_boxes_add_up_to_the_whole(name: str, level: str) -> None:
    graph = MODELS[name].graph()
    sizes = dict.fromkeys(graph.symbols, 4)
    for weights in (True, False):
        picture = ca.draw(graph, level, show=COSTS, dims=sizes, fold=False, weights=weights)
        check(picture)
        assert summed(picture, "parameters") == ca.parameter_count(graph, sizes)
        assert summed(picture, "flops") == ca.flops(graph, sizes)


@given(graph=graphs(), level=st.sampled_from(["layer", "sublayer", "op"]), weights=st.booleans())
@settings(max_examples=25)
def test_random_graphs_add_up(graph: ca.Graph, level: str, weights: bool) -> None:
    sizes = dict.fromkeys(graph.symbols, 3)
    picture = ca.draw(graph, level, show=COSTS, dims=sizes, fold=False, weights=weights)
    check(picture)
    assert summed(picture, "parameters") == ca.parameter_count(graph, sizes)
    assert summed(picture, "flops") == ca.flops(graph, sizes)
    check(ca.draw(graph, level, show=COSTS, weights=weights, lang="both"))


def test_a_repeated_block_says_one_and_all() -> None:
    graph = MODELS["encoder"].graph()
    sizes = {"B": 1, "S": 8, "d_model": 512, "d_ff": 2048, "h": 8}
    [_, box] = ca.draw(graph, "layer", show=COSTS, dims=sizes).scene.boxes
    texts = [line.text for line in box.lines]
    one = ca.parameter_count(graph, sizes) // 2
    assert f"2 × {one:,} = {2 * one:,} parameters" in texts
    picture = ca.draw(graph, "sublayer", show=COSTS, dims=sizes)
    [frame] = picture.scene.frames
    assert [line.text for line in frame.title] == ["2× Layer · post-norm", *texts[2:]]
    assert summed(picture, "parameters") == one  # inside, the cost of one copy
    [_, box] = ca.draw(graph, "layer", show=COSTS).scene.boxes
    assert "2 × (4·d_model² + 2·d_ff·d_model + …) parameters" in [line.text for line in box.lines]


def test_costs_in_words() -> None:
    y = ca.layers.linear(ca.input("x", "B D"), "F")
    picture = ca.draw(y, "op", show=COSTS, weights=False)
    texts = {box.path: [line.text for line in box.lines][1:] for box in picture.scene.boxes}
    assert texts == {
        "x": [],
        "matmul": ["· weight", "D·F parameters", "2·B·D·F FLOPs"],
        "add": ["· + bias", "F parameters", "B·F FLOPs"],
    }
    [add] = (b for b in ca.draw(y, "op", show=COSTS, lang="zh").scene.boxes if b.path == "add")
    assert [line.text for line in add.lines][1:] == ["B·F 次浮点运算"]


def test_costs_move_no_box_in_another_language() -> None:
    graph = MODELS["decoder"].graph()
    places = [place(ca.draw(graph, lang=lang, show=COSTS).scene).centres for lang in ("en", "zh")]
    assert places[0] == places[1]


@pytest.mark.parametrize("level", ["model", "sublayer", "op", "primitive"])
@pytest.mark.parametrize("name", ["gpt", "transformer", "multi-head-attention"])
def test_hidden_weights_are_drawn_by_their_readers(name: str, level: str) -> None:
    graph = MODELS[name].graph()
    picture = ca.draw(graph, level, weights=False)
    check(picture)
    assert not list(parse(picture).iterfind(f".//{SVG}g[@class='parameter']"))
    drawn = [node for box in picture.scene.boxes for node in box.nodes]
    shown = ca.transform.expand(graph) if level == "primitive" else graph
    assert sorted(drawn) == sorted(map(shown.path, shown.nodes))
    assert not re.search(r'class="legend">[^\n]*parameter', picture.svg)


def test_a_weight_that_is_an_output_stays() -> None:
    w = ca.parameter("w", "D D")
    picture = ca.draw(ca.Graph([ca.input("x", "B D") @ w, w]), weights=False)
    assert "w" in [box.path for box in picture.scene.boxes]


def test_unknown_details() -> None:
    with pytest.raises(RenderError, match="shapes, formulas, parameters, flops"):
        ca.draw(ca.input("x", "N"), show=["memory"])
