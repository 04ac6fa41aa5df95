"""Sizes: integers, or expressions over positive-integer symbols.

A dim is an ``int`` or a sympy expression. ``D / H`` is exact (it asks ``H | D`` of whoever uses
it as a size), ``D // H`` is the floor.
"""

import math
import numbers
from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import TypeAlias

import sympy

from cutaway.graph.errors import DimError, explain
from cutaway.graph.parse import LARGEST, read_expressions

Dim: TypeAlias = int | sympy.Expr
Shape: TypeAlias = tuple[Dim, ...]
Sizes = Mapping[str, int]


def as_dim(value: object) -> Dim:
    """Read one size: an int, an expression over dims, or text.

    Raises
    ------
    DimError
        If it is below 1, not a whole number, or no size at all.

    Examples
    --------
    >>> as_dim("4*D"), as_dim(64 / 8), as_dim("D // 2")
    (4*D, 8, floor(D/2))
    """
    if isinstance(value, str):
        found = as_shape(value)
        if len(found) != 1:
            raise DimError(f"{value!r} holds {len(found)} sizes where one was required")
        return found[0]
    if isinstance(value, bool) or not isinstance(value, numbers.Real | sympy.Expr):
        raise DimError(
            explain(
                f"{value!r} is not a size",
                required="an int, a symbol from ca.dims, or text such as '4*D'",
            )
        )
    if isinstance(value, sympy.Expr) and not value.is_number:
        return _canonical(value)
    number = Fraction(str(value)) if isinstance(value, sympy.Expr) else _fraction(value)
    if number.denominator != 1 or not 1 <= number <= LARGEST:
        raise DimError(
            explain(
                f"{value} is not a size",
                required=f"a whole number from 1 to {LARGEST}",
                fix="divide sizes exactly (64 / 8, not 64 / 7); every axis has at least length 1",
            )
        )
    return int(number)


def _fraction(value: numbers.Real) -> Fraction:
    if not math.isfinite(value):
        raise DimError(f"{value} is not a size: it is not finite")
    return Fraction(float(value)) if not isinstance(value, numbers.Rational) else Fraction(value)


@lru_cache(maxsize=65536)
def _canonical(expression: sympy.Expr) -> Dim:
    """Expand products, so that equal sizes look the same; refuse symbols that are no dims."""
    for atom in expression.free_symbols:
        if not (atom.is_integer and atom.is_positive):
            raise DimError(
                explain(
                    f"{expression} is not a size: {atom} may be zero, negative or a fraction",
                    fix=f"make it with ca.dims({str(atom)!r})",
                )
            )
    expanded = sympy.expand(expression)
    return int(expanded) if expanded.is_Integer else expanded


def as_shape(value: object) -> Shape:
    """Read a shape: text, one dim, or an iterable of dims.

    Examples
    --------
    >>> as_shape("B, T (T + 1) 4*D")
    (B, T, T + 1, 4*D)
    """
    if isinstance(value, str):
        return tuple(as_dim(expression) for expression in read_expressions(value))
    if isinstance(value, Iterable):
        return tuple(as_dim(dim) for dim in value)
    return (as_dim(value),)


def evaluate(dim: Dim, sizes: Sizes) -> Fraction:
    """Return the exact value of a dim where every symbol has a size.

    Raises
    ------
    KeyError
        With the name of a symbol that has no size (callers turn it into their own message).

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> D, H = dims("D H")
    >>> evaluate(D / H, {"D": 9, "H": 2})
    Fraction(9, 2)
    """
    if isinstance(dim, int):
        return Fraction(dim)
    if dim.is_Symbol:
        return Fraction(sizes[dim.name])
    if dim.is_Rational:
        return Fraction(int(dim.p), int(dim.q))
    values = [evaluate(argument, sizes) for argument in dim.args]
    if dim.is_Add:
        return sum(values, Fraction(0))
    if dim.is_Mul:
        return math.prod(values, start=Fraction(1))
    if dim.is_Pow and values[1].denominator == 1:
        return values[0] ** int(values[1])
    if isinstance(dim, sympy.floor):
        return Fraction(math.floor(values[0]))
    if isinstance(dim, sympy.ceiling):
        return Fraction(math.ceil(values[0]))
    if isinstance(dim, sympy.Mod):
        return values[0] % values[1]
    raise DimError(f"{dim} is not a size: {type(dim).__name__} is not + - * / or //")


def product(shape: Iterable[Dim]) -> Dim:
    """Return the number of elements of a shape."""
    return as_dim(sympy.Mul(*shape))


def symbols_of(shape: Iterable[Dim]) -> set[str]:
    """Return the names of the symbols in a shape."""
    return {atom.name for dim in shape if not isinstance(dim, int) for atom in dim.free_symbols}
