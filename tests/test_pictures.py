"""The rules of all pictures, read off the SVG: built-in models, random graphs, odd ones."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np
import pytest
from geometry import SVG, Area, area, arrows, boxes, check, parse, points
from hypothesis import given, settings
from hypothesis import strategies as st
from limits import within
from pages import ROOT
from scoped_graphs import graphs

import cutaway as ca
from cutaway.cli.userfile import graph_of
from cutaway.models.catalogue import MODELS
from cutaway.render import Picture
from cutaway.render.draw import LEVELS
from cutaway.render.glossary import FAMILIES
from cutaway.render.layout import place
from cutaway.render.scene import DIRECTIONS, LANGUAGES
from cutaway.render.theme import THEMES, read_theme
from cutaway.transform import collapse, residual_edges

SMALL = [name for name in MODELS if not name.startswith("paper")]
QUICK = ["attention", "feed-forward", "encoder-layer", "gpt", "transformer"]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", QUICK)
def test_built_in_models(name: str, level: str) -> None:
    check(ca.draw(MODELS[name].graph(), level, lang="both"))


@pytest.mark.parametrize("name", ["encoder-layer", "translator", "paper-base"])
def test_towers_are_straight(name: str) -> None:
    """What a box gives to one other alone, and that gets from nobody else, is right above it."""
    picture = ca.draw(MODELS[name].graph())
    frames = {box.id: box.frame for box in picture.scene.boxes}
    centres = place(picture.scene).centres
    data = [(a.tail, a.head) for a in picture.scene.arrows if a.stroke == "data"]
    steps = [
        (tail, head)
        for tail, head in data
        if [t for t, _ in data].count(tail) == [h for _, h in data].count(head) == 1
        and frames[tail] == frames[head]
    ]
    assert len(steps) >= 3
    assert all(abs(centres[tail][0] - centres[head][0]) < 1 for tail, head in steps)


@pytest.mark.parametrize("direction", ["BT", "TB"])
@pytest.mark.parametrize("name", ["encoder-layer", "gpt", "decoder", "paper-base"])
def test_residuals_go_round_towers_with_square_corners(name: str, direction: str) -> None:
    svg = parse(ca.draw(MODELS[name].graph(), direction=direction))
    residuals = [a for a in arrows(svg) if a.attrib["class"] == "residual"]
    assert residuals
    for arrow in residuals:
        [path] = arrow.iterfind(f"{SVG}path")
        way = points(path)
        begin, end = way[0], way[-1]
        lane = max(way, key=lambda point: abs(point[0] - begin[0]))[0]
        assert sum(abs(x - lane) < 0.2 for x, _ in way) > 20  # upright beside the tower
        assert abs(way[1][1] - begin[1]) < 0.2  # level at both ends
        assert abs(way[-2][1] - end[1]) < 0.2


@pytest.mark.parametrize("direction", ["BT", "LR"])
@pytest.mark.parametrize("level", ["sublayer", "op"])
@pytest.mark.parametrize("name", ["multi-head-attention", "gpt", "decoder", "paper-base"])
def test_labels_cross_no_border(name: str, level: str, direction: str) -> None:
    svg = parse(ca.draw(MODELS[name].graph(), level, direction=direction))
    frames = [area(r) for r in svg.iterfind(f".//*[@data-scope]/{SVG}rect")]
    labels = [area(text) for text in svg.iterfind(f".//{SVG}text[@class='label']")]
    for label, frame in product(labels, frames):
        assert frame.holds(label, 0.0) or not frame.meets(label)
    for arrow in arrows(svg):
        [path] = arrow.iterfind(f"{SVG}path")
        if arrow.attrib["class"] == "residual":
            for (x, y), label in product(points(path), labels):
                assert not label.holds(Area(x, y, x, y))


@pytest.mark.parametrize(
    "how", [{}, {"fold": False}, {"direction": "TB"}, {"lang": "both"}], ids=str
)
@pytest.mark.parametrize("name", ["paper-base", "translator", "transformer", "gpt"])
def test_titles_lie_on_no_arrow(name: str, how: dict[str, Any]) -> None:
    svg = parse(ca.draw(MODELS[name].graph(), **how))
    lines = [points(path) for a in arrows(svg) for path in a.iterfind(f"{SVG}path")]
    titles = [area(text) for text in svg.iterfind(f".//{SVG}text[@class='frame']")]
    assert titles
    for title, line in product(titles, lines):
        assert not any(title.holds(Area(x, y, x, y)) for x, y in line)


def test_texts_keep_away_from_arrows() -> None:
    svg = parse(ca.draw(MODELS["translator"].graph(), fold=False))
    lines = [points(path) for a in arrows(svg) for path in a.iterfind(f"{SVG}path")]
    labels = [area(text) for text in svg.iterfind(f".//{SVG}text[@class='label']")]
    for label, line in product(labels, lines):
        near = Area(label.left - 2, label.top, label.right + 2, label.bottom)
        assert not any(near.holds(Area(x, y, x, y), 0.0) for x, y in line)


@pytest.mark.parametrize("level", ["sublayer", "op"])
def test_arrows_touch_boxes_that_have_room_beside_them(level: str) -> None:
    """To Graphviz a box is wider where a residual goes round it."""
    check(ca.draw(graph_of(ROOT / "examples" / "shape_proof.py", "first_try"), level))


def test_frames_hold_the_texts_of_their_arrows() -> None:
    svg = parse(ca.draw(MODELS["gpt"].graph(), "op"))
    lines = [points(path) for a in arrows(svg) for path in a.iterfind(f"{SVG}path")]
    labels = svg.iterfind(f".//{SVG}text[@class='label']")
    [shape] = [label for label in labels if label.text == "(d_model, V)"]
    assert not any(area(shape).holds(Area(x, y, x, y)) for line in lines for x, y in line)
    frames = {
        g.attrib["data-scope"]: g.find(f"{SVG}rect") for g in svg.iterfind(".//*[@data-scope]")
    }
    output = frames["output"]
    assert output is not None
    assert area(output).holds(area(shape))


@pytest.mark.slow
@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", SMALL)
def test_every_built_in_model_at_every_level(name: str, lang: str) -> None:
    graph = MODELS[name].graph()
    for level, direction in product(LEVELS, ("BT", "LR")):
        check(ca.draw(graph, level, lang=lang, direction=direction))


@given(
    graph=graphs(),
    level=st.sampled_from(LEVELS),
    lang=st.sampled_from(LANGUAGES),
    direction=st.sampled_from(DIRECTIONS),
    fold=st.booleans(),
)
@settings(max_examples=40)
def test_random_graphs(graph: ca.Graph, level: str, lang: str, direction: str, fold: bool) -> None:
    picture = ca.draw(graph, level, lang=lang, direction=direction, fold=fold)
    check(picture)
    assert picture.dot.count("->") == len(arrows(parse(picture)))


@given(graphs())
@settings(max_examples=40)
def test_residuals_and_only_they_are_dashed(graph: ca.Graph) -> None:
    """At level op, where every op has a box, dashed are the residual edges."""
    picture = ca.draw(graph, "op", fold=False)
    residual = {
        (graph.path(node.inputs[place]), graph.path(node)) for node, place in residual_edges(graph)
    }
    dashed = {(a.tail, a.head) for a in picture.scene.arrows if a.stroke == "residual"}
    paths = {box.id: box.path for box in picture.scene.boxes}
    assert {(paths[tail], paths[head]) for tail, head in dashed} == residual
    assert picture.dot.count("style=dashed") == len(dashed)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours (WCAG 2.1, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("name", THEMES)
def test_contrast(name: str) -> None:
    """Texts at least 4.5, and lines and borders at least 3, against all that is behind them."""
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    theme = read_theme(name)
    assert set(FAMILIES) == set(theme.boxes)
    behind = [*theme.boxes.values(), *theme.leaves.values()]
    around = [theme.background, *theme.shades, *theme.frames.values()]
    inks = (theme.soft, theme.lit, *theme.lines.values())
    assert all(contrast(ink, box) >= 4.5 for box in behind for ink in (theme.ink, theme.soft))
    assert all(contrast(ink, shade) >= 4.5 for shade in around for ink in inks)
    assert all(contrast(theme.edge, shade) >= 3 for shade in (*around, *behind))


SCRIPT = """
import sys, cutaway as ca
from cutaway.models.catalogue import MODELS
for name, level in (("transformer", "sublayer"), ("gpt", "model"), ("decoder-layer", "op")):
    picture = ca.draw(MODELS[name].graph(), level, lang="both")
    sys.stdout.buffer.write((picture.dot + picture.svg).encode())
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
    assert found.count(b"<svg") == 3


