"""What is known of sizes, as substitutions: the heart of the proofs.

A fact is turned, where it can be, into a change of variables that meets it by itself and misses
no sizes that do: ``H | D`` makes ``D = H*n``, ``T >= 2`` makes ``T = n + 1``, ``S == T`` makes
``S = T``, with ``n`` any positive integer. Under the substitutions of what is known, a relation
that follows becomes one that holds at all positive sizes, and one that contradicts becomes one
that holds at none: the makers of conditions say which. What no change of variables meets
(``T <= 512``, ``H | D*E``) is kept beside, and used by what cheap rules there are.

Nothing here guesses: :meth:`Known.decide` says True or False only of what it has proved.
"""

import math
from collections.abc import Iterable
from functools import lru_cache
from itertools import count, product

import sympy

from cutaway.graph import Condition, Dim, at_least, divides
from cutaway.graph.conditions import Verdict, bounds, made, polynomial

Solved = dict[sympy.Symbol, sympy.Expr]
RESIDUES = 512  # combinations of residues that are tried
CASES = 36  # that a floor is split into
ROUNDS = 64  # facts that one fact may lead to
COMPARED = 16  # facts that are compared with another
SPLIT = 6  # facts that are written again in every case of a floor


class Known:
    """Facts on sizes; immutable.

    Attributes
    ----------
    solved
        Symbols in terms of the others, which are free: any positive integers.
    rest
        The facts that no substitution meets, in the free symbols.
    """

    __slots__ = ("rest", "solved")

    def __init__(self, solved: Solved | None = None, rest: tuple[Condition, ...] = ()) -> None:
        self.solved: Solved = solved or {}
        self.rest = rest

    @classmethod
    def of(cls, facts: Iterable[Condition]) -> "Known | None":
        """Return what is known of these facts together; None if they contradict each other."""
        return _together(tuple(facts))

    def join(self, facts: Iterable[Condition]) -> "Known | None":
        """Return what is known with more facts; None if they contradict what is known."""
        known: Known | None = self
        for fact in _easiest_first(facts):
            known = known and known.add(fact)
        return known

    def reduce(self, dim: Dim) -> Dim:
        """Write a dim in the free symbols."""
        if isinstance(dim, int) or not self.solved or not dim.free_symbols & self.solved.keys():
            return dim
        reduced = sympy.expand(dim.xreplace(self.solved))
        return int(reduced) if reduced.is_Integer else reduced

    def reduced(self, fact: Condition) -> Verdict:
        """Write a relation in the free symbols, in its normal form."""
        return made(fact.relation, self.reduce(fact.left), self.reduce(fact.right))

    def add(self, fact: Verdict) -> "Known | None":
        """Return what is known with one more fact; None if it contradicts what is known."""
        known, waiting = self, [fact]
        for _ in range(ROUNDS):
            if not waiting:
                return known
            verdict = waiting.pop()
            if isinstance(verdict, Condition):
                verdict = known.reduced(verdict)
            if isinstance(verdict, Condition):
                found = known._decide_by_rules(verdict)
                verdict = verdict if found is None else found
            if verdict is False:
                return None
            if verdict is True:
                continue
            change = _solve(verdict)
            if change is None:
                known = Known(known.solved, (*known.rest, verdict))
                continue
            waiting += [*change.facts, *known.rest]  # to be written in the new variables
            known = Known(_with(known.solved, change.solved))
        return Known(known.solved, (*known.rest, *(w for w in waiting if isinstance(w, Condition))))

    def decide(self, asked: Verdict, depth: int = 2) -> bool | None:
        """Say whether a relation holds at all sizes that meet the facts, at none, or unknown."""
        if isinstance(asked, Condition):
            asked = self.reduced(asked)
        if isinstance(asked, bool):
            return asked
        found = self._decide_by_rules(asked)
        if found is not None or depth == 0:
            return found
        answers: set[bool | None] = set()
        for case in self._cases(asked):
            if case is not None:
                answers.add(case.decide(asked, depth - 1))
            if len(answers) > 1 or None in answers:
                return None
        return answers.pop() if answers else None

    def refuted(self, depth: int = 2) -> bool:
        """Say whether cases prove that no sizes meet the facts; False says nothing."""
        cases = self._cases() if depth else ()
        return bool(cases) and all(case is None or case.refuted(depth - 1) for case in cases)

    def _cases(self, *asked: Condition) -> tuple["Known | None", ...]:
        """Return cases that cover all sizes and in which a floor is gone; none if there is none."""
        if len(self.rest) > SPLIT:
            return ()
        found = set().union(*(_floors(fact) for fact in (*asked, *self.rest)))
        for atom in sorted((atom for atom in found if not _floors(*atom.args)), key=str):
            changes = _split(atom)
            if changes:
                return tuple(map(self._change, changes))
        return ()

    def _change(self, solved: Solved) -> "Known | None":
        known: Known | None = Known(_with(self.solved, solved))
        sizes = (at_least(value, 1) for key, value in solved.items() if key.is_Symbol)
        for fact in (*sizes, *self.rest):
            known = known and known.add(fact)
        return known

    def _decide_by_rules(self, asked: Condition) -> bool | None:
        """Decide a relation in the free symbols."""
        if asked in self.rest:
            return True
        if asked.relation == "|":
            return self._divisible(asked)
        difference = sympy.sympify(asked.left) - asked.right
        low, high = self._bounds(difference)
        if asked.relation == "<=":
            low, high = (None if high is None else -high), (None if low is None else -low)
        if asked.relation == "==":
            if (low is not None and low > 0) or (high is not None and high < 0):
                return False
            if _remainder(difference, self._zeros()) == 0:
                return True
            return False if self._never_zero(difference) else None
        if low is not None and low >= 0:
            return True
        return False if high is not None and high < 0 else None

    def _zeros(self) -> list[sympy.Expr]:
        return [sympy.sympify(f.left) - f.right for f in self.rest if f.relation == "=="]

    def _bounds(self, expression: sympy.Expr) -> tuple[int | None, int | None]:
        """Bound an expression over the sizes that meet the facts."""
        low, high = bounds(expression, self._most())
        for fact in self.rest[:COMPARED]:  # left - right >= 0 may be taken off or added
            if fact.relation in ("|", "=="):
                continue
            spare = sympy.sympify(fact.left) - fact.right
            spare = -spare if fact.relation == "<=" else spare
            if low is None:
                low = bounds(sympy.expand(expression - spare))[0]
            if high is None:
                high = bounds(sympy.expand(expression + spare))[1]
        return low, high

    def _most(self) -> dict[sympy.Symbol, int]:
        """Return the largest sizes that the facts beside leave to single symbols."""
        found: dict[sympy.Symbol, int] = {}
        for fact in self.rest:
            if fact.relation in ("<=", "|") and isinstance(fact.right, int):
                for symbol in _rising(fact.left):  # all others are at least 1
                    most = _most(sympy.sympify(fact.left), symbol, abs(fact.right))
                    found[symbol] = min(most, found.get(symbol, most))
        return found

    def _divisible(self, asked: Condition) -> bool | None:
        multiples = [sympy.sympify(asked.left)]
        for fact in self.rest:
            if fact.relation == "|" and divides(asked.left, fact.left) is True:
                multiples.append(sympy.sympify(fact.right))
        left = _remainder(sympy.sympify(asked.right), [*multiples, *self._zeros()])
        if left == 0:
            return True
        if isinstance(asked.left, int):
            zeros = {value == 0 for value in _residues(asked.right, asked.left) or ()}
            if len(zeros) == 1:
                return zeros.pop()
            return None
        low = self._bounds(asked.left)[0]
        high = self._bounds(sympy.sympify(asked.right))
        if None not in (low, *high) and low > max(abs(high[0]), abs(high[1])) and high[0] > 0:  # type: ignore[arg-type, operator]
            return False  # larger than a positive number that it divides
        return None

    def _never_zero(self, expression: sympy.Expr) -> bool:
        """Say whether the remainders by a small number exclude zero."""
        return any(
            values is not None and 0 not in values
            for values in (_residues(expression, n) for n in (2, 3, 4, 5, 8))
        )


