"""Conditions on sizes: ``h | d_model``, ``S == T``, ``T >= 2``.

The makers (:func:`divides`, :func:`equal`, :func:`at_least`) decide what they can: they give
``True`` for a relation that holds at all positive sizes, ``False`` for one that holds at none,
and otherwise a :class:`Condition` in a normal form, so that equal conditions are the same object
to a set.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast

import sympy

from cutaway.graph.dims import Dim, Sizes, evaluate, symbols_of
from cutaway.graph.errors import DimError, explain
from cutaway.graph.parse import read_expression
from cutaway.graph.show import show

Relation = Literal["|", "==", ">=", "<="]


@dataclass(frozen=True, slots=True)
class Condition:
    """One relation between two expressions over sizes.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> D, H = dims("D H")
    >>> condition = divides(H, D)
    >>> str(condition), condition.holds({"D": 8, "H": 2}), condition.holds({"D": 8, "H": 3})
    ('H | D', True, False)
    """

    relation: Relation
    left: Dim
    right: Dim

    def __str__(self) -> str:
        return f"{show(self.left)} {self.relation} {show(self.right)}"

    @property
    def symbols(self) -> set[str]:
        """Names of the sizes it speaks of."""
        return symbols_of((self.left, self.right))

    def holds(self, sizes: Sizes) -> bool:
        """Say whether it holds at these sizes (every symbol needs one)."""
        left, right = evaluate(self.left, sizes), evaluate(self.right, sizes)
        if self.relation == "|":
            return left != 0 and (right / left).denominator == 1
        if self.relation == "==":
            return left == right
        return left >= right if self.relation == ">=" else left <= right


Verdict = Condition | bool
MOST_TERMS = 4096  # of a polynomial that is multiplied out


@lru_cache(maxsize=65536)
def equal(left: Dim, right: Dim) -> Verdict:
    """Return what ``left == right`` asks of the sizes.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> B, T, D, H = dims("B T D H")
    >>> str(equal(B * T * D, B * T * H * 4)), equal(D, 4 * D), equal(T + 1, T + 1)
    ('D == 4*H', False, True)
    """
    terms = _terms(left, right)
    if not terms:
        return True
    low, high = bounds(_sum(terms))
    if (low is not None and low > 0) or (high is not None and high < 0):
        return False
    content = math.gcd(*(c for monomial, c in terms.items() if monomial != 1))
    if content and terms.get(sympy.S.One, 0) % content:
        return False
    rounded = _exact(_sum(terms))
    if rounded is not None:
        return rounded
    one, other = sorted(_sides(terms), key=lambda side: (side.count_ops(), show(side)))
    if one.is_number:  # 'T == 1', not '1 == T'
        one, other = other, one
    return Condition("==", _tidy(one), _tidy(other))


@lru_cache(maxsize=65536)
def at_least(left: Dim, right: Dim) -> Verdict:
    """Return what ``left >= right`` asks of the sizes.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> T, S = dims("T S")
    >>> str(at_least(T - 1, 1)), str(at_least(512, T)), at_least(T, 1)
    ('T >= 2', 'T <= 512', True)
    """
    if isinstance(left, sympy.floor) and isinstance(right, int):
        return at_least(left.args[0], right)  # a floor reaches a whole number with its operand
    terms = _terms(left, right)
    low, high = bounds(_sum(terms))
    if low is not None and low >= 0:
        return True
    if high is not None and high < 0:
        return False
    content = math.gcd(*(c for monomial, c in terms.items() if monomial != 1))
    constant = terms.pop(sympy.S.One, 0)
    terms = {monomial: c // content for monomial, c in terms.items()}
    constant = constant // content  # rounds the bound the way whole numbers need
    above, below = _sides(terms)
    if below == 0 and constant == -1:
        floors = [factor for factor in sympy.Mul.make_args(above) if factor.has(sympy.floor)]
        if len(floors) == 1 and isinstance(floors[0], sympy.floor):
            return at_least(floors[0], 1)  # the other factors are positive
    if above == 0:
        return Condition("<=", _tidy(below), constant)
    return Condition(">=", _tidy(above), _tidy(below - constant))


@lru_cache(maxsize=65536)
def divides(divisor: Dim, number: Dim) -> Verdict:
    """Return what ``divisor | number`` asks of the sizes.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> B, D, H = dims("B D H")
    >>> str(divides(B * H, B * D)), divides(H, 4 * H), divides(2, 2 * D + 1)
    ('H | D', True, False)
    """
    if divisor == 0:
        return False  # as a length it would not be one
    top, bottom = _fraction(sympy.sympify(number) / divisor)
    if bottom == 1:
        return True
    if bottom.is_Integer:
        found = _modulo(top, int(bottom))
        if isinstance(found, bool):
            return found
        top = found
    if top.is_Integer:
        low = bounds(bottom)[0]
        if low is not None and low > abs(int(top)):
            return False
    if top.could_extract_minus_sign():
        top = -top  # the same is divided
    return Condition("|", _tidy(bottom), _tidy(sympy.expand(top)))


@lru_cache(maxsize=65536)
def of_size(dim: Dim) -> tuple[Verdict, ...]:
    """Return what a dim asks to be the length of an axis: a whole number, at least 1."""
    if isinstance(dim, int) or dim.is_Symbol:
        return ()
    top, bottom = _fraction(dim)
    if bottom == 1:
        return (at_least(dim, 1),)
    return (divides(bottom, top), at_least(sympy.expand(top), 1))


def made(relation: Relation, left: Dim, right: Dim) -> Verdict:
    """Return a relation in its normal form, or the truth of it."""
    if relation == "|":
        return divides(left, right)
    if relation == "==":
        return equal(left, right)
    return at_least(left, right) if relation == ">=" else at_least(right, left)


_RELATION = re.compile(r"==|>=|<=|\|")


def parse_condition(text: str) -> Verdict:
    """Read a condition such as ``h | d_model`` or ``T <= 512``; nothing is evaluated.

    Raises
    ------
    DimError
        If the text is not one relation between two dim expressions.

    Examples
    --------
    >>> str(parse_condition("H | D")), str(parse_condition("T <= 512"))
    ('H | D', 'T <= 512')
    """
    found = _RELATION.findall(text[:2000])
    if len(found) != 1:
        raise DimError(
            explain(
                f"cannot read the condition {text[:80]!r}",
                required="two expressions joined by one of | == >= <=",
                fix="write for instance 'h | d_model' or 'T <= 512'",
            )
        )
    left, right = (read_expression(side) for side in _RELATION.split(text))
    if found[0] == "|" and left == 0:
        raise DimError(f"{text!r}: zero divides nothing")
    return made(cast("Relation", found[0]), left, right)


def _tidy(expression: sympy.Expr) -> Dim:
    return int(expression) if expression.is_Integer else expression


def _fraction(expression: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr]:
    """Return numerator and denominator in lowest terms, both with whole coefficients."""
    found: tuple[sympy.Expr, sympy.Expr] = sympy.fraction(
        sympy.together(sympy.cancel(sympy.together(expression)))
    )
    return found


def _modulo(number: sympy.Expr, divisor: int) -> sympy.Expr | bool:
    """Return the number that a whole divisor has to divide, as short as it can be."""
    generators, terms = polynomial(number)
    terms = {powers: c % divisor for powers, c in terms.items() if c % divisor}
    if not any(any(powers) for powers in terms):
        return not terms
    content = math.gcd(*terms.values())
    content = content if math.gcd(content, divisor) == 1 else 1
    return sympy.Add(*(_monomial(generators, [*p]) * (c // content) for p, c in terms.items()))


def _terms(left: Dim, right: Dim) -> dict[sympy.Expr, int]:
    """Integer coefficients by monomial of ``left - right``, common positive factors cancelled."""
    top, _ = sympy.fraction(sympy.together(sympy.sympify(left) - right))  # dims are positive
    generators, terms = polynomial(top)
    if not terms:
        return {}
    content = math.gcd(*terms.values())
    shared = [
        0 if isinstance(g, sympy.floor) else min(column)
        for g, column in zip(generators, zip(*terms, strict=True), strict=True)
    ]
    return {
        _monomial(generators, [n - m for n, m in zip(powers, shared, strict=True)]): c // content
        for powers, c in terms.items()
    }


def polynomial(expression: Dim) -> tuple[list[sympy.Expr], dict[tuple[int, ...], int]]:
    """Return the symbols (and floors) of an expression, and its coefficients by their powers."""
    expanded = sympy.expand(expression)
    generators = sorted(expanded.atoms(sympy.Symbol, sympy.floor), key=str)
    if not generators:
        return [], {(): int(expanded)} if expanded != 0 else {}
    terms = sympy.Poly(expanded, *generators).terms()
    return generators, {powers: int(c) for powers, c in terms if c != 0}


def _monomial(generators: list[sympy.Expr], powers: list[int]) -> sympy.Expr:
    return sympy.Mul(*(g**n for g, n in zip(generators, powers, strict=True)))


def _exact(zero: sympy.Expr) -> Verdict | None:
    """Return what it takes for an expression with one floor to be 0, if that is a division.

    A floor is the whole number p where its operand is p, or p and a fraction: ``D == H*(D // H)``
    asks for ``H | D``, and ``K == 2*((K + 1) // 2)`` for ``2 | K``.
    """
    floors = zero.atoms(sympy.floor)
    if len(floors) != 1:
        return None
    (floor,) = floors
    factor = sympy.expand(zero).coeff(floor)
    others = sympy.expand(zero - factor * floor)
    if others.has(sympy.floor) or (not factor.is_positive and not (-factor).is_positive):
        return None
    wanted = sympy.cancel(-others / factor)
    spare = sympy.cancel(floor.args[0] - wanted)
    if not spare.is_Rational:
        return None
    return divides(1, wanted) if 0 <= spare < 1 else False


def _sides(terms: dict[sympy.Expr, int]) -> tuple[sympy.Expr, sympy.Expr]:
    above = sympy.Add(*(m * c for m, c in terms.items() if c > 0))
    below = sympy.Add(*(-m * c for m, c in terms.items() if c < 0))
    return above, below


def _sum(terms: dict[sympy.Expr, int]) -> sympy.Expr:
    return sympy.Add(*(m * c for m, c in terms.items()))


def bounds(
    expression: Dim, most: Mapping[sympy.Symbol, int] | None = None
) -> tuple[int | None, int | None]:
    """Bound a polynomial from below and above over sizes that are all at least 1.

    With every symbol written as 1 + s, s >= 0, coefficients of one sign bound it by its
    constant term; else each of its terms is bounded by itself. None is no bound; a floor has none.

    Parameters
    ----------
    most
        The largest sizes of some symbols.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> T, S = dims("T S")
    >>> bounds(T + 2), bounds(T * S - S), bounds(T - S, {S: 4})
    ((3, None), (0, None), (-3, None))
    """
    expression = sympy.sympify(expression)
    if expression.has(sympy.floor):
        return None, None
    _, terms = polynomial(expression)
    constant = sum(terms.values())  # its value where every symbol is 1
    rest = [c for powers, c in terms.items() if any(powers)]
    if min(rest, default=0) < 0 < max(rest, default=0):
        if sum(math.prod(power + 1 for power in powers) for powers in terms) > MOST_TERMS:
            rest = [-1, 1]  # too many to multiply out: no bound
        else:
            _, terms = polynomial(expression.xreplace({s: s + 1 for s in expression.free_symbols}))
            rest = [c for powers, c in terms.items() if any(powers)]
    low = constant if all(c >= 0 for c in rest) else None
    high = constant if all(c <= 0 for c in rest) else None
    return (low, high) if most is None else _narrower(expression, most, low, high)


def _narrower(
    expression: sympy.Expr, most: Mapping[sympy.Symbol, int], low: int | None, high: int | None
) -> tuple[int | None, int | None]:
    generators, terms = polynomial(expression)
    lows: list[int | None] = []
    highs: list[int | None] = []
    for powers, c in terms.items():
        present = [(most.get(g), p) for g, p in zip(generators, powers, strict=True) if p]
        end = None
        if all(top is not None for top, _ in present):
            end = c * math.prod(top**p for top, p in present if top is not None)
        lows.append(c if c > 0 else end)
        highs.append(end if c > 0 else c)
    return _best(low, lows, max), _best(high, highs, min)


def _best(
    known: int | None, terms: list[int | None], better: Callable[[int, int], int]
) -> int | None:
    if None in terms:
        return known
    total = sum(term for term in terms if term is not None)
    return total if known is None else better(known, total)
