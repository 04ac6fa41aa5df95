"""Every op, by its row: shapes, values, kinds, errors, and slices that never clamp."""

import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from drawing import Array, Sample, instance
from samples import ROWS
from scipy import special

import cutaway as ca
from cutaway import layers, ops
from cutaway.graph import Facts, Op, evaluate

KINDS = {"f": "float", "i": "int", "b": "bool"}
every_row = pytest.mark.parametrize("row", ROWS, ids=str)


def concrete_ops() -> set[type[Op]]:
    """Return the ops of cutaway; ``dataclass(slots=True)`` leaves a first version behind."""
    found: set[type[Op]] = set()
    open_: list[type[Op]] = [Op]
    while open_:
        for cls in open_.pop().__subclasses__():
            open_.append(cls)
            home = vars(sys.modules[cls.__module__]) if cls.__module__ in sys.modules else {}
            real = home.get(cls.__name__) is cls and cls.__module__.startswith("cutaway.")
            shown = ("cutaway.render.", "cutaway.transform.")  # in pictures and formulas alone
            if real and not cls.__module__.startswith(shown) and hasattr(cls, "name"):
                found.add(cls)
    return found


def test_every_op_has_a_row() -> None:
    assert layers, "all folders that declare ops are imported"
    found = concrete_ops()
    assert len(found) > 55
    missing = sorted(cls.__name__ for cls in found - {row.op for row in ROWS})
    assert not missing, f"add a row to tests/samples.py for {', '.join(missing)}"


@every_row
def test_the_row_samples_its_op(row: Sample) -> None:
    found = [instance(case, seed).node for case in row.cases for seed in range(5)]
    assert any(isinstance(node.op, row.op) for node in ca.Graph(found).nodes)


@every_row
def test_shape_and_value_are_those_of_numpy(row: Sample) -> None:
    """200 random instances: symbols, numbers and broadcasting ones, any rank and axis."""
    for seed in range(200):
        found = instance(row.cases[seed % len(row.cases)], seed)
        (value,) = found.run(found.node)
        expected = np.asarray(found.reference(*found.arrays))
        predicted = tuple(evaluate(dim, found.sizes) for dim in found.node.shape)
        assert predicted == value.shape == expected.shape == found.concrete.shape, seed
        assert found.node.dtype == found.concrete.dtype == KINDS[value.dtype.kind]
        assert KINDS[expected.dtype.kind] == found.node.dtype
        np.testing.assert_allclose(value, expected, rtol=1e-12, atol=1e-13)


@every_row
def test_float32_stays_float32(row: Sample) -> None:
    for seed, case in enumerate(row.cases):
        found = instance(case, seed)
        if found.node.dtype == "float" and found.wrt:
            (narrow,) = found.run(found.node, precision=np.float32)
            (wide,) = found.run(found.node)
            assert narrow.dtype == np.float32
            np.testing.assert_allclose(narrow, wide, rtol=2e-4, atol=2e-4)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [(*error,) for row in ROWS for error in row.errors],
    ids=[f"{row}-{n}" for row in ROWS for n in range(len(row.errors))],
)
def test_errors(call: Callable[[], object], error: type[Exception], text: str) -> None:
    with pytest.raises(error) as caught:
        call()
    assert type(caught.value) is error
    assert text in str(caught.value)


@every_row
def test_axis_signature_implies_the_shape(row: Sample) -> None:
    for seed in range(10):
        found = instance(row.cases[seed % len(row.cases)], seed)
        for node in ca.Graph(found.node).nodes:
            try:
                axes = node.op.axes(*(source.rank for source in node.inputs))
            except NotImplementedError:
                continue
            shapes = [source.shape for source in node.inputs]
            facts = Facts(node.op.name, tuple(shapes))
            assert axes.shape(facts, *shapes) == node.shape
            assert set(facts.conditions) == set(node.conditions)
            assert [len(labels) for labels in axes.inputs] == [s.rank for s in node.inputs]
            assert axes.along <= {label for labels in axes.inputs for label in labels}


S, T, D = ca.dims("S T D")


@pytest.mark.parametrize(
    ("build", "conditions"),
    [
        (lambda x: x[:, 1:], ["T >= 2"]),
        (lambda x: x[:, :-1], ["T >= 2"]),
        (lambda x: x[:, 3], ["T >= 4"]),
        (lambda x: x[:, -3:], ["T >= 3"]),
        (lambda x: x[..., -S:], ["D >= S"]),
        (lambda x: x[..., : -D / 2], ["2 | D"]),
        (lambda x: x[:, 2:0:-1], ["T >= 3"]),
        (lambda x: x[..., : D / 2], ["2 | D"]),
        (lambda x: x[:, ::-1], []),
        (lambda x: ca.parameter("table", (512, D))[:T], ["T <= 512"]),
        (lambda x: ca.parameter("table", ("S", D))[:T], ["S >= T"]),
    ],
)
def test_slices_never_clamp(build: Callable[[ca.Node], ca.Node], conditions: list[str]) -> None:
    graph = ca.Graph(build(ca.input("x", ("B", T, D))))
    assert [str(condition) for condition in graph.conditions] == conditions


