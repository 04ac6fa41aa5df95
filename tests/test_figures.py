"""The rules of every figure of the article, read off its SVG; its numbers are the model's."""

import io
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from geometry import SVG, Area, Element, area
from PIL import Image

import cutaway as ca
from cutaway.figures import FIGURES
from cutaway.figures.example import (
    HEAD,
    LAYER,
    QUERY,
    SENTENCE,
    example,
    head_params,
    layer_params,
)
from cutaway.models.translator import START, load
from cutaway.render import Picture
from cutaway.render.measure import missing

LANGUAGES = ("en", "zh", "both")
NAMES = tuple(FIGURES)
WIDEST = 736.0  # points: 10 points are 11 pixels where it is shown 800 pixels wide
SMALLEST = 10.0  # points


@cache
def drawn(name: str, lang: str = "en", values: bool = True, theme: str = "light") -> Picture:
    return ca.figure(name, lang=lang, values=values, theme=theme)


def root(picture: Picture) -> Element:
    return ElementTree.fromstring(picture.svg)


def placed(
    element: Element, dx: float = 0.0, dy: float = 0.0
) -> Iterator[tuple[Element, float, float]]:
    """Return every element below one, with how far it is moved."""
    found = re.match(r"translate\(([-\d.]+),([-\d.]+)\)", element.get("transform", ""))
    if found:
        dx, dy = dx + float(found[1]), dy + float(found[2])
    yield element, dx, dy
    for child in element:
        yield from placed(child, dx, dy)


def in_legend(svg: Element) -> set[Element]:
    return {rect for g in svg.iterfind(".//*[@class='legend']") for rect in g.iter(f"{SVG}rect")}


def moved(at: Area, dx: float, dy: float) -> Area:
    return Area(at.left + dx, at.top + dy, at.right + dx, at.bottom + dy)


def every_case(test: Any) -> Any:
    """Run a test for each figure in each language."""
    for name, values in (("lang", LANGUAGES), ("name", NAMES)):
        test = pytest.mark.parametrize(name, values)(test)
    return test


@every_case
@pytest.mark.parametrize("values", [True, False])
def test_texts_lie_apart_and_inside(name: str, lang: str, values: bool) -> None:
    svg = root(drawn(name, lang, values))
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    canvas = Area(0, 0, width, height)
    assert width <= WIDEST
    texts = [
        (element, moved(area(element), dx, dy))
        for element, dx, dy in placed(svg)
        if element.tag == f"{SVG}text"
    ]
    assert texts
    for element, at in texts:
        assert float(element.attrib["font-size"]) >= SMALLEST, element.text
        assert canvas.holds(at), element.text
    for (a, here), (b, there) in combinations(texts, 2):
        assert not here.meets(there, 0.3), (a.text, b.text)
    for group in svg.iter(f"{SVG}g"):
        if "cell" in group.get("class", "").split() or group.get("data-path"):
            rect = group.find(f"{SVG}rect")
            assert rect is not None
            for text in group.iterfind(f"{SVG}text"):
                assert area(rect).holds(area(text), 0.3), text.text


@every_case
def test_it_is_named_and_told(name: str, lang: str) -> None:
    svg = root(drawn(name, lang))
    figure = FIGURES[name]
    title, told = svg.findtext(f"{SVG}title") or "", svg.findtext(f"{SVG}desc") or ""
    for language in ("en", "zh"):
        wanted = lang in (language, "both")
        assert (getattr(figure.title, language) in title) == wanted
        assert (getattr(figure.told, language) in told) == wanted
    assert svg.attrib["role"] == "graphics-document"
    assert svg.attrib["lang"] == ("en" if lang == "en" else "zh-CN")
    written = "".join(text.text or "" for text in svg.iter(f"{SVG}text"))
    assert not missing(written + title + told)
    if lang != "en":
        assert re.search("[\u4e00-\u9fff]", written)
    if lang == "en":
        assert not re.search("[\u4e00-\u9fff]", written)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_drawn_is_in_a_graph(name: str) -> None:
    """Every op box and matrix names nodes; those are nodes of graphs that the tests evaluate."""
    shown = example()
    known = {
        graph.path(node)
        for graph in (shown.layer.graph, shown.head.graph, shown.tokens)
        for node in graph.nodes
    }
    for graph in FIGURES[name].graphs():
        known |= {graph.path(node) for node in graph.nodes}
    svg = root(drawn(name))
    nodes = [n for g in svg.iterfind(".//*[@data-node]") for n in g.attrib["data-node"].split()]
    assert nodes
    assert set(nodes) <= known


