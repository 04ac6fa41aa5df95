"""Diagrams: what is drawn is the graph, every text is escaped, the bytes are the same."""

import math
import os
import re
import shutil
import subprocess
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote
from xml.etree import ElementTree

import pytest
from conftest import Golden
from geometry import check

import cutaway as ca
from cutaway.graph import SaveError, Scope, apply, located
from cutaway.render import Picture, RenderError, draw, layout
from cutaway.render.dot import to_dot
from cutaway.render.draw import LEVELS
from cutaway.render.fold import fold
from cutaway.render.layout import place
from cutaway.render.measure import text_width

STROKES = ("data", "residual", "mask", "gradient")
SVG = "{http://www.w3.org/2000/svg}"


def encoder_layer() -> ca.Graph:
    x = ca.input("x", "B T d_model")
    return ca.Graph(
        ca.layers.encoder_layer(x, heads="h", hidden="d_ff", mask=ca.ops.causal_mask("T"))
    )


def decoder_layer() -> ca.Graph:
    x, memory = ca.input("x", "B T d_model"), ca.input("memory", "B S d_model")
    return ca.Graph(ca.layers.decoder_layer(x, memory, heads="h", hidden="d_ff"))


def transformer() -> ca.Graph:
    source, target = ca.input("source", "B S", "int"), ca.input("target", "B T", "int")
    config = ca.layers.Config(source_vocabulary="V", layers=1, padding=0)
    return ca.Graph(ca.layers.transformer(source, target, config))


def gradients() -> ca.Graph:
    x = ca.input("x", "T D")
    y = ca.layers.feed_forward(x, "F")
    return ca.Graph(ca.grad((y * y).mean(), wrt=[x]))


Make = Callable[[], ca.Graph]
GRAPHS: list[Make] = [encoder_layer, decoder_layer, transformer, gradients]


def parse(picture: Picture) -> ElementTree.Element:
    return ElementTree.fromstring(picture.svg)


def ops(graph: ca.Graph | ca.Node, **options: str) -> Picture:
    """Draw every op, repeated blocks too."""
    return draw(graph, "op", fold=False, lang=options.get("lang", "en"))


def drawn(picture: Picture) -> list[str]:
    """Return the paths of the nodes that boxes stand for."""
    boxes = parse(picture).iterfind(".//*[@data-node]")
    return [unquote(path) for box in boxes for path in box.attrib["data-node"].split()]


def arrows(svg: ElementTree.Element, kind: str) -> list[tuple[str, str]]:
    found = svg.iterfind(f".//{SVG}g[@data-from][@class='{kind}']")
    return [(g.attrib["data-from"], g.attrib["data-to"]) for g in found]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("make", GRAPHS)
def test_every_node_is_drawn_once(make: Make, level: str) -> None:
    graph = make()
    shown = ca.transform.expand(graph) if level == "primitive" else graph
    for fold_repeats in (True, False):
        found = drawn(draw(graph, level, fold=fold_repeats))
        assert sorted(found) == sorted(shown.path(node) for node in shown.nodes)


@pytest.mark.parametrize("make", GRAPHS)
def test_arrows_are_the_inputs(make: Make) -> None:
    graph = make()
    svg, folded = parse(ops(graph)), fold(graph).texts
    wanted = {
        (graph.path(source), graph.path(node))
        for node in graph.nodes
        for source in node.inputs
        if node not in folded and source not in folded
    }
    found = [pair for kind in STROKES for pair in arrows(svg, kind)]
    assert sorted(set(found)) == sorted(wanted)


def test_repeated_blocks_are_one() -> None:
    x = ca.input("x", "B T D")
    graph = ca.Graph(ca.layers.encoder(x, layers=6, heads="H", hidden="F"))
    bare = ca.transform.rewrite(graph, _without_scopes)
    for found in (graph, bare):
        picture = draw(found, "op")
        assert "6× " in picture.svg
        assert len(picture.scene.boxes) < len(found.nodes) / 5
        assert len(set(drawn(picture))) == len(found.nodes)


