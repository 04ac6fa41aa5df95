"""Attention, found by what is computed: a softmax of scores that weighs values."""

from collections.abc import Iterator
from dataclasses import dataclass

from cutaway.graph import Graph, Node
from cutaway.ops.arithmetic import Add, Divide, Multiply
from cutaway.ops.dropout import Dropout
from cutaway.ops.linear import MatMul
from cutaway.ops.movement import PermuteDims
from cutaway.ops.select import Where
from cutaway.transform.recognise import Operand, Readers, Role, softmax_of


@dataclass(frozen=True, slots=True)
class Attention:
    """One attention.

    Attributes
    ----------
    weights
        The softmax.
    scaled, axis
        What it is the softmax of, and along which axis.
    scores
        The product of queries and keys.
    masks
        The operands that mask, on the way from the scores to the softmax.
    sums
        The values, weighed and summed; often one.
    """

    weights: Node
    scaled: Node
    axis: int
    scores: Node
    masks: tuple[Operand, ...]
    sums: tuple[Node, ...]


def attentions(graph: Graph) -> Iterator[Attention]:
    """Give every attention, in topological order of its softmax.

    A softmax of a scaled and masked product of two matrices, times a third: whatever the
    scopes are called, also where the softmax is opened into primitives.
    """
    readers = graph.readers
    for node in graph.nodes:
        softmax = softmax_of(node)
        if softmax is None:
            continue
        sums = tuple(found for found in _uses(node, readers) if isinstance(found.op, MatMul))
        path = _scores(softmax[0])
        if sums and path is not None:
            yield Attention(node, *softmax, *path, sums)


def attention_roles(graph: Graph) -> dict[Operand, Role]:
    """Return which operands are queries, keys, values and masks, by what is done with them.

    Examples
    --------
    >>> import cutaway as ca
    >>> q, k, v = (ca.input(name, "T D") for name in "qkv")
    >>> y = ca.layers.scaled_dot_product_attention(q, k, v)
    >>> roles = attention_roles(ca.Graph(y))
    >>> [(ca.formula(node).text, operand, role) for (node, operand), role in roles.items()][:2]
    [('q kᵀ', 0, 'query'), ('q kᵀ', 1, 'key')]
    """
    roles: dict[Operand, Role] = {}
    for found in attentions(graph):
        key = found.scores.inputs[1]
        roles |= {(found.scores, 0): "query", (found.scores, 1): "key"}
        if isinstance(key.op, PermuteDims):
            roles[key, 0] = "key"  # it is written transposed
        roles |= {(value, 1): "value" for value in found.sums}
        roles |= dict.fromkeys(found.masks, "mask")
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
    return {found.weights: found.scaled for found in attentions(graph)}


def _uses(weights: Node, readers: Readers) -> Iterator[Node]:
    """Return what multiplies the weights, perhaps after dropout."""
    for reader in readers[weights]:
        if isinstance(reader.op, Dropout):
            yield from _uses(reader, readers)
        elif reader.inputs[0] is weights:
            yield reader


def _scores(node: Node) -> tuple[Node, tuple[Operand, ...]] | None:
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
    return node, tuple(masks)


def _leads_to_scores(node: Node) -> int:
    """Rank an operand by whether it is the scores: a product, or what is made of one."""
    while isinstance(node.op, Multiply | Divide | Where | Add):
        node = node.inputs[1 if isinstance(node.op, Where) else 0]
    return 2 * isinstance(node.op, MatMul) + (node.rank > 1)
