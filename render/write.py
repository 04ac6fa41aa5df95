"""Marks as SVG: every text is measured, escaped and ours."""

import re
from collections.abc import Iterable
from itertools import groupby
from xml.sax.saxutils import escape, quoteattr

from cutaway.render.marks import Glyphs, Inset, Mark, Part, Rect, Strokes, Text, Tiles, Way
from cutaway.render.measure import missing, text_width
from cutaway.render.path import Bar, bars, path, short
from cutaway.render.scene import GAP, Bounds, Line, Outline, Point
from cutaway.render.text import LONGEST, clean, shorten
from cutaway.render.theme import Theme

DROP = 0.36  # from the middle of a line of text to its baseline, in em
WHOLE = 10_000  # characters: what a mark says was made to fit
HEAD = 3.0  # points: half the width of an arrow's head
LONG = 7.0  # points: its length


def write(marks: Iterable[Mark], theme: Theme) -> str:
    """Return marks as SVG elements."""
    written: list[str] = []
    for _, each in groupby(marks, type):
        alike = list(each)
        tiles = [mark for mark in alike if isinstance(mark, Tiles)]
        written += [_tiles(tiles, theme)] if tiles else [_mark(mark, theme) for mark in alike]
    return "".join(written)


def _mark(mark: Mark, theme: Theme) -> str:
    match mark:
        case Rect():
            return _rect(mark, theme)
        case Tiles():
            return _tiles([mark], theme)
        case Strokes(lines, ink, weight):
            drawn = path(part for a, b in lines for part in (("M", [a]), ("L", [b])))
            return f'<path d="{drawn}"{_stroke(ink, weight, "", theme)}/>'
        case Text(place, line, ink, anchor):
            return text_line(line, place, theme.colour(ink), anchor=anchor, longest=WHOLE)
        case Way():
            return _way(mark, theme)
        case Glyphs((left, top), outline):
            return glyphs(outline, left + outline.width / 2, top - GAP / 2, theme)
        case Part(kind, title, marks, nodes, data):
            attributes = f" data-node={attribute(tokens(nodes))}" if nodes else ""
            attributes += "".join(f" {key}={attribute(value)}" for key, value in data)
            name = f"<title>{plain(title)}</title>" if title else ""
            return f"<g class={attribute(kind)}{attributes}>{name}{write(marks, theme)}</g>"
        case Inset():
            raise TypeError("a scene stands on a sheet, not in a part")


def _rect(rect: Rect, theme: Theme) -> str:
    fill = theme.colour(rect.fill) if rect.fill else "none"
    look = f' rx="{rect.corner:g}"' if rect.corner else ""
    look += f' fill="{fill}"' + _stroke(rect.stroke, rect.weight, rect.dash, theme)
    return f"<rect{bounds(rect.bounds)}{look}/>"


def _tiles(tiles: Iterable[Tiles], theme: Theme) -> str:
    """Write tiles of one height and colour as lines: SVG has nothing shorter.

    Their unit is a tile, so that most places are whole numbers.
    """
    rows: dict[float, dict[str, list[Bar]]] = {}
    for each in tiles:
        for x0, y0, x1, y1 in each.bounds:
            alike = rows.setdefault(round(y1 - y0, 3), {})
            bar = (x0, (y0 + y1) / 2), x1 - x0
            alike.setdefault(theme.colour(each.fill), []).append(bar)
    written = []
    for high, colours in rows.items():
        every = [bar for at in colours.values() for bar in at]
        (left, top), unit = every[0][0], min(wide for _, wide in every)
        paths = []
        for colour, at in colours.items():
            here = [(((x - left) / unit, (y - top) / high), wide / unit) for (x, y), wide in at]
            paths.append(f'<path d="{bars(here)}" stroke="{colour}"/>')
        place = f"translate({short(left, 2)},{short(top, 2)})scale({unit:g},{high:g})"
        written.append(f'<g transform="{place}">{"".join(paths)}</g>')
    return "".join(written)


def _stroke(ink: str, weight: float, dash: str, theme: Theme) -> str:
    if not ink:
        return ""
    wide = "" if weight == 1 else f' stroke-width="{weight:g}"'
    return f' stroke="{theme.colour(ink)}"{wide}' + (f' stroke-dasharray="{dash}"' if dash else "")


