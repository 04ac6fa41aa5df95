"""Figure 12: the feed-forward network, from attention's Add & Norm to its own."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from cutaway.figures import legend
from cutaway.figures.between_tokens import DOUBLE, named, post, weights, width
from cutaway.figures.curve import curve
from cutaway.figures.formula import formula
from cutaway.figures.matrix import rows
from cutaway.figures.op_box import op_box
from cutaway.figures.parts import arrow, up
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.figures.two_tokens import (
    ADD,
    DOWN,
    NORM,
    PLACES,
    RELU,
    TOKENS,
    UP,
    X,
    each_token,
    parameters,
    path,
    values,
)
from cutaway.render.compose import boxed, column, layered, row, sized
from cutaway.render.glossary import ADD as ADDITION
from cutaway.render.glossary import SCOPES
from cutaway.render.grid import Look, grid
from cutaway.render.marks import Drawing, Part, Rect, Way
from cutaway.render.scale import Scale, number
from cutaway.render.text import subscript

UNIT = 2.2  # points: a feature; widths are drawn to this scale
HIGH = 18.0  # points: a token's vector
SLANT = 44.0  # points: how high the linear maps are
LANE = 16.0  # points: at each side, where the residual passes
BETWEEN = 104.0  # points between the two tokens where they are widest
FIRST, SOME = 32, 8  # the cells whose numbers are written out
ZOOM = 12.0  # points between those and the cells that they are
EDGE = 6.0  # points between the network and the panel behind it
OUT = 3.0  # points: where in its lane the residual passes
PAD = 5.0
GAP = 16.0  # points between what follows each other: an arrow stands there
BEFORE = ("self_attention_norm/layer_norm", "self_attention_norm/add")
SYMBOLS = {
    X: "x{0}",
    UP: "u{0} = x{0}W₁ + b₁",
    RELU: "max(0, u{0})",
    DOWN: "FFN(x{0})",
    NORM: "x′{0}",
}
FORMULAS = {"up": "xW_1+b_1", "down": r"\max(0,u)\,W_2+b_2"}
NETWORK = r"\mathrm{FFN}(x)=\max(0,\,xW_1+b_1)\,W_2+b_2"


def body(setting: Setting) -> Drawing:
    """Return two tokens on their way from bottom to top, and between them what they share."""
    lines = (
        _line(setting, [_strip(setting, n, NORM) for n in PLACES], width(setting, NORM)),
        _line(
            setting,
            [_box(setting, n, NORM) for n in PLACES],
            post(setting),
        ),
        _line(setting, [_box(setting, n, ADD) for n in PLACES]),
        _line(setting, [_strip(setting, n, DOWN) for n in PLACES], named(setting)),
        _line(setting, [_linear(setting, n, "down") for n in PLACES], weights(setting, "down")),
        _line(setting, [_hidden(setting, n, RELU) for n in PLACES], width(setting, RELU)),
        _line(setting, [_activation(setting, n) for n in PLACES]),
        _line(setting, [_hidden(setting, n, UP) for n in PLACES], width(setting, UP)),
        _line(setting, [_linear(setting, n, "up") for n in PLACES], weights(setting, "up")),
        _line(setting, [_strip(setting, n, X) for n in PLACES], width(setting, X)),
        _line(setting, [_before(setting, n) for n in PLACES]),
        _line(setting, [_token(setting, n) for n in PLACES]),
    )
    drawing = _panelled(column(*lines, gap=GAP))
    drawing = drawing.over(*(each for n in PLACES for each in _arrows(drawing, n)))
    return column(drawing, _below(setting, drawing.width), gap=14.0)


def _line(setting: Setting, tokens: Sequence[Drawing], middle: Drawing | None = None) -> Drawing:
    """Return the two tokens at one height, each in its place, and something between them."""
    wide = values(setting, UP, 0).shape[-1] * UNIT
    total = 2 * (LANE + wide) + BETWEEN
    centres = (LANE + wide / 2, total - LANE - wide / 2, total / 2)
    parts = [*tokens, *([middle] if middle else [])]
    high = max(part.height for part in parts)
    placed = [
        part.moved(centre - part.width / 2, (high - part.height) / 2)
        for part, centre in zip(parts, centres, strict=False)
    ]
    return layered(total, high, placed)


def _strip(setting: Setting, n: int, node: str) -> Drawing:
    """Return a token's vector."""
    array = values(setting, node, n)
    scale = Scale.of(*(values(setting, node, each) for each in PLACES))
    symbol = SYMBOLS[node].format(subscript(TOKENS[n] + 1))
    look = Look(cell=(UNIT, HIGH))
    strip = rows(setting, array, path(node, n), symbol, look, scale, (symbol,), "")
    return strip.named(f"{node}.{n}")


