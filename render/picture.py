"""A picture: made when it is asked for, saved whole or not at all."""

import os
from collections.abc import Callable, Collection
from functools import cached_property
from pathlib import Path

from cutaway.graph import save
from cutaway.graph.errors import explain
from cutaway.render.dot import to_dot
from cutaway.render.errors import RenderError
from cutaway.render.layout import place
from cutaway.render.page import to_page
from cutaway.render.pdf import to_pdf
from cutaway.render.png import to_png
from cutaway.render.scene import Layout, Scene
from cutaway.render.svg import canvas, describe, to_svg
from cutaway.render.text import shorten

FORMATS = (".svg", ".pdf", ".png", ".html", ".dot")


class Picture:
    """A drawing of a graph; notebooks show it.

    Nothing is laid out before it is needed. The same graph gives the same bytes, always.

    Attributes
    ----------
    scene
        What is drawn, as plain data.
    dot, svg, html
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

    def __init__(
        self, scene: Scene, opened: Callable[[Collection[str]], Scene] | None = None
    ) -> None:
        self.scene = scene
        self._opened = opened or (lambda paths: scene)

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
        return to_png(self.svg, self._texts, canvas(self.scene, self._layout))

    def pdf(self) -> bytes:
        """Return the picture as PDF of one page; text stays text. This needs the extra ``pdf``."""
        size = canvas(self.scene, self._layout)
        lang = "en" if self.scene.lang == "en" else "zh"
        title, told = self.scene.title, describe(self.scene)
        return to_pdf(self.svg, title, f"{title}. {told}", self._texts, size, lang)

    @cached_property
    def html(self) -> str:
        """The picture as a page of its own, in which blocks open at a click."""
        return to_page(self.scene, self._opened)

    @cached_property
    def _texts(self) -> str:
        lines = [line.text for box in self.scene.boxes for line in box.lines]
        lines += [line.text for frame in self.scene.frames for line in frame.title]
        lines += [sign.words for sign in self.scene.legend]
        lines += [arrow.label for arrow in self.scene.arrows]
        return "".join(map(shorten, lines)) + self.scene.caption

    def _repr_svg_(self) -> str:
        return self.svg

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write ``.svg``, ``.pdf``, ``.png``, ``.html`` or ``.dot``: whole or not at all.

        A PDF needs the extra ``pdf``. A page of HTML is one file that loads nothing: blocks open
        at a click, it zooms and moves, and follows the reader's light or dark.

        Raises
        ------
        RenderError
            For another ending, a PDF without its extra, or a character that no font has.
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
        make: dict[str, Callable[[], bytes | str]] = {
            ".svg": lambda: self.svg,
            ".pdf": self.pdf,
            ".png": self.png,
            ".html": lambda: self.html,
            ".dot": lambda: self.dot,
        }
        return save(path, make[ending]())
