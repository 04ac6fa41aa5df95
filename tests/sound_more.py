"""Healthy models that strangers write, near to what is reported of hand-written ones."""

import numpy as np
from sound import SOUND, B, D, F, H, K, Made, S, T, V, ids, linear, sound, tokens

import cutaway as ca
from cutaway import layers, ops

assert SOUND


def split(x: ca.Node, name: str) -> ca.Node:
    return layers.split_heads(linear(x, D, name), H, D / H)


@sound
def what_all_layers_give_added_up() -> Made:
    x = total = tokens()
    for n in range(3):
        with ca.scope(f"layer.{n}"):
            x = x + layers.feed_forward(layers.layer_norm(x), F)
        total = total + x
    return total


@sound
def object_queries_that_are_learned() -> Made:
    memory = ca.input("memory", (B, S, D))
    queries = ca.parameter("queries", (T, D), init="embedding")
    x = ops.broadcast_to(queries, (B, T, D))
    with ca.scope("decoder"):
        return layers.decoder(x, memory, layers=2, heads=H, hidden=F)


@sound
def object_queries_that_are_fed() -> Made:
    memory, queries = ca.input("memory", (B, S, D)), ca.input("queries", (B, T, D))
    with ca.scope("decoder"):
        x = layers.decoder(queries, memory, layers=2, heads=H, hidden=F)
    return linear(x, 4, "boxes")


@sound
def queries_and_keys_of_length_one_with_a_gain() -> Made:
    x = tokens()

    def unit(z: ca.Node, name: str) -> ca.Node:
        length = ops.sqrt((z * z).sum(axis=-1, keepdims=True) + 1e-6)
        return z / length * ca.parameter(name, (D / H,), init="ones")

    q, k = unit(split(x, "q"), "q_scale"), unit(split(x, "k"), "k_scale")
    weights = ops.softmax(q @ k.mT * 10.0)
    return linear(layers.merge_heads(weights @ split(x, "v")), D, "out")


@sound
def rotary_positions_by_halves_of_a_part() -> Made:
    x, half = tokens(), 4
    frequency = ca.constant(100.0 ** (-np.arange(half) / half))
    angle = ops.cast(ops.arange(T), "float")[:, None] * frequency
    cos, sin = ops.cos(angle), ops.sin(angle)

    def rotate(z: ca.Node) -> ca.Node:
        a, b, rest = z[..., :half], z[..., half : 2 * half], z[..., 2 * half :]
        return ops.concat([a * cos - b * sin, a * sin + b * cos, rest], axis=-1)

    q, k, v = (linear(x, 16, name) for name in ("q", "k", "v"))
    return linear(ops.softmax(rotate(q) @ rotate(k).mT / 4.0) @ v, D, "out")


@sound
def a_batch_normalised_and_pairs_compared() -> Made:
    x = layers.encoder_layer(tokens(), heads=H, hidden=F).mean(axis=1)
    z = linear(x, K, "projection")
    rows = ops.log_softmax(z @ z.mT / ops.sqrt(ops.dim(K)), axis=0)
    return -rows.mean()


@sound
def a_bias_that_is_subtracted_under_a_low_fill() -> Made:
    x = tokens()
    q, k, v = (split(x, name) for name in ("q", "k", "v"))
    i, j = ops.arange(T)[:, None], ops.arange(T)[None, :]
    slopes = ca.parameter("slopes", (H, 1, 1), init="ones")
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H)) - slopes * ops.cast(ops.abs(i - j), "float")
    weights = ops.softmax(ops.where(j <= i, scores, -1e30))
    return linear(layers.merge_heads(weights @ v), D, "out")


@sound
def experts_summed_under_a_residual() -> Made:
    x = tokens()
    with ca.scope("attention"):
        x = x + layers.multi_head_attention(layers.layer_norm(x), heads=H)
    with ca.scope("norm"):
        y = layers.layer_norm(x)
    with ca.scope("router"):
        gates = ops.softmax(layers.linear(y, 3))
    for n in range(3):
        with ca.scope(f"expert.{n}"):
            x = x + gates[..., n : n + 1] * layers.feed_forward(y, F)
    return x


@sound
def scores_over_their_width_and_logits_too() -> Made:
    with ca.scope("embedding"):
        x, table = layers.token_embedding(ids(), V, D, scaled=False)
    x = x + layers.learned_positions(T, 64, D)
    q, k, v = (split(x, name) for name in ("q", "k", "v"))
    weights = ops.softmax(q @ k.mT / ops.dim(D / H))
    x = x + linear(layers.merge_heads(weights @ v), D, "out")
    return x @ table.mT / ops.dim(D)


@sound
def a_bottleneck_of_low_rank() -> Made:
    x = tokens()
    low = x @ ca.parameter("down", (D, K)) @ ca.parameter("up", (K, D))
    return layers.encoder_layer(x + low, heads=H, hidden=F)


@sound
def keys_fed_for_all_heads() -> Made:
    x = ca.input("x", (B, H, 2, T, K))
    keys, values = (ops.broadcast_to(ca.input(n, (T, K)), (B, H, 2, T, K)) for n in "kv")
    return ops.softmax(x @ keys.mT / ops.sqrt(ops.dim(K))) @ values


@sound
def frames_and_patches_in_turn() -> Made:
    def attention(x: ca.Node, name: str) -> ca.Node:
        with ca.scope(name):
            return x + layers.single_head_attention(x)

    x = ca.input("x", (S, T, D))  # frames, patches
    x = attention(x.transpose((1, 0, 2)), "temporal").transpose((1, 0, 2))
    return linear(attention(x, "spatial").mean(axis=0), K, "head")


@sound
def padding_added_as_a_bias() -> Made:
    tokens_ = ids()
    with ca.scope("embedding"):
        x, _ = layers.token_embedding(tokens_, V, D)
    x = x + layers.sinusoidal_positions(T, D)
    q, k, v = (split(x, name) for name in ("q", "k", "v"))
    bias = (1.0 - ops.cast(ops.not_equal(tokens_, 0), "float")) * -1e4
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H)) + bias[:, None, None, :]
    return linear(layers.merge_heads(ops.softmax(scores) @ v), D, "out")


@sound
def one_token_that_all_may_look_at() -> Made:
    tokens_ = ids()
    with ca.scope("embedding"):
        x, _ = layers.token_embedding(tokens_, V, D)
    x = x + layers.sinusoidal_positions(T, D)
    i, j = ops.arange(T)[:, None], ops.arange(T)[None, :]
    near = ops.abs(i - j) <= 1
    mask = ops.logical_or(near, ops.equal(tokens_, 1)[:, None, None, :])
    return layers.encoder_layer(x, heads=H, hidden=F, mask=mask)


@sound
def positions_of_time_first() -> Made:
    x = ca.input("x", (T, B, D)) + layers.sinusoidal_positions(T, D)[:, None, :]
    return layers.encoder_layer(x.transpose((1, 0, 2)), heads=H, hidden=F)


@sound
def a_norm_whose_eps_is_outside_of_the_root() -> Made:
    x = tokens()
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = ops.sqrt((centred * centred).mean(axis=-1, keepdims=True))
    gain, bias = ca.parameter("gain", (D,), "ones"), ca.parameter("bias", (D,), "zeros")
    return x + layers.feed_forward(centred / (deviation + 1e-6) * gain + bias, F)
