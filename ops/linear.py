"""The matrix product."""

from dataclasses import dataclass
from typing import Any, ClassVar

from cutaway.graph import Axes, Cotangents, Family, Node, Op, ShapeError, Title, apply, signature
from cutaway.graph.dims import product
from cutaway.graph.errors import explain
from cutaway.ops.lift import Value, operands
from cutaway.ops.movement import expand_dims, squeeze


@dataclass(frozen=True, slots=True)
class MatMul(Op):
    """Batched matrix product ``(..., m, k) @ (..., k, n) -> (..., m, n)``."""

    name: ClassVar[str] = "matmul"
    title: ClassVar[Title] = Title("MatMul", "矩阵乘法")
    family: ClassVar[Family] = "matmul"
    cost: ClassVar[int] = 2
    binding: ClassVar[int] = 0  # (a b)*c is not a (b*c)
    holds: ClassVar[int] = 2

    def axes(self, *ranks: int) -> Axes:
        """Contract ``k``; carry the leading axes."""
        return signature("... m k, ... k n -> ... m n", *ranks, along="k")

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Multiply; a plain matrix on the right takes all rows of the left at once."""
        x, y = arrays
        if y.ndim == 2 and x.ndim > 2:
            return xp.matmul(x.reshape(-1, x.shape[-1]), y).reshape(*x.shape[:-1], y.shape[-1])
        return xp.matmul(x, y)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """``ct @ yᵀ`` and ``xᵀ @ ct``; for a plain matrix y all rows of the batch at once."""
        x, y = node.inputs
        if y.rank == 2 and x.rank > 2:  # else a matrix for every batch, only to be added up
            rows = product(x.shape[:-1])
            slope = x.reshape((rows, x.shape[-1])).mT @ ct.reshape((rows, ct.shape[-1]))
            return ct @ y.mT, slope
        return ct @ y.mT, x.mT @ ct

    def latex(self, *args: str) -> str:
        """Write the factors side by side."""
        return " ".join(args)

    def text(self, *args: str) -> str:
        """Write the factors side by side."""
        return " ".join(args)


def matmul(x: Value, y: Value) -> Node:
    """Return the matrix product; an operand of one axis is a row (left) or a column (right).

    Examples
    --------
    >>> import cutaway as ca
    >>> matmul(ca.input("x", "B T D"), ca.input("w", "D F"))
    <matmul: float (B, T, F)>
    """
    left, right = operands(x, y)
    if not left.rank or not right.rank:
        raise ShapeError(
            explain("matmul: a scalar operand", required="at least one axis", fix="multiply with *")
        )
    row, column = left.rank == 1, right.rank == 1
    product = apply(
        MatMul(),
        expand_dims(left, 0) if row else left,
        expand_dims(right, 1) if column else right,
    )
    gone = (-2,) * row + (-1,) * column
    return squeeze(product, gone) if gone else product
