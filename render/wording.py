"""What boxes of a figure say or show otherwise than those in pictures of any graph."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from cutaway.graph import Title
from cutaway.render.marks import Drawing
from cutaway.render.scene import Place


@dataclass(frozen=True, slots=True)
class Wording:
    """What a figure does its own way, by the paths of nodes and scopes.

    Attributes
    ----------
    notes
        What stands under a box's title.
    inside
        What is drawn in a box, under its texts.
    round
        Boxes that are circles.
    plain
        Blocks and frames that don't say how often they are repeated and where their norms stand.
    bare
        Scopes whose frame is left out: what is in it stands in the one around it.
    """

    notes: Mapping[str, Title] = field(default_factory=dict)
    inside: Mapping[str, Drawing] = field(default_factory=dict)
    round: frozenset[str] = frozenset()
    plain: frozenset[str] = frozenset()
    bare: frozenset[str] = frozenset()

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
