"""Stepping: wherever one goes and whatever is held, the values are those of one evaluation."""

import itertools
import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping import SMALL, At, model, points, same

import cutaway as ca
from cutaway.graph import Leaf


def ops_of(graph: ca.Graph) -> list[ca.Node]:
    return [node for node in graph.nodes if not isinstance(node.op, Leaf)]


def agrees(step: ca.step.Step, trace: ca.Trace) -> bool:
    inputs = dict.fromkeys(step.node.inputs)
    return same(step.value, trace[step.node]) and all(
        same(array, trace[source])
        for array, source in zip(step.inputs.values(), inputs, strict=True)
    )


@given(points())
@settings(max_examples=60)
def test_stepping_to_the_end_is_evaluating(at: At) -> None:
    trace, stepper = at.trace(), at.stepper()
    steps = list(stepper)
    assert [step.node for step in steps] == ops_of(at.graph)
    assert [step.index for step in steps] == list(range(len(steps)))
    assert all(agrees(step, trace) for step in steps)
    for node, output in zip(at.graph.outputs, ca.evaluate(*at), strict=True):
        assert same(stepper.value(node), output)


@pytest.mark.parametrize("name", SMALL)
def test_stepping_through_a_model_is_evaluating_it(name: str) -> None:
    at = model(name)
    trace = at.trace()
    for level in ("model", "layer", "sublayer", "op"):
        stepper = at.stepper(level=level)
        nodes = [node for step in stepper for node in step.nodes]
        assert sorted(map(id, nodes)) == sorted(map(id, ops_of(at.graph)))
        stepper.start()
        for step in stepper:
            assert same(step.value, trace[step.node])
            assert all(same(array, trace[path]) for path, array in step.inputs.items())
        assert set(at.graph.outputs) & set(step.nodes)


@given(points(), st.integers(1, 4), st.integers(0, 30))
@settings(max_examples=40)
def test_back_after_next_restores_everything(at: At, n: int, first: int) -> None:
    stepper = at.stepper()
    stepper.next(first)
    before, index = stepper.current, stepper.index
    left = len(stepper) - 1 - index
    stepper.next(n)
    after = stepper.back(min(n, left))
    assert stepper.index == index
    if before is None:
        assert after is None
    else:
        assert after is not None
        assert (after.path, after.node) == (before.path, before.node)
        assert same(after.value, before.value)
        assert all(map(same, after.inputs.values(), before.inputs.values()))


def least(at: At) -> int:
    """Return the smallest budget, from the error that a smaller one gives; 1 if that is enough."""
    stepper = at.stepper(budget=1)
    try:
        for _ in stepper:
            pass
    except ca.OptionError as error:
        (needed,) = re.findall(r"required: (\d+) bytes", str(error))
        return int(needed)
    return 1


def alive(at: At) -> int:
    """Return the most bytes of computed values that an evaluation holds at once."""
    trace, graph = at.trace(), at.graph
    started = ca.compile(graph).start(at.feeds, at.params, at.dims)
    held: dict[ca.Node, int] = {}
    most = 0
    for node in graph.nodes:
        if node not in started.known:
            held[node] = trace[node].nbytes
        most = max(most, sum(held.values()))
        for read in graph.last_reads[node]:
            held.pop(read, None)
    return most


