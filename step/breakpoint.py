"""Breakpoints: where a run stops."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np

from cutaway.graph import Node
from cutaway.graph.graph import glob_pattern
from cutaway.run.compile import Array
from cutaway.step.conditions import Condition
from cutaway.step.kinds import NamedOp

Value = Callable[[Node], Array]


@dataclass(eq=False, repr=False)
class Breakpoint:
    """Stops a run at the ops that it fits; made by ``stepper.breakpoint``.

    Attributes
    ----------
    path
        A glob that the op's path fits.
    op
        The kind of the op, or empty for any.
    when
        What its value has to meet.
    changes
        Whether it stops only where the value is another than the last time it was passed.
    except_
        Globs of paths at which it does not stop; None excuses the -∞ that masks put into scores.
    enabled
        Whether it stops at all.
    hits
        How often it did.
    """

    path: str = "*"
    op: str = ""
    when: Condition | None = None
    changes: bool = False
    except_: tuple[str, ...] | None = None
    enabled: bool = True
    hits: int = 0
    _owner: list["Breakpoint"] = field(default_factory=list)
    _seen: dict[str, bytes] = field(default_factory=dict)

    def __repr__(self) -> str:
        kind = f" of kind {self.op}" if self.op else ""
        when = f" when {self.when.text}" if self.when else ""
        changes = " when it changes" if self.changes else ""
        off = "" if self.enabled else ", off"
        return f"<Breakpoint at {self.path}{kind}{when}{changes}{off}, {self.hits} hits>"

    def on(self) -> None:
        """Let it stop again."""
        self.enabled = True

    def off(self) -> None:
        """Let it stop no more, until it is on."""
        self.enabled = False

    def remove(self) -> None:
        """Take it away."""
        if self in self._owner:
            self._owner.remove(self)

    def fits(self, op: NamedOp) -> bool:
        """Say whether it is about an op, whatever its value."""
        if self.op and self.op not in op.kinds:
            return False
        if any(_fit(glob, op.names) for glob in self.except_ or ()):
            return False
        return _fit(self.path, op.names)

    def stops(self, ops: Iterable[NamedOp], value: Value, masked: Collection[Node]) -> bool:
        """Say whether it stops at a step, of which it is given the ops; count it."""
        stop = False
        for op in ops:
            if self.enabled and self.fits(op):
                stop |= self._meets(op.node, op.names[0], value, masked)
        self.hits += stop
        return stop

    def note(self, ops: Iterable[NamedOp], value: Value) -> None:
        """Take the values of some ops for passed."""
        for op in filter(self.fits, ops):
            self._is_other(op.names[0], value(op.node))

    def mark(self) -> tuple[Any, ...]:
        """Return what a run changes."""
        return self.hits, dict(self._seen)

    def reset(self, mark: tuple[Any, ...]) -> "Breakpoint":
        """Take back what a run changed."""
        self.hits, self._seen = mark
        return self

    def _meets(self, node: Node, path: str, value: Value, masked: Collection[Node]) -> bool:
        if self.when is None and not self.changes:
            return True
        found = value(node)
        other = self._is_other(path, found) if self.changes else True
        if self.when is None or not other:
            return other
        if self.except_ is None and node in masked:
            found = np.where(np.isneginf(found), 0, found)
        return self.when.holds(found)

    def _is_other(self, path: str, value: Array) -> bool:
        digest = blake2b(np.ascontiguousarray(value).tobytes(), digest_size=16).digest()
        before, self._seen[path] = self._seen.get(path, digest), digest
        return before != digest


def _fit(glob: str, names: Sequence[str]) -> bool:
    return any(map(glob_pattern(glob).fullmatch, names))