def _hidden(setting: Setting, n: int, node: str) -> Drawing:
    """Return a token's widened vector, and some of its cells with their numbers.

    Those stand on the side of the activation.
    """
    strip = _strip(setting, n, node)
    if not setting.values:
        return strip
    some = slice(FIRST, FIRST + SOME)
    array, before = values(setting, node, n)[:, some], values(setting, UP, n)[:, some]
    cut = (before <= 0) & (node == RELU)
    texts = [
        "0" if gone else number(float(value)) for value, gone in zip(array[0], cut[0], strict=True)
    ]
    scale = Scale.of(*(values(setting, UP, each) for each in PLACES))
    look = Look(cell=(strip.width / SOME, HIGH))
    symbol = SYMBOLS[node].format(subscript(TOKENS[n] + 1))
    title = f"{symbol}, {FIRST + 1} … {FIRST + SOME}"
    cells = grid(array, path(node, n), title, scale, look, [texts])
    above = node == UP
    parts = (cells, strip) if above else (strip, cells)
    whole = column(*parts, gap=ZOOM)
    left, right = FIRST * UNIT, (FIRST + SOME) * UNIT
    near, far = (
        (cells.height, cells.height + ZOOM) if above else (strip.height + ZOOM, strip.height)
    )
    lines = (
        Way(((0.0, near), (left, far)), "frame", 0.8),
        Way(((whole.width, near), (right, far)), "frame", 0.8),
    )
    bounds = (0.0, 0.0, whole.width, whole.height)
    spots = {**whole.spots, f"{node}.{n}": bounds}
    return replace(whole.under(*lines), spots=spots)


def _linear(setting: Setting, n: int, name: str) -> Drawing:
    """Return a linear map, as wide at each end as what enters and leaves it."""
    narrow = values(setting, X, n).shape[-1] * UNIT
    wide = values(setting, UP, n).shape[-1] * UNIT
    inset, node = (wide - narrow) / 2, f"feed_forward/{name}/add"
    top, low = (0.0, inset) if name == "up" else (inset, 0.0)
    corners = ((top, 0.0), (wide - top, 0.0), (wide - low, SLANT), (low, SLANT), (top, 0.0))
    shape = Way(corners, "edge", fill="boxes.matmul")
    title = SCOPES[name]
    inner = row(setting.words(title, 10), formula(FORMULAS[name], 10), gap=8.0)
    nodes = (path(f"feed_forward/{name}/matmul", n), path(node, n))
    drawing = sized(inner, wide, SLANT).under(shape)
    return drawing.part("op", setting.told(title), *nodes).named(f"{name}.{n}")


def _activation(setting: Setting, n: int) -> Drawing:
    """Return the activation with its curve, and how much it cuts."""
    op = setting.example.layer.node(RELU).op
    before = values(setting, UP, n)
    parts = [curve(op), setting.words(op.title, 11)]
    if setting.values:
        cut = label("cut").fill(int((before <= 0).sum()), before.size)
        parts.append(setting.words(cut, 10))
    wide = before.size * UNIT
    inner = sized(row(*parts, gap=16.0), wide - 2 * PAD)
    box = boxed(inner, "boxes.activation", pad=PAD)
    title = setting.told(op.title)
    return box.part("op", title, path(RELU, n)).named(f"relu.{n}")


