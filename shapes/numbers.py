"""Dims and conditions as quick functions of whole numbers."""

import math
from collections.abc import Callable, Mapping
from functools import lru_cache

import sympy

from cutaway.graph import Condition, Dim
from cutaway.graph.conditions import polynomial

Given = Mapping[str, int]


@lru_cache(maxsize=4096)
def reader(dim: Dim) -> Callable[[Given], int]:
    """Return a function that evaluates a polynomial, floors in it too, of sizes by name.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> D, H = dims("D H")
    >>> reader(2 * D * H + D // H)({"D": 5, "H": 2})
    22
    """
    generators, terms = polynomial(dim)
    reads = [_atom(generator) for generator in generators]
    table = [
        (c, [(read, p) for read, p in zip(reads, powers, strict=True) if p])
        for powers, c in terms.items()
    ]
    return lambda given: sum(
        c * math.prod(read(given) ** p for read, p in term) for c, term in table
    )


def _atom(generator: sympy.Expr) -> Callable[[Given], int]:
    if generator.is_Symbol:
        name = str(generator)
        return lambda given: given[name]
    top, bottom = map(reader, sympy.fraction(sympy.together(generator.args[0])))
    return lambda given: top(given) // (bottom(given) or 1)


@lru_cache(maxsize=4096)
def tester(condition: Condition) -> Callable[[Given], bool]:
    """Return a function that says whether a condition holds at sizes by name.

    Examples
    --------
    >>> from cutaway.graph import parse_condition
    >>> holds = tester(parse_condition("H | D"))
    >>> holds({"D": 8, "H": 2}), holds({"D": 8, "H": 3})
    (True, False)
    """
    left, right = reader(condition.left), reader(condition.right)
    if condition.relation == "|":
        return lambda given: (divisor := left(given)) != 0 and right(given) % divisor == 0
    if condition.relation == "==":
        return lambda given: left(given) == right(given)
    if condition.relation == ">=":
        return lambda given: left(given) >= right(given)
    return lambda given: left(given) <= right(given)
