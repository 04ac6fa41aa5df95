"""Rows of ops that move elements: shape, order, joining, padding, slicing."""

from typing import Any

import numpy as np
from drawing import FLOAT, INT, MISFIT, Built, Case, Draw, Sample, tensor

import cutaway as ca
from cutaway import ops


def merged(d: Draw) -> Built:
    """Reshape that joins axes, or leaves one to follow."""
    a, b, c = d.size(), d.size(), d.size()
    target = ((a, b * c), (a * b * c,), (c, b, a), (b, -1), (-1,))[d.integer(0, 5)]
    return ops.reshape(d.floats((a, b, c)), target), lambda x: np.reshape(x, target)


def split(d: Draw) -> Built:
    """Reshape into heads, which must divide the width."""
    length, width, heads = d.size(), d.symbol(), d.symbol()
    target = (length, heads, width / heads)
    x = d.floats((length, width))
    return x.reshape(target), lambda x: np.reshape(x, tuple(int(n) for n in target))


def asked(d: Draw) -> Built:
    """Reshape to a shape that needs an equality."""
    a, b, target = d.size(), d.symbol(), (d.symbol(), 2)
    return d.floats((a, b)).reshape(target), lambda x: np.reshape(x, target)


def permuted(d: Draw) -> Built:
    """Axes in any order, some counted from the end."""
    x = d.floats(d.shape(0, 4))
    order = tuple(int(n) - (x.rank if d.flag() else 0) for n in d.random.permutation(x.rank))
    return ops.permute_dims(x, order), lambda x: np.transpose(x, order)


def stretched(d: Draw) -> Built:
    """Literal ones stretched, axes added in front."""
    target = d.shape(0, 4)
    first = d.integer(0, len(target) + 1)
    shape = tuple(1 if d.flag() else dim for dim in target[first:])
    return ops.broadcast_to(d.floats(shape), target), lambda x: np.broadcast_to(x, target)


def expanded(d: Draw) -> Built:
    """New axes, counted in the result."""
    x, added = d.floats(d.shape()), d.integer(1, 3)
    places = d.random.permutation(x.rank + added)[:added]
    axis = tuple(int(n) - ((x.rank + added) if d.flag() else 0) for n in places)
    return ops.expand_dims(x, axis), lambda x: np.expand_dims(x, axis)


def squeezed(d: Draw) -> Built:
    """Axes of length 1 dropped: literal ones, and one that must be 1."""
    x = d.floats((1, d.size(), d.symbol(), 1))
    axis: Any = (0, -1, 2, (0, 2), (-4, 3))[d.integer(0, 5)]
    return ops.squeeze(x, axis), lambda x: np.squeeze(x, axis)


def joined(equal: bool) -> Case:
    """Concat of one to three; ``equal`` asks two symbols to be the same."""

    def build(d: Draw) -> Built:
        rank = d.integer(1, 4)
        axis = d.axis(rank)
        shared = [d.symbol() if equal else d.size() for _ in range(rank)]
        parts = []
        for n in range(d.integer(1, 4)):
            shape = list(shared)
            if equal and n == 1 and rank > 1:
                shape[(axis + 1) % rank] = d.symbol()
            shape[axis] = d.size()
            parts.append(d.floats(tuple(shape)))
        return ops.concat(parts, axis), lambda *xs: np.concatenate(xs, axis)

    return build


def stacked(d: Draw) -> Built:
    """Stack along a new axis."""
    shape, count = d.shape(0, 2), d.integer(1, 4)
    axis = d.axis(len(shape) + 1)
    parts = [d.floats(shape) for _ in range(count)]
    return ops.stack(parts, axis), lambda *xs: np.stack(xs, axis)


def padded(d: Draw) -> Built:
    """Pad by numbers and by sizes."""
    x = d.floats(d.shape(1, 3))
    widths = [(d.integer(0, 3), d.symbol() if d.flag() else 0) for _ in range(x.rank)]
    value = float(d.integer(-1, 2))
    d.floats(tuple(w for pair in widths for w in pair if w != 0))
    return ops.pad(x, widths, value), lambda x, _: np.pad(x, widths, constant_values=value)


def whole(d: Draw) -> Built:
    """Pad of ints."""
    x = d.ints((d.size(),))
    return ops.pad(x, [(1, 2)], 7), lambda x: np.pad(x, [(1, 2)], constant_values=7)


KEYS: tuple[Any, ...] = (
    np.s_[1:],
    np.s_[:, 1:],
    np.s_[..., :-1],
    np.s_[:, 1:-1],
    np.s_[-1],
    np.s_[0, ..., 0],
    np.s_[..., None, 0],
    np.s_[None, :, 1],
    np.s_[..., ::2],
    np.s_[:, 1::3],
    np.s_[::-1],
    np.s_[..., ::-2],
    np.s_[:, 2:0:-1],
    np.s_[:, -2:],
    np.s_[-1:0:-1, ...],
    np.s_[:],
)


def cut(d: Draw) -> Built:
    """Slices by numbers, from the front and the end, with steps."""
    key = KEYS[d.integer(0, len(KEYS))]
    return d.floats((d.symbol(), d.symbol(), 3))[key], lambda x: x[key]


