"""The shortest list of conditions that says the same."""

from collections.abc import Iterable

import sympy

from cutaway.graph import Condition
from cutaway.shapes.connected import connected
from cutaway.shapes.known import Known


def minimal(conditions: Iterable[Condition]) -> tuple[Condition, ...] | None:
    """Return conditions without those that follow from the others, sorted; None if they clash.

    Of two that say the same together with the rest, the longer one goes.

    Examples
    --------
    >>> from cutaway.graph import parse_condition
    >>> found = minimal(map(parse_condition, ["H | D", "G | H", "G | D", "T >= 2", "T >= 3"]))
    >>> [str(condition) for condition in found]
    ['G | H', 'H | D', 'T >= 3']
    """
    kept: list[Condition] = []
    for group in connected(dict.fromkeys(conditions)):
        longest_first = sorted(group, key=_simplicity, reverse=True)
        needed = None if Known.of(group) is None else _needed(Known(), longest_first)
        if needed is None:
            return None
        kept += needed
    return tuple(sorted(kept, key=str))


def _simplicity(condition: Condition) -> tuple[int, int, str]:
    ops = sympy.count_ops(condition.left) + sympy.count_ops(condition.right)
    return int(ops), len(str(condition)), str(condition)


def _needed(known: Known, listed: list[Condition]) -> list[Condition] | None:
    """Return those that don't follow from what is known and the others; None if they clash.

    The list is halved: each half is judged with the other one known, so that a fact is added a
    logarithmic number of times. What goes first follows from all that is still there.
    """
    if len(listed) == 1:
        return [] if known.decide(listed[0]) else listed
    half = len(listed) // 2
    first, second = listed[:half], listed[half:]
    with_second = known.join(second)
    kept = None if with_second is None else _needed(with_second, first)
    with_kept = None if kept is None else known.join(kept)
    rest = None if with_kept is None else _needed(with_kept, second)
    return None if kept is None or rest is None else kept + rest
