"""Figures 7, 9 and 12: all tokens as matrices, the heads joined, the feed-forward network."""

import itertools
import re
from functools import cache
from xml.etree import ElementTree

import numpy as np
import pytest
import sympy
from geometry import SVG, Area, Element, area, hull, places

import cutaway as ca
from cutaway.figures.concat_linear import BIAS, EACH, FEATURE, by_head, shares
from cutaway.figures.curve import curve
from cutaway.figures.every_token import STEPS
from cutaway.figures.example import HEAD, KEY, QUERY, example, layer_params
from cutaway.figures.feed_forward import FIRST, SOME
from cutaway.figures.parts import total
from cutaway.figures.spec import Setting
from cutaway.figures.texts import label, of_figure
from cutaway.figures.two_tokens import (
    ADD,
    DOWN,
    NORM,
    PLACES,
    RELU,
    UP,
    X,
    each_token,
    parameters,
    path,
)
from cutaway.models.translator import load
from cutaway.render import Picture
from cutaway.render.glossary import ADD as ADDITION
from cutaway.render.marks import Way
from cutaway.render.scale import Scale, number
from cutaway.render.theme import read_theme

LANGUAGES = ("en", "zh", "both")
EVERY, JOINED, NETWORK = "every-token", "concat-linear", "feed-forward"
OUTPUT = "self_attention/output"


@cache
def drawn(name: str, lang: str = "en", values: bool = True, theme: str = "light") -> Picture:
    return ca.figure(name, lang=lang, values=values, theme=theme)


def root(name: str, lang: str = "en", values: bool = True, theme: str = "light") -> Element:
    return ElementTree.fromstring(drawn(name, lang, values, theme).svg)


def parts(svg: Element, kind: str, node: str) -> list[Element]:
    """Return the parts of a kind that stand for a node."""
    found = svg.iterfind(f".//{SVG}g[@class='{kind}']")
    return [g for g in found if node in g.get("data-node", "").split()]


def texts(element: Element) -> list[str]:
    return [text.text or "" for text in element.iter(f"{SVG}text")]


def formulas(svg: Element) -> list[str]:
    return [g.attrib["aria-label"] for g in svg.iterfind(f".//{SVG}g[@class='formula']")]


def border(matrix: Element) -> Area:
    """Return the area of a matrix: it begins with what is behind its cells, or has a border."""
    areas = [area(rect) for rect in matrix.iter(f"{SVG}rect")]
    return max(areas, key=lambda at: (at.right - at.left) * (at.bottom - at.top))


def rows_lit(matrix: Element) -> list[Area]:
    return [area(r) for r in matrix.iter(f"{SVG}rect") if r.get("stroke-width") == "2.4"]


def arrows(svg: Element) -> set[tuple[str, str, str]]:
    found = svg.iterfind(f".//{SVG}g[@data-from]")
    return {(g.attrib["class"], g.attrib["data-from"], g.attrib["data-to"]) for g in found}


def shaded(matrix: Element) -> list[list[str]]:
    """Return the colour of every cell of a matrix that is drawn in shades alone."""
    count, wide = map(int, matrix.attrib["data-shape"].split(","))
    whole = border_of_shades(matrix)
    high, across = (whole.bottom - whole.top) / count, (whole.right - whole.left) / wide
    behind = matrix.find(f"{SVG}rect")
    assert behind is not None
    found = [[behind.attrib["fill"]] * wide for _ in range(count)]
    for group in matrix.iterfind(f"{SVG}g"):
        numbers = re.findall(r"[\d.-]+", group.attrib["transform"])
        left, top, unit, tall = map(float, numbers)
        if abs(tall - high) > 1e-3:
            continue  # the signs of negative cells
        for tiles in group:
            points = [(left + x * unit, top + y * high) for x, y in places(tiles.attrib["d"])]
            for (x, y), (end, level) in zip(points[::2], points[1::2], strict=True):
                assert y == level
                row, begin = round((y - whole.top) / high - 0.5), round((x - whole.left) / across)
                for column in range(begin, begin + round((end - x) / across)):
                    assert 0 <= row < count
                    assert found[row][column] == behind.attrib["fill"]
                    found[row][column] = tiles.attrib["stroke"]
    return found


def border_of_shades(matrix: Element) -> Area:
    rect = matrix.find(f"{SVG}rect")
    assert rect is not None
    return area(rect)


