"""The backward pass as a graph: for its cost, its picture, or to step through it."""

from collections.abc import Iterable

from cutaway.graph import Graph, Node, input, scope
from cutaway.graph.scope import BACKWARD
from cutaway.transform.grad import cotangents


def backward(graph: Graph | Node | Iterable[Node]) -> Graph:
    """Return the gradients of all float parameters and inputs, given cotangents of the outputs.

    The outputs are any floats: a loss is not needed. Each has an input ``∇/output.N`` of its
    shape, its cotangent. What the gradients reach beyond ``graph`` is the backward pass, and
    stands under ``∇/``; what it reads of ``graph`` is what the forward pass keeps for it.

    Returns
    -------
    Graph
        One output for each leaf that the outputs depend on, parameters first.

    Raises
    ------
    GradError
        If an op on the way has no derivative.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.ops.tanh(ca.input("x", "N")) * ca.parameter("w", "N")
    >>> [node.path for node in backward(y).outputs]
    ['∇/multiply', '∇/multiply']
    """
    found = Graph.of(graph)
    leaves = [node for node in (*found.parameters, *found.inputs) if node.dtype == "float"]
    with scope(BACKWARD):
        seeds = {
            node: input(f"output.{number}", node.shape)
            for number, node in enumerate(found.outputs)
            if node.dtype == "float"
        }
    slopes = cotangents(seeds, set(leaves))
    return Graph(slopes[node] for node in leaves if node in slopes)
