"""Activations made of smaller primitives: GELU (Hendrycks and Gimpel 2016) and SiLU."""

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import Composite, Cotangents, Family, Node, Title, apply
from cutaway.ops.elementwise import Elementwise, Expr
from cutaway.ops.functions import erf, exp, sigmoid, tanh
from cutaway.ops.lift import Value, operands


@dataclass(frozen=True, slots=True)
class Gelu(Elementwise, Composite):
    """``x Φ(x)`` with the exact normal distribution Φ."""

    name: ClassVar[str] = "gelu"
    function: ClassVar[str] = "GELU"
    title: ClassVar[Title] = Title("GELU", "GELU")
    family: ClassVar[Family] = "activation"
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 3
    cost: ClassVar[int] = 5

    def expression(self, *args: Expr) -> Expr:
        """``x (1 + erf(x / √2)) / 2``."""
        return args[0] * (1 + sympy.erf(args[0] / sympy.sqrt(2))) / 2

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Multiply by the distribution."""
        (x,) = arrays
        out = xp.erf(x * math.sqrt(0.5))
        out += 1.0
        out *= x
        out *= 0.5
        return out

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``Φ(x) + x φ(x)``."""
        (x,) = node.inputs
        density = exp(x * x * -0.5) * (1.0 / math.sqrt(2.0 * math.pi))
        return (ct * ((1.0 + erf(x * math.sqrt(0.5))) * 0.5 + x * density),)

    def expand(self, *nodes: Node) -> Node:
        """Multiply by the distribution."""
        (x,) = nodes
        return x * ((1.0 + erf(x * math.sqrt(0.5))) * 0.5)


@dataclass(frozen=True, slots=True)
class GeluTanh(Elementwise, Composite):
    """GELU with the distribution approximated by a hyperbolic tangent."""

    name: ClassVar[str] = "gelu_tanh"
    function: ClassVar[str] = "GELU"
    title: ClassVar[Title] = Title("GELU (tanh)", "GELU（tanh）")
    family: ClassVar[Family] = "activation"
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 3
    cost: ClassVar[int] = 8
    ROOT: ClassVar[float] = math.sqrt(2.0 / math.pi)

    def expression(self, *args: Expr) -> Expr:
        """``x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2``."""
        (x,) = args
        cubic = x + sympy.Rational(44715, 1000000) * x**3
        return x * (1 + sympy.tanh(sympy.sqrt(2 / sympy.pi) * cubic)) / 2

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Multiply by the approximate distribution."""
        (x,) = arrays
        out = xp.tanh(x * (self.ROOT + self.ROOT * 0.044715 * (x * x)))
        out += 1.0
        out *= x
        out *= 0.5
        return out

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """By the product and the chain rule."""
        (x,) = node.inputs
        square = x * x
        curve = tanh((x + square * x * 0.044715) * self.ROOT)
        slope = (1.0 - curve * curve) * (1.0 + square * (3 * 0.044715)) * self.ROOT
        return (ct * ((1.0 + curve) * 0.5 + x * slope * 0.5),)

    def expand(self, *nodes: Node) -> Node:
        """Multiply by the approximate distribution."""
        (x,) = nodes
        return x * 0.5 * (1.0 + tanh((x + x * x * x * 0.044715) * self.ROOT))


@dataclass(frozen=True, slots=True)
class Silu(Elementwise, Composite):
    """``x σ(x)``."""

    name: ClassVar[str] = "silu"
    function: ClassVar[str] = "SiLU"
    title: ClassVar[Title] = Title("SiLU", "SiLU")
    family: ClassVar[Family] = "activation"
    binding: ClassVar[int] = 1
    holds: ClassVar[int] = 3
    cost: ClassVar[int] = 5

    def expression(self, *args: Expr) -> Expr:
        """``x / (1 + exp(-x))``."""
        return args[0] / (1 + sympy.exp(-args[0]))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Multiply by exp(min(x, 0)) over 1 + exp(-abs(x)): neither overflows."""
        (x,) = arrays
        return x * (xp.exp(xp.minimum(x, 0.0)) / (1.0 + xp.exp(-xp.abs(x))))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``σ (1 + x (1 - σ))``."""
        (x,) = node.inputs
        gate = sigmoid(x)
        return (ct * gate * (1.0 + x * (1.0 - gate)),)

    def expand(self, *nodes: Node) -> Node:
        """Multiply by the logistic function."""
        return nodes[0] * sigmoid(nodes[0])


def gelu(x: Value) -> Node:
    """Return ``x Φ(x)``, exactly (with erf)."""
    return apply(Gelu(), *operands(x))


def gelu_tanh(x: Value) -> Node:
    """Return GELU in its tanh approximation."""
    return apply(GeluTanh(), *operands(x))


def silu(x: Value) -> Node:
    """Return ``x σ(x)``."""
    return apply(Silu(), *operands(x))