@pytest.mark.parametrize("name", NAMES)
def test_boxes_have_the_same_places_in_every_language(name: str) -> None:
    def frames(lang: str) -> list[tuple[str, str | None, str | None]]:
        svg = root(drawn(name, lang))
        signs = in_legend(svg)
        return [
            (f"{dx + float(rect.attrib['x']):.1f}", rect.get("y"), rect.get("width"))
            for rect, dx, _ in placed(svg)
            if rect.tag == f"{SVG}rect" and rect not in signs and "x" in rect.attrib
        ]

    assert frames("en") == frames("zh") == frames("both")
    sizes = {root(drawn(name, lang)).attrib["viewBox"] for lang in LANGUAGES}
    assert len(sizes) == 1


@pytest.mark.parametrize("theme", ["light", "dark", "print"])
@pytest.mark.parametrize("name", NAMES)
def test_a_png_shows_something(name: str, theme: str) -> None:
    with Image.open(io.BytesIO(drawn(name, "both", theme=theme).png())) as png:
        colours = png.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    total = sum(count for count, _ in colours)
    assert max(count for count, _ in colours) < 0.97 * total


def test_bytes_are_the_same_in_another_process(tmp_path: Path) -> None:
    code = (
        "import cutaway as ca, sys\nfor n in ca.figures.FIGURES: sys.stdout.write(ca.figure(n).svg)"
    )
    done = [
        subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("1", "2")
    ]
    assert done[0] == done[1]
    assert done[0].decode() == "".join(drawn(name).svg for name in NAMES)


def test_the_stored_numbers_are_the_models() -> None:
    """The trace is what the translator computes; each of its graphs computes it alone too."""
    model, shown = load(), example()
    words = model.tokenize(SENTENCE)
    assert shown.words == (*words, "<pad>")
    feeds = {
        "source": model.source.encode([words], len(words) + 1),
        "target": model.target.encode([(START, *model.translate_words([words])[0])]),
    }
    whole = ca.trace(model.graph, feeds, model.params)
    prefix = f"encoder/layer.{LAYER}/"
    for node in shown.layer:
        path = shown.layer.graph.path(node)
        if f"{prefix}{path}" in whole.paths:
            np.testing.assert_allclose(shown.layer[path], whole[f"{prefix}{path}"], atol=2e-5)
    weights = whole[f"{prefix}self_attention/attention/softmax"][0, HEAD]
    np.testing.assert_allclose(shown.head["attention/softmax"], weights, atol=1e-5)
    np.testing.assert_allclose(
        shown.head["attention/matmul.1"],
        whole[f"{prefix}self_attention/attention/matmul.1"][0, HEAD],
        atol=1e-5,
    )
    source = feeds["source"]
    runs: tuple[tuple[ca.Trace, dict[str, Any], dict[str, Any], dict[str, int]], ...] = (
        (shown.layer, {"x": shown.layer["x"], "source": source}, layer_params(model), {"h": 4}),
        (shown.head, {"x": shown.head["x"], "source": source[0]}, head_params(model), {}),
        (shown.causal, {"x": shown.causal["x"]}, head_params(model), {}),
    )
    for trace, inputs, params, dims in runs:
        (value,) = ca.evaluate(trace.graph, inputs, params, dims)
        np.testing.assert_allclose(value, trace[trace.graph.outputs[0]], atol=1e-5)
    tokens = ca.trace(shown.tokens, runs[1][1], runs[1][2])
    product = tokens[shown.token("attention/matmul", QUERY, 1)]
    np.testing.assert_allclose(product.item(), shown.head["attention/matmul"][QUERY, 1], atol=1e-5)


def test_errors_say_what_there_is() -> None:
    with pytest.raises(ca.OptionError, match="did you mean 'attention-matrix'"):
        ca.figure("attention-matix")
    with pytest.raises(ca.OptionError, match="1 to 12"):
        ca.figure(13)
    with pytest.raises(ca.OptionError, match="no language 'fr'"):
        ca.figure(5, lang="fr")
    with pytest.raises(ca.OptionError, match="no causal case"):
        ca.figure("weighted-sum", causal=True)
