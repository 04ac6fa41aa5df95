"""What a knock-out makes of a value: as functions that are data, so that a page has them too."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from cutaway.run.compile import Array


@dataclass(frozen=True, slots=True)
class Operand:
    """One of the operands stands for the result."""

    place: int
    kind: ClassVar[str] = "operand"

    def __call__(self, value: Array, inputs: Sequence[Array]) -> Array:
        """Return the operand, in the shape of the result."""
        return np.broadcast_to(inputs[self.place], value.shape)


@dataclass(frozen=True, slots=True)
class Silenced:
    """One head of what is attended, ``(B, …, T, d)`` with heads between, is zero."""

    heads: int
    head: int
    kind: ClassVar[str] = "head"

    def __call__(self, value: Array, inputs: Sequence[Array]) -> Array:
        """Return the value with the zeros."""
        batch = value.shape[:1] if self.heads > 1 else (1,)
        rest = value.shape[-2:] if self.heads > 1 else value.shape
        value.reshape((*batch, self.heads, *rest))[:, self.head] = 0.0
        return value


@dataclass(frozen=True, slots=True)
class Even:
    """All that is attended to gets the same weight: what no mask hides.

    Attributes
    ----------
    axis
        Along which the weights add up to 1.
    scores
        Whether the op reads scores, -∞ where a mask hides; else its own weights tell.
    """

    axis: int
    scores: bool
    kind: ClassVar[str] = "uniform"

    def __call__(self, value: Array, inputs: Sequence[Array]) -> Array:
        """Return the weights."""
        open = ~np.isneginf(inputs[0]) if self.scores else value > 0
        total = open.sum(axis=self.axis, keepdims=True)
        found: Array = np.divide(open, np.maximum(total, 1), dtype=value.dtype)
        return found
