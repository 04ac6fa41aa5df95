"""The page's machine computes what numpy computes: every op, every built-in model, every patch."""

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from drawing import Instance, Sample, instance
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from javascript import array, run, run_all
from samples import ROWS
from stepping import SMALL, At, model, points

import cutaway as ca
from cutaway import ops
from cutaway.graph import Title, apply
from cutaway.ops import Elementwise
from cutaway.step.opened import STRUCTURAL
from cutaway.step.packed import packed
from cutaway.step.program import program
from cutaway.step.session import Session
from cutaway.step.shares import shares
from cutaway.step.switches import switches

pytestmark = pytest.mark.browser
OUTPUTS = "return machine.program.outputs.map((id) => machine.value(id));"
every_row = pytest.mark.parametrize("row", ROWS, ids=str)


def at(found: Instance) -> At:
    """Return a row's case; its leaves are outputs too, so that they show sizes."""
    graph = ca.Graph([found.node, *(leaf.node for leaf in found.leaves)])
    sizes = {name: size for name, size in found.sizes.items() if name in graph.symbols}
    return At(graph, found.feeds, found.params, sizes)


@every_row
def test_every_op_gives_what_numpy_gives(row: Sample, tmp_path: Path) -> None:
    found = [instance(row.cases[seed % len(row.cases)], seed) for seed in range(24)]
    for each, (value, *_) in zip(
        found, run_all([program(*at(each)) for each in found], OUTPUTS, tmp_path), strict=True
    ):
        (expected,) = each.run(each.node)
        assert value["dtype"] == each.node.dtype
        np.testing.assert_allclose(array(value), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SMALL)
def test_every_value_of_a_model(name: str, tmp_path: Path) -> None:
    here = model(name)
    code = "return machine.program.nodes.filter((n) => !n.inner).map((n) => machine.value(n.id));"
    found = run(program(*here, backward=True), code, tmp_path)
    stepper = here.stepper(backward=True)
    for node, value in zip(stepper.graph.nodes, found, strict=True):
        expected = stepper.value(node)
        np.testing.assert_allclose(array(value), expected, rtol=1e-9, atol=1e-11, err_msg=node.path)


def knock_outs(here: At) -> list[dict[str, Any]]:
    """Return those that a page offers."""
    number = {node: place for place, node in enumerate(here.graph.nodes)}
    return switches(Session(*here, None), here.graph, number)


@pytest.mark.parametrize("name", ["single-head-attention", "encoder-layer", "decoder-layer", "gpt"])
def test_every_knock_out(name: str, tmp_path: Path) -> None:
    here = model(name)
    offered = knock_outs(here)
    assert {found["kind"] for found in offered} >= {"head", "uniform-attention"}
    code = f"""return {json.dumps(offered)}.map(({{ id, change }}) => {{
      machine.knockOut(id, change);
      const value = machine.value(machine.program.outputs[0]);
      machine.reset(id);
      return value;
    }});"""
    stepper = here.stepper()
    (output,) = stepper.graph.outputs
    for found, value in zip(offered, run(program(*here), code, tmp_path), strict=True):
        patch = stepper.knock_out(found["kind"], found["path"], found.get("head"))
        expected = stepper.value(output)
        patch.remove()
        np.testing.assert_allclose(array(value), expected, rtol=1e-9, atol=1e-11)


def test_two_heads_and_a_value_changed_and_taken_back(tmp_path: Path) -> None:
    here = model("encoder-layer")
    heads = [found for found in knock_outs(here) if found["kind"] == "head"][:2]
    given = here.feeds["x"] + 1.0
    code = f"""
    const [one, other] = {json.dumps(heads)}, [output] = machine.program.outputs;
    const before = machine.value(output);
    machine.knockOut(one.id, one.change);
    machine.knockOut(other.id, other.change);
    machine.set(0, {given.ravel().tolist()});
    const during = machine.value(output), plain = machine.original(output);
    const [patched, changed] = [machine.patched(), machine.changed()];
    machine.reset();
    return {{ before, during, plain, patched, changed, after: machine.value(output),
      left: machine.changed() }};
    """
    done = run(program(*here), code, tmp_path)
    stepper = here.stepper()
    (output,) = stepper.graph.outputs
    np.testing.assert_allclose(array(done["before"]), stepper.value(output), rtol=1e-9, atol=1e-11)
    for head in (0, 1):
        stepper.knock_out("head", "*", head)
    stepper.patch(stepper.graph.nodes[0], given)
    np.testing.assert_allclose(array(done["during"]), stepper.value(output), rtol=1e-9, atol=1e-11)
    assert done["before"] == done["after"] == done["plain"]
    assert done["patched"] == [heads[0]["id"], 0]
    assert stepper.graph.nodes.index(output) in done["changed"]
    assert done["left"] == []


