"""Fixes that no edit of a shape is: which sizes to choose."""

import sympy

from cutaway.graph.conditions import Condition, Verdict
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


def choose_sizes(condition: Verdict) -> str:
    """Say how to choose sizes so that one divides another, where that is what is asked."""
    if not isinstance(condition, Condition) or condition.relation != "|":
        return ""
    if isinstance(condition.left, int):
        return f"choose {show(condition.right)} as a multiple of {condition.left}"
    number = show(condition.right)
    return choose_divisor(show(condition.left), number, condition.right)