def check_shades(matrix: Element, values: np.ndarray, largest: float | None = None) -> None:
    """Assert that each cell has the shade of its value."""
    theme, scale = read_theme("light"), Scale(largest) if largest else Scale.of(values)
    wanted = [[theme.cells[scale.cell(float(v))] for v in line] for line in values]
    assert shaded(matrix) == wanted


# Figure 7


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("values", [True, False])
def test_every_matrix_of_the_head_is_there(lang: str, values: bool) -> None:
    svg, head = root(EVERY, lang, values), example().head
    paths = ["x", "attention/permute_dims", "attention/matmul", "attention/matmul.1"]
    paths += [f"{role}/{part}" for role in ("query", "key", "value") for part in ("weight", "add")]
    for node in paths:
        for matrix in parts(svg, "matrix", node):
            assert matrix.attrib["data-shape"] == ",".join(map(str, head[node].shape))
        assert parts(svg, "matrix", node), node
    assert len(parts(svg, "matrix", "attention/softmax")) == 2  # with numbers, and times V
    for name in "QKV":
        assert {f"W^{name}", f"b^{name}", name} <= set(formulas(svg))
    assert {"X", "K^⊤", "QK^⊤", "A", "Z"} <= set(formulas(svg))
    written = texts(svg)
    for shape in ("(S, d_model)", "(d_model, d_k)", "(S, d_k)", "(d_k, S)", "(S, S)", "(S, d_v)"):
        assert shape in written
    assert ("(6, 64)" in written) == values
    for name in ("padding", "over-keys", "learned", "followed"):
        title = label(name)
        assert (title.en in written) == (lang != "zh")
        assert (title.zh in written) == (lang != "en")


def test_no_op_of_the_head_is_missing() -> None:
    graph = example().head.graph
    svg = root(EVERY)
    shown = {n for g in svg.iterfind(".//*[@data-node]") for n in g.attrib["data-node"].split()}
    assert {graph.path(node) for node in graph.nodes} == shown


def test_scores_and_weights_are_the_traces() -> None:
    svg, head = root(EVERY), example().head
    scores, (weights, _) = (
        parts(svg, "matrix", "attention/matmul")[0],
        parts(svg, "matrix", "attention/softmax"),
    )
    assert texts(scores) == [number(float(v)) for v in head["attention/matmul"].flat]
    masked = np.isneginf(head["attention/where"])
    pairs = zip(head["attention/softmax"].flat, masked.flat, strict=True)
    assert texts(weights) == ["0" if hidden else number(float(v)) for v, hidden in pairs]


def test_rows_are_marked_that_rounding_changes() -> None:
    svg, weights = root(EVERY), example().head["attention/softmax"]
    high = area(parts(svg, "matrix", "attention/softmax")[0].find(f".//{SVG}rect"))  # type: ignore[arg-type]
    marks = [area(text) for text in svg.iter(f"{SVG}text") if text.text == "≈"]
    places = [round((mark.top + mark.bottom - 2 * high.top) / 2 / 20 - 0.5) for mark in marks]
    assert places[:-1] == [i for i, row in enumerate(weights) if "≈" in total(row)]
    assert label("inexact").en in texts(svg)  # the last one is the legend's


@pytest.mark.parametrize(
    "node", ["x", "query/weight", "query/bias", "query/add", "attention/permute_dims", "value/add"]
)
def test_shades_are_the_traces(node: str) -> None:
    for matrix in parts(root(EVERY), "matrix", node):
        check_shades(matrix, np.atleast_2d(example().head[node]))


@pytest.mark.parametrize("values", [True, False])
@pytest.mark.parametrize("theme", ["light", "dark", "print"])
def test_a_token_stays_at_its_height(values: bool, theme: str) -> None:
    """Rows of the matrices of one equation are level, and so is the frame around one."""
    svg = root(EVERY, "both", values, theme)
    lines = (
        (("x", 0), ("query/add", 0), ("key/add", 0), ("value/add", 0)),
        (("query/add", 1), ("attention/matmul", 0), ("attention/softmax", 0)),
        (("attention/softmax", 1), ("value/add", 1), ("attention/matmul.1", 0)),
    )
    for line in lines:
        found = [parts(svg, "matrix", node)[n] for node, n in line]
        spans = [border(matrix) for matrix in found]
        for at in spans:
            assert (at.top, at.bottom) == (spans[0].top, spans[0].bottom)
        assert all(a.right < b.left for a, b in itertools.pairwise(spans))
        frames = [(r.top, r.bottom) for matrix in found for r in rows_lit(matrix)]
        assert len(frames) >= 2
        assert len(set(frames)) == 1
    high = (spans[0].bottom - spans[0].top) / len(example().words)
    assert frames[0][0] == pytest.approx(spans[0].top + QUERY * high, abs=0.11)
    every = [g for g in svg.iterfind(f".//{SVG}g[@class='matrix']") if rows_lit(g)]
    assert {g.attrib["data-node"] for g in every} == {
        "x",
        "query/add",
        "attention/matmul",
        "attention/softmax",
        "attention/matmul.1",
    }


