"""Numbers: what feeds may be, how sizes are found, and what is said when they don't fit."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import cutaway as ca
from cutaway import ops
from cutaway.run import Compiled, clip_by_norm, greedy_decode

Array = npt.NDArray[Any]

B, T, D, H = ca.dims("B T D H")


def model() -> ca.Graph:
    x = ca.input("x", (B, T, D))
    return ca.Graph(ca.layers.multi_head_attention(x, heads=H))


@pytest.fixture
def params() -> dict[str, Array]:
    return ca.initialize(model(), dims={"D": 8}, dtype="float64")


X = np.random.default_rng(0).standard_normal((2, 3, 8))


def test_the_widest_float_decides_the_precision(params: dict[str, Array]) -> None:
    low = {path: array.astype("float32") for path, array in params.items()}
    assert ca.evaluate(model(), {"x": X.astype("float32")}, low, {"H": 2})[0].dtype == "float32"
    assert ca.evaluate(model(), {"x": X}, low, {"H": 2})[0].dtype == "float64"
    assert ca.evaluate(ops.dim(3) * 2.0)[0].dtype == "float64"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"feeds": {"y": X}}, ["no feed 'y'", "x"]),
        ({"feeds": {}}, ["feed 'x' is missing", "(B, T, D)"]),
        ({"feeds": {"x": X[0]}}, ["number of axes", "(B, T, D)", "(3, 8)"]),
        ({"feeds": {"x": X[..., :6]}}, ["wrong length", "D = 6", "8"]),
        ({"feeds": {"x": X > 0}}, ["wrong kind", "float", "bool"]),
        ({"feeds": {"x": [["a"]]}}, ["no array of numbers"]),
        ({"feeds": {"x": [[1.0], [1.0, 2.0]]}}, ["no array of numbers"]),
        ({"dims": {}}, ["no array shows the size H", "dims={'H'"]),
        ({"dims": {"H": 3}}, ["H | D", "D = 8, H = 3"]),
        ({"dims": {"H": 2, "Q": 1}}, ["no size 'Q'"]),
        ({"dims": {"H": 0}}, ["0 is not a size"]),
        ({"dims": {"H": 2, "T": 4}}, ["dims gives T = 4"]),
    ],
)
def test_what_does_not_fit_is_said_before_the_first_kernel(
    change: dict[str, object],
    words: list[str],
    params: dict[str, Array],
) -> None:
    arguments = {"feeds": {"x": X}, "params": params, "dims": {"H": 2}, **change}
    with pytest.raises(ca.CutawayError) as error:
        ca.evaluate(model(), **arguments)  # type: ignore[arg-type]
    for word in words:
        assert word in str(error.value)


def test_nan_in_a_parameter_is_named(params: dict[str, Array]) -> None:
    params["key/weight"] = params["key/weight"].copy()
    params["key/weight"][1, 2] = np.nan
    with pytest.raises(ca.FeedError, match=r"'key/weight' holds NaN") as error:
        ca.evaluate(model(), {"x": X}, params, {"H": 2})
    assert "(1, 2)" in str(error.value)
    with pytest.raises(ca.FeedError, match="'query/weight' is missing"):
        ca.evaluate(model(), {"x": X}, {}, {"H": 2})


def test_sizes_are_solved_through_expressions() -> None:
    x = ca.input("x", (4 * D + 1, T))
    y = ca.input("y", (D * T,))
    (value,) = ca.evaluate(x.sum() + y.sum() * ops.dim(D), {"x": np.ones((9, 3)), "y": np.ones(6)})
    assert value == 27 + 12
    with pytest.raises(ca.FeedError, match="no size gives"):
        ca.evaluate(x, {"x": np.ones((8, 3))})


def test_a_plan_is_made_once_and_what_depends_on_sizes_alone_too() -> None:
    calls: list[int] = []
    mask = ops.causal_mask(T)
    x = ca.input("x", (T, T))
    f = Compiled(ops.where(mask, x, 0.0))
    original = type(mask.op).kernel

    def counted(self: object, xp: object, *arrays: object) -> object:
        calls.append(1)
        return original(self, xp, *arrays)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(type(mask.op), "kernel", counted)
        for _ in range(3):
            f({"x": np.ones((3, 3))})
        f({"x": np.ones((4, 4))})
    assert len(calls) == 2


def test_sizes_are_checked_for_every_set_of_shapes(params: dict[str, Array]) -> None:
    f = Compiled(model())
    first = f({"x": X}, params, {"H": 2})
    for dims, error in (({"H": 3}, ca.ContractError), ({}, ca.FeedError)):
        with pytest.raises(error, match="H"):
            f({"x": X}, params, dims)
    with pytest.raises(ca.FeedError, match="wrong length"):
        f({"x": X[..., :6]}, params, {"H": 2})
    low = {path: array.astype("float32") for path, array in params.items()}
    assert f({"x": X.astype("float32")}, low, {H: 2})[0].dtype == "float32"
    assert f({"x": X[:1, :2]}, params, {H: 2})[0].shape == (1, 2, 8)
    np.testing.assert_array_equal(f({"x": X}, params, {"H": 2})[0], first[0])


def test_feeds_are_not_changed_and_constants_cannot_be() -> None:
    array = np.array([1.0, -2.0])
    (value,) = ca.evaluate(ops.relu(ca.input("x", "N")), {"x": array})
    np.testing.assert_array_equal(array, [1.0, -2.0])
    np.testing.assert_array_equal(value, [1.0, 0.0])
    node = ca.constant(array)
    array[0] = 9.0
    np.testing.assert_array_equal(ca.evaluate(node)[0], [1.0, -2.0])


def test_what_comes_out_is_the_callers_own() -> None:
    x = ca.input("x", "T T")
    fixed = ops.cast(ops.causal_mask(T), "float")
    f = Compiled([x, x.mT, fixed, fixed * 2.0, ops.stop_gradient(x)])
    array = np.eye(3)
    for found in f({"x": array}):
        found += 7.0
    np.testing.assert_array_equal(array, np.eye(3))
    np.testing.assert_array_equal(f({"x": array})[2], np.tri(3))
    np.testing.assert_array_equal(f({"x": array})[3], 2 * np.tri(3))


def test_initialize_is_xavier_seeded_and_stable() -> None:
    graph = model()
    first = ca.initialize(graph, {"D": 64}, seed=1)
    again = ca.initialize(graph, {"D": 64}, seed=1)
    other = ca.initialize(graph, {"D": 64}, seed=2)
    weight = first["query/weight"]
    assert weight.dtype == "float32"
    assert np.abs(weight).max() <= (6 / 128) ** 0.5
    np.testing.assert_allclose(weight.std(), (2 / 128) ** 0.5, rtol=0.05)
    assert all(np.array_equal(first[path], again[path]) for path in first)
    assert not np.array_equal(weight, other["query/weight"])
    assert not np.array_equal(weight, first["key/weight"])
    assert not first["query/bias"].any()
    with pytest.raises(ca.FeedError, match="needs the size D"):
        ca.initialize(graph)
    with pytest.raises(ca.ContractError, match=r"H \| D"):
        ca.initialize(graph, {"D": 64, "H": 7})


def test_grad_asks_for_a_float_scalar() -> None:
    x, tokens = ca.input("x", "N"), ca.input("tokens", "N", dtype="int")
    with pytest.raises(ca.GradError, match="not a scalar"):
        ca.grad(x, x)
    with pytest.raises(ca.GradError, match="only floats"):
        ca.grad(x.sum(), tokens)
    with pytest.raises(ca.GradError, match="one scalar output"):
        ca.value_and_grad(ca.Graph([x.sum(), x.sum()]))


def test_gradients_accumulate_and_unused_ones_are_zero() -> None:
    x, unused = ca.input("x", "N"), ca.input("unused", "N 2")
    y = x * x
    loss = (y + y * x).sum()
    point = np.array([1.0, -2.0])
    slopes = ca.evaluate([*ca.grad(loss, [x, unused]), loss], {"x": point})
    np.testing.assert_allclose(slopes[0], 2 * point + 3 * point**2)
    np.testing.assert_array_equal(slopes[1], np.zeros((2, 2)))


def test_the_gradient_of_a_gradient() -> None:
    x = ca.input("x", "N")
    first = ca.grad((x * x * x).sum(), x)
    second = ca.grad(first.sum(), x)
    third = ca.grad(second.sum(), x)
    point = np.array([2.0, 3.0])
    found = ca.evaluate([second, third], {"x": point})
    np.testing.assert_allclose(found[0], 6 * point)
    np.testing.assert_allclose(found[1], [6.0, 6.0])


def test_check_grads_finds_a_wrong_rule() -> None:
    x = ca.input("x", "N")
    assert max(ca.check_grads(ops.sin(x), {"x": [0.3, 1.0]}).orders) < 1e-8
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ops.Sin, "vjp", lambda self, node, ct: (ct * node,))
        with pytest.raises(ca.GradError, match="order 1 disagrees"):
            ca.check_grads(ops.sin(x), {"x": [0.3, 1.0]})


def test_clipping_and_decoding() -> None:
    grads, norm = clip_by_norm({"a": np.array([3.0]), "b": np.array([4.0])}, 1.0)
    assert norm == 5.0
    np.testing.assert_allclose([grads["a"][0], grads["b"][0]], [0.6, 0.8], rtol=1e-6)

    def logits(tokens: Array) -> Array:
        votes: Array = np.eye(6)[np.minimum(tokens + 1, 5)]
        return votes

    found = greedy_decode(logits, start=0, end=3, batch=2)
    np.testing.assert_array_equal(found, [[1, 2, 3], [1, 2, 3]])
    assert greedy_decode(logits, start=0, end=9, longest=4).shape == (1, 4)
