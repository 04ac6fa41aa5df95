"""Frames around boxes: what they are called, how often they are there, what is in them costs."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from cutaway.graph import Group, Node, Shown, View
from cutaway.graph.title import languages
from cutaway.render.arrows import Bundle
from cutaway.render.costs import Costs
from cutaway.render.label import SMALL, Lines, all_languages, one_line, room
from cutaway.render.naming import Look, Namer
from cutaway.render.options import Options
from cutaway.render.scene import HEADROOM, TAGS, Frame, Language, Line, Place

SIZES = (11.0, SMALL)  # of a frame's title, and of the same in a second language


class Framer:
    """Makes the frames of a view.

    Parameters
    ----------
    names
        Names the scopes.
    costs
        Counts what is in them.
    options
        How the view is drawn.
    """

    def __init__(self, view: View, names: Namer, costs: Costs, options: Options) -> None:
        self._view, self._names, self._costs, self._options = view, names, costs, options

    def frames(
        self, drawn_by: Mapping[Shown, Sequence[Node]], bundles: Iterable[Bundle]
    ) -> Iterator[Frame]:
        """Return every frame, outer ones first: their places number the clusters.

        Parameters
        ----------
        drawn_by
            All nodes that each box stands for.
        """
        kinds, wording = self._view.kinds, self._options.wording
        layers = [place for place, kind in kinds.items() if kind == "layer"]
        around = {place[:depth] for place in layers for depth in range(len(place))}
        shown = {box: box.nodes if isinstance(box, Group) else (box,) for box in drawn_by}
        costing, roles = self._inside(drawn_by), self._leaving(bundles)
        for place, within in self._inside(shown).items():
            if "/".join(place) in wording.bare:
                continue
            look = self._names.block(place, kinds.get(place, "part"), tuple(within))
            scope = opening(place, within)
            look = wording.called(look, scope)
            times = self._view.times.get(place)
            if "/".join(place) in wording.plain:
                times, look = None, look._replace(note=None)
            if place in around:
                look = look._replace(note=None)  # its layers say it
            yield self._frame(place, scope, (look, times), costing[place], roles.get(place, ()))

    def _frame(
        self,
        place: Place,
        scope: str,
        called: tuple[Look, int | None],
        nodes: Collection[Node],
        roles: Collection[str],
    ) -> Frame:
        def lines(lang: Language) -> Lines:
            return (*_heading(*called, lang), *self._costs.lines(place, nodes, lang))

        titles = all_languages(lines)
        width, height = room(titles)
        (line,) = roles if len(roles) == 1 else ("",)
        return Frame(
            self._options.wording.place(place),
            titles[self._options.lang],
            width,
            line,
            scope,
            max(height + 1, HEADROOM),
        )

    def _inside(self, boxes: Mapping[Shown, Sequence[Node]]) -> dict[Place, list[Node]]:
        """Return the nodes of the boxes inside of each frame."""
        found: dict[Place, list[Node]] = {}
        for shown, nodes in boxes.items():
            place = self._view.place(shown)
            for depth in range(1, len(place) + 1):
                found.setdefault(place[:depth], []).extend(nodes)
        return found

    def _leaving(self, bundles: Iterable[Bundle]) -> dict[Place, set[str]]:
        """Return the roles of what ops in each frame make for others outside of it."""
        found: dict[Place, set[str]] = {}
        for bundle in bundles:
            if isinstance(bundle.tail, Node):
                place = self._view.address(bundle.tail)
                if self._view.place(bundle.head) != place:
                    found.setdefault(place, set()).add(bundle.role)
        return found


def opening(address: Place, nodes: Sequence[Node]) -> str:
    """Return the path that opens a block: of a piece of a scope, that of the scope."""
    names = {name for node in nodes for name in node.scope.names}
    parts = ((part, part.rpartition(".")[0]) for part in address)
    return "/".join(base if part not in names and base in names else part for part, base in parts)


def _heading(look: Look, times: int | None, lang: Language) -> Lines:
    """Return how often, what, and where its norms stand; in both languages, Chinese first."""
    spoken = languages(lang)[::-1]
    if look.title.en == look.title.zh:
        spoken = spoken[-1:]
    lines = []
    for number, each in enumerate(spoken):
        count = f"{times}× " if times and not number else ""
        note = f" · {one_line(look.note, each)}" if look.note else ""
        lines.append(Line(f"{count}{one_line(look.title, each)}{note}", TAGS[each], SIZES[number]))
    return tuple(lines)
