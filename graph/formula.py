"""Formulas: a node written out in its inputs, as LaTeX and as plain text."""

from typing import NamedTuple

from cutaway.graph.graph import topological
from cutaway.graph.leaves import Constant, Leaf
from cutaway.graph.node import Node

LONGEST = 400  # an operand that is longer gets its name instead


class _Piece(NamedTuple):
    latex: str
    text: str
    binding: int


class Formula(str):
    """LaTeX (it *is* that text), with ``.text`` for a terminal; notebooks show it typeset."""

    text: str

    def __new__(cls, latex: str, text: str) -> "Formula":
        """Hold both forms."""
        self = super().__new__(cls, latex)
        self.text = text
        return self

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self}$"


def formula(node: Node) -> Formula:
    """Write a node in terms of inputs and parameters.

    Values that are read more than once, and operands that would grow too long, stand under
    their own name, so that a formula stays as short as its op.

    Examples
    --------
    >>> import cutaway as ca
    >>> q, k = ca.input("q", "T K"), ca.input("k", "S K")
    >>> formula(ca.ops.softmax(q @ k.mT)).text
    'softmax(q kᵀ)'
    """
    order = topological([node])
    readers = dict.fromkeys(order, 0)
    for found in order:
        for source in found.inputs:
            readers[source] += 1
    pieces: dict[Node, _Piece] = {}
    for found in order:
        pieces[found] = _piece(found, [pieces[source] for source in found.inputs])
        if found is not node and _needs_name(found, readers[found], pieces[found]):
            pieces[found] = _name(found)
    return Formula(pieces[node].latex, pieces[node].text)


def _needs_name(node: Node, readers: int, piece: _Piece) -> bool:
    return not isinstance(node.op, Leaf) and (readers > 1 or len(piece.latex) > LONGEST)


def _piece(node: Node, inputs: list[_Piece]) -> _Piece:
    if isinstance(node.op, Leaf) and not isinstance(node.op, Constant):
        return _name(node)
    op = node.op
    loose = [
        piece.binding <= op.holds if place else piece.binding < op.holds
        for place, piece in enumerate(inputs)
    ]
    fenced = [w and not op.groups for w in loose]
    latex = [
        rf"\left({p.latex}\right)" if w else p.latex for p, w in zip(inputs, fenced, strict=True)
    ]
    text = [f"({p.text})" if w else p.text for p, w in zip(inputs, loose, strict=True)]
    return _Piece(op.latex(*latex), op.text(*text), op.binding)


def _name(node: Node) -> _Piece:
    escaped = node.name.replace("\\", "").replace("_", r"\_")
    latex = node.name if len(node.name) == 1 else rf"\mathrm{{{escaped}}}"
    return _Piece(latex, node.name, 5)
