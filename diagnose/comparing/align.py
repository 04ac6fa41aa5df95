"""Which nodes of two graphs stand for each other.

Leaves do by their name or path. Ops are paired in the order of evaluation, so that as much as can
be agrees: what each of a pair is, what lies before and after it, and its path. What crosses those
pairs is paired in another pass. Leaves of other names are paired by what reads them; and what is
left over, and is read at the same place by a pair, has been replaced: a GELU by another.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping

from cutaway.diagnose.comparing.alignment import Alignment
from cutaway.diagnose.comparing.subsequence import heaviest
from cutaway.diagnose.comparing.surroundings import Surroundings
from cutaway.graph import Constant, Graph, Input, Leaf, Node, Parameter, evaluate

FURTHEST = 3  # ops that one graph may have more on the way
PATH = 0.5  # by how much more two ops count that have the same path
ALIKE = 1.0  # so much count two ops that are the same
AGREED = 2.0  # and so much, if something around them is the same, too


def align(
    left: Graph, right: Graph, left_sizes: Mapping[str, int], right_sizes: Mapping[str, int]
) -> Alignment:
    """Pair the nodes of two graphs.

    Parameters
    ----------
    left_sizes, right_sizes
        By these sizes it is decided whether two ops are the same, whatever the symbols are called.

    Examples
    --------
    >>> import cutaway as ca
    >>> x, y = ca.input("x", "N"), ca.input("x", "M")
    >>> a, b = ca.Graph(ca.ops.exp(ca.ops.sqrt(x))), ca.Graph(ca.ops.exp(y))
    >>> found = align(a, b, {"N": 2}, {"M": 2})
    >>> [a.path(node) for node in found.pairs], [a.path(node) for node in found.only(a)]
    (['x', 'exp'], ['sqrt'])
    """
    if left is right:
        return Alignment({node: node for node in left.nodes}, frozenset())
    return _Aligner(left, right, left_sizes, right_sizes).found()


class _Aligner:
    def __init__(
        self,
        left: Graph,
        right: Graph,
        left_sizes: Mapping[str, int],
        right_sizes: Mapping[str, int],
    ) -> None:
        self._left, self._right = left, right
        self._forms = {
            **{node: _form(node, left_sizes) for node in left.nodes},
            **{node: _form(node, right_sizes) for node in right.nodes},
        }
        self._shapes = {
            node: tuple(evaluate(dim, sizes) for dim in node.shape)
            for graph, sizes in ((left, left_sizes), (right, right_sizes))
            for node in graph.nodes
        }
        self._pairs: dict[Node, Node] = {}
        self._back: dict[Node, Node] = {}
        self._replaced: set[Node] = set()
        self._at = self._same_paths()

    def found(self) -> Alignment:
        """Pair leaves, then ops, then what was replaced."""
        self._leaves()
        self._ops()
        for node in self._left.nodes:
            if node in self._pairs:
                self._parameters(node)
        for node in reversed(self._left.nodes):
            if node in self._pairs:
                self._put_in_place(node)
        return Alignment(
            {node: self._pairs[node] for node in self._left.nodes if node in self._pairs},
            frozenset(self._replaced),
        )

    def _pair(self, left: Node, right: Node) -> None:
        self._pairs[left], self._back[right] = right, left

    def _leaves(self) -> None:
        inputs = {node.name: node for node in self._right.inputs}
        params = {node.path: node for node in self._right.parameters}
        for node in self._left.inputs:
            if node.name in inputs:
                self._pair(node, inputs[node.name])
        for node in self._left.parameters:
            if node.path in params:
                self._pair(node, params[node.path])
        free = [node for node in self._right.inputs if node not in self._back]
        for node in self._left.inputs:
            alike = [n for n in free if (n.dtype, n.rank) == (node.dtype, node.rank)]
            if node not in self._pairs and alike:
                self._pair(node, alike[0])
                free.remove(alike[0])

    def _ops(self) -> None:
        """Pair ops that compute the same of the same leaves, and others by what is around them."""
        leaves = {n: (place,) for place, pair in enumerate(self._pairs.items()) for n in pair}
        around = Surroundings(self._left, self._right, self._forms | leaves, self._shapes)
        for node, other in around.same(leaves):
            if not isinstance(node.op, Leaf):
                self._pair(node, other)
        mine = [n for n in self._left.nodes if self._is_free(n)]
        theirs = [n for n in self._right.nodes if self._is_free(n)]
        weights = around.alike(mine, theirs)
        columns = {other: column for column, other in enumerate(theirs)}
        for row, node in enumerate(mine):
            if self._at.get(node) in columns:
                weights[row, columns[self._at[node]]] *= 1 + PATH
        while pairs := heaviest(weights):  # what crosses them is paired in the next pass
            for row, column in pairs:
                node, other, weight = mine[row], theirs[column], weights[row, column]
                if weight >= AGREED or (weight >= ALIKE and self._same_sources(node, other)):
                    self._pair(node, other)
            rows, taken = map(list, zip(*pairs, strict=True))
            weights[rows, :] = weights[:, taken] = 0

    def _is_free(self, node: Node) -> bool:
        return not (isinstance(node.op, Leaf) or node in self._pairs or node in self._back)

    def _parameters(self, node: Node) -> None:
        """Pair the parameters that a pair reads, those of one shape in turn."""
        free = [other for other in self._pairs[node].inputs if self._is_unnamed(other)]
        for mine in filter(self._is_unnamed, node.inputs):
            alike = [other for other in free if self._forms[other] == self._forms[mine]]
            if alike:
                self._pair(mine, alike[0])
                free.remove(alike[0])

    def _is_unnamed(self, node: Node) -> bool:
        known = node in self._pairs or node in self._back
        return isinstance(node.op, Parameter) and not known

    def _put_in_place(self, node: Node) -> None:
        """Pair what a pair reads at the same place, where it has no partner yet."""
        other = self._pairs[node]
        for mine, theirs in zip(node.inputs, other.inputs, strict=False):
            if mine in self._pairs or theirs in self._back or mine.rank != theirs.rank:
                continue
            kinds = isinstance(mine.op, Leaf), isinstance(theirs.op, Leaf)
            if kinds == (True, True) and type(mine.op) is not type(theirs.op):
                continue
            if kinds[0] != kinds[1] or (not kinds[0] and not self._same_sources(mine, theirs)):
                continue
            self._pair(mine, theirs)
            if self._forms[mine] != self._forms[theirs]:
                self._replaced.add(mine)

    def _same_sources(self, mine: Node, theirs: Node) -> bool:
        """Say whether two nodes have something in common that they read."""
        here = {self._pairs[node] for node in _known_behind(mine, self._pairs)}
        there = _known_behind(theirs, self._back)
        return bool(here & there) or not (here or there)

    def _same_paths(self) -> dict[Node, Node]:
        """Return the right nodes of a left one's path, where both have as many of that path."""
        mine, theirs = (Counter(n.path for n in g.nodes) for g in (self._left, self._right))
        there = {self._right.path(node): node for node in self._right.nodes}
        found: dict[Node, Node] = {}
        for node in self._left.nodes:
            other = there.get(self._left.path(node))
            if other is not None and mine[node.path] == theirs[other.path]:
                found[node] = other
        return found


def _form(node: Node, sizes: Mapping[str, int]) -> Hashable:
    if isinstance(node.op, Input | Parameter):
        return type(node.op), node.dtype, tuple(evaluate(dim, sizes) for dim in node.shape)
    return node.op.form.bind(sizes), node.dtype, node.rank


def _known_behind(node: Node, known: Collection[Node]) -> set[Node]:
    """Return the nodes nearest behind a node that are known, but for numbers."""
    found: set[Node] = set()
    layer = {node}
    for _ in range(FURTHEST + 1):
        inside = {source for inner in layer for source in inner.inputs}
        layer = {source for source in inside if source not in known}
        found |= inside - layer
    return {source for source in found if not isinstance(source.op, Constant)}
