"""What every elementwise op shares: one sympy expression says what it computes."""

import re
from functools import lru_cache
from typing import Any, ClassVar, TypeAlias

import sympy

from cutaway.graph import Axes, DTypeError, Kind, Op, signature
from cutaway.graph.errors import explain

Expr: TypeAlias = sympy.Expr


class Elementwise(Op):
    """An op on every element. One sympy :meth:`expression` says what it computes.

    LaTeX, plain text and the check of the derivative come from that expression.
    """

    __slots__ = ()

    def expression(self, *args: Expr) -> Expr:
        """Return what is computed, as sympy of one symbol for each input."""
        raise NotImplementedError

    def axes(self, *ranks: int) -> Axes:
        """Carry every axis through."""
        return signature(", ".join(["..."] * len(ranks)) + " -> ...", *ranks)

    def latex(self, *args: str) -> str:
        """Print the expression."""
        names = _symbols(len(args))
        written = dict(zip(names, args, strict=True))
        return str(
            sympy.latex(
                self.expression(*names),
                symbol_names=written,
                mul_symbol="dot",
                parenthesize_super=False,  # the formula put parentheses where they are needed
            )
        )

    def text(self, *args: str) -> str:
        """Print the expression."""
        return re.sub(r"_(\d)_", lambda match: args[int(match[1])], _printed(self, len(args)))


@lru_cache(maxsize=1024)
def _printed(op: Elementwise, count: int) -> str:
    """Return the expression in symbols: ops that are equal print alike, in every picture."""
    return str(sympy.sstr(op.expression(*_symbols(count)), order="none"))


def _symbols(count: int) -> tuple[sympy.Symbol, ...]:
    return tuple(sympy.Symbol(f"_{n}_", real=True) for n in range(count))


def bare(latex: str) -> str:
    """Return LaTeX without parentheses around all of it: under a fraction bar it needs none."""
    inner = latex.removeprefix(r"\left(").removesuffix(r"\right)")
    depth = 0
    for side in re.findall(r"\\left|\\right", inner):
        depth += 1 if side == r"\left" else -1
        if depth < 0:  # the first parenthesis closes before the end
            return latex
    return inner if depth == 0 else latex


class Numeric(Elementwise):
    """An op on floats or on ints, not on both at once."""

    __slots__ = ()
    takes: ClassVar[Any] = None

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse bools and mixed kinds."""
        if "bool" in kinds or len(set(kinds)) > 1:
            raise DTypeError(
                explain(
                    f"{self.name}: operands of the wrong kind",
                    required="all float, or all int",
                    came=", ".join(kinds),
                    fix="convert one with ca.ops.cast(x, 'float')",
                )
            )
