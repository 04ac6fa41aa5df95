"""Moving elements without changing them: shape, order, joining, padding."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import (
    Axes,
    Carried,
    Cotangents,
    Dim,
    Facts,
    Family,
    InputAxis,
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
from cutaway.ops.regroup import regroup


class Movement(Op):
    """An op that moves elements of any kind, and computes nothing."""

    __slots__ = ()
    family: ClassVar[Family] = "movement"
    takes: ClassVar[Any] = None
    cost: ClassVar[int] = 0


class Viewing(Movement):
    """A movement that copies nothing."""

    __slots__ = ()
    views: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class Reshape(Viewing):
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
            code="elements-differ",
            at=([InputAxis(0, axis) for axis in range(len(inputs[0]))], ()),
        )
        return self.target

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry axes, alone or in groups, between places where the products before them agree."""
        return regroup(inputs[0], output)

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """Take an axis apart that is one of the input."""
        carried = [inputs[0][place.axis] for place in self.carries(inputs, output)[axis]]
        return Reshape(_one(self.target, axis)) if carried == [output[axis]] else None

    def variants(self, *inputs: Shape) -> Iterator[tuple["Reshape", str]]:
        """Give targets with one axis changed so that the count is right, the last axis first."""
        total = product(inputs[0])
        if total == product(self.target):
            return
        for axis in reversed(range(len(self.target))):
            before, after = self.target[:axis], self.target[axis + 1 :]
            rest = sympy.cancel(sympy.sympify(total) / product(before + after))
            if rest.is_number and (rest == 1 or not rest.is_Integer):
                continue
            target = (*before, as_dim(rest), *after)
            if target != inputs[0]:
                yield Reshape(target), f"reshape to {show_shape(target)}"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Reshape."""
        return xp.reshape(arrays[0], self.target)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Back to the old shape."""
        return (apply(Reshape(node.inputs[0].shape), ct),)


@dataclass(frozen=True, slots=True)
class PermuteDims(Viewing):
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

    @property
    def swaps(self) -> bool:
        """Whether it transposes matrices: the last two axes change places, and no others."""
        rank = len(self.order)
        return self.order == (*range(rank - 2), rank - 1, rank - 2)

    def latex(self, *args: str) -> str:
        """Write a raised T for a matrix transpose, else a call."""
        return rf"{args[0]}^{{\mathsf{{T}}}}" if self.swaps else self.call(*args)

    def text(self, *args: str) -> str:
        """Write a raised T for a matrix transpose, else a call."""
        return f"{args[0]}ᵀ" if self.swaps else f"{self.name}({args[0]})"


@dataclass(frozen=True, slots=True)
class BroadcastTo(Viewing):
    """Axes of length 1 stretched, and new ones in front."""

    target: Shape
    name: ClassVar[str] = "broadcast_to"
    title: ClassVar[Title] = Title("Broadcast", "广播")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Ask of every axis that it is a literal 1 or has the target's size."""
        (shape,) = inputs
        added = len(self.target) - len(shape)
        if added < 0:
            reason = f"at most {len(self.target)} axes for {show_shape(self.target)}"
            facts.require(False, reason, code="rank")
        for axis, (dim, wanted) in enumerate(zip(shape, self.target[added:], strict=True)):
            if dim != 1:
                facts.require_equal(
                    dim,
                    wanted,
                    "an axis that is not 1 keeps its size",
                    at=((InputAxis(0, axis),), ()),
                )
        return self.target

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry what isn't stretched, aligned at the end."""
        (shape,) = inputs
        added = len(output) - len(shape)
        kept = (
            (InputAxis(0, axis),) if dim != 1 or output[axis + added] == 1 else ()
            for axis, dim in enumerate(shape)
        )
        return ((),) * added + tuple(kept)

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """Take any axis apart: the elements of a stretched one are all alike."""
        return BroadcastTo(_one(self.target, axis))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Stretch, without copying."""
        return xp.broadcast_to(arrays[0], self.target)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """As it is: un-broadcasting is the transform's work."""
        return (ct,)


@dataclass(frozen=True, slots=True)
class ExpandDims(Viewing):
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
class Squeeze(Viewing):
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


def _one(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis + 1 :])


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
