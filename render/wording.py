"""What boxes and frames say or show otherwise than what is read off the graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cutaway.graph import Title
from cutaway.render.marks import Drawing
from cutaway.render.naming import Look
from cutaway.render.scene import Place


@dataclass(frozen=True, slots=True)
class Wording:
    """What a picture does its own way, by the paths of nodes and scopes.

    Attributes
    ----------
    titles
        What boxes and frames are called.
    notes
        What stands under a box's title; of an op, for the name that it was given.
    inside
        What is drawn in a box, under its texts.
    formulas
        What stands under the texts of a box in LaTeX, typeset.
    round
        Boxes that are circles.
    plain
        Blocks and frames that don't say how often they are repeated and where their norms stand.
    bare
        Scopes whose frame is left out: what is in it stands in the one around it.
    numbered
        Whether blocks that are repeated have the names of their scopes, with their numbers.
    """

    titles: Mapping[str, Title] = field(default_factory=dict)
    notes: Mapping[str, Title] = field(default_factory=dict)
    inside: Mapping[str, Drawing] = field(default_factory=dict)
    formulas: Mapping[str, str] = field(default_factory=dict)
    round: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()
    numbered: bool = False

    def called(self, look: Look, path: str) -> Look:
        """Return the look of a block with the title that it has here.

        Examples
        --------
        >>> look = Look(Title("Layer", "层"), "layer")
        >>> Wording(numbered=True).called(look, "encoder/layer.1").title
        Title(en='Layer · layer.1', zh='层 · layer.1')
        """
        name, title = path.rpartition("/")[2], look.title
        if self.numbered and name.rpartition(".")[2].isdecimal() and title.en != name:
            # by its name: pictures count from 1, names from 0
            title = title.each(lambda text: f"{text} · {name}")
        return look._replace(title=self.titles.get(path, title))

    def place(self, place: Place) -> Place:
        """Return a place without the frames that are left out.

        Examples
        --------
        >>> Wording(bare=frozenset({"encoder"})).place(("encoder", "layer.0", "norm"))
        ('encoder/layer.0', 'norm')
        """
        names: list[str] = []
        begun = ""
        for depth, name in enumerate(place, 1):
            begun = f"{begun}/{name}" if begun else name
            if "/".join(place[:depth]) not in self.bare:
                names.append(begun)
                begun = ""
        return tuple(names)
