"""Those that draw the same encoder of two layers: a module for each, with one function.

``ways() -> dict`` maps what is drawn to a call that draws it anew, from the model to SVG.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec

LAYERS, WIDTH, HEADS, HIDDEN = 2, 64, 4, 256
BATCH, LENGTH = 2, 8  # of the example that a tracer needs


@dataclass(frozen=True)
class Drawn:
    """A picture: how many boxes it has, its SVG, and the seconds of Graphviz's process in it."""

    boxes: int
    svg: str
    layout: float


Draw = Callable[[], Drawn]


@dataclass(frozen=True)
class Drawer:
    """A tool that draws: what tables call it, its module, and its distributions.

    All of the libraries must be importable.
    """

    title: str
    place: str
    libraries: tuple[str, ...]

    @property
    def installed(self) -> bool:
        """Say whether its libraries are there."""
        return all(find_spec(name) is not None for name in self.libraries)

    def ways(self) -> dict[str, Draw]:
        """Return what it draws, by title."""
        found: dict[str, Draw] = import_module(f"drawers.{self.place}").ways()
        return found


DRAWERS = {
    "cutaway": Drawer("cutaway", "cutaway_draw", ("cutaway",)),
    "torchview": Drawer("torchview", "torchview_draw", ("torchview", "torch")),
    "torchviz": Drawer("torchviz", "torchviz_draw", ("torchviz", "torch")),
}
