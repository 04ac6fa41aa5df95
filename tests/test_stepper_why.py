"""What made a number: its terms add up, and lead to the leaves."""

import json
from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest
from drawing import Sample, instance
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import ROWS
from stepping import At, model, points

import cutaway as ca
from cutaway.step import Reason
from cutaway.step.focus import element


def walk(reason: Reason) -> Iterator[Reason]:
    """Give all numbers of a tree."""
    waiting = [reason]
    while waiting:
        here = waiting.pop()
        yield here
        waiting += [other for term in here.terms for other in term.reasons]


def test_the_terms_of_a_product_are_exact() -> None:
    random = np.random.default_rng(0)
    a, b = random.standard_normal((2, 3, 4)), random.standard_normal((4, 5))
    y = ca.input("a", "B T K") @ ca.input("b", "K M")
    reason = ca.Stepper(y, {"a": a, "b": b}).why("matmul", (1, 2, 3), most=9)
    assert reason.value == (a @ b)[1, 2, 3]
    found = {term.reasons[0].index: term.contribution for term in reason.terms}
    assert found == {(1, 2, k): a[1, 2, k] * b[k, 3] for k in range(4)}
    assert all(term.reasons[1].index == (term.reasons[0].index[2], 3) for term in reason.terms)
    sizes = [abs(term.contribution) for term in reason.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert reason.total == pytest.approx(float(reason.value), rel=1e-12)
    assert all(other.is_leaf for term in reason.terms for other in term.reasons)


@pytest.mark.parametrize("most", [1, 2, 9])
def test_what_is_not_shown_is_summed_up(most: int) -> None:
    x = ca.input("x", "N")
    reason = ca.Stepper(x.sum(), {"x": [1.0, -5.0, 3.0, 0.5]}).why("sum", most=most)
    assert [t.contribution for t in reason.terms] == [-5.0, 3.0, 1.0, 0.5][:most]
    assert reason.total == -0.5
    y = x[1:] + x[:-1]
    reason = ca.Stepper(y, {"x": [1.0, -5.0, 3.0]}).why("add", (1,), most=most)
    assert reason.total == -2.0


def test_the_terms_of_softmax_are_its_slopes_times_the_scores() -> None:
    scores = np.array([[0.3, -1.0, 2.0], [1.0, 0.0, 0.5]])
    stepper = ca.Stepper(ca.ops.softmax(ca.input("x", "T S")), {"x": scores})
    reason = stepper.why("softmax", (0, 2), most=9)

    def scaled(t: float) -> float:
        powers = np.exp(scores[0] * t)
        return float(powers[2] / powers.sum())

    slope = (scaled(1 + 1e-5) - scaled(1 - 1e-5)) / 2e-5
    assert reason.total == pytest.approx(slope, rel=1e-8)
    assert reason.terms[0].reasons[0].index == (0, 2)


@given(points(), st.data())
@settings(max_examples=60)
def test_any_number_has_reasons_that_are_in_the_graph(at: At, data: st.DataObject) -> None:
    stepper, trace = at.stepper(), at.trace()
    nodes = [node for node in at.graph.nodes if trace[node].size]
    node = data.draw(st.sampled_from(nodes))
    shape = trace[node].shape
    place = tuple(data.draw(st.integers(0, length - 1)) for length in shape)
    reason = stepper.why(node, place, most=2, size=12)
    assert len(list(walk(reason))) <= 12 + 2
    for here in walk(reason):
        value = stepper.value(here.path)[here.index]
        assert value == here.value or (np.isnan(value) and np.isnan(here.value))
        assert not (here.is_leaf and here.terms)
        for term in here.terms:
            assert term.contribution != 0
            assert all(other.path in reads(at.graph, here.path) for other in term.reasons)
    assert stepper.index == -1


def reads(graph: ca.Graph, path: str) -> set[str]:
    (node,) = [node for node in graph.nodes if graph.path(node) == path]
    return {graph.path(source) for source in node.inputs}


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_an_element_is_made_of_what_it_reads(row: Sample) -> None:
    for case, seed in product(row.cases, range(5)):
        found = instance(case, seed)
        for node in (n for n in ca.Graph(found.node).nodes if n.inputs):
            value, *inputs = found.run(node, *node.inputs)
            shapes = tuple(array.shape for array in inputs)
            for place in np.ndindex(value.shape):
                made = element(node.op.bind(found.sizes), shapes, value.shape, place)
                read = [array[span] for array, span in zip(inputs, made.reads, strict=True)]
                whole = made.op.kernel(ca.ops.Numpy(), *read)
                assert whole.shape == made.shape
                np.testing.assert_allclose(whole[made.place], value[place], rtol=1e-12, atol=1e-14)


TABLE, TOKENS = ca.parameter("table", "V D"), ca.input("tokens", "T", dtype="int")


@pytest.mark.parametrize(
    ("node", "count"),
    [
        (TABLE.mT, 1),
        (TABLE * 2.0, 1),
        (ca.ops.softmax(TABLE), 512),
        (ca.ops.take(TABLE, TOKENS), 37_000),
    ],
)
def test_of_big_weights_little_is_read(node: ca.Node, count: int) -> None:
    sizes = {"V": 37_000, "D": 512, "T": 3}
    shapes = [tuple(sizes.get(str(n), 1) for n in each.shape) for each in (*node.inputs, node)]
    made = element(node.op, tuple(shapes[:-1]), shapes[-1], (1, 2))
    weight = np.broadcast_to(0.0, shapes[0])
    assert weight[made.reads[0]].size == count


def test_it_goes_back_to_the_leaves() -> None:
    stepper = model("encoder-layer").stepper()
    reason = stepper.why("feed_forward_norm/layer_norm", (0, 1, 2), size=400)
    leaves = {here.path for here in walk(reason) if here.is_leaf}
    assert "x" in leaves
    assert any(path.endswith("weight") for path in leaves)


def test_the_current_step_is_asked_by_default() -> None:
    stepper = model("feed-forward").stepper()
    with pytest.raises(ca.OptionError, match="no step was taken"):
        stepper.why()
    step = stepper.goto("relu")
    place = tuple(int(axis[0]) for axis in np.nonzero(step.value))
    reason = stepper.why(index=place)
    assert reason.path == "relu"
    (term,) = reason.terms
    assert term.contribution == reason.value


def test_a_patched_number_has_no_reasons_but_the_patch() -> None:
    stepper = ca.Stepper(ca.ops.relu(ca.input("x", "N")) * 2.0, {"x": [1.0]})
    stepper.patch("relu", [5.0])
    reason = stepper.why("multiply", 0)
    found = {here.path: here for here in walk(reason)}
    assert found["relu"].terms == []
    assert "x" not in found


def test_what_is_no_number_leads_to_where_it_came_from() -> None:
    x, y = ca.input("x", "N"), ca.input("y", "N")
    feeds = {"x": [1.0, -4.0, 9.0], "y": [100.0, 100.0, 100.0]}
    total = (ca.ops.sqrt(x) + y).sum()
    reason = ca.Stepper(total, feeds).why("sum")
    assert np.isnan(reason.value)
    chain = [here for here in walk(reason) if np.isnan(here.value)]
    assert [here.name for here in chain] == ["sum", "add[1]", "sqrt[1]"]
    assert chain[-1].terms[0].reasons[0].name == "x[1]"


def test_it_prints_well_and_is_data() -> None:
    stepper = ca.Stepper(
        (ca.input("x", "N K") @ ca.input("w", "K M")).sum(),
        {"x": [[1.0, 2.0]], "w": [[3.0], [-5.0]]},
    )
    reason = stepper.why("sum", most=1)
    assert str(reason) == (
        "sum = -7\n  −7 from matmul[0, 0] = -7\n    −10 from x[0, 1] = 2\n           · w[1, 0] = -5"
    )
    assert "1 terms" in repr(reason)
    data = json.loads(json.dumps(reason.as_data()))
    assert data["path"] == "sum"
    inner = data["terms"][0]["reasons"][0]
    assert (inner["path"], inner["index"], inner["value"]) == ("matmul", [0, 0], -7.0)
    assert inner["rest"] == 3.0


@pytest.mark.parametrize("index", [(), (0,), (0, 9), (0, 0, 0), (0.5, 0), ("a", 0), (True, 0)])
def test_an_element_that_there_is_not(index: tuple[int, ...]) -> None:
    stepper = ca.Stepper(ca.ops.relu(ca.input("x", "T D")), {"x": np.eye(2)})
    with pytest.raises(ca.FeedError, match="relu has no element"):
        stepper.why("relu", index)


def test_infinite_numbers_have_their_reasons_too() -> None:
    x, w = ca.input("x", "N D"), ca.input("w", "D M")
    stepper = ca.Stepper(ca.ops.softmax(x @ w), {"x": [[0.0, 2.0]], "w": [[np.inf], [1.0]]})
    first, second = stepper.why("matmul", (0, 0)).terms
    assert np.isnan(first.contribution)
    assert second.contribution == 2
    assert np.isnan(stepper.why("softmax", (0, 0)).terms[0].contribution)
