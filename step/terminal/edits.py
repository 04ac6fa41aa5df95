"""Cells with other values: several in one value are one patch, as a node takes only one."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cutaway.graph import FeedError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array
from cutaway.step.patch import Patch
from cutaway.step.terminal.layout import Place
from cutaway.step.terminal.walk import Walk

Cells = Mapping[Place, float]
SPECIAL = {"true": 1.0, "false": 0.0, "∞": float("inf"), "-∞": -float("inf")}


@dataclass
class Edits:
    """The cells that were given other values, by the paths of their patch."""

    cells: dict[tuple[str, ...], Cells] = field(default_factory=dict)

    def set(self, walk: Walk, number: float) -> None:
        """Put a number into the chosen cell.

        Raises
        ------
        CutawayError
            If the value can't take it; all is as it was then.
        """
        _check(walk, number)
        before = self._patch(walk)
        cells = {**(self.cells[before.paths] if before else {}), walk.cell: number}
        made = walk.stepper.patch(walk.shown, _Put(cells), replace=before is not None)
        self.cells[made.paths] = cells

    def of(self, patch: Patch) -> Cells:
        """Return the cells that a patch changes, if it was made here."""
        return self.cells.get(patch.paths, {}) if "function" in patch.what else {}

    def _patch(self, walk: Walk) -> Patch | None:
        """Return the patch of cells in the value that is looked at."""
        found = (p for p in walk.stepper.patches if walk.shown in p.changes and self.of(p))
        return next(found, None)


@dataclass(frozen=True)
class _Put:
    """Puts numbers into some cells of an array."""

    cells: Cells

    def __call__(self, array: Array) -> Array:
        for place, number in self.cells.items():
            array[place] = number
        return array


def _check(walk: Walk, number: float) -> None:
    """Refuse a number that an array of this kind would round."""
    kind = walk.value.dtype.kind
    whole = number.is_integer()
    if (kind == "b" and number not in (0, 1)) or (kind in "iu" and not whole):
        required = "true or false" if kind == "b" else "a whole number"
        raise FeedError(explain(f"{walk.name} can't be {number}", required=required))


def read_number(text: str) -> float | None:
    """Read a number as people write it; None if it is none, or no finite float has it.

    Examples
    --------
    >>> read_number("−0.5"), read_number("true"), read_number("-inf"), read_number("1_0")
    (-0.5, 1.0, -inf, None)
    """
    plain = text.strip().lower().replace("−", "-")
    if plain in SPECIAL:
        return SPECIAL[plain]
    try:
        number = float(plain)
    except ValueError:
        return None
    too_large = abs(number) == float("inf") and "inf" not in plain
    return None if "_" in plain or too_large else number
