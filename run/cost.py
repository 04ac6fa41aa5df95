"""What a graph costs to run and to train: read off the graph and its backward pass.

The backward pass is a graph like any other (:func:`cutaway.transform.backward`): its arithmetic
is counted by the same rules, and what it reads of the forward pass is the memory that training
needs.
"""

from dataclasses import dataclass

from cutaway.graph import Cost, Graph, Input, Leaf, Node, Parameter, legal_sizes
from cutaway.graph.cost import DimSizes, Number, Outputs, arithmetic, total
from cutaway.graph.dims import product
from cutaway.transform import backward as backward_pass


def flops(graph: Outputs, dims: DimSizes = None, *, backward: bool = False) -> Number:
    """Return the arithmetic operations of one evaluation; a multiply-add counts as two.

    Parameters
    ----------
    dims
        Sizes to fill in, by name: an int where they are all given, else an expression.
    backward
        Count the backward pass instead; see :func:`cost`.

    Examples
    --------
    A matrix product costs twice as much backward, once for each factor.

    >>> import cutaway as ca
    >>> y = ca.input("x", "B D") @ ca.parameter("w", "D F")
    >>> flops(y), flops(y, backward=True)
    (2*B*D*F, 4*B*D*F)
    """
    found = Graph.of(graph)
    sizes = legal_sizes(found, dims)
    return total(map(arithmetic, _passes(found).backward if backward else found.nodes), sizes)


def memory(graph: Outputs, dims: DimSizes = None) -> Number:
    """Return how many numbers the forward pass keeps for the backward pass.

    Counted is every value of the forward pass that the backward pass reads, once. Not counted
    are inputs, parameters and constants, which are there anyhow, and what depends on sizes
    alone, such as a causal mask. A value that is another's numbers reshaped, transposed, sliced
    or stretched counts as that other. Times 4 it is bytes in float32.

    Source: for a pre-norm layer with GELU and without dropout it is what Korthikanti et al. 2022
    (Reducing Activation Recomputation in Large Transformer Models, section 4.1) count.

    Examples
    --------
    >>> import cutaway as ca
    >>> memory(ca.ops.tanh(ca.input("x", "N")))  # its slope is made of its value
    N
    >>> memory(ca.input("x", "N") * 2.0)
    0
    """
    found = Graph.of(graph)
    sizes = legal_sizes(found, dims)
    return total((product(node.shape) for node in _passes(found).kept), sizes)


def cost(graph: Outputs, dims: DimSizes = None) -> Cost:
    """Return what a graph costs: parameters, arithmetic forward and backward, memory.

    The backward pass is that of all float parameters and inputs, given cotangents of the
    outputs: what a part costs inside of a model. For a whole model, whose tokens have no
    gradient, it is what training computes.

    Raises
    ------
    GradError
        If an op on the way has no derivative.

    Examples
    --------
    >>> import cutaway as ca
    >>> cost(ca.layers.linear(ca.input("x", "B D"), "F"))
    Cost(parameters=D*F + F, flops=2*B*D*F + B*F, backward_flops=4*B*D*F + B*F, memory=0)
    """
    return sum(cost_by_block(graph, 1, dims).values(), Cost())


def cost_by_block(graph: Outputs, depth: int = 2, dims: DimSizes = None) -> dict[str, Cost]:
    """Return the costs of the scopes at a depth of the path, by the order of their last nodes.

    Nodes above that depth stand under their own scope; ``""`` holds those without one. A
    block's backward pass is the block's, and a value that is kept that of the block that made it.

    Raises
    ------
    GradError
        If an op on the way has no derivative.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.feed_forward(ca.input("x", "B T D"), "F")
    >>> {block: cost.parameters for block, cost in cost_by_block(y).items()}
    {'up': D*F + F, '': 0, 'down': D*F + D}
    """
    found = Graph.of(graph)
    sizes = legal_sizes(found, dims)
    passes = _passes(found)
    blocks: dict[str, tuple[list[Number], ...]] = {}

    def book(column: int, node: Node, number: Number, above: int = 0) -> None:
        block = "/".join(node.scope.names[above : above + depth])
        blocks.setdefault(block, ([], [], [], []))[column].append(number)

    for node in reversed(found.nodes):
        book(0, node, product(node.shape) if isinstance(node.op, Parameter) else 0)
        book(1, node, arithmetic(node))
    for node in passes.backward:
        book(2, node, arithmetic(node), above=1)  # their scopes stand under ∇
    for node in passes.kept:
        book(3, node, product(node.shape))
    return {
        block: Cost(*(total(terms, sizes) for terms in columns))
        for block, columns in reversed(blocks.items())
    }


@dataclass(frozen=True, slots=True)
class _Passes:
    """The nodes of the backward pass, and the forward values whose numbers it reads."""

    backward: tuple[Node, ...]
    kept: tuple[Node, ...]


def _passes(graph: Graph) -> _Passes:
    own = set(graph.nodes)
    back = tuple(node for node in backward_pass(graph).nodes if node not in own)
    reached: set[Node] = set()  # by an input or a parameter
    base: dict[Node, Node] = {}  # whose numbers a value holds
    for node in graph.nodes:
        base[node] = base[node.inputs[0]] if node.op.views else node
        if isinstance(node.op, Input | Parameter) or any(s in reached for s in node.inputs):
            reached.add(node)
    read = dict.fromkeys(base[source] for node in back for source in node.inputs if source in own)
    return _Passes(
        back,
        tuple(node for node in read if node in reached and not isinstance(node.op, Leaf)),
    )
