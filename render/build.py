"""From a view to a scene: boxes, arrows and frames, with their texts and sizes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import get_args

from cutaway.graph import Group, Node, Parameter, Shape, Shown, Title, Trace, View
from cutaway.render import glossary
from cutaway.render.arrows import bundles, shapes_entering
from cutaway.render.beside import bundles_beside
from cutaway.render.costs import Costs
from cutaway.render.fold import fold
from cutaway.render.label import SMALL, bilingual, label, noted, one_line, role_of
from cutaway.render.lit import Lit
from cutaway.render.marks import Drawing
from cutaway.render.measure import text_width
from cutaway.render.mirror import is_backward, is_kept, mirrored
from cutaway.render.naming import Look, Namer
from cutaway.render.scene import (
    GAP,
    HEADROOM,
    Arrow,
    Box,
    Direction,
    Frame,
    Language,
    Line,
    Outline,
    Place,
    Role,
    Scene,
    Sign,
    Stroke,
)
from cutaway.render.text import shorten
from cutaway.render.theme import Theme
from cutaway.render.typeset import typeset
from cutaway.render.values import value_drawing
from cutaway.render.wording import Wording
from cutaway.transform.formula import Formulas
from cutaway.transform.pieces import free_name
from cutaway.transform.recognise import Operand
from cutaway.transform.recognise import Role as AttentionRole
from cutaway.transform.residual import residual_edges

LANGUAGES: tuple[Language, ...] = get_args(Language)
LEAVES: tuple[Role, ...] = ("input", "parameter", "constant")
PADDING = 7.0  # points, at each side of a text
SIZES = (11.0, SMALL)  # of a frame's title, and of the same in a second language
WIDEST = 320.0  # points: a longer formula is left out
TOLD = 3  # texts at an arrow; many values on one way have many shapes
TAGS = {"en": "en", "zh": "zh-CN"}

Lines = tuple[Line, ...]


class Builder:
    """Makes the scene of a view.

    Parameters
    ----------
    roles
        The roles of operands: query, key, value, mask.
    shape_text
        How a shape is written; None writes none.
    title
        What the picture is called.
    theme
        How it looks; this moves nothing.
    lit
        What stands out.
    formulas
        Whether boxes show what they compute.
    costs
        What blocks cost, if that is shown.
    weights
        Whether parameters have boxes.
    caption
        What stands under the picture.
    titles
        What boxes and frames are called, by the path of their node or scope.
    trace
        Values to show in the boxes of the nodes that have them.
    notes
        What stands in boxes for the names of their nodes.
    wording
        What a figure says otherwise than pictures of any graph do.
    """

    def __init__(
        self,
        view: View,
        roles: Mapping[Operand, AttentionRole],
        lang: Language,
        direction: Direction,
        shape_text: Callable[[Shape], str] | None,
        title: str,
        theme: Theme,
        lit: Lit | None = None,
        formulas: bool = False,
        costs: Costs | None = None,
        weights: bool = True,
        caption: str = "",
        trace: Trace | None = None,
        titles: Mapping[str, Title] | None = None,
        notes: Mapping[Node, Title] | None = None,
        wording: Wording | None = None,
    ) -> None:
        self._titles = titles or {}
        self._notes = notes or {}
        self._caption = caption
        self._view = view
        self._trace = trace
        self._wording = wording or Wording()
        self._formulas = Formulas(view) if formulas else None
        self._lit = lit or Lit()
        self._title = title
        self._theme = theme
        self._lang = lang
        self._direction = direction
        self._shape = shape_text or (lambda shape: "")
        residual = {edge for edge in residual_edges(view) if not is_backward(edge[0].scope.names)}
        self._sums = {node for node, _ in residual}
        self._names = Namer(view, dict(roles), residual)
        self._folded = fold(view, weights)
        self._costs = costs
        self._bundles = tuple(
            bundle
            for bundle in bundles(view, roles, residual)
            if bundle.tail not in self._folded.texts and bundle.head not in self._folded.texts
        )
        self._ids = {
            shown: f"n{number}"
            for number, shown in enumerate(
                shown for shown in view.boxes if shown not in self._folded.texts
            )
        }

    def scene(self) -> Scene:
        """Build it."""
        boxes = tuple(self._box(shown) for shown in self._ids)
        frames = self._frames()
        legend = tuple(self._legend(boxes, frames))
        return Scene(
            self._title,
            boxes,
            self._arrows(),
            frames,
            legend,
            self._direction,
            self._lang,
            self._theme,
            self._caption,
            tuple((self._ids[a], self._ids[b]) for a, b in mirrored(self._view, self._ids)),
        )

    @cached_property
    def _drawn_by(self) -> dict[Shown, list[Node]]:
        """All nodes that each box stands for, those in its label included."""
        found: dict[Shown, list[Node]] = {shown: [] for shown in self._ids}
        for node in self._view.nodes:
            reader = self._view.first.get(node, node)
            while reader in self._folded.texts and self._view.box(reader) is reader:
                reader = self._view.readers[reader][0]
                reader = self._view.first.get(reader, reader)
            found[self._view.box(reader)].append(node)
        return found

    @cached_property
    def _paths(self) -> dict[Group, str]:
        """A path for every group: its scope's, or where that is taken with ``.1``, ``.2`` …."""
        taken = {self._view.path(shown) for shown in self._ids if isinstance(shown, Node)}
        found: dict[Group, str] = {}
        for group in self._view.groups:
            found[group] = free_name("/".join(group.address), taken)
            taken.add(found[group])
        return found

    @cached_property
    def _read(self) -> set[Shown]:
        return {bundle.tail for bundle in self._bundles}

    def _box(self, shown: Shown) -> Box:
        role: Role
        family: str
        formula = self._outline(shown)
        if isinstance(shown, Group):
            look = self._named(self._names.group(shown), self._paths[shown])
            texts = self._in_all_languages(lambda lang: self._group_lines(shown, look, lang))
            path, role, family = self._paths[shown], "group", look.family
        else:
            texts = self._in_all_languages(lambda lang: self._node_lines(shown, lang, formula))
            path, role = self._view.path(shown), role_of(shown)
            family = "norm" if shown in self._sums else shown.op.family
        widths = [text_width(shorten(x.text), x.size) for lines in texts.values() for x in lines]
        heights = [sum(line.height for line in lines) for lines in texts.values()]
        if formula is not None:
            widths.append(formula.width)
            heights = [height + formula.height + GAP for height in heights]
        inside = self._wording.inside.get(path) or self._value(shown)
        if inside is not None:
            widths.append(inside.width)
            heights = [height + inside.height + GAP for height in heights]
        width = round(max(widths) + 2 * PADDING, 1)
        height = round(max(heights) + PADDING, 1)
        circle = path in self._wording.round
        if circle:
            width = height = max(width, height)
        return Box(
            id=self._ids[shown],
            path=path,
            nodes=tuple(map(self._view.path, self._drawn_by[shown])),
            lines=texts[self._lang],
            frame=self._wording.place(self._view.place(shown)),
            role=role,
            family=family,
            width=width,
            height=height,
            lit=not self._lit.nodes.isdisjoint(self._view.stands_for[shown]),
            opens=_scope(shown.address, shown.nodes) if isinstance(shown, Group) else "",
            formula=formula,
            inside=inside,
            round=circle,
        )

    def _named(self, look: Look, path: str) -> Look:
        return look._replace(title=self._titles[path]) if path in self._titles else look

    def _value(self, shown: Shown) -> Drawing | None:
        """Return the value that leaves a box, if it is one and known."""
        if self._trace is None:
            return None
        nodes = self._view.leaving(shown) if isinstance(shown, Group) else (shown,)
        if len(nodes) != 1 or nodes[0] not in self._trace or isinstance(nodes[0].op, Parameter):
            return None
        (node,) = nodes
        return value_drawing(node, self._trace[node], self._view.path(node), self._trace.words)

    def _outline(self, shown: Shown) -> Outline | None:
        """Return what a box computes: an op in its operands, a block in what enters it."""
        if self._formulas is None:
            return None
        if isinstance(shown, Group):
            formula = self._formulas.block(shown.nodes) if shown.kind != "stack" else None
        else:
            formula = self._formulas.op(shown) if role_of(shown) == "op" else None
        outline = None if formula is None else typeset(formula)
        return outline if outline and outline.width <= WIDEST else None

    def _in_all_languages(self, lines: Callable[[Language], Lines]) -> dict[Language, Lines]:
        return {lang: lines(lang) for lang in LANGUAGES}

    def _node_lines(self, node: Node, lang: Language, outline: Outline | None) -> Lines:
        folded = self._folded.into(node) and outline is None  # it says the same
        formula = self._folded.formula(node) if folded else ""
        leaf = role_of(node) != "op"
        silent = leaf and role_of(node) == "constant" and not node.shape
        shape = self._shape(node.shape) if (leaf or node not in self._read) and not silent else ""
        own = self._titles.get(self._view.path(node))
        if own:
            formula = ""  # it says what is to be said
        title = own or (glossary.ADD if node in self._sums else None)
        note = self._notes.get(node) or self._wording.notes.get(self._view.path(node))
        return (*label(node, lang, formula, shape, title, note), *self._cost(node, lang))

    def _group_lines(self, group: Group, look: Look, lang: Language) -> Lines:
        times = self._view.times.get(group.address)
        path = self._paths[group]
        note = self._wording.notes.get(path, look.note)
        counted = times and path not in self._wording.plain
        lines = bilingual(look.title, lang, f"{times}× " if counted else "")
        lines += [noted(note, lang)] if note else []
        for repeat in self._view.repeats:
            first, depth = repeat.copies[0], len(group.address)
            deeper = len(repeat.address) > depth and repeat.address[:depth] == group.address
            if deeper and self._view.box(first[-1]) is group:
                inner = self._names.block(repeat.address, "layer", first).title
                lines.append(Line(f"{len(repeat)}× {one_line(inner, lang)}", size=SMALL))
        if group not in self._read:
            shapes = dict.fromkeys(
                n.shape for n in self._view.outputs if self._view.box(n) is group
            )
            lines += [Line(text, size=SMALL) for s in shapes if (text := self._shape(s))]
        return (*lines, *self._cost(group, lang))

    def _cost(self, shown: Shown, lang: Language) -> Lines:
        if self._costs is None:
            return ()
        address = shown.address if isinstance(shown, Group) else self._view.address(shown)
        return tuple(self._costs.lines(address, self._drawn_by[shown], lang))

    def _arrows(self) -> tuple[Arrow, ...]:
        entering = shapes_entering(self._view)
        told: set[Node] = set()
        labels: dict[int, str] = defaultdict(str)
        plain_first = sorted(self._bundles, key=lambda bundle: bundle.stroke != "data")
        for bundle in plain_first:
            said = [bundle.name()]
            if isinstance(bundle.tail, Group) and is_kept(self._view, bundle.tail, bundle.head):
                continue  # many values: what a block keeps for its backward block
            for value in bundle.values:
                leaf = not isinstance(bundle.tail, Group) and role_of(bundle.tail) != "op"
                if leaf or value in told or value.shape in entering.get(bundle.tail, ()):
                    continue
                told.add(value)
                said += [value.name] if isinstance(value.op, Parameter) else []
                said.append(self._shape(value.shape))
            texts = tuple(dict.fromkeys(text for text in said if text))
            more = ("…",) if len(texts) > TOLD else ()
            labels[id(bundle)] = "  ".join((*texts[:TOLD], *more))
        beside = bundles_beside(self._view, self._bundles)
        ways = self._lit.between(self._view)
        lit: set[int] = set()
        for bundle in self._bundles:
            there = [key for v in bundle.values if (key := (bundle.tail, bundle.head, v)) in ways]
            if there:
                lit.add(id(bundle))
                named = dict.fromkeys(text for key in there if (text := ways[key]))
                labels[id(bundle)] = "  ".join(named) or labels[id(bundle)]
        return tuple(
            Arrow(
                self._ids[bundle.tail],
                self._ids[bundle.head],
                bundle.stroke,
                (bundle.role or "data") if bundle.stroke == "data" else bundle.stroke,
                labels[id(bundle)],
                id(bundle) in beside,
                id(bundle) in lit,
            )
            for bundle in self._bundles
        )

    def _legend(self, boxes: Iterable[Box], frames: Iterable[Frame]) -> Iterator[Sign]:
        """Explain what is there: leaves, families, lines, and the roles that colours tell."""
        shown = {box.role for box in boxes}
        for role in LEAVES:
            if role in shown:
                yield Sign(one_line(glossary.LEGEND[role], self._lang), role=role)
        families = {box.family: box for box in boxes if box.role in ("op", "group")}
        for family, words in glossary.FAMILIES.items():
            if family in families:
                box = families[family]
                yield Sign(one_line(words, self._lang), role=box.role, family=family)
        if self._lit.nodes:
            words = glossary.LEGEND["way" if self._lit.axes else "lit"]
            yield Sign(one_line(words, self._lang), stroke="data", lit=True)
        strokes = {bundle.stroke for bundle in self._bundles}
        for stroke in get_args(Stroke):
            if stroke in strokes:
                words = glossary.LEGEND[stroke]
                yield Sign(one_line(words, self._lang), stroke=stroke, line=stroke)
        roles = {bundle.role for bundle in self._bundles}
        for role_name in glossary.ROLES:
            if role_name in roles:
                words = glossary.LEGEND[role_name]
                yield Sign(one_line(words, self._lang), stroke="data", line=role_name)

    def _frames(self) -> tuple[Frame, ...]:
        """Return every frame, outer ones first: their places number the clusters."""
        inside: dict[Place, list[Node]] = {}
        out: dict[Place, set[str]] = {}
        for shown in self._ids:
            nodes = shown.nodes if isinstance(shown, Group) else (shown,)
            place = self._view.place(shown)
            for depth in range(1, len(place) + 1):
                inside.setdefault(place[:depth], []).extend(nodes)
        for bundle in self._bundles:
            if isinstance(bundle.tail, Node):
                place = self._view.address(bundle.tail)
                if self._view.place(bundle.head) != place:
                    out.setdefault(place, set()).add(bundle.role)
        kinds = self._view.kinds
        layers = [place for place, kind in kinds.items() if kind == "layer"]
        around = {place[:depth] for place in layers for depth in range(len(place))}
        frames: list[Frame] = []
        for place, within in inside.items():
            look = self._names.block(place, kinds.get(place, "part"), tuple(within))
            if place in around:
                look = look._replace(note=None)  # its layers say it
            scope = _scope(place, within)
            look = self._named(look, scope)
            if "/".join(place) not in self._wording.bare:
                frames.append(self._frame(place, look, out.get(place, set()), scope))
        return tuple(frames)

    def _frame(self, place: Place, look: Look, out: set[str], scope: str) -> Frame:
        times = self._view.times.get(place)
        if "/".join(place) in self._wording.plain:
            times, look = None, look._replace(note=None)

        def heading(lang: Language) -> Lines:
            return (*_heading(look, times, lang), *self._cost_inside(place, lang))

        titles = self._in_all_languages(heading)
        widths = [text_width(shorten(x.text), x.size) for lines in titles.values() for x in lines]
        height = max(sum(line.height for line in lines) for lines in titles.values()) + 1
        (line,) = out if len(out) == 1 else ("",)
        return Frame(
            self._wording.place(place),
            titles[self._lang],
            max(widths),
            line,
            scope,
            max(height, HEADROOM),
        )

    def _cost_inside(self, place: Place, lang: Language) -> Lines:
        if self._costs is None:
            return ()
        return tuple(self._costs.lines(place, self._inside[place], lang))

    @cached_property
    def _inside(self) -> dict[Place, list[Node]]:
        """All nodes that are drawn inside of each frame."""
        found: dict[Place, list[Node]] = {}
        for shown, nodes in self._drawn_by.items():
            place = self._view.place(shown)
            for depth in range(1, len(place) + 1):
                found.setdefault(place[:depth], []).extend(nodes)
        return found


def _scope(address: Place, nodes: Sequence[Node]) -> str:
    """Return the path that opens a block: of a piece of a scope, that of the scope."""
    names = {name for node in nodes for name in node.scope.names}
    parts = ((part, part.rpartition(".")[0]) for part in address)
    return "/".join(base if part not in names and base in names else part for part, base in parts)


def _heading(look: Look, times: int | None, lang: Language) -> Lines:
    """Return how often, what, and where its norms stand; in both languages, Chinese first."""
    languages: tuple[Language, ...] = ("zh", "en") if lang == "both" else (lang,)
    if look.title.en == look.title.zh:
        languages = languages[-1:]
    lines = []
    for number, each in enumerate(languages):
        count = f"{times}× " if times and not number else ""
        note = f" · {one_line(look.note, each)}" if look.note else ""
        lines.append(Line(f"{count}{one_line(look.title, each)}{note}", TAGS[each], SIZES[number]))
    return tuple(lines)
