"""One row for every op: how to call it, what numpy gives, and what it refuses.

A new op gets its row here. :class:`drawing.Sample` says what a row holds; ``test_ops*.py`` runs
the same tests over all rows.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from drawing import (
    BOOL,
    FLOAT,
    INT,
    KIND,
    MISFIT,
    Built,
    Case,
    Draw,
    Error,
    Gradient,
    Reference,
    Sample,
    tensor,
)
from samples_composite import COMPOSITES
from samples_indexing import INDEXING
from samples_movement import MOVEMENT
from scipy import special

import cutaway as ca
from cutaway import ops
from cutaway.graph import Kind, Op

Function = Callable[..., ca.Node]


def unary(
    op: type[Op],
    function: Function,
    reference: Reference,
    *,
    low: float = -2.0,
    numeric: bool = False,
) -> Sample:
    """Return the row of a function of every element; ``numeric`` ones take ints too."""

    def floats(d: Draw) -> Built:
        return function(d.floats(d.shape(), low)), reference

    def ints(d: Draw) -> Built:
        return function(d.ints(d.shape(), low=-4)), reference

    bad: Error = (lambda: function(BOOL if numeric else INT), ca.DTypeError, KIND)
    return Sample(op, (floats, ints) if numeric else (floats,), (bad,))


def binary(
    op: type[Op],
    function: Function,
    reference: Reference,
    *,
    low: tuple[float, float] = (-2.0, -2.0),
    kinds: tuple[Kind, ...] = ("float",),
    gradient: Gradient = "checked",
) -> Sample:
    """Return the row of an op on two broadcasting operands, of kinds that it takes."""

    def case(kind: Kind, equal: bool) -> Case:
        def build(d: Draw) -> Built:
            sides = ((d.symbol(), 2), (d.symbol(), 1)) if equal else d.broadcast(2)
            if kind == "float":
                x, y = (d.floats(s, lo) for s, lo in zip(sides, low, strict=True))
            elif kind == "int":
                x, y = (d.ints(s, low=-2) for s in sides)
            else:
                x, y = (d.bools(s) for s in sides)
            return function(x, y), reference

        return build

    def number(d: Draw) -> Built:
        return function(d.floats(d.shape(), low[0]), 2), lambda x: reference(x, 2.0)

    cases = [case(kind, equal) for kind in kinds for equal in (False, True)]
    errors: list[Error] = [
        (lambda: function(tensor("B", 3, kind=kinds[0]), tensor("B", 4, kind=kinds[0])),
         ca.ShapeError, MISFIT),
        (lambda: function(FLOAT, INT), ca.DTypeError, KIND),
    ]  # fmt: skip
    return Sample(op, (*cases, *[number] * ("float" in kinds)), tuple(errors), gradient)


ELEMENTWISE = (
    unary(ops.Exp, ops.exp, np.exp),
    unary(ops.Log, ops.log, np.log, low=0.5),
    unary(ops.Sqrt, ops.sqrt, np.sqrt, low=0.5),
    unary(ops.Rsqrt, ops.rsqrt, lambda x: x**-0.5, low=0.5),
    unary(ops.Reciprocal, ops.reciprocal, lambda x: 1 / x, low=0.5),
    unary(ops.Tanh, ops.tanh, np.tanh),
    unary(ops.Erf, ops.erf, special.erf),
    unary(ops.Sin, ops.sin, np.sin),
    unary(ops.Cos, ops.cos, np.cos),
    unary(ops.Sigmoid, ops.sigmoid, special.expit),
    unary(ops.Softplus, ops.softplus, lambda x: np.logaddexp(0, x)),
    unary(ops.Relu, ops.relu, lambda x: np.maximum(x, 0)),
    unary(ops.Gelu, ops.gelu, lambda x: x * special.ndtr(x)),
    unary(
        ops.GeluTanh,
        ops.gelu_tanh,
        lambda x: x / 2 * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    ),
    unary(ops.Silu, ops.silu, lambda x: x * special.expit(x)),
    unary(ops.Negative, ops.negative, np.negative, numeric=True),
    unary(ops.Square, ops.square, np.square, numeric=True),
    unary(ops.Abs, ops.abs, np.abs, numeric=True),
    binary(ops.Add, ops.add, np.add, kinds=("float", "int")),
    binary(ops.Subtract, ops.subtract, np.subtract, kinds=("float", "int")),
    binary(ops.Multiply, ops.multiply, np.multiply, kinds=("float", "int")),
    binary(ops.Divide, ops.divide, np.divide, low=(-2.0, 0.5)),
    binary(ops.Pow, ops.pow, np.power, low=(0.5, -2.0)),
    binary(ops.Maximum, ops.maximum, np.maximum, kinds=("float", "int")),
    binary(ops.Minimum, ops.minimum, np.minimum, kinds=("float", "int")),
    *(
        binary(op, function, reference, kinds=("float", "int"), gradient="none")
        for op, function, reference in (
            (ops.Equal, ops.equal, np.equal),
            (ops.NotEqual, ops.not_equal, np.not_equal),
            (ops.Less, ops.less, np.less),
            (ops.LessEqual, ops.less_equal, np.less_equal),
            (ops.Greater, ops.greater, np.greater),
            (ops.GreaterEqual, ops.greater_equal, np.greater_equal),
        )
    ),
    binary(ops.LogicalAnd, ops.logical_and, np.logical_and, kinds=("bool",), gradient="none"),
    binary(ops.LogicalOr, ops.logical_or, np.logical_or, kinds=("bool",), gradient="none"),
    Sample(
        ops.LogicalNot,
        (lambda d: (ops.logical_not(d.bools(d.shape())), np.logical_not),),
        ((lambda: ops.logical_not(FLOAT), ca.DTypeError, KIND),),
        "none",
    ),
)


def choose(d: Draw) -> Built:
    """Where, of three operands that broadcast."""
    condition, x, y = d.broadcast(3)
    return ops.where(d.bools(condition), d.floats(x), d.floats(y)), np.where


def matrices(d: Draw) -> Built:
    """A product whose leading axes broadcast."""
    left, right = d.broadcast(2, 0, 2)
    m, k, n = d.size(), d.size(), d.size()
    return ops.matmul(d.floats((*left, m, k)), d.floats((*right, k, n))), np.matmul


def contracted(d: Draw) -> Built:
    """A product that asks for two symbols to be equal."""
    return d.floats((2, d.symbol())) @ d.floats((d.symbol(), d.size())), np.matmul


def vectors(d: Draw) -> Built:
    """A product with a vector on one side or on both."""
    k, which = d.size(), d.integer(0, 3)
    left = (k,) if which != 1 else (*d.shape(0, 2), 2, k)
    right = (k,) if which != 0 else (*d.shape(0, 2), k, 3)
    return ops.matmul(d.floats(left), d.floats(right)), np.matmul


def reduction(
    op: type[Op], function: Function, reference: Reference, kinds: tuple[Kind, ...]
) -> Sample:
    """Return the row of a reduction: over one axis, several, or all."""

    def case(kind: Kind) -> Case:
        def build(d: Draw) -> Built:
            shape = d.shape(1, 4)
            x = d.floats(shape) if kind == "float" else d.ints(shape, low=-9)
            axis: Any = (None, d.axis(x.rank), d.axes(x.rank))[d.integer(0, 3)]
            kept = d.flag()
            return function(x, axis, kept), lambda x: reference(x, axis=axis, keepdims=kept)

        return build

    errors: tuple[Error, ...] = (
        (lambda: function(FLOAT, 1), ca.ShapeError, "there is no axis 1"),
        (lambda: function(tensor("A", "B"), (0, -2)), ca.ShapeError, "an axis is named twice"),
        (lambda: function(BOOL), ca.DTypeError, op.name),
    )
    return Sample(op, tuple(map(case, kinds)), errors)


def largest(d: Draw) -> Built:
    """Argmax, along one axis."""
    x, kept = d.floats(d.shape(1, 3)), d.flag()
    axis = d.axis(x.rank)
    return ops.argmax(x, axis, kept), lambda x: np.argmax(x, axis, keepdims=kept)


def running(d: Draw) -> Built:
    """Running sums, of floats or of ints."""
    shape = d.shape(1, 3)
    x = d.floats(shape) if d.flag() else d.ints(shape, low=-9)
    axis = d.axis(x.rank)
    return ops.cumulative_sum(x, axis), lambda x: np.cumsum(x, axis)


ALONG = (
    Sample(
        ops.Where,
        (choose,),
        (
            (lambda: ops.where(FLOAT, FLOAT, FLOAT), ca.DTypeError, "a bool, then two values"),
            (lambda: ops.where(BOOL, FLOAT, INT), ca.DTypeError, "a bool, then two values"),
            (lambda: ops.where(tensor(kind="bool"), tensor(2), tensor(3)), ca.ShapeError, MISFIT),
        ),
    ),
    Sample(
        ops.MatMul,
        (matrices, contracted),
        (
            (lambda: tensor("T", 3) @ tensor(4, "D"), ca.ShapeError, "3 == 4"),
            (lambda: ops.matmul(tensor(), FLOAT), ca.ShapeError, "a scalar operand"),
            (lambda: ops.matmul(tensor(2, 2), tensor(2, 2, kind="int")), ca.DTypeError, KIND),
        ),
    ),
    Sample(ops.MatMul, (vectors,), name="matmul of vectors"),
    reduction(ops.Sum, ops.sum, np.sum, ("float", "int")),
    reduction(ops.Mean, ops.mean, np.mean, ("float",)),
    reduction(ops.Max, ops.max, np.max, ("float", "int")),
    reduction(ops.Min, ops.min, np.min, ("float", "int")),
    Sample(
        ops.ArgMax,
        (largest,),
        (
            (lambda: ops.argmax(FLOAT, 1), ca.ShapeError, "there is no axis 1"),
            (lambda: ops.argmax(BOOL), ca.DTypeError, "bools have no argmax"),
        ),
        "none",
    ),
    Sample(
        ops.CumulativeSum,
        (running,),
        (
            (lambda: ops.cumulative_sum(FLOAT, 1), ca.ShapeError, "there is no axis 1"),
            (lambda: ops.cumulative_sum(BOOL), ca.DTypeError, "bools have no sum"),
        ),
    ),
)

ROWS = (*ELEMENTWISE, *ALONG, *INDEXING, *MOVEMENT, *COMPOSITES)
