"""Slices: ``x[..., : D / 2]``, ``x[:, -1]``, ``x[..., 0::2]``; they never clamp."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import (
    Carried,
    Cotangents,
    Dim,
    Facts,
    Happening,
    InputAxis,
    Node,
    Shape,
    ShapeError,
    Side,
    Title,
    apply,
    as_dim,
    at_least,
    show,
    show_shape,
)
from cutaway.graph.errors import explain
from cutaway.ops.lift import Value, operands
from cutaway.ops.movement import Movement, Viewing, expand_dims, squeeze

Span = tuple[Dim, Dim, int]


@dataclass(frozen=True, slots=True)
class Slice(Viewing):
    """From start to stop by step along each axis; a stop of -1 is before the beginning."""

    spans: tuple[Span, ...]
    name: ClassVar[str] = "slice"
    title: ClassVar[Title] = Title("Slice", "切片")
    resizes: ClassVar[Happening] = "cut"

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Ask that every span lies inside its axis and is not empty."""
        return tuple(
            _length(facts, span, size, (InputAxis(0, axis),))
            for axis, (span, size) in enumerate(zip(self.spans, inputs[0], strict=True))
        )

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry every axis to the same place."""
        return tuple((InputAxis(0, axis),) for axis in range(len(output)))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Cut."""
        return arrays[0][_slices(self.spans)]

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Put back into zeros."""
        return (apply(Place(self.spans, node.inputs[0].shape), ct),)


@dataclass(frozen=True, slots=True)
class Place(Movement):
    """A value put into zeros at a slice: the gradient of slicing."""

    spans: tuple[Span, ...]
    target: Shape
    name: ClassVar[str] = "place"
    title: ClassVar[Title] = Title("Place", "放置")
    resizes: ClassVar[Happening] = "padded"

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Ask that the value has the slice's shape."""
        cut = tuple(
            _length(facts, s, size) for s, size in zip(self.spans, self.target, strict=True)
        )
        for axis, (dim, wanted) in enumerate(zip(inputs[0], cut, strict=True)):
            at = (InputAxis(0, axis),), ()
            facts.require_equal(dim, wanted, "the value fills the slice", at=at)
        return self.target

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry every axis to the same place."""
        return tuple((InputAxis(0, axis),) for axis in range(len(output)))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Fill."""
        out = xp.zeros(self.target, dtype=arrays[0].dtype)
        out[_slices(self.spans)] = arrays[0]
        return out

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Cut out."""
        return (apply(Slice(self.spans), ct),)


def _length(facts: Facts, span: Span, size: Dim, axes: tuple[InputAxis, ...] = ()) -> Dim:
    start, stop, step = span
    if (start, stop, step) == (0, size, 1):
        return size
    for bound in (start, sympy.sympify(stop) - start):
        reason = f"a slice begins and ends at whole numbers: {show(bound)}"
        facts.require_whole(bound, reason, Side(size, axes))
    low, high = (start, stop) if step > 0 else (sympy.sympify(stop) + 1, sympy.sympify(start) + 1)
    inside = "the slice lies inside the axis"
    if low != 0:
        _at_least(facts, Side(low), Side(0), inside)
    _at_least(facts, Side(size, axes), Side(high), inside)
    if low != 0 or isinstance(high, int):  # otherwise the length says so itself
        whole = Side(high, axes if high == size else ())
        _at_least(facts, whole, Side(low + 1), "the slice is not empty")
    count = sympy.sympify(high) - low
    return as_dim(count if abs(step) == 1 else (count + abs(step) - 1) // abs(step))


def _at_least(facts: Facts, left: Side, right: Side, reason: str) -> None:
    condition = at_least(left.dim, right.dim)
    if condition is not True:
        fix = "slices never clamp: keep start and stop within the axis"
        facts.require(condition, reason, fix, code="out-of-range", left=left, right=right)


def _slices(spans: tuple[Span, ...]) -> tuple[slice, ...]:
    return tuple(
        slice(start, None if isinstance(stop, int) and stop < 0 else stop, step)
        for start, stop, step in spans
    )


def cut(x: Node, axis: int, start: Dim, stop: Dim) -> Node:
    """Return ``x`` from start to stop along one axis."""
    spans = tuple((start, stop, 1) if n == axis else (0, size, 1) for n, size in enumerate(x.shape))
    return apply(Slice(spans), x)


def index(x: Value, key: Any) -> Node:
    """Return ``x[key]``: ints, slices of dims with steps, ``...`` and None.

    Raises
    ------
    ShapeError
        If there are more indices than axes, or a slice can lie inside at no sizes.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B T D")
    >>> index(x, (..., slice(0, None, 2)))
    <slice: float (B, T, (D + 1) // 2)>
    """
    (node,) = operands(x)
    keys = list(key) if isinstance(key, tuple) else [key]
    real = [k for k in keys if k is not None and k is not Ellipsis]
    if len(real) > node.rank:
        raise ShapeError(
            explain(
                "slice: more indices than axes",
                required=f"at most {node.rank} for {show_shape(node.shape)}",
                came=f"{len(real)}",
            )
        )
    if not any(k is Ellipsis for k in keys):
        keys.append(Ellipsis)
    at = next(n for n, k in enumerate(keys) if k is Ellipsis)
    keys[at : at + 1] = [slice(None)] * (node.rank - len(real))
    spans: list[Span] = []
    dropped: list[int] = []
    added: list[int] = []
    place = 0  # in the result
    for item in keys:
        if item is None:
            added.append(place)
        elif isinstance(item, slice):
            spans.append(_span(item, node.shape[len(spans)]))
        else:
            start = _bound(item, node.shape[len(spans)])
            dropped.append(len(spans))
            spans.append((start, start + 1, 1))
            place -= 1
        place += 1
    whole = all(s == (0, size, 1) for s, size in zip(spans, node.shape, strict=True))
    found = node if whole and not dropped else apply(Slice(tuple(spans)), node)
    found = squeeze(found, tuple(dropped)) if dropped else found
    return expand_dims(found, tuple(added)) if added else found


def _span(item: slice, size: Dim) -> Span:
    step = 1 if item.step is None else item.step
    if isinstance(step, bool) or not isinstance(step, int) or step == 0:
        raise ShapeError(f"slice: a step is a whole number other than 0, not {step!r}")
    first, last = (0, size) if step > 0 else (size - 1, -1)
    start = first if item.start is None else _bound(item.start, size)
    stop = last if item.stop is None else _bound(item.stop, size)
    return start, stop, step


def _bound(value: object, size: Dim) -> Dim:
    if isinstance(value, Node | bool):
        raise ShapeError(
            explain(
                f"slice: {value!r} is no index",
                required="an int, a dim, a slice, ... or None",
                fix="pick by values with ca.ops.take(x, indices, axis)",
            )
        )
    if hasattr(value, "__index__"):
        number = int(value.__index__())
        return size + number if number < 0 else number
    dim = as_dim(value)
    return size + dim if at_least(dim, 0) is False else dim  # -T counts from the end, as -1 does
