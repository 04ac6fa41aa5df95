"""Attention, found by what is computed: a softmax of scores that weighs values."""

from collections.abc import Iterator
from dataclasses import dataclass

from cutaway.graph import Graph, Node
from cutaway.ops.arithmetic import Add, Divide, Multiply, Subtract
from cutaway.ops.dropout import Dropout
from cutaway.ops.linear import MatMul
from cutaway.ops.movement import PermuteDims
from cutaway.ops.select import Where
from cutaway.transform.recognise import Operand, Readers, Role, softmax_of


@dataclass(frozen=True, slots=True)
class Mask:
    """Where scores are masked.

    Attributes
    ----------
    node
        What masks them: a choice, a sum or a difference.
    place, scores
        Which of its inputs is the mask, and which the scores.
    """

    node: Node
    place: int
    scores: int


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
        What masks, on the way from the softmax back to the scores.
    sums
        The values, weighed and summed; often one.
    """

    weights: Node
    scaled: Node
    axis: int
    scores: Node
    masks: tuple[Mask, ...]
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
        roles |= {(mask.node, mask.place): "mask" for mask in found.masks}
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


def _scores(node: Node) -> tuple[Node, tuple[Mask, ...]] | None:
    """Walk from a softmax back to the product of queries and keys; return it and the masks."""
    masks: list[Mask] = []
    while not isinstance(node.op, MatMul):
        places = _places(node)
        if not places:
            return None
        main = max(places, key=lambda place: _leads_to_scores(node.inputs[place]))
        if isinstance(node.op, Where):
            masks.append(Mask(node, 0, main))
        elif isinstance(node.op, Add | Subtract):
            masks.append(Mask(node, 1 - main, main))
        node = node.inputs[main]
    return node, tuple(masks)


def _places(node: Node) -> tuple[int, ...]:
    """Return where the scores may stand in what scales or masks them; nowhere in other ops."""
    if isinstance(node.op, Where):
        return 1, 2  # the condition says what is seen, or what is hidden
    if isinstance(node.op, Add | Multiply | Divide):
        return 0, 1
    return (0,) if isinstance(node.op, Subtract) else ()


def _leads_to_scores(node: Node) -> int:
    """Return the rank of the product of two matrices that an operand is made of; 0 if of none."""
    waiting, seen = [node], {node}
    while waiting:
        node = waiting.pop()
        ahead = {node.inputs[place] for place in _places(node)} - seen
        seen |= ahead
        waiting.extend(ahead)
    return max((found.rank for found in seen if isinstance(found.op, MatMul)), default=0)
