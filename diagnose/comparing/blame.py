"""Why a pair of nodes differs: what kind of difference begins there, and which node is guilty."""

from collections import Counter
from collections.abc import Collection
from dataclasses import fields, replace

from cutaway.diagnose.comparing.alignment import Alignment
from cutaway.diagnose.comparing.difference import Difference
from cutaway.diagnose.comparing.divergence import Divergence, Kind, Place
from cutaway.diagnose.comparing.ran import Ran
from cutaway.diagnose.comparing.relation import relation
from cutaway.diagnose.comparing.surroundings import COMMUTATIVE
from cutaway.graph import Constant, Graph, Input, Leaf, Node, Parameter, formula
from cutaway.transform.repeats import fixed_nodes


class Blame:
    """Explains differences between two runs, whose nodes are paired."""

    def __init__(self, left: Ran, right: Ran, alignment: Alignment) -> None:
        self._left, self._right, self._pairs = left, right, alignment.pairs
        self._replaced = alignment.replaced
        self._back = {other: node for node, other in alignment.pairs.items()}
        self._fixed = {g: fixed_nodes(g) for g in (left.graph, right.graph)}

    def of(
        self, node: Node, other: Node, difference: Difference, between: tuple[Node, ...]
    ) -> Divergence:
        """Return what begins at a pair of nodes whose inputs agree and whose values don't."""
        if isinstance(node.op, Input):
            return self._made("input", node, node, other, difference)
        if isinstance(node.op, Parameter):
            return self._parameter(node, other, difference)
        mine = [inner for inner in between if inner not in self._pairs]
        theirs = self._only_right(other)
        if node not in self._pairs:  # an output that only A has
            mine.append(node)
        if other not in self._back and not isinstance(other.op, Leaf):
            theirs.append(other)
        kind, guilty, onlies = self._kind(node, other, mine, theirs, difference)
        if kind == "changed" and not onlies:
            node, other = self._reader(node, other)
            guilty = node
        found = self._made(kind, guilty, node, other, difference, onlies)
        if kind == "changed" and guilty is not node:
            there = [*self._moving(theirs, self._right.graph), other]
            return replace(found, instead=tuple(map(self.place, dict.fromkeys(there))))
        return replace(found, detail=self._read(node, other)) if kind == "wiring" else found

    def _kind(
        self, node: Node, other: Node, mine: list[Node], theirs: list[Node], found: Difference
    ) -> tuple[Kind, Node, list[Node]]:
        here = self._moving(mine, self._left.graph)
        there = self._moving(theirs, self._right.graph)
        if (here and there) or (node in self._replaced and (here or there)):
            return "changed", (here or [node])[0], [*here, node]
        if here:
            return "only-a", here[-1], here
        if there:
            return "only-b", there[-1], there
        if node in self._replaced or self._constants_differ(node, other):
            return "changed", node, []
        if self._rewired(node, other):
            return "wiring", node, []
        if found.shapes:
            return "shape", node, []
        if mine or theirs:
            return ("only-a", mine[-1], mine) if mine else ("only-b", theirs[-1], theirs)
        return "op", node, []

    def _moving(self, nodes: list[Node], graph: Graph) -> list[Node]:
        """Return the nodes that are no sizes and no numbers."""
        return [node for node in nodes if node not in self._fixed[graph]]

    def _reader(self, node: Node, other: Node) -> tuple[Node, Node]:
        """Return the op on the way of values that reads a size or a number of its own line."""
        graph = self._left.graph
        while node in self._fixed[graph] and not node.rank:
            readers = [n for n in graph.readers[node] if n in self._pairs]
            if len(readers) != 1 or readers[0].source != node.source:
                break
            node, other = readers[0], self._pairs[readers[0]]
        return node, other

    def plain(self, kind: Kind, node: Node, other: Node, difference: Difference) -> Divergence:
        """Return a difference of a kind, of which no more is known than where it is."""
        return self._made(kind, node, node, other, difference)

    def gradient(self, node: Node, other: Node, difference: Difference) -> Divergence:
        """Return a difference of gradients alone; what reads the value in one graph only."""
        mine = [n for n in self._left.graph.readers[node] if n not in self._pairs]
        theirs = [n for n in self._right.graph.readers[other] if n not in self._back]
        found = self._made("gradient", node, node, other, difference, mine)
        return replace(found, instead=tuple(map(self.place, theirs)))

    def _made(
        self,
        kind: Kind,
        guilty: Node,
        node: Node,
        other: Node,
        difference: Difference,
        onlies: list[Node] | None = None,
    ) -> Divergence:
        places = tuple(self.place(inner) for inner in onlies or ())
        mine, theirs = self.place(node), self.place(other)
        return Divergence(kind, self.place(guilty), mine, theirs, difference, places)

    def _parameter(self, node: Node, other: Node, difference: Difference) -> Divergence:
        graph = self._left.graph
        kind, detail = relation(self._left.values[node], self._right.values[other], node.shape)
        readers = sorted(graph.readers[node], key=graph.nodes.index)
        return Divergence(
            "parameter",
            self.place(node),
            self.place(node),
            self.place(other),
            difference,
            relation=kind,
            detail=detail,
            reader=graph.path(readers[0]) if readers else "",
        )

    def place(self, node: Node) -> Place:
        """Return where a node of either graph stands."""
        graph = self._left.graph
        if node not in graph.readers:
            graph = self._right.graph
        return Place.of(node, graph.path(node), self._written(node, graph))

    def _written(self, node: Node, graph: Graph) -> str:
        """Write an op with its options, and the numbers and sizes that it reads."""
        texts = [formula(source).text for source in node.inputs if source in self._fixed[graph]
                 and not isinstance(source.op, Parameter)]  # fmt: skip
        names = [field.name for field in fields(node.op)]  # type: ignore[arg-type]
        options = [f"{name}={getattr(node.op, name)}" for name in names]
        return f"{node.op.name}({', '.join([*texts, *options])})"

    def _only_right(self, node: Node) -> list[Node]:
        """Return the ops that only B has between a node and what is paired, in order."""
        found = _unpaired(node, self._back)
        return [n for n in self._right.graph.nodes if n in found and not isinstance(n.op, Leaf)]

    def _constants_differ(self, node: Node, other: Node) -> bool:
        pairs = zip(node.inputs, other.inputs, strict=False)
        return any(
            isinstance(a.op, Constant) and isinstance(b.op, Constant) and a.op != b.op
            for a, b in pairs
        )

    def _rewired(self, node: Node, other: Node) -> bool:
        """Say whether a pair reads what is no pair."""
        mine, theirs = self._ends(node), [_border(source, self._back) for source in other.inputs]
        if node.op.name in COMMUTATIVE:
            return Counter(mine) != Counter(theirs)
        return mine != theirs

    def _ends(self, node: Node) -> list[frozenset[Node]]:
        """Return, for each operand, the right nodes behind it; of what only A has, A's leaves."""
        return [
            frozenset(self._pairs.get(end, end) for end in _border(source, self._pairs))
            for source in node.inputs
        ]

    def _read(self, node: Node, other: Node) -> str:
        """Say what A reads that B doesn't, and the reverse."""
        mine = frozenset[Node]().union(*self._ends(node))
        theirs = frozenset[Node]().union(*(_border(n, self._back) for n in other.inputs))
        left, right = self._left.graph, self._right.graph
        a = [left.path(self._back.get(n, n)) for n in mine - theirs]
        b = [right.path(n) for n in theirs - mine]
        sides = [
            f"{side} {', '.join(sorted(paths))}" for side, paths in (("A", a), ("B", b)) if paths
        ]
        return " / ".join(sides) or f"{left.path(node)} / {right.path(other)}"


def _unpaired(node: Node, known: Collection[Node]) -> set[Node]:
    """Return the unpaired nodes behind a node, through unpaired ones alone."""
    found: set[Node] = set()
    waiting = [source for source in node.inputs if source not in known]
    while waiting:
        other = waiting.pop()
        if other not in found:
            found.add(other)
            waiting.extend(source for source in other.inputs if source not in known)
    return found


def _border(node: Node, known: Collection[Node]) -> frozenset[Node]:
    """Return the paired nodes and the leaves nearest behind a node: itself, if it is one."""
    inside = {node} if node in known else _unpaired(node, known) | {node}
    ends = {source for other in inside if other not in known for source in other.inputs}
    found = {end for end in ends | inside if end in known or isinstance(end.op, Leaf)}
    return frozenset(end for end in found if not isinstance(end.op, Constant))
