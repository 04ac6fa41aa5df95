"""Arrays in short: as text, and as operands of a formula."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from cutaway.graph import Formula, Node, Symbol
from cutaway.graph import formula as write
from cutaway.run.compile import Array

MOST = 4  # rows or columns; of more, the first and the last are written
DIGITS = 4


def number(value: Any) -> str:
    """Write one number with few digits.

    Examples
    --------
    >>> number(1 / 3), number(-float("inf")), number(True), number(3.0)
    ('0.3333', '-∞', 'true', '3')
    """
    if isinstance(value, bool | np.bool_):
        return str(bool(value)).lower()
    found = float(value)
    if np.isinf(found):
        return "∞" if found > 0 else "-∞"
    return f"{found:.{DIGITS}g}".replace("e+0", "e").replace("e-0", "e-").replace("e+", "e")


def short(value: Array, most: int = MOST) -> str:
    """Write an array on one line; of long axes the first and the last places.

    Examples
    --------
    >>> short(np.arange(10.0)), short(np.eye(2))
    ('[0, 1, …, 9]', '[[1, 0], [0, 1]]')
    """
    if not value.ndim:
        return number(value)
    places = _places(len(value), most)
    rows = [place if isinstance(place, str) else short(value[place], most) for place in places]
    return f"[{', '.join(rows)}]"


def fitting(value: Array, width: int) -> str:
    """Write an array on one line with as many numbers as there is room for, one at least.

    Examples
    --------
    >>> fitting(np.arange(16.0).reshape(4, 4), 30)
    '[[0, …, 3], …, [12, …, 15]]'
    """
    tries = [short(value, most) for most in (MOST, 2, 1)]
    return next((text for text in tries if len(text) <= width), tries[-1])


def with_numbers(node: Node, inputs: Sequence[Array]) -> Formula:
    r"""Write an op with the values of its operands in their places.

    Examples
    --------
    >>> import cutaway as ca
    >>> x, y = ca.input("x", "N"), ca.input("y", "N")
    >>> found = with_numbers(x * y, [np.array([1.0, 2.0]), np.array([0.5, -3.0])])
    >>> found.text
    '[1, 2]*[0.5, -3]'
    """
    pairs = zip(node.inputs, inputs, strict=True)
    return write(node, {source: _symbol(value) for source, value in pairs})


def _symbol(value: Array) -> Symbol:
    latex, text = _latex(value), short(value)
    if not value.ndim and text.startswith("-"):
        latex, text = rf"\left({latex}\right)", f"({text})"
    return Symbol(latex, text, counted=False)


def _latex(value: Array) -> str:
    """Write up to two axes as a matrix; more axes as the matrix of the first place of each."""
    if not value.ndim:
        return _number(value)
    if value.ndim > 2:
        first = value[(0,) * (value.ndim - 2)]
        more = any(length > 1 for length in value.shape[:-2])
        return rf"\left[{_latex(first)}, \ldots\right]" if more else _latex(first)
    table = np.atleast_2d(value)
    rows, columns = _places(len(table)), _places(table.shape[1])
    lines = [
        " & ".join(
            r"\vdots"
            if isinstance(row, str)
            else r"\cdots"
            if isinstance(column, str)
            else _number(table[row, column])
            for column in columns
        )
        for row in rows
    ]
    return r"\begin{pmatrix}" + r" \\ ".join(lines) + r"\end{pmatrix}"


def _number(value: Any) -> str:
    digits, _, power = number(value).replace("∞", r"\infty").partition("e")
    if digits in ("true", "false", "nan"):
        return rf"\mathrm{{{digits}}}"
    return rf"{digits} \cdot 10^{{{int(power)}}}" if power else digits


def _places(length: int, most: int = MOST) -> list[int | str]:
    """Return the places along an axis that are written: at most so many, a gap being one."""
    if length <= most:
        return [*range(length)]
    return [*range(max(most // 2, 1)), "…", *([length - 1] if most > 1 else [])]
