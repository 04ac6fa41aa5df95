"""Healthy practice that looks like a mistake: no lint may report any of it."""

from collections.abc import Callable

import cutaway as ca
from cutaway import layers, ops

B, T, S, D, H, K, E, V = ca.dims("B T S D H K E V")
P, W, C, R, G = ca.dims("P W C R G")
Maker = Callable[[], ca.Node | list[ca.Node]]
HEALTHY: dict[str, Maker] = {}


def healthy(make: Maker) -> Maker:
    """List a snippet under its name."""
    HEALTHY[make.__name__] = make
    return make


def tokens() -> ca.Node:
    return ca.input("x", (B, T, D))


def linear(x: ca.Node, width: object, name: str) -> ca.Node:
    with ca.scope(name):
        return layers.linear(x, width)


def heads(x: ca.Node, name: str) -> ca.Node:
    return layers.split_heads(linear(x, D, name), H, D / H)


def query_key_value() -> tuple[ca.Node, ca.Node, ca.Node]:
    x = tokens()
    return heads(x, "query"), heads(x, "key"), heads(x, "value")


def scores(q: ca.Node, k: ca.Node) -> ca.Node:
    return q @ k.mT / ops.sqrt(ops.dim(q.shape[-1]))


@healthy
def heads_joined_for_a_batched_product() -> ca.Node:
    q, k, v = (x.reshape((B * H, T, D / H)) for x in query_key_value())
    y = (ops.softmax(scores(q, k)) @ v).reshape((B, H, T, D / H))
    return linear(layers.merge_heads(y), D, "output")


@healthy
def a_mask_repeated_for_each_head() -> ca.Node:
    q, k, v = (x.reshape((B * H, T, D / H)) for x in query_key_value())
    mask = ops.broadcast_to(ops.expand_dims(ca.input("mask", (B, T, T)), 1), (B, H, T, T))
    return ops.softmax(scores(q, k) + mask.reshape((B * H, T, T))) @ v


@healthy
def time_first_with_heads_in_the_batch() -> ca.Node:
    x = ca.input("x", (T, B, D))
    q, k, v = (
        linear(x, D, n).reshape((T, B * H, D / H)).transpose((1, 0, 2)) for n in ("q", "k", "v")
    )
    mask = ops.broadcast_to(ca.input("mask", (B, 1, T, T)), (B, H, T, T)).reshape((B * H, T, T))
    y = ops.softmax(scores(q, k) + mask) @ v
    return linear(y.transpose((1, 0, 2)).reshape((T, B, D)), D, "output")


@healthy
def one_map_for_query_key_and_value() -> ca.Node:
    x = linear(tokens(), 3 * D, "all").reshape((B, T, 3, H, D / H)).transpose((2, 0, 3, 1, 4))
    return layers.merge_heads(ops.softmax(scores(x[0], x[1])) @ x[2])


@healthy
def one_map_with_the_heads_first() -> ca.Node:
    x = linear(tokens(), 3 * D, "all").reshape((B, T, H, 3 * D / H)).transpose((0, 2, 1, 3))
    q, k, v = (x[..., n * D / H : (n + 1) * D / H] for n in range(3))
    return layers.merge_heads(ops.softmax(scores(q, k)) @ v)


