"""Models with a planted bug as strangers write them: by hand, with helpers that make many nodes."""

import numpy as np
from planted import INFINITY, B, Built, D, F, H, K, S, T, V, embedded, ids, linear, planted, tokens

import cutaway as ca
from cutaway import layers, ops


def split(x: ca.Node, name: str) -> ca.Node:
    return layers.split_heads(linear(x, D, name), H, D / H)


def attend(q: ca.Node, k: ca.Node, v: ca.Node, mask: ca.Node | None = None) -> ca.Node:
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H))
    if mask is not None:
        scores = ops.where(mask, scores, -INFINITY)
    return linear(layers.merge_heads(ops.softmax(scores) @ v), D, "out")


def attention(x: ca.Node, mask: ca.Node | None = None) -> ca.Node:
    return attend(split(x, "q"), split(x, "k"), split(x, "v"), mask)


def normed(x: ca.Node) -> ca.Node:
    return layers.layer_norm(x)


# --- norms by hand ------------------------------------------------------------------------------


@planted("norm", "sum")
def rms_norm_by_the_sum() -> Built:
    x = tokens()
    total = (x * x).sum(axis=-1, keepdims=True)  # bug
    y = x * ops.rsqrt(total + 1e-6) * ca.parameter("gain", (D,), "ones")
    return x + layers.feed_forward(y, F)


@planted("norm", "multiply*")
def rms_norm_without_its_root() -> Built:
    x = tokens()
    mean = (x * x).mean(axis=-1, keepdims=True)
    y = x * ops.reciprocal(mean + 1e-6)  # bug
    return x + layers.feed_forward(y, F)


@planted("norm", "divide")
def norm_whose_mean_is_left_in() -> Built:
    x = tokens()
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    y = x / ops.sqrt(variance + 1e-5) * ca.parameter("gain", (D,), "ones")  # bug
    return x + layers.feed_forward(y, F)


# --- at the line of a call, not in the helper ---------------------------------------------------


@planted("residual", "*out/add")
def residual_forgotten_around_a_helper() -> Built:
    x = tokens()
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            with ca.scope("attention"):
                x = attention(normed(x))  # bug
            with ca.scope("mlp"):
                x = x + layers.feed_forward(normed(x), F)
    return x


@planted("residual", "*expert.0*")
def residual_forgotten_around_experts() -> Built:
    x = tokens()
    with ca.scope("attention"):
        x = x + attention(normed(x))
    y = normed(x)
    gates = ops.softmax(linear(y, 2, "router"))
    parts = []
    for n in range(2):
        with ca.scope(f"expert.{n}"):
            parts.append(gates[..., n : n + 1] * layers.feed_forward(y, F))  # bug
    return parts[0] + parts[1]


@planted("activation", "up/add")
def activation_forgotten_where_a_map_widens() -> Built:
    x = tokens()
    y = linear(normed(x), 4 * D, "up")  # bug
    return x + linear(y, D, "down")


@planted("activation", "add")
def gate_without_its_activation() -> Built:
    x = tokens()
    gate, up = (x @ ca.parameter(name, (D, 3 * D)) for name in ("gate", "up"))
    return x + (gate + up) @ ca.parameter("down", (3 * D, D))  # bug


@planted("causal", "decoder/self/softmax")
def causal_mask_forgotten_at_a_call() -> Built:
    memory, x = tokens(), embedded(ids())
    with ca.scope("encoder"):
        memory = attention(memory)
    with ca.scope("decoder/self"):
        x = x + attention(normed(x))  # bug
    with ca.scope("decoder/cross"):
        return x + attend(split(x, "q"), split(memory, "k"), split(memory, "v"))


@planted("weight", "layer.0/permute_dims*")
def weight_transposed_in_every_layer() -> Built:
    x = tokens()
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            y = attention(normed(x))
            x = x + y @ ca.parameter("mix", (D, D)).mT  # bug
    return x


# --- rotary positions ---------------------------------------------------------------------------


