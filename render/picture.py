"""A picture: made when it is asked for, saved whole or not at all."""

import os
from functools import cached_property
from pathlib import Path

from cutaway.graph import save
from cutaway.graph.errors import explain
from cutaway.render.dot import to_dot
from cutaway.render.errors import RenderError
from cutaway.render.layout import place
from cutaway.render.png import to_png
from cutaway.render.scene import Layout, Scene
from cutaway.render.svg import canvas, to_svg
from cutaway.render.text import shorten

FORMATS = (".svg", ".png", ".dot")


class Picture:
    """A drawing of a graph; notebooks show it.

    Nothing is laid out before it is needed. The same graph gives the same bytes, always.

    Attributes
    ----------
    scene
        What is drawn, as plain data.
    dot, svg
        The picture as text.

    Examples
    --------
    >>> import cutaway as ca
    >>> picture = ca.draw(ca.ops.relu(ca.input("x", "N")))
    >>> picture
    <Picture of 2 boxes and 1 arrows>
    >>> picture.dot.splitlines()[0], picture.svg[:4]
    ('digraph cutaway {', '<svg')
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    def __repr__(self) -> str:
        return f"<Picture of {len(self.scene.boxes)} boxes and {len(self.scene.arrows)} arrows>"

    @cached_property
    def _layout(self) -> Layout:
        return place(self.scene)

    @cached_property
    def dot(self) -> str:
        """The picture as DOT; this needs no layout."""
        return to_dot(self.scene)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        return to_svg(self.scene, self._layout)

    def png(self) -> bytes:
        """Return the picture as PNG, drawn with the bundled fonts."""
        lines = [line.text for box in self.scene.boxes for line in box.lines]
        lines += [line.text for frame in self.scene.frames for line in frame.title]
        lines += [sign.words for sign in self.scene.legend]
        lines += [arrow.label for arrow in self.scene.arrows]
        return to_png(self.svg, "".join(map(shorten, lines)), canvas(self.scene, self._layout))

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write ``.svg``, ``.png`` or ``.dot``; the file appears whole or not at all.

        Raises
        ------
        RenderError
            For another ending.
        SaveError
            If the file cannot be written.
        """
        ending = Path(path).suffix.lower()
        if ending not in FORMATS:
            raise RenderError(
                explain(
                    f"cannot save {os.fspath(path)!r}",
                    required=f"an ending of {', '.join(FORMATS)}",
                    came=repr(ending) if ending else "no ending",
                )
            )
        if ending == ".png":
            return save(path, self.png())
        return save(path, self.svg if ending == ".svg" else self.dot)