ALPHABET = "<>&\"'\\|{}[]();:-/.*%#\n\t\r\0\x1b\u202e\u200f\u05d0\u0627\U0001f642\ud800\ufffe注x "
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"];a->b;"',
    "\\N\\G\\l",
    "]]><!--",
    "&lt;&#x3c;",
    "\u202eevil\u202c \u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627",
    "\U0001f469\u200d\U0001f4bb" * 40,
    "".join(map(chr, range(32))),
    "javascript:alert(1)",
    "W" * 10_000,
    "注" * 10_000,
]
TAGS = {"svg", "title", "desc", "rect", "g", "path", "polygon", "text"}


def safe(name: str) -> None:
    """Draw a graph in which everything has that name."""
    with ca.scope(name, kind="sublayer"):
        y = ca.ops.relu(ca.input(name, "N N") @ ca.parameter(name, "N N"))
    for level in ("sublayer", "op"):
        picture = ca.draw(y, level, title=name, lang="both")
        check(picture)
        svg = parse(picture)
        assert {element.tag.removeprefix(SVG) for element in svg.iter()} <= TAGS
        assert not [a for e in svg.iter() for a in e.attrib if a.startswith("on") or "href" in a]
        outside = picture.dot
        while '"' in outside:  # what stands in quotes is text
            before, _, rest = outside.partition('"')
            place = 0
            while rest[place] != '"':
                place += 2 if rest[place] == "\\" else 1
            outside = before + rest[place + 1 :]
        assert "<" not in outside
        assert outside.count("->") == len(arrows(svg))


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_names_are_text(name: str) -> None:
    with within(10):
        safe(name)


