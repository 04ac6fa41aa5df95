"""Equalities make one dim of two, and give the ``?`` of inputs and parameters their sizes."""

from collections.abc import Iterable, Iterator, Mapping

import sympy

from cutaway.graph import Condition, Dim, Node, Shape
from cutaway.graph.conditions import Verdict, made, of_size
from cutaway.shapes.known import Known, Solved

Origin = tuple[Node, Condition]
"""The node that asks for a condition, and the condition as it asks for it."""


def is_unknown(symbol: sympy.Symbol) -> bool:
    """Say whether a symbol was written ``?``."""
    return str(symbol).startswith("?")


def solve_unknown(
    conditions: Mapping[Condition, Node],
) -> tuple[Solved, list[tuple[Verdict, Origin]]]:
    """Solve equalities for ``?`` sizes.

    Returns
    -------
    tuple
        The ``?`` symbols that are determined, by the others; and the conditions that are left
        when these are put in, each with its origin.
    """
    solved: Solved = {}
    left: list[tuple[Verdict, Origin]] = [(c, (node, c)) for c, node in conditions.items()]
    while (at := next(_solvable(left), None)) is not None:
        place, symbol, value = at
        origin = left.pop(place)[1]
        change = {symbol: value}
        solved = {s: sympy.cancel(v.xreplace(change)) for s, v in solved.items()} | change
        left += [(verdict, origin) for verdict in of_size(_dim(value))]
        left = [(_put(verdict, change), origin) for verdict, origin in left]
    return solved, left


def _solvable(
    conditions: Iterable[tuple[Verdict, Origin]],
) -> Iterator[tuple[int, sympy.Symbol, sympy.Expr]]:
    for place, (verdict, _) in enumerate(conditions):
        if not isinstance(verdict, Condition) or verdict.relation != "==":
            continue
        zero = sympy.expand(sympy.sympify(verdict.left) - verdict.right)
        for symbol in sorted(filter(is_unknown, zero.free_symbols), key=str):
            factor = zero.coeff(symbol)
            others = sympy.expand(zero - factor * symbol)
            if not others.has(symbol) and not factor.has(symbol) and not factor.is_Add:
                yield place, symbol, sympy.cancel(-others / factor)


def _put(verdict: Verdict, change: Solved) -> Verdict:
    if isinstance(verdict, bool) or not verdict.symbols & {s.name for s in change}:
        return verdict
    sides = (sympy.sympify(side).xreplace(change) for side in (verdict.left, verdict.right))
    return made(verdict.relation, *map(_dim, sides))


def _dim(value: sympy.Expr) -> Dim:
    value = sympy.expand(value)
    return int(value) if value.is_Integer else value


class Unified:
    """Writes dims in one way where equalities say that they are the same.

    Of two equal symbols the first by name stands for both; a symbol stands for a product that it
    equals.
    """

    def __init__(self, unknown: Solved, conditions: Iterable[Condition]) -> None:
        self._unknown = unknown
        known = Known()
        for condition in conditions:
            if condition.relation == "==" and (more := known.add(condition)) is not None:
                names = {s.name for value in more.solved.values() for s in value.free_symbols}
                if not more.rest and not any(name.startswith("#") for name in names):
                    known = more
        self._known = known
        self._short: dict[sympy.Expr, sympy.Symbol] = {}
        symbols = {s for value in known.solved.values() for s in value.free_symbols}
        for symbol in sorted({*known.solved, *symbols}, key=lambda s: (is_unknown(s), s.name)):
            value = known.solved.get(symbol, symbol)
            if not value.is_number:
                self._short.setdefault(value, symbol)
        self._seen: dict[Shape, Shape] = {}

    def shape(self, shape: Shape) -> Shape:
        """Return a shape in these terms."""
        if not self._unknown and not self._known.solved:
            return shape
        if shape not in self._seen:
            self._seen[shape] = tuple(map(self.dim, shape))
        return self._seen[shape]

    def dim(self, dim: Dim) -> Dim:
        """Return a dim in these terms."""
        if isinstance(dim, int):
            return dim
        found = self._known.reduce(_dim(sympy.cancel(dim.xreplace(self._unknown))))
        for value, symbol in self._short.items():
            if not isinstance(found, int) and value != symbol:
                quotient = sympy.cancel(found / value)
                if quotient.is_polynomial() and sympy.denom(sympy.together(quotient)) == 1:
                    found = _dim(quotient * symbol)
        return found if isinstance(found, int) else found.xreplace(self._short)
