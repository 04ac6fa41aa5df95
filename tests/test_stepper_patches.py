"""Patches: what depends on a changed value follows, and nothing else."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from stepping import At, at, model, points, same

import cutaway as ca
from cutaway.graph import apply
from cutaway.step.session import Session
from cutaway.transform import rewrite


def replaced(graph: ca.Graph, node: ca.Node, shape: tuple[int, ...]) -> tuple[ca.Graph, str]:
    """Return the graph with an input in the place of a node."""
    name = "the patched value"
    new = ca.input(name, shape, node.dtype)

    def rule(old: ca.Node, *inputs: ca.Node) -> ca.Node:
        if old is node:
            return new
        kept = all(a is b for a, b in zip(inputs, old.inputs, strict=True))
        return old if kept else apply(old.op, *inputs, name=old.name)

    return rewrite(graph, rule), name


@given(points(), st.data())
@settings(max_examples=60)
def test_a_patch_is_evaluating_with_that_value(point: At, data: st.DataObject) -> None:
    trace = point.trace()
    nodes = [node for node in point.graph.nodes if node.dtype == "float" and node.inputs]
    assume(nodes)
    node = data.draw(st.sampled_from(nodes))
    value = np.random.default_rng(0).standard_normal(trace[node].shape)
    stepper = point.stepper()
    stepper.next(data.draw(st.integers(0, 20)))
    before = {other: stepper.value(other) for other in point.graph.nodes}
    patch = stepper.patch(node, value)
    expected = by_hand(point, {node: value})
    for other in point.graph.nodes:
        assert same(stepper.value(other), expected[other])
    patch.remove()
    assert all(same(stepper.value(other), before[other]) for other in point.graph.nodes)


def by_hand(point: At, values: dict[ca.Node, Any]) -> dict[ca.Node, Any]:
    """Evaluate with some values given: an independent loop over the nodes."""
    run = ca.compile(point.graph).start(point.feeds, point.params, point.dims)
    found: dict[ca.Node, Any] = {}
    with np.errstate(all="ignore"):
        for node in point.graph.nodes:
            if node in values:
                found[node] = np.asarray(values[node])
            elif not node.inputs:
                found[node] = run(node)
            else:
                kernel = node.op.bind(run.plan.sizes).kernel
                found[node] = np.asarray(kernel(run.plan.xp, *(found[s] for s in node.inputs)))
    return found


@pytest.mark.parametrize("level", ["sublayer", "op", "primitive", "token"])
def test_a_patch_is_the_graph_with_an_input_in_that_place(level: str) -> None:
    x = ca.input("x", "T D")
    y = ca.layers.encoder_layer(ca.ops.expand_dims(x, 0), heads=2, hidden=8)
    point = at(ca.Graph(y), {"T": 3, "D": 4})
    (node,) = point.graph.find("*/softmax")
    value = np.full((1, 2, 3, 3), 1 / 3)
    graph, name = replaced(point.graph, node, node.shape)
    params = {node.path: point.params[node.path] for node in graph.parameters}
    (expected,) = ca.evaluate(graph, {**point.feeds, name: value}, params)
    stepper = point.stepper(axis="T")
    patch = stepper.patch("*/softmax", value)
    stepper.level = level
    step = stepper.next(10_000)
    assert step is not None
    np.testing.assert_allclose(step.value, expected, atol=1e-12)
    patch.remove()
    assert stepper.current is not None
    np.testing.assert_allclose(stepper.current.value, ca.evaluate(*point)[0], atol=1e-12)


@given(points(), st.data())
@settings(max_examples=40)
def test_patches_may_be_given_in_any_order(point: At, data: st.DataObject) -> None:
    nodes = [node for node in point.graph.nodes if node.dtype == "float"]
    assume(len(nodes) > 1)
    chosen = data.draw(st.lists(st.sampled_from(nodes), min_size=2, max_size=4, unique_by=id))
    trace, random = point.trace(), np.random.default_rng(1)
    changes: list[Any] = [
        (lambda array: array * 0.5 + 1.0) if n % 2 else random.standard_normal(trace[node].shape)
        for n, node in enumerate(chosen)
    ]
    found = []
    for order in (range(len(chosen)), data.draw(st.permutations(range(len(chosen))))):
        stepper = point.stepper()
        stepper.next(data.draw(st.integers(0, 9)))
        try:
            for n in order:
                stepper.patch(chosen[n], changes[n])
            found.append([stepper.value(node) for node in point.graph.nodes])
        except ca.FeedError:  # of numbers out of an op's domain: NaN where there was none
            assume(False)
    assert all(map(same, *found))


def test_only_what_depends_on_it_is_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    point = model("encoder-layer")
    stepper = point.stepper()
    for _ in stepper:
        pass
    seen: list[ca.Node] = []
    rule = Session._rule

    def noted(session: Session, node: ca.Node, *arrays: Any) -> Any:
        seen.append(node)
        return rule(session, node, *arrays)

    monkeypatch.setattr(Session, "_rule", noted)
    (node,) = point.graph.find("feed_forward/relu")
    stepper.patch(node, lambda value: value * 2.0)
    for other in point.graph.nodes:
        stepper.value(other)
    below = {node}
    for other in point.graph.nodes:
        if below & set(other.inputs):
            below.add(other)
    assert set(seen) == below
    assert len(seen) == len(below)


def test_the_current_step_follows_a_patch() -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper(ca.ops.relu(x) * 3.0, {"x": [1.0, -1.0]})
    stepper.goto("multiply")
    stepper.patch("x", [2.0, 5.0])
    assert stepper.current is not None
    assert stepper.current.value.tolist() == [6.0, 15.0]
    assert stepper.current.inputs["relu"].tolist() == [2.0, 5.0]
    stepper.patch("relu", lambda value: value + 1.0)
    assert stepper.current.value.tolist() == [9.0, 18.0]
    stepper.unpatch("x")
    assert stepper.current.value.tolist() == [6.0, 3.0]
    stepper.unpatch()
    assert stepper.current.value.tolist() == [3.0, 0.0]
    assert stepper.patches == ()


def test_what_depends_on_sizes_alone_can_be_patched() -> None:
    x = ca.input("x", "T T")
    mask = ca.ops.cast(ca.ops.causal_mask("T"), "float") * 2.0
    stepper = ca.Stepper(x * mask, {"x": np.ones((2, 2))})
    assert stepper.goto("multiply.1").value.tolist() == [[2.0, 0.0], [2.0, 2.0]]
    patch = stepper.patch("causal_mask", np.ones((2, 2), bool))
    assert stepper.value("multiply.1").tolist() == [[2.0, 2.0], [2.0, 2.0]]
    assert stepper.patch("cast", lambda value: value * 5.0).what == "a function"
    assert stepper.value("multiply.1").tolist() == [[10.0, 10.0], [10.0, 10.0]]
    patch.remove()
    assert stepper.value("multiply.1").tolist() == [[10.0, 0.0], [10.0, 10.0]]


@pytest.mark.parametrize(
    ("target", "value", "words"),
    [
        ("*softmax", np.ones((2, 3)), ["wrong shape", "(2, 4, 5, 5)", "(2, 3)"]),
        ("*softmax", np.full((2, 4, 5, 5), math.nan), ["holds NaN", "200 of 200"]),
        ("*softmax", np.ones((2, 4, 5, 5), bool), ["wrong kind", "float", "bool"]),
        ("*softmax", "text", ["wrong kind", "no array of numbers"]),
        ("*softmax", [[1.0], [1.0, 2.0]], ["no array of numbers"]),
        ("*softmax", lambda value: value[0], ["wrong shape"]),
        ("*softmax", lambda value: value * math.nan, ["holds NaN"]),
        ("*softmax", lambda value: value / "x", ["failed", "TypeError"]),
        ("*weight", 1.0, ["not one but 4", "query/weight"]),
        ("*soft", 1.0, ["nothing is called", "*soft"]),
        ("attention/softmaxx", 1.0, ["did you mean 'attention/softmax'?"]),
        (ca.input("y", "N"), 1.0, ["not in the graph"]),
        (7, 1.0, ["7 is no node"]),
    ],
)
def test_a_patch_that_does_not_fit_changes_nothing(
    target: Any, value: Any, words: list[str]
) -> None:
    stepper = model("multi-head-attention").stepper()
    kept = stepper.patch("query/bias", lambda value: value + 0.1)
    step = stepper.goto("output/add")
    with pytest.raises(ca.CutawayError) as error:
        stepper.patch(target, value)
    assert any(word in str(error.value) for word in words)
    assert stepper.patches == (kept,)
    assert stepper.current is not None
    assert same(stepper.current.value, step.value)
    stepper.start()
    assert same(list(stepper)[-1].value, step.value)


def test_a_node_takes_one_patch_so_that_order_does_not_matter() -> None:
    stepper = ca.Stepper(ca.ops.relu(ca.input("x", "N")), {"x": [1.0]})
    stepper.patch("relu", [2.0])
    with pytest.raises(ca.OptionError, match="changed already"):
        stepper.patch("relu", [3.0])
    assert stepper.value("relu").tolist() == [2.0]
    stepper.unpatch("relu")
    stepper.patch("relu", [3.0])
    assert stepper.value("relu").tolist() == [3.0]
    with pytest.raises(ca.OptionError, match="nothing is patched at 'x'"):
        stepper.unpatch("x")


def test_a_patched_value_is_the_steppers_own() -> None:
    value = np.array([2.0])
    stepper = ca.Stepper(ca.ops.relu(ca.input("x", "N")), {"x": [1.0]})
    stepper.patch("relu", value)
    value[0] = 9.0
    assert stepper.value("relu").tolist() == [2.0]


def test_patches_fit_into_a_budget_and_hold_at_finer_levels() -> None:
    point = model("encoder-layer")
    stepper = point.stepper(axis="T", budget=20_000)
    stepper.patch("*/softmax", lambda value: value[:, ::-1])
    stepper.patch("feed_forward/relu", lambda value: value + 1.0)
    expected = stepper.goto("feed_forward_norm/layer_norm").value
    for level in ("primitive", "token", "op"):
        stepper.level = level
        last = stepper.next(10_000) or stepper.current
        assert last is not None
        np.testing.assert_allclose(last.value, expected, atol=1e-12)
        assert stepper.held <= 20_000
        patch = stepper.patch("x", lambda value: -value)
        assert stepper.held <= 20_000
        patch.remove()
        assert stepper.held <= 20_000
