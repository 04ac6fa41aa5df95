"""The levels of one model: built when they are entered, run on graphs that they share."""

from collections.abc import Mapping
from typing import Any

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.render.tokens import by_token
from cutaway.run.compile import Arrays
from cutaway.step.changes import Change
from cutaway.step.floor import (
    LEVELS,
    Floor,
    Level,
    folded_floor,
    op_floor,
    primitive_floor,
    token_floor,
)
from cutaway.step.masked import carried, masked
from cutaway.step.patch import Patch, joined
from cutaway.step.session import Changes, Session
from cutaway.transform import Formulas

OWN = ("primitive", "token")  # levels with a graph of their own


class House:
    """All levels of a graph, and what is computed on each.

    Parameters
    ----------
    graph
        The graph as it was given; with its backward pass, where that is stepped.
    hidden
        What is no step.
    axis
        Which axis tokens lie along.
    """

    def __init__(
        self,
        graph: Graph,
        hidden: frozenset[Node],
        feeds: Arrays,
        params: Arrays | None,
        dims: Mapping[str, int],
        axis: str,
        budget: int | None,
    ) -> None:
        self.graph = graph
        self._hidden, self._axis, self._budget = hidden, axis, budget
        self._feeds, self._params, self._dims = feeds, params, dims
        self.base = Session(graph, feeds, params, dims, budget)
        self._floors: dict[Level, Floor] = {}
        self._sessions: dict[Graph, Session] = {graph: self.base}
        self._formulas: dict[Graph, Formulas] = {}
        self._masked: dict[Graph, frozenset[Node]] = {}
        self._patches: list[Patch] = []

    def floor(self, level: str) -> Floor:
        """Return a level.

        Raises
        ------
        OptionError
            If there is no such level, or it is not said which axis tokens lie along.
        """
        if level not in LEVELS:
            raise OptionError(explain(f"there is no level {level!r}", required=", ".join(LEVELS)))
        found: Level = level
        if found not in self._floors:
            self._floors[found] = self._build(found)
        return self._floors[found]

    def _build(self, level: Level) -> Floor:
        if level == "op":
            return op_floor(self.graph, self._hidden)
        if level == "primitive":
            return primitive_floor(self.graph, self._hidden)
        if level == "token":
            return token_floor(by_token(self.graph, self._axis, self.base.sizes), self._hidden)
        return folded_floor(self.graph, level, self._hidden)

    def session(self, floor: Floor) -> Session:
        """Return where the values of a level are computed; those of others are let go."""
        found = self._sessions.get(floor.graph)
        if found is None:
            known = {name: size for name, size in self._dims.items() if name in floor.graph.symbols}
            found = Session(floor.graph, self._feeds, self._params, known, self._budget)
            found.change(self._changes(floor, self._patches))
            self._sessions[floor.graph] = found
        for other in self._sessions.values():
            if other is not found:
                other.release()
        return found

    def formulas(self, floor: Floor) -> Formulas:
        """Return the formulas of a level."""
        if floor.graph not in self._formulas:
            self._formulas[floor.graph] = Formulas(floor.graph)
        return self._formulas[floor.graph]

    def masked(self, floor: Floor) -> frozenset[Node]:
        """Return the nodes of a level in which a mask's -∞ may stand."""
        if floor.graph not in self._masked:
            begun = masked(self.graph)
            here = (node for node, part in floor.parts.items() if part.node in begun)
            self._masked[floor.graph] = carried(floor.graph, here)
        return self._masked[floor.graph]

    @property
    def held(self) -> int:
        """Bytes of computed values that are held now."""
        return sum(session.held for session in self._sessions.values())

    @property
    def patches(self) -> tuple[Patch, ...]:
        """The patches in force."""
        return tuple(self._patches)

    def set_patches(self, patches: list[Patch]) -> None:
        """Set all patches; if one can't be applied, all stays as it was."""
        before = self._patches
        try:
            self._apply(patches)
        except Exception:
            self._apply(before)
            raise
        self._patches = patches

    def _apply(self, patches: list[Patch]) -> None:
        self.base.change(joined(patches, self.graph))
        for level in OWN:
            floor = self._floors.get(level)  # type: ignore[call-overload]
            if floor is not None and floor.graph in self._sessions:
                self._sessions[floor.graph].change(self._changes(floor, patches))

    def _changes(self, floor: Floor, patches: list[Patch]) -> dict[Node, Changes]:
        """Return the changes at a finer level: its own, and the values of those at level op."""
        found = joined(patches, floor.graph)
        changed = self.base.changes()
        for node, part in floor.parts.items():
            if part.node in changed and part.at is not None and node not in found:
                (value,) = self.base.values([part.node])
                what = changed[part.node][0].what
                found[node] = (Change(what, value=value[part.at].copy()),)
        return found
