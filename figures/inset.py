"""What stands in a figure beside grids: pictures of graphs."""

from collections.abc import Mapping

import numpy as np

from cutaway.figures.spec import Setting
from cutaway.figures.texts import label
from cutaway.graph import Graph, Shape, Title, Trace, View, as_dim, show_shape
from cutaway.render.build import build
from cutaway.render.layout import place
from cutaway.render.marks import Drawing
from cutaway.render.options import Options
from cutaway.render.scene import Scene
from cutaway.render.sheet import inset as laid_out
from cutaway.render.wording import Wording


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


def inset(scene: Scene) -> Drawing:
    """Return a scene, laid out, as a drawing."""
    return laid_out(scene, place(scene))


def shown(setting: Setting, trace: Trace) -> Trace:
    """Return the values that boxes show; where there are no numbers, how many heads there are."""
    if setting.values:
        return trace
    heads = {
        node: np.zeros_like(value)
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
