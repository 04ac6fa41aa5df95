"""A box of one op."""

from cutaway.figures.spec import Setting
from cutaway.graph import Title
from cutaway.render.compose import boxed, column, sized
from cutaway.render.marks import Drawing
from cutaway.render.text import clean
from cutaway.render.words import words

PAD = 4.0


def op_box(
    setting: Setting,
    title: Title,
    family: str,
    *nodes: str,
    under: Drawing | None = None,
    width: float = 0.0,
    name: str = "",
) -> Drawing:
    """Return a box with its title, and something under that.

    Its spot is ``name``, or its first node.
    """
    text = words(title, setting.lang, 10.0, align="middle")
    inner = column(text, under, gap=2.0) if under else text
    box = boxed(sized(inner, width - 2 * PAD), f"boxes.{family}", pad=PAD)
    shown = clean(title.zh if setting.lang == "zh" else title.en)
    return box.part("op", shown, *nodes).named(name or nodes[0])
