"""What keys do that stop, watch or change something."""

from typing import TYPE_CHECKING

from cutaway.graph import OptionError
from cutaway.step.breakpoint import Breakpoint
from cutaway.step.patch import Patch
from cutaway.step.terminal.cell import exact
from cutaway.step.terminal.edits import read_number
from cutaway.step.terminal.entries import (
    KINDS,
    add_breakpoint,
    add_knock_out,
    add_watch,
    watch_element,
    watch_name,
)
from cutaway.step.terminal.moves import Act
from cutaway.step.terminal.rows import change_text
from cutaway.step.watch import Watch

if TYPE_CHECKING:
    from cutaway.step.terminal.app import StepApp


def toggle_breakpoint(app: "StepApp", path: str) -> None:
    """Set a breakpoint at an op, or take it away."""
    stepper = app.walk.stepper
    here = [found for found in stepper.breakpoints if found.path == path]
    for found in here:
        found.remove()
    if not here:
        stepper.breakpoint(path)
    app.tell(app.say("break-off" if here else "break-on", path))


def _break(app: "StepApp") -> None:
    toggle_breakpoint(app, app.walk.op_at(app.walk.stepper.index))


def _break_at(app: "StepApp") -> None:
    app.ask(app.say("ask-break-at"), _break_added)


def _break_added(app: "StepApp", text: str) -> None:
    add_breakpoint(app.walk.stepper, text)
    app.open_list("breakpoints")


def _watch(app: "StepApp") -> None:
    watch = watch_element(app.walk.stepper, app.walk.path, app.walk.cell)
    _watched(app, watch)


def _watch_at(app: "StepApp") -> None:
    app.ask(app.say("ask-watch-at"), _watch_added)


def _watch_added(app: "StepApp", text: str) -> None:
    _watched(app, add_watch(app.walk.stepper, text))


def _watched(app: "StepApp", watch: Watch) -> None:
    app.open_list("watches")
    app.tell(app.say("watched", watch_name(watch)))


def _edit(app: "StepApp") -> None:
    walk = app.walk
    if not walk.value.size:
        raise OptionError(app.say("empty-value"))
    app.ask(app.say("ask-edit", walk.name), _edited, exact(walk.value[walk.cell]))


def _edited(app: "StepApp", text: str) -> None:
    number = read_number(text)
    if number is None:
        raise OptionError(app.say("bad-number", text))
    app.edits.set(app.walk, number)
    app.walk.choose(app.walk.cell)
    app.tell(app.say("changed-now", app.walk.name))


def _knock_out(app: "StepApp") -> None:
    app.ask(app.say("ask-knock-out", ", ".join(KINDS)), _knocked_out)


def _knocked_out(app: "StepApp", text: str) -> None:
    patch = add_knock_out(app.walk.stepper, text)
    app.walk.choose(app.walk.cell)
    app.tell(app.say("changed-now", ", ".join(patch.paths)))


def _remove(app: "StepApp") -> None:
    about = app.marked
    if isinstance(about, Breakpoint):
        name = about.path
    elif isinstance(about, Watch):
        name = watch_name(about)
    elif isinstance(about, Patch):
        name = f"{', '.join(about.paths)}: {change_text(about, app.edits, app.say)}"
    else:
        raise OptionError(app.say("nothing-marked"))
    about.remove()
    app.walk.choose(app.walk.cell)
    app.tell(app.say("removed", name))


def _reset(app: "StepApp") -> None:
    app.walk.stepper.unpatch()
    app.walk.choose(app.walk.cell)
    app.tell(app.say("taken-back"))


SETUPS: dict[str, Act] = {
    "break": _break,
    "break-at": _break_at,
    "watch": _watch,
    "watch-at": _watch_at,
    "edit": _edit,
    "knock-out": _knock_out,
    "remove": _remove,
    "reset": _reset,
}
