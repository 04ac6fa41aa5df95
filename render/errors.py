"""What can go wrong with a picture."""

from cutaway.graph import CutawayError


class RenderError(CutawayError, RuntimeError):
    """A picture that cannot be made.

    Examples
    --------
    >>> import cutaway as ca
    >>> ca.draw(ca.input("x", "N"), level="nothing")
    Traceback (most recent call last):
    cutaway.render.errors.RenderError: there is no level 'nothing'
      required: model, layer, sublayer, op, primitive, token
    """
