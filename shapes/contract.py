"""The contract of a graph: under which conditions on its sizes it is well-shaped."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from cutaway.graph import Condition, ContractError, Graph, Node, Shape, parse_condition
from cutaway.graph.errors import explain

Verdict = Literal["valid", "conditional", "invalid", "undecided"]


@dataclass(frozen=True, slots=True)
class Contract:
    """What :func:`~cutaway.shapes.verify` found.

    Attributes
    ----------
    verdict
        ``valid`` at all sizes, or ``conditional``: exactly where the conditions hold.
    conditions
        Every condition that the nodes ask for, in a fixed order.
    declared
        Those that blocks declare with ``requires``.
    assumed
        Those that the caller assumed.
    shapes
        The shape of every node.
    """

    graph: Graph
    conditions: tuple[Condition, ...]
    declared: tuple[Condition, ...]
    assumed: tuple[Condition, ...]
    shapes: dict[Node, Shape]

    @property
    def verdict(self) -> Verdict:
        """Say in a word whether the graph is well-shaped."""
        return "conditional" if self.conditions else "valid"

    @property
    def unmet(self) -> tuple[Condition, ...]:
        """The conditions that nobody declared or assumed."""
        known = {*self.declared, *self.assumed}
        return tuple(condition for condition in self.conditions if condition not in known)

    def where(self, condition: Condition) -> Node:
        """Return the first node that asks for a condition."""
        return self.graph.conditions[condition]

    def __str__(self) -> str:
        if not self.conditions:
            return "valid at all sizes"
        return f"valid iff {' and '.join(map(str, self.conditions))}"


def verify(graph: Graph | Node | Iterable[Node], assume: str | Iterable[str] = ()) -> Contract:
    """Return the contract of a graph: its conditions joined, and all of its shapes.

    What can hold at no sizes has raised a ``ShapeError`` already, where it was built.

    Parameters
    ----------
    assume
        Conditions that the caller promises, such as ``"H | D"``.

    Raises
    ------
    ContractError
        If an assumption can never hold.

    Examples
    --------
    >>> import cutaway as ca
    >>> B, T, D, H = ca.dims("B T D H")
    >>> print(verify(ca.Graph(ca.layers.multi_head_attention(ca.input("x", (B, T, D)), heads=H))))
    valid iff H | D
    """
    graph = Graph.of(graph)
    assumed: list[Condition] = []
    for text in (assume,) if isinstance(assume, str) else assume:
        condition = parse_condition(text)
        if condition is False:
            raise ContractError(explain(f"the assumption {text!r} holds at no sizes"))
        if isinstance(condition, Condition):
            assumed.append(condition)
    return Contract(
        graph,
        tuple(sorted(graph.conditions, key=str)),
        tuple(sorted(graph.declared, key=str)),
        tuple(assumed),
        {node: node.shape for node in graph.nodes},
    )
