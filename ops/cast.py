"""Changing the kind, and cutting off the gradient."""

from dataclasses import dataclass
from typing import Any, ClassVar

from cutaway.graph import Axes, Cotangents, DTypeError, Kind, Node, Op, Title, apply, signature
from cutaway.graph.errors import explain
from cutaway.ops.lift import Value, operands


@dataclass(frozen=True, slots=True)
class Cast(Op):
    """The same values as another kind."""

    kind: Kind
    name: ClassVar[str] = "cast"
    title: ClassVar[Title] = Title("Cast", "类型转换")
    takes: ClassVar[Any] = None
    cost: ClassVar[int] = 0

    def axes(self, *ranks: int) -> Axes:
        """Carry every axis through."""
        return signature("... -> ...", *ranks)

    def dtype(self, *inputs: Kind) -> Kind:
        """Return the wanted kind."""
        return self.kind

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Convert."""
        return xp.astype(xp.asarray(arrays[0]), xp.dtype_of(self.kind))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """As it is: only floats have one, and a float stays a float."""
        return (ct,)


@dataclass(frozen=True, slots=True)
class StopGradient(Op):
    """The same value; backward it is a constant."""

    name: ClassVar[str] = "stop_gradient"
    title: ClassVar[Title] = Title("Stop gradient", "停止梯度")
    takes: ClassVar[Any] = None
    cost: ClassVar[int] = 0
    views: ClassVar[bool] = True

    def axes(self, *ranks: int) -> Axes:
        """Carry every axis through."""
        return signature("... -> ...", *ranks)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Pass it on."""
        return arrays[0]

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """None."""
        return (None,)


def cast(x: Value, kind: Kind) -> Node:
    """Return the values as another kind; a cast to the same kind is the value itself."""
    if kind not in ("float", "int", "bool"):
        raise DTypeError(explain(f"{kind!r} is not a kind", required="float, int, bool"))
    (node,) = operands(x)
    return node if node.dtype == kind else apply(Cast(kind), node)


def stop_gradient(x: Value) -> Node:
    """Return the value; its gradient is zero."""
    return apply(StopGradient(), *operands(x))
