"""Formulas: a node written out in its inputs, as LaTeX, MathML and plain text."""

import re
from collections import Counter
from collections.abc import Container, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

from cutaway.graph.graph import topological
from cutaway.graph.leaves import Constant, Leaf
from cutaway.graph.mathml import to_mathml, to_unicode
from cutaway.graph.node import Node
from cutaway.graph.op import Composite, Op

LONGEST = 400  # characters of an operand: one that is longer gets its name instead
DEEPEST = 24  # ops above each other
MOST = 8  # operands of one op: of more, the first and the last are written
POWER, CALL, TIGHTEST = 3, 4, 5  # how tightly a power binds, a call, and a name
NAME = 24  # characters of a name
SHORT = 60  # characters of an operand with which a composite op is written as it is defined


class Piece(NamedTuple):
    """A part of a formula, and how tightly it binds as LaTeX and as text."""

    latex: str
    text: str
    binding: int
    text_binding: int


class Symbol(NamedTuple):
    """A name in a formula, as LaTeX and as text, with what stands below and above it.

    Attributes
    ----------
    counted
        Whether a second node of that name gets a number.
    """

    latex: str
    text: str
    below: str = ""
    above: str = ""
    counted: bool = True

    def piece(self, number: int = 1) -> Piece:
        """Write it; the numbers begin with the second node of that name."""
        count = str(number) if number > 1 else ""
        under = rf"\mathrm{{{self.below}}}" if self.below[1:].isalpha() else self.below
        low, text = (",".join(filter(None, (part, count))) for part in (under, self.below))
        latex = self.latex + (f"_{{{low}}}" if low else "")
        latex += f"^{{{self.above}}}" if self.above else ""
        text = self.text + (f"_{text}" if text else "") + (f"^{self.above}" if self.above else "")
        binding = POWER if self.above else TIGHTEST
        return Piece(latex, text, binding, binding)


class Reading(NamedTuple):
    """What a node is written as, where that is another op than its own."""

    op: Op
    operands: tuple[Node, ...]
    elided: bool = False  # more operands than are written


class Formula(str):
    """LaTeX (it *is* that text); notebooks show it typeset.

    Attributes
    ----------
    text
        Plain text as Python would have it: ``softmax((Q Kᵀ)/sqrt(d_k)) V``.
    unicode
        The formula on one line for a terminal: ``softmax(QKᵀ/√d_k)V``.
    mathml
        The formula for a web page.
    whole
        Whether no value that is computed in between stands under a name of its own.
    """

    text: str
    whole: bool

    def __new__(cls, latex: str, text: str, whole: bool = True) -> "Formula":
        """Hold both forms."""
        self = super().__new__(cls, latex)
        self.text, self.whole = text, whole
        return self

    @cached_property
    def unicode(self) -> str:
        """The formula on one line for a terminal."""
        return to_unicode(self)

    @cached_property
    def mathml(self) -> str:
        """The formula for a web page."""
        return to_mathml(self)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self}$"


def formula(
    node: Node,
    names: Mapping[Node, Symbol] | None = None,
    readings: Mapping[Node, Reading] | None = None,
) -> Formula:
    r"""Write a node in terms of inputs and parameters.

    Values that are read more than once, and operands that would grow too long or lie too deep,
    stand under their own name, so that a formula stays as short as its op. A composite op inside
    of it is written as a call: ``GELU(x W)``.

    Parameters
    ----------
    names
        Nodes that are written as a symbol, and are not looked into.
    readings
        Nodes that are written as another op.

    Examples
    --------
    >>> import cutaway as ca
    >>> q, k = ca.input("q", "T K"), ca.input("k", "S K")
    >>> found = formula(ca.ops.softmax(q @ k.mT))
    >>> print(found)
    \operatorname{softmax}\left(q k^{\mathsf{T}}\right)
    >>> found.text, found.unicode
    ('softmax(q kᵀ)', 'softmax(qkᵀ)')
    """
    names, readings = names or {}, readings or {}
    region = _region(node, names, readings)
    order = topological([node], lambda found: region[found].operands)
    symbols = {found: names.get(found) or symbol(found.name) for found in order}
    own = {found: found_symbol.piece() for found, found_symbol in symbols.items()}
    pieces, named = _pieces(order, names, region, own)
    shown = topological([node], lambda n: () if n in named else region[n].operands)
    taken: Counter[Symbol] = Counter()
    for found in filter(named.__contains__, shown):
        if symbols[found].counted:
            taken[symbols[found]] += 1
            own[found] = symbols[found].piece(taken[symbols[found]])
    pieces, _ = _pieces(shown, named, region, own)
    whole = all(found in names or _is_given(found) for found in named)
    return Formula(pieces[node].latex, pieces[node].text, whole)


