"""Breakpoints and watches of a stepper: where a run stops, and what is followed on the way."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cutaway.graph import Leaf, Node
from cutaway.run.compile import Array
from cutaway.step.block import Block
from cutaway.step.breakpoint import Breakpoint
from cutaway.step.conditions import condition
from cutaway.step.detail import Detail
from cutaway.step.find import matching
from cutaway.step.kinds import check_kind
from cutaway.step.levels import Levels
from cutaway.step.options import whole
from cutaway.step.record import Step
from cutaway.step.undo import undone_on_error
from cutaway.step.walker import Walker
from cutaway.step.watch import Watch, reading


class Debugger(Walker):
    """Runs to breakpoints, and keeps watches; every :class:`Stepper` does."""

    def __init__(self, levels: Levels, level: str) -> None:
        super().__init__(levels, level)
        self._breakpoints: list[Breakpoint] = []
        self._watches: list[Watch] = []

    def breakpoint(
        self,
        path: str = "*",
        *,
        op: str = "",
        when: str | Callable[[Array], Any] | None = None,
        changes: bool = False,
        except_: str | Sequence[str] | None = None,
    ) -> Breakpoint:
        """Add a breakpoint: where all that is given holds, :meth:`run` and :meth:`reverse` stop.

        Parameters
        ----------
        path
            A glob of the paths of steps or of their ops; at a finer level that of an op stands for
            what computes its value. In the backward pass forward paths stand for what computes
            their gradients.
        op
            A kind of op: its name, class or family, such as ``softmax``.
        when
            What its value has to meet: ``isnan``, ``isinf``, ``abs > 1e3``, ``max >= 1``, …, or a
            function of the array; one element is enough.
        changes
            Stop where a value is another than the last time it was passed, as after a patch.
        except_
            Globs of ops at which it does not stop. By default the -∞ that a mask puts into scores
            is no reason to stop; ``()`` excuses nothing.

        Raises
        ------
        OptionError
            If the path, the kind or an exception fits nothing, or the condition can't be read.
        """
        ops = [found for block in self._detail.blocks for found in self._addresses.ops(block)]
        excepted = None if except_ is None else _several(except_)
        for glob in (path, *(excepted or ())):
            matching(glob, (name for found in ops for name in found.names))
        if not isinstance(op, str) or op:
            check_kind(op, (kind for found in ops for kind in sorted(found.kinds)))
        found = Breakpoint(
            path,
            op,
            None if when is None else condition(when),
            changes,
            excepted,
            _owner=self._breakpoints,
        )
        self._note(found, self._detail.blocks[: self._index + 1])
        self._breakpoints.append(found)
        return found

    def places(self, found: Breakpoint) -> list[int]:
        """Return the steps of this level at which a breakpoint may stop, whatever the values."""
        return [
            place
            for place, block in enumerate(self._detail.blocks)
            if any(map(found.fits, self._addresses.ops(block)))
        ]

    @property
    def breakpoints(self) -> tuple[Breakpoint, ...]:
        """The breakpoints, those that are off too."""
        return tuple(self._breakpoints)

    @undone_on_error
    def run(self, n: int | None = None) -> Step | None:
        """Go on to the next breakpoint.

        Parameters
        ----------
        n
            Over at most so many steps; to the last by default.

        Returns
        -------
        Step or None
            None if there is none: then it stands at the last of those steps.
        """
        return self._until(self._stops, n)

    @undone_on_error
    def reverse(self, n: int | None = None) -> Step | None:
        """Go back to the breakpoint before.

        Parameters
        ----------
        n
            Over at most so many steps; to the start by default.

        Returns
        -------
        Step or None
            None if there is none: then it stands at the last of those steps, or at the start.
        """
        last = -1 if n is None else max(self._index - whole(n), -1)
        while self._index > max(last, 0):
            self._move(self._index - 1)
            if self._stops():
                return self._now()
        self._move(last)
        return None

    @undone_on_error
    def watch(self, target: Node | str, read: Callable[[Array], Any] | None = None) -> Watch:
        """Follow a value while stepping.

        Parameters
        ----------
        target
            A node, its path or a glob. It is followed at every level.
        read
            What is noted of its value, such as ``np.max``; all of it by default.

        Raises
        ------
        OptionError
            If there is no such node, or several, or ``read`` is no function.
        """
        detail, node = self._node(target)
        path = detail.graph.path(node)
        found = Watch(path, node, detail.level, reading(read), _owner=self._watches)
        self._watches.append(found)
        self._arrived()
        return found

    @property
    def watches(self) -> tuple[Watch, ...]:
        """The watches."""
        return tuple(self._watches)

    def _stops(self) -> bool:
        detail, ops = self._detail, self._addresses.ops(self._block)
        session, masked = self._levels.session(detail), self._levels.masked(detail)
        stopping = [
            found.stops(ops, lambda node: session.values([node])[0], masked)
            for found in tuple(self._breakpoints)
        ]
        return any(stopping)

    def _enter(self, detail: Detail, index: int) -> None:
        if self._index >= 0:
            for found in self._breakpoints:
                self._note(found, [self._block])
        super()._enter(detail, index)

    def _note(self, found: Breakpoint, passed: Iterable[Block]) -> None:
        """Let a breakpoint that stops at changes know the values that were passed."""
        if found.changes:
            session = self._levels.session(self._detail)
            for block in passed:
                found.note(self._addresses.ops(block), lambda node: session.values([node])[0])

    def _arrived(self) -> None:
        """Let the watches see what is computed by now."""
        if self._index < 0:
            return
        for watch in self._watches:
            detail = self._levels.detail(watch.level)
            if watch.due and self._is_done(watch.node, detail):
                (value,) = self._levels.session(detail).values([watch.node])
                watch.see(self._index, self.level, value)

    def _is_done(self, node: Node, detail: Detail) -> bool:
        """Say whether a node of a level has its value by now, at the level where this stands."""
        here, op = self._detail, detail.parts[node].node
        done = here.when[node] if node in here.when else here.done.get(op, -1)
        return isinstance(op.op, Leaf) or done <= here.when[self._block.node]

    def _state(self) -> tuple[Any, ...]:
        return (
            *super()._state(),
            [(found, found.mark()) for found in self._breakpoints],
            [(watch, watch.mark()) for watch in self._watches],
        )

    def _restore(self, state: tuple[Any, ...]) -> None:
        *others, breakpoints, watches = state
        super()._restore(tuple(others))
        self._breakpoints[:] = [found.reset(mark) for found, mark in breakpoints]
        self._watches[:] = [watch.reset(mark) for watch, mark in watches]


def _several(globs: str | Sequence[str]) -> tuple[str, ...]:
    """Return globs, of which one may stand alone."""
    if isinstance(globs, str):
        return (globs,)
    return tuple(globs) if isinstance(globs, Iterable) else (globs,)
