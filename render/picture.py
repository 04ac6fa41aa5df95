"""A picture: made when it is asked for, saved whole or not at all."""

import os
from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from cutaway.graph import save
from cutaway.graph.errors import explain
from cutaway.graph.files import file_path
from cutaway.render.dot import to_dot
from cutaway.render.errors import RenderError
from cutaway.render.layout import place
from cutaway.render.marks import Inset
from cutaway.render.page import to_page
from cutaway.render.pdf import to_pdf
from cutaway.render.png import to_png
from cutaway.render.scene import Scene
from cutaway.render.sheet import Sheet
from cutaway.render.text import clean
from cutaway.render.views import Opened

FORMATS = (".svg", ".pdf", ".png", ".html", ".dot")


class Picture:
    """A drawing of a graph; notebooks show it.

    Nothing is laid out before it is needed. The same graph gives the same bytes, always.

    Attributes
    ----------
    content
        What is drawn, as plain data: a scene of boxes and arrows, or a sheet that is put together.
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

    def __init__(self, content: Scene | Sheet, opened: Opened | None = None) -> None:
        self.content = content
        self._opened = opened

    def __repr__(self) -> str:
        if not self._scenes:
            return f"<Picture of {self._sheet.title!r}>"
        boxes, arrows = (
            sum(map(len, lists))
            for lists in zip(*((s.boxes, s.arrows) for s in self._scenes), strict=True)
        )
        return f"<Picture of {boxes} boxes and {arrows} arrows>"

    @property
    def scene(self) -> Scene:
        """The boxes and arrows in it.

        Raises
        ------
        RenderError
            If it is made of grids alone.
        """
        if not self._scenes:
            raise RenderError(
                explain(
                    f"{self._sheet.title!r} has no boxes and arrows",
                    required="a picture of a graph",
                    came="a figure of grids",
                    fix='save it as ".svg", ".pdf", ".png" or ".html"',
                )
            )
        return self._scenes[0]

    @cached_property
    def _scenes(self) -> tuple[Scene, ...]:
        if isinstance(self.content, Scene):
            return (self.content,)
        return tuple(mark.scene for mark in self.content.body.marks if isinstance(mark, Inset))

    @cached_property
    def _sheet(self) -> Sheet:
        if isinstance(self.content, Sheet):
            return self.content
        return Sheet.of(self.content, place(self.content))

    @cached_property
    def dot(self) -> str:
        """The picture as DOT; this needs no layout."""
        return to_dot(self.scene)

    @cached_property
    def svg(self) -> str:
        """The picture as SVG."""
        return self._sheet.svg

    def png(self) -> bytes:
        """Return the picture as PNG, drawn with the bundled fonts."""
        return to_png(self.svg, self._texts, self._sheet.size, self._sheet.theme.background)

    def pdf(self) -> bytes:
        """Return the picture as PDF of one page; text stays text. This needs the extra ``pdf``."""
        sheet = self._sheet
        told = f"{sheet.title}. {sheet.told}"
        lang = "en" if sheet.lang == "en" else "zh"
        return to_pdf(self.svg, sheet.title, told, self._texts, sheet.size, lang)

    @cached_property
    def html(self) -> str:
        """The picture as a page of its own, in which blocks open at a click."""
        return to_page(self._sheet, self.content, self._opened)

    @cached_property
    def _texts(self) -> str:
        return clean("".join(self._sheet.body.texts()))

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
            If that is no path, or the file cannot be written.
        """
        ending = file_path(path).suffix.lower()
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