def _box(setting: Setting, n: int, node: str) -> Drawing:
    """Return an op of Add & Norm."""
    title = ADDITION if node == ADD else setting.example.layer.node(node).op.title
    wide = values(setting, X, n).shape[-1] * UNIT
    return op_box(setting, title, "norm", path(node, n), width=wide, name=f"{node}.op.{n}")


def _before(setting: Setting, n: int) -> Drawing:
    """Return where x comes from."""
    wide = values(setting, X, n).shape[-1] * UNIT
    title = label("after-attention")
    return op_box(setting, title, "norm", *BEFORE, width=wide, name=f"before.{n}")


def _token(setting: Setting, n: int) -> Drawing:
    """Return which token it is."""
    title = label("numbered-token").fill(TOKENS[n] + 1, setting.example.words[TOKENS[n]])
    return setting.words(title, 11)


def _panelled(drawing: Drawing) -> Drawing:
    """Return the drawing with a panel behind the network, which Add & Norm is no part of."""
    top, bottom = drawing.spots["named"][1], drawing.spots["weights.up"][3] + DOUBLE
    bounds = (LANE - EDGE, top - EDGE, drawing.width - LANE + EDGE, bottom + EDGE)
    return drawing.under(Rect(bounds, "", "frame", 1.0, "", 8.0))


def _arrows(drawing: Drawing, n: int) -> Iterator[Part]:
    """Return the arrows of a token: up, around the network, and from the weights."""
    way = ("before", X, "up", UP, "relu", RELU, "down", DOWN, f"{ADD}.op", f"{NORM}.op")
    for tail, head in pairwise((*way, NORM)):
        yield up(drawing, f"{tail}.{n}", f"{head}.{n}")
    start, end = drawing.spots[f"{X}.{n}"], drawing.spots[f"{ADD}.op.{n}"]
    side, lane, out = (0, OUT, -1) if n == 0 else (2, drawing.width - OUT, 1)
    low, high = (start[1] + start[3]) / 2, (end[1] + end[3]) / 2
    points = ((start[side] + out, low), (lane, low), (lane, high), (end[side] + out, high))
    yield arrow(points, f"{X}.{n}", f"{ADD}.op.{n}", "residual")
    for name in ("up", "down"):
        yield _shared(drawing, n, name)


def _shared(drawing: Drawing, n: int, name: str) -> Part:
    """Return the arrow from the weights to the slanted side of a token's linear map."""
    wide, narrow = drawing.spots[f"{name}.{n}"], drawing.spots[f"{X}.{n}"]
    box, y = drawing.spots[f"weights.{name}"], (wide[1] + wide[3]) / 2
    near, side, out = (2, 0, -1) if n == 0 else (0, 2, 1)
    end = (wide[near] + narrow[near]) / 2 - out  # halfway up
    start = box[side] + out * (DOUBLE + 1)
    return arrow(((start, y), (end, y)), f"weights.{name}", f"{name}.{n}", "weight")


def _below(setting: Setting, wide: float) -> Drawing:
    """Return the formula, how much is learned, and what lines and borders mean."""
    count = f" = {parameters(setting):,}" if setting.values else ""
    learned = row(
        setting.words(label("parameters"), 11),
        setting.words(f"2·d_model·d_ff + d_ff + d_model{count}", 11),
        gap=6.0,
    )
    entries = [
        (legend.learned(), "only-learned"),
        (legend.line("weight"), "same-weights"),
        (legend.line("residual"), "residual"),
    ]
    if setting.values:
        entries.append((legend.shades(), "shades"))
    said = row(formula(NETWORK, 12), learned, gap=40.0)
    return column(said, legend.legend(setting, entries, wide), gap=12.0)


FIGURE = Figure(12, "feed-forward", body, lambda: (each_token(),), "from-layer")
