"""Arithmetic on every element; operands broadcast against one another."""

from dataclasses import dataclass
from typing import Any, ClassVar

from cutaway.graph import Cotangents, Node, Title, apply
from cutaway.ops.compare import equal
from cutaway.ops.elementwise import Elementwise, Expr, Numeric, bare
from cutaway.ops.functions import log
from cutaway.ops.lift import Value, operands
from cutaway.ops.select import where


@dataclass(frozen=True, slots=True)
class Add(Numeric):
    """``x + y``."""

    name: ClassVar[str] = "add"
    title: ClassVar[Title] = Title("Add", "相加")
    binding: ClassVar[int] = 0
    holds: ClassVar[int] = 0

    def expression(self, *args: Expr) -> Expr:
        """``x + y``."""
        return args[0] + args[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Add."""
        return xp.add(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Both get it as it is."""
        return ct, ct


@dataclass(frozen=True, slots=True)
class Subtract(Numeric):
    """``x - y``."""

    name: ClassVar[str] = "subtract"
    title: ClassVar[Title] = Title("Subtract", "相减")
    binding: ClassVar[int] = 0
    holds: ClassVar[int] = 0

    def expression(self, *args: Expr) -> Expr:
        """``x - y``."""
        return args[0] - args[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Subtract."""
        return xp.subtract(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The second gets it negated."""
        return ct, -ct


@dataclass(frozen=True, slots=True)
class Multiply(Numeric):
    """``x * y``."""

    name: ClassVar[str] = "multiply"
    title: ClassVar[Title] = Title("Multiply", "相乘")
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 1

    def expression(self, *args: Expr) -> Expr:
        """``x y``."""
        return args[0] * args[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Multiply."""
        return xp.multiply(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Each gets it times the other."""
        x, y = node.inputs
        return ct * y, ct * x


@dataclass(frozen=True, slots=True)
class Divide(Elementwise):
    """``x / y``."""

    name: ClassVar[str] = "divide"
    title: ClassVar[Title] = Title("Divide", "相除")
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 1
    groups: ClassVar[bool] = True

    def expression(self, *args: Expr) -> Expr:
        """``x / y``."""
        return args[0] / args[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Divide."""
        return xp.divide(*arrays)

    def latex(self, *args: str) -> str:
        """Write a fraction."""
        return rf"\frac{{{bare(args[0])}}}{{{bare(args[1])}}}"

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """By the quotient rule, in terms of the quotient."""
        _, y = node.inputs
        scaled = ct / y
        return scaled, -(scaled * node)


@dataclass(frozen=True, slots=True)
class Negative(Numeric):
    """``-x``."""

    name: ClassVar[str] = "negative"
    title: ClassVar[Title] = Title("Negative", "取负")
    binding: ClassVar[int] = 0
    holds: ClassVar[int] = 2

    def expression(self, *args: Expr) -> Expr:
        """``-x``."""
        return -args[0]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Negate."""
        return xp.negative(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Negated."""
        return (-ct,)


@dataclass(frozen=True, slots=True)
class Pow(Elementwise):
    """``x ** y``."""

    name: ClassVar[str] = "pow"
    title: ClassVar[Title] = Title("Power", "乘方")
    binding: ClassVar[int] = 2  # below what it holds: (a**b)**c keeps its parentheses
    holds: ClassVar[int] = 3

    def expression(self, *args: Expr) -> Expr:
        """``x ** y``."""
        return args[0] ** args[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Raise to a power."""
        return xp.pow(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Of the exponent only where the base is positive: elsewhere it has none."""
        x, y = node.inputs
        logarithm = log(where(x > 0, x, 1.0))
        return ct * y * pow(x, where(equal(y, 0.0), 1.0, y - 1.0)), ct * node * logarithm


@dataclass(frozen=True, slots=True)
class Square(Numeric):
    """x times x."""

    name: ClassVar[str] = "square"
    title: ClassVar[Title] = Title("Square", "平方")
    binding: ClassVar[int] = 2
    holds: ClassVar[int] = 3

    def expression(self, *args: Expr) -> Expr:
        """``x ** 2``."""
        return args[0] ** 2

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Square."""
        return xp.square(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Twice x."""
        return (ct * node.inputs[0] * 2.0,)


@dataclass(frozen=True, slots=True)
class Reciprocal(Elementwise):
    """One over x."""

    name: ClassVar[str] = "reciprocal"
    title: ClassVar[Title] = Title("Reciprocal", "倒数")
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 3

    def expression(self, *args: Expr) -> Expr:
        """``1 / x``."""
        return 1 / args[0]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Divide one by it."""
        return xp.reciprocal(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``-1/x²``."""
        return (-(ct * node * node),)


def add(x: Value, y: Value) -> Node:
    """Return ``x + y``."""
    return apply(Add(), *operands(x, y))


def subtract(x: Value, y: Value) -> Node:
    """Return ``x - y``."""
    return apply(Subtract(), *operands(x, y))


def multiply(x: Value, y: Value) -> Node:
    """Return ``x * y``."""
    return apply(Multiply(), *operands(x, y))


def divide(x: Value, y: Value) -> Node:
    """Return ``x / y``."""
    return apply(Divide(), *operands(x, y))


def negative(x: Value) -> Node:
    """Return ``-x``."""
    return apply(Negative(), *operands(x))


def pow(x: Value, y: Value) -> Node:
    """Return ``x ** y``."""
    return apply(Pow(), *operands(x, y))


def square(x: Value) -> Node:
    """Return x times x."""
    return apply(Square(), *operands(x))


def reciprocal(x: Value) -> Node:
    """Return one over x."""
    return apply(Reciprocal(), *operands(x))
