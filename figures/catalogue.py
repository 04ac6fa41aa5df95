"""The figures there are, in the article's order."""

from cutaway.figures import (
    attention_matrix,
    concat_linear,
    dot_products,
    every_token,
    feed_forward,
    multi_head_attention,
    scaled_dot_product_attention,
    softmax_weights,
    weighted_sum,
)
from cutaway.figures.spec import Figure

_MODULES = (
    scaled_dot_product_attention,
    dot_products,
    softmax_weights,
    attention_matrix,
    weighted_sum,
    every_token,
    multi_head_attention,
    concat_linear,
    feed_forward,
)
FIGURES: dict[str, Figure] = {module.FIGURE.name: module.FIGURE for module in _MODULES}
