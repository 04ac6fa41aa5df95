"""Joining values along an axis, and padding them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import (
    Carried,
    Cotangents,
    Dim,
    DTypeError,
    Facts,
    Happening,
    InputAxis,
    Node,
    Op,
    Shape,
    ShapeError,
    Side,
    Title,
    apply,
    as_dim,
    at_least,
    show,
)
from cutaway.graph.errors import explain
from cutaway.ops.lift import Value, axis_of, operands
from cutaway.ops.movement import Movement, expand_dims
from cutaway.ops.slicing import cut


@dataclass(frozen=True, slots=True)
class Concat(Movement):
    """Arrays one after another along an axis."""

    axis: int
    name: ClassVar[str] = "concat"
    title: ClassVar[Title] = Title("Concat", "拼接")
    resizes: ClassVar[Happening] = "joined"

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Add up along the axis; ask for equal sizes elsewhere."""
        first = inputs[0]
        if any(len(shape) != len(first) for shape in inputs):
            facts.require(False, "operands with the same number of axes", code="rank")
        for operand, shape in enumerate(inputs[1:], 1):
            for n, (a, b) in enumerate(zip(first, shape, strict=True)):
                if n != self.axis:
                    facts.require_equal(
                        a,
                        b,
                        f"the same size along axis {n}, which is not joined",
                        at=((InputAxis(0, n),), (InputAxis(operand, n),)),
                    )
        total = as_dim(sympy.Add(*(shape[self.axis] for shape in inputs)))
        return (*first[: self.axis], total, *first[self.axis + 1 :])

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry every axis of every operand to the same place."""
        return tuple(
            tuple(InputAxis(operand, axis) for operand in range(len(inputs)))
            for axis in range(len(output))
        )

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """Take an axis apart that is not joined."""
        return None if axis == self.axis else self

    def variants(self, *inputs: Shape) -> Iterator[tuple["Concat", str]]:
        """Give the other axes, the nearest first."""
        others = sorted(range(len(inputs[0])), key=lambda axis: (abs(axis - self.axis), -axis))
        for axis in others[1:]:
            yield Concat(axis), f"concat along axis {axis}"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Join."""
        return xp.concat(arrays, axis=self.axis)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """To each its slice."""
        found: list[Node] = []
        start: Dim = 0
        for source in node.inputs:
            stop = start + source.shape[self.axis]
            found.append(cut(ct, self.axis, start, stop))
            start = stop
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Pad(Movement):
    """A constant before and after, along each axis."""

    widths: tuple[tuple[Dim, Dim], ...]
    value: float = 0.0
    name: ClassVar[str] = "pad"
    title: ClassVar[Title] = Title("Pad", "填充")
    resizes: ClassVar[Happening] = "padded"

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Add the widths, which are whole numbers of at least 0."""
        for width in (width for pair in self.widths for width in pair):
            facts.require_whole(width, f"a width is a whole number: {show(width)}")
            facts.require(
                at_least(width, 0),
                f"a width is at least 0: {show(width)}",
                code="out-of-range",
                left=Side(width),
                right=Side(0),
            )
        return tuple(
            as_dim(dim + before + after)
            for dim, (before, after) in zip(inputs[0], self.widths, strict=True)
        )

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry every axis to the same place."""
        return tuple((InputAxis(0, axis),) for axis in range(len(output)))

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """Take an axis apart that is not padded."""
        return self if self.widths[axis] == (0, 0) else None

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Pad."""
        return xp.pad(arrays[0], self.widths, constant_values=self.value)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Without the border."""
        for n, (before, after) in enumerate(self.widths):
            if before != 0 or after != 0:
                ct = cut(ct, n, before, before + node.inputs[0].shape[n])
        return (ct,)


def concat(arrays: Sequence[Value], axis: int = 0) -> Node:
    """Return the values one after another along an axis."""
    nodes = operands(*arrays)
    if not nodes:
        raise ShapeError("concat: no operands; give at least one")
    if len({node.dtype for node in nodes}) > 1:
        raise DTypeError(f"concat: one kind is required, not {', '.join(n.dtype for n in nodes)}")
    return apply(Concat(axis_of(axis, nodes[0].rank, "concat")), *nodes)


def stack(arrays: Sequence[Value], axis: int = 0) -> Node:
    """Return the values side by side along a new axis."""
    return concat([expand_dims(array, axis) for array in arrays], axis)


def pad(x: Value, widths: Sequence[tuple[Dim, Dim]], value: float = 0.0) -> Node:
    """Return the value with ``(before, after)`` more elements along each axis.

    Examples
    --------
    >>> import cutaway as ca
    >>> pad(ca.input("x", "B T"), [(0, 0), (1, 2)])
    <pad: float (B, T + 3)>
    """
    (node,) = operands(x)
    if len(widths) != node.rank:
        raise ShapeError(
            explain(
                "pad: a pair for every axis",
                required=f"{node.rank} pairs",
                came=f"{len(widths)}",
            )
        )
    if not widths:
        return node  # a scalar has no sides
    pairs = tuple((_width(before), _width(after)) for before, after in widths)
    if node.dtype != "float" and (math.isinf(value) or int(value) != value):
        raise DTypeError(f"pad: {value} is not a value of kind {node.dtype}")
    return apply(Pad(pairs, value), node)


def _width(value: Dim) -> Dim:
    return 0 if isinstance(value, int) and value == 0 else as_dim(value)