def _without_scopes(node: ca.Node, *inputs: ca.Node) -> ca.Node:
    with located(Scope(), node.source):
        return apply(node.op, *inputs)


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_residuals_of_the_layers(norm: Literal["post", "pre"]) -> None:
    x, memory = ca.input("x", "B T D"), ca.input("memory", "B S D")
    layers = (
        ca.layers.encoder_layer(x, heads="H", hidden="F", norm=norm),
        ca.layers.decoder_layer(x, memory, heads="H", hidden="F", norm=norm),
    )
    for layer, count in zip(layers, (2, 3), strict=True):
        picture = ops(layer)
        found = arrows(parse(picture), "residual")
        assert len(found) == count
        assert all(re.search(r"_norm/add$", head) for _, head in found)
        assert picture.dot.count("style=dashed") == count
        dashed = parse(picture).iterfind(".//*[@class='residual']/*[@stroke-dasharray]")
        assert len(list(dashed)) == count


def test_what_is_not_residual() -> None:
    x, y = ca.input("x", "N"), ca.input("y", "N")
    for node in (x + x, x + y, ca.ops.relu(x) + y, x * ca.ops.relu(x)):
        assert arrows(parse(ops(node)), "residual") == []
    assert arrows(parse(draw(ca.ops.relu(x) + x)), "residual") == [("x", "add")]


def test_residuals_agree_with_the_definition() -> None:
    """One pass with bits gives what a search for each edge gives."""
    import networkx

    graph = gradients()
    paths = graph.to_networkx()
    wanted = [
        (graph.path(source), graph.path(node))
        for node in graph.nodes
        if node.op.name == "add"
        for source, other in zip(node.inputs, reversed(node.inputs), strict=True)
        if source is not other and networkx.has_path(paths, graph.path(source), graph.path(other))
    ]
    assert sorted(arrows(parse(ops(graph)), "residual")) == sorted(wanted)


def test_clusters_nest_as_scopes() -> None:
    graph = transformer()
    picture = ops(graph)
    scopes = [g.attrib["data-scope"] for g in parse(picture).iterfind(".//*[@data-scope]")]
    names = {node.scope.names for node in graph.nodes}
    assert set(scopes) == {"/".join(n[:k]) for n in names for k in range(1, len(n) + 1)}
    assert len(scopes) == len(set(scopes))
    layout = place(picture.scene)
    bounds = layout.frames
    for inner, (x0, y0, x1, y1) in bounds.items():
        if len(inner) > 1:
            left, top, right, bottom = bounds[inner[:-1]]
            assert left <= x0 < x1 <= right
            assert top <= y0 < y1 <= bottom
    for box in picture.scene.boxes:
        if box.frame:
            (x, y), (left, top, right, bottom) = layout.centres[box.id], bounds[box.frame]
            assert left <= x - box.width / 2
            assert x + box.width / 2 <= right
            assert top <= y - box.height / 2
            assert y + box.height / 2 <= bottom
    depth = deepest = 0
    for line in picture.dot.splitlines():
        depth += line.strip().startswith("subgraph") - (line.strip() == "}")
        deepest = max(deepest, depth)
    assert deepest == max(map(len, names))


def test_small_constants_stand_in_the_label_of_their_reader() -> None:
    x = ca.input("x", "T D")
    svg = parse(draw(x / ca.ops.sqrt(ca.ops.dim("D"))))
    [box] = svg.iterfind(".//*[@data-path='divide']")
    assert [text.text for text in box.iterfind(f"{SVG}text")] == ["Divide", "·/sqrt(D)", "(T, D)"]
    assert box.attrib["data-node"].split() == ["dim", "sqrt", "divide"]
    [negative] = parse(draw(x * -2.0)).iterfind(".//*[@data-path='multiply']")
    assert [text.text for text in negative.iterfind(f"{SVG}text")][1] == "·*(-2)"
    shared = ca.constant(2.0)
    assert "constant" in {box.path for box in draw(x * shared + shared).scene.boxes}
    assert [box.path for box in draw(ca.constant(2.0)).scene.boxes] == ["constant"]


def test_labels_say_title_name_and_shape() -> None:
    x = ca.input("x", "T S")
    for lang, wanted in (("en", ["Add"]), ("zh", ["相加"]), ("both", ["相加", "Add"])):
        picture = draw(x + ca.parameter("b", "S"), lang=lang)
        lines = {box.path: [line.text for line in box.lines] for box in picture.scene.boxes}
        assert lines == {"x": ["x", "(T, S)"], "b": ["b", "(S,)"], "add": [*wanted, "(T, S)"]}
    titles = {"zh": "相加", "en": "Add"}
    tagged = {"zh-CN": titles["zh"], "en": titles["en"]}
    texts = parse(draw(x + x, lang="both")).iterfind(f".//{SVG}text[@lang]")
    assert {text.attrib["lang"]: text.text for text in texts} == tagged


