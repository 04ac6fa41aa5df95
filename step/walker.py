"""Over blocks, into them, and out of them: from one level of detail to another."""

from typing import Any

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.step.cursor import Cursor
from cutaway.step.detail import LEVELS, OWN, Detail, Level
from cutaway.step.levels import Levels
from cutaway.step.record import Step
from cutaway.step.undo import undone_on_error


class Walker(Cursor):
    """Walks through levels too; every :class:`Stepper` does."""

    def __init__(self, levels: Levels, level: str) -> None:
        super().__init__(levels, level)
        self._frames: list[tuple[Level, int]] = []  # the blocks that were stepped into

    @property
    def level(self) -> Level:
        """The level of detail. Set it to stand at the same place of another."""
        return self._detail.level

    @level.setter
    def level(self, level: str) -> None:
        self._switch(level)

    @undone_on_error
    def _switch(self, level: str) -> None:
        self._frames.clear()
        self._stand(self._levels.detail(level))

    @undone_on_error
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

    @undone_on_error
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
                fix=self._axis_to_give(),
            )
        )

    @undone_on_error
    def out(self) -> Step:
        """Finish the block in which the current step stands, and go to it, a level up.

        Raises
        ------
        OptionError
            If there is nothing around.
        """
        self._leave()
        if self._frames:
            level, index = self._frames.pop()
            self._enter(self._levels.detail(level), index)
            return self._now()
        for level in reversed(LEVELS[: LEVELS.index(self.level)]) if self._index >= 0 else ():
            detail = self._levels.detail(level)
            span = self._detail.spans[self._index]
            for place, around in enumerate(detail.spans):
                if span < around or (span == around and self.level in OWN):
                    self._enter(detail, place)
                    return self._now()
        raise OptionError(explain("there is nothing to step out of", came=repr(self)))

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

    def _axis_to_give(self) -> str:
        """Say how single tokens come to be steps, where it was not said which axis they lie on."""
        try:
            self._levels.detail("token")
        except OptionError:
            sizes = sorted(self.graph.symbols)
            return f"single tokens need an axis: ca.Stepper(…, axis={sizes[0]!r})" if sizes else ""
        return ""

    def _opened(self, level: Level) -> tuple[Detail, list[int]]:
        """Return the steps of a finer level that are inside of the current one."""
        try:
            detail = self._levels.detail(level)
        except OptionError:  # tokens, and no axis
            return self._detail, []
        return detail, detail.inside(self._detail.spans[self._index])

    def _state(self) -> tuple[Any, ...]:
        return (*super()._state(), tuple(self._frames))

    def _restore(self, state: tuple[Any, ...]) -> None:
        *others, frames = state
        super()._restore(tuple(others))
        self._frames[:] = frames
