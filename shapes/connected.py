"""Conditions that have to do with each other: they share symbols, directly or through others."""

from collections.abc import Iterable
from typing import TypeVar

import networkx

from cutaway.graph import Condition

C = TypeVar("C", bound=Condition)


def connected(conditions: Iterable[C]) -> list[list[C]]:
    """Return the conditions in groups that share no symbol; each in the order that came.

    Examples
    --------
    >>> from cutaway.graph import parse_condition
    >>> groups = connected(map(parse_condition, ["H | D", "T <= 8", "D == K", "T >= S"]))
    >>> [[str(condition) for condition in group] for group in groups]
    [['H | D', 'D == K'], ['T <= 8', 'T >= S']]
    """
    listed = list(conditions)
    joined = networkx.Graph()
    for condition in listed:
        joined.add_nodes_from((condition, *condition.symbols))
        joined.add_edges_from((condition, name) for name in condition.symbols)
    group = {
        member: number
        for number, members in enumerate(networkx.connected_components(joined))
        for member in members
    }
    found: dict[int, list[C]] = {}
    for condition in listed:
        found.setdefault(group[condition], []).append(condition)
    return list(found.values())
