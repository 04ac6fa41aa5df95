"""Sizes in general position: one family of sizes that meets what a graph asks for.

``H | D`` is met by writing ``D`` as ``H`` times something, ``S == T`` by writing one as the other.
What remains are free symbols, so that a question about all of these sizes is one about
polynomials. Conditions that cannot be met in this way make their symbols unsure: of those nothing
is said.
"""

from collections.abc import Iterable

import sympy

from cutaway.graph import Condition, Dim
from cutaway.graph.symbols import fresh

MOST = 32  # conditions that are solved; a model asks for fewer than ten


class Generic:
    """A family of sizes that meets conditions of divisibility and equality.

    Examples
    --------
    >>> from cutaway.graph import dims, divides
    >>> B, T, D, H = dims("B T D H")
    >>> sizes = Generic([divides(H, D)])
    >>> sizes.unrelated(B * T, B * H), sizes.unrelated(D, H)
    (True, False)
    """

    def __init__(self, conditions: Iterable[Condition]) -> None:
        self._written: dict[sympy.Symbol, sympy.Expr] = {}
        self._known: dict[Dim, sympy.Expr] = {}
        self._unsure: set[sympy.Symbol] = set()
        for count, condition in enumerate(c for c in conditions if c.relation in ("|", "==")):
            if count >= MOST or not self._solve(condition):
                for side in (condition.left, condition.right):
                    self._unsure |= self.at(side).free_symbols
        self._known.clear()

    def at(self, dim: Dim | sympy.Expr) -> sympy.Expr:
        """Return a dim in the free symbols of the family."""
        found = self._known.get(dim)
        if found is None:
            found = self._known[dim] = _lowest(sympy.sympify(dim).xreplace(self._written))
        return found

    def sure(self, expression: sympy.Expr) -> bool:
        """Say whether every condition on its symbols is met."""
        return self._unsure.isdisjoint(expression.free_symbols)

    def unrelated(self, a: Dim, b: Dim) -> bool:
        """Say whether at some of the sizes neither divides the other."""
        if isinstance(a, int) and isinstance(b, int):
            return bool(a % b and b % a)
        ratio = _lowest(self.at(a) / self.at(b))
        return 1 not in sympy.fraction(ratio) and self.sure(ratio)

    def _write(self, symbol: sympy.Symbol, expression: sympy.Expr) -> None:
        swap = {symbol: expression}
        self._written = {key: old.xreplace(swap) for key, old in self._written.items()} | swap
        self._known.clear()

    def _solve(self, condition: Condition) -> bool:
        """Meet a condition; return whether that went well."""
        for _ in range(8):
            left, right = self.at(condition.left), self.at(condition.right)
            if 0 in (left, right):
                return left is right
            top, bottom = sympy.fraction(_lowest(right / left))
            if bottom == 1 and (condition.relation == "|" or top == 1):
                return True
            if condition.relation == "|":
                self._multiple(top, bottom)
            elif not (self._rename(top, bottom) or self._rename(bottom, top)):
                self._split(top, bottom)
        return False

    def _multiple(self, top: sympy.Expr, bottom: sympy.Expr) -> None:
        """Write a factor of ``top`` as a multiple of ``bottom``."""
        for factor in _symbols(top):
            if factor not in bottom.free_symbols:
                self._write(factor, bottom * fresh())
                return

    def _rename(self, one: sympy.Expr, other: sympy.Expr) -> bool:
        """Write a symbol as what it equals; or, if that is its own floor, as a multiple."""
        if not one.is_Symbol:
            return False
        if one not in other.free_symbols:
            self._write(one, other)
            return True
        rest = [factor for factor in sympy.Mul.make_args(other) if one not in factor.free_symbols]
        self._write(one, sympy.Mul(*rest) * fresh())
        return True

    def _split(self, top: sympy.Expr, bottom: sympy.Expr) -> None:
        """Let one factor on the one side be a multiple of one on the other."""
        for one, other in ((top, bottom), (bottom, top)):
            for factor in _symbols(one):
                wanted = next((f for f in sympy.Mul.make_args(other) if f != 1), None)
                if wanted is not None and factor not in other.free_symbols:
                    self._write(factor, wanted * (1 if wanted.is_Symbol else fresh()))
                    return


def _lowest(expression: sympy.Expr) -> sympy.Expr:
    """Return a quotient in lowest terms; a product of powers is already."""
    return sympy.cancel(expression) if expression.has(sympy.Add) else expression


def _symbols(product: sympy.Expr) -> list[sympy.Symbol]:
    return sorted((f for f in sympy.Mul.make_args(product) if f.is_Symbol), key=str)
