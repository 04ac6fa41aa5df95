"""What is drawn anew after a key: only what is another than before."""

from typing import TYPE_CHECKING

from rich.text import Text
from textual.widgets import Static

from cutaway.step.terminal.head import foot, formula, lists, where
from cutaway.step.terminal.listing import Listing
from cutaway.step.terminal.outline import Outline
from cutaway.step.terminal.rows import LISTS
from cutaway.step.terminal.theme import colours_of

if TYPE_CHECKING:
    from cutaway.step.terminal.app import StepApp


class Drawing:
    """Draws the parts of an app."""

    def __init__(self, app: "StepApp") -> None:
        self._app = app
        self._before: dict[str, Text] = {}

    def draw(self) -> None:
        """Draw what has changed."""
        app = self._app
        walk, say = app.walk, app.say
        theme, colours = colours_of(app.theme_name)
        app.theme = colours.name
        self._put("#where", where(walk, app.names.say(app.lang), say, app.size.width))
        app.query_one(Outline).show_steps(
            walk.stepper.paths, walk.stepper.index, walk.stops(), walk.changed()
        )
        width = app.query_one("#step").content_size.width
        self._put("#formula", Text("\n").join(formula(walk, say, app.lang, width)))
        app.heatmap.show_value(say, theme if self.has_colours else None)
        self._put("#lists", lists(app.list_shown, walk, say, width))
        listing = app.query_one(Listing)
        if listing.size.height:
            listing.show_rows(LISTS[app.list_shown](walk, app.edits, say))
        listing.make_room(app.heatmap.size.height, app.heatmap.wanted)
        self._put("#foot", foot(app.lang, app.size.width))

    @property
    def has_colours(self) -> bool:
        """Whether shades can be told apart."""
        app = self._app
        return not app.no_color and app.console.color_system in ("256", "truecolor")

    def _put(self, where: str, text: Text) -> None:
        """Show a text in a part, unless it stands there."""
        if self._before.get(where) != text:
            self._before[where] = text
            self._app.query_one(where, Static).update(text, layout=False)
