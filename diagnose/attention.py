"""Attention, sound or not: a softmax of scores, and the product that it weighs.

:func:`cutaway.transform.attention_roles` knows attention as it should be; this follows scores and
weights through whatever may stand in between by mistake.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from cutaway.graph import Node
from cutaway.ops import Add, Concat, Dropout, Elementwise, MatMul, Multiply, Slice, Subtract, Where
from cutaway.shapes.reading import Reading
from cutaway.shapes.scaling import FORM
from cutaway.transform import softmax_of

PASS = (*FORM, Concat, Dropout, Slice, Elementwise)


@dataclass(frozen=True, slots=True)
class Attention:
    """One attention.

    Attributes
    ----------
    weights
        The softmax.
    scores, axis
        What it is the softmax of, and along which axis.
    product
        The product of queries and keys.
    way
        The nodes from the product to the softmax, without both.
    after
        The nodes from the softmax to the product with the values, without both.
    mixing
        The product with the values.
    """

    weights: Node
    scores: Node
    axis: int
    product: Node
    way: tuple[Node, ...]
    after: tuple[Node, ...]
    mixing: Node


def attentions(reading: Reading) -> Iterator[Attention]:
    """Give every attention, in topological order of its softmax."""
    product: dict[Node, Node] = {}  # where each node's scores come from
    weighed: dict[Node, Node] = {}  # … and its weights
    mixing: dict[Node, tuple[Node, Node]] = {}
    made: dict[Node, tuple[Node, int]] = {}
    for node in reading.graph.nodes:
        found = softmax_of(node)
        if found is not None:
            made[node] = found
            weighed[node] = node
        if isinstance(node.op, MatMul):
            if reading.fed.issuperset(node.inputs):
                product[node] = node
            for source in node.inputs:
                if source in weighed and reading.fed.issuperset(node.inputs):
                    mixing.setdefault(weighed[source], (node, source))
        elif isinstance(node.op, PASS) and node.dtype == "float":
            for source in node.inputs:
                if source in product:
                    product.setdefault(node, product[source])
                if source in weighed:
                    weighed.setdefault(node, weighed[source])
    for node, (scores, axis) in made.items():
        if scores in product and node in mixing:
            start, (end, last) = product[scores], mixing[node]
            yield Attention(
                node,
                scores,
                axis,
                start,
                tuple(_between(start, scores, product)),
                tuple(_between(node, last, weighed)),
                end,
            )


def _between(start: Node, end: Node, carried: dict[Node, Node]) -> Iterator[Node]:
    """Give the nodes from ``end`` back to ``start``, without ``start``."""
    node = end
    while node is not start:
        yield node
        node = next(n for n in node.inputs if carried.get(n) is carried[end])


def mask_of(node: Node, way: tuple[Node, ...], start: Node) -> Node | None:
    """Return the operand that masks: the condition, or what does not come from the scores."""
    if isinstance(node.op, Where):
        return node.inputs[0]
    if isinstance(node.op, Add | Subtract | Multiply):
        others = [n for n in node.inputs if n not in way and n is not start]
        return others[0] if others else None
    return None
