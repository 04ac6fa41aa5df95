"""The figures there are, in the article's order."""

from cutaway.figures import (
    attention_matrix,
    concat_linear,
    every_token,
    feed_forward,
    multi_head_attention,
    scaled_dot_product_attention,
)
from cutaway.figures.spec import Figure

_MODULES = (
    scaled_dot_product_attention,
    attention_matrix,
    every_token,
    multi_head_attention,
    concat_linear,
    feed_forward,
)
FIGURES: dict[str, Figure] = {module.FIGURE.name: module.FIGURE for module in _MODULES}
