"""The help: all keys, in one list."""

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from cutaway.graph.title import Language
from cutaway.step.keys import CHANGES, LISTS, MOVES, OTHERS, VIEWS
from cutaway.step.terminal.text import fill
from cutaway.step.terminal.words import sayer

GROUPS = {"moves": MOVES, "views": VIEWS, "acts": CHANGES, "lists": LISTS, "others": OTHERS}
PLACES = {  # keys of the part that has the focus
    "cells": {"← ↑ ↓ →": "cell-arrows", "Home End": "cell-ends", "Esc": "cell-escape"},
    "tree": {"Enter": "tree-enter", "Space": "tree-space"},
}
EXTRA = {"moves": ("Esc", "end-run"), "others": ("Tab", "tab")}  # keys that are no letters
WIDE = 9  # columns of a key


class Help(ModalScreen[None]):
    """A list of the keys, above everything else."""

    BINDINGS = [Binding("escape,question_mark,q", "dismiss", show=False)]  # noqa: RUF012

    def __init__(self, lang: Language) -> None:
        super().__init__()
        self._lang = lang

    def compose(self) -> ComposeResult:
        """Show the list; arrows scroll it."""
        with VerticalScroll(id="help"):
            yield Static(help_text(self._lang), id="keys")


def help_text(lang: Language) -> Text:
    """Return the keys, by what they are for."""
    say = sayer(lang)
    text = Text(f"{say('close')}\n")
    for name, keys in GROUPS.items():
        _group(text, say(name), [(key.key, key.title.say(lang)) for key in keys])
        if name in EXTRA:
            key, what = EXTRA[name]
            text.append(f"{fill(key, WIDE)}{say(what)}\n")
    for name, rows in PLACES.items():
        _group(text, say(name), [(key, say(what)) for key, what in rows.items()])
    return text


def _group(text: Text, heading: str, rows: list[tuple[str, str]]) -> None:
    text.append(f"\n{heading}\n", "bold")
    for key, title in rows:
        text.append(f"{fill(key, WIDE)}{title}\n")
