"""A scene as DOT: boxes of fixed size in nested clusters."""

import graphviz

from cutaway.render.measure import text_width
from cutaway.render.scene import Arrow, Box, Frame, Scene
from cutaway.render.text import clean, shorten

TITLE = 11.0  # points: a frame's title
HEADROOM = 16


def to_dot(scene: Scene, *, labels: bool = True) -> str:
    """Return DOT source; names are numbers, so that no text of a user's can break it.

    Parameters
    ----------
    labels
        Whether texts and colours stand in it. The layout needs only the sizes: the texts are
        measured and drawn by us.
    """
    dot = graphviz.Digraph("cutaway", body=[])
    dot.attr(rankdir=scene.direction, nodesep="0.25", ranksep="0.35", pad="0.1")
    dot.attr("node", shape="box", fixedsize="true", label="", fontsize="11")
    dot.attr("edge", arrowsize="0.8")
    _nest(dot, scene, labels)
    for arrow in scene.arrows:
        dot.edge(arrow.tail, arrow.head, **_edge(arrow))
    return str(dot.source)


def _nest(dot: graphviz.Digraph, scene: Scene, labels: bool) -> None:
    """Put boxes into clusters and clusters into each other, inner ones first: no recursion."""
    frames = scene.frames()
    boxes: dict[Frame, list[Box]] = {frame: [] for frame in ((), *frames)}
    inside: dict[Frame, list[Frame]] = {frame: [] for frame in ((), *frames)}
    for box in scene.boxes:
        boxes[box.frame].append(box)
    for frame in frames:
        inside[frame[:-1]].append(frame)
    side = "b" if scene.direction == "BT" else "t"  # Graphviz turns it over with the picture
    made: dict[Frame, graphviz.Digraph] = {(): dot}
    for number, frame in reversed(tuple(enumerate(frames))):
        attributes = {"margin": "8", "labelloc": side, "labeljust": "l", "fontsize": "11"}
        attributes["label"] = _text(shorten(frame[-1])) if labels else _room(frame[-1])
        made[frame] = graphviz.Digraph(f"cluster_{number}", graph_attr=attributes)
        _fill(made[frame], boxes[frame], [made.pop(inner) for inner in inside[frame]], labels)
    _fill(dot, boxes[()], [made[frame] for frame in inside[()]], labels)


def _fill(
    dot: graphviz.Digraph, boxes: list[Box], clusters: list[graphviz.Digraph], labels: bool
) -> None:
    for box in boxes:
        size = {"width": f"{box.width / 72:.4f}", "height": f"{box.height / 72:.4f}"}
        dot.node(box.id, **size, **(_look(box) if labels else {}))
    for cluster in clusters:
        dot.subgraph(cluster)


def _look(box: Box) -> dict[str, str]:
    edge = {"input": "rounded,", "parameter": "dotted,", "constant": "", "op": ""}[box.role]
    return {
        "label": _text(*(shorten(line.text) for line in box.lines)),
        "tooltip": _text(box.path),
        "style": f"{edge}filled",
        "fillcolor": box.colour,
    }


def _edge(arrow: Arrow) -> dict[str, str]:
    return {"style": "dashed"} if arrow.residual else {}


def _text(*lines: str) -> str:
    """Quote lines: no HTML, no escapes of Graphviz's own but the line break."""
    return graphviz.nohtml(r"\n".join(graphviz.escape(clean(line)) for line in lines))  # type: ignore[no-any-return]


def _room(title: str) -> str:
    """Keep room for a frame's title: an empty table of its size."""
    width = text_width(shorten(title), TITLE) + 8
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width:.0f}" HEIGHT="{HEADROOM}"><TR><TD></TD></TR></TABLE>>'
    )
