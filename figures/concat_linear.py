"""Figure 9: the heads beside each other, then a linear map; one number traced back to all."""

from collections.abc import Sequence

import numpy as np

from cutaway.figures import legend
from cutaway.figures.equation import (
    NEAR,
    captioned,
    heading,
    level,
    op_sign,
    shapes,
    sign,
    token_names,
)
from cutaway.figures.example import QUERY, Array
from cutaway.figures.formula import formula
from cutaway.figures.learned import bias, weight
from cutaway.figures.matrix import over_rows, rows
from cutaway.figures.op_box import op_box
from cutaway.figures.parts import down
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.graph import Graph, input, parameter, scope
from cutaway.ops import add, matmul, reshape
from cutaway.ops import sum as sum_over
from cutaway.render.compose import column, layered, row, sized
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing, Part, Rect, Text
from cutaway.render.scale import Scale, number
from cutaway.render.scene import Bounds, Line
from cutaway.render.text import SUBSCRIPTS
from cutaway.render.words import paragraph, words
from cutaway.render.write import DROP

UNIT = 3.0  # points: a feature; all matrices are drawn to this scale
ROW = 20.0  # points: a token
STRIP = 15.0  # points: what tells whose columns or rows they are
CHIP = (48.0, 22.0)  # points: a number of the sum that is traced back
FEATURE = 21  # the output that is traced back, of the token that is followed
OUTPUT = "self_attention/output"
CONCAT = "concat"
SIZE, SYMBOL, STEP = 10.0, 10.5, 20.0
WIDTH = "h·d_v"  # how many features all heads make
Z, JOINED = "self_attention/attention/matmul.1", f"{OUTPUT}/reshape"
EACH, ALL, BIAS = "by_head/matmul", "by_head/add", "by_head/bias"


def by_head() -> Graph:
    """Return concatenation and linear map as a sum over the heads: each meets its own rows of W."""
    z = input("z", "h S d_v")
    with scope("by_head"):
        parts = reshape(parameter("weight", "h*d_v d_model"), "h d_v d_model")
        each = matmul(z, parts)
        return Graph(add(sum_over(each, axis=0), parameter("bias", "d_model")))


def shares(setting: Setting) -> Array:
    """Return what each head adds to the output that is traced back."""
    layer = setting.example.layer
    heads, weight = layer[Z][0].astype(float), layer[f"{OUTPUT}/weight"].astype(float)
    parts = weight.reshape(len(heads), -1, weight.shape[-1])
    return np.asarray([z[QUERY] @ w[:, FEATURE] for z, w in zip(heads, parts, strict=True)])


def body(setting: Setting) -> Drawing:
    """Return the heads over the equation, and one of its numbers as a sum over the heads."""
    upper = row(_heads(setting), _traced(setting), gap=36.0)
    whole = column(upper, _equation(setting), gap=26.0, align="start")
    arrows = [down(whole, f"{Z}.{head}", CONCAT) for head in _heads_of(setting)]
    whole = whole.over(*arrows, down(whole, CONCAT, f"{JOINED}.strips"))
    return column(whole, _legend(setting, whole.width), gap=18.0, align="start")


def _heads_of(setting: Setting) -> range:
    return range(len(setting.example.layer[Z][0]))


def _index(setting: Setting, head: int) -> str:
    """Return which head it is: of h heads two are named, and the last."""
    return str(head + 1) if setting.values else ("1", "2", "", "h")[head]


def _symbol(setting: Setting, head: int) -> str:
    index = _index(setting, head)
    return f"Z{index.translate(SUBSCRIPTS)}" if index else "…"