@given(points(), st.data())
@settings(max_examples=60)
def test_any_order_within_a_budget_gives_the_same_bits(at: At, data: st.DataObject) -> None:
    trace = at.trace()
    whole = sum(array.nbytes for array in trace.values())
    budget = least(at) + data.draw(st.sampled_from((0, 0, 1, whole // 8, whole // 2)))
    stepper = at.stepper(budget=budget)
    places = st.integers(0, len(stepper) - 1)
    for index in data.draw(st.lists(places, max_size=12)) if len(stepper) else ():
        assert agrees(stepper.goto(index), trace)
        assert stepper.held <= budget


@pytest.mark.parametrize("name", ["encoder-layer", "decoder", "gpt"])
def test_memory_is_bounded_and_a_small_part_of_all(name: str) -> None:
    at = model(name)
    trace = at.trace()
    stepper = at.stepper()
    for _ in stepper:
        pass
    whole = stepper.held
    budget = alive(at)
    assert budget < whole / 3
    stepper = at.stepper(budget=budget)
    order = list(range(len(stepper)))
    for index in itertools.chain(
        order, reversed(order), np.random.default_rng(0).permutation(order)
    ):
        assert agrees(stepper.goto(int(index)), trace)
        assert stepper.held <= budget


def test_a_larger_budget_computes_less_again(monkeypatch: pytest.MonkeyPatch) -> None:
    from cutaway.step.session import Session

    at = model("decoder")
    calls: list[Any] = []
    rule = Session._rule

    def counted(*arguments: Any) -> Any:
        calls.append(1)
        return rule(*arguments)

    monkeypatch.setattr(Session, "_rule", counted)
    counts = []
    for budget in (alive(at), 2 * alive(at), None):
        stepper = at.stepper(budget=budget)
        calls.clear()
        steps = sum(1 for _ in stepper)
        forward = len(calls)
        while stepper.back():
            pass
        counts.append((forward, len(calls) - forward))
    (_, most), (once, some), (computed, none) = counts
    assert computed == once < steps  # each op once; what depends on sizes alone is there before
    assert none == 0 < some < most
    assert some < 5 * computed  # checkpoints: not from the start each time


def test_a_budget_that_is_too_small_says_what_it_takes() -> None:
    stepper = model("feed-forward").stepper(budget=100)
    with pytest.raises(ca.OptionError, match="required: 5120 bytes"):
        stepper.next()
    assert (stepper.index, stepper.held) == (-1, 0)


def test_moving() -> None:
    at = model("encoder-layer")
    stepper = at.stepper()
    assert stepper.current is None
    assert stepper.back() is None
    first = stepper.next()
    assert first is not None
    assert (first.index, stepper.index) == (0, 0)
    assert stepper.goto("self_attention/attention/softmax").node.op.name == "softmax"
    assert stepper.goto("*/softmax").path == "self_attention/attention/softmax"
    last = stepper.next(10_000)
    assert last is not None
    assert last.index == len(stepper) - 1
    assert stepper.next() is None
    assert stepper.current is last
    assert list(stepper) == []
    stepper.start()
    assert stepper.current is None
    found = stepper.until(lambda step: step.node.op.name == "relu")
    assert found is not None
    assert found.path == "feed_forward/relu"
    assert stepper.until("feed_forward/*/add") is not None
    assert stepper.current is not None
    assert stepper.current.path == "feed_forward/down/add"
    assert stepper.until(lambda step: False) is None
    assert stepper.index == len(stepper) - 1
    stepper.goto("self_attention/query/matmul")
    ended = stepper.finish()
    assert ended is not None
    assert ended.path == "self_attention/query/permute_dims"
    ended = stepper.finish("self_attention")
    assert ended is not None
    assert ended.path == "self_attention/output/add"
    assert stepper.finish("self_attention") is None
    assert stepper.current is ended
    node = at.graph.find("*/softmax")[0]
    assert stepper.goto(node).node is node


def test_a_step_says_what_it_does() -> None:
    x, w = ca.input("x", "T D"), ca.parameter("w", "D K")
    stepper = ca.Stepper(ca.ops.relu(x @ w), {"x": [[1.0, -2.0]]}, {"w": [[3.0], [0.5]]})
    step = stepper.goto("matmul")
    assert step.formula == "x w"
    assert step.numbers is not None
    assert step.numbers.text == "[[1, -2]] [[3], [0.5]]"
    assert "pmatrix" in step.numbers
    assert "<mtable" in step.numbers.mathml
    assert list(step.inputs) == ["x", "w"]
    assert step.forward is None
    assert "matmul = [[2]]" in repr(step)
    with pytest.raises(ValueError, match="read-only"):
        step.value[0, 0] = 7.0
    with pytest.raises(AttributeError):
        step.index = 3  # type: ignore[misc]
    block = model("encoder-layer").stepper(level="sublayer").next()
    assert block is not None
    assert block.numbers is None
    assert block.formula.unicode == "Concat(head_1, …, head_h)W^O + b^O"


def test_feeds_may_be_used_again() -> None:
    x = np.ones(3)
    stepper = ca.Stepper(ca.ops.relu(ca.input("x", "N")) * 2.0, {"x": x})
    x[:] = 5.0
    assert stepper.goto("multiply").value.tolist() == [2.0, 2.0, 2.0]


def test_a_graph_that_computes_nothing_has_no_steps() -> None:
    stepper = ca.Stepper(ca.input("x", "N"), {"x": [1.0]})
    assert len(stepper) == 0
    assert stepper.next() is None
    assert stepper.run() is None
    assert stepper.value("x").tolist() == [1.0]
    with pytest.raises(ca.OptionError, match="nothing to step into"):
        stepper.into()
