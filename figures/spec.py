"""What one figure is, and what it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from cutaway.figures.example import Example
from cutaway.figures.texts import of_figure
from cutaway.graph import Graph, Title
from cutaway.render.label import one_line
from cutaway.render.marks import Drawing
from cutaway.render.scene import Language
from cutaway.render.words import words


@dataclass(frozen=True, slots=True)
class Setting:
    """How a figure is asked for: its language, and with numbers or with symbols.

    ``causal`` masks what comes after each token instead of the padding.
    """

    lang: Language
    values: bool
    example: Example
    causal: bool = False

    def words(self, text: Title | str, size: float = 11.0, ink: str = "ink") -> Drawing:
        """Return a text in the figure's language, on one line."""
        return words(text, self.lang, size, ink, align="middle")

    def told(self, text: Title) -> str:
        """Return what a part is called, for those who can't see it."""
        return one_line(text, self.lang)


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of the article.

    Attributes
    ----------
    name
        As it is asked for, and in its file's name; its texts stand under it in ``texts.toml``.
    body
        Makes it.
    graphs
        What it draws besides the graphs of the example.
    source
        The label that says which part of the translator its numbers are from.
    """

    number: int
    name: str
    body: Callable[[Setting], Drawing]
    graphs: Callable[[], tuple[Graph, ...]] = tuple
    source: str = ""

    @property
    def title(self) -> Title:
        """What it is called."""
        return of_figure(self.name, "title")

    @property
    def caption(self) -> Title:
        """What stands under it: what it answers, in a few sentences."""
        return of_figure(self.name, "caption")

    @property
    def told(self) -> Title:
        """What it shows, for those who can't see it: what is there and how it is connected."""
        return of_figure(self.name, "told")

    @property
    def causal(self) -> "Figure":
        """Its causal case, which has texts of its own."""
        return replace(self, name=f"{self.name}-causal")

    def file(self, lang: str, ending: str) -> str:
        """Return what its file is called: ``figure-05-attention-matrix.en.svg``."""
        return f"figure-{self.number:02}-{self.name}.{lang}.{ending}"
