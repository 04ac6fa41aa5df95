"""Keys and values kept from earlier steps."""

import numpy as np

import cutaway as ca

B, T, S, P, H, K, L = ca.dims("B T S P H K L")


def _keys(axis: int) -> ca.Node:
    """Join P earlier keys and T new ones."""
    past, new = ca.input("past", (B, H, P, K)), ca.input("new", (B, H, T, K))
    return ca.ops.concat([past, new], axis=axis)


def join() -> ca.Node:
    """Join along the positions, mask T rows of P + T: healthy."""
    scores = ca.input("q", (B, H, T, K)) @ _keys(axis=2).mT
    return ca.ops.where(ca.ops.causal_mask(T, P + T), scores, -np.inf)


def join_then_old_mask() -> ca.Node:
    """Keep the mask of the new positions after the cache made the scores longer."""
    scores = ca.input("q", (B, H, T, K)) @ _keys(axis=2).mT
    return ca.ops.where(ca.ops.causal_mask(T), scores, -np.inf)


def join_then_mask_of_old_length() -> ca.Node:
    """Mask with what the caller fed for the new keys alone."""
    scores = ca.input("q", (B, H, T, K)) @ _keys(axis=2).mT
    return scores + ca.input("mask", (B, 1, 1, S))


def join_heads() -> ca.Node:
    """Join along the heads."""
    return _keys(axis=1)


def join_heads_then_score() -> ca.Node:
    """Join along the heads, then multiply H query heads with 2*H key heads."""
    return ca.input("q", (B, H, T, K)) @ _keys(axis=1).mT


def join_features() -> ca.Node:
    """Join along the features, then multiply widths K and 2*K."""
    return ca.input("q", (B, H, T, K)) @ _keys(axis=-1).mT


def values_not_joined() -> ca.Node:
    """Join the keys and forget the values."""
    scores = ca.input("q", (B, H, T, K)) @ _keys(axis=2).mT
    weights = ca.ops.softmax(scores / ca.ops.sqrt(ca.ops.dim(K)))
    return weights @ ca.input("values", (B, H, T, K))


def window() -> ca.Node:
    """Keep the last 4 of the joined keys: healthy from 4 on."""
    return ca.input("q", (B, H, T, K)) @ _keys(axis=2)[:, :, -4:].mT


def buffer() -> ca.Node:
    """Read the first P + T rows of a buffer of L: healthy where they fit."""
    rows = ca.input("buffer", (B, H, L, K))[:, :, : P + T]
    return ca.input("q", (B, H, T, K)) @ rows.mT


def batch_of_one() -> ca.Node:
    """Join a cache of one sequence with keys of B."""
    past, new = ca.input("past", (1, H, P, K)), ca.input("new", (B, H, T, K))
    return ca.ops.concat([past, new], axis=2)
