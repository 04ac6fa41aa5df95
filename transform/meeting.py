"""Cotangents of one value are added in the scope where its readers meet."""

from collections.abc import Sequence
from itertools import takewhile
from typing import TypeAlias

from cutaway.graph import Node, Scope, Source, located

Part: TypeAlias = tuple[Scope, Node]  # of a cotangent, and where the reader that it comes from is


def added(parts: Sequence[Part], source: Source | None) -> Node:
    """Return the sum of what the readers of a value give it, made where they meet.

    Innermost first: what goes round a block is so added outside of it, as it parted there.
    """
    waiting: list[Part] = []
    for part in parts:
        while len(waiting) > 1 and _near(*waiting[-2:]) >= _near(waiting[-1], part):
            _join(waiting, source)
        waiting.append(part)
    while len(waiting) > 1:
        _join(waiting, source)
    return waiting[0][1]


def _join(waiting: list[Part], source: Source | None) -> None:
    """Put the sum of the last two in their place."""
    (here, a), (there, b) = waiting[-2:]
    around = _common(here, there)
    with located(around, source):
        waiting[-2:] = [(around, a + b)]


def _near(a: Part, b: Part) -> int:
    """Say how deep two readers stand together."""
    return len(_common(a[0], b[0]).names)


def _common(a: Scope, b: Scope) -> Scope:
    """Return the innermost scope around two."""
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(a.names, b.names, strict=False))
    depth = len(list(pairs))
    return Scope("/".join(a.names[:depth]), a.kinds[:depth])
