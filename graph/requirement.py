"""What a shape rule asks for: a condition, and the two sizes it speaks of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, NamedTuple

from cutaway.graph.conditions import Verdict
from cutaway.graph.dims import Dim

Text = str | Callable[[], str]
Code = Literal[
    "sizes-differ",  # two axes that are one
    "elements-differ",  # a reshape to another number of elements
    "not-divisible",  # a length that is no whole number
    "out-of-range",  # a slice that leaves its axis
    "empty-axis",  # a length below 1
    "rank",  # another number of axes
]


class InputAxis(NamedTuple):
    """An axis of an op's input."""

    operand: int
    axis: int


Carried = tuple[tuple[InputAxis, ...], ...]  # for each axis of an output


class Side(NamedTuple):
    """A size that a requirement speaks of, and whose it is: no axes means the op's own."""

    dim: Dim
    axes: tuple[InputAxis, ...] = ()


@dataclass(frozen=True, slots=True)
class Requirement:
    """A condition with its reason, as a shape rule states it."""

    condition: Verdict
    code: Code
    reason: Text
    left: Side | None
    right: Side | None
    fix: Text


def text_of(text: Text) -> str:
    """Return a text that may not have been written yet."""
    return text if isinstance(text, str) else text()
