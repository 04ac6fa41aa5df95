"""Models of tokens with a planted bug that only shows with padding, flat rows or the loss."""

from planted import B, Built, D, F, H, T, V, embedded, ids, linear, planted, tokens
from planted_more import split

import cutaway as ca
from cutaway import layers, ops


def masked(index: ca.Node, bias: ca.Node) -> ca.Node:
    """Attention whose scores have a bias for each key."""
    x = embedded(index)
    q, k, v = (split(x, name) for name in ("q", "k", "v"))
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H)) + bias[:, None, None, :]
    return linear(layers.merge_heads(ops.softmax(scores) @ v), D, "out")


def real(index: ca.Node) -> ca.Node:
    return ops.cast(ops.not_equal(index, 0), "float")


def hidden_states() -> ca.Node:
    x = embedded(ids())
    return layers.encoder(x, layers=1, heads=H, hidden=F, mask=ops.causal_mask(T))


def picked(log_p: ca.Node, labels: ca.Node) -> ca.Node:
    return ops.sum(log_p * ops.one_hot(labels, V), axis=-1)


@planted("mask", "multiply*")
def padding_hidden_with_the_wrong_sign() -> Built:
    index = ids()
    bias = (1.0 - real(index)) * 1e4  # bug
    return masked(index, bias)


@planted("mask", "multiply*")
def padding_hidden_too_little() -> Built:
    index = ids()
    bias = (1.0 - real(index)) * -1.0  # bug
    return masked(index, bias)


@planted("mask", "add*")
def padding_hidden_along_the_queries() -> Built:
    index = ids()
    x = embedded(index)
    q, k, v = (split(x, name) for name in ("q", "k", "v"))
    bias = (1.0 - real(index)) * -1e4
    scores = q @ k.mT / ops.sqrt(ops.dim(D / H)) + bias[:, None, :, None]  # bug
    return linear(layers.merge_heads(ops.softmax(scores) @ v), D, "out")


@planted("softmax-axis", "log_softmax*")
def probabilities_along_the_positions() -> Built:
    logits = linear(hidden_states(), V, "head")
    log_p = ops.log_softmax(logits, axis=1)  # bug
    return -picked(log_p, ids("labels")).mean()


@planted("loss", "mean*")
def likelihood_without_its_minus() -> Built:
    log_p = ops.log_softmax(linear(hidden_states(), V, "head"))
    return picked(log_p, ids("labels")).mean()  # bug


@planted("target", "multiply*")
def targets_that_are_not_shifted_in_one_row() -> Built:
    tokens_ = ids()
    x = layers.encoder(embedded(tokens_), layers=1, heads=H, hidden=F, mask=ops.causal_mask(T))
    log_p = ops.log_softmax(linear(x, V, "head")).reshape((B * T, V))
    flags = ops.one_hot(tokens_.reshape((B * T,)), V)
    return -ops.sum(log_p * flags, axis=-1).mean()  # bug


@planted("positions", "add*")
def positions_of_the_batch() -> Built:
    x = tokens()
    x = x + layers.sinusoidal_positions(B, D)[:, None, :]  # bug
    return layers.encoder_layer(x, heads=H, hidden=F)


@planted("positions", "multiply*")
def learned_positions_that_are_multiplied() -> Built:
    table = ca.parameter("table", (V, D), init="embedding")
    x = ops.take(table, ids()) * ca.parameter("positions", (64, D))[:T]  # bug
    return layers.encoder_layer(x, heads=H, hidden=F)


@planted("norm", "multiply*")
def rms_norm_times_its_root() -> Built:
    x = tokens()
    mean = (x * x).mean(axis=-1, keepdims=True)
    y = x * ops.sqrt(mean + 1e-6)  # bug
    return x + layers.feed_forward(y, F)


@planted("inf", "exp*")
def temperature_that_overflows() -> Built:
    x = layers.encoder_layer(tokens(), heads=H, hidden=F).mean(axis=1)
    learned = ca.parameter("temperature", (), init="zeros")
    return linear(x, V, "head") * ops.exp(learned + 100.0)  # bug
