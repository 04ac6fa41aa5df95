"""Random graphs over all ops: the rows of the op tests, chained, with sizes that are expressions.

A row asks a :class:`Draw` for operands. Here an operand is sometimes a value that an earlier op
made, as it is or reshaped to what the row asked for, and a size is an expression of few symbols.
So every op meets shapes that nobody chose for it.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from drawing import Built, Draw, Drawn
from hypothesis import strategies as st
from samples import ROWS

import cutaway as ca
from cutaway.graph import CutawayError, Dim, Kind, Shape

SYMBOLS = ca.dims("A B C")
Chooser = Callable[[Any], Any]


class Choices:
    """The part of numpy's generator that the rows use, on choices that hypothesis can shrink."""

    def __init__(self, draw: Chooser) -> None:
        self._draw = draw

    def integers(self, low: int, high: int | None = None, size: Any = None) -> Any:
        first, last = (0, low) if high is None else (low, high)
        number = st.integers(int(first), int(last) - 1)
        if size is None:
            return self._draw(number)
        count = int(np.prod(size))
        return np.array([self._draw(number) for _ in range(count)]).reshape(size)

    def random(self) -> float:
        return float(self._draw(st.integers(0, 19))) / 20

    def choice(self, items: Sequence[Any]) -> Any:
        return self._draw(st.sampled_from(list(items)))

    def permutation(self, count: int) -> Any:
        return np.array(self._draw(st.permutations(range(count))), dtype=int)


class GraphDraw(Draw):
    """Choices of a row whose operands may be values made before."""

    def __init__(self, draw: Chooser, pool: list[ca.Node]) -> None:
        super().__init__(0)
        self.random: Any = Choices(draw)
        self.pool = pool

    def symbol(self) -> Dim:
        a, b = self.random.choice(SYMBOLS), self.random.choice(SYMBOLS)
        kinds = (a, a, a, a, a, a + 1, 2 * a, a * b, a / 2, a / b, a // 2, a // b, a - 1, a + b)
        found: Dim = kinds[self.random.integers(len(kinds))]
        return 1 if found == 1 else ca.graph.as_dim(found)

    def size(self) -> Dim:
        literal = int(self.random.choice([0, 0, 0, 0, 0, 0, 1, 1, 2, 3]))
        return literal or self.symbol()

    def parameter(self, shape: Shape) -> ca.Node:
        return self._new(ca.parameter(f"p{len(self.pool)}", shape))

    def _leaf(self, shape: Shape, kind: Kind, low: float, high: Dim | float) -> ca.Node:
        fitting = [node for node in self.pool if node.dtype == kind and node.rank == len(shape)]
        others = [node for node in self.pool if node.dtype == kind]
        way = self.random.integers(6)
        if fitting and way < 3:
            return self._new(self.random.choice(fitting))
        if others and way == 3:
            return self._new(self.random.choice(others).reshape(shape))
        return self._new(ca.input(f"x{len(self.pool)}", shape, kind))

    def _new(self, node: ca.Node) -> ca.Node:
        self.pool.append(node)
        self.leaves.append(Drawn(node, 0, 1))  # rows count them for their names
        return node


def cut_anyhow(d: GraphDraw) -> Built:
    """A slice whose bounds are sizes that have nothing to do with the axis."""
    x = d.floats(d.shape(1, 3))
    keys: list[Any] = []
    for _ in range(x.rank):
        start, stop = (d.random.choice([None, None, 1, 2, -1, -2, d.symbol()]) for _ in range(2))
        step = d.random.choice([1, 1, 1, 2, 3, -1, -2])
        keys.append(d.random.choice([slice(start, stop, step), slice(None), 0, -1, d.symbol()]))
    return x[tuple(keys)], np.asarray


def padded_anyhow(d: GraphDraw) -> Built:
    """Pad by sizes that no axis shows."""
    x = d.floats(d.shape(1, 3))
    widths = [(d.random.choice([0, 1, d.symbol()]), d.symbol()) for _ in range(x.rank)]
    return ca.ops.pad(x, widths), np.pad


def shuffled(d: GraphDraw) -> Built:
    """The axes in another order, without moving a number; sometimes one follows."""
    x = d.floats(d.shape(1, 4))
    shape: list[Dim] = [x.shape[n] for n in d.random.permutation(x.rank)]
    if d.flag():
        shape[d.integer(0, x.rank)] = -1
    return x.reshape(tuple(shape)), np.reshape


def regrouped(d: GraphDraw) -> Built:
    """Axes merged, then split by sizes of another product."""
    a, b, c, e = (d.size() for _ in range(4))
    return d.floats((a, b, c)).reshape((a * b, c)).reshape((e, a * b / e, c)), np.reshape


CASES: tuple[Callable[[Any], Built], ...] = (
    *(case for row in ROWS for case in row.cases),
    *[cut_anyhow, padded_anyhow, shuffled, regrouped] * 3,
)


@st.composite
def graphs(draw: Any, most: int = 5) -> ca.Graph:
    """Return a graph of a few rows; what can fit at no sizes is refused and left out."""
    pool: list[ca.Node] = []
    for _ in range(draw(st.integers(1, most))):
        before = len(pool)
        try:
            node, _ = draw(st.sampled_from(CASES))(GraphDraw(draw, pool))
        except CutawayError:
            del pool[before:]
            continue
        pool.append(node)
    if not pool:
        pool.append(ca.input("x", (SYMBOLS[0],)))
    return ca.Graph(dict.fromkeys(pool))


def written(graph: ca.Graph) -> str:
    """Write a graph down, for a message."""
    place = {node: n for n, node in enumerate(graph.nodes)}
    return "\n" + "\n".join(
        f"{n}: {node.op} of {[place[source] for source in node.inputs]} -> {node.shape}"
        f" asks {[str(condition) for condition in node.conditions]}"
        for node, n in place.items()
    )