def test_a_value_given_anew_keeps_its_cells_and_knock_outs(tmp_path: Path) -> None:
    here = model("encoder-layer")
    head = next(found for found in knock_outs(here) if found["kind"] == "head")
    node = head["id"]
    code = f"""
    const head = {json.dumps(head["change"])}, ones = machine.value({node}).data.map(() => 1);
    const acts = [
      () => machine.put({node}, [0, 1, 1, 0], 0.5), () => machine.knockOut({node}, head),
      () => machine.set({node}, ones),
    ];
    return [[0, 1, 2], [2, 1, 0], [1, 2, 0]].map((order) => {{
      machine.reset();
      for (const place of order) acts[place]();
      return machine.value({node});
    }});
    """
    done = run(program(*here), code, tmp_path)
    assert done[0] == done[1] == done[2]
    value = array(done[0])
    assert (value[0, 1, 1, 0], value[0, 1, 0, 0], value[0, 0].any()) == (0.5, 1.0, False)


def test_cells_and_knock_outs_of_one_value_in_any_order(tmp_path: Path) -> None:
    """A cell holds its number; the others are as they are computed, whatever is changed when."""
    here = model("encoder-layer")
    head = next(found for found in knock_outs(here) if found["kind"] == "head")
    node, index = head["id"], [0, 1, 1, 0]
    code = f"""
    const [output] = machine.program.outputs, head = {json.dumps(head["change"])};
    const acts = [
      () => machine.put({node}, {index}, 0.5), () => machine.knockOut({node}, head),
      () => machine.put({node}, [0, 0, 0, 0], 2), () => machine.put(0, [0, 0, 0], 3),
    ];
    return [[0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]].map((order) => {{
      machine.reset();
      for (const place of order) acts[place]();
      return {{ node: machine.value({node}), output: machine.value(output),
        replaced: [machine.replaced(0, [0, 0, 0]), machine.replaced(0, [0, 0, 1])] }};
    }});
    """
    done = run(program(*here), code, tmp_path)
    assert done[0] == done[1] == done[2]
    assert done[0]["replaced"] == [True, False]
    x = here.feeds["x"].copy()
    x[0, 0, 0] = 3.0
    stepper = ca.Stepper(here.graph, {**here.feeds, "x": x}, here.params, here.dims)
    path = here.graph.path(here.graph.nodes[node])
    silent = stepper.value(path).copy()
    silent[:, 0] = 0.0
    silent[tuple(index)], silent[0, 0, 0, 0] = 0.5, 2.0
    stepper.patch(path, silent)
    np.testing.assert_allclose(array(done[0]["node"]), silent, rtol=1e-9, atol=1e-11)
    expected = stepper.value(stepper.graph.outputs[0])
    np.testing.assert_allclose(array(done[0]["output"]), expected, rtol=1e-9, atol=1e-11)


@every_row
def test_what_an_element_is_made_of(row: Sample, tmp_path: Path) -> None:
    """The shares of all input elements are those that the stepper gives, by the op's vjp."""
    code = """const [id] = machine.program.outputs, index = machine.shape(id).map((n) => n - 1);
    return machine.contributions(id, index);"""
    found = [instance(row.cases[seed % len(row.cases)], seed) for seed in range(12)]
    places = [at(each) for each in found if each.node.dtype == "float" and each.wrt]
    programs = [program(*place) for place in places]
    for place, listed in zip(places, run_all(programs, code, tmp_path), strict=True):
        session = Session(*place, None)
        node = place.graph.outputs[0]
        (value,) = session.values([node])
        expected: defaultdict[tuple[int, ...], float] = defaultdict(float)
        for share in shares(session, node, tuple(n - 1 for n in value.shape)):
            for source, where in share.elements:
                expected[place.graph.nodes.index(source), *where] += share.contribution
        found_shares = {(part["id"], *part["index"]): part["share"] for part in listed}
        assert len(found_shares) == len(listed)
        for key in {*expected, *found_shares}:
            assert found_shares.get(key, 0.0) == pytest.approx(expected[key], 1e-9, 1e-12)
        sizes = [abs(part["share"]) for part in listed]
        assert sizes == sorted(sizes, reverse=True)


