"""Figure 4: softmax turns the scores of one query into weights."""

from itertools import pairwise
from typing import NamedTuple

from cutaway.figures import legend
from cutaway.figures.cells import (
    PLAIN,
    SMALL,
    named,
    numbers,
    said,
    scaled_score,
    tokens,
    told,
)
from cutaway.figures.columns import LEFT, PAD, SIDE, WIDE, band, between, framed, step
from cutaway.figures.example import QUERY, example
from cutaway.figures.parts import GAP, arrow, symbol, total
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.graph import Graph
from cutaway.render.compose import boxed, column, padded, sized
from cutaway.render.marks import Drawing, Mark, Part, Rect, Way
from cutaway.render.scale import INFINITE, MINUS, SHARES, Scale, number
from cutaway.render.words import words

BAR = 64.0  # points: a weight of 1
SHADES = 64.0  # points: a scale in the legend
ROW = f"{{{QUERY + 1}j}}"
SCORE, SCALED = f"s'_{ROW}", rf"s_{ROW} / \sqrt{{d_k}}"


class _Stage(NamedTuple):
    """Numbers of the query: their row, node and label, how they are written, their shades."""

    name: str
    path: str
    label: str
    latex: str
    form: str
    masked: str
    scale: Scale | None = None


class _Step(NamedTuple):
    """An op on all of them: its row, its label, its family, its nodes."""

    name: str
    label: str
    family: str
    paths: tuple[str, ...]


STAGES = (
    _Stage("scaled", "attention/divide", "scaled-score", SCALED, "", ""),
    _Stage("masked", "attention/where", "masked-score", SCORE, "s′{}", INFINITE),
    _Stage(
        "shifted",
        "attention/subtract",
        "shifted-score",
        f"{SCORE} - m",
        f"s′{{}}{MINUS}m",
        INFINITE,
        PLAIN,
    ),
    _Stage(
        "powers",
        "attention/exp",
        "exponential",
        rf"e_{ROW} = \exp({SCORE} - m)",
        "e{}",
        "0",
        SHARES,
    ),
    _Stage(
        "weights",
        "attention/divide.1",
        "weight",
        rf"\alpha_{ROW} = e_{ROW} / \Sigma",
        "α{}",
        "0",
        SHARES,
    ),
)
STEPS = (
    _Step("mask", "mask-padding", "mask", ("attention/where",)),
    _Step(
        "largest",
        "subtract-largest",
        "arithmetic",
        (
            "attention/max",
            "attention/stop_gradient",
            "attention/equal",
            "attention/where.1",
            "attention/subtract",
        ),
    ),
    _Step("exp", "exponentiate", "softmax", ("attention/exp",)),
    _Step(
        "share",
        "share",
        "softmax",
        ("attention/equal.1", "attention/where.2", "attention/divide.1"),
    ),
)


def body(setting: Setting) -> Drawing:
    """Return the way from scaled scores to weights."""
    names = [STAGES[0].name]
    rows = [step("token", named(setting, "token"), tokens(setting)), _stage(setting, STAGES[0])]
    for op, stage in zip(STEPS, STAGES[1:], strict=True):
        rows += [_op(setting, op), _stage(setting, stage)]
        names += [op.name, stage.name]
    drawing = column(*rows, gap=14.0, align="start")
    if setting.values:
        drawing = column(drawing, _bars(setting), gap=8.0, align="start")
    count = len(setting.example.words)
    marks: list[Mark] = [
        framed(drawing, f"token.{QUERY}", f"token.{QUERY}", pad=3.0),
        framed(drawing, "powers.0", f"powers.{count - 1}", "edge"),
        framed(drawing, "weights.0", f"weights.{count - 1}"),
    ]
    for upper, lower in pairwise(names):
        marks += between(drawing, upper, lower, count)
    marks += _side_arrows(drawing, count)
    return column(drawing.over(*marks), _legend(setting, drawing.width), gap=18.0, align="start")


def _stage(setting: Setting, stage: _Stage) -> Drawing:
    """Return the numbers of the query at a stage, with what stands beside them."""
    values, hidden = setting.example.opened[stage.path][QUERY], setting.example.masked
    shown = [mask and bool(stage.masked) for mask in hidden]
    cells = numbers(
        setting,
        values,
        [stage.masked if mask else _symbol(stage, n) for n, mask in enumerate(shown)],
        [setting.example.step(stage.path, QUERY, n) for n in range(len(values))],
        stage.label,
        stage.scale or Scale.of(values),
        shown,
    )
    sides = {"powers": _sum, "weights": _total}
    side = sides[stage.name](setting) if stage.name in sides else None
    return step(stage.name, named(setting, stage.label, stage.latex), cells, side=side)


