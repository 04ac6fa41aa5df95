"""First values for parameters."""

import math
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from cutaway.graph import (
    ContractError,
    FeedError,
    Graph,
    Node,
    Parameter,
    check_sizes,
    evaluate,
    show,
)
from cutaway.graph.dims import symbols_of
from cutaway.graph.errors import explain
from cutaway.run.compile import Array, keyed


def initialize(
    graph: Graph | Node | Iterable[Node],
    dims: Mapping[Any, int] | None = None,
    seed: int = 0,
    dtype: npt.DTypeLike = "float32",
) -> dict[str, Array]:
    """Return a first array for every parameter, by path.

    Matrices are drawn by Xavier's rule (Glorot and Bengio 2010, uniform), embeddings from a
    normal distribution of deviation 1/sqrt(width), as the paper's code does; biases are 0, gains
    1. Each parameter has a random stream of its own, from ``seed`` and its path, so that adding
    a layer changes no other.

    Parameters
    ----------
    dims
        The sizes of the parameters' shapes.
    dtype
        ``float32`` or another float.

    Raises
    ------
    FeedError
        If a size is missing.
    ContractError
        If the sizes break a condition.

    Examples
    --------
    >>> import cutaway as ca
    >>> params = initialize(ca.Graph(ca.parameter("w", "D 4*D")), dims={"D": 2})
    >>> params["w"].shape
    (2, 8)
    """
    graph = Graph.of(graph)
    if np.dtype(dtype).kind != "f":
        raise FeedError(f"parameters are floats: {np.dtype(dtype)} is none")
    sizes = {str(name): int(size) for name, size in (dims or {}).items()}
    check_sizes(graph, sizes)
    nodes = keyed(graph.parameters, lambda node: node.path, "parameters")
    return {path: _draw(node, sizes, seed, np.dtype(dtype)) for path, node in nodes.items()}


def _draw(node: Node, sizes: Mapping[str, int], seed: int, dtype: np.dtype[Any]) -> Array:
    missing = sorted(symbols_of(node.shape) - sizes.keys())
    if missing:
        raise FeedError(
            explain(
                f"the shape of {node.path} needs the size {', '.join(missing)}",
                fix=f"give dims={{{missing[0]!r}: …}}",
            )
        )
    values = [evaluate(dim, sizes) for dim in node.shape]
    for dim, value in zip(node.shape, values, strict=True):
        if value.denominator != 1 or value < 1:
            raise ContractError(f"{node.path}: {show(dim)} = {value} is not the length of an axis")
    shape = tuple(map(int, values))
    assert isinstance(node.op, Parameter)
    if node.op.init == "zeros":
        return np.zeros(shape, dtype)
    if node.op.init == "ones":
        return np.ones(shape, dtype)
    random = np.random.default_rng([seed, zlib.crc32(node.path.encode())])
    if node.op.init == "embedding":
        return (random.standard_normal(shape) / math.sqrt(shape[-1])).astype(dtype)
    bound = math.sqrt(6.0 / (shape[-1] + (shape[-2] if len(shape) > 1 else 1)))
    return random.uniform(-bound, bound, shape).astype(dtype)
