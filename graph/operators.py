"""What ``cutaway.ops`` supplies, so that arithmetic on nodes builds nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from cutaway.graph.node import Node

Axis = int | tuple[int, ...] | None


class Operators(Protocol):
    """One method for each way of writing an op on nodes."""

    def binary(self, name: str, left: object, right: object) -> Node:
        """``left + right`` and the like."""

    def negative(self, x: Node) -> Node:
        """``-x``."""

    def index(self, x: Node, key: object) -> Node:
        """``x[key]``."""

    def transpose(self, x: Node, axes: tuple[int, ...] | None) -> Node:
        """``x.mT``, or the axes in another order."""

    def reshape(self, x: Node, shape: object) -> Node:
        """``x.reshape(shape)``."""

    def reduce(self, name: str, x: Node, axis: Axis, keepdims: bool) -> Node:
        """``x.sum()`` and the like."""
