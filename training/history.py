"""What was measured at every step."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cutaway.run.compile import Array

Values = Mapping[str, Mapping[str, float]]  # of one step: what is measured, and of what
MOST = 8192  # steps that are kept


@dataclass(frozen=True, slots=True)
class Measured:
    """One thing measured, such as ``gradient``: a column of numbers for each name.

    Attributes
    ----------
    names
        Of what: blocks, heads; one empty name where there is but one number.
    steps
        At which steps, counted from 0.
    values
        ``(len(steps), len(names))``.
    """

    names: tuple[str, ...]
    steps: Array
    values: Array

    def __getitem__(self, name: str) -> Array:
        """Return the column of a name."""
        column: Array = self.values[:, self.names.index(name)]
        return column


class History(Mapping[str, Measured]):
    """What was measured during a training, by name: ``loss``, ``gradient``, ``rate`` and so on.

    Of a long training an evenly spread part is kept: every second step, every fourth, …

    Attributes
    ----------
    stride
        Every how many steps one is kept.

    Examples
    --------
    >>> history = History()
    >>> for step in range(3):
    ...     history.add(step, {"loss": {"": 1.0 / (step + 1)}})
    >>> history["loss"][""].round(2), history["loss"].steps
    (array([1.  , 0.5 , 0.33]), array([0, 1, 2]))
    """

    def __init__(self, measured: Mapping[str, Measured] | None = None, stride: int = 1) -> None:
        self.stride = stride
        self._names = {key: column.names for key, column in (measured or {}).items()}
        self._rows = {key: [*column.values.tolist()] for key, column in (measured or {}).items()}
        steps = [column.steps.tolist() for column in (measured or {}).values()]
        self._steps: list[int] = steps[0] if steps else []

    def add(self, step: int, values: Values) -> None:
        """Remember what was measured at a step; it is the same things every time."""
        if step % self.stride:
            return
        self._steps.append(step)
        for key, measured in values.items():
            self._names.setdefault(key, tuple(measured))
            self._rows.setdefault(key, []).append([*measured.values()])
        if len(self._steps) > MOST:
            self._thin()

    def _thin(self) -> None:
        self.stride *= 2
        kept = [place for place, step in enumerate(self._steps) if step % self.stride == 0]
        self._steps = [self._steps[place] for place in kept]
        self._rows = {key: [rows[place] for place in kept] for key, rows in self._rows.items()}

    def first(self, key: str, count: int) -> Sequence[Sequence[float]]:
        """Return the first rows of numbers of one thing, at most so many."""
        return self._rows[key][:count]

    def last(self, key: str, count: int) -> Sequence[Sequence[float]]:
        """Return the latest rows of numbers of one thing, at most so many."""
        return self._rows[key][-count:]

    def __getitem__(self, key: str) -> Measured:
        values = np.array(self._rows[key], dtype=np.float64)
        return Measured(self._names[key], np.array(self._steps, dtype=np.int64), values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)