@lru_cache(maxsize=4096)
def _together(facts: tuple[Condition, ...]) -> Known | None:
    """Join facts: a proof asks for the same ones several times, and every change is a new one."""
    return Known().join(facts)


class _Change:
    """A change of variables that meets a fact, and what must hold besides."""

    __slots__ = ("facts", "solved")

    def __init__(self, solved: Solved, *facts: Verdict) -> None:
        self.solved = solved
        self.facts = facts


_names = count(1)


def free() -> sympy.Symbol:
    """Return a new free symbol: any positive integer. Its name can't be a user's."""
    return sympy.Symbol(f"#{next(_names):09}", integer=True, positive=True)


def unit(expression: sympy.Expr, symbol: sympy.Symbol) -> int:
    """Return 1 or -1 if that is the symbol's coefficient and it stands nowhere else, else 0."""
    coefficient = expression.coeff(symbol)
    if coefficient not in (1, -1) or (expression - coefficient * symbol).has(symbol):
        return 0
    return int(coefficient)


def _easiest_first(facts: Iterable[Condition]) -> list[Condition]:
    """Equalities first: they make the others shorter. Then by name, so that runs agree."""
    order = {"==": 0, "|": 1, ">=": 2, "<=": 3}
    return sorted(facts, key=lambda fact: (order[fact.relation], len(str(fact)), str(fact)))


