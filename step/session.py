"""A graph that is run node by node, on demand, with changes that can be taken back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from cutaway.graph import FeedError, Graph, Node, OptionError, resume
from cutaway.graph.errors import explain
from cutaway.run.compile import Array, Arrays, Compiled
from cutaway.step.changes import Changes, changed
from cutaway.step.memory import FullError, Memory


class Session:
    """The values of one graph at one point: computed when asked for, by the kernels of a run.

    Parameters
    ----------
    graph
        What is run.
    feeds, params, dims
        As for :func:`cutaway.evaluate`.
    budget
        How many bytes of computed values are held; None for all of them.
    """

    def __init__(
        self,
        graph: Graph,
        feeds: Arrays | None,
        params: Arrays | None,
        dims: Any,
        budget: int | None,
    ) -> None:
        self.graph = graph
        self._run = Compiled(graph).start(feeds, params, dims)
        self._changes: dict[Node, Changes] = {}
        self._memory = Memory(graph, budget)
        self._memory.know(self._run.known)

    @property
    def sizes(self) -> Mapping[str, int]:
        """The sizes at which it is run."""
        return self._run.plan.sizes

    @property
    def held(self) -> int:
        """Bytes of the computed values that are held now."""
        return self._memory.bytes

    def plain(self, node: Node, inputs: Sequence[Array]) -> Array:
        """Return what a node computes, whatever changes there are."""
        plan = self._run.plan
        kernel = plan.kernels.get(node)
        return self._run.known[node] if kernel is None else np.asarray(kernel(plan.xp, *inputs))

    def is_changed(self, node: Node, place: tuple[int, ...]) -> bool:
        """Say whether an element is another than what the node computes of its inputs."""
        if node not in self._changes:
            return False
        with np.errstate(all="ignore"):
            plain = self.plain(node, self.values(node.inputs))
        (value,) = self.values([node])
        return not np.array_equal(plain[place], value[place], equal_nan=node.dtype == "float")

    def dtype(self, node: Node) -> np.dtype[Any]:
        """Return the precision of a node's value."""
        return np.dtype(self._run.plan.xp.dtype_of(node.dtype))

    def values(self, targets: Sequence[Node], here: int | None = None) -> list[Array]:
        """Return values, read-only; compute what is not there.

        Parameters
        ----------
        here
            A place in the order of nodes around which values are worth keeping.

        Raises
        ------
        OptionError
            If they don't fit into the budget.
        """
        if here is not None:
            self._memory.here = here
        try:
            self._compute(targets)
        except FullError:  # what is held for elsewhere is in the way
            self._memory.clear()
            try:
                self._compute(targets)
            except FullError as error:
                self._memory.clear()
                needed = max(error.needed, self._peak())
                raise _too_small(self.graph.path(targets[-1]), needed) from None
        return [_shown(self._memory[node]) for node in targets]

    def release(self) -> None:
        """Let every computed value go: another graph is stepped now."""
        self._memory.clear()

    def changes(self) -> dict[Node, Changes]:
        """Return the changes by node."""
        return dict(self._changes)

    def change(self, changes: Mapping[Node, Changes]) -> None:
        """Set all changes; if one can't be applied, all stays as it was.

        Only what depends on a node whose changes are others than before is computed again.
        """
        before = self._changes
        try:
            again = self._set(changes)
            for node in again & changes.keys():
                self.values([node])
        except BaseException:  # also where it is interrupted
            self._set(before)
            raise

    def _set(self, changes: Mapping[Node, Changes]) -> set[Node]:
        """Set all changes; return what has to be computed again."""
        before, self._changes = self._changes, dict(changes)
        other = [n for n in {**before, **changes} if before.get(n) != changes.get(n)]
        again = self.dependent(other)
        self._memory.forget(again)
        known = dict(self._run.known)
        for node in self.dependent(changes):
            if node.inputs or node in changes:
                known.pop(node, None)
        for node, found in changes.items():
            if node in self._run.known and not node.inputs:
                known[node] = self._changed(node, self._run.known[node], ())
            for change in found:
                if change.value is not None:  # what it would be computed of does not matter
                    known[node] = change.value
        self._memory.know(known)
        return again

    def dependent(self, nodes: Iterable[Node]) -> set[Node]:
        """Return nodes and all that depends on them."""
        found: set[Node] = set()
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(self.graph.readers[node])
        return found

    def _compute(self, targets: Sequence[Node]) -> None:
        nodes = self._memory.missing(targets)
        self._memory.expect(targets, nodes)
        with np.errstate(all="ignore"):
            resume(self.graph, self._rule, self._memory, nodes)

    def _peak(self) -> int:
        """Return how many bytes are held at once where every value is freed after its readers."""
        memory = Memory(self.graph, None)
        memory.know(self._memory.known)
        nodes = memory.missing(self.graph.outputs)
        with np.errstate(all="ignore"):
            resume(self.graph, self._rule, memory, nodes, keep=())
        return memory.most

    def _rule(self, node: Node, *arrays: Array) -> Array:
        return self._changed(node, self.plain(node, arrays), arrays)

    def _changed(self, node: Node, value: Array, inputs: Sequence[Array]) -> Array:
        changes = self._changes.get(node, ())
        return changed(changes, node, value, inputs, self.graph.path(node)) if changes else value


def _shown(value: Array) -> Array:
    """Return a value that nobody can change."""
    view = value.view()
    view.flags.writeable = False
    return view


def _too_small(path: str, needed: int) -> OptionError:
    return OptionError(
        explain(
            f"the budget is too small to compute {path}",
            required=f"{needed} bytes",
            fix=f"give budget={needed} or more; a step of a finer level holds less at once",
        )
    )


def own(feeds: Arrays | None) -> dict[str, Array]:
    """Return copies of feeds, so that a caller may use his arrays again.

    Raises
    ------
    FeedError
        If one is no array.
    """
    found: dict[str, Array] = {}
    if not isinstance(feeds or {}, Mapping):
        raise FeedError(explain("the feeds are no arrays by name", fix="feeds={'x': array}"))
    for name, feed in (feeds or {}).items():
        try:
            found[name] = np.array(feed)
        except ValueError as error:
            raise FeedError(f"the feed {name!r} is no array of numbers: {error}") from None
    return found
