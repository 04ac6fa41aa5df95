"""The axis signature: how an op treats each axis, said once and read by many."""

from dataclasses import dataclass
from functools import lru_cache

from cutaway.graph.dims import Dim, Shape
from cutaway.graph.errors import ShapeError, explain
from cutaway.graph.facts import Facts
from cutaway.graph.requirement import Carried, InputAxis

Labels = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Axes:
    """A label for every axis of every input and of the output.

    The same label is the same axis. ``along`` names the labels an op works along (contracts,
    reduces, normalises); all others are carried through. The label ``1`` is an axis of length 1.
    """

    inputs: tuple[Labels, ...]
    output: Labels
    along: frozenset[str] = frozenset()

    def sizes(self, facts: Facts, *shapes: Shape) -> dict[str, Dim]:
        """Give every label its size; ask for what must be equal.

        A literal 1 broadcasts along a carried label, never along a label that is worked along,
        and a symbol never does.
        """
        found: dict[str, Dim] = {"1": 1}
        for operand, (labels, shape) in enumerate(zip(self.inputs, shapes, strict=True)):
            for axis, (label, dim) in enumerate(zip(labels, shape, strict=True)):
                known = found.get(label)
                if known is None or (known == 1 and self._broadcasts(label)):
                    found[label] = dim
                elif (
                    known is not dim and known != dim and (dim != 1 or not self._broadcasts(label))
                ):
                    facts.require_equal(
                        known,
                        dim,
                        "the two axes are one, so their sizes are the same",
                        at=(self._giver(label, shapes), (InputAxis(operand, axis),)),
                    )
        return found

    def _giver(self, label: str, shapes: tuple[Shape, ...]) -> tuple[InputAxis, ...]:
        """Return the axis that gave a label its size: the first that doesn't broadcast."""
        places = self._places(label)
        wide = (place for place in places if shapes[place.operand][place.axis] != 1)
        return () if label == "1" else (next(wide, places[0]),)

    def _places(self, label: str) -> list[InputAxis]:
        return [
            InputAxis(operand, axis)
            for operand, labels in enumerate(self.inputs)
            for axis, other in enumerate(labels)
            if other == label
        ]

    def carries(self, shapes: tuple[Shape, ...]) -> Carried:
        """Return the input axes that each axis of the output is; those that broadcast are not."""
        found = []
        for label in self.output:
            places = [] if label == "1" else self._places(label)
            wide = tuple(place for place in places if shapes[place.operand][place.axis] != 1)
            found.append(wide or tuple(places))
        return tuple(found)

    def _broadcasts(self, label: str) -> bool:
        return label not in self.along and label != "1"

    def shape(self, facts: Facts, *shapes: Shape) -> Shape:
        """Return the output's shape, the shape rule that the labels imply."""
        sizes = self.sizes(facts, *shapes)
        return tuple(sizes[label] for label in self.output)


@lru_cache(maxsize=4096)
def signature(pattern: str, *ranks: int, along: str = "") -> Axes:
    """Write :class:`Axes` as text; ``...`` stands for any number of leading axes.

    Examples
    --------
    >>> signature("... m k, ... k n -> ... m n", 3, 2, along="k").output
    ('...1', 'm', 'n')
    """
    left, right = pattern.split("->")
    patterns = [side.split() for side in left.split(",")]
    inputs: list[Labels] = []
    most = 0
    for labels, rank in zip(patterns, ranks, strict=True):
        spare = rank - len([label for label in labels if label != "..."])
        if spare < 0 or (spare and "..." not in labels):
            raise ShapeError(
                explain(
                    "an operand has the wrong number of axes",
                    required=f"axes {' '.join(labels)}",
                    came=f"{rank} axes",
                )
            )
        most = max(most, spare)
        inputs.append(_spread(labels, spare))
    return Axes(tuple(inputs), _spread(right.split(), most), frozenset(along.split()))


def _spread(labels: list[str], spare: int) -> Labels:
    leading = tuple(f"...{n}" for n in range(spare, 0, -1))  # counted from the right: they align
    return tuple(part for label in labels for part in (leading if label == "..." else (label,)))
