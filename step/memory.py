"""Values held in bounded memory: what can be computed again is let go first."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, MutableMapping

from cutaway.graph import Graph, Node
from cutaway.run.compile import Array

LEFT = 0.75  # of the budget, after values were let go: not every step has to


class FullError(Exception):
    """What is needed at once is larger than the budget."""

    def __init__(self, needed: int) -> None:
        super().__init__(f"{needed} bytes")
        self.needed = needed


class Memory(MutableMapping[Node, Array]):
    """Values by node, of which as many are held as a budget allows.

    The values that are alive at every k-th place of the evaluation are its checkpoints: they are
    let go late. As memory gets short, k doubles. Other values are let go by the distance of their
    life from where the stepper stands; what is alive there stays as long as anything does.

    Parameters
    ----------
    budget
        Bytes; None for no bound. What ``known`` holds does not count.

    Attributes
    ----------
    known
        What need not be computed: feeds, parameters, what depends on sizes alone.
    bytes, most
        How many are held now, and were at once.
    here
        The place in the order of evaluation around which values are kept.
    """

    def __init__(self, graph: Graph, budget: int | None) -> None:
        self._budget = budget
        self._places = {node: place for place, node in enumerate(graph.nodes)}
        self._ends = {
            n: self._places[last] for last, read in graph.last_reads.items() for n in read
        }
        self._held: dict[Node, Array] = {}
        self._holders: Counter[int] = Counter()  # how many values share a buffer
        self._every = 1  # k
        self._waiting: Counter[Node] = Counter()
        self._apart: set[int] = set()
        self.bytes = self.most = 0
        self.here = 0
        self.known: Mapping[Node, Array] = {}

    def __getitem__(self, node: Node) -> Array:
        found = self.known.get(node)
        return self._held[node] if found is None else found

    def __setitem__(self, node: Node, value: Array) -> None:
        self._held[node] = value
        buffer = _buffer(value)
        if id(buffer) not in self._apart:
            self._holders[id(buffer)] += 1
            if self._holders[id(buffer)] == 1:
                self.bytes += buffer.nbytes
        self.most = max(self.most, self.bytes)
        self._make_room(node)
        for source in node.inputs:
            self._waiting[source] -= 1

    def __delitem__(self, node: Node) -> None:
        if node not in self._held:
            return  # what is known stays
        buffer = _buffer(self._held.pop(node))
        if id(buffer) not in self._apart:
            self._holders[id(buffer)] -= 1
            if not self._holders[id(buffer)]:
                del self._holders[id(buffer)]
                self.bytes -= buffer.nbytes

    def __iter__(self) -> Iterator[Node]:
        yield from self.known
        yield from self._held

    def __len__(self) -> int:
        return len(self.known) + len(self._held)

    def know(self, known: Mapping[Node, Array]) -> None:
        """Set what need not be computed; what depends on what it was has been forgotten."""
        self.known = known
        self._apart = {id(_buffer(value)) for value in known.values()}

    def forget(self, nodes: Iterable[Node]) -> None:
        """Let values go."""
        for node in nodes:
            del self[node]

    def clear(self) -> None:
        """Let every computed value go."""
        self.forget(tuple(self._held))

    def missing(self, targets: Iterable[Node]) -> list[Node]:
        """Return what has to be computed for some values to be there, in order."""
        found: set[Node] = set()
        waiting = list(targets)
        while waiting:
            node = waiting.pop()
            if node not in found and node not in self._held and node not in self.known:
                found.add(node)
                waiting.extend(node.inputs)
        return sorted(found, key=self._places.__getitem__)

    def expect(self, targets: Iterable[Node], nodes: Iterable[Node]) -> None:
        """Say what will be read, so that it stays until then: targets longer, until the next."""
        self._waiting = Counter(targets)
        for node in nodes:
            self._waiting.update(node.inputs)

    def _make_room(self, new: Node) -> None:
        if self._budget is None or self.bytes <= self._budget:
            return
        goal = LEFT * self._budget
        while self.bytes > goal:
            loose = [n for n in self._held if n is not new and self._waiting[n] <= 0]
            going = [n for n in loose if self._distance(n) and not self._is_checkpoint(n)]
            if not going and self._every <= len(self._places):
                self._every *= 2
                continue
            if not going:  # only what is alive here is left
                going, goal = loose, self._budget
            if not going:
                break
            for node in sorted(going, key=self._distance, reverse=True):
                if self.bytes <= goal:
                    break
                del self[node]
        if self.bytes > self._budget:
            raise FullError(self.bytes)

    def _is_checkpoint(self, node: Node) -> bool:
        """Say whether a value is alive at some k-th place: made before it, read after it."""
        return self._ends[node] // self._every > self._places[node] // self._every

    def _distance(self, node: Node) -> int:
        """Return how far a value's life is from here: 0 where it is made before, read after."""
        return max(self._places[node] - self.here, self.here - self._ends[node], 0)


def _buffer(array: Array) -> Array:
    """Return the array that owns the memory of a view."""
    while isinstance(array.base, type(array)):
        array = array.base
    return array