def test_leaves_look_different() -> None:
    svg = parse(draw(ca.ops.relu(ca.input("x", "N D") @ ca.parameter("w", "D D"))))
    look = {
        g.attrib["class"]: [rect.get(a) for a in ("rx", "fill", "stroke-dasharray")]
        for g in svg.iterfind(".//*[@data-node]")
        for rect in g.iterfind(f"{SVG}rect")
        if g.attrib["data-node"] in ("x", "w", "relu")
    }
    assert set(look) == {"input", "parameter", "op"}
    assert len({tuple(found) for found in look.values()}) == 3


@pytest.mark.parametrize("lang", ["en", "zh", "both"])
@pytest.mark.parametrize("make", GRAPHS)
def test_no_text_is_wider_than_its_box(make: Make, lang: str) -> None:
    for box in parse(ops(make(), lang=lang)).iterfind(".//*[@data-node]"):
        rect = box.find(f"{SVG}rect")
        if rect is None:
            continue  # folded
        left, width = float(rect.attrib["x"]), float(rect.attrib["width"])
        top, height = float(rect.attrib["y"]), float(rect.attrib["height"])
        for text in box.iterfind(f"{SVG}text"):
            size, centre = float(text.attrib["font-size"]), float(text.attrib["x"])
            half = text_width(text.text or "", size) / 2
            assert left <= centre - half
            assert centre + half <= left + width + 0.2
            assert top <= float(text.attrib["y"]) - 0.75 * size
            assert float(text.attrib["y"]) + 0.25 * size <= top + height


@pytest.mark.parametrize("direction", ["BT", "TB", "LR", "RL"])
def test_frame_titles_stay_in_their_frames(direction: str) -> None:
    picture = draw(encoder_layer(), direction=direction)
    bounds = place(picture.scene).frames
    texts = parse(picture).iterfind(".//*[@class='frame']")
    for (left, _, right, _), text in zip(bounds.values(), texts, strict=True):
        begin = float(text.attrib["x"])
        assert left <= begin
        assert begin + text_width(text.text or "", 11) <= right + 0.5


def test_places_are_the_same_in_every_language() -> None:
    graph = decoder_layer()
    places = [place(draw(graph, lang=lang).scene).centres for lang in ("en", "zh", "both")]
    assert places[0] == places[1] == places[2]


def test_arrows_end_on_boxes() -> None:
    picture = draw(encoder_layer())
    boxes = {box.id: box for box in picture.scene.boxes}
    layout = place(picture.scene)
    begins = {trunk[-1]: trunk[0] for trunk in layout.trunks}  # where arrows part
    assert len(begins) == 2
    for arrow, curve in zip(picture.scene.arrows, layout.curves, strict=True):
        parts = min(begins, key=lambda end: math.dist(end, curve[0]))
        begin = begins[parts] if math.dist(parts, curve[0]) < 2 else curve[0]
        for name, (x, y) in ((arrow.tail, begin), (arrow.head, curve[-1])):
            box, (cx, cy) = boxes[name], layout.centres[name]
            gap = max(abs(x - cx) - box.width / 2, abs(y - cy) - box.height / 2)
            assert abs(gap) < 2


def test_the_picture_describes_itself() -> None:
    svg = parse(draw(encoder_layer()))
    assert svg.attrib["role"] == "graphics-document"
    assert svg.findtext(f"{SVG}title") == "Diagram: feed_forward_norm/layer_norm"
    described = svg.findtext(f"{SVG}desc") or ""
    assert "x (B, T, d_model) → Add & Norm (residual)" in described
    words = [t.text for t in svg.iterfind(f".//*[@class='legend']/{SVG}text")]
    assert words == [
        *("input", "add & norm", "mask, comparison", "attention", "feed-forward"),
        *("data", "residual", "mask"),
    ]


SCRIPT = """
import sys, cutaway as ca
x = ca.input("x", "B T D")
with ca.scope("编码器"):
    picture = ca.draw(ca.layers.encoder_layer(x, heads="H", hidden="F"), lang="both")
sys.stdout.buffer.write((picture.dot + picture.svg).encode())
"""


