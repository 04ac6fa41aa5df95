"""Functions of every element: exponentials, roots, and the smooth curves."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import Cotangents, Family, Node, Title, apply
from cutaway.ops.elementwise import Elementwise, Expr
from cutaway.ops.lift import Value, operands


@dataclass(frozen=True, slots=True)
class Exp(Elementwise):
    """e to the power of x."""

    name: ClassVar[str] = "exp"
    title: ClassVar[Title] = Title("Exp", "指数")
    binding: ClassVar[int] = 3

    def expression(self, *args: Expr) -> Expr:
        """``exp(x)``."""
        return sympy.exp(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Exponentiate."""
        return xp.exp(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """It is its own derivative."""
        return (ct * node,)


@dataclass(frozen=True, slots=True)
class Log(Elementwise):
    """The natural logarithm."""

    name: ClassVar[str] = "log"
    title: ClassVar[Title] = Title("Log", "对数")

    def expression(self, *args: Expr) -> Expr:
        """``log(x)``."""
        return sympy.log(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the logarithm."""
        return xp.log(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """One over x."""
        return (ct / node.inputs[0],)


@dataclass(frozen=True, slots=True)
class Sqrt(Elementwise):
    """The square root."""

    name: ClassVar[str] = "sqrt"
    title: ClassVar[Title] = Title("Sqrt", "平方根")

    def expression(self, *args: Expr) -> Expr:
        """``sqrt(x)``."""
        return sympy.sqrt(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the root."""
        return xp.sqrt(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """One over twice the root."""
        return (ct / (node * 2.0),)


@dataclass(frozen=True, slots=True)
class Rsqrt(Elementwise):
    """One over the square root."""

    name: ClassVar[str] = "rsqrt"
    title: ClassVar[Title] = Title("Rsqrt", "平方根倒数")
    binding: ClassVar[int] = 1

    def expression(self, *args: Expr) -> Expr:
        """``1 / sqrt(x)``."""
        return 1 / sympy.sqrt(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Divide one by the root."""
        return 1.0 / xp.sqrt(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``-1/2 x^(-3/2)``."""
        return (ct * node * node * node * -0.5,)


@dataclass(frozen=True, slots=True)
class Tanh(Elementwise):
    """The hyperbolic tangent."""

    name: ClassVar[str] = "tanh"
    title: ClassVar[Title] = Title("Tanh", "双曲正切")
    family: ClassVar[Family] = "activation"

    def expression(self, *args: Expr) -> Expr:
        """``tanh(x)``."""
        return sympy.tanh(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the hyperbolic tangent."""
        return xp.tanh(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``1 - tanh²``."""
        return (ct * (1.0 - node * node),)


@dataclass(frozen=True, slots=True)
class Erf(Elementwise):
    """The error function."""

    name: ClassVar[str] = "erf"
    title: ClassVar[Title] = Title("Erf", "误差函数")

    def expression(self, *args: Expr) -> Expr:
        """``erf(x)``."""
        return sympy.erf(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the error function."""
        return xp.erf(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``2/√π · exp(-x²)``."""
        x = node.inputs[0]
        return (ct * exp(-(x * x)) * 1.1283791670955126,)


@dataclass(frozen=True, slots=True)
class Sin(Elementwise):
    """The sine."""

    name: ClassVar[str] = "sin"
    title: ClassVar[Title] = Title("Sin", "正弦")

    def expression(self, *args: Expr) -> Expr:
        """``sin(x)``."""
        return sympy.sin(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the sine."""
        return xp.sin(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The cosine."""
        return (ct * cos(node.inputs[0]),)


@dataclass(frozen=True, slots=True)
class Cos(Elementwise):
    """The cosine."""

    name: ClassVar[str] = "cos"
    title: ClassVar[Title] = Title("Cos", "余弦")

    def expression(self, *args: Expr) -> Expr:
        """``cos(x)``."""
        return sympy.cos(args[0])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Take the cosine."""
        return xp.cos(*arrays)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The sine, negated."""
        return (-(ct * sin(node.inputs[0])),)


@dataclass(frozen=True, slots=True)
class Sigmoid(Elementwise):
    """The logistic function."""

    name: ClassVar[str] = "sigmoid"
    title: ClassVar[Title] = Title("Sigmoid", "逻辑函数")
    family: ClassVar[Family] = "activation"
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 3

    def expression(self, *args: Expr) -> Expr:
        """``1 / (1 + exp(-x))``."""
        return 1 / (1 + sympy.exp(-args[0]))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Divide exp(min(x, 0)) by 1 + exp(-abs(x)): neither overflows, nor needs a branch."""
        (x,) = arrays
        return xp.exp(xp.minimum(x, 0.0)) / (1.0 + xp.exp(-xp.abs(x)))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``σ(1 - σ)``."""
        return (ct * node * (1.0 - node),)


@dataclass(frozen=True, slots=True)
class Softplus(Elementwise):
    """``log(1 + exp(x))``."""

    name: ClassVar[str] = "softplus"
    title: ClassVar[Title] = Title("Softplus", "软加")
    family: ClassVar[Family] = "activation"
    holds: ClassVar[int] = 3

    def expression(self, *args: Expr) -> Expr:
        """``log(1 + exp(x))``."""
        return sympy.log(1 + sympy.exp(args[0]))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Compute it from exp(-abs(x)), which never overflows."""
        (x,) = arrays
        return xp.maximum(x, 0.0) + xp.log1p(xp.exp(-xp.abs(x)))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The logistic function."""
        return (ct * sigmoid(node.inputs[0]),)


def exp(x: Value) -> Node:
    """Return e to the power of x."""
    return apply(Exp(), *operands(x))


def log(x: Value) -> Node:
    """Return the natural logarithm."""
    return apply(Log(), *operands(x))


def sqrt(x: Value) -> Node:
    """Return the square root."""
    return apply(Sqrt(), *operands(x))


def rsqrt(x: Value) -> Node:
    """Return one over the square root."""
    return apply(Rsqrt(), *operands(x))


def tanh(x: Value) -> Node:
    """Return the hyperbolic tangent."""
    return apply(Tanh(), *operands(x))


def erf(x: Value) -> Node:
    """Return the error function."""
    return apply(Erf(), *operands(x))


def sin(x: Value) -> Node:
    """Return the sine."""
    return apply(Sin(), *operands(x))


def cos(x: Value) -> Node:
    """Return the cosine."""
    return apply(Cos(), *operands(x))


def sigmoid(x: Value) -> Node:
    """Return ``1 / (1 + exp(-x))``."""
    return apply(Sigmoid(), *operands(x))


def softplus(x: Value) -> Node:
    """Return ``log(1 + exp(x))``."""
    return apply(Softplus(), *operands(x))
