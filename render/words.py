"""Texts as drawings, with the same room in every language."""

from cutaway.graph import Title
from cutaway.render.compose import SHARES, Align
from cutaway.render.marks import Drawing, Text
from cutaway.render.measure import text_width
from cutaway.render.scene import LANGUAGES, Language, Line
from cutaway.render.text import clean, shorten
from cutaway.render.wrap import wrap
from cutaway.render.write import DROP

SMALLER = 10.0 / 11  # the second language beside the first
LEAST = 10.0  # points


def words(
    text: Title | str,
    lang: Language = "en",
    size: float = 11.0,
    ink: str = "ink",
    align: Align = "start",
    aside: bool = False,
    level: Align = "middle",
) -> Drawing:
    """Return a text on one line, in both languages on two, or with ``aside`` on one.

    A plain text is a name, a symbol or a number: it is shortened, and the same in all languages.

    Parameters
    ----------
    level
        Where fewer lines than in another language stand in the room of those.

    Examples
    --------
    >>> from cutaway.graph import Title
    >>> title = Title("Mask", "掩码")
    >>> {lang: [mark.line.text for mark in words(title, lang).marks] for lang in LANGUAGES}
    {'en': ['Mask'], 'zh': ['掩码'], 'both': ['掩码', 'Mask']}
    >>> len({words(title, lang).width for lang in LANGUAGES})
    1
    """
    lines = {each: _lines(text, each, size, aside) for each in LANGUAGES}
    return _stacked(lines, lang, ink, align, level)


def paragraph(
    text: Title,
    lang: Language,
    width: float,
    size: float = 11.0,
    ink: str = "soft",
    level: Align = "start",
) -> Drawing:
    """Return a text of several lines, broken where a width ends.

    Examples
    --------
    >>> from cutaway.graph import Title
    >>> found = paragraph(Title("to be or not to be", "生存还是毁灭"), "en", 60)
    >>> [mark.line.text for mark in found.marks]
    ['to be or', 'not to be']
    """
    english = [Line(line, "en", size) for line in wrap(text.en, width, size)]
    chinese = [Line(line, "zh-CN", size) for line in wrap(text.zh, width, size)]
    both = chinese + english if text.en != text.zh else english
    lines = {"en": english, "zh": chinese, "both": both}
    return _stacked({each: lines[each] for each in LANGUAGES}, lang, ink, "start", level, width)


def _lines(text: Title | str, lang: Language, size: float, aside: bool) -> list[Line]:
    if isinstance(text, str):
        return [Line(shorten(clean(text)), "", size)]
    english, chinese = Line(text.en, "en", size), Line(text.zh, "zh-CN", size)
    if lang == "en" or text.en == text.zh:
        return [english]
    if lang == "zh":
        return [chinese]
    if aside:
        return [Line(f"{text.zh} {text.en}", "zh-CN", size)]
    return [chinese, Line(text.en, "en", max(LEAST, round(size * SMALLER, 1)))]


def _stacked(
    lines: dict[Language, list[Line]],
    lang: Language,
    ink: str,
    align: Align,
    level: Align,
    width: float = 0.0,
) -> Drawing:
    """Return lines in the room that they need in the language that needs most."""
    wide = max(width, *(text_width(x.text, x.size) for each in lines.values() for x in each), 0.0)
    high = max(sum(line.height for line in each) for each in lines.values())
    own = lines[lang]
    top = (high - sum(line.height for line in own)) * SHARES[level]
    x = wide * SHARES[align]
    marks = []
    for line in own:
        base = top + line.height / 2 + line.size * DROP
        marks.append(Text((x, base), line, ink, align))
        top += line.height
    return Drawing(wide, high, tuple(marks))
