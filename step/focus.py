"""A part of a value, and the parts of an op's inputs that make it."""

from collections.abc import Sequence
from dataclasses import dataclass

from cutaway.graph import Node, Op, OptionError, Shape
from cutaway.graph.errors import explain
from cutaway.run.compile import Array

Place = tuple[int, ...]


@dataclass(frozen=True)
class Made:
    """How one element of an op's value is made, of as little of the inputs as can be.

    Attributes
    ----------
    op
        The op that makes it.
    reads
        For each input, what that op reads of it.
    shape
        The shape of what that op gives.
    place
        Where the element stands in there.
    """

    op: Op
    reads: tuple[tuple[slice, ...], ...]
    shape: Shape
    place: Place


def part(value: Array, index: Place, path: str) -> Array:
    """Return an element, or a row: what stands at the first places of an array.

    Raises
    ------
    OptionError
        If there is none.

    Examples
    --------
    >>> import numpy as np
    >>> part(np.eye(2), (1,), "x")
    array([0., 1.])
    """
    try:
        found: Array = value[index]
    except IndexError:
        raise OptionError(
            explain(
                f"{path} has no place [{', '.join(map(str, index))}]",
                required=f"places in an array of shape {value.shape}, counted from 0",
            )
        ) from None
    return found


def operands(node: Node, inputs: Sequence[Array], index: Place) -> list[Array]:
    """Return what a part of an op's value is made of: of its inputs what it reads.

    Along an axis that the op works along, as softmax does, it reads all.

    Examples
    --------
    >>> import cutaway as ca
    >>> import numpy as np
    >>> x, y = np.array([[1, 2], [3, 4]]), np.array([[5, 6], [7, 8]])
    >>> product = ca.input("x", "T D") @ ca.input("y", "D S")
    >>> [array.tolist() for array in operands(product, [x, y], (0, 1))]
    [[1, 2], [6, 8]]
    """
    shapes = tuple(source.shape for source in node.inputs)
    carried = node.op.carries(shapes, node.shape)
    places: list[list[int | slice]] = [[slice(None)] * source.rank for source in node.inputs]
    for axis, place in enumerate(index):
        if node.op.piece(axis, shapes, node.shape) is not None:
            for source in carried[axis]:
                places[source.operand][source.axis] = place
    return [array[tuple(cut)] for array, cut in zip(inputs, places, strict=True)]


def element(op: Op, inputs: tuple[Shape, ...], output: Shape, place: Place) -> Made:
    """Return how an op makes one element of its value: of a big weight it reads a row, or less.

    Parameters
    ----------
    op
        An op whose sizes are known.
    inputs, output
        The shapes of its arrays.

    Examples
    --------
    >>> import cutaway as ca
    >>> softmax = ca.ops.softmax(ca.input("x", "T D"), axis=0).op
    >>> made = element(softmax, ((3, 4),), (3, 4), (2, 1))
    >>> made.reads, made.shape, made.place
    (((slice(None, None, None), slice(1, 2, None)),), (3, 1), (2, 0))
    """
    reads = [[slice(None)] * len(shape) for shape in inputs]
    for axis, n in enumerate(place):
        piece = op.piece(axis, inputs, output)
        if piece is None:
            continue
        for source in op.carries(inputs, output)[axis]:
            reads[source.operand][source.axis] = slice(n, n + 1)
            shape = _single(inputs[source.operand], source.axis)
            inputs = (*inputs[: source.operand], shape, *inputs[source.operand + 1 :])
        op, output, place = piece, _single(output, axis), (*place[:axis], 0, *place[axis + 1 :])
    return Made(op, tuple(map(tuple, reads)), output, place)


def _single(shape: Shape, axis: int) -> Shape:
    return (*shape[:axis], 1, *shape[axis + 1 :])
