"""Models with a planted bug: each with the kind that ``ca.debug`` must give, at the marked line.

A line that ends in ``# bug`` is the guilty one; of several, any may be named.
"""

import inspect
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import cutaway as ca
from cutaway import layers, ops

B, T, S, D, H, F, K, V = ca.dims("B T S D H F K V")
INFINITY = float("inf")
Built = ca.Node | list[ca.Node] | tuple[ca.Node, dict[str, Any]]


@dataclass(frozen=True)
class Planted:
    """A planted bug: what must be found, and a glob that the guilty path fits."""

    make: Callable[[], Built]
    kind: str
    path: str

    @property
    def lines(self) -> set[int]:
        """The lines that end in ``# bug``."""
        source, first = inspect.getsourcelines(self.make)
        return {first + n for n, line in enumerate(source) if line.rstrip().endswith("# bug")}


PLANTED: dict[str, Planted] = {}


def planted(kind: str, path: str = "*") -> Callable[[Callable[[], Built]], Callable[[], Built]]:
    """List a model with a bug."""

    def mark(make: Callable[[], Built]) -> Callable[[], Built]:
        PLANTED[make.__name__] = Planted(make, kind, path)
        return make

    return mark


# --- parts that most of them share --------------------------------------------------------------


def linear(x: ca.Node, width: Any, name: str) -> ca.Node:
    with ca.scope(name):
        return layers.linear(x, width)


def heads(x: ca.Node, name: str) -> ca.Node:
    return linear(x, D, name).reshape((B, T, H, D / H)).transpose((0, 2, 1, 3))


def qkv(x: ca.Node | None = None) -> tuple[ca.Node, ca.Node, ca.Node]:
    x = tokens() if x is None else x
    return heads(x, "query"), heads(x, "key"), heads(x, "value")


def tokens() -> ca.Node:
    return ca.input("x", (B, T, D))


def ids(name: str = "tokens") -> ca.Node:
    return ca.input(name, (B, T), dtype="int")


def scores(q: ca.Node, k: ca.Node) -> ca.Node:
    return q @ k.mT / ops.sqrt(ops.dim(D / H))


def merge(x: ca.Node) -> ca.Node:
    return linear(x.transpose((0, 2, 1, 3)).reshape((B, T, D)), D, "output")


def attend(weights: ca.Node, v: ca.Node) -> ca.Node:
    return merge(weights @ v)


def embedded(index: ca.Node) -> ca.Node:
    with ca.scope("embedding"):
        x, _ = layers.token_embedding(index, V, D)
    return x + layers.sinusoidal_positions(index.shape[1], D)


def positions() -> tuple[ca.Node, ca.Node]:
    """Rows and columns of a mask."""
    return ops.expand_dims(ops.arange(T), 1), ops.expand_dims(ops.arange(T), 0)


# --- scale and softmax --------------------------------------------------------------------------


@planted("scale", "matmul")
def missing_scale() -> Built:
    q, k, v = qkv()
    raw = q @ k.mT  # bug
    return attend(ops.softmax(raw), v)


@planted("scale", "*")
def scale_by_the_model_width() -> Built:
    q, k, v = qkv()
    raw = q @ k.mT
    scaled = raw / ops.sqrt(ops.dim(D))  # bug
    return attend(ops.softmax(scaled), v)


@planted("scale", "*")
def scale_applied_twice() -> Built:
    q, k, v = qkv()
    q = q / ops.sqrt(ops.dim(D / H))  # bug
    raw = q @ k.mT / ops.sqrt(ops.dim(D / H))  # bug
    return attend(ops.softmax(raw), v)


@planted("softmax-axis", "softmax")
def softmax_over_queries() -> Built:
    q, k, v = qkv()
    weights = ops.softmax(scores(q, k), axis=-2)  # bug
    return attend(weights, v)


@planted("exp", "exp")
def naive_softmax() -> Built:
    q, k, v = qkv()
    powers = ops.exp(scores(q, k))  # bug
    return attend(powers / powers.sum(axis=-1, keepdims=True), v)


