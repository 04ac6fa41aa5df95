"""The line at the bottom, where something is asked."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from textual.widget import Widget
from textual.widgets import Input

if TYPE_CHECKING:
    from cutaway.step.terminal.app import StepApp

Answer = Callable[["StepApp", str], None]


class Prompt(Input):
    """Takes a line of text, in the place of the line below it; there only while it is open.

    Attributes
    ----------
    answer
        What is done with the text; None while it is closed.
    """

    def __init__(self) -> None:
        super().__init__(id="entry", compact=True)
        self.cursor_blink = self.display = False
        self.answer: Answer | None = None
        self._before: Widget | None = None

    def open(self, answer: Answer, value: str) -> None:
        """Ask; a text to begin with stands there."""
        self.answer, self._before, self.value = answer, self.screen.focused, value
        self._show(True)
        self.focus()

    def close(self, otherwise: Widget) -> None:
        """Ask no more, and go back to where the user was; or to another part, if that is hidden."""
        self.answer = None
        if self.has_focus:  # what was done went nowhere else
            before = self._before
            (before if before is not None and before.display else otherwise).focus()
        self._show(False)

    def _show(self, on: bool) -> None:
        self.display = on
        self.screen.query_one("#foot").display = not on
