"""How alike the surroundings of two nodes are: hashes of what they read, and of what reads them.

This is the colour refinement of Weisfeiler and Leman, once along the reads and once against them.
After k rounds two nodes have the same hash if what lies up to k steps away is of the same form;
one more hash takes in all that lies on that side.
"""

from collections import Counter
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cutaway.graph import Constant, Graph, Input, Node, Parameter

ROUNDS = 3
COMMUTATIVE = ("add", "multiply")

Hashes = dict[Node, int]


class Surroundings:
    """Hashes of the nodes of two graphs, comparable with each other.

    Parameters
    ----------
    left, right
        The graphs.
    forms
        What each node is, seen alone.
    shapes
        The shape of each, in numbers.
    """

    def __init__(
        self,
        left: Graph,
        right: Graph,
        forms: Mapping[Node, Hashable],
        shapes: Mapping[Node, Hashable],
    ) -> None:
        self._graphs = left, right
        self._numbers: dict[Hashable, int] = {}
        self._forms = {node: self._number(form) for node, form in forms.items()}
        self._exact = {
            node: self._number((form, shapes[node], *map(_constant, node.inputs)))
            for node, form in forms.items()
        }

    def same(self, known: Collection[Node]) -> Iterator[tuple[Node, Node]]:
        """Give the pairs of nodes that alone in their graphs compute one thing of known leaves."""
        hashes = self._whole(self._reads)
        sure = [_made_of(graph, known) for graph in self._graphs]
        counts = [Counter(hashes[node] for node in nodes) for nodes in sure]
        there = {hashes[node]: node for node in sure[1]}
        for node in sure[0]:
            if all(count[hashes[node]] == 1 for count in counts):
                yield node, there[hashes[node]]

    def alike(self, mine: Sequence[Node], theirs: Sequence[Node]) -> npt.NDArray[np.float32]:
        """Return for each node of one graph and each of the other how alike they are.

        It is 0 for nodes of another form. Those of the same have 0.5, or 1 if shapes and numbers
        that are read agree, too; and 1 more for each hash in which they agree. What a value is
        made of tells more than what it is for, so that all of the former counts more.
        """
        found = np.zeros((len(mine), len(theirs)), np.float32)
        for alone in (self._forms, self._exact):
            found += 0.5 * _equal(alone, mine, theirs)
        for direction, whole in ((self._reads, 2.5), (self._readers, 1.0)):
            near = self._forms
            for _ in range(ROUNDS):
                near = self._round(near, direction)
                found += _equal(near, mine, theirs)
            found += whole * _equal(self._whole(direction), mine, theirs)
        return found

    def _round(self, near: Hashes, direction: "Direction") -> Hashes:
        return {
            node: self._number((self._forms[node], direction(graph, node, near)))
            for graph in self._graphs
            for node in graph.nodes
        }

    def _whole(self, direction: "Direction") -> Hashes:
        found: Hashes = {}
        for graph in self._graphs:
            ordered = graph.nodes if direction == self._reads else graph.nodes[::-1]
            for node in ordered:
                found[node] = self._number((self._forms[node], direction(graph, node, found)))
        return found

    def _reads(self, graph: Graph, node: Node, near: Hashes) -> Hashable:
        read = [near[source] for source in node.inputs]
        return tuple(sorted(read) if node.op.name in COMMUTATIVE else read)

    def _readers(self, graph: Graph, node: Node, near: Hashes) -> Hashable:
        """Return which outputs a node is, and what reads it, and where."""
        found = [
            (near[reader], 0 if reader.op.name in COMMUTATIVE else place)
            for reader in graph.readers[node]
            for place, source in enumerate(reader.inputs)
            if source is node
        ]
        outputs = [place for place, output in enumerate(graph.outputs) if output is node]
        return tuple(outputs), tuple(sorted(found))

    def _number(self, key: Hashable) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


Direction = Callable[[Graph, Node, Hashes], Hashable]


def _equal(hashes: Hashes, mine: Sequence[Node], theirs: Sequence[Node]) -> npt.NDArray[np.bool_]:
    here, there = (np.array([hashes[node] for node in side], np.int64) for side in (mine, theirs))
    return np.asarray(here[:, None] == there[None, :])


def _constant(node: Node) -> Hashable:
    return node.op if isinstance(node.op, Constant) else None


def _made_of(graph: Graph, known: Collection[Node]) -> set[Node]:
    """Return the nodes that all known leaves, sizes and numbers suffice to compute."""
    found: set[Node] = set()
    for node in graph.nodes:
        leaf = isinstance(node.op, Input | Parameter)
        if node in known if leaf else found.issuperset(node.inputs):
            found.add(node)
    return found
