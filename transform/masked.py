"""The −∞ that is meant: scores that a mask hides."""

from collections.abc import Iterable

from cutaway.graph import Graph, Node, Parameter
from cutaway.ops import Where
from cutaway.ops.functions import Exp
from cutaway.ops.softmax import LogSoftmax, LogSumExp, Softmax
from cutaway.transform.attention import attentions

ENDS = (Exp, LogSoftmax, LogSumExp, Softmax)  # what makes numbers of it


def masked(graph: Graph) -> frozenset[Node]:
    """Return the nodes in which -∞ may stand because a mask puts it there.

    From what is added as a mask, or filled in by it, to the softmax.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> y = ca.layers.scaled_dot_product_attention(x, x, x, ca.ops.causal_mask("T"))
    >>> graph = ca.Graph(y)
    >>> sorted(graph.path(node) for node in masked(graph))
    ['attention/constant', 'attention/where']
    """
    found: set[Node] = set()
    for mask in (mask for attention in attentions(graph) for mask in attention.masks):
        node = mask.node
        added = node.inputs[3 - mask.scores if isinstance(node.op, Where) else mask.place]
        above = Graph(added).nodes
        learned = any(isinstance(n.op, Parameter) for n in above)
        found |= {node, added, *(() if learned else above)}
    return carried(graph, found)


def carried(graph: Graph, begun: Iterable[Node]) -> frozenset[Node]:
    """Return nodes, and those to which they carry -∞: floats before the next softmax."""
    found = set(begun)
    for node in graph.nodes:
        read = any(source in found and source.dtype == "float" for source in node.inputs)
        if read and not isinstance(node.op, ENDS):
            found.add(node)
    return frozenset(node for node in found if node.dtype == "float")
