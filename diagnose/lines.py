"""Which line tells where a node was made: its own, or the call of the helper that made it."""

import re
from collections.abc import Callable

from cutaway.graph import Graph, Node, Source


def told_apart(graph: Graph, node: Node, role: Callable[[Node], object]) -> Source:
    """Return the nearest line, outwards, at which only nodes of one role were made.

    Where one helper makes all linear maps, its line says nothing: the call does. What is made there
    for another layer has the same role.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> told_apart(ca.Graph(x), x, str) == x.source
    True
    """
    place = node.source
    alike = [n for n in graph.nodes if n.source == place and type(n.op) is type(node.op)]
    for level, call in enumerate(node.source.calls):
        if len({role(n) for n in alike}) == 1:
            break
        here = [n for n in alike if n.source.calls[level : level + 1] == (call,)]
        if len(here) < len(alike):
            place, alike = call, here
    return place


def learned_names(graph: Graph, node: Node) -> frozenset[str]:
    """Return the parameters that a node reads, without the numbers of layers.

    Examples
    --------
    >>> import cutaway as ca
    >>> w = ca.parameter("layer.3/up/weight", "D K")
    >>> y = ca.input("x", "T D") @ w
    >>> sorted(learned_names(ca.Graph(y), y))
    ['layer./up/weight']
    """
    paths = (graph.path(n) for n in node.inputs if n in graph.parameters)
    return frozenset(re.sub(r"\d+", "", path) for path in paths)
