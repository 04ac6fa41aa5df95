"""A graph as a page computes it: what is composite is opened, beside the op that it is."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from cutaway import ops
from cutaway.graph import Composite, Constant, Graph, Leaf, Node, Op, constant, evaluate, input
from cutaway.graph.graph import topological
from cutaway.ops.dropout import Dropout
from cutaway.run.compile import Array
from cutaway.step.javascript import unknown
from cutaway.step.session import Session
from cutaway.transform import expand

STRUCTURAL: tuple[type[Op], ...] = (  # each is once in page/ops.js, by its name
    ops.Arange,
    ops.ArgMax,
    ops.BroadcastTo,
    ops.Cast,
    ops.Concat,
    ops.CumulativeSum,
    ops.ExpandDims,
    ops.MatMul,
    ops.Max,
    ops.Mean,
    ops.Min,
    ops.Pad,
    ops.PermuteDims,
    ops.Place,
    ops.Reshape,
    ops.ScatterAdd,
    ops.Size,
    ops.Slice,
    ops.Squeeze,
    ops.StopGradient,
    ops.Sum,
    ops.Take,
)
Numbers = tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Entry:
    """One value of a program: of a node of the graph, or of a primitive inside of one.

    Attributes
    ----------
    op
        Its op, at the sizes of the run.
    inputs
        The numbers of the entries that it reads.
    path
        The node's path, or that of the op around it.
    node
        The node of the graph; None inside of an op.
    function
        What the page calls the op; empty for what is given or opened.
    opened
        The entry that computes the same value in primitives.
    value
        The array of a leaf.
    """

    op: Op
    inputs: Numbers
    shape: Numbers
    dtype: str
    path: str
    node: Node | None = None
    function: str = ""
    opened: int | None = None
    value: Array | None = None


class Opening:
    """The entries of a graph: one for each node, in order, then those inside of composites.

    Attributes
    ----------
    entries
        All of them; an entry's number is its place.
    elementwise
        The elementwise ops and how many operands each has, by what the page calls them.

    Raises
    ------
    OptionError
        If an op is neither structural nor elementwise, nor made of such ops.
    """

    def __init__(self, graph: Graph, session: Session) -> None:
        self.elementwise: dict[str, tuple[Op, int]] = {}
        self._functions: dict[Op, str] = {}
        self._session = session
        self._inner: list[Entry] = []
        self._first = len(graph.nodes)
        number = {node: place for place, node in enumerate(graph.nodes)}
        nodes = [
            self._entry(node, tuple(number[source] for source in node.inputs), graph.path(node))
            for node in graph.nodes
        ]
        self.entries = (*nodes, *self._inner)

    def _entry(self, node: Node, inputs: Numbers, path: str, inner: bool = False) -> Entry:
        op = node.op.bind(self._session.sizes)
        shape = tuple(int(evaluate(dim, self._session.sizes)) for dim in node.shape)
        function, opened, value = "", None, None
        if isinstance(op, Constant):
            value = op.value
        elif isinstance(op, Leaf):
            value = self._session.values([node])[0]
        elif isinstance(op, Dropout):
            opened = self._open(node, self._drawn(op, node, shape), inputs, path)
        elif type(op) in STRUCTURAL:
            function = op.name
        elif isinstance(op, ops.Elementwise):
            function = self._called(op, len(inputs))
        elif isinstance(op, Composite):
            opened = self._open(node, op.expand, inputs, path)
        else:
            raise unknown(op)
        own = None if inner else node
        return Entry(op, inputs, shape, node.dtype, path, own, function, opened, value)

    def _drawn(self, op: Dropout, node: Node, shape: Numbers) -> Callable[..., Node]:
        """Return the product with the zeros that were drawn: a page draws none."""
        (seed,) = self._session.values([node.inputs[1]])
        kept = op.kernel(ops.Numpy(), np.ones(shape), seed)
        return lambda x, _: x * constant(kept)

    def _open(self, node: Node, write: Callable[..., Node], inputs: Numbers, path: str) -> int:
        """Add what a node is made of; return the number of its value."""
        operands = [
            input(f"operand.{place}", self._shape(source), source.dtype)
            for place, source in enumerate(node.inputs)
        ]
        (value,) = expand(Graph(write(*operands))).outputs
        number = dict(zip(operands, inputs, strict=True))
        for inside in topological([value]):
            if inside not in number:
                sources = tuple(number[source] for source in inside.inputs)
                number[inside] = self._first + len(self._inner)
                self._inner.append(self._entry(inside, sources, path, inner=True))
        return number[value]

    def _shape(self, node: Node) -> Numbers:
        return tuple(int(evaluate(dim, self._session.sizes)) for dim in node.shape)

    def _called(self, op: Op, count: int) -> str:
        """Return what the page calls an elementwise op: its name, or with a number behind it."""
        if op not in self._functions:
            taken = {*self.elementwise, *(structural.name for structural in STRUCTURAL)}
            name, number = op.name, 0
            while name in taken:
                number += 1
                name = f"{op.name}.{number}"
            self._functions[op] = name
            self.elementwise[name] = (op, count)
        return self._functions[op]