@pytest.mark.parametrize("name", ["single-head-attention", "encoder-layer", "gpt"])
def test_any_value_changed(name: str, tmp_path: Path) -> None:
    """A value put in the place of any node's gives what the stepper's patch gives, backward too."""
    here = model(name)
    stepper = here.stepper(backward=True)
    nodes = stepper.graph.nodes
    random = np.random.default_rng(0)
    floats = [place for place, node in enumerate(nodes) if node.dtype == "float"]
    chosen = random.permutation(floats)[:12].tolist()
    given = [stepper.value(nodes[id]) + random.standard_normal() for id in chosen]
    code = f"""const given = {json.dumps([value.ravel().tolist() for value in given])};
    return {chosen}.map((id, n) => {{
      machine.set(id, given[n]);
      const values = machine.program.nodes.filter((node) => !node.inner)
        .map((node) => machine.value(node.id));
      const dependants = machine.dependants(id), changed = machine.changed();
      machine.reset(id);
      return {{ values, dependants, changed }};
    }});"""
    done = run(program(*here, backward=True), code, tmp_path)
    for id, array_given, found in zip(chosen, given, done, strict=True):
        patch = stepper.patch(nodes[id], array_given)
        for node, value in zip(nodes, found["values"], strict=True):
            np.testing.assert_allclose(
                array(value), stepper.value(node), rtol=1e-8, atol=1e-9, err_msg=node.path
            )
        patch.remove()
        reached = {nodes[id]}
        for node in nodes:
            if reached.intersection(node.inputs):
                reached.add(node)
        assert {nodes[n] for n in found["changed"]} == reached
        assert {nodes[n] for n in found["dependants"]} == reached - {nodes[id]}


def test_what_changed_since(tmp_path: Path) -> None:
    x, y = ca.input("x", "N"), ca.input("y", "N")
    outputs = [ops.exp(x), ops.exp(y)]
    code = """const first = machine.version;
    machine.set(0, [1]);
    const second = machine.version;
    machine.set(2, [1]);
    const third = machine.version;
    machine.reset(0);
    return [first, second, third, machine.version, undefined].map((v) => machine.changed(v));"""
    done = run(program(outputs, {"x": [0.0], "y": [0.0]}), code, tmp_path)
    assert done == [[0, 1, 2, 3], [0, 1, 2, 3], [0, 1], [], [2, 3]]


def test_what_cannot_be_put_in_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    tokens = ca.input("tokens", "T", dtype="int")
    y = ca.ops.take(ca.parameter("table", "V D"), tokens) * 2.0
    found = program(y, {"tokens": [0, 2]}, {"table": np.arange(6.0).reshape(3, 2)})
    code = """const [output] = machine.program.outputs, says = [];
    for (const [id, data] of [[0, [1]], [0, [1, 2, 3, 4, 5, NaN]], [1, [0.5, 1]], [1, [0, 3]]]) {
      try { machine.set(id, data); } catch (error) { says.push(error.message); }
    }
    return { says, changed: machine.changed(), value: machine.value(output) };"""
    done = run(found, code, tmp_path)
    assert done["says"] == [
        "table has 6 numbers, not 1",
        "table: NaN is no float",
        "tokens: 0.5 is no int",
        "take: index 3 is not one of 0 to 2",
    ]
    assert done["changed"] == []
    assert array(done["value"]).tolist() == [[0.0, 2.0], [8.0, 10.0]]


@given(st.lists(points(), min_size=5, max_size=5))
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_value_of_random_graphs(tmp_path_factory: pytest.TempPathFactory, drawn: Any) -> None:
    code = "return machine.program.nodes.filter((n) => !n.inner).map((n) => machine.value(n.id));"
    programs = [program(*here) for here in drawn]
    found = run_all(programs, code, tmp_path_factory.mktemp("pages"))
    for here, values in zip(drawn, found, strict=True):
        trace = here.trace()
        for node, value in zip(here.graph.nodes, values, strict=True):
            np.testing.assert_allclose(
                array(value), trace[node], rtol=1e-7, atol=1e-9, err_msg=str(node)
            )


FAR = [0.0, -0.0, 1e-300, 1e-8, 0.4, -3.0, 5.9, -6.1, 30.0, -40.0, 710.0, -750.0, 1e300, -1e300]
EVERYWHERE = (*FAR, np.inf, -np.inf, np.nan)


@pytest.mark.parametrize(
    "function",
    [ops.erf, ops.sigmoid, ops.softplus, ops.tanh, ops.exp, ops.relu, ops.abs, ops.rsqrt],
)
def test_numbers_of_any_size(function: Any, tmp_path: Path) -> None:
    x = ca.input("x", "N")
    feeds = {"x": np.array(EVERYWHERE)}
    (value,) = run(program(function(x), feeds), OUTPUTS, tmp_path)
    (expected,) = ca.evaluate(function(x), feeds)
    np.testing.assert_allclose(array(value), expected, rtol=1e-13)


def test_reductions_of_numbers_that_are_none(tmp_path: Path) -> None:
    x = ca.input("x", "N D")
    outputs = [f(x, axis=1) for f in (ops.max, ops.min, ops.argmax, ops.sum, ops.softmax)]
    rows = [[1.0, np.nan, 3.0], [-np.inf] * 3, [np.inf, 2.0, np.inf], [2.0, 2.0, -np.inf]]
    feeds = {"x": np.array(rows)}
    found = run(program(outputs, feeds), OUTPUTS, tmp_path)
    for value, expected in zip(found, ca.evaluate(outputs, feeds), strict=True):
        np.testing.assert_allclose(array(value), expected, rtol=1e-13)


