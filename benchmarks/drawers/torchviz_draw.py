"""torchviz: what autograd keeps of a call for its backward pass."""

from torchviz import make_dot

from drawers import Draw, Drawn
from drawers.engine import laid_out
from drawers.torch_encoder import encoder, example


def ways() -> dict[str, Draw]:
    """Return the one way: it has no levels."""
    return {"make_dot": drawn}


def drawn() -> Drawn:
    """Run a model, and draw its autograd graph as SVG."""
    model = encoder()
    found = make_dot(model(example()), params=dict(model.named_parameters()))
    svg, layout = laid_out(found.source)
    return Drawn(svg.count('class="node"'), svg, layout)
