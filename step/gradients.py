"""The backward pass beside the forward pass, and whose gradient each of its nodes computes."""

from collections.abc import Mapping
from dataclasses import dataclass

from cutaway.graph import GradError, Graph, Input, Node, Parameter, constant, located
from cutaway.graph.errors import explain
from cutaway.graph.graph import topological
from cutaway.ops import broadcast_to
from cutaway.transform import cotangents


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
        if node not in self.of and not any(map(_is_leaf, Graph(node).nodes)):
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
    outputs = [node for node in graph.outputs if node.dtype == "float"]
    leaves = set(filter(_is_leaf, graph.nodes))
    if not outputs or not leaves:
        raise GradError(
            explain(
                "there is nothing to differentiate",
                required="a float output, and a float input or parameter",
                came="no float output" if not outputs else "no float leaf",
            )
        )
    seeds: dict[Node, Node] = {}
    for node in outputs:
        with located(node.scope.backward, node.source):
            one = constant(1.0)
            seeds[node] = broadcast_to(one, node.shape) if node.rank else one
    found = cotangents(seeds, leaves)
    order = [node for node in reversed(graph.nodes) if node in found]
    both = Graph([*graph.outputs, *(found[node] for node in order)])
    forward = frozenset(graph.nodes)
    owner: dict[Node, Node] = {}
    for node in order:
        for inner in topological([found[node]], lambda n: _new(n, forward, owner)):
            if inner not in forward:
                owner.setdefault(inner, node)
    return Gradients(both, forward, found, owner)


def _is_leaf(node: Node) -> bool:
    """Say whether a node is fed or learned, and a float."""
    return isinstance(node.op, Input | Parameter) and node.dtype == "float"


def _new(node: Node, forward: frozenset[Node], owner: Mapping[Node, Node]) -> list[Node]:
    return [source for source in node.inputs if source not in forward and source not in owner]
