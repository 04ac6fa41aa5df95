"""A graph as a scene: what is said of each node, and how it looks."""

from cutaway.graph import Constant, Graph, Input, Node, Parameter, show_shape
from cutaway.graph.errors import explain
from cutaway.ops import Add, Size
from cutaway.render.layout import RenderError
from cutaway.render.measure import shorten, text_width
from cutaway.render.picture import Picture
from cutaway.render.scene import Arrow, Box, Role, Scene
from cutaway.render.svg import LINE, SIZE

LANGUAGES = ("en", "zh", "both")
LEVELS = ("op",)
DIRECTIONS = ("BT", "TB", "LR", "RL")
COLOURS = {  # one for each family of ops, as in the paper's figures
    "matmul": "#d9d3ee",
    "softmax": "#cce7cf",
    "log_softmax": "#cce7cf",
    "where": "#f9cbdf",
    "causal_mask": "#f9cbdf",
    "add": "#f2f4c1",
    "layer_norm": "#f2f4c1",
    "rms_norm": "#f2f4c1",
    "take": "#fce0e1",
    "relu": "#c2e8f7",
    "gelu": "#c2e8f7",
    "gelu_tanh": "#c2e8f7",
    "silu": "#c2e8f7",
    "concat": "#fdf9c0",
    "cross_entropy": "#ffd9b0",
}
LEAVES: dict[Role, str] = {"input": "#dff3e0", "parameter": "#e4e4e4", "constant": "#f4f4f4"}


def draw(
    graph: Graph | Node, level: str = "op", *, lang: str = "en", direction: str = "BT"
) -> Picture:
    """Draw a graph: a box for each node, in frames that are its scopes.

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
    graph = graph if isinstance(graph, Graph) else Graph(graph)
    order = {node: n for n, node in enumerate(graph.nodes)}
    boxes = tuple(_box(graph, node, f"n{n}", lang) for node, n in order.items())
    arrows = tuple(
        Arrow(f"n{order[source]}", f"n{n}", is_residual(source, operand, node, order))
        for node, n in order.items()
        for operand, source in enumerate(node.inputs)
    )
    names = ", ".join(graph.path(node) for node in graph.outputs[:5])
    return Picture(Scene(f"cutaway: {names}", boxes, arrows, direction, lang))


def is_residual(source: Node, operand: int, node: Node, order: dict[Node, int]) -> bool:
    """Say whether an edge is residual: it ends in an Add whose other operand depends on it."""
    if not isinstance(node.op, Add):
        return False
    stack, seen = [node.inputs[1 - operand]], set()
    while stack:
        found = stack.pop()
        if found is source:
            return found is not node.inputs[1 - operand]
        if found not in seen and order[found] > order[source]:
            seen.add(found)
            stack.extend(found.inputs)
    return False


def _box(graph: Graph, node: Node, name: str, lang: str) -> Box:
    role = _role(node)
    title = node.op.title
    if role in ("input", "parameter"):
        lines = [node.name]
    elif role == "constant":
        lines = [node.op.text()]
    else:
        lines = {"en": [title.en], "zh": [title.zh], "both": [title.zh, title.en]}[lang]
        lines = list(dict.fromkeys(lines))
    if node.shape:
        lines.append(show_shape(node.shape))
    width = max(text_width(shorten(line), SIZE) for line in lines) + 14
    return Box(
        name,
        graph.path(node),
        tuple(lines),
        node.scope.names,
        role,
        LEAVES.get(role) or COLOURS.get(node.op.name, "#ffffff"),
        round(width, 1),
        LINE * len(lines) + 8,
    )


def _role(node: Node) -> Role:
    if isinstance(node.op, Input):
        return "input"
    if isinstance(node.op, Parameter):
        return "parameter"
    return "constant" if isinstance(node.op, Constant | Size) else "op"
