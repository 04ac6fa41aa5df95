"""What every elementwise op shares: one sympy expression says what it computes."""

import re
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
        return str(sympy.latex(self.expression(*names), symbol_names=written, mul_symbol="dot"))

    def text(self, *args: str) -> str:
        """Print the expression."""
        printed = sympy.sstr(self.expression(*_symbols(len(args))), order="none")
        return re.sub(r"_(\d)_", lambda match: args[int(match[1])], printed)


def _symbols(count: int) -> tuple[sympy.Symbol, ...]:
    return tuple(sympy.Symbol(f"_{n}_", real=True) for n in range(count))


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
