"""Texts broken into lines where a width ends."""

from collections.abc import Iterator

from cutaway.render.measure import text_width

OPENING = "（「『《【〈“‘"  # what no line ends with
CLOSING = "，。、；：！？）」』》】〉…”’·%"  # what no line begins with


def wrap(text: str, width: float, size: float) -> tuple[str, ...]:
    """Return a text in lines: between words, and between Han characters.

    A word that is wider than a line is cut.

    Examples
    --------
    >>> wrap("to be or not to be", 60, 11)
    ('to be or', 'not to be')
    >>> wrap("生存，还是毁灭？", 44, 11)
    ('生存，还', '是毁灭？')

    Nor does the last line hold one character alone.

    >>> wrap("生存或毁灭。", 44, 11)
    ('生存或', '毁灭。')
    """
    return tuple(line for part in text.splitlines() for line in _lines(part, width, size))


def _lines(text: str, width: float, size: float) -> list[str]:
    lines: list[list[str]] = [[]]
    for unit in _units("".join(c if c.isprintable() else " " for c in text)):
        for part in [unit] if text_width(unit.rstrip(), size) <= width else unit:
            if lines[-1] and text_width("".join((*lines[-1], part)).rstrip(), size) > width:
                lines.append([])
            if kept := part if lines[-1] else part.lstrip():
                lines[-1].append(kept)
    if len(lines) > 1 and len(lines[-1]) == 1 and len(lines[-2]) > 1 and _is_han(lines[-1][0]):
        lines[-1].insert(0, lines[-2].pop())
    return ["".join(line).rstrip() for line in lines]


def _units(text: str) -> Iterator[str]:
    """Return what lines are not broken in: words with the space after them, Han characters."""
    unit = ""
    for character in text:
        if unit and not _glued(unit[-1], character):
            yield unit
            unit = ""
        unit += character
    if unit:
        yield unit


def _glued(before: str, after: str) -> bool:
    if after in CLOSING or before in OPENING or after == " ":
        return True
    return before != " " and _latin(before) and _latin(after)


def _is_han(unit: str) -> bool:
    return not _latin(unit[0])


def _latin(character: str) -> bool:
    return character < "\u2e80" and character not in CLOSING
