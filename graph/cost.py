"""Counting what a graph holds and does: parameters, arithmetic; symbolic or filled in.

What needs the backward pass (its arithmetic, and what is kept for it) stands in ``run/cost.py``.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from functools import lru_cache
from typing import TypeAlias

import sympy

from cutaway.graph.dims import Shape, evaluate, product
from cutaway.graph.graph import Graph
from cutaway.graph.leaves import Leaf
from cutaway.graph.legal import legal_sizes
from cutaway.graph.node import Node
from cutaway.graph.op import Op

Number: TypeAlias = sympy.Expr | int
Outputs = Graph | Node | Iterable[Node]
DimSizes = Mapping[str, int] | None


@dataclass(frozen=True, slots=True)
class Cost:
    """What a part of a graph costs; costs are added up with ``+``.

    Attributes
    ----------
    parameters
        How many numbers training changes.
    flops, backward_flops
        Arithmetic operations of the forward and of the backward pass; a multiply-add is two.
    memory
        How many numbers the forward pass keeps for the backward pass.

    Examples
    --------
    >>> Cost(1, 2, 3, 4) + Cost(10, 20, 30, 40)
    Cost(parameters=11, flops=22, backward_flops=33, memory=44)
    """

    parameters: Number = 0
    flops: Number = 0
    backward_flops: Number = 0
    memory: Number = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(*(total((a, b)) for a, b in zip(astuple(self), astuple(other), strict=True)))

    def at(self, dims: DimSizes) -> "Cost":
        """Return the cost with sizes filled in, as far as they are given."""
        return Cost(*(total((number,), dims) for number in astuple(self)))


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
    found = Graph.of(graph)
    sizes = legal_sizes(found, dims)
    return total((product(node.shape) for node in found.parameters), sizes)


def arithmetic(node: Node) -> Number:
    """Return the arithmetic operations of one node; leaves have none."""
    if isinstance(node.op, Leaf):
        return 0
    return _arithmetic(node.op, (*(source.shape for source in node.inputs), node.shape))


@lru_cache(maxsize=65536)
def _arithmetic(op: Op, shapes: tuple[Shape, ...]) -> sympy.Expr:
    return op.flops(*shapes)


def total(terms: Iterable[Number], dims: DimSizes = None) -> Number:
    """Add up; equal terms are counted first, so that a deep model costs no more than a layer."""
    found = sympy.expand(sympy.Add(*(term * n for term, n in Counter(terms).items())))
    if dims is None:
        return int(found) if found.is_Integer else found
    sizes = {str(name): int(size) for name, size in dims.items()}
    known = {s: sympy.Integer(sizes[s.name]) for s in found.free_symbols if s.name in sizes}
    if known.keys() != found.free_symbols:
        return found.xreplace(known)
    return int(evaluate(found, sizes))
