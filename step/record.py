"""One step: what was computed, from what, and how that is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from cutaway.graph import Formula, Node
from cutaway.run.compile import Array
from cutaway.step.detail import Level
from cutaway.step.focus import Place, operands
from cutaway.step.numbers import short, with_numbers
from cutaway.transform import Formulas


@dataclass(frozen=True, eq=False, repr=False)
class Step:
    """A step of a :class:`Stepper`: an op, or a block of ops at a coarser level.

    Attributes
    ----------
    index
        Its number among the steps of its level.
    node
        The node whose value it shows: the last that leaves the block.
    path
        The node's path, or the block's scope.
    inputs
        What it reads, by path, in the order of its operands. Arrays can't be changed.
    value
        What it computes.
    level
        The level of detail.
    nodes
        All ops of the step.
    forward
        In the backward pass, the node of the forward pass whose gradient this is, or is a part
        of.
    """

    index: int
    node: Node
    path: str
    inputs: Mapping[str, Array]
    value: Array
    level: Level
    nodes: tuple[Node, ...]
    forward: Node | None
    _operands: tuple[Array, ...] = field(default=())
    _formulas: Formulas | None = None

    @cached_property
    def formula(self) -> Formula:
        """What it computes, in its operands; a block that has no short formula shows its last op.

        It is LaTeX, with ``.text``, ``.unicode`` and ``.mathml``.
        """
        assert self._formulas is not None
        block = self._formulas.block(self.nodes) if len(self.nodes) > 1 else None
        return block or self._formulas.op(self.node)

    @cached_property
    def numbers(self) -> Formula | None:
        """The formula with this step's numbers in it, shortened; None for a block of ops."""
        return self.numbers_at(())

    def numbers_at(self, index: Place) -> Formula | None:
        """Return the formula of an element or a row, with the numbers that make it.

        Parameters
        ----------
        index
            The first places in the value: ``(0,)`` is its first row.
        """
        if len(self.nodes) > 1:
            return None
        return with_numbers(self.node, operands(self.node, self._operands, index))

    def __repr__(self) -> str:
        return f"<Step {self.index} {self.path} = {short(self.value)}>"
