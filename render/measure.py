"""How wide a text is, in the bundled fonts."""

import unicodedata
from functools import lru_cache
from importlib import resources
from io import BytesIO
from typing import Any

FAMILIES = ("Noto Sans", "Noto Sans CJK SC")  # in the order in which they are tried
FILES = ("NotoSans.ttf", "NotoSansSC.otf")


def text_width(text: str, size: float) -> float:
    """Return the width of a text; a Han character is one em.

    Examples
    --------
    >>> text_width("注意", 10.0)
    20.0
    """
    return round(size * sum(map(_em, text)), 3)


def missing(text: str) -> str:
    """Return the characters of a text that the bundled fonts lack, once each.

    Examples
    --------
    >>> missing("√d 注意 \U0001f642")
    '🙂'
    """
    found = dict.fromkeys(c for c in text if c not in _advances() and c > " " and not _marks(c))
    return "".join(found)


@lru_cache(maxsize=4096)
def _em(character: str) -> float:
    advance = _advances().get(character)
    if advance is not None:
        return advance
    bare = unicodedata.combining(character) or _marks(character)
    return 0.0 if bare else 1.0  # some font's, or a box


def _marks(character: str) -> bool:
    """Say whether it only says how the one before it is drawn: a variation selector."""
    return "\ufe00" <= character <= "\ufe0f"


@lru_cache(maxsize=1)
def _advances() -> dict[str, float]:
    """Return the width of every character of the bundled fonts, in em."""
    found: dict[str, float] = {}
    for file in reversed(FILES):
        font = _font(file)
        widths, unit = font["hmtx"].metrics, font["head"].unitsPerEm
        found |= {chr(c): widths[name][0] / unit for c, name in font.getBestCmap().items()}
    return found


def _font(file: str) -> Any:
    from fontTools.ttLib import TTFont

    return TTFont(BytesIO(resources.files(__package__).joinpath("fonts", file).read_bytes()))
