"""How a value is laid out in a terminal: which of its rows and columns, and how wide they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from rich.cells import cell_len

Place = tuple[int, ...]
FIGURE = 7  # columns of a cell that shows its number
SHADE = 2, 3  # columns of one that shows a shade: at least, at most
LONGEST = 12  # columns of a row's name


@dataclass(frozen=True, slots=True)
class Layout:
    """The part of a value that is shown: its last two axes, of the others one place each.

    Attributes
    ----------
    lead
        The place along each leading axis.
    rows, columns
        Which places are shown; evenly spread, where there is no room for all.
    shape
        How many rows and columns there are.
    left
        How wide the names of the rows are.
    wide
        How wide a cell is.
    """

    lead: Place
    rows: tuple[int, ...]
    columns: tuple[int, ...]
    shape: tuple[int, int]
    left: int
    wide: int
    rank: int

    @property
    def figures(self) -> bool:
        """Whether cells show numbers."""
        return self.wide >= FIGURE

    @property
    def sampled(self) -> bool:
        """Whether some rows or columns are not shown."""
        return (len(self.rows), len(self.columns)) != self.shape

    def at(self, row: int, column: int) -> Place:
        """Return the index of a cell in the value."""
        last = (row, column)[2 - min(self.rank, 2) :]
        return (*self.lead, *last)


def laid(
    shape: Place, cell: Place, names: Sequence[str], room: tuple[int, int], figures: bool
) -> Layout:
    """Lay a value out.

    Parameters
    ----------
    shape
        Of the value.
    cell
        An element that has to be shown.
    names
        What its rows are called.
    room
        How many columns and rows of the terminal there are.
    figures
        Whether numbers are wanted, even where not all of them have room.

    Examples
    --------
    >>> found = laid((3, 100), (0, 50), ("0", "1", "2"), (23, 10), figures=False)
    >>> found.rows, found.columns, found.wide
    ((0, 1, 2), (0, 11, 22, 33, 44, 50, 66, 77, 88, 99), 2)
    """
    rank, (width, height) = len(shape), room
    rows, columns = (1, 1, *shape)[-2:]
    left = min(LONGEST, max(map(cell_len, names), default=0)) + 1
    inner = max(width - left, SHADE[0])
    wide = FIGURE
    if not figures and columns * FIGURE > inner:
        wide = max(SHADE[0], min(SHADE[1], inner // columns))
    row, column = (0, 0, *cell)[-2:]
    return Layout(
        tuple(cell[: max(rank - 2, 0)]),
        _evenly(rows, max(height, 1), row),
        _evenly(columns, max(inner // wide, 1), column),
        (rows, columns),
        left,
        wide,
        rank,
    )


def slices(shape: Place) -> list[Place]:
    """Return the places along the leading axes, in order.

    Examples
    --------
    >>> slices((2, 2, 5, 5))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """
    return list(product(*map(range, shape[:-2])))


def _evenly(length: int, most: int, needed: int) -> tuple[int, ...]:
    """Return evenly spread places; the nearest one gives way to the one that is needed."""
    if length <= most:
        return tuple(range(length))
    if most == 1:
        return (needed,)
    places = [n * (length - 1) // (most - 1) for n in range(most)]
    places[min(range(most), key=lambda n: abs(places[n] - needed))] = needed
    return tuple(places)