def _heads(setting: Setting) -> Drawing:
    """Return the result of each head over the op that joins them."""
    layer = setting.example.layer
    drawn = [_head(setting, head) for head in _heads_of(setting)]
    heads = level(token_names(setting, ROW), *drawn)
    left, top, _, _ = heads.spots[f"{Z}.0"]
    wide = heads.width - left
    nodes = (JOINED, f"{OUTPUT}/permute_dims")
    box = op_box(setting, label("joined"), "movement", *nodes, width=wide, name=CONCAT)
    shape = shapes(setting, layer, Z, 2, ("S", "d_v"))
    above = row(setting.words(label("heads"), 10), shape, gap=8.0)
    head = sized(above, wide).moved(left, 0.0)
    drop = above.height + NEAR - top
    low = drop + heads.height + STEP
    parts = [head, heads.moved(0.0, drop), box.moved(left, low)]
    return layered(heads.width, low + box.height, parts)


def _head(setting: Setting, head: int) -> Drawing:
    values = setting.example.layer[Z][0, head]
    cells = _section(setting, Z, values, head, lit=(QUERY,))
    named = column(_strip(setting, head, cells.width, STRIP), cells, gap=0.0).named(f"{Z}.{head}")
    return captioned(named, Drawing(0.0, 0.0), spot=f"{Z}.{head}.cells")


def _equation(setting: Setting) -> Drawing:
    layer = setting.example.layer
    result = f"{OUTPUT}/add"
    symbols = [rf"y_{{{i + 1}}}" for i in range(len(layer[result][0]))]
    cells = _texture(setting, result, layer[result][0], "Y", symbols)
    place = _crossing(cells.spots[f"row.{QUERY}"], cells.spots[f"column.{FEATURE}"])
    cells = cells.over(Rect(place, "", "lit", 2.4))
    return level(
        token_names(setting, ROW),
        _joined(setting),
        op_sign(setting, "·", layer, f"{OUTPUT}/matmul"),
        _weight(setting),
        sign("="),
        captioned(
            cells,
            heading(setting, label("output"), "Y"),
            shapes(setting, layer, result, skip=1),
        ),
    )


def _joined(setting: Setting) -> Drawing:
    """Return the heads beside each other, their borders kept."""
    layer = setting.example.layer
    joined = layer[JOINED][0]
    parts = np.split(joined, len(_heads_of(setting)), axis=-1)
    cells = [_section(setting, JOINED, values, head) for head, values in enumerate(parts)]
    strips = [_strip(setting, head, each.width, STRIP) for head, each in enumerate(cells)]
    whole = row(*cells, gap=0.0)
    lit: Bounds = (0.0, QUERY * ROW, whole.width, (QUERY + 1) * ROW)
    whole = whole.over(Rect(lit, "", "lit", 2.4)).named("cells")
    title = setting.told(label("joined"))
    shape = ",".join(map(str, joined.shape))
    whole = whole.part("matrix", title, JOINED, shape=shape)
    named = column(row(*strips, gap=0.0).named("strips"), whole, gap=0.0).named(JOINED)
    below = column(
        shapes(setting, layer, JOINED, 1, ("S", WIDTH)),
        setting.words(f"{WIDTH} = d_model", SIZE, "soft"),
        gap=0.0,
    )
    return captioned(named, Drawing(0.0, 0.0), below, f"{JOINED}.cells")


def _weight(setting: Setting) -> Drawing:
    """Return the weight, the rows that meet each head marked, over its bias."""
    what = (setting, setting.example.layer, OUTPUT, "O", UNIT)
    cells = weight(*what)
    high = cells.height / len(_heads_of(setting))
    lines = [
        Rect((0.0, head * high, cells.width, (head + 1) * high), "", "edge", 1.6)
        for head in _heads_of(setting)
    ]
    cells = cells.over(*lines, Rect(cells.spots[f"column.{FEATURE}"], "", "lit", 2.4))
    strips = column(*(_strip(setting, head, STRIP, high) for head in _heads_of(setting)), gap=0.0)
    below = bias(*what, sizes=(WIDTH, "d_model"))
    return captioned(row(strips, cells, gap=3.5), formula("W^O"), below)


def _section(
    setting: Setting, path: str, values: Array, head: int, lit: Sequence[int] = ()
) -> Drawing:
    """Return what one head makes, alone or beside the others."""
    index = _index(setting, head)
    symbols = [rf"z_{{{i + 1}}}^{{({index})}}" if index else "" for i in range(len(values))]
    return _texture(setting, path, values, _symbol(setting, head), symbols, lit)


