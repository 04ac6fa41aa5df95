"""Tokens and positions."""

import cutaway as ca

B, T, S, D, E, L, V = ca.dims("B T S D E L V")


def table_cut() -> ca.Node:
    """Take the first T rows of a table of 4: healthy up to 4 positions."""
    return ca.input("x", (B, T, D)) + ca.parameter("table", (4, D))[:T]


def table_cut_of_any_length() -> ca.Node:
    """Take the first T rows of a table of L: healthy where T is at most L."""
    return ca.input("x", (B, T, D)) + ca.parameter("table", (L, D))[:T]


def table_not_cut() -> ca.Node:
    """Add the whole table of positions."""
    return ca.input("x", (B, T, D)) + ca.parameter("table", (L, D))


def table_cut_by_batch() -> ca.Node:
    """Count positions along the first axis, which is the batch."""
    x = ca.input("x", (B, T, D))
    return x + ca.parameter("table", (L, D))[: x.shape[0]]


def time_first() -> ca.Node:
    """Add positions ``(T, D)`` to a value of shape ``(T, B, D)``."""
    return ca.input("x", (T, B, D)) + ca.parameter("table", (T, D))


def sinusoids() -> ca.Node:
    """Use the paper's positions: healthy for an even width."""
    return ca.input("x", (B, T, D)) + ca.layers.sinusoidal_positions(T, D)


def rotary() -> ca.Node:
    """Rotate the two halves of each vector: healthy for an even width."""
    x = ca.input("x", (B, T, D))
    cos, sin = ca.input("cos", (T, D / 2)), ca.input("sin", (T, D / 2))
    first, second = x[..., : D / 2], x[..., D / 2 :]
    return ca.ops.concat([first * cos - second * sin, second * cos + first * sin], axis=-1)


def rotary_rounded_down() -> ca.Node:
    """Write ``D // 2`` for a half: the second half of an odd width is one longer."""
    x = ca.input("x", (B, T, D))
    cos, sin = ca.input("cos", (T, D // 2)), ca.input("sin", (T, D // 2))
    first, second = x[..., : D // 2], x[..., D // 2 :]
    return ca.ops.concat([first * cos - second * sin, second * cos + first * sin], axis=-1)


def rotary_interleaved() -> ca.Node:
    """Rotate even and odd features: they are as many for an even width."""
    x = ca.input("x", (B, T, D))
    even, odd = x[..., 0::2], x[..., 1::2]
    return even * even + odd * odd


def rotary_with_whole_table() -> ca.Node:
    """Multiply a half with the cosines of the whole width."""
    x = ca.input("x", (B, T, D))
    return x[..., : D / 2] * ca.input("cos", (T, D))


def tied() -> ca.Node:
    """Multiply with the transposed embedding: healthy."""
    table = ca.parameter("embedding", (V, D))
    x = ca.ops.take(table, ca.input("tokens", (B, T), dtype="int"))
    return x @ table.mT


def tied_without_transpose() -> ca.Node:
    """Multiply with the embedding as it is."""
    table = ca.parameter("embedding", (V, D))
    x = ca.ops.take(table, ca.input("tokens", (B, T), dtype="int"))
    return x @ table


def embedding_of_another_width() -> ca.Node:
    """Add an embedding of segments that is narrower than that of tokens, as ALBERT's is."""
    tokens, segments = (ca.input(name, (B, T), dtype="int") for name in ("tokens", "segments"))
    rows = ca.ops.take(ca.parameter("token_table", (V, D)), tokens)
    return rows + ca.ops.take(ca.parameter("segment_table", (2, E)), segments)
