"""The smallest sizes that meet some conditions, and break another."""

import math
from collections.abc import Callable, Collection, Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

import sympy

from cutaway.graph import Condition, Dim, at_least, evaluate
from cutaway.graph.conditions import Verdict, polynomial
from cutaway.graph.dims import Sizes
from cutaway.shapes.connected import connected
from cutaway.shapes.known import Known

TRIES = 20_000  # sizes that one search looks at
RANKED = 300  # of which so many are ranked before it settles for one that is not the best


class Found(NamedTuple):
    """Sizes, and what orders them: the rank, the sum, the sizes in the order of their names."""

    rank: int
    total: int
    by_name: tuple[int, ...]
    sizes: dict[str, int]


Rank = Callable[[Sizes], int]


def smallest(
    names: Collection[str],
    keep: Iterable[Condition] = (),
    breaking: Condition | None = None,
    rank: Rank = lambda sizes: 0,
) -> Found | None:
    """Return the first sizes that meet ``keep`` and break a condition; None if none was found.

    Parameters
    ----------
    names
        Every symbol that needs a size; those of which no condition speaks are 1.
    rank
        What orders them before their sum, 0 being the best.
    """
    rest = dict.fromkeys(names, 1)
    mine: list[Condition] = []
    for group in connected((*keep, breaking) if breaking else keep):
        if breaking in group:
            mine = [condition for condition in group if condition != breaking]
            continue
        met = _search(_named(group), group, None, {}, lambda sizes: 0)
        if met is None:
            return None
        rest |= met.sizes
    varied = _named((*mine, breaking)) if breaking else []
    return _search(varied, mine, breaking, rest, rank)


def breaks(condition: Condition) -> tuple[Verdict, ...]:
    """Return relations of which one holds wherever the condition doesn't.

    Examples
    --------
    >>> from cutaway.graph import parse_condition
    >>> [str(fact) for fact in breaks(parse_condition("S == T"))]
    ['S >= T + 1', 'T >= S + 1']
    """
    left, right = sympy.sympify(condition.left), sympy.sympify(condition.right)
    if condition.relation == "|":
        return (True,)  # no relation says it: the search tries
    above, below = at_least(left, right + 1), at_least(right, left + 1)
    if condition.relation == "==":
        return (above, below)
    return (below,) if condition.relation == ">=" else (above,)


def _named(conditions: Iterable[Condition]) -> list[str]:
    return sorted(set().union(*(condition.symbols for condition in conditions)))


def _search(
    varied: list[str],
    keep: list[Condition],
    breaking: Condition | None,
    rest: dict[str, int],
    rank: Rank,
) -> Found | None:
    """Search in the free symbols of what is known, where few sizes break the facts."""
    best: Found | None = None
    ranked = 0
    for fact in breaks(breaking) if breaking else (True,):
        known = Known.of(keep)
        known = known and known.add(fact)
        if known is None:
            continue
        for level in _levels(varied, known):
            if (
                best is not None
                and best.rank == 0
                and level.least > best.total - _sum(rest, varied)
            ):
                break
            for sizes in level.sizes:
                whole = dict(sorted((rest | sizes).items()))
                by_name = tuple(whole.values())
                key = (0, sum(by_name), by_name)
                if best is not None and best[:3] <= key:
                    continue
                if (breaking and breaking.holds(whole)) or not all(f.holds(whole) for f in keep):
                    continue
                found = Found(rank(whole), *key[1:], whole)
                ranked += 1
                best = found if best is None else min(best, found, key=lambda found: found[:3])
            if ranked > RANKED:
                break
    return best


def _sum(rest: dict[str, int], varied: list[str]) -> int:
    return sum(size for name, size in rest.items() if name not in varied)


class _Level(NamedTuple):
    """Some sizes, and a sum below which no sizes of later levels lie."""

    least: float
    sizes: list[dict[str, int]]


def _levels(varied: list[str], known: Known) -> Iterator[_Level]:
    """Enumerate sizes by the sum of the free symbols, which bounds the sum of the sizes."""
    dims = [known.reduce(_symbol(name)) for name in varied]
    free = sorted(
        {s for dim in dims if not isinstance(dim, int) for s in dim.free_symbols}.union(
            *(fact_symbols(fact) for fact in known.rest)
        ),
        key=str,
    )
    reads = [reader(dim) for dim in dims]
    slack = _slack(dims)
    tried = 0
    for total in range(len(free), len(free) + TRIES):
        sizes: list[dict[str, int]] = []
        for parts in compositions(total, len(free)):
            tried += 1
            given = dict(zip(free, parts, strict=True))
            found = [read(given) for read in reads]
            if all(size >= 1 and size == int(size) for size in found):
                sizes.append(dict(zip(varied, map(int, found), strict=True)))
        yield _Level(total - slack, sorted(sizes, key=lambda one: sum(one.values())))
        if tried > TRIES or not free:
            return


def fact_symbols(fact: Condition) -> set[sympy.Symbol]:
    """Return the symbols of a condition."""
    return sympy.sympify(fact.left).free_symbols | sympy.sympify(fact.right).free_symbols  # type: ignore[no-any-return]


def _slack(dims: list[Dim]) -> float:
    """Return by how much the sum of the free symbols may be above that of the sizes.

    Every free symbol stands in a size, which is at least as large where nothing is taken off.
    """
    off = 0.0
    for dim in dims:
        for powers, c in polynomial(dim)[1].items():
            if c < 0:
                off += math.inf if any(powers) else -c
    return off


def _symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, integer=True, positive=True)


def reader(dim: Dim) -> Callable[[dict[sympy.Symbol, int]], int | Fraction]:
    """Return a function that evaluates a dim quickly.

    Examples
    --------
    >>> from cutaway.graph.symbols import dims
    >>> D, H = dims("D H")
    >>> reader(2 * D * H + 1)({D: 3, H: 2})
    13
    """
    generators, terms = polynomial(dim)
    if any(not g.is_Symbol for g in generators):
        return lambda given: evaluate(dim, {s.name: size for s, size in given.items()})
    table = [
        (c, [(g, p) for g, p in zip(generators, powers, strict=True) if p])
        for powers, c in terms.items()
    ]
    return lambda given: sum(c * math.prod(given[g] ** p for g, p in term) for c, term in table)


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Return the ways to write a total as a sum of so many positive integers.

    Examples
    --------
    >>> list(compositions(4, 2))
    [(1, 3), (2, 2), (3, 1)]
    """
    if not parts:
        return iter(() if total else ((),))
    return (
        tuple(b - a for a, b in zip((0, *cuts), (*cuts, total), strict=True))
        for cuts in combinations(range(1, total), parts - 1)
    )
