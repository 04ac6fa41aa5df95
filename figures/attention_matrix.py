"""Figure 5: the attention matrix, from scores to weights."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cutaway.figures.example import QUERY, Array
from cutaway.figures.matrix import cells
from cutaway.figures.parts import across, beside_rows, symbol, total
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import joined, label
from cutaway.graph import Title, Trace
from cutaway.render.compose import column, row
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing
from cutaway.render.scale import SHARES, Scale

CELL = (31.0, 31.0)
BETWEEN = 26.0  # points between two matrices: an arrow stands there


class Stage(NamedTuple):
    """A matrix on the way: its node, its title, the letter of its entries."""

    path: str
    title: Title
    letter: str
    masked: Array | None
    scale: Scale


def body(setting: Setting) -> Drawing:
    """Return scores, masked and scaled scores, and weights, side by side."""
    stages = _stages(setting)
    drawing = row(
        *(_matrix(setting, stage, first=stage is stages[0]) for stage in stages),
        gap=BETWEEN,
        align="start",
    )
    spots = [f"{stage.path}.cells" for stage in stages]
    drawing = drawing.over(*(across(drawing, a, b) for a, b in pairwise(spots)))
    weights = stages[-1].path
    values = _trace(setting)[weights]
    sums = [total(line) if setting.values else "Σ = 1" for line in values]
    notes = [setting.words(text, 10, "soft") for text in sums]
    return beside_rows(drawing, weights, notes)


def _trace(setting: Setting) -> Trace:
    return setting.example.causal if setting.causal else setting.example.head


def _stages(setting: Setting) -> tuple[Stage, ...]:
    trace = _trace(setting)
    scaled = joined(label("scaled"), label("causal" if setting.causal else "padding"))
    scores, hidden = trace["attention/matmul"], np.isneginf(trace["attention/where"])
    return (
        Stage("attention/matmul", label("scores"), "s", None, Scale.of(scores)),
        Stage("attention/where", scaled, "s′", hidden, Scale.of(trace["attention/where"])),
        Stage("attention/softmax", label("weights"), "α", hidden, SHARES),
    )


def _matrix(setting: Setting, stage: Stage, first: bool) -> Drawing:
    words, values = setting.example.words, _trace(setting)[stage.path]
    places = range(len(words))
    symbols = [[symbol(stage.letter, i, j) for j in places] for i in places]
    look = Look(
        cell=CELL, rows=words if first else (), columns=words, lit=(QUERY,), masked=stage.masked
    )
    matrix = cells(setting, values, stage.path, stage.title.en, look, stage.scale, symbols)
    parts = [
        setting.words(stage.title),
        setting.words(label("axes"), 10, "soft"),
        matrix.named(stage.path),
        *([stage.scale.bar()] if setting.values else []),
    ]
    return column(*parts, gap=6.0, align="end")


FIGURE = Figure(5, "attention-matrix", body)