@planted("softmax", "cross_entropy")
def double_softmax_before_the_loss() -> Built:
    hidden = layers.encoder_layer(embedded(ids()), heads=H, hidden=F)
    probabilities = ops.softmax(linear(hidden, V, "classes"))
    target = ca.input("target", (B, T), dtype="int")
    return ops.cross_entropy(probabilities, target)  # bug


@planted("log", "log")
def logarithm_of_a_softmax() -> Built:
    probabilities = ops.softmax(linear(tokens(), V, "classes"))
    target = ca.input("target", (B, T), dtype="int")
    logs = ops.log(probabilities)  # bug
    return -(logs * ops.one_hot(target, V)).sum(axis=-1).mean()


@planted("saturation", "*softmax")
def inputs_too_large_for_the_softmax() -> Built:
    x = ca.input("x", (4, 9, 16)) * 10.0
    return layers.single_head_attention(x)  # bug


# --- masks --------------------------------------------------------------------------------------


@planted("mask", "where")
def mask_upside_down() -> Built:
    q, k, v = qkv()
    hidden = ops.where(ops.causal_mask(T), -INFINITY, scores(q, k))  # bug
    return attend(ops.softmax(hidden), v)


@planted("mask", "less")
def mask_that_looks_ahead_only() -> Built:
    q, k, v = qkv()
    rows, columns = positions()
    mask = rows < columns  # bug
    return attend(ops.softmax(ops.where(mask, scores(q, k), -1e9)), v)


@planted("mask", "logical_not")
def mask_negated_in_a_layer() -> Built:
    mask = ops.logical_not(ops.causal_mask(T))  # bug
    return layers.multi_head_attention(tokens(), heads=H, mask=mask)


@planted("mask", "*")
def mask_without_the_diagonal() -> Built:
    q, k, v = qkv()
    rows, columns = positions()
    mask = rows > columns  # bug
    return attend(ops.softmax(ops.where(mask, scores(q, k), -INFINITY)), v)


@planted("mask", "less_equal")
def mask_that_sees_one_ahead() -> Built:
    q, k, v = qkv()
    rows, columns = positions()
    mask = columns <= rows + 1  # bug
    return attend(ops.softmax(ops.where(mask, scores(q, k), -INFINITY)), v)


@planted("mask", "*")
def padding_upside_down() -> Built:
    index = ids()
    q, k, v = qkv(embedded(index))
    mask = ops.equal(index, 0)  # bug
    mask = ops.expand_dims(ops.expand_dims(mask, 1), 1)
    return attend(ops.softmax(ops.where(mask, scores(q, k), -1e9)), v)


@planted("mask", "*")
def padding_of_queries() -> Built:
    index = ids()
    q, k, v = qkv(embedded(index))
    real = ops.not_equal(index, 0)
    mask = ops.expand_dims(ops.expand_dims(real, 1), 3)  # bug
    hidden = ops.where(mask, scores(q, k), -1e9)
    return attend(ops.softmax(hidden), v)


@planted("mask", "add")
def mask_added_behind_the_softmax() -> Built:
    q, k, v = qkv()
    weights = ops.softmax(scores(q, k))
    mask = ops.where(ops.causal_mask(T), 0.0, -1e9)
    hidden = weights + mask  # bug
    return attend(hidden, v)


@planted("mask", "multiply")
def mask_multiplied_behind_the_softmax() -> Built:
    q, k, v = qkv()
    weights = ops.softmax(scores(q, k))
    hidden = weights * ops.cast(ops.causal_mask(T), "float")  # bug
    return attend(hidden, v)


@planted("mask", "multiply")
def mask_multiplied_before_the_softmax() -> Built:
    q, k, v = qkv()
    mask = ops.cast(ops.causal_mask(T), "float")
    hidden = scores(q, k) * mask  # bug
    return attend(ops.softmax(hidden), v)


@planted("mask", "where")
def mask_filled_with_zero() -> Built:
    q, k, v = qkv()
    hidden = ops.where(ops.causal_mask(T), scores(q, k), 0.0)  # bug
    return attend(ops.softmax(hidden), v)


@planted("mask", "add")
def mask_of_flags_added() -> Built:
    q, k, v = qkv()
    mask = ops.cast(ops.causal_mask(T), "float")
    hidden = scores(q, k) + mask  # bug
    return attend(ops.softmax(hidden), v)


