"""Callbacks: looked at before a training begins, told of each step, left whatever happens."""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import partial
from types import TracebackType
from typing import Any

from cutaway.graph import OptionError
from cutaway.graph.errors import explain
from cutaway.training.record import Callback, TrainingStep


def checked(callbacks: Iterable[Callback]) -> list[Callback]:
    """Return callbacks as a list.

    Raises
    ------
    OptionError
        If one cannot be called, or is a class.

    Examples
    --------
    >>> checked([print, 3])
    Traceback (most recent call last):
    cutaway.graph.errors.OptionError: callbacks[1] is no callback
      required: a function of a TrainingStep
      came:     3
      fix:      callbacks=[Guard(), lambda step: print(step.loss)]
    """
    if not isinstance(callbacks, Iterable):
        raise _refused("callbacks are no list", callbacks)
    listed = list(callbacks)
    for place, callback in enumerate(listed):
        if not callable(callback) or isinstance(callback, type):  # Guard for Guard()
            raise _refused(f"callbacks[{place}] is no callback", callback)
    return listed


def _refused(what: str, came: object) -> OptionError:
    return OptionError(
        explain(
            what,
            required="a function of a TrainingStep",
            came=repr(came)[:80],
            fix="callbacks=[Guard(), lambda step: print(step.loss)]",
        )
    )


@contextmanager
def entered(callbacks: Sequence[Callback]) -> Iterator[None]:
    """Enter those that are context managers, and leave them in the end, the last one first.

    What goes wrong in leaving one is a warning: it takes away neither the weights of a training
    that is done, nor the error that ended another.
    """
    with ExitStack() as stack:
        for callback in callbacks:
            if isinstance(callback, AbstractContextManager):
                callback.__enter__()
                stack.push(partial(_leave, callback))
        yield


def _leave(
    callback: AbstractContextManager[Any],
    kind: type[BaseException] | None,
    error: BaseException | None,
    traceback: TracebackType | None,
) -> bool | None:
    try:
        return callback.__exit__(kind, error, traceback)
    except Exception as wrong:
        if wrong is not error:
            what = f"{type(wrong).__name__}: {wrong}"
            warnings.warn(f"{type(callback).__name__} ended in an error: {what}", stacklevel=2)
        return False


def tell(callbacks: Sequence[Callback], record: TrainingStep) -> None:
    """Tell callbacks of a step, in their order: all, even where one of them stops the training."""
    with ExitStack() as stack:
        for callback in reversed(callbacks):
            stack.callback(callback, record)
