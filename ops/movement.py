"""Moving elements without changing them: shape, order, joining, padding."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import (
    Axes,
    Cotangents,
    Dim,
    DTypeError,
    Facts,
    Node,
    Op,
    Shape,
    ShapeError,
    Title,
    apply,
    as_dim,
    as_shape,
    show_shape,
)
from cutaway.graph.dims import product
from cutaway.graph.errors import explain
from cutaway.ops.lift import Value, axes_of, axis_of, operands


class Movement(Op):
    """An op that moves elements of any kind, and computes nothing."""

    __slots__ = ()
    takes: ClassVar[Any] = None
    cost: ClassVar[int] = 0


@dataclass(frozen=True, slots=True)
class Reshape(Movement):
    """The same elements, in order, in another shape."""

    target: Shape
    name: ClassVar[str] = "reshape"
    title: ClassVar[Title] = Title("Reshape", "变形")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Ask for the same number of elements."""
        facts.require_equal(
            product(inputs[0]),
            product(self.target),
            lambda: f"as many elements in {show_shape(self.target)}",
            "reshape to a shape of the same product, or use -1 for the axis that follows",
        )
        return self.target

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Reshape."""
        return xp.reshape(arrays[0], self.target)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Back to the old shape."""
        return (apply(Reshape(node.inputs[0].shape), ct),)


@dataclass(frozen=True, slots=True)
class PermuteDims(Movement):
    """The axes in another order."""

    order: tuple[int, ...]
    name: ClassVar[str] = "permute_dims"
    title: ClassVar[Title] = Title("Transpose", "转置")
    binding: ClassVar[int] = 3
    holds: ClassVar[int] = 4

    def axes(self, *ranks: int) -> Axes:
        """Carry every axis to its new place."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        return Axes((labels,), tuple(labels[n] for n in self.order))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Reorder."""
        return xp.permute_dims(arrays[0], self.order)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Back in the old order."""
        back = tuple(self.order.index(n) for n in range(len(self.order)))
        return (permute_dims(ct, back),)

    def latex(self, *args: str) -> str:
        """Write a raised T."""
        return rf"{args[0]}^{{\mathsf{{T}}}}"

    def text(self, *args: str) -> str:
        """Write a raised T."""
        return f"{args[0]}ᵀ"


@dataclass(frozen=True, slots=True)
class BroadcastTo(Movement):
    """Axes of length 1 stretched, and new ones in front."""

    target: Shape
    name: ClassVar[str] = "broadcast_to"
    title: ClassVar[Title] = Title("Broadcast", "广播")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Ask of every axis that it is a literal 1 or has the target's size."""
        (shape,) = inputs
        if len(shape) > len(self.target):
            facts.require(False, f"at most {len(self.target)} axes for {show_shape(self.target)}")
        for dim, wanted in zip(shape, self.target[len(self.target) - len(shape) :], strict=True):
            if dim != 1:
                facts.require_equal(dim, wanted, "an axis that is not 1 keeps its size")
        return self.target

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Stretch, without copying."""
        return xp.broadcast_to(arrays[0], self.target)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """As it is: un-broadcasting is the transform's work."""
        return (ct,)


@dataclass(frozen=True, slots=True)
class ExpandDims(Movement):
    """New axes of length 1, at these places of the result."""

    axis: tuple[int, ...]
    name: ClassVar[str] = "expand_dims"
    title: ClassVar[Title] = Title("Expand dims", "增加维度")

    def axes(self, *ranks: int) -> Axes:
        """Carry the old axes around the new ones."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        rest = iter(labels)
        out = tuple("1" if n in self.axis else next(rest) for n in range(ranks[0] + len(self.axis)))
        return Axes((labels,), out)

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Add them."""
        return xp.expand_dims(arrays[0], self.axis)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Without them."""
        return (squeeze(ct, self.axis),)


@dataclass(frozen=True, slots=True)
class Squeeze(Movement):
    """Without these axes, which have length 1."""

    axis: tuple[int, ...]
    name: ClassVar[str] = "squeeze"
    title: ClassVar[Title] = Title("Squeeze", "压缩维度")

    def axes(self, *ranks: int) -> Axes:
        """Ask for length 1, carry the rest."""
        labels = tuple("1" if n in self.axis else f"a{n}" for n in range(ranks[0]))
        return Axes((labels,), tuple(label for label in labels if label != "1"))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Drop them."""
        return xp.squeeze(arrays[0], self.axis)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """With them again."""
        return (expand_dims(ct, self.axis),)


