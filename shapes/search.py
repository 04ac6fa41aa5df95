"""The smallest sizes that meet some conditions, and break another."""

from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import combinations
from typing import NamedTuple

import sympy

from cutaway.graph import Condition, Dim, at_least
from cutaway.graph.conditions import Verdict, polynomial
from cutaway.graph.dims import Sizes, symbols_of
from cutaway.shapes.connected import connected
from cutaway.shapes.known import Known
from cutaway.shapes.numbers import reader, tester

TRIES = 12_000  # sizes that one search looks at
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
    vary: Collection[str] = (),
) -> Found | None:
    """Return the first sizes that meet ``keep`` and break a condition; None if none was found.

    Parameters
    ----------
    names
        Every symbol that needs a size.
    rank
        What orders them before their sum, 0 being the best.
    vary
        Symbols that the rank may depend on, besides those of the condition and of what is kept
        with it. The others are as small as what is kept lets them be.
    """
    wanted = {*vary, *(breaking.symbols if breaking else ())}
    rest = dict.fromkeys(names, 1)
    mine: list[Condition] = []
    for group in connected(keep):
        spoken = _named(group)
        if wanted.isdisjoint(spoken):
            met = _search(spoken, group, None, {}, lambda sizes: 0)
            if met is None:
                return None
            rest |= met.sizes
        else:
            mine += group
    return _search(sorted(wanted.union(_named(mine))), mine, breaking, rest, rank)


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
    met = [tester(condition) for condition in keep]
    holds = tester(breaking) if breaking else lambda given: False
    others = sum(size for name, size in rest.items() if name not in varied)
    best: Found | None = None
    ranked = 0
    for fact in breaks(breaking) if breaking else (True,):
        for level in _levels(varied, [*keep, fact]):
            if best is not None and best.rank == 0 and level.least + others > best.total:
                break
            for sizes in level.sizes:
                if holds(sizes) or not all(test(sizes) for test in met):
                    continue
                whole = dict(sorted((rest | sizes).items()))
                by_name = tuple(whole.values())
                key = (0, sum(by_name), by_name)
                if best is not None and best[:3] <= key:
                    continue
                found = Found(rank(whole), *key[1:], whole)
                ranked += 1
                best = found if best is None else min(best, found, key=lambda found: found[:3])
            if ranked > RANKED:
                break
    return best


class _Level(NamedTuple):
    """Some sizes, and a sum below which no sizes of later levels lie."""

    least: int
    sizes: list[dict[str, int]]


def _levels(varied: list[str], facts: list[Verdict]) -> Iterator[_Level]:
    """Enumerate sizes by the sum of the free symbols, which bounds the sum of the sizes.

    Every free symbol stands in a size, which is at least as large if nothing but a number is
    taken off. Where more is taken off, facts on several symbols are left to the tests.
    """
    of_one = [fact for fact in facts if isinstance(fact, bool) or len(fact.symbols) < 2]
    for listed in (facts, of_one, []):
        known = _join(listed)
        if known is None:
            return
        dims = [known.reduce(_symbol(name)) for name in varied]
        slack = _taken_off(dims)
        if slack is not None:
            break
    assert slack is not None  # a symbol is itself
    free = sorted(set().union(*(symbols_of([dim]) for dim in dims)))
    reads = [reader(dim) for dim in dims]
    tried = 0
    for total in range(len(free), len(free) + TRIES):
        sizes: list[dict[str, int]] = []
        for parts in compositions(total, len(free)):
            tried += 1
            given = dict(zip(free, parts, strict=True))
            found = [read(given) for read in reads]
            if min(found, default=1) >= 1:
                sizes.append(dict(zip(varied, found, strict=True)))
        yield _Level(total - slack, sorted(sizes, key=lambda one: sum(one.values())))
        if tried > TRIES or not free:
            return


def _join(facts: Collection[Verdict]) -> Known | None:
    if False in facts:
        return None
    return Known.of(fact for fact in facts if isinstance(fact, Condition))


def _taken_off(dims: Iterable[Dim]) -> int | None:
    """Return the number that is taken off the dims in all (negative where more is added).

    None if more than a number is taken off.
    """
    off = 0
    for dim in dims:
        for powers, c in polynomial(dim)[1].items():
            if not any(powers):
                off -= c
            elif c < 0:
                return None
    return off


def _symbol(name: str) -> sympy.Symbol:
    return sympy.Symbol(name, integer=True, positive=True)


def compositions(total: int, parts: int) -> Iterator[tuple[int, ...]]:
    """Return the ways to write a total as a sum of so many positive integers.

    Examples
    --------
    >>> list(compositions(4, 2))
    [(1, 3), (2, 2), (3, 1)]
    """
    if parts == 1:
        return iter(((total,),) if total else ())
    if not parts:
        return iter(() if total else ((),))
    return (
        tuple(b - a for a, b in zip((0, *cuts), (*cuts, total), strict=True))
        for cuts in combinations(range(1, total), parts - 1)
    )
