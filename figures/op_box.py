"""A box of one op."""

from cutaway.figures.formula import formula
from cutaway.figures.spec import Setting
from cutaway.graph import Title
from cutaway.render.compose import boxed, row, sized
from cutaway.render.marks import Drawing

PAD = 4.0
FORMULA = 11.0  # points


def op_box(
    setting: Setting,
    title: Title,
    family: str,
    *nodes: str,
    width: float = 0.0,
    name: str = "",
    latex: str = "",
) -> Drawing:
    """Return a box with its title and its formula; its spot is ``name``, or its first node."""
    text = setting.words(title, 10.0)
    if latex:
        text = row(text, formula(latex, FORMULA), gap=6.0)
    box = boxed(sized(text, width - 2 * PAD), f"boxes.{family}", pad=PAD)
    return box.part("op", setting.told(title), *nodes).named(name or nodes[0])