def test_what_is_learned_has_two_borders() -> None:
    svg = root(EVERY)
    for matrix in svg.iterfind(f".//{SVG}g[@class='matrix']"):
        strokes = [r for r in matrix.iterfind(f"{SVG}rect") if r.get("stroke-width") == "0.8"]
        learned = matrix.attrib["data-node"].endswith(("weight", "bias"))
        assert len(strokes) == learned


def test_the_way_from_scores_to_weights() -> None:
    ops = [f"{nodes[0]}.op" for nodes in STEPS.values()]
    assert arrows(root(EVERY)) == {
        ("data", "attention/matmul.cells", "steps"),
        ("data", ops[0], ops[1]),
        ("data", ops[1], ops[2]),
        ("data", "steps", "attention/softmax.cells"),
    }


def test_rows_without_values_are_named() -> None:
    svg = root(EVERY, values=False)
    for node, letter in (("x", "x"), ("query/add", "q"), ("attention/matmul.1", "z")):
        assert texts(parts(svg, "matrix", node)[0]) == [f"{letter}{c}" for c in "₁₂₃₄₅₆"]
    assert "s₁₂" in texts(svg)


# Figure 9


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("values", [True, False])
def test_the_heads_are_joined_along_features(lang: str, values: bool) -> None:
    svg, layer = root(JOINED, lang, values), example().layer
    heads = parts(svg, "matrix", "self_attention/attention/matmul.1")
    count = layer["self_attention/attention/matmul.1"].shape[1]
    names = ["Z₁", "Z₂", "Z₃", "Z₄"][:count] if values else ["Z₁", "Z₂", "…", "Zₕ"]
    assert [g.findtext(f"{SVG}title") for g in heads] == names
    whole, *sections = parts(svg, "matrix", f"{OUTPUT}/reshape")
    assert whole.attrib["data-shape"] == "6,64"
    assert len(sections) == count
    bounds = [border(each) for each in sections]
    for a, b in itertools.pairwise(bounds):
        assert a.right == pytest.approx(b.left, abs=0.11)
        assert (a.top, a.bottom) == (b.top, b.bottom)
    for head, section in zip(heads, sections, strict=True):  # drawn to one scale
        wide = border(head).right - border(head).left
        assert wide == pytest.approx(border(section).right - border(section).left, abs=0.21)
    written = texts(svg)
    named = [name for name in names if name != "…"]
    assert all(written.count(name) == 4 for name in named)  # alone, joined, at W, in the sum
    title = label("joined")
    assert (title.en in written) == (lang != "zh")
    assert (title.zh in written) == (lang != "en")
    assert {"W^O", "b^O", "Y"} <= set(formulas(svg))
    shapes = {"(S, d_v)", "(S, h·d_v)", "(h·d_v, d_model)", "(S, d_model)"}
    assert {*shapes, "h·d_v = d_model"} <= set(written)
    assert {("data", f"self_attention/attention/matmul.1.{h}", "concat") for h in range(count)} | {
        ("data", "concat", f"{OUTPUT}/reshape.strips")
    } == arrows(svg)


def test_heads_have_symbols_of_their_own() -> None:
    found = formulas(root(JOINED, values=False))
    for index in ("1", "2", "h"):
        assert found.count(f"z_1^(({index}))") == 2  # alone, and joined
        assert f"z_1^(({index}))w_j^(({index}))" in found


