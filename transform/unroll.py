"""Tokens taken apart: what is done to all along an axis becomes ops on single tokens.

Every value is kept whole, or taken apart along some of its axes, or both: pieces are cut out of
what is whole, and joined where all are needed, at most once each. An op runs once for each piece
that it can make alone (:meth:`cutaway.graph.Op.piece`), else once on all of them. A piece keeps
its axes, with length 1, so that its op, its shape rule and its gradient are those of the whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import product
from typing import TypeAlias

import sympy

from cutaway.graph import (
    Condition,
    ContractError,
    Dim,
    Graph,
    Input,
    Node,
    Op,
    OptionError,
    Parameter,
    Scope,
    apply,
    legal_sizes,
    located,
    walk,
)
from cutaway.graph.errors import explain
from cutaway.ops import Concat, Slice
from cutaway.transform.unrolled import Index, Piece, Unrolled

Axes: TypeAlias = frozenset[int]  # those that are taken apart
Pieces = dict[Index, Node]


def unroll(graph: Graph | Node | Iterable[Node], axis: str | sympy.Symbol, length: int) -> Unrolled:
    """Return the graph with the tokens along an axis as nodes of their own.

    Projections become one product for each token, scores one dot product for each pair, softmax
    and weighted sum one op for each query. The outputs are joined again: the values, shapes and
    gradients are those of the original. What no token reaches, such as positions, stays whole
    until it meets one.

    A node is called after its tokens, counted from 1: ``matmul[1,2]`` is q₁·k₂.

    Parameters
    ----------
    axis
        The size of the axis, a symbol of the graph such as ``T``: all axes of exactly that size
        are taken apart. For another axis, unroll what came back.
    length
        The number of tokens, which stands for the size everywhere in the graph.

    Raises
    ------
    FeedError, DimError
        If the graph has no such size, or the length is no whole number of at least 1.
    ContractError
        If the length breaks a condition of the graph.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "S D")
    >>> tokens = unroll(ca.layers.scaled_dot_product_attention(x, x, x), "S", 2)
    >>> [tokens.path(node) for node in tokens.nodes if isinstance(node.op, ca.ops.MatMul)]
    ['attention/matmul[1,1]', 'attention/matmul[1,2]', 'attention/matmul[1]', \
'attention/matmul[2,1]', 'attention/matmul[2,2]', 'attention/matmul[2]']
    >>> tokens.origin[tokens.find("*[1,2]")[0]].tokens
    (0, 1)
    """
    whole = Graph.of(graph)
    if not isinstance(axis, str | sympy.Symbol):
        raise OptionError(
            explain(
                f"unroll: {axis!r} is no axis",
                required="a size that is a symbol, such as 'T'",
                fix="declare the axis with a symbol: ca.input('x', 'T D')",
            )
        )
    name = str(axis)
    sizes = legal_sizes(whole, {name: length}) or {}
    return _Unroller(whole, name, sizes[name]).run()


@dataclass(slots=True)
class _Value:
    """A node of the original, and its pieces by the axes that they are taken apart along."""

    node: Node
    apart: Axes  # as it is made; the rest is cut or joined from that
    forms: dict[Axes, Pieces]
    live: bool  # whether tokens reach it


class _Unroller:
    def __init__(self, graph: Graph, name: str, length: int) -> None:
        self._graph = graph
        self._symbol = sympy.Symbol(name, integer=True, positive=True)
        self._length = length
        self._first = graph.origin if isinstance(graph, Unrolled) else {}
        self._lengths = {**(graph.lengths if isinstance(graph, Unrolled) else {}), name: length}
        self._origin: dict[Node, Piece] = {}
        self._scopes: dict[Scope, Scope] = {}

    def run(self) -> Unrolled:
        for condition in (*self._graph.conditions, *self._graph.declared):
            if condition.with_dims(self._fill) is False:
                raise ContractError(
                    explain(
                        "unroll: a length at which the graph never fits",
                        required=str(condition),
                        came=f"{self._symbol} = {self._length}",
                        fix=f"choose a length with {condition}",
                    )
                )
        values = walk(self._graph, self._visit)
        outputs = [self._get(values[output], {}) for output in self._graph.outputs]
        return Unrolled(outputs, self._origin, self._lengths)

    def _visit(self, node: Node, *sources: _Value) -> _Value:
        """Make the pieces of a node, each from the pieces of its inputs."""
        leaf = isinstance(node.op, Input | Parameter)
        live = any(source.live for source in sources) or (leaf and self._symbol in node.shape)
        op, takes = self._rule(node) if live else (node.op, {})
        op = op.with_dims(self._fill)
        pieces: Pieces = {}
        for tokens in product(range(self._length), repeat=len(takes)):
            at = dict(zip(takes, tokens, strict=True))
            inputs = [
                self._get(source, {n: at[axis] for axis in takes for n in takes[axis][operand]})
                for operand, source in enumerate(sources)
            ]
            pieces[_index(node, at)] = self._make(node, at, op, inputs, kept=not pieces)
        return _Value(node, frozenset(takes), {frozenset(takes): pieces}, live)

    def _rule(self, node: Node) -> tuple[Op, dict[int, list[list[int]]]]:
        """Return the op of a piece, the axes it is taken apart along, and those that it reads.

        For each axis of the node and each operand: the operand's axes that are taken apart too.
        """
        op = node.op
        shapes = tuple(source.shape for source in node.inputs)
        carried = op.carries(shapes, node.shape)
        takes: dict[int, list[list[int]]] = {}
        for axis, places in enumerate(carried):
            if node.shape[axis] != self._symbol:
                continue
            piece = op.piece(axis, shapes, node.shape)
            if piece is not None and all(shapes[n][a] == self._symbol for n, a in places):
                op = piece
                takes[axis] = [[a for n, a in places if n == o] for o in range(len(shapes))]
        return op, takes

    def _get(self, value: _Value, at: Mapping[int, int]) -> Node:
        """Return a value at a token of some axes, whole along the others."""
        return self._form(value, frozenset(at))[_index(value.node, at)]

    def _form(self, value: _Value, axes: Axes) -> Pieces:
        """Return all pieces along some axes: as they were made, else joined, then cut."""
        if axes not in value.forms:
            cut = axes - value.apart
            if cut:
                value.forms[axes] = self._cut(value, axes & value.apart, sorted(cut))
            else:
                value.forms[axes] = self._join(value, axes, min(value.apart - axes))
        return value.forms[axes]

    def _cut(self, value: _Value, axes: Axes, new: list[int]) -> Pieces:
        found: Pieces = {}
        for index, source in self._form(value, axes).items():
            for tokens in product(range(self._length), repeat=len(new)):
                at = {n: t for n, t in enumerate(index) if t is not None}
                at |= dict(zip(new, tokens, strict=True))
                spans = tuple(
                    (at[n], at[n] + 1, 1) if n in new else (0, size, 1)
                    for n, size in enumerate(source.shape)
                )
                single = self._length == 1
                piece = source if single else self._make(value.node, at, Slice(spans), [source])
                found[_index(value.node, at)] = piece
        return found

    def _join(self, value: _Value, axes: Axes, axis: int) -> Pieces:
        rows: dict[Index, list[Node]] = {}
        for index, piece in self._form(value, axes | {axis}).items():
            rows.setdefault((*index[:axis], None, *index[axis + 1 :]), []).append(piece)
        found: Pieces = {}
        for index, row in rows.items():
            at = {n: t for n, t in enumerate(index) if t is not None}
            single = len(row) == 1
            found[index] = row[0] if single else self._make(value.node, at, Concat(axis), row)
        return found

    def _make(
        self, node: Node, at: Mapping[int, int], op: Op, inputs: list[Node], kept: bool = False
    ) -> Node:
        """Build a piece of a node in the node's place; ``kept``: it asks what the node asks."""
        first = self._first.get(node, Piece(node, (None,) * node.rank))
        index = tuple(at.get(n, token) for n, token in enumerate(first.at))
        scope = self._scope(node.scope)
        if op is node.op and scope is node.scope and tuple(inputs) == node.inputs:
            made = node
        else:
            with located(scope, node.source):
                made = apply(op, *inputs, name=self._name(first.node, index, node.name))
            lost = self._filled(node.conditions) if kept else ()
            lost = tuple(condition for condition in lost if condition not in made.conditions)
            made = replace(made, conditions=made.conditions + lost) if lost else made
        self._origin[made] = Piece(first.node, index)
        return made

    def _name(self, first: Node, index: Index, otherwise: str) -> str:
        """Return the name of a piece: after its tokens, ``:`` for whole axes before one."""
        places = [
            ":" if token is None else str(token + 1)
            for token, size in zip(index, first.shape, strict=True)
            if token is not None or str(size) in self._lengths
        ]
        while places and places[-1] == ":":
            places.pop()
        return f"{first.name}[{','.join(places)}]" if places else otherwise

    def _scope(self, scope: Scope) -> Scope:
        """Return the scope with the length in what its blocks declare."""
        if scope not in self._scopes:
            asked = self._filled(scope.requires)
            self._scopes[scope] = (
                scope if asked == scope.requires else replace(scope, requires=asked)
            )
        return self._scopes[scope]

    def _filled(self, conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        """Return what conditions still ask where the length is known."""
        asked = (condition.with_dims(self._fill) for condition in conditions)
        return tuple(dict.fromkeys(c for c in asked if isinstance(c, Condition)))

    def _fill(self, dim: sympy.Expr) -> Dim:
        if self._symbol not in dim.free_symbols:
            return dim
        found = sympy.expand(dim.xreplace({self._symbol: sympy.Integer(self._length)}))
        return int(found) if found.is_Integer else found


def _index(node: Node, at: Mapping[int, int]) -> Index:
    return tuple(at.get(axis) for axis in range(node.rank))
