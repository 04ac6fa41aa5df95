"""The errors that cutaway raises on purpose.

Every message says what was required, what came, where, and what to change, so that a caller
never has to read a numpy broadcast error or a ``KeyError`` from the inside.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cutaway.graph.misfit import Misfit
    from cutaway.graph.title import Title


class CutawayError(Exception):
    """Base of every error that cutaway raises on purpose."""


class DimError(CutawayError, ValueError):
    """A size that cannot be read: a bad dim string, a negative literal, a foreign symbol."""


class ShapeError(CutawayError, ValueError):
    """Shapes that can never fit, found while the graph is built.

    Attributes
    ----------
    misfit
        The same as data: both sizes, where they come from, the fix. None where the trouble is
        not between two sizes.
    """

    def __init__(self, message: str, misfit: "Misfit | None" = None) -> None:
        super().__init__(message)
        self.misfit = misfit


class DTypeError(CutawayError, TypeError):
    """A value of the wrong kind (``float``, ``int`` or ``bool``) for an operation."""


class ContractError(CutawayError, ValueError):
    """Sizes that break a condition of the graph."""


class FeedError(CutawayError, ValueError):
    """Feeds, parameters or sizes that do not fit the graph they are given to."""


class GradError(CutawayError, ValueError):
    """A gradient that does not exist or was asked for in a way that has no meaning."""


class OptionError(CutawayError, ValueError):
    """An option that is not one of those there are: an activation, a norm, a rate."""


class LoadError(CutawayError, ValueError):
    """A file or a model that cannot be read."""


class TrainingError(CutawayError, ArithmeticError):
    """A training that goes wrong: what is learned from here on is worth nothing.

    Attributes
    ----------
    kind
        ``not-finite``, ``diverging``, ``exploding``, ``vanishing`` or ``plateau``.
    step
        At which step, counted from 0.
    block
        Where in the model it shows first; empty where it shows nowhere in particular.
    reason
        The message in English and Chinese: ``what``, ``came``, ``where`` and ``fix``, as far as
        they are known.
    """

    def __init__(
        self,
        message: str,
        kind: str,
        step: int,
        block: str = "",
        reason: "Mapping[str, Title] | None" = None,
    ) -> None:
        super().__init__(message)
        self.kind, self.step, self.block = kind, step, block
        self.reason = dict(reason or {})


class SaveError(CutawayError, OSError):
    """A file that cannot be written."""


def explain(
    what: str,
    *,
    required: str = "",
    came: str = "",
    left: str = "",
    right: str = "",
    where: str = "",
    fix: str = "",
) -> str:
    """Put the parts of a message in their order; empty parts are left out.

    What cannot be printed, half of a surrogate pair, is written as an escape.

    Examples
    --------
    >>> print(explain("add: shapes do not fit", came="(B, 3) and (B, 4)", fix="slice one"))
    add: shapes do not fit
      came:     (B, 3) and (B, 4)
      fix:      slice one
    """
    parts = {
        "required": required,
        "came": came,
        "left": left,
        "right": right,
        "where": where,
        "fix": fix,
    }
    lines = [f"  {label + ':':<9} {text}" for label, text in parts.items() if text]
    return "\n".join([what, *lines]).encode("utf-8", "backslashreplace").decode()
