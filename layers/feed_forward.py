"""The position-wise feed-forward network (Vaswani et al. 2017, section 3.3)."""

from cutaway.graph import Dim, Node, as_dim, block, scope
from cutaway.layers.basic import Activation, activate, linear


@block(kind="sublayer", name="")
def feed_forward(
    x: Node,
    hidden: Dim | str,
    activation: Activation = "relu",
    *,
    gated: bool = False,
    bias: bool = True,
) -> Node:
    """Return ``activation(x W1 + b1) W2 + b2``, the same for every position.

    Parameters
    ----------
    hidden
        The inner width d_ff.
    activation
        ``relu``, ``gelu``, ``gelu_tanh`` or ``silu``.
    gated
        Multiply ``activation(gate(x))`` into ``up(x)`` (Shazeer 2020; SwiGLU with ``silu``).

    Examples
    --------
    >>> import cutaway as ca
    >>> feed_forward(ca.input("x", "B T D"), "4*D")
    <down/add: float (B, T, D)>
    """
    size = as_dim(hidden)
    with scope("up"):
        inner = linear(x, size, bias)
    if gated:
        with scope("gate"):
            inner = activate(linear(x, size, bias), activation) * inner
    else:
        inner = activate(inner, activation)
    with scope("down"):
        return linear(inner, x.shape[-1], bias)
