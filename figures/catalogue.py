"""The figures there are, in the article's order."""

from cutaway.figures import (
    attention_matrix,
    dot_products,
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
    multi_head_attention,
)
FIGURES: dict[str, Figure] = {module.FIGURE.name: module.FIGURE for module in _MODULES}
