"""A part of a value, and the parts of an op's inputs that make it."""

from collections.abc import Sequence

from cutaway.graph import Node, OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array

Place = tuple[int, ...]


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
