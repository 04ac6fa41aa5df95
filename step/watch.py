"""Watches: values that are followed while stepping."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from cutaway.graph import Node, OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array
from cutaway.step.detail import Level
from cutaway.step.numbers import short


class Entry(NamedTuple):
    """What a watch saw: at which step of which level, and what."""

    step: int
    level: str
    value: Any


@dataclass(eq=False, repr=False)
class Watch:
    """Follows a value; made by ``stepper.watch``.

    Attributes
    ----------
    path, node, level
        The node, its path, and the level of which it is.
    read
        What is kept of its value, such as its largest element.
    history
        An entry when the step that computes it is reached, and one for each time that a patch
        changes it afterwards.
    """

    path: str
    node: Node
    level: Level
    read: Callable[[Array], Any] | None = None
    history: list[Entry] = field(default_factory=list)
    _owner: list["Watch"] = field(default_factory=list)
    _due: bool = True

    def __repr__(self) -> str:
        last = f", now {_brief(self.value)}" if self.history else ""
        return f"<Watch of {self.path}, {len(self.history)} entries{last}>"

    @property
    def value(self) -> Any:
        """What it saw last; None before that."""
        return self.history[-1].value if self.history else None

    @property
    def due(self) -> bool:
        """Whether it has something to see."""
        return self._due

    def expect(self) -> None:
        """Say that its value may be another now."""
        self._due = True

    def mark(self) -> tuple[int, bool]:
        """Return what stepping changes."""
        return len(self.history), self._due

    def reset(self, mark: tuple[int, bool]) -> "Watch":
        """Take back what stepping changed."""
        length, self._due = mark
        del self.history[length:]
        return self

    def see(self, step: int, level: str, value: Array) -> None:
        """Note a value."""
        self._due = False
        try:
            found = value if self.read is None else self.read(value)
        except Exception as error:
            raise OptionError(
                explain(
                    f"the watch of {self.path} failed",
                    required="a function of an array",
                    came=f"{type(error).__name__}: {error}",
                    fix="take it away with watch.remove()",
                )
            ) from error
        self.history.append(Entry(step, level, found))

    def remove(self) -> None:
        """Follow it no more; the history stays."""
        if self in self._owner:
            self._owner.remove(self)


def reading(read: Callable[[Array], Any] | None) -> Callable[[Array], Any] | None:
    """Return what a watch reads of a value.

    Raises
    ------
    OptionError
        If it is no function.
    """
    if read is None or callable(read):
        return read
    required = "a function of an array, such as np.max"
    raise OptionError(explain("a watch can't read that", required=required, came=repr(read)[:80]))


def _brief(value: Any) -> str:
    return short(value) if isinstance(value, np.ndarray) else str(value)