def test_two_processes_give_the_same_bytes() -> None:
    outputs = [
        subprocess.run(
            [sys.executable, "-c", SCRIPT],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert len(outputs[0]) > 10_000


def test_the_layout_is_that_of_the_pinned_engine(golden: Golden) -> None:
    x = ca.input("x", "T D")
    with ca.scope("block"):
        y = x + ca.ops.relu(x @ ca.parameter("w", "D D"))
    picture = ops(y)
    golden("draw.dot", picture.dot)
    golden("draw.svg", picture.svg)


HOSTILE = [
    "<script>alert(1)</script>",
    '"]; evil [',
    "a\nb",
    "\\N\\",
    "<b>",
    "]]>&amp;",
    "\x00\ud800",
    "}",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_names_stay_text(name: str) -> None:
    with ca.scope(name):
        node = ca.ops.relu(ca.input(name, "N") + ca.parameter(name, "N"))
    picture = ops(node)
    svg = parse(picture)
    assert {element.tag.removeprefix(SVG) for element in svg.iter()} == {
        "svg", "title", "desc", "rect", "g", "path", "polygon", "text"
    }  # fmt: skip
    assert len(svg.findall(".//*[@data-node]")) == 4
    assert picture.svg.count("<script") == 0
    # The labelled DOT is read by Graphviz as the same boxes and clusters as the bare one.
    counts = []
    for labels in (True, False):
        done = subprocess.run(
            [layout.engine(), "-Tplain"],
            input=to_dot(picture.scene, labels=labels).encode(),
            capture_output=True,
            check=True,
        )
        words = [line.split(" ")[:2] for line in done.stdout.decode().splitlines()]
        counts.append(sorted(w[1] for w in words if w[0] == "node"))
    assert counts[0] == counts[1] == sorted(box.id for box in picture.scene.boxes)
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', picture.dot, flags=re.DOTALL)
    assert "evil" not in bare
    assert "script" not in bare


def test_a_long_name_is_shortened_and_stands_whole_in_the_title() -> None:
    name = "x" * 10_000
    with ca.scope(name):
        picture = draw(ca.ops.relu(ca.input(name, "N")))
    [box] = parse(picture).iterfind(".//*[@class='input'][@data-node]")
    assert (box.findtext(f"{SVG}text") or "").endswith("x…")
    assert name in (box.findtext(f"{SVG}title") or "")
    assert max(box.width for box in picture.scene.boxes) < 600


SLOWER = [pytest.param(step, marks=pytest.mark.slow) for step in ("residual", "shared", "scalar")]


@pytest.mark.parametrize("step", ["relu", *SLOWER])
def test_a_chain_of_20_000_nodes_gives_its_dot(step: str) -> None:
    x = y = ca.input("x", "N")
    one = ca.constant(1.0)
    for _ in range(20_000):
        if step == "relu":
            y = ca.ops.relu(y)
        elif step == "residual":
            y = y + ca.ops.relu(y)
        else:
            y = one + y if step == "shared" else y * 2.0 + x
    graph = ca.Graph(y)
    dot = draw(graph).dot
    assert dot.count("->") >= 20_000


@pytest.mark.slow
def test_2_000_nested_scopes() -> None:
    with ca.scope("/".join(["s"] * 2_000)):
        picture = draw(ca.input("x", "N"))
    assert picture.dot.count("subgraph") == 2_000


def test_an_empty_and_a_single_graph() -> None:
    assert parse(draw(ca.Graph([]))).findall(".//*[@data-node]") == []
    assert len(parse(draw(ca.input("x", ()))).findall(".//*[@data-node]")) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"level": "word"},
            "there is no level 'word'\n  required: model, layer, sublayer, op, primitive, token",
        ),
        ({"lang": "fr"}, "there is no language 'fr'\n  required: en, zh, both"),
        ({"direction": "up"}, "there is no direction 'up'\n  required: BT, TB, LR, RL"),
    ],
)
def test_unknown_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(RenderError) as caught:
        draw(ca.input("x", "N"), **options)
    assert str(caught.value) == message


def test_save(tmp_path: Path) -> None:
    picture = draw(encoder_layer())
    assert picture.save(tmp_path / "a.svg").read_text(encoding="utf-8") == picture.svg
    assert picture.save(str(tmp_path / "a.DOT")).read_text(encoding="utf-8") == picture.dot
    assert picture._repr_svg_() == picture.svg
    assert sorted(os.listdir(tmp_path)) == ["a.DOT", "a.svg"]


