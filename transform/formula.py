"""Formulas with the symbols of the field: Q, K, V, W, and what attention is written as."""

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property

from cutaway.graph import Constant, Dim, Formula, Graph, Leaf, Node
from cutaway.graph import formula as write
from cutaway.graph.formula import Piece, Reading, Symbol, symbol
from cutaway.ops.arithmetic import Add, Divide
from cutaway.ops.functions import Sqrt
from cutaway.ops.indexing import Take
from cutaway.ops.linear import MatMul
from cutaway.ops.movement import PermuteDims, Reshape
from cutaway.ops.norm import LayerNorm, RMSNorm
from cutaway.ops.select import Where
from cutaway.ops.size import Size
from cutaway.ops.softmax import Softmax
from cutaway.transform.recognise import Operand, Role, attention_roles, softmax_of
from cutaway.transform.residual import residual_edges

LETTERS = "xyzuvrst"  # of operands without a short name, in this order
SYMBOLS = {"query": "Q", "key": "K", "value": "V", "mask": "M"}
RAISED = {"query": "Q", "key": "K", "value": "V", "output": "O"}  # of a projection's weights
LOWERED = {"up": "1", "down": "2", "gate": "g"}  # of a feed-forward network's


def formula(node: Node) -> Formula:
    r"""Write a node in terms of inputs and parameters, as LaTeX.

    Attention is recognised by what is computed, also where nothing is named: its queries, keys
    and values stand as Q, K and V. Weights are called as their scopes say: :math:`W^Q`,
    :math:`W_1`. Values that are read more than once, and operands that would grow too long, stand
    under their own name.

    Returns
    -------
    Formula
        A text, LaTeX, with ``.unicode`` for a terminal, ``.mathml`` for a page, and ``.text``.

    Examples
    --------
    >>> import cutaway as ca
    >>> q, k, v = (ca.input(name, "T D") for name in "qkv")
    >>> print(formula(ca.layers.scaled_dot_product_attention(q, k, v)))
    \operatorname{softmax}\left(\frac{Q K^{\mathsf{T}}}{\sqrt{d_{k}}}\right) V
    >>> formula(ca.layers.feed_forward(ca.input("x", "T D"), "F")).unicode
    'max(0, xW_1 + b_1)W_2 + b_2'
    """
    return Formulas(Graph(node)).node(node)