def _with(solved: Solved, change: Solved) -> Solved:
    """Return the substitutions with a change of their free symbols."""
    return {
        **{symbol: sympy.expand(value.xreplace(change)) for symbol, value in solved.items()},
        **change,
    }


def _ordered(symbols: Iterable[sympy.Symbol]) -> list[sympy.Symbol]:
    return sorted(symbols, key=lambda symbol: (not symbol.name.startswith("?"), symbol.name))


def _solve(fact: Condition) -> _Change | None:
    """Return the change of variables that meets a fact exactly, if there is one."""
    left, right = sympy.sympify(fact.left), sympy.sympify(fact.right)
    if fact.relation == "==":
        return _solve_equal(left - right)
    if fact.relation == "|":
        return _solve_divides(left, right)
    return _solve_at_least(left - right) if fact.relation == ">=" else None


def _solve_equal(zero: sympy.Expr) -> _Change | None:
    doubtful = None
    for symbol in _ordered(zero.free_symbols):
        sign = unit(zero, symbol)
        if not sign:
            continue
        value = sympy.expand(symbol - sign * zero)
        low = bounds(value)[0]
        if low is not None and low >= 1:
            return _Change({symbol: value})
        doubtful = doubtful or _Change({symbol: value}, at_least(value, 1))
    if doubtful:
        return doubtful
    for symbol in _ordered(zero.free_symbols):  # 2*S == 3*T: T is even
        factor = zero.coeff(symbol)
        others = sympy.expand(zero - factor * symbol)
        if factor.is_Integer and not others.has(symbol):
            change = _solve_divides(sympy.Integer(abs(factor)), others)
            if change is not None:
                value = sympy.expand(others.xreplace(change.solved) / -factor)
                solved = {**change.solved, symbol: value}
                return _Change(solved, *change.facts, at_least(value, 1))
    return None