def _symbol(stage: _Stage, n: int) -> str | Drawing:
    return stage.form.format(symbol("", QUERY, n)) if stage.form else scaled_score(n)


def _op(setting: Setting, op: _Step) -> Drawing:
    """Return an op that goes through all columns; its nodes are those of the query's row."""
    shown = setting.example
    pieces = [
        shown.steps.path(node)
        for (path, at), node in shown.step_nodes.items()
        if path in op.paths and at[0] == QUERY
    ]
    latex = ""
    if op.name == "largest":
        value = f" = {float(shown.opened['attention/max'][QUERY, 0]):.2f}" if setting.values else ""
        latex = rf"m = \max \, {SCORE}{value}"
    side = _mask(setting) if op.name == "mask" else None
    text, title = said(setting, op.label, latex), told(setting, op.label)
    return band(op.name, text, op.family, title, pieces, len(shown.words), side)


def _mask(setting: Setting) -> Drawing:
    """Return the mask, which says for each key whether it may be seen."""
    shown = setting.example
    nodes = [shown.step("not_equal", n) for n in range(len(shown.words))]
    text = sized(setting.words(label("mask-input"), SMALL), SIDE - 2 * PAD)
    return boxed(text, "boxes.mask", pad=PAD).part("op", told(setting, "mask-input"), *nodes)


def _sum(setting: Setting) -> Drawing:
    """Return the sum of the exponentials."""
    value = float(setting.example.opened["attention/sum"][QUERY, 0])
    lines = [words("Σ", size=SMALL)] + [words(number(value), size=SMALL)] * setting.values
    box = boxed(sized(column(*lines, gap=0.0), SIDE - 2 * PAD), "boxes.reduction", pad=PAD)
    return box.part("op", told(setting, "sum"), setting.example.step("attention/sum", QUERY, None))


def _total(setting: Setting) -> Drawing:
    values = setting.example.opened["attention/divide.1"][QUERY]
    return words(total(values) if setting.values else "Σ = 1", size=SMALL)


def _side_arrows(drawing: Drawing, count: int) -> list[Part]:
    """Return the arrows of what stands beside: the mask, and the sum of all exponentials."""
    mask, sum_ = drawing.spots["mask.side"], drawing.spots["powers.side"]
    masking, last, share = (drawing.spots[n] for n in ("mask", f"powers.{count - 1}", "share"))
    level, y = (masking[1] + masking[3]) / 2, (last[1] + last[3]) / 2
    x, low = (sum_[0] + sum_[2]) / 2, (share[1] + share[3]) / 2
    ways = (
        (((mask[0] - GAP, level), (masking[2] + GAP, level)), "mask.side", "mask", "mask"),
        (((last[2] + GAP, y), (sum_[0] - GAP, y)), "powers", "powers.side", "data"),
        (((x, sum_[3] + GAP), (x, low), (share[2] + GAP, low)), "powers.side", "share", "data"),
    )
    return [arrow(points, tail, head, kind) for points, tail, head, kind in ways]


def _bars(setting: Setting) -> Drawing:
    """Return the weights as bars."""
    values = setting.example.opened["attention/divide.1"][QUERY]
    nodes = [setting.example.step("attention/divide.1", QUERY, n) for n in range(len(values))]
    high = BAR * float(values.max())
    bars = [_bar(float(value), node, high) for value, node in zip(values, nodes, strict=True)]
    return step("bars", named(setting, "bars"), bars)


def _bar(value: float, node: str, high: float) -> Drawing:
    bounds = (WIDE / 4, high - BAR * value, WIDE * 3 / 4, high)
    bar = Rect(bounds, f"cells.{SHARES.cell(value)}", "edge", 0.8)
    ground = Way(((0.0, high), (WIDE, high)), "edge")
    marks = (bar, ground) if value else (ground,)
    return Drawing(WIDE, high, marks).part("bar", number(value), node)


def _legend(setting: Setting, width: float) -> Drawing:
    entries = [
        (legend.framed(), "followed-row"),
        (legend.hatched(), "masked-key"),
        (legend.line("mask"), "mask-input"),
        (legend.summed(), "sum-over-keys"),
    ]
    if setting.values:
        scores = setting.example.opened[STAGES[0].path][QUERY]
        entries.append((Scale.of(scores).bar(SHADES, scores), "score-shades"))
        entries.append((SHARES.bar(SHADES), "weight-shades"))
    return padded(legend.legend(setting, entries, width - LEFT), LEFT, 0.0, 0.0)


def _graphs() -> tuple[Graph, ...]:
    return (example().steps,)


FIGURE = Figure(4, "softmax-weights", body, _graphs, "from-head")
