"""A scene as DOT: boxes of fixed size without text, in nested clusters."""

import graphviz
from cutaway.render.scene import Box, Scene

HEADROOM = 18  # points for a frame's title


class _Frame:
    """A scope, its boxes and the scopes inside."""

    def __init__(self) -> None:
        self.boxes: list[Box] = []
        self.inside: dict[str, _Frame] = {}


def frames_of(scene: Scene) -> list[tuple[str, ...]]:
    """Return every frame of a scene, outer ones first: their places number the clusters."""
    found: dict[tuple[str, ...], None] = {}
    for box in scene.boxes:
        for depth in range(1, len(box.frame) + 1):
            found[box.frame[:depth]] = None
    return list(found)


def to_dot(scene: Scene) -> str:
    """Return DOT source; names are numbers, so that no text of a user's can break it.

    The user's texts stand in ``tooltip`` attributes, quoted by the graphviz package.
    """
    root = _Frame()
    for box in scene.boxes:
        frame = root
        for name in box.frame:
            frame = frame.inside.setdefault(name, _Frame())
        frame.boxes.append(box)
    dot = graphviz.Digraph("cutaway")
    dot.attr(rankdir=scene.direction, nodesep="0.25", ranksep="0.35", pad="0.1")
    dot.attr("node", shape="box", fixedsize="true", label="")
    numbers = {frame: n for n, frame in enumerate(frames_of(scene))}
    _fill(dot, root, (), numbers)
    for arrow in scene.arrows:
        dot.edge(arrow.tail, arrow.head, style="dashed" if arrow.residual else "solid")
    return str(dot.source)


def _fill(
    dot: graphviz.Digraph, frame: _Frame, path: tuple[str, ...], numbers: dict[tuple[str, ...], int]
) -> None:
    for box in frame.boxes:
        dot.node(
            box.id,
            width=f"{box.width / 72:.4f}",
            height=f"{box.height / 72:.4f}",
            tooltip=graphviz.escape(" ".join(box.lines)),
        )
    for name, inner in frame.inside.items():
        here = (*path, name)
        with dot.subgraph(name=f"cluster_{numbers[here]}") as cluster:
            cluster.attr(margin=str(HEADROOM), label="", tooltip=graphviz.escape(name))
            _fill(cluster, inner, here, numbers)
