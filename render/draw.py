"""A graph as a scene: a box for every node, in frames that are its scopes."""

from typing import cast, get_args

from cutaway.graph import Graph, Node
from cutaway.graph.errors import explain
from cutaway.render.colours import colour
from cutaway.render.errors import RenderError
from cutaway.render.fold import Folded, fold
from cutaway.render.label import label, role_of
from cutaway.render.measure import text_width
from cutaway.render.picture import Picture
from cutaway.render.scene import Arrow, Box, Direction, Language, Scene
from cutaway.render.text import shorten
from cutaway.transform import residual_edges

LANGUAGES: tuple[Language, ...] = get_args(Language)
LEVELS = ("op",)
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)
PADDING = 7.0  # points, at each side of a text


def draw(
    graph: Graph | Node, level: str = "op", *, lang: str = "en", direction: str = "BT"
) -> Picture:
    """Draw a graph: a box for each node, in frames that are its scopes.

    Constants and sizes that only one op reads are written into its box. Residual edges are
    dashed. Boxes have the same places in every language.

    Parameters
    ----------
    level
        ``op``: every op as it was written.
    lang
        ``en``, ``zh`` or ``both``.
    direction
        Where values flow: ``BT`` (bottom to top), ``TB``, ``LR`` or ``RL``.

    Raises
    ------
    RenderError
        For a level, language or direction that there is not.

    Examples
    --------
    >>> import cutaway as ca
    >>> x = ca.input("x", "T D")
    >>> picture = draw(ca.ops.softmax(x @ x.mT))
    >>> picture.svg.count("data-node=")
    4
    """
    for value, known, what in (
        (level, LEVELS, "level"),
        (lang, LANGUAGES, "language"),
        (direction, DIRECTIONS, "direction"),
    ):
        if value not in known:
            raise RenderError(explain(f"there is no {what} {value!r}", required=", ".join(known)))
    found = Graph.of(graph)
    return Picture(_scene(found, cast("Language", lang), cast("Direction", direction)))


def _scene(graph: Graph, lang: Language, direction: Direction) -> Scene:
    folded, residual = fold(graph), residual_edges(graph)
    drawn = [node for node in graph.nodes if node not in folded.texts]
    ids = {node: f"n{number}" for number, node in enumerate(drawn)}
    boxes = tuple(_box(graph, node, ids[node], folded, lang) for node in drawn)
    arrows = tuple(
        Arrow(ids[source], ids[node], (node, operand) in residual)
        for node in drawn
        for operand, source in enumerate(node.inputs)
        if source in ids
    )
    names = [shorten(graph.path(node)) for node in graph.outputs]
    more = ", …" if len(names) > 5 else ""
    return Scene(f"cutaway: {', '.join(names[:5])}{more}", boxes, arrows, direction, lang)


def _box(graph: Graph, node: Node, name: str, folded: Folded, lang: Language) -> Box:
    inner = folded.into(node)
    formula = folded.formula(node) if inner else ""
    labels = {known: label(node, known, formula) for known in LANGUAGES}
    widths = [text_width(shorten(x.text), x.size) for lines in labels.values() for x in lines]
    heights = [sum(line.height for line in lines) for lines in labels.values()]
    role = role_of(node)
    return Box(
        id=name,
        path=graph.path(node),
        folded=tuple((graph.path(found), folded.texts[found]) for found in inner),
        lines=labels[lang],
        frame=node.scope.names,
        role=role,
        colour=colour(role, node.op.name),
        width=round(max(widths) + 2 * PADDING, 1),
        height=max(heights) + PADDING,
    )
