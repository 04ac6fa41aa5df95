"""Picking by index, counting, and the causal mask."""

from dataclasses import dataclass
from typing import Any, ClassVar

import sympy

from cutaway.graph import (
    Axes,
    Carried,
    Composite,
    Cotangents,
    Dim,
    Facts,
    Family,
    FeedError,
    InputAxis,
    Kind,
    Node,
    Op,
    Shape,
    Title,
    apply,
    as_dim,
    show,
)
from cutaway.graph.dims import product
from cutaway.graph.errors import explain
from cutaway.ops.cast import cast
from cutaway.ops.compare import equal, greater_equal
from cutaway.ops.lift import Value, axis_of, operands
from cutaway.ops.movement import expand_dims, permute_dims, reshape


def _check_range(xp: Any, index: Any, length: int, what: str) -> None:
    if index.size and (xp.min(index) < 0 or xp.max(index) >= length):
        bad = index[(index < 0) | (index >= length)].flat[0]
        raise FeedError(
            explain(
                f"{what}: an index out of range",
                required=f"0 to {length - 1}",
                came=str(int(bad)),
                fix="feed indices that exist; negative ones do not count from the end",
            )
        )


@dataclass(frozen=True, slots=True)
class Take(Op):
    """Rows of a table, picked by index: an embedding."""

    axis: int = 0
    name: ClassVar[str] = "take"
    title: ClassVar[Title] = Title("Take", "查表")
    family: ClassVar[Family] = "embedding"
    takes: ClassVar[Any] = (None, "int")
    cost: ClassVar[int] = 0

    def axes(self, *ranks: int) -> Axes:
        """Put the indices' axes where the picked one was."""
        labels = tuple(f"a{n}" for n in range(ranks[0]))
        index = tuple(f"i{n}" for n in range(ranks[1]))
        out = (*labels[: self.axis], *index, *labels[self.axis + 1 :])
        return Axes((labels, index), out, frozenset({labels[self.axis]}))

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Pick; an index out of range is an error."""
        table, index = arrays[0], xp.asarray(arrays[1])
        _check_range(xp, index, table.shape[self.axis], self.name)
        if self.axis == 0:
            return table[index]
        shape = (*table.shape[: self.axis], *index.shape, *table.shape[self.axis + 1 :])
        return xp.reshape(xp.take(table, xp.reshape(index, (-1,)), axis=self.axis), shape)

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Add up what each row gets."""
        table, index = node.inputs
        places = tuple(range(self.axis, self.axis + index.rank))
        rest = tuple(n for n in range(ct.rank) if n not in places)
        rows = apply(ScatterAdd(table.shape[self.axis]), index, permute_dims(ct, places + rest))
        order = (*range(1, self.axis + 1), 0, *range(self.axis + 1, rows.rank))
        return (permute_dims(rows, order) if self.axis else rows), None


@dataclass(frozen=True, slots=True)
class ScatterAdd(Op):
    """Values added into rows of zeros, by index: the gradient of picking."""

    length: Dim
    name: ClassVar[str] = "scatter_add"
    title: ClassVar[Title] = Title("Scatter add", "散射相加")
    family: ClassVar[Family] = "embedding"
    takes: ClassVar[Any] = ("int", "float")

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Ask that the values begin with the indices' axes."""
        index, values = inputs
        if len(values) < len(index):
            facts.require(False, "values that begin with the axes of the indices", code="rank")
        for n, (a, b) in enumerate(zip(index, values, strict=False)):
            facts.require_equal(
                a,
                b,
                "values that begin with the axes of the indices",
                at=((InputAxis(0, n),), (InputAxis(1, n),)),
            )
        return (self.length, *values[len(index) :])

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry the axes of a row."""
        index, values = inputs
        return ((), *((InputAxis(1, n),) for n in range(len(index), len(values))))

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """Take the axes of a row apart."""
        return self if axis else None

    def dtype(self, *inputs: Kind) -> Kind:
        """Return the kind of the values."""
        return inputs[1]

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Add; an index out of range is an error."""
        index = xp.asarray(arrays[0])
        _check_range(xp, index, self.length, self.name)
        return xp.scatter_add(index, arrays[1], self.length)

    def flops(self, *shapes: Shape) -> sympy.Expr:
        """Count an addition for each value, however many rows there are."""
        return sympy.sympify(product(shapes[1]))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """Pick the rows."""
        return None, apply(Take(0), ct, node.inputs[0])


