"""In the backward pass, forward names lead to the steps that compute their gradients."""

import numpy as np
import pytest
from stepping import model, same

import cutaway as ca


@pytest.mark.parametrize("name", ["encoder-layer", "gpt"])
@pytest.mark.parametrize("level", ["op", "sublayer", "primitive"])
def test_a_forward_path_leads_to_its_gradient(name: str, level: str) -> None:
    point = model(name)
    stepper = point.stepper(backward=True)
    gradients = {}
    for node in point.graph.nodes:
        try:
            gradients[point.graph.path(node)] = stepper.gradient(node)
        except ca.GradError:
            continue
    stepper.level = level
    reached = 0
    for path, gradient in gradients.items():
        try:
            step = stepper.goto(path)
        except ca.OptionError:  # a constant, or a path that this level does not have
            continue
        reached += 1
        if level != "sublayer":
            np.testing.assert_allclose(step.value, gradient, atol=1e-12)
    assert reached > len(gradients) // 2


def test_until_and_breakpoints_and_finish_take_them() -> None:
    stepper = model("encoder-layer").stepper(backward=True)
    name = "self_attention/attention/softmax"
    step = stepper.goto(name)
    assert same(step.value, stepper.gradient(name))
    stepper.start()
    assert stepper.until("*attention/softmax") is not None
    assert stepper.index == step.index
    stepper.start()
    stepper.breakpoint("*attention/softmax")
    assert stepper.run() is not None
    assert stepper.index == step.index
    assert stepper.run() is None
    stepper.start()
    assert stepper.finish("feed_forward") is not None
    after = stepper.next()
    assert after is not None
    assert after.forward is not None
    assert after.forward.scope.path != "feed_forward"


def test_blocks_and_nodes_too() -> None:
    point = model("encoder-layer")
    stepper = point.stepper(backward=True, level="sublayer")
    assert stepper.goto("self_attention").path == "∇/self_attention"
    assert stepper.goto("∇/self_attention").path == "∇/self_attention"
    (node,) = point.graph.find("*attention/softmax")
    assert stepper.goto(node).path == "∇/self_attention"
    stepper.level = "op"
    assert stepper.goto(node).path == stepper.goto("*attention/softmax").path


def test_tokens_have_theirs() -> None:
    x = ca.input("x", "T D")
    graph = ca.Graph(ca.layers.single_head_attention(x))
    feeds = {"x": np.random.default_rng(0).standard_normal((2, 3))}
    params = ca.initialize(graph, {"T": 2, "D": 3}, dtype="float64")
    stepper = ca.Stepper(graph, feeds, params, backward=True, level="token", axis="T")
    whole = stepper.gradient("attention/matmul")
    step = stepper.goto("attention/matmul[1,2]")
    np.testing.assert_allclose(step.value, whole[:1, 1:], atol=1e-12)


def test_a_gradient_that_is_given_is_no_step() -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper((x * x).sum(), {"x": [1.0, 2.0]}, backward=True)
    with pytest.raises(ca.OptionError, match="sum is no step"):
        stepper.goto("sum")
    assert stepper.goto("x").value.tolist() == [2.0, 4.0]
