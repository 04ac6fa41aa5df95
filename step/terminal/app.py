"""The terminal user interface of a stepper."""

import os
from collections.abc import Callable
from typing import Any, ClassVar

from rich.text import Text
from textual import events, on
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static

from cutaway.graph import CutawayError, Title
from cutaway.graph.title import Language
from cutaway.step.breakpoint import Breakpoint
from cutaway.step.keys import KEYS
from cutaway.step.patch import Patch
from cutaway.step.stepper import Stepper
from cutaway.step.terminal.acts import ACTS
from cutaway.step.terminal.edits import Edits
from cutaway.step.terminal.head import foot, formula, lists, where
from cutaway.step.terminal.heatmap import Heatmap
from cutaway.step.terminal.help import Help
from cutaway.step.terminal.listing import Listing
from cutaway.step.terminal.outline import Outline
from cutaway.step.terminal.rows import LISTS, About, Goal
from cutaway.step.terminal.setups import toggle_breakpoint
from cutaway.step.terminal.text import printable
from cutaway.step.terminal.theme import THEMES, colours_of
from cutaway.step.terminal.told import told
from cutaway.step.terminal.walk import Walk
from cutaway.step.terminal.words import Say, sayer
from cutaway.step.watch import Watch

Answer = Callable[["StepApp", str], None]