def cut_by_sizes(d: Draw) -> Built:
    """Slices by sizes: a prefix, a half, a tail."""
    size, other, way = d.symbol(), d.symbol(), d.integer(0, 4)
    x, y = d.floats((2, size)), d.floats((other,))
    if way == 0:
        return x[:, :other], lambda x, y: x[:, : len(y)]
    if way == 1:
        return x[..., : size / 2], lambda x, y: x[..., : x.shape[-1] // 2]
    if way == 2:
        return x[:, size // 2 :], lambda x, y: x[:, x.shape[-1] // 2 :]
    return y[size - 1 : 0 : -1], lambda x, y: y[x.shape[-1] - 1 : 0 : -1]


MOVEMENT = (
    Sample(
        ops.Reshape,
        (merged, split, asked),
        (
            (lambda: tensor(2, 3).reshape((4,)), ca.ShapeError, MISFIT),
            (lambda: tensor("B", 3).reshape(("B", 4)), ca.ShapeError, "as many elements in (B, 4)"),
            (lambda: FLOAT.reshape((-1, -1)), ca.ShapeError, "only one axis can be -1"),
            (lambda: tensor(3).reshape((-1, 2)), ca.ShapeError, "-1 has no whole size"),
        ),
    ),
    Sample(
        ops.PermuteDims,
        (permuted,),
        (
            (lambda: ops.permute_dims(tensor(2, 3), (0, 0)), ca.ShapeError, "not an order"),
            (lambda: ops.permute_dims(FLOAT, (1,)), ca.ShapeError, "there is no axis 1"),
        ),
    ),
    Sample(
        ops.PermuteDims,
        (lambda d: (d.floats(d.shape(2, 4)).mT, lambda x: np.swapaxes(x, -1, -2)),),
        ((lambda: FLOAT.mT, ca.ShapeError, "too few axes"),),
        name="matrix_transpose",
    ),
    Sample(
        ops.BroadcastTo,
        (stretched,),
        (
            (lambda: ops.broadcast_to(tensor(3), (2, 4)), ca.ShapeError, MISFIT),
            (lambda: ops.broadcast_to(tensor(3, 3), (3,)), ca.ShapeError, "at most 1 axes"),
        ),
    ),
    Sample(
        ops.ExpandDims,
        (expanded,),
        (
            (lambda: ops.expand_dims(FLOAT, 2), ca.ShapeError, "there is no axis 2"),
            (lambda: ops.expand_dims(FLOAT, (0, 0)), ca.ShapeError, "named twice"),
        ),
    ),
    Sample(
        ops.Squeeze,
        (squeezed,),
        (
            (lambda: ops.squeeze(tensor(2, 1), 0), ca.ShapeError, "1 == 2"),
            (lambda: ops.squeeze(FLOAT, 1), ca.ShapeError, "there is no axis 1"),
        ),
    ),
    Sample(
        ops.Concat,
        (joined(False), joined(True)),
        (
            (lambda: ops.concat([]), ca.ShapeError, "no operands"),
            (lambda: ops.concat([FLOAT, INT]), ca.DTypeError, "one kind is required"),
            (lambda: ops.concat([tensor(2, 3), tensor(2, 4)]), ca.ShapeError, "not joined"),
            (lambda: ops.concat([tensor(2, 3), FLOAT]), ca.ShapeError, "same number of axes"),
            (lambda: ops.concat([FLOAT], 1), ca.ShapeError, "there is no axis 1"),
        ),
    ),
    Sample(
        ops.Concat,
        (stacked,),
        (
            (lambda: ops.stack([]), ca.ShapeError, "no operands"),
            (lambda: ops.stack([tensor(2), tensor(3)]), ca.ShapeError, "2 == 3"),
        ),
        name="stack",
    ),
    Sample(
        ops.Pad,
        (padded, whole),
        (
            (lambda: ops.pad(FLOAT, []), ca.ShapeError, "a pair for every axis"),
            (lambda: ops.pad(FLOAT, [(0, -1)]), ca.DimError, "-1 is not a size"),
            (lambda: ops.pad(INT, [(1, 1)], 0.5), ca.DTypeError, "0.5 is not a value of kind int"),
        ),
    ),
    Sample(
        ops.Slice,
        (cut, cut_by_sizes),
        (
            (lambda: FLOAT[0, 0], ca.ShapeError, "more indices than axes"),
            (lambda: tensor(3)[:5], ca.ShapeError, "slices never clamp"),
            (lambda: tensor(3)[3], ca.ShapeError, "the slice lies inside the axis"),
            (lambda: tensor(3)[2:2], ca.ShapeError, "the slice is not empty"),
            (lambda: tensor(3)[-4], ca.ShapeError, "the slice lies inside the axis"),
            (lambda: FLOAT[::0], ca.ShapeError, "a step is a whole number other than 0"),
            (lambda: FLOAT[INT], ca.ShapeError, "pick by values with ca.ops.take"),
        ),
    ),
)