def _way(way: Way, theme: Theme) -> str:
    start, *rest = way.points
    if way.curved:
        drawn = f"M{points([start])} C{points(rest)}"
    else:
        drawn = path([("M", [start]), ("L", rest)])
    fill = theme.colour(way.fill) if way.fill else "none"
    line = f'<path d="{drawn}" fill="{fill}"{_stroke(way.ink, way.weight, way.dash, theme)}/>'
    if not way.head:
        return line
    *_, base, tip = way.points
    if not way.curved:
        base = _back(base, tip)
    return line + arrowhead(base, tip, theme.colour(way.ink), HEAD)


def bounds(area: Bounds) -> str:
    """Write where an element is, as attributes."""
    x0, y0, x1, y1 = area
    return f' x="{short(x0)}" y="{short(y0)}" width="{short(x1 - x0)}" height="{short(y1 - y0)}"'


def _back(start: Point, tip: Point) -> Point:
    """Return a point on the way to a tip, as far before it as an arrow's head is long."""
    dx, dy = start[0] - tip[0], start[1] - tip[1]
    far = (dx * dx + dy * dy) ** 0.5 or 1.0
    return tip[0] + dx / far * LONG, tip[1] + dy / far * LONG


def points(line: Iterable[Point]) -> str:
    """Write points as SVG does."""
    return " ".join(f"{short(x)},{short(y)}" for x, y in line)


def text_line(
    line: Line,
    place: Point,
    ink: str,
    look: str = "",
    anchor: str = "middle",
    longest: int = LONGEST,
) -> str:
    """Return a text as SVG, at the width that was measured, whatever font shows it.

    Where the bundled fonts lack a character, the reader's font knows better how wide the text is:
    letters that join, as Arabic ones do, would come apart. There is room for an em each.
    """
    text = shorten(line.text, longest)
    wide = short(text_width(text, line.size))
    parts = [
        f'<text x="{short(place[0])}" y="{short(place[1])}" font-size="{line.size:g}"',
        *([] if anchor == "start" else [f'text-anchor="{anchor}"']),
        f'fill="{ink}"',
        *([] if missing(text) else [f'textLength="{wide}"']),
        *([f'lang="{line.lang}"'] if line.lang else []),
        *([look] if look else []),
    ]
    return f"{' '.join(parts)}>{plain(text)}</text>"


def glyphs(outline: Outline, middle: float, top: float, theme: Theme) -> str:
    """Return a formula as SVG; who can't see it reads it as text, on a page as MathML."""
    left, top = middle - outline.width / 2, top + GAP / 2
    drawn = f'<path d="{path(outline.path, left, top)}" fill="{theme.ink}"'
    if not theme.page:
        return (
            f'<g class="formula" role="img" aria-label={attribute(outline.formula.unicode)}>'
            f"{drawn}/></g>"
        )
    over = bounds((left, top, left + outline.width, top + outline.height))
    return (
        f'<g class="formula">{drawn} aria-hidden="true"/>'
        f"<foreignObject{over}>{outline.formula.mathml}</foreignObject></g>"
    )


def arrowhead(base: Point, tip: Point, ink: str, wide: float) -> str:
    """Return the head of an arrow as SVG: a triangle that touches the tip."""
    dx, dy = tip[0] - base[0], tip[1] - base[1]
    length = (dx * dx + dy * dy) ** 0.5 or 1.0
    nx, ny = -dy / length * wide, dx / length * wide
    corners = (tip, (base[0] + nx, base[1] + ny), (base[0] - nx, base[1] - ny))
    return f'<polygon points="{points(corners)}" fill="{ink}"/>'


def tokens(paths: tuple[str, ...]) -> str:
    """Return paths as a list for an attribute: spaced, white space in them as ``%20``.

    Examples
    --------
    >>> tokens(("x", "my layer/add"))
    'x my%20layer/add'
    """
    found = (re.sub(r"[%\s]", lambda c: f"%{ord(c[0]):02X}", clean(path)) for path in paths)
    return " ".join(found)


def plain(text: str) -> str:
    """Return a text as XML holds it."""
    return escape(clean(text))


def attribute(text: str) -> str:
    """Return a text as the value of an attribute, in quotes."""
    return quoteattr(clean(text))
