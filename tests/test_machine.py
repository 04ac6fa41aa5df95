"""The page's machine computes what numpy computes: every op, every built-in model, every patch."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest
from drawing import Instance, Sample, instance
from javascript import array, run, run_all
from samples import ROWS
from stepping import SMALL, At, model

import cutaway as ca
from cutaway.step.program import program
from cutaway.step.session import Session
from cutaway.step.shares import shares

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


@pytest.mark.parametrize("name", ["single-head-attention", "encoder-layer", "decoder-layer", "gpt"])
def test_every_knock_out(name: str, tmp_path: Path) -> None:
    here = model(name)
    found = program(*here)
    assert {knock["name"] for knock in found["knockouts"]} >= {"head", "uniform-attention"}
    code = """return machine.program.knockouts.map(({ node, change }) => {
      machine.knockOut(node, change);
      const value = machine.value(machine.program.outputs[0]);
      machine.reset(node);
      return value;
    });"""
    stepper = here.stepper()
    paths = [node["path"] for node in found["nodes"]]
    for knock, value in zip(found["knockouts"], run(found, code, tmp_path), strict=True):
        patch = stepper.knock_out(knock["name"], paths[knock["node"]], knock["change"].get("head"))
        expected = stepper.value(stepper.graph.outputs[0])
        patch.remove()
        np.testing.assert_allclose(array(value), expected, rtol=1e-9, atol=1e-11)


def test_two_heads_and_a_value_changed_and_taken_back(tmp_path: Path) -> None:
    here = model("encoder-layer")
    found = program(*here)
    heads = [knock for knock in found["knockouts"] if knock["name"] == "head"][:2]
    given = here.feeds["x"] + 1.0
    code = f"""
    const [one, other] = {json.dumps(heads)}, [output] = machine.program.outputs;
    const before = machine.value(output);
    machine.knockOut(one.node, one.change);
    machine.knockOut(other.node, other.change);
    machine.set(0, {given.ravel().tolist()});
    const during = machine.value(output), plain = machine.original(output);
    const [patched, changed] = [machine.patched(), machine.changed()];
    machine.reset();
    return {{ before, during, plain, patched, changed, after: machine.value(output),
      left: machine.changed() }};
    """
    done = run(found, code, tmp_path)
    stepper = here.stepper()
    expected = stepper.value(stepper.graph.outputs[0])
    for head in (0, 1):
        stepper.knock_out("head", "*", head)
    stepper.patch(stepper.graph.nodes[0], given)
    np.testing.assert_allclose(
        array(done["during"]), stepper.value(stepper.graph.outputs[0]), rtol=1e-9, atol=1e-11
    )
    np.testing.assert_allclose(array(done["before"]), expected, rtol=1e-9, atol=1e-11)
    assert done["before"] == done["after"] == done["plain"]
    assert done["patched"] == [heads[0]["node"], 0]
    assert found["outputs"][0] in done["changed"]
    assert done["left"] == []


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
