"""Fixes: edits that are tried, and named when they make all fit."""

from typing import TYPE_CHECKING

from cutaway.graph.requirement import Requirement, text_of

if TYPE_CHECKING:
    from cutaway.graph.node import Node
    from cutaway.graph.op import Op


def fix_for(op: "Op", inputs: "tuple[Node, ...]", asked: Requirement) -> str:
    """Return what to change, or nothing."""
    return text_of(asked.fix)
