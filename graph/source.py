"""The user's line: where in their own file a node was made, and from where that was called."""

import sys
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from types import FrameType

CALLS = 4  # of the user's, around a line


@dataclass(frozen=True, slots=True)
class Source:
    """A file and a line.

    Attributes
    ----------
    function
        The function that the line stands in: its file and first line.
    calls
        The user's lines from which that function was called, the nearest first.
    """

    file: str
    line: int
    function: str = field(default="", compare=False, repr=False)
    calls: tuple["Source", ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


def caller() -> Source:
    """Return the nearest line outside of cutaway, or the outermost one there is."""
    frame = sys._getframe(1)
    while True:
        module = frame.f_globals.get("__name__", "")
        if not _inside(module) or frame.f_back is None:
            return Source(*_place(frame), _calls(frame))
        frame = frame.f_back


def _calls(frame: FrameType) -> tuple[Source, ...]:
    """Return from where the function of a frame was called."""
    found: list[Source] = []
    outer = frame.f_back
    while outer is not None and len(found) < CALLS:
        if not _inside(outer.f_globals.get("__name__", "")):
            found.append(Source(*_place(outer)))
        outer = outer.f_back
    return tuple(found)


def _place(frame: FrameType) -> tuple[str, int, str]:
    code = frame.f_code
    return code.co_filename, frame.f_lineno, f"{code.co_filename}:{code.co_firstlineno}"


@lru_cache(maxsize=4096)
def _inside(module: str) -> bool:
    """Built-in models count as a user's file: their lines say more than the caller's."""
    package = module.partition(".")[0]
    return package in ("cutaway", "contextlib") and not module.startswith("cutaway.models")
