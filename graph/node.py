"""Nodes: the values of a dataflow graph, each made by one op from others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from cutaway.graph.built import record
from cutaway.graph.conditions import Condition
from cutaway.graph.dims import Dim, Shape
from cutaway.graph.facts import Facts
from cutaway.graph.op import Kind, Op
from cutaway.graph.operators import Axis, Operators
from cutaway.graph.scope import Scope, current_scope, current_source
from cutaway.graph.show import show_shape
from cutaway.graph.site import Site
from cutaway.graph.source import Source

Operator = Callable[["Node", object], "Node"]


def _binary(name: str) -> tuple[Operator, Operator]:
    """Make the methods of a binary operator: with the node on the left, and on the right."""

    def left(self: Node, other: object) -> Node:
        return self.operators.binary(name, self, other)

    def right(self: Node, other: object) -> Node:
        return self.operators.binary(name, other, self)

    return left, right


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

    __add__, __radd__ = _binary("add")
    __sub__, __rsub__ = _binary("subtract")
    __mul__, __rmul__ = _binary("multiply")
    __truediv__, __rtruediv__ = _binary("divide")
    __pow__, __rpow__ = _binary("pow")
    __matmul__, __rmatmul__ = _binary("matmul")
    __and__, __rand__ = _binary("logical_and")
    __or__, __ror__ = _binary("logical_or")
    __lt__, _ = _binary("less")
    __le__, _ = _binary("less_equal")
    __gt__, _ = _binary("greater")
    __ge__, _ = _binary("greater_equal")

    def __neg__(self) -> Node:
        return self.operators.negative(self)

    def __getitem__(self, key: Any) -> Node:
        return self.operators.index(self, key)

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
    name, scope, source = name or op.name, current_scope(), current_source()
    kinds = tuple([node.dtype for node in inputs])
    op.check_kinds(*kinds)
    shapes = tuple([node.shape for node in inputs])
    facts = Facts(op.name, shapes, Site(op, inputs, name, scope, source))
    shape = facts.infer(op)
    conditions = tuple(facts.conditions)
    return record(Node(op, inputs, shape, op.dtype(*kinds), name, scope, source, conditions))
