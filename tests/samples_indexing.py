"""Rows of ops that pick, count and convert, and of the leaves."""

from typing import Any

import numpy as np
from drawing import FLOAT, INT, KIND, Built, Case, Draw, Sample, tensor

import cutaway as ca
from cutaway import ops
from cutaway.graph import Constant, Input, Kind, Parameter, apply
from cutaway.ops.slicing import Span


def picked(axis_zero: bool) -> Case:
    """Take: an embedding, or along any axis."""

    def build(d: Draw) -> Built:
        table = d.floats(d.shape(1, 3))
        axis = 0 if axis_zero else d.axis(table.rank)
        index = d.ints(d.shape(0, 2), below=table.shape[axis])
        return ops.take(table, index, axis), lambda x, i: np.take(x, i, axis)

    return build


def added(d: Draw) -> Built:
    """Scatter-add of values that begin with the indices' axes."""
    lead, rows = d.shape(0, 2), d.size()
    index, values = d.ints(lead, below=rows), d.floats((*lead, *d.shape(0, 2)))

    def reference(i: Any, v: Any) -> Any:
        out = np.zeros((int(rows), *v.shape[i.ndim :]))
        np.add.at(out, i, v)
        return out

    return ops.scatter_add(index, values, rows), reference


def hot(d: Draw) -> Built:
    """One-hot, with some indices past the end."""
    depth = d.size()
    return ops.one_hot(d.ints(d.shape(), below=6), depth), lambda i: (
        i[..., None] == np.arange(int(depth))
    ).astype(float)


def counted(d: Draw) -> Built:
    """Positions of a symbolic length."""
    n = d.size()
    return ops.arange(n), lambda: np.arange(int(n))


def triangle(d: Draw) -> Built:
    """A causal mask, square or not."""
    t, s = d.size(), d.size() if d.flag() else None
    return ops.causal_mask(t, s), lambda: np.tri(int(t), int(t if s is None else s), dtype=bool)


def sized(d: Draw) -> Built:
    """A size as a number, beside an array that shows it."""
    n = d.size()
    d.floats((n,))
    return ops.dim(2 * n + 1), lambda x: np.asarray(2.0 * len(x) + 1.0)


def cast_to(kind: Kind) -> Case:
    """Cast, from each kind."""

    def build(d: Draw) -> Built:
        shape = d.shape()
        x = (d.floats(shape), d.ints(shape, low=-2), d.bools(shape))[d.integer(0, 3)]
        return ops.cast(x, kind), lambda *given: ops.Numpy().astype(
            given["abc".index(x.name)], ops.Numpy().dtype_of(kind)
        )

    return build


def dropped(d: Draw) -> Built:
    """Dropout with the seed as an input."""
    x, seed = d.floats(d.shape()), d.ints((), below=99)

    def reference(x: Any, seed: Any) -> Any:
        kept = np.random.default_rng([7, int(seed)]).random(x.shape) >= 0.4
        return x * kept / 0.6

    return ops.dropout(x, 0.4, seed, salt=7), reference


def given(d: Draw) -> Built:
    """A constant of any kind."""
    value = np.asarray(d.random.integers(-3, 4, (2, 3)), (float, int, bool)[d.integer(0, 3)])
    return ca.constant(value), lambda: value


def place(d: Draw) -> Built:
    """A value put at a slice of zeros."""
    n, step = d.size(), d.integer(1, 3)
    spans: tuple[Span, ...] = ((1, 1 + n * step, step), (0, 2, 1))

    def reference(x: Any) -> Any:
        out = np.zeros((int(1 + n * step), 2))
        out[1::step] = x
        return out

    return apply(ops.Place(spans, (1 + n * step, 2)), d.floats((n, 2))), reference


INDEXING = (
    Sample(
        ops.Take,
        (picked(True), picked(False)),
        (
            (lambda: ops.take(FLOAT, FLOAT), ca.DTypeError, KIND),
            (lambda: ops.take(FLOAT, INT, 1), ca.ShapeError, "there is no axis 1"),
        ),
    ),
    Sample(
        ops.ScatterAdd,
        (added,),
        (
            (lambda: ops.scatter_add(tensor(3, kind="int"), tensor(4), 9), ca.ShapeError, "3 == 4"),
            (lambda: ops.scatter_add(INT, tensor(), 9), ca.ShapeError, "begin with the axes"),
            (lambda: ops.scatter_add(INT, FLOAT, 0), ca.DimError, "0 is not a size"),
        ),
    ),
    Sample(
        ops.OneHot,
        (hot,),
        (
            (lambda: ops.one_hot(FLOAT, 3), ca.DTypeError, KIND),
            (lambda: ops.one_hot(INT, 0), ca.DimError, "0 is not a size"),
        ),
        "none",
    ),
    Sample(
        ops.Arange,
        (counted,),
        ((lambda: ops.arange("N - N"), ca.DimError, "0 is not a size"),),
        "no inputs",
    ),
    Sample(
        ops.CausalMask,
        (triangle,),
        ((lambda: ops.causal_mask(-1), ca.DimError, "-1 is not a size"),),
        "none",
    ),
    Sample(
        ops.Size,
        (sized,),
        ((lambda: ops.dim(0.5), ca.DimError, "0.5 is not a size"),),
        "no inputs",
    ),
    Sample(
        ops.Cast,
        (cast_to("float"), cast_to("int"), cast_to("bool")),
        ((lambda: ops.cast(FLOAT, "double"), ca.DTypeError, "'double' is not a kind"),),  # type: ignore[arg-type]
        "zero",
    ),
    Sample(
        ops.StopGradient,
        (lambda d: (ops.stop_gradient(d.floats(d.shape())), lambda x: x),),
        gradient="zero",
    ),
    Sample(
        ops.Dropout,
        (dropped,),
        (
            (lambda: ops.dropout(FLOAT, 1.0, 3), ca.OptionError, "a dropout rate"),
            (lambda: ops.dropout(FLOAT, 0.5), ca.ShapeError, "no seed"),
            (lambda: ops.dropout(FLOAT, 0.5, 1.5), ca.DTypeError, KIND),
        ),
    ),
    Sample(
        ops.Place,
        (place,),
        ((lambda: apply(ops.Place(((0, 2, 1),), (4,)), tensor(3)), ca.ShapeError, "3 == 2"),),
    ),
    Sample(
        Input,
        (lambda d: (d.floats(d.shape()), lambda x: x),),
        (
            (lambda: ca.input("", "T"), ca.DTypeError, "an input's name"),
            (lambda: ca.input("x", "T", "real"), ca.DTypeError, "'real' is not a kind"),  # type: ignore[arg-type]
        ),
    ),
    Sample(
        Parameter,
        (lambda d: (d.parameter(d.shape()), lambda x: x),),
        ((lambda: ca.parameter("w", "T -"), ca.DimError, "cannot read the sizes"),),
    ),
    Sample(
        Constant,
        (given,),
        ((lambda: ca.constant(["a"]), ca.DTypeError, "cannot be used"),),
        "no inputs",
    ),
)
