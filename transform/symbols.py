"""The symbols of the field: Q, K and V of attention, its heads, and what weights are called."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from cutaway.graph import Constant, Dim, Graph, Node
from cutaway.graph.formula import Reading, Symbol, symbol
from cutaway.ops.arithmetic import Add, Divide, Multiply
from cutaway.ops.functions import Sqrt
from cutaway.ops.indexing import Take
from cutaway.ops.linear import MatMul
from cutaway.ops.movement import PermuteDims, Reshape
from cutaway.ops.norm import LayerNorm, RMSNorm
from cutaway.ops.select import Where
from cutaway.ops.size import Size
from cutaway.ops.softmax import Softmax
from cutaway.transform.attention import attention_roles
from cutaway.transform.recognise import Operand, Role, softmax_of

SYMBOLS = {"query": "Q", "key": "K", "value": "V", "mask": "M"}
RAISED = {"query": "Q", "key": "K", "value": "V", "output": "O"}  # of a projection's weights
LOWERED = {"up": "1", "down": "2", "gate": "g"}  # of a feed-forward network's


@dataclass(frozen=True, slots=True)
class SoftmaxAlong(Softmax):
    """A softmax along another axis than the last, in formulas: there it says so."""

    def latex(self, *args: str) -> str:
        """Write the axis below."""
        return rf"\operatorname{{softmax}}_{{\text{{axis }}{self.axis}}}\left({args[0]}\right)"

    def call(self, *args: str) -> str:
        """Write the axis below."""
        return self.latex(*args)

    def text(self, *args: str) -> str:
        """Write the axis as an argument."""
        return f"softmax({args[0]}, axis={self.axis})"


class Symbols:
    """What the nodes of a graph are called in formulas, by what is done with them."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    @cached_property
    def weights(self) -> dict[Node, Symbol]:
        """The parameters, called as the scopes in which they stand say."""
        return {node: self._weight(node) for node in self._graph.parameters}

    def _weight(self, node: Node) -> Symbol:
        if node.name not in ("weight", "bias"):
            return symbol(node.name)
        bias, readers = node.name == "bias", self._graph.readers[node]
        if any(isinstance(reader.op, LayerNorm | RMSNorm) for reader in readers):
            return Symbol(r"\beta", "β") if bias else Symbol(r"\gamma", "γ")
        letter = "b" if bias else "E" if any(isinstance(r.op, Take) for r in readers) else "W"
        around, _, scope = node.scope.path.rpartition("/")
        if scope == "output" and f"{around}/query".lstrip("/") not in self._scopes:
            scope = ""  # a model's, not an attention's
        return Symbol(letter, letter, LOWERED.get(scope, ""), RAISED.get(scope, ""))

    @cached_property
    def _scopes(self) -> set[str]:
        return {node.scope.path for node in self._graph.parameters}

    @cached_property
    def roles(self) -> dict[Operand, Role]:
        """The roles of attention's operands."""
        return attention_roles(self._graph)

    @cached_property
    def known(self) -> dict[Node, Symbol]:
        """What has a symbol of its own: attention's operands, and its heads side by side."""
        return self.attention | self.heads

    @cached_property
    def attention(self) -> dict[Node, Symbol]:
        """The operands of attention, and what its scores are divided by."""
        roles: dict[Node, set[Role]] = {}
        for (reader, place), role in self.roles.items():
            roles.setdefault(reader.inputs[place], set()).add(role)
        found = {
            node: Symbol(SYMBOLS[role], SYMBOLS[role])
            for node, several in roles.items()
            if len(several) == 1
            for role in several
        }
        for (reader, place), role in self.roles.items():
            operand = reader.inputs[place]
            if role == "key" and isinstance(reader.op, MatMul) and operand in found:
                if is_transposed(operand):
                    del found[operand]  # its own formula writes the T
                else:
                    found[operand] = Symbol("K", "K", above=r"\mathsf{T}")
        return found | dict(self._scales())

    def _scales(self) -> Iterator[tuple[Node, Symbol]]:
        """Find what is the width of the queries, or its root, among what divides the scores."""
        for scaled, scores in self._scaled:
            if not isinstance(scaled.op, Divide | Multiply) or scaled.inputs[0] is not scores:
                continue
            width, scale = scores.inputs[0].shape[-1], scaled.inputs[1]
            root = isinstance(width, int) and math.sqrt(width)
            divided = isinstance(scaled.op, Divide)
            if divided and isinstance(scale.op, Sqrt):
                (size,) = scale.inputs
                if (isinstance(size.op, Size) and size.op.size == width) or _is(size, width):
                    yield size, Symbol("d", "d", "k", counted=False)
            elif root and _is(scale, root if divided else 1 / root):
                yield scale, Symbol(r"\sqrt{d_{k}}", "sqrt(d_k)", counted=False)

    @cached_property
    def _scaled(self) -> tuple[tuple[Node, Node], ...]:
        """What scales a product of queries and keys, and that product."""
        products = (node for (node, _), role in self.roles.items() if role == "query")
        return tuple((r, scores) for scores in products for r in self._graph.readers[scores])

    @cached_property
    def heads(self) -> dict[Node, Symbol]:
        """Where the heads are put side by side."""
        found: dict[Node, Symbol] = {}
        for (node, _), role in self.roles.items():
            if role != "value":
                continue
            for merged in self._merged(node):
                heads = merged.inputs[0].inputs[0].shape[1]
                numbers = ["1", "2"][:heads] if isinstance(heads, int) and heads < 3 else ["1", ""]
                last = Size(heads)
                ends = [(n or last.latex(), n or last.text()) for n in numbers]
                parts = [(rf"\mathrm{{head}}_{{{a}}}", f"head_{b}") for a, b in ends]
                if not numbers[-1]:
                    parts.insert(1, (r"\ldots", "…"))
                latex, text = (", ".join(side) for side in zip(*parts, strict=True))
                call = rf"\operatorname{{Concat}}\left({latex}\right)"
                found[merged] = Symbol(call, f"Concat({text})", counted=False)
        return found

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
    def readings(self) -> dict[Node, Reading]:
        """What is written as another op: a softmax, opened or along another axis; a mask."""
        found: dict[Node, Reading] = {}
        for node in self._graph.nodes:
            softmax = softmax_of(node)
            if softmax is not None:
                scores, axis = softmax
                op = Softmax(axis) if axis == node.rank - 1 else SoftmaxAlong(axis)
                found[node] = Reading(op, (scores,))
        for (node, place), role in self.roles.items():
            seen = _seen(node) if role == "mask" and place == 0 else None
            if seen is not None:
                found[node] = Reading(Add(), (seen, node.inputs[0]))
        for scaled, scores in self._scaled:
            if isinstance(scaled.op, Multiply) and scaled.inputs[1] in self.attention:
                found[scaled] = Reading(Divide(), (scores, scaled.inputs[1]))
        return found


def is_transposed(node: Node) -> bool:
    """Say whether a node is a matrix transpose."""
    return isinstance(node.op, PermuteDims) and node.op.swaps


def _seen(node: Node) -> Node | None:
    """Return what a choice lets through, where what it hides gets no weight."""
    if not isinstance(node.op, Where):
        return None
    _, one, other = node.inputs
    return one if _hides(other) else other if _hides(one) else None


def _hides(node: Node) -> bool:
    """Say whether a node is -∞, or nearly so."""
    op = node.op
    return isinstance(op, Constant) and op.value.size == 1 and op.value.item() <= -1e3


def _is(node: Node, value: Dim | float) -> bool:
    """Say whether a node is that number."""
    if not isinstance(node.op, Constant) or node.op.value.size != 1:
        return False
    return isinstance(value, int | float) and math.isclose(node.op.value.item(), value)
