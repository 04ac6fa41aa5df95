"""Healthy models that are near to a bug: what the finer rules must not take for one."""

from sound import (
    SOUND,
    B,
    D,
    F,
    H,
    K,
    Made,
    P,
    T,
    V,
    feed_forward,
    ids,
    linear,
    qkv,
    scores,
    sound,
    tokens,
)

import cutaway as ca
from cutaway import layers, ops

assert SOUND


@sound
def a_language_model_that_reads_backwards() -> Made:
    index = ids()
    mask = ops.causal_mask(T - 1).mT
    with ca.scope("embedding"):
        x, table = layers.token_embedding(index[:, 1:], V, D)
    x = x + layers.sinusoidal_positions(T - 1, D)
    x = layers.encoder(x, layers=2, heads=H, hidden=F, mask=mask)
    return ops.cross_entropy(x @ table.mT, index[:, :-1])


@sound
def language_models_of_both_directions() -> Made:
    index = ids()
    with ca.scope("embedding"):
        x, table = layers.token_embedding(index, V, D)
    x = x + layers.sinusoidal_positions(T, D)
    causal, options = ops.causal_mask(T - 1), {"layers": 2, "heads": H, "hidden": F}
    with ca.scope("forwards"):
        y = layers.encoder(x[:, :-1], mask=causal, **options)
    with ca.scope("backwards"):
        z = layers.encoder(x[:, 1:], mask=causal.mT, **options)
    losses = ops.cross_entropy(y @ table.mT, index[:, 1:])
    return losses + ops.cross_entropy(z @ table.mT, index[:, :-1])


@sound
def a_series_that_is_standardised_and_scaled_back() -> Made:
    x = tokens()
    mean = x.mean(axis=1, keepdims=True)
    deviation = ops.sqrt(((x - mean) ** 2).mean(axis=1, keepdims=True) + 1e-5)
    y = feed_forward((x - mean) / deviation)
    return y * deviation + mean


@sound
def contrast_within_a_batch_of_one() -> Made:
    a, b = linear(ca.input("a", (1, D)), D, "a"), linear(ca.input("b", (1, D)), D, "b")
    similar = a @ b.mT * ca.parameter("scale", (), "ones")
    return ops.cross_entropy(similar, ops.arange(1))


@sound
def a_hinge_that_may_not_be_reached() -> Made:
    a, b = linear(ca.input("a", (B, D)), K, "a"), linear(ca.input("b", (B, D)), K, "b")
    return ops.relu(((a - b) ** 2).sum(axis=-1) - 1e4).mean()


@sound
def an_answer_as_first_and_last_token() -> Made:
    x = ops.relu(linear(ca.input("x", (T, D)), F, "up"))
    return ops.softmax(linear(x, 2, "answer"), axis=0)


@sound
def tokens_that_are_pooled_by_several_queries() -> Made:
    x = ca.input("x", (T, D))
    weights = ops.softmax(linear(x, P, "score"), axis=0)
    return weights.mT @ x


@sound
def contrast_in_both_directions() -> Made:
    a, b = linear(ca.input("a", (B, D)), K, "a"), linear(ca.input("b", (B, D)), K, "b")
    similar = a @ b.mT
    return [ops.softmax(similar, axis=0), ops.softmax(similar, axis=1)]


@sound
def a_correlation() -> Made:
    def unit(x: ca.Node) -> ca.Node:
        x = x - x.mean(axis=-1, keepdims=True)
        return x / ops.sqrt((x * x).sum(axis=-1, keepdims=True) + 1e-8)

    return (unit(linear(tokens(), D, "map")) * unit(ca.input("y", (B, T, D)))).sum(axis=-1)


@sound
def keys_and_values_of_their_own() -> Made:
    q = linear(tokens(), D, "query")
    k, v = ca.input("keys", (B, T, D)), ca.input("values", (B, T, D))
    return ops.softmax(q @ k.mT / ops.sqrt(ops.dim(D))) @ v


@sound
def maps_of_low_rank_in_a_feed_forward() -> Made:
    x = tokens()
    with ca.scope("mlp"):
        y = linear(linear(x, P, "a", bias=False), F, "b")
        return x + linear(linear(ops.gelu(y), P, "c", bias=False), D, "d")


@sound
def distances_that_are_taken_off() -> Made:
    q, k, v = qkv(tokens())
    far = ops.expand_dims(ops.arange(T), 1) - ops.expand_dims(ops.arange(T), 0)
    return ops.softmax(scores(q, k) - 0.1 * ops.abs(ops.cast(far, "float"))) @ v


@sound
def a_regression_that_begins_with_zero() -> Made:
    weights = ca.parameter("weights", (D, V), "zeros")
    return ops.cross_entropy(ca.input("x", (B, D)) @ weights, ca.input("y", (B,), dtype="int"))
