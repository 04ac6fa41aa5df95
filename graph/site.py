"""Where an op is applied: its shape rule runs here, and its misfits are told here."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cutaway.graph.conditions import Condition
from cutaway.graph.facts import Facts
from cutaway.graph.misfit import Derivation, Misfit
from cutaway.graph.origin import begins
from cutaway.graph.requirement import Requirement, Side, text_of
from cutaway.graph.scope import Scope
from cutaway.graph.source import Source
from cutaway.graph.suspects import fix_for

if TYPE_CHECKING:
    from cutaway.graph.node import Node
    from cutaway.graph.op import Op


@dataclass(slots=True)
class Site:
    """An op, the nodes it is applied to, and the place in the model and in the user's file."""

    op: "Op"
    inputs: tuple["Node", ...]
    name: str
    scope: Scope
    source: Source

    @classmethod
    def of(cls, node: "Node") -> "Site":
        """Return the site of a node that is built."""
        return cls(node.op, node.inputs, node.name, node.scope, node.source)

    def __str__(self) -> str:
        return f"scope {self.scope.path or '(top)'}, {self.source}"

    def misfit(self, asked: Requirement) -> Misfit:
        """Say as data what a requirement asks, where its sizes come from, and what mends it."""
        return Misfit(
            asked.code,
            self.op.name,
            self.scope.path,
            self.source,
            asked.condition,
            text_of(asked.reason),
            self._derive(asked.left),
            self._derive(asked.right),
            fix_for(self.op, self.inputs, asked),
        )

    def _derive(self, side: Side | None) -> Derivation | None:
        if side is None:
            return None
        if not side.axes:
            path = f"{self.scope.path}/{self.name}" if self.scope.path else self.name
            return Derivation(side.dim, path, self.source)
        node = self.inputs[side.axes[0].operand]
        if len(side.axes) == 1:
            node = begins(node, side.axes[0].axis)
        return Derivation(side.dim, node.path, node.source)


def misfit(node: "Node", condition: Condition) -> Misfit:
    """Return a condition of a node as a misfit: both sizes, where they come from, and the fix.

    One that its shape rule doesn't ask for (the node stands for another, that did) has no sizes.
    """
    site = Site.of(node)
    facts = Facts(node.op.name, tuple(source.shape for source in node.inputs), site)
    facts.infer(node.op)
    kept = Requirement(condition, "sizes-differ", str(condition), None, None, "")
    return site.misfit(facts.conditions.get(condition, kept))
