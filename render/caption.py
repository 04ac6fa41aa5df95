"""A text under the picture, in lines as wide as there is room."""

import re

from cutaway.render.legend import NARROWEST
from cutaway.render.measure import text_width

SIZE = 11.0
ROW = 15.0
WIDEST = 640.0  # points: a longer line is hard to read
BEGINS, ENDS = (
    "（「『《【〈“‘",
    "，。、；：！？）」』》】〉…”’",
)  # that a line must not end, or begin, with
HAN = "\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef"
PIECE = re.compile(rf"[{BEGINS}]*(?:[{HAN}]|[^\s{HAN}{BEGINS}{ENDS}]+|[^\s])[{ENDS}]*| +")


def wrapped(text: str, width: float) -> tuple[str, ...]:
    """Return a text in lines: between words, and between any two Han characters.

    Parameters
    ----------
    width
        That of the picture, in points; a narrow picture has a caption that is wider.

    Examples
    --------
    >>> wrapped("The scores of one query, scaled, masked, and made weights by a softmax.", 0)
    ('The scores of one query, scaled, masked, and made weights', 'by a softmax.')
    >>> wrapped("注意力权重之和为一。" * 4, 0)
    ('注意力权重之和为一。注意力权重之和为一。注意力权重之和为', '一。注意力权重之和为一。')
    """
    room = min(max(width, NARROWEST), WIDEST)
    return tuple(line for part in text.splitlines() for line in _lines(part, room))


def _lines(text: str, room: float) -> list[str]:
    printable = "".join(c if c.isprintable() else " " for c in text)
    lines = [""]
    for piece in PIECE.findall(printable):
        for part in [piece] if text_width(piece, SIZE) <= room else piece:
            if text_width((lines[-1] + part).rstrip(), SIZE) > room:
                lines.append("")
            lines[-1] += part if lines[-1] else part.lstrip()
    return [line.rstrip() for line in lines]


def height(lines: tuple[str, ...]) -> float:
    """Return the room that lines take, a gap above them included."""
    return ROW * len(lines) + ROW / 2 if lines else 0.0
