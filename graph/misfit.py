"""Two sizes that don't fit: what was asked, where each comes from, and what mends it."""

from dataclasses import dataclass

from cutaway.graph.conditions import Verdict
from cutaway.graph.dims import Dim
from cutaway.graph.requirement import Code
from cutaway.graph.show import show
from cutaway.graph.source import Source


@dataclass(frozen=True, slots=True)
class Derivation:
    """A size, and the node where it begins: ``4*D from feed_forward/up/weight at model.py:12``."""

    dim: Dim
    path: str
    source: Source

    def __str__(self) -> str:
        return f"{show(self.dim)} from {self.path} at {self.source}"


@dataclass(frozen=True, slots=True)
class Misfit:
    """A condition of an op, as data.

    Attributes
    ----------
    code
        The kind of trouble, in a few words with hyphens.
    op, scope, source
        What asks for it, and where.
    condition
        What is asked; False where it holds at no sizes.
    reason
        Why.
    left, right
        The two sizes and where they come from; None where it isn't about two sizes.
    fix
        What to change; empty where no single edit is known to mend it.
    """

    code: Code
    op: str
    scope: str
    source: Source
    condition: Verdict
    reason: str
    left: Derivation | None
    right: Derivation | None
    fix: str
