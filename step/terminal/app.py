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
from cutaway.step.terminal.drawing import Drawing
from cutaway.step.terminal.edits import Edits
from cutaway.step.terminal.heatmap import Heatmap
from cutaway.step.terminal.help import Help
from cutaway.step.terminal.listing import Listing
from cutaway.step.terminal.outline import Outline
from cutaway.step.terminal.prompt import Answer, Prompt
from cutaway.step.terminal.rows import About, Goal
from cutaway.step.terminal.running import Running
from cutaway.step.terminal.setups import toggle_breakpoint
from cutaway.step.terminal.signals import left_first
from cutaway.step.terminal.text import printable
from cutaway.step.terminal.theme import THEMES, colours_of
from cutaway.step.terminal.told import told
from cutaway.step.terminal.walk import Walk
from cutaway.step.terminal.words import Say, sayer
from cutaway.step.watch import Watch


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
        Binding("ctrl+z", "suspend_process", show=False, priority=True),
    ]

    def __init__(self, stepper: Stepper, *, title: str | Title = "", lang: Language = "en") -> None:
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self.animation_level = "none"
        self.walk, self.edits = Walk(stepper), Edits()
        self.names, self.lang = Title.of(title).each(printable), lang
        self.list_shown = "inputs"
        self.last_search = ""
        self.theme_name = THEMES[0]
        self.running: Running | None = None
        self._said = Text()
        self.drawing = Drawing(self)

    @property
    def say(self) -> Say:
        """What says a text in the language that is chosen."""
        return sayer(self.lang)

    @property
    def heatmap(self) -> Heatmap:
        """The heatmap."""
        return self.query_one(Heatmap)

    @property
    def prompt(self) -> Prompt:
        """The line in which something is asked."""
        return self.query_one(Prompt)

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
        yield Prompt()
        yield Static(id="foot")

    def on_mount(self) -> None:
        """Begin at the heatmap."""
        for name in THEMES:
            self.register_theme(colours_of(name)[1])
        self.heatmap.focus()
        self.app_resume_signal.subscribe(self, self._resumed)

    def _resumed(self, app: App[None]) -> None:
        """Paint all again: the shell's screen was there meanwhile."""
        self.screen.refresh(layout=True)

    async def run_async(self, **options: Any) -> None:
        """Show it, until the user quits or a signal ends the process."""
        with left_first(self):
            await super().run_async(**options)

    def on_resize(self, event: events.Resize) -> None:
        """Lay out anew what stands around the heatmap."""
        self.call_after_refresh(self.draw)

    # ---- keys

    def action_do(self, name: str) -> None:
        """Do what a key is for; of what runs, only the end."""
        if self.running is not None:
            if name == "back-to-output":
                self.running.stop()
            elif name == "quit":
                self.exit()
        elif self.prompt.answer is not None:
            self.prompt.close(self.heatmap)
            self.tell("")
        else:
            self.tell("")
            self.attempt(lambda: ACTS[name](self))

    def attempt(self, act: Callable[[], None]) -> bool:
        """Do something, unless a run is on its way, and draw what follows."""
        done = self.running is None and self.tried(act)
        if self.running is None:
            self.draw()
        return done

    def tried(self, act: Callable[[], None]) -> bool:
        """Do something; what can't be done is said at the bottom, and nothing is lost."""
        try:
            act()
        except CutawayError as error:
            self.tell(told(error), wrong=True)
        except Exception as error:  # of a user's function: the session is worth more
            self.tell(f"{type(error).__name__}: {error}", wrong=True)
        else:
            return True
        return False

    def tell(self, text: str, wrong: bool = False) -> None:
        """Say something in the line at the bottom."""
        said = Text(printable(text))
        line = self.query_one("#message", Static)
        line.set_class(wrong, "wrong")
        if said != self._said:
            self._said = said
            line.update(said)

    def action_help_quit(self) -> None:
        """Stop what runs; else say how to quit, to whom Ctrl-C is a habit."""
        if self.running is not None:
            self.running.stop()
        else:
            self.tell(self.say("quits"))

    # ---- the entry at the bottom

    def ask(self, question: str, answer: Answer, value: str = "") -> None:
        """Ask for a line of text."""
        self.tell(question)
        self.prompt.open(answer, value)

    @on(Input.Submitted)
    def take(self, event: Input.Submitted) -> None:
        """Take what was typed; if it means nothing, it can be mended."""
        answer = self.prompt.answer
        if answer is None:
            return
        self.tell("")
        if self.attempt(lambda: answer(self, event.value.strip())):
            self.prompt.close(self.heatmap)

    # ---- outline and lists

    def on_tree_node_selected(self, event: Outline.NodeSelected[int]) -> None:
        """Go to a step of the outline."""
        place = event.node.data
        if place is not None:
            self.attempt(lambda: self._go(place))

    def _go(self, place: int) -> None:
        self.to_value()
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
        self._show_only("")
        self.heatmap.focus()

    def to_outline(self) -> None:
        """Go to the outline; where there is no room for it, it is there alone."""
        self._show_only("-listing")
        self.query_one(Outline).focus()

    def open_list(self, name: str) -> None:
        """Show another list, and go to it; where there is no room, in the place of the value."""
        self.list_shown = name
        self._show_only("-reading")
        self.query_one(Listing).focus()

    def _show_only(self, part: str) -> None:
        """Choose what has the place where there is no room for all: the value has it by default."""
        for name in ("-listing", "-reading"):
            self.screen.set_class(name == part, name)
        self.call_after_refresh(self.draw)  # when all have their places

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

    def draw(self) -> None:
        """Draw what has changed."""
        self.drawing.draw()
