"""Figure 11: the decoder, its first layer open."""

from dataclasses import replace

from cutaway.figures.architecture import WORDING, annotated, triangle
from cutaway.figures.inset import labelled
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.transformer import decoder
from cutaway.render.marks import Drawing
from cutaway.transform import collapse

FIRST, OTHERS = "decoder/layer.0", "decoder/layer.1"
NORMS = ("self_attention_norm", "cross_attention_norm", "feed_forward_norm")
CROSS = f"{FIRST}/cross_attention"
TITLES = {FIRST: "first-layer", OTHERS: "other-layers"}
NOTES = {
    OTHERS: "same-form",
    "memory": "memory-enters",
    f"{CROSS}/attention": "weights-shape",
    f"{CROSS}/output": "heads-joined",
    f"{FIRST}/feed_forward": "position-wise-note",
}


def body(setting: Setting) -> Drawing:
    """Return the decoder from tokens and memory to probabilities."""
    opened = (FIRST, CROSS, *(f"{FIRST}/{norm}" for norm in NORMS))
    view = collapse(decoder(), "layer", apart=(FIRST,), open=opened)
    wording = replace(
        WORDING,
        titles={**WORDING.titles, **labelled(TITLES)},
        notes={**WORDING.notes, **labelled(NOTES)},
        inside={"decoder/mask": triangle()},
        plain=frozenset({OTHERS}),
        bare=WORDING.bare | {f"{FIRST}/{norm}" for norm in NORMS},
    )
    picture = annotated(setting, view, wording)
    picture.layers(FIRST, OTHERS, "right")
    return picture.drawing


FIGURE = Figure(11, "decoder", body, lambda: (decoder(),))
