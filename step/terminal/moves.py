"""What keys do that move, or that choose how a value is seen."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from cutaway.graph import OptionError
from cutaway.graph.title import LANGUAGES
from cutaway.step.terminal.running import Running
from cutaway.step.terminal.theme import THEMES

if TYPE_CHECKING:
    from cutaway.step.terminal.app import StepApp

Act = Callable[["StepApp"], None]


def _next(app: "StepApp") -> None:
    if app.walk.stepper.next() is None:
        app.tell(app.say("at-end"))
    app.walk.settle()


def _previous(app: "StepApp") -> None:
    if app.walk.stepper.index < 1:
        app.tell(app.say("at-begin"))
        return
    app.walk.stepper.back()
    app.walk.settle()


def _over(app: "StepApp") -> None:
    if app.walk.stepper.over() is None:
        app.tell(app.say("at-end"))
    app.walk.settle()


def _into(app: "StepApp") -> None:
    _across(app, app.walk.stepper.into, "nothing-inside")


def _out(app: "StepApp") -> None:
    _across(app, app.walk.stepper.out, "nothing-around")


def _across(app: "StepApp", move: Callable[[], object], else_: str) -> None:
    try:
        move()
    except OptionError:
        app.tell(app.say(else_))
    app.walk.settle()


def _run(app: "StepApp") -> None:
    Running(app, app.walk.stepper.run).go()


def _reverse(app: "StepApp") -> None:
    Running(app, app.walk.stepper.reverse).go()


def _goto(place: int, app: "StepApp") -> None:
    stepper = app.walk.stepper
    stepper.goto(place % len(stepper))
    app.walk.settle()


def _search(app: "StepApp") -> None:
    app.ask(app.say("ask-search"), _found)


def _found(app: "StepApp", text: str) -> None:
    app.last_search = text or app.last_search
    if not app.last_search:
        return
    number, many = app.walk.search(app.last_search)
    if not many:
        raise OptionError(app.say("not-found", app.last_search))
    app.tell(app.say("found", number, many))


# ---- looking


def _level(by: int, app: "StepApp") -> None:
    name = app.walk.next_level(by)
    if not name:
        app.tell(app.say("only-level"))
    elif name == "token" and app.walk.stepper.too_long:
        app.tell(app.say("too-long", app.say(name)))
    else:
        app.walk.stepper.level = name
        app.walk.settle()


def _direction(app: "StepApp") -> None:
    path, backward = app.walk.step.path, app.walk.stepper.backward
    if not app.walk.turn():
        app.tell(app.say("no-forward-step" if backward else "no-gradient-step", path))


def _slice(by: int, app: "StepApp") -> None:
    app.walk.turn_slice(by)


def _figures(app: "StepApp") -> None:
    app.heatmap.figures = not app.heatmap.figures


def _language(app: "StepApp") -> None:
    app.lang = LANGUAGES[LANGUAGES.index(app.lang) - 1]


def _theme(app: "StepApp") -> None:
    app.theme_name = THEMES[THEMES.index(app.theme_name) - 1]


def _back_to_output(app: "StepApp") -> None:
    app.to_value()
    app.walk.settle()


MOVES: dict[str, Act] = {
    "next": _next,
    "previous": _previous,
    "over": _over,
    "into": _into,
    "out": _out,
    "run": _run,
    "reverse": _reverse,
    "first": partial(_goto, 0),
    "last": partial(_goto, -1),
    "search": _search,
    "finer": partial(_level, 1),
    "coarser": partial(_level, -1),
    "direction": _direction,
    "lead-back": partial(_slice, -1),
    "lead-on": partial(_slice, 1),
    "outline": lambda app: app.to_outline(),
    "figures": _figures,
    "language": _language,
    "theme": _theme,
    "back-to-output": _back_to_output,
}
