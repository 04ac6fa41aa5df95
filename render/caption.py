"""A text under the picture, in lines as wide as there is room."""

from cutaway.render.legend import NARROWEST
from cutaway.render.wrap import wrap

SIZE = 11.0
ROW = 15.0
WIDEST = 640.0  # points: a longer line is hard to read


def wrapped(text: str, width: float) -> tuple[str, ...]:
    """Return a caption in lines.

    Parameters
    ----------
    width
        That of the picture, in points; a narrow picture has a caption that is wider.

    Examples
    --------
    >>> wrapped("The scores of one query, scaled, masked, and made weights by a softmax.", 0)
    ('The scores of one query, scaled, masked, and made weights', 'by a softmax.')
    >>> wrapped("注意力权重之和为一。" * 4, 0)
    ('注意力权重之和为一。注意力权重之和为一。注意力权重之和为', '一。注意力权重之和为一。')
    """
    room = min(max(width, NARROWEST), WIDEST)
    return wrap(text, room, SIZE)


def height(lines: tuple[str, ...]) -> float:
    """Return the room that lines take, a gap above them included."""
    return ROW * len(lines) + ROW / 2 if lines else 0.0