def test_save_errors_leave_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    picture = draw(ca.input("x", "N"))
    for name in ("x.gif", "x"):
        with pytest.raises(RenderError, match=r"an ending of \.svg, \.pdf, \.png, \.html, \.dot"):
            picture.save(tmp_path / name)
    with pytest.raises(SaveError, match="choose a folder that exists"):
        picture.save(tmp_path / "none" / "x.svg")
    (tmp_path / "x.svg").write_text("old", encoding="utf-8")

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(SaveError, match="Permission denied"):
        picture.save(tmp_path / "x.svg")
    assert os.listdir(tmp_path) == ["x.svg"]
    assert (tmp_path / "x.svg").read_text(encoding="utf-8") == "old"


def test_without_the_pinned_engine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    programs: dict[str, str] = {}
    monkeypatch.setattr(shutil, "which", lambda name: programs.get(Path(name).name))
    with pytest.raises(RenderError, match="pip install graphviz-pure"):
        draw(ca.input("x", "N")).svg
    programs["dot"] = str(tmp_path / "dot")
    with pytest.warns(UserWarning, match="lays out instead"):
        assert layout.engine() == programs["dot"]
    picture = draw(ca.input("x", "N"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(RenderError, match="could not be laid out"):
            picture._repr_svg_()


def bad_calls() -> dict[str, Callable[[], object]]:
    node = ca.layers.encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F")
    way = ca.explain(node, node, 2)
    wrong: Any = 5
    return {
        "not drawn by token": lambda: draw(way, level="token", dims={"T": 2}),
        "what to highlight is not known": lambda: draw(node, highlight=wrong),
        "what to highlight .* known": lambda: draw(node, highlight=[wrong]),
        "no values to show": lambda: draw(node, trace=wrong),
        "titles stand in a mapping": lambda: draw(node, titles=wrong),
        "there is no figure": lambda: ca.figure(["overview"]),  # type: ignore[arg-type]
        "written to a path": lambda: draw(node).save(wrong),
    }


@pytest.mark.parametrize("message", bad_calls())
def test_what_has_no_meaning_is_said(message: str) -> None:
    with pytest.raises(ca.CutawayError, match=message):
        bad_calls()[message]()


@pytest.mark.parametrize("ending", ["svg", "html", "dot"])
def test_half_of_a_surrogate_pair_in_a_name(ending: str, tmp_path: Path) -> None:
    with ca.scope("a\ud800"):
        node = ca.ops.relu(ca.input("b\ud800", "N"))
    file = draw(node).save(tmp_path / f"x.{ending}")
    assert file.stat().st_size
    with pytest.raises(ca.CutawayError) as caught:
        draw(node, highlight="c\ud800")
    str(caught.value).encode()


def test_a_trace_of_another_graph() -> None:
    one, other = (ca.Graph(ca.ops.relu(ca.input("x", "T"))) for _ in range(2))
    trace = ca.trace(one, {"x": [-1.0, 2.0]})
    with pytest.raises(ca.CutawayError, match="another graph"):
        draw(other, trace=trace)
    for level in ("op", "primitive"):
        boxes = draw(one, level, trace=trace).scene.boxes
        assert any(box.inside for box in boxes)


def test_a_trace_shows_its_tokens() -> None:
    x = ca.input("x", "T D")
    graph = ca.Graph(ca.layers.scaled_dot_product_attention(x, x, x))
    trace = ca.trace(graph, {"x": [[1.0, 0.0], [0.0, 3.0]]})
    picture = draw(graph, "token", dims={"T": 2}, trace=trace)
    score = next(box for box in picture.scene.boxes if box.lines[1].text == "q₂·k₂")
    assert score.inside is not None
    assert list(score.inside.texts()) == ["9.00"]
    with pytest.raises(ca.CutawayError, match="another number of tokens"):
        draw(graph, "token", dims={"T": 3}, trace=trace)


def test_letters_that_join_are_not_stretched() -> None:
    picture = draw(ca.input("\u0627\u0644\u0645\u062f\u062e\u0644", "N"))
    check(picture)
    svg = ElementTree.fromstring(picture.svg)
    name, shape = list(svg.iter(f"{SVG}text"))[:2]
    assert "textLength" not in name.attrib
    assert "textLength" in shape.attrib
    [box] = picture.scene.boxes
    assert box.width >= 6 * 11.0
