"""Symbols for sizes: positive integers, known by their names."""

from functools import lru_cache
from itertools import count

import sympy

from cutaway.graph.errors import DimError, explain

_fresh = count(1)


@lru_cache(maxsize=4096)
def symbol(name: str) -> sympy.Symbol:
    """Return the positive-integer symbol of that name."""
    if not name.isidentifier():
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
    return sympy.Symbol(f"?{next(_fresh):06}", integer=True, positive=True)


def is_fresh(atom: sympy.Symbol) -> bool:
    """Say whether a symbol is a ``?`` that no leaf owns yet."""
    name: str = atom.name
    return name[:1] == "?" and name[1:].isdigit()


def owned(path: str, number: int) -> sympy.Symbol:
    """Return the symbol of a leaf's ``?``, counted from 1."""
    return sympy.Symbol(f"?{path}.{number}", integer=True, positive=True)


def dims(names: str) -> tuple[sympy.Symbol, ...]:
    """Make positive-integer symbols from names separated by white space or commas.

    Examples
    --------
    >>> B, T = dims("B T")
    >>> B * (T + 1)
    B*(T + 1)
    """
    return tuple(symbol(name) for name in names.replace(",", " ").split())
