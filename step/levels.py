"""The levels of one model: built when they are entered, run on graphs that they share."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.graph.legal import sizes_in
from cutaway.render.tokens import by_token
from cutaway.run.compile import Arrays
from cutaway.step.addresses import Addresses
from cutaway.step.changes import Change, Changes
from cutaway.step.detail import (
    LEVELS,
    OWN,
    Detail,
    Level,
    folded_detail,
    op_detail,
    primitive_detail,
    token_detail,
)
from cutaway.step.gradients import Gradients
from cutaway.step.lift import lifted
from cutaway.step.patch import Patch, inner, joined
from cutaway.step.record import Step
from cutaway.step.session import Session
from cutaway.transform import Formulas
from cutaway.transform.masked import carried, masked


@dataclass(frozen=True)
class Point:
    """Where a graph is run, which axis tokens lie along, and how many bytes may be held."""

    feeds: Arrays
    params: Arrays | None
    dims: Mapping[str, int]
    axis: str
    budget: int | None


class Levels:
    """All levels of a graph, and what is computed on each.

    Parameters
    ----------
    graph
        The graph as it was given; with its backward pass, where that is stepped.
    point
        Where it is run.
    gradients
        The backward pass, where that is stepped: then the forward pass has no steps.
    """

    def __init__(self, graph: Graph, point: Point, gradients: Gradients | None) -> None:
        self.graph = graph
        self.point, self._gradients = point, gradients
        self._hidden = gradients.forward if gradients else frozenset[Node]()
        self.base = self._started(graph)
        self._details: dict[Level, Detail] = {}
        self._addresses: dict[Level, Addresses] = {}
        self._sessions: dict[Graph, Session] = {graph: self.base}
        self._formulas: dict[Graph, Formulas] = {}
        self._masked: dict[Graph, frozenset[Node]] = {}
        self._patches: list[Patch] = []

    def detail(self, level: str) -> Detail:
        """Return a level.

        Raises
        ------
        OptionError
            If there is no such level, or it is not said which axis tokens lie along.
        """
        if not isinstance(level, str) or level not in LEVELS:
            raise OptionError(explain(f"there is no level {level!r}", required=", ".join(LEVELS)))
        found: Level = level
        if found not in self._details:
            self._details[found] = self._build(found)
        return self._details[found]

    def _build(self, level: Level) -> Detail:
        if level == "op":
            return op_detail(self.graph, self._hidden)
        if level == "primitive":
            return primitive_detail(self.graph, self._hidden)
        if level == "token":
            return token_detail(
                by_token(self.graph, self.point.axis, self.base.sizes), self._hidden
            )
        return folded_detail(self.graph, level, self._hidden)

    def addresses(self, detail: Detail) -> Addresses:
        """Return what finds the steps of a level."""
        if detail.level not in self._addresses:
            self._addresses[detail.level] = Addresses(detail, self.graph, self._gradients)
        return self._addresses[detail.level]

    def session(self, detail: Detail) -> Session:
        """Return where the values of a level are computed."""
        found = self._sessions.get(detail.graph)
        if found is None:
            found = self._started(detail.graph)
            self._sessions[detail.graph] = found
            changes = self._changes(detail, self._patches)
            self._make_room(found)
            found.change(changes)
        self._make_room(found)
        return found

    def _make_room(self, session: Session) -> None:
        """Let the values of other levels go, where all have to fit into a budget."""
        for other in self._sessions.values():
            if other is not session and self.point.budget is not None:
                other.release()

    def _started(self, graph: Graph) -> Session:
        at = self.point
        known = sizes_in(graph, at.dims)
        return Session(graph, at.feeds, at.params, known, at.budget)

    def step(self, detail: Detail, index: int) -> Step:
        """Return a step of a level, with its values."""
        block = detail.blocks[index]
        targets = [*block.entering, block.node]
        arrays = self.session(detail).values(targets, detail.when[block.node])
        values = dict(zip(targets, arrays, strict=True))
        return Step(
            index,
            block.node,
            block.path,
            {detail.graph.path(node): values[node] for node in block.entering},
            values[block.node],
            detail.level,
            block.nodes,
            self.owner(detail.parts[block.node].node),
            tuple(values[source] for source in block.node.inputs if source in values),
            self.formulas(detail),
        )

    def owner(self, node: Node) -> Node | None:
        """Return the value whose gradient a node of the backward pass is a part of."""
        return self._gradients.owner.get(node) if self._gradients else None

    def formulas(self, detail: Detail) -> Formulas:
        """Return the formulas of a level."""
        if detail.graph not in self._formulas:
            self._formulas[detail.graph] = Formulas(detail.graph)
        return self._formulas[detail.graph]

    def masked(self, detail: Detail) -> frozenset[Node]:
        """Return the nodes of a level in which a mask's -∞ may stand."""
        if detail.graph not in self._masked:
            begun = masked(self.graph)
            here = (node for node, part in detail.parts.items() if part.node in begun)
            self._masked[detail.graph] = carried(detail.graph, here)
        return self._masked[detail.graph]

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
        except BaseException:  # also where it is interrupted
            self._apply(before)
            raise
        self._patches = patches

    def lifted(self, detail: Detail, node: Node, change: Change) -> tuple[Node, Change]:
        """Return a node of the given graph, and what a change of a level's node does to it."""
        return lifted(detail, self.session(detail), node, change)

    def _apply(self, patches: list[Patch]) -> None:
        self._make_room(self.base)
        self.base.change(joined(patches, self.graph))
        for level in OWN:
            detail = self._details.get(level)
            if detail is not None and detail.graph in self._sessions:
                changes = self._changes(detail, patches)
                self._make_room(self._sessions[detail.graph])
                self._sessions[detail.graph].change(changes)

    def _changes(self, detail: Detail, patches: list[Patch]) -> dict[Node, Changes]:
        """Return the changes at a finer level: inside of ops, and of what they compute."""
        found = inner(patches, detail)
        changed = self.base.changes()
        here = {part.node for part in detail.parts.values() if part.at is not None}
        for node in changed:
            if node not in here:
                raise _not_here(self.graph.path(node), detail.level)
        for node, part in detail.parts.items():
            if part.node in changed and part.at is not None:
                (value,) = self.base.values([part.node])
                what = changed[part.node][0].what
                found[node] = (Change(what, value=np.array(value[part.at])),)
        return found


def _not_here(path: str, level: Level) -> OptionError:
    return OptionError(
        explain(
            f"{path} is changed, and has no value of its own at level {level}",
            required="an op that does not open into one of its operands alone",
            fix="stay at level op, or take the patch back: stepper.unpatch(…)",
        )
    )