def test_joined_shades_are_the_traces() -> None:
    svg, layer = root(JOINED), example().layer
    heads = layer["self_attention/attention/matmul.1"][0]
    largest = float(np.abs(heads).max())
    for values, matrix in zip(
        heads, parts(svg, "matrix", "self_attention/attention/matmul.1"), strict=True
    ):
        check_shades(matrix, values, largest)
    _, *sections = parts(svg, "matrix", f"{OUTPUT}/reshape")
    joined = layer[f"{OUTPUT}/reshape"][0]
    for values, matrix in zip(np.split(joined, len(heads), axis=-1), sections, strict=True):
        check_shades(matrix, values, largest)
    (result,) = parts(svg, "matrix", f"{OUTPUT}/add")
    check_shades(result, layer[f"{OUTPUT}/add"][0])


def test_one_number_is_traced_to_every_head() -> None:
    """What the heads add is what a graph that keeps them apart computes; it adds up."""
    layer, setting = example().layer, Setting("en", True, example())
    heads = layer["self_attention/attention/matmul.1"][0]
    graph = by_head()
    params = {f"by_head/{part}": layer[f"{OUTPUT}/{part}"] for part in ("weight", "bias")}
    trace = ca.trace(graph, {"z": heads}, params, {"h": len(heads)})
    np.testing.assert_allclose(trace[graph.outputs[0]], layer[f"{OUTPUT}/add"][0], atol=1e-5)
    found = shares(setting)
    np.testing.assert_allclose(found, trace[EACH][:, QUERY, FEATURE], atol=1e-6)
    svg = root(JOINED)
    bias, result = layer[f"{OUTPUT}/bias"][FEATURE], layer[f"{OUTPUT}/add"][0, QUERY, FEATURE]
    assert found.sum() + bias == pytest.approx(result, abs=1e-6)
    cells = [text for part in parts(svg, "cell", EACH) for text in texts(part)]
    assert cells == [number(float(value)) for value in found]
    assert [texts(part) for part in parts(svg, "cell", BIAS)] == [[number(float(bias))]]
    (chip,) = parts(svg, "cell", "by_head/add")
    assert texts(chip) == [number(float(result))]
    rounded = sum(round(float(value), 2) for value in (*found, bias))
    assert ("≈" in texts(svg)) == (number(rounded) != number(float(result)))


def test_the_figures_head_is_named() -> None:
    for text in (of_figure(JOINED, "caption").en, of_figure(JOINED, "caption").zh):
        assert f"Z{'₁₂₃₄'[HEAD]}" in text
    layer, head = example().layer, example().head
    np.testing.assert_allclose(
        layer["self_attention/attention/matmul.1"][0, HEAD],
        head["attention/matmul.1"],
        atol=1e-5,
    )


# Figure 12


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("values", [True, False])
def test_the_network_stands_between_two_norms(lang: str, values: bool) -> None:
    svg = root(NETWORK, lang, values)
    way = ["before", X, "up", UP, "relu", RELU, "down", DOWN, f"{ADD}.op", f"{NORM}.op", NORM]
    wanted = set()
    for n in PLACES:
        pairs = itertools.pairwise(way)
        wanted |= {("data", f"{tail}.{n}", f"{head}.{n}") for tail, head in pairs}
        wanted.add(("residual", f"{X}.{n}", f"{ADD}.op.{n}"))
        wanted |= {("weight", f"weights.{name}", f"{name}.{n}") for name in ("up", "down")}
    assert arrows(svg) == wanted
    written = "\n".join(texts(svg))
    for en, zh in (("post-norm", "后置归一化"), ("Feed-forward", "前馈网络")):
        assert (en in written) == (lang != "zh")
        assert (zh in written) == (lang != "en")
    for name in ("after-attention", "same-weights", "residual"):
        assert (label(name).en in written) == (lang != "zh")
        assert (label(name).zh in written) == (lang != "en")
    assert "2·d_model·d_ff + d_ff + d_model" in written
    assert ("= 2 × d_model" in written) == values
    assert any(found.startswith("FFN(x)=max(0") for found in formulas(svg))
    assert "LayerNorm(x + FFN(x))" in formulas(svg)
    adds = [g for g in svg.iterfind(f".//{SVG}g[@class='op']") if ADDITION.en in texts(g)]
    if lang == "en":  # as in figures 1, 10 and 11
        fills = {rect.get("fill") for g in adds for rect in g.iter(f"{SVG}rect")}
        assert (len(adds), fills) == (len(PLACES), {read_theme("light").boxes["norm"]})


def test_residuals_are_dashed_and_weights_dash_dotted() -> None:
    for arrow in root(NETWORK).iterfind(f".//{SVG}g[@data-from]"):
        (line,) = arrow.iterfind(f"{SVG}path")
        kind = {None: "data", "5 3": "residual", "7 2 1 2": "weight"}
        assert kind[line.get("stroke-dasharray")] == arrow.attrib["class"]


