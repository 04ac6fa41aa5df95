"""The list below a value: its lines, and what the marked one is about."""

from collections.abc import Sequence

from rich.text import Text
from textual.widgets import OptionList
from textual.widgets.option_list import Option

from cutaway.step.terminal.rows import About, Row


class Listing(OptionList):
    """A list of rows, of which one is marked."""

    def __init__(self) -> None:
        super().__init__(id="list", markup=False)
        self._about: list[About] = []
        self._texts: list[str] = []

    def show_rows(self, rows: Sequence[Row]) -> None:
        """Show rows; nothing is painted again if all of them are as they were."""
        width = self.scrollable_content_region.width
        texts = [row.text(width) for row in rows]
        self._about = [row.about for row in rows]
        if texts == self._texts:
            return
        place = self.highlighted if len(texts) == len(self._texts) else 0
        self._texts = texts
        self.set_options([Option(Text(text, no_wrap=True)) for text in texts])
        self.highlighted = place

    @property
    def marked(self) -> About:
        """What the marked line is about."""
        place = self.highlighted
        return self._about[place] if place is not None and place < len(self._about) else None