def rotate(x: ca.Node, sign: float = -1.0) -> ca.Node:
    half = 4
    angle = ops.cast(ops.arange(T), "float")[:, None] * ca.constant(100.0 ** -np.arange(half))
    angle = ops.concat([angle, angle], axis=-1)
    turned = ops.concat([sign * x[..., half:], x[..., :half]], axis=-1)
    return x * ops.cos(angle) + turned * ops.sin(angle)


@planted("positions", "concat*")
def rotation_without_its_sign() -> Built:
    x = tokens()
    q, k, v = (x @ ca.parameter(name, (D, 8)) for name in "qkv")
    angle = ops.cast(ops.arange(T), "float")[:, None] * ca.constant(100.0 ** -np.arange(4.0))
    angle = ops.concat([angle, angle], axis=-1)
    halves = [
        ops.concat([z[..., 4:], z[..., :4]], axis=-1)  # bug
        for z in (q, k)
    ]
    q, k = (z * ops.cos(angle) + h * ops.sin(angle) for z, h in zip((q, k), halves, strict=True))
    return ops.softmax(q @ k.mT / 8.0**0.5) @ v


@planted("positions", "add")
def keys_that_are_not_turned() -> Built:
    x = tokens()
    q, k, v = (x @ ca.parameter(name, (D, 8)) for name in "qkv")
    q = rotate(q)  # bug
    return ops.softmax(q @ k.mT / 8.0**0.5) @ v


@planted("positions", "add*")
def values_that_are_turned() -> Built:
    x = tokens()
    q, k, v = (x @ ca.parameter(name, (D, 8)) for name in "qkv")
    q, k = rotate(q), rotate(k)
    v = rotate(v)  # bug
    return ops.softmax(q @ k.mT / 8.0**0.5) @ v


@planted("positions", "multiply*")
def positions_that_are_multiplied() -> Built:
    with ca.scope("embedding"):
        x, _ = layers.token_embedding(ids(), V, D)
    x = x * layers.sinusoidal_positions(T, D)  # bug
    return layers.encoder_layer(x, heads=H, hidden=F)


@planted("residual", "*out/add")
def residual_forgotten_where_others_are_scaled() -> Built:
    x = tokens()
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            with ca.scope("attention"):
                x = normed(attention(x))  # bug
            with ca.scope("mlp"):
                x = layers.layer_norm(x * 1.4 + layers.feed_forward(x, F))
    return x


# --- masks, heads, batch ------------------------------------------------------------------------


@planted("mask", "less_equal")
def comparison_of_a_mask_that_sees_one_ahead() -> Built:
    x = tokens()
    i, j = ops.arange(T)[:, None], ops.arange(T)[None, :]
    keep = j <= i + 1  # bug
    q, k, v = split(x, "q"), split(x, "k"), split(x, "v")
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H))
    hidden = scores + ops.where(keep, 0.0, -1e9)
    return linear(layers.merge_heads(ops.softmax(hidden) @ v), D, "out")


@planted("mask", "subtract*")
def mask_that_is_subtracted() -> Built:
    x = tokens()
    q, k, v = split(x, "q"), split(x, "k"), split(x, "v")
    bias = (1.0 - ops.cast(ops.causal_mask(T), "float")) * -1e9
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H)) - bias  # bug
    return linear(layers.merge_heads(ops.softmax(scores) @ v), D, "out")


@planted("mask", "causal_mask")
def causal_mask_over_another_sequence() -> Built:
    x, memory = tokens(), ca.input("memory", (B, S, D))
    mask = ops.causal_mask(T, S)  # bug
    return x + attend(split(x, "q"), split(memory, "k"), split(memory, "v"), mask)


@planted("heads", "reshape*")
def heads_split_in_the_order_width_heads() -> Built:
    x = tokens()

    def turned(name: str) -> ca.Node:
        return linear(x, D, name).reshape((B, T, D / H, H)).transpose((0, 3, 1, 2))  # bug

    return attend(turned("q"), turned("k"), turned("v"))


