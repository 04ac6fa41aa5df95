"""How wide a text is, from widths that no common font exceeds."""

import unicodedata

WIDE = frozenset("mwMW@%—…")
NARROW = frozenset("iljtfIr.,:;'|!()[]{} /")


def text_width(text: str, size: float) -> float:
    """Return an upper bound of a text's width; a Han character is one em.

    Examples
    --------
    >>> text_width("注意", 10.0)
    20.0
    """
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    if unicodedata.combining(character):
        return 0.0
    if unicodedata.east_asian_width(character) in "WF":
        return 1.0
    if character in NARROW:
        return 0.4
    if character in WIDE or unicodedata.east_asian_width(character) == "A":
        return 1.0
    return 0.75 if character.isupper() else 0.62


def shorten(text: str, longest: int = 48) -> str:
    """Return a text on one line, cut with … where it is too long.

    Examples
    --------
    >>> shorten("a" * 100, 5)
    'aaaa…'
    """
    line = "".join(c if c.isprintable() else " " for c in text)
    return line if len(line) <= longest else line[: longest - 1] + "…"
