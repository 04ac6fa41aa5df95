"""Rebuilding a graph node by node, and opening composites into smaller primitives."""

from collections.abc import Callable

from cutaway.graph import Composite, Graph, Leaf, Node, apply, located, walk


def rewrite(graph: Graph, rule: Callable[..., Node]) -> Graph:
    """Return the graph with every op node replaced by ``rule(node, *new_inputs)``.

    Leaves stay the nodes they are, so that feeds and parameters keep their names.
    """

    def visit(node: Node, *inputs: Node) -> Node:
        if isinstance(node.op, Leaf):
            return node
        with located(node.scope, node.source):
            return rule(node, *inputs)

    values = walk(graph, visit)
    return Graph(values[output] for output in graph.outputs)


def expand(graph: Graph) -> Graph:
    """Return the graph with every composite opened into primitives; the values stay.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T S")
    >>> len(ca.Graph(ca.ops.softmax(x)).nodes), len(expand(ca.Graph(ca.ops.softmax(x))).nodes)
    (2, 15)
    """
    while any(isinstance(node.op, Composite) for node in graph.nodes):
        graph = rewrite(graph, _open)
    return graph


def _open(node: Node, *inputs: Node) -> Node:
    if isinstance(node.op, Composite):
        return node.op.expand(*inputs)  # its own composites are opened in the next round
    same = all(new is old for new, old in zip(inputs, node.inputs, strict=True))
    return node if same else apply(node.op, *inputs, name=node.name)
