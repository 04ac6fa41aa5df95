"""Running sums along an axis."""

from dataclasses import dataclass
from typing import Any, ClassVar

from cutaway.graph import Axes, Cotangents, DTypeError, Family, Kind, Node, Op, Title, apply
from cutaway.ops.lift import Value, axis_of, operands
from cutaway.ops.reduction import sum


@dataclass(frozen=True, slots=True)
class CumulativeSum(Op):
    """The sum of an element and of all before it along an axis."""

    axis: int
    name: ClassVar[str] = "cumulative_sum"
    title: ClassVar[Title] = Title("Running sum", "累加")
    family: ClassVar[Family] = "reduction"
    takes: ClassVar[Any] = None

    def check_kinds(self, *kinds: Kind) -> None:
        """Refuse bools."""
        if "bool" in kinds:
            raise DTypeError(f"{self.name}: bools have no sum; use ca.ops.cast(x, 'int')")

    def axes(self, *ranks: int) -> Axes:
        """Work along the axis, which stays."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        return Axes((labels,), labels, frozenset({labels[self.axis]}))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Add up."""
        return xp.cumulative_sum(arrays[0], axis=self.axis)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """The sum of an element's cotangent and of all after it."""
        return (sum(ct, self.axis, keepdims=True) - cumulative_sum(ct, self.axis) + ct,)


def cumulative_sum(x: Value, axis: int = -1) -> Node:
    """Return running sums along an axis.

    Examples
    --------
    >>> import cutaway as ca
    >>> ca.evaluate(cumulative_sum(ca.input("x", "T")), {"x": [1.0, 2.0, 3.0]})
    [array([1., 3., 6.])]
    """
    (node,) = operands(x)
    return apply(CumulativeSum(axis_of(axis, node.rank, "cumulative_sum")), node)
