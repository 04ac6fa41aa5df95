"""Shades that boxes take from what they stand for, instead of a colour for their kind."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cutaway.graph import Node, Title
from cutaway.render.label import one_line
from cutaway.render.scale import shade
from cutaway.render.scene import Language, Sign


@dataclass(frozen=True, slots=True)
class Tint:
    """A shade for each node, and what is said of it.

    Attributes
    ----------
    shades
        From 0, none, to 10, the darkest. A box has that of the darkest of its nodes.
    words
        What stands under a box's title, by node: that of its darkest node.
    legend
        What shades mean.
    lit
        What being highlighted means here.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = ca.ops.relu(ca.input("x", "N"))
    >>> picture = ca.draw(y, tint=Tint({y: 3}, {y: Title("0.3", "0.3")}))
    >>> [(box.fill, box.lines[-1].text) for box in picture.scene.boxes]
    [('p0', '(N,)'), ('p3', '0.3')]
    """

    shades: Mapping[Node, int]
    words: Mapping[Node, Title] = field(default_factory=dict)
    legend: tuple[tuple[Title, int], ...] = ()
    lit: Title | None = None

    def fill(self, nodes: Iterable[Node]) -> str:
        """Return the name of the shade of a box that stands for some nodes."""
        return shade(max((self.shades.get(node, 0) for node in nodes), default=0))

    def note(self, nodes: Iterable[Node]) -> Title | None:
        """Return what is said of a box that stands for some nodes."""
        told = [node for node in nodes if node in self.words]
        if not told:
            return None
        return self.words[max(told, key=lambda node: self.shades.get(node, 0))]

    def signs(self, lang: Language) -> Iterator[Sign]:
        """Return the entries of the legend."""
        for words, step in self.legend:
            yield Sign(one_line(words, lang), role="op", fill=shade(step))
