"""Turning what a user writes beside a node into a node."""

import numpy as np
import numpy.typing as npt
import sympy

from cutaway.graph import Kind, Node, ShapeError, constant
from cutaway.graph.errors import explain
from cutaway.ops.size import dim

Value = Node | float | npt.NDArray[np.generic] | sympy.Expr


def as_node(value: object, kind: Kind | None = None) -> Node:
    """Return a node: itself, a size as a scalar, or a constant.

    Parameters
    ----------
    value
        A node, a number, an array, or a dim.
    kind
        The kind of the other operand: a whole number beside floats becomes a float.
    """
    if isinstance(value, Node):
        return value
    if isinstance(value, sympy.Expr) and not value.is_number:
        return dim(value)
    if isinstance(value, sympy.Expr):
        value = float(value)
    if kind == "float" and isinstance(value, int | np.integer) and not isinstance(value, bool):
        value = float(value)
    return constant(value)  # type: ignore[arg-type]


def operands(*values: object) -> tuple[Node, ...]:
    """Turn the operands of one op into nodes; plain numbers follow the nodes' kind."""
    kinds = {v.dtype for v in values if isinstance(v, Node)} - {"bool"}
    kind: Kind | None = "float" if "float" in kinds or not kinds else "int"
    if any(isinstance(v, sympy.Expr) for v in values):
        kind = "float"
    return tuple(as_node(value, kind) for value in values)


def axis_of(axis: int, rank: int, what: str) -> int:
    """Return an axis counted from the front.

    Raises
    ------
    ShapeError
        If there is no such axis.
    """
    if isinstance(axis, bool) or not isinstance(axis, int) or not -rank <= axis < rank:
        raise ShapeError(
            explain(
                f"{what}: there is no axis {axis!r}",
                required=f"an axis from {-rank} to {rank - 1}" if rank else "a value with axes",
                came=f"axis={axis!r} of a value with {rank} axes",
            )
        )
    return axis % rank


def axes_of(axis: int | tuple[int, ...] | None, rank: int, what: str) -> tuple[int, ...]:
    """Return axes counted from the front, in order; None means all.

    Raises
    ------
    ShapeError
        If one does not exist or is named twice.
    """
    if axis is None:
        return tuple(range(rank))
    found = [axis_of(a, rank, what) for a in (axis if isinstance(axis, tuple | list) else (axis,))]
    if len(set(found)) < len(found):
        raise ShapeError(f"{what}: an axis is named twice in {axis}")
    return tuple(sorted(found))