@planted("nan", "multiply")
def zero_times_infinity() -> Built:
    q, k, v = qkv()
    hides = 1.0 - ops.cast(ops.causal_mask(T), "float")
    mask = hides * -INFINITY  # bug
    return attend(ops.softmax(scores(q, k) + mask), v)


# --- what a decoder may see ---------------------------------------------------------------------


def language_model(index: ca.Node, mask: ca.Node | None) -> ca.Node:
    x = embedded(index)
    with ca.scope("layers"):
        x = layers.encoder(x, layers=2, heads=H, hidden=F, mask=mask)
    return linear(x, V, "head")


@planted("causal", "layer.0/*softmax")
def causal_mask_forgotten_in_a_language_model() -> Built:
    index = ids()
    x = embedded(index[:, :-1])
    x = layers.encoder(x, layers=2, heads=H, hidden=F)  # bug
    return ops.cross_entropy(linear(x, V, "head"), index[:, 1:])


@planted("causal", "*self_attention*softmax")
def causal_mask_forgotten_in_a_decoder() -> Built:
    x, memory = tokens(), ca.input("memory", (B, S, D))
    return layers.decoder_layer(x, memory, heads=H, hidden=F)  # bug


@planted("causal", "layer.1/*softmax")
def causal_mask_forgotten_in_one_layer() -> Built:
    x = tokens()
    with ca.scope("layer.0"):
        x = layers.encoder_layer(x, heads=H, hidden=F, mask=ops.causal_mask(T))
    with ca.scope("layer.1"):
        return layers.encoder_layer(x, heads=H, hidden=F)  # bug


@planted("target", "cross_entropy")
def targets_that_are_not_shifted() -> Built:
    index = ids()
    logits = language_model(index, ops.causal_mask(T))
    return ops.cross_entropy(logits, index)  # bug


@planted("target", "cross_entropy")
def targets_shifted_the_wrong_way() -> Built:
    index = ids()
    logits = language_model(index[:, 1:], ops.causal_mask(T - 1))
    return ops.cross_entropy(logits, index[:, :-1])  # bug


@planted("positions", "*take")
def positions_forgotten() -> Built:
    index = ids()
    with ca.scope("embedding"):
        x, _ = layers.token_embedding(index, V, D)  # bug
    x = layers.encoder(x, layers=2, heads=H, hidden=F)
    return linear(x, V, "head")


# --- heads --------------------------------------------------------------------------------------


@planted("regroup", "*reshape")
def heads_split_without_a_transpose() -> Built:
    x = tokens()
    q, k, v = (linear(x, D, n).reshape((B, H, T, D / H)) for n in ("q", "k", "v"))  # bug
    return attend(ops.softmax(scores(q, k)), v)


@planted("heads", "*reshape")
def heads_split_without_a_transpose_in_numbers() -> Built:
    x = ca.input("x", (2, 8, 16))
    q, k, v = (linear(x, 16, n).reshape((2, 4, 8, 4)) for n in ("q", "k", "v"))  # bug
    y = ops.softmax(q @ k.mT / 2.0) @ v
    return linear(y.transpose((0, 2, 1, 3)).reshape((2, 8, 16)), 16, "output")


@planted("heads", "reshape*")
def heads_merged_without_a_transpose_in_numbers() -> Built:
    x = ca.input("x", (2, 8, 16))
    q, k, v = (
        linear(x, 16, n).reshape((2, 8, 4, 4)).transpose((0, 2, 1, 3)) for n in ("q", "k", "v")
    )
    y = ops.softmax(q @ k.mT / 2.0) @ v
    return linear(y.reshape((2, 8, 16)), 16, "output")  # bug


@planted("heads", "matmul")
def attention_between_heads() -> Built:
    x = tokens()
    q, k, v = (linear(x, D, n).reshape((B, T, H, D / H)) for n in ("q", "k", "v"))
    raw = q @ k.mT / ops.sqrt(ops.dim(D / H))  # bug
    return linear((ops.softmax(raw) @ v).reshape((B, T, D)), D, "output")


