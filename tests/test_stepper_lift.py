"""A patch that is made at one level holds at every level, for gradients, and in the page."""

import base64
import json
import re
import zlib
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pytest
from stepping import model, same

import cutaway as ca
from cutaway.graph import apply
from cutaway.ops import Elementwise
from cutaway.step import LEVELS


def attention(**options: Any) -> ca.Stepper:
    return model("single-head-attention").stepper(axis="T", **options)


def changes(stepper: ca.Stepper) -> list[dict[str, Any]]:
    """Return the patches that a page comes with."""
    found = re.search('id="page">([^<]*)<', stepper.html())
    assert found is not None
    return list(json.loads(zlib.decompress(base64.b64decode(found[1])))["changes"])


def test_a_token_is_a_part_of_an_ops_value() -> None:
    stepper = attention(level="token")
    before = ca.evaluate(*model("single-head-attention"))[0]
    patch = stepper.patch("attention/matmul[1,2]", lambda value: value * 0.0)
    assert not stepper.value("attention/matmul[1,2]").any()
    results = []
    for level in LEVELS:
        stepper.level = level
        (output,) = stepper.graph.outputs
        results.append(stepper.value(output))
        np.testing.assert_allclose(results[-1], results[0], atol=1e-12)
    assert not np.allclose(results[0], before)
    stepper.level = "op"
    scores = stepper.value("attention/matmul")
    assert not scores[:, 0, 1].any()
    assert np.count_nonzero(scores) == scores.size - len(scores)
    patch.remove()
    assert same(stepper.value(stepper.graph.outputs[0]), before)


def test_a_patched_token_is_that_of_numpy() -> None:
    x = ca.input("x", "T D")
    stepper = ca.Stepper(ca.ops.softmax(x @ x.mT), {"x": np.eye(2)}, axis="T", level="token")
    stepper.patch("matmul[1,2]", [[3.0]])
    stepper.level = "op"
    scores = np.array([[1.0, 3.0], [0.0, 1.0]])
    assert stepper.value("matmul").tolist() == scores.tolist()
    expected = np.exp(scores) / np.exp(scores).sum(-1, keepdims=True)
    np.testing.assert_allclose(stepper.value("softmax"), expected)


def test_a_primitive_changes_what_the_op_around_it_gives() -> None:
    x = ca.input("x", "T")
    stepper = ca.Stepper(ca.ops.softmax(x) * 2.0, {"x": [0.0, 1.0, 2.0]}, level="primitive")
    (exp,) = (path for path in stepper.paths if path.endswith("exp"))
    patch = stepper.patch(exp, [1.0, 1.0, 2.0])
    stepper.level = "op"
    np.testing.assert_allclose(stepper.value("softmax"), [0.25, 0.25, 0.5])
    np.testing.assert_allclose(stepper.value("multiply"), [0.5, 0.5, 1.0])
    stepper.patch("softmax", lambda value: value[::-1])  # of what the primitives give
    np.testing.assert_allclose(stepper.value("multiply"), [1.0, 0.5, 0.5])
    stepper.level = "primitive"
    np.testing.assert_allclose(stepper.value("multiply"), [1.0, 0.5, 0.5])
    assert stepper.value(exp).tolist() == [1.0, 1.0, 2.0]
    patch.remove()
    stepper.unpatch()
    stepper.level = "op"
    np.testing.assert_allclose(stepper.value("softmax").sum(), 1.0)


def test_several_primitives_of_one_op() -> None:
    x = ca.input("x", "T")
    found = []
    for order in (1, -1):
        stepper = ca.Stepper(ca.ops.softmax(x), {"x": [0.0, 1.0, 2.0]}, level="primitive")
        (exp,) = (path for path in stepper.paths if path.endswith("exp"))
        (total,) = (path for path in stepper.paths if path.endswith("sum"))
        for path in (exp, total)[::order]:
            stepper.patch(path, lambda value: value * 2.0)
        with pytest.raises(ca.OptionError, match="changed already"):
            stepper.patch(exp, lambda value: value * 3.0)
        stepper.level = "op"
        found.append(stepper.value("softmax"))
    assert same(*found)
    np.testing.assert_allclose(found[0].sum(), 0.5)


def test_a_number_takes_one_patch_whatever_the_level() -> None:
    stepper = attention(level="token")
    stepper.patch("attention/matmul[1,2]", lambda value: value * 0.0)
    stepper.patch("attention/matmul[2,1]", lambda value: value * 0.0)  # another number
    with pytest.raises(ca.OptionError, match="changed already"):
        stepper.patch("attention/matmul[1,2]", lambda value: value + 1.0)
    stepper.level = "op"
    with pytest.raises(ca.OptionError, match="attention/matmul is changed already"):
        stepper.patch("attention/matmul", lambda value: value + 1.0)
    stepper.unpatch("attention/matmul")
    assert stepper.patches == ()


