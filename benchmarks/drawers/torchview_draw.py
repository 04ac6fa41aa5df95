"""torchview: modules and functions of a traced call, down to a depth."""

from functools import partial

from torchview import draw_graph

from drawers import Draw, Drawn
from drawers.engine import laid_out
from drawers.torch_encoder import encoder, example

DEPTHS = (1, 2, 3)


def ways() -> dict[str, Draw]:
    """Return its depths; 3, its default, shows all of this model."""
    return {f"depth={depth}": partial(drawn, depth) for depth in DEPTHS}


def drawn(depth: int) -> Drawn:
    """Trace a model, and draw it as SVG."""
    found = draw_graph(encoder(), example(), depth=depth, expand_nested=True, mode="train")
    svg, layout = laid_out(found.visual_graph.source)
    return Drawn(svg.count('class="node"'), svg, layout)
