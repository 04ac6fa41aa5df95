"""Texts made fit to be drawn."""

import re

LONGEST = 56
SUBSCRIPTS = str.maketrans("0123456789h", "₀₁₂₃₄₅₆₇₈₉ₕ")
NEITHER = re.compile("[^\\t\\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
UNSEEN = re.compile(  # controls that turn the direction of text, or that nobody sees
    "[\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]"
)


def clean(text: str) -> str:
    """Replace what neither XML 1.0 nor UTF-8 can hold, and controls that change how text reads.

    Examples
    --------
    >>> clean("a" + chr(0) + "b")
    'a\ufffdb'
    >>> clean("a" + chr(0x202E) + "b")
    'a\ufffdb'
    """
    return UNSEEN.sub("\ufffd", NEITHER.sub("\ufffd", text))


def shorten(text: str, longest: int = LONGEST) -> str:
    """Return a text on one line, cut with … where it is too long.

    Examples
    --------
    >>> shorten("a" * 100, 5)
    'aaaa…'
    """
    line = "".join(c if c.isprintable() else " " for c in text[: longest + 1])
    return line if len(line) <= longest else line[: longest - 1] + "…"


def subscript(number: int) -> str:
    """Return a number as a subscript.

    Examples
    --------
    >>> "q" + subscript(12)
    'q₁₂'
    """
    return str(number).translate(SUBSCRIPTS)
