"""Find what the primitives make: attention, its roles, and where the norms stand."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Literal

from cutaway.graph import Constant, Graph, Input, Node
from cutaway.ops.arithmetic import Add, Divide, Multiply, Reciprocal, Subtract
from cutaway.ops.cast import StopGradient
from cutaway.ops.dropout import Dropout
from cutaway.ops.functions import Exp
from cutaway.ops.indexing import CausalMask
from cutaway.ops.linear import MatMul
from cutaway.ops.movement import BroadcastTo, ExpandDims, PermuteDims, Squeeze
from cutaway.ops.norm import LayerNorm, RMSNorm
from cutaway.ops.reduction import Max, Sum
from cutaway.ops.select import Maximum, Where
from cutaway.ops.softmax import LogSoftmax, Softmax

Role = Literal["query", "key", "value", "mask"]
Operand = tuple[Node, int]  # a node, and which of its inputs
Readers = Mapping[Node, Collection[Node]]


def attention_roles(graph: Graph) -> dict[Operand, Role]:
    """Return which operands are queries, keys, values and masks, by what is done with them.

    A softmax of a scaled and masked product of two matrices, times a third: whatever the
    scopes are called, also where the softmax is opened into primitives.

    Examples
    --------
    >>> import cutaway as ca
    >>> q, k, v = (ca.input(name, "T D") for name in "qkv")
    >>> y = ca.layers.scaled_dot_product_attention(q, k, v)
    >>> roles = attention_roles(ca.Graph(y))
    >>> [(ca.formula(node).text, operand, role) for (node, operand), role in roles.items()][:2]
    [('q kᵀ', 0, 'query'), ('q kᵀ', 1, 'key')]
    """
    readers = graph.readers
    roles: dict[Operand, Role] = {}
    for node in graph.nodes:
        found = softmax_of(node)
        if found is not None:
            roles |= _attention(node, found[0], readers)
    return roles


def attention_weights(graph: Graph) -> dict[Node, Node]:
    """Return the weights of every attention, each with what they are the softmax of.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.layers.multi_head_attention(ca.input("x", "B T D"), heads="H")
    >>> [node.path for node in attention_weights(ca.Graph(y))]
    ['attention/softmax']
    """
    roles = attention_roles(graph)
    found: dict[Node, Node] = {}
    for node in graph.nodes:
        softmax = softmax_of(node)
        uses = _uses(node, graph.readers) if softmax else ()
        if softmax and any(roles.get((reader, 1)) == "value" for reader in uses):
            found[node] = softmax[0]
    return found


def softmax_of(node: Node) -> tuple[Node, int] | None:
    """Return what a node is the softmax of, and along which axis.

    The op itself, or what is written for it: exponentials over their sum.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T S")
    >>> powers = ca.ops.exp(x - x.max(axis=1, keepdims=True))
    >>> softmax_of(powers / powers.sum(axis=1, keepdims=True))
    (<x: float (T, S)>, 1)
    """
    if isinstance(node.op, Softmax):
        return node.inputs[0], node.op.axis
    if isinstance(node.op, Exp) and isinstance(node.inputs[0].op, LogSoftmax):
        return node.inputs[0].inputs[0], node.inputs[0].op.axis
    if isinstance(node.op, Divide):
        powers, total = node.inputs
    elif isinstance(node.op, Multiply) and isinstance(node.inputs[1].op, Reciprocal):
        powers, total = node.inputs[0], node.inputs[1].inputs[0]
    else:
        return None
    total = behind(total)
    if not isinstance(powers.op, Exp) or not isinstance(total.op, Sum):
        return None
    if total.inputs[0] is not powers or len(total.op.axis) != 1:
        return None
    (found,) = powers.inputs
    shifted = isinstance(found.op, Subtract) and isinstance(behind(found.inputs[1]).op, Max)
    return (found.inputs[0] if shifted else found), total.op.axis[0]


def behind(node: Node) -> Node:
    """Return what stands behind guards against zero and changes of form: a sum, a largest."""
    while True:
        if isinstance(node.op, Where):
            node = node.inputs[2]
        elif isinstance(node.op, _FORM) or (
            isinstance(node.op, Add | Maximum) and isinstance(node.inputs[1].op, Constant)
        ):
            node = node.inputs[0]
        else:
            return node


_FORM = (ExpandDims, Squeeze, BroadcastTo, StopGradient)


def _attention(weights: Node, scaled: Node, readers: Readers) -> dict[Operand, Role]:
    values = [found for found in _uses(weights, readers) if isinstance(found.op, MatMul)]
    path = _scores(scaled)
    if not values or path is None:
        return {}
    scores, masks = path
    roles: dict[Operand, Role] = {(scores, 0): "query", (scores, 1): "key"}
    if isinstance(scores.inputs[1].op, PermuteDims):
        roles[scores.inputs[1], 0] = "key"  # it is written transposed
    roles |= {(value, 1): "value" for value in values}
    return roles | dict.fromkeys(masks, "mask")


def _uses(weights: Node, readers: Readers) -> Iterator[Node]:
    """Return what multiplies the weights, perhaps after dropout."""
    for reader in readers[weights]:
        if isinstance(reader.op, Dropout):
            yield from _uses(reader, readers)
        elif reader.inputs[0] is weights:
            yield reader


def _scores(node: Node) -> tuple[Node, list[Operand]] | None:
    """Walk from a softmax back to the product of queries and keys; return it and the masks."""
    masks: list[Operand] = []
    while not isinstance(node.op, MatMul):
        if isinstance(node.op, Where):
            masks.append((node, 0))
            node = node.inputs[1]
        elif isinstance(node.op, Add):
            main = max((0, 1), key=lambda place: _leads_to_scores(node.inputs[place]))
            masks.append((node, 1 - main))
            node = node.inputs[main]
        elif isinstance(node.op, Multiply | Divide):
            main = max((0, 1), key=lambda place: _leads_to_scores(node.inputs[place]))
            node = node.inputs[main]
        else:
            return None
    return node, masks


def _leads_to_scores(node: Node) -> int:
    """Rank an operand by whether it is the scores: a product, or what is made of one."""
    while isinstance(node.op, Multiply | Divide | Where | Add):
        node = node.inputs[1 if isinstance(node.op, Where) else 0]
    return 2 * isinstance(node.op, MatMul) + (node.rank > 1)


def masks(graph: Graph, roles: Mapping[Operand, Role]) -> set[Node]:
    """Return the values of kind bool that say where to attend, not what is compared otherwise.

    What an attention's mask is made of; causal masks and flags that are fed, and what is made of
    them.

    Parameters
    ----------
    roles
        The roles of operands, from :func:`attention_roles`.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> hidden = ca.ops.where(x > 0, x, 0.0)
    >>> y = ca.layers.scaled_dot_product_attention(hidden, x, x, ca.ops.causal_mask("T"))
    >>> graph = ca.Graph(y)
    >>> [node.path for node in graph.nodes if node in masks(graph, attention_roles(graph))]
    ['causal_mask']
    """
    waiting = [node.inputs[operand] for (node, operand), role in roles.items() if role == "mask"]
    made_of, found = set(waiting), set[Node]()
    while waiting:
        new = set(waiting.pop().inputs) - made_of
        made_of |= new
        waiting.extend(new)
    for node in graph.nodes:
        if node.dtype == "bool":
            given = isinstance(node.op, CausalMask | Input)
            if given or node in made_of or not found.isdisjoint(node.inputs):
                found.add(node)
    return found


def is_causal(mask: Node) -> bool:
    """Say whether a mask is made of a causal one."""
    return any(isinstance(node.op, CausalMask) for node in Graph(mask).nodes)


def is_padding(mask: Node) -> bool:
    """Say whether a mask depends on tokens or on flags that are fed, not on floats alone."""
    return any(isinstance(n.op, Input) and n.dtype != "float" for n in Graph(mask).nodes)


def norm_placement(
    nodes: Iterable[Node], residual: set[Operand], readers: Readers
) -> Literal["post", "pre"] | None:
    """Return where a block's norms stand: after the residual sum, or before the sublayer.

    After it, nothing in the block but the norm reads the sum; before it, the sum also goes on as
    it is. What reads it from outside, such as a gradient, says nothing.

    Parameters
    ----------
    residual
        The residual edges, from :func:`cutaway.transform.residual_edges`.
    readers
        Who reads each node.
    """
    sums = {node for node, _ in residual}
    listed = dict.fromkeys(nodes)
    first = next((node for node in listed if node in sums), None)
    if first is None or not any(isinstance(node.op, LayerNorm | RMSNorm) for node in listed):
        return None
    inside = [reader for reader in readers[first] if reader in listed]
    after = all(isinstance(reader.op, LayerNorm | RMSNorm) for reader in inside)
    return "post" if inside and after else "pre"
