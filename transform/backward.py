"""The backward pass as a graph: for its cost, its picture, or to step through it."""

from collections.abc import Iterable, Mapping

from cutaway.graph import GradError, Graph, Node, input, scope
from cutaway.graph.errors import explain
from cutaway.graph.graph import topological
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
    leaves = float_leaves(found)
    slopes = cotangents(output_seeds(found.outputs), set(leaves))
    return Graph(slopes[node] for node in leaves if node in slopes)


def float_leaves(graph: Graph) -> list[Node]:
    """Return what is differentiated by: the float parameters, then the float inputs."""
    return [node for node in (*graph.parameters, *graph.inputs) if node.dtype == "float"]


def output_seeds(outputs: Iterable[Node]) -> dict[Node, Node]:
    """Return an input ``∇/output.N`` for the cotangent of each float among outputs."""
    with scope(BACKWARD):
        return {
            node: input(f"output.{number}", node.shape)
            for number, node in enumerate(outputs)
            if node.dtype == "float"
        }


def differentiate(graph: Graph, seeds: Mapping[Node, Node]) -> dict[Node, Node]:
    """Return the gradients of a graph's values, from the cotangents of some of them.

    Of the values on the way from the float leaves to the ``seeds``; of others they are zeros.

    Raises
    ------
    GradError
        If there is no cotangent or no float leaf, or an op on the way has no derivative.
    """
    leaves = float_leaves(graph)
    if not seeds or not leaves:
        raise GradError(
            explain(
                "there is nothing to differentiate",
                required="a float output, and a float input or parameter",
                came="no float leaf" if seeds else "no float output",
            )
        )
    return cotangents(seeds, set(leaves))


def owners(graph: Graph, found: Mapping[Node, Node]) -> dict[Node, Node]:
    """Return, for each node of a backward pass, the value whose gradient it is a part of.

    Parameters
    ----------
    graph
        The forward pass.
    found
        The gradients of its values, from :func:`differentiate`.
    """
    forward = frozenset(graph.nodes)
    owner: dict[Node, Node] = {}

    def new(node: Node) -> list[Node]:
        return [source for source in node.inputs if source not in forward and source not in owner]

    for node in reversed(graph.nodes):
        if node in found:
            for inner in topological([found[node]], new):
                if inner not in forward:
                    owner.setdefault(inner, node)
    return owner
