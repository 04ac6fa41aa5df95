"""Words joined by lines that are as heavy as their weights."""

from collections.abc import Sequence

import numpy as np

from cutaway.figures.texts import label
from cutaway.render.compose import Align, column, padded, row
from cutaway.render.grid import Array
from cutaway.render.marks import Drawing, Mark, Way
from cutaway.render.scale import SHARES
from cutaway.render.scene import Language
from cutaway.render.words import words

APART = 120.0  # points between the words of an alignment
LEAST = 0.03  # a weight below it joins no words


def alignment(
    weights: Array, queries: Sequence[str], keys: Sequence[str], lang: Language
) -> Drawing:
    """Return queries at the left and keys at the right, with lines between them."""
    left = [padded(words(text, size=11, align="end"), 0.0, 3.0) for text in queries]
    right = [padded(words(text, size=11), 0.0, 3.0) for text in keys]
    sides = _side("query", left, "end", lang), _side("key", right, "start", lang)
    drawing = row(*sides, gap=APART, align="start")
    lines: list[Mark] = []
    for i, j in sorted(np.ndindex(weights.shape), key=lambda at: float(weights[at])):
        weight = float(weights[i, j])
        if weight >= LEAST:
            _, top, x0, bottom = drawing.spots[f"query.{i}"]
            x1, above, _, below = drawing.spots[f"key.{j}"]
            y0, y1 = (top + bottom) / 2, (above + below) / 2
            bend = (x1 - x0) / 2
            curve = ((x0 + 4, y0), (x0 + bend, y0), (x1 - bend, y1), (x1 - 4, y1))
            lines.append(Way(curve, SHARES.line(weight), 0.5 + 5 * weight, curved=True))
    return drawing.under(*lines)


def _side(title: str, texts: Sequence[Drawing], align: Align, lang: Language) -> Drawing:
    heading = words(label(title), lang, 10, "soft", aside=True)
    names = [text.named(f"{title}.{n}") for n, text in enumerate(texts)]
    return column(heading, *names, gap=2.0, align=align)
