"""Where a stepper stands, and how it moves: along a level, and from one level to another."""

from collections.abc import Callable, Iterator
from typing import Any

from cutaway.graph import Graph, Leaf, Node, OptionError
from cutaway.graph.errors import explain
from cutaway.step.block import Block
from cutaway.step.detail import LEVELS, OWN, Detail, Level
from cutaway.step.find import find_all, fits, matching, too_many
from cutaway.step.levels import Levels
from cutaway.step.options import is_whole, whole
from cutaway.step.record import Step

Predicate = Callable[[Step], Any]


class Cursor:
    """Stands at a step of a graph and moves; every :class:`Stepper` is one."""

    def __init__(self, levels: Levels, level: str) -> None:
        self._levels = levels
        self._detail = levels.detail(level)
        self._index = -1
        self._frames: list[tuple[Level, int]] = []  # the blocks that were stepped into
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
        """The level of detail. Set it to stand at the same place of another."""
        return self._detail.level

    @level.setter
    def level(self, level: str) -> None:
        self._frames.clear()
        self._stand(self._levels.detail(level))

    @property
    def paths(self) -> tuple[str, ...]:
        """The paths of all steps of this level, in order."""
        return tuple(block.path for block in self._detail.blocks)

    @property
    def held(self) -> int:
        """Bytes of computed values that are held now: never more than the budget."""
        return self._levels.held

    def __len__(self) -> int:
        return len(self._detail.blocks)

    def __repr__(self) -> str:
        block = self._detail.blocks[self._index].path if self._index >= 0 else "the start"
        return f"<Stepper at {block}: step {self._index} of {len(self)}, level {self.level}>"

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        step = self.next()
        if step is None:
            raise StopIteration
        return step

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

    def back(self, n: int = 1) -> Step | None:
        """Go ``n`` steps of this level back; before the first, to the start.

        Returns
        -------
        Step or None
            Where it stands then; None at the start.
        """
        self._move(max(self._index - whole(n), -1))
        return self.current

    def goto(self, target: Node | str | int) -> Step:
        """Go to a step: by its number at this level, its path or a glob, or a node in it.

        Raises
        ------
        OptionError
            If there is no such step, or several; it stands where it stood.
        """
        if isinstance(target, Node | str):
            return self._at(self._find(target))
        if not is_whole(target) or not 0 <= target < len(self):
            raise OptionError(
                explain(
                    f"there is no step {target!r}",
                    required=f"a whole number from 0 to {len(self) - 1} at level {self.level}",
                )
            )
        return self._at(int(target))

    def start(self) -> None:
        """Go back to the start, before the first step."""
        self._move(-1)

    def until(self, goal: Predicate | str) -> Step | None:
        """Go on to the next step that meets a condition, or of which a path fits a glob.

        Returns
        -------
        Step or None
            None if no step does: then it stands at the last.

        Raises
        ------
        OptionError
            If a glob fits no step of this level.
        """
        if isinstance(goal, str):
            paths = set(
                matching(goal, (path for b in self._detail.blocks for path in self._paths(b)))
            )
            return self._until(lambda: not paths.isdisjoint(self._paths(self._block)))
        return self._until(lambda: bool(goal(self._now())))

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
        inside = self._inside(scope)
        later = [place for place in inside if place > self._index]
        return self._at(later[-1]) if later else None

    def over(self) -> Step | None:
        """Go to the next step; after the last of a block that was stepped into, out of it.

        Returns
        -------
        Step or None
            None if it was at the last step already.
        """
        self._leave()
        while self._frames:
            level, index = self._frames[-1]
            span = self._levels.detail(level).spans[index]
            later = [place for place in self._detail.inside(span) if place > self._index]
            if later:
                return self._at(later[0])
            self._frames.pop()
            self._detail, self._index, self._current = self._levels.detail(level), index, None
        return self.next()

    def into(self) -> Step:
        """Go to the first step inside of the current one, a level down.

        At the start, the first step is gone to before.

        Raises
        ------
        OptionError
            If nothing is inside.
        """
        if self._index < 0:
            self.next()
        frame = self.level, self._index
        for level in LEVELS[LEVELS.index(self.level) + 1 :] if self._index >= 0 else ():
            detail, places = self._opened(level)
            if len(places) > 1:
                self._enter(detail, places[0])
                self._frames.append(frame)
                return self._now()
        raise OptionError(
            explain(
                "there is nothing to step into",
                came=repr(self),
                fix="single tokens need an axis: ca.Stepper(…, axis='T')",
            )
        )

    def out(self) -> Step:
        """Finish the block in which the current step stands, and go to it, a level up.

        Raises
        ------
        OptionError
            If there is nothing around.
        """
        self._leave()
        if self._frames:
            level, index = self._frames[-1]
            self._enter(self._levels.detail(level), index)
            self._frames.pop()
            return self._now()
        for level in reversed(LEVELS[: LEVELS.index(self.level)]) if self._index >= 0 else ():
            detail = self._levels.detail(level)
            span = self._detail.spans[self._index]
            for place, around in enumerate(detail.spans):
                if span < around or (span == around and self.level in OWN):
                    self._enter(detail, place)
                    return self._now()
        raise OptionError(explain("there is nothing to step out of", came=repr(self)))

    @property
    def _block(self) -> Block:
        return self._detail.blocks[self._index]

    def _paths(self, block: Block) -> list[str]:
        """Return the path of a step, and those of its ops."""
        return [block.path, *map(self.graph.path, block.nodes)]

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

    def _leave(self) -> None:
        """Forget the blocks that were stepped into and left since, by going elsewhere."""
        while self._frames and self._index >= 0:
            level, index = self._frames[-1]
            if self._detail.spans[self._index] <= self._levels.detail(level).spans[index]:
                break
            self._frames.pop()

    def _stand(self, detail: Detail) -> None:
        """Stand at the same place of another level: at its last step that is done by now."""
        if self._index < 0:
            self._detail = detail
            return
        span = self._detail.spans[self._index]
        touched = [place for place, other in enumerate(detail.spans) if other & span]
        self._enter(detail, touched[-1] if touched else 0)

    def _opened(self, level: Level) -> tuple[Detail, list[int]]:
        """Return the steps of a finer level that are inside of the current one."""
        try:
            detail = self._levels.detail(level)
        except OptionError:  # tokens, and no axis
            return self._detail, []
        return detail, detail.inside(self._detail.spans[self._index])

    def _find(self, target: Node | str) -> int:
        blocks = self._detail.blocks
        by_path = {block.path: place for place, block in enumerate(blocks)}
        if isinstance(target, str) and target in by_path:
            return by_path[target]
        nodes = () if fits(target, by_path) else find_all(self.graph, target)
        places = {self._detail.place[node] for node in nodes if node in self._detail.place}
        if isinstance(target, str) and not nodes:
            places = {by_path[path] for path in matching(target, by_path)}
        if len(places) > 1:
            raise too_many(target, [blocks[place].path for place in sorted(places)])
        if not places:
            leaf = nodes and isinstance(nodes[0].op, Leaf)
            raise OptionError(
                explain(
                    f"{self.graph.path(nodes[0])} is no step",
                    required="an op" if leaf else "an op of the backward pass",
                    fix="look at it with stepper.value(…), or go to what reads it",
                )
            )
        return places.pop()

    def _until(self, met: Callable[[], bool]) -> Step | None:
        while self._index < len(self) - 1:
            self._move(self._index + 1)
            if met():
                return self._now()
        return None

    def _inside(self, scope: str | None) -> list[int]:
        """Return the steps in a scope."""
        blocks = self._detail.blocks
        if scope is None:
            if self._index < 0:
                raise OptionError("no step was taken yet: finish(scope)")
            scope = blocks[self._index].node.scope.path
        known = {path for block in blocks for node in block.nodes for path in _scopes(node)}
        wanted = set(matching(scope, known)) if scope else {""}
        return [
            place
            for place, block in enumerate(blocks)
            if any(wanted & _scopes(node) for node in block.nodes)
        ]


def _scopes(node: Node) -> set[str]:
    """Return the scopes in which a node stands; the outermost is empty."""
    names = node.scope.names
    return {"/".join(names[:depth]) for depth in range(len(names) + 1)}
