"""Figure 2: scaled dot-product attention, op by op."""

from dataclasses import replace
from functools import lru_cache

from cutaway import layers
from cutaway.figures import legend
from cutaway.figures.annotated import Annotated
from cutaway.figures.formula import pieces
from cutaway.figures.inset import labelled, moved_trace, scene_of, shown
from cutaway.figures.parts import beside_rows, total
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.graph import Graph, Trace, input
from cutaway.ops import not_equal
from cutaway.render.compose import column, sized
from cutaway.render.marks import Drawing
from cutaway.render.scene import Scene
from cutaway.render.values import value_drawing
from cutaway.render.wording import Wording
from cutaway.render.words import words
from cutaway.transform import collapse

TRANSPOSED, SCORES, SCALED = "attention/permute_dims", "attention/matmul", "attention/divide"
MASK, WEIGHTS, OUTPUT = "attention/where", "attention/softmax", "attention/matmul.1"
TITLES = {
    "q": "queries",
    "k": "keys",
    "v": "values",
    "source": "source-tokens",
    "not_equal": "may-attend",
    TRANSPOSED: "transposed-keys",
    SCORES: "matmul-scores",
    SCALED: "scale",
    MASK: "optional-mask",
    WEIGHTS: "softmax-over-keys",
    OUTPUT: "matmul-values",
}
KEYS = "Kᵀ  (d_k, S)"  # what goes into the first product
SMALL = 10.0  # points: what a row adds up to
FORMULA = (
    (r"\operatorname{softmax}(", "boxes.softmax"),
    (r"Q K^{\mathsf{T}}", "boxes.matmul"),
    (r"/ \sqrt{d_k}", "boxes.arithmetic"),
    (r"+ M", "boxes.mask"),
    (")", "boxes.softmax"),
    ("V", "boxes.matmul"),
)


@lru_cache(maxsize=1)
def graph() -> Graph:
    """Return the attention alone: queries, keys and values (S, d_k), (S, d_k), (S, d_v)."""
    q, k, v = input("q", "S d_k"), input("k", "S d_k"), input("v", "S d_v")
    mask = not_equal(input("source", "S", dtype="int"), 0)
    return Graph(layers.scaled_dot_product_attention(q, k, v, mask))


def body(setting: Setting) -> Drawing:
    """Return its ops from bottom to top, each with its value, under its formula."""
    picture = Annotated(setting, _scene)
    picture.label_beside("q", SCORES)
    picture.gives(OUTPUT, label("output-z"))
    parts = [pieces(FORMULA), picture.drawing]
    if setting.values:
        entries = [(legend.hatched(), "masked-entry")]
        wide = picture.drawing.width
        parts.append(sized(legend.legend(setting, entries, wide), wide, align=("start", "middle")))
    return column(*parts, gap=12.0)


def _scene(setting: Setting) -> Scene:
    names = {"q": "query/add", "k": "key/add", "v": "value/add", "": ""}
    trace = shown(setting, moved_trace(setting.example.head, graph(), names))
    inside = {WEIGHTS: _weights(trace)} if setting.values else {}
    formulas = {SCALED: r"1 / \sqrt{d_k}"}
    wording = Wording(labelled(TITLES), inside=inside, formulas=formulas)
    scene = scene_of(setting, collapse(graph(), "op"), wording, trace)
    boxes = tuple(replace(box, optional=box.path == MASK) for box in scene.boxes)
    transposed = next(box.id for box in boxes if box.path == TRANSPOSED)
    arrows = tuple(
        replace(arrow, label=KEYS) if arrow.tail == transposed else arrow for arrow in scene.arrows
    )
    return replace(scene, boxes=boxes, arrows=arrows)


def _weights(trace: Trace) -> Drawing:
    """Return the weights, and what each row adds up to."""
    values = trace[WEIGHTS]
    drawn = value_drawing(trace.node(WEIGHTS), values, WEIGHTS, trace.words).named(WEIGHTS)
    return beside_rows(
        drawn, WEIGHTS, [words(total(row), size=SMALL, ink="soft") for row in values]
    )


FIGURE = Figure(2, "scaled-dot-product-attention", body, lambda: (graph(),), "from-head")
