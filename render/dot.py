"""A scene as DOT: boxes of fixed size in nested clusters."""

from collections.abc import Collection, Mapping
from functools import lru_cache

import graphviz

from cutaway.render.caption import wrapped
from cutaway.render.measure import text_width
from cutaway.render.scene import Arrow, Box, Frame, Place, Scene
from cutaway.render.text import clean, shorten
from cutaway.render.theme import Theme
from cutaway.render.towers import ROOM, Towers

LABEL = 10.0  # points: what stands at an arrow
STYLES = {
    "data": "solid",
    "residual": "dashed",
    "mask": "dotted",
    "weight": "dotted",
    "gradient": "solid",
}
# The heavier, the straighter: towers of data stand upright, and what skips a part goes round it.
WEIGHTS = {"data": 20, "mask": 1, "residual": 0, "weight": 0, "gradient": 20}
BESIDE = {"style": "invis", "minlen": "0", "weight": "100"}
AROUND = "cluster_around_"  # the name of room around a frame
NONE = Towers()
POINT = {"shape": "point", "width": "0.01", "height": "0.01"}
LEAF = 2  # of data from a parameter, a constant and what is made of them
MANY = 1000  # boxes: with more, heavy edges cost Graphviz minutes, and all data weighs as a leaf's
EDGES = {"input": "rounded,", "parameter": "dotted,", "constant": "", "op": "", "group": "bold,"}


def to_dot(
    scene: Scene, *, labels: bool = True, wide: Collection[Place] = (), towers: Towers = NONE
) -> str:
    """Return DOT source; names are numbers, so that no text of a user's can break it.

    Parameters
    ----------
    labels
        Whether texts and colours stand in it. The layout needs only the sizes: the texts are
        measured and drawn by us.
    wide
        Frames that get room for their title twice, so that it finds a place beside an arrow.
    towers
        Where arrows part; residuals that go round a tower are left out, and have room there.
    """
    dot = graphviz.Digraph("cutaway", body=[])
    dot.attr(rankdir=scene.direction, nodesep="0.25", ranksep="0.28", pad="0.1")
    if scene.mirrored:
        dot.attr(newrank="true")  # heights are the same in all frames
    dot.attr("node", shape="box", fixedsize="true", label="", fontsize="11")
    dot.attr("edge", arrowsize="0.8", fontsize=f"{LABEL:g}")
    if labels:
        dot.attr(bgcolor=scene.theme.background, fontcolor=scene.theme.soft)
        if scene.caption:
            lines = wrapped(scene.caption, 0)
            dot.attr(label=_text(*lines), labelloc=_below(scene), labeljust="l", fontsize="11")
        dot.attr("node", color=scene.theme.edge, fontcolor=scene.theme.ink)
        dot.attr("edge", color=scene.theme.edge, fontcolor=scene.theme.soft)
    _nest(dot, scene, labels, wide, towers)
    for left, right in towers.level:
        level = graphviz.Digraph(graph_attr={"rank": "same"})
        level.edge(left, right, style="invis", minlen="0")
        dot.subgraph(level)
    _edges(dot, scene, labels, towers)
    for forward, backward in scene.mirrored:
        dot.edge(forward, backward, **BESIDE)
    return str(dot.source)


def _edges(dot: graphviz.Digraph, scene: Scene, labels: bool, towers: Towers) -> None:
    """Join the boxes; what parts into several is one line as far as its junction."""
    boxes = {box.id: box for box in scene.boxes}
    reading = {arrow.head for arrow in scene.arrows}
    tails = {number: j.id for j in towers.junctions for number in j.arrows}
    parting = {scene.arrows[number].head for number in tails.keys() - towers.loops}
    for junction in towers.junctions:
        dot.edge(junction.tail, junction.id, id=junction.id, weight=str(WEIGHTS["data"]))
    for number, arrow in enumerate(scene.arrows):
        if number in towers.loops:
            continue
        look = _stroke(arrow, scene.theme) if labels else {"id": f"e{number}", **_space(arrow)}
        aside = arrow.tail in towers.beside or arrow.head in towers.beside
        enters = aside or (number not in tails and arrow.head in parting)
        weight = 1 if enters else _weight(arrow, boxes, reading)
        look["weight"] = str(weight if len(boxes) <= MANY else min(weight, LEAF))
        if arrow.free:
            look["constraint"] = "false"
        if arrow.line == "gradient":  # what flows down is laid out from its end
            dot.edge(arrow.head, arrow.tail, dir="back", **look)
        else:
            dot.edge(tails.get(number, arrow.tail), arrow.head, **look)


def label_width(arrow: Arrow) -> float:
    """Return how wide the text at an arrow is."""
    return _width(arrow.label)


@lru_cache(maxsize=4096)
def _width(label: str) -> float:
    return text_width(shorten(label), LABEL)


