"""Splitting a width into heads, and merging them again."""

import cutaway as ca

B, T, S, D, E, F, G, H, K = ca.dims("B T S D E F G H K")


def split() -> ca.Node:
    """Split a width into heads, then bring the heads forward: healthy where H divides D."""
    x = ca.input("x", (B, T, D))
    return x.reshape((B, T, H, D / H)).transpose((0, 2, 1, 3))


def split_rounded_down() -> ca.Node:
    """Write ``D // H`` for the width of a head, as PyTorch code does."""
    x = ca.input("x", (B, T, D))
    return x.reshape((B, T, H, D // H)).transpose((0, 2, 1, 3))


def split_into_too_many() -> ca.Node:
    """Split a width of 768 into 10 heads."""
    x = ca.input("x", (B, T, 768))
    return x.reshape((B, T, 10, 768 // 10))


def split_without_transpose() -> ca.Node:
    """Reshape to ``(B*H, T, K)`` at once: the right count, each row a mix of positions."""
    x = ca.input("x", (B, T, H * K))
    return x.reshape((B * H, T, K))


def split_transposed_wrongly() -> ca.Node:
    """Swap the last two axes of the split keys where heads and positions were meant."""
    q = ca.input("q", (B, T, H * K)).reshape((B, T, H, K)).transpose((0, 2, 1, 3))
    k = ca.input("k", (B, T, H * K)).reshape((B, T, H, K)).transpose((0, 1, 3, 2))
    return q @ k


def merge() -> ca.Node:
    """Bring the heads back beside each other, then merge them: healthy."""
    x = ca.input("x", (B, H, T, K))
    return x.transpose((0, 2, 1, 3)).reshape((B, T, H * K))


def merge_without_transpose() -> ca.Node:
    """Merge ``(B, H, T, K)`` into ``(B, T, H*K)`` without bringing the heads back."""
    x = ca.input("x", (B, H, T, K))
    return x.reshape((B, T, H * K))


def merge_into_model_width() -> ca.Node:
    """Merge heads of width K straight into a width D that nothing ties to them."""
    x = ca.input("x", (B, H, T, K))
    return x.transpose((0, 2, 1, 3)).reshape((B, T, D))


def fused_projection() -> tuple[ca.Node, ...]:
    """Cut queries, keys and values out of one projection of width 3*D: healthy."""
    x = ca.input("x", (B, T, D))
    qkv = x @ ca.parameter("weight", (D, 3 * D))
    return qkv[..., :D], qkv[..., D : 2 * D], qkv[..., 2 * D :]


def fused_projection_of_any_width() -> ca.Node:
    """Split a projection of width E into three: healthy where 3 divides E."""
    x = ca.input("x", (B, T, D))
    return (x @ ca.parameter("weight", (D, E))).reshape((B, T, 3, E / 3))


def fused_projection_split_wrongly() -> ca.Node:
    """Forget the three when the fused projection is split into heads."""
    x = ca.input("x", (B, T, D))
    return (x @ ca.parameter("weight", (D, 3 * H * K))).reshape((B, T, H, K))


def fused_projection_cut_too_far() -> ca.Node:
    """Cut the values from 2*D to 4*D of a projection of width 3*D."""
    x = ca.input("x", (B, T, D))
    return (x @ ca.parameter("weight", (D, 3 * D)))[..., 2 * D : 4 * D]


def grouped_queries() -> ca.Node:
    """Share each key head among H/G query heads: healthy where G divides H."""
    q = ca.input("q", (B, H, T, K)).reshape((B, G, H / G, T, K))
    k = ca.input("k", (B, G, S, K))
    return q @ ca.ops.expand_dims(k, 2).mT


def grouped_queries_rounded_down() -> ca.Node:
    """Repeat each key head ``H // G`` times for H query heads."""
    q = ca.input("q", (B, H, T, K))
    k = ca.ops.expand_dims(ca.input("k", (B, G, S, K)), 2)
    repeated = ca.ops.broadcast_to(k, (B, G, H // G, S, K))
    return q @ repeated.reshape((B, G * (H // G), S, K)).mT


def grouped_queries_not_repeated() -> ca.Node:
    """Multiply H query heads with G key heads as they are."""
    return ca.input("q", (B, H, T, K)) @ ca.input("k", (B, G, S, K)).mT


def mask_tiled_the_other_way() -> ca.Node:
    """Tile a mask as (H, B) beside scores folded as (B, H): the same count, other rows."""
    scores = ca.input("scores", (B, H, T, S)).reshape((B * H, T, S))
    mask = ca.ops.broadcast_to(ca.input("mask", (B, S)), (H, B, S))
    return scores + mask.reshape((H * B, 1, S))


def multi_head_attention() -> ca.Node:
    """Use the layer: healthy, and its condition is declared."""
    return ca.layers.multi_head_attention(ca.input("x", (B, T, D)), heads=H)
