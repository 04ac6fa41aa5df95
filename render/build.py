"""From a view to a scene: boxes, arrows and frames, with their texts and sizes."""

from collections.abc import Iterator
from functools import cached_property

from cutaway.graph import Formula, Group, Node, Parameter, Shown, View
from cutaway.render import glossary
from cutaway.render.arrow_labels import arrow_labels
from cutaway.render.arrows import bundles
from cutaway.render.beside import bundles_beside
from cutaway.render.costs import Costs
from cutaway.render.fold import fold
from cutaway.render.framing import Framer, opening
from cutaway.render.label import (
    SMALL,
    Lines,
    all_languages,
    bilingual,
    label,
    noted,
    one_line,
    role_of,
    room,
)
from cutaway.render.marks import Drawing
from cutaway.render.mirror import goes_round, mirrored
from cutaway.render.naming import Look, Namer
from cutaway.render.options import Options
from cutaway.render.scene import GAP, Arrow, Box, Language, Line, Outline, Role, Scene
from cutaway.render.signs import signs
from cutaway.render.typeset import typeset
from cutaway.render.values import value_drawing
from cutaway.transform import attention_roles
from cutaway.transform.formula import Formulas
from cutaway.transform.pieces import free_name
from cutaway.transform.residual import residual_edges

PADDING = 7.0  # points, at each side of a text
WIDEST = 320.0  # points: a longer formula is left out


def build(view: View, options: Options) -> Scene:
    """Return the scene of a view.

    Examples
    --------
    >>> import cutaway as ca
    >>> view = ca.transform.collapse(ca.Graph(ca.ops.relu(ca.input("x", "N"))), "op")
    >>> [box.path for box in build(view, Options()).boxes]
    ['x', 'relu']
    """
    return _Builder(view, options).scene()


class _Builder:
    def __init__(self, view: View, options: Options) -> None:
        self._view, self._options, self._wording = view, options, options.wording
        self._formulas = Formulas(view) if options.formulas else None
        roles = attention_roles(view)
        residual = {edge for edge in residual_edges(view) if goes_round(edge[0])}
        self._sums = {node for node, _ in residual}
        self._names = Namer(view, dict(roles), residual)
        self._costs = Costs(view, options.costs, options.sizes)
        self._folded = fold(view, options.weights)
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
        options = self._options
        boxes = tuple(map(self._box, self._ids))
        framer = Framer(self._view, self._names, self._costs, options)
        return Scene(
            options.title,
            boxes,
            tuple(self._arrows()),
            tuple(framer.frames(self._drawn_by, self._bundles)),
            tuple(signs(boxes, self._bundles, options.lit, options.lang, options.tint)),
            options.direction,
            options.lang,
            options.theme,
            options.caption,
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
        options = self._options
        role: Role
        family: str
        formula = self._outline(shown)
        if isinstance(shown, Group):
            path, look = self._paths[shown], self._names.group(shown)
            look = self._wording.called(look, path)
            texts = all_languages(lambda lang: self._group_lines(shown, look, lang))
            role, family = "group", look.family
        else:
            texts = all_languages(lambda lang: self._node_lines(shown, lang, formula))
            path, role = self._view.path(shown), role_of(shown)
            family = "norm" if shown in self._sums else shown.op.family
        inside = self._wording.inside.get(path) or self._value(shown)
        width, height = room(texts)
        for part in (formula, inside):
            if part is not None:
                width, height = max(width, part.width), height + part.height + GAP
        width, height = round(width + 2 * PADDING, 1), round(height + PADDING, 1)
        circle = path in self._wording.round
        if circle:
            width = height = max(width, height)
        return Box(
            id=self._ids[shown],
            path=path,
            nodes=tuple(map(self._view.path, self._drawn_by[shown])),
            lines=texts[options.lang],
            frame=self._wording.place(self._view.place(shown)),
            role=role,
            family=family,
            width=width,
            height=height,
            lit=not options.lit.nodes.isdisjoint(self._view.stands_for[shown]),
            opens=opening(shown.address, shown.nodes) if isinstance(shown, Group) else "",
            formula=formula,
            inside=inside,
            round=circle,
            fill=options.tint.fill(self._drawn_by[shown]) if options.tint else "",
        )

    def _value(self, shown: Shown) -> Drawing | None:
        """Return the value that leaves a box, if it is one and known."""
        trace = self._options.trace
        if trace is None:
            return None
        nodes = self._view.leaving(shown) if isinstance(shown, Group) else (shown,)
        if len(nodes) != 1 or nodes[0] not in trace or isinstance(nodes[0].op, Parameter):
            return None
        (node,) = nodes
        return value_drawing(node, trace[node], self._view.path(node), trace.words)

    def _outline(self, shown: Shown) -> Outline | None:
        """Return what a box computes: an op in its operands, a block in what enters it."""
        own = self._wording.formulas.get(self._view.path(shown)) if isinstance(shown, Node) else ""
        if own:
            return typeset(Formula(own, own))
        if self._formulas is None:
            return None
        if isinstance(shown, Group):
            formula = self._formulas.block(shown.nodes) if shown.kind != "stack" else None
        else:
            formula = self._formulas.op(shown) if role_of(shown) == "op" else None
        outline = None if formula is None else typeset(formula)
        return outline if outline and outline.width <= WIDEST else None

    def _node_lines(self, node: Node, lang: Language, outline: Outline | None) -> Lines:
        folded = self._folded.into(node) and outline is None  # it says the same
        formula = self._folded.formula(node) if folded else ""
        leaf = role_of(node) != "op"
        silent = leaf and role_of(node) == "constant" and not node.shape
        shape = ""
        if (leaf or node not in self._read) and not silent:
            shape = self._options.shape(node.shape)
        own = self._wording.titles.get(self._view.path(node))
        if own:
            formula = ""  # it says what is to be said
        title = own or (glossary.ADD if node in self._sums else None)
        note = self._wording.notes.get(self._view.path(node))
        lines = label(node, lang, formula, shape, title, note)
        return (*lines, *self._cost(node, lang), *self._tinted(node, lang))

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
            lines += [Line(text, size=SMALL) for s in shapes if (text := self._options.shape(s))]
        return (*lines, *self._cost(group, lang), *self._tinted(group, lang))

    def _tinted(self, shown: Shown, lang: Language) -> Lines:
        tint = self._options.tint
        note = tint.note(self._drawn_by[shown]) if tint else None
        return (noted(note, lang),) if note else ()

    def _cost(self, shown: Shown, lang: Language) -> Lines:
        address = shown.address if isinstance(shown, Group) else self._view.address(shown)
        return tuple(self._costs.lines(address, self._drawn_by[shown], lang))

    def _arrows(self) -> Iterator[Arrow]:
        labels = arrow_labels(self._view, self._bundles, self._options.shape)
        beside = bundles_beside(self._view, self._bundles)
        ways = self._options.lit.between(self._view)
        for bundle in self._bundles:
            kind = "gradient" if bundle.gradient else bundle.stroke
            lit = [key for v in bundle.values if (key := (bundle.tail, bundle.head, v)) in ways]
            named = dict.fromkeys(text for key in lit if (text := ways[key]))
            yield Arrow(
                self._ids[bundle.tail],
                self._ids[bundle.head],
                bundle.stroke,
                (bundle.role or "data") if kind == "data" else kind,
                "  ".join(named) or labels.get(id(bundle), ""),
                id(bundle) in beside,
                bool(lit),
            )