class Formulas:
    """The formulas of a graph: of nodes written out, of single ops, of blocks."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def node(self, node: Node) -> Formula:
        """Write a node out in inputs and parameters."""
        return self._write(node, {})

    def op(self, node: Node) -> Formula:
        """Write one op in its operands; numbers stand as they are.

        Examples
        --------
        >>> import cutaway as ca
        >>> x = ca.input("x", "T D")
        >>> y = ca.ops.relu(x) / ca.ops.sqrt(ca.ops.dim("D"))
        >>> Formulas(ca.Graph(y)).op(y).unicode
        'x/√D'
        """
        letters = self._letters(self._untransposed(source) for source in node.inputs)
        if self._roles.get((node, 1)) == "value":
            letters[node.inputs[0]] = Symbol("A", "A")  # the weights
        return write(node, letters | self._known)

    def _untransposed(self, node: Node) -> Node:
        """Return the keys, where they come transposed."""
        keys = _is_transposed(node) and node.inputs[0] in self._known
        return node.inputs[0] if keys else node

    def block(self, nodes: Collection[Node]) -> Formula | None:
        """Write the last of a block's nodes in what enters the block.

        None where a value between would have to stand under a name of its own.

        Examples
        --------
        >>> import cutaway as ca
        >>> y = ca.layers.encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F")
        >>> graph = ca.Graph(y)
        >>> scopes = ("self_attention", "feed_forward", "feed_forward_norm")
        >>> for name in scopes:
        ...     inside = [node for node in graph.nodes if name in node.scope.names]
        ...     found = Formulas(graph).block(inside)
        ...     print(found and found.unicode)
        Concat(head_1, …, head_H)W^O + b^O
        max(0, xW_1 + b_1)W_2 + b_2
        LayerNorm(x + Sublayer(x))
        """
        *_, last = nodes
        inside = set(nodes)
        if last not in self._known:
            last = _unsplit(last, inside)
        known = self._add_norm(last)
        if known is not None:
            return known
        entering = (source for node in nodes for source in node.inputs if source not in inside)
        found = self._write(last, self._letters(entering))
        return found if found.whole else None

    def _write(self, node: Node, letters: Mapping[Node, Symbol]) -> Formula:
        return write(node, {**self._weights, **letters, **self._known}, self._readings)

    def _letters(self, sources: Iterable[Node]) -> dict[Node, Symbol]:
        """Name operands that are not numbers: by their own short name, else x, y, z …."""
        listed = [s for s in dict.fromkeys(sources) if s not in self._known and not _is_number(s)]
        found: dict[Node, Symbol] = {}
        for node in listed:
            if node in self._weights and _is_plain(self._weights[node].text):
                found[node] = self._weights[node]
            elif isinstance(node.op, Leaf) and _is_plain(node.name):
                found[node] = symbol(node.name)
        taken = {known.latex for known in found.values()}
        free = (letter for letter in LETTERS if letter not in taken)
        for node in listed:
            if node not in found:
                letter = next(free, LETTERS[-1])
                found[node] = Symbol(letter, letter)
        return found

    @cached_property
    def _weights(self) -> dict[Node, Symbol]:
        """The parameters, called as the scopes in which they stand say."""
        return {node: self._weight(node) for node in self._graph.parameters}

    def _weight(self, node: Node) -> Symbol:
        if node.name not in ("weight", "bias"):
            return symbol(node.name)
        bias, readers = node.name == "bias", self._graph.readers[node]
        if any(isinstance(reader.op, LayerNorm | RMSNorm) for reader in readers):
            return Symbol(r"\beta", "β") if bias else Symbol(r"\gamma", "γ")
        letter = "b" if bias else "E" if any(isinstance(r.op, Take) for r in readers) else "W"
        scope = node.scope.names[-1] if node.scope.names else ""
        return Symbol(letter, letter, LOWERED.get(scope, ""), RAISED.get(scope, ""))

    @cached_property
    def _roles(self) -> dict[Operand, Role]:
        return attention_roles(self._graph)

    @cached_property
    def _known(self) -> dict[Node, Symbol]:
        """The operands of attention, its scale, and its heads side by side."""
        roles: dict[Node, set[Role]] = {}
        for (reader, place), role in self._roles.items():
            roles.setdefault(reader.inputs[place], set()).add(role)
        found = {
            node: Symbol(SYMBOLS[role], SYMBOLS[role])
            for node, several in roles.items()
            if len(several) == 1
            for role in several
        }
        for (reader, place), role in self._roles.items():
            operand = reader.inputs[place]
            if role == "key" and isinstance(reader.op, MatMul) and operand in found:
                if _is_transposed(operand):
                    del found[operand]  # its own formula writes the T
                else:
                    found[operand] = Symbol("K", "K", above=r"\mathsf{T}")
        return found | dict(self._scales()) | dict(self._heads())

    def _scales(self) -> Iterator[tuple[Node, Symbol]]:
        """Find what is the width of the queries, or its root, among what divides the scores."""
        for scaled, scores in self._scaled:
            if not isinstance(scaled.op, Divide):
                continue
            width, scale = scores.inputs[0].shape[-1], scaled.inputs[1]
            if isinstance(scale.op, Sqrt):
                (size,) = scale.inputs
                if (isinstance(size.op, Size) and size.op.size == width) or _is(size, width):
                    yield size, Symbol("d", "d", "k", counted=False)
            elif isinstance(width, int) and _is(scale, math.sqrt(width)):
                yield scale, Symbol(r"\sqrt{d_{k}}", "sqrt(d_k)", counted=False)

    @cached_property
    def _scaled(self) -> tuple[tuple[Node, Node], ...]:
        """What scales a product of queries and keys, and that product."""
        products = (node for (node, _), role in self._roles.items() if role == "query")
        return tuple((r, scores) for scores in products for r in self._graph.readers[scores])

    def _heads(self) -> Iterator[tuple[Node, Symbol]]:
        """Find where the heads are put side by side."""
        for (node, _), role in self._roles.items():
            if role != "value":
                continue
            for merged in self._merged(node):
                heads = merged.inputs[0].inputs[0].shape[1]
                numbers = ["1", "2"][:heads] if isinstance(heads, int) and heads < 3 else ["1", ""]
                last = Size(heads)
                parts = [
                    Piece(
                        rf"\mathrm{{head}}_{{{n or last.latex()}}}", f"head_{n or last.text()}", 5
                    )
                    for n in numbers
                ]
                if not numbers[-1]:
                    parts.insert(1, Piece(r"\ldots", "…", 0))
                yield (
                    merged,
                    Symbol(
                        rf"\operatorname{{Concat}}\left({', '.join(p.latex for p in parts)}\right)",
                        f"Concat({', '.join(p.text for p in parts)})",
                        counted=False,
                    ),
                )

    def _merged(self, attended: Node) -> Iterator[Node]:
        """Return what is ``(B, T, h·d)`` of an attention's ``(B, h, T, d)``."""
        readers = self._graph.readers
        for reader in readers[attended]:
            if isinstance(reader.op, Reshape) and reader.rank == 4 and attended.rank > 4:
                yield from self._merged(reader)  # groups of heads
            elif isinstance(reader.op, PermuteDims) and reader.op.order == (0, 2, 1, 3):
                for last in readers[reader]:
                    if isinstance(last.op, Reshape) and last.rank == 3:
                        yield last

    @cached_property
    def _readings(self) -> dict[Node, Reading]:
        """What is written as another op: an opened softmax, a mask that is filled in."""
        found: dict[Node, Reading] = {}
        for node in self._graph.nodes:
            softmax = None if isinstance(node.op, Softmax) else softmax_of(node)
            if softmax is not None:
                found[node] = Reading(Softmax(softmax[1]), (softmax[0],))
        for (node, place), role in self._roles.items():
            if role == "mask" and isinstance(node.op, Where) and place == 0:
                found[node] = Reading(Add(), (node.inputs[1], node.inputs[0]))
        return found

    def _add_norm(self, node: Node) -> Formula | None:
        """Write a residual sum, and the norm after it or before its sublayer, as the paper does."""
        norm = node.op if isinstance(node.op, LayerNorm | RMSNorm) else None
        total = node if norm is None else node.inputs[0]
        around = [place for place in (0, 1) if (total, place) in self._residual]
        if len(around) != 1:
            return None
        stream = total.inputs[around[0]]
        norms = [r.op for r in self._graph.readers[stream] if isinstance(r.op, LayerNorm | RMSNorm)]
        latex, text = "x", "x"
        if norm is None and norms:
            latex, text = norms[0].call("x"), f"{norms[0].function}(x)"
        latex, text = rf"x + \mathrm{{Sublayer}}\left({latex}\right)", f"x + Sublayer({text})"
        if norm is not None:
            latex, text = norm.call(latex), f"{norm.function}({text})"
        return Formula(latex, text)

    @cached_property
    def _residual(self) -> set[Operand]:
        return residual_edges(self._graph)


def _unsplit(node: Node, inside: Collection[Node]) -> Node:
    """Return what a projection computes, before it is split into heads."""
    found = node
    while isinstance(found.op, Reshape | PermuteDims) and found.inputs[0] in inside:
        found = found.inputs[0]
    return found if isinstance(found.op, Add | MatMul) else node


def _is_transposed(node: Node) -> bool:
    return isinstance(node.op, PermuteDims) and node.op.swaps


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-zβγ]\w{0,11}", name, re.ASCII) is not None or name in "βγ"


def _is_number(node: Node) -> bool:
    """Say whether a node is a number, a size, or made of them alone."""
    if isinstance(node.op, Size) or (isinstance(node.op, Constant) and node.op.value.size == 1):
        return True
    return not node.shape and bool(node.inputs) and all(map(_is_number, node.inputs))


def _is(node: Node, value: Dim | float) -> bool:
    """Say whether a node is that number."""
    if not isinstance(node.op, Constant) or node.op.value.size != 1:
        return False
    return isinstance(value, int | float) and math.isclose(node.op.value.item(), value)
