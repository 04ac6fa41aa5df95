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

    def make_room(self, above: int, wanted: int) -> None:
        """Give lines that are free here to what stands above, as far as it wants more.

        Parameters
        ----------
        above
            How many lines it has.
        wanted
            How many it wants.
        """
        usual = self.styles.base.height
        if not above or usual is None or not usual.is_cells:  # one of both stands alone
            self.styles.max_height = None
            return
        free = above + self.outer_size.height - wanted
        most = max(min(int(usual.value), free), min(int(usual.value), len(self._texts)), 1)
        if self.styles.max_height is None or self.styles.max_height.value != most:
            self.styles.max_height = most

    @property
    def marked(self) -> About:
        """What the marked line is about."""
        place = self.highlighted
        return self._about[place] if place is not None and place < len(self._about) else None
