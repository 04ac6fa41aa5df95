"""Figure 7: one head for all tokens at once, as products of matrices."""

from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from cutaway.figures import legend
from cutaway.figures.equation import captioned, heading, level, op_sign, shapes, sign, token_names
from cutaway.figures.example import QUERY, Array
from cutaway.figures.formula import formula
from cutaway.figures.learned import bias, weight
from cutaway.figures.matrix import cells, rows
from cutaway.figures.op_box import op_box
from cutaway.figures.parts import across, beside_rows, down, symbol, total
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.render.compose import boxed, column, row
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing
from cutaway.render.scale import SHARES, Scale
from cutaway.render.words import paragraph, words

UNIT = 2.2  # points: a feature; all matrices are drawn to this scale
ROW = 20.0  # points: a token
KEY = 12.5  # points: a token where it is a column
CELL = (32.0, ROW)  # of a number
NOTES = 290.0  # points: how wide the notes are
ABOUT = "≈"
ROLES = {"query": "Q", "key": "K", "value": "V"}
STEPS = {  # between scores and weights: the family of an op, and the nodes of its box
    "arithmetic": ("attention/divide", "attention/sqrt", "attention/dim"),
    "mask": ("attention/where", "attention/constant", "not_equal", "source", "constant"),
    "softmax": ("attention/softmax",),
}


class Name(NamedTuple):
    """What a square matrix is called, and its letters: of the whole, of an entry."""

    title: str
    symbol: str
    letter: str


SCORES, WEIGHTS = Name("dot-products", r"QK^\top", "s"), Name("weights", "A", "α")


def body(setting: Setting) -> Drawing:
    """Return three equations: the projections, the weights, and their sum of the values."""
    last = row(_sum(setting), _notes(setting), gap=40.0, align="start")
    return column(_projections(setting), _weights(setting), last, gap=22.0, align="start")


def _projections(setting: Setting) -> Drawing:
    parts = [token_names(setting, ROW), _matrix(setting, "x", "X", "x", lit=True)]
    for role, letter in ROLES.items():
        if role != "query":
            parts += [Drawing(6.0, 0.0), formula("X")]
        times = op_sign(setting, "·", setting.example.head, f"{role}/matmul")
        parts += [times, _learned(setting, role, letter), sign("=")]
        parts.append(_matrix(setting, f"{role}/add", letter, letter.lower(), lit=role == "query"))
    return level(*parts)


def _weights(setting: Setting) -> Drawing:
    head = setting.example.head
    scores = _square(setting, "attention/matmul", SCORES)
    weights = _square(setting, "attention/softmax", WEIGHTS)
    if setting.values:
        weights = beside_rows(weights, "attention/softmax", _inexact(head["attention/softmax"]))
    found = level(
        token_names(setting, ROW),
        _matrix(setting, "query/add", "Q", "q", lit=True),
        op_sign(setting, "·", head, "attention/matmul"),
        _transposed(setting),
        sign("="),
        scores,
        Drawing(2.0, 0.0),
        _steps(setting),
        Drawing(2.0, 0.0),
        weights,
    )
    steps = [f"{nodes[0]}.op" for nodes in STEPS.values()]
    arrows = [
        across(found, "attention/matmul.cells", "steps"),
        *(down(found, above, below) for above, below in pairwise(steps)),
        across(found, "steps", "attention/softmax.cells"),
    ]
    return found.over(*arrows)


def _inexact(weights: Array) -> list[Drawing]:
    """Return a sign for each row whose rounded weights add up to something else than it."""
    return [words(ABOUT if ABOUT in total(row) else "", size=10.0, ink="soft") for row in weights]


def _sum(setting: Setting) -> Drawing:
    return level(
        token_names(setting, ROW),
        _square(setting, "attention/softmax", WEIGHTS, numbers=False),
        op_sign(setting, "·", setting.example.head, "attention/matmul.1"),
        _matrix(setting, "value/add", "V", "v"),
        sign("="),
        _matrix(setting, "attention/matmul.1", "Z", "z", lit=True),
    )


def _matrix(setting: Setting, path: str, name: str, letter: str, lit: bool = False) -> Drawing:
    """Return a matrix with a row for each token."""
    values = setting.example.head[path]
    look = Look(cell=(UNIT, ROW), lit=(QUERY,) if lit else ())
    symbols = [symbol(letter, i) for i in range(len(values))]
    matrix = rows(setting, values, path, name, look, symbols=symbols)
    return captioned(matrix, formula(name), shapes(setting, setting.example.head, path))


def _learned(setting: Setting, role: str, letter: str) -> Drawing:
    """Return the weight of a projection over its bias."""
    what = (setting, setting.example.head, role, letter, UNIT, f"lines.{role}")
    return captioned(weight(*what), formula(f"W^{letter}"), bias(*what))


def _transposed(setting: Setting) -> Drawing:
    path = "attention/permute_dims"
    values = setting.example.head[path]
    told = setting.told(label("transposed"))
    columns = [symbol("k", j) for j in range(values.shape[1])]
    look = Look(cell=(KEY, UNIT), columns=columns)
    matrix = rows(setting, values, path, told, look, vectors="column")
    return captioned(matrix, formula(r"K^\top"), shapes(setting, setting.example.head, path))


def _square(setting: Setting, path: str, name: Name, numbers: bool = True) -> Drawing:
    """Return the scores or the weights, with their numbers or with shades alone."""
    head, title = setting.example.head, label(name.title)
    values, places = head[path], range(len(head[path]))
    masked = np.isneginf(head["attention/where"]) if name is WEIGHTS else None
    symbols = [
        ["0" if masked is not None and masked[i, j] else symbol(name.letter, i, j) for j in places]
        for i in places
    ]
    look = Look(
        numbers=numbers,
        cell=CELL if numbers else (ROW, ROW),
        columns=setting.example.words if numbers else (),
        lit=(QUERY,),
        masked=masked,
    )
    scale = SHARES if name is WEIGHTS else Scale.of(values)
    told = setting.told(title)
    matrix = cells(setting, values, path, told, look, scale, symbols).named(path)
    above = heading(setting, title, name.symbol)
    return captioned(matrix, above, shapes(setting, head, path), f"{path}.cells")


def _steps(setting: Setting) -> Drawing:
    """Return the ops between scores and weights."""
    texts = {label("scale"): r"1 / \sqrt{d_k}", label("padding"): "", label("over-keys"): ""}
    wide = setting.words(label("over-keys"), 10).width + 8.0
    boxes = [
        op_box(setting, text, family, *nodes, width=wide, name=f"{nodes[0]}.op", latex=latex)
        for (text, latex), (family, nodes) in zip(texts.items(), STEPS.items(), strict=True)
    ]
    steps = boxed(column(*boxes, gap=14.0), "", "frame", pad=3.0)
    return replace(steps, spots={**steps.spots, "steps": (0.0, 0.0, steps.width, steps.height)})


def _notes(setting: Setting) -> Drawing:
    """Return what borders and frames mean, and which rows meet."""
    entries = [
        (legend.learned(), "learned"),
        (legend.framed(), "followed"),
        (legend.hatched(), "masked-key"),
    ]
    if setting.values:
        entries.append((legend.shades(), "shades"))
        entries.append((words(ABOUT, size=10.0, ink="soft"), "inexact"))
    texts = [paragraph(label(name), setting.lang, NOTES, 10.0) for name in ("apart", "mixing")]
    return column(*texts, legend.legend(setting, entries, NOTES), gap=8.0, align="start")


FIGURE = Figure(7, "every-token", body, source="from-head")
