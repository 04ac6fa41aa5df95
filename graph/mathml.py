"""LaTeX formulas as MathML for web pages, and as one line of Unicode for terminals."""

from html import unescape
from typing import Literal, NamedTuple
from xml.etree import ElementTree

Element = ElementTree.Element
RAISED = str.maketrans("0123456789−𝖳", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵀ")
SPACED = frozenset("+−=<>≤≥≠·⊙∧∨→")  # between two operands
BEFORE = ("operand", "word", "fraction", "close")  # what an operand may end in
PLAIN = str.maketrans("⋅\u00a0", "· ")


class _Part(NamedTuple):
    text: str
    kind: Literal["operand", "word", "fraction", "operator", "open", "close"]


def to_mathml(latex: str) -> str:
    """Return a formula as MathML; a word is one identifier, not one for each letter.

    Examples
    --------
    >>> to_mathml("x_{1}").partition(">")[2]
    '<msub><mi>x</mi><mn>1</mn></msub></math>'
    """
    return ElementTree.tostring(_tree(latex), encoding="unicode")


def to_unicode(latex: str) -> str:
    r"""Return a formula on one line.

    Examples
    --------
    >>> to_unicode(r"\frac{Q K^{\mathsf{T}}}{\sqrt{d_{k}}}")
    'QKᵀ/√d_k'
    """
    return _row([_tree(latex)])


def _tree(latex: str) -> Element:
    from latex2mathml.converter import convert_to_element

    root: Element = convert_to_element(latex)
    for element in root.iter():
        element.text = unescape(element.text) if element.text else element.text
    for element in root.iter():
        _join_letters(element)
    for element in root.iter():
        for place, child in enumerate(element):
            while child.tag == "mrow" and len(child) == 1:
                child = child[0]
            element[place] = child
    return root


def _join_letters(row: Element) -> None:
    """Make one identifier of the letters of a word."""
    word: Element | None = None
    for child in tuple(row):
        upright = child.tag == "mi" and child.get("mathvariant") == "normal"
        if upright and word is not None:
            word.text = f"{word.text}{child.text}"
            row.remove(child)
        else:
            word = child if upright else None


def _write(element: Element) -> _Part:
    """Write an element on one line."""
    text, parts = (element.text or "").translate(PLAIN), list(element)
    match element.tag:
        case "mo":
            form = element.get("form")
            if form or text in ("{", "}"):
                return _Part(text, "open" if form == "prefix" or text == "{" else "close")
            operator = not text[:1].isalpha()
            return _Part(text, "operator" if operator else "word")
        case "mfrac":
            return _Part(f"{_fenced(parts[0], '+−')}/{_fenced(parts[1])}", "fraction")
        case "msqrt":
            inner = _row(parts)
            return _Part(f"√{inner if _is_one(parts) else f'({inner})'}", "operand")
        case "msub" | "msup" | "msubsup":
            written = _fenced(parts[0])
            if element.tag != "msup":
                written += f"_{_fenced(parts[1])}"
            if element.tag != "msub":
                written += _raised(parts[-1])
            return _Part(written, "word" if _write(parts[0]).kind == "word" else "operand")
        case "mtable":
            rows = (" ".join(_row(list(cell)) for cell in row) for row in parts)
            return _Part(f"{'; '.join(rows)}}}", "operand")
        case "mi" | "mn" | "mtext":
            return _Part(text, "word" if len(text) > 1 and element.tag == "mi" else "operand")
        case _:
            if len(parts) == 1:
                return _write(parts[0])
            return _Part(_row(parts), "operand")


def _fenced(element: Element, where: str = "") -> str:
    """Write an operand; in parentheses if it is a row (with one of those operators in it)."""
    text = _write(element).text
    parts = list(element) if element.tag == "mrow" else []
    own = any(c in where for part in parts if part.tag == "mo" for c in part.text or "")
    loose = element.tag == "mfrac" or (len(parts) > 1 and not _is_call(parts))
    return f"({text})" if loose and (own or not where or element.tag == "mfrac") else text


def _is_one(parts: list[Element]) -> bool:
    return len(parts) == 1 and parts[0].tag in ("mi", "mn", "msub")


def _is_call(parts: list[Element]) -> bool:
    """Say whether a row is one thing in parentheses of its own."""
    return (parts[0].get("form"), parts[-1].get("form")) == ("prefix", "postfix")


def _raised(element: Element) -> str:
    text = _write(element).text
    raised = text.translate(RAISED)
    if text and all(c in "0123456789−𝖳" for c in text):
        return raised
    return f"^{_fenced(element)}"


def _row(elements: list[Element]) -> str:
    """Join parts: operators spaced, factors side by side unless they would be one word."""
    parts = [_write(element) for element in elements]
    text, last = "", _Part("", "open")
    for place, part in enumerate(parts):
        after = parts[place + 1].kind if place + 1 < len(parts) else "close"
        factors = last.kind in BEFORE or after in ("operand", "word", "fraction", "open")
        written = f"({part.text})" if part.kind == "fraction" and factors else part.text
        if part.kind == "operator" and last.kind in BEFORE and part.text in SPACED:
            written = f" {written} "
        elif part.text == ",":
            written = ", "
        elif text[-1:].isalnum() and written[:1].isalnum() and "word" in (last.kind, part.kind):
            written = f" {written}"
        text, last = text + written, part
    return text
