"""The figures there are, in the article's order."""

from cutaway.figures import attention_matrix, concat_linear, every_token, feed_forward
from cutaway.figures.spec import Figure

_ALL = (attention_matrix.FIGURE, every_token.FIGURE, concat_linear.FIGURE, feed_forward.FIGURE)
FIGURES: dict[str, Figure] = {figure.name: figure for figure in _ALL}
