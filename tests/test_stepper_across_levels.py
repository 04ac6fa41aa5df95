"""What goes by the name of an op holds at finer levels too, where the op is taken apart."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from stepping import model, same

import cutaway as ca
from cutaway.step import LEVELS

SOFTMAX = "self_attention/attention/softmax"
FINER = ("primitive", "token")


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("named", "backward"),
    [
        ({"op": "softmax"}, False),
        ({"path": SOFTMAX}, False),
        ({"path": SOFTMAX}, True),
        ({"path": "*softmax"}, True),
    ],
)
def test_a_breakpoint_at_an_op_stops_at_every_level(
    level: str, named: dict[str, Any], backward: bool
) -> None:
    stepper = model("encoder-layer").stepper(backward=backward)
    stepper.breakpoint(**named)
    stepper.level = level
    step = stepper.run()
    assert step is not None
    assert stepper.places(stepper.breakpoints[0])[0] == step.index


@pytest.mark.parametrize("level", FINER)
def test_a_breakpoint_can_be_set_and_reached_where_an_op_is_taken_apart(level: str) -> None:
    at = model("encoder-layer")
    stepper = at.stepper(level=level)
    found = stepper.breakpoint(SOFTMAX, op="softmax", when="max > 0")
    stops = [step.value for step in iter(stepper.run, None)]
    assert len(stops) == found.hits == (1 if level == "primitive" else at.feeds["x"].shape[1])
    whole = at.stepper().value(SOFTMAX)
    assert np.allclose(np.concatenate(stops, axis=2 if level == "token" else 0), whole)


@pytest.mark.parametrize("backward", [False, True])
def test_a_breakpoint_stops_at_a_block_by_its_name(backward: bool) -> None:
    stepper = model("encoder-layer").stepper(level="sublayer", backward=backward)
    stepper.breakpoint("feed_forward", when="abs > 0")
    steps = list(iter(stepper.run, None))
    assert [step.path.removeprefix("∇/") for step in steps] == ["feed_forward"]


def test_a_value_that_was_passed_before_the_breakpoint_was_set_may_change() -> None:
    stepper = model("encoder-layer").stepper()
    stepper.goto(SOFTMAX)
    stepper.breakpoint("*/attention/*", changes=True)
    stepper.start()
    assert stepper.run() is None
    patch = stepper.knock_out("no-scale")
    stepper.start()
    assert [step.path for step in stepper if "divide" in step.path]  # all are passed, changed
    stepper.start()
    assert stepper.run() is None
    patch.remove()
    stepper.start()
    step = stepper.run()
    assert step is not None
    assert step.path == "self_attention/attention/divide"


def test_a_step_is_found_by_the_op_whose_value_it_computes() -> None:
    at = model("encoder-layer")
    stepper = at.stepper(level="primitive")
    step = stepper.goto(SOFTMAX)
    assert step.path == "self_attention/attention/divide.1"
    assert np.allclose(step.value, at.stepper().value(SOFTMAX))
    assert stepper.goto("*softmax").index == step.index
    assert stepper.goto(at.graph.find(SOFTMAX)[0]).index == step.index
    stepper.start()
    assert stepper.until("*/softmax") is stepper.current
    back = at.stepper(level="primitive", backward=True)
    assert np.allclose(
        back.goto(SOFTMAX).value, at.stepper(backward=True).gradient(SOFTMAX), atol=1e-12
    )


def test_at_tokens_an_op_is_several_steps() -> None:
    stepper = model("encoder-layer").stepper(level="token")
    with pytest.raises(ca.OptionError, match="is not one but 5") as error:
        stepper.goto(SOFTMAX)
    assert f"{SOFTMAX}[1], {SOFTMAX}[2]" in str(error.value)
    step = stepper.until(SOFTMAX)
    assert step is not None
    assert step.path == f"{SOFTMAX}[1]"


ASKS: list[Callable[[ca.Stepper], object]] = [
    lambda s: s.value(SOFTMAX),
    lambda s: s.why(SOFTMAX, (0, 0, 0, 0)).value,
    lambda s: s.patch(SOFTMAX, lambda weights: weights[..., ::-1]) and s.value("*/matmul.1"),
    lambda s: s.watch(SOFTMAX) and s.next(10**6) and s.watches[0].value,
]


@pytest.mark.parametrize("ask", ASKS)
def test_after_into_an_op_is_still_called_what_it_was(
    ask: Callable[[ca.Stepper], object],
) -> None:
    at = model("encoder-layer")
    plain, walk = at.stepper(), at.stepper()
    walk.goto(SOFTMAX)
    assert walk.into().level == "primitive"
    assert np.allclose(np.asarray(ask(walk)), np.asarray(ask(plain)))


@pytest.mark.parametrize("level", LEVELS)
def test_a_patch_of_an_op_is_made_and_taken_back_at_every_level(level: str) -> None:
    stepper = model("encoder-layer").stepper(level=level)
    before = stepper.value("feed_forward_norm/layer_norm")
    stepper.patch(SOFTMAX, lambda weights: weights * 0.0)
    assert not same(stepper.value("feed_forward_norm/layer_norm"), before)
    stepper.patch(SOFTMAX, lambda weights: weights * 1.0, replace=True)
    (patch,) = stepper.patches
    assert patch.paths == (SOFTMAX,)
    stepper.unpatch(SOFTMAX)
    assert same(stepper.value("feed_forward_norm/layer_norm"), before)


@pytest.mark.parametrize("level", LEVELS)
def test_a_watch_goes_on_at_every_level(level: str) -> None:
    stepper = model("encoder-layer").stepper()
    watch = stepper.watch(SOFTMAX)
    stepper.level = level
    stepper.until(lambda step: bool(watch.history))
    assert watch.history[0].level == level
    assert np.allclose(watch.value, stepper.value(SOFTMAX))
    stepper.knock_out("uniform-attention")
    assert len(watch.history) == 2
    assert np.allclose(watch.value, stepper.value(SOFTMAX))


def test_a_watch_of_one_token_is_seen_where_the_whole_op_is_a_step() -> None:
    stepper = model("encoder-layer").stepper(level="token")
    watch = stepper.watch(f"{SOFTMAX}[2]")
    stepper.level = "op"
    stepper.goto("self_attention/attention/divide")
    assert not watch.history
    stepper.goto(SOFTMAX)
    assert np.allclose(watch.value, stepper.value(SOFTMAX)[:, :, 1:2])


def test_what_is_given_is_watched_from_the_first_step_on() -> None:
    stepper = model("encoder-layer").stepper()
    watch = stepper.watch("feed_forward/up/weight", np.max)
    stepper.next()
    assert len(watch.history) == 1
    stepper.patch("feed_forward/up/weight", lambda weight: weight * 2.0)
    assert watch.history[1].value == 2.0 * watch.history[0].value


def test_a_watch_is_written_briefly_and_reads_by_a_function() -> None:
    stepper = model("encoder-layer").stepper()
    watch = stepper.watch("x")
    stepper.next()
    assert "\n" not in repr(watch)
    with pytest.raises(ca.OptionError, match="a watch can't read that"):
        stepper.watch("x", "max")  # type: ignore[arg-type]
    assert len(stepper.watches) == 1


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.goto(None), "at level op, or a path, a glob, a node"),
        (lambda s: s.next(-1), "n=-1 is no count"),
        (lambda s: s.why("*softmax", (0, 0, 0, 0), size=-1), "size=-1 is no count"),
        (lambda s: s.breakpoint(op="sofmax"), "did you mean 'softmax'"),
        (lambda s: s.breakpoint(op="input"), "no op is of kind 'input'"),
        (lambda s: s.goto("weight"), "any text: self_attention/query/matmul"),
        (lambda s: s.knock_out("no-mask"), "a graph that has one; this one has none"),
    ],
)
def test_errors_say_what_there_is(ask: Callable[[ca.Stepper], object], words: str) -> None:
    stepper = model("encoder-layer").stepper()
    with pytest.raises(ca.OptionError) as error:
        ask(stepper)
    assert words in str(error.value)


def test_a_condition_that_misspells_is_not_told_of_arrays() -> None:
    stepper = model("encoder-layer").stepper()
    with pytest.raises(ca.OptionError, match="AttributeError") as error:
        stepper.until(lambda step: step.vlaue)  # type: ignore[attr-defined]
    assert "any()" not in str(error.value)


def test_a_graph_without_steps_says_so() -> None:
    stepper = ca.Stepper(ca.input("x", "T"), {"x": [1.0]})
    with pytest.raises(ca.OptionError, match="all nodes of this one are given"):
        stepper.goto(0)
