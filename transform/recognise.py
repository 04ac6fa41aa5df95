"""Find what the primitives make: a softmax, masks, and where the norms stand."""

from collections.abc import Collection, Iterable, Mapping
from typing import Literal

from cutaway.graph import Constant, Graph, Input, Node
from cutaway.ops.arithmetic import Add, Divide, Multiply, Reciprocal, Subtract
from cutaway.ops.cast import StopGradient
from cutaway.ops.functions import Exp, Log
from cutaway.ops.indexing import CausalMask
from cutaway.ops.movement import BroadcastTo, ExpandDims, Squeeze
from cutaway.ops.norm import LayerNorm, RMSNorm
from cutaway.ops.reduction import Max, Sum
from cutaway.ops.select import Maximum, Where
from cutaway.ops.softmax import LogSoftmax, LogSumExp, Softmax

Role = Literal["query", "key", "value", "mask"]
Operand = tuple[Node, int]  # a node, and which of its inputs
Readers = Mapping[Node, Collection[Node]]


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


def is_log_softmax(node: Node) -> bool:
    """Say whether the logarithm of the sum of its exponentials is taken off a value.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T S")
    >>> is_log_softmax(x - ca.ops.logsumexp(x, axis=1, keepdims=True))
    True
    """
    if not isinstance(node.op, Subtract):
        return False
    x, total = node.inputs[0], behind(node.inputs[1])
    if isinstance(total.op, Log):
        total = behind(total.inputs[0])
        summed = isinstance(total.op, Sum) and isinstance(total.inputs[0].op, Exp)
        return summed and total.inputs[0].inputs[0] is x
    return isinstance(total.op, LogSumExp) and total.inputs[0] is x


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


def masks(graph: Graph, roles: Mapping[Operand, Role]) -> set[Node]:
    """Return the values of kind bool that say where to attend, not what is compared otherwise.

    What an attention's mask is made of; causal masks and flags that are fed, and what is made of
    them.

    Parameters
    ----------
    roles
        The roles of operands, from :func:`cutaway.transform.attention_roles`.

    Examples
    --------
    >>> import cutaway as ca
    >>> from cutaway.transform import attention_roles
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
