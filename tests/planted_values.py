"""Models with a planted bug in norms, residuals, weights, or where numbers end."""

from typing import Any

import numpy as np
from planted import (
    B,
    Built,
    D,
    F,
    H,
    K,
    T,
    V,
    embedded,
    ids,
    linear,
    planted,
    tokens,
)

import cutaway as ca
from cutaway import layers, ops
from cutaway.run import SGD, State

# --- norms --------------------------------------------------------------------------------------


@planted("norm-axis", "layer_norm")
def norm_over_time() -> Built:
    x = tokens()
    y = ops.layer_norm(x, axis=1)  # bug
    return x + layers.feed_forward(y, F)


@planted("eps", "*layer_norm")
def eps_lost_in_float32() -> Built:
    x = tokens()
    with ca.scope("norm"):
        y = layers.layer_norm(x, eps=1e-20)  # bug
    return x + layers.feed_forward(y, F)


@planted("root", "sqrt")
def norm_without_eps() -> Built:
    x = tokens()
    centred = x - x.mean(axis=-1, keepdims=True)
    deviation = ops.sqrt((centred * centred).mean(axis=-1, keepdims=True))  # bug
    return x + layers.feed_forward(centred / deviation, F)


@planted("norm", "subtract")
def norm_that_takes_the_mean_off_only() -> Built:
    x = tokens()
    y = x - x.mean(axis=-1, keepdims=True)  # bug
    return x + layers.feed_forward(y * ca.parameter("gain", (D,), "ones"), F)


@planted("norm", "divide")
def norm_by_the_variance() -> Built:
    x = tokens()
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    y = centred / (variance + 1e-5)  # bug
    return x + layers.feed_forward(y, F)


# --- residuals ----------------------------------------------------------------------------------


@planted("residual", "*output/add")
def residual_forgotten() -> Built:
    x = tokens()
    y = layers.layer_norm(x)
    with ca.scope("attention"):
        x = layers.multi_head_attention(y, heads=H)  # bug
    with ca.scope("next"):
        return x + layers.feed_forward(layers.layer_norm(x), F)


@planted("residual", "layer.1/feed_forward/*add")
def residual_forgotten_in_one_layer() -> Built:
    x = tokens()
    for n in range(3):
        with ca.scope(f"layer.{n}"):
            with ca.scope("attention"):
                x = x + layers.multi_head_attention(layers.layer_norm(x), heads=H)
            with ca.scope("feed_forward"):
                y = layers.layer_norm(x)
                f = layers.feed_forward(y, F)  # bug
            x = f if n == 1 else x + f
    return x


@planted("residual", "add*")
def residual_added_twice() -> Built:
    x = tokens()
    with ca.scope("sublayer"):
        y = x + layers.feed_forward(layers.layer_norm(x), F)
    return x + y  # bug


@planted("residual-broadcast", "add")
def residual_that_is_stretched() -> Built:
    x = tokens()
    y = linear(x, D, "f").mean(axis=1, keepdims=True)
    return x + y  # bug


# --- weights and values -------------------------------------------------------------------------


@planted("weight", "*")
def exploding_first_weights() -> Built:
    x = tokens()
    for n in range(6):
        with ca.scope(f"layer.{n}"):
            weight = ca.parameter("weight", (D, D)) * 12.0  # bug
            x = ops.relu(x @ weight)
    return x


@planted("explode", "layer.0/*")
def values_that_grow_from_layer_to_layer() -> Built:
    x = tokens()
    for n in range(12):
        with ca.scope(f"layer.{n}"):
            x = ops.tanh(x @ ca.parameter("up", (D, D))) + x * 5.0  # bug
    return x


@planted("vanish", "layer.*")
def gradients_that_vanish() -> Built:
    x = tokens()
    for n in range(10):
        with ca.scope(f"layer.{n}"):
            x = ops.sigmoid(layers.linear(x, D))  # bug
    return x


