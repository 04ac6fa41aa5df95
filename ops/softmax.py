"""Softmax and its logarithm, stable for scores of any size; a row of -∞ gives zero weights."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from cutaway.graph import Axes, Composite, Cotangents, Family, Node, Shape, Title, apply
from cutaway.ops.arithmetic import divide, subtract
from cutaway.ops.cast import stop_gradient
from cutaway.ops.compare import equal
from cutaway.ops.functions import exp, log
from cutaway.ops.lift import Value, axis_of, operands
from cutaway.ops.movement import expand_dims, squeeze
from cutaway.ops.reduction import max, sum
from cutaway.ops.select import where

INFINITY = float("inf")


@dataclass(frozen=True, slots=True)
class _Normalised(Composite):
    """An op along one axis that subtracts the largest score first."""

    axis: int
    cost: ClassVar[int] = 5

    def axes(self, *ranks: int) -> Axes:
        """Work along the axis, keep it."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        return Axes((labels,), labels, frozenset({labels[self.axis]}))


def _shift(xp: Any, x: Any, axis: int) -> Any:
    """The largest of each row; 0 where all are -∞, so that -∞ - (-∞) never arises."""
    largest = xp.max(x, axis=axis, keepdims=True)
    return xp.where(largest == -INFINITY, xp.zeros_like(largest), largest)


def _shift_node(x: Node, axis: int) -> Node:
    largest = stop_gradient(max(x, axis, keepdims=True))  # any shift gives the same value
    return where(equal(largest, -INFINITY), 0.0, largest)


@dataclass(frozen=True, slots=True)
class Softmax(_Normalised):
    """``exp(x) / sum(exp(x))`` along an axis; all -∞ gives all 0."""

    name: ClassVar[str] = "softmax"
    title: ClassVar[Title] = Title("Softmax", "Softmax")
    family: ClassVar[Family] = "softmax"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Subtract the largest, exponentiate, divide by the sum."""
        (x,) = arrays
        powers = xp.subtract(x, _shift(xp, x, self.axis))
        powers = xp.exp(powers, out=powers)
        total = xp.sum(powers, axis=self.axis, keepdims=True)
        return xp.divide(powers, xp.where(total == 0, xp.ones_like(total), total), out=powers)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``y (ct - sum(ct y))``."""
        return (node * (ct - sum(ct * node, self.axis, keepdims=True)),)

    def expand(self, *nodes: Node) -> Node:
        """Exponentials over their sum."""
        (x,) = nodes
        powers = exp(subtract(x, _shift_node(x, self.axis)))
        total = sum(powers, self.axis, keepdims=True)
        return divide(powers, where(equal(total, 0.0), 1.0, total))


@dataclass(frozen=True, slots=True)
class LogSoftmax(_Normalised):
    """The logarithm of softmax, without its underflow."""

    name: ClassVar[str] = "log_softmax"
    title: ClassVar[Title] = Title("Log-softmax", "对数 Softmax")
    family: ClassVar[Family] = "softmax"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Subtract the largest and the logarithm of the sum."""
        (x,) = arrays
        shifted = x - _shift(xp, x, self.axis)
        total = xp.sum(xp.exp(shifted), axis=self.axis, keepdims=True)
        return shifted - xp.log(xp.where(total == 0, xp.ones_like(total), total))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``ct - softmax(x) sum(ct)``."""
        return (ct - exp(node) * sum(ct, self.axis, keepdims=True),)

    def expand(self, *nodes: Node) -> Node:
        """Subtract the logarithm of the sum."""
        (x,) = nodes
        shifted = x - _shift_node(x, self.axis)
        total = sum(exp(shifted), self.axis, keepdims=True)
        return shifted - log(where(equal(total, 0.0), 1.0, total))


@dataclass(frozen=True, slots=True)
class LogSumExp(_Normalised):
    """``log(sum(exp(x)))`` along an axis, which stays with length 1 or goes."""

    keepdims: bool = False
    name: ClassVar[str] = "logsumexp"
    title: ClassVar[Title] = Title("LogSumExp", "LogSumExp")
    family: ClassVar[Family] = "softmax"

    def axes(self, *ranks: int) -> Axes:
        """Reduce the axis."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        kept = ("1",) if self.keepdims else ()
        out = (*labels[: self.axis], *kept, *labels[self.axis + 1 :])
        return Axes((labels,), out, frozenset({labels[self.axis]}))

    def variants(self, *inputs: Shape) -> Iterator[tuple["LogSumExp", str]]:
        """Give the one that keeps its axis."""
        if not self.keepdims:
            yield replace(self, keepdims=True), "keepdims=True"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Sum the exponentials of what is left below the largest."""
        (x,) = arrays
        shift = _shift(xp, x, self.axis)
        out = xp.log(xp.sum(xp.exp(x - shift), axis=self.axis, keepdims=True)) + shift
        return out if self.keepdims else xp.squeeze(out, self.axis)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Times softmax."""
        kept = ct if self.keepdims else expand_dims(ct, self.axis)
        return (kept * softmax(node.inputs[0], self.axis),)

    def expand(self, *nodes: Node) -> Node:
        """Sum the exponentials of what is left below the largest."""
        (x,) = nodes
        shift = _shift_node(x, self.axis)
        total = sum(exp(x - shift), self.axis, keepdims=True)
        empty = equal(total, 0.0)
        found = where(empty, -INFINITY, log(where(empty, 1.0, total)) + shift)
        return found if self.keepdims else squeeze(found, self.axis)


def softmax(x: Value, axis: int = -1) -> Node:
    """Return ``exp(x) / sum(exp(x))`` along an axis.

    A row that is -∞ everywhere (every key masked) gives zeros, not NaN.

    Examples
    --------
    >>> import cutaway as ca
    >>> softmax(ca.input("scores", "T S"))
    <softmax: float (T, S)>
    """
    (node,) = operands(x)
    return apply(Softmax(axis_of(axis, node.rank, "softmax")), node)


def log_softmax(x: Value, axis: int = -1) -> Node:
    """Return the logarithm of :func:`softmax`."""
    (node,) = operands(x)
    return apply(LogSoftmax(axis_of(axis, node.rank, "log_softmax")), node)


def logsumexp(x: Value, axis: int = -1, keepdims: bool = False) -> Node:
    """Return ``log(sum(exp(x)))`` along an axis."""
    (node,) = operands(x)
    return apply(LogSumExp(axis_of(axis, node.rank, "logsumexp"), keepdims), node)
