"""Formulas with the symbols of the field: Q, K, V, W, and what attention is written as."""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cached_property

from cutaway.graph import Constant, Formula, Graph, Leaf, Node
from cutaway.graph import formula as write
from cutaway.graph.formula import Symbol, symbol
from cutaway.ops.arithmetic import Add
from cutaway.ops.linear import MatMul
from cutaway.ops.movement import PermuteDims, Reshape
from cutaway.ops.norm import LayerNorm, RMSNorm
from cutaway.ops.size import Size
from cutaway.ops.softmax import Softmax
from cutaway.transform.recognise import Operand
from cutaway.transform.residual import residual_edges
from cutaway.transform.symbols import Symbols, is_transposed

LETTERS = "xyzuvrst"  # of operands without a short name, in this order


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
        self._symbols = Symbols(graph)

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
        letters = self._letters(map(self._untransposed, node.inputs), self._symbols.attention)
        if self._symbols.roles.get((node, 1)) == "value":
            letters[node.inputs[0]] = Symbol("A", "A")  # the weights
        along = self._symbols.readings.get(node) if isinstance(node.op, Softmax) else None
        names = {**letters, **self._symbols.attention}
        return write(node, names, {node: along} if along else {})

    def _untransposed(self, node: Node) -> Node:
        """Return the keys, where they come transposed."""
        keys = is_transposed(node) and node.inputs[0] in self._symbols.known
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
        if last in self._symbols.heads:
            piece = self._symbols.heads[last].piece()
            return Formula(piece.latex, piece.text)
        last = _unsplit(last, inside)
        known = self._add_norm(last, inside)
        if known is not None:
            return known
        entering = (source for node in nodes for source in node.inputs if source not in inside)
        found = self._write(last, self._letters(entering, self._symbols.known))
        return found if found.whole else None

    def _write(self, node: Node, letters: Mapping[Node, Symbol]) -> Formula:
        return write(
            node,
            {**self._symbols.weights, **letters, **self._symbols.known},
            self._symbols.readings,
        )

    def _letters(self, sources: Iterable[Node], known: Mapping[Node, Symbol]) -> dict[Node, Symbol]:
        """Name operands that are not numbers: by their own short name, else x, y, z …."""
        listed = [s for s in dict.fromkeys(sources) if s not in known and not _is_number(s)]
        found: dict[Node, Symbol] = {}
        for node in listed:
            if node in self._symbols.weights and _is_plain(self._symbols.weights[node].text):
                found[node] = self._symbols.weights[node]
            elif isinstance(node.op, Leaf) and _is_plain(node.name):
                found[node] = symbol(node.name)
        taken = {known.latex for known in found.values()}
        free = (letter for letter in LETTERS if letter not in taken)
        for node in listed:
            if node not in found:
                letter = next(free, LETTERS[-1])
                found[node] = Symbol(letter, letter)
        return found

    def _add_norm(self, node: Node, inside: Collection[Node]) -> Formula | None:
        """Write a residual sum, and the norm after it or before its sublayer, as the paper does.

        Of a layer's sublayers, one after the other, each is written with its number.
        """
        norm = node.op if isinstance(node.op, LayerNorm | RMSNorm) else None
        total = node if norm is None else node.inputs[0]
        around = [place for place in (0, 1) if (total, place) in self._residual]
        if len(around) != 1 or total not in inside:
            return None
        stream = total.inputs[around[0]]
        norms = [r.op for r in self._graph.readers[stream] if isinstance(r.op, LayerNorm | RMSNorm)]
        count = len({add for add, _ in self._residual if add in inside})
        several = count > 1
        x, x_text = ("x_{i - 1}", "x_(i - 1)") if several else ("x", "x")
        index, index_text = ("_{i}", "_i") if several else ("", "")
        latex, text = x, x_text
        if norm is None and norms:
            latex, text = norms[0].call(x), f"{norms[0].function}({x_text})"
        latex = rf"{x} + \mathrm{{Sublayer}}{index}\left({latex}\right)"
        text = f"{x_text} + Sublayer{index_text}({text})"
        if norm is not None:
            latex, text = norm.call(latex), f"{norm.function}({text})"
        if several:
            numbers = ["1", "2", "3"][:count] if count < 4 else ["1", "", str(count)]
            listed = ", ".join(number or r"\ldots" for number in numbers)
            latex = rf"x_{{i}} = {latex} \text{{ for }} i = {listed}"
            text = f"x_i = {text} for i = {listed.replace(chr(92) + 'ldots', '…')}"
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


def _is_plain(name: str) -> bool:
    return re.fullmatch(r"[A-Za-zβγ]\w{0,11}", name, re.ASCII) is not None or name in "βγ"


def _is_number(node: Node) -> bool:
    """Say whether a node is a number, a size, or made of them alone."""
    if isinstance(node.op, Size) or (isinstance(node.op, Constant) and node.op.value.size == 1):
        return True
    return not node.shape and bool(node.inputs) and all(map(_is_number, node.inputs))
