"""Levels: over, into and out of blocks, down to primitives and single tokens."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping import SMALL, At, model, points, same

import cutaway as ca
from cutaway.step import LEVELS
from cutaway.transform import expand, unroll


def level(stepper: ca.Stepper) -> str:
    return stepper.level


def path(step: ca.step.Step | None) -> str:
    assert step is not None
    return step.path


def test_into_goes_one_level_down_and_out_comes_back() -> None:
    stepper = model("encoder").stepper(level="model", axis="S")
    assert path(stepper.next()) == "layer.0"
    assert path(stepper.into()) == "layer.0/self_attention"
    assert level(stepper) == "sublayer"
    assert path(stepper.over()) == "layer.0/self_attention_norm"
    stepper.goto("layer.0/self_attention")
    assert path(stepper.into()) == "layer.0/self_attention/query/matmul"
    assert level(stepper) == "op"
    softmax = stepper.goto("layer.0/*/softmax")
    inner = stepper.into()
    assert (level(stepper), inner.node.op.name) == ("primitive", "max")
    steps = [inner]
    while level(stepper) == "primitive":
        step = stepper.over()
        assert step is not None
        steps.append(step)
    assert [step.node.op.name for step in steps[:-1]][-3:] == ["equal", "where", "divide"]
    np.testing.assert_allclose(steps[-2].value, softmax.value, atol=1e-12)
    assert steps[-1].path == stepper.paths[softmax.index + 1]
    stepper.goto("layer.0/*/softmax")
    stepper.into()
    assert path(stepper.out()) == "layer.0/self_attention/attention/softmax"
    assert path(stepper.out()) == "layer.0/self_attention"
    assert path(stepper.out()) == "layer.0"
    assert level(stepper) == "model"
    with pytest.raises(ca.OptionError, match="nothing to step out of"):
        stepper.out()
    assert path(stepper.current) == "layer.0"


def test_a_block_that_was_left_is_forgotten() -> None:
    stepper = model("encoder").stepper(level="layer")
    stepper.goto("layer.0")
    stepper.into()
    stepper.goto("layer.1/feed_forward")
    assert path(stepper.over()) == "layer.1/feed_forward_norm"
    assert path(stepper.out()) == "layer.1"
    assert level(stepper) == "layer"


def test_an_op_opens_into_tokens() -> None:
    at = model("single-head-attention")
    stepper = at.stepper(axis="T")
    scores = stepper.goto("attention/matmul")
    first = stepper.into()
    assert stepper.level == "token"
    tokens = [first.value]
    while len(tokens) < 25:
        step = stepper.over()
        assert step is not None
        tokens.append(step.value)
    assert stepper.level == "token"
    joined = np.concatenate([np.concatenate(tokens[n : n + 5], -1) for n in range(0, 25, 5)], -2)
    np.testing.assert_allclose(joined, scores.value, atol=1e-12)
    assert path(stepper.over()) == "attention/dim"
    with pytest.raises(ca.OptionError, match="nothing to step into"):
        stepper.into()


@pytest.mark.parametrize("name", SMALL)
def test_into_every_block_visits_what_is_in_it(name: str) -> None:
    stepper = model(name).stepper(level="model")
    for level in ("model", "layer", "sublayer"):
        stepper.level = level
        stepper.start()
        for block in stepper:
            if len(block.nodes) == 1:
                continue
            index = stepper.index
            inner = stepper.into()
            visited = list(inner.nodes)
            assert LEVELS.index(stepper.level) > LEVELS.index(level)
            while True:
                deeper = stepper.level
                step = stepper.over()
                if step is None or stepper.level != deeper:
                    break
                visited += step.nodes
            assert sorted(map(id, visited)) == sorted(map(id, block.nodes))
            stepper.level = level
            stepper.goto(index)


@given(points(), st.sampled_from(("model", "layer", "sublayer", "op")), st.integers(0, 40))
@settings(max_examples=60)
def test_blocks_are_a_partition_in_an_order_that_can_be_computed(
    at: At, level: str, place: int
) -> None:
    stepper, trace = at.stepper(level=level), at.trace()
    done: set[ca.Node] = set()
    for step in stepper:
        assert same(step.value, trace[step.node])
        assert not done & set(step.nodes)
        done |= set(step.nodes)
        read = {source for node in step.nodes for source in node.inputs}
        assert all(source in done or not source.inputs for source in read)
    if len(stepper):
        step = stepper.goto(place % len(stepper))
        for other in ("op", "sublayer", level):
            stepper.level = other
            assert stepper.current is not None
            assert set(stepper.current.nodes) & set(step.nodes)
            step = stepper.current


@pytest.mark.parametrize("name", SMALL)
def test_primitives_are_those_of_the_opened_graph(name: str) -> None:
    at = model(name)
    (expected,) = ca.evaluate(expand(at.graph), at.feeds, at.params, at.dims)
    stepper = at.stepper(level="primitive")
    for step in stepper:
        last = step
    assert same(last.value, expected)
    assert not any(isinstance(node.op, ca.graph.Composite) for node in stepper.graph.nodes)


@pytest.mark.parametrize(
    ("name", "axis"), [("attention", "S"), ("encoder-layer", "T"), ("decoder-layer", "T")]
)
def test_tokens_are_those_of_the_unrolled_graph(name: str, axis: str) -> None:
    at = model(name)
    tokens = unroll(at.graph, axis, at.dims[axis])
    known = {name: size for name, size in at.dims.items() if name in tokens.symbols}
    (expected,) = ca.evaluate(tokens, at.feeds, at.params, known)
    stepper = at.stepper(level="token", axis=axis, budget=200_000)
    for step in stepper:
        last = step
        assert stepper.held <= 200_000
    assert same(last.value, expected)
    (whole,) = ca.evaluate(*at)
    np.testing.assert_allclose(last.value, whole, atol=1e-12)
    stepper.level = "op"
    assert stepper.current is not None
    assert same(stepper.current.value, whole)


def test_of_two_axes_it_is_that_of_the_target() -> None:
    stepper = model("attention").stepper(level="token")
    named = model("attention").stepper(level="token", axis="T")
    source = model("attention").stepper(level="token", axis="S")
    assert stepper.paths == named.paths != source.paths
    with pytest.raises(ca.OptionError, match="no axis 'X'"):
        model("attention").stepper(level="token", axis="X")
    stepper.level = "op"
    stepper.goto("attention/matmul")
    stepper.into()
    assert stepper.level == "token"


def test_without_an_axis_of_tokens_there_is_no_level_of_tokens() -> None:
    with pytest.raises(ca.OptionError, match="takes apart one axis"):
        ca.Stepper(ca.ops.exp(ca.input("x", "N")), {"x": [1.0]}, level="token")


def test_the_path_of_a_block_stands_for_what_it_computes() -> None:
    stepper = model("encoder-layer").stepper(level="sublayer")
    (first, *_, last) = stepper
    assert same(stepper.value("self_attention"), first.value)
    assert stepper.why("self_attention", (0, 0, 0)).path == "self_attention/output/add"
    patch = stepper.patch("self_attention", lambda value: value * 0.0)
    assert patch.paths == ("self_attention/output/add",)
    assert stepper.current is not None
    assert not same(stepper.current.value, last.value)
    stepper.unpatch("self_attention")
    assert same(stepper.current.value, last.value)