@planted("heads", "broadcast_to*")
def values_repeated_in_another_order() -> Built:
    x, (heads, groups, width) = tokens(), (6, 2, 4)

    def of(name: str, count: int) -> ca.Node:
        return layers.split_heads(linear(x, count * width, name), count, width)

    q, k, v = of("q", heads), of("k", groups), of("v", groups)
    whole = (B, heads, T, width)
    k = ops.broadcast_to(k[:, :, None], (B, groups, 3, T, width)).reshape(whole)
    v = ops.broadcast_to(v[:, None], (B, 3, groups, T, width)).reshape(whole)  # bug
    return layers.merge_heads(ops.softmax(q @ k.mT / 2.0) @ v)


@planted("batch", "pooler/mean")
def mean_over_the_batch() -> Built:
    x = layers.encoder_layer(embedded(ids()), heads=H, hidden=F)
    with ca.scope("pooler"):
        pooled = x.mean(axis=0)  # bug
    return linear(pooled, K, "head")


@planted("batch", "sum*")
def length_over_the_batch() -> Built:
    x = layers.encoder_layer(tokens(), heads=H, hidden=F).mean(axis=1)
    total = (x * x).sum(axis=0, keepdims=True)  # bug
    unit = x / ops.sqrt(total + 1e-8)
    return unit @ unit.mT


@planted("values", "matmul*")
def values_of_the_queries_that_are_learned() -> Built:
    memory = tokens()
    learned = ops.broadcast_to(ca.parameter("queries", (T, D)), (B, T, D))
    queries = learned + linear(memory.mean(axis=1, keepdims=True), D, "start")
    q, k, v = linear(queries, D, "q"), linear(memory, D, "k"), linear(queries, D, "v")
    weights = ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D)))
    return weights @ v  # bug


@planted("softmax-axis", "permute_dims*")
def weights_transposed_before_the_values() -> Built:
    x = tokens()
    q, k, v = linear(x, D, "q"), linear(x, D, "k"), linear(x, D, "v")
    weights = ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D)))
    return weights.mT @ v  # bug


# --- sizes of numbers ---------------------------------------------------------------------------


@planted("softmax", "exp")
def exponentials_that_nothing_divides() -> Built:
    x = tokens()
    q, k, v = split(x, "q"), split(x, "k"), split(x, "v")
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H))
    weights = ops.exp(scores - scores.max(axis=-1, keepdims=True))  # bug
    return layers.merge_heads(weights @ v)


@planted("saturation", "divide*")
def temperature_too_low() -> Built:
    x = layers.encoder_layer(tokens(), heads=H, hidden=F).mean(axis=1)
    scores = linear(x, V, "head")
    logits = scores / 0.0001  # bug
    return ops.cross_entropy(logits, ca.input("label", (B,), dtype="int"))


@planted("residual", "layer.0/multiply*")
def sublayer_that_drowns_its_residual() -> Built:
    x = tokens()
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            y = attention(x) * 1000.0  # bug
            x = layers.layer_norm(x + y)
    return x


@planted("positions", "concat*")
def rotation_of_which_half_is_left_out() -> Built:
    x = ca.input("x", (T, 8))
    q, k, v = (linear(x, 8, name) for name in "qkv")
    angle = ops.cast(ops.arange(T), "float")[:, None] * ca.constant(100.0 ** -np.arange(4.0))

    def rotate(z: ca.Node) -> ca.Node:
        a, b = z[..., :4], z[..., 4:]
        return ops.concat([a * ops.cos(angle), b * ops.sin(angle)], axis=-1)  # bug

    return linear(ops.softmax(rotate(q) @ rotate(k).mT / 8.0**0.5) @ v, 8, "out")


def through(x: ca.Node, size: ca.graph.Dim, name: str) -> ca.Node:
    return linear(x, size, name)


@planted("activation", "mlp.0/*")
def activation_forgotten_in_what_each_layer_calls() -> Built:
    def mlp(x: ca.Node, name: str) -> ca.Node:
        with ca.scope(name):
            wide = through(layers.layer_norm(x), F, "up")  # bug
            return through(wide, D, "down")

    x = tokens()
    x = x + mlp(x, "mlp.0")
    return x + mlp(x, "mlp.1")
