"""The drawings that a page holds: the forward pass at each level, in both languages."""

from collections.abc import Mapping

from cutaway.graph import Graph
from cutaway.graph.title import LANGUAGES
from cutaway.render import draw
from cutaway.render.layout import place
from cutaway.render.sheet import Sheet
from cutaway.render.theme import read_theme
from cutaway.step.detail import LEVELS, Detail, Level

Texts = dict[str, str]
Sizes = Mapping[str, int]
MOST = 700  # nodes of a drawing; one with more takes long, and nobody finds his way in it


def drawings(graph: Graph, details: Mapping[Level, Detail], axis: str, sizes: Sizes) -> Texts:
    """Return drawings as SVG, by level and language, in colours that the page sets.

    Parameters
    ----------
    graph
        The forward pass.
    details
        Its levels.
    axis, sizes
        At level ``token``, along which size tokens lie, and how many there are.
    """
    found = {}
    for level, detail in details.items():
        if level in LEVELS[3:] and len(detail.graph.nodes) > MOST:
            continue
        dims = sizes if level == "token" else None  # elsewhere shapes stand in symbols
        scenes = [draw(graph, level, lang=each, axis=axis, dims=dims).scene for each in LANGUAGES]
        layout = place(scenes[0])  # boxes have the same places in every language
        for scene in scenes:
            themed = Sheet.of(scene, layout).themed(read_theme("light").variables())
            found[f"{level}-{scene.lang}"] = themed.svg
    return found
