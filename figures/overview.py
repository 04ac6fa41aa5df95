"""Figure 1: the whole Transformer, encoder and decoder side by side."""

from dataclasses import replace

from cutaway.figures.architecture import WORDING, annotated, low, triangle
from cutaway.figures.spec import Figure, Setting
from cutaway.figures.texts import label
from cutaway.figures.transformer import model
from cutaway.render.marks import Drawing, Part
from cutaway.render.words import paragraph
from cutaway.transform import collapse

MEMORY = "encoder/layer.0/feed_forward_norm", "decoder/layer.0/cross_attention"
LAYERS = "encoder/layer.0", "decoder/layer.0"
GAP = 8.0  # points between what is said of the memory and the decoder


def body(setting: Setting) -> Drawing:
    """Return both towers, and what joins them."""
    wording = replace(WORDING, plain=frozenset(LAYERS), inside={"decoder/mask": triangle()})
    picture = annotated(setting, collapse(model(), "sublayer"), wording)
    picture.repeated(picture.frame("encoder/layer.0"), "left")
    picture.repeated(picture.frame("decoder/layer.0"), "right")
    left, top, *_ = picture.corners(*MEMORY)
    room = picture.frame("decoder/layer.0")[0] - left - GAP
    said = low(paragraph(label("memory-told"), setting.lang, room, 10.0))
    picture.add(Part("note", "", said.moved(left, top - said.height - 3).marks))
    return picture.drawing


FIGURE = Figure(1, "overview", body, lambda: (model(),))
