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
        ({"words": ("a",)}, "words are given by the size of an axis"),
        ({"words": {"Q": ("a",)}}, "words for 'Q', and there is no axis of that size"),
        ({"words": {"N": ("a", "b")}}, "more words along N than places"),
        ({"words": {"N": "a"}}, "words along N are no texts"),
        ({"words": {"N": (1,)}}, "words along N are no texts"),
        ({"words": {"N": 1}}, "words along N are no texts"),
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
        (lambda s: s.next(-1), "-1 is no count"),
        (lambda s: s.knock_out("head"), "which head is switched off is not said"),
        (lambda s: s.knock_out("no-mask", "*", 1), "'no-mask' is not about one head"),
        (lambda s: s.next("two"), "is no count"),
        (lambda s: s.back(1.0), "is no count"),
        (lambda s: s.until("nowhere"), "nothing is called"),
        (lambda s: s.until(lambda step: step.nothing), "until failed at down/matmul"),
        (lambda s: s.until(lambda step: step.value > 0), "(?s)until failed.*any\\(\\)"),
        (lambda s: s.until(3), "(?s)until\\(3\\) has no goal.*goto"),
        (lambda s: s.until(None), "has no goal"),
        (lambda s: s.finish("nowhere"), "nothing is called"),
        (lambda s: s.goto(""), "nothing is called ''(?!.*did you mean)"),
        (lambda s: s.value(np.zeros(3)), "no node"),
        (lambda s: s.finish([]), "no node"),
        (lambda s: s.finish(np.zeros(3)), "no node"),
        (lambda s: s.breakpoint(op=np.zeros(3)), "no op is of kind"),
        (lambda s: setattr(s, "level", np.zeros(3)), "there is no level"),
        (lambda s: s.why("relu", None), "has no element"),
        (lambda s: s.why("relu", 1.5), "has no element"),
        (lambda s: s.knock_out([]), "no knock-out"),
        (lambda s: s.breakpoint(op=["relu"]), "no op is of kind"),
        (lambda s: s.breakpoint(when=["isnan"]), "is no condition"),
        (lambda s: s.breakpoint(when="abs > nan"), "(?s)compares with NaN.*isnan"),
        (lambda s: s.breakpoint(except_=3), "is no node"),
        (lambda s: s.page("x.pdf"), "(?s)which is HTML.*\\.pdf"),
        (lambda s: s.page(3), "written to a path"),
        (lambda s: setattr(s, "level", "word"), "there is no level"),
        (lambda s: s.value("*"), "is not one but"),
        (lambda s: s.watch("nowhere"), "nothing is called"),
        (lambda s: s.why("relu", (99, 0, 0)), "has no element"),
        (lambda s: s.why("relu", (0, 0, 0), most=-1), "is no count"),
    ],
)
def test_the_session_goes_on(ask: Callable[[ca.Stepper], object], words: str) -> None:
    stepper = model("feed-forward").stepper()
    step = stepper.goto("relu")
    index = stepper.index
    with pytest.raises(ca.CutawayError, match=words):
        ask(stepper)
    assert stepper.index == index
    assert stepper.current is not None
    assert same(stepper.current.value, step.value)
    assert stepper.next() is not None


def broken(value: object) -> object:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    ("prepare", "move"),
    [
        (lambda s: s.breakpoint(when=broken), lambda s: s.run()),
        (lambda s: s.breakpoint(when=broken), lambda s: s.reverse()),
        (lambda s: s.watch("down/add", broken), lambda s: s.next(10)),
        (lambda s: s.watch("down/add", broken), lambda s: s.goto("down/add")),
        (lambda s: s.watch("down/add", broken), lambda s: s.finish("down")),
        (lambda s: s.watch("down/add", broken), lambda s: s.until("down/add")),
        (lambda s: None, lambda s: s.watch("relu", broken)),
        (lambda s: s.watch("relu", picky()), lambda s: s.patch("relu", lambda value: value + 1)),
        (lambda s: None, lambda s: s.patch("up/matmul", broken)),
        (lambda s: s.patch("up/matmul", picky()), lambda s: s.patch("x", lambda value: -value)),
    ],
)
def test_a_function_that_fails_moves_nothing(
    prepare: Callable[[ca.Stepper], object], move: Callable[[ca.Stepper], object]
) -> None:
    stepper = model("feed-forward").stepper()
    step = stepper.goto("relu")
    noted = stepper.watch("down/matmul")
    counted = stepper.breakpoint(changes=True)
    prepare(stepper)
    before = (stepper.index, stepper.level, stepper.patches, stepper.watches, stepper.breakpoints)
    value = stepper.value("down/add")
    with pytest.raises(ca.CutawayError, match="broken"):
        move(stepper)
    after = (stepper.index, stepper.level, stepper.patches, stepper.watches, stepper.breakpoints)
    assert after == before
    assert (noted.history, counted.hits) == ([], 0)
    assert stepper.current is not None
    assert same(stepper.value("down/add"), value)
    if not stepper.patches:
        assert same(stepper.current.value, step.value)


def picky() -> Callable[[Any], Any]:
    """Return a function that fails for any array but the first."""
    seen: list[Any] = []

    def function(value: Any) -> Any:
        seen.append(value)
        return value if same(value, seen[0]) else broken(value)

    return function


def test_at_the_start_into_nothing_stays_at_the_start() -> None:
    stepper = ca.Stepper(Y, {"x": [1.0]}, level="token", axis="N")
    with pytest.raises(ca.OptionError, match="nothing to step into") as error:
        stepper.into()
    assert "axis" not in str(error.value).partition("fix:")[2]
    assert stepper.index == -1
    stepper = ca.Stepper(Y, {"x": [1.0]}, level="primitive")
    with pytest.raises(ca.OptionError, match="axis='N'"):
        stepper.into()


def test_a_scope_that_there_is_not_lists_those_there_are() -> None:
    with pytest.raises(ca.OptionError) as error:
        model("feed-forward").stepper().finish("zz")
    assert "any text: up, down" in str(error.value)


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
