"""Mistakes that are legal at all sizes: each with the code of the lint that must report it."""

from collections.abc import Callable

from healthy import B, C, D, E, H, K, P, S, T, V, heads, linear, query_key_value, scores, tokens

import cutaway as ca
from cutaway import layers, ops

Maker = Callable[[], ca.Node | list[ca.Node]]
SUSPICIOUS: dict[str, tuple[str, Maker]] = {}


def suspicious(code: str) -> Callable[[Maker], Maker]:
    """List a snippet under its name, with what must be reported."""

    def mark(make: Maker) -> Maker:
        SUSPICIOUS[make.__name__] = code, make
        return make

    return mark


# --- regroup ---------------------------------------------------------------------------------


@suspicious("regroup")
def heads_split_without_transpose() -> ca.Node:
    return tokens().reshape((B, H, T, D / H))


@suspicious("regroup")
def heads_split_by_a_free_width() -> ca.Node:
    return tokens().reshape((B, H, T, K))


@suspicious("regroup")
def heads_split_by_a_floor() -> ca.Node:
    return tokens().reshape((B, H, T, D // H))


@suspicious("regroup")
def eight_heads_split_without_transpose() -> ca.Node:
    return ca.input("x", (B, T, 8 * K)).reshape((B, 8, T, K))


@suspicious("regroup")
def heads_split_in_numbers() -> ca.Node:
    return ca.input("x", (B, 15, 64)).reshape((B, 8, 15, 8))


@suspicious("regroup")
def heads_merged_without_transpose() -> ca.Node:
    return ca.input("x", (B, H, T, K)).reshape((B, T, H * K))


@suspicious("regroup")
def heads_merged_by_minus_one() -> ca.Node:
    return ca.input("x", (B, H, T, K)).reshape((B, T, -1))


@suspicious("regroup")
def heads_merged_to_the_width() -> ca.Node:
    q, k, v = query_key_value()
    return (ops.softmax(scores(q, k)) @ v).reshape((B, T, D))


@suspicious("regroup")
def heads_into_the_batch() -> ca.Node:
    return ca.input("x", (B, T, H * K)).reshape((B * H, T, K))


@suspicious("regroup")
def heads_into_the_batch_by_minus_one() -> ca.Node:
    return tokens().reshape((B * H, -1, D / H))


@suspicious("regroup")
def a_reshape_for_a_transpose() -> ca.Node:
    return tokens().reshape((B, D, T))


@suspicious("regroup")
def patches_without_transpose() -> ca.Node:
    image = ca.input("image", (B, C, S * P, T * P))
    return image.reshape((B, S * T, C * P * P))


@suspicious("regroup")
def pixel_shuffle_without_transpose() -> ca.Node:
    return ca.input("x", (B, 4 * C, S, T)).reshape((B, C, 2 * S, 2 * T))


@suspicious("regroup")
def time_before_batch() -> ca.Node:
    return ca.input("x", (T, B, D)).reshape((B, T, D))


@suspicious("regroup")
def orders_hidden_by_a_product() -> ca.Node:
    q, k, _ = (x.reshape((B * H, T, D / H)) for x in query_key_value())
    mask = ops.broadcast_to(ca.input("mask", (B, T, T)), (H, B, T, T)).reshape((H * B, T, T))
    return scores(q, k) + mask


@suspicious("regroup")
def a_mask_repeated_by_concat() -> ca.Node:
    x = ca.input("x", (B, 8, T, K)).reshape((8 * B, T, K))
    mask = ops.concat([ca.input("mask", (B, T, T))] * 8)
    return ops.where(mask > 0.0, scores(x, x), 0.0)


@suspicious("regroup")
def split_in_another_order_than_joined() -> ca.Node:
    x = ca.input("x", (B, H, T, K)).transpose((1, 0, 2, 3)).reshape((H * B, T, K))
    return ops.relu(x).reshape((B, H, T, K))


@suspicious("regroup")
def products_of_axes_in_two_orders() -> ca.Node:
    q = ca.input("q", (B, H, T, K)).reshape((B * H, T, K))
    k = ca.input("k", (H, B, S, K)).reshape((H * B, S, K))
    return q @ k.mT


@suspicious("regroup")
def time_first_with_a_mask_repeated_by_concat() -> ca.Node:
    x = linear(ca.input("x", (T, B, 4 * K)), 4 * K, "x").reshape((T, B * 4, K)).transpose((1, 0, 2))
    return scores(x, x) + ops.concat([ca.input("mask", (B, T, T))] * 4)


# --- softmax-axis ----------------------------------------------------------------------------


def attend(axis: int) -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(scores(q, k), axis=axis) @ v


@suspicious("softmax-axis")
def softmax_over_queries() -> ca.Node:
    return attend(-2)


@suspicious("softmax-axis")
def softmax_over_heads() -> ca.Node:
    return attend(1)


@suspicious("softmax-axis")
def softmax_over_the_batch() -> ca.Node:
    return attend(0)


@suspicious("softmax-axis")
def softmax_before_a_transpose() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(k @ q.mT / ops.sqrt(ops.dim(D / H))).mT @ v


@suspicious("softmax-axis")
def softmax_with_values_on_the_left() -> ca.Node:
    q, k, v = query_key_value()
    return v.mT @ ops.softmax(scores(q, k), axis=-2).mT


@suspicious("softmax-axis")
def softmax_written_by_hand() -> ca.Node:
    q, k, v = query_key_value()
    powers = ops.exp(scores(q, k))
    return (powers / powers.sum(axis=-2, keepdims=True)) @ v


@suspicious("softmax-axis")
def softmax_through_masks_and_dropout() -> ca.Node:
    q, k, v = query_key_value()
    weights = ops.softmax(ops.where(ops.causal_mask(T), scores(q, k), -1e9), axis=2)
    weights = ops.dropout(weights, 0.1, ca.input("seed", (), "int"))
    return (weights * ca.input("head_mask", (H, 1, 1))) @ v


@suspicious("softmax-axis")
def softmax_with_heads_in_the_batch() -> ca.Node:
    q, k, v = query_key_value()
    weights = ops.softmax(scores(q, k), axis=2).reshape((B * H, T, T))
    return weights @ v.reshape((B * H, T, D / H))


@suspicious("softmax-axis")
def pooled_over_one_score() -> ca.Node:
    x = tokens()
    return ops.softmax(linear(x, 1, "score")).mT @ x


@suspicious("softmax-axis")
def softmax_with_one_head() -> ca.Node:
    x = tokens()
    q, k, v = (linear(x, K, name) for name in ("query", "key", "value"))
    return linear(ops.softmax(scores(q, k), axis=1) @ v, D, "output")


# --- scale -----------------------------------------------------------------------------------


def scaled(scale: Callable[[ca.Node], ca.Node]) -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(scale(q @ k.mT)) @ v


@suspicious("scale")
def root_of_the_model_width() -> ca.Node:
    return scaled(lambda s: s / ops.sqrt(ops.dim(D)))


@suspicious("scale")
def a_power_of_the_model_width() -> ca.Node:
    return scaled(lambda s: s * ops.dim(D) ** -0.5)


@suspicious("scale")
def root_of_the_heads() -> ca.Node:
    return scaled(lambda s: s * ops.rsqrt(ops.dim(H)))


@suspicious("scale")
def the_width_without_its_root() -> ca.Node:
    return scaled(lambda s: s / ops.dim(D / H))


@suspicious("scale")
def multiplied_by_the_root() -> ca.Node:
    return scaled(lambda s: s * ops.sqrt(ops.dim(D / H)))


@suspicious("scale")
def a_number_for_all_widths() -> ca.Node:
    return scaled(lambda s: s / 8.0)


@suspicious("scale")
def no_scale() -> ca.Node:
    return scaled(lambda s: s)


@suspicious("scale")
def no_scale_under_a_mask() -> ca.Node:
    return scaled(lambda s: ops.where(ops.causal_mask(T), s, -1e9))


@suspicious("scale")
def no_scale_and_a_float_mask() -> ca.Node:
    return scaled(lambda s: s + (1.0 - ca.input("mask", (B, 1, 1, T))) * -1e9)


@suspicious("scale")
def scaled_twice() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax(scores(q / ops.sqrt(ops.dim(D / H)), k)) @ v


@suspicious("scale")
def queries_scaled_by_the_model_width() -> ca.Node:
    q, k, v = query_key_value()
    return ops.softmax((q * ops.dim(D) ** -0.5) @ k.mT) @ v


@suspicious("scale")
def no_scale_of_what_is_turned_by_its_positions() -> ca.Node:
    q, k, v = query_key_value()

    def turned(x: ca.Node) -> ca.Node:
        half = D / H / 2
        swapped = ops.concat([-x[..., half:], x[..., :half]], axis=-1)
        return x * ops.cos(places) + swapped * ops.sin(places)

    places = ops.expand_dims(ops.cast(ops.arange(T), "float"), 1)
    return ops.softmax(turned(q) @ turned(k).mT) @ v


@suspicious("scale")
def root_of_the_length() -> ca.Node:
    return scaled(lambda s: s / ops.sqrt(ops.dim(T)))


@suspicious("scale")
def a_wrong_number() -> ca.Node:
    q, k, v = (ca.input(n, (B, T, 64)) for n in ("q", "k", "v"))
    return ops.softmax(q @ k.mT / 22.627) @ v


@suspicious("scale")
def the_layer_with_another_scale() -> ca.Node:
    q, k, v = query_key_value()
    return layers.scaled_dot_product_attention(q, k, v, scale=1 / ops.sqrt(ops.dim(D)))


# --- residual-broadcast ----------------------------------------------------------------------


@suspicious("residual-broadcast")
def a_branch_with_keepdims() -> ca.Node:
    x = tokens()
    return x + linear(x, D, "f").mean(axis=1, keepdims=True)


@suspicious("residual-broadcast")
def a_branch_of_one_position() -> ca.Node:
    x = tokens()
    return x + linear(x, D, "f")[:, -1:]


@suspicious("residual-broadcast")
def a_branch_of_one_sample() -> ca.Node:
    x = tokens()
    return x + linear(x, D, "f")[0]


@suspicious("residual-broadcast")
def a_branch_of_one_feature() -> ca.Node:
    x = tokens()
    return x + linear(x, 1, "f")


@suspicious("residual-broadcast")
def a_branch_with_an_axis_more() -> ca.Node:
    x = ca.input("x", (B, D))
    return x + ops.expand_dims(linear(x, D, "f"), 1)


@suspicious("residual-broadcast")
def the_branch_on_the_left() -> ca.Node:
    x = tokens()
    return ops.relu(linear(x, D, "f")).max(axis=1, keepdims=True) + x


# --- norm-axis -------------------------------------------------------------------------------


@suspicious("norm-axis")
def a_norm_over_time_before_a_map() -> ca.Node:
    return linear(ops.layer_norm(tokens(), axis=1), D, "f")


@suspicious("norm-axis")
def a_norm_over_time_after_a_map() -> ca.Node:
    return ops.rms_norm(linear(tokens(), D, "f"), axis=1)


@suspicious("norm-axis")
def a_norm_over_the_batch() -> ca.Node:
    return linear(ops.layer_norm(tokens(), axis=0), D, "f")


@suspicious("norm-axis")
def a_norm_with_weights_over_time() -> ca.Node:
    weight, bias = ca.parameter("weight", (T,), "ones"), ca.parameter("bias", (T,))
    return linear(ops.layer_norm(tokens(), weight, bias, axis=1), D, "f")


@suspicious("norm-axis")
def a_norm_of_the_transpose() -> ca.Node:
    return linear(ops.layer_norm(tokens().mT).mT, D, "f")


@suspicious("norm-axis")
def a_norm_of_channels_first() -> ca.Node:
    return ca.parameter("w", (E, D)) @ ops.layer_norm(ca.input("x", (B, D, T)))


@suspicious("norm-axis")
def a_norm_of_embeddings_over_time() -> ca.Node:
    x, _ = layers.token_embedding(ca.input("tokens", (B, T), "int"), V, D, scaled=False)
    return ops.layer_norm(x, axis=1)


@suspicious("norm-axis")
def a_norm_of_a_residual_over_time() -> ca.Node:
    x = tokens()
    y = ops.layer_norm(x + layers.feed_forward(x, 4 * D), axis=-2)
    return layers.multi_head_attention(y, heads=H)


@suspicious("norm-axis")
def a_norm_written_by_hand() -> ca.Node:
    x = tokens()
    mean = x.mean(axis=1, keepdims=True)
    variance = ((x - mean) ** 2.0).mean(axis=1, keepdims=True)
    return linear((x - mean) / ops.sqrt(variance + 1e-5), D, "f")


@suspicious("norm-axis")
def a_root_mean_square_written_by_hand() -> ca.Node:
    x = tokens()
    return linear(x * (ops.square(x).mean(axis=1, keepdims=True) + 1e-5) ** -0.5, D, "f")


@suspicious("norm-axis")
def a_norm_over_heads() -> ca.Node:
    q, _, _ = query_key_value()
    return ops.rms_norm(q, axis=1 + 1)


# --- no-gradient -----------------------------------------------------------------------------


@suspicious("no-gradient")
def behind_stop_gradient() -> ca.Node:
    x = tokens()
    return x + ops.stop_gradient(x @ ca.parameter("w", (D, D)))


@suspicious("no-gradient")
def times_zero() -> ca.Node:
    x = tokens()
    return x + x @ ca.parameter("w", (D, D)) * 0.0


@suspicious("no-gradient")
def only_in_a_choice() -> ca.Node:
    x = tokens()
    return ops.where(x @ ca.parameter("w", (D, D)) > 0.0, x, 0.0)


@suspicious("no-gradient")
def only_in_an_index() -> ca.Node:
    best = ops.argmax(tokens() @ ca.parameter("w", (D, E)))
    return ops.take(ca.parameter("table", (E, D)), best)


@suspicious("no-gradient")
def cast_to_int() -> ca.Node:
    x = tokens()
    return x * ops.cast(ops.cast(x @ ca.parameter("w", (D, D)), "int"), "float")


@suspicious("no-gradient")
def in_an_output_that_is_no_float() -> list[ca.Node]:
    x = tokens()
    return [linear(x, D, "f"), ops.argmax(x @ ca.parameter("w", (D, V)))]


@suspicious("no-gradient")
def a_whole_layer_cut_off() -> ca.Node:
    x = tokens()
    return x + ops.stop_gradient(heads(x, "query")).mean()