def test_it_is_taken_back_at_any_level() -> None:
    stepper = attention()
    stepper.patch("attention/softmax", lambda value: value * 0.5)
    stepper.level = "token"
    stepper.unpatch("attention/softmax[1]")
    assert stepper.patches == ()
    stepper.patch("attention/softmax[1]", lambda value: value * 0.5)
    with pytest.raises(ca.OptionError, match="nothing is patched"):
        stepper.unpatch("attention/softmax[2]")
    stepper.unpatch()
    assert stepper.patches == ()


@pytest.mark.parametrize("level", ["primitive", "token"])
def test_gradients_are_those_at_the_patched_values(level: str) -> None:
    stepper = attention(backward=True)
    target = {"primitive": "attention/matmul", "token": "attention/matmul[2,1]"}[level]
    plain = stepper.gradient("x")
    stepper.level = level
    stepper.patch(target, lambda value: value * 3.0)
    gradient = stepper.gradient("x")
    assert not np.allclose(gradient, plain)
    value = stepper.value(target)
    other = attention(backward=True)
    scores = np.array(other.value("attention/matmul"))
    if level == "token":
        scores[:, 1:2, 0:1] = value
    other.patch("attention/matmul", scores if level == "token" else value)
    np.testing.assert_allclose(gradient, other.gradient("x"), atol=1e-12)


@pytest.mark.parametrize("level", ["op", "primitive", "token"])
def test_a_knock_out_holds_at_every_level(level: str) -> None:
    stepper = attention(level=level)
    stepper.knock_out("uniform-attention")
    stepper.level = "op"
    weights = stepper.value("attention/softmax")
    np.testing.assert_allclose(weights, np.full_like(weights, 1 / weights.shape[-1]))
    assert [change["kind"] for change in changes(stepper)] == ["uniform-attention"]


def test_the_page_has_patches_of_every_level_and_of_gradients() -> None:
    stepper = attention(level="token")
    stepper.patch("attention/matmul[1,2]", lambda value: value * 0.0)
    stepper.patch("attention/matmul[2,2]", lambda value: value * 0.0)
    (change,) = changes(stepper)
    assert change["kind"] == "patch"
    stepper.level = "op"
    scores = stepper.value("attention/matmul")
    np.testing.assert_allclose(np.reshape(change["data"], scores.shape), scores)


def test_a_patch_of_a_gradient_comes_along() -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper((x * x).sum(), {"x": [1.0, 2.0]}, backward=True)
    stepper.patch("∇/broadcast_to", [1.0, 0.0])
    (change,) = changes(stepper)
    assert change["data"] == [1.0, 0.0]


def test_what_made_a_number_is_told_unless_a_patch_made_it() -> None:
    x = ca.input("x", "T D")
    stepper = ca.Stepper(x @ x.mT, {"x": np.ones((2, 2))}, axis="T", level="token")
    stepper.patch("matmul[1,2]", [[3.0]])
    stepper.level = "op"
    assert stepper.why("matmul", (0, 1)).terms == []
    assert len(stepper.why("matmul", (1, 1)).terms) == 2


def test_an_error_names_the_part() -> None:
    stepper = attention(level="token")
    with pytest.raises(ca.FeedError, match=r"attention/matmul\[1,2\] has the wrong shape"):
        stepper.patch("attention/matmul[1,2]", lambda value: value[0])
    with pytest.raises(ca.FeedError, match=r"attention/matmul\[1,2\] failed"):
        stepper.patch("attention/matmul[1,2]", lambda value: value / "x")
    assert stepper.patches == ()


@dataclass(frozen=True, slots=True)
class Same(Elementwise, ca.graph.Composite):
    """The value itself."""

    name: ClassVar[str] = "same"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        return arrays[0] * 1.0

    def expand(self, *nodes: ca.Node) -> ca.Node:
        return nodes[0]


def test_a_patch_that_a_level_has_no_value_for_is_refused_there() -> None:
    x = ca.input("x", "N")
    stepper = ca.Stepper(apply(Same(), ca.ops.relu(x)) * 2.0, {"x": [1.0]})
    stepper.patch("same", [5.0])
    assert stepper.goto("multiply").value.tolist() == [10.0]
    with pytest.raises(ca.OptionError, match="same is changed, and has no value of its own"):
        stepper.level = "primitive"
    assert (stepper.level, stepper.index) == ("op", 2)
    stepper.unpatch()
    stepper.level = "primitive"
    with pytest.raises(ca.OptionError, match="same is changed, and has no value of its own"):
        stepper.patch("same", [5.0])
    assert stepper.patches == ()
