"""Conditions on a value: ``isnan``, ``abs > 1e3``, or any function."""

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.run.compile import Array

TESTS: dict[str, Callable[[Array], Any]] = {
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isposinf": np.isposinf,
    "isneginf": np.isneginf,
    "isfinite": np.isfinite,
}
READS: dict[str, Callable[[Array], Any]] = {
    "": np.asarray,
    "abs": np.abs,
    "min": np.min,
    "max": np.max,
    "mean": np.mean,
    "std": np.std,
}
COMPARES: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}
COMPARISON = re.compile(r"\s*([a-z]*)\s*(<=|>=|==|!=|<|>)\s*([-+.\w]+)\s*")
WANTED = "isnan, isinf, …, or a comparison such as 'abs > 1e3', 'max >= 1'; or a function"


@dataclass(frozen=True)
class Condition:
    """A question to a value, true if it is so for any element."""

    text: str
    test: Callable[[Array], Any]

    def holds(self, value: Array) -> bool:
        """Say whether it is so for any element.

        Raises
        ------
        OptionError
            If a user's function fails.
        """
        try:
            with np.errstate(all="ignore"):
                return bool(np.any(self.test(value)))
        except Exception as error:
            raise OptionError(
                explain(
                    f"the condition {self.text} failed",
                    required="a function of an array that says yes or no, or does so by element",
                    came=f"{type(error).__name__}: {error}",
                    fix="take it away with breakpoint.remove(), or switch it off with off()",
                )
            ) from error


def condition(when: str | Callable[[Array], Any]) -> Condition:
    """Read a condition.

    Raises
    ------
    OptionError
        If the text is none.

    Examples
    --------
    >>> condition("abs > 1e3").holds(np.array([1.0, -2000.0]))
    True
    >>> condition("isnan").holds(np.array([1.0]))
    False
    """
    if callable(when):
        return Condition(getattr(when, "__name__", repr(when)), when)
    if isinstance(when, str) and when in TESTS:
        return Condition(when, TESTS[when])
    found = COMPARISON.fullmatch(when) if isinstance(when, str) else None
    try:
        if found is None or found[1] not in READS:
            raise ValueError
        bound = float(found[3])
    except ValueError:
        raise OptionError(explain(f"{when!r} is no condition", required=WANTED)) from None
    if np.isnan(bound):
        raise OptionError(
            explain(
                f"{when!r} compares with NaN, which is equal to nothing and larger than nothing",
                required="a number",
                fix="when='isnan'",
            )
        )
    read, compare = READS[found[1]], COMPARES[found[2]]
    return Condition(when, lambda value: compare(read(value), bound))
