"""Programs: what a page is given of a run, and what is refused."""

import base64
import json
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
import sympy
from stepping import SMALL, model

import cutaway as ca
from cutaway.graph import Axes, Node, Op, Title, apply
from cutaway.ops import Elementwise
from cutaway.step.opened import STRUCTURAL
from cutaway.step.packed import packed
from cutaway.step.program import SAMPLE, program, script
from cutaway.step.shipped import length, sample, shipped


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("backward", [False, True])
def test_steps_are_those_of_the_stepper(name: str, backward: bool) -> None:
    here = model(name)
    found = program(*here, backward=backward)
    stepper = here.stepper(backward=backward)
    ids = found["steps"]["backward" if backward else "forward"]
    assert [found["nodes"][id]["path"] for id in ids] == list(stepper.paths)
    for id, step in zip(ids, stepper, strict=True):
        node = found["nodes"][id]
        assert node["backward"] is backward
        assert [found["nodes"][source]["path"] for source in node["inputs"]] == [
            stepper.graph.path(source) for source in step.node.inputs
        ]
        assert tuple(node["shape"]) == step.value.shape
        assert node["latex"] == step.formula
        owner = None if node["forward_of"] is None else stepper.graph.nodes[node["forward_of"]]
        assert owner is step.forward


def test_gradients_are_found_by_the_value_that_they_belong_to() -> None:
    here = model("feed-forward")
    found = program(*here, backward=True)
    stepper = here.stepper(backward=True)
    paths = [node["path"] for node in found["nodes"]]
    for id, gradient in found["gradients"].items():
        expected = stepper.gradient(paths[int(id)])
        assert np.array_equal(stepper.value(paths[gradient]), expected)


def test_arrays_come_through_to_the_bit() -> None:
    numbers = [
        np.array([0.1, -np.inf, np.nan, 5e-324]),
        np.array([0.5, -0.0, np.inf, np.nan]),
        np.arange(6, dtype=np.float32).reshape(2, 3) / 3,
        np.array([-(2**31), 2**31 - 1]),
        np.array([2**40, -1]),
        np.array(True),
    ]
    kinds = ["float64", "float32", "float32", "int32", "float64", "uint8"]
    for array, kind in zip(numbers, kinds, strict=True):
        found = shipped(array)
        assert found["kind"] == kind
        assert len(found["text"]) == length(array)
        back = np.frombuffer(base64.b64decode(found["text"]), np.dtype(kind).newbyteorder("<"))
        np.testing.assert_array_equal(back.reshape(array.shape), array)


@pytest.mark.parametrize("shape", [(), (3,), (5000,), (64, 64), (2, 12, 300, 301), (1, 1, 90000)])
def test_samples_are_spread_from_end_to_end(shape: tuple[int, ...]) -> None:
    places = sample(np.zeros(shape), SAMPLE)
    assert (
        SAMPLE / 2 <= np.prod([len(along) for along in places]) <= SAMPLE
        or np.prod(shape) <= SAMPLE
    )
    for along, size in zip(places, shape, strict=True):
        assert along[0] == 0
        assert len(along) == 1 or along[-1] == size - 1
        assert list(along) == sorted(set(along))


def test_samples_hold_what_is_largest_and_what_wins() -> None:
    logits = np.full((3, 5000), -40.0)
    logits[[0, 1, 2], [4001, 17, 2222]] = -1.0
    logits[1, 3333] = np.nan
    rows, columns = sample(logits[1:], 100)
    assert rows == (0, 1)
    assert {2222, 3333} <= {*columns}
    assert len(columns) == 50
    _, columns = sample(np.nan_to_num(logits, nan=-90.0), 90)
    assert {4001, 17, 2222, 3333} <= {*columns}


def test_what_is_too_large_is_sampled_and_cannot_be_changed() -> None:
    x = ca.input("x", "T D")
    y = ca.ops.softmax(x @ ca.parameter("w", "D V"))
    feeds = {"x": np.ones((3, 600))}
    params = {"w": np.random.default_rng(0).standard_normal((600, 900))}
    found = program(y, feeds, params)
    assert not found["editable"]
    assert [node["sampled"] for node in found["nodes"]] == [False, True, False, False]
    assert len(packed(found)) < 100_000
    weights = found["nodes"][1]
    data = np.frombuffer(base64.b64decode(weights["data"]["text"]), "<f4")
    expected = params["w"][np.ix_(*weights["places"])]
    np.testing.assert_array_equal(data, expected.ravel().astype(np.float32))


def test_names_are_only_text() -> None:
    hostile = "</script><script>alert(1)</script>\u2028'\"`${x}<!--"
    x = ca.input(hostile, "T")
    with ca.scope(hostile.replace("/", "|")):
        y = ca.ops.exp(x)
    found = program(y, {hostile: [1.0]}, title=hostile, words={"T": [hostile]})
    text = packed(found)
    assert "<" not in text
    assert text.isascii()
    assert hostile not in script(found)
    back = json.loads(text)
    assert back["title"] == back["words"]["T"][0] == hostile
    assert back["nodes"]["path"][0] == hostile


@dataclass(frozen=True, slots=True)
class Mystery(Op):
    """An op that no page knows."""

    name: ClassVar[str] = "mystery"
    title: ClassVar[Title] = Title("Mystery", "谜")

    def axes(self, *ranks: int) -> Axes:
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        return Axes((labels,), labels)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        return arrays[0]


@dataclass(frozen=True, slots=True)
class Gamma(Elementwise):
    """An elementwise op for which JavaScript has no function."""

    name: ClassVar[str] = "gamma"
    title: ClassVar[Title] = Title("Gamma", "伽马")

    def expression(self, *args: Any) -> Any:
        return sympy.gamma(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        return arrays[0]


@pytest.mark.parametrize("op", [Mystery(), Gamma()])
def test_an_op_that_a_page_cannot_compute_is_named(op: Op) -> None:
    y: Node = apply(op, ca.input("x", "T"))
    with pytest.raises(ca.OptionError, match=f"cannot compute the op {op.name}\n"):
        program(y, {"x": [1.0]})


@dataclass(frozen=True, slots=True)
class Mixed(Elementwise):
    """An elementwise op of any number of operands."""

    name: ClassVar[str] = "mixed"
    title: ClassVar[Title] = Title("Mixed", "混合")

    def expression(self, *args: Any) -> Any:
        return sympy.Add(*args)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        return sum(arrays)


def test_an_op_of_too_many_operands_is_named() -> None:
    x = ca.input("x", "T")
    assert program(apply(Mixed(), x, x, x), {"x": [1.0]})["elementwise"].keys() == {"mixed"}
    with pytest.raises(ca.OptionError, match="4 operands; a page takes 3"):
        program(apply(Mixed(), x, x, x, x), {"x": [1.0]})


def test_structural_ops_have_names_of_their_own() -> None:
    assert len({op.name for op in STRUCTURAL}) == len(STRUCTURAL)


def test_feeds_are_checked_as_in_a_run() -> None:
    y = ca.ops.exp(ca.input("x", "T"))
    with pytest.raises(ca.FeedError, match="'x' is missing"):
        program(y)
    with pytest.raises(ca.FeedError, match="wrong number of axes"):
        program(y, {"x": 1.0})
    with pytest.raises(ca.GradError, match="nothing to differentiate"):
        program(ca.ops.cast(y, "int"), {"x": [1.0]}, backward=True)