@dataclass(frozen=True, slots=True)
class Concat(Movement):
    """Arrays one after another along an axis."""

    axis: int
    name: ClassVar[str] = "concat"
    title: ClassVar[Title] = Title("Concat", "拼接")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Add up along the axis; ask for equal sizes elsewhere."""
        first = inputs[0]
        if any(len(shape) != len(first) for shape in inputs):
            facts.require(False, "operands with the same number of axes")
        for shape in inputs[1:]:
            for n, (a, b) in enumerate(zip(first, shape, strict=True)):
                if n != self.axis:
                    facts.require_equal(a, b, f"the same size along axis {n}, which is not joined")
        total = as_dim(sympy.Add(*(shape[self.axis] for shape in inputs)))
        return (*first[: self.axis], total, *first[self.axis + 1 :])

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Join."""
        return xp.concat(arrays, axis=self.axis)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """To each its slice."""
        from cutaway.ops.slicing import cut

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

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Add the widths."""
        return tuple(
            as_dim(dim + before + after)
            for dim, (before, after) in zip(inputs[0], self.widths, strict=True)
        )

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Pad."""
        return xp.pad(arrays[0], self.widths, constant_values=self.value)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Without the border."""
        from cutaway.ops.slicing import cut

        for n, (before, after) in enumerate(self.widths):
            if before != 0 or after != 0:
                ct = cut(ct, n, before, before + node.inputs[0].shape[n])
        return (ct,)


def reshape(x: Value, shape: object) -> Node:
    """Return the same elements in another shape; one ``-1`` follows from the others.

    Examples
    --------
    >>> import cutaway as ca
    >>> reshape(ca.input("x", "B T H*K"), "B T H K")
    <reshape: float (B, T, H, K)>
    >>> reshape(ca.input("x", "B T"), (-1,))
    <reshape: float (B*T,)>
    """
    (node,) = operands(x)
    if isinstance(shape, Sequence) and not isinstance(shape, str):
        unknown = [n for n, dim in enumerate(shape) if isinstance(dim, int) and dim == -1]
        if len(unknown) > 1:
            raise ShapeError("reshape: only one axis can be -1")
        if unknown:
            known = as_shape([dim for n, dim in enumerate(shape) if n != unknown[0]])
            rest = _quotient(node.shape, known)
            shape = (*known[: unknown[0]], rest, *known[unknown[0] :])
    elif isinstance(shape, int) and shape == -1:
        shape = (product(node.shape),)
    return apply(Reshape(as_shape(shape)), node)


def _quotient(shape: Shape, known: Shape) -> Dim:
    total, part = product(shape), product(known)
    if isinstance(total, int) and isinstance(part, int) and total % part:
        raise ShapeError(
            explain(
                "reshape: -1 has no whole size",
                required=f"{part} divides {total}",
                came=f"{show_shape(shape)} to {show_shape(known)} and one more",
            )
        )
    return as_dim(sympy.cancel(sympy.sympify(total) / part))


def permute_dims(x: Value, axes: Sequence[int]) -> Node:
    """Return the axes in another order."""
    (node,) = operands(x)
    order = tuple(axis_of(axis, node.rank, "permute_dims") for axis in axes)
    if sorted(order) != list(range(node.rank)):
        raise ShapeError(
            explain(
                "permute_dims: not an order of the axes",
                required=f"each of 0 to {node.rank - 1} once",
                came=str(tuple(axes)),
            )
        )
    return apply(PermuteDims(order), node)


def matrix_transpose(x: Value) -> Node:
    """Return the last two axes swapped."""
    (node,) = operands(x)
    if node.rank < 2:
        raise ShapeError(
            explain(
                "matrix_transpose: too few axes",
                required="at least 2",
                came=show_shape(node.shape),
                fix="add one with ca.ops.expand_dims",
            )
        )
    return apply(PermuteDims((*range(node.rank - 2), node.rank - 1, node.rank - 2)), node)


def broadcast_to(x: Value, shape: object) -> Node:
    """Return the value stretched to a shape; a value that has it already is itself."""
    (node,) = operands(x)
    target = as_shape(shape)
    return node if node.shape == target else apply(BroadcastTo(target), node)


def expand_dims(x: Value, axis: int | tuple[int, ...] = 0) -> Node:
    """Return the value with new axes of length 1, at these places of the result."""
    (node,) = operands(x)
    added = 1 if isinstance(axis, int) else len(axis)
    found = axes_of(axis, node.rank + added, "expand_dims")
    return apply(ExpandDims(found), node) if found else node


def squeeze(x: Value, axis: int | tuple[int, ...]) -> Node:
    """Return the value without these axes, which have length 1."""
    (node,) = operands(x)
    found = axes_of(axis, node.rank, "squeeze")
    return apply(Squeeze(found), node) if found else node


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