def _texture(
    setting: Setting,
    path: str,
    values: Array,
    title: str,
    symbols: Sequence[str],
    lit: Sequence[int] = (),
) -> Drawing:
    """Return a matrix with a row for each token, or with the symbols of the rows."""
    look, scale = Look(cell=(UNIT, ROW), lit=lit), Scale.of(setting.example.layer[path])
    cells = rows(setting, values, path, title, look, scale)
    return cells if setting.values else over_rows(cells, [_typeset(latex) for latex in symbols])


def _typeset(latex: str) -> Drawing:
    """Return a symbol, or the sign of what is left out."""
    return formula(latex, SYMBOL) if latex else words("…", size=SIZE)


def _strip(setting: Setting, head: int, wide: float, high: float) -> Drawing:
    """Return what tells a head without its values: its name, in its shade."""
    name = _symbol(setting, head)
    shade = f"p{2 * head + 1}"
    bounds = (0.0, 0.0, wide, high)
    place = (wide / 2, high / 2 + SIZE * DROP)
    marks = (
        Rect(bounds, f"cells.{shade}", "edge"),
        Text(place, Line(name, "", SIZE), f"inks.{shade}"),
    )
    return Drawing(wide, high, (Part("head", name, marks),))


def _traced(setting: Setting) -> Drawing:
    """Return one output as the sum of what each head adds, and the bias."""
    layer, found = setting.example.layer, shares(setting)
    constant, result = layer[f"{OUTPUT}/bias"][FEATURE], layer[f"{OUTPUT}/add"][0, QUERY, FEATURE]
    rounded = sum(round(float(each), 2) for each in (*found, constant))
    equal = "=" if number(rounded) == number(float(result)) or not setting.values else "≈"
    parts: list[Drawing] = []
    for head, share in enumerate(found):
        index, above = _index(setting, head), _strip(setting, head, CHIP[0], STRIP)
        product = rf"z_{QUERY + 1}^{{({index})}} w_j^{{({index})}}" if index else ""
        shown = _number(setting, share, product)
        parts += [_chip(shown, _symbol(setting, head), EACH, above), sign("+")]
    shown = _number(setting, constant, "b_j")
    parts += [_chip(shown, "b^O", BIAS, sized(_typeset("b^O"), 0.0, STRIP)), sign(equal)]
    shown = _number(setting, result, f"y_{{{QUERY + 1}j}}")
    parts.append(_chip(shown, "Y", ALL, sized(_typeset("Y"), 0.0, STRIP), lit=True))
    whole = row(*parts, gap=6.0)
    told = paragraph(label("traced"), setting.lang, whole.width, SIZE)
    return column(told, whole, gap=8.0)


def _number(setting: Setting, value: float, latex: str) -> Drawing:
    """Return a number, or the symbol of what it is."""
    return words(number(float(value)), size=SIZE) if setting.values else _typeset(latex)


def _chip(shown: Drawing, title: str, node: str, above: Drawing, lit: bool = False) -> Drawing:
    """Return a number in a cell, under whose it is."""
    bounds: Bounds = (0.0, 0.0, *CHIP)
    ink, weight = ("lit", 2.4) if lit else ("edge", 1.0)
    cell = sized(shown, *CHIP).under(Rect(bounds, "cells.p0", ink, weight))
    return column(above, cell.part("cell", title, node), gap=0.0)


def _crossing(a: Bounds, b: Bounds) -> Bounds:
    """Return where a row and a column meet."""
    return max(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), min(a[3], b[3])


def _legend(setting: Setting, width: float) -> Drawing:
    entries = [(legend.learned(), "learned"), (legend.framed(), "one-output")]
    if setting.values:
        entries.append((legend.shades(), "shades"))
    return legend.legend(setting, entries, width)


FIGURE = Figure(9, "concat-linear", body, lambda: (by_head(),), "from-layer")