def _nest(
    dot: graphviz.Digraph,
    scene: Scene,
    labels: bool,
    wide: Collection[Place],
    towers: Towers,
) -> None:
    """Put boxes into clusters and clusters into each other, inner ones first: no recursion."""
    places: list[Place] = [(), *(frame.place for frame in scene.frames)]
    boxes: dict[Place, list[Box]] = {place: [] for place in places}
    inside: dict[Place, list[Place]] = {place: [] for place in places}
    for box in scene.boxes:
        boxes[box.frame].append(box)
    for frame in scene.frames:
        inside[frame.place[:-1]].append(frame.place)
    points: dict[Place, list[str]] = {place: [] for place in places}
    for junction in towers.junctions:
        points[junction.place].append(junction.id)
    side = "t" if _below(scene) == "b" else "b"
    made: dict[Place, graphviz.Digraph] = {}
    theme = scene.theme if labels else None

    def fill(into: graphviz.Digraph, place: Place, clusters: list[graphviz.Digraph]) -> None:
        for box in boxes[place]:
            _node(into, box, theme, towers)
        for point in points[place]:
            into.node(point, **POINT)
        for cluster in clusters:
            into.subgraph(cluster)

    for number, frame in reversed(tuple(enumerate(scene.frames))):
        attributes = {"margin": "8", "labelloc": side, "labeljust": "l", "fontsize": "11"}
        width = (frame.width + 8) * (2 if frame.place in wide else 1)
        attributes |= (
            _heading(frame, scene.theme) if labels else {"label": _room(width, frame.height)}
        )
        made[frame.place] = graphviz.Digraph(f"cluster_{number}", graph_attr=attributes)
        clusters = [made.pop(inner) for inner in inside[frame.place]]
        fill(made[frame.place], frame.place, clusters)
        if frame.place in towers.roomy:
            around = graphviz.Digraph(f"{AROUND}{number}", graph_attr={"margin": f"{ROOM:g}"})
            around.subgraph(made[frame.place])
            made[frame.place] = around
    fill(dot, (), [made[place] for place in inside[()]])


def _below(scene: Scene) -> str:
    """Return Graphviz's name for the lower side: it turns labels over with the picture."""
    return "t" if scene.direction == "BT" else "b"


def _node(dot: graphviz.Digraph, box: Box, theme: Theme | None, towers: Towers) -> None:
    width = box.width + 2 * ROOM * (box.id in towers.roomy)
    size = {"width": f"{width / 72:.4f}", "height": f"{box.height / 72:.4f}"}
    dot.node(box.id, **size, **(_look(box, theme) if theme else {}))


def _heading(frame: Frame, theme: Theme) -> dict[str, str]:
    look = {"label": _text(*(shorten(line.text) for line in frame.title)), "color": theme.frame}
    tint = theme.frames.get(frame.line)
    return look | ({"style": "filled", "fillcolor": tint} if tint else {})


def _look(box: Box, theme: Theme) -> dict[str, str]:
    lines = [shorten(line.text) for line in box.lines]
    if box.formula:
        lines.insert(box.headings, box.formula.formula.unicode)
    return {
        "label": _text(*lines),
        "tooltip": _text(box.path),
        "style": f"{EDGES[box.role]}filled",
        "fillcolor": theme.cells[box.fill] if box.fill else theme.box(box.role, box.family),
        **({"fontcolor": theme.inks[box.fill]} if box.fill else {}),
        **(_heavy(theme) if box.lit else {}),
    }


def _stroke(arrow: Arrow, theme: Theme) -> dict[str, str]:
    look = {} if arrow.stroke == "data" else {"style": STYLES[arrow.stroke]}
    if arrow.label:
        look["label"] = _text(shorten(arrow.label))
    if arrow.lit:
        return look | _heavy(theme)
    if arrow.line in theme.widths:
        look["penwidth"] = f"{theme.widths[arrow.line]:g}"
    return look | ({"color": theme.line(arrow.line)} if arrow.line != "data" else {})


def _weight(arrow: Arrow, boxes: Mapping[str, Box], reading: Collection[str]) -> int:
    """Weigh an arrow: what reads nothing stands beside its reader, a mask beside what it hides."""
    tail, head = boxes[arrow.tail], boxes[arrow.head]
    if arrow.stroke == "data" and tail.role != "input":
        return LEAF if arrow.tail not in reading else WEIGHTS["data"]
    return WEIGHTS["mask" if head.family == "mask" else arrow.stroke]


def _heavy(theme: Theme) -> dict[str, str]:
    return {"color": theme.lit, "penwidth": f"{theme.lit_width:g}"}


def _space(arrow: Arrow) -> dict[str, str]:
    if not arrow.label:
        return {}
    return {"label": _room(label_width(arrow) + 8, LABEL + 5)}


def _text(*lines: str) -> str:
    """Quote lines: no HTML, no escapes of Graphviz's own but the line break."""
    return graphviz.nohtml(r"\n".join(graphviz.escape(clean(line)) for line in lines))  # type: ignore[no-any-return]


def _room(width: float, height: float) -> str:
    """Keep room for a text: an empty table of its size."""
    return (
        '<<TABLE BORDER="0" CELLBORDER="0" CELLPADDING="0" CELLSPACING="0" FIXEDSIZE="TRUE" '
        f'WIDTH="{width:.0f}" HEIGHT="{height:.0f}"><TR><TD></TD></TR></TABLE>>'
    )
