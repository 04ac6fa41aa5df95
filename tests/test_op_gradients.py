"""Every op, by its row: gradients to order 2, sympy's derivatives, composites and expansions."""

from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
import pytest
import sympy
from drawing import Array, Drawn, Instance, Sample, instance
from samples import ROWS

import cutaway as ca
from cutaway import ops
from cutaway.graph import Axes, Composite, Op, Title, apply, signature
from cutaway.transform import expand


def rows(*gradients: str) -> pytest.MarkDecorator:
    """Run over the rows whose gradient is one of these."""
    return pytest.mark.parametrize("row", [r for r in ROWS if r.gradient in gradients], ids=str)


def instances(row: Sample, count: int, kind: str = "float") -> list[Instance]:
    """Return some instances of every case that gives this kind and has float leaves."""
    found = [instance(case, seed) for case in row.cases for seed in range(count)]
    return [each for each in found if each.node.dtype == kind and each.wrt]


@rows("checked")
def test_gradients_to_order_2(row: Sample) -> None:
    checked = instances(row, 3)
    assert checked
    for found in checked:
        graph = ca.Graph(found.node)
        if not graph.symbols <= ca.Graph([*graph.inputs, *graph.parameters]).symbols:
            graph = ca.Graph(found.concrete)  # a size that no leaf shows
        feeds = {leaf.name: found.feeds[leaf.name] for leaf in graph.inputs}
        ca.check_grads(graph, feeds, found.params, order=2)


@rows("none")
def test_no_gradient_is_a_clear_error(row: Sample) -> None:
    node = instance(row.cases[0], 0).node
    assert isinstance(node.op, row.op)
    with pytest.raises(ca.GradError) as caught:
        node.op.vjp(node, ca.constant(1.0))
    text = str(caught.value)
    assert f"{row.op.name} has no gradient" in text
    assert "ca.ops.stop_gradient" in text
    assert f"node {node.path}" in text


@dataclass(frozen=True, slots=True)
class Mystery(Op):
    """A float op whose author gave no vjp."""

    name: ClassVar[str] = "mystery"
    title: ClassVar[Title] = Title("Mystery", "谜")

    def axes(self, *ranks: int) -> Axes:
        return signature("... -> ...", *ranks)


def test_a_float_op_without_a_vjp_is_named_on_the_way_back() -> None:
    x = ca.input("x", "T")
    with pytest.raises(ca.GradError, match="mystery has no gradient"):
        ca.grad(apply(Mystery(), x * 2).sum(), x)
    loss = apply(Mystery(), x).sum()
    assert ca.grad(ops.stop_gradient(loss) + x.sum(), x).shape == x.shape


@rows("none", "zero")
def test_nothing_flows_back(row: Sample) -> None:
    """Through bools, ints and stop_gradient the gradient is zero, not an error."""
    for kind in ("float", "int", "bool"):
        for found in instances(row, 4, kind):
            if isinstance(found.node.op, row.op):  # a cast of floats to float is no op
                loss = (ops.cast(found.node, "float") * 3.0).sum()
                for node, slope in zip(found.wrt, ca.grad(loss, found.wrt), strict=True):
                    (array,) = found.run(slope)
                    assert slope.shape == node.shape
                    assert not array.any()


@rows("no inputs")
def test_no_inputs_no_cotangents(row: Sample) -> None:
    node = instance(row.cases[0], 0).node
    assert node.inputs == ()
    assert ca.Graph(ca.grad(ops.cast(node, "float").sum(), ca.input("x", "T"))).outputs


ELEMENTWISE = [row for row in ROWS if issubclass(row.op, ops.Elementwise)]


@pytest.mark.parametrize("row", ELEMENTWISE, ids=str)
def test_kernel_and_vjp_are_those_of_the_expression(row: Sample) -> None:
    """One sympy expression says what an elementwise op computes, and its derivative."""
    found = instance(row.cases[0], 0)
    op = found.node.op
    assert isinstance(op, ops.Elementwise)
    assert isinstance(op, row.op)
    random = np.random.default_rng(0)
    grid = (random.permutation(1024) + 0.5) / 1024
    leaves = [ca.input(leaf.node.name, (100,), leaf.node.dtype) for leaf in found.leaves]
    points = [
        Drawn(leaf, drawn.low, drawn.high).array({}, random, grid[100 * n :])
        for n, (leaf, drawn) in enumerate(zip(leaves, found.leaves, strict=True))
    ]
    node = apply(op, *leaves)
    names = [sympy.Symbol(leaf.name, real=True) for leaf in leaves]
    formula = op.expression(*names)
    feeds = {leaf.name: array for leaf, array in zip(leaves, points, strict=True)}
    (value,) = ca.evaluate(node, feeds)
    np.testing.assert_allclose(value, compute(names, formula, points), rtol=1e-12, atol=1e-14)
    if node.dtype != "float":
        return
    floats = [n for n, leaf in enumerate(leaves) if leaf.dtype == "float"]
    ct = random.standard_normal(100)
    loss = (node * ca.constant(ct)).sum()
    slopes = ca.evaluate([*ca.grad(loss, [leaves[n] for n in floats]), *leaves], feeds)
    for n, slope in zip(floats, slopes, strict=False):
        derivative = compute(names, sympy.diff(formula, names[n]), points)
        np.testing.assert_allclose(slope, ct * derivative, rtol=1e-10, atol=1e-12)


