"""Comparisons and logic: they give bools, and have no gradient."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import DTypeError, Family, Kind, Node, Title, apply
from cutaway.graph.errors import explain
from cutaway.ops.elementwise import Elementwise, Expr
from cutaway.ops.lift import Value, operands


class Comparison(Elementwise):
    """Two numbers of one kind to a bool."""

    __slots__ = ()
    family: ClassVar[Family] = "mask"
    takes: ClassVar[Any] = None
    binding: ClassVar[int] = 0
    holds: ClassVar[int] = 0

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse mixed kinds."""
        if len(set(kinds)) > 1:
            raise DTypeError(
                explain(
                    f"{self.name}: operands of different kinds",
                    required="two of one kind",
                    came=", ".join(kinds),
                    fix="convert one with ca.ops.cast(x, 'float')",
                )
            )

    def dtype(self, *inputs: Kind) -> Kind:
        """Return ``bool``."""
        return "bool"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Compare; the op's name is the array-API's."""
        return getattr(xp, self.name)(*arrays)


@dataclass(frozen=True, slots=True)
class Equal(Comparison):
    """``x == y``."""

    name: ClassVar[str] = "equal"
    title: ClassVar[Title] = Title("Equal", "相等")

    def expression(self, *args: Expr) -> Expr:
        """``x == y``."""
        return sympy.Eq(*args)

    def text(self, *args: str) -> str:
        """Write it as Python does."""
        return "{} == {}".format(*args)


@dataclass(frozen=True, slots=True)
class NotEqual(Comparison):
    """``x != y``."""

    name: ClassVar[str] = "not_equal"
    title: ClassVar[Title] = Title("Not equal", "不等")

    def expression(self, *args: Expr) -> Expr:
        """``x != y``."""
        return sympy.Ne(*args)

    def text(self, *args: str) -> str:
        """Write it as Python does."""
        return "{} != {}".format(*args)


@dataclass(frozen=True, slots=True)
class Less(Comparison):
    """``x < y``."""

    name: ClassVar[str] = "less"
    title: ClassVar[Title] = Title("Less", "小于")

    def expression(self, *args: Expr) -> Expr:
        """``x < y``."""
        return sympy.Lt(*args)


@dataclass(frozen=True, slots=True)
class LessEqual(Comparison):
    """``x <= y``."""

    name: ClassVar[str] = "less_equal"
    title: ClassVar[Title] = Title("Less or equal", "小于等于")

    def expression(self, *args: Expr) -> Expr:
        """``x <= y``."""
        return sympy.Le(*args)


@dataclass(frozen=True, slots=True)
class Greater(Comparison):
    """``x > y``."""

    name: ClassVar[str] = "greater"
    title: ClassVar[Title] = Title("Greater", "大于")

    def expression(self, *args: Expr) -> Expr:
        """``x > y``."""
        return sympy.Gt(*args)


@dataclass(frozen=True, slots=True)
class GreaterEqual(Comparison):
    """``x >= y``."""

    name: ClassVar[str] = "greater_equal"
    title: ClassVar[Title] = Title("Greater or equal", "大于等于")

    def expression(self, *args: Expr) -> Expr:
        """``x >= y``."""
        return sympy.Ge(*args)


class Logical(Elementwise):
    """Bools to a bool."""

    __slots__ = ()
    family: ClassVar[Family] = "mask"
    takes: ClassVar[Any] = "bool"
    binding: ClassVar[int] = 0
    holds: ClassVar[int] = 1
    sign: ClassVar[tuple[str, str]]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Combine; the op's name is the array-API's."""
        return getattr(xp, self.name)(*arrays)

    def latex(self, *args: str) -> str:
        """Write the sign between operands, or before the only one."""
        sign = self.sign[0]
        return f" {sign} ".join(args) if len(args) > 1 else f"{sign} {args[0]}"

    def text(self, *args: str) -> str:
        """Write the sign between operands, or before the only one."""
        sign = self.sign[1]
        return f" {sign} ".join(args) if len(args) > 1 else f"{sign}{args[0]}"


def _true(x: Expr) -> Expr:
    return sympy.Ne(x, 0)


@dataclass(frozen=True, slots=True)
class LogicalAnd(Logical):
    """Both."""

    name: ClassVar[str] = "logical_and"
    title: ClassVar[Title] = Title("And", "与")
    sign: ClassVar[tuple[str, str]] = (r"\wedge", "&")

    def expression(self, *args: Expr) -> Expr:
        """``x and y``."""
        return sympy.And(*map(_true, args))


@dataclass(frozen=True, slots=True)
class LogicalOr(Logical):
    """One or both."""

    name: ClassVar[str] = "logical_or"
    title: ClassVar[Title] = Title("Or", "或")
    sign: ClassVar[tuple[str, str]] = (r"\vee", "|")

    def expression(self, *args: Expr) -> Expr:
        """``x or y``."""
        return sympy.Or(*map(_true, args))


@dataclass(frozen=True, slots=True)
class LogicalNot(Logical):
    """Not."""

    name: ClassVar[str] = "logical_not"
    title: ClassVar[Title] = Title("Not", "非")
    sign: ClassVar[tuple[str, str]] = (r"\neg", "~")

    def expression(self, *args: Expr) -> Expr:
        """``not x``."""
        return sympy.Not(_true(args[0]))


def equal(x: Value, y: Value) -> Node:
    """Return whether ``x == y``, element by element."""
    return apply(Equal(), *operands(x, y))


def not_equal(x: Value, y: Value) -> Node:
    """Return whether ``x != y``, element by element."""
    return apply(NotEqual(), *operands(x, y))


def less(x: Value, y: Value) -> Node:
    """Return whether ``x < y``, element by element."""
    return apply(Less(), *operands(x, y))


def less_equal(x: Value, y: Value) -> Node:
    """Return whether ``x <= y``, element by element."""
    return apply(LessEqual(), *operands(x, y))


def greater(x: Value, y: Value) -> Node:
    """Return whether ``x > y``, element by element."""
    return apply(Greater(), *operands(x, y))


def greater_equal(x: Value, y: Value) -> Node:
    """Return whether ``x >= y``, element by element."""
    return apply(GreaterEqual(), *operands(x, y))


def logical_and(x: Value, y: Value) -> Node:
    """Return whether both are true."""
    return apply(LogicalAnd(), *operands(x, y))


def logical_or(x: Value, y: Value) -> Node:
    """Return whether one is true."""
    return apply(LogicalOr(), *operands(x, y))


def logical_not(x: Value) -> Node:
    """Return whether it is false."""
    return apply(LogicalNot(), *operands(x))
