"""The user's line: where in their own file a node was made."""

import sys
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Source:
    """A file and a line."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{Path(self.file).name}:{self.line}"


def caller() -> Source:
    """Return the nearest line outside of cutaway, or the outermost one there is."""
    frame = sys._getframe(1)
    while True:
        module = frame.f_globals.get("__name__", "")
        if not _inside(module) or frame.f_back is None:
            return Source(frame.f_code.co_filename, frame.f_lineno)
        frame = frame.f_back


@lru_cache(maxsize=4096)
def _inside(module: str) -> bool:
    """Built-in models count as a user's file: their lines say more than the caller's."""
    package = module.partition(".")[0]
    return package in ("cutaway", "contextlib") and not module.startswith("cutaway.models")
