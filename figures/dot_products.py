"""Figure 3: dot products of one query with every key."""

from itertools import pairwise
from typing import NamedTuple

from cutaway.figures import legend
from cutaway.figures.cells import (
    SMALL,
    STRIP,
    box,
    named,
    numbers,
    said,
    scaled_score,
    signs,
    strip,
    tokens,
    told,
)
from cutaway.figures.columns import (
    CHANNEL,
    LEFT,
    NAMES,
    WIDE,
    band,
    between,
    framed,
    round_right,
    step,
)
from cutaway.figures.example import KEY, QUERY, Array
from cutaway.figures.matrix import cells
from cutaway.figures.parts import GAP, arrow, down, symbol, total
from cutaway.figures.spec import Figure, Setting
from cutaway.render.compose import column, padded, row, sized
from cutaway.render.grid import Look
from cutaway.render.marks import Drawing, Mark, Text
from cutaway.render.scale import Scale
from cutaway.render.scene import Line, Point
from cutaway.render.words import words
from cutaway.render.write import LONG

Q, K = symbol("q", QUERY), symbol("k", KEY)
COMPONENT = (30.0, 18.0)  # points: a number of a vector that is written out
BAR = 64.0  # the scale in the legend
PRODUCT = 44.0  # the box of a dot product
TURN = 9.0  # below the query, where its line turns


class _Stage(NamedTuple):
    """Numbers of the query: their row, their node, what they are called, their formula."""

    name: str
    path: str
    label: str
    latex: str


SCORES = _Stage(
    "scores", "attention/matmul", "score", rf"s_{{{QUERY + 1}j}} = q_{QUERY + 1} \cdot k_j"
)
SCALED = _Stage("scaled", "attention/divide", "scaled-score", rf"s_{{{QUERY + 1}j}} / \sqrt{{d_k}}")


def body(setting: Setting) -> Drawing:
    """Return the way from the tokens to the scaled scores, and one score written out."""
    drawing = column(*_vectors(setting), *_scores(setting), gap=16.0, align="start")
    count = len(setting.example.words)
    marks: list[Mark] = [
        framed(drawing, f"token.{QUERY}", f"query.{QUERY}", pad=3.0, left=15.0),
        framed(drawing, "scores.0", f"scores.{count - 1}"),
    ]
    for n in range(count):
        ink = "lines.query" if n == QUERY else "frame"
        marks.append(down(drawing, f"input.{n}", f"query.{n}", ink=ink))
        marks.append(round_right(drawing, f"input.{n}", f"key.{n}", "lines.key"))
    marks += _query_line(drawing, count)
    marks += between(drawing, "key", "products", count, "lines.key")
    for upper, lower in pairwise(("products", "scores", "scaling", "scaled")):
        marks += between(drawing, upper, lower, count)
    parts = (drawing.over(*marks), _written_out(setting), _legend(setting, drawing.width))
    return column(*parts, gap=18.0, align="start")


def _vectors(setting: Setting) -> list[Drawing]:
    """Return the tokens, what enters the layer, the query that is followed, and all keys."""
    places = range(len(setting.example.words))
    size = f" = {setting.example.head['x'].shape[1]}" if setting.values else ""
    return [
        step("token", named(setting, "token"), tokens(setting)),
        step(
            "input",
            named(setting, "layer-input", rf"d_{{\mathrm{{model}}}}{size}"),
            [_input(setting, n) for n in places],
        ),
        step(
            "query",
            named(setting, "query", r"q_j = x_j W^Q + b^Q"),
            [_vector(setting, "query", n) for n in places],
            signs([symbol("q", n) for n in places]),
        ),
        step(
            "key",
            named(setting, "key", r"k_j = x_j W^K + b^K"),
            [_vector(setting, "key", n) for n in places],
            signs([symbol("k", n) for n in places]),
        ),
    ]


def _input(setting: Setting, n: int) -> Drawing:
    node = setting.example.token("x", n, None)
    return box(symbol("x", n), "leaves.input", told(setting, "layer-input"), node, WIDE)


def _vector(setting: Setting, role: str, n: int) -> Drawing:
    """Return a key or the query; of the other queries no more than that they are there."""
    path, name = f"{role}/add", symbol(role[0], n)
    node = setting.example.token(path, n, None)
    if role == "query" and n != QUERY:
        return legend.faded(WIDE, STRIP).part("faded", name, node)
    values = setting.example.head[path][n]
    return strip(setting, values, node, name, _scale(setting), f"lines.{role}")


def _scale(setting: Setting) -> Scale:
    head = setting.example.head
    return Scale.of(head["query/add"][QUERY], head["key/add"])


