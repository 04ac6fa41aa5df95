"""How wide a text is, from widths that common sans-serif fonts don't exceed by the word."""

import unicodedata

WIDE = frozenset("mwMW@%—…")
NARROW = frozenset("iljtfIr.,:;'|!()[]{} /·")


def text_width(text: str, size: float) -> float:
    """Return about the greatest width of a text; a Han character is one em.

    Examples
    --------
    >>> text_width("注意", 10.0)
    20.0
    """
    return size * sum(map(_em, text))


def _em(character: str) -> float:
    if character in NARROW:
        return 0.42
    if unicodedata.combining(character):
        return 0.0
    if character in WIDE or unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    return 0.78 if character.isupper() else 0.64
