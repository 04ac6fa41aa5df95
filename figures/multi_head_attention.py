"""Figure 8: multi-head attention: project, split, attend, concatenate, project."""

from functools import lru_cache

from cutaway import layers
from cutaway.figures.formula import pieces
from cutaway.figures.inset import inset, labelled, moved_trace, scene_of, shown
from cutaway.figures.spec import Figure, Setting
from cutaway.graph import Graph, Trace, input
from cutaway.render.compose import column
from cutaway.render.marks import Drawing
from cutaway.render.wording import Wording
from cutaway.transform import collapse

TITLES = {
    "x": "tokens-in",
    "mask": "padding-mask-shared",
    "query/matmul": "project-query",
    "key/matmul": "project-key",
    "value/matmul": "project-value",
    "query/reshape": "split",
    "key/reshape": "split",
    "value/reshape": "split",
    "query/permute_dims": "heads-first",
    "key/permute_dims": "heads-first",
    "value/permute_dims": "heads-first",
    "attention": "attention-per-head",
    "output/permute_dims": "tokens-first",
    "output/reshape": "concatenate",
    "output/matmul": "project-output",
}
HEAD = r"\operatorname{head}"
FORMULAS = (
    rf"{HEAD}_i = \operatorname{{Attention}}(x W_i^Q, x W_i^K, x W_i^V)",
    rf"\operatorname{{MultiHead}} = \operatorname{{Concat}}({HEAD}_1, \dots, {HEAD}_h)\, W^O",
)


@lru_cache(maxsize=1)
def graph() -> Graph:
    """Return the sublayer alone, as the model has it: ``x`` (B, S, d_model), a padding mask."""
    mask = input("mask", "B 1 1 S", dtype="bool")
    x = input("x", "B S d_model")
    return Graph(layers.multi_head_attention(x, heads="h", mask=mask))


def body(setting: Setting) -> Drawing:
    """Return its ops from bottom to top, attention itself as one box, and their values."""
    prefixes = {"x": "x", "mask": "expand_dims", "": "self_attention/"}
    found = moved_trace(setting.example.layer, graph(), prefixes)
    heads = found["attention/softmax"].shape[1]
    numbers = tuple(str(head) for head in range(1, heads + 1))  # as Z₁ … in figure 9
    trace = shown(setting, Trace(graph(), found, {**found.words, "h": numbers}))
    view = collapse(graph(), "op", close=("attention",))
    scene = scene_of(setting, view, Wording(labelled(TITLES)), trace)
    return column(*(pieces([(formula, "")]) for formula in FORMULAS), inset(scene), gap=12.0)


FIGURE = Figure(8, "multi-head-attention", body, lambda: (graph(),))
