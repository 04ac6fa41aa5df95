"""Residuals, norms and the feed-forward network."""

import cutaway as ca

B, T, D, E, F, H = ca.dims("B T D E F H")


def feed_forward() -> ca.Node:
    """Go up, come down, add: healthy."""
    x = ca.input("x", (B, T, D))
    hidden = ca.ops.relu(x @ ca.parameter("up", (D, F)))
    return x + hidden @ ca.parameter("down", (F, D))


def weight_transposed() -> ca.Node:
    """Keep a weight as (out, in), as PyTorch does, and multiply from the left."""
    return ca.input("x", (B, T, D)) @ ca.parameter("up", (F, D))


def down_from_another_width() -> ca.Node:
    """Go up to 4*D, come down from 3*D."""
    x = ca.input("x", (B, T, D))
    hidden = ca.ops.relu(x @ ca.parameter("up", (D, 4 * D)))
    return x + hidden @ ca.parameter("down", (3 * D, D))


def sum_of_another_width() -> ca.Node:
    """Come down to a width E, then add a value of width D."""
    x = ca.input("x", (B, T, D))
    hidden = ca.ops.relu(x @ ca.parameter("up", (D, F)))
    return x + hidden @ ca.parameter("down", (F, E))


def sum_that_broadcasts() -> ca.Node:
    """Add an average over positions that kept its axis: one vector for all positions."""
    x = ca.input("x", (B, T, D))
    y = (x @ ca.parameter("weight", (D, D))).mean(axis=1, keepdims=True)
    return x + y


def sum_of_average_without_axis() -> ca.Node:
    """Add an average over positions that lost its axis: the batch falls on the positions."""
    x = ca.input("x", (B, T, D))
    return x + (x @ ca.parameter("weight", (D, D))).mean(axis=1)


def bias_along_positions() -> ca.Node:
    """Add a bias as long as the sequence."""
    return ca.input("x", (B, T, D)) @ ca.parameter("weight", (D, F)) + ca.parameter("bias", (T,))


def mean() -> ca.Node:
    """Subtract the mean of the features, whose axis is kept: healthy."""
    x = ca.input("x", (B, T, D))
    return x - x.mean(axis=-1, keepdims=True)


def mean_without_keepdims() -> ca.Node:
    """Subtract the mean of the features without keeping its axis."""
    x = ca.input("x", (B, T, D))
    return x - x.mean(axis=-1)


def norm() -> ca.Node:
    """Normalise the features: healthy."""
    x = ca.input("x", (B, T, D))
    return ca.ops.layer_norm(x, ca.parameter("weight", (D,)), ca.parameter("bias", (D,)))


def norm_of_another_width() -> ca.Node:
    """Give the norm a weight of the inner width."""
    return ca.ops.layer_norm(ca.input("x", (B, T, D)), ca.parameter("weight", (F,)))


def norm_along_positions() -> ca.Node:
    """Normalise along the positions."""
    x = ca.input("x", (B, T, D))
    return x + ca.ops.layer_norm(x, axis=1) @ ca.parameter("weight", (D, D))


def norm_of_heads() -> ca.Node:
    """Normalise split heads with a weight of the whole width."""
    x = ca.input("x", (B, T, D)).reshape((B, T, H, D / H))
    return ca.ops.rms_norm(x, ca.parameter("weight", (D,)))


def gate() -> ca.Node:
    """Multiply one half of the inner width with the other: healthy for an even width."""
    inner = ca.input("x", (B, T, D)) @ ca.parameter("up", (D, F))
    return ca.ops.silu(inner[..., : F / 2]) * inner[..., F / 2 :]


def gate_rounded_down() -> ca.Node:
    """Write ``F // 2`` for both halves."""
    inner = ca.input("x", (B, T, D)) @ ca.parameter("up", (D, F))
    return ca.ops.silu(inner[..., : F // 2]) * inner[..., F // 2 :]


def parameter_without_gradient() -> ca.Node:
    """Choose by argmax: no gradient passes to the router."""
    x = ca.input("x", (B, T, D))
    chosen = ca.ops.argmax(x @ ca.parameter("router", (D, E)), axis=-1)
    return x + ca.ops.take(ca.parameter("experts", (E, D)), chosen)


def encoder_layer() -> ca.Node:
    """Use the layer: healthy, and its condition is declared."""
    return ca.layers.encoder_layer(ca.input("x", (B, T, D)), heads=H, hidden=F)