@planted("weight", "weight*")
def weights_that_are_all_the_same() -> Built:
    x = tokens()
    w = ca.parameter("weight", (D, F), init="ones")  # bug
    return ops.relu(x @ w) @ ca.parameter("down", (F, D))


@planted("weight", "permute_dims")
def square_weight_transposed() -> Built:
    x = tokens()
    q = x @ ca.parameter("query", (D, D))
    k = x @ ca.parameter("key", (D, D)).mT  # bug
    v = x @ ca.parameter("value", (D, D))
    return ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D))) @ v


@planted("weight", "head")
def tied_weights_untied() -> Built:
    x = layers.encoder_layer(embedded(ids()), heads=H, hidden=F)
    head = ca.parameter("head", (V, D), "embedding")  # bug
    return x @ head.mT


@planted("dead", "subtract")
def dead_units() -> Built:
    x = tokens()
    y = linear(x, F, "up") - 10.0  # bug
    return x + linear(ops.relu(y), D, "down")


@planted("dead", "up/bias")
def dead_units_by_a_bias() -> Built:
    x = ca.input("x", (4, 8, 16))
    with ca.scope("up"):
        y = layers.linear(x, 32)  # bug
    y = linear(ops.relu(y), 16, "down")
    return y, {"up/bias": np.full(32, -10.0, "f4")}


@planted("saturation", "sigmoid")
def saturated_gate() -> Built:
    x = tokens()
    gate = ops.sigmoid(linear(x, D, "gate") * 10000.0)  # bug
    return x * gate


def trained(y: ca.Node, rate: float) -> tuple[ca.Node, dict[str, Any]]:
    """Return a loss, and the weights after two steps of training."""
    loss = ops.square(y - ca.input("wanted", y.shape)).mean()
    params, state = ca.initialize(loss, {"F": 16}, seed=0, dtype="float32"), State()
    for seed in range(2):
        drawn = np.random.default_rng(seed).standard_normal((2, 16, 8)).astype("f4")
        feeds = {"x": drawn[0], "wanted": drawn[1]}
        _, slopes = ca.value_and_grad(loss)(feeds, params)
        params, state = SGD(rate).update(params, slopes, state)
    return loss, params


@planted("weight", "up/weight")
def learning_rate_too_high() -> Built:
    y = layers.feed_forward(ca.input("x", (16, 8)), F)  # bug
    return trained(y, 1000.0)


@planted("nan", "w")
def weights_after_divergence() -> Built:
    y = ca.input("x", (4, 8)) @ ca.parameter("w", (8, 8))  # bug
    return y, {"w": np.where(np.eye(8) > 0, np.nan, 1.0).astype("f4")}


@planted("no-gradient", "multiply")
def branch_multiplied_by_zero() -> Built:
    x = tokens()
    y = linear(x, D, "branch") * 0.0  # bug
    return x + y


@planted("no-gradient", "unused/add")
def branch_cut_away() -> Built:
    x = tokens()
    with ca.scope("unused"):
        unused = layers.linear(x, D)  # bug
    both = ops.concat([linear(x, D, "used"), unused], axis=-1)
    return x + both[..., :D]


# --- where numbers end --------------------------------------------------------------------------


@planted("divide", "divide")
def mean_over_no_tokens() -> Built:
    index = ids()
    x = embedded(index)
    real = ops.cast(ops.expand_dims(ops.not_equal(index, 0), 2), "float")
    return (x * real).sum(axis=1) / real.sum(axis=1)  # bug


@planted("log", "log")
def logarithm_of_a_sigmoid() -> Built:
    p = ops.sigmoid(linear(tokens(), 1, "score"))
    label = ca.input("label", (B, T, 1))
    return -(label * ops.log(p)).mean()  # bug


