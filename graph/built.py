"""Which nodes are built while something runs: also those that nothing reads in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutaway.graph.node import Node

_built: ContextVar["list[Node] | None"] = ContextVar("built", default=None)


@contextmanager
def recording() -> "Iterator[list[Node]]":
    """Give a list to which every node is added that is built inside.

    Examples
    --------
    >>> import cutaway as ca
    >>> with recording() as built:
    ...     y = ca.input("x", "N") + ca.parameter("unused", "N") * 0.0 + 1.0
    >>> [node.name for node in built][:3]
    ['x', 'unused', 'constant']
    """
    found: list[Node] = []
    token = _built.set(found)
    try:
        yield found
    finally:
        _built.reset(token)


def record(node: "Node") -> "Node":
    """Add a node to the list of whoever records, and return it."""
    found = _built.get()
    if found is not None:
        found.append(node)
    return node