def compute(names: list[sympy.Symbol], formula: sympy.Expr, points: list[Array]) -> Array:
    """Evaluate a sympy expression on arrays."""
    function = sympy.lambdify(names, formula, ["scipy", "numpy"])
    return np.broadcast_to(np.asarray(function(*points)), points[0].shape)


COMPOSITE = [row for row in ROWS if issubclass(row.op, Composite)]


def same_as_expanded(found: Instance, arrays: tuple[Array, ...]) -> None:
    """Compare a node with its expansion: shape, value, and gradients of a weighted sum."""
    opened = expand(ca.Graph(found.node)).outputs[0]
    assert not any(isinstance(node.op, Composite) for node in ca.Graph(opened).nodes)
    assert opened.shape == found.node.shape
    assert opened.dtype == found.node.dtype
    fed = replace(found, arrays=arrays)
    one, other = fed.run(found.node, opened)
    np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-13)
    if found.node.dtype != "float" or not found.wrt:
        return
    weight = ca.constant(np.random.default_rng(1).standard_normal(one.shape))
    slopes = [fed.run(*ca.grad((n * weight).sum(), found.wrt)) for n in (found.node, opened)]
    for first, second in zip(*slopes, strict=True):
        assert np.isfinite(first).all()
        np.testing.assert_allclose(second, first, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("row", COMPOSITE, ids=str)
def test_composites_equal_their_expansion(row: Sample) -> None:
    for case in row.cases:
        for seed in range(10):
            found = instance(case, seed)
            same_as_expanded(found, found.arrays)


@pytest.mark.parametrize(
    "row", [r for r in COMPOSITE if r.op in (ops.Softmax, ops.LogSoftmax, ops.LogSumExp)], ids=str
)
def test_expansions_agree_on_masked_rows(row: Sample) -> None:
    """Single scores of -∞, and rows that are -∞ everywhere."""
    for seed in range(20):
        found = instance(row.cases[0], seed)
        (scores,) = (array.copy() for array in found.arrays)
        scores[np.random.default_rng(seed).random(scores.shape) < 0.3] = -np.inf
        same_as_expanded(found, (scores,))
        same_as_expanded(found, (np.full_like(scores, -np.inf),))


def test_cross_entropy_of_masked_classes_agrees_with_its_expansion() -> None:
    """A class that can't be (-∞) costs nothing unless it is the target."""
    logits, target = ca.input("x", (2, 3)), ca.input("t", (2,), dtype="int")
    loss = ops.cross_entropy(logits, target, reduction="none")
    opened = expand(ca.Graph(loss)).outputs[0]
    feeds = {"x": np.array([[0.0, -np.inf, 1.0], [2.0, 0.0, -np.inf]]), "t": np.array([2, 0])}
    slopes = [ca.grad(node.sum(), logits) for node in (loss, opened)]
    one, other, first, second = ca.evaluate([loss, opened, *slopes], feeds)
    np.testing.assert_allclose(one, [np.log(1 + np.exp(-1)), np.log(1 + np.exp(-2))])
    np.testing.assert_allclose(other, one)
    np.testing.assert_allclose(second, first, atol=1e-15)


def test_equals_share_the_gradient() -> None:
    x, y = ca.input("x", (4,)), ca.input("y", (4,))
    ties = np.array([1.0, 3.0, 3.0, 0.0])
    for node in (x.max(), -(-x).min()):
        (slope,) = ca.evaluate(ca.grad(node, x), {"x": ties})
        assert slope.tolist() == [0, 0.5, 0.5, 0]
    for function in (ops.maximum, ops.minimum):
        slopes = ca.evaluate(ca.grad(function(x, y).sum(), [x, y]), {"x": ties, "y": ties})
        assert [slope.tolist() for slope in slopes] == [[0.5] * 4, [0.5] * 4]


def test_slopes_at_kinks_and_powers_of_zero() -> None:
    x = ca.input("x", (3,))
    at = np.array([-1.0, 0.0, 2.0])
    for node, expected in (
        (ops.relu(x), [0, 0, 1]),
        (ops.abs(x), [-1, 0, 1]),
        (x**2, [-2, 0, 4]),
        (x**1, [1, 1, 1]),
        (x**0, [0, 0, 0]),
        (x**3, [3, 0, 12]),
    ):
        (slope,) = ca.evaluate(ca.grad(node.sum(), x), {"x": at})
        np.testing.assert_array_equal(slope, expected)
