"""Figure 8: multi-head attention: project, split, attend, concatenate, project."""

from functools import lru_cache

from cutaway import layers
from cutaway.figures import legend
from cutaway.figures.annotated import Annotated
from cutaway.figures.formula import pieces
from cutaway.figures.inset import head_widths, labelled, moved_trace, scene_of, shown
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.graph import Graph, Trace, input
from cutaway.render.compose import column, sized
from cutaway.render.marks import Drawing, Part, Way
from cutaway.render.scene import Scene
from cutaway.render.values import value_drawing
from cutaway.render.wording import Wording
from cutaway.render.words import words
from cutaway.transform import collapse

ROLES = {"query": "Q", "key": "K", "value": "V"}
TITLES = {
    "x": "tokens-in",
    "mask": "padding-mask-shared",
    "attention": "attention-per-head",
    "output": "heads-mixed",
    "output/permute_dims": "tokens-first",
    "output/reshape": "concatenate",
    "output/matmul": "linear",
    "output/add": "add-bias",
    **{role: f"{role}-heads" for role in ROLES},
    **{f"{role}/matmul": "project-heads" for role in ROLES},
    **{f"{role}/add": "add-bias" for role in ROLES},
    **{f"{role}/reshape": "split" for role in ROLES},
    **{f"{role}/permute_dims": "heads-first" for role in ROLES},
}
LATEX = {
    "output/matmul": r"\cdot\, W^O",
    "output/add": "+ b^O",
    **{f"{role}/matmul": rf"\cdot\, [W_1^{s} \dots W_h^{s}]" for role, s in ROLES.items()},
    **{f"{role}/add": rf"+ [b_1^{s} \dots b_h^{s}]" for role, s in ROLES.items()},
}
HEAD = r"\operatorname{head}"
INPUTS = ", ".join(f"x W_i^{s} + b_i^{s}" for s in ROLES.values())
FORMULAS = (
    rf"{HEAD}_i = \operatorname{{Attention}}({INPUTS})",
    rf"\operatorname{{MultiHead}} = \operatorname{{Concat}}({HEAD}_1, \dots, {HEAD}_h)\, W^O + b^O",
)
HEADS = "attention/matmul.1"  # what the heads make
FEATURES = "16 / 64"  # as boxes say it
SMALL = 10.0  # points
TICK = 4.0  # points: the ends of a bracket


@lru_cache(maxsize=1)
def graph() -> Graph:
    """Return the sublayer alone, as the model has it: ``x`` (B, S, d_model), a padding mask."""
    mask = input("mask", "B 1 1 S", dtype="bool")
    x = input("x", "B S d_model")
    return Graph(layers.multi_head_attention(x, heads="h", mask=mask))


def body(setting: Setting) -> Drawing:
    """Return its ops from bottom to top, and their values."""
    picture = Annotated(setting, _scene)
    picture.fork("x", *(f"{role}/matmul" for role in ROLES))
    parts = [*(pieces([(formula, "")]) for formula in FORMULAS), picture.drawing]
    if setting.values:
        entries = [(words(FEATURES, size=SMALL, ink="soft"), "features-drawn")]
        wide = picture.drawing.width
        parts.append(sized(legend.legend(setting, entries, wide), wide, align=("start", "middle")))
    return column(*parts, gap=12.0)


def _scene(setting: Setting) -> Scene:
    prefixes = {"x": "x", "mask": "expand_dims", "": "self_attention/"}
    found = moved_trace(setting.example.layer, graph(), prefixes)
    count = found[HEADS].shape[1]
    last = str(count) if setting.values else "h"
    numbers = (*(str(head) for head in range(1, count)), last)  # as Z₁ … in figure 9
    trace = shown(setting, Trace(graph(), found, {**found.words, "h": numbers}))
    inside = {"attention": _heads(setting, trace)}
    wording = Wording(labelled(TITLES), inside=inside, formulas=LATEX)
    view = collapse(graph(), "op", close=("attention",))
    return head_widths(scene_of(setting, view, wording, trace))


def _heads(setting: Setting, trace: Trace) -> Drawing:
    """Return what the heads make, with a bracket that says how many there are."""
    values = trace[HEADS]
    drawn = value_drawing(trace.node(HEADS), values, HEADS, trace.words)
    wide, count = drawn.width, values.shape[1] if setting.values else "h"
    corners = ((0.0, 0.0), (0.0, TICK), (wide, TICK), (wide, 0.0))
    bracket = Drawing(wide, TICK, (Part("bracket", "", (Way(corners, "edge"),)),))
    counted = label("heads-counted").fill(count)
    said = words(counted, setting.lang, SMALL, align="middle", level="start")
    return column(drawn, bracket, said, gap=3.0)


FIGURE = Figure(8, "multi-head-attention", body, lambda: (graph(),), "from-layer")
