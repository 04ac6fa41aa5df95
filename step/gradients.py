"""The backward pass beside the forward pass, and whose gradient each of its nodes computes."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutaway.graph import GradError, Graph, Node, constant, located
from cutaway.graph.errors import explain
from cutaway.ops import broadcast_to
from cutaway.transform.backward import differentiate, float_leaves, owners


@dataclass(frozen=True, eq=False)
class Gradients:
    """A graph with the gradients of all its float values.

    Attributes
    ----------
    graph
        The forward pass and the backward pass; the backward pass runs from the outputs to the
        leaves.
    forward
        The nodes of the forward pass.
    of
        The gradient of each value, by the node that computes the value.
    owner
        For each node of the backward pass, the value whose gradient it is a part of.
    """

    graph: Graph
    forward: frozenset[Node]
    of: Mapping[Node, Node]
    owner: Mapping[Node, Node]

    def find(self, node: Node, path: str) -> Node | None:
        """Return the gradient of a value; None where the outputs don't depend on it: zeros.

        Raises
        ------
        GradError
            If the value is no float, or depends on nothing that is differentiated by.
        """
        if node.dtype != "float":
            raise GradError(f"{path} is {node.dtype}, which has no gradient")
        if node not in self.of and not float_leaves(Graph(node)):
            raise GradError(
                explain(
                    f"the gradient of {path} is not computed",
                    required="a value that depends on a float input or parameter",
                    fix="ca.grad(loss, wrt=[…]) differentiates by any float",
                )
            )
        return self.of.get(node)


def gradients(graph: Graph) -> Gradients:
    """Return the gradients of the outputs: of a scalar loss, or else of the sum of all elements.

    Raises
    ------
    GradError
        If no output is a float, nothing can be differentiated by, or an op has no derivative.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> found = gradients(ca.Graph((x * x).sum()))
    >>> [found.graph.path(node) for node in found.graph.nodes if node not in found.forward][-3:]
    ['∇/multiply', '∇/multiply.1', '∇/add']
    """
    seeds: dict[Node, Node] = {}
    for node in (node for node in graph.outputs if node.dtype == "float"):
        with located(node.scope.backward, node.source):
            one = constant(1.0)
            seeds[node] = broadcast_to(one, node.shape) if node.rank else one
    found = differentiate(graph, seeds)
    order = [node for node in reversed(graph.nodes) if node in found]
    both = Graph([*graph.outputs, *(found[node] for node in order)])
    return Gradients(both, frozenset(graph.nodes), found, owners(graph, found))
