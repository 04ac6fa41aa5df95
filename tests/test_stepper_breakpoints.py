"""Breakpoints, forward and in reverse; watches."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stepping import At, model, points

import cutaway as ca


def stops(stepper: ca.Stepper) -> list[str]:
    found = []
    while (step := stepper.run()) is not None:
        found.append(step.path)
    return found


def stops_back(stepper: ca.Stepper) -> list[str]:
    found = []
    while (step := stepper.reverse()) is not None:
        found.append(step.path)
    return found


def test_a_run_stops_at_paths_and_kinds() -> None:
    stepper = model("encoder").stepper()
    one = stepper.breakpoint("*/softmax")
    two = stepper.breakpoint(op="layer_norm")
    paths = [
        f"layer.{n}/{path}"
        for n in (0, 1)
        for path in (
            "self_attention/attention/softmax",
            "self_attention_norm/layer_norm",
            "feed_forward_norm/layer_norm",
        )
    ]
    assert stops(stepper) == paths
    assert stepper.index == len(stepper) - 1
    assert stops_back(stepper) == paths[-2::-1]  # it stands at the last itself
    assert stepper.index == -1
    assert (one.hits, two.hits) == (4, 7)
    one.off()
    assert len(stops(stepper)) == 4
    one.on()
    two.remove()
    assert stepper.breakpoints == (one,)
    stepper.start()
    assert len(stops(stepper)) == 2


def test_a_run_of_some_steps_stands_where_they_end() -> None:
    stepper = model("encoder").stepper()
    stepper.breakpoint("layer.0/*/softmax")
    whole = stepper.run()
    assert whole is not None
    stepper.start()
    assert (stepper.run(3), stepper.index) == (None, 2)
    found = stepper.run(len(stepper))
    assert found is not None
    assert found.path == whole.path
    assert (stepper.reverse(2), stepper.index) == (None, whole.index - 2)
    assert (stepper.reverse(len(stepper)), stepper.index) == (None, -1)
    with pytest.raises(ca.OptionError, match="is no count"):
        stepper.run(-1)


def test_on_and_off_during_a_run() -> None:
    stepper = model("encoder").stepper()
    at_softmax = stepper.breakpoint(op="softmax")
    assert stepper.run() is not None
    at_softmax.off()
    assert stepper.run() is None
    at_softmax.on()
    step = stepper.reverse()
    assert step is not None
    assert step.path.startswith("layer.1")


@given(points(), st.floats(-1, 2))
@settings(max_examples=40)
def test_reverse_finds_what_a_run_found(at: At, bound: float) -> None:
    trace = at.trace()
    stepper = at.stepper()
    if not len(stepper):
        return
    stepper.breakpoint(when=f"abs > {bound!r}")
    expected = [
        path
        for path, node in zip(stepper.paths, [b.node for b in stepper], strict=True)
        if np.any(np.abs(trace[node]) > bound)
    ]
    stepper.start()
    found = stops(stepper)
    assert found == expected
    back = stops_back(stepper)
    assert back == [path for path in reversed(expected) if path != stepper.paths[-1]]


def test_a_block_stops_where_an_op_in_it_does() -> None:
    stepper = model("encoder").stepper(level="layer")
    stepper.breakpoint("layer.1/*/softmax")
    assert stops(stepper) == ["layer.1"]


def masked_scores(mask_value: float = -np.inf) -> tuple[ca.Graph, dict[str, Any]]:
    q, k = ca.input("q", "T D"), ca.input("k", "T D")
    scores = ca.ops.where(ca.ops.causal_mask("T"), q @ k.mT, mask_value)
    y = ca.ops.softmax(scores) @ k
    return ca.Graph(y), {"q": np.eye(3), "k": np.eye(3)}


@pytest.mark.parametrize("level", ["op", "primitive"])
def test_the_infinity_of_a_mask_is_meant(level: str) -> None:
    graph, feeds = masked_scores()
    stepper = ca.Stepper(graph, feeds, level=level)
    stepper.breakpoint(when="isinf")
    assert stops(stepper) == []
    stepper = ca.Stepper(graph, feeds, level=level)
    stepper.breakpoint(when="isinf", except_=())
    assert stops(stepper)[:1] == ["where"]
    stepper = ca.Stepper(graph, feeds, level=level)
    stepper.breakpoint(when="isinf", except_="where" if level == "op" else ("where", "subtract"))
    assert stops(stepper) == []


def test_tokens_have_the_masks_infinity_too() -> None:
    stepper = model("decoder-layer").stepper(level="token", axis="T")
    stepper.breakpoint(when="isinf")
    assert stops(stepper) == []


def test_an_infinity_that_is_not_meant_stops_where_a_mask_is_too() -> None:
    graph, feeds = masked_scores()
    stepper = ca.Stepper(graph, {**feeds, "q": np.full((3, 3), np.inf)})
    stepper.breakpoint(when="isnan")
    assert stops(stepper)[0] == "matmul"  # 0·∞
    stepper = ca.Stepper(graph, {"q": np.full((3, 3), 1e308), "k": np.full((3, 3), 10.0)})
    stepper.breakpoint(when="isinf")
    assert stops(stepper)[:2] == ["matmul", "where"]


def test_an_added_mask_is_meant_too() -> None:
    x, mask = ca.input("x", "T D"), ca.input("mask", "T T")
    y = ca.layers.scaled_dot_product_attention(x, x, x, mask)
    feeds: dict[str, Any] = {"x": np.eye(2), "mask": [[0.0, -np.inf], [0.0, 0.0]]}
    stepper = ca.Stepper(y, feeds)
    stepper.breakpoint(when="isinf")
    assert stops(stepper) == []


def test_a_run_stops_where_a_value_changes() -> None:
    stepper = model("feed-forward").stepper()
    stepper.breakpoint("relu", changes=True)
    assert stops(stepper) == []
    stepper.start()
    assert stops(stepper) == []
    stepper.patch("up/bias", lambda value: value + 1.0)
    stepper.start()
    assert stops(stepper) == ["relu"]
    stepper.start()
    assert stops(stepper) == []


@pytest.mark.parametrize(
    ("when", "value", "met"),
    [
        ("isnan", [1.0, np.nan], True),
        ("isfinite", [np.inf, np.nan], False),
        ("isposinf", [-np.inf], False),
        ("isneginf", [-np.inf], True),
        ("abs > 1e3", [-2000.0], True),
        ("abs>1e3", [10.0], False),
        ("> 2", [1.0, 3.0], True),
        ("max <= 2", [1.0, 3.0], False),
        ("min < 0", [1.0, -1.0], True),
        ("mean == 2", [1.0, 3.0], True),
        ("std != 0", [1.0, 1.0], False),
        ("== -inf", [-np.inf], True),
        (lambda value: value.sum() == 4, [1.0, 3.0], True),
    ],
)
def test_conditions(when: object, value: list[float], met: bool) -> None:
    stepper = ca.Stepper(ca.ops.stop_gradient(ca.input("x", "N")), {"x": value})
    stepper.breakpoint(when=when)  # type: ignore[arg-type]
    assert bool(stops(stepper)) == met


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"path": "nowhere/*"}, "nothing is called 'nowhere/\\*'"),
        ({"op": "sofmax"}, "no op is of kind 'sofmax'"),
        ({"when": "isnotanumber"}, "is no condition"),
        ({"when": "median > 1"}, "is no condition"),
        ({"when": "abs > much"}, "is no condition"),
        ({"when": 3}, "3 is no condition"),
        ({"except_": ("nowhere",)}, "nothing is called"),
    ],
)
def test_a_breakpoint_that_cannot_be_is_an_error(options: dict[str, object], words: str) -> None:
    stepper = model("feed-forward").stepper()
    with pytest.raises(ca.OptionError, match=words):
        stepper.breakpoint(**options)  # type: ignore[arg-type]
    assert stepper.breakpoints == ()


def test_a_condition_that_fails_is_named_and_the_session_goes_on() -> None:
    stepper = model("feed-forward").stepper()
    found = stepper.breakpoint(when=lambda value: value.nothing)  # type: ignore[attr-defined]
    with pytest.raises(ca.OptionError, match="AttributeError"):
        stepper.run()
    found.remove()
    assert stepper.run() is None


def test_a_watch_has_a_history() -> None:
    stepper = model("feed-forward").stepper()
    watch = stepper.watch("relu", np.max)
    assert watch.value is None
    stepper.next()
    assert watch.history == []
    stepper.until("relu")
    relu = stepper.index
    for _ in stepper:
        pass
    ((step, level, value),) = watch.history
    assert (step, level) == (relu, "op")
    assert value == stepper.value("relu").max() == watch.value
    stepper.patch("relu", lambda array: array * 3.0)
    stepper.unpatch()
    np.testing.assert_allclose([e.value for e in watch.history], [value, 3 * value, value])
    watch.remove()
    assert stepper.watches == ()


def test_a_watch_that_fails_is_named() -> None:
    stepper = model("feed-forward").stepper()
    with pytest.raises(ca.OptionError, match="nothing is called"):
        stepper.watch("nowhere")
    stepper.watch("relu", lambda value: value.nothing)  # type: ignore[attr-defined]
    with pytest.raises(ca.OptionError, match="the watch of relu failed"):
        stepper.goto("relu")
