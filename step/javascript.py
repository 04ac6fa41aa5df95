"""Elementwise ops as JavaScript, printed from the one expression that each declares."""

from collections.abc import Iterable
from typing import Any

import sympy
from sympy.logic.boolalg import Boolean
from sympy.printing.codeprinter import PrintMethodNotImplementedError
from sympy.printing.jscode import JavascriptCodePrinter

from cutaway.graph import Op, OptionError
from cutaway.graph.errors import explain
from cutaway.ops import Elementwise

LETTERS = "abc"  # of operands


class _Printer(JavascriptCodePrinter):
    """Prints sympy as JavaScript, with the functions of ``page/special.js``."""

    def _print_erf(self, expression: sympy.Expr) -> str:
        return f"erf({self._print(expression.args[0])})"

    def _print_Pow(self, expression: sympy.Expr) -> str:  # noqa: N802 (sympy's name)
        base, exponent = expression.as_base_exp()
        if exponent == -sympy.S.Half:  # as numpy has it for infinities
            return f"1/Math.sqrt({self._print(base)})"
        return str(super()._print_Pow(expression))

    def _print_log(self, expression: sympy.Expr) -> str:
        power = expression.args[0] - 1
        if isinstance(power, sympy.exp):  # stable for numbers of any size
            return f"softplus({self._print(power.args[0])})"
        return f"Math.log({self._print(expression.args[0])})"


def functions(op: Op, count: int) -> str:
    """Return an elementwise op as JavaScript: its value, and its slope by each operand.

    Raises
    ------
    OptionError
        If its expression has no JavaScript.

    Examples
    --------
    >>> from cutaway.ops import Sigmoid
    >>> functions(Sigmoid(), 1).partition(", slopes")[0]
    '{ value: (a) => 1/(1 + Math.exp(-a))'
    """
    assert isinstance(op, Elementwise)
    if count > len(LETTERS):
        raise unknown(op, f"{count} operands; a page takes {len(LETTERS)} at most")
    letters = LETTERS[:count]
    operands = [sympy.Symbol(letter, real=True) for letter in letters]
    found = op.expression(*operands)
    try:
        value = _print(found)
        slopes = [_print(slope) for slope in _slopes(found, operands)]
    except PrintMethodNotImplementedError as error:
        raise unknown(op, str(error).partition("\n")[0]) from None
    head = f"({', '.join(letters)}) =>"
    rows = ", ".join(f"{head} {slope}" for slope in slopes)
    whole = f"{head} Number({value})" if isinstance(found, Boolean) else f"{head} {value}"
    return f"{{ value: {whole}, slopes: [{rows}] }}"


def _slopes(found: Any, operands: Iterable[sympy.Symbol]) -> list[sympy.Expr]:
    """Return the derivatives; what is true or false has none."""
    if isinstance(found, Boolean):
        return [sympy.Integer(0) for _ in operands]
    return [sympy.diff(found, operand).rewrite(sympy.Piecewise) for operand in operands]


def _print(expression: Any) -> str:
    return " ".join(_Printer().doprint(expression).split())


def unknown(op: Op, why: str = "") -> OptionError:
    """Return the error for an op that a page can't compute."""
    return OptionError(
        explain(
            f"a page cannot compute the op {op.name}",
            required="an op of cutaway, or one that is written as an expression or in such ops",
            came=why or type(op).__name__,
            fix="give the op expand(*nodes), or expression(*args)",
        )
    )
