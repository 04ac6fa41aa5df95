"""The Transformer, written in ops."""

from cutaway.layers.attention import (
    merge_heads,
    multi_head_attention,
    scaled_dot_product_attention,
    single_head_attention,
    split_heads,
)
from cutaway.layers.basic import activate, layer_norm, linear, rms_norm
from cutaway.layers.embedding import (
    learned_positions,
    positions_after_padding,
    sinusoidal_positions,
    token_embedding,
)
from cutaway.layers.feed_forward import feed_forward
from cutaway.layers.stack import (
    LayerOptions,
    add_norm,
    decoder,
    decoder_layer,
    encoder,
    encoder_layer,
)
from cutaway.layers.transformer import (
    Config,
    PaperName,
    decoder_only,
    encoder_only,
    padding_mask,
    transformer,
)

__all__ = [
    "Config",
    "LayerOptions",
    "PaperName",
    "activate",
    "add_norm",
    "decoder",
    "decoder_layer",
    "decoder_only",
    "encoder",
    "encoder_layer",
    "encoder_only",
    "feed_forward",
    "layer_norm",
    "learned_positions",
    "linear",
    "merge_heads",
    "multi_head_attention",
    "padding_mask",
    "positions_after_padding",
    "rms_norm",
    "scaled_dot_product_attention",
    "single_head_attention",
    "sinusoidal_positions",
    "split_heads",
    "token_embedding",
    "transformer",
]
