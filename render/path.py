"""The data of SVG paths, as short as SVG lets them be."""

from collections.abc import Iterable, Sequence

from cutaway.render.scene import Point

Bar = tuple[Point, float]  # the left end, and how wide
Command = tuple[str, Sequence[Point]]
UNIT = 0.01  # points: places are whole numbers of it, so that no step adds to an error


def short(number: float, decimals: int = 1) -> str:
    """Write a coordinate without zeros that say nothing.

    Examples
    --------
    >>> short(8.0), short(0.26), short(-0.25, 2)
    ('8', '.3', '-.25')
    """
    text = f"{number:.{decimals}f}".rstrip("0").rstrip(".")
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    return sign + (digits.removeprefix("0") or "0") if digits != "0" else "0"


def bars(middles: Iterable[Bar]) -> str:
    """Return horizontal lines, each from its left end, as wide as it says.

    Examples
    --------
    >>> bars([((1.5, 2), 7), ((15.5, 2), 7), ((1.5, 9), 14)])
    'M1.5 2h7m7 0h7m-21 7h14'
    """
    lines = (((x, y), (x + wide, y)) for (x, y), wide in middles)
    return path([command for a, b in lines for command in (("M", [a]), ("L", [b]))])


def path(commands: Iterable[Command], left: float = 0.0, top: float = 0.0) -> str:
    """Return a path of moves, lines and quadratic curves: ``M``, ``L``, ``Q`` and ``Z``.

    Places are given from the left and the top; they are written as steps from one to the next.

    Examples
    --------
    >>> path([("M", [(0, 0)]), ("L", [(3.5, 0), (3.5, 0.25)]), ("Z", [])], 1, 2)
    'M1 2h3.5v.25z'
    >>> path([("M", [(0, 0)]), ("Q", [(1, 0), (2, 1)]), ("Q", [(3, 2), (3, 4)])])
    'M0 0q1 0 2 1t1 3'
    """
    pen = _Pen()
    for command, points in commands:
        places = [(round((left + x) / UNIT), round((top + y) / UNIT)) for x, y in points]
        match command:
            case "M":
                pen.move(*places)
            case "L":
                for place in places:
                    pen.line(place)
            case "Q":
                pen.curve(*places)
            case _:
                pen.close()
    return pen.text


class _Pen:
    """What was written, and where it ended, in units."""

    def __init__(self) -> None:
        self.text = ""
        self._at = self._begin = self._pull = (0, 0)
        self._last = ""  # the letter with which numbers go on
        self._number = ""  # that before the next

    def move(self, place: tuple[int, int]) -> None:
        self._write("m" if self.text else "M", *self._step(place))
        self._begin = self._at = self._pull = place

    def line(self, place: tuple[int, int]) -> None:
        dx, dy = self._step(place)
        if dx and dy:
            self._write("l", dx, dy)
        elif dx or dy:
            self._write("h" if dx else "v", dx or dy)
        self._at = self._pull = place

    def curve(self, pull: tuple[int, int], place: tuple[int, int]) -> None:
        """Go on to a place; where the curve goes on smoothly, its pull is known."""
        smooth = tuple(2 * at - before for at, before in zip(self._at, self._pull, strict=True))
        if smooth != self._at and max(abs(smooth[0] - pull[0]), abs(smooth[1] - pull[1])) <= 1:
            self._write("t", *self._step(place))
            pull = smooth[0], smooth[1]
        else:
            self._write("q", *self._step(pull), *self._step(place))
        self._at, self._pull = place, pull

    def close(self) -> None:
        self.text += "z"
        self._last = ""
        self._at = self._pull = self._begin

    def _step(self, place: tuple[int, int]) -> tuple[int, int]:
        return place[0] - self._at[0], place[1] - self._at[1]

    def _write(self, letter: str, *steps: int) -> None:
        """Add numbers, without a letter that is known or a space that tells nothing apart."""
        if letter != self._last or letter == "m":
            self.text, self._last, self._number = self.text + letter, letter, ""
        for step in steps:
            number = short(step * UNIT, 2)
            apart = number.startswith("-") or (number.startswith(".") and "." in self._number)
            self.text += number if apart or not self._number else f" {number}"
            self._number = number
