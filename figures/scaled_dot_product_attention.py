"""Figure 2: scaled dot-product attention, op by op."""

from dataclasses import replace
from functools import lru_cache

from cutaway import layers
from cutaway.figures.formula import pieces
from cutaway.figures.inset import inset, labelled, moved_trace, scene_of, shown
from cutaway.figures.spec import Figure, Setting
from cutaway.graph import Graph, input
from cutaway.ops import not_equal
from cutaway.render.compose import column
from cutaway.render.marks import Drawing
from cutaway.render.wording import Wording
from cutaway.transform import collapse

MASK = "attention/where"
TITLES = {
    "q": "queries",
    "k": "keys",
    "v": "values",
    "source": "source-tokens",
    "not_equal": "may-attend",
    "attention/permute_dims": "transposed-keys",
    "attention/matmul": "matmul-scores",
    "attention/divide": "scale",
    MASK: "optional-mask",
    "attention/softmax": "softmax-over-keys",
    "attention/matmul.1": "matmul-values",
}
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
    names = {"q": "query/add", "k": "key/add", "v": "value/add", "": ""}
    trace = shown(setting, moved_trace(setting.example.head, graph(), names))
    scene = scene_of(setting, collapse(graph(), "op"), Wording(labelled(TITLES)), trace)
    boxes = (replace(box, optional=box.path == MASK) for box in scene.boxes)
    return column(pieces(FORMULA), inset(replace(scene, boxes=tuple(boxes))), gap=12.0)


FIGURE = Figure(2, "scaled-dot-product-attention", body, lambda: (graph(),))
