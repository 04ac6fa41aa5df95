"""A run to a breakpoint, a little at a time, so that a key can stop it on the way."""

import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from cutaway.step.record import Step

if TYPE_CHECKING:
    from cutaway.step.terminal.app import StepApp

Move = Callable[[int], Step | None]  # so many steps, or to the breakpoint before their end
SLICE, PAUSE = 0.1, 0.01  # seconds: to run, and to look for keys
TOLD = 1.0  # seconds between two reports: each is a line to send


class Running:
    """Goes to a breakpoint; where there is none that way, it stays where it was.

    While it is on its way, the app knows it as :attr:`~StepApp.running`.
    """

    def __init__(self, app: "StepApp", move: Move) -> None:
        self._app, self._move, app.running = app, move, self
        self._stepper, self._cell = app.walk.stepper, app.walk.cell
        self._begun, self._told = self._stepper.index, time.monotonic()

    def go(self) -> None:
        """Run for a while; then again, when keys were looked for."""
        app, end = self._app, time.monotonic() + SLICE
        if app.running is not self:  # it was stopped meanwhile
            return
        while app.running is self and time.monotonic() < end:
            app.tried(self._step)
        app.walk.settle()
        if app.running is not self:
            app.draw()
            return
        if end - self._told > TOLD:
            self._told = end
            app.tell(app.say("running", self._stepper.index + 1, len(self._stepper)))
        app.set_timer(PAUSE, self.go)

    def stop(self) -> None:
        """Stop at the step where it is."""
        self._end("interrupted")
        self._app.walk.settle()
        self._app.draw()

    def _step(self) -> None:
        stepper, before = self._stepper, self._stepper.index
        try:
            found = self._move(1)
        except Exception:  # of a condition, say: it is what is told, whatever else goes wrong
            with suppress(Exception):
                self._back()
            raise
        if found is not None:
            self._end("stopped")
        elif stepper.index in (before, -1):  # there is nothing more that way
            self._back("no-breakpoint")

    def _back(self, what: str = "") -> None:
        try:
            self._stepper.goto(self._begun)
        finally:
            self._end(what)

    def _end(self, what: str = "") -> None:
        self._app.running = None
        self._app.walk.cell = self._cell
        if what:
            self._app.tell(self._app.say(what))
