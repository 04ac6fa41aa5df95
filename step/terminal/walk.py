"""Where a user of the terminal stands: at a step, looking at a value, with a cell chosen in it."""

from collections.abc import Sequence

from cutaway.graph import Node, OptionError, show
from cutaway.graph.graph import glob_pattern
from cutaway.run.compile import Array
from cutaway.step.detail import LEVELS
from cutaway.step.record import Step
from cutaway.step.stepper import Stepper
from cutaway.step.terminal.layout import Place, slices
from cutaway.step.turn import counterpart


class Walk:
    """A stepper, the value that is looked at, and the cell that is chosen.

    Attributes
    ----------
    stepper
        That of the direction in which is walked.
    node
        The value that is looked at, where it is not the step's own.
    cell
        The element that is chosen.
    """

    def __init__(self, stepper: Stepper) -> None:
        self.stepper = stepper
        self.node: Node | None = None
        self.cell: Place = ()
        if stepper.index < 0 and len(stepper):
            stepper.next()
        self.settle()

    @property
    def step(self) -> Step:
        """The step at which it stands."""
        assert self.stepper.current is not None
        return self.stepper.current

    @property
    def shown(self) -> Node:
        """The node whose value is looked at."""
        return self.step.node if self.node is None else self.node

    @property
    def path(self) -> str:
        """The path of the value that is looked at."""
        return self.stepper.graph.path(self.shown)

    @property
    def value(self) -> Array:
        """The value that is looked at."""
        return self.step.value if self.node is None else self.stepper.value(self.node)

    @property
    def name(self) -> str:
        """The element that is chosen, as it is written in reasons."""
        return self.path + (f"[{', '.join(map(str, self.cell))}]" if self.cell else "")

    def settle(self) -> None:
        """Look at the step's own value again, as near to the same cell as it has one."""
        self.node = None
        self.choose(self.cell)

    def choose(self, cell: Sequence[int]) -> None:
        """Choose an element, or the nearest one that there is."""
        shape = self.value.shape
        near = (*cell, *[0] * len(shape))[: len(shape)]
        pairs = zip(near, shape, strict=True)
        self.cell = tuple(max(0, min(n, length - 1)) for n, length in pairs)

    def turn_slice(self, by: int) -> None:
        """Choose the next place along the leading axes."""
        shape = self.value.shape
        found = slices(shape)
        if len(found) > 1:
            place = (found.index(self.cell[:-2]) + by) % len(found)
            self.cell = (*found[place], *self.cell[-2:])

    def look(self, node: Node, cell: Sequence[int] = ()) -> None:
        """Look at a value: go to its step, if there is one; else, as at an input, from here."""
        try:
            self.stepper.goto(node)
            self.node = None
        except OptionError:
            self.node = node
        self.choose(cell)

    def find(self, path: str) -> Node:
        """Return the node at a path of this level."""
        return next(n for n in self.stepper.graph.nodes if self.stepper.graph.path(n) == path)

    def next_level(self, by: int) -> str:
        """Return the next level, finer or coarser; empty if there is none."""
        place = LEVELS.index(self.stepper.level) + by
        return LEVELS[place] if 0 <= place < len(LEVELS) else ""

    def turn(self) -> bool:
        """Walk in the other direction, from the same value; say whether it has a step there."""
        before = self.stepper
        self.stepper = before.turned()
        if self.stepper.index < 0 and len(self.stepper):
            self.stepper.next()
        self.settle()
        return counterpart(before, self.stepper, before.index) is not None

    def search(self, text: str) -> tuple[int, int]:
        """Go to the next step whose path has a text in it, or fits a glob; or to a number.

        Returns
        -------
        int, int
            Which match it is, and of how many; of none, 0.
        """
        stepper = self.stepper
        number = int(text) if text.isdecimal() and len(text) < 9 else 0
        found = [number - 1] if 0 < number <= len(stepper) else self._matches(text)
        if found:
            stepper.goto(next((place for place in found if place > stepper.index), found[0]))
            self.settle()
        return (found.index(stepper.index) + 1 if found else 0), len(found)

    def _matches(self, text: str) -> list[int]:
        pattern, low = glob_pattern(text), text.lower()
        return [
            place
            for place, path in enumerate(self.stepper.paths)
            if low in path.lower() or pattern.fullmatch(path)
        ]

    def axis_names(self, axis: int) -> Sequence[str]:
        """Return what the places along an axis of the value are called."""
        length = self.value.shape[axis]
        dims = self.shown.shape
        words = self.stepper.words.get(show(dims[axis]), ()) if len(dims) > axis else ()
        return words if len(words) == length else [str(n) for n in range(length)]

    def op_at(self, place: int) -> str:
        """Return the path of the op that stands for a step: of a block, its last one."""
        return self.stepper.graph.path(self.stepper.ops(place)[-1])

    def stops(self) -> set[int]:
        """Return the steps with a breakpoint."""
        points = [found for found in self.stepper.breakpoints if found.enabled]
        return {place for found in points for place in self.stepper.places(found)}

    def changed(self) -> set[int]:
        """Return the steps whose value follows from a change."""
        readers = self.stepper.graph.readers
        patched = (n for p in self.stepper.patches for n in (*p.changes, *p.lifted))
        waiting = [node for node in patched if node in readers]
        found: set[Node] = set()
        while waiting:
            node = waiting.pop()
            if node not in found:
                found.add(node)
                waiting.extend(readers[node])
        steps = range(len(self.stepper)) if found else ()
        return {place for place in steps if not found.isdisjoint(self.stepper.ops(place))}
