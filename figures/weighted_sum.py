"""Figure 6: the weighted sum of the values, for one query."""

from cutaway.figures import legend
from cutaway.figures.cells import (
    SMALL,
    named,
    numbers,
    said,
    signs,
    strip,
    tokens,
    told,
)
from cutaway.figures.columns import GAP, LEFT, band, between, framed, round_down, step
from cutaway.figures.example import QUERY
from cutaway.figures.parts import down, symbol, total
from cutaway.figures.spec import Figure, Setting
from cutaway.render.compose import column, padded
from cutaway.render.marks import Drawing, Mark, Part, Rect
from cutaway.render.scale import SHARES, Scale
from cutaway.render.words import words

COMPONENT = 0  # of the vectors: the number that is written out
BAR = 64.0  # points: the scale in the legend
MARK = 3.0  # points: how far its mark reaches beyond the strip
ALPHA, SUM = rf"\alpha_{{{QUERY + 1}j}}", r"\Sigma_j"


def body(setting: Setting) -> Drawing:
    """Return the way from weights and values to their sum, and one number of it written out."""
    drawing = column(*_rows(setting), gap=16.0, align="start")
    count = len(setting.example.words)
    marks: list[Mark] = [framed(drawing, f"token.{QUERY}", f"token.{QUERY}", pad=3.0)]
    marks += [round_down(drawing, f"weights.{n}", f"times.{n}") for n in range(count)]
    marks += between(drawing, "value", "times", count, "lines.value")
    marks += between(drawing, "times", "weighted", count)
    marks += between(drawing, "weighted", "sum", count)
    marks.append(down(drawing, f"sum.{QUERY}", f"output.{QUERY}"))
    strips = [f"{name}.{n}" for name in ("value", "weighted") for n in range(count)]
    marks += [_marked(drawing, name) for name in (*strips, f"output.{QUERY}")]
    parts = (drawing.over(*marks), _written_out(setting), _legend(setting, drawing.width))
    return column(*parts, gap=18.0, align="start")


def _marked(drawing: Drawing, name: str) -> Part:
    """Return a mark round the number of a strip that is written out."""
    left, top, right, bottom = drawing.spots[f"{name}.cell.0.{COMPONENT}"]
    return Part("mark", "", (Rect((left, top - MARK, right, bottom + MARK), "", "ink", 1.6),))


def _weights(setting: Setting, name: str) -> Drawing:
    """Return the weights of figure 4."""
    values, hidden = setting.example.head["attention/softmax"][QUERY], setting.example.masked
    symbols = ["0" if mask else symbol("α", QUERY, n) for n, mask in enumerate(hidden)]
    nodes = [setting.example.token("attention/softmax", QUERY, None)] * len(values)
    cells = numbers(setting, values, symbols, nodes, "weight", SHARES, hidden)
    return step(name, named(setting, "weight", ALPHA), cells)


def _rows(setting: Setting) -> list[Drawing]:
    shown = setting.example
    count = len(shown.words)
    node = shown.token("attention/matmul.1", QUERY, None)
    size = f" = {shown.head['value/add'].shape[1]}" if setting.values else ""
    times, plus = told(setting, "times-weight"), told(setting, "add-over-tokens")
    return [
        step("token", named(setting, "token"), tokens(setting)),
        _weights(setting, "weights"),
        step(
            "value",
            named(setting, "value", "v_j = x_j W^V + b^V"),
            _values(setting),
            signs([symbol("v", n) for n in range(count)]),
        ),
        band("times", said(setting, "times-weight"), "matmul", times, [node], count, None, GAP),
        step(
            "weighted",
            named(setting, "weighted-value", rf"{ALPHA} \, v_j \quad (d_v{size})"),
            _weighted(setting, node),
            signs(_pluses(count)),
        ),
        band("sum", said(setting, "add-over-tokens"), "matmul", plus, [node], count, None, GAP),
        step(
            "output",
            named(setting, "output", rf"z_{QUERY + 1} = {SUM} {ALPHA} \, v_j"),
            [_output(setting, node) if n == QUERY else None for n in range(count)],
            signs([symbol("z", n) if n == QUERY else "" for n in range(count)]),
        ),
    ]


def _scale(setting: Setting) -> Scale:
    return Scale.of(setting.example.head["value/add"])


def _pluses(count: int) -> list[str]:
    return [""] + ["+"] * (count - 1)


def _values(setting: Setting) -> list[Drawing]:
    token, scale = setting.example.token, _scale(setting)
    return [
        strip(setting, v, token("value/add", n, None), symbol("v", n), scale, "lines.value")
        for n, v in enumerate(setting.example.head["value/add"])
    ]


def _weighted(setting: Setting, node: str) -> list[Drawing]:
    """Return the values times their weights, in the shades of the values: fainter."""
    head, hidden = setting.example.head, setting.example.masked
    products = head["attention/softmax"][QUERY][:, None] * head["value/add"]
    return [
        strip(
            setting,
            product,
            node,
            f"{symbol('α', QUERY, n)}·{symbol('v', n)}",
            _scale(setting),
            "edge",
            hidden[n],
        )
        for n, product in enumerate(products)
    ]


def _output(setting: Setting, node: str) -> Drawing:
    z = setting.example.head["attention/matmul.1"][QUERY]
    return strip(setting, z, node, symbol("z", QUERY), _scale(setting), "lit")


def _written_out(setting: Setting) -> Drawing:
    """Return one number of the output, token by token."""
    shown, hidden = setting.example, setting.example.masked
    v = shown.head["value/add"][:, COMPONENT]
    products = shown.head["attention/softmax"][QUERY] * v
    places, scale = range(len(v)), Scale.of(v)
    values = [shown.token("value/add", n, None) for n in places]
    sums = [shown.token("attention/matmul.1", QUERY, None)] * len(v)
    names = [symbol("v", n, COMPONENT) for n in places]
    written = [
        "0" if hidden[n] else f"{symbol('α', QUERY, n)}{name}" for n, name in enumerate(names)
    ]
    entry = f"v_{{j{COMPONENT + 1}}}"
    whole = rf"z_{{{QUERY + 1}{COMPONENT + 1}}} = {SUM} {ALPHA} \, {entry}"
    note = total(products) if setting.values else f"Σ = {symbol('z', QUERY, COMPONENT)}"
    return column(
        padded(said(setting, "number-written-out", whole), LEFT, 0.0, 0.0),
        _weights(setting, "factor"),
        step(
            "number",
            named(setting, "value", entry),
            numbers(setting, v, names, values, "value", scale, [False] * len(v)),
            signs(["×"] * len(v)),
        ),
        step(
            "product",
            named(setting, "product", rf"{ALPHA} \, {entry}"),
            numbers(setting, products, written, sums, "product", scale, hidden),
            signs(_pluses(len(v))),
            words(note, size=SMALL),
        ),
        gap=5.0,
        align="start",
    )


def _legend(setting: Setting, width: float) -> Drawing:
    entries = [
        (legend.framed(), "followed-query"),
        (_mark(), "first-number"),
        (legend.hatched(), "masked-key"),
    ]
    if setting.values:
        entries.append((_scale(setting).bar(BAR), "vector-numbers"))
    return padded(legend.legend(setting, entries, width - LEFT), LEFT, 0.0, 0.0)


def _mark() -> Drawing:
    return Drawing(8.0, 14.0, (Rect((1.5, 0.0, 6.5, 14.0), "", "ink", 1.6),))


FIGURE = Figure(6, "weighted-sum", body, source="from-head")
