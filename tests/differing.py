"""One Transformer, written with plain ops, and the same with a difference planted in it.

The line of a difference ends in the name of its option, as a comment.
"""

import inspect
from dataclasses import dataclass
from typing import Any

import cutaway as ca
from cutaway import ops

B, T, H, K, V, F = ca.dims("B T h d_k V d_ff")
D = H * K
NOWHERE = float("-inf")


@dataclass(frozen=True)
class Options:
    """What may be planted; the defaults are healthy."""

    layers: int = 2
    only: int | None = None  # the layer in which it is planted; all by default
    name: str = "layer"
    scale: str = "d_k"
    mask: str = "before"
    residual: bool = True
    norm_axis: int = -1
    eps: float = 1e-5
    activation: str = "gelu"
    tied: bool = True
    transposed: bool = True
    shift: int = 0
    softmax_axis: int = -1
    positions: bool = True
    bias: bool = True
    stopped: bool = False
    twice: bool = False

    def at(self, layer: int) -> "Options":
        """Return what holds in a layer."""
        healthy = self.only is not None and self.only != layer
        return Options(name=self.name) if healthy else self


def build(**options: Any) -> ca.Graph:
    """Return the model, with a difference or without."""
    found = Options(**options)
    tokens = ca.input("tokens", (B, T), dtype="int")
    table = ca.parameter("table", (V, D), init="embedding")
    x = ops.take(table, tokens, axis=0)
    if found.positions:
        places = ca.parameter("positions", (64, D))
        places = places[found.shift : T + found.shift]  # shift
        x = x + places  # positions
    for layer in range(found.layers):
        with ca.scope(f"{found.name}.{layer}"):
            x = _layer(x, found.at(layer))
    out = table.mT if found.tied else ca.parameter("output", (D, V))
    y = x @ out  # tied
    return ca.Graph(ops.softmax(ops.softmax(y)) if found.twice else ops.softmax(y))  # twice


def _layer(x: ca.Node, found: Options) -> ca.Node:
    q, k, v = (_heads(x, name, found) for name in ("query", "key", "value"))
    scores = q @ k.mT
    if found.scale == "d_k":
        scores = scores / ops.sqrt(ops.dim(K))  # scale
    elif found.scale == "d_model":
        scores = scores / ops.sqrt(ops.dim(D))
    seen = ops.causal_mask(T)
    if found.mask == "before":
        scores = ops.where(seen, scores, NOWHERE)  # mask
    elif found.mask == "inverted":
        scores = ops.where(seen, scores * 0.0 - 1e9, scores)
    weights = ops.softmax(scores, axis=found.softmax_axis)  # softmax_axis
    if found.mask == "after":
        weights = ops.where(seen, weights, 0.0)
    if found.stopped:
        weights = ops.stop_gradient(weights)  # stopped  # stopped
    z = (weights @ v).transpose((0, 2, 1, 3)).reshape((B, T, D)) @ ca.parameter("output", (D, D))
    if found.residual:
        z = x + z  # residual
    x = _norm(z, "norm.1", found)
    h = x @ ca.parameter("up", (D, F))
    h = getattr(ops, found.activation)(h)  # activation
    return _norm(x + h @ ca.parameter("down", (F, D)), "norm.2", found)


def _heads(x: ca.Node, name: str, found: Options) -> ca.Node:
    y = x @ ca.parameter(f"{name}", (D, D))
    if found.bias:
        y = y + ca.parameter(f"{name}.bias", (D,))  # bias
    if not found.transposed:
        return y.reshape((B, H, T, K))
    return y.reshape((B, T, H, K)).transpose((0, 2, 1, 3))  # transposed


def _norm(x: ca.Node, name: str, found: Options) -> ca.Node:
    centred = x - x.mean(axis=found.norm_axis, keepdims=True)  # norm_axis
    variance = (centred * centred).mean(axis=found.norm_axis, keepdims=True)
    normal = centred / ops.sqrt(variance + found.eps)  # eps
    return normal * ca.parameter(name, (D,), init="ones")


def lines(option: str) -> set[int]:
    """Return the lines on which an option has its effect."""
    module = inspect.getmodule(build)
    assert module is not None
    source = inspect.getsource(module).splitlines()
    return {n for n, line in enumerate(source, 1) if line.endswith(f"  # {option}")}
