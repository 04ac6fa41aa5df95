"""cutaway: the encoder with its scopes and without, at each level; and a deep one.

Every call draws nodes: a graph would keep what it found out.
"""

from functools import partial

from decoder import decoder

import cutaway as ca
from cutaway.graph import Input, Node, Parameter, Scope, apply, located, walk
from cutaway.render.draw import LEVELS
from drawers import HEADS, HIDDEN, LAYERS, WIDTH, Draw, Drawn
from drawers.engine import clocked


def ways() -> dict[str, Draw]:
    """Return every level, with scopes and stripped of them."""
    models = {"": encoder(), ", no scopes": bare(encoder())}
    return {
        f"{level}{how}": partial(drawn, model, level)
        for how, model in models.items()
        for level in LEVELS
    }


def deep(layers: int) -> dict[str, Draw]:
    """Return a decoder of GPT-3's form, folded at each level, and every op of it."""
    logits = decoder(layers)
    folded: dict[str, Draw] = {level: partial(drawn, logits, level) for level in LEVELS[:-1]}
    return {**folded, "op, unfolded": partial(drawn, logits, "op", fold=False)}


def drawn(node: Node, level: str, *, fold: bool = True) -> Drawn:
    """Draw it as SVG."""
    with clocked() as layout:
        picture = ca.draw(node, level=level, fold=fold)
        svg = picture.svg
    return Drawn(len(picture.scene.boxes), svg, sum(layout))


def encoder() -> Node:
    """Return the encoder that the others draw."""
    x = ca.input("x", ("B", "T", WIDTH))
    return ca.layers.encoder(x, layers=LAYERS, heads=HEADS, hidden=HIDDEN)


def bare(output: Node) -> Node:
    """Return it with every node in the root scope, weights too."""

    def strip(node: Node, *inputs: Node) -> Node:
        with located(Scope(), node.source):
            if isinstance(node.op, Parameter):
                return ca.parameter(node.path.replace("/", "_"), node.shape)
            return node if isinstance(node.op, Input) else apply(node.op, *inputs)

    return walk(ca.Graph(output), strip)[output]
