"""Numbers that a user gives, checked."""

import numpy as np

from cutaway.graph import OptionError
from cutaway.graph.errors import explain


def is_whole(n: object) -> bool:
    """Say whether something is a whole number; True and False are none."""
    return isinstance(n, int | np.integer) and not isinstance(n, bool)


def whole(n: int) -> int:
    """Return a whole number of at least 0.

    Raises
    ------
    OptionError
        If it is none.
    """
    if not is_whole(n) or n < 0:
        raise OptionError(explain(f"{n!r} is no number of steps", required="a whole number"))
    return int(n)


def bytes_of(budget: int | None) -> int | None:
    """Return a budget in bytes; None has no bound.

    Raises
    ------
    OptionError
        If it is no whole number of at least 1.
    """
    if budget is None or (is_whole(budget) and budget > 0):
        return budget
    raise OptionError(
        explain(f"budget={budget!r} is no number of bytes", required="a whole number, or None")
    )