def test_tokens_pass_without_meeting() -> None:
    """No arrow crosses the middle, and nothing of a token comes from the other."""
    svg = root(NETWORK)
    middle = float(svg.attrib["viewBox"].split()[2]) / 2
    for arrow in svg.iterfind(f".//{SVG}g[@data-from]"):
        (line,) = arrow.iterfind(f"{SVG}path")
        at, left = hull(line), arrow.attrib["data-to"].endswith(".0")
        assert at.right < middle if left else at.left > middle
    graph = each_token()
    by_path = {graph.path(node): node for node in graph.nodes}
    for n in PLACES:
        above = {by_path[path(NORM, n)]}
        waiting = list(above)
        for node in waiting:
            fresh = set(node.inputs) - above
            above |= fresh
            waiting.extend(fresh)
        own = {path(node, n) for node in (X, UP, RELU, DOWN, ADD)}
        other = {path(node, 1 - n) for node in (X, UP, RELU, DOWN, ADD)}
        reached = {graph.path(node) for node in above}
        assert own <= reached
        assert not other & reached


def test_the_network_computes_what_is_drawn() -> None:
    layer, tokens = example().layer, [QUERY, KEY]
    prefixes = ("feed_forward", "feed_forward_norm")
    params = {p: v for p, v in layer_params(load()).items() if p.split("/")[0] in prefixes}
    trace = ca.trace(each_token(), {"x": layer[X][0, tokens]}, params)
    for node, n in itertools.product((X, UP, RELU, DOWN, ADD, NORM), PLACES):
        np.testing.assert_allclose(trace[path(node, n)][0], layer[node][0, tokens[n]], atol=1e-5)


def test_widths_are_to_scale_and_cut_cells_are_0() -> None:
    svg, layer = root(NETWORK), example().layer
    for n, token in enumerate((QUERY, KEY)):
        wide = {}
        for node in (X, UP, RELU, DOWN, NORM):
            strip = parts(svg, "matrix", path(node, n))
            at = [border_of_shades(s) for s in strip if s.find(f".//{SVG}path") is not None]
            wide[node] = at[0].right - at[0].left
        assert wide[RELU] == pytest.approx(wide[UP], abs=0.11)
        assert wide[DOWN] == wide[NORM] == pytest.approx(wide[X], abs=0.11)
        ratio = layer[UP].shape[-1] / layer[X].shape[-1]
        assert wide[UP] / wide[X] == pytest.approx(ratio, abs=0.002)
        before, after = (layer[node][0, token] for node in (UP, RELU))
        some = slice(FIRST, FIRST + SOME)
        shown = [texts(g) for node in (UP, RELU) for g in parts(svg, "matrix", path(node, n))]
        assert [number(float(v)) for v in before[some]] in shown
        cut = ["0" if b <= 0 else number(float(a)) for a, b in zip(after, before, strict=True)]
        assert cut[some] in shown
        assert "0" in cut[some]
        count = int((after == 0).sum())
        assert f"{count} of {after.size} cut to 0" in texts(svg)


def test_parameters_are_counted() -> None:
    setting = Setting("en", True, example())
    count = parameters(setting)
    layer = example().layer
    d_model, d_ff = layer[X].shape[-1], layer[UP].shape[-1]
    (written,) = [text for text in texts(root(NETWORK)) if "d_model·d_ff" in text]
    symbols, _, total = written.partition(" = ")
    sizes = {"d_model": d_model, "d_ff": d_ff}
    assert sympy.sympify(symbols.replace("·", "*")).subs(sizes) == count
    assert int(total.replace(",", "")) == count
    learned = [f"feed_forward/{m}/{p}" for m in ("up", "down") for p in ("weight", "bias")]
    assert sum(layer[node].size for node in learned) == count


def test_the_curve_is_the_activations() -> None:
    x = ca.input("x", "N")
    relu, gelu = curve(ca.ops.relu(x).op), curve(ca.ops.gelu(x).op)
    assert relu.marks[-1] != gelu.marks[-1]
    line = relu.marks[-1]
    assert isinstance(line, Way)
    flat = {y for x, y in line.points if x <= relu.width / 2}
    assert len(flat) == 1
    assert line.points[-1] == pytest.approx((relu.width, 0.0))
