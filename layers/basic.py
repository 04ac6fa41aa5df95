"""The affine map, and the norms with their weights."""

from collections.abc import Callable
from typing import Literal

from cutaway.graph import Dim, Node, OptionError, as_dim, parameter
from cutaway.graph.errors import explain
from cutaway.ops import gelu, gelu_tanh, relu, silu
from cutaway.ops import layer_norm as _layer_norm
from cutaway.ops import rms_norm as _rms_norm

Activation = Literal["relu", "gelu", "gelu_tanh", "silu"]
ACTIVATIONS: dict[str, Callable[[Node], Node]] = {
    "relu": relu,
    "gelu": gelu,
    "gelu_tanh": gelu_tanh,
    "silu": silu,
}


def activate(x: Node, activation: Activation) -> Node:
    """Apply an activation by its name.

    Raises
    ------
    OptionError
        Naming the activations there are.
    """
    if activation not in ACTIVATIONS:
        raise OptionError(
            explain(f"there is no activation {activation!r}", required=", ".join(ACTIVATIONS))
        )
    return ACTIVATIONS[activation](x)


def linear(x: Node, width: Dim | str, bias: bool = True) -> Node:
    """Return ``x @ weight + bias``: the last axis becomes ``width``.

    Parameters are ``weight`` of shape (in, width) and ``bias`` (width).

    Examples
    --------
    >>> import cutaway as ca
    >>> linear(ca.input("x", "B T D"), "4*D")
    <add: float (B, T, 4*D)>
    """
    out = as_dim(width)
    y = x @ parameter("weight", (x.shape[-1], out))
    return y + parameter("bias", (out,), init="zeros") if bias else y


def layer_norm(x: Node, eps: float = 1e-5, bias: bool = True) -> Node:
    """Return layer normalisation over the features, with ``weight`` and ``bias``.

    Source: Ba, Kiros and Hinton 2016.
    """
    width = (x.shape[-1],)
    shift = parameter("bias", width, init="zeros") if bias else None
    return _layer_norm(x, parameter("weight", width, init="ones"), shift, eps=eps)


def rms_norm(x: Node, eps: float = 1e-5) -> Node:
    """Return RMS normalisation over the features, with ``weight``.

    Source: Zhang and Sennrich 2019.
    """
    return _rms_norm(x, parameter("weight", (x.shape[-1],), init="ones"), eps=eps)
