"""Which edges go around something: the residuals."""

from collections import Counter

from cutaway.graph import Graph, Node
from cutaway.ops import Add


def residual_edges(graph: Graph) -> set[tuple[Node, int]]:
    """Return the residual edges, each as the Add in which it ends and the operand's place.

    An edge is residual when it ends in an Add whose other operand depends on the edge's start.
    One pass: every node carries the set of starts above it as the bits of an int.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> y = x + ca.ops.relu(x)
    >>> residual_edges(ca.Graph(y)) == {(y, 0)}
    True
    """
    readers = Counter(source for node in graph.nodes for source in node.inputs)
    bits: dict[Node, int] = {}
    for node in graph.nodes:
        if isinstance(node.op, Add):
            for source in node.inputs:
                if readers[source] > 1:  # else only this Add depends on it
                    bits.setdefault(source, 1 << len(bits))
    above: dict[Node, int] = {}
    found: set[tuple[Node, int]] = set()
    for node in graph.nodes:
        if isinstance(node.op, Add):
            left, right = node.inputs
            if above[right] & bits.get(left, 0):
                found.add((node, 0))
            if above[left] & bits.get(right, 0):
                found.add((node, 1))
        above[node] = 0
        for source in node.inputs:
            above[node] |= above[source] | bits.get(source, 0)
        for done in graph.last_reads[node]:
            del above[done]
    return found