def test_zeros_that_were_drawn_stay(tmp_path: Path) -> None:
    x, seed = ca.input("x", "N D"), ca.input("seed", (), dtype="int")
    y = ops.dropout(x, 0.4, seed)
    feeds = {"x": np.arange(1.0, 41.0).reshape(8, 5), "seed": np.array(7)}
    code = "machine.set(0, Array.from({ length: 40 }, (_, n) => 2 * (n + 1)));" + OUTPUTS
    (value,) = run(program(y, feeds), code, tmp_path)
    (expected,) = ca.evaluate(y, {**feeds, "x": feeds["x"] * 2})
    np.testing.assert_allclose(array(value), expected, rtol=1e-13)


@dataclass(frozen=True, slots=True)
class Times(Elementwise):
    """An op of a user, with a field and the name of another op."""

    factor: float
    name: ClassVar[str] = "sum"
    title: ClassVar[Title] = Title("Times", "倍")

    def expression(self, *args: Any) -> Any:
        return self.factor * args[0]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        return self.factor * arrays[0]


def test_ops_of_one_name(tmp_path: Path) -> None:
    x = ca.input("x", "N")
    y = ops.sum(apply(Times(3.0), x) + apply(Times(0.1), x))
    (value,) = run(program(y, {"x": [1.0, 2.0]}), OUTPUTS, tmp_path)
    assert array(value) == pytest.approx(9.3)


def test_every_structural_op_stands_in_the_machine_and_no_other(tmp_path: Path) -> None:
    found = program(ops.exp(ca.input("x", "N")), {"x": [1.0]})
    known = run(found, "return Object.keys(machine._ops);", tmp_path)
    assert set(known) == {op.name for op in STRUCTURAL} | {"exp"}


def test_samples_are_shown(tmp_path: Path) -> None:
    x = ca.input("x", "T D")
    feeds = {"x": np.random.default_rng(0).standard_normal((3, 200_000))}
    y = x * 2.0
    code = """let refused = "";
    try { machine.set(0, []); } catch (error) { refused = error.message; }
    return { refused, value: machine.value(machine.program.outputs[0]),
      made: machine.contributions(machine.program.outputs[0], [0, 0]) };"""
    done = run(program(y, feeds), code, tmp_path)
    rows, columns = done["value"]["places"]
    expected = 2.0 * feeds["x"][np.ix_(rows, columns)]
    np.testing.assert_allclose(array(done["value"]), expected, rtol=1e-6)
    assert rows == [0, 1, 2]
    assert done["refused"] == "this program ships samples: it can't be changed"
    assert done["made"] == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("program.version = 2", "no program of cutaway"),
        ("delete program.nodes", "no program of cutaway"),
        ("program.nodes.pop()", "node 1 of this program is broken"),
        ("program.nodes[1].inputs = [0, 99]", "node 1 of this program is broken"),
        ("program.nodes[2].function = 'constructor'", "softmax: there is no op constructor"),
        ("program.nodes[0].data.text = 'AAAA'", "x: "),
        ("program.nodes[1].shape = null", "node 1 of this program is broken"),
    ],
)
def test_a_broken_program_says_so(change: str, message: str, tmp_path: Path) -> None:
    found = program(ops.softmax(ca.input("x", "N")), {"x": [1.0, 2.0]})
    code = f"""const {{ program }} = machine;
    {change};
    try {{
      const broken = new Machine(program);
      broken.value(1);
    }} catch (error) {{ return error.message; }}
    return "";"""
    assert message in run(found, code, tmp_path)


@pytest.mark.parametrize("text", ["", "{}", "null", '{"version":1}', '{"version":1,"nodes":{}}'])
def test_a_text_that_is_no_program_says_so(text: str, tmp_path: Path) -> None:
    found = program(ops.exp(ca.input("x", "N")), {"x": [1.0]})
    code = f"""try {{
      new Machine(Machine.read({json.dumps(text)}));
    }} catch (error) {{ return error.message; }}"""
    assert run(found, code, tmp_path) == "this is no program of cutaway, or it is cut short"


@pytest.mark.parametrize("share", [0.1, 0.5, 0.99])
def test_a_program_that_is_cut_short_says_so(share: float, tmp_path: Path) -> None:
    found = program(ops.exp(ca.input("x", "N")), {"x": [1.0]})
    text = packed(found)
    code = f"""try {{
      new Machine(Machine.read({json.dumps(text[: int(len(text) * share)])}));
    }} catch (error) {{ return error.message; }}"""
    assert run(found, code, tmp_path) == "this is no program of cutaway, or it is cut short"
