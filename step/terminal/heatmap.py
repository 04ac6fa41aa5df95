"""The heatmap: a value, the names of its places, and the number of the chosen cell."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from rich.style import Style
from rich.text import Text
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from cutaway.graph import show
from cutaway.render.theme import Theme
from cutaway.run.compile import Array
from cutaway.step.numbers import number
from cutaway.step.terminal.cell import block, colours, exact, figure, largest
from cutaway.step.terminal.layout import LONGEST, Layout, Place, laid, slices
from cutaway.step.terminal.text import cut, cut_left, fill
from cutaway.step.terminal.walk import Walk
from cutaway.step.terminal.words import Say

AROUND = 3  # lines beside the rows: name, names of the columns, the chosen number
ARROWS = {"up": (-1, 0), "down": (1, 0), "left": (0, -1), "right": (0, 1)}


class Heatmap(Widget, can_focus=True):
    """Shows the value that is looked at; arrows choose a cell.

    Only lines that are others than before are painted again, for slow lines.
    """

    class Chosen(Message):
        """Another cell was chosen."""

    def __init__(self, walk: Walk) -> None:
        super().__init__(id="heatmap")
        self._walk = walk
        self._lines: list[Text] = []
        self._layout_now: Layout | None = None
        self._top = 0
        self._again: Callable[[], None] = lambda: None
        self.figures = False

    def show_value(self, say: Say, theme: Theme | None) -> None:
        """Draw the value; without a theme, in letters that need no colour."""
        self._again = lambda: self.show_value(say, theme)
        lines = self._drawn(say, theme) if self.size.width > 1 and self.size.height else []
        for y in range(max(len(lines), len(self._lines))):
            if lines[y : y + 1] != self._lines[y : y + 1]:
                self.refresh(Region(0, y, self.size.width, 1))
        self._lines = lines

    @property
    def wanted(self) -> int:
        """How many lines all rows of the value take."""
        shape: Place = self._walk.value.shape
        return AROUND + (1, 1, *shape)[-2]

    def render_line(self, y: int) -> Strip:
        """Return a line, as it was drawn."""
        base = self.rich_style
        if y >= len(self._lines):
            return Strip.blank(self.size.width, base)
        segments = self._lines[y].render(self.app.console)
        strip = Strip(segments).apply_style(base)
        return strip.adjust_cell_length(self.size.width, base).simplify()  # less to send

    def _drawn(self, say: Say, theme: Theme | None) -> list[Text]:
        walk, (width, height) = self._walk, self.size
        value = walk.value
        head = self._heading(say, width)
        if not value.size:
            return [head, Text(cut(say("empty-value"), width))]
        rank = value.ndim
        rows = [str(name) for name in walk.axis_names(rank - 2)] if rank > 1 else [""]
        columns = list(walk.axis_names(rank - 1)) if rank else [""]
        room = width, max(height - AROUND, 1)
        lay = laid(value.shape, walk.cell, rows, room, self.figures)
        most = largest(value)
        body = [self._row(lay, row, rows[row], most, theme) for row in lay.rows]
        self._layout_now, self._top = lay, 2
        top = [head, self._columns(lay, columns)]
        if height <= AROUND:  # no room for names
            top, self._top = [], 0
        lines = [*top, *body, *self._readout(lay, rows, columns, say, width)][: max(height, 1)]
        for place in self._others(lay, height - len(lines)):
            other = replace(lay, lead=place)
            lines.append(Text(cut(self._slice("slice-below", place, say), width), "bold"))
            lines += [self._row(other, row, rows[row], most, theme) for row in lay.rows]
        return lines

    def _others(self, lay: Layout, room: int) -> list[Place]:
        """Return the slices after this one that have room below it, all rows of each."""
        found = slices(self._walk.value.shape)
        here = found.index(lay.lead)
        return [*found[here + 1 :], *found[:here]][: max(room, 0) // (len(lay.rows) + 1)]

    def _slice(self, key: str, place: Place, say: Say) -> str:
        """Say which slice a place along the leading axes is, of how many."""
        found = slices(self._walk.value.shape)
        return say(key, found.index(place) + 1, len(found)) if len(found) > 1 else ""

    def _heading(self, say: Say, width: int) -> Text:
        walk = self._walk
        name = say("output") if walk.node is None else say("of-input", walk.path)
        dims = [show(dim) for dim in walk.shown.shape]
        shape = " × ".join(
            f"{name} {length}" if name != str(length) else name
            for name, length in zip(dims, walk.value.shape, strict=True)
        )
        text = "  ".join(filter(None, (name, shape, self._slice("slice", walk.cell[:-2], say))))
        most, least = _ends(walk.value)
        if most is not None:
            text += f"  {say('range', number(least), number(most))}"
        line = Text(cut(text, width), "bold")
        line.stylize("reverse" if self.has_focus else "", 0, len(name))
        return line

    def _columns(self, lay: Layout, names: list[str]) -> Text:
        text = Text(" " * lay.left)
        every = 1 if lay.figures else -(-4 // lay.wide)
        for place, column in enumerate(lay.columns):
            if lay.figures:
                text.append(fill(cut(names[column], lay.wide - 1), lay.wide - 1, right=True) + " ")
            elif place % every == 0:
                room = lay.wide * min(every, len(lay.columns) - place)
                text.append(fill(str(column), room))
        return text

    def _row(self, lay: Layout, row: int, name: str, most: float, theme: Theme | None) -> Text:
        walk = self._walk
        text = Text(fill(name, lay.left - 1, right=True) + " ")
        value = walk.value
        for column in lay.columns:
            place = lay.at(row, column)
            x = value[place]
            style = Style()
            if theme is not None:
                ink, behind = colours(x, most, theme)
                style = Style(color=ink, bgcolor=behind)
            if lay.figures:
                letters = fill(figure(x, lay.wide - 1), lay.wide - 1, right=True) + " "
            elif theme is None or not abs(float(x)) < float("inf"):
                letters = block(x, most, lay.wide)
            else:
                letters = " " * lay.wide
            if place == walk.cell:
                letters, mark = _marked(letters, theme is None)
                style += mark
            text.append(letters, style)
        return text

    def _readout(
        self, lay: Layout, rows: list[str], columns: list[str], say: Say, width: int
    ) -> list[Text]:
        walk = self._walk
        row, column = (0, 0, *walk.cell)[-2:]
        names = rows[row], columns[column]
        words = [cut(name, LONGEST) for name in names if name and not name.isdecimal()]
        place = f"[{', '.join(map(str, walk.cell))}]" if walk.cell else ""
        label = " ".join(filter(None, (place, ", ".join(words))))
        texts = [f"{label} = {exact(walk.value[walk.cell])}".removeprefix(" = ")]
        if lay.sampled:
            shown = len(lay.rows), lay.shape[0], len(lay.columns), lay.shape[1]
            texts.append(say("sampled-here", *shown))
        text = " · ".join(texts)
        return [Text(cut_left(text, width) if len(texts) < 2 else cut(text, width))]

    def on_resize(self) -> None:
        """Lay it out anew."""
        self.post_message(self.Chosen())

    def on_focus(self) -> None:
        """Mark it."""
        self._again()

    def on_blur(self) -> None:
        """Mark it no more."""
        self._again()

    def on_key(self, event: events.Key) -> None:
        """Choose another cell."""
        walk = self._walk
        value = walk.value
        if event.key not in (*ARROWS, "home", "end") or not value.size:
            return
        event.stop()
        row, column = (0, 0, *walk.cell)[-2:]
        down, right = ARROWS.get(event.key, (0, 0))
        column = {"home": 0, "end": 10**9}.get(event.key, column + right)
        self._choose(row + down, column)

    def on_click(self, event: events.Click) -> None:
        """Choose the cell that is clicked."""
        lay, y = self._layout_now, event.y - self._top
        if lay is None or not 0 <= y < len(lay.rows) or event.x < lay.left:
            return
        x = (event.x - lay.left) // lay.wide
        if x < len(lay.columns):
            self._choose(lay.rows[y], lay.columns[x])

    def _choose(self, row: int, column: int) -> None:
        walk = self._walk
        rank = walk.value.ndim
        walk.choose((*walk.cell[: max(rank - 2, 0)], *(row, column)[2 - min(rank, 2) :]))
        self.post_message(self.Chosen())


def _ends(value: Array) -> tuple[float | None, float | None]:
    """Return the largest and the smallest finite number, if there are any."""
    finite = value[np.isfinite(value)]
    return (finite.max(), finite.min()) if finite.size else (None, None)


def _marked(letters: str, plain: bool) -> tuple[str, Style]:
    """Mark the chosen cell: in brackets, or where there is no room for them, turned round."""
    if plain and len(letters) < 3:
        return letters, Style(reverse=True)
    return f"[{letters[1:-1]}]", Style(bold=True)
