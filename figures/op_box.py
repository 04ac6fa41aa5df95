"""A box of one op."""

from cutaway.figures.spec import Setting
from cutaway.graph import Title
from cutaway.render.compose import boxed, sized
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing
from cutaway.render.words import words

PAD = 4.0


def op_box(
    setting: Setting,
    title: Title,
    family: str,
    *nodes: str,
    width: float = 0.0,
    name: str = "",
) -> Drawing:
    """Return a box with its title; its spot is ``name``, or its first node."""
    text = words(title, setting.lang, 10.0, align="middle")
    box = boxed(sized(text, width - 2 * PAD), f"boxes.{family}", pad=PAD)
    return box.part("op", one_line(title, setting.lang), *nodes).named(name or nodes[0])
