"""What a legend explains: leaves, families, lines, and the roles that colours tell."""

from collections.abc import Collection, Iterator
from typing import get_args

from cutaway.render import glossary
from cutaway.render.arrows import Bundle
from cutaway.render.label import one_line
from cutaway.render.lit import Lit
from cutaway.render.scene import Box, Language, Role, Sign, Stroke
from cutaway.render.tint import Tint

LEAVES: tuple[Role, ...] = ("input", "parameter", "constant")


def signs(
    boxes: Collection[Box],
    bundles: Collection[Bundle],
    lit: Lit,
    lang: Language,
    tint: Tint | None = None,
) -> Iterator[Sign]:
    """Return the entries for what is there."""
    yield from _kinds(boxes, lang) if tint is None else tint.signs(lang)
    if lit.nodes:
        words = glossary.LEGEND["way" if lit.axes else "lit"]
        words = (tint and tint.lit) or words
        yield Sign(one_line(words, lang), stroke="data", lit=True)
    strokes = {bundle.stroke for bundle in bundles}
    for stroke in get_args(Stroke):
        if stroke in strokes:
            yield Sign(one_line(glossary.LEGEND[stroke], lang), stroke=stroke, line=stroke)
    roles = {bundle.role for bundle in bundles}
    for name in glossary.ROLES:
        if name in roles:
            yield Sign(one_line(glossary.LEGEND[name], lang), stroke="data", line=name)


def _kinds(boxes: Collection[Box], lang: Language) -> Iterator[Sign]:
    """Return the entries for the colours of boxes."""
    there = {box.role for box in boxes}
    families = {box.family: box for box in boxes if box.role in ("op", "group")}
    for role in LEAVES:
        if role in there:
            yield Sign(one_line(glossary.LEGEND[role], lang), role=role)
    for family, words in glossary.FAMILIES.items():
        if family in families:
            yield Sign(one_line(words, lang), role=families[family].role, family=family)
