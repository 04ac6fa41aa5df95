"""Ops as a breakpoint asks for them: by name, and by kind."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from cutaway.graph import Node, OptionError
from cutaway.graph.errors import explain
from cutaway.step.find import listed


@dataclass(frozen=True, eq=False)
class NamedOp:
    """An op of a step, with what it goes by, its path first, and the kinds that it is of."""

    node: Node
    names: tuple[str, ...]
    kinds: set[str]


def kinds(node: Node) -> set[str]:
    """Return what an op's kind may be called: its name, its class, its family."""
    return {node.op.name, type(node.op).__name__, node.op.family}


def check_kind(op: object, known: Iterable[str]) -> None:
    """Refuse a kind of op that there is not.

    Raises
    ------
    OptionError
        Listing those there are.
    """
    names = dict.fromkeys(known)
    if isinstance(op, str) and op in names:
        return
    near = difflib.get_close_matches(str(op), names, 1)
    raise OptionError(
        explain(
            f"no op is of kind {op!r:.80}",
            required=f"one of {listed(names)}",
            fix=f"did you mean {near[0]!r}?" if near else "",
        )
    )
