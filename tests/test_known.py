"""The prover against enumeration: what it proves of random facts is true, what it finds is best."""

import random
from collections.abc import Callable
from itertools import product

import pytest

import cutaway as ca
from cutaway.graph import Condition, Dim, parse_condition
from cutaway.graph.conditions import Relation, made
from cutaway.shapes.known import Known
from cutaway.shapes.normal import minimal
from cutaway.shapes.search import smallest

NAMES = "ABC"
SYMBOLS = ca.dims("A B C")
GRID = [dict(zip(NAMES, sizes, strict=True)) for sizes in product(range(1, 6), repeat=3)]
RELATIONS: tuple[Relation, ...] = ("|", "==", ">=", "<=")


def expression(draw: random.Random, depth: int) -> Dim:
    """Return a random expression: sums, differences, products and floors."""
    if depth == 0 or draw.random() < 0.35:
        return draw.choice(SYMBOLS) if draw.random() < 0.75 else draw.randint(1, 5)
    left, right = (expression(draw, depth - 1) for _ in range(2))
    forms: tuple[Callable[[], Dim], ...] = (
        lambda: left + right,
        lambda: left * right,
        lambda: left + draw.randint(-2, 2),
        lambda: draw.choice(SYMBOLS) // draw.choice((2, 3, *SYMBOLS)),
    )
    return draw.choice(forms)()


def condition(draw: random.Random) -> Condition:
    """Return a random condition that neither always nor never holds, as far as its maker sees."""
    while True:
        found = made(draw.choice(RELATIONS), expression(draw, 2), expression(draw, 2))
        if isinstance(found, Condition):
            return found


def met(facts: list[Condition]) -> list[dict[str, int]]:
    """Return the small sizes that meet all facts."""
    return [sizes for sizes in GRID if all(fact.holds(sizes) for fact in facts)]


def check(seed: int) -> None:
    draw = random.Random(seed)
    facts = [condition(draw) for _ in range(draw.randint(1, 3))]
    asked = condition(draw)
    said = f"{list(map(str, facts))}, asked {asked}"
    possible = met(facts)
    known = Known.of(facts)
    if known is None or known.refuted():
        assert not possible, said
    if known is None:
        return
    answer = known.decide(asked)
    if answer is not None:
        assert all(asked.holds(sizes) is answer for sizes in possible), said
    kept = minimal(facts)
    assert met(list(kept or ())) == possible if kept is not None else not possible, said
    found = smallest(NAMES, facts, asked)
    breaking = [sizes for sizes in possible if not asked.holds(sizes)]
    if found is not None:
        assert all(fact.holds(found.sizes) for fact in facts), said
        assert not asked.holds(found.sizes), said
    if breaking:
        best = min(breaking, key=lambda sizes: (sum(sizes.values()), tuple(sizes.values())))
        assert found is not None, said
        assert found[1:3] <= (sum(best.values()), tuple(best.values())), said


@pytest.mark.parametrize("first", range(0, 60, 10))
def test_what_is_proved_is_true(first: int) -> None:
    for seed in range(first, first + 10):
        check(seed)


@pytest.mark.slow
@pytest.mark.parametrize("first", range(1000, 1500, 25))
def test_what_is_proved_is_true_of_hundreds(first: int) -> None:
    for seed in range(first, first + 25):
        check(seed)


PROVED: tuple[tuple[list[str], str], ...] = (
    (["D == H*K"], "H | D"),
    (["G*H | G*D"], "H | D"),
    (["H | D", "G | H"], "G | D"),
    (["H | D"], "H <= D"),
    (["D == 4*H"], "2*H | D"),
    (["T >= S + 1"], "T >= 2"),
    (["T <= 512"], "T <= 1024"),
    (["2*T <= 1025"], "T <= 512"),
    (["H | D"], "D == H*(D // H)"),
    (["T == 2*(T // 2)"], "2 | T"),
    (["A | B"], "A | B*C"),
    (["A | B", "A | C"], "A | B + C"),
    (["S == T", "T == U"], "S == U"),
    (["2*S == 3*T"], "2 | T"),
    ([], "2 | T*T + T"),
    ([], "3 | T*T*T + 2*T"),
    ([], "T >= 2*(T // 2)"),
)


@pytest.mark.parametrize(("facts", "asked"), PROVED)
def test_what_has_to_be_proved(facts: list[str], asked: str) -> None:
    known = Known.of(c for c in map(parse_condition, facts) if isinstance(c, Condition))
    assert known is not None
    assert known.decide(parse_condition(asked)) is True


CLASHING = {
    "an odd even": ["T == 2*S", "T == 2*U + 1"],
    "bounds": ["T >= 5", "T <= 4"],
    "a circle": ["S >= T + 1", "T >= U", "U >= S"],
    "floors": ["A == C", "A == A // 2"],
    "a divisor above": ["H | D", "H >= D + 1"],
}


@pytest.mark.parametrize("facts", CLASHING.values(), ids=CLASHING)
def test_what_has_to_clash(facts: list[str]) -> None:
    known = Known.of(c for c in map(parse_condition, facts) if isinstance(c, Condition))
    assert known is None or known.refuted()
