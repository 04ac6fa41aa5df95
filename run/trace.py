"""All values of a run."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cutaway.graph import Graph, Node, Trace
from cutaway.run.compile import Arrays, Compiled


def trace(
    graph: Graph | Node | Iterable[Node],
    feeds: Arrays | None = None,
    params: Arrays | None = None,
    dims: Any = None,
    words: Mapping[str, Sequence[str]] | None = None,
) -> Trace:
    """Run a graph and return the values of all its nodes, by node and by path.

    Parameters
    ----------
    feeds, params, dims
        As for :func:`cutaway.run.evaluate`.
    words
        What the places along an axis are called, by its size, for pictures:
        ``{"T": ("I", "eat")}``.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.ops.softmax(ca.input("x", "T") * 2.0)
    >>> found = trace(y, {"x": [0.0, 0.0]})
    >>> found["softmax"].tolist(), sorted(map(found.graph.path, found))
    ([0.5, 0.5], ['constant', 'multiply', 'softmax', 'x'])
    """
    compiled = Compiled(graph)
    named = {size: tuple(names) for size, names in (words or {}).items()}
    return Trace(compiled.graph, compiled.trace(feeds, params, dims), named)
