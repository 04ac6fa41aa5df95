"""Where two runs part: every planted difference is named, and equal runs say nothing."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from differing import build, lines
from hypothesis import assume, given
from hypothesis import strategies as st
from stepping import SMALL, At, model, points

import cutaway as ca
from cutaway.diagnose import Divergence, Row, difference
from cutaway.diagnose.comparing.relation import relation

Array = npt.NDArray[Any]
PLANTED: dict[str, tuple[dict[str, Any], str, str]] = {
    # what is planted, the kind of difference, and the path that it must have
    "missing scale": ({"scale": ""}, "only-a", "layer.0/divide"),
    "missing scale in layer 1": ({"scale": "", "only": 1}, "only-a", "layer.1/divide"),
    "missing scale, other names": ({"scale": "", "name": "block"}, "only-a", "layer.0/divide"),
    "scale by d_model": ({"scale": "d_model"}, "changed", "layer.0/divide"),
    "mask forgotten": ({"mask": ""}, "only-a", "layer.0/where"),
    "mask inverted": ({"mask": "inverted"}, "only-b", "layer.0/subtract"),
    "mask after softmax": ({"mask": "after"}, "only-a", "layer.0/where"),
    "residual forgotten": ({"residual": False}, "only-a", "layer.0/add.3"),
    "residual forgotten in layer 1": (
        {"residual": False, "only": 1},
        "only-a",
        "layer.1/add.3",
    ),
    "norm over tokens": ({"norm_axis": -2}, "changed", "layer.0/mean"),
    "other eps": ({"eps": 1e-6}, "changed", "layer.0/add.4"),
    "tanh GELU": ({"activation": "gelu_tanh"}, "changed", "layer.0/gelu"),
    "ReLU": ({"activation": "relu"}, "changed", "layer.0/gelu"),
    "untied": ({"tied": False}, "wiring", "matmul"),
    "heads without transpose": ({"transposed": False}, "changed", "layer.0/reshape"),
    "positions off by one": ({"shift": 1}, "changed", "slice"),
    "softmax over queries": ({"softmax_axis": -2}, "changed", "layer.0/softmax"),
    "no positions": ({"positions": False}, "only-a", "add"),
    "no bias": ({"bias": False}, "only-a", "layer.0/add"),
    "softmax twice": ({"twice": True}, "only-b", "softmax.1"),
    "a layer more": ({"layers": 3}, "only-b", "layer.2/multiply.3"),
}
HALVES = {"only-a": "only-b", "only-b": "only-a"}


def first(found: ca.Comparison) -> Divergence:
    assert found.first is not None
    return found.first


@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_difference_is_named(what: str) -> None:
    options, kind, path = PLANTED[what]
    found = ca.compare(build(), build(**options))
    begins = first(found)
    assert not found.equal
    assert (begins.kind, begins.path) == (kind, path)
    (option,) = options.keys() - {"only", "name", "layers"} or {"layers"}
    if kind != "only-b" and option != "layers" and options.get("mask") != "after":
        assert begins.line in lines(option)
    assert begins.path in begins.message() or begins.onlies
    layers = {each.path.partition("/")[0] for each in found.divergences if "/" in each.path}
    if "only" in options:
        assert layers == {"layer.1"}  # what only carries it on isn't blamed
    back = first(ca.compare(build(**options), build()))  # from the other side
    assert back.kind == HALVES.get(kind, kind) or {back.kind, kind} == {"changed", "wiring"}
    if "name" not in options and options.get("mask") != "after":  # else other weights are drawn
        assert back.difference.absolute == pytest.approx(begins.difference.absolute)


def test_the_table_of_planted_differences(capsys: pytest.CaptureFixture[str]) -> None:
    wide = max(map(len, PLANTED))
    table = []
    for what, (options, _, _) in PLANTED.items():
        begins = first(ca.compare(build(), build(**options)))
        table.append(f"{what:{wide}}  {begins.kind:8}  {begins.path:20}  {begins.message()}")
    with capsys.disabled():
        print("", *table, sep="\n")
    assert len(table) >= 20


@pytest.mark.parametrize("name", SMALL)
def test_equal_models_say_nothing(name: str) -> None:
    at = model(name)
    found = ca.compare(at.graph, model(name).graph, dims=at.dims, backward=True)
    assert found.equal
    assert found.first is None
    assert not found.parameters
    assert all(
        r.difference and r.difference.absolute == 0 for r in found.rows if r.kind != "constant"
    )


def test_other_names_and_other_symbols_are_no_difference() -> None:
    found = ca.compare(build(), build(name="block"), backward=True)
    assert found.equal
    named = [row for row in found.rows if row.path.startswith("layer.0/")]
    assert all(row.other == row.path.replace("layer", "block") for row in named)
    x, y = ca.input("x", "B T D"), ca.input("x", "N M C")
    assert ca.compare(ca.ops.softmax(x), ca.ops.softmax(y)).equal


def test_the_same_computed_otherwise_is_no_difference() -> None:
    x = ca.input("x", "T D")
    a, b = x / ca.ops.sqrt(ca.ops.dim("D")), x * (1.0 / ca.ops.sqrt(ca.ops.dim("D")))
    assert ca.compare(ca.ops.softmax(a), ca.ops.softmax(b)).equal


# --- weights ------------------------------------------------------------------------------------

WEIGHT = "layer.1/query"


def changed(change: Any) -> ca.Comparison:
    at = run()
    params = {**at.params, WEIGHT: change(at.params[WEIGHT].copy())}
    return ca.compare(tuple(at), (at.graph, at.feeds, params, at.dims))


def run() -> At:
    graph = build()
    random = np.random.default_rng(0)
    dims = {"h": 4, "d_k": 3, "V": 11, "d_ff": 8}
    params = {
        path: np.asarray(random.standard_normal(array.shape))
        for path, array in ca.initialize(graph, dims, 0, "float64").items()
    }
    return At(graph, {"tokens": random.integers(0, 11, (2, 5))}, params, dims)


def one_more(array: Array) -> Array:
    array[2, 5] += 0.5
    return array


@pytest.mark.parametrize(
    ("change", "relation"),
    [
        (lambda w: w.T, "transposed"),
        (lambda w: w.reshape(12, 4, 3)[:, ::-1].reshape(12, 12), "heads"),
        (lambda w: w.reshape(12, 3, 4).transpose(0, 2, 1).reshape(12, 12), "heads"),
        (lambda w: w.reshape(12, 4, 3)[:, [2, 1, 0, 3]].reshape(12, 12), "heads"),
        (lambda w: w[np.random.default_rng(1).permutation(12)], "rows"),
        (lambda w: w[:, np.random.default_rng(1).permutation(12)], "columns"),
        (lambda w: w * 0.5, "scaled"),
        (lambda w: w.astype("float16").astype("float64"), "rounded"),
        (one_more, "element"),
        (lambda w: w + np.random.default_rng(1).standard_normal(w.shape), ""),
    ],
    ids=[
        "transposed",
        "heads",
        "dealt",
        "two",
        "rows",
        "columns",
        "scaled",
        "rounded",
        "one",
        "other",
    ],
)
def test_a_weight_that_is_another(change: Any, relation: str) -> None:
    found = changed(change)
    begins = first(found)
    assert (begins.kind, begins.path, begins.relation) == ("parameter", WEIGHT, relation)
    assert begins.reader == "layer.1/matmul"
    assert [row.path for row in found.parameters] == [WEIGHT]
    assert len(found.divergences) == 1
    assert all(text in begins.message() for text in (WEIGHT, begins.reader))


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda w: w[:, [2, 1, 0]], ("heads", "")),
        (lambda w: w[::-1], ("slices", "0 (D)")),
        (lambda w: w * 1.01, ("scaled", "1.01")),
        (lambda w: (w * 1.01).astype("float16"), ("scaled", "1.01")),
        (lambda w: w + 0.01, ("", "")),
    ],
    ids=["heads", "slices", "scaled", "and rounded", "other"],
)
def test_a_weight_with_an_axis_of_heads(change: Any, found: tuple[str, str]) -> None:
    weight = ca.parameter("query", "D H K")
    array = np.random.default_rng(0).standard_normal((5, 3, 4)).astype("float32")
    other = change(array)
    assert relation(array, other, weight.shape) == found
    bias = array[0].ravel()
    assert relation(bias, bias.reshape(3, 4)[[1, 0, 2]].ravel()) == ("heads", "")


def test_two_inputs() -> None:
    at = run()
    other = at.feeds["tokens"].copy()
    other[0, 3] = (other[0, 3] + 1) % 11
    found = ca.compare(tuple(at), (at.graph, {"tokens": other}, at.params, at.dims))
    assert (first(found).kind, first(found).path) == ("input", "tokens")
    assert first(found).difference.place == (0, 3)
    assert len(found.divergences) == 1


def test_inputs_of_other_lengths() -> None:
    at = run()
    shorter = {"tokens": at.feeds["tokens"][:, :3]}
    found = ca.compare(tuple(at), (at.graph, shorter, at.params, at.dims))
    assert first(found).kind == "input"
    assert str(first(found).difference) == "(2, 5) / (2, 3)"


def test_another_precision_is_a_note() -> None:
    at = run()
    half = {path: array.astype("float32") for path, array in at.params.items()}
    wide = {path: array.astype("float64") for path, array in half.items()}
    found = ca.compare((at.graph, at.feeds, wide, at.dims), (at.graph, at.feeds, half, at.dims))
    assert found.equal
    assert found.tolerance == 1e-5
    assert found.notes == (
        ("A is computed in float64, B in float32", "A 以 float64 计算，B 以 float32 计算"),
    )
    assert 0 < max(r.difference.relative for r in found.rows if r.difference) < 1e-5


def test_a_trace_a_stepper_a_graph_and_a_run_compare_alike() -> None:
    at, broken = run(), build(scale="", only=1)
    others = (broken, (broken, at.feeds, at.params, at.dims))
    for one in (tuple(at), at.trace(), at.stepper(), at.stepper(level="layer")):
        for other in others:
            found = ca.compare(one, other)
            assert (first(found).kind, first(found).path) == ("only-a", "layer.1/divide")
    known = ca.Trace(at.graph, {node: at.trace()[node] for node in at.graph.nodes[:2]})
    with pytest.raises(ca.FeedError, match="has the wrong length"):
        ca.compare(known, broken)


# --- properties ---------------------------------------------------------------------------------


@given(points())
def test_a_run_equals_itself(at: At) -> None:
    found = ca.compare(tuple(at), at.trace())
    assert found.equal
    assert all(r.difference is None or r.difference.absolute == 0 for r in found.rows)


@given(points(), st.data())
def test_a_patch_is_found_where_it_is(at: At, data: st.DataObject) -> None:
    nodes = [n for n in at.graph.nodes if n.dtype == "float" and n.inputs]
    assume(nodes)
    node = data.draw(st.sampled_from(nodes))
    healthy, patched = at.stepper(), at.stepper()
    value = healthy.value(node)
    assume(np.isfinite(value).all())
    patched.patch(node, value * 1.5 + 1.0)
    for found in (healthy.compare(patched), patched.compare(healthy)):
        assert first(found).path == at.graph.path(node)
        assert len(found.divergences) == 1


@given(points(), st.data())
def test_comparing_is_symmetric(at: At, data: st.DataObject) -> None:
    feeds = {n: np.asarray(a) for n, a in at.feeds.items()}
    assume(any(a.dtype.kind == "f" for a in feeds.values()))
    name = data.draw(st.sampled_from([n for n, a in feeds.items() if a.dtype.kind == "f"]))
    other = {**feeds, name: feeds[name] + 0.25}
    one = ca.compare(tuple(at), (at.graph, other, at.params, at.dims))
    two = ca.compare((at.graph, other, at.params, at.dims), tuple(at))
    assert [row.difference for row in one.rows] == [row.difference for row in two.rows]
    assert first(one).path == first(two).path == name


# --- gradients ----------------------------------------------------------------------------------


def test_a_gradient_that_is_cut_off() -> None:
    healthy, cut = build(), build(stopped=True, only=1)
    assert ca.compare(healthy, cut).equal
    found = ca.compare(healthy, cut, backward=True)
    assert (first(found).kind, first(found).path) == ("gradient", "layer.1/softmax")
    assert first(found).message().endswith("; only B goes on with layer.1/stop_gradient")
    (other,) = first(found).instead
    assert other.line in lines("stopped")
    slopes = {row.path: row.gradient for row in found.rows}
    assert slopes["layer.1/matmul.4"] == difference(0.0, 0.0)
    assert slopes["layer.1/query"] is not None
    assert slopes["layer.1/query"].relative > 0.1


def test_gradients_are_those_of_a_stepper() -> None:
    at = run()
    graph = ca.Graph(at.graph.outputs[0].sum())
    stepper = ca.Stepper(graph, at.feeds, at.params, at.dims, backward=True)
    other = ca.Stepper(graph, at.feeds, at.params, at.dims)
    found = stepper.compare(other)
    assert found.equal
    assert sum(row.gradient is not None for row in found.rows) > 100
    other.patch("layer.0/softmax", lambda array: array * 0.5)
    assert first(stepper.compare(other)).path == "layer.0/softmax"


# --- numbers ------------------------------------------------------------------------------------


def test_differences_of_odd_numbers() -> None:
    nan, inf = float("nan"), float("inf")
    assert difference([nan, inf], [nan, inf]).absolute == 0
    assert difference([-inf, 1.0], [-1e4, 1.0]).absolute == 0
    assert difference([nan, 1.0], [0.0, 1.0]).absolute == inf
    assert difference([inf], [-inf]).absolute == inf
    assert difference([True, False], [True, True]).relative == 1
    assert difference(1e-17, -1e-17).relative < 1e-14  # sums that cancel
    assert difference(np.zeros((0, 3)), np.zeros((0, 3))).absolute == 0
    found = difference(np.zeros(2), np.zeros(3))
    assert math.isinf(found.absolute)
    assert found.shapes == ((2,), (3,))


# --- text and pictures --------------------------------------------------------------------------


def test_it_reads_well_in_both_languages() -> None:
    found = ca.compare(build(), build(scale="", only=1))
    english, chinese = found.words().splitlines(), found.words("zh").splitlines()
    assert english[1].startswith("  first: only A computes layer.1/divide: B's layer.1/where")
    assert chinese[1].startswith("  首先：只有 A 计算 layer.1/divide")
    assert len(english) == len(chinese)
    assert any(line.split() == ["layer.1/divide", "only", "in", "A"] for line in english)
    assert str(found) == found.words()
    assert len(found.words(rows=3).splitlines()) == len(english) - found.words().count("\n") + 8
    with pytest.raises(ca.OptionError, match="no language 'fr'"):
        found.words("fr")


def test_where_it_grows() -> None:
    x = ca.input("x", "N")
    a, b = (ca.ops.exp(ca.ops.exp(x * factor)) for factor in (1.0, 1.001))
    found = ca.compare((a, {"x": [1.5, 2.0]}), (b, {"x": [1.5, 2.0]}))
    assert [row.path for row in found.growing] == ["exp.1"]
    assert "it grows most at exp.1" in found.words()


def test_a_picture_has_shades_by_difference() -> None:
    found = ca.compare(build(), build(scale="", only=1), backward=True)
    picture = found.picture("op")
    boxes = {box.path: box for box in picture.scene.boxes}
    assert {box.fill for path, box in boxes.items() if path.startswith("layer.0/")} == {"p0"}
    assert boxes["layer.1/softmax"].fill == "p8"
    assert [path for path, box in boxes.items() if box.lit] == ["layer.1/divide"]
    assert boxes["layer.1/divide"].lines[-1].text == "only in A"
    assert [sign.words for sign in picture.scene.legend][-3:] != []
    assert "the first divergence" in [sign.words for sign in picture.scene.legend]
    assert "最先出现差异之处" in found.picture("layer", lang="zh").svg
    blocks = [box.lines[0].text for box in found.picture("layer", lang="zh").scene.boxes]
    assert {"掩码多头自注意力 · layer.0", "掩码多头自注意力 · layer.1"} <= set(blocks)
    assert found.picture(of="gradient").svg != found.picture().svg
    with pytest.raises(ca.OptionError, match="no 'weights' to draw"):
        found.picture(of="weights")
    with pytest.raises(ca.OptionError, match="no gradients were compared"):
        ca.compare(build(), build()).picture(of="gradient")


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((3, 4), {}, ca.OptionError, "this cannot be compared"),
        ((build(), None), {}, ca.OptionError, "this cannot be compared"),
        ((build(), build()), {"feeds": {"x": 1.0}}, ca.FeedError, "neither graph has a feed 'x'"),
        ((build(), build()), {"params": {"w": 1.0}}, ca.FeedError, "neither graph has a param"),
        ((build(), build()), {"tolerance": -1.0}, ca.OptionError, "no relative difference"),
        ((build(), build()), {"tolerance": "small"}, ca.OptionError, "no relative difference"),
        (({"x": [1.0]}, build()), {}, ca.OptionError, "the reference stands first"),
        (((build(), {"tokens": "text"}), build()), {}, ca.FeedError, "tokens"),
    ],
)
def test_bad_input(
    arguments: tuple[Any, Any], options: dict[str, Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        ca.compare(*arguments, **options)


def test_rows_as_data() -> None:
    found = ca.compare(build(), build(scale=""))
    data = found.as_data()
    assert data["first"]["path"] == "layer.0/divide"
    assert data["first"]["b"]["path"] == "layer.0/where"
    assert [row["path"] for row in data["rows"]] == [row.path for row in found.rows]
    assert all(isinstance(row, Row) for row in found.rows)


def test_no_difference_is_none_at_tolerance_0() -> None:
    graph = ca.Graph(ca.ops.tanh(ca.parameter("w", (8,))))
    weights = np.linspace(0.1, 0.8, 8)
    near = {"w": np.nextafter(weights, 1)}
    assert ca.compare((graph, {}, {"w": weights}), (graph, {}, near)).equal
    assert not ca.compare((graph, {}, {"w": weights}), (graph, {}, near), tolerance=0).equal


def test_what_only_b_computes_lights_the_op_that_goes_on_without() -> None:
    found = ca.compare(build(scale="", only=1), build())
    assert (first(found).kind, first(found).path) == ("only-b", "layer.1/divide")
    lit = [box.path for box in found.picture("op").scene.boxes if box.lit]
    assert lit == ["layer.1/where"]


def test_an_op_that_makes_up_for_an_earlier_difference_says_so() -> None:
    x = ca.input("x", "T D")
    a, b = (x @ x.mT) * 2.0, (x * 2.0) @ x.mT
    found = ca.compare(ca.ops.relu(a), ca.ops.relu(b))
    assert [each.kind for each in found.divergences] == ["only-b", "only-a"]
    assert found.divergences[1].numbers() == "what it gives is equal again"
    assert found.divergences[1].numbers("zh") == "它的输出又相同了"
    assert ("the outputs are equal nevertheless", "尽管如此，输出仍然相同") in found.notes
    assert not found.growing  # the product differs for the first time, and doesn't let it grow
