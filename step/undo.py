"""Moves that are made as a whole or not at all."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


class Restorable(Protocol):
    """What can go back to where it stood."""

    def _state(self) -> Any: ...

    def _restore(self, state: Any) -> None: ...


S = TypeVar("S", bound=Restorable)


def undone_on_error(
    method: Callable[Concatenate[S, P], R],
) -> Callable[Concatenate[S, P], R]:
    """Let a method that fails, or is interrupted, leave all as it was."""

    @wraps(method)
    def made(self: S, /, *args: P.args, **options: P.kwargs) -> R:
        before = self._state()
        try:
            return method(self, *args, **options)
        except BaseException:
            self._restore(before)
            raise

    return made
