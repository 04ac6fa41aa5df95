"""Models with a planted bug of a finer kind: a cause whose consequences are louder."""

import numpy as np
from planted import (
    INFINITY,
    B,
    Built,
    D,
    F,
    H,
    T,
    V,
    attend,
    embedded,
    ids,
    linear,
    planted,
    qkv,
    scores,
    tokens,
)

import cutaway as ca
from cutaway import layers, ops


@planted("softmax-axis", "softmax")
def softmax_over_queries_under_a_causal_mask() -> Built:
    q, k, v = qkv()
    hidden = ops.where(ops.causal_mask(T), scores(q, k), -INFINITY)
    weights = ops.softmax(hidden, axis=-2)  # bug
    return attend(weights, v)


@planted("softmax-axis", "softmax")
def softmax_over_heads_under_a_causal_mask() -> Built:
    q, k, v = qkv()
    hidden = ops.where(ops.causal_mask(T), scores(q, k), -1e9)
    weights = ops.softmax(hidden, axis=1)  # bug
    return attend(weights, v)


@planted("softmax-axis", "softmax")
def classes_that_compete_over_the_batch() -> Built:
    logits = linear(ca.input("x", (B, D)), V, "head")
    return ops.softmax(logits, axis=0)  # bug


@planted("softmax-axis", "softmax")
def probabilities_over_the_batch_in_a_loss() -> Built:
    x = layers.encoder_layer(embedded(ids()), heads=H, hidden=F)
    probabilities = ops.softmax(linear(x[:, 0], V, "head"), axis=0)  # bug
    right = ops.one_hot(ca.input("label", (B,), dtype="int"), V)
    return -(ops.log(probabilities + 1e-9) * right).sum(axis=-1).mean()


@planted("mask", "multiply*")
def additive_mask_that_hides_too_little() -> Built:
    q, k, v = qkv()
    hidden = 1.0 - ops.cast(ops.causal_mask(T), "float")
    mask = hidden * -1.0  # bug
    return attend(ops.softmax(scores(q, k) + mask), v)


@planted("log", "log")
def eps_of_a_logarithm_lost_in_float32() -> Built:
    p = ops.softmax(linear(tokens(), V, "head"))
    logs = ops.log(p + 1e-60)  # bug
    return -(logs * ops.one_hot(ids("target"), V)).sum(axis=-1).mean()


@planted("norm", "sum")
def norm_by_the_sum_of_squares() -> Built:
    x = tokens()
    centred = x - x.mean(axis=-1, keepdims=True)
    total = (centred * centred).sum(axis=-1, keepdims=True)  # bug
    y = centred / ops.sqrt(total + 1e-5)
    return x + layers.feed_forward(y * ca.parameter("gain", (D,), "ones"), F)


@planted("values", "matmul*")
def values_of_the_queries() -> Built:
    x, memory = tokens(), ca.input("memory", (B, T, D))
    q, k, v = linear(x, D, "q"), linear(memory, D, "k"), linear(x, D, "v")
    weights = ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D)))
    return weights @ v  # bug


@planted("activation", "mlp/up/add")
def activation_forgotten() -> Built:
    x = tokens()
    with ca.scope("mlp"):
        with ca.scope("up"):
            y = layers.linear(x, F)  # bug
        return x + linear(y, D, "down")


@planted("positions", "*take")
def positions_forgotten_before_a_loss() -> Built:
    index = ids()
    with ca.scope("embedding"):
        x, table = layers.token_embedding(index, V, D)  # bug
    x = layers.encoder(x, layers=2, heads=H, hidden=F, mask=ops.causal_mask(T))
    return ops.cross_entropy(x @ table.mT, ids("next"))


@planted("residual", "add*")
def residual_added_again_in_a_later_sum() -> Built:
    x = tokens()
    for n in range(3):
        with ca.scope(f"layer.{n}/attention"):
            a = layers.multi_head_attention(layers.layer_norm(x), heads=H)
        x = x + a
        if n == 1:
            x = x + a + x  # bug
        with ca.scope(f"layer.{n}/feed_forward"):
            f = layers.feed_forward(layers.layer_norm(x), F)
        x = x + f
    return x


@planted("weight", "permute_dims*")
def square_weight_transposed_beside_a_tied_table() -> Built:
    with ca.scope("embedding"):
        x, table = layers.token_embedding(ids(), V, D)
    x = x + layers.sinusoidal_positions(T, D)
    q = x @ ca.parameter("query", (D, D))
    k = x @ ca.parameter("key", (D, D)).mT  # bug
    v = x @ ca.parameter("value", (D, D))
    y = x + ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D))) @ v
    return y @ table.mT


@planted("weight", "up")
def weights_that_are_all_zero() -> Built:
    up = ca.parameter("up", (D, F))  # bug
    y = ops.relu(tokens() @ up) @ ca.parameter("down", (F, D))
    return y, {"up": np.zeros((8, 16)), "down": np.zeros((16, 8))}


@planted("inf", "up")
def a_weight_that_is_infinite() -> Built:
    up = ca.parameter("up", (D, F))  # bug
    return ops.relu(tokens() @ up), {"up": np.full((8, 16), np.inf)}


@planted("mask", "expand_dims*")
def padding_of_queries_in_two_stacks() -> Built:
    source, target = ids("source"), ids("target")
    mask = ops.expand_dims(ops.not_equal(source, 0), (1, 3))  # bug
    with ca.scope("source"):
        x = embedded(source)
    with ca.scope("target"):
        y = embedded(target)
    causal = ops.causal_mask(T)
    options = {"layers": 2, "heads": H, "hidden": F}
    with ca.scope("encoder"):
        memory = layers.encoder(x, mask=mask, **options)
    with ca.scope("decoder"):
        return layers.decoder(y, memory, mask=causal, memory_mask=mask, **options)
