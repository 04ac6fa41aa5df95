"""Costs read off a graph: parameters, arithmetic and memory, symbolic or filled in."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import sympy

from cutaway.graph.dims import evaluate, product
from cutaway.graph.graph import Graph
from cutaway.graph.leaves import Leaf
from cutaway.graph.node import Node

Number: TypeAlias = sympy.Expr | int
Outputs = Graph | Node | Iterable[Node]
DimSizes = Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part of a graph costs."""

    parameters: Number
    flops: Number
    memory: Number


def parameter_count(graph: Outputs, dims: DimSizes = None) -> Number:
    """Return how many numbers training changes.

    Parameters
    ----------
    dims
        Sizes to fill in, by name: an int where they are all given, else an expression.

    Examples
    --------
    >>> import cutaway as ca
    >>> g = ca.Graph(ca.layers.feed_forward(ca.input("x", "B T D"), "4*D"))
    >>> parameter_count(g), parameter_count(g, {"D": 8})
    (8*D**2 + 5*D, 552)
    """
    return _total((product(node.shape) for node in Graph.of(graph).parameters), dims)


def flops(graph: Outputs, dims: DimSizes = None) -> Number:
    """Return the arithmetic operations of one evaluation (a multiply-add counts as two)."""
    return _total(map(_flops, Graph.of(graph).nodes), dims)


def memory(graph: Outputs, dims: DimSizes = None) -> Number:
    """Return how many numbers the results of all ops hold: what a backward pass may keep.

    Times 4 it is bytes in float32, times 8 in float64.
    """
    return _total(map(_held, Graph.of(graph).nodes), dims)


def cost_by_block(graph: Outputs, depth: int = 1, dims: DimSizes = None) -> dict[str, Cost]:
    """Return the costs of the scopes at a depth of the path, in the order of evaluation.

    Nodes above that depth stand under their own scope; ``""`` holds those without one.
    """
    graph = Graph.of(graph)
    groups: dict[str, list[Node]] = {}
    for node in graph.nodes:
        groups.setdefault("/".join(node.scope.names[:depth]), []).append(node)
    parameters = set(graph.parameters)
    return {
        block: Cost(
            _total((product(n.shape) for n in nodes if n in parameters), dims),
            _total(map(_flops, nodes), dims),
            _total(map(_held, nodes), dims),
        )
        for block, nodes in groups.items()
    }


def _flops(node: Node) -> Number:
    if isinstance(node.op, Leaf):
        return 0
    return node.op.flops(*(source.shape for source in node.inputs), node.shape)


def _held(node: Node) -> Number:
    return 0 if isinstance(node.op, Leaf) else product(node.shape)


def _total(terms: Iterable[Number], dims: DimSizes) -> Number:
    """Add up; equal terms are counted first, so that a deep model costs no more than a layer."""
    total = sympy.expand(sympy.Add(*(term * n for term, n in Counter(terms).items())))
    if dims is None:
        return total
    known = {s: sympy.Integer(dims[s.name]) for s in total.free_symbols if s.name in dims}
    if known.keys() != total.free_symbols:
        return total.xreplace(known)
    return int(evaluate(total, {s.name: int(size) for s, size in known.items()}))
