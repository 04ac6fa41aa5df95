"""What each key does, by its action in the table of keys."""

from functools import partial
from typing import TYPE_CHECKING

from cutaway.step.keys import LISTS
from cutaway.step.terminal.moves import MOVES, Act
from cutaway.step.terminal.setups import SETUPS

if TYPE_CHECKING:
    from cutaway.step.terminal.app import StepApp


def _list(name: str, app: "StepApp") -> None:
    app.open_list(name)


ACTS: dict[str, Act] = {
    **MOVES,
    **SETUPS,
    **{key.action: partial(_list, key.action) for key in LISTS},
    "help": lambda app: app.show_help(),
    "quit": lambda app: app.exit(),
}
