"""Reshapes, slices and joins: patches, pooling, windows."""

import cutaway as ca

B, T, S, D, E, N, M, P = ca.dims("B T S D E N M P")


def patches() -> ca.Node:
    """Cut an image into patches of P by P: healthy where P divides both sides."""
    image = ca.input("image", (B, N, M, 3)).reshape((B, N / P, P, M / P, P, 3))
    return image.transpose((0, 1, 3, 2, 4, 5)).reshape((B, N * M / (P * P), P * P * 3))


def patches_without_transpose() -> ca.Node:
    """Cut an image into patches by a reshape alone: each patch is a strip of rows."""
    image = ca.input("image", (B, N, M, 3))
    return image.reshape((B, N * M / (P * P), P * P * 3))


def patches_that_do_not_fit() -> ca.Node:
    """Cut an image of 220 by 220 into patches of 16."""
    image = ca.input("image", (B, 220, 220, 3))
    return image.reshape((B, 220 // 16, 16, 220 // 16, 16, 3))


def patches_rounded_down() -> ca.Node:
    """Cut a sequence into patches of 4 and say that the rest is lost, which a reshape refuses."""
    return ca.input("x", (B, T, D)).reshape((B, T // 4, 4 * D))


def flatten() -> ca.Node:
    """Flatten positions and features: healthy."""
    return ca.input("x", (B, T, D)).reshape((B, T * D)) @ ca.parameter("weight", (T * D, E))


def flatten_by_a_sum() -> ca.Node:
    """Flatten to T + D, which is the product at T = D = 2 alone."""
    return ca.input("x", (B, T, D)).reshape((B, T + D))


def flatten_of_fixed_length() -> ca.Node:
    """Flatten to the width that 3 positions give."""
    return ca.input("x", (B, T, D)).reshape((B, 3 * D))


def flatten_without_batch() -> ca.Node:
    """Flatten the batch too."""
    return ca.input("x", (B, T, D)).reshape((T * D,))


def squeeze_of_an_axis_that_is_not_1() -> ca.Node:
    """Drop the axis of the positions."""
    return ca.ops.squeeze(ca.input("x", (B, T, D)), 1)


def windows_of_three() -> ca.Node:
    """Add up each position and its two neighbours: healthy from 3 positions on."""
    x = ca.input("x", (B, T, D))
    return x[:, :-2] + x[:, 1:-1] + x[:, 2:]


def windows_cut_unequally() -> ca.Node:
    """Cut one side by 2 and the other by 1."""
    x = ca.input("x", (B, T, D))
    return x[:, :-2] + x[:, 1:]


def pairs() -> ca.Node:
    """Add every other position to its neighbour: healthy for an even length."""
    x = ca.input("x", (B, T, D))
    return x[:, 0::2] + x[:, 1::2]


def pooling() -> ca.Node:
    """Average pairs of positions: healthy for an even length."""
    return ca.input("x", (B, T, D)).reshape((B, T / 2, 2, D)).mean(axis=2)


def pooling_then_residual() -> ca.Node:
    """Add the pooled value, half as long, to the value itself."""
    x = ca.input("x", (B, T, D))
    return x + x.reshape((B, T / 2, 2, D)).mean(axis=2)


def slice_out_of_range() -> ca.Node:
    """Cut rows 3 to 5 of a table of 4."""
    return ca.parameter("table", (4, D))[3:5]


def slice_of_short_sequences() -> ca.Node:
    """Cut positions 2 and 3: there are 4 positions then."""
    return ca.input("x", (B, T, D))[:, 2:4]


def last_position() -> ca.Node:
    """Take the last position: healthy."""
    return ca.input("x", (B, T, D))[:, -1]


def position_after_the_last() -> ca.Node:
    """Take position T, counted from 0."""
    return ca.input("x", (B, T, D))[:, T]


def join_sequences() -> ca.Node:
    """Join two sequences along their positions: healthy."""
    return ca.ops.concat([ca.input("x", (B, T, D)), ca.input("y", (B, S, D))], axis=1)


def join_on_a_wrong_axis() -> ca.Node:
    """Join two sequences along their features."""
    return ca.ops.concat([ca.input("x", (B, T, D)), ca.input("y", (B, S, D))], axis=-1)


def join_on_a_wrong_axis_then_project() -> ca.Node:
    """Join along the features, then project as if it were still D wide."""
    joined = ca.ops.concat([ca.input("x", (B, T, D)), ca.input("y", (B, S, D))], axis=-1)
    return joined @ ca.parameter("weight", (D, E))


def class_token() -> ca.Node:
    """Put a token in front, then add positions for the tokens alone."""
    token = ca.ops.broadcast_to(ca.parameter("token", (1, 1, D)), (B, 1, D))
    x = ca.ops.concat([token, ca.input("x", (B, T, D))], axis=1)
    return x + ca.parameter("positions", (T, D))


def class_token_counted() -> ca.Node:
    """Put a token in front, and add positions for it too: healthy."""
    token = ca.ops.broadcast_to(ca.parameter("token", (1, 1, D)), (B, 1, D))
    x = ca.ops.concat([token, ca.input("x", (B, T, D))], axis=1)
    return x + ca.parameter("positions", (T + 1, D))


def padded_to_whole_windows() -> ca.Node:
    """Pad to a whole number of windows of P, rounded up: healthy."""
    x, whole = ca.input("x", (B, T, D)), P * ((T + P - 1) // P)
    x = ca.ops.concat([x, ca.input("padding", (B, whole - T + 1, D))], axis=1)
    return x[:, :whole].reshape((B, whole / P, P, D))


def last_positions() -> ca.Node:
    """Take the last T of the positions of a memory and of what is new: healthy."""
    memory, x = ca.input("memory", (B, S, D)), ca.input("x", (B, T, D))
    return ca.ops.concat([memory, x], axis=1)[:, -T:] + x