def _pieces(
    order: Sequence[Node],
    names: Container[Node],
    region: Mapping[Node, Reading],
    own: Mapping[Node, Piece],
) -> tuple[dict[Node, Piece], set[Node]]:
    """Write nodes, each after its operands; return also which stand under a name."""
    readers = Counter(source for found in order for source in region[found].operands)
    pieces: dict[Node, Piece] = {}
    named: set[Node] = set()
    for found in order:
        reading, whole = region[found], found is order[-1]
        cut = bool(found.inputs) and not reading.operands
        under = _is_given(found) or cut or (found in names and not whole)
        if not under:
            operands = [pieces[source] for source in reading.operands]
            if reading.elided:
                operands.insert(-1, Piece(r"\ldots", "…", TIGHTEST, TIGHTEST))
            pieces[found] = _piece(reading.op, operands, whole)
            again = bool(found.inputs) and readers[found] > 1
            under = not whole and (again or len(pieces[found].latex) > LONGEST)
        if under:
            pieces[found] = own[found]
            named.add(found)
    return pieces, named


def _is_given(node: Node) -> bool:
    return isinstance(node.op, Leaf) and not isinstance(node.op, Constant)


def _region(
    node: Node, names: Mapping[Node, Symbol], readings: Mapping[Node, Reading]
) -> dict[Node, Reading]:
    """Return what a formula looks at: nothing behind a name, nor deeper than it may be."""
    found: dict[Node, Reading] = {}
    level = [node]
    for depth in range(DEEPEST + 1):
        for here in level:
            op, operands, _ = readings.get(here) or Reading(here.op, here.inputs)
            many = len(operands) > MOST
            if depth == DEEPEST or (here in names and here is not node):
                operands = ()
            elif many:
                operands = (*operands[: MOST - 2], operands[-1])
            found[here] = Reading(op, operands, many)
        below = dict.fromkeys(source for here in level for source in found[here].operands)
        level = [source for source in below if source not in found]
    return found


def _piece(op: Op, inputs: list[Piece], whole: bool) -> Piece:
    texts = [_operand(op, n, p.text, p.text_binding, "({})") for n, p in enumerate(inputs)]
    text = op.text(*texts)
    defined = whole and all(len(piece.latex) <= SHORT for piece in inputs)
    if isinstance(op, Composite) and not defined:
        return Piece(op.call(*(p.latex for p in inputs)), text, CALL, op.binding)
    fence = "{}" if op.groups else r"\left({}\right)"
    latex = [_operand(op, n, p.latex, p.binding, fence) for n, p in enumerate(inputs)]
    return Piece(op.latex(*latex), text, op.binding, op.binding)


def _operand(op: Op, place: int, written: str, binding: int, fence: str) -> str:
    """Put an operand in parentheses where it binds less tightly than the op holds."""
    loose = binding <= op.holds if place else binding < op.holds
    return fence.replace("{}", written) if loose else written


def symbol(name: str) -> Symbol:
    r"""Return a name as a symbol: a letter, a letter with an index, or upright text.

    Whatever stands in a name is text: what LaTeX would read as a command is escaped.

    Examples
    --------
    >>> for name in ("x", "w1", "d_model", r"\input{a}"):
    ...     print(symbol(name).piece().latex)
    x
    w_{1}
    d_{\mathrm{model}}
    \mathrm{\backslash input\{a\}}
    """
    text = name if len(name) <= NAME else name[: NAME - 1] + "…"
    text = "".join(c if c.isprintable() else "\ufffd" for c in text)
    if re.fullmatch("[A-Za-z]", text):
        return Symbol(text, text)
    if found := re.fullmatch("([A-Za-z])([0-9]+)|([A-Za-z])_([A-Za-z]+|[0-9]+)", text):
        letter, below = (found[1], found[2]) if found[1] else (found[3], found[4])
        return Symbol(letter, letter, below)
    return Symbol(rf"\mathrm{{{escape(text)}}}", text)


def escape(text: str) -> str:
    r"""Escape what LaTeX reads as a command.

    Examples
    --------
    >>> print(escape(r"\input{a_b}"))
    \backslash input\{a\_b\}
    """
    return "".join(_ESCAPES.get(c, c) for c in text)


_ESCAPES = {
    "\\": r"\backslash ",
    "^": r"\wedge ",
    "~": r"\sim ",
    "'": "’",  # a prime would be a superscript
    " ": r"\ ",
    **{c: "\\" + c for c in "{}#$%&_"},
}