class StepApp(App[None]):
    """Shows a stepper in a terminal, and moves it by keys.

    Nothing moves by itself, so that nothing is sent over a slow line unless a key was pressed.
    """

    CSS_PATH = "app.tcss"
    ENABLE_COMMAND_PALETTE = False
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (60, "-normal"), (120, "-wide"), (180, "-vast")]  # noqa: RUF012
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (10, "-low"), (18, "-middle"), (36, "-high")]  # noqa: RUF012
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key.key, f"do('{key.action}')", show=False) for key in KEYS),
        Binding("escape", "do('back-to-output')", show=False),
    ]

    def __init__(self, stepper: Stepper, *, title: str | Title = "", lang: Language = "en") -> None:
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.animation_level = "none"
        self.walk, self.edits = Walk(stepper), Edits()
        self.names, self.lang = Title.of(title).each(printable), lang
        self.list_shown = "inputs"
        self.last_search = ""
        self.theme_name = THEMES[0]
        self._answer: Answer | None = None
        self._focus_before: Any = None
        self._said = Text()
        self._put_before: dict[str, Text] = {}

    @property
    def say(self) -> Say:
        """What says a text in the language that is chosen."""
        return sayer(self.lang)

    @property
    def heatmap(self) -> Heatmap:
        """The heatmap."""
        return self.query_one(Heatmap)

    @property
    def marked(self) -> About:
        """What the marked line of the list is about."""
        return self.query_one(Listing).marked

    def compose(self) -> ComposeResult:
        """Put the parts in their places."""
        yield Static(id="where")
        with Horizontal(id="middle"):
            yield Outline()
            with Vertical(id="step"):
                yield Static(id="formula")
                yield Heatmap(self.walk)
                yield Static(id="lists")
                yield Listing()
        yield Static(id="message")
        entry = Input(id="entry", compact=True)
        entry.cursor_blink = False
        yield entry
        yield Static(id="foot")

    def on_mount(self) -> None:
        """Begin at the heatmap."""
        for name in THEMES:
            self.register_theme(colours_of(name)[1])
        self.query_one(Input).display = False
        self.heatmap.focus()

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew what stands around the heatmap."""
        self.call_after_refresh(self.draw)

    # ---- keys

    def action_do(self, name: str) -> None:
        """Do what a key is for."""
        if self._answer is not None:
            self._close_entry()
            return
        self.tell("")
        self.attempt(lambda: ACTS[name](self))

    def attempt(self, act: Callable[[], None]) -> bool:
        """Do something; what can't be done is said at the bottom, and nothing is lost."""
        done = True
        try:
            act()
        except CutawayError as error:
            done = False
            self.tell(told(error), wrong=True)
        except Exception as error:  # of a user's function: the session is worth more
            done = False
            self.tell(f"{type(error).__name__}: {error}", wrong=True)
        self.draw()
        return done

    def tell(self, text: str, wrong: bool = False) -> None:
        """Say something in the line at the bottom."""
        said = Text(printable(text))
        if said != self._said:
            self._said = said
            line = self.query_one("#message", Static)
            line.set_class(wrong, "wrong")
            line.update(said)

    def action_help_quit(self) -> None:
        """Say how to quit, to whom Ctrl-C is a habit."""
        self.tell(self.say("quits"))

    # ---- the entry at the bottom

    def ask(self, question: str, answer: Answer, value: str = "") -> None:
        """Ask for a line of text."""
        self._answer, self._focus_before = answer, self.focused
        self.tell(question)
        entry = self.query_one(Input)
        entry.value = value
        self._show_entry(True)
        entry.focus()

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take what was typed; if it means nothing, it can be mended."""
        answer = self._answer
        if answer is None:
            return
        self.tell("")
        if self.attempt(lambda: answer(self, event.value.strip())):
            self._close_entry(silent=False)

    def _show_entry(self, on: bool) -> None:
        """Put the entry in the place of the line below it, or that back."""
        self.query_one(Input).display = on
        self.query_one("#foot").display = not on

    def _close_entry(self, silent: bool = True) -> None:
        self._answer = None
        before = self._focus_before
        if self.focused is self.query_one(Input):  # what was done went nowhere else
            (before if before is not None and before.display else self.heatmap).focus()
        self._show_entry(False)
        if silent:
            self.tell("")

    # ---- outline and lists

    def on_tree_node_selected(self, event: Outline.NodeSelected[int]) -> None:
        """Go to a step of the outline."""
        place = event.node.data
        if place is not None:
            self.to_value()
            self.attempt(lambda: self._go(place))

    def _go(self, place: int) -> None:
        self.walk.stepper.goto(place)
        self.walk.settle()

    def on_outline_pressed(self, event: Outline.Pressed) -> None:
        """Set a breakpoint at a step of the outline, or take it away."""
        self.attempt(lambda: toggle_breakpoint(self, self.walk.op_at(event.place)))

    def on_heatmap_chosen(self) -> None:
        """Draw another cell, or in another size."""
        self.draw()

    def to_value(self) -> None:
        """Go to the heatmap; what was there in its place, for want of room, goes."""
        self.screen.remove_class("-listing", "-reading")
        self.heatmap.focus()
        self.call_after_refresh(self.draw)  # when all have their places

    def to_outline(self) -> None:
        """Go to the outline; where there is no room for it, it is there alone."""
        self.to_value()
        self.screen.add_class("-listing")
        self.query_one(Outline).focus()

    def open_list(self, name: str) -> None:
        """Show another list, and go to it; where there is no room, in the place of the value."""
        self.to_value()
        self.list_shown = name
        self.screen.add_class("-reading")
        self.query_one(Listing).focus()

    def on_option_list_option_selected(self) -> None:
        """Follow a line of the list: to a value, or on and off."""
        self.attempt(lambda: self._follow(self.marked))

    def _follow(self, about: About) -> None:
        match about:
            case Goal(node, cell):
                self.walk.look(node, cell)
            case Breakpoint():
                (about.off if about.enabled else about.on)()
            case Watch():
                self.walk.look(about.node)
            case Patch():
                self.walk.look(next(iter(about.changes)))

    def show_help(self) -> None:
        """Show all keys."""
        self.push_screen(Help(self.lang))

    # ---- drawing

    def draw(self) -> None:
        """Draw what has changed."""
        walk, say = self.walk, self.say
        theme, colours = colours_of(self.theme_name)
        self.theme = colours.name
        self._put("#where", where(walk, self.names.say(self.lang), say, self.size.width))
        self.query_one(Outline).show_steps(
            walk.stepper.paths, walk.stepper.index, walk.stops(), walk.changed()
        )
        width = self.query_one("#step").content_size.width
        self._put("#formula", Text("\n").join(formula(walk, say, self.lang, width)))
        self.heatmap.show_value(say, theme if self.has_colours else None)
        self._put("#lists", lists(self.list_shown, walk, say, width))
        listing = self.query_one(Listing)
        if listing.size.height:
            listing.show_rows(LISTS[self.list_shown](walk, self.edits, say))
        listing.make_room(self.heatmap.size.height, self.heatmap.wanted)
        self._put("#foot", foot(self.lang, self.size.width))

    @property
    def has_colours(self) -> bool:
        """Whether shades can be told apart."""
        return not self.no_color and self.console.color_system in ("256", "truecolor")

    def _put(self, where: str, text: Text) -> None:
        """Show a text in a part, unless it stands there."""
        if self._put_before.get(where) != text:
            self._put_before[where] = text
            self.query_one(where, Static).update(text, layout=False)
