"""One colour for each family of ops and each kind of leaf, as in the paper's figures."""

from cutaway.render.scene import Role

PLAIN = "#ffffff"
OPS = {
    "matmul": "#d9d3ee",
    "softmax": "#cce7cf",
    "log_softmax": "#cce7cf",
    "where": "#f9cbdf",
    "causal_mask": "#f9cbdf",
    "logical_and": "#f9cbdf",
    "add": "#f2f4c1",
    "layer_norm": "#f2f4c1",
    "rms_norm": "#f2f4c1",
    "take": "#fce0e1",
    "relu": "#c2e8f7",
    "gelu": "#c2e8f7",
    "gelu_tanh": "#c2e8f7",
    "silu": "#c2e8f7",
    "concat": "#fdf9c0",
    "cross_entropy": "#ffd9b0",
}
LEAVES: dict[Role, str] = {"input": "#dff3e0", "parameter": "#e4e4e4", "constant": "#fafafa"}


def colour(role: Role, op: str) -> str:
    """Return the colour of a box.

    Examples
    --------
    >>> colour("op", "softmax"), colour("parameter", "parameter")
    ('#cce7cf', '#e4e4e4')
    """
    return LEAVES.get(role) or OPS.get(op, PLAIN)
