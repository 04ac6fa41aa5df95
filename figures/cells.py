"""What stands in the columns of figures 3, 4 and 6: tokens, vectors as strips, single numbers."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from cutaway.figures.columns import NAMES, WIDE
from cutaway.figures.example import QUERY, Array
from cutaway.figures.formula import formula
from cutaway.figures.matrix import cells, over_rows
from cutaway.figures.spec import Setting
from cutaway.figures.texts import label
from cutaway.render.compose import boxed, column, row, sized
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing, Text
from cutaway.render.measure import text_width
from cutaway.render.scale import Scale
from cutaway.render.words import words

HIGH = 20.0  # points: a number's cell
STRIP = 16.0  # a vector
SMALL = 10.0  # a symbol
PLAIN = Scale(float("inf"))  # no shades


def told(setting: Setting, name: str) -> str:
    """Return what a part is called, for those who can't see it."""
    return setting.told(label(name))


def named(setting: Setting, name: str, latex: str = "") -> Drawing:
    """Return what a step is called, with its formula under it."""
    text = words(label(name), setting.lang, aside=True)
    parts = [text, formula(latex, SMALL)] if latex else [text]
    return sized(column(*parts, gap=2.0, align="start"), NAMES, align=("start", "middle"))


def said(setting: Setting, name: str, latex: str = "") -> Drawing:
    """Return a label and its formula on one line, close to each other in every language."""
    text = words(label(name), setting.lang, aside=True)
    own = max(text_width(t.line.text, t.line.size) for t in text.marks if isinstance(t, Text))
    text = replace(text, width=own)
    return row(text, formula(latex, SMALL), gap=8.0) if latex else text


def signs(texts: Sequence[str]) -> list[Drawing | None]:
    """Return symbols, as they stand before cells."""
    return [words(text, size=SMALL) if text else None for text in texts]


def tokens(setting: Setting) -> list[Drawing]:
    """Return the tokens of the sentence: what the columns are about."""
    return [
        boxed(sized(words(word), WIDE - 8.0), "leaves.input", pad=4.0, corner=8.0).part(
            "token", f"{told(setting, 'token')} {word}", setting.example.token("source", number)
        )
        for number, word in enumerate(setting.example.words)
    ]


def strip(
    setting: Setting,
    values: Array,
    node: str,
    name: str,
    scale: Scale,
    border: str,
    masked: bool = False,
) -> Drawing:
    """Return a vector as a strip of shades."""
    hidden = np.full((1, len(values)), masked)
    look = Look(numbers=False, cell=(WIDE / len(values), STRIP), border=border, masked=hidden)
    return cells(setting, values[None, :], node, name, look, scale)


def numbers(
    setting: Setting,
    values: Array,
    symbols: Sequence[str | Drawing],
    nodes: Sequence[str],
    name: str,
    scale: Scale,
    masked: Sequence[bool],
) -> list[Drawing]:
    """Return a cell with a number for each column, or with its symbol, which may be typeset."""
    found = []
    for value, text, node, hidden in zip(values, symbols, nodes, masked, strict=True):
        look = Look(cell=(WIDE, HIGH), masked=np.full((1, 1), hidden))
        one = np.reshape(value, (1, 1))
        written = text if isinstance(text, str) else ""
        cell = cells(setting, one, node, told(setting, name), look, scale, [[written]])
        typeset = () if setting.values or isinstance(text, str) else (text,)
        found.append(over_rows(cell, typeset))
    return found


def scaled_score(place: int) -> Drawing:
    """Return the symbol of a scaled score of the query."""
    return formula(rf"s_{{{QUERY + 1}{place + 1}}} / \sqrt{{d_k}}", SMALL)


def box(text: str, fill: str, name: str, node: str, wide: float) -> Drawing:
    """Return a small box with a symbol in it: an op, or a value that isn't drawn cell by cell."""
    inner = sized(words(text, size=SMALL), wide - 8.0)
    return boxed(inner, fill, pad=4.0).part("op", name, node)
