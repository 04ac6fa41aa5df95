"""Fixes that no edit of a shape is: which sizes to choose."""

import sympy

from cutaway.graph.conditions import Condition, Verdict, divides, equal
from cutaway.graph.dims import Dim
from cutaway.graph.show import show

MOST = 12  # divisors that are listed


def choose_divisor(divisor: str, number: str, size: Dim) -> str:
    """Say which sizes divide another; ``size`` is what ``number`` stands for.

    Examples
    --------
    >>> choose_divisor("H", "12", 12), choose_divisor("H", "D", sympy.Symbol("D"))
    ('choose H that divides 12: 1, 2, 3, 4, 6, 12', 'choose H so that it divides D')
    """
    if not isinstance(size, int):
        return f"choose {divisor} so that it divides {number}"
    known = sympy.divisors(size)
    listed = ", ".join(map(str, known[:MOST])) + (", …" if len(known) > MOST else "")
    return f"choose {divisor} that divides {number}: {listed}"


def choose_sizes(condition: Verdict, left: Dim, right: Dim) -> str:
    """Say how to choose sizes so that one divides another, where that is what is asked.

    A floor that has to be exact asks it too: ``D == H * (D // H)``.
    """
    if isinstance(condition, Condition) and condition.relation == "==":
        condition = _exact(left, right)
    if not isinstance(condition, Condition) or condition.relation != "|":
        return ""
    if isinstance(condition.left, int):
        return f"choose {show(condition.right)} as a multiple of {condition.left}"
    number = show(condition.right)
    return choose_divisor(show(condition.left), number, condition.right)


def _exact(left: Dim, right: Dim) -> Verdict:
    """Return the division whose being exact makes two sizes equal; True if there is none."""
    sides = [sympy.sympify(side) for side in (left, right)]
    floors = set[sympy.Expr]().union(*(side.atoms(sympy.floor) for side in sides))
    if len(floors) != 1:
        return True
    (floor,) = floors
    (ratio,) = floor.args
    exact = [side.xreplace({floor: ratio}) for side in sides]
    top, bottom = sympy.fraction(sympy.together(ratio))
    return divides(bottom, top) if equal(*exact) is True else True
