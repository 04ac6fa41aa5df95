"""One colour for each family of ops, kind of block, leaf and role: the same in all pictures."""

from cutaway.render.scene import Role

BOXES = {
    "arithmetic": "#ffffff",
    "matmul": "#d9d3ee",
    "softmax": "#cce7cf",
    "norm": "#f2f4c1",
    "activation": "#c2e8f7",
    "mask": "#f9cbdf",
    "embedding": "#fce0e1",
    "movement": "#fdf9c0",
    "reduction": "#e3dccb",
    "loss": "#ffd0b0",
    "attention": "#ffe2bb",
    "feed_forward": "#c2e8f7",
    "layer": "#e6edf5",
    "part": "#f2f2f2",
}
LEAVES: dict[Role, str] = {"input": "#dff3e0", "parameter": "#e4e4e4", "constant": "#fafafa"}
LINES = {
    "": "#303030",
    "query": "#2456a5",
    "key": "#a3352b",
    "value": "#1f6b42",
    "mask": "#9c2a63",
    "weight": "#5f5f5f",
}
LIT = "#d2470b"  # drawn heavier, so that greyscale shows it too
FRAMES = {"query": "#e4edfb", "key": "#fbe9e7", "value": "#e6f4ec"}  # behind a projection


def colour(role: Role, family: str) -> str:
    """Return the colour of a box.

    Examples
    --------
    >>> colour("op", "softmax"), colour("parameter", "arithmetic")
    ('#cce7cf', '#e4e4e4')
    """
    return LEAVES.get(role) or BOXES[family]
