"""Add & Norm, encoder and decoder layers, and stacks of them (Vaswani et al. 2017, section 3.1)."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Literal, Required, TypedDict, Unpack

from cutaway.graph import Dim, Node, OptionError, Scope, block, scope
from cutaway.graph.errors import explain
from cutaway.layers.attention import multi_head_attention
from cutaway.layers.basic import Activation, layer_norm
from cutaway.layers.feed_forward import feed_forward
from cutaway.ops import dropout as drop

Norm = Literal["post", "pre"]
Sublayer = Callable[[Node], Node]


class LayerOptions(TypedDict, total=False):
    """What encoder and decoder layers take.

    Attributes
    ----------
    heads, hidden
        Number of heads, and the inner width of the feed-forward network.
    norm
        ``post`` (the paper's, the default) or ``pre``.
    activation
        ``relu`` (the default), ``gelu``, ``gelu_tanh`` or ``silu``.
    kv_heads
        Number of key and value heads of the self-attention; ``heads`` by default.
    eps
        Of the norms; 1e-5 by default.
    dropout, seed
        The rate at which each sublayer's output is dropped, and the int scalar that draws it;
        without a seed nothing is dropped.
    """

    heads: Required[Dim | str]
    hidden: Required[Dim | str]
    norm: Norm
    activation: Activation
    kv_heads: Dim | str | None
    eps: float
    dropout: float
    seed: Node | None


def add_norm(x: Node, name: str, sublayer: Sublayer, options: LayerOptions) -> Node:
    """Wrap a sublayer in its residual and its norm.

    ``post``: ``LayerNorm(x + sublayer(x))``, the paper's. ``pre``: ``x + sublayer(LayerNorm(x))``
    (Xiong et al. 2020).

    Parameters
    ----------
    name
        Scope of the sublayer; norm and residual add stand in ``NAME_norm``.
    """
    norm, eps = options.get("norm", "post"), options.get("eps", 1e-5)
    if norm not in ("post", "pre"):
        raise OptionError(explain(f"there is no norm {norm!r}", required="'post' or 'pre'"))
    normed = x
    if norm == "pre":
        with _norm_scope(name):
            normed = layer_norm(x, eps)
    with scope(name):
        y = _dropped(sublayer(normed), options)
    with _norm_scope(name):
        return x + y if norm == "pre" else layer_norm(x + y, eps)


def _norm_scope(name: str) -> AbstractContextManager[Scope]:
    return scope(f"{name}_norm", kind="sublayer")


def _dropped(x: Node, options: LayerOptions) -> Node:
    seed = options.get("seed")
    return drop(x, options.get("dropout", 0.0), seed, training=seed is not None)


@block(kind="layer", name="")
def encoder_layer(x: Node, *, mask: Node | None = None, **options: Unpack[LayerOptions]) -> Node:
    """Return an encoder layer: self-attention, then feed-forward, each with Add & Norm.

    Parameters
    ----------
    mask
        Where a position may attend: broadcastable to ``(B, h, T, T)``.
    **options
        See :class:`LayerOptions`.

    Examples
    --------
    >>> import cutaway as ca
    >>> encoder_layer(ca.input("x", "B T D"), heads="H", hidden="F")
    <feed_forward_norm/layer_norm: float (B, T, D)>
    """
    x = _self_attention(x, mask, options)
    return _feed_forward(x, options)


@block(kind="layer", name="")
def decoder_layer(
    x: Node,
    memory: Node,
    *,
    mask: Node | None = None,
    memory_mask: Node | None = None,
    **options: Unpack[LayerOptions],
) -> Node:
    """Return a decoder layer: self-attention, cross-attention to ``memory``, feed-forward.

    Nothing is added to ``mask``: give ``ca.ops.causal_mask(T)`` where a position must not see
    what comes after it.

    Examples
    --------
    >>> import cutaway as ca
    >>> x, memory = ca.input("x", "B T D"), ca.input("memory", "B S D")
    >>> decoder_layer(x, memory, heads="H", hidden="F", mask=ca.ops.causal_mask("T")).shape
    (B, T, D)
    """
    x = _self_attention(x, mask, options)
    x = add_norm(
        x,
        "cross_attention",
        lambda y: multi_head_attention(y, memory, heads=options["heads"], mask=memory_mask),
        options,
    )
    return _feed_forward(x, options)


def _self_attention(x: Node, mask: Node | None, options: LayerOptions) -> Node:
    heads, kv_heads = options["heads"], options.get("kv_heads")
    return add_norm(
        x,
        "self_attention",
        lambda y: multi_head_attention(y, heads=heads, kv_heads=kv_heads, mask=mask),
        options,
    )


def _feed_forward(x: Node, options: LayerOptions) -> Node:
    hidden, activation = options["hidden"], options.get("activation", "relu")
    return add_norm(x, "feed_forward", lambda y: feed_forward(y, hidden, activation), options)


@block(kind="stack", name="")
def encoder(
    x: Node,
    *,
    layers: int,
    mask: Node | None = None,
    final_norm: bool | None = None,
    **options: Unpack[LayerOptions],
) -> Node:
    """Return N encoder layers, ``layer.0`` to ``layer.N-1``, and perhaps a last ``norm``.

    Parameters
    ----------
    final_norm
        By default only for pre-norm, whose output is otherwise not normalised.

    Examples
    --------
    >>> import cutaway as ca
    >>> y = encoder(ca.input("x", "B T D"), layers=2, heads="H", hidden="F")
    >>> [node.path for node in ca.Graph(y).find("*/softmax")]
    ['layer.0/self_attention/attention/softmax', 'layer.1/self_attention/attention/softmax']
    """
    for n in range(_count(layers)):
        with scope(f"layer.{n}"):
            x = encoder_layer(x, mask=mask, **options)
    return _closed(x, final_norm, options)


@block(kind="stack", name="")
def decoder(
    x: Node,
    memory: Node,
    *,
    layers: int,
    mask: Node | None = None,
    memory_mask: Node | None = None,
    final_norm: bool | None = None,
    **options: Unpack[LayerOptions],
) -> Node:
    """Return N decoder layers; the same memory enters each. See :func:`encoder`."""
    for n in range(_count(layers)):
        with scope(f"layer.{n}"):
            x = decoder_layer(x, memory, mask=mask, memory_mask=memory_mask, **options)
    return _closed(x, final_norm, options)


def _closed(x: Node, final_norm: bool | None, options: LayerOptions) -> Node:
    if not (options.get("norm") == "pre" if final_norm is None else final_norm):
        return x
    with scope("norm", kind="sublayer"):
        return layer_norm(x, options.get("eps", 1e-5))


def _count(layers: int) -> int:
    if isinstance(layers, bool) or not isinstance(layers, int) or layers < 1:
        raise OptionError(
            explain("the number of layers", required="an int of at least 1", came=repr(layers))
        )
    return layers
