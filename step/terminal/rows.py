"""The lists beside a value: its inputs, why its number is what it is, and what was set up."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from rich.cells import cell_len

from cutaway.graph import CutawayError, Node, show_shape
from cutaway.step.breakpoint import Breakpoint
from cutaway.step.knockout import HEAD, PARTS
from cutaway.step.numbers import fitting, number
from cutaway.step.patch import Patch
from cutaway.step.reasons import Reason
from cutaway.step.terminal.cell import exact
from cutaway.step.terminal.edits import Edits
from cutaway.step.terminal.entries import watch_name
from cutaway.step.terminal.layout import Place
from cutaway.step.terminal.text import SHORTEST, cut, cut_left, printable
from cutaway.step.terminal.walk import Walk
from cutaway.step.terminal.words import Say
from cutaway.step.watch import Watch

TERMS, NUMBERS = 4, 24  # of one number, and in all
WIDE = 40
BARS = "▁▂▃▄▅▆▇█"
LATEST = 16  # entries of a watch, as bars
EARLIER = 3  # … and as numbers, besides the newest


class Goal(NamedTuple):
    """A value to look at, and an element of it."""

    node: Node
    cell: Place = ()


About = Goal | Breakpoint | Watch | Patch | None


class Row(NamedTuple):
    """A line of a list, and what it is about.

    Attributes
    ----------
    before, name, after
        Its text. Where there is no room for all of it, the name is cut, at its beginning.
    about
        What it is about, if anything.
    """

    before: str = ""
    name: str = ""
    after: str = ""
    about: About = None

    def text(self, width: int) -> str:
        """Return the line in so many columns."""
        before, after = printable(self.before), printable(self.after)
        room = max(width - cell_len(before + after), SHORTEST)
        return cut(before + cut_left(self.name, room) + after, width)


def inputs(walk: Walk, edits: Edits, say: Say) -> list[Row]:
    """List what the step reads."""
    step = walk.step
    rows = []
    for path, array in step.inputs.items():
        mark = "› " if walk.node is not None and path == walk.path else "  "
        rows.append(Row(mark, path, f" {show_shape(array.shape)}", Goal(walk.find(path))))
    return rows or [Row(say("no-inputs"))]


def why(walk: Walk, edits: Edits, say: Say) -> list[Row]:
    """List the numbers that made the chosen one."""
    if not walk.value.size:
        return [Row(say("empty-value"))]
    try:
        reason = walk.stepper.why(walk.shown, walk.cell, most=TERMS, size=NUMBERS)
    except CutawayError as error:
        return [Row(str(error).splitlines()[0])]
    paths = {walk.stepper.graph.path(node): node for node in walk.stepper.graph.nodes}
    return [
        Row(head, found.name, f" = {number(found.value)}", Goal(paths[found.path], found.index))
        for head, found in _lines(reason)
    ]


def _lines(root: Reason) -> Iterator[tuple[str, Reason]]:
    """Give the numbers of a tree in order, each with what stands before it."""
    waiting = [("", "", root)]
    while waiting:
        head, below, reason = waiting.pop()
        yield head, reason
        inner = []
        for term in reason.terms:
            sign = "−" if term.contribution < 0 else "+"
            first = f"{below}  {sign}{number(abs(term.contribution))} ← "
            heads = [first, *["× ".rjust(len(first))] * (len(term.reasons) - 1)]
            pairs = zip(heads, term.reasons, strict=True)
            inner += [(start, f"{below}  ", other) for start, other in pairs]
        waiting += reversed(inner)


def watches(walk: Walk, edits: Edits, say: Say) -> list[Row]:
    """List what is watched, with what was seen."""
    rows = [
        Row("", watch_name(watch), _watched(watch, say), watch) for watch in walk.stepper.watches
    ]
    return rows or [Row(say("no-watches"))]


def _watched(watch: Watch, say: Say) -> str:
    if not watch.history:
        return f": {say('not-seen')}"
    seen = [entry.value for entry in watch.history]
    latest = seen[: -EARLIER - 2 : -1]  # the newest first: it stays where there is little room
    return f" {sparkline([_size(value) for value in seen])} {' ← '.join(map(_short, latest))}"


def _short(value: Any) -> str:
    """Write what was seen: a number with all its digits, an array as far as it has room."""
    found = np.asarray(value)
    if not _plain(found):
        return "…"
    return fitting(found, WIDE) if found.ndim else exact(found[()])


def _plain(value: Any) -> bool:
    return np.asarray(value).dtype.kind in "biuf"


def _size(value: Any) -> float:
    """Return one number for what was seen: itself, or the mean of an array."""
    if not _plain(value) or not np.size(value):
        return float("nan")
    with np.errstate(all="ignore"):
        return float(np.mean(value))


def sparkline(numbers: list[float]) -> str:
    """Draw the latest numbers as bars; what is no number as a dot.

    Examples
    --------
    >>> sparkline([0.0, 1.0, float("nan"), 0.5])
    '▁█·▅'
    """
    numbers = numbers[-LATEST:]
    finite = [x for x in numbers if np.isfinite(x)]
    low, high = min(finite, default=0.0), max(finite, default=0.0)
    span = (high - low) or 1.0
    top = len(BARS) - 1
    return "".join(BARS[round(top * (x - low) / span)] if np.isfinite(x) else "·" for x in numbers)


def breakpoints(walk: Walk, edits: Edits, say: Say) -> list[Row]:
    """List the breakpoints."""
    rows = [
        Row(_mark(found, say), found.path, _stopping(found, say), found)
        for found in walk.stepper.breakpoints
    ]
    return rows or [Row(say("no-breakpoints"))]


def _mark(found: Breakpoint, say: Say) -> str:
    return f"● {say('on')} " if found.enabled else f"○ {say('off')} "


def _stopping(found: Breakpoint, say: Say) -> str:
    parts = [
        say("of-kind", found.op) if found.op else "",
        say("when", found.when.text) if found.when else "",
        say("on-change") if found.changes else "",
        f"· {say('hits', found.hits)}",
    ]
    return "".join(f" {part}" for part in parts if part)


def changes(walk: Walk, edits: Edits, say: Say) -> list[Row]:
    """List the changes that are in force."""
    rows = [
        Row("", ", ".join(patch.paths), f": {change_text(patch, edits, say)}", patch)
        for patch in walk.stepper.patches
    ]
    return rows or [Row(say("nothing-changed"))]


def change_text(patch: Patch, edits: Edits, say: Say) -> str:
    """Say what a patch does."""
    kind, _, head = patch.what.partition(" ")
    if kind == HEAD:
        return say(HEAD, int(head) + 1)  # counted from 1
    cells = ", ".join(f"{list(place)} = {number(x)}" for place, x in edits.of(patch).items())
    return say(kind) if kind in PARTS else cells or say("patch")


LISTS: dict[str, Callable[[Walk, Edits, Say], list[Row]]] = {
    "inputs": inputs,
    "why": why,
    "watches": watches,
    "breakpoints": breakpoints,
    "changes": changes,
}