@planted("root", "sqrt")
def distance_to_oneself() -> Built:
    x = ca.input("x", (T, D)) @ ca.parameter("w", (D, D))
    gap = ops.expand_dims(x, 0) - ops.expand_dims(x, 1)
    return ops.sqrt(ops.square(gap).sum(axis=-1)).mean()  # bug


@planted("inf", "exp")
def exponential_that_overflows() -> Built:
    x = ca.input("x", (B, T, D))
    return ops.exp(linear(x, D, "f") * 100.0)  # bug


@planted("nan", "sqrt")
def root_of_what_is_negative() -> Built:
    return ops.sqrt(linear(tokens(), D, "f")).sum()  # bug


@planted("sizes", "add")
def batch_added_to_time() -> Built:
    x = linear(tokens(), D, "f")
    table = ca.input("positions", (T, 1, D))
    return x + table  # bug


@planted("sizes", "subtract")
def loss_of_every_pair() -> Built:
    x, target = ca.input("x", (B, D)), ca.input("target", (B,))
    wrong = linear(x, 1, "score") - target  # bug
    return (wrong**2.0).mean()


@planted("norm-axis", "mean*")
def norm_over_time_by_hand_in_numbers() -> Built:
    h = linear(ca.input("x", (2, 8, 32)), 32, "up")
    centred = h - h.mean(axis=1, keepdims=True)
    variance = (centred**2.0).mean(axis=1, keepdims=True)  # bug
    y = centred / ops.sqrt(variance + 1e-5)
    return linear(y, 10, "down")


@planted("norm", "layer_norm")
def norm_of_what_is_constant() -> Built:
    x = ops.broadcast_to(tokens().mean(axis=-1, keepdims=True), (B, T, D))
    y = ops.layer_norm(x)  # bug
    return linear(y, D, "f")


@planted("residual", "down/add")
def residual_forgotten_at_the_end() -> Built:
    x = ca.input("x", (2, 8, 32))
    with ca.scope("attention"):
        a = layers.multi_head_attention(x, heads=4)
    with ca.scope("first"):
        x = layers.layer_norm(x + a)
    f = layers.feed_forward(x, 64)  # bug
    with ca.scope("second"):
        return layers.layer_norm(f)


@planted("weight", "multiply")
def table_of_large_vectors() -> Built:
    table = ca.parameter("table", (V, D), "embedding") * 100.0  # bug
    x = ops.take(table, ids()) + layers.sinusoidal_positions(T, D)
    return layers.encoder_layer(x, heads=H, hidden=F) @ table.mT


@planted("no-gradient", "stop_gradient")
def gradient_stopped() -> Built:
    x = tokens()
    y = layers.feed_forward(x, F)
    return x + ops.stop_gradient(y)  # bug


@planted("no-gradient", "cast")
def values_cast_to_whole_numbers() -> Built:
    h = linear(tokens(), D, "up")
    h = ops.cast(ops.cast(h, "int"), "float")  # bug
    return linear(h, D, "down")


@planted("names", "weight.1")
def two_weights_of_one_name() -> Built:
    x = tokens() @ ca.parameter("weight", (D, D))
    return ops.relu(x) @ ca.parameter("weight", (D, D))  # bug


@planted("root", "sqrt")
def length_without_eps() -> Built:
    z = linear(ca.input("x", (B, D)), K, "map")
    return z / ops.sqrt((z * z).sum(axis=-1, keepdims=True))  # bug


@planted("log", "log")
def logarithm_of_a_picked_probability() -> Built:
    p = ops.softmax(linear(tokens(), V, "head"))
    picked = (p * ops.one_hot(ids("target"), V)).sum(axis=-1)
    return -ops.log(picked).mean()  # bug


@planted("divide", "divide")
def weights_over_a_sum_that_may_be_zero() -> Built:
    x = tokens()
    w = ops.relu(linear(x, 1, "score"))
    w = w / w.sum(axis=1, keepdims=True)  # bug
    return (w * x).sum(axis=1)
