"""Figure 5: the attention matrix, from scores to weights."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cutaway.figures import legend
from cutaway.figures.example import QUERY, Array
from cutaway.figures.matrix import cells
from cutaway.figures.parts import across, beside_rows, symbol, total
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.graph import Title, Trace
from cutaway.render.compose import column, padded, row
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing
from cutaway.render.scale import INFINITE, SHARES, Scale
from cutaway.render.words import words

CELL = (32.5, 31.0)
BETWEEN = 22.0  # points between two matrices: an arrow stands there
BAR = 64.0  # points: a scale
SCORES = ("attention/permute_dims", "attention/matmul")  # what makes each matrix, itself last
MASKED = ("attention/dim", "attention/sqrt", "attention/divide", "attention/constant")
MASKS = {False: ("source", "constant", "not_equal"), True: ("causal_mask",)}  # causal?


class Stage(NamedTuple):
    """A matrix on the way: its title, what makes it, its entries' letter and shades.

    ``hidden`` is what the masked entries are.
    """

    title: Title
    nodes: tuple[str, ...]
    letter: str
    scale: Scale
    masked: Array
    hidden: str = ""

    @property
    def path(self) -> str:
        """Where its node is."""
        return self.nodes[-1]


def body(setting: Setting) -> Drawing:
    """Return scores, masked and scaled scores, and weights, side by side."""
    stages = _stages(setting)
    matrices = [_matrix(setting, stage, first=stage is stages[0]) for stage in stages]
    drawing = row(*matrices, gap=BETWEEN, align="start")
    spots = [f"{stage.path}.cells" for stage in stages]
    drawing = drawing.over(*(across(drawing, a, b) for a, b in pairwise(spots)))
    weights = stages[-1].path
    sums = [total(line) if setting.values else "Σ = 1" for line in _trace(setting)[weights]]
    drawing = beside_rows(drawing, weights, [setting.words(text, 10, "soft") for text in sums])
    return column(drawing, _legend(setting, drawing.width), gap=14.0, align="start")


def _trace(setting: Setting) -> Trace:
    return setting.example.causal if setting.causal else setting.example.head


def _stages(setting: Setting) -> tuple[Stage, ...]:
    trace = _trace(setting)
    masking = (*MASKED, *MASKS[setting.causal], "attention/where")
    scores, scaled = trace[SCORES[-1]], trace[masking[-1]]
    masked, nothing = np.isneginf(scaled), np.zeros(scores.shape, bool)
    title = label("scaled-causal" if setting.causal else "scaled-padding")
    softmax = ("attention/softmax",)
    return (
        Stage(label("scores"), SCORES, "s", Scale.of(scores), nothing),
        Stage(title, masking, "s′", Scale.of(scaled), masked, INFINITE),
        Stage(label("weights"), softmax, "α", SHARES, masked, "0"),
    )


def _matrix(setting: Setting, stage: Stage, first: bool) -> Drawing:
    """Return a matrix between its title and its scale."""
    names, values = setting.example.words, _trace(setting)[stage.path]
    told, lang = setting.told(stage.title), setting.lang
    rows = names if first else ()
    look = Look(cell=CELL, rows=rows, columns=names, lit=(QUERY,), masked=stage.masked)
    matrix = cells(setting, values, stage.path, told, look, stage.scale, _symbols(stage))
    matrix = matrix.named(stage.path)
    title = words(stage.title, lang, level="end").part("step", told, *stage.nodes)
    axes = words(label("axes"), lang, 10, "soft", aside=True)
    left = matrix.spots[f"{stage.path}.cells"][0]
    above = padded(column(title, axes, gap=2.0, align="start"), left, 0.0, 0.0)
    parts = [above, matrix]
    if setting.values:
        parts.append(padded(stage.scale.bar(BAR, values), left, 0.0, 0.0))
    return column(*parts, gap=6.0, align="start")


def _symbols(stage: Stage) -> list[list[str]]:
    """Return the names of the entries; of masked ones what they are."""
    return [
        [stage.hidden if hidden else symbol(stage.letter, i, j) for j, hidden in enumerate(line)]
        for i, line in enumerate(stage.masked)
    ]


def _legend(setting: Setting, width: float) -> Drawing:
    entries = [(legend.framed(), "followed-query"), (legend.hatched(), "masked-entry")]
    return legend.legend(setting, entries, width)


FIGURE = Figure(5, "attention-matrix", body, source="from-head")