@dataclass(frozen=True, slots=True)
class OneHot(Composite):
    """A 1.0 at the index, 0.0 elsewhere, along a new last axis."""

    depth: Dim
    name: ClassVar[str] = "one_hot"
    title: ClassVar[Title] = Title("One-hot", "独热")
    family: ClassVar[Family] = "embedding"
    takes: ClassVar[Any] = "int"
    cost: ClassVar[int] = 0

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Add the axis."""
        return (*inputs[0], self.depth)

    def carries(self, inputs: tuple[Shape, ...], output: Shape) -> Carried:
        """Carry the axes of the indices."""
        return (*((InputAxis(0, n),) for n in range(len(inputs[0]))), ())

    def piece(self, axis: int, inputs: tuple[Shape, ...], output: Shape) -> Op | None:
        """Take the axes of the indices apart."""
        return self if axis < len(inputs[0]) else None

    def dtype(self, *inputs: Kind) -> Kind:
        """Return ``float``."""
        return "float"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Compare with every index."""
        return xp.astype(xp.asarray(arrays[0])[..., None] == xp.arange(self.depth), xp.float_dtype)

    def expand(self, *nodes: Node) -> Node:
        """Compare with every index."""
        return cast(equal(expand_dims(nodes[0], -1), arange(self.depth)), "float")


@dataclass(frozen=True, slots=True)
class Arange(Op):
    """0, 1, 2, …"""

    length: Dim
    name: ClassVar[str] = "arange"
    title: ClassVar[Title] = Title("Positions", "位置")
    cost: ClassVar[int] = 0

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """One axis of that length."""
        return (self.length,)

    def dtype(self, *inputs: Kind) -> Kind:
        """Return ``int``."""
        return "int"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Count."""
        return xp.arange(self.length, dtype=xp.dtype_of("int"))

    def vjp(self, node: Node, ct: Node) -> Cotangents:
        """There are no inputs."""
        return ()

    def text(self, *args: str) -> str:
        """Write the range."""
        return f"arange({show(self.length)})"


@dataclass(frozen=True, slots=True)
class CausalMask(Composite):
    """True where the column is not after the row: a query may see itself and what came before."""

    rows: Dim
    columns: Dim
    name: ClassVar[str] = "causal_mask"
    title: ClassVar[Title] = Title("Causal mask", "因果掩码")
    family: ClassVar[Family] = "mask"
    cost: ClassVar[int] = 0

    def shape(self, facts: Facts, *inputs: Shape) -> Shape:
        """Rows by columns."""
        return (self.rows, self.columns)

    def dtype(self, *inputs: Kind) -> Kind:
        """Return ``bool``."""
        return "bool"

    def kernel(self, xp: Any, *arrays: Any) -> Any:
        """Draw the triangle."""
        return xp.tri(self.rows, self.columns, dtype=bool)

    def expand(self, *nodes: Node) -> Node:
        """Compare positions."""
        return greater_equal(
            reshape(arange(self.rows), (self.rows, 1)),
            reshape(arange(self.columns), (1, self.columns)),
        )


def take(x: Value, indices: Value, axis: int = 0) -> Node:
    """Return the rows of ``x`` at ``indices`` (of any shape) along an axis.

    Examples
    --------
    >>> import cutaway as ca
    >>> take(ca.parameter("table", "V D"), ca.input("tokens", "B T", dtype="int"))
    <take: float (B, T, D)>
    """
    table, index = (*operands(x), *operands(indices))
    return apply(Take(axis_of(axis, table.rank, "take")), table, index)


def scatter_add(indices: Value, values: Value, length: Dim | str) -> Node:
    """Return zeros of ``length`` rows with ``values[i]`` added into row ``indices[i]``."""
    return apply(ScatterAdd(as_dim(length)), *operands(indices), *operands(values))


def one_hot(indices: Value, depth: Dim | str) -> Node:
    """Return 1.0 at each index and 0.0 elsewhere, along a new last axis."""
    return apply(OneHot(as_dim(depth)), *operands(indices))


def arange(length: Dim | str) -> Node:
    """Return 0, 1, …, length - 1."""
    return apply(Arange(as_dim(length)))


def causal_mask(rows: Dim | str, columns: Dim | str | None = None) -> Node:
    """Return the lower triangle: True where a query (row) may attend to a key (column).

    Both begin at the same position: row 0 sees column 0 alone.

    Examples
    --------
    >>> causal_mask("T")
    <causal_mask: bool (T, T)>
    """
    height = as_dim(rows)
    return apply(CausalMask(height, height if columns is None else as_dim(columns)))
