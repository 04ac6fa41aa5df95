"""What stands in a figure beside grids: pictures of graphs."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from cutaway.figures.spec import Setting
from cutaway.figures.texts import label
from cutaway.graph import Graph, Shape, Title, Trace, View, as_dim, show_shape
from cutaway.render.build import build
from cutaway.render.options import Options
from cutaway.render.scene import Scene
from cutaway.render.wording import Wording

VALUES = {"value", "attention", "output"}  # scopes in which heads are d_v wide
FEW = 6  # features: where there are no numbers


def scene_of(setting: Setting, view: View, wording: Wording, trace: Trace | None = None) -> Scene:
    """Return a graph as boxes and arrows, its weights in the boxes that read them.

    Parameters
    ----------
    trace
        The values in the boxes.
    """
    options = Options(setting.lang, shape=written, weights=False, trace=trace, wording=wording)
    return build(view, options)  # the sheet brings its own theme


def written(shape: Shape) -> str:
    """Write a shape, with d_k for the width of a head.

    Examples
    --------
    >>> from cutaway.graph import as_dim
    >>> written((as_dim("B"), as_dim("d_model/h")))
    '(B, d_k)'
    """
    head = as_dim(as_dim("d_model") / as_dim("h"))
    return show_shape(tuple(as_dim("d_k") if dim == head else dim for dim in shape))


def labelled(titles: Mapping[str, str]) -> dict[str, Title]:
    """Return the labels that names stand for."""
    return {path: label(name) for path, name in titles.items()}


def head_widths(scene: Scene) -> Scene:
    """Return a scene in which values, and what is made of them, are d_v wide, not d_k."""
    wide = {box.id for box in scene.boxes if not VALUES.isdisjoint(box.path.split("/")[-2:])}
    arrows = tuple(
        replace(arrow, label=arrow.label.replace("d_k", "d_v")) if arrow.tail in wide else arrow
        for arrow in scene.arrows
    )
    return replace(scene, arrows=arrows)


def shown(setting: Setting, trace: Trace) -> Trace:
    """Return the values that boxes show; where there are no numbers, how many heads there are."""
    if setting.values:
        return trace
    heads = {
        node: np.zeros_like(value)[..., :FEW]  # as many as are drawn: none is left out
        for node, value in trace.items()
        if value.ndim > 3 and value.dtype.kind == "f"
    }
    return Trace(trace.graph, heads, trace.words)


def moved_trace(trace: Trace, graph: Graph, prefixes: Mapping[str, str]) -> Trace:
    """Return a trace's values under the paths of another graph.

    Parameters
    ----------
    prefixes
        For paths of the graph that begin so, how those of the trace begin; the first that fits.
    """
    values = {}
    for node in graph.nodes:
        path = graph.path(node)
        begins = next((begin for begin in prefixes if path.startswith(begin)), None)
        if begins is not None:
            path = prefixes[begins] + path.removeprefix(begins)
        if path in trace.paths:
            values[node] = trace[path]
    return Trace(graph, values, trace.words)
