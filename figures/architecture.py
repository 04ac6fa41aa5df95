"""Figures 1, 10 and 11 as pictures of boxes: what they call things, and marks beside them."""

from dataclasses import replace
from typing import Literal

from cutaway.figures.inset import labelled, scene_of
from cutaway.figures.spec import Setting
from cutaway.figures.texts import label
from cutaway.graph import Title, View
from cutaway.ops.norm import LayerNorm
from cutaway.render import glossary
from cutaway.render.compose import padded
from cutaway.render.geometry import bounds, polyline
from cutaway.render.layout import place
from cutaway.render.marks import Drawing, Inset, Mark, Part, Rect, Text, Way, shifted
from cutaway.render.scene import Bounds, Scene
from cutaway.render.svg import extent
from cutaway.render.wording import Wording

TIMES = "N×"
CELL = 5.0  # of the sign of a causal mask
SIGN = 4  # … and how many positions it has
ASIDE = 10.0  # points between a frame and the bracket beside it
RISE = 22.0  # the length of an arrow that leaves the picture
TICK = 5.0  # the ends of a bracket


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
    made = scene_of(setting, view, replace(wording, titles={**wording.titles, **norms}))
    return replace(made, legend=tuple(sign for sign in made.legend if sign.stroke))


class Annotated:
    """A view of the model, laid out, to which marks are added where its parts are."""

    def __init__(self, setting: Setting, view: View, wording: Wording) -> None:
        self._setting = setting
        self._scene = _scene(setting, view, wording)
        self._layout = place(self._scene)
        self._ids = {box.path: box.id for box in self._scene.boxes}
        longest = replace(
            self._scene, legend=_scene(replace(setting, lang="both"), view, wording).legend
        )
        inset = Inset((0.0, 0.0), self._scene, self._layout)
        self._drawing = Drawing(*extent(longest, self._layout), (inset,))
        self._sides, self._above = [0.0, self._drawing.width], 0.0

    @property
    def drawing(self) -> Drawing:
        """It with all that was added."""
        left, right = self._sides
        return padded(self._drawing, -left, self._above, right - self._drawing.width, 0.0)

    def add(self, *marks: Mark) -> None:
        """Draw more."""
        self._drawing = self._drawing.over(*marks)

    def frame(self, *place: str) -> Bounds:
        """Return where a frame is."""
        return self._layout.frames[place]

    def box(self, path: str) -> Bounds:
        """Return where a box is."""
        return self._layout.area(next(box for box in self._scene.boxes if box.path == path))

    def corners(self, tail: str, head: str) -> Bounds:
        """Return where an arrow is."""
        ends = self._ids[tail], self._ids[head]
        arrows = zip(self._scene.arrows, self._layout.curves, strict=True)
        return next(bounds(list(c)) for arrow, c in arrows if (arrow.tail, arrow.head) == ends)

    def gives(self, path: str, what: Title) -> None:
        """Say what the uppermost box makes: an arrow out of it, with a text over that."""
        left, top, right, _ = self.box(path)
        middle, said = (left + right) / 2, self._setting.words(what)
        end = top - RISE
        way = Way(((middle, top), (middle, end)), "edge", head=True)
        text = said.moved(middle - said.width / 2, end - said.height - 2)
        self._above = said.height + 2 - end
        self.add(Part("output", what.en, (way, *text.marks)))

    def layers(self, first: str, others: str, side: Literal["left", "right"]) -> None:
        """Say that a stack is a layer, which is open, and others that are one box."""
        left, _, right, bottom = self.frame(first)
        _, top, *_ = self.box(others)
        self.repeated((left, top, right, bottom), side)

    def repeated(self, around: Bounds, side: Literal["left", "right"]) -> None:
        """Say that what is there is repeated N times: a bracket beside it."""
        sign = self._setting.words(TIMES, 14.0)
        left, top, right, bottom = around
        beside = [
            x for curve in self._layout.curves for x, y in polyline(curve) if top < y < bottom
        ]
        left, right = min(left, *beside), max(right, *beside)
        x, inner = (left - ASIDE, TICK) if side == "left" else (right + ASIDE, -TICK)
        way = Way(((x + inner, top), (x, top), (x, bottom), (x + inner, bottom)), "edge", 1.4)
        at = x - sign.width - 4 if side == "left" else x + 4
        self._sides = [min(self._sides[0], at), max(self._sides[1], at + sign.width)]
        moved = sign.moved(at, (top + bottom - sign.height) / 2)
        self.add(Part("repeat", TIMES, (way, *moved.marks)))


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
