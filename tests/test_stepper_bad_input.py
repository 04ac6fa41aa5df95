"""What can't be done is said, and the session goes on as it was."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from stepping import model, same

import cutaway as ca

X = ca.input("x", "N")
Y = ca.ops.relu(X) * 2.0


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"level": "word"}, "there is no level 'word'"),
        ({"budget": 0}, "no number of bytes"),
        ({"budget": 1.5}, "no number of bytes"),
        ({"budget": True}, "no number of bytes"),
        ({"feeds": {}}, "feed 'x' is missing"),
        ({"feeds": {"x": [[1.0]]}}, "number of axes"),
        ({"feeds": {"x": [[1.0], [1.0, 2.0]]}}, "no array of numbers"),
        ({"feeds": [1.0]}, "no arrays by name"),
        ({"feeds": {"y": [1.0], "x": [1.0]}}, "no feed 'y'"),
        ({"params": {"w": [1.0]}}, "no parameter 'w'"),
        ({"dims": {"Q": 1}}, "no size 'Q'"),
        ({"dims": [1]}, "are no sizes"),
        ({"dims": {"N": 3}}, "dims gives N = 3"),
        ({"level": "token", "axis": "Q"}, "no axis 'Q'"),
    ],
)
def test_a_stepper_that_cannot_be(options: dict[str, Any], words: str) -> None:
    given = {"feeds": {"x": [1.0]}, **options}
    with pytest.raises(ca.CutawayError, match=words):
        ca.Stepper(Y, **given)


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        (lambda s: s.goto("nowhere"), "nothing is called 'nowhere'"),
        (lambda s: s.goto("*relux"), "nothing is called"),
        (lambda s: s.goto("*/matmul"), "is not one but 2"),
        (lambda s: s.goto("up/weight"), "up/weight is no step"),
        (lambda s: s.goto(99), "there is no step 99"),
        (lambda s: s.goto(-1), "there is no step -1"),
        (lambda s: s.goto(True), "no step True"),
        (lambda s: s.goto(1.5), "no step 1.5"),
        (lambda s: s.goto(X), "not in the graph"),
        (lambda s: s.next(-1), "no number of steps"),
        (lambda s: s.next("two"), "no number of steps"),
        (lambda s: s.back(1.0), "no number of steps"),
        (lambda s: s.until("nowhere"), "nothing is called"),
        (lambda s: s.until(lambda step: step.nothing), "nothing"),
        (lambda s: s.finish("nowhere"), "nothing is called"),
        (lambda s: setattr(s, "level", "word"), "there is no level"),
        (lambda s: s.value("*"), "is not one but"),
        (lambda s: s.watch("nowhere"), "nothing is called"),
        (lambda s: s.why("relu", (99, 0, 0)), "has no element"),
        (lambda s: s.why("relu", (0, 0, 0), most=-1), "no number of steps"),
    ],
)
def test_the_session_goes_on(ask: Callable[[ca.Stepper], object], words: str) -> None:
    stepper = model("feed-forward").stepper()
    step = stepper.goto("relu")
    index = stepper.index
    with pytest.raises((ca.CutawayError, AttributeError), match=words):
        ask(stepper)
    if words == "nothing":  # it stands where the condition failed
        stepper.goto(index)
    assert stepper.index == index
    assert stepper.current is not None
    assert same(stepper.current.value, step.value)
    assert stepper.next() is not None


def test_no_numbers_are_stepped_through_like_others() -> None:
    stepper = ca.Stepper(Y, {"x": [np.nan, np.inf, -np.inf]})
    step = stepper.goto("multiply")
    np.testing.assert_array_equal(step.value, [np.nan, np.inf, 0.0])
    assert step.numbers is not None
    assert step.numbers.text == "[nan, ∞, 0]*2"


def test_hostile_names_are_texts() -> None:
    name = "<script>alert(1)</script>\\input{x}"
    x = ca.input(name, "N")
    with ca.scope("a*b?[c]"):
        y = ca.ops.relu(x)
    stepper = ca.Stepper(y, {name: [1.0]})
    step = stepper.goto("a*b?[c]/relu")
    assert step.value.tolist() == [1.0]
    assert "<script>" not in step.formula.mathml
