"""What looks and lines mean: once in a figure, at its bottom."""

from collections.abc import Sequence

from cutaway.figures.parts import LINES
from cutaway.figures.spec import Setting
from cutaway.figures.texts import label
from cutaway.render.compose import column, row, sized
from cutaway.render.grid import hatch
from cutaway.render.marks import Drawing, Mark, Rect, Way
from cutaway.render.scale import shade
from cutaway.render.svg import DASHES
from cutaway.render.theme import STEPS
from cutaway.render.words import words

WIDE, HIGH = 22.0, 11.0  # points: what stands before an entry


def learned() -> Drawing:
    """Return the border of learned matrices."""
    inner = Rect((3.0, 2.5, WIDE - 3.0, HIGH - 2.5), "", "edge", 1.6)
    return Drawing(WIDE, HIGH, (inner, Rect((0.5, 0.0, WIDE - 0.5, HIGH), "", "edge", 0.8)))


def framed() -> Drawing:
    """Return the frame around what is followed."""
    return Drawing(WIDE, HIGH, (Rect((1.0, 1.0, WIDE - 1.0, HIGH - 1.0), "", "lit", 2.4),))


def faded(wide: float = WIDE, high: float = HIGH) -> Drawing:
    """Return a vector that plays no part, or as it stands in a legend."""
    return Drawing(wide, high, (Rect((0.0, 0.0, wide, high), "", "frame", 1.0, "", 2.0),))


def summed() -> Drawing:
    """Return the box of a sum as it stands in a legend."""
    text = sized(words("Σ", size=10.0), WIDE)
    bounds = (0.0, 0.0, WIDE, text.height)
    return text.under(Rect(bounds, "boxes.reduction", "edge", 1.0, "", 3.0))


def hatched() -> Drawing:
    """Return a masked cell as it stands in a legend."""
    bounds = (0.0, 0.0, WIDE, HIGH)
    return Drawing(WIDE, HIGH, (hatch(bounds), Rect(bounds, "", "edge")))


def shades() -> Drawing:
    """Return the shades of cells, from the most negative to the most positive."""
    steps = range(-STEPS, STEPS + 1, 2)
    wide = 2 * WIDE / len(steps)
    marks: list[Mark] = []
    for place, step in enumerate(steps):
        left = place * wide
        marks.append(Rect((left, 0.0, left + wide, HIGH), f"cells.{shade(step)}"))
        if step < 0:
            ends = ((left + wide * 0.25, HIGH / 2), (left + wide * 0.75, HIGH / 2))
            marks.append(Way(ends, f"inks.{shade(step)}"))
    marks.append(Rect((0.0, 0.0, 2 * WIDE, HIGH), "", "edge"))
    return Drawing(2 * WIDE, HIGH, tuple(marks))


def line(kind: str) -> Drawing:
    """Return an arrow of a kind."""
    points = ((0.0, HIGH / 2), (WIDE, HIGH / 2))
    way = Way(points, LINES.get(kind, "edge"), dash=DASHES.get(kind, ""), head=True)
    return Drawing(WIDE, HIGH, (way,))


def legend(setting: Setting, entries: Sequence[tuple[Drawing, str]], width: float) -> Drawing:
    """Return entries with the labels that say what they mean, in rows no wider than a width."""
    lines: list[list[Drawing]] = []
    for swatch, name in entries:
        entry = row(swatch, words(label(name), setting.lang, 10.0, "soft"), gap=5.0)
        if lines and sum(each.width + 16.0 for each in lines[-1]) + entry.width <= width:
            lines[-1].append(entry)
        else:
            lines.append([entry])
    rows = [row(*entries_, gap=16.0) for entries_ in lines]
    return column(*rows, gap=4.0, align="start").part("legend", "")
