"""What becomes a file: grids, texts and scenes, at places of their own."""

from dataclasses import dataclass, replace

from cutaway.render.marks import Drawing, Inset, Mark
from cutaway.render.scene import Language, Layout, Scene
from cutaway.render.svg import MARGIN, describe, document, extent, scene_elements
from cutaway.render.theme import Theme
from cutaway.render.write import write


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a picture shows, with its name and what it tells in words.

    Scenes stand in it directly, not inside of a part.
    """

    title: str
    told: str
    body: Drawing
    lang: Language
    theme: Theme

    @classmethod
    def of(cls, scene: Scene, layout: Layout) -> "Sheet":
        """Return a scene alone."""
        return cls(scene.title, describe(scene), inset(scene, layout), scene.lang, scene.theme)

    def themed(self, theme: Theme) -> "Sheet":
        """Return it in another theme."""
        return replace(self, theme=theme)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height, margins included."""
        return self.body.width + 2 * MARGIN, self.body.height + 2 * MARGIN

    @property
    def svg(self) -> str:
        """It as SVG."""
        body = self.body.moved(MARGIN, MARGIN)
        inner = "\n".join(_element(mark, self.theme) for mark in body.marks)
        return document(self.title, self.told, inner, self.size, self.lang, self.theme)


def inset(scene: Scene, layout: Layout) -> Drawing:
    """Return a scene as a drawing, to stand on a sheet."""
    return Drawing(*extent(scene, layout), (Inset((0.0, 0.0), scene, layout),))


def _element(mark: Mark, theme: Theme) -> str:
    if not isinstance(mark, Inset):
        return write((mark,), theme)
    x, y = mark.place
    elements = scene_elements(replace(mark.scene, theme=theme), mark.layout)
    return "\n".join((f'<g transform="translate({x:g},{y:g})">', *elements, "</g>"))
