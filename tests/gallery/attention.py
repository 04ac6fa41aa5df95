"""Scores, weights and values."""

import cutaway as ca

B, N, T, S, D, E, H, K, V = ca.dims("B N T S D E H K V")


def scores() -> ca.Node:
    """Multiply queries with transposed keys, scale, weigh the values: healthy."""
    q, k, v = ca.input("q", (B, T, K)), ca.input("k", (B, S, K)), ca.input("v", (B, S, V))
    return ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(K))) @ v


def keys_not_transposed() -> ca.Node:
    """Multiply queries with keys as they are."""
    return ca.input("q", (B, T, K)) @ ca.input("k", (B, S, K))


def keys_transposed_wholly() -> ca.Node:
    """Reverse all axes of the keys, as ``.T`` does in numpy."""
    return ca.input("q", (B, T, K)) @ ca.input("k", (B, S, K)).transpose((2, 1, 0))


def positions_contracted() -> ca.Node:
    """Contract the positions where the features were meant."""
    return ca.input("q", (B, T, K)).mT @ ca.input("k", (B, S, K))


def lengths_swapped() -> ca.Node:
    """Weigh values of the decoder's length with weights over the memory."""
    q, k, v = ca.input("q", (B, T, K)), ca.input("k", (B, S, K)), ca.input("v", (B, T, V))
    return ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(K))) @ v


def weights_transposed() -> ca.Node:
    """Transpose the weights before they weigh the values."""
    q, k, v = ca.input("q", (B, T, K)), ca.input("k", (B, S, K)), ca.input("v", (B, S, V))
    return ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(K))).mT @ v


def softmax_over_queries() -> ca.Node:
    """Normalise along the queries: the weights of a query do not add up to one."""
    q, k, v = ca.input("q", (B, T, K)), ca.input("k", (B, S, K)), ca.input("v", (B, S, V))
    return ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(K)), axis=-2) @ v


def scaled_by_model_width() -> ca.Node:
    """Divide by the root of the model's width where heads of width K were contracted."""
    q, k, v = (ca.input(name, (B, H, T, K)) for name in "qkv")
    return ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(H * K))) @ v


def scaled_by_length() -> ca.Node:
    """Divide by the root of the length."""
    q, k, v = ca.input("q", (B, T, K)), ca.input("k", (B, S, K)), ca.input("v", (B, S, V))
    return ca.ops.softmax(q @ k.mT / ca.ops.sqrt(ca.ops.dim(S))) @ v


def scaled_without_root() -> ca.Node:
    """Divide by the width itself."""
    q, k, v = ca.input("q", (B, T, K)), ca.input("k", (B, S, K)), ca.input("v", (B, S, V))
    return ca.ops.softmax(q @ k.mT / ca.ops.dim(K)) @ v


def cross_attention() -> ca.Node:
    """Project the memory from its own width: healthy."""
    x, memory = ca.input("x", (B, T, D)), ca.input("memory", (B, S, E))
    q, k = x @ ca.parameter("query", (D, K)), memory @ ca.parameter("key", (E, K))
    return q @ k.mT / ca.ops.sqrt(ca.ops.dim(K))


def memory_of_another_width() -> ca.Node:
    """Project a memory of width E with a weight made for the model's width D."""
    x, memory = ca.input("x", (B, T, D)), ca.input("memory", (B, S, E))
    q, k = x @ ca.parameter("query", (D, K)), memory @ ca.parameter("key", (D, K))
    return q @ k.mT / ca.ops.sqrt(ca.ops.dim(K))


def memory_of_twice_the_width() -> ca.Node:
    """Feed a memory of width 2*D, from an encoder of two directions, as if it were D wide."""
    memory = ca.input("memory", (B, S, 2 * D))
    return memory @ ca.parameter("key", (D, K))


def memory_of_another_batch() -> ca.Node:
    """Attend from B sequences to a memory of N, as in beam search without repeating it."""
    q, k = ca.input("q", (B, H, T, K)), ca.input("k", (N, H, S, K))
    return q @ k.mT


def output_projection_of_another_width() -> ca.Node:
    """Project merged values of width H*V with a weight made for H*K."""
    values = ca.input("values", (B, T, H * V))
    return values @ ca.parameter("weight", (H * K, D))
