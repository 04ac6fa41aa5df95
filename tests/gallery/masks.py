"""Masks: what they broadcast against."""

import numpy as np

import cutaway as ca

B, T, S, H = ca.dims("B T S H")


def padding() -> ca.Node:
    """Give the padding mask an axis for the heads and one for the queries: healthy."""
    scores, mask = ca.input("scores", (B, H, T, S)), ca.input("mask", (B, S), dtype="bool")
    return ca.ops.where(ca.ops.expand_dims(mask, (1, 2)), scores, -np.inf)


def padding_of_two_axes() -> ca.Node:
    """Add a padding mask ``(B, T)`` to scores ``(B, H, T, T)``."""
    return ca.input("scores", (B, H, T, T)) + ca.input("mask", (B, T))


def padding_of_three_axes() -> ca.Node:
    """Forget the axis of the heads: the batch falls on it."""
    return ca.input("scores", (B, H, T, S)) + ca.input("mask", (B, T, S))


def padding_of_the_queries() -> ca.Node:
    """Mask the keys with the padding of the target."""
    scores, mask = ca.input("scores", (B, H, T, S)), ca.input("mask", (B, T), dtype="bool")
    return ca.ops.where(ca.ops.expand_dims(mask, (1, 2)), scores, -np.inf)


def padding_folded() -> ca.Node:
    """Mask scores folded to ``(B*H, T, S)`` with a mask of the batch."""
    return ca.input("scores", (B * H, T, S)) + ca.input("mask", (B, 1, S))


def causal() -> ca.Node:
    """Draw the triangle as large as the scores: healthy."""
    return ca.ops.where(ca.ops.causal_mask(T), ca.input("scores", (B, H, T, T)), -np.inf)


def causal_over_memory() -> ca.Node:
    """Put a square triangle on scores over another length."""
    return ca.ops.where(ca.ops.causal_mask(T), ca.input("scores", (B, H, T, S)), -np.inf)


def causal_of_fixed_length() -> ca.Node:
    """Use a triangle of 4 positions, drawn once, as it is."""
    triangle = ca.constant(np.tril(np.ones((4, 4), bool)))
    return ca.ops.where(triangle, ca.input("scores", (B, H, T, T)), -np.inf)


def causal_cut_from_buffer() -> ca.Node:
    """Cut the triangle out of a buffer of 4 positions, as GPT-2 does: healthy up to 4."""
    triangle = ca.constant(np.tril(np.ones((4, 4), bool)))
    return ca.ops.where(triangle[:T, :T], ca.input("scores", (B, H, T, T)), -np.inf)


def causal_one_too_long() -> ca.Node:
    """Draw the triangle for the shifted target, one longer than the scores."""
    return ca.ops.where(ca.ops.causal_mask(T + 1), ca.input("scores", (B, H, T, T)), -np.inf)
