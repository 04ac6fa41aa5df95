"""Why a number is what it is: the inputs that made it, back to the leaves."""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import numpy as np

from cutaway.graph import FeedError, Leaf, Node
from cutaway.graph.errors import explain
from cutaway.step.focus import Place
from cutaway.step.numbers import number
from cutaway.step.options import is_whole
from cutaway.step.session import Session
from cutaway.step.shares import shares


@dataclass(eq=False, repr=False)
class Reason:
    """One number, and the terms that make it.

    Attributes
    ----------
    path
        The node's path.
    index
        The element.
    value
        The number.
    terms
        What contributes most, the largest first; empty at a leaf, and where the tree was cut.
    rest
        The sum of the contributions of the other terms.
    is_leaf
        Whether nothing lies behind it: an input, a parameter, a constant.
    """

    path: str
    index: Place
    value: Any
    terms: list["Term"] = field(default_factory=list)
    rest: float = 0.0
    is_leaf: bool = False

    @property
    def total(self) -> float:
        """The sum of all contributions; for products and sums that is the value."""
        return sum((term.contribution for term in self.terms), self.rest)

    @property
    def name(self) -> str:
        """The element: ``scores[0, 2]``."""
        return self.path + (f"[{', '.join(map(str, self.index))}]" if self.index else "")

    def __repr__(self) -> str:
        return f"<Reason {self.name} = {number(self.value)}, {len(self.terms)} terms>"

    def __str__(self) -> str:
        lines: list[str] = []
        waiting: list[tuple[str, str, Reason]] = [("", "", self)]
        while waiting:
            head, below, reason = waiting.pop()
            lines.append(f"{head}{reason.name} = {number(reason.value)}")
            for term in reversed(reason.terms):
                first = f"{_signed(term.contribution)} from "
                heads = [first, *["· ".rjust(len(first))] * (len(term.reasons) - 1)]
                for head, other in reversed(list(zip(heads, term.reasons, strict=True))):
                    waiting.append((f"{below}  {head}", f"{below}  ", other))
        return "\n".join(lines)

    def as_data(self) -> dict[str, Any]:
        """Return the tree as plain data, for JSON."""
        made: dict[int, dict[str, Any]] = {}
        order = [self]
        for reason in order:
            order += [other for term in reason.terms for other in term.reasons]
        for reason in reversed(order):
            made[id(reason)] = {
                "path": reason.path,
                "index": list(reason.index),
                "value": reason.value.item() if hasattr(reason.value, "item") else reason.value,
                "rest": reason.rest,
                "leaf": reason.is_leaf,
                "terms": [
                    {
                        "contribution": term.contribution,
                        "reasons": [made[id(other)] for other in term.reasons],
                    }
                    for term in reason.terms
                ],
            }
        return made[id(self)]


@dataclass(eq=False)
class Term:
    """A part of a number: how much it contributes, and the elements that it is made of."""

    contribution: float
    reasons: tuple[Reason, ...]


def why(session: Session, node: Node, index: Sequence[int], most: int, size: int) -> Reason:
    """Return the reasons of one element.

    Parameters
    ----------
    most
        How many terms of one number are shown.
    size
        How many numbers the tree has, at most; what contributes most is followed first.
    """
    root = _reason(session, node, _checked(session, node, index))
    order = count()
    waiting = [(-1.0, next(order), node, root)]
    left = size - 1
    while waiting and left > 0:
        weight, _, here, reason = heapq.heappop(waiting)
        found = shares(session, here, reason.index)
        shown = found[:most]
        whole = sum(abs(share.contribution) for share in found if np.isfinite(share.contribution))
        reason.rest = float(sum(share.contribution for share in found[most:]))
        for share in shown:
            reasons = tuple(_reason(session, *element) for element in share.elements)
            reason.terms.append(Term(share.contribution, reasons))
            left -= len(reasons)
            finite = np.isfinite(share.contribution) and whole
            part = abs(share.contribution) / whole if finite else 1.0
            for (source, _), other in zip(share.elements, reasons, strict=True):
                if not other.is_leaf:
                    heapq.heappush(waiting, (weight * part, next(order), source, other))
    return root


def _checked(session: Session, node: Node, index: Sequence[int]) -> Place:
    (value,) = session.values([node])
    place = tuple(index)
    fits = all(map(is_whole, place)) and len(place) == value.ndim
    if not fits or any(not -m <= n < m for n, m in zip(place, value.shape, strict=True)):
        raise FeedError(
            explain(
                f"{session.graph.path(node)} has no element {index!r}",
                required=f"a place in an array of shape {value.shape}",
                fix=f"for instance {(0,) * value.ndim}",
            )
        )
    return tuple(int(n) % m for n, m in zip(place, value.shape, strict=True))


def _reason(session: Session, node: Node, place: Place) -> Reason:
    (value,) = session.values([node])
    leaf = isinstance(node.op, Leaf) or not node.inputs
    return Reason(session.graph.path(node), place, value[place], is_leaf=leaf)


def _signed(value: float) -> str:
    return f"{'−' if value < 0 else '+'}{number(abs(value))}"
