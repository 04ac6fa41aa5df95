"""Nodes: the values of a dataflow graph, each made by one op from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from cutaway.graph.conditions import Condition
from cutaway.graph.dims import Dim, Shape, show_shape
from cutaway.graph.facts import Facts
from cutaway.graph.op import Kind, Op
from cutaway.graph.scope import Scope, current_scope, current_source
from cutaway.graph.source import Source

Axis = int | tuple[int, ...] | None


class Operators(Protocol):
    """What ``cutaway.ops`` supplies so that arithmetic on nodes builds nodes."""

    def binary(self, name: str, left: object, right: object) -> Node: ...
    def negative(self, x: Node) -> Node: ...
    def index(self, x: Node, key: object) -> Node: ...
    def transpose(self, x: Node, axes: tuple[int, ...] | None) -> Node: ...
    def reshape(self, x: Node, shape: object) -> Node: ...
    def reduce(self, name: str, x: Node, axis: Axis, keepdims: bool) -> Node: ...


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Node:
    """One value: the op that makes it, from which inputs, and what is known of it.

    Nodes are immutable and compared by identity: ``==`` asks whether two are the same node;
    ``ops.equal`` builds a comparison.

    Attributes
    ----------
    shape
        A dim for each axis, as built.
    dtype
        The kind: ``float``, ``int`` or ``bool``; the precision is chosen when it is run.
    conditions
        What this node asks of the sizes.
    source
        The user's line.
    """

    op: Op
    inputs: tuple[Node, ...]
    shape: Shape
    dtype: Kind
    name: str
    scope: Scope
    source: Source
    conditions: tuple[Condition, ...] = ()

    operators: ClassVar[Operators]
    __array_ufunc__: ClassVar[None] = None  # numpy leaves `array * node` to us

    @property
    def path(self) -> str:
        """Scope and name: ``encoder/layer.0/self_attention/query/weight``."""
        return f"{self.scope.path}/{self.name}" if self.scope.path else self.name

    @property
    def rank(self) -> int:
        """How many axes."""
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<{self.path}: {self.dtype} {show_shape(self.shape)}>"

    def __add__(self, other: object) -> Node: return self.operators.binary("add", self, other)  # fmt: skip
    def __radd__(self, other: object) -> Node: return self.operators.binary("add", other, self)  # fmt: skip
    def __sub__(self, other: object) -> Node: return self.operators.binary("subtract", self, other)  # fmt: skip
    def __rsub__(self, other: object) -> Node: return self.operators.binary("subtract", other, self)  # fmt: skip
    def __mul__(self, other: object) -> Node: return self.operators.binary("multiply", self, other)  # fmt: skip
    def __rmul__(self, other: object) -> Node: return self.operators.binary("multiply", other, self)  # fmt: skip
    def __truediv__(self, other: object) -> Node: return self.operators.binary("divide", self, other)  # fmt: skip
    def __rtruediv__(self, other: object) -> Node: return self.operators.binary("divide", other, self)  # fmt: skip
    def __pow__(self, other: object) -> Node: return self.operators.binary("pow", self, other)  # fmt: skip
    def __rpow__(self, other: object) -> Node: return self.operators.binary("pow", other, self)  # fmt: skip
    def __matmul__(self, other: object) -> Node: return self.operators.binary("matmul", self, other)  # fmt: skip
    def __rmatmul__(self, other: object) -> Node: return self.operators.binary("matmul", other, self)  # fmt: skip
    def __lt__(self, other: object) -> Node: return self.operators.binary("less", self, other)  # fmt: skip
    def __le__(self, other: object) -> Node: return self.operators.binary("less_equal", self, other)  # fmt: skip
    def __gt__(self, other: object) -> Node: return self.operators.binary("greater", self, other)  # fmt: skip
    def __ge__(self, other: object) -> Node: return self.operators.binary("greater_equal", self, other)  # fmt: skip
    def __and__(self, other: object) -> Node: return self.operators.binary("logical_and", self, other)  # fmt: skip
    def __or__(self, other: object) -> Node: return self.operators.binary("logical_or", self, other)  # fmt: skip
    def __neg__(self) -> Node: return self.operators.negative(self)  # fmt: skip
    def __getitem__(self, key: Any) -> Node: return self.operators.index(self, key)  # fmt: skip

    def __bool__(self) -> bool:
        """Refuse: a node has no value until it is run."""
        raise TypeError(f"{self!r} has no value until it is evaluated; use ca.ops.where")

    def __iter__(self) -> Any:
        """Refuse: sizes are symbols."""
        raise TypeError(f"{self!r} cannot be iterated over; index it: x[0], x[:, 1]")

    @property
    def mT(self) -> Node:  # noqa: N802 (the array-API name)
        """The last two axes swapped."""
        return self.operators.transpose(self, None)

    def transpose(self, axes: tuple[int, ...]) -> Node:
        """Reorder the axes: ``permute_dims``."""
        return self.operators.transpose(self, tuple(axes))

    def reshape(self, *shape: Dim | str | tuple[Dim, ...]) -> Node:
        """Give the same elements another shape: ``x.reshape((B, T * D))``."""
        return self.operators.reshape(self, shape[0] if len(shape) == 1 else shape)

    def sum(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Add up along axes; all of them by default."""
        return self.operators.reduce("sum", self, axis, keepdims)

    def mean(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Average along axes; all of them by default."""
        return self.operators.reduce("mean", self, axis, keepdims)

    def max(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Return the largest along axes; all of them by default."""
        return self.operators.reduce("max", self, axis, keepdims)

    def min(self, axis: Axis = None, keepdims: bool = False) -> Node:
        """Return the smallest along axes; all of them by default."""
        return self.operators.reduce("min", self, axis, keepdims)


def apply(op: Op, *inputs: Node, name: str = "") -> Node:
    """Build the node of an op: check kinds, run the shape rule, keep its conditions.

    Raises
    ------
    ShapeError
        If the shapes can fit at no sizes.
    DTypeError
        If an input is of the wrong kind.
    """
    scope, source = current_scope(), current_source()
    shapes = tuple(node.shape for node in inputs)
    facts = Facts(op.name, shapes, lambda: f"scope {scope.path or '(top)'}, {source}")
    kinds = tuple(node.dtype for node in inputs)
    op.check_kinds(*kinds)
    shape = op.shape(facts, *shapes)
    known = {dim for known in shapes for dim in known}
    for dim in shape:
        if dim not in known:
            facts.require_size(dim)
    conditions = tuple(facts.conditions)
    return Node(op, inputs, shape, op.dtype(*kinds), name or op.name, scope, source, conditions)
