"""Which nodes of two graphs stand for each other.

Leaves do by their name or path. An op does by what it reads: it goes with an op of the same form
that reads what its own inputs stand for. One of both may have a node more on the way, a scale or
a residual: then they are further apart, and its path decides between candidates. What is left
over, and is read at the same place by a pair, has been replaced: a GELU by another.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping

from cutaway.diagnose.alignment import Alignment
from cutaway.graph import Constant, Graph, Input, Leaf, Node, Parameter, evaluate

FURTHEST = 3  # nodes that one graph may have more on the way
ENOUGH = 0.3  # of 1: what two operands must have in common on average
PATH = 0.3  # what the same path counts, beside the operands
COMMUTATIVE = ("add", "multiply")


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
        self._pairs: dict[Node, Node] = {}
        self._back: dict[Node, Node] = {}
        self._replaced: set[Node] = set()
        self._anchors: dict[Node, dict[Node, int]] = {}
        self._at = self._same_paths()
        self._of = {
            other: node
            for node, (other,) in self._at.items()
            if self._forms[node] == self._forms[other]
        }

    def found(self) -> Alignment:
        """Pair leaves, then ops in the order of evaluation, then what was replaced."""
        self._leaves()
        for node in self._left.nodes:
            if node not in self._pairs and not isinstance(node.op, Leaf):
                self._op(node)
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

    def _op(self, node: Node) -> None:
        scores = {other: self._score(node, other) for other in self._candidates(node)}
        best = max(scores, key=scores.__getitem__, default=None)
        if best is None or scores[best] < ENOUGH:
            return
        rival = self._of.get(best, node)
        if rival is not node and scores[best] < 1 and self._operands(rival.inputs, best.inputs):
            return  # it has a path here, at which more speaks for it
        if scores[best] < 1 and self._is_nearer(node, best, scores[best]):
            return
        self._pair(node, best)
        for mine, other in zip(node.inputs, best.inputs, strict=True):
            if isinstance(mine.op, Parameter) and self._free(mine, other):
                self._pair(mine, other)

    def _is_nearer(self, node: Node, other: Node, score: float) -> bool:
        """Say whether an op further on goes better with a right node; this one is one more then."""
        layer = {node}
        for _ in range(2):
            layer = {reader for inner in layer for reader in self._left.readers[inner]}
            for later in layer - self._pairs.keys():
                fits = self._forms[later] == self._forms[other]
                if fits and self._score(later, other) > score:
                    return True
        return False

    def _candidates(self, node: Node) -> Iterator[Node]:
        """Return free nodes of the same form that read what this one reads, or not far behind."""
        form = self._forms[node]
        seen: dict[Node, None] = dict.fromkeys(self._at.get(node, ()))
        reached = {a for source in node.inputs for a in self._stands_for(source)}
        layer = reached
        for _ in range(FURTHEST + 1):
            layer = {
                reader
                for other in layer
                for reader in self._right.readers[other]
                if reader not in self._back and reader not in seen
            }
            seen.update(dict.fromkeys(layer))
        fits = [other for other in seen if other not in self._back and self._forms[other] == form]
        places = {other: n for n, other in enumerate(self._right.nodes)} if len(fits) > 1 else {}
        yield from sorted(fits, key=lambda other: places.get(other, 0))

    def _score(self, node: Node, other: Node) -> float:
        straight = self._operands(node.inputs, other.inputs)
        if node.op.name in COMMUTATIVE:
            straight = max(straight, self._operands(node.inputs, other.inputs[::-1]) - 0.01)
        same = other in self._at.get(node, ())
        return straight + PATH * same

    def _operands(self, mine: tuple[Node, ...], theirs: tuple[Node, ...]) -> float:
        shares = [self._operand(a, b) for a, b in zip(mine, theirs, strict=True)]
        return sum(shares) / len(shares) if shares else 0.0

    def _operand(self, mine: Node, other: Node) -> float:
        """Return how near two operands are: 1 for a pair, less for each node between."""
        if isinstance(mine.op, Constant) and isinstance(other.op, Constant):
            return 1.0 if mine.op == other.op else 0.3
        if isinstance(mine.op, Parameter) and self._free(mine, other):
            return 0.6
        here, there = self._stands_for(mine), self._known_behind(other)
        return max(
            (1 / (1 + far + there[node]) for node, far in here.items() if node in there),
            default=0.0,
        )

    def _free(self, mine: Node, other: Node) -> bool:
        return (
            mine not in self._pairs
            and other not in self._back
            and isinstance(other.op, Parameter)
            and self._forms[mine] == self._forms[other]
        )

    def _stands_for(self, node: Node) -> dict[Node, int]:
        """Return the right nodes nearest behind a left one, and how far behind they are."""
        if node in self._pairs:
            return {} if isinstance(node.op, Constant) else {self._pairs[node]: 0}
        found: dict[Node, int] = {}
        layer = {node}
        for far in range(1, FURTHEST + 1):
            inside = {source for other in layer for source in other.inputs}
            layer = {source for source in inside if source not in self._pairs}
            for source in inside - layer:
                found.setdefault(self._pairs[source], far)
        return found

    def _known_behind(self, node: Node) -> dict[Node, int]:
        """Return the paired right nodes nearest behind a right one."""
        if node in self._back:
            return {node: 0}
        found: dict[Node, int] = {}
        layer = {node}
        for far in range(1, FURTHEST + 1):
            inside = {source for other in layer for source in other.inputs}
            layer = {source for source in inside if source not in self._back}
            for source in inside - layer:
                found.setdefault(source, far)
        return found

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
        here = {a for source in mine.inputs for a in self._stands_for(source)}
        there = {a for source in theirs.inputs for a in self._known_behind(source)}
        return bool(here & there) or not (here or there)

    def _same_paths(self) -> dict[Node, tuple[Node, ...]]:
        """Return the right nodes of a left one's path, where both have as many of that path."""
        mine, theirs = (Counter(n.path for n in g.nodes) for g in (self._left, self._right))
        there = {self._right.path(node): node for node in self._right.nodes}
        found: dict[Node, tuple[Node, ...]] = {}
        for node in self._left.nodes:
            other = there.get(self._left.path(node))
            if other is not None and mine[node.path] == theirs[other.path]:
                found[node] = (other,)
        return found


def _form(node: Node, sizes: Mapping[str, int]) -> Hashable:
    if isinstance(node.op, Input | Parameter):
        return type(node.op), node.dtype, tuple(evaluate(dim, sizes) for dim in node.shape)
    return node.op.form.bind(sizes), node.dtype, node.rank
