"""What ``until`` waits for: a condition on a step."""

from collections.abc import Callable
from typing import Any

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.step.record import Step

Predicate = Callable[[Step], Any]
ANY = "of an array, any() or all(): lambda step: (step.value > 1).any()"


def check_goal(goal: object) -> None:
    """Refuse what is no function.

    Raises
    ------
    OptionError
        If it is none.
    """
    if not callable(goal):
        raise OptionError(
            explain(
                f"until({goal!r}) has no goal",
                required="a path, a glob, or a function of a step",
                fix="goto(…) takes the number of a step",
            )
        )


def meets(goal: Predicate, step: Step) -> bool:
    """Say whether a step meets a condition.

    Raises
    ------
    OptionError
        If the function fails, or says neither yes nor no.
    """
    try:
        return bool(goal(step))
    except Exception as error:
        raise OptionError(
            explain(
                f"the condition of until failed at {step.path}",
                required="a function of a step that says yes or no",
                came=f"{type(error).__name__}: {error}",
                fix=ANY if isinstance(error, ValueError) else "",
            )
        ) from error
