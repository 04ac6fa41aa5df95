"""Fonts made for a test."""

from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.ttGlyphPen import TTGlyphPen


def font(file: Path, characters: str) -> None:
    """Write a font in which these characters are black squares."""
    pen = TTGlyphPen(None)
    for n, point in enumerate([(0, 0), (0, 700), (700, 700), (700, 0)]):
        pen.lineTo(point) if n else pen.moveTo(point)
    pen.closePath()
    names = [".notdef", *(f"g{n}" for n in range(len(characters)))]
    builder = FontBuilder(1000, isTTF=True)
    builder.setupGlyphOrder(names)
    builder.setupCharacterMap({ord(c): f"g{n}" for n, c in enumerate(characters)})
    builder.setupGlyf(dict.fromkeys(names, pen.glyph()))
    builder.setupHorizontalMetrics(dict.fromkeys(names, (1000, 0)))
    builder.setupHorizontalHeader(ascent=800, descent=-200)
    names_of = {"familyName": "Squares", "styleName": "Regular", "uniqueFontIdentifier": "Squares"}
    builder.setupNameTable({**names_of, "fullName": "Squares", "psName": "Squares-Regular"})
    builder.setupOS2(sTypoAscender=800, sTypoDescender=-200)
    builder.setupPost()
    builder.save(file)
