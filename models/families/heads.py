"""What stands around an encoder in the BERT type: masks, activations, heads."""

from cutaway.graph import Node, parameter, scope
from cutaway.interop import Settings
from cutaway.layers import activate, layer_norm, linear, padding_mask
from cutaway.layers.basic import Activation
from cutaway.ops import causal_mask, logical_and, tanh

ACTIVATIONS: dict[str, Activation] = {
    "gelu": "gelu",
    "gelu_new": "gelu_tanh",
    "gelu_fast": "gelu_tanh",
    "gelu_pytorch_tanh": "gelu_tanh",
    "relu": "relu",
    "silu": "silu",
    "swish": "silu",
}


def attention(mask: Node, causal: bool) -> Node:
    """Return where a position may attend: not to padding (a 0 in the mask), perhaps not ahead."""
    real = padding_mask(mask, 0)
    return logical_and(causal_mask(mask.shape[1]), real) if causal else real


def pooler(states: Node) -> Node:
    """Return ``tanh`` of a linear map of the first token's state: (B, width)."""
    with scope("pooler"):
        return tanh(linear(states[:, 0], states.shape[-1]))


def masked_language(
    states: Node, table: Node, config: Settings, activation: Activation, eps: float
) -> Node:
    """Return logits (B, T, V): a linear map, activation, norm, and the token table with a bias.

    Where config.json unties the table, a ``decoder`` with weight and bias of its own stands for it.
    """
    with scope("output"):
        with scope("transform"):
            x = activate(linear(states, states.shape[-1]), activation)
        with scope("norm", kind="sublayer"):
            x = layer_norm(x, eps)
        if config.flag("tie_word_embeddings", True):
            return x @ table.mT + parameter("bias", (table.shape[0],))
        with scope("decoder"):
            return linear(x, table.shape[0])
