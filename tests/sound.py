"""Healthy models as people write them: ``ca.debug`` must say nothing of any."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import cutaway as ca
from cutaway import layers, ops

B, T, S, D, H, F, V, P, K, G = ca.dims("B T S D H F V P K G")
INFINITY = float("inf")
Made = ca.Node | list[ca.Node]
SOUND: dict[str, Callable[[], Made]] = {}


def sound(make: Callable[[], Made]) -> Callable[[], Made]:
    """List a model under its name."""
    SOUND[make.__name__] = make
    return make


def linear(x: ca.Node, width: Any, name: str, bias: bool = True) -> ca.Node:
    with ca.scope(name):
        return layers.linear(x, width, bias)


def norm(x: ca.Node, name: str, eps: float = 1e-5) -> ca.Node:
    with ca.scope(name):
        return layers.layer_norm(x, eps)


def attention(x: ca.Node, name: str = "attention", **options: Any) -> ca.Node:
    with ca.scope(name):
        return layers.multi_head_attention(x, heads=H, **options)


def feed_forward(x: ca.Node, name: str = "feed_forward", **options: Any) -> ca.Node:
    with ca.scope(name):
        return layers.feed_forward(x, F, **options)


def tokens() -> ca.Node:
    return ca.input("x", (B, T, D))


def ids(name: str = "tokens") -> ca.Node:
    return ca.input(name, (B, T), dtype="int")


def qkv(x: ca.Node) -> tuple[ca.Node, ca.Node, ca.Node]:
    return linear(x, D, "query"), linear(x, D, "key"), linear(x, D, "value")


def scores(q: ca.Node, k: ca.Node) -> ca.Node:
    return q @ k.mT / ops.sqrt(ops.dim(q.shape[-1]))


def merged(x: ca.Node) -> ca.Node:
    return linear(x.transpose((0, 2, 1, 3)).reshape((B, T, D)), D, "output")


def rotary(x: ca.Node) -> ca.Node:
    half = x.shape[-1] / 2
    rates = ops.exp(ops.cast(ops.arange(half), "float") * (-math.log(10000.0) / ops.dim(half)))
    angles = ops.expand_dims(ops.cast(ops.arange(T), "float"), 1) * rates
    a, b = x[..., :half], x[..., half:]
    cos, sin = ops.cos(angles), ops.sin(angles)
    return ops.concat([a * cos - b * sin, a * sin + b * cos], axis=-1)


# --- whole models --------------------------------------------------------------------------------


@sound
def llama() -> Made:
    x = ops.take(ca.parameter("table", (V, D), "embedding"), ids())
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            with ca.scope("first"):
                h = layers.rms_norm(x)
            q, k, v = (
                linear(h, count * D / H, name, bias=False)
                .reshape((B, T, count, D / H))
                .transpose((0, 2, 1, 3))
                for name, count in (("query", H), ("key", G), ("value", G))
            )
            q = rotary(q).reshape((B, G, H / G, T, D / H))
            raw = scores(q, ops.expand_dims(rotary(k), 2))
            raw = ops.where(ops.causal_mask(T), raw, -INFINITY)
            y = (ops.softmax(raw) @ ops.expand_dims(v, 2)).reshape((B, H, T, D / H))
            x = x + linear(y.transpose((0, 2, 1, 3)).reshape((B, T, D)), D, "output", bias=False)
            with ca.scope("second"):
                h = layers.rms_norm(x)
            gate = ops.silu(linear(h, F, "gate", bias=False))
            x = x + linear(gate * linear(h, F, "up", bias=False), D, "down", bias=False)
    with ca.scope("last"):
        x = layers.rms_norm(x)
    return linear(x, V, "head", bias=False)


@sound
def gpt_by_hand_in_numbers() -> Made:
    batch, length, width, heads, vocabulary = 2, 8, 32, 4, 50
    index = ca.input("tokens", (batch, length + 1), dtype="int")
    table = ca.parameter("tokens", (vocabulary, width), "embedding")
    x = ops.take(table, index[:, :-1]) + ca.parameter("places", (length, width), "embedding")
    mask = ops.expand_dims(ops.arange(length), 1) >= ops.expand_dims(ops.arange(length), 0)
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            mean = x.mean(axis=-1, keepdims=True)
            variance = ((x - mean) ** 2.0).mean(axis=-1, keepdims=True)
            y = (x - mean) / ops.sqrt(variance + 1e-5) * ca.parameter("gain", (width,), "ones")
            all_ = y @ ca.parameter("all", (width, 3 * width))
            q, k, v = (
                all_[..., m * width : (m + 1) * width]
                .reshape((batch, length, heads, width // heads))
                .transpose((0, 2, 1, 3))
                for m in range(3)
            )
            raw = ops.where(mask, q @ k.mT * (1 / math.sqrt(width // heads)), -1e9)
            powers = ops.exp(raw - raw.max(axis=-1, keepdims=True))
            y = powers / powers.sum(axis=-1, keepdims=True) @ v
            y = y.transpose((0, 2, 1, 3)).reshape((batch, length, width))
            x = x + y @ ca.parameter("output", (width, width))
            y = ops.gelu(norm(x, "norm") @ ca.parameter("up", (width, 4 * width)))
            x = x + y @ ca.parameter("down", (4 * width, width))
    logits = x @ table.mT
    logs = logits - ops.logsumexp(logits, axis=-1, keepdims=True)
    return -(logs * ops.one_hot(index[:, 1:], vocabulary)).sum(axis=-1).mean()


@sound
def bert_by_hand() -> Made:
    index, kinds = ids("input_ids"), ids("token_type_ids")
    x = ops.take(ca.parameter("words", (V, D), "embedding"), index)
    x = x + ops.take(ca.parameter("kinds", (2, D), "embedding"), kinds)
    x = norm(x + ca.parameter("places", (512, D), "embedding")[:T], "norm", 1e-12)
    hidden = (1.0 - ops.cast(ids("attention_mask"), "float")) * -10000.0
    hidden = ops.expand_dims(ops.expand_dims(hidden, 1), 1)
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            x = norm(x + attention(x, mask=hidden), "first", 1e-12)
            x = norm(x + feed_forward(x, activation="gelu"), "second", 1e-12)
    return [x, ops.tanh(linear(x[:, 0], D, "pooler"))]


@sound
def vision_transformer() -> Made:
    image = ca.input("image", (B, S * P, T * P, 3))
    x = image.reshape((B, S, P, T, P, 3)).transpose((0, 1, 3, 2, 4, 5))
    x = linear(x.reshape((B, S * T, P * P * 3)), D, "patch")
    first = ops.broadcast_to(ca.parameter("class", (1, 1, D)), (B, 1, D))
    x = ops.concat([first, x], axis=1) + ca.parameter("places", (S * T + 1, D), "embedding")
    x = layers.encoder(x, layers=2, heads=H, hidden=F, norm="pre", activation="gelu")
    return linear(x[:, 0], 10, "head")


@sound
def vision_transformer_in_numbers() -> Made:
    image = ca.input("image", (2, 32, 32, 3))
    x = image.reshape((2, 4, 8, 4, 8, 3)).transpose((0, 1, 3, 2, 4, 5)).reshape((2, 16, 192))
    x = linear(x, 64, "patch") + ca.parameter("places", (16, 64), "embedding")
    x = layers.encoder(x, layers=2, heads=4, hidden=128, norm="pre", activation="gelu")
    return linear(x.mean(axis=1), 10, "head")


@sound
def windows_in_numbers() -> Made:
    x = ca.input("x", (2, 8, 8, 16))
    y = x.reshape((2, 2, 4, 2, 4, 16)).transpose((0, 1, 3, 2, 4, 5)).reshape((8, 16, 16))
    with ca.scope("attention"):
        y = layers.multi_head_attention(y, heads=4)
    y = y.reshape((2, 2, 2, 4, 4, 16)).transpose((0, 1, 3, 2, 4, 5)).reshape((2, 8, 8, 16))
    x = x + y
    x = x.reshape((2, 4, 2, 4, 2, 16)).transpose((0, 1, 3, 2, 4, 5)).reshape((2, 4, 4, 64))
    return linear(x, 32, "merge")


@sound
def translation_with_its_loss() -> Made:
    source, target = ca.input("source", (B, S), "int"), ca.input("target", (B, T), "int")
    config = layers.Config(
        source_vocabulary="V", target_vocabulary="W", layers=2, dropout=0.1, padding=0
    )
    seed = ca.input("seed", (), "int")
    logits = layers.transformer(source, target[:, :-1], config, seed=seed)
    return ops.cross_entropy(logits, target[:, 1:], label_smoothing=0.1, ignore_index=0)


@sound
def masked_language_model() -> Made:
    config = layers.Config(source_vocabulary=V, layers=2, activation="gelu", padding=0)
    x = layers.encoder_only(ids(), config)
    x = norm(ops.gelu(linear(x, x.shape[-1], "dense")), "norm")
    return ops.cross_entropy(linear(x, V, "head"), ids("labels"), ignore_index=0)


@sound
def tied_language_model_without_a_loss() -> Made:
    config = layers.Config(source_vocabulary=V, layers=2, norm="pre", tied=True)
    return layers.decoder_only(ids(), config)


@sound
def classifier() -> Made:
    x = layers.encoder_only(ids(), layers.Config(source_vocabulary=V, layers=1))
    label = ca.input("label", (B,), dtype="int")
    return ops.cross_entropy(linear(x.mean(axis=1), 5, "head"), label)


@sound
def mean_of_what_is_no_padding() -> Made:
    index = ids()
    x = layers.encoder_only(index, layers.Config(source_vocabulary=V, layers=1, padding=0))
    real = ops.expand_dims(ops.cast(ops.not_equal(index, 0), "float"), 2)
    return (x * real).sum(axis=1) / ops.maximum(real.sum(axis=1), 1.0)


@sound
def pairs_of_texts_and_images() -> Made:
    def unit(x: ca.Node) -> ca.Node:
        return x * ops.rsqrt((x * x).sum(axis=-1, keepdims=True) + 1e-8)

    a = unit(linear(ca.input("image", (B, D)), K, "image"))
    b = unit(linear(ca.input("text", (B, F)), K, "text"))
    return ops.cross_entropy(a @ b.mT * ops.exp(ca.parameter("scale", ())), ops.arange(B))


@sound
def perceiver() -> Made:
    x = ca.input("x", (B, S, D))
    z = ops.broadcast_to(ca.parameter("latents", (8, D)), (B, 8, D))
    with ca.scope("cross"):
        z = z + layers.multi_head_attention(z, x, heads=H)
    z = z + attention(z)
    return z + feed_forward(z)


# --- blocks --------------------------------------------------------------------------------------


@sound
def attention_beside_the_feed_forward_network() -> Made:
    x = tokens()
    for n in range(3):
        with ca.scope(f"layer.{n}"):
            h = norm(x, "norm")
            x = x + attention(h, mask=ops.causal_mask(T)) + feed_forward(h)
    return x


@sound
def norms_before_and_after() -> Made:
    x = tokens()
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            x = x + norm(attention(norm(x, "a")), "b")
            x = x + norm(feed_forward(norm(x, "c")), "d")
    return x


@sound
def branches_that_begin_with_zero() -> Made:
    x = tokens()
    for n in range(3):
        with ca.scope(f"layer.{n}"):
            x = x + attention(x) * ca.parameter("alpha", ())
            x = x + feed_forward(x) * ca.parameter("beta", ())
    return x


@sound
def adapter_that_begins_with_zero() -> Made:
    x = tokens()
    low = x @ ca.parameter("a", (D, 4)) @ ca.parameter("b", (4, D), "zeros")
    return x + ops.relu(x @ ca.parameter("w", (D, D)) + low) @ ca.parameter("v", (D, D))


@sound
def slopes_instead_of_positions() -> Made:
    with ca.scope("embedding"):
        x, table = layers.token_embedding(ids(), V, D, scaled=False)
    far = ops.expand_dims(ops.arange(T), 0) - ops.expand_dims(ops.arange(T), 1)
    slopes = ca.constant(np.array([0.5, 0.25]).reshape(2, 1, 1))
    q, k, v = (y.reshape((B, T, 2, D / 2)).transpose((0, 2, 1, 3)) for y in qkv(x))
    raw = scores(q, k) + slopes * ops.cast(far, "float")
    y = ops.softmax(ops.where(ops.causal_mask(T), raw, -INFINITY)) @ v
    x = x + linear(y.transpose((0, 2, 1, 3)).reshape((B, T, D)), D, "output")
    return x @ table.mT


@sound
def a_window_of_three() -> Made:
    x = tokens()
    q, k, v = qkv(x)
    gap = ops.expand_dims(ops.arange(T), 1) - ops.expand_dims(ops.arange(T), 0)
    mask = ops.logical_and(gap >= 0, gap < 3)
    return x + linear(ops.softmax(ops.where(mask, scores(q, k), -INFINITY)) @ v, D, "output")


@sound
def the_old_mask_of_gpt() -> Made:
    q, k, v = qkv(tokens())
    mask = ops.cast(ops.causal_mask(T), "float")
    return ops.softmax(scores(q, k) * mask - 1e9 * (1.0 - mask)) @ v


@sound
def time_before_batch() -> Made:
    x = ca.input("x", (T, B, D))
    q, k, v = (y.reshape((T, B, H, D / H)).transpose((1, 2, 0, 3)) for y in qkv(x))
    y = (ops.softmax(scores(q, k)) @ v).transpose((2, 0, 1, 3)).reshape((T, B, D))
    return x + linear(y, D, "output")


@sound
def weights_as_another_library_has_them() -> Made:
    x = tokens()
    q, k, v = (x @ ca.parameter(name, (D, D)).mT for name in ("query", "key", "value"))
    return ops.rms_norm(x + ops.softmax(scores(q, k)) @ v @ ca.parameter("output", (D, D)).mT)


@sound
def attention_by_cosine() -> Made:
    def unit(x: ca.Node) -> ca.Node:
        return x / ops.sqrt((x * x).sum(axis=-1, keepdims=True) + 1e-6)

    x = tokens()
    q, k, v = qkv(x)
    weights = ops.softmax(unit(q) @ unit(k).mT * ca.parameter("scale", (), "ones"))
    return x + linear(weights @ v, D, "output")


@sound
def attention_without_a_softmax() -> Made:
    q, k, v = qkv(tokens())
    q, k = ops.relu(q) + 1.0, ops.relu(k) + 1.0
    return (q @ (k.mT @ v)) / (q @ k.sum(axis=1, keepdims=True).mT)


@sound
def gated_attention() -> Made:
    x = tokens()
    return x + attention(x) * ops.sigmoid(linear(x, D, "gate"))


@sound
def experts() -> Made:
    x = tokens()
    gate = ops.softmax(linear(x, 4, "router"))
    y = x
    for n in range(4):
        y = y + gate[..., n : n + 1] * feed_forward(x, f"expert.{n}")
    return y


@sound
def cross_attention_alone() -> Made:
    x, memory = tokens(), ca.input("memory", (B, S, D))
    return x + attention(x, key=memory)


@sound
def a_decoder_with_its_mask() -> Made:
    x, memory = tokens(), ca.input("memory", (B, S, D))
    mask = ops.causal_mask(T)
    return layers.decoder(x, memory, layers=2, heads=H, hidden=F, mask=mask, norm="pre")


@sound
def a_mask_of_flags_that_is_fed() -> Made:
    return attention(tokens(), mask=ca.input("mask", (B, 1, T, T), dtype="bool"))


@sound
def a_mask_of_numbers_that_is_fed() -> Made:
    return attention(tokens(), mask=ca.input("mask", (B, 1, T, T)))


@sound
def a_padding_mask_that_is_true_where_it_hides() -> Made:
    q, k, v = qkv(tokens())
    mask = ops.expand_dims(ca.input("key_padding_mask", (B, T), dtype="bool"), 1)
    return ops.softmax(ops.where(mask, -INFINITY, scores(q, k))) @ v


@sound
def a_mask_that_is_a_logarithm() -> Made:
    q, k, v = qkv(tokens())
    mask = ops.log(ops.cast(ca.input("mask", (B, 1, T), dtype="bool"), "float"))
    return ops.softmax(scores(q, k) + mask) @ v


@sound
def relative_positions() -> Made:
    x = tokens()
    q, k, v = (y.reshape((B, T, H, D / H)).transpose((0, 2, 1, 3)) for y in qkv(x))
    far = ops.expand_dims(ops.arange(T), 0) - ops.expand_dims(ops.arange(T), 1)
    table = ca.parameter("far", (2 * T - 1, H), "embedding")
    far = far + ops.cast(ops.dim(T - 1), "int")
    raw = scores(q, k) + ops.take(table, far).transpose((2, 0, 1))
    return merged(ops.softmax(raw) @ v)


@sound
def a_prefix_that_all_see() -> Made:
    x = tokens()
    rows, columns = ops.expand_dims(ops.arange(T), 1), ops.expand_dims(ops.arange(T), 0)
    mask = ops.logical_or(columns <= rows, columns < 3)
    return x + attention(x, mask=mask)


@sound
def a_token_that_is_cut_off_behind_the_softmax() -> Made:
    q, k, v = qkv(tokens())
    sink = ops.broadcast_to(ca.parameter("sink", (1, 1)), (B, T, 1))
    weights = ops.softmax(ops.concat([scores(q, k), sink], axis=-1))
    return weights[..., :-1] @ v


@sound
def dropout_of_the_weights() -> Made:
    q, k, v = qkv(tokens())
    raw = ops.where(ops.causal_mask(T), scores(q, k), -INFINITY)
    return ops.dropout(ops.softmax(raw), 0.1, ca.input("seed", (), dtype="int")) @ v


# --- sizes, and what is no Transformer -----------------------------------------------------------


@sound
def twenty_four_layers_pre_norm() -> Made:
    x = ca.input("x", (2, 6, 32))
    return layers.encoder(x, layers=24, heads=4, hidden=64, norm="pre", activation="gelu")


@sound
def twenty_four_layers_post_norm() -> Made:
    return layers.encoder(ca.input("x", (2, 6, 32)), layers=24, heads=4, hidden=64)


@sound
def very_small() -> Made:
    return layers.encoder_layer(ca.input("x", (1, 2, 2)), heads=1, hidden=2)


@sound
def one_token() -> Made:
    x = ca.input("x", (1, 1, 8))
    return layers.encoder(x, layers=2, heads=2, hidden=16, mask=ops.causal_mask(1))


@sound
def two_tokens_to_one_in_numbers() -> Made:
    return linear(ca.input("x", (2, 8, 16)).reshape((2, 4, 32)), 16, "down")


@sound
def all_tokens_flattened_for_a_head() -> Made:
    x = layers.encoder_layer(ca.input("x", (2, 8, 16)), heads=4, hidden=32)
    return linear(x.reshape((2, 128)), 10, "head")


@sound
def deep_and_plain() -> Made:
    x = ca.input("x", (B, D))
    for n in range(12):
        x = ops.relu(linear(x, D, f"layer.{n}"))
    return x


@sound
def residuals_with_an_activation_after() -> Made:
    x = ca.input("x", (B, D))
    for n in range(4):
        with ca.scope(f"block.{n}"):
            x = ops.relu(x + linear(ops.relu(linear(x, D, "up")), D, "down"))
    return x


@sound
def regression() -> Made:
    x, y = ca.input("x", (B, D)), ca.input("y", (B, 1))
    return ((linear(ops.tanh(linear(x, F, "up")), 1, "down") - y) ** 2.0).mean()


@sound
def two_classes() -> Made:
    x, y = ca.input("x", (B, D)), ca.input("y", (B, 1))
    score = linear(x, 1, "score")
    return (ops.softplus(score) - score * y).mean()


@sound
def variational_autoencoder() -> Made:
    x = ca.input("x", (B, D))
    mean, logarithm = linear(x, K, "mean"), linear(x, K, "logarithm")
    z = mean + ops.exp(0.5 * logarithm) * ca.input("noise", (B, K))
    far = ((linear(z, D, "decoder") - x) ** 2.0).mean()
    return far - 0.5 * (1.0 + logarithm - mean * mean - ops.exp(logarithm)).mean()
