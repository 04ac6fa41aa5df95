"""Sizes: integers, or expressions over positive-integer symbols.

A dim is an ``int`` or a sympy expression. ``D / H`` is exact (it asks ``H | D`` of whoever uses
it as a size), ``D // H`` is the floor. Text is read by a small parser of our own: nothing that
a user writes is ever evaluated as Python.
"""

import math
import numbers
import re
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import count
from typing import TypeAlias

import sympy

from cutaway.graph.errors import DimError, explain

Dim: TypeAlias = int | sympy.Expr
Shape: TypeAlias = tuple[Dim, ...]
Sizes = Mapping[str, int]

LARGEST = 2**40  # no axis is longer: larger literals are mistakes or attacks
_NAME = re.compile(r"[^\W\d]\w*")
_TOKEN = re.compile(r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<int>\d+)|(?P<op>//|[-+*/(),?]))")
_fresh = count(1)


@lru_cache(maxsize=4096)
def symbol(name: str) -> sympy.Symbol:
    """Return the positive-integer symbol of that name."""
    if not _NAME.fullmatch(name):
        raise DimError(
            explain(
                f"{name!r} is not the name of a size",
                required="letters, digits and underscores, not beginning with a digit",
                fix="write for instance B, T, d_model",
            )
        )
    return sympy.Symbol(name, integer=True, positive=True)


def fresh() -> sympy.Symbol:
    """Return a symbol that nothing else uses: what ``?`` means in a shape."""
    return sympy.Symbol(f"?{next(_fresh)}", integer=True, positive=True)


def dims(names: str) -> tuple[sympy.Symbol, ...]:
    """Make positive-integer symbols from names separated by white space or commas.

    Examples
    --------
    >>> B, T = dims("B T")
    >>> B * (T + 1)
    B*(T + 1)
    """
    return tuple(symbol(name) for name in names.replace(",", " ").split())


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
        found = parse_shape(value)
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
        return parse_shape(value)
    if isinstance(value, Iterable):
        return tuple(as_dim(dim) for dim in value)
    return (as_dim(value),)


def parse_shape(text: str) -> Shape:
    """Read sizes separated by white space or commas; ``?`` is a size of its own.

    The grammar: names, integers, ``+ - * / //`` and parentheses. Nothing is evaluated.

    Raises
    ------
    DimError
        If the text is anything else, or too long or too deep to be a shape.
    """
    reader = _Reader(text)
    shape: list[Dim] = []
    while reader.token is not None:
        shape.append(as_dim(reader.sum()))
        if reader.token == ",":
            reader.advance()
    return tuple(shape)


def parse_expression(text: str) -> sympy.Expr:
    """Read one expression over dims, which need not be a size by itself."""
    reader = _Reader(text)
    found = reader.sum()
    if reader.token is not None:
        raise reader.error("the end")
    return found


class _Reader:
    """A recursive-descent reader of dim text, bounded in length and depth."""

    def __init__(self, text: str) -> None:
        if len(text) > 1000:
            raise DimError(f"a shape of {len(text)} characters is too long: at most 1000")
        self.text = text
        self.depth = 0
        self.tokens = self._split()
        self.token: str | None = next(self.tokens, None)

    def _split(self) -> Iterator[str]:
        position = 0
        while self.text[position:].strip():
            match = _TOKEN.match(self.text, position)
            if not match:
                raise self.error("a size", self.text[position:].strip()[0])
            position = match.end()
            yield match.group().strip()

    def error(self, expected: str, came: str | None = None) -> DimError:
        found = came or self.token
        return DimError(
            explain(
                f"cannot read the sizes {self.text!r}",
                required=f"{expected}: names, whole numbers, + - * / // and parentheses",
                came=repr(found) if found else "the end of the text",
                fix="write for instance 'B T 4*D' or 'B, T, D/H'",
            )
        )

    def advance(self) -> str:
        token = self.token
        assert token is not None
        self.token = next(self.tokens, None)
        return token

    def sum(self) -> sympy.Expr:
        value = self.product()
        while self.token in ("+", "-"):
            value = value + self.product() if self.advance() == "+" else value - self.product()
        return value

    def product(self) -> sympy.Expr:
        value = self.atom()
        while self.token in ("*", "/", "//"):
            operator = self.advance()
            right = self.atom()
            if operator == "*":
                value = value * right
            elif right == 0:
                raise DimError(f"{self.text!r} divides by zero")
            else:
                value = value / right if operator == "/" else value // right
        return value

    def atom(self) -> sympy.Expr:
        if self.token is None or self.token in ")+-*///,":
            raise self.error("a size")
        token = self.advance()
        if token == "(":
            self.depth += 1
            if self.depth > 50:
                raise DimError(f"{self.text[:40]!r}… nests more than 50 parentheses")
            value = self.sum()
            if self.token != ")":
                raise self.error("')'")
            self.advance()
            self.depth -= 1
            return value
        if token == "?":
            return fresh()
        if token.isdigit():
            if len(token) > 13 or int(token) > LARGEST:
                raise DimError(f"{token[:20]} is too large for a size: at most {LARGEST}")
            return sympy.Integer(token)
        return symbol(token)


def evaluate(dim: Dim, sizes: Sizes) -> Fraction:
    """Return the exact value of a dim where every symbol has a size.

    Raises
    ------
    KeyError
        With the name of a symbol that has no size (callers turn it into their own message).

    Examples
    --------
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


@lru_cache(maxsize=65536)
def show(dim: Dim) -> str:
    """Print one dim in the language that :func:`parse_shape` reads.

    Examples
    --------
    >>> D, H = dims("D H")
    >>> show(D // H), show(D / H), show(4 * D * D - 1)
    ('D // H', 'D/H', '4*D*D - 1')
    """
    if isinstance(dim, int):
        return str(dim)
    text = ""
    terms = dim.as_ordered_terms()
    for term in sorted(terms, key=lambda term: bool(term.could_extract_minus_sign())):
        minus = term.could_extract_minus_sign()
        joint = (" - " if minus else " + ") if text else ("-" if minus else "")
        text += joint + _show_term(-term if minus else term)
    return text


def _show_term(term: sympy.Expr) -> str:
    """Print a product, its quotient last: ``4*D*H/(K*L)``."""
    if isinstance(term, sympy.floor):
        top, bottom = sympy.fraction(sympy.together(term.args[0]))
        return f"{_operand(top)} // {_operand(bottom)}"
    top, bottom = sympy.fraction(term)
    above = "*".join(_factors(top))
    below = _factors(bottom)
    if bottom == 1:
        return above
    return f"{above}/{below[0]}" if len(below) == 1 else f"{above}/({'*'.join(below)})"


def _factors(product: sympy.Expr) -> list[str]:
    found: list[str] = []
    for factor in product.as_ordered_factors():
        base, power = factor.as_base_exp()
        found += [_operand(base)] * int(power)
    return found


def _operand(expression: sympy.Expr) -> str:
    return str(expression) if expression.is_Atom else f"({show(expression)})"


def show_shape(shape: Shape) -> str:
    """Print a shape: ``(B, T, d_model)``."""
    return f"({', '.join(map(show, shape))}{',' if len(shape) == 1 else ''})"
