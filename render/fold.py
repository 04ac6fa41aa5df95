"""Constants that need no box: they are written into the label of the op that reads them."""

from collections import Counter
from dataclasses import dataclass

from cutaway.graph import Constant, Graph, Node, Op, Parameter
from cutaway.ops import Size

HOLE = "·"  # an operand that is drawn
STANDS_ALONE = 5


@dataclass(frozen=True, slots=True)
class Folded:
    """The nodes without a box, and how each is written."""

    texts: dict[Node, str]

    def into(self, reader: Node) -> tuple[Node, ...]:
        """Return what is folded into a box, each after its inputs."""
        found: list[Node] = []
        for source in reader.inputs:
            if source in self.texts:
                found += [*(inner for inner in source.inputs if inner in self.texts), source]
        return tuple(found)

    def formula(self, reader: Node) -> str:
        """Write an op with its folded operands; the drawn ones are dots."""
        return _write(reader.op, *(self._operand(source) for source in reader.inputs))

    def _operand(self, node: Node) -> tuple[str, int]:
        return _operand(self.texts[node], node) if node in self.texts else (HOLE, STANDS_ALONE)


def fold(graph: Graph, weights: bool = True) -> Folded:
    """Find the scalars that are read once: constants, sizes, and ops on nothing but them.

    Parameters
    ----------
    weights
        Whether parameters have boxes; else their names stand in the labels of all their readers.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "N")
    >>> y = x / ca.ops.sqrt(ca.ops.dim("N"))
    >>> folded = fold(ca.Graph(y))
    >>> folded.formula(y), [node.path for node in folded.into(y)]
    ('·/sqrt(N)', ['dim', 'sqrt'])
    """
    reads = Counter(source for node in graph.nodes for source in node.inputs)
    reads.update(graph.outputs)
    outputs = set(graph.outputs)
    texts: dict[Node, str] = {}
    for node in graph.nodes:
        if not weights and isinstance(node.op, Parameter) and node not in outputs:
            texts[node] = node.name
        if reads[node] != 1 or node in outputs:
            continue
        if is_number(node):
            texts[node] = node.op.text()
        elif _is_scalar_of_numbers(node) and all(source in texts for source in node.inputs):
            operands = (_operand(texts[source], source) for source in node.inputs)
            texts[node] = _write(node.op, *operands)
    return Folded(texts)


def is_number(node: Node) -> bool:
    """Say whether a node is one known number, or one size."""
    return isinstance(node.op, Size) or (isinstance(node.op, Constant) and node.op.value.size == 1)


def _operand(text: str, node: Node) -> tuple[str, int]:
    """Return a text and how tightly it binds; a negative number is no better than a sum."""
    return text, 0 if text.startswith("-") else node.op.binding


def _is_scalar_of_numbers(node: Node) -> bool:
    return node.shape == () and bool(node.inputs) and all(map(is_number, node.inputs))


def _write(op: Op, *operands: tuple[str, int]) -> str:
    """Write an op; operands that bind less tightly than it holds get parentheses."""
    return op.text(
        *(
            f"({text})" if (binding <= op.holds if place else binding < op.holds) else text
            for place, (text, binding) in enumerate(operands)
        )
    )
