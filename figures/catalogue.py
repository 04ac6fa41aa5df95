"""The figures there are, in the article's order."""

from cutaway.figures import (
    attention_matrix,
    concat_linear,
    decoder,
    dot_products,
    encoder,
    every_token,
    feed_forward,
    multi_head_attention,
    overview,
    scaled_dot_product_attention,
    softmax_weights,
    weighted_sum,
)
from cutaway.figures.spec import Figure

_MODULES = (
    overview,
    scaled_dot_product_attention,
    dot_products,
    softmax_weights,
    attention_matrix,
    weighted_sum,
    every_token,
    multi_head_attention,
    concat_linear,
    encoder,
    decoder,
    feed_forward,
)
FIGURES: dict[str, Figure] = {module.FIGURE.name: module.FIGURE for module in _MODULES}