@given(st.text(alphabet=ALPHABET, min_size=1, max_size=60))
@settings(max_examples=25)
def test_random_names_are_text(name: str) -> None:
    safe(name)


def x(name: str = "x") -> ca.Node:
    return ca.input(name, "T D")


def one_input() -> list[ca.Node]:
    return [x()]


def constants() -> list[ca.Node]:
    return [ca.constant(2.0) + ca.constant(np.eye(3)), ca.constant(1.0) * 3.0]


def weights() -> list[ca.Node]:
    return [ca.ops.relu(ca.parameter("w", "D D") @ ca.parameter("v", "D D"))]


def no_scopes() -> list[ca.Node]:
    y = x()
    for n in range(8):
        y = y + ca.ops.relu(y @ ca.parameter(f"w{n}", "D D"))
    return [y]


def many_outputs() -> list[ca.Node]:
    with ca.scope("a", kind="stack"):
        y, z = ca.ops.relu(x()), ca.ops.exp(x("z"))
    return [y, z, y + z, y]


def crossed_scopes() -> list[ca.Node]:
    y = x()
    with ca.scope("a", kind="stack"):
        first = ca.ops.relu(y)
    with ca.scope("b", kind="stack"):
        other, last = ca.ops.exp(y), ca.ops.sqrt(first)
    with ca.scope("a", kind="stack"):
        return [ca.ops.softmax(other) + last]


def names_of_scopes() -> list[ca.Node]:
    """Inputs called as scopes are, and as pieces of scopes."""
    y = ca.input("a", "N") + ca.input("a.1", "N")
    for _ in range(2):
        with ca.scope("a", kind="stack"):
            y = ca.ops.relu(y)
        y = ca.ops.exp(y)
    return [y]


def shared_seed() -> list[ca.Node]:
    seed = ca.input("seed", (), "int")
    y = ca.input("x", "B T D")
    return [ca.layers.encoder(y, layers=3, heads="H", hidden="F", dropout=0.1, seed=seed)]


Odd = Callable[[], list[ca.Node]]
ODD: list[Odd] = [
    one_input,
    constants,
    weights,
    no_scopes,
    many_outputs,
    crossed_scopes,
    names_of_scopes,
    shared_seed,
]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("make", ODD)
def test_odd_graphs(make: Odd, level: str) -> None:
    check(ca.draw(ca.Graph(make()), level, lang="both"))


def tangled(count: int) -> Iterator[ca.Node]:
    y = begin = x()
    for n in range(count):
        y = (ca.ops.relu, ca.ops.exp, ca.ops.sqrt)[(n * n + n // 7) % 3](y)
        y = y + begin if n % 11 == 5 else y
        yield y


def test_one_scope_of_5_000_nodes() -> None:
    with ca.scope("all", kind="stack"):
        *_, y = tangled(4_600)
    graph = ca.Graph(y)
    assert len(graph.nodes) > 5_000
    with within(20):
        for level in ("model", "layer", "sublayer"):
            check(ca.draw(graph, level))
        assert ca.draw(graph, "op", fold=False).dot.count("->") > 5_000


def said(picture: Picture) -> str:
    texts = parse(picture).iterfind(f".//{SVG}text")
    return " ".join(text.text or "" for text in texts)


def test_what_a_folded_box_says() -> None:
    with ca.scope("decoder", kind="stack"):
        y = ca.layers.encoder(ca.input("x", "B T D"), layers=3, heads="H", hidden="F", norm="pre")
    assert said(ca.draw(y, "model")).count("×") == 1
    assert said(ca.draw(y, "sublayer")).count("×") == 1  # of the frame around its sublayers
    [_, box] = ca.draw(y, "model").scene.boxes
    assert [line.text for line in box.lines] == [
        "Decoder",
        "pre-norm",
        "3× Decoder layer",
        "(B, T, D)",
    ]


def test_a_gradient_does_not_move_the_norms() -> None:
    y = x()[None]
    z = ca.layers.encoder(y, layers=2, heads="H", hidden="F")
    picture = ca.draw(ca.Graph(ca.grad((z * z).sum(), wrt=[y])), "layer")
    assert "post-norm" in picture.svg
    assert "pre-norm" not in picture.svg
    assert all(arrow.label.count("(") <= 3 for arrow in picture.scene.arrows)


def test_a_view_is_drawn_as_it_was_folded() -> None:
    graph = MODELS["encoder"].graph()
    view = collapse(graph, "layer")
    assert ca.draw(view, "op").svg == ca.draw(graph, "layer").svg
    assert len(boxes(parse(ca.draw(view)))) == len(view.boxes)
