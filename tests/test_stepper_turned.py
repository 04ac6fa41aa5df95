"""Turning round: the stepper of the other direction, at the same value, with the same patches."""

import numpy as np
import pytest
from stepping import SMALL, model

import cutaway as ca
from cutaway.graph import Leaf
from cutaway.step import LEVELS


@pytest.mark.parametrize("name", SMALL)
def test_there_is_the_gradient_of_where_one_stood(name: str) -> None:
    stepper = model(name).stepper()
    stepper.next(len(stepper))
    back = stepper.turned()
    assert (back.backward, back.turned()) == (True, stepper)
    assert stepper.current is not None
    assert back.current is not None
    assert back.current.forward is stepper.current.node


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("name", ["attention", "multi-head-attention", "decoder-layer"])
def test_there_and_back_is_where_goto_goes(name: str, level: str) -> None:
    stepper = model(name).stepper(level=level)
    for place in range(len(stepper)):
        path = stepper.goto(place).path
        back = stepper.turned()
        assert back.level == level
        assert back.current is not None
        here = back.current
        try:
            found = back.goto(path)
        except ca.OptionError:  # it has no gradient, or no scope of its own that way
            continue
        assert found.path == here.path
        assert back.turned().index == place


@pytest.mark.parametrize("name", SMALL)
def test_from_a_gradient_it_is_to_the_step_of_its_value(name: str) -> None:
    back = model(name).stepper(backward=True)
    for place in range(len(back)):
        value = back.goto(place).forward
        assert value is not None
        stepper = back.turned()
        stepper.start()  # elsewhere
        assert back.turned().current is not None
        here = back.turned().current
        assert here is not None
        if isinstance(value.op, Leaf):
            assert here.node in stepper.graph.readers[value]
        else:
            assert here.node is value


def test_of_a_value_without_a_gradient_it_is_the_nearest_that_has_one() -> None:
    stepper = model("attention").stepper()
    for path, near in (("dim", "matmul"), ("sqrt", "divide")):
        stepper.goto(f"attention/{path}")
        back = stepper.turned()
        assert back.current is not None
        assert back.current.forward is stepper.goto(f"attention/{near}").node


@pytest.mark.parametrize("level", LEVELS[:5])
def test_the_level_stays(level: str) -> None:
    stepper = model("decoder-layer").stepper(level=level)
    stepper.next(2)
    back = stepper.turned()
    assert (back.level, back.index >= 0) == (level, True)


def test_where_nothing_can_be_differentiated_one_stays() -> None:
    stepper = ca.Stepper(ca.input("x", "T", dtype="int") + 1, {"x": [1, 2]})
    with pytest.raises(ca.GradError):
        stepper.turned()
    assert stepper.index == -1


def test_patches_go_along_and_those_without_a_place_stay() -> None:
    stepper = model("encoder-layer").stepper()
    stepper.goto("*/softmax")
    patch = stepper.patch("*/softmax", lambda weights: weights * 0.5)
    back = stepper.turned()
    assert [other.paths for other in back.patches] == [patch.paths]
    np.testing.assert_array_equal(
        back.value("self_attention/attention/softmax"),
        stepper.current.value,  # type: ignore
    )
    assert back.current is not None
    back.patch(back.current.node, lambda slope: slope * 0)
    back.unpatch("self_attention/attention/softmax")
    assert not back.turned().patches
    assert len(stepper.turned().patches) == 1
    stepper.start()
    assert stepper.turned().index == -1


def test_a_patch_takes_the_place_of_the_one_there_was() -> None:
    x = ca.input("x", "T")
    stepper = ca.Stepper(ca.ops.exp(x) * 2.0, {"x": [0.0, 1.0]})
    watch = stepper.watch("exp")
    stepper.next()
    stepper.patch("exp", [1.0, 2.0])
    with pytest.raises(ca.OptionError, match="exp is changed already"):
        stepper.patch("exp", [3.0, 4.0])
    with pytest.raises(ca.FeedError, match="wrong shape"):
        stepper.patch("exp", [3.0], replace=True)
    assert stepper.value("multiply").tolist() == [2.0, 4.0]
    stepper.patch("exp", [3.0, 4.0], replace=True)
    assert stepper.value("multiply").tolist() == [6.0, 8.0]
    assert [entry.value.tolist()[1] for entry in watch.history[1:]] == [2.0, 4.0]
    assert len(stepper.patches) == 1


def test_ops_of_a_step_without_computing_it() -> None:
    stepper = model("encoder-layer").stepper(level="sublayer")
    ops = [stepper.ops(place) for place in range(len(stepper))]
    assert stepper.index == -1
    assert [step.nodes for step in stepper] == ops