@pytest.mark.parametrize("key", [np.s_[..., D // 2 :], np.s_[..., ::2], np.s_[..., ::-3]])
def test_slices_that_always_fit(key: Any) -> None:
    graph = ca.Graph(ca.input("x", ("B", D))[key])
    assert all(condition.holds({"D": n}) for condition in graph.conditions for n in range(1, 50))


def test_a_slice_past_the_end_is_refused_when_fed() -> None:
    y = ca.input("x", "T")[2:]
    assert ca.evaluate(y, {"x": np.arange(3.0)})[0].tolist() == [2.0]
    with pytest.raises(ca.ContractError, match="T >= 3"):
        ca.evaluate(y, {"x": np.arange(2.0)})


@pytest.mark.parametrize("bad", [-1, 4, 2**40, -(2**63)])
def test_an_index_out_of_range_is_refused(bad: int) -> None:
    x, i = ca.input("x", "V D"), ca.input("i", "T", dtype="int")
    values, index = np.ones((4, 2)), np.array([0, bad, 3])
    for node, arrays in (
        (ops.take(x, i), {"x": values}),
        (ops.take(x.mT, i, axis=1), {"x": values}),
        (ops.scatter_add(i, ca.input("y", "T D"), 4), {"y": np.ones((3, 2))}),
        (ops.cross_entropy(ca.input("z", "T 4"), i), {"z": np.ones((3, 4))}),
    ):
        with pytest.raises(ca.FeedError, match="out of range") as caught:
            ca.evaluate(node, {**arrays, "i": index})
        assert str(bad) in str(caught.value)
        assert "0 to 3" in str(caught.value)


def run(function: Callable[[ca.Node], ca.Node], values: Array) -> tuple[Array, Array]:
    """Return a function's value, and the gradient of its sum."""
    x = ca.input("x", values.shape)
    y = function(x)
    value, slope = ca.evaluate([y, ca.grad(y.sum(), x)], {"x": values})
    return value, slope


WIDE = np.array([-1e4, -745.0, -40.0, 0.0, 40.0, 745.0, 1e4])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("function", "low", "high"),
    [
        (ops.sigmoid, 0.0, 1.0),
        (ops.softplus, 0.0, 1e4),
        (ops.silu, 0.0, 1e4),
        (ops.gelu, 0.0, 1e4),
        (ops.gelu_tanh, 0.0, 1e4),
        (ops.tanh, -1.0, 1.0),
    ],
)
def test_curves_are_stable_far_out(
    function: Callable[[ca.Node], ca.Node], low: float, high: float, dtype: type
) -> None:
    value, slope = run(function, WIDE.astype(dtype))
    assert value.dtype == slope.dtype == dtype
    assert np.isfinite(value).all()
    assert np.isfinite(slope).all()
    assert (value[0], value[-1]) == (low, high)
    assert slope[0] == 0.0
    assert slope[-1] == (1.0 if high == 1e4 else 0.0)


def test_erf_of_float32_is_right_to_a_few_units_in_the_last_place() -> None:
    """Every thousandth float32 there is, of either sign."""
    positive = np.arange(0, 0x7F800001, 997, dtype=np.uint32).view(np.float32)
    for x in (positive, -positive):
        (value,) = ca.evaluate(ops.erf(ca.input("x", "N")), {"x": x})
        assert value.dtype == np.float32
        expected = special.erf(x.astype(np.float64))
        unit = np.spacing(np.abs(expected).astype(np.float32))
        assert (np.abs(value - expected) / unit).max() < 6
        assert (np.signbit(value) == np.signbit(x)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_softmax_family_is_stable(dtype: type) -> None:
    rows: Array = np.array([[1e4, -1e4, 0.0], [-1e4, -1e4, -1e4], [1e4, 1e4, -1e4]], dtype)
    weights, _ = run(ops.softmax, rows)
    third = 1 / 3
    expected = [[1.0, 0.0, 0.0], [third] * 3, [0.5, 0.5, 0.0]]
    np.testing.assert_allclose(weights, expected, rtol=1e-6)
    logs, _ = run(ops.log_softmax, rows)
    three, two = float(np.log(3)), float(np.log(2))
    expected = [[0.0, -2e4, -1e4], [-three] * 3, [-two, -two, -2e4]]
    np.testing.assert_allclose(logs, expected, rtol=1e-3)
    sums, slope = run(ops.logsumexp, rows)
    np.testing.assert_allclose(sums, [1e4, -1e4 + np.log(3), 1e4 + np.log(2)], rtol=1e-6)
    np.testing.assert_allclose(slope, weights)
    loss, _ = run(lambda x: ops.cross_entropy(x, np.array([1, 0, 2]), reduction="none"), rows)
    np.testing.assert_allclose(loss, [2e4, np.log(3), 2e4], rtol=1e-3)


@pytest.mark.parametrize("causal", [False, True])
def test_a_fully_masked_row_gives_zeros(causal: bool) -> None:
    random = np.random.default_rng(0)
    q, k, v = ca.input("q", "T K"), ca.input("k", "S K"), ca.input("v", "S V")
    mask = ca.input("mask", "T S", dtype="bool")
    y = layers.scaled_dot_product_attention(q, k, v, mask=mask)
    (weights,) = (node for node in ca.Graph(y).nodes if isinstance(node.op, ops.Softmax))
    every_other = np.array([[False] * 5, [True] * 5] * 2)
    allowed = np.tri(4, 5, -1, dtype=bool) if causal else every_other
    feeds = {
        "q": random.standard_normal((4, 3)),
        "k": random.standard_normal((5, 3)),
        "v": random.standard_normal((5, 2)),
        "mask": allowed,
    }
    loss = (y * y).sum() + y.sum()
    dead = ~allowed.any(1)
    assert dead.any()
    first = ca.grad(loss, [q, k, v])
    second = ca.grad(first[0].sum() + first[1].sum(), [q, k, v])
    found = ca.evaluate([weights, y, *first, *second], feeds)
    assert all(np.isfinite(array).all() for array in found)
    for array in (*found[:3], found[5]):  # weights, output, gradients of the query
        assert (array[dead] == 0).all()
        assert (array[~dead] != 0).any()
