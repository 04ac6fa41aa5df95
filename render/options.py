"""How a view is drawn: all that is asked for, in one place."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from cutaway.graph import Shape, Trace, show_shape
from cutaway.render.lit import Lit
from cutaway.render.scene import Direction, Language
from cutaway.render.theme import Theme, read_theme
from cutaway.render.tint import Tint
from cutaway.render.wording import Wording


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for of a picture, besides what it shows.

    Attributes
    ----------
    title
        What the picture is called.
    theme
        How it looks; this moves nothing.
    shape
        How a shape is written; ``""`` where none is to stand.
    formulas
        Whether boxes show what they compute.
    costs
        What is counted of blocks: ``parameters``, ``flops``.
    sizes
        Sizes to fill into what is counted, by name.
    weights
        Whether parameters have boxes.
    lit
        What stands out.
    trace
        Values to show in the boxes of the nodes that have them.
    wording
        What boxes and frames say and show otherwise, by their paths.
    caption
        What stands under the picture.
    tint
        Shades of boxes, instead of a colour for their kind.
    """

    lang: Language = "en"
    direction: Direction = "BT"
    title: str = ""
    theme: Theme = field(default_factory=lambda: read_theme("light"))
    shape: Callable[[Shape], str] = show_shape
    formulas: bool = False
    costs: Collection[str] = ()
    sizes: Mapping[str, int] = field(default_factory=dict)
    weights: bool = True
    lit: Lit = field(default_factory=Lit)
    trace: Trace | None = None
    wording: Wording = field(default_factory=Wording)
    caption: str = ""
    tint: Tint | None = None
