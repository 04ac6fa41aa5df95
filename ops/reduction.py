"""Reductions: many numbers along axes to one."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

from cutaway.graph import Axes, Cotangents, DTypeError, Family, Kind, Node, Op, Shape, Title, apply
from cutaway.ops.cast import cast
from cutaway.ops.compare import equal
from cutaway.ops.lift import Value, axes_of, axis_of, operands
from cutaway.ops.movement import broadcast_to, expand_dims
from cutaway.ops.size import dim

Self = TypeVar("Self", bound="Reduction")
Axis = int | tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class Reduction(Op):
    """A reduction along ``axis``; with ``keepdims`` its axes stay, of length 1."""

    axis: tuple[int, ...]
    keepdims: bool = False
    family: ClassVar[Family] = "reduction"
    takes: ClassVar[Any] = None

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse bools."""
        if "bool" in kinds:
            raise DTypeError(f"{self.name}: bools have no {self.name}; use ca.ops.cast(x, 'int')")

    def axes(self, *ranks: int) -> Axes:
        """Work along the axes, carry the others."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        kept = tuple(
            "1" if n in self.axis else label
            for n, label in enumerate(labels)
            if self.keepdims or n not in self.axis
        )
        return Axes((labels,), kept, frozenset(labels[n] for n in self.axis))

    def variants(self: Self, *inputs: Shape) -> Iterator[tuple[Self, str]]:
        """Give the reduction that keeps its axes."""
        if not self.keepdims:
            yield replace(self, keepdims=True), "keepdims=True"

    def restore(self, x: Node) -> Node:
        """Give a reduced value its axes back, of length 1."""
        return x if self.keepdims else expand_dims(x, self.axis)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Reduce; the op's name is the array-API's."""
        return getattr(xp, self.name)(arrays[0], axis=self.axis, keepdims=self.keepdims)


@dataclass(frozen=True, slots=True)
class Sum(Reduction):
    """The sum."""

    name: ClassVar[str] = "sum"
    title: ClassVar[Title] = Title("Sum", "求和")

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The same for every summand."""
        return (broadcast_to(self.restore(ct), node.inputs[0].shape),)

    def latex(self, *args: str) -> str:
        """Write a sum sign."""
        return rf"\sum\left({args[0]}\right)"


@dataclass(frozen=True, slots=True)
class Mean(Reduction):
    """The mean."""

    name: ClassVar[str] = "mean"
    title: ClassVar[Title] = Title("Mean", "均值")
    takes: ClassVar[Any] = "float"

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse what is no float."""
        Op.check_kinds(self, *kinds)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """An equal share for each."""
        (x,) = node.inputs
        shared = self.restore(ct)
        for n in self.axis:
            shared = shared if x.shape[n] == 1 else shared / dim(x.shape[n])
        return (broadcast_to(shared, x.shape),)


class _Extreme(Reduction):
    """The largest or the smallest; equals share the gradient."""

    __slots__ = ()

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """To the winner; equals share."""
        (x,) = node.inputs
        winners = cast(equal(x, self.restore(node)), "float")
        return (winners * (self.restore(ct) / sum(winners, self.axis, keepdims=True)),)


@dataclass(frozen=True, slots=True)
class Max(_Extreme):
    """The largest."""

    name: ClassVar[str] = "max"
    title: ClassVar[Title] = Title("Max", "最大值")


@dataclass(frozen=True, slots=True)
class Min(_Extreme):
    """The smallest."""

    name: ClassVar[str] = "min"
    title: ClassVar[Title] = Title("Min", "最小值")


@dataclass(frozen=True, slots=True)
class ArgMax(Reduction):
    """The place of the (first) largest along one axis."""

    name: ClassVar[str] = "argmax"
    title: ClassVar[Title] = Title("ArgMax", "最大值位置")

    def dtype(self, *inputs: Kind) -> Kind:
        """Return ``int``."""
        return "int"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Find it."""
        return xp.argmax(arrays[0], axis=self.axis[0], keepdims=self.keepdims)


def sum(x: Value, axis: Axis = None, keepdims: bool = False) -> Node:
    """Return the sum along axes; all of them by default."""
    (node,) = operands(x)
    return apply(Sum(axes_of(axis, node.rank, "sum"), keepdims), node)


def mean(x: Value, axis: Axis = None, keepdims: bool = False) -> Node:
    """Return the mean along axes; all of them by default."""
    (node,) = operands(x)
    return apply(Mean(axes_of(axis, node.rank, "mean"), keepdims), node)


def max(x: Value, axis: Axis = None, keepdims: bool = False) -> Node:
    """Return the largest along axes; all of them by default."""
    (node,) = operands(x)
    return apply(Max(axes_of(axis, node.rank, "max"), keepdims), node)


def min(x: Value, axis: Axis = None, keepdims: bool = False) -> Node:
    """Return the smallest along axes; all of them by default."""
    (node,) = operands(x)
    return apply(Min(axes_of(axis, node.rank, "min"), keepdims), node)


def argmax(x: Value, axis: int = -1, keepdims: bool = False) -> Node:
    """Return the place of the largest along one axis."""
    (node,) = operands(x)
    return apply(ArgMax((axis_of(axis, node.rank, "argmax"),), keepdims), node)