def _scores(setting: Setting) -> list[Drawing]:
    """Return the dot products, and the same scaled."""
    head, token = setting.example.head, setting.example.token
    places = range(len(setting.example.words))
    products = [token("attention/matmul", QUERY, n) for n in places]
    quotients = [token("attention/divide", QUERY, n) for n in places]
    names = [f"{Q}·{symbol('k', n)}" for n in places]
    size, root = head["query/add"].shape[1], float(head["attention/sqrt"])
    divisor = rf"\div \sqrt{{d_k}} = \div \sqrt{{{size}}} = \div {root:g}"
    return [
        step(
            "products",
            named(setting, "dot-product", f"d_k = {size}" if setting.values else "d_k"),
            [
                box(name, "boxes.matmul", name, node, PRODUCT)
                for name, node in zip(names, products, strict=True)
            ],
        ),
        _numbers(setting, SCORES),
        band(
            "scaling",
            said(setting, "scaling", divisor if setting.values else r"\div \sqrt{d_k}"),
            "arithmetic",
            told(setting, "scaling"),
            quotients,
            len(places),
        ),
        _numbers(setting, SCALED),
    ]


def _numbers(setting: Setting, stage: _Stage) -> Drawing:
    """Return the scores of the query, or the scaled ones."""
    values = setting.example.head[stage.path][QUERY]
    places = range(len(values))
    found = numbers(
        setting,
        values,
        [scaled_score(n) if stage is SCALED else symbol("s", QUERY, n) for n in places],
        [setting.example.token(stage.path, QUERY, n) for n in places],
        stage.label,
        Scale.of(values),
        [False for _ in places],
    )
    return step(stage.name, named(setting, stage.label, stage.latex), found)


def _query_line(drawing: Drawing, count: int) -> list[Mark]:
    """Return the query's way to every key: down the left side, then through the row."""
    left, _, right, bottom = drawing.spots[f"query.{QUERY}"]
    ops = [drawing.spots[f"products.{n}"] for n in range(count)]
    y = (ops[0][1] + ops[0][3]) / 2
    middle, side, turn = (left + right) / 2, NAMES + CHANNEL / 2, bottom + TURN
    start = ((middle, bottom + GAP), (middle, turn), (side, turn), (side, y))
    ways: list[tuple[Point, ...]] = [(*start, (ops[0][0] - GAP, y))]
    ways += [((a[2], y), (b[0] - GAP, y)) for a, b in pairwise(ops)]
    marks: list[Mark] = []
    for n, points in enumerate(ways):
        marks.append(arrow(points, f"query.{QUERY}", f"products.{n}", ink="lines.query"))
        x = (points[-2][0] + points[-1][0] - LONG) / 2  # the middle of what is no arrowhead
        marks.append(Text((x, y - 4.0), Line(Q, "", SMALL), "lines.query"))
    return marks


class _Vector(NamedTuple):
    """A vector that is written out: its sign and name, its numbers or symbols, its node."""

    sign: str
    name: str
    values: Array
    letters: str
    node: str
    border: str


def _written_out(setting: Setting) -> Drawing:
    """Return the product of one pair, number by number."""
    head, token = setting.example.head, setting.example.token
    q, k = head["query/add"][QUERY], head["key/add"][KEY]
    scale, size = Scale.of(q, k, q * k), len(q)
    vectors = (
        _Vector("", f"a = {Q}", q, "a", token("query/add", QUERY, None), "lines.query"),
        _Vector("×", f"b = {K}", k, "b", token("key/add", KEY, None), "lines.key"),
        _Vector("=", "a × b", q * k, "ab", token("attention/matmul", QUERY, KEY), "edge"),
    )
    *lines, last = (_line(setting, vector, scale) for vector in vectors)
    note = total(q * k) if setting.values else f"Σ = {symbol('s', QUERY, KEY)}"
    whole = (
        rf"q_{QUERY + 1} \cdot k_{KEY + 1} = a_1 b_1 + a_2 b_2 + \cdots + a_{{{size}}} b_{{{size}}}"
    )
    heading = padded(said(setting, "score-written-out", whole), LEFT, 0.0, 0.0)
    return column(heading, *lines, row(last, words(note), gap=6.0), gap=5.0, align="start")


def _line(setting: Setting, vector: _Vector, scale: Scale) -> Drawing:
    count = len(vector.values)
    symbols = ["".join(symbol(letter, n) for letter in vector.letters) for n in range(count)]
    values, look = vector.values[None, :], Look(cell=COMPONENT, border=vector.border)
    numbered = cells(setting, values, vector.node, vector.name, look, scale, [symbols])
    name = sized(words(vector.name), NAMES, align=("end", "middle"))
    return row(name, sized(words(vector.sign), CHANNEL), numbered, gap=0.0)


def _legend(setting: Setting, width: float) -> Drawing:
    entries = [(legend.framed(), "followed-query"), (legend.faded(), "other-queries")]
    if setting.values:
        head = setting.example.head
        entries.append((_scale(setting).bar(BAR), "vector-numbers"))
        for stage in (SCORES, SCALED):
            values = head[stage.path][QUERY]
            entries.append((Scale.of(values).bar(BAR, values), stage.label))
    return padded(legend.legend(setting, entries, width - LEFT), LEFT, 0.0, 0.0)


FIGURE = Figure(3, "dot-products", body, source="from-head")