@healthy
def floor_widths() -> ca.Node:
    q, k, v = (linear(tokens(), D, n).reshape((B, T, H, D // H)) for n in ("q", "k", "v"))
    q, k, v = (x.transpose((0, 2, 1, 3)) for x in (q, k, v))
    y = ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D // H))) @ v
    return y.transpose((0, 2, 1, 3)).reshape((B, T, D))


@healthy
def heads_of_numbers() -> ca.Node:
    q, k, v = (
        linear(ca.input("x", (B, 16, 64)), 64, n).reshape((B, 16, 4, 16)).transpose((0, 2, 1, 3))
        for n in ("q", "k", "v")
    )
    return layers.merge_heads(ops.softmax(q @ k.mT * 0.25) @ v)


@healthy
def a_cache_of_keys_and_values() -> ca.Node:
    x = ca.input("x", (B, 1, D))
    q, k, v = heads(x, "query"), heads(x, "key"), heads(x, "value")
    k = ops.concat([ca.input("keys", (B, H, S, D / H)), k], axis=2)
    v = ops.concat([ca.input("values", (B, H, S, D / H)), v], axis=2)
    return x + layers.merge_heads(ops.softmax(scores(q, k)) @ v)


@healthy
def rotary_interleaved() -> ca.Node:
    q, k, v = query_key_value()

    def turned(x: ca.Node) -> ca.Node:
        width = D / H
        pairs = x.reshape((B, H, T, width / 2, 2))
        a, b = pairs[..., 0], pairs[..., 1]
        cos, sin = ca.input("cos", (T, width / 2)), ca.input("sin", (T, width / 2))
        return ops.stack([a * cos - b * sin, a * sin + b * cos], axis=-1).reshape(x.shape)

    return ops.softmax(scores(turned(q), turned(k))) @ v


@healthy
def rotary_halves_scaled_before() -> ca.Node:
    q, k, v = query_key_value()
    q = q / ops.sqrt(ops.dim(D / H))

    def turned(x: ca.Node) -> ca.Node:
        half = D / H / 2
        swapped = ops.concat([-x[..., half:], x[..., :half]], axis=-1)
        return x * ca.input("cos", (T, D / H)) + swapped * ca.input("sin", (T, D / H))

    return ops.softmax(turned(q) @ turned(k).mT) @ v


@healthy
def cosine_attention() -> ca.Node:
    q, k, v = query_key_value()
    q, k = (x * ops.rsqrt((x * x).sum(axis=-1, keepdims=True) + 1e-6) for x in (q, k))
    return ops.softmax(q @ k.mT * 10.0) @ v


@healthy
def normed_queries_and_keys() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(ops.rms_norm(q) @ ops.rms_norm(k).mT * 0.1) @ v


@healthy
def a_learned_temperature() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(q @ k.mT * ops.exp(ca.parameter("temperature", ()))) @ v


@healthy
def a_fixed_temperature() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(scores(q, k) / 0.7) @ v


@healthy
def soft_capping() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(ops.tanh(scores(q, k) / 50.0) * 50.0) @ v


@healthy
def quarter_powers() -> ca.Node:
    q, k, v = query_key_value()
    share = ops.dim(D / H) ** -0.25
    return ops.softmax((q * share) @ (k * share).mT) @ v


@healthy
def relative_positions() -> ca.Node:
    q, k, v = query_key_value()
    places = q @ ca.parameter("places", (D / H, T))
    return ops.softmax((q @ k.mT + places) / ops.sqrt(ops.dim(3 * D / H))) @ v


@healthy
def slopes_added_to_scores() -> ca.Node:
    q, k, v = query_key_value()
    return (
        ops.softmax(scores(q, k) + ca.parameter("slopes", (H, 1, 1)) * ca.input("far", (T, T))) @ v
    )


@healthy
def linear_attention() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(q) @ (ops.softmax(k, axis=-2).mT @ v)


@healthy
def linear_attention_in_the_other_order() -> ca.Node:
    q, k, v = query_key_value()
    return (q @ ops.softmax(k, axis=-2).mT) @ v


@healthy
def attention_without_softmax() -> ca.Node:
    q, k, v = query_key_value()
    q, k = ops.relu(q) + 1.0, ops.relu(k) + 1.0
    return (q @ (k.mT @ v)) / (q @ k.sum(axis=-2, keepdims=True).mT)


@healthy
def keys_by_queries() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(k @ q.mT / ops.sqrt(ops.dim(D / H)), axis=-2).mT @ v


@healthy
def values_on_the_left() -> ca.Node:
    q, k, v = query_key_value()
    return v.mT @ ops.softmax(scores(q, k)).mT


@healthy
def talking_heads() -> ca.Node:
    q, k, v = query_key_value()
    weights = ops.softmax(scores(q, k)).transpose((0, 2, 3, 1)) @ ca.parameter("mix", (H, H))
    return weights.transpose((0, 3, 1, 2)) @ v


@healthy
def a_sink_column() -> ca.Node:
    q, k, v = query_key_value()
    sink = ops.broadcast_to(ca.parameter("sink", (H, 1, 1)), (B, H, T, 1))
    return ops.softmax(ops.concat([scores(q, k), sink], axis=-1))[..., :-1] @ v


@healthy
def slots() -> ca.Node:
    q, k, v = query_key_value()
    weights = ops.softmax(scores(q, k), axis=-2)
    return (weights / (weights.sum(axis=-1, keepdims=True) + 1e-8)) @ v


@healthy
def dropped_and_masked_weights() -> ca.Node:
    q, k, v = query_key_value()
    weights = ops.softmax(ops.where(ops.causal_mask(T), scores(q, k), -1e9))
    weights = ops.dropout(weights, 0.1, ca.input("seed", (), "int"))
    return (weights * ca.input("head_mask", (H, 1, 1))) @ v


@healthy
def pooled_by_attention() -> ca.Node:
    x = tokens()
    weights = ops.softmax(linear(ops.tanh(linear(x, D, "up")), 1, "score"), axis=1)
    return (weights.mT @ x)[:, 0] + (weights * x).sum(axis=1)


@healthy
def pooled_by_mean() -> ca.Node:
    return linear(layers.feed_forward(tokens(), 4 * D).mean(axis=1), V, "classes")


@healthy
def a_mixture_of_experts() -> ca.Node:
    x = tokens()
    gate = ops.softmax(linear(x, 3, "gate"))
    y = x
    for n in range(3):
        with ca.scope(f"expert.{n}"):
            y = y + gate[..., n : n + 1] * layers.feed_forward(x, 4 * D)
    with ca.scope("next"):
        return layers.multi_head_attention(y, heads=H)


@healthy
def a_mixture_by_products() -> ca.Node:
    x = tokens()
    gate = ops.softmax(linear(x, E, "gate"))
    outputs = ops.squeeze(ops.expand_dims(x, (2, 3)) @ ca.parameter("experts", (1, 1, E, D, D)), 3)
    return x + ops.squeeze(ops.expand_dims(gate, 2) @ outputs, 2)


@healthy
def soft_mixture_of_experts() -> ca.Node:
    x = tokens()
    logits = x @ ca.parameter("slots", (D, E))
    inside = layers.feed_forward(ops.softmax(logits, axis=1).mT @ x, 4 * D)
    return x + ops.softmax(logits, axis=2) @ inside


@healthy
def a_classifier_with_probabilities() -> list[ca.Node]:
    logits = linear(layers.feed_forward(tokens(), 4 * D)[:, 0], V, "classes")
    return [logits, ops.softmax(logits)]


@healthy
def a_pointer() -> ca.Node:
    return ops.softmax(linear(tokens(), D, "query") @ ca.input("memory", (B, S, D)).mT)


@healthy
def contrast_with_a_temperature() -> ca.Node:
    images, texts = (linear(ca.input(n, (B, D)), K, n) for n in ("images", "texts"))
    return ops.cross_entropy(images @ texts.mT / 0.07, ca.input("target", (B,), "int"))


@healthy
def learned_queries() -> ca.Node:
    q = ca.parameter("queries", (S, D))
    x = tokens()
    k, v = linear(x, D, "key"), linear(x, D, "value")
    return ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D))) @ v