def _solve_divides(divisor: sympy.Expr, number: sympy.Expr) -> _Change | None:
    for symbol in _ordered(number.free_symbols - divisor.free_symbols):
        sign = unit(number, symbol)
        if not sign:
            continue
        others = sympy.expand(sign * number - symbol)  # symbol + others is a multiple
        if others.is_Integer and divisor.is_Integer:
            others = others % divisor  # the symbol is at least 1 then by itself
        low = bounds(others)[0]
        if low is None or low < 0:
            continue  # the number may be zero, or less: a multiple that no positive one reaches
        value = sympy.expand(divisor * free() - others)
        return _Change({symbol: value}, at_least(value, 1))
    if divisor.is_Integer:  # 3 | 2*D: their factors have nothing in common
        for symbol in _ordered(number.free_symbols):
            factor = number.coeff(symbol)
            if number == factor * symbol and factor.is_Integer:
                return _Change({symbol: divisor // math.gcd(divisor, factor) * free()})
    return None


def _solve_at_least(spare: sympy.Expr) -> _Change | None:
    """Meet ``spare >= 0``."""
    for symbol in _ordered(spare.free_symbols):
        if unit(spare, symbol) == 1:
            least = sympy.expand(symbol - spare)
            low = bounds(least)[0]
            if low is not None and low >= 1:
                return _Change({symbol: least + free() - 1})
    return None


def _floors(*expressions: Condition | Dim) -> set[sympy.Expr]:
    found: set[sympy.Expr] = set()
    for expression in expressions:
        sides = (
            (expression.left, expression.right)
            if isinstance(expression, Condition)
            else (expression,)
        )
        for side in sides:
            found |= sympy.sympify(side).atoms(sympy.floor)
    return found


def _split(floor: sympy.Expr) -> list[Solved]:
    """Return changes of variables that cover all sizes, each of which removes a floor.

    Sympy takes whole terms out of a floor by a number; a floor by a symbol is given its value.
    """
    top, bottom = sympy.fraction(sympy.together(floor.args[0]))
    if bottom.is_Integer:
        symbols = _ordered(top.free_symbols)
        if len(symbols) * math.log(int(bottom)) > math.log(CASES):
            return []
        return [
            {s: bottom * (free() - 1) + r for s, r in zip(symbols, residues, strict=True)}
            for residues in product(range(1, int(bottom) + 1), repeat=len(symbols))
        ]
    least = bounds(top)[0]
    if not bottom.is_Symbol or top.has(bottom) or least is None or least < 0:
        return []
    times, over, more = free(), free(), free()
    for symbol in _ordered(top.free_symbols):
        if unit(top, symbol) == 1:
            off = top - symbol
            whole = times if least else times - 1  # none at all, if the top can be 0
            return [
                {symbol: sympy.expand(bottom * whole - off), floor: whole},
                {
                    bottom: over + more,
                    symbol: sympy.expand((over + more) * (times - 1) + over - off),
                    floor: times - 1,
                },
            ]
    return []


def _remainder(expression: sympy.Expr, multiples: list[sympy.Expr]) -> sympy.Expr:
    """Return what is left of a polynomial when multiples of others are taken off."""
    symbols = _ordered(expression.free_symbols.union(*(m.free_symbols for m in multiples)))
    if not multiples or not symbols or expression.has(sympy.floor):
        return expression
    divisors = [m for m in multiples if not m.has(sympy.floor) and not m.is_number]
    if not divisors:
        return expression
    factors, rest = sympy.reduced(expression, divisors, *symbols)
    whole = all(c.is_Integer for f in factors for c in sympy.Poly(f, *symbols).coeffs())
    return rest if whole else expression


def _residues(expression: Dim, modulus: int) -> set[int] | None:
    """Return the remainders that a polynomial takes, or None if they are too many to try."""
    expression = sympy.sympify(expression)
    generators, terms = polynomial(expression)
    if any(isinstance(g, sympy.floor) for g in generators):
        return None
    if len(generators) * math.log(modulus) > math.log(RESIDUES):
        return None
    return {
        sum(
            c * math.prod(pow(v, p, modulus) for v, p in zip(values, powers, strict=True))
            for powers, c in terms.items()
        )
        % modulus
        for values in product(range(modulus), repeat=len(generators))
    }


def _rising(expression: Dim) -> list[sympy.Symbol]:
    """Return the symbols of a polynomial without minus signs or floors."""
    expression = sympy.sympify(expression)
    generators, terms = polynomial(expression)
    if any(isinstance(g, sympy.floor) for g in generators) or any(c < 0 for c in terms.values()):
        return []
    return generators


def _most(expression: sympy.Expr, symbol: sympy.Symbol, limit: int) -> int:
    """Return a size above which a rising polynomial is above a limit."""
    others = expression.xreplace(dict.fromkeys(expression.free_symbols - {symbol}, sympy.S.One))
    slope = int(others.subs(symbol, 2) - others.subs(symbol, 1))
    return max(1, 1 + (limit - int(others.subs(symbol, 1))) // max(1, slope))
