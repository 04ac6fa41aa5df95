"""Where a stepper stands, and how it moves along a level."""

from collections.abc import Callable, Iterator
from typing import Any

from cutaway.graph import Graph, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.step.addresses import Addresses
from cutaway.step.block import Block
from cutaway.step.detail import Detail, Level
from cutaway.step.find import find_all, is_in, one
from cutaway.step.goal import Predicate, check_goal, meets
from cutaway.step.levels import Levels
from cutaway.step.options import is_whole, whole
from cutaway.step.record import Step
from cutaway.step.undo import undone_on_error


class Cursor:
    """Stands at a step of a graph and moves; every :class:`Stepper` is one."""

    def __init__(self, levels: Levels, level: str) -> None:
        self._levels = levels
        self._detail = levels.detail(level)
        self._index = -1
        self._current: Step | None = None

    @property
    def graph(self) -> Graph:
        """The graph that is run at this level; with the backward pass, where that is stepped."""
        return self._detail.graph

    @property
    def current(self) -> Step | None:
        """The step at which it stands; None at the start."""
        if self._current is None and self._index >= 0:
            self._current = self._levels.step(self._detail, self._index)
        return self._current

    @property
    def index(self) -> int:
        """The number of the current step at this level; -1 at the start."""
        return self._index

    @property
    def level(self) -> Level:
        """The level of detail."""
        return self._detail.level

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all steps of this level, in order."""
        return tuple(block.path for block in self._detail.blocks)

    def ops(self, place: int) -> tuple[Node, ...]:
        """Return the ops of a step by its number at this level, without computing it."""
        return self._detail.blocks[place].nodes

    @property
    def held(self) -> int:
        """Bytes of computed values that are held now: never more than the budget."""
        return self._levels.held

    def __len__(self) -> int:
        return len(self._detail.blocks)

    def __repr__(self) -> str:
        if self._index < 0:
            return f"<Stepper at the start of {len(self)} steps, level {self.level}>"
        block = self._detail.blocks[self._index]
        return f"<Stepper at {block.path}: step {self._index} of {len(self)}, level {self.level}>"

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        step = self.next()
        if step is None:
            raise StopIteration
        return step

    @undone_on_error
    def next(self, n: int = 1) -> Step | None:
        """Go ``n`` steps of this level on; past the end, to the last.

        Returns
        -------
        Step or None
            Where it stands then; None if it was at the last step already.
        """
        if self._index == len(self) - 1 and whole(n):
            return None
        self._move(min(self._index + whole(n), len(self) - 1))
        return self.current

    @undone_on_error
    def back(self, n: int = 1) -> Step | None:
        """Go ``n`` steps of this level back; before the first, to the start.

        Returns
        -------
        Step or None
            Where it stands then; None at the start.
        """
        self._move(max(self._index - whole(n), -1))
        return self.current

    @undone_on_error
    def goto(self, target: Node | str | int) -> Step:
        """Go to a step: by its number at this level, its path or a glob, or a node in it.

        In the backward pass a forward path stands for the step that computes its gradient.

        Raises
        ------
        OptionError
            If there is no such step, or several; it stands where it stood.
        """
        if isinstance(target, Node | str):
            return self._at(self._addresses.find(target))
        if not is_whole(target) or not 0 <= target < len(self):
            raise OptionError(explain(f"there is no step {target!r}", required=self._steps))
        return self._at(int(target))

    @undone_on_error
    def start(self) -> None:
        """Go back to the start, before the first step."""
        self._move(-1)

    @undone_on_error
    def until(self, goal: Predicate | str) -> Step | None:
        """Go on to the next step that meets a condition, or of which a path fits a glob.

        Parameters
        ----------
        goal
            A function of a step that says yes or no, or a glob. In the backward pass forward
            paths stand for the steps that compute their gradients.

        Returns
        -------
        Step or None
            None if no step does: then it stands at the last.

        Raises
        ------
        OptionError
            If a glob fits no step of this level, or the function fails; it stands where it stood.
        """
        if isinstance(goal, str):
            places = self._addresses.fitting(goal)
            return self._until(lambda: self._index in places)
        check_goal(goal)
        return self._until(lambda: meets(goal, self._now()))

    @undone_on_error
    def finish(self, scope: str | None = None) -> Step | None:
        """Go on to the end of a scope: to the last step that is wholly or partly in it.

        Parameters
        ----------
        scope
            Its path or a glob; by default that in which the current step stands.

        Returns
        -------
        Step or None
            None if no step of the scope is left.

        Raises
        ------
        OptionError
            If there is no such scope.
        """
        if scope is None:
            if self._index < 0:
                raise OptionError("no step was taken yet: finish(scope)")
            scope = self._block.node.scope.path
        later = [place for place in self._addresses.inside(scope) if place > self._index]
        return self._at(later[-1]) if later else None

    @property
    def _steps(self) -> str:
        """Say which steps there are."""
        if not len(self):
            return "a graph that computes something: all nodes of this one are given"
        last = f"from 0 to {len(self) - 1} at level {self.level}"
        return f"a whole number {last}, or a path, a glob, a node"

    @property
    def _addresses(self) -> Addresses:
        return self._levels.addresses(self._detail)

    @property
    def _block(self) -> Block:
        return self._detail.blocks[self._index]

    def _now(self) -> Step:
        assert self.current is not None
        return self.current

    def _at(self, index: int) -> Step:
        self._move(index)
        return self._now()

    def _move(self, index: int) -> None:
        """Stand at a step; its value is there then, or an error leaves all as it was."""
        self._enter(self._detail, index)

    def _enter(self, detail: Detail, index: int) -> None:
        found = self._levels.step(detail, index) if index >= 0 else None
        self._detail, self._index, self._current = detail, index, found
        self._arrived()

    def _arrived(self) -> None:
        """Do what is to be done at every step."""

    def _until(self, met: Callable[[], bool], n: int | None = None) -> Step | None:
        last = len(self) - 1 if n is None else min(self._index + whole(n), len(self) - 1)
        while self._index < last:
            self._move(self._index + 1)
            if met():
                return self._now()
        return None

    def _state(self) -> tuple[Any, ...]:
        """Return all that moving changes."""
        return self._detail, self._index, self._current

    def _restore(self, state: tuple[Any, ...]) -> None:
        """Stand where it stood."""
        self._detail, self._index, self._current = state

    def _node(self, target: Node | str) -> tuple[Detail, Node]:
        """Return the one node that is meant, and the level of which it is."""
        detail, nodes = self._nodes(target)
        return detail, one(target, nodes, detail.graph)

    def _nodes(self, target: Node | str) -> tuple[Detail, tuple[Node, ...]]:
        """Return the nodes that are meant, and the level of which they are: this, or else ops.

        The path of a block stands for what it computes.
        """
        here, ops = self._detail, self._levels.detail("op")
        for block in here.blocks:
            if isinstance(target, str) and block.path == target:
                return here, (block.node,)
        known = is_in(here.graph, target) or not is_in(ops.graph, target)
        detail = here if known else ops
        return detail, find_all(detail.graph, target)