@healthy
def patches() -> ca.Node:
    x = ca.input("image", (B, C, R * P, W * P)).reshape((B, C, R, P, W, P))
    x = x.transpose((0, 2, 4, 1, 3, 5)).reshape((B, R * W, C * P * P))
    return linear(x, D, "patch")


@healthy
def windows_and_back() -> ca.Node:
    x = (
        ca.input("x", (B, R * P, W * P, D))
        .reshape((B, R, P, W, P, D))
        .transpose((0, 1, 3, 2, 4, 5))
    )
    y = layers.encoder_layer(x.reshape((B * R * W, P * P, D)), heads=H, hidden=4 * D)
    back = y.reshape((B, R, W, P, P, D)).transpose((0, 1, 3, 2, 4, 5))
    return back.reshape((B, R * P, W * P, D))


@healthy
def pixel_shuffle_with_its_transpose() -> ca.Node:
    x = linear(ca.input("x", (B, R, W, D)), 4 * C, "up").reshape((B, R, W, 2, 2, C))
    return x.transpose((0, 1, 3, 2, 4, 5)).reshape((B, 2 * R, 2 * W, C))


@healthy
def patches_by_floors() -> ca.Node:
    x = ca.input("image", (B, C, R, W)).reshape((B, C, R // P, P, W // P, P))
    x = x.transpose((0, 2, 4, 1, 3, 5)).reshape((B, (R // P) * (W // P), C * P * P))
    return linear(x, D, "patch")


@healthy
def a_pyramid_by_floors() -> ca.Node:
    return linear(tokens().reshape((B, T // 2, 2 * D)), D, "down")


@healthy
def a_pyramid_in_time() -> ca.Node:
    return linear(ca.input("x", (B, 2 * T, D)).reshape((B, T, 2 * D)), D, "down")


@healthy
def chunks_of_time() -> ca.Node:
    x = tokens().reshape((B, T / P, P, D))
    y = layers.feed_forward(x, 4 * D).reshape((B, T, D))
    return tokens() + y


@healthy
def all_rows_at_once() -> ca.Node:
    x = tokens()
    return linear(x.reshape((B * T, D)), V, "out").reshape((B, T, V))


@healthy
def channels_first() -> ca.Node:
    x = ca.input("x", (B, D, T))
    y = ca.parameter("w", (D, D)) @ ops.layer_norm(x, axis=1)
    return x + y


@healthy
def token_mixing() -> ca.Node:
    x = linear(ca.input("patches", (B, 49, C)), D, "embed")
    for n in range(2):
        with ca.scope(f"layer.{n}"):
            with ca.scope("tokens"):
                x = x + layers.feed_forward(ops.layer_norm(x).mT, 2 * D).mT
            with ca.scope("channels"):
                x = x + layers.feed_forward(ops.layer_norm(x), 4 * D)
    return ops.layer_norm(x)


@healthy
def a_norm_over_time_and_features() -> ca.Node:
    return linear(ops.layer_norm(tokens(), axis=(1, 2)), D, "out")


@healthy
def grouped_norm() -> ca.Node:
    x = linear(tokens(), D, "up").reshape((B, T, G, D / G))
    return linear(ops.layer_norm(x).reshape((B, T, D)), D, "down")


@healthy
def a_norm_of_heads() -> ca.Node:
    q, k, v = query_key_value()
    return linear(layers.merge_heads(ops.rms_norm(ops.softmax(scores(q, k)) @ v)), D, "output")


@healthy
def pairs_of_positions() -> ca.Node:
    x = linear(tokens(), D, "x")
    return x[:, :, None] + x[:, None] + ops.expand_dims(linear(x, D, "y"), 1)


@healthy
def additive_attention() -> ca.Node:
    x = tokens()
    both = ops.tanh(x[:, :, None] + ops.expand_dims(linear(x, D, "key"), 1))
    return ops.softmax(ops.squeeze(linear(both, 1, "score"), 3)) @ x


@healthy
def a_class_token() -> ca.Node:
    x = tokens()
    first = ops.broadcast_to(ca.parameter("class", (1, 1, D)), (B, 1, D))
    x = ops.concat([first, x], axis=1) + ca.parameter("places", (T + 1, D))
    x = layers.encoder_layer(x, heads=H, hidden=4 * D)
    return linear(x[:, 0], V, "classes")


@healthy
def a_condition_for_all_positions() -> ca.Node:
    x, c = tokens(), ca.input("c", (B, D))
    shift, scale = (ops.expand_dims(linear(c, D, n), 1) for n in ("shift", "scale"))
    return x + layers.feed_forward(ops.layer_norm(x) * (1.0 + scale) + shift, 4 * D)


@healthy
def a_loss_beside_its_logits() -> list[ca.Node]:
    logits = linear(tokens(), V, "out")
    loss = ops.cross_entropy(logits, ca.input("target", (B, T), "int"), ignore_index=0)
    return [loss, ops.argmax(logits)]


@healthy
def tokens_chosen_greedily() -> ca.Node:
    return ops.argmax(linear(tokens(), V, "out"))


@healthy
def straight_through() -> ca.Node:
    y = linear(tokens(), D, "y")
    hard = ops.cast(y > 0.0, "float")
    return y + ops.stop_gradient(hard - y)


@healthy
def tied_embeddings() -> ca.Node:
    x, table = layers.token_embedding(ca.input("tokens", (B, T), "int"), V, D)
    places = layers.sinusoidal_positions(T, D)
    return layers.encoder_layer(x + places, heads=H, hidden=4 * D) @ table.mT


@healthy
def no_projections_on_scaled_embeddings() -> ca.Node:
    x, _ = layers.token_embedding(ca.input("tokens", (B, T), "int"), V, D)
    x = x + layers.sinusoidal_positions(T, D)
    y = layers.scaled_dot_product_attention(x, x, x)
    return linear(y, V, "out")


@healthy
def heads_without_projections() -> ca.Node:
    x, _ = layers.token_embedding(ca.input("tokens", (B, T), "int"), V, D)
    x = layers.split_heads(x + layers.sinusoidal_positions(T, D), H, D / H)
    return layers.merge_heads(layers.scaled_dot_product_attention(x, x, x))


@healthy
def one_mask_for_all_layers() -> ca.Node:
    mask = ca.input("mask", (B, 1, T, T))
    return layers.encoder(tokens(), layers=3, heads=H, hidden=4 * D, mask=mask)


@healthy
def one_bias_of_positions_for_all_layers() -> ca.Node:
    table = ca.parameter("table", (32, H))
    bias = ops.take(table, ca.input("buckets", (T, T), "int")).transpose((2, 0, 1))
    return layers.encoder(tokens(), layers=3, heads=H, hidden=4 * D, mask=ops.expand_dims(bias, 0))


@healthy
def one_condition_for_all_layers() -> ca.Node:
    x, c = tokens(), ops.expand_dims(linear(ca.input("c", (B, D)), D, "c"), 1)
    for n in range(3):
        with ca.scope(f"layer.{n}"):
            x = x + layers.feed_forward(ops.layer_norm(x + c), 4 * D)
    return x
