"""What is said of a node, line by line."""

from collections.abc import Callable, Mapping

from cutaway.graph import Constant, Input, Node, Parameter, Title
from cutaway.ops import Size
from cutaway.render.measure import text_width
from cutaway.render.scene import LANGUAGES, TAGS, Language, Line, Point, Role
from cutaway.render.text import shorten

SMALL = 10.0
Lines = tuple[Line, ...]


def role_of(node: Node) -> Role:
    """Return what kind of box a node is."""
    if isinstance(node.op, Input):
        return "input"
    if isinstance(node.op, Parameter):
        return "parameter"
    return "constant" if isinstance(node.op, Constant | Size) else "op"


def label(
    node: Node,
    lang: Language,
    formula: str = "",
    shape: str = "",
    title: Title | None = None,
    note: Title | None = None,
) -> tuple[Line, ...]:
    """Return a node's title or name, then a note, its formula and its shape if they are given.

    A ``note`` stands in place of the name that an op was given.

    Examples
    --------
    >>> import cutaway as ca
    >>> [line.text for line in label(ca.ops.softmax(ca.input("x", "T S")), "both")]
    ['Softmax']
    >>> [line.text for line in label(ca.input("x", "T S"), "zh", shape="(T, S)")]
    ['x', '(T, S)']
    """
    role, op = role_of(node), node.op
    if title is not None:
        lines = bilingual(title, lang)
    elif role in ("input", "parameter"):
        lines = [Line(node.name)]
    elif isinstance(op, Size) or (isinstance(op, Constant) and op.value.size == 1):
        lines = [Line(op.text())]
    else:
        lines = bilingual(op.title, lang)
    if note:
        lines.append(noted(note, lang))
    elif role == "op" and node.name != op.name:
        lines.append(Line(node.name))
    lines += [Line(text, size=SMALL) for text in (formula, shape) if text]
    return tuple(lines)


def bilingual(title: Title, lang: Language, before: str = "") -> list[Line]:
    """Return a title in a language; in both, Chinese first and English smaller."""
    if lang == "en" or title.en == title.zh:
        return [Line(before + title.en, "en")]
    chinese = Line(before + title.zh, "zh-CN")
    return [chinese] if lang == "zh" else [chinese, Line(title.en, "en", SMALL)]


def noted(note: Title, lang: Language) -> Line:
    """Return what stands under a title."""
    return Line(one_line(note, lang), TAGS[lang], SMALL)


def one_line(title: Title, lang: Language) -> str:
    """Return a title on one line; in both languages, Chinese first."""
    if title.en == title.zh:
        return title.en
    return {"en": title.en, "zh": title.zh, "both": f"{title.zh} {title.en}"}[lang]


def all_languages(lines: Callable[[Language], Lines]) -> dict[Language, Lines]:
    """Return what is said in each language: boxes have the same size in all."""
    return {lang: lines(lang) for lang in LANGUAGES}


def room(texts: Mapping[Language, Lines]) -> Point:
    """Return the width and the height of lines in the language that needs most."""
    wide = max(text_width(shorten(x.text), x.size) for lines in texts.values() for x in lines)
    return wide, max(sum(line.height for line in lines) for lines in texts.values())
