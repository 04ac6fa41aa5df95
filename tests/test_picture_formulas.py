"""Formulas in pictures: outlines in their boxes, the same bytes always, text for who can't see."""

import os
import re
import subprocess
import sys
from itertools import product
from xml.etree import ElementTree

import pytest
from geometry import SVG, check, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from scoped_graphs import graphs
from test_pictures import HOSTILE, TAGS

import cutaway as ca
from cutaway.models.catalogue import MODELS
from cutaway.render.draw import LEVELS
from cutaway.render.layout import place
from cutaway.render.scene import DIRECTIONS

BOTH = ("shapes", "formulas")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["attention", "encoder-layer", "gpt"])
def test_formulas_stay_in_their_boxes(name: str, level: str) -> None:
    for lang, show in product(("en", "both"), (BOTH, ("formulas",))):
        picture = ca.draw(MODELS[name].graph(), level, lang=lang, show=show)
        check(picture)
        drawn = parse(picture).findall(f".//{SVG}g[@class='formula']")
        assert len(drawn) == sum(box.formula is not None for box in picture.scene.boxes) > 0


@given(graph=graphs(), level=st.sampled_from(LEVELS), direction=st.sampled_from(DIRECTIONS))
@settings(max_examples=15)
def test_random_graphs(graph: ca.Graph, level: str, direction: str) -> None:
    picture = ca.draw(graph, level, direction=direction, show=BOTH)
    check(picture)
    ops = [box for box in picture.scene.boxes if box.role == "op"]
    assert all(box.formula for box in ops)


def test_each_op_and_block_has_its_formula() -> None:
    q, k, v = (ca.input(name, "T D") for name in "qkv")
    y = ca.layers.scaled_dot_product_attention(q, k, v)
    for level, said in (
        ("sublayer", ["softmax(QKᵀ/√d_k)V"]),
        ("op", ["Kᵀ", "QKᵀ", "x/√d_k", "softmax(x)", "AV"]),
    ):
        picture = ca.draw(y, level, show=BOTH)
        found = parse(picture).findall(f".//{SVG}g[@class='formula']")
        assert [g.attrib["aria-label"] for g in found] == said
        assert all(g.attrib["role"] == "img" for g in found)
        assert all(text in picture.dot for text in said)
        texts = [text.text or "" for text in parse(picture).iterfind(f".//{SVG}text")]
        assert not any("sqrt" in text for text in texts)  # the formula says it
    assert "aria-label" not in ca.draw(y).svg


def test_places_are_the_same_in_every_language() -> None:
    graph = MODELS["decoder-layer"].graph()
    places = [
        place(ca.draw(graph, lang=lang, show=BOTH).scene).centres for lang in ("en", "zh", "both")
    ]
    assert places[0] == places[1] == places[2]


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_text(name: str) -> None:
    with ca.scope(name, kind="sublayer"):
        y = ca.ops.relu(ca.input(name, "N N") @ ca.parameter(name, "N N"))
    for level in ("sublayer", "op"):
        picture = ca.draw(y, level, title=name, lang="both", show=BOTH)
        check(picture)
        assert {element.tag.removeprefix(SVG) for element in parse(picture).iter()} <= TAGS


SCRIPT = """
import sys, cutaway as ca
from cutaway.models.catalogue import MODELS
picture = ca.draw(MODELS["encoder-layer"].graph(), "op", show=("shapes", "formulas"))
sys.stdout.buffer.write((picture.dot + picture.svg).encode() + picture.png())
"""


def test_the_same_bytes_whatever_the_hash_seed() -> None:
    outputs = {
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("0", "7")
    }
    [found] = outputs
    assert b"PNG" in found


def test_a_formula_that_is_too_wide_is_left_out() -> None:
    names = [f"operand_{n}" for n in range(8)]
    y = ca.ops.concat([ca.input(name * 3, "N") for name in names])
    with ca.scope("wide", kind="sublayer"):
        for name in names:
            y = (y + ca.input(name, "M")) * ca.input(name.upper(), "M")
    picture = ca.draw(y, show=BOTH)
    check(picture)
    [box] = [box for box in picture.scene.boxes if box.role == "group"]
    assert box.formula is None


def test_a_page_holds_formulas_as_mathml_too() -> None:
    picture = ca.draw(MODELS["encoder-layer"].graph(), show=BOTH)
    formulas = [box.formula.formula for box in picture.scene.boxes if box.formula]
    drawing = re.findall(r"<main.*?</main>", picture.html, re.S)[0]
    assert [*re.findall(r"<math.*?</math>", drawing)] == [each.mathml for each in formulas]
    assert "<math" not in picture.svg
    ElementTree.fromstring(re.findall(r"<svg.*?</svg>", drawing, re.S)[0])
