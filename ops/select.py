"""Choosing between values: where, the larger, the smaller, the positive part."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import Cotangents, DTypeError, Family, Kind, Node, Title, apply
from cutaway.graph.errors import explain
from cutaway.ops.cast import cast
from cutaway.ops.elementwise import Elementwise, Expr, Numeric
from cutaway.ops.lift import Value, operands


@dataclass(frozen=True, slots=True)
class Where(Elementwise):
    """One of two values, chosen by a bool."""

    name: ClassVar[str] = "where"
    title: ClassVar[Title] = Title("Where", "选择")
    family: ClassVar[Family] = "mask"
    takes: ClassVar[Any] = ("bool", None, None)

    def expression(self, *args: Expr) -> Expr:
        """``x where the condition is not 0, else y``."""
        return sympy.Piecewise((args[1], sympy.Ne(args[0], 0)), (args[2], True))

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse a condition that is no bool, and two values of different kinds."""
        if kinds[0] != "bool" or kinds[1] != kinds[2]:
            raise DTypeError(
                explain(
                    "where: operands of the wrong kind",
                    required="a bool, then two values of one kind",
                    came=", ".join(kinds),
                )
            )

    def dtype(self, *inputs: Kind) -> Kind:
        """Return the kind of the values."""
        return inputs[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Choose."""
        return xp.where(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """To the chosen one."""
        condition = node.inputs[0]
        return None, where(condition, ct, 0.0), where(condition, 0.0, ct)

    def latex(self, *args: str) -> str:
        """Write it as cases."""
        return (
            rf"\begin{{cases}} {args[1]} & \text{{if }} {args[0]} \\ "
            rf"{args[2]} & \text{{otherwise}} \end{{cases}}"
        )

    def text(self, *args: str) -> str:
        """Write it as a call."""
        return f"where({', '.join(args)})"


@dataclass(frozen=True, slots=True)
class Maximum(Numeric):
    """The larger of two; where they are equal, each gets half of the gradient."""

    name: ClassVar[str] = "maximum"
    title: ClassVar[Title] = Title("Maximum", "较大值")

    def expression(self, *args: Expr) -> Expr:
        """``max(x, y)``."""
        return sympy.Max(*args)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the larger."""
        return xp.maximum(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """To the larger."""
        x, y = node.inputs
        return _to_winner(x > y, x < y, ct)


@dataclass(frozen=True, slots=True)
class Minimum(Numeric):
    """The smaller of two; where they are equal, each gets half of the gradient."""

    name: ClassVar[str] = "minimum"
    title: ClassVar[Title] = Title("Minimum", "较小值")

    def expression(self, *args: Expr) -> Expr:
        """``min(x, y)``."""
        return sympy.Min(*args)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the smaller."""
        return xp.minimum(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """To the smaller."""
        x, y = node.inputs
        return _to_winner(x < y, x > y, ct)


def _to_winner(first: Node, second: Node, ct: Node) -> tuple[Node, Node]:
    half = ct * 0.5
    return (
        where(first, ct, where(second, 0.0, half)),
        where(second, ct, where(first, 0.0, half)),
    )


@dataclass(frozen=True, slots=True)
class Relu(Elementwise):
    """``max(x, 0)``; its slope at 0 is 0."""

    name: ClassVar[str] = "relu"
    title: ClassVar[Title] = Title("ReLU", "ReLU")
    family: ClassVar[Family] = "activation"

    def expression(self, *args: Expr) -> Expr:
        """``max(x, 0)``."""
        return sympy.Max(args[0], 0)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Cut off what is negative."""
        return xp.maximum(arrays[0], 0.0)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Where x is positive: times 1 or 0, a pass without branches; x itself can be freed."""
        return (ct * cast(node > 0, "float"),)


@dataclass(frozen=True, slots=True)
class Abs(Numeric):
    """The absolute value; its slope at 0 is 0."""

    name: ClassVar[str] = "abs"
    title: ClassVar[Title] = Title("Abs", "绝对值")

    def expression(self, *args: Expr) -> Expr:
        """``|x|``."""
        return sympy.Abs(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Drop the sign."""
        return xp.abs(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """With the sign of x."""
        x = node.inputs[0]
        return (where(x > 0, ct, where(x < 0, -ct, 0.0)),)


def where(condition: Value, x: Value, y: Value) -> Node:
    """Return ``x`` where the condition is true, else ``y``."""
    return apply(Where(), *operands(condition), *operands(x, y))


def maximum(x: Value, y: Value) -> Node:
    """Return the larger of two."""
    return apply(Maximum(), *operands(x, y))


def minimum(x: Value, y: Value) -> Node:
    """Return the smaller of two."""
    return apply(Minimum(), *operands(x, y))


def relu(x: Value) -> Node:
    """Return ``max(x, 0)``."""
    return apply(Relu(), *operands(x))


def abs(x: Value) -> Node:
    """Return the absolute value."""
    return apply(Abs(), *operands(x))
