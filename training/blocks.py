"""Which block a parameter belongs to, and how long gradients are, block by block."""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from cutaway.graph import Node
from cutaway.graph.scope import BACKWARD
from cutaway.run.compile import Array


def blocks(parameters: Iterable[Node]) -> dict[str, str]:
    """Return the block of every parameter, by path: its layer, or else what stands outermost.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "B T D")
    >>> with ca.scope("encoder"):
    ...     y = ca.layers.encoder(x, layers=2, heads="H", hidden="F")
    >>> found = blocks(ca.Graph(ca.layers.linear(y, 3)).parameters)
    >>> sorted(set(found.values()))
    ['bias', 'encoder/layer.0', 'encoder/layer.1', 'weight']
    """
    return {node.path: block_of(node) for node in parameters}


def block_of(node: Node) -> str:
    """Return the layer in which a node stands, or else the outermost scope, or its own path."""
    names, kinds = node.scope.names, node.scope.kinds
    if names[:1] == (BACKWARD,):  # the backward pass of a block
        names, kinds = names[1:], kinds[1:]
    layers = [depth for depth, kind in enumerate(kinds, 1) if kind == "layer"]
    return "/".join(names[: layers[-1] if layers else 1]) or node.path


def norms(arrays: Mapping[str, Array], homes: Mapping[str, str]) -> dict[str, float]:
    """Return the Euclidean norm of each block's arrays; squares are summed in float64.

    Examples
    --------
    >>> import numpy as np
    >>> norms({"a/w": np.array([3.0]), "a/b": np.array([4.0])}, {"a/w": "a", "a/b": "a"})
    {'a': 5.0}
    """
    squares: dict[str, float] = dict.fromkeys(homes.values(), 0.0)
    with np.errstate(all="ignore"):
        for path, array in arrays.items():
            squares[homes[path]] += float(np.sum(np.square(array, dtype=np.float64)))
    return {block: math.sqrt(square) for block, square in squares.items()}
