"""Reading sizes from text: a small grammar of our own, in which nothing is evaluated.

The grammar: names, whole numbers, ``+ - * / //``, parentheses, and ``?`` for a size of its own.
"""

import math
import re
from collections.abc import Iterator

import sympy

from cutaway.graph.errors import DimError, explain
from cutaway.graph.symbols import fresh, symbol

LARGEST = 2**40  # no axis is longer: larger literals are mistakes or attacks
MOST_TERMS = 200  # when multiplied out
MOST_FLOORS = 8  # in one text
MOST_PRODUCTS = 32
_TOKEN = re.compile(r"\s*(?:(?P<name>[^\W\d]\w*)|(?P<int>[0-9]+)|(?P<op>//|[-+*/(),?]))")


def read_expressions(text: str) -> list[sympy.Expr]:
    """Read expressions separated by white space or commas.

    Raises
    ------
    DimError
        If the text is anything else, or too long or too deep to be a shape.

    Examples
    --------
    >>> read_expressions("B, T (T + 1)")
    [B, T, T + 1]
    """
    reader = _Reader(text)
    found: list[sympy.Expr] = []
    while reader.token is not None:
        found.append(reader.sum())
        if reader.token == ",":
            reader.advance()
    return found


def read_expression(text: str) -> sympy.Expr:
    """Read one expression, which need not be a size by itself."""
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
        self.floors = 0
        self.products = 0
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
            elif operator == "/":
                value = value / right
            else:
                self.floors += 1
                value = value // right
            self.products += operator == "*"
            if (
                self.floors > MOST_FLOORS
                or self.products > MOST_PRODUCTS
                or _count_terms(value) > MOST_TERMS
            ):
                raise DimError(
                    explain(
                        f"{self.text[:40]!r}… is too long a formula for a size",
                        required=f"at most {MOST_TERMS} terms when multiplied out, "
                        f"{MOST_PRODUCTS} times *, and {MOST_FLOORS} times //",
                    )
                )
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
        if token[0] in "0123456789":
            if len(token) > 13 or int(token) > LARGEST:
                raise DimError(f"{token[:20]} is too large for a size: at most {LARGEST}")
            return sympy.Integer(token)
        return symbol(token)


def _count_terms(value: sympy.Expr) -> int:
    """Bound the number of terms that a product has when it is multiplied out."""
    factors = (factor.as_base_exp() for factor in sympy.Mul.make_args(value))
    return math.prod(len(sympy.Add.make_args(base)) ** abs(int(power)) for base, power in factors)
