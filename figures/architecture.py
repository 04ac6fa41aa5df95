"""Figures 1, 10 and 11 as pictures of boxes: what they call things, and marks beside them."""

from dataclasses import replace

from cutaway.figures.annotated import Annotated
from cutaway.figures.inset import head_widths, labelled, scene_of
from cutaway.figures.spec import Setting
from cutaway.figures.texts import label
from cutaway.graph import View
from cutaway.ops.norm import LayerNorm
from cutaway.render import glossary
from cutaway.render.marks import Drawing, Part, Rect, Text, shifted
from cutaway.render.scene import Scene
from cutaway.render.wording import Wording

CELL = 5.0  # of the sign of a causal mask
SIGN = 4  # … and how many positions it has


TITLES = {
    "source": "source-tokens",
    "target": "target-tokens",
    "source_embedding": "embedding",
    "target_embedding": "embedding",
    "source_sum": "plus",
    "target_sum": "plus",
    "memory": "memory",
    "output": "linear",
}
POSITIONS = glossary.SCOPES["positions"]
WORDING = Wording(
    titles={
        **labelled(TITLES),
        "source_positions": POSITIONS,
        "target_positions": POSITIONS,
    },
    notes={"target": label("shifted"), "softmax": label("probabilities")},
    round=frozenset({"source_sum", "target_sum"}),
    bare=frozenset({"encoder", "decoder"}),
)


def _scene(setting: Setting, view: View, wording: Wording) -> Scene:
    norms = {view.path(n): n.op.title for n in view.nodes if isinstance(n.op, LayerNorm)}
    named = replace(wording, titles={**wording.titles, **norms})
    made = head_widths(scene_of(setting, view, named))
    return replace(made, legend=tuple(sign for sign in made.legend if sign.stroke))


def annotated(setting: Setting, view: View, wording: Wording) -> Annotated:
    """Return a view of the model, to which marks are added."""
    return Annotated(setting, lambda each: _scene(each, view, wording))


def low(drawing: Drawing) -> Drawing:
    """Return lines of text at the bottom of their room, not at its top."""
    last = max(mark.place[1] for mark in drawing.marks if isinstance(mark, Text))
    return drawing.moved(0.0, drawing.height - last - 4)


def triangle() -> Drawing:
    """Return the sign of a causal mask: each position sees those before it and itself."""
    cell, places = (0.0, 0.0, CELL, CELL), range(SIGN)
    marks = tuple(
        Rect(shifted(cell, key * CELL, query * CELL), "edge" if key <= query else "", "edge", 0.6)
        for query in places
        for key in places
    )
    return Drawing(SIGN * CELL, SIGN * CELL, (Part("sign", "", marks),))