@planted("heads", "reshape*")
def heads_merged_in_another_order() -> Built:
    q, k, v = qkv()
    y = ops.softmax(scores(q, k)) @ v
    y = y.transpose((0, 2, 3, 1)).reshape((B, T, D))  # bug
    return linear(y, D, "output")


@planted("scale", "matmul")
def missing_scale_behind_rotary_positions() -> Built:
    q, k, v = qkv()
    half = D / H / 2
    places = ops.expand_dims(ops.cast(ops.arange(T), "float"), 1)
    rates = ops.exp(ops.cast(ops.arange(half), "float") * -0.5)
    cos, sin = ops.cos(places * rates), ops.sin(places * rates)

    def turned(x: ca.Node) -> ca.Node:
        a, b = x[..., :half], x[..., half:]
        return ops.concat([a * cos - b * sin, a * sin + b * cos], axis=-1)

    raw = turned(q) @ turned(k).mT  # bug
    return attend(ops.softmax(raw), v)


@planted("exp", "exp")
def naive_softmax_divided_at_the_end() -> Built:
    q, k, v = qkv()
    powers = ops.exp(scores(q, k))  # bug
    return merge((powers @ v) / powers.sum(axis=-1, keepdims=True))


@planted("softmax", "softmax.1")
def softmax_of_a_softmax() -> Built:
    q, k, v = qkv()
    weights = ops.softmax(scores(q, k))
    return attend(ops.softmax(weights), v)  # bug


@planted("softmax", "cross_entropy")
def logits_cut_by_relu() -> Built:
    logits = ops.relu(linear(tokens(), V, "classes"))
    return ops.cross_entropy(logits, ca.input("target", (B, T), dtype="int"))  # bug


@planted("mask", "add")
def mask_of_numbers_upside_down() -> Built:
    x = ca.input("x", (2, 6, 8))
    q, k, v = (linear(x, 8, name) for name in ("query", "key", "value"))
    mask = ca.constant(np.where(np.tril(np.ones((6, 6))) > 0, -1e9, 0.0))
    raw = q @ k.mT / math.sqrt(8) + mask  # bug
    return ops.softmax(raw) @ v


@planted("causal", "gpt/*softmax")
def causal_mask_forgotten_without_a_loss() -> Built:
    index = ids()
    x = embedded(index)
    with ca.scope("gpt"):
        x = layers.encoder(x, layers=2, heads=H, hidden=F)  # bug
    return linear(x, V, "head")


@planted("causal", "*softmax")
def causal_mask_forgotten_with_a_loss_by_hand() -> Built:
    index = ids()
    x = layers.encoder_layer(embedded(index[:, :-1]), heads=H, hidden=F)  # bug
    logs = ops.log_softmax(linear(x, V, "head"))
    return -(logs * ops.one_hot(index[:, 1:], V)).sum(axis=-1).mean()


@planted("positions", "source/take")
def positions_of_the_source_forgotten() -> Built:
    source, target = ca.input("source", (B, S), "int"), ca.input("target", (B, T), "int")
    with ca.scope("source"):
        x, _ = layers.token_embedding(source, V, D)  # bug
    with ca.scope("encoder"):
        memory = layers.encoder(x, layers=1, heads=H, hidden=F)
    with ca.scope("decoder"):
        y = layers.decoder(
            embedded(target), memory, layers=1, heads=H, hidden=F, mask=ops.causal_mask(T)
        )
    return linear(y, V, "head")


@planted("index", "take*")
def positions_off_by_one() -> Built:
    x = ca.input("x", (2, 8, 16))
    table = ca.parameter("positions", (8, 16), "embedding")
    return x + ops.take(table, ops.arange(8) + 1)  # bug


@planted("heads", "reshape*")
def heads_merged_without_a_transpose_where_they_are_as_many_as_positions() -> Built:
    x = ca.input("x", (2, 4, 16))
    q, k, v = (
        linear(x, 16, n).reshape((2, 4, 4, 4)).transpose((0, 2, 1, 3)) for n in ("q", "k", "v")
    )
    y = ops.softmax(q @ k.mT / 2.0) @ v
    y = y.reshape((2, 4, 16))  # bug
    return linear(y, 16, "output")
