"""Stepping through the backward pass: the gradients are those of ca.grad."""

from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from stepping import At, at, model, points, same

import cutaway as ca


def total(graph: ca.Graph) -> ca.Node:
    """Return the sum of all elements of the float outputs, of each output once."""
    first, *others = (node for node in dict.fromkeys(graph.outputs) if node.dtype == "float")
    loss = first.sum() if first.rank else first
    for other in others:
        loss = loss + (other.sum() if other.rank else other)
    return loss


def leaves(graph: ca.Graph) -> list[ca.Node]:
    return [n for n in (*graph.parameters, *graph.inputs) if n.dtype == "float"]


def slopes(point: At, wrt: list[ca.Node]) -> list[Any]:
    """Evaluate what ca.grad gives, beside the outputs, which read all inputs."""
    graph = ca.Graph([*point.graph.outputs, *ca.grad(total(point.graph), wrt)])
    return ca.evaluate(graph, *point[1:])[len(point.graph.outputs) :]


@pytest.mark.parametrize("name", ["feed-forward", "encoder-layer", "decoder-layer", "gpt"])
@pytest.mark.parametrize("level", ["sublayer", "op", "primitive"])
def test_backward_steps_end_in_the_gradients(name: str, level: str) -> None:
    point = model(name)
    wrt = leaves(point.graph)
    expected = slopes(point, wrt)
    stepper = point.stepper(backward=True, level=level)
    steps = list(stepper)
    for step in steps:
        assert step.path.partition("/")[0] == "∇"
        assert step.forward in set(point.graph.nodes)
    for node, slope in zip(wrt, expected, strict=True):
        found = stepper.gradient(point.graph.path(node))
        np.testing.assert_allclose(found, slope, rtol=1e-9, atol=1e-12)


@given(points())
@settings(max_examples=60)
def test_gradients_have_the_names_of_the_forward_pass(point: At) -> None:
    wrt = leaves(point.graph)
    floats = [node for node in point.graph.outputs if node.dtype == "float"]
    assume(wrt and floats)
    try:
        expected = slopes(point, wrt)
    except ca.GradError:
        with pytest.raises(ca.GradError):
            point.stepper(backward=True)
        return
    stepper = point.stepper(backward=True)
    trace = point.trace()
    assert all(step.forward in point.graph.nodes for step in stepper)
    for node, slope in zip(wrt, expected, strict=True):
        found = stepper.gradient(node)
        assert found.shape == trace[node].shape
        np.testing.assert_allclose(found, slope, rtol=1e-9, atol=1e-9)


def test_backward_runs_from_the_outputs_to_the_leaves() -> None:
    point = model("feed-forward")
    stepper = point.stepper(backward=True)
    order = {node: place for place, node in enumerate(point.graph.nodes)}
    owners = [order[step.forward] for step in stepper if step.forward is not None]
    assert owners == sorted(owners, reverse=True)


def test_every_value_has_its_gradient() -> None:
    point = model("encoder-layer")
    stepper = point.stepper(backward=True)
    for node in point.graph.nodes:
        leaf_above = any(above in leaves(point.graph) for above in ca.Graph(node).nodes)
        if node.dtype == "float" and leaf_above:
            (slope,) = slopes(point, [node])
            found = stepper.gradient(point.graph.path(node))
            np.testing.assert_allclose(found, slope, rtol=1e-9, atol=1e-12)


def test_backward_in_a_budget_gives_the_same_bits() -> None:
    point = model("encoder-layer")
    free = point.stepper(backward=True)
    every = [step.value.copy() for step in free]
    budget = free.held // 3
    stepper = point.stepper(backward=True, budget=budget)
    for index in np.random.default_rng(0).permutation(len(stepper)):
        assert same(stepper.goto(int(index)).value, every[index])
        assert stepper.held <= budget


def test_a_loss_is_differentiated_as_it_is() -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper((x * x).sum(), {"x": [1.0, 2.0]}, backward=True)
    assert stepper.gradient("x").tolist() == [2.0, 4.0]
    assert stepper.gradient("sum").tolist() == 1.0
    assert stepper.value("multiply").tolist() == [1.0, 4.0]
    steps = list(stepper)
    assert steps[-1].forward is x
    assert same(steps[-1].value, stepper.gradient("x"))
    (node,) = stepper.graph.find("multiply")
    assert steps[0].forward is node


def test_patches_reach_the_backward_pass() -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper((x * x).sum(), {"x": [1.0, 2.0]}, backward=True)
    stepper.patch("x", [5.0, 6.0])
    assert stepper.gradient("x").tolist() == [10.0, 12.0]
    stepper.unpatch()
    stepper.patch("∇/broadcast_to", [1.0, 0.0])
    assert stepper.gradient("x").tolist() == [2.0, 0.0]


def test_backward_tokens() -> None:
    point = at(ca.Graph(ca.layers.single_head_attention(ca.input("x", "T D"))), {"T": 2, "D": 3})
    whole = point.stepper(backward=True)
    stepper = point.stepper(backward=True, level="token", axis="T")
    for step in stepper:
        last = step
    assert last.forward is point.graph.inputs[0]
    np.testing.assert_allclose(last.value, whole.gradient("x"), atol=1e-12)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.gradient("tokens"), "tokens is int, which has no gradient"),
        (lambda s: s.gradient("*layer.0/*/dim"), "is not computed"),
        (lambda s: s.gradient("nowhere"), "nothing is called 'nowhere'"),
        (lambda s: s.gradient("*weight"), "is not one but"),
        (lambda s: s.goto("tokens"), "is no step"),
        (lambda s: s.goto("*layer.0/*/dim"), "is no step"),
    ],
)
def test_gradients_that_there_are_not(ask: object, words: str) -> None:
    stepper = model("gpt").stepper(backward=True)
    with pytest.raises(ca.CutawayError, match=words):
        ask(stepper)  # type: ignore[operator]
    assert stepper.next() is not None


def test_backward_has_to_be_asked_for_and_possible() -> None:
    x = ca.input("x", "N")
    with pytest.raises(ca.GradError, match="backward=True"):
        ca.Stepper(x * 2.0, {"x": [1.0]}).gradient("x")
    for graph in (x > 0, ca.constant(1.0) * 2.0):
        with pytest.raises(ca.GradError, match="nothing to differentiate"):
            ca.Stepper(graph, {}, backward=True)


def test_what_the_outputs_do_not_depend_on_has_zeros() -> None:
    x, y = ca.input("x", "N"), ca.input("y", "N")
    graph = ca.Graph([x * 2.0, ca.ops.stop_gradient(y) * 1.0])
    stepper = ca.Stepper(graph, {"x": [1.0, 2.0], "y": [3.0, 4.0]}, backward=True)
    assert stepper.gradient("x").tolist() == [2.0, 2.0]
    assert stepper.gradient("y").tolist() == [0.0, 0.0]
