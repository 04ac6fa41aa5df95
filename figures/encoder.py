"""Figure 10: the encoder, its first layer open."""

from dataclasses import replace

from cutaway.figures.architecture import WORDING, annotated
from cutaway.figures.inset import labelled
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.figures.transformer import encoder
from cutaway.render.marks import Drawing
from cutaway.transform import collapse

FIRST, OTHERS = "encoder/layer.0", "encoder/layer.1"
OPEN = ("self_attention", "self_attention_norm", "feed_forward", "feed_forward_norm")
TITLES = {FIRST: "first-layer", OTHERS: "other-layers", f"{FIRST}/feed_forward": "position-wise"}
HEADS = f"{FIRST}/self_attention"
NOTES = {
    OTHERS: "same-form",
    f"{HEADS}/query": "split-heads",
    f"{HEADS}/key": "split-heads",
    f"{HEADS}/value": "split-heads",
    f"{HEADS}/attention": "heads-parallel",
    f"{HEADS}/output": "heads-joined",
}


def body(setting: Setting) -> Drawing:
    """Return the encoder from tokens to memory."""
    view = collapse(
        encoder(), "layer", apart=(FIRST,), open=(FIRST, *(f"{FIRST}/{part}" for part in OPEN))
    )
    wording = replace(
        WORDING,
        titles={**WORDING.titles, **labelled(TITLES)},
        notes={**WORDING.notes, **labelled(NOTES)},
        plain=frozenset({OTHERS}),
        bare=WORDING.bare | {f"{FIRST}/self_attention_norm", f"{FIRST}/feed_forward_norm"},
    )
    picture = annotated(setting, view, wording)
    picture.layers(FIRST, OTHERS, "left")
    picture.gives(OTHERS, label("memory-made"))
    return picture.drawing


FIGURE = Figure(10, "encoder", body, lambda: (encoder(),))
