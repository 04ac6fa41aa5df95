"""Formulas in figures, whole or in pieces that are underlined."""

from collections.abc import Iterable

from cutaway.graph import Formula
from cutaway.graph.errors import explain
from cutaway.render.compose import layered
from cutaway.render.errors import RenderError
from cutaway.render.marks import Drawing, Glyphs, Mark, Part, Rect
from cutaway.render.scene import Outline
from cutaway.render.typeset import SIZE, typeset

SYMBOL = 13.0  # points: the letters of an equation
BAR = 4.0  # points: the height of what underlines a piece of a formula
APART = 4.0  # points between pieces
LARGER = 1.5  # than formulas in boxes


def formula(latex: str, size: float = SYMBOL) -> Drawing:
    """Return a formula.

    Raises
    ------
    RenderError
        If the font lacks a sign of it.

    Examples
    --------
    >>> formula("W^Q").height > 5
    True
    """
    outline = _typeset(latex, size / SIZE)
    return Drawing(outline.width, outline.height, (Glyphs((0.0, 0.0), outline),))


def pieces(parts: Iterable[tuple[str, str]]) -> Drawing:
    """Return a formula in pieces, each underlined in a colour.

    Parameters
    ----------
    parts
        Of each piece its LaTeX and the colour, such as ``boxes.softmax``; no colour underlines
        nothing.
    """
    found = [(_typeset(latex, LARGER), ink) for latex, ink in parts]
    base = max(outline.base for outline, _ in found)
    deep = max(outline.height - outline.base for outline, _ in found)
    x, placed = 0.0, []
    for outline, ink in found:
        marks: list[Mark] = [Glyphs((x, base - outline.base), outline)]
        if ink:
            low = base + deep + 2.0
            marks.append(Rect((x, low, x + outline.width, low + BAR), ink, "edge", 0.5))
        placed.append(Drawing(0.0, 0.0, (Part("piece", outline.formula.unicode, tuple(marks)),)))
        x += outline.width + APART
    return layered(x - APART, base + deep + 2.0 + BAR, placed)


def _typeset(latex: str, factor: float) -> Outline:
    outline = typeset(Formula(latex, latex))
    if outline is None:
        raise RenderError(
            explain("a formula cannot be typeset", required="signs that its font has", came=latex)
        )
    return outline.scaled(factor)
