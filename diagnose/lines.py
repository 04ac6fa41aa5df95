"""Which line tells where a node was made: its own, or the call of the helper that made it."""

from cutaway.graph import Graph, Node, Source


def told_apart(graph: Graph, node: Node) -> Source:
    """Return the nearest line, outwards, at which a node was made and others like it were not.

    Where one helper makes all linear maps, its line says nothing: the call does.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> told_apart(ca.Graph(x), x) == x.source
    True
    """
    place = node.source
    alike = [n for n in graph.nodes if n.source == place and type(n.op) is type(node.op)]
    for level, call in enumerate(node.source.calls):
        here = [n for n in alike if n.source.calls[level : level + 1] == (call,)]
        if len(here) == len(alike):
            break
        place, alike = call, here
    return place
